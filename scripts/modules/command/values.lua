-- What the words of a command line mean, by the kinds that a verb declares.
local net, odp = require "net", require "odp"
local M = {}

local OFFERED_METERS = 63 -- the largest id that a shell offers

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
    cmd:usage(name .. ": " .. M.message(value))
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

--- The words of an error in one line, without the line of the script.
---@return string text
---@return integer status of the process
function M.message(e)
  if type(e) == "table" and e.status then return e.text, e.status end
  local text = tostring(e)
  if type(e) == "userdata" and e.line then
    text = text:sub(#e.line + 3) -- behind "line: "
  end
  if type(e) == "userdata" and e.op == "argument" then
    text = text:gsub("^bad argument #%d+ %b() to [%w_.:]+: ", "")
  end
  return (text:match "^[^\n]*"), 1
end

--- What a shell offers, by kind, each with a word about it. `before` has the
--- arguments before.
M.offers = {
  datapath = function()
    local list = {}
    for _, dp in ipairs(odp.datapaths()) do
      list[#list + 1] = { dp.name, "datapath " .. dp.index }
    end
    return list
  end,
  vport = function(dp)
    local list = {}
    for _, d in ipairs(dp and { odp.datapath(dp) } or odp.datapaths()) do
      for _, port in ipairs(d:vports()) do
        list[#list + 1] = { port.name, ("port %d of %s, %s"):format(port.number, d.name, port.type) }
      end
    end
    return list
  end,
  meter = function(dp)
    local list = {}
    local d = dp and odp.datapath(dp)
    for id = 0, d and OFFERED_METERS or -1 do -- the kernel cannot list them
      if d:meter(id) then list[#list + 1] = { tostring(id), "meter" } end
    end
    return list
  end,
  netns = function()
    local list = {}
    for _, ns in ipairs(net.namespaces()) do
      list[#list + 1] = { ns.name, "network namespace" }
    end
    return list
  end,
}
return M
