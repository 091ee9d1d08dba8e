---@type command.Verb
return {
  summary = "Add, list, delete and watch the ports of datapaths.",
  aliases = { "port" },
  default = "list",
}
