local dpctl = require "dpctl.verb"
local flow_file = require "dpctl.flow_file"

return dpctl.command {
  name = "del-flows",
  summary = "Delete all flows of a datapath, or those in a file.",
  details = "Lines of a FILE are as add-flows takes them; one without a word in front is a flow to be deleted.",
  usage = "[DP] [FILE]",
  min = 0,
  max = 2,
  writes = true,
  complete = dpctl.complete.datapath,
  examples = { "odp dpctl del-flows dp0", "odp dpctl del-flows dp0 flows.txt" },
  run = function(ctl)
    local args = ctl.args
    if #args == 2 or (#args == 1 and not dpctl.exists(args[1])) then
      flow_file.run(ctl, ctl:open_optional(3), args[#args], "delete")
    else
      local dp = ctl:open_optional(1)
      ctl:try("deleting all flows", dp.flush_flows, dp)
    end
  end,
}
