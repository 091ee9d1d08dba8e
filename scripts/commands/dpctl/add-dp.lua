local odp = require "odp"
local dpctl = require "dpctl.verb"
local add_if = require "dpctl.add_if"

return dpctl.command {
  name = "add-dp",
  summary = "Add a datapath, with ports.",
  usage = "DP [IFACE...]",
  min = 1,
  max = math.huge,
  writes = true,
  examples = { "odp dpctl add-dp dp0 eth1 vx0,type=vxlan,remote_ip=flow" },
  run = function(ctl)
    local kind, name = dpctl.parse_name(ctl.args[1])
    if kind == "netdev" then ctl:fail("EOPNOTSUPP", "add_dp") end
    if kind ~= "system" then ctl:fail("EAFNOSUPPORT", "add_dp") end
    local dp = ctl:try("add_dp", odp.create_datapath, name)
    add_if(ctl, dp)
  end,
}
