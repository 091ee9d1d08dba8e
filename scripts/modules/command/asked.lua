-- What the program asks the files of verbs, without running them: each function takes JSON, and prints.
local json = require "json"
local M = {}

local function load_verb(code, name)
  local chunk, problem = loadstring(code, "@" .. name)
  if not chunk then error(problem, 0) end
  return chunk()
end

--- Prints what files declare: a line of JSON for each, either { declaration = ... } or
--- { problem = "..." }. files is a list of code, name and group.
function M.declare(files)
  local declare = require "command.declare"
  for _, file in ipairs(json.decode(files)) do
    local answer = {}
    local ok, problem = pcall(function()
      local verb = load_verb(file.code, file.name)
      declare.check(verb, file.group)
      answer.declaration = declare.declaration(verb)
    end)
    if not ok then
      local text = tostring(problem):match "^[^\n]*"
      answer.problem = text:find(file.name, 1, true) == 1 and text or file.name .. ": " .. text
    end
    print(json.encode(answer))
  end
end

--- Prints what a shell may offer for a word, each with a tab and what it is behind it.
--- ask has kind, datapath, netns, and if the verb's own code knows, place (args or
--- flags), name, word and args. What goes wrong offers nothing: nobody would see why.
function M.complete(code, name, ask)
  local a = json.decode(ask)
  local net, odp = require "net", require "odp"
  local function offer()
    if a.place then
      for _, item in ipairs(load_verb(code, name)[a.place]) do
        if item.name == a.name and item.complete then
          for _, text in ipairs(item.complete({ args = a.args, flags = {} }, a.word)) do
            print(text)
          end
        end
      end
    end
    local offers = require("command.offers")[a.kind]
    local dp = a.datapath and (odp.datapath(a.datapath) and a.datapath or tonumber(a.datapath))
    for _, item in ipairs(offers and offers(dp) or {}) do
      print(item[1] .. "\t" .. item[2])
    end
  end
  pcall(function()
    if a.netns then net.open_namespace(a.netns):with(offer) else offer() end
  end)
end

return M
