local odp, connections = require "odp", require "command.connections"

---@type command.Verb
return {
  summary = "Remove tracked connections.",
  details = "Those that a match means, or --all of the network namespace.",
  args = { connections.match },
  flags = connections.with_flags { { name = "all", short = "a", doc = "every connection" } },
  examples = { "odp ct flush --zone 5", "odp ct flush --all" },
  run = function(cmd)
    local match = connections.given(cmd)
    if not match and not cmd.flags.all then cmd:usage("a match or --all expected") end
    if match and cmd.flags.all then cmd:usage("--all and a match exclude each other") end
    local ok, e = pcall(odp.flush_conntrack, match)
    if not ok and type(e) == "userdata" and e.errno == "ENOENT" then cmd:fail("No such connection") end
    if not ok then error(e, 0) end
  end,
}
