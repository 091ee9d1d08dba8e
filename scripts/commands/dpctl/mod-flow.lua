local dpctl = require "dpctl.verb"
local flow = require "dpctl.flow"

return dpctl.command {
  name = "mod-flow",
  summary = "Change the actions of a flow; with --may-create add it if it is not there.",
  details = "With -s prints what the flow has counted, with --clear sets that to zero.",
  usage = "[DP] FLOW ACTIONS",
  min = 2,
  max = 3,
  writes = true,
  complete = dpctl.complete.datapath,
  examples = { 'odp dpctl mod-flow -s --clear dp0 "in_port(1),eth(),eth_type(0x0806),arp()" 3' },
  run = function(ctl)
    local dp = ctl:open_optional(3)
    local mode = ctl.may_create and "replace" or "modify"
    if not flow.put(ctl, dp, ctl.args[#ctl.args - 1], ctl.args[#ctl.args], mode, ctl.clear) then ctl.status = 1 end
  end,
}
