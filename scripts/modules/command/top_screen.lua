-- odp top on the whole terminal.
local odp, screen = require "odp", require "screen"
local rates, views = require "command.rates", require "command.views"
local M = {}

local SHARE = 3 -- of this many seconds one may be spent with reading
local FIRST = 0.3 -- seconds to the second look, from which on there are rates
local PROGRESS = 0.25 -- seconds between two looks at how many flows have been read
local SHIFT = 20 -- columns by which left and right move the text

local HELP = {
  "f p m k   flows, ports, misses, masks (Tab: the next)",
  "1 to 9    sort by that column; again: the other way round",
  "s S       sort by the next column, by the one before",
  "/         filter flows: tcp,nw_dst=10.0.0.1 or a part of their text",
  "+ -       look less often, more often",
  "space     pause, go on",
  "d         the next datapath",
  "arrows    move; page up, page down, home and end as well",
  "q         end",
  "",
  "A look is the difference of two readings of counters. AGE is the time",
  "since the last match. UPCALL and LOST are packets for user space, each",
  "second, as the kernel counts them by port (Linux 6.2).",
}

local Top = {}
Top.__index = Top

--- Cancels what is being read, and reads what is to be shown now.
function Top:restart()
  if self.reader then self.reader:cancel() end
  if self.timer then self.timer:cancel() end
  local dp = self.datapaths[self.which]
  self.reader = rates.reader(dp, self.view.name, self.view.name == "flows" and rates.filter(self.filter, dp) or nil)
  self.reader.tick = function(n) self:progress(n) end
  self.sample, self.rows, self.reading = nil, {}, nil
  self:look_soon()
end

--- Runs a part of it. What goes wrong ends all.
function Top:guard(fn)
  local ok, e = pcall(fn)
  if not ok then
    self.failure = self.failure or e
    odp.stop()
  end
end

function Top:look_soon()
  odp.spawn(function()
    self:guard(function() self:look(self.reader) end)
  end)
end

--- Reads once, and comes again after a while.
function Top:look(reader)
  local ok, sample = pcall(function() return reader:read() end)
  if reader ~= self.reader or reader.cancelled then return end -- something else is shown by now
  self.reading = nil
  local first = self.sample == nil
  if ok then
    self.sample, self.problem = sample, nil
  else
    self.problem = (require("command.message")(sample))
    if self:find(reader) then return end
  end
  local took = ok and sample.took or 0
  self.every = math.max(self.interval, took * SHARE)
  if not self.paused then
    self.timer = odp.after(first and ok and math.min(FIRST, self.every) or self.every - took, function()
      self:look_soon()
    end)
  end
  self:select()
  self:draw()
end

--- One of that name may have taken the place of a datapath that was deleted.
function Top:find(reader)
  local ok, dp = pcall(odp.datapath, reader.dp.name)
  if ok and dp and dp ~= reader.dp then
    self.datapaths[self.which] = dp
    self:restart()
    return true
  end
end

--- While many flows are read, that is seen.
function Top:progress(n)
  self.reading = n
  local now = odp.time()
  if not self.sample and now >= (self.progressed or 0) + PROGRESS then
    self.progressed = now
    self:draw()
  end
end

