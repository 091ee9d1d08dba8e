local meters = require "command.meters"

---@type command.Verb
return {
  summary = "List the meters of a datapath, and what they have counted.",
  details = [[
The kernel cannot list meters, and does not tell their rates: those with an id up to --up-to are asked for, one by one.]],
  args = { meters.datapath, { name = "ID", kind = "meter", optional = true, rest = true, doc = "only these" } },
  flags = { { name = "up-to", kind = "integer", value = "ID", doc = "the largest id that is asked for", default = 255 } },
  examples = { "odp meter list dp0", "odp meter list dp0 1 2" },
  run = function(cmd)
    local dp, rows = cmd.args.DP, {}
    for _, id in ipairs(cmd.args.ID) do
      rows[#rows + 1] = meters.row(meters.find(cmd, id))
    end
    for id = 0, #cmd.args.ID == 0 and math.min(cmd.flags["up-to"], dp.meter_features.max_meters - 1) or -1 do
      local meter = dp:meter(id)
      if meter then rows[#rows + 1] = meters.row(meter) end
      cmd:progress(id, cmd.flags["up-to"], "ids")
    end
    cmd:table(meters.columns, rows)
  end,
}
