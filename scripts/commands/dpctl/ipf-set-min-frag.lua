local dpctl = require "dpctl.verb"
local scan = require "dpctl.scan"

return dpctl.unsupported({
  name = "ipf-set-min-frag",
  summary = "Set how small fragments may be (not the kernel's datapath).",
  usage = "[DP] v4|v6 SIZE",
  min = 2,
  max = 3,
  writes = true,
  complete = dpctl.complete.datapath,
}, 3, "requested minimum fragment size too small; see documentation", function(ctl)
  local args = ctl.args
  if not args[#args - 1]:find "^%s*v[46]" then ctl:fail("EINVAL", "parameter missing: v4 for IPv4 or v6 for IPv6") end
  if not scan.uint(args[#args], 32) then ctl:fail("EINVAL", "parameter missing for minimum fragment size") end
end)
