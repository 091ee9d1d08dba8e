local odp, connections = require "odp", require "command.connections"

---@type command.Verb
return {
  summary = "Count tracked connections by protocol and state, and show how full the kernel's table is.",
  args = { connections.match },
  flags = connections.flags,
  examples = { "odp ct stats", "odp ct stats --zone 5 --json" },
  run = function(cmd)
    local stats, tab = odp.conntrack_stats(connections.given(cmd)), odp.conntrack_table()
    if cmd.json then
      cmd:line("", { connections = stats, table = tab })
      return
    end
    for line in stats:text({ verbose = true }):gmatch "[^\n]+" do
      cmd:line(line)
    end
    cmd:line(("Table: %d of %d entries, %d insertions failed, %d packets dropped, %d invalid"):format(tab.entries, tab.max, tab.insert_failed, tab.drop, tab.invalid))
  end,
}
