local ports = require "command.ports"

return ports.add_verb("netdev", {
  summary = "Add a network device that is there as a port.",
  name = { name = "DEVICE", doc = "its name", complete = ports.free_devices },
})
