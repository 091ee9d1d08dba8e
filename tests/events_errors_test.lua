-- A handler of events that raises is reported with the script's line, once for each line, and the loop goes on; one
-- that fails too often in a row is stopped, and the program then fails. Losses that no function is told of are reported.
local net = require "net"
local t = require "test"

local binary = assert(os.getenv("ODP_BINARY"))

local function run(body)
  local prelude = [[
local odp = require "odp"
local dp = odp.create_datapath("dp0")
local function put(from, to) for n = from, to do dp:put_flow { match = { in_port = n }, actions = "drop" } end end
]]
  local _, lines = prelude:gsub("\n", "")
  return net.exec(binary, "-", { stdin = prelude .. body, timeout = 60 }), lines
end

local count = t.count

local r, lines = run [[
local calls = 0
local sub = dp:on_flow(function(event)
  calls = calls + 1
  if event.flow.match.in_port > 1 then local x = event.vport.name end
end)
put(1, 5)
print(odp.wait(function() return calls == 5 end))
print(sub.active, sub.stats.failures, sub.stats.handled)
dp:delete()
]]
t.eq(r.stdout, "true\ntrue\t4\t5\n", r.stderr)
t.eq(r.status, 0, "status: " .. r.stderr)
t.contains(r.stderr, "odp: on_flow handler of dp0: ")
t.contains(r.stderr, ("stdin:%d: "):format(lines + 4))
t.eq(count(r.stderr, "attempt to index"), 1, "reports of one line: " .. r.stderr)

r, lines = run [[
local calls = 0
local sub = odp.on_vport(function() error("never works") end, { max_failures = 3 })
for n = 1, 6 do dp:add_vport { name = "p" .. n, type = "internal" } end
print(odp.run(30))
print(sub.stats.failures, sub.active)
dp:delete()
]]
t.eq(r.stdout, "idle\n3\tfalse\n", r.stderr)
t.contains(r.stderr, "on_vport handler stopped: it failed 3 times in a row")
t.contains(r.stderr, ("stdin:%d: never works"):format(lines + 2))
t.ok(r.status ~= 0, "the program fails")

r = run [[
local sub = dp:on_flow(function() end, { queue = 2 })
put(1, 40)
print(odp.wait(function() return sub.stats.dropped + sub.stats.handled == 40 end), sub.stats.dropped > 0, sub.active)
put(41, 80)
print(odp.wait(function() return sub.stats.dropped + sub.stats.handled == 80 end))
dp:delete()
print(odp.run(30), sub.active)
]]
t.eq(r.stdout, "true\ttrue\ttrue\ntrue\nidle\tfalse\n", r.stderr)
t.eq(r.status, 0, "status: " .. r.stderr)
t.eq(count(r.stderr, "events were lost"), 1, r.stderr)
t.contains(r.stderr, "odp: on_flow handler of dp0: events were lost")

-- The end of the script, and an interrupt while it waits for events, end handlers.
r = run [[
odp.on_datapath(function() print("never after the script") end)
dp:delete()
]]
t.eq(r.stdout, "", r.stderr)
t.eq(r.status, 0)
