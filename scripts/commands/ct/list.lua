local odp, connections = require "odp", require "command.connections"

---@type command.Verb
return {
  summary = "List tracked connections.",
  details = "Lines are those of `odp dpctl dump-conntrack`.",
  args = { connections.match },
  flags = connections.with_flags {
    { name = "stats", short = "s", doc = "with counters, times and timeout" },
    { name = "more", short = "m", doc = "with ids, status and both sides of TCP" },
  },
  examples = { "odp ct list --zone 5 --proto tcp", "odp ct list -s --json" },
  run = function(cmd)
    local how = { stats = cmd.flags.stats, verbose = cmd.flags.more }
    for c in odp.conntrack(connections.given(cmd)) do
      local text = c:text(how)
      if cmd.color then text = text:gsub("^[^,]+", function(proto) return cmd:paint(proto, "bold") end) end
      cmd:line(text, cmd.json and connections.record(c) or nil)
    end
  end,
}
