-- Module dpctl.verb: what the verbs of odp dpctl have in common. They take the arguments of ovs-dpctl 3.1, print what it prints and end
-- with its exit status. A verb is made by M.command; it gets a session, which has its arguments and options.
local odp = require "odp"
local errno = require "dpctl.errno"
local scan = require "dpctl.scan"

---@class module.dpctl.verb
local M = {}

--- What a verb is made of.
---@class dpctl.Verb
---@field name string as it is called
---@field summary string what it does, in one line
---@field details? string more of it, for help
---@field usage string its arguments, as help shows them
---@field min integer arguments that it needs
---@field max integer arguments that it takes at most
---@field writes? boolean it changes something, so --read-only refuses it
---@field complete? fun(cmd: command.Call, word: string): string[] what a shell offers
---@field examples? string[] command lines
---@field run fun(ctl: dpctl.Session) what it does

--- One run of a verb.
---@class dpctl.Session
---@field program string what errors begin with
---@field args string[] the arguments
---@field stats boolean -s
---@field verbosity integer how often -m
---@field names boolean ports by their names
---@field clear boolean --clear
---@field may_create boolean --may-create
---@field status integer the exit status
---@field cmd command.Call what the command line gives it
local Session = {}
Session.__index = Session

--- What Session:fail raises; run catches it.
local failed = {}

--- Print a line, or the record with --json.
---@param text string
---@param record? table|userdata
function Session:line(text, record) self.cmd:line(text, record) end

--- Print text that is no whole line.
---@param text string
function Session:print(text)
  if self.cmd.json then return end
  self.cmd:flush()
  self.cmd:write(text)
end

--- Tell of something that went wrong, and go on.
---@param code string? the kernel's error by name
---@param text string
function Session:warn(code, text)
  if code then text = text .. " (" .. errno.text(code) .. ")" end
  self.cmd:flush()
  io.stderr:write(self.program, ": ", text, "\n")
end

--- Tell of something that went wrong, and have 1 for exit status at the end.
---@param code string? the kernel's error by name
---@param text string
function Session:refuse(code, text)
  self:warn(code, text)
  self.status = 1
end

--- Tell of something that went wrong, and end with exit status 1.
---@param code string? the kernel's error by name
---@param text string
function Session:fail(code, text)
  self:refuse(code, text)
  error(failed, 0)
end

--- Call a function; if it raises, tell so and end.
---@generic T
---@param text string what to tell
---@param fn fun(...: any): T
---@param ... any
---@return T
function Session:try(text, fn, ...)
  local ok, result = pcall(fn, ...)
  if not ok then self:fail(errno.of(result), text) end
  return result
end

--- The type and the name in what an argument calls a datapath.
---@param text string [TYPE@]NAME
---@return string type
---@return string name
function M.parse_name(text)
  local kind, name = text:match("^([^@]*)@(.*)$")
  if kind then return kind, name end
  return "system", text
end

--- The datapath that an argument names, or why there is none.
---@param text string
---@return odp.Datapath? dp
---@return string? errno
function M.open(text)
  local kind, name = M.parse_name(text)
  if kind == "netdev" then return nil, "ENODEV" end -- those end with the program that made them
  if kind ~= "system" then return nil, "EAFNOSUPPORT" end
  if name == "" then return nil, "ENODEV" end
  local ok, dp = pcall(odp.datapath, name)
  if not ok then return nil, errno.of(dp) end
  if not dp then return nil, "ENODEV" end
  return dp
end

--- The datapath that an argument names. Without one the verb ends.
---@param text string
---@return odp.Datapath
function Session:open(text)
  local dp, code = M.open(text)
  if not dp then self:fail(code, "opening datapath") end
  return dp --[[@as odp.Datapath]]
end

--- Whether an argument names a datapath that there is.
---@param text string?
---@return boolean
function M.exists(text) return text ~= nil and M.open(text) ~= nil end

