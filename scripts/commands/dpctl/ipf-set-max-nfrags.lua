local dpctl = require "dpctl.verb"
local scan = require "dpctl.scan"

return dpctl.unsupported({
  name = "ipf-set-max-nfrags",
  summary = "Set how many fragments may wait (not the kernel's datapath).",
  usage = "[DP] N",
  min = 1,
  max = 2,
  writes = true,
  complete = dpctl.complete.datapath,
}, 2, "setting maximum fragments failed", function(ctl)
  local args = ctl.args
  if not scan.uint(args[#args], 32) then ctl:fail("EINVAL", "parameter missing for maximum fragments") end
end)
