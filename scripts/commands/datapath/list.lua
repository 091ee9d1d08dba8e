local odp = require "odp"

---@type command.Verb
return {
  summary = "List the datapaths: their numbers and names.",
  examples = { "odp datapath list", "odp datapath --json" },
  run = function(cmd)
    for _, dp in ipairs(odp.datapaths()) do
      cmd:line(dp.index .. ": " .. cmd:paint(dp.name, "bold"), { index = dp.index, name = dp.name })
    end
  end,
}