--- The datapath that the first argument names or, if it names none and may be left out, the only one that there is. Other
--- arguments than these do not say which: as many as the verb takes at most need a name.
---@param most integer the number of arguments, its name among them, with which there is a name
---@return odp.Datapath dp
---@return boolean named whether the first argument names it
function Session:open_optional(most)
  if M.exists(self.args[1]) then return self:open(self.args[1]), true end
  if #self.args ~= most then
    local all = self:try("opening datapath", odp.datapaths)
    if #all == 1 then return all[1], false end
    self:warn(nil, #all == 0 and "no datapaths exist" or "multiple datapaths, specify one")
  end
  self:fail("EINVAL", "datapath not found")
  error "unreachable"
end

--- The zone in an argument zone=ZONE, nil if it is none.
---@param arg string?
---@return integer?
function M.zone(arg)
  local text = arg and arg:match "^zone=(.*)$"
  return text and scan.uint(text, 16)
end

--- The options that ovs-dpctl takes with every verb.
---@type command.Flag[]
M.flags = {
  { name = "statistics", short = "s", doc = "print statistics of ports or of a flow" },
  { name = "more", short = "m", kind = "count", doc = "print more: identifiers, fields that are not matched, names of ports" },
  { name = "names", doc = "print the names of ports" },
  { name = "no-names", doc = "print the numbers of ports, also with -m" },
  { name = "clear", doc = "set the flow's counters to zero" },
  { name = "may-create", doc = "make the flow if it is not there" },
  { name = "read-only", doc = "refuse verbs that change something" },
  { name = "timeout", short = "t", kind = "integer", value = "SECONDS", doc = "end after this time" },
}

--- What a shell offers for arguments.
M.complete = {}

---@return string[]
local function datapaths()
  local names = {}
  for _, dp in ipairs(odp.datapaths()) do names[#names + 1] = dp.name end
  return names
end

--- The words in front of the one that is completed.
---@param cmd command.Call
---@return string[]
local function before(cmd) return cmd.args and cmd.args.ARG or {} end

--- Datapaths, in every place.
M.complete.datapaths = datapaths

--- A datapath in the first place.
---@param cmd command.Call
---@return string[]
function M.complete.datapath(cmd) return #before(cmd) == 0 and datapaths() or {} end

--- A datapath in the first place, then its ports.
---@param cmd command.Call
---@return string[]
function M.complete.ports(cmd)
  local first = before(cmd)[1]
  if not first then return datapaths() end
  local names, dp = {}, M.open(first)
  for _, p in ipairs(dp and dp:vports() or {}) do names[#names + 1] = p.name end
  return names
end

local ALARM = 128 + 14 -- the exit status of a program that its alarm clock has ended

---@param verb dpctl.Verb
---@param cmd command.Call
local function run(verb, cmd)
  local flags = cmd.flags
  local verbosity = flags.more or 0
  local ctl = setmetatable({
    cmd = cmd,
    program = cmd.program or "odp",
    args = cmd.args.ARG or {},
    stats = flags.statistics or false,
    verbosity = verbosity,
    names = not flags["no-names"] and (flags.names or verbosity > 0),
    clear = flags.clear or false,
    may_create = flags["may-create"] or false,
    status = 0,
  }, Session)
  local ok, e = pcall(function()
    if flags.timeout then
      if flags.timeout < 1 then ctl:fail(nil, ("value %d on -t or --timeout is invalid"):format(flags.timeout)) end
      odp.after(flags.timeout, function() os.exit(ALARM) end)
    end
    if #ctl.args < verb.min then
      ctl:fail(nil, ("'%s' command requires at least %d arguments"):format(verb.name, verb.min))
    elseif #ctl.args > verb.max then
      ctl:fail(nil, ("'%s' command takes at most %d arguments"):format(verb.name, verb.max))
    elseif verb.writes and flags["read-only"] then
      ctl:fail(nil, ("'%s' command does not work in read only mode"):format(verb.name))
    end
    verb.run(ctl)
  end)
  if not ok and e ~= failed then error(e, 0) end
  if ctl.status ~= 0 then
    cmd:flush()
    os.exit(ctl.status)
  end
end

--- The declaration of a verb.
---@param verb dpctl.Verb
---@return command.Verb
function M.command(verb)
  return {
    summary = verb.summary,
    details = verb.details,
    args = { { name = "ARG", kind = "text", rest = true, optional = true, complete = verb.complete, doc = verb.usage } },
    examples = verb.examples,
    run = function(cmd) return run(verb, cmd) end,
  }
end

--- The declaration of a verb of which the kernel's datapath is not capable.
---@param verb dpctl.Verb without run
---@param most integer as for Session:open_optional
---@param text string what is told
---@param check? fun(ctl: dpctl.Session) looks at the arguments first
---@return command.Verb
function M.unsupported(verb, most, text, check)
  verb.details = "The datapath of the kernel cannot do this: it is for the datapath of ovs-vswitchd, and is refused here."
  verb.run = function(ctl)
    ctl:open_optional(most)
    if check then check(ctl) end
    ctl:fail("EOPNOTSUPP", text)
  end
  return M.command(verb)
end

--- The declaration of a verb that turns the putting together of fragments on or off, of which the kernel's datapath
--- is not capable.
---@param name string
---@param summary string
---@param text string what is told
---@return command.Verb
function M.unsupported_family(name, summary, text)
  return M.unsupported({
    name = name, summary = summary, usage = "[DP] v4|v6", min = 1, max = 2, writes = true, complete = M.complete.datapath,
  }, 3, text, function(ctl)
    local args = ctl.args
    if not args[#args]:find "^%s*v[46]" then ctl:fail("EINVAL", "parameter missing: 'v4' for IPv4 or 'v6' for IPv6") end
  end)
end

return M
