local dpctl = require "dpctl.verb"
local flow = require "dpctl.flow"

return dpctl.command {
  name = "del-flow",
  summary = "Delete a flow, by the keys that it was added with or by its identifier.",
  usage = "[DP] FLOW",
  min = 1,
  max = 2,
  writes = true,
  complete = dpctl.complete.datapath,
  examples = { 'odp dpctl del-flow -s dp0 "in_port(1),eth(),eth_type(0x0806),arp()"' },
  run = function(ctl)
    local dp = ctl:open_optional(2)
    if not flow.delete(ctl, dp, ctl.args[#ctl.args]) then ctl.status = 1 end
  end,
}