--- Chooses the rows that are seen.
function Top:select()
  if not self.sample then return end
  local visible = self:visible()
  local rows = self.sample.rows
  self.offset = math.max(0, math.min(self.offset, #rows - visible))
  local best = rates.first(self.sample, self.sort, self.ascending, self.offset + visible)
  self.rows = {}
  for i = self.offset + 1, #best do
    self.rows[#self.rows + 1] = best[i]
  end
  if self.view.name == "flows" then
    if self.described ~= self.which then
      self.known, self.described = {}, self.which
    end
    views.describe(self.datapaths[self.which], self.rows, self.known)
  end
end

local ABOVE, BELOW = 3, 1

function Top:visible() return math.max(1, self.screen.height - ABOVE - BELOW) end

function Top:draw_head()
  local s, t = self.screen, self.sample and self.sample.total or {}
  local lost = (t.lost_rate or 0) > 0
  local column = s:text(1, 1, self.datapaths[self.which].name, "bold")
  column = s:text(1, column, ("  flows %s  masks %s  hit %s/s  missed %s/s  "):format(views.short(t.flows), views.short(t.masks), views.short(t.hit_rate),
    views.short(t.missed_rate)))
  s:text(1, column, ("lost %s/s"):format(views.short(t.lost_rate)), lost and "bold red" or nil)
  column = 1
  for _, view in ipairs(views.list) do
    column = s:text(2, column, " " .. view.title .. " ", view == self.view and "reverse bold" or nil)
  end
  local state = {}
  if self.filter ~= "" and self.view.name == "flows" then state[#state + 1] = "filter " .. self.filter end
  if self.reading and not self.sample then
    state[#state + 1] = ("reading: %d"):format(self.reading)
  elseif self.sample and self.sample.took >= 0.05 then
    state[#state + 1] = ("read in %s"):format(views.seconds(self.sample.took))
  end
  state[#state + 1] = self.paused and "paused" or "every " .. views.seconds(self.every)
  local text = table.concat(state, "  ")
  s:text(2, math.max(column + 2, s.width - odp.text_width(text) + 1), text, self.paused and "bold yellow" or nil)
end

local function padded(text, width, right)
  local space = (" "):rep(math.max(0, width - odp.text_width(text)))
  return right and space .. text or text .. space
end

function Top:draw_rows()
  local s = self.screen
  local columns, at = self.view.columns, 1
  s:text(3, 1, (" "):rep(s.width), "reverse")
  for _, column in ipairs(columns) do
    local sorted = column[1] == self.sort
    local width = column.width or s.width
    s:text(3, at, padded(column.title, width, column.right), sorted and "reverse bold underline" or "reverse")
    for i, row in ipairs(self.rows) do
      local value = row[column[1]]
      local text = column.text and column.text(value) or value == nil and "-" or tostring(value)
      if not column.width then text = self:shifted(text) end
      s:text(ABOVE + i, at, padded(text, width, column.right), sorted and "bold" or nil)
    end
    at = at + width + 2
    if at > s.width then break end
  end
  if #self.rows == 0 and self.sample and not self.help then s:text(ABOVE + 2, 3, self:nothing(), "faint") end
end

-- The text from the column on that the arrows have moved to.
function Top:shifted(text)
  if self.shift == 0 then return text end
  local width, from = 0, 1
  for character in text:gmatch "[%z\1-\127\194-\244][\128-\191]*" do
    if width >= self.shift then break end
    width, from = width + odp.text_width(character), from + #character
  end
  return text:sub(from)
end

function Top:nothing()
  if self.view.name == "misses" then return "This kernel does not count upcalls by port; Linux 6.2 does." end
  return self.filter ~= "" and "no flows pass the filter" or "no flows"
end

function Top:draw_foot()
  local s = self.screen
  if self.typing then
    local column = s:text(s.height, 1, "filter: " .. self.typing)
    s:text(s.height, column, " ", "reverse")
  elseif self.problem then
    s:text(s.height, 1, self.problem, "bold red")
  elseif self.sample and self.sample.incomplete then
    s:text(s.height, 1, "the flows changed while they were listed; some may be missing", "yellow")
  else
    local more = self.sample and #self.sample.rows or 0
    local place = more > #self.rows and ("%d-%d of %d  "):format(self.offset + 1, self.offset + #self.rows, more) or ""
    s:text(s.height, 1, place .. "? help  q quit  / filter  1-9 sort  space pause" .. (#self.datapaths > 1 and "  d datapath" or ""), "faint")
  end
end

function Top:draw()
  self.screen:clear()
  self:draw_head()
  self:draw_rows()
  if self.help then
    for i, line in ipairs(HELP) do
      self.screen:text(ABOVE + i, 1, padded("  " .. line, self.screen.width))
    end
  end
  self:draw_foot()
  self.screen:show()
end

function Top:show_view(view)
  self.view, self.offset, self.shift = view, 0, 0
  self:sort_by(view.sort)
  self:restart()
end

--- Sorts by a field; by the one by which it is sorted, the other way round.
function Top:sort_by(field, again)
  if again and field == self.sort then
    self.ascending = not self.ascending
  else
    self.sort, self.ascending = field, views.column(self.view, field).ascending or false
  end
end

function Top:next_sort(step)
  local sorts = views.sorts(self.view)
  for i, field in ipairs(sorts) do
    if field == self.sort then
      self:sort_by(sorts[(i - 1 + step) % #sorts + 1])
      return
    end
  end
end

function Top:look_every(interval)
  self.interval = math.max(0.1, math.min(interval, 3600))
  self.every = self.interval
  if self.timer and self.timer.active then
    self.timer:cancel()
    self:look_soon()
  end
end

function Top:pause()
  self.paused = not self.paused
  if self.paused then
    if self.timer then self.timer:cancel() end
  elseif not self.reading then
    self:look_soon()
  end
end

function Top:type_key(key)
  if key == "enter" then
    local changed = self.typing ~= self.filter
    self.filter, self.typing = self.typing, nil
    if changed or self.view.name ~= "flows" then self:show_view(views.list.flows) end
  elseif key == "escape" then
    self.typing = nil
  elseif key == "ctrl-u" then
    self.typing = ""
  elseif key == "backspace" then
    self.typing = self.typing:gsub("[%z\1-\127\194-\244][\128-\191]*$", "")
  elseif odp.text_width(key) == 1 or not key:match "^[%w-]+$" then -- a character, not the name of a key
    self.typing = self.typing .. key
  end
end

local keys = {
  q = function() odp.stop() end,
  ["?"] = function(top) top.help = not top.help end,
  ["/"] = function(top) top.typing = top.filter end,
  [" "] = function(top) top:pause() end,
  ["+"] = function(top) top:look_every(top.interval * 2) end,
  ["-"] = function(top) top:look_every(top.interval / 2) end,
  s = function(top) top:next_sort(1) end,
  S = function(top) top:next_sort(-1) end,
  d = function(top)
    top.which = top.which % #top.datapaths + 1
    top:show_view(top.view)
  end,
  tab = function(top)
    for i, view in ipairs(views.list) do
      if view == top.view then
        top:show_view(views.list[i % #views.list + 1])
        return
      end
    end
  end,
  up = function(top) top.offset = top.offset - 1 end,
  down = function(top) top.offset = top.offset + 1 end,
  ["page-up"] = function(top) top.offset = top.offset - top:visible() end,
  ["page-down"] = function(top) top.offset = top.offset + top:visible() end,
  home = function(top) top.offset, top.shift = 0, 0 end,
  ["end"] = function(top) top.offset = top.sample and #top.sample.rows or 0 end,
  left = function(top) top.shift = math.max(0, top.shift - SHIFT) end,
  right = function(top) top.shift = top.shift + SHIFT end,
}
keys.h = keys["?"]
for _, view in ipairs(views.list) do
  keys[view.key] = function(top) top:show_view(view) end
end
for i = 1, 9 do
  keys[tostring(i)] = function(top)
    local field = views.sorts(top.view)[i]
    if field then top:sort_by(field, true) end
  end
end

function Top:key(key)
  local act = keys[key]
  if self.typing then
    self:type_key(key)
  elseif key == "escape" or self.help and key ~= "q" and key ~= "resize" then
    self.help = false
  elseif act then
    act(self)
  end
  self:select()
  self:draw()
end

--- Shows the datapaths until q is pressed or a signal comes.
---@param cmd command.Call
---@param datapaths odp.Datapath[]
---@param view table
---@param sort string
function M.run(cmd, datapaths, view, sort)
  local ok, s = pcall(screen.open, { colors = cmd.color })
  if not ok then cmd:fail((require("command.message")(s)) .. "; --batch prints tables") end
  local top = setmetatable({
    screen = s, datapaths = datapaths, which = 1, view = view, sort = sort, filter = cmd.flags.filter or "", offset = 0, shift = 0, rows = {},
    interval = cmd.flags.interval, every = cmd.flags.interval, known = {},
  }, Top)
  top.ascending = (views.column(view, sort).ascending or false) ~= cmd.flags.reverse
  s:on_key(function(key)
    top:guard(function() top:key(key) end)
  end)
  top:restart()
  odp.run()
  s:close()
  if top.failure then error(top.failure, 0) end
end

return M
