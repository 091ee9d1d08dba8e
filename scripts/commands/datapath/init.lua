---@type command.Verb
return {
  summary = "Add, list, delete and listen to datapaths.",
  aliases = { "dp" },
  default = "list",
}
