---@type command.Verb
return {
  summary = "Limit how many connections a zone of connection tracking may have.",
  details = "A packet whose action ct would commit one more is dropped. Limits are for all datapaths of a network namespace together.",
  default = "list",
}
