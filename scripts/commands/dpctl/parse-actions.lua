local odp = require "odp"
local dpctl = require "dpctl.verb"

return dpctl.command {
  name = "parse-actions",
  summary = "Read actions and print them as dump-flows does.",
  usage = "ACTIONS...",
  min = 1,
  max = math.huge,
  examples = { "odp dpctl parse-actions 'push_vlan(vid=5,pcp=0),2'" },
  run = function(ctl)
    for _, text in ipairs(ctl.args) do
      local actions = tostring(ctl:try("odp_actions_from_string", odp.actions, text))
      ctl:line(actions, { actions = actions })
    end
  end,
}
