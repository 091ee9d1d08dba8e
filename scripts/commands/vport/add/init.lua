---@type command.Verb
return {
  summary = "Add a port to a datapath.",
  details = "`odp vport list` prints each port as the words that add it.",
}
