-- What the verbs of flows have in common.
local odp = require "odp"
local M = {}

M.args = {
  { name = "DP", kind = "datapath", doc = "the datapath's name or number" },
  { name = "MATCH", kind = "match", optional = true, doc = "the match as Open vSwitch text, in place of options" },
}

--- The match, and the actions, that a verb was given as options or as text.
function M.given(cmd)
  local dp, match = cmd.args.DP, cmd.args.MATCH
  if match then
    if #cmd.options > 0 then cmd:usage("MATCH and options exclude each other") end
    return match, cmd.args.ACTIONS or odp.actions("drop")
  end
  local ok, m, a = pcall(odp.from_options, cmd.options, dp)
  if not ok then cmd:usage((require("command.message")(m))) end
  return m, a
end

--- Raises what a request raised. That there is no such flow is said in those words.
function M.raise(cmd, e)
  if type(e) == "userdata" and e.errno == "ENOENT" then cmd:fail("No such flow on " .. cmd.args.DP.name) end
  error(e, 0)
end

--- Options as a line of a shell, each as --name=value.
function M.words(flow, numbers)
  return odp.join_options(flow:options { names = not numbers })
end

return M
