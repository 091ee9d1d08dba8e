local odp = require "odp"
local dpctl = require "dpctl.verb"

return dpctl.command {
  name = "dump-conntrack",
  summary = "List the connections of the connection tracker.",
  details = "With -m more of each, with -s counters and times. The tracker is that of the network namespace, for all datapaths.",
  usage = "[DP] [zone=ZONE]",
  min = 0,
  max = 4,
  complete = dpctl.complete.datapath,
  examples = { "odp dpctl dump-conntrack -s dp0 zone=5" },
  run = function(ctl)
    local zone = dpctl.zone(ctl.args[#ctl.args])
    if zone then table.remove(ctl.args) end
    ctl:open_optional(1)
    local how = { verbose = ctl.verbosity > 0, stats = ctl.stats }
    local list = ctl:try("starting conntrack dump", odp.conntrack, zone and { zone = zone })
    ctl:try("dumping conntrack entry", function()
      for c in list do ctl:line(c:text(how), c) end
    end)
  end,
}
