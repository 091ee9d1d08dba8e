local dpctl = require "dpctl.verb"
local flow = require "dpctl.flow"

return dpctl.command {
  name = "add-flow",
  summary = "Add a flow that is not there.",
  usage = "[DP] FLOW ACTIONS",
  min = 2,
  max = 3,
  writes = true,
  complete = dpctl.complete.datapath,
  examples = { 'odp dpctl add-flow dp0 "in_port(1),eth(),eth_type(0x0806),arp()" 2' },
  run = function(ctl)
    local dp = ctl:open_optional(3)
    if not flow.put(ctl, dp, ctl.args[#ctl.args - 1], ctl.args[#ctl.args], "create") then ctl.status = 1 end
  end,
}
