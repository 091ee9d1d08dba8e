-- Module dpctl.flow_file: files of flows, a line each, with what is to be done with it in front if that is not what the
-- verb does.
local dpctl = require "dpctl.verb"
local flow = require "dpctl.flow"
local text_lines = require "command.lines"
local M = {}

local BLANKS = { " ", "\t", "\r" }

---@alias dpctl.Change "add"|"modify"|"delete"

--- The lines of a file that say something, without what stands behind #, and their numbers.
---@param file file*
---@return fun(): string?, integer?
local function lines(file)
  local n = 0
  local next_line = text_lines(file)
  return function()
    for line in next_line do
      n = n + 1
      if line:find("#", 1, true) then line = line:gsub("#.*$", "") end
      if line:find "%S" then return line, n end
    end
    return nil
  end
end

--- The system's words for why a file cannot be used.
---@param why string?
---@return string
local function reason(why) return ((why or ""):gsub("^.*: ", ""):gsub("^%l", string.upper)) end

--- Where the first blank of a line stands.
---@param line string
---@param from integer
---@return integer?
local function first_blank(line, from)
  local first
  for _, blank in ipairs(BLANKS) do
    local at = line:find(blank, from, true)
    if at and (not first or at < first) then first = at end
  end
  return first
end

--- Take a line apart.
---@param line string
---@param change dpctl.Change what is meant if it does not say
---@return dpctl.Change change
---@return string? keys
---@return string? actions
function M.parse(line, change)
  local first = 1
  -- Most lines begin with a key that no such word begins with; patterns take far longer than the rest of all this.
  if line:find "^[adm,%s]" then
    local _, at, word = line:find "^%s*([^, \t\r\n(]*)"
    local said
    if line:sub(at + 1, at + 1) ~= "(" then -- with it the word is the name of a key
      for _, c in ipairs { "add", "delete", "modify" } do
        -- Words may be cut short, as far as to nothing before a comma.
        if c:sub(1, #word) == word then
          said = c --[[@as dpctl.Change]]
          break
        end
      end
    end
    change = said or change
    local start = line:find("%S", said and at + 1 or at - #word + 1)
    if not start then return change end
    first = start
  end
  local space = first_blank(line, first)
  if not space then return change, line:sub(first) end
  local actions = line:find("%S", space)
  return change, line:sub(first, space - 1), actions and line:sub(actions) or nil
end

local BATCH = 256 -- flows that are put or deleted at once

---@class dpctl.Waiting a line that waits to be done with others
---@field keys string
---@field actions? string

--- Tell what is wrong with a line that could not be done.
---@param ctl dpctl.Session
---@param dp odp.Datapath
---@param change dpctl.Change
---@param line dpctl.Waiting
---@param e odp.Error
local function tell(ctl, dp, change, line, e)
  local wrong
  if not e.errno and change == "delete" then
    wrong = select(2, flow.match(line.keys, dp))
  elseif not e.errno then
    wrong = select(2, flow.read(dp, line.keys, line.actions --[[@as string]]))
  end
  if wrong then
    ctl:warn("EINVAL", wrong)
  elseif change == "delete" then
    flow.not_deleted(ctl, e)
  else
    flow.refused(ctl, e)
  end
end

--- Makes changes, many of a kind at a time, and tells of those that fail in their order.
---@param ctl dpctl.Session
---@param dp odp.Datapath
---@return fun(line?: dpctl.Waiting, change?: dpctl.Change) change without a line it makes those that wait
local function changer(ctl, dp)
  local waiting, kind = {}, nil
  return function(line, change)
    if #waiting > 0 and (change ~= kind or #waiting >= BATCH) then
      local list, texts, _, errors = waiting, {}, nil, nil
      waiting = {}
      for i = 1, #list do texts[i] = list[i].actions and list[i].keys .. " " .. list[i].actions or list[i].keys end
      if kind == "delete" then
        _, errors = dp:delete_flows(texts, { literal = true })
      else
        _, errors = dp:put_flows(texts, { literal = true, mode = kind == "add" and "create" or "modify" })
      end
      for i = 1, #list do
        if errors[i] then tell(ctl, dp, kind --[[@as dpctl.Change]], list[i], errors[i]) end
      end
    end
    waiting[#waiting + 1], kind = line, change
  end
end

--- Do what the lines of a file say, each by itself: one that fails is told and passed over. Flows are put and deleted many at a
--- time, but for those that come from standard input, or whose counters are to be printed.
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
  local make = changer(ctl, dp)
  local one_by_one = file == io.stdin or ctl.stats
  for line, n in lines(file) do
    local what, keys, actions = M.parse(line, change)
    if not keys or (actions ~= nil) == (what == "delete") then
      make()
      ctl:warn(nil, ("Failed parsing line number %d, skipped!"):format(n))
    elseif not one_by_one and keys:sub(1, 5) ~= "ufid:" then
      make({ keys = keys, actions = actions }, what)
    else
      make()
      if what == "delete" then
        flow.delete(ctl, dp, keys)
      else
        flow.put(ctl, dp, keys, actions --[[@as string]], what == "add" and "create" or "modify")
      end
    end
    if n % 256 == 0 then ctl.cmd:progress(n, nil, "lines") end
  end
  make()
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
