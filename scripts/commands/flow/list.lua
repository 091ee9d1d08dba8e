local flows = require "command.flows"

---@type command.Verb
return {
  summary = "List the flows of a datapath.",
  details = [[
Each line is what `odp flow add` takes to add the flow: the datapath, and the options of the match and of the actions. Only
what is matched is printed.]],
  args = { { name = "DP", kind = "datapath", doc = "its name or number" } },
  flags = {
    { name = "stats", short = "s", doc = "show what each flow has counted" },
    { name = "numbers", doc = "show ports as their numbers" },
    { name = "text", doc = "show flows as Open vSwitch text" },
  },
  examples = { "odp flow list dp0", "odp flow list dp0 --stats" },
  run = function(cmd)
    local dp = cmd.args.DP
    for flow in dp:flows() do
      local record
      if cmd.json then
        record = {
          datapath = dp.name, options = flow:options { names = not cmd.flags.numbers }, match = tostring(flow.match),
          actions = tostring(flow.actions), packets = flow.packets, bytes = flow.bytes, idle = flow.idle,
        }
      end
      local line = ""
      if not cmd.json and cmd.flags.text then
        line = flow:text { names = not cmd.flags.numbers }
        if cmd.color then
          local head, actions = line:match "^(.*, actions:)(.*)$"
          line = head .. cmd:paint(actions, "bold")
        end
      elseif not cmd.json then
        line = flows.words(dp, flow, cmd.flags.numbers)
        if cmd.color then line = cmd:paint(dp.name, "faint") .. line:sub(#dp.name + 1) end
        if cmd.flags.stats then
          local used = flow.idle and ("%.3f s ago"):format(flow.idle) or "never"
          line = line .. cmd:paint((": %d packets, %d bytes, used %s"):format(flow.packets, flow.bytes, used), "faint")
        end
      end
      cmd:line(line, record)
    end
  end,
}
