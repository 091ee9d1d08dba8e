local dpctl = require "dpctl.verb"
local scan = require "dpctl.scan"

return dpctl.command {
  name = "ct-bkts",
  summary = "Say that the buckets of the connection tracker are not for the kernel's datapath.",
  usage = "[DP] [gt=N]",
  min = 0,
  max = 2,
  complete = dpctl.complete.datapath,
  run = function(ctl)
    local last = ctl.args[#ctl.args]
    if last and last:sub(1, 3) == "gt=" and scan.uint(last:sub(4), 16) then table.remove(ctl.args) end
    ctl:open_optional(1)
    local text = "Command is available for UserSpace ConnTracker only."
    ctl:line(text, { message = text })
  end,
}
