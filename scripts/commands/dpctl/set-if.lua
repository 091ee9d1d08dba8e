local dpctl = require "dpctl.verb"
local set_if = require "dpctl.set_if"

return dpctl.command {
  name = "set-if",
  summary = "Change ports of a datapath.",
  details = "The kernel changes neither the type nor the number of a port. Options of tunnels are checked; the kernel's device has none of them.",
  usage = "DP IFACE...",
  min = 2,
  max = math.huge,
  writes = true,
  complete = dpctl.complete.ports,
  examples = { "odp dpctl set-if dp0 in0,port_no=7" },
  run = function(ctl)
    local dp = ctl:open(ctl.args[1])
    for i = 2, #ctl.args do set_if(ctl, dp, ctl.args[i]) end
  end,
}
