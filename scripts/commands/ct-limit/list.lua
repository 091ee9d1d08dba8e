local odp = require "odp"

---@type command.Verb
return {
  summary = "List the limits of zones, and how many connections they have.",
  examples = { "odp ct-limit", "odp ct-limit --json" },
  run = function(cmd)
    local rows = {}
    for i, l in ipairs(odp.ct_limits()) do
      rows[i] = { zone = l.zone or "default", limit = l.limit, count = l.count }
    end
    cmd:table({
      { "zone", right = true, text = tostring },
      { "limit", right = true, text = function(limit) return limit == 0 and "none" or tostring(limit) end },
      { "count", title = "CONNECTIONS", right = true },
    }, rows)
  end,
}
