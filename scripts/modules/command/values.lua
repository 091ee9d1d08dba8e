-- What the words of a command line mean, by the kinds that a verb declares.
local odp = require "odp"
local M = {}

local function quoted(list)
  return table.concat(list, ", ")
end

local function datapath_names()
  local names = {}
  for _, dp in ipairs(odp.datapaths()) do
    names[#names + 1] = dp.name
  end
  return names
end

--- Finds a datapath by name or, if none has the name, by number.
local function datapath(text, _, cmd)
  local dp = odp.datapath(text) or tonumber(text) and odp.datapath(tonumber(text))
  if dp then return dp end
  local names = datapath_names()
  cmd:fail(("there is no datapath %s (%s)"):format(text, #names > 0 and "there are: " .. quoted(names) or "there is none at all"))
end

--- Finds a port by name or number in a datapath, or by name in any.
local function vport(text, dp, cmd)
  if dp then
    local port = dp:vport(text) or tonumber(text) and dp:vport(tonumber(text))
    if port then return port end
    local names = {}
    for _, p in ipairs(dp:vports()) do
      names[#names + 1] = p.name
    end
    cmd:fail(("%s has no port %s (its ports: %s)"):format(dp.name, text, quoted(names)))
  end
  for _, d in ipairs(odp.datapaths()) do
    local port = d:vport(text)
    if port then return port end
  end
  cmd:fail(("no datapath has a port %s"):format(text))
end

--- Reads text, of which what is wrong is wrong usage.
local function parsed(read)
  return function(text, dp, cmd, name)
    local ok, value = pcall(read, text, dp)
    if ok then return value end
    cmd:usage(name .. ": " .. require("command.message")(value))
  end
end

--- How each kind is read that is not a plain value: the text, the datapath before it,
--- the call, and the name in messages.
M.readers = {
  datapath = datapath,
  vport = vport,
  mac = parsed(function(text) return odp.mac(text) end),
  match = parsed(function(text, dp) return odp.match(text, dp) end),
  actions = parsed(function(text, dp) return odp.actions(text, dp) end),
}

--- Puts what the words mean in their place in cmd.args and cmd.flags.
function M.convert(verb, cmd)
  cmd.args, cmd.flags = cmd.args or {}, cmd.flags or {}
  local dp
  for _, arg in ipairs(verb.args or {}) do
    local read, given = M.readers[arg.kind], cmd.args[arg.name]
    if read and given ~= nil then
      if arg.rest then
        for i, text in ipairs(given) do
          given[i] = read(text, dp, cmd, arg.name)
        end
      else
        cmd.args[arg.name] = read(given, dp, cmd, arg.name)
      end
    end
    if arg.kind == "datapath" and not arg.rest then dp = dp or cmd.args[arg.name] end
  end
  for _, flag in ipairs(verb.flags or {}) do
    local read, given = M.readers[flag.kind], cmd.flags[flag.name]
    if read and given ~= nil then cmd.flags[flag.name] = read(given, dp, cmd, "--" .. flag.name) end
  end
end

return M
