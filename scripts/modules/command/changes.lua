-- What has changed between two outputs of a verb, and how fast its counters grow.
local M = {}

-- A counter stands behind its name (packets:12, RX packets: 12, missed:3) or before it (12 packets, 3 bytes). Addresses and numbers
-- of ports have neither of these forms: what they are of is what a line is about.
local NAMED = "()([%a][%w/%-]*): ?()(%d[%d.]*)()"
local BEFORE = "()(%d[%d.]*)()( %l[%l_]+)"
-- The characters by which a number stands alone: not in an address, nor in a larger word.
local function alone(line, from, behind)
  local before, after = line:sub(from - 1, from - 1), line:sub(behind, behind)
  return (from == 1 or before:match "[%s,(]") and not after:match "[:%x]"
end

--- The counters of a line: where each is, its name and its value, in their order.
local function counters(line)
  local found, taken = {}, {}
  for from, name, start, value, behind in line:gmatch(NAMED) do
    if alone(line, from, behind) and tonumber(value) then
      local direction = line:sub(1, from - 1):match "[RT]X $" or ""
      found[#found + 1], taken[start] = { from = start, behind = behind, name = direction .. name, value = tonumber(value) }, true
      found[#found].whole = not value:find(".", 1, true)
    end
  end
  for from, value, behind, word in line:gmatch(BEFORE) do
    if not taken[from] and alone(line, from, behind) and tonumber(value) then
      found[#found + 1] = { from = from, behind = behind, name = word:sub(2), value = tonumber(value), whole = true }
    end
  end
  table.sort(found, function(a, b) return a.from < b.from end)
  return found
end

-- What a line is about: the line without the values of its counters. What never was used becomes used some time.
local function about(line, found)
  local parts, at = {}, 1
  for _, c in ipairs(found) do
    if c.from >= at then
      parts[#parts + 1], at = line:sub(at, c.from - 1) .. "#", c.behind
    end
  end
  parts[#parts + 1] = line:sub(at)
  return (table.concat(parts):gsub("used:never", "used:#s"):gsub("used never", "used #"):gsub("used [%d.]+ s ago", "used #"):gsub("flags:[%w.]+, ?", "")
    :gsub(" %([%d.]+ %a+%)", ""):gsub(" +", " "))
end

--- Reads an output. Each line has its text, its counters, and what it is about. Lines that are indented belong to the one before
--- that is not: each port of a datapath has lines that look the same.
---@param text string
---@return table[] lines
function M.read(text)
  local lines, seen, over = {}, {}, ""
  for line in (text .. "\n"):gmatch "(.-)\n" do
    local found = counters(line)
    local key = about(line, found)
    local indent = #line:match "^ *"
    if indent == 0 then over = key end
    if line:match "^ *port %d" then over = over:gsub("\1.*", "") .. "\1" .. key end
    key = over .. "\0" .. key
    seen[key] = (seen[key] or 0) + 1
    local whole = {} -- a part of something, or a time, is no counter
    for _, c in ipairs(found) do
      if c.whole then whole[#whole + 1] = c end
    end
    lines[#lines + 1] = { text = line, counters = whole, key = key .. "\0" .. seen[key] }
  end
  if #lines > 0 and lines[#lines].text == "" then lines[#lines] = nil end
  return lines
end

-- The first word of a line, by which a row of a table is known.
local function word(line) return line.text:match "^%s*(%S+)" end

--- Finds for each line of now that before it, and which lines are gone. Lines are the same if they are about the same;
--- of those that are left, which have changed otherwise, those with the same first word.
---@return table[] lines each with old, the line before, or new; those that are gone, with gone, at their places
function M.compare(before, now)
  local by, rest = {}, {}
  for _, line in ipairs(before) do
    by[line.key] = line
  end
  local matched = {}
  for _, line in ipairs(now) do
    line.old = by[line.key]
    if line.old then matched[line.old] = true end
  end
  for _, line in ipairs(before) do
    local w = not matched[line] and word(line)
    if w then
      rest[w] = rest[w] or {}
      table.insert(rest[w], line)
    end
  end
  for _, line in ipairs(now) do
    local w = not line.old and word(line)
    -- A word that many lines begin with says nothing.
    if w and rest[w] and #rest[w] == 1 then
      line.old = rest[w][1]
      matched[line.old], rest[w] = true, nil
    end
    line.new = not line.old
  end
  -- Lines that are gone come behind that which was before them.
  local behind, result = {}, {}
  local last
  for _, line in ipairs(before) do
    if matched[line] then
      last = line
    elseif line.text:match "%S" then
      local place = last or before
      behind[place] = behind[place] or {}
      table.insert(behind[place], { text = line.text, counters = line.counters, gone = true })
    end
  end
  for _, line in ipairs(behind[before] or {}) do
    result[#result + 1] = line
  end
  for _, line in ipairs(now) do
    result[#result + 1] = line
    for _, gone in ipairs(line.old and behind[line.old] or {}) do
      result[#result + 1] = gone
    end
  end
  return result
end

--- How fast the counters of a line grow: a list of name and rate of those that have changed.
---@param line table
---@param seconds number since the line before
function M.rates(line, seconds)
  local list = {}
  if not line.old or #line.old.counters ~= #line.counters then return list end
  for i, c in ipairs(line.counters) do
    local old = line.old.counters[i]
    if c.value ~= old.value and c.name == old.name then
      list[#list + 1] = { name = c.name, rate = (c.value - old.value) / seconds }
    end
  end
  return list
end

--- The parts of a line: text, and whether it is other than in the line before.
---@return table[] parts
function M.parts(line)
  local list = {}
  local old = line.old and line.old.text
  if not old or old == line.text then return { { text = line.text } } end
  local words = {}
  for w in old:gmatch "[^%s,()]+" do
    words[w] = (words[w] or 0) + 1
  end
  for space, w in line.text:gmatch "([%s,()]*)([^%s,()]*)" do
    if space ~= "" then list[#list + 1] = { text = space } end
    if w ~= "" then
      local same = (words[w] or 0) > 0
      if same then words[w] = words[w] - 1 end
      list[#list + 1] = { text = w, changed = not same }
    end
  end
  return list
end

--- Whether anything in a line is other than before.
function M.changed(line) return line.new or line.gone or line.old ~= nil and line.old.text ~= line.text end

return M
