-- Module command: what the verbs of the command line are made of.
--
--   -- ~/.config/odp/commands/ports.lua, for `odp ports dp0`
--   ---@type command.Verb
--   return {
--     summary = "List the names of the ports of a datapath.",
--     args = {
--       { name = "DP", kind = "datapath", doc = "its name or number" },
--     },
--     run = function(cmd)
--       for _, port in ipairs(cmd.args.DP:vports()) do
--         cmd:line(port.name, { name = port.name })
--       end
--     end,
--   }
--
-- A verb is a Lua file that returns such a table: VERB.lua, or VERB/SUB.lua for `odp VERB SUB`, where VERB/init.lua says
-- what the group is. The verbs that come with the program are such files as well: `odp help --source VERB` shows one. Others
-- are found in the folder commands of each folder of $ODP_PATH, and in ~/.config/odp/commands. One with the name of a
-- verb that comes with the program takes its place. What a file declares makes its help and its manual page, checks
-- what it is called with, and has a shell complete it.
--
-- By its kind an argument or a flag is a string (text, file, netns), a number (integer, number, and meter, whose
-- meter need not be there), true or false (bool), how many times it was given (count), a list of strings, which are
-- given with commas between them or by several flags (list), an odp.Datapath that was given by name or number
-- (datapath), an odp.Vport (vport), an odp.MAC (mac), or what Open vSwitch text says (match, actions). Where an argument
-- before it is a datapath, ports are those of that datapath, and can be named by their number too.
local json, net, odp = require "json", require "net", require "odp"

---@class command
local M = {}

--- A positional argument of a verb.
---@class command.Arg
---@field name string in capitals, as help shows it and cmd.args has it: "DP"
---@field kind? "text"|"file"|"netns"|"integer"|"number"|"list"|"datapath"|"vport"|"meter"|"mac"|"match"|"actions" what it is, and so what run gets; text if not given
---@field doc? string what it is, in a few words
---@field optional? boolean it may be left out; then those after it are optional as well
---@field rest? boolean it takes all that follow, and is a list of them; the last one only
---@field values? string[] what it may be, and nothing else
---@field suggest? string[] what a shell offers, besides what the kind knows
---@field complete? fun(cmd: command.Call, word: string): string[] what a shell offers, where that is found out by code; cmd has the arguments before as strings

--- A flag of a verb: --name, --name VALUE or --name=VALUE. It may stand anywhere behind the verb.
---@class command.Flag
---@field name string without dashes, as cmd.flags has it
---@field short? string one letter, for -m
---@field kind? "text"|"file"|"netns"|"integer"|"number"|"list"|"bool"|"count"|"datapath"|"vport"|"meter"|"mac"|"match"|"actions" what it is, and so what run gets; bool if not given
---@field value? string the word for its value in help: "PORT"; by its kind if not given
---@field doc? string what it does, in a few words
---@field default? string|number|boolean what it is if not given; nil, false or 0 otherwise
---@field optional_value? string its value when it is given without one: then a value needs a =
---@field values? string[] what it may be, and nothing else
---@field suggest? string[] what a shell offers, besides what the kind knows
---@field complete? fun(cmd: command.Call, word: string): string[] as for arguments

--- What the file of a verb returns.
---@class command.Verb
---@field summary string one line, for the list of verbs; ends with a full stop
---@field details? string paragraphs for help and the manual page
---@field args? command.Arg[] positional arguments, in order
---@field flags? command.Flag[] in a VERB/init.lua, those that each SUB takes as well
---@field options? "match"|"flow" it also takes the options of odp.from_options: those of keys, or those of actions as well. cmd.options has those that were given
---@field raw? boolean no flags and arguments are read: cmd.rest has all words behind the verb
---@field ahead? boolean flags stand in front of the first argument only; what is behind it is no flag of the verb
---@field aliases? string[] other names of the verb
---@field default? string of a VERB/init.lua: the SUB that `odp VERB` alone runs
---@field hidden? boolean it is not listed
---@field examples? string[] command lines, each with a comment in front if need be
---@field run? fun(cmd: command.Call) what the verb does; none in a VERB/init.lua. What it raises is printed in one line, with exit status 1

