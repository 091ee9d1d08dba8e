-- Connections that begin, change and end come to the script; what is lost on the way is counted, and a
-- handler that fails does not end the loop.
local odp, net = require "odp", require "net"
local t = require "test"
local frames = require "lib.frames"

local dp = odp.create_datapath("dp0")
local function track(frame, actions) dp:execute { data = frame, in_port = 0, actions = actions or "ct(commit)" } end
local function reply() track(frames.udp { src = "10.0.0.2", dst = "10.0.0.1", sport = 2000, dport = 1000 }, "ct") end

-- Everything, from the first connection on: nobody used the tracker's netlink before.
local seen = {}
local function note(c, kind) table.insert(seen, kind .. " " .. c.proto) end
local function saw(...)
  local want = { ... }
  t.eventually(table.concat(want, ", "), function() return #seen >= #want end)
  t.eq(table.concat(seen, ", "), table.concat(want, ", "))
  seen = {}
end
local stream = odp.on_conntrack(note)
t.eq(stream.active, true)
track(frames.udp {})
saw("new udp")
reply()
saw("update udp")
odp.flush_conntrack()
saw("destroy udp")
local stats = stream.stats
t.eq(stats.handled, 3)
t.eq(stats.received, 3)
t.eq(stats.dropped, 0)
t.eq(stats.overruns, 0)
t.eq(stats.malformed, 0)
t.eq(stats.failures, 0)
t.eq(stats.lost, nil)

-- Some of it: by kind, by match. The kernel sends all, which received tells.
stream:stop()
stream:stop()
t.eq(stream.active, false)
track(frames.udp {})
stream = odp.on_conntrack(note, { events = "new|destroy", match = { proto = "tcp" } })
local all = odp.on_conntrack(function() end)
track(frames.tcp {})
track(frames.udp { sport = 5 })
reply()
odp.flush_conntrack()
saw("new tcp", "destroy tcp")
t.eventually("the other gets all", function() return all.stats.handled == 4 end) -- none of the one that nobody saw begin
t.ok(stream.stats.received > stream.stats.handled, "events that were not asked for")
all:stop()
stream:stop()

-- A handler that fails is reported with its line, and goes on.
local calls = 0
stream = odp.on_conntrack(function()
  calls = calls + 1
  error("handler")
end, { events = "new" })
for port = 1, 3 do track(frames.udp { sport = port }) end
t.eventually("it is called each time", function() return calls == 3 end)
t.eq(stream.stats.failures, 3)
t.eq(stream.active, true)
stream:stop()

-- One that stops itself, and one that waits in the loop.
stream = odp.on_conntrack(function() stream:stop() end, { events = "new" })
track(frames.udp { sport = 11 })
track(frames.udp { sport = 12 })
t.eventually("it has stopped", function() return not stream.active end)
t.eq(stream.stats.handled, 1)
local inside = 0
stream = odp.on_conntrack(function()
  inside = inside + 1
  t.eq(inside, 1, "calls at the same time")
  odp.sleep(0.01)
  inside = inside - 1
end, { events = "new" })
track(frames.udp { sport = 13 })
track(frames.udp { sport = 14 })
t.eventually("both came", function() return stream.stats.handled == 2 and inside == 0 end)
t.eq(stream.stats.failures, 0)
stream:stop()

-- A burst while the script is busy: what does not fit the queue or the buffer is counted, and told of once
-- for all that came before.
odp.flush_conntrack()
local function burst(n)
  local batch = dp:batch()
  for port = 1, n do batch:execute { data = frames.udp { sport = port }, in_port = 0, actions = "ct(commit)" } end
  t.eq(batch:send(), 0, "packets that were refused")
end
local told
stream = odp.on_conntrack(function() end, { events = "new", queue = 4, lost = function(s) told = s end })
burst(100)
local deadline = os.time() + 30
repeat until stream.stats.received == 100 or os.time() > deadline -- busy
t.eq(stream.stats.handled, 0)
t.eventually("the loss is told", function() return told end)
stats = stream.stats
t.eq(stats.handled, 4)
t.eq(stats.dropped, 96)
t.eq(told.dropped, 96)
stream:stop()
odp.flush_conntrack()
local latest
stream = odp.on_conntrack(function(c) latest = c.orig.sport end, { events = "new", buffer = 4096, lost = function(s) told = s end })
told = nil
burst(1000)
t.eventually("the loss is told", function() return told end)
t.ok(told.overruns > 0, "overruns of a small buffer")
local sport = 60000
t.eventually("it goes on", function()
  sport = sport + 1
  track(frames.udp { sport = sport })
  odp.sleep(0.02)
  return latest == sport
end)
stream:stop()
odp.flush_conntrack()

-- Another namespace, until it is deleted.
local ns = net.namespace()
local there = odp.create_datapath { name = "dp1", netns = ns }
stream = odp.on_conntrack(note, { netns = ns })
seen = {}
track(frames.tcp {})
there:execute { data = frames.icmp {}, in_port = 0, actions = "ct(commit)" }
saw("new icmp")
there:delete()
ns:delete()
t.eq(stream.active, false)

-- Wrong input.
t.raises(function() odp.on_conntrack(7) end, "function expected")
t.raises(function() odp.on_conntrack(note, { events = "new|die" }) end, "field 'events'", "update")
t.raises(function() odp.on_conntrack(note, { match = "zone=x" }) end, "a zone, 0 to 65535")
t.raises(function() odp.on_conntrack(note, { queue = 0 }) end, "field 'queue'")
t.raises(function() odp.on_conntrack(note, { lost = 1 }) end, "field 'lost'", "function")

-- Nothing keeps the loop going any more.
odp.flush_conntrack()
dp:delete()
t.eq(odp.run(5), "idle")
