-- odp watch on the whole terminal.
local odp, screen = require "odp", require "screen"
local changes = require "command.changes"
local M = {}

local Watch = {}
Watch.__index = Watch

function Watch:visible() return math.max(1, self.screen.height - 1) end

function Watch:draw_line(row, line)
  local s = self.screen
  if line.new or line.gone then
    s:text(row, 1, line.text, line.new and "green" or "red")
    return
  end
  local column = 1
  for _, part in ipairs(changes.parts(line)) do
    column = s:text(row, column, part.text, part.changed and "reverse" or nil)
  end
  local growth = self.rate_text(line.rates or {})
  if growth ~= "" then
    -- It is what one looks for: the end of a long line makes room.
    local text = "  [" .. growth .. "]"
    s:text(row, math.max(1, math.min(column, s.width - odp.text_width(text) + 1)), text, "bold")
  end
end

function Watch:draw()
  local s = self.screen
  s:clear()
  local head = ("every %gs  odp %s"):format(self.interval, table.concat(self.cmd.args.VERB, " "))
  local state = self.paused and "paused" or self.only and "changes" or self.status ~= 0 and "status " .. self.status or os.date "%H:%M:%S"
  s:text(1, 1, head, "reverse")
  s:text(1, math.max(1, s.width - #state - 1), "  " .. state, self.status ~= 0 and "bold red" or "bold")
  local shown = {}
  for _, line in ipairs(self.lines) do
    if not self.only or changes.changed(line) then shown[#shown + 1] = line end
  end
  self.offset = math.max(0, math.min(self.offset, #shown - self:visible()))
  for i = 1, self:visible() do
    local line = shown[self.offset + i]
    if line then self:draw_line(1 + i, line) end
  end
  s:show()
end

--- Runs a part of it. What goes wrong ends all.
function Watch:guard(fn)
  local ok, e = pcall(fn)
  if not ok then
    self.failure = self.failure or e
    odp.stop()
  end
end

function Watch:look()
  if self.timer then self.timer:cancel() end
  local now, time, status = self.output(self.cmd)
  if self.now then
    self.lines = changes.compare(self.now, now)
    for _, line in ipairs(self.lines) do
      line.rates = changes.rates(line, time - self.time)
    end
  else
    self.lines = now
  end
  for _, line in ipairs(self.now or {}) do
    line.old = nil -- or all outputs would be kept
  end
  self.now, self.time, self.status = now, time, status
  if not self.paused then self.timer = odp.after(self.interval, function() self:look_soon() end) end
  self:draw()
end

function Watch:look_soon()
  odp.spawn(function()
    self:guard(function() self:look() end)
  end)
end

local keys = {
  q = function() odp.stop() end,
  [" "] = function(w)
    w.paused = not w.paused
    if w.paused then
      if w.timer then w.timer:cancel() end
    else
      w:look_soon()
    end
  end,
  c = function(w) w.only = not w.only end,
  ["+"] = function(w) w.interval = math.min(w.interval * 2, 3600) end,
  ["-"] = function(w) w.interval = math.max(w.interval / 2, 0.1) end,
  up = function(w) w.offset = w.offset - 1 end,
  down = function(w) w.offset = w.offset + 1 end,
  ["page-up"] = function(w) w.offset = w.offset - w:visible() end,
  ["page-down"] = function(w) w.offset = w.offset + w:visible() end,
  home = function(w) w.offset = 0 end,
  ["end"] = function(w) w.offset = #w.lines end,
}

--- Shows what the verb prints until q is pressed or a signal comes.
---@param cmd command.Call
---@param output fun(cmd: command.Call): table[], number, integer
---@param rate_text fun(rates: table[]): string
function M.run(cmd, output, rate_text)
  local ok, s = pcall(screen.open, { colors = cmd.color })
  if not ok then cmd:fail((require("command.message")(s)) .. "; --batch prints lines") end
  local watch = setmetatable({
    screen = s, cmd = cmd, output = output, rate_text = rate_text, interval = cmd.flags.interval, lines = {}, offset = 0, status = 0,
  }, Watch)
  s:on_key(function(key)
    watch:guard(function()
      if keys[key] then keys[key](watch) end
      watch:draw()
    end)
  end)
  watch:look_soon()
  odp.run()
  s:close()
  if watch.failure then error(watch.failure, 0) end
end

return M