--- A column of a table.
---@class command.Column
---@field [1] string the field of each row that it shows
---@field title? string its head; the field's name in capitals if not given
---@field right? boolean numbers: to the right
---@field color? "red"|"green"|"yellow"|"blue"|"magenta"|"cyan"|"bold"|"faint" on a terminal
---@field text? fun(value: any, row: table): string how it is shown

--- What a verb's `run` gets.
---@class command.Call
---@field verb string its whole name: "flow list"
---@field program string what the program is called, which messages begin with
---@field args table<string, any> arguments by name; nil for those left out, but an empty list for one with `rest`
---@field flags table<string, any> flags by name
---@field options string[] with `options`: those given, each as --name=value
---@field rest string[] with `raw`: all words behind the verb
---@field netns? string the network namespace of -n, in which `run` is called
---@field json boolean --json was given: print JSON Lines
---@field color boolean colours may be used
---@field terminal boolean standard output is a terminal
---@field watched boolean standard error is one
---@field width integer columns of the terminal; 80 if it is none
---@field debug boolean --debug was given
local Call = {}
Call.__index = Call

local BATCH = 256 -- lines that are written at once

--- Print a line, or with --json the record. A line without a record is for people:
--- --json leaves it out. Of text that is not UTF-8, which JSON cannot hold, --json
--- prints the bytes in hexadecimal. Lines are written in batches, at the latest when `run` waits.
---
--- ```lua
--- cmd:line("dp0: 3 ports", { name = "dp0", ports = 3 })
--- ```
---@param text string
---@param record? table what the line says, as names and values
function Call:line(text, record)
  if self.json then
    if record == nil then return end
    text = json.encode(record, { binary = "hex" })
  end
  local lines = self._lines
  lines[#lines + 1] = text
  if #lines >= BATCH then
    self:flush()
  elseif not self._timer then
    self._timer = odp.after(0, function() self:flush() end)
  end
end

--- Print values as print does, for people: --json leaves them out.
---
--- ```lua
--- cmd:print("ports:", #dp:vports())
--- ```
---@param ... any
function Call:print(...)
  local texts = {}
  for i = 1, select("#", ...) do
    texts[i] = tostring((select(i, ...)))
  end
  self:line(table.concat(texts, "\t"))
end

--- Write what has been printed.
---
--- ```lua
--- cmd:flush()
--- ```
function Call:flush()
  if self._timer then
    self._timer:cancel()
    self._timer = nil
  end
  local lines = self._lines
  if #lines > 0 then
    self._lines = {}
    self:write(table.concat(lines, "\n") .. "\n")
  end
end

--- Write text as it is, at once: to standard output, behind the lines before. A full disk ends the verb.
---
--- ```lua
--- cmd:write("no line break")
--- ```
---@param text string
function Call:write(text)
  if #self._lines > 0 then self:flush() end
  local ok, problem = io.stdout:write(text)
  if not ok then
    io.stderr:write(self.program or "odp", ": ", problem, "\n")
    os.exit(1)
  end
end

local COLORS = { red = 31, green = 32, yellow = 33, blue = 34, magenta = 35, cyan = 36, bold = 1, faint = 2 }

--- The text in a colour, where colours may be used.
---
--- ```lua
--- cmd:line(cmd:paint("lost", "red"), { lost = true })
--- ```
---@param text string
---@param color? "red"|"green"|"yellow"|"blue"|"magenta"|"cyan"|"bold"|"faint"
---@return string painted
function Call:paint(text, color)
  if not self.color or color == nil then return text end
  local code = COLORS[color] or error("unknown color " .. tostring(color), 2)
  return "\27[" .. code .. "m" .. text .. "\27[0m"
end

--- Print a table with a line for each row and a head, or with --json a record for each
--- row. No rows are no lines. On a terminal the last column is cut where the line ends.
---
--- ```lua
--- cmd:table({ { "name" }, { "packets", right = true } }, {
---   { name = "p1", packets = 12 },
--- })
--- ```
---@param columns command.Column[]
---@param rows table[]
function Call:table(columns, rows)
  if self.json then
    for _, row in ipairs(rows) do
      self:line("", row)
    end
    return
  end
  if #rows > 0 then require "command.columns"(self, columns, rows) end
end

local PROGRESS = 0.1 -- seconds between two looks

--- Show on standard error how far something long has come, if that is a terminal and the
--- first call was a moment ago. Without arguments it goes away, as it does when the verb ends.
---
--- ```lua
--- cmd:progress(12000, 50000, "flows")
--- ```
---@param done? integer
---@param total? integer if that is known
---@param what? string of what
function Call:progress(done, total, what)
  if not self.watched then return end
  local now = odp.time()
  if not done then
    if self._shown then io.stderr:write("\r\27[K") end
    self._shown, self._shows = nil, nil
    return
  end
  self._shows = self._shows or now + 5 * PROGRESS
  if now < self._shows then return end
  self._shows, self._shown = now + PROGRESS, true
  local share = total and total > 0 and (" of %d (%d %%)"):format(total, math.floor(100 * done / total)) or ""
  io.stderr:write(("\r\27[K%d%s %s"):format(done, share, what or ""))
end

--- Tell the user something on standard error: not a result, and not why it failed.
---
--- ```lua
--- cmd:note("12 flows, 3 of them were there before")
--- ```
---@param text string
function Call:note(text)
  self:flush()
  self:progress()
  io.stderr:write(self.program or "odp", ": ", text, "\n")
end

local Failure = {}
Failure.__index = Failure
function Failure.__tostring(f) return f.text end

--- End the verb: what it was to do is not possible. Exit status 1. It does not return.
---
--- ```lua
--- if #dp:vports() == 1 then cmd:fail(dp.name .. " has no ports") end
--- ```
---@param text string one line: what failed, of what, and what to do about it
function Call:fail(text)
  error(setmetatable({ text = text, status = 1 }, Failure), 0)
end

--- End the verb: it was called in a wrong way. Exit status 2. It does not return.
---
--- ```lua
--- cmd:usage("--from or --to expected")
--- ```
---@param text string one line: what was given, and what was expected
function Call:usage(text)
  error(setmetatable({ text = text, status = 2 }, Failure), 0)
end

--- Check what the file of a verb returns, as odp does before it takes the verb up.
---
--- ```lua
--- require("command").check(dofile("ports.lua"))
--- ```
---@param verb command.Verb
function M.check(verb)
  require("command.declare").check(verb)
end

--- Run a verb, as odp does when it has read a command line. What it raises is raised.
---
--- ```lua
--- local ports = dofile("ports.lua")
--- require("command").run(ports, { args = { DP = "dp0" } })
--- ```
---@param verb command.Verb
---@param call table args and flags by name as they are on a command line, options, rest, netns, json, color, terminal, width
function M.run(verb, call)
  local cmd = setmetatable({ _lines = {} }, Call) ---@type command.Call
  for name, value in pairs(call) do
    cmd[name] = value
  end
  local function run()
    cmd.args, cmd.flags = cmd.args or {}, cmd.flags or {}
    if verb.args or verb.flags then require("command.values").convert(verb, cmd) end
    verb.run(cmd)
  end
  local ok, e = pcall(function()
    if cmd.netns then
      local ns = net.open_namespace(cmd.netns) or cmd:fail("there is no network namespace " .. cmd.netns)
      ns:with(run)
    else
      run()
    end
  end)
  cmd:progress()
  cmd:flush()
  if not ok then error(e, 0) end
end

return M
