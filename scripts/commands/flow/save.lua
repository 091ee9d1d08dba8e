---@type command.Verb
return {
  summary = "Write the flows of a datapath to a file, which odp flow load adds again.",
  args = {
    { name = "DP", kind = "datapath", doc = "the datapath's name or number" },
    { name = "FILE", kind = "file", optional = true, doc = "the file, which is overwritten; - or none is standard output" },
  },
  flags = { { name = "numbers", doc = "write ports as their numbers" } },
  examples = { "odp flow save dp0 flows.txt" },
  run = function(cmd)
    if cmd.json and (cmd.args.FILE or "-") == "-" then
      cmd:usage "--json tells how many flows were written to a FILE; `odp flow list --json` prints flows as JSON"
    end
    local count = cmd.args.DP:write_flows(cmd.args.FILE or "-", { names = not cmd.flags.numbers })
    if cmd.args.FILE and cmd.args.FILE ~= "-" then
      cmd:line(("%d flow%s written"):format(count, count == 1 and "" or "s"), { datapath = cmd.args.DP.name, written = count })
    end
  end,
}
