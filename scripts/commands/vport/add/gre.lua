local ports = require "command.ports"

return ports.add_verb("gre", {
  summary = "Add a port for GRE tunnels.",
  name = { name = "VPORT", doc = "the name of the new device, of 1 to 15 bytes" },
  details = "The address of the other end, and a key, are those that a flow sets: --set-tunnel-ipv4-dst, --set-tunnel-id.",
})
