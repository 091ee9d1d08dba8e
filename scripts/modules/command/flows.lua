-- What the verbs of flows have in common.
local odp = require "odp"
local values = require "command.values"
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
  if not ok then
    M.need_ports(cmd)
    cmd:usage((require("command.message")(m)))
  end
  return m, a
end

--- Ends the verb if an option names a port that the datapath does not have: that is no wrong usage.
function M.need_ports(cmd)
  for _, option in ipairs(cmd.options) do
    for name in (option:match "^%-%-in%-port=(.*)$" or option:match "^%-%-output=(.*)$" or ""):gmatch "[^,]+" do
      if name:find "^%a[^/&()=]*$" then values.readers.vport(name, cmd.args.DP, cmd) end
    end
  end
end

--- Raises what a request raised. That there is no such flow is said in those words.
function M.raise(cmd, e)
  if type(e) == "userdata" and e.errno == "ENOENT" then cmd:fail("No such flow on " .. cmd.args.DP.name) end
  error(e, 0)
end

--- The datapath and options as a line of a shell, each as --name=value.
function M.words(dp, flow, numbers)
  local options = odp.join_options(flow:options { names = not numbers })
  return options == "" and dp.name or dp.name .. " " .. options
end

return M
