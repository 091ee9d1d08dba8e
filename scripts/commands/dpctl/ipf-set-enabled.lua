local dpctl = require "dpctl.verb"

return dpctl.unsupported({
  name = "ipf-set-enabled",
  summary = "Put fragments together (not the kernel's datapath).",
  usage = "[DP] v4|v6",
  min = 1,
  max = 2,
  writes = true,
  complete = dpctl.complete.datapath,
}, 3, "enabling fragmentation reassembly failed", function(ctl)
  local args = ctl.args
  if not args[#args]:find "^%s*v[46]" then ctl:fail("EINVAL", "parameter missing: 'v4' for IPv4 or 'v6' for IPv6") end
end)
