local odp, zones = require "odp", require "command.zones"

---@type command.Verb
return {
  summary = "Have the default limit apply to a zone again, or have no default.",
  args = { { name = "ZONE", rest = true, doc = zones.arg.doc, suggest = zones.arg.suggest } },
  examples = { "odp ct-limit delete 5", "odp ct-limit delete default" },
  run = function(cmd)
    local list = {}
    for i, text in ipairs(cmd.args.ZONE) do
      list[i] = zones.read(cmd, text)
    end
    for _, zone in ipairs(list) do
      odp.delete_ct_limit(zone)
    end
  end,
}
