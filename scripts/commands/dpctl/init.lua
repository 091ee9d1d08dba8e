-- odp dpctl VERB: the verbs of ovs-dpctl.
---@type command.Verb
return {
  summary = "Do what ovs-dpctl does: the same verbs, arguments and output.",
  details = [[
Each verb takes the arguments of ovs-dpctl(8) of Open vSwitch 3.1, prints the same and ends with the same exit status. A
datapath is [TYPE@]NAME, where TYPE is system. Where DP may be left out, the only datapath is meant.

An IFACE is the name of a network device, with options after commas: type=T (system if not given, internal, vxlan, geneve, gre),
port_no=N, and those of the type, such as remote_ip=flow,dst_port=N.

A FLOW is what dump-flows prints: an identifier ufid:..., or nothing, and keys. The kernel gets the keys as they are written.]],
  flags = require("dpctl.verb").flags,
}
