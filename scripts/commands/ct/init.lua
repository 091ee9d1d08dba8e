---@type command.Verb
return {
  summary = "List, count, flush and watch tracked connections.",
  details = "They are those of a network namespace, whichever datapath has committed them by its action ct.",
  default = "list",
}
