local ports = require "command.ports"

return ports.add_verb("internal", {
  summary = "Add a port that is a network device of the machine itself.",
  name = { name = "VPORT", doc = "the name of the new device, of 1 to 15 bytes" },
})
