-- How cmd:table writes a table for people.
local odp = require "odp"

-- The text with spaces to that width, or cut to it.
local function fitted(text, width, right)
  local space = width - odp.text_width(text)
  if space >= 0 then return right and (" "):rep(space) .. text or text .. (" "):rep(space) end
  local cut = text
  while odp.text_width(cut) >= width and #cut > 0 do
    cut = cut:gsub("[\128-\191]*$", ""):sub(1, -2) -- the last character, which may have several bytes
  end
  return cut .. "…" .. (" "):rep(width - 1 - odp.text_width(cut))
end

---@param cmd command.Call
---@param columns command.Column[]
---@param rows table[] one at least
return function(cmd, columns, rows)
  local head, widths, cells = {}, {}, {}
  for i, column in ipairs(columns) do
    head[i] = column.title or column[1]:upper():gsub("_", " ")
    widths[i] = odp.text_width(head[i])
  end
  for r, row in ipairs(rows) do
    cells[r] = {}
    for i, column in ipairs(columns) do
      local value = row[column[1]]
      local text = column.text and column.text(value, row) or value == nil and "-" or tostring(value)
      cells[r][i] = text
      widths[i] = math.max(widths[i], odp.text_width(text))
    end
  end
  if cmd.terminal then
    local before = 2 * (#columns - 1)
    for i = 1, #columns - 1 do
      before = before + widths[i]
    end
    widths[#columns] = math.max(math.min(widths[#columns], cmd.width - before), 8)
  end
  local function line(texts, color)
    local parts = {}
    for i, column in ipairs(columns) do
      local text = fitted(texts[i], widths[i], column.right)
      if i == #columns then text = text:gsub(" +$", "") end
      parts[i] = cmd:paint(text, color or column.color)
    end
    cmd:line(table.concat(parts, "  "))
  end
  line(head, "bold")
  for _, texts in ipairs(cells) do
    line(texts)
  end
end
