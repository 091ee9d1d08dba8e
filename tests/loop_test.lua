-- The event loop: timers fire in order and can be cancelled, odp.run says why it ended, waiting goes on
-- beside commands and packets, and an error in a timer is reported and does not end the loop.
local odp, net = require "odp", require "net"
local t = require "test"
local frames = require "lib.frames"

-- Nothing to wait for.
t.eq(odp.run(), "idle")
t.eq(odp.run(60), "idle")

-- Timers fire in the order of their times, whatever that in which they were made.
local order = {}
local function note(name) return function() table.insert(order, name) end end
odp.after(0.03, note "c")
odp.after(0.01, note "a")
odp.after(0.02, note "b")
odp.after(0, note "now")
t.eq(odp.run(), "idle")
t.eq(table.concat(order, " "), "now a b c")

-- A timer is given to its function, and knows whether it will call again.
local given, was_active
local timer = odp.after(0.001, function(self) given, was_active = self, self.active end)
t.eq(timer.active, true)
odp.run()
t.eq(given, timer)
t.eq(was_active, true)
t.eq(timer.active, false)
timer:cancel()

-- A cancelled one never fires, and does not keep the loop going.
timer = odp.after(3600, function() error("it fires") end)
timer:cancel()
timer:cancel()
t.eq(timer.active, false)
t.eq(odp.run(), "idle")

-- One that cancels itself.
local turns = 0
odp.every(0.001, function(self)
  turns = turns + 1
  if turns == 5 then self:cancel() end
end)
t.eq(odp.run(), "idle")
t.eq(turns, 5)

-- Turns that were missed are skipped.
turns = 0
local often = odp.every(0.001, function() turns = turns + 1 end)
local second = os.time() + 1
while os.time() <= second do end -- busy for more than a second
t.eq(turns, 0, "turns while the script was busy")
odp.wait(function() return turns > 0 end)
t.eq(turns, 1, "turns at once after it")
often:cancel()

-- Why odp.run ended.
often = odp.every(0.001, function() end)
t.eq(odp.run(0.02), "timeout")
odp.after(0.001, odp.stop)
t.eq(odp.run(), "stopped")
odp.after(0.001, function() odp.stop("enough") end)
local reason, detail = odp.run()
t.eq(reason, "stopped")
t.eq(detail, "enough")
often:cancel()
t.raises(odp.stop, "odp.run is not running")
odp.after(0.001, function() -- within a callback there is no second loop
  t.raises(odp.run, "already running")
  odp.stop("checked")
end)
t.eq(select(2, odp.run()), "checked")

-- Wait: what the function returns, false when the time is over, its errors.
t.eq(odp.wait(function() return "value" end), "value")
t.eq(odp.wait(function() return false end, 0.02), false)
t.eq(odp.wait(function() end, 0), false)
t.raises(function() odp.wait(function() error("in the condition") end) end, "in the condition")
local flag
odp.after(0.01, function() flag = true end)
t.eq(odp.wait(function() return flag end), true)

-- A callback may wait itself; others go on meanwhile, and the callback is not called again before it returned.
local log, ticks, within = {}, 0, 0
local tick = odp.every(0.001, function() ticks = ticks + 1 end)
local slow = odp.every(0.001, function()
  within = within + 1
  t.eq(within, 1, "calls at the same time")
  local was = ticks
  odp.wait(function() return ticks > was + 2 end)
  within = within - 1
  table.insert(log, true)
end)
odp.wait(function() return #log >= 3 end)
tick:cancel()
slow:cancel()
t.ok(#log >= 3, "the callback that waits")

-- Packets and timers are handled while a command runs.
local dp = odp.create_datapath("dp0")
local packets = 0
local handle = dp:on_miss(function() packets = packets + 1 end)
local feed = odp.every(0.002, function() dp:execute { data = frames.udp {}, in_port = 0, actions = "recirc(1)" } end)
local r = net.exec("sh", "-c", "read line; echo got $line; echo oops >&2; exit 3", { stdin = "text\n" })
t.eq(r.status, 3)
t.eq(r.stdout, "got text\n")
t.eq(r.stderr, "oops\n")
assert(net.run("sleep 0.2"))
t.ok(packets > 0, "packets while a command ran")
feed:cancel()
t.eq(net.exec("sh", "-c", "kill -TERM $$").status, 128 + 15)
t.raises(function() net.exec("sleep", 60, { timeout = 0.05 }) end, "sleep", "killed")
t.raises(function() net.exec("/no/such/command") end, "/no/such/command")
t.eq(select(2, net.run("echo out; echo err >&2")), "out\nerr\n")

-- A handler keeps the loop going until it is stopped.
odp.after(0.01, function() handle:stop() end)
t.eq(odp.run(), "idle")
dp:delete()

-- An error in a timer: reported with its line, and the loop goes on; too many in a row end the timer.
local function run(code, ...) return net.exec(os.getenv("ODP_BINARY"), "-e", code, ..., { timeout = 60 }) end
r = run([[
odp.after(0.001, function() error("once") end)
local n = 0
odp.every(0.001, function(self)
  n = n + 1
  if n == 3 then self:cancel() end
  if n == 2 then local x = nil + 1 end
end)
print(odp.run(), n)]], "x")
t.eq(r.stdout, "idle\t3\n", r.stderr)
t.eq(r.status, 0)
t.contains(r.stderr, "-e:1: once")
t.contains(r.stderr, "-e:6:")
t.contains(r.stderr, "timer set at -e:1")
r = run([[
local n = 0
local timer = odp.every(0.001, function() n = n + 1 error("always") end)
print(odp.run(), n, timer.active)]], "x")
t.eq(r.stdout, "idle\t100\tfalse\n", r.stderr)
t.contains(r.stderr, "failed 100 times in a row")
t.eq(r.status, 1, "status of a program whose timer was stopped")

-- A signal ends odp.run, so that the script can clean up.
for _, signal in ipairs { "INT", "TERM" } do
  r = run([[
odp.after(0.01, function() net.run("kill -" .. arg[1] .. " $PPID") end)
odp.every(60, function() end) -- there is something to wait for
print(odp.run(60))
print("cleaned up")]], signal)
  t.eq(r.stdout, "signal\tSIG" .. signal .. "\ncleaned up\n", r.stderr)
end
