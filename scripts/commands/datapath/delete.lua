---@type command.Verb
return {
  summary = "Delete a datapath with all its ports and flows.",
  args = { { name = "DP", kind = "datapath", doc = "its name or number" } },
  examples = { "odp datapath delete dp0" },
  run = function(cmd)
    cmd.args.DP:delete()
  end,
}
