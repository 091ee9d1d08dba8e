-- A handler that raises is reported with the script's line, once for each line, and the loop goes on;
-- one that fails too often in a row is stopped, and the program then fails.
local odp, net = require "odp", require "net"
local t = require "test"

local binary = assert(os.getenv("ODP_BINARY"))

--- A script in a program of its own, with a datapath dp and a function miss that has n packets miss.
local function run(body)
  local prelude = [[
local odp = require "odp"
local dp = odp.create_datapath("dp0")
local frames = require "lib.frames"
local function miss(n)
  for i = 1, n do dp:execute { data = frames.udp {}, in_port = 0, actions = "recirc(1)" } end
end
]]
  local _, lines = prelude:gsub("\n", "")
  local r = net.exec(binary, "-", { stdin = prelude .. body, timeout = 60 })
  return r, lines
end

local count = t.count

-- An error in the handler.
local r, lines = run [[
local function look(pkt) return pkt.key.tcp.dst end
local calls = 0
local handle = dp:on_miss(function(pkt)
  calls = calls + 1
  look(pkt)
end)
miss(5)
print(odp.wait(function() return calls == 5 end))
print(handle.active, handle.stats.failures, handle.stats.handled)
dp:delete()
]]
t.eq(r.stdout, "true\ntrue\t5\t5\n")
t.eq(r.status, 0, "status: " .. r.stderr)
local where = ("stdin:%d:"):format(lines + 1)
t.contains(r.stderr, "on_miss handler of dp0")
t.contains(r.stderr, where)
t.contains(r.stderr, "stack traceback")
t.contains(r.stderr, ("stdin:%d:"):format(lines + 5))
t.eq(count(r.stderr, "attempt to index"), 1, "reports of one line: " .. r.stderr)

-- An error object, errors at two lines, and what a handler returns that is no action.
r, lines = run [[
local calls = 0
local handle = dp:on_miss(function(pkt)
  calls = calls + 1
  if calls % 4 == 0 then error("not this one") end
  if calls % 4 == 1 then dp:put_flow { match = "in_port(x)", actions = "1" } end
  if calls % 4 == 2 then return "no_such_action" end
  return { 1.5 } -- reported at the same line as the other result, so only counted
end)
miss(8)
print(odp.wait(function() return handle.stats.handled == 8 end), handle.stats.failures)
dp:delete()
]]
t.eq(r.stdout, "true\t8\n")
t.eq(count(r.stderr, ("stdin:%d: not this one"):format(lines + 4)), 1, r.stderr)
t.eq(count(r.stderr, ("stdin:%d: bad argument"):format(lines + 5)), 1, r.stderr)
t.contains(r.stderr, "no_such_action")
t.eq(count(r.stderr, "result of the on_miss handler"), 1, r.stderr)

-- What the kernel refuses is reported with the line that asked for it.
r, lines = run [[
local handle = dp:on_miss(function(pkt)
  pkt:install(pkt.key:only("in_port"), "1", { mode = "modify" })
  pkt:execute("set(arp(op=1)),1")
end)
miss(3)
print(odp.wait(function() return handle.stats.refused == 6 end), handle.stats.failures, handle.active)
dp:delete()
]]
t.eq(r.stdout, "true\t6\ttrue\n", r.stderr)
t.contains(r.stderr, ("stdin:%d: flow put on dp0: no such flow: ENOENT"):format(lines + 2))
t.contains(r.stderr, ("stdin:%d: packet execute on dp0"):format(lines + 3))

-- A held packet is answered by a timer that then fails: it is sent all the same, and the loop lives. What the
-- kernel refuses of a late answer is reported with the line of that.
r, lines = run [[
local held = {}
local handle = dp:on_miss(function(pkt) table.insert(held, pkt:hold()) end)
miss(3)
odp.wait(function() return #held == 3 end)
odp.after(0, function()
  held[1]:forward(0)
  error("the timer is broken")
end)
odp.after(0, function()
  held[2]:execute("set(arp(op=1)),1")
end)
odp.wait(function() return handle.stats.refused == 1 end)
held[3]:install(held[3].key:only("in_port"), 0, { execute = true }) -- from the main program
odp.wait(function() return dp.stats.flows == 1 end)
local s = handle.stats
print(s.answered, s.refused, s.failures, s.held, handle.active)
print(pcall(held[3].forward, held[3], 0))
dp:delete()
]]
t.eq(r.status, 0, r.stderr)
t.contains(r.stdout, "3\t1\t1\t0\ttrue\n")
t.contains(r.stdout, ("Packet:forward: the packet was sent on at stdin:%d"):format(lines + 13))
t.contains(r.stderr, ("stdin:%d: the timer is broken"):format(lines + 7))
t.contains(r.stderr, ("on_miss handler of dp0: stdin:%d: packet execute on dp0"):format(lines + 10))

-- What is asked for at the very end of a script is still sent.
r = run [[
local pkt
local handle = dp:on_miss(function(p) pkt = p:hold() end)
miss(1)
odp.wait(function() return pkt end)
pkt:execute("set(arp(op=1)),1")
]]
t.contains(r.stderr, "packet execute on dp0")
odp.datapath("dp0"):delete()

-- Too many in a row stop the handler. One that succeeds in between starts the count again.
r = run [[
local calls = 0
local handle = dp:on_miss(function()
  calls = calls + 1
  if calls ~= 4 then error("broken") end
end, { max_failures = 5 })
miss(20)
print(odp.run(30))
print(calls, handle.active, handle.stats.failures)
print(handle.error)
dp:delete()
]]
t.eq(r.stdout, "idle\n9\tfalse\t8\non_miss handler dp0: stopped, as it failed 5 times in a row\n", r.stderr)
t.contains(r.stderr, "stopped: it failed 5 times in a row, the last time with: stdin:")
t.eq(r.status, 1, "status of a program whose handler was stopped")
