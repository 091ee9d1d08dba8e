local dpctl = require "dpctl.verb"
local flow_file = require "dpctl.flow_file"

return dpctl.command {
  name = "mod-flows",
  summary = "Change flows from a file.",
  details = [[
A line is FLOW ACTIONS, or FLOW alone after delete; add, modify or delete in front says what is done with it. What is behind # is
passed over. FILE - is standard input, whose lines are done as they come. A line that fails is told, and does not change the
exit status.]],
  usage = "[DP] FILE",
  min = 1,
  max = 2,
  writes = true,
  complete = dpctl.complete.datapath,
  examples = { "odp dpctl mod-flows dp0 flows.txt" },
  run = function(ctl)
    local dp = ctl:open_optional(3)
    flow_file.run(ctl, dp, ctl.args[#ctl.args], "modify")
  end,
}
