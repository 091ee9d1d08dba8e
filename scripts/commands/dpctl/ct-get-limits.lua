local dpctl = require "dpctl.verb"
local errno = require "dpctl.errno"
local limits = require "dpctl.limits"

return dpctl.command {
  name = "ct-get-limits",
  summary = "Show the limits of connections of zones, and how many there are.",
  usage = "[DP] [zone=ZONE[,ZONE]...]",
  min = 0,
  max = 2,
  complete = dpctl.complete.datapath,
  examples = { "odp dpctl ct-get-limits dp0 zone=5" },
  run = function(ctl)
    local _, named = ctl:open_optional(2)
    local arg, zones, wrong = ctl.args[named and 2 or 1], nil, nil
    if arg then
      zones, wrong = limits.zones(arg)
      if not zones then ctl:fail("EINVAL", wrong --[[@as string]]) end
    end
    local ok, list = pcall(limits.read, zones)
    if not ok then
      local code = errno.of(list)
      ctl:fail(code, "failed to get conntrack limit " .. errno.text(code))
    end
    for _, l in ipairs(list) do
      if l.zone == "default" then
        ctl:line(("default limit=%.0f"):format(l.limit), l)
      else
        ctl:line(("zone=%d,limit=%.0f,count=%.0f"):format(l.zone, l.limit, l.count or 0), l)
      end
    end
  end,
}
