local odp, zones = require "odp", require "command.zones"

---@type command.Verb
return {
  summary = "Limit the connections of a zone, or of those without a limit of their own.",
  args = { zones.arg, { name = "LIMIT", kind = "integer", doc = "how many it may have; 0 is no limit" } },
  examples = { "odp ct-limit set 5 1000", "odp ct-limit set default 50" },
  run = function(cmd)
    local zone, limit = zones.read(cmd, cmd.args.ZONE), cmd.args.LIMIT
    if limit < 0 or limit >= 2 ^ 32 then cmd:usage(("LIMIT: 0 to 4294967295 expected, got %d"):format(limit)) end
    odp.set_ct_limit { zone = zone ~= "default" and zone or nil, limit = limit }
  end,
}
