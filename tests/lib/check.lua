-- Assertions for the tests. A failed one raises at the caller's line and shows
-- both values.
local M = {}

local function show(v)
  if type(v) == "string" then return string.format("%q", v) end
  return tostring(v)
end

local function fail(level, message, ...)
  error(message:format(...), level + 1)
end

--- The values are equal.
---@param got any
---@param want any
---@param what? string what is compared
function M.eq(got, want, what)
  if got ~= want then
    fail(2, "%sgot %s (%s), want %s (%s)", what and what .. ": " or "", show(got), type(got), show(want), type(want))
  end
end

--- The value is neither nil nor false.
---@generic T
---@param got T
---@param what? string
---@return T got
function M.ok(got, what)
  if not got then fail(2, "%s: got %s", what or "expected a value", show(got)) end
  return got
end

--- The text contains another, plain text.
---@param text any
---@param part string
function M.contains(text, part)
  if not tostring(text):find(part, 1, true) then
    fail(2, "%s does not contain %s", show(tostring(text)), show(part))
  end
end

--- The function raises an error that contains each text.
---@param fn function
---@param ... string
---@return odp.Error|string err what was raised
function M.raises(fn, ...)
  local ok, err = pcall(fn)
  if ok then fail(2, "nothing raised, want an error with %s", table.concat({ ... }, " and ")) end
  for _, part in ipairs { ... } do
    if not tostring(err):find(part, 1, true) then
      fail(2, "raised %s, which does not contain %s", show(tostring(err)), show(part))
    end
  end
  return err
end

--- The function returns true before the time is up. The event loop runs on while
--- it waits.
---@param what string
---@param fn fun(): any
---@param seconds? number 10 if not given
function M.eventually(what, fn, seconds)
  local ok, err = pcall(require("odp").wait, fn, seconds or 10)
  if not ok or not err then fail(2, "not so in time: %s%s", what, ok and "" or ": " .. tostring(err)) end
end

--- How often the text contains another, plain text.
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

return M
