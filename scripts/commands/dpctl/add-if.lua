local dpctl = require "dpctl.verb"
local add_if = require "dpctl.add_if"

return dpctl.command {
  name = "add-if",
  summary = "Add ports to a datapath.",
  details = "Devices of type internal are made. A tunnel is one device for all tunnels of its type and UDP port, with a name that says so.",
  usage = "DP IFACE...",
  min = 2,
  max = math.huge,
  writes = true,
  complete = dpctl.complete.datapath,
  examples = { "odp dpctl add-if dp0 eth1 in0,type=internal,port_no=7" },
  run = function(ctl) add_if(ctl, ctl:open(ctl.args[1])) end,
}
