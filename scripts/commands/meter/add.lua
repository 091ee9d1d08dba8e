local meters = require "command.meters"

---@type command.Verb
return {
  summary = "Add a meter to a datapath.",
  details = "A meter that is there already is refused: see `odp meter set`.",
  args = { meters.datapath, meters.id },
  flags = meters.flags,
  examples = { "odp meter add dp0 1 --rate 1000", "odp meter add dp0 2 --rate 10000 --burst 2000 --kbps" },
  run = function(cmd)
    local meter = cmd.args.DP:add_meter(meters.spec(cmd))
    if cmd.json then cmd:line("", { datapath = cmd.args.DP.name, id = meter.id, kbps = meter.kbps, bands = meter.bands }) end
  end,
}
