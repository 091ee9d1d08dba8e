local ports = require "command.ports"

return ports.add_verb("vxlan", {
  summary = "Add a port for VXLAN tunnels.",
  name = { name = "VPORT", doc = "the name of the new device, of 1 to 15 bytes" },
  port = 4789,
  details = "The address of the other end, and the VNI, are those that a flow sets: --set-tunnel-ipv4-dst, --set-tunnel-id.",
})
