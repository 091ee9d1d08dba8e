-- Module test: cases and assertions for scripts that test something.
--
--   local odp, test = require "odp", require "test"
--
--   test("a datapath has its local port", function(t)
--     local dp = odp.create_datapath "dp0"
--     t.cleanup(function() dp:delete() end)
--     t.eq(#dp:vports(), 1)
--     t.eq(dp:vport(0).name, "dp0")
--   end)
--
-- `odp test` runs such files, each in namespaces of its own; `odp FILE` runs one as it is. Cases run where
-- they stand, one after the other, and one that fails does not keep the next from running. What stands
-- outside of cases is for all of them; a script without cases is one case, and ends at its first failure.
local odp = require "odp"
local host = require "test.host"
local diff = require "test.diff"

---@class test.Case: module.test
---@field name string its name

---@class module.test
---@overload fun(name: string, fn: fun(t: test.Case))
local M = {}

local current            -- the case that runs
local counts = { pass = 0, fail = 0, skip = 0 }
local chunk = debug.getinfo(1, "S").source
local raised             -- message of the assertion that failed last, to know it again when a callback raised it
local noted = {}         -- lines of assertions that failed in callbacks
local callbacks = 0      -- assertions that failed in callbacks while no case ran

--- The text of a line of a script, or nil if it cannot be read.
local function source_line(name, number)
  local ok, file = pcall(io.open, name) -- which odp --safe refuses
  if not ok or not file then return nil end
  local n, text = 0, nil
  for line in file:lines() do
    n = n + 1
    if n == number then
      text = line:gsub("^%s+", ""):gsub("%s+$", "")
      break
    end
  end
  file:close()
  return text
end

--- Raise a failed assertion at the line of the caller's caller.
local function fail(message)
  local at = debug.getinfo(3, "Sl")
  if at and at.currentline > 0 then
    local text = source_line(at.source, at.currentline)
    message = ("%s:%d: %s"):format(at.source, at.currentline, message)
    if text then message = message .. "\n  > " .. text end
  end
  raised = message
  error(message, 0)
end

local function prefixed(what, text)
  if what == nil then return text end
  return tostring(what) .. ": " .. text
end

--- Fail.
---
--- ```lua
--- if not found then t.fail("no port has the number " .. n) end
--- ```
---@param message string
function M.fail(message)
  fail(tostring(message))
end

--- The values are equal: as == has it, and tables by what is in them, however deep.
---
--- ```lua
--- t.eq(dp:vport(1).name, "eth1")
--- t.eq({ dp:vport(1).type, #dp:vports() }, { "netdev", 2 }, "type and count")
--- ```
---@param got any
---@param want any
---@param what? string what is compared
function M.eq(got, want, what)
  if not diff.same(got, want) then fail(prefixed(what, diff.describe(got, want))) end
end

--- The values are not equal, in the sense of eq.
---
--- ```lua
--- t.ne(first.ufid, second.ufid)
--- ```
---@param got any
---@param other any
---@param what? string what is compared
function M.ne(got, other, what)
  if diff.same(got, other) then fail(prefixed(what, "got " .. host.format(got) .. ", want anything else")) end
end

--- The value is neither nil nor false.
---
--- ```lua
--- local port = t.ok(dp:vport "eth1", "the port that was added")
--- ```
---@generic T
---@param got T
---@param what? string
---@return T got
function M.ok(got, what)
  if not got then fail(("%s: got %s"):format(what or "expected a value", host.format(got))) end
  return got
end

--- The numbers differ by no more than this.
---
--- ```lua
--- t.near(flow.packets, 1000, 50)
--- ```
---@param got number
---@param want number
---@param within number
---@param what? string
function M.near(got, want, within, what)
  if type(got) ~= "number" or not (math.abs(got - want) <= within) then
    fail(prefixed(what, ("got %s, want %s within %s"):format(host.format(got), host.format(want), host.format(within))))
  end
end

--- The text contains another, plain text; or the list has a value that is equal to the other.
---
--- ```lua
--- t.contains(tostring(flow), "ttl=64")
--- t.contains({ "a", "b" }, "b")
--- ```
---@param value any a list, or what tostring makes a text of
---@param part any
---@param what? string
function M.contains(value, part, what)
  if type(value) == "table" and getmetatable(value) == nil then
    for _, v in ipairs(value) do
      if diff.same(v, part) then return end
    end
    fail(prefixed(what, ("%s does not have %s"):format(host.format(value), host.format(part))))
  elseif not tostring(value):find(tostring(part), 1, true) then
    fail(prefixed(what, ("%s does not contain %s"):format(diff.show(tostring(value)), diff.show(tostring(part)))))
  end
end

--- The text matches a pattern of string.find.
---
--- ```lua
--- t.matches(dp:vport(0).name, "^dp%d$")
--- ```
---@param text any
---@param pattern string
---@param what? string
function M.matches(text, pattern, what)
  if not tostring(text):find(pattern) then
    fail(prefixed(what, ("%s does not match the pattern %s"):format(diff.show(tostring(text)), host.format(pattern))))
  end
end

--- The function raises an error that contains each text, and that has the fields of each table.
---
--- ```lua
--- local function add() dp:add_vport "absent" end
--- t.raises(add, "absent", { errno = "ENODEV" })
--- ```
---@param fn function
---@param ... string|table
---@return odp.Error|string err what was raised
function M.raises(fn, ...)
  local ok, err = pcall(fn)
  if ok then
    local wants = {}
    for i, want in ipairs { ... } do wants[i] = host.format(want) end
    fail("nothing raised, want an error" .. (#wants > 0 and " with " .. table.concat(wants, " and ") or ""))
  end
  for _, want in ipairs { ... } do
    if type(want) == "table" then
      for name, value in pairs(want) do
        local known, got = pcall(function() return err[name] end)
        if not known or not diff.same(got, value) then
          fail(("raised %s, whose %s is %s, want %s"):format(diff.show(tostring(err)), name, known and host.format(got) or "not there",
            host.format(value)))
        end
      end
    elseif not tostring(err):find(want, 1, true) then
      fail(("raised %s, which does not contain %s"):format(diff.show(tostring(err)), diff.show(want)))
    end
  end
  return err
end

--- The function returns true before the time is up. The event loop runs on while it waits.
---
--- ```lua
--- t.eventually("the port is gone", function()
---   return dp:vport "eth1" == nil
--- end)
--- ```
---@param what string
---@param fn fun(): any
---@param seconds? number 10 if not given
function M.eventually(what, fn, seconds)
  local ok, err = pcall(odp.wait, fn, seconds or 10)
  if not ok or not err then
    fail(("not so in %s seconds: %s%s"):format(seconds or 10, what, ok and "" or ": " .. tostring(err)))
  end
end

--- How often the text contains another, plain text.
---
--- ```lua
--- t.eq(t.count(listing, "recirc("), 2)
--- ```
---@param text string
---@param part string
---@return integer
function M.count(text, part)
  local n, at = 0, 1
  while true do
    local from, to = text:find(part, at, true)
    if not from then return n end
    n, at = n + 1, to + 1
  end
end

--- Call a function at the end of the case, or of the script if no case runs, also if that fails. The last
--- one is called first.
---
--- ```lua
--- local dp = odp.create_datapath "dp0"
--- t.cleanup(function() dp:delete() end)
--- ```
---@param fn fun()
function M.cleanup(fn)
  if current then
    table.insert(current.cleanups, fn)
  else
    odp.defer(fn)
  end
end

-- What a skipped case raises, to come out of it.
local skipped = setmetatable({}, { __tostring = function() return "the case was skipped" end })

--- Leave the case out, or what is left of the script if no case runs. It is shown with the reason, and is a
--- failure under `odp test --no-skip`.
---
--- ```lua
--- if not io.open "/usr/bin/iperf3" then t.skip("there is no iperf3") end
--- ```
---@param reason string
function M.skip(reason)
  if type(reason) ~= "string" or reason == "" then error("test.skip: a reason is needed, a text", 2) end
  if current then
    current.skip = reason
    error(skipped, 0)
  end
  counts.skip = counts.skip + 1
  if not host.report { type = "skip", message = reason } then print("skipped: " .. reason) end
  os.exit(0)
end

--- Whether the running kernel is this version or a later one. Of both, only the first two numbers count.
local function kernel_has(version)
  local file = assert(io.open("/proc/sys/kernel/osrelease"))
  local release = file:read("*l")
  file:close()
  local a, b = release:match("^(%d+)%.(%d+)")
  local c, d = version:match("^(%d+)%.(%d+)")
  return tonumber(a) * 1000 + tonumber(b) >= tonumber(c) * 1000 + tonumber(d), release
end

--- Go on only if the kernel has a feature of odp.features. Where it is older than the version that brought
--- the feature, this is a skip; where it should have it, a failure.
---
--- ```lua
--- t.needs "psample"
--- ```
---@param feature string
function M.needs(feature)
  local ok, f = pcall(odp.feature, feature)
  if not ok then fail(f.message or f) end
  if f.present then return end
  if f.present == nil then fail(("it could not be found out whether the kernel has %s: %s"):format(feature, f.error)) end
  if f.since then
    local has, release = kernel_has(f.since)
    if has then
      fail(("Linux %s lacks %s (%s), which came with Linux %s%s"):format(release, feature, f.doc, f.since,
        f.config and " and needs " .. f.config or ""))
    end
  end
  M.skip(("the kernel lacks %s (%s)%s"):format(feature, f.doc, f.since and ", which came with Linux " .. f.since or ""))
end

-- Running cases.

--- The calls within the case, innermost first, a line each. Nothing if there is but one.
local function traceback()
  local lines = {}
  for line in debug.traceback():gmatch("[^\n]+") do
    local at = line:match("^%s*(.-):%d+: in ")
    if at == chunk and #lines > 0 then break end -- what called the case
    if at and at ~= chunk then lines[#lines + 1] = (line:gsub("^%s+", "")) end
  end
  return #lines > 1 and table.concat(lines, "\n") or nil
end

--- What xpcall hands on of an error: it, and where it was raised.
local function caught(err)
  if err == skipped then return { err = err } end
  local failure = { err = err, message = tostring(err), trace = traceback() }
  if type(err) == "userdata" then
    local ok, line = pcall(function() return err.line end)
    failure.line = ok and line or nil
  end
  failure.line = failure.line or failure.message:match("^([^\n]-:%d+): ")
  return failure
end

--- Take down that a case has failed. The first failure is the one that it is known by.
local function note(case, failure)
  if case.failure then
    case.failure.message = case.failure.message .. "\nand then: " .. failure.message
  else
    case.failure = failure
  end
end

--- What the script is to fail with because of its cases, if anything.
local function verdict()
  local text
  if counts.fail > 0 then text = ("%d of %d cases failed"):format(counts.fail, counts.pass + counts.fail + counts.skip) end
  local all = text
  if callbacks > 0 then
    all = (text and text .. ", and " or "") .. (callbacks == 1 and "an assertion failed in a callback" or callbacks .. " assertions failed in callbacks")
  end
  host.verdict(all)
  return text
end

-- The loop reports what a handler, a timer or a task raises, and goes on. An assertion that fails there is a
-- failure all the same.
host.on_failure(function(message)
  local line = message:match("^([^\n]-:%d+): ") or "?"
  if message ~= raised or noted[line] then return end
  noted[line] = true
  if current then
    note(current, { message = "in a callback: " .. message, line = line })
  else
    callbacks = callbacks + 1
    verdict()
  end
end)

local function finish(case, seconds)
  local status = case.failure and "fail" or case.skip and "skip" or "pass"
  counts[status] = counts[status] + 1
  local f = case.failure or { message = case.skip }
  local told = host.report { type = "end", name = case.name, status = status, message = f.message, line = f.line, trace = f.trace,
    seconds = seconds, verdict = verdict() }
  if told then return end
  print(({ pass = "ok    ", fail = "FAILED ", skip = "skip  " })[status] .. case.name .. (status == "skip" and ": " .. case.skip or ""))
  if case.failure then print("  " .. (f.message .. (f.trace and "\n" .. f.trace or "")):gsub("\n", "\n  ")) end
end

local names = {}

local function run(_, name, fn)
  if type(name) ~= "string" or name == "" then error("test: a name for the case is needed, a text", 2) end
  if type(fn) ~= "function" then error("test: the case '" .. name .. "' needs a function", 2) end
  if current then error(("test: the case '%s' stands within the case '%s'"):format(name, current.name), 2) end
  if names[name] then error("test: there is a case '" .. name .. "' already", 2) end
  names[name] = true
  if not host.selected(name) then
    host.report { type = "unselected", name = name }
    return
  end
  host.report { type = "start", name = name }
  local case = { name = name, cleanups = {} }
  current = case
  local start = host.clock()
  local ok, failure = xpcall(fn, caught, setmetatable({ name = name }, { __index = M, __call = getmetatable(M).__call }))
  if not ok and failure.err ~= skipped then note(case, failure) end
  while #case.cleanups > 0 do
    ok, failure = xpcall(table.remove(case.cleanups), caught)
    if not ok then note(case, failure) end
  end
  current = nil
  finish(case, host.clock() - start)
end

return setmetatable(M, {
  __call = run,
  __index = function(_, name) error("module test has no '" .. tostring(name) .. "'", 2) end,
})
