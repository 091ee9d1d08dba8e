local odp = require "odp"
local dpctl = require "dpctl.verb"
local limits = require "dpctl.limits"

return dpctl.command {
  name = "ct-del-limits",
  summary = "Remove the limits of zones; the default is for them again.",
  usage = "[DP] zone=ZONE[,ZONE]...",
  min = 1,
  max = 2,
  complete = dpctl.complete.datapath,
  examples = { "odp dpctl ct-del-limits dp0 zone=5,6" },
  run = function(ctl)
    local _, named = ctl:open_optional(2)
    local zones, wrong = limits.zones(ctl.args[named and 2 or 1] or "")
    if not zones then ctl:fail("EINVAL", wrong --[[@as string]]) end
    for _, zone in ipairs(zones) do ctl:try("failed to delete conntrack limit", odp.delete_ct_limit, zone) end
  end,
}
