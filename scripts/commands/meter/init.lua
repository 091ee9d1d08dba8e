---@type command.Verb
return {
  summary = "Add, show and delete the meters of a datapath, which limit rates.",
  details = "The action meter(ID) of a flow sends its packets through a meter, which drops those that come faster than its rate.",
  default = "list",
}
