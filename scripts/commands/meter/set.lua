local meters = require "command.meters"

local flags = { { name = "keep", doc = "go on counting from what the meter that was there had counted" } }
for _, flag in ipairs(meters.flags) do
  flags[#flags + 1] = flag
end

---@type command.Verb
return {
  summary = "Put a new meter in the place of one, or add it.",
  args = { meters.datapath, meters.id },
  flags = flags,
  examples = { "odp meter set dp0 1 --rate 500" },
  run = function(cmd)
    local spec = meters.spec(cmd)
    local there = cmd.flags.keep and cmd.args.DP:meter(spec.id)
    if there then spec.start = there.stats end
    local meter, before = cmd.args.DP:set_meter(spec)
    if cmd.json then cmd:line("", { datapath = cmd.args.DP.name, id = meter.id, kbps = meter.kbps, bands = meter.bands, before = before }) end
  end,
}
