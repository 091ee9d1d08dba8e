local odp = require "odp"
local dpctl = require "dpctl.verb"

return dpctl.command {
  name = "dump-dps",
  summary = "List the datapaths.",
  usage = "",
  min = 0,
  max = 0,
  examples = { "odp dpctl dump-dps" },
  run = function(ctl)
    for _, dp in ipairs(odp.datapaths()) do ctl:line("system@" .. dp.name, { name = dp.name }) end
  end,
}
