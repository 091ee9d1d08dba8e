local flows = require "command.flows"

---@type command.Verb
return {
  summary = "Delete a flow of a datapath.",
  details = "It is found by its match. Options for actions may be given as well, as `odp flow list` prints them, and are ignored.",
  args = { flows.args[1], flows.args[2] },
  options = "flow",
  examples = { "odp flow delete dp0 --in-port=eth1 --eth-dst=02:00:00:00:00:01" },
  run = function(cmd)
    local match = flows.given(cmd)
    local ok, e = pcall(cmd.args.DP.delete_flow, cmd.args.DP, match)
    if not ok then flows.raise(cmd, e) end
  end,
}
