local dpctl = require "dpctl.verb"

return dpctl.command {
  name = "del-dp",
  summary = "Delete a datapath, with its ports and flows.",
  usage = "DP",
  min = 1,
  max = 1,
  writes = true,
  complete = dpctl.complete.datapath,
  examples = { "odp dpctl del-dp dp0" },
  run = function(ctl)
    local dp = ctl:open(ctl.args[1])
    ctl:try("del_dp", dp.delete, dp)
  end,
}
