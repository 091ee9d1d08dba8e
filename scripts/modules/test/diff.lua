-- How values differ, for messages of module test.
local host = require "test.host"
local M = {}

local SHORT = 60   -- bytes of a value that is shown in a line with another one
local SHOWN = 2000 -- bytes of a value that are shown at all
local PLACES = 12  -- places at which tables differ that are shown
local LINES = 400  -- lines of which the longest common part is looked for

local function has_equality(t)
  local mt = getmetatable(t)
  return type(mt) == "table" and mt.__eq ~= nil
end

--- Whether the values are equal: as == has it, and tables without an equality of their own by their contents.
---@param a any
---@param b any
---@param pairs_seen? table
---@return boolean
function M.same(a, b, pairs_seen)
  if a == b then return true end
  if type(a) ~= "table" or type(b) ~= "table" or has_equality(a) or has_equality(b) then return false end
  pairs_seen = pairs_seen or {}
  if pairs_seen[a] == b then return true end -- being compared further up
  pairs_seen[a] = b
  for k, v in next, a do
    if not M.same(v, rawget(b, k), pairs_seen) then return false end
  end
  for k in next, b do
    if rawget(a, k) == nil then return false end
  end
  return true
end

--- The value for a message. Of a very long one, the beginning.
---@param v any
---@return string
function M.show(v)
  local text = host.format(v)
  if #text <= SHOWN then return text end
  return ("%s... (%d bytes)"):format(text:sub(1, SHOWN), #text)
end

local function path_of(path, key)
  if type(key) == "string" and key:find("^[%a_][%w_]*$") then return path .. "." .. key end
  return path .. "[" .. host.format(key) .. "]"
end

--- Keys of both tables in an order that does not vary.
local function keys_of(a, b)
  local keys, seen = {}, {}
  for _, t in ipairs { a, b } do
    for k in next, t do
      if not seen[k] then
        seen[k] = true
        keys[#keys + 1] = k
      end
    end
  end
  table.sort(keys, function(x, y)
    if type(x) == "number" and type(y) == "number" then return x < y end
    if type(x) ~= type(y) then return type(x) < type(y) end
    return tostring(x) < tostring(y)
  end)
  return keys
end

--- The places at which two tables differ, a line each.
local function places(got, want, path, lines, seen)
  if seen[got] == want then return end
  seen[got] = want
  for _, k in ipairs(keys_of(got, want)) do
    local a, b, at = rawget(got, k), rawget(want, k), path_of(path, k)
    if M.same(a, b) then -- nothing to say
    elseif type(a) == "table" and type(b) == "table" and not has_equality(a) and not has_equality(b) then
      places(a, b, at, lines, seen)
    else
      lines[#lines + 1] = ("%s: got %s, want %s"):format(at, M.show(a), M.show(b))
    end
  end
end

local function split_lines(text)
  local lines = {}
  for line in (text .. "\n"):gmatch("(.-)\n") do lines[#lines + 1] = line end
  return lines
end

--- Lines of two texts from here to there, those of the one with "-" and of the other with "+", and what they
--- have in common with a space.
local function changes(a, b, out)
  local n, m = #a, #b
  if n > LINES or m > LINES then
    for _, line in ipairs(a) do out[#out + 1] = "- " .. line end
    for _, line in ipairs(b) do out[#out + 1] = "+ " .. line end
    return
  end
  -- longest[i][j] is the length of the longest common part of what begins at a[i] and b[j].
  local longest = {}
  for i = n + 1, 1, -1 do
    longest[i] = {}
    for j = m + 1, 1, -1 do
      if i > n or j > m then
        longest[i][j] = 0
      elseif a[i] == b[j] then
        longest[i][j] = longest[i + 1][j + 1] + 1
      else
        longest[i][j] = math.max(longest[i + 1][j], longest[i][j + 1])
      end
    end
  end
  local i, j = 1, 1
  while i <= n or j <= m do
    if i <= n and j <= m and a[i] == b[j] then
      out[#out + 1] = "  " .. a[i]
      i, j = i + 1, j + 1
    elseif j > m or i <= n and longest[i + 1][j] >= longest[i][j + 1] then
      out[#out + 1] = "- " .. a[i]
      i = i + 1
    else
      out[#out + 1] = "+ " .. b[j]
      j = j + 1
    end
  end
end

--- A difference of texts of several lines, with little of what they have in common.
local function line_difference(got, want)
  local a, b = split_lines(want), split_lines(got)
  local first = 1
  while first <= #a and first <= #b and a[first] == b[first] do first = first + 1 end
  local last = 0
  while last < #a - first + 1 and last < #b - first + 1 and a[#a - last] == b[#b - last] do last = last + 1 end
  local middle_a, middle_b = {}, {}
  for i = first, #a - last do middle_a[#middle_a + 1] = a[i] end
  for i = first, #b - last do middle_b[#middle_b + 1] = b[i] end

  local out = { ("texts differ from line %d on (- want, + got):"):format(first) }
  for i = math.max(1, first - 2), first - 1 do out[#out + 1] = "  " .. a[i] end
  changes(middle_a, middle_b, out)
  for i = #a - last + 1, math.min(#a, #a - last + 2) do out[#out + 1] = "  " .. a[i] end
  local limit = 60
  if #out > limit then
    local left = #out - limit
    for i = #out, limit + 1, -1 do out[i] = nil end
    out[#out + 1] = ("... and %d more lines"):format(left)
  end
  return table.concat(out, "\n  ")
end

--- The parts of Open vSwitch text, such as in_port(1),eth(...): what stands between its outer commas. Nil for other text.
local function parts_of(text)
  if not text:find("^[%w_%-]+%b()") then return nil end
  local parts, depth, from = {}, 0, 1
  for i = 1, #text do
    local c = text:sub(i, i)
    if c == "(" then
      depth = depth + 1
    elseif c == ")" then
      depth = depth - 1
    elseif c == "," and depth == 0 then
      parts[#parts + 1] = text:sub(from, i - 1)
      from = i + 1
    end
  end
  parts[#parts + 1] = text:sub(from)
  return depth == 0 and #parts > 1 and parts or nil
end

--- What only one of two Open vSwitch texts has. Nil if either is something else, or they differ in order only.
local function flow_difference(got, want)
  local a, b = parts_of(got), parts_of(want)
  if not a or not b then return nil end
  local function without(list, other)
    local count, left = {}, {}
    for _, part in ipairs(other) do count[part] = (count[part] or 0) + 1 end
    for _, part in ipairs(list) do
      if (count[part] or 0) > 0 then count[part] = count[part] - 1 else left[#left + 1] = part end
    end
    return #left > 0 and table.concat(left, ",") or "nothing"
  end
  local mine, theirs = without(a, b), without(b, a)
  if mine == "nothing" and theirs == "nothing" then return nil end
  return ("only got:  %s\n  only want: %s"):format(mine, theirs)
end

--- Where two long texts of one line begin to differ.
local function byte_difference(got, want)
  local at = 1
  while got:byte(at) == want:byte(at) do at = at + 1 end
  local from = math.max(1, at - 20)
  local function around(text) return (from > 1 and "..." or "") .. host.format(text:sub(from, at + 40)) end
  return ("they differ from byte %d on: got %s, want %s"):format(at, around(got), around(want))
end

--- Both values, and how they differ if that is not plain to see.
---@param got any
---@param want any
---@return string
function M.describe(got, want)
  local a, b = M.show(got), M.show(want)
  if type(got) ~= type(want) then a, b = ("%s (%s)"):format(a, type(got)), ("%s (%s)"):format(b, type(want)) end
  local text
  local several = type(got) == "string" and type(want) == "string" and (got .. want):find("\n")
  if several then
    return "not equal\n  " .. line_difference(got, want)
  elseif #a <= SHORT and #b <= SHORT then
    text = ("got %s, want %s"):format(a, b)
  else
    text = ("not equal\n  got:  %s\n  want: %s"):format(a, b)
  end
  if type(got) == "table" and type(want) == "table" then
    local lines = {}
    places(got, want, "", lines, {})
    local more = #lines - PLACES
    if more > 0 then lines[PLACES + 1] = ("... and %d more"):format(more) end
    return text .. "\n  at " .. table.concat(lines, "\n  at ", 1, math.min(#lines, PLACES + 1))
  end
  if type(got) ~= type(want) or #a <= SHORT and #b <= SHORT then return text end
  local s, w = tostring(got), tostring(want)
  if s == w then return text .. "\n  (they look the same)" end
  return text .. "\n  " .. (flow_difference(s, w) or byte_difference(s, w))
end

return M
