local odp = require "odp"
local dpctl = require "dpctl.verb"

return dpctl.command {
  name = "ct-stats-show",
  summary = "Count connections by protocol, with -m also by state.",
  usage = "[DP] [zone=ZONE]",
  min = 0,
  max = 3,
  complete = dpctl.complete.datapath,
  examples = { "odp dpctl ct-stats-show -m dp0" },
  run = function(ctl)
    local args, zone, verbose = ctl.args, nil, ctl.verbosity > 0
    while #args > 0 do
      local last = args[#args]
      if last:sub(1, 7) == "verbose" then
        verbose = true
      elseif dpctl.zone(last) then
        zone = dpctl.zone(last)
      else
        break
      end
      table.remove(args)
    end
    ctl:open_optional(1)
    local stats = ctl:try("starting conntrack dump", odp.conntrack_stats, zone and { zone = zone })
    ctl:line((stats:text { verbose = verbose }:gsub("\n$", "")), odp.fields(stats))
  end,
}
