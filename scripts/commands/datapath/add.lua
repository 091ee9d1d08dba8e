local odp = require "odp"

---@type command.Verb
return {
  summary = "Add a datapath.",
  details = "It comes with a local port: a network device of the same name.",
  args = { { name = "DP", doc = "its name, of 1 to 15 bytes" } },
  examples = { "odp datapath add dp0" },
  run = function(cmd)
    local dp = odp.create_datapath(cmd.args.DP)
    if cmd.json then cmd:line("", { index = dp.index, name = dp.name }) end
  end,
}
