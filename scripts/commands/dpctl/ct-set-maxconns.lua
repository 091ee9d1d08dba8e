local dpctl = require "dpctl.verb"
local scan = require "dpctl.scan"

return dpctl.unsupported({
  name = "ct-set-maxconns",
  summary = "Set the most connections that are tracked (not the kernel's datapath).",
  usage = "[DP] N",
  min = 1,
  max = 2,
  writes = true,
  complete = dpctl.complete.datapath,
}, 2, "ct set maxconns failed", function(ctl)
  local args = ctl.args
  if not scan.uint(args[#args], 32) then ctl:fail("EINVAL", "maxconns missing or malformed") end
end)
