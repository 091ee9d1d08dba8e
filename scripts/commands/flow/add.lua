local flows = require "command.flows"

---@type command.Verb
return {
  summary = "Add a flow to a datapath.",
  details = [[
The packets that its match takes are set as --set-... says, in that order, and sent to the ports of --output. Other actions
are given as Open vSwitch text. A flow with the same match that is there already is refused, unless --replace.]],
  args = {
    flows.args[1], flows.args[2],
    { name = "ACTIONS", kind = "actions", optional = true, doc = "the actions as Open vSwitch text; none drop the packet" },
  },
  flags = {
    { name = "replace", doc = "put the actions in the place of those of a flow that is there" },
    { name = "ufid", kind = "text", value = "UFID", doc = "give the flow this unique identifier" },
  },
  options = "flow",
  examples = {
    "odp flow add dp0 --in-port=eth1 --output=eth2,eth3",
    "odp flow add dp0 --in-port=eth1 --set-tunnel-id=0x10 --set-tunnel-ipv4-dst=10.0.0.2 --output=vxlan0",
    "odp flow add dp0 'in_port(eth1),eth(),eth_type(0x0800),ipv4(dst=10.0.0.0/8)' 'ct(commit),eth2'",
  },
  run = function(cmd)
    local match, actions = flows.given(cmd)
    local dp = cmd.args.DP
    local ok, flow = pcall(dp.put_flow, dp, {
      match = match, actions = actions, mode = cmd.flags.replace and "replace" or "create", ufid = cmd.flags.ufid,
    })
    if not ok then
      if type(flow) == "userdata" and flow.errno == "EEXIST" and dp:flow(match) then
        cmd:fail(("there is a flow with this match on %s already (--replace puts the actions in the place of its own)"):format(dp.name))
      end
      error(flow, 0)
    end
    if cmd.json then cmd:line("", { match = tostring(flow.match), actions = tostring(flow.actions) }) end
  end,
}
