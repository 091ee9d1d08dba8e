---@type command.Verb
return {
  summary = "Delete a port.",
  details = "A network device that was added as a port remains; one that was made as a port goes.",
  args = { { name = "VPORT", kind = "vport", doc = "its name, in whatever datapath it is" } },
  examples = { "odp vport delete vxlan0" },
  run = function(cmd)
    cmd.args.VPORT:delete()
  end,
}
