local meters = require "command.meters"

---@type command.Verb
return {
  summary = "Delete meters.",
  details = "Flows whose action names one that is gone drop no packets for it.",
  args = { meters.datapath, { name = "ID", kind = "meter", rest = true, doc = meters.id.doc } },
  examples = { "odp meter delete dp0 1" },
  run = function(cmd)
    local list = {}
    for i, id in ipairs(cmd.args.ID) do
      list[i] = meters.find(cmd, id) -- all are there, or nothing is changed
    end
    for _, meter in ipairs(list) do
      meter:delete()
    end
  end,
}
