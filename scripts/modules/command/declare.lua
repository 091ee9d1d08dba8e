-- What the file of a verb may declare. Each mistake is told by its place: args[2].kind.
local odp = require "odp"
local M = {}

M.kinds = {
  "text", "file", "netns", "integer", "number", "list", "bool", "count", "datapath", "vport", "meter", "mac", "match", "actions",
}
local flag_only = { bool = true, count = true }

-- Flags that every verb has, and their short names.
local common = { json = true, ["no-color"] = true, netns = true, debug = true, help = true, n = true, h = true }

local shared = { name = "string", kind = "string", doc = "string", values = "table", suggest = "table", complete = "function" }
local arg_fields = setmetatable({ optional = "boolean", rest = "boolean" }, { __index = shared })
local flag_fields = setmetatable({ short = "string", value = "string", default = "any", optional_value = "string" }, { __index = shared })
local verb_fields = {
  summary = "string", details = "string", args = "table", flags = "table", options = "string", raw = "boolean", ahead = "boolean", aliases = "table",
  default = "string", hidden = "boolean", examples = "table", run = "function",
}

local function names(t)
  local list = {}
  for _, fields in ipairs { t, getmetatable(t) and getmetatable(t).__index or {} } do
    for name in pairs(fields) do
      list[#list + 1] = name
    end
  end
  return list
end

local function wrong(where, text, ...)
  error(where .. ": " .. text:format(...), 0)
end

-- The names in a table are known, and their values of the right type.
local function fields(where, t, known)
  if type(t) ~= "table" then wrong(where, "a table expected, got %s", type(t)) end
  for name, value in pairs(t) do
    local want = type(name) == "string" and known[name] or nil
    if not want then
      local near = odp.near_names(tostring(name), names(known))
      wrong(where, "unknown field %s%s", tostring(name), near[1] and "; did you mean " .. table.concat(near, ", ") .. "?" or "")
    end
    if want ~= "any" and type(value) ~= want then wrong(where .. "." .. name, "a %s expected, got %s", want, type(value)) end
  end
end

local function kind(where, t, is_flag)
  if t.kind == nil then return end
  for _, known in ipairs(M.kinds) do
    if t.kind == known then
      if flag_only[known] and not is_flag then wrong(where .. ".kind", "%s is for flags", known) end
      return
    end
  end
  wrong(where .. ".kind", "one of %s expected, got %s", table.concat(M.kinds, ", "), t.kind)
end

local function args(list)
  local optional, seen = false, {}
  for i, arg in ipairs(list) do
    local where = ("args[%d]"):format(i)
    fields(where, arg, arg_fields)
    if not arg.name then wrong(where, "a name expected") end
    if seen[arg.name] then wrong(where .. ".name", "%s stands twice", arg.name) end
    if arg.rest and i < #list then wrong(where .. ".rest", "only the last argument takes all that follow") end
    if optional and not arg.optional then wrong(where, "it has to be optional, as the one before is") end
    seen[arg.name], optional = true, arg.optional
    kind(where, arg)
  end
end

local function flags(list)
  local seen = {}
  for i, flag in ipairs(list) do
    local where = ("flags[%d]"):format(i)
    fields(where, flag, flag_fields)
    if not flag.name or not flag.name:match "^%l[%w_-]*$" then wrong(where .. ".name", "a name without dashes expected") end
    if flag.short and not flag.short:match "^%w$" then wrong(where .. ".short", "one letter expected, got %q", flag.short) end
    for _, name in pairs { flag.name, flag.short } do
      if common[name] then wrong(where, "every verb has %s already", name) end
      if seen[name] then wrong(where, "%s stands twice", name) end
      seen[name] = true
    end
    kind(where, flag, true)
  end
end

--- Raises what is wrong with a declaration.
function M.check(verb, is_group)
  if type(verb) ~= "table" then error("the file of a verb returns a table, got " .. type(verb), 0) end
  fields("verb", verb, verb_fields)
  if not verb.summary or verb.summary == "" or verb.summary:find "\n" then wrong("summary", "one line expected") end
  if verb.run and is_group then wrong("run", "a group runs nothing itself: name one of its verbs in default") end
  if not verb.run and not is_group then wrong("run", "a function expected") end
  if verb.default and not is_group then wrong("default", "it is for the init.lua of a group") end
  if verb.options and verb.options ~= "match" and verb.options ~= "flow" then wrong("options", 'match or flow expected, got "%s"', verb.options) end
  if verb.raw and (verb.args or verb.flags or verb.options) then wrong("raw", "no args, flags or options can be declared beside it") end
  args(verb.args or {})
  flags(verb.flags or {})
end

-- A copy without functions, which are marked by true, and without empty lists, which JSON takes for objects.
local function plain(value)
  if type(value) == "function" then return true end
  if type(value) ~= "table" then return value end
  if next(value) == nil then return nil end
  local copy = {}
  for k, v in pairs(value) do
    copy[k] = plain(v)
  end
  return copy
end

--- What a declaration says, as plain values.
function M.declaration(verb)
  local copy = plain(verb)
  copy.run = nil
  return copy
end

return M
