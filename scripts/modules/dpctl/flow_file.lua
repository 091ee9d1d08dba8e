-- Module dpctl.flow_file: files of flows, a line each, with what is to be done with it in front if that is not what the
-- verb does.
local dpctl = require "dpctl.verb"
local flow = require "dpctl.flow"
local M = {}

---@alias dpctl.Change "add"|"modify"|"delete"

--- The lines of a file that say something, without what stands behind #, and their numbers.
---@param file file*
---@return fun(): string?, integer?
local function lines(file)
  local n = 0
  return function()
    for line in function() return file:read() end do
      n = n + 1
      line = line:gsub("#.*$", "")
      if line:find "%S" then return line, n end
    end
    return nil
  end
end

--- The system's words for why a file cannot be used.
---@param why string?
---@return string
local function reason(why) return ((why or ""):gsub("^.*: ", ""):gsub("^%l", string.upper)) end

--- Take a line apart.
---@param line string
---@param change dpctl.Change what is meant if it does not say
---@return dpctl.Change change
---@return string? keys
---@return string? actions
function M.parse(line, change)
  local rest = line:gsub("^%s+", "")
  local word = rest:match "^[^, \t\r\n]*"
  for _, c in ipairs { "add", "delete", "modify" } do
    -- Words may be cut short, as far as to nothing before a comma.
    if c:sub(1, #word) == word then
      change, rest = c --[[@as dpctl.Change]], rest:sub(#word + 1)
      break
    end
  end
  local keys, actions = rest:match "^%s*(%S*)%s*(.-)$"
  if keys == "" then return change end
  return change, keys, actions ~= "" and actions or nil
end

local BATCH = 256 -- flows that are put at once

--- Puts flows, many at a time, and tells of those that are refused in their order.
---@param ctl dpctl.Session
---@param dp odp.Datapath
---@return fun(spec?: odp.FlowSpec, mode?: "create"|"modify") put without a flow it puts those that wait
local function putter(ctl, dp)
  local waiting, waiting_mode = {}, nil
  return function(spec, mode)
    if #waiting > 0 and (mode ~= waiting_mode or #waiting >= BATCH) then
      local list = waiting
      waiting = {}
      local _, errors = dp:put_flows(list, { mode = waiting_mode })
      for i = 1, #list do
        if errors[i] then flow.refused(ctl, errors[i]) end
      end
    end
    waiting[#waiting + 1], waiting_mode = spec, mode
  end
end

--- Do what the lines of a file say, each by itself: one that fails is told and passed over. Flows are put many at a time, but
--- for those that come from standard input, or whose counters are to be printed.
---@param ctl dpctl.Session
---@param dp odp.Datapath
---@param name string of the file, - for standard input
---@param change dpctl.Change
function M.run(ctl, dp, name, change)
  local file, why = io.stdin, nil
  if name ~= "-" then
    file, why = io.open(name)
    if not file then
      ctl:warn(nil, ("Opening file \"%s\" failed (%s)"):format(name, reason(why)))
      return
    end
  end
  local put = putter(ctl, dp)
  local one_by_one = file == io.stdin or ctl.stats
  for line, n in lines(file) do
    local what, keys, actions = M.parse(line, change)
    local mode = what == "add" and "create" or "modify"
    if not keys or (actions ~= nil) == (what == "delete") then
      put()
      ctl:warn(nil, ("Failed parsing line number %d, skipped!"):format(n))
    elseif what == "delete" then
      put()
      flow.delete(ctl, dp, keys)
    elseif one_by_one then
      flow.put(ctl, dp, keys, actions --[[@as string]], mode)
    else
      local spec, wrong = flow.read(dp, keys, actions --[[@as string]])
      put(spec, spec and mode)
      if wrong then ctl:warn("EINVAL", wrong) end
    end
    ctl.cmd:progress(n, nil, "lines")
  end
  put()
  if file ~= io.stdin then file:close() end
end

--- The declaration of a verb that does what a file says.
---@param name string
---@param summary string
---@param change dpctl.Change what its lines mean if they do not say
---@return command.Verb
function M.verb(name, summary, change)
  return dpctl.command {
    name = name,
    summary = summary,
    details = [[
A line is FLOW ACTIONS, or FLOW alone after delete; add, modify or delete in front says what is done with it. What is behind # is
passed over. FILE - is standard input, whose lines are done as they come. A line that fails is told, and does not change the
exit status.]],
    usage = "[DP] FILE",
    min = 1,
    max = 2,
    writes = true,
    complete = dpctl.complete.datapath,
    examples = { "odp dpctl " .. name .. " dp0 flows.txt" },
    run = function(ctl) M.run(ctl, ctl:open_optional(3), ctl.args[#ctl.args], change) end,
  }
end

return M
