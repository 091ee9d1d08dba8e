local dpctl = require "dpctl.verb"
local list = require "dpctl.list"

return dpctl.command {
  name = "list-commands",
  summary = "List the verbs of ovs-dpctl with their arguments.",
  usage = "",
  min = 0,
  max = math.huge,
  run = list,
}
