local odp = require "odp"

local function names(features)
  local list = {}
  for i, f in ipairs(features) do
    list[i] = f.name
  end
  return table.concat(list, ", ")
end

---@type command.Verb
return {
  summary = "List what not every kernel has, and whether this one does.",
  details = "What is not known yet is looked for, which makes a datapath for a moment. With NAMEs only these are shown, and the exit status is 1 if one of them is missing or not known.",
  args = {
    {
      name = "NAME", optional = true, rest = true, doc = "of a feature",
      complete = function()
        local names = {}
        for _, feature in ipairs(odp.features()) do
          names[#names + 1] = feature.name .. "\t" .. feature.doc
        end
        return names
      end,
    },
  },
  flags = { { name = "missing", short = "m", doc = "only what this kernel does not have" } },
  examples = { "odp feature", "odp feature list psample meters" },
  run = function(cmd)
    local list, rows, missing, unknown = {}, {}, {}, {}
    for _, name in ipairs(cmd.args.NAME) do
      list[#list + 1] = odp.feature(name)
    end
    if #list == 0 then list = odp.features() end
    for _, f in ipairs(list) do
      if not f.present then table.insert(f.error and unknown or missing, f) end
      if not (cmd.flags.missing and f.present) then
        rows[#rows + 1] = { name = f.name, present = f.present, since = f.since, config = f.config, doc = f.doc, error = f.error }
      end
    end
    cmd:table({
      { "name" },
      { "present", title = "HERE", text = function(present, row) return present and "yes" or row.error and "?" or "no" end, color = "bold" },
      { "since" },
      { "doc", title = "WHAT", text = function(doc, row) return row.error and doc .. ": " .. row.error or doc end },
    }, rows)
    if #cmd.args.NAME == 0 then return end
    if #missing > 0 then cmd:fail("this kernel does not have " .. names(missing)) end
    if #unknown > 0 then cmd:fail(("it is not known whether this kernel has %s: %s"):format(names(unknown), unknown[1].error)) end
  end,
}
