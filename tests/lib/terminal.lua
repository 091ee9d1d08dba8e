-- A terminal of tmux, in which a command runs as somebody would see it.
local odp, net, test = require "odp", require "net", require "test"
local M = {}
M.__index = M

-- Each terminal has a server of its own: one that ends is in the way of the next for a moment.
local servers = 0

local function tmux(...)
  local r = net.exec("tmux", "-f", "/dev/null", "-L", "odp-test" .. servers, ...)
  if r.status ~= 0 then error(("tmux %s: %s"):format(table.concat({ ... }, " "), r.stderr), 0) end
  return r.stdout
end

--- A terminal of that size with a shell in it; it ends with the case.
function M.open(width, height)
  servers = servers + 1
  local ok, e = pcall(tmux, "new-session", "-d", "-x", tostring(width), "-y", tostring(height), "env PS1='$ ' bash --norc --noprofile")
  if not ok then error("these tests need tmux: " .. tostring(e), 0) end
  local server = "odp-test" .. servers
  test.cleanup(function() net.exec("tmux", "-L", server, "kill-server") end)
  local self = setmetatable({}, M)
  self:await "$"
  return self
end

--- What it shows: lines joined by ends of lines.
function M:shown() return tmux("capture-pane", "-p") end

--- The same with its colours, as escape sequences.
function M:styled() return tmux("capture-pane", "-p", "-e") end

--- Waits until it shows all of these, and returns what it shows.
function M:await(...)
  local shown
  local wanted = { ... }
  local missing
  local ok = odp.wait(function()
    shown, missing = self:shown(), nil
    for _, text in ipairs(wanted) do
      if not shown:find(text, 1, true) then missing = missing or text end
    end
    return not missing
  end, 30)
  if not ok then test.fail(("the terminal does not show %q but\n%s"):format(missing, shown)) end
  return shown
end

--- Waits until that row, from 1 on, is this.
function M:await_line(row, text)
  local shown
  if not odp.wait(function()
    shown = self:shown()
    local n = 0
    for line in shown:gmatch "([^\n]*)\n" do
      n = n + 1
      if n == row then return line == text end
    end
    return false
  end, 30) then test.fail(("row %d of the terminal is not %q:\n%s"):format(row, text, shown)) end
end

--- Waits until it shows this no more.
function M:await_gone(text)
  local shown
  if not odp.wait(function()
    shown = self:shown()
    return not shown:find(text, 1, true)
  end, 30) then test.fail(("the terminal still shows %q:\n%s"):format(text, shown)) end
end

--- Presses keys, by tmux's names for them.
function M:press(...) tmux("send-keys", ...) end

--- Types text.
function M:write(text) tmux("send-keys", "-l", "--", text) end

--- Types a line and Enter.
function M:type(line)
  tmux("send-keys", "-l", line)
  tmux("send-keys", "Enter")
end

--- Types text and no Enter.
function M:write(text) tmux("send-keys", "-l", text) end

--- Pastes text, as a terminal does that marks pastes.
function M:paste(text)
  tmux("set-buffer", "--", text)
  tmux("paste-buffer", "-p")
end

--- Waits until the cursor is in that row and column, from 1 on.
function M:await_cursor(row, column)
  local now
  local wanted = ("%d,%d"):format(row - 1, column - 1)
  if not odp.wait(function()
    now = tmux("display-message", "-p", "#{cursor_y},#{cursor_x}"):match "%S+"
    return now == wanted
  end, 30) then test.fail(("the cursor is at %s, not at %s:\n%s"):format(now, wanted, self:shown())) end
end

function M:resize(width, height) tmux("resize-window", "-x", tostring(width), "-y", tostring(height)) end

return M
