local dpctl = require "dpctl.verb"
local normalize = require "dpctl.normalize"

return dpctl.command {
  name = "normalize-actions",
  summary = "Print what becomes of a packet, by the tags that it has then.",
  details = "NAME=NUMBER are names of ports that FLOW and ACTIONS have.",
  usage = "FLOW ACTIONS [NAME=NUMBER]...",
  min = 2,
  max = math.huge,
  examples = { "odp dpctl normalize-actions 'in_port(1),eth(),eth_type(0x0800),ipv4()' '2,push_vlan(vid=5,pcp=0),1'" },
  run = normalize,
}
