-- What a script can say about a packet that missed: send it on, drop it, hold it for later, install a
-- flow with it; each is counted, and what is asked for reaches the kernel in that order.
local odp, packet = require "odp", require "packet"
local t = require "test"
local entry = require "lib.entry"
local frames = require "lib.frames"

local dp = odp.create_datapath("dp0")
local port, send = entry.port(dp)
local out, far = entry.wire(dp)
local arrived = dp:put_flow { match = { in_port = far, ipv4 = {} }, actions = "drop" }
local function arrivals() return arrived:refresh().packets end
local function udp(dport) return frames.udp { dport = dport } end

local pkts, action = {}, nil
local function start(opts)
  pkts = {}
  return dp:on_miss(function(pkt)
    table.insert(pkts, pkt)
    return action(pkt)
  end, opts)
end

--- The counters of a handle have these values, after a while.
local function counts(handle, want)
  for name, value in pairs(want) do
    t.eventually(name .. " is " .. value, function() return handle.stats[name] == value end)
  end
end

-- What a packet tells beside its key.
action = function(pkt) pkt:drop() end
local handle = start()
local before = os.time()
send(udp(53))
counts(handle, { discarded = 1, unanswered = 0, answered = 0, handled = 1, running = 0 })
local pkt = pkts[1]
t.eq(pkt.state, "dropped")
t.eq(pkt.vport, port)
t.eq(pkt.vport.name, port.name)
t.eq(pkt.in_port, port.number)
t.eq(pkt.datapath, dp)
t.ok(pkt.time >= before and pkt.time <= os.time() + 1, "time")
t.eq(pkt.layers.udp.dst, 53)
t.eq(pkt.layers.ipv4.src, "10.0.0.1")
t.eq(pkt.layers.problem, nil)
t.ok(rawequal(pkt.layers, pkt.layers), "the same table each time")
t.eq(packet.build(pkt.layers), pkt.data)
t.contains(tostring(pkt), ("miss at dp0 port %d, %d bytes: eth("):format(port.number, #udp(53)))
t.contains(tostring(pkt), "udp(src=1000,dst=53)")
t.raises(function() pkt:forward(out) end, "the packet was dropped at ", "miss_answers_test.lua:")
t.raises(function() pkt:drop("reason") end, "takes no arguments")
t.raises(function() return pkt.vprt end, "vport")

-- A cut frame: what is missing is a problem of its layers, and nothing raises.
local cut = udp(54):sub(1, 30)
send(cut)
counts(handle, { discarded = 2 })
t.contains(pkts[2].layers.problem, "ipv4")
t.eq(pkts[2].layers.eth.src, frames.mac1)
t.contains(tostring(pkts[2]), "problem(ipv4")

-- An answer later, from a timer. Each packet has one answer.
action = function(p) p:hold() end
local was = arrivals()
send(udp(1))
counts(handle, { held = 1, handled = 3, unanswered = 0 })
t.eq(arrivals(), was)
t.eq(pkts[3].state, "held")
odp.after(0.01, function() pkts[3]:forward(out) end)
t.eventually("the held packet is sent on", function() return arrivals() == was + 1 end)
counts(handle, { held = 0, answered = 1 })
t.eq(pkts[3].state, "sent")
t.raises(function() pkts[3]:forward(out) end, "was sent on at", "miss_answers_test.lua:", "cannot be sent again")

-- A held packet and all that came since, answered together: one flow, and each packet goes by it.
for i = 1, 10 do send(udp(100)) end
counts(handle, { held = 10 })
was = arrivals()
odp.after(0.01, function()
  local flow = pkts[4]:install(pkts[4].key:only("in_port", "udp.dst"), out)
  for i = 4, 13 do t.eq(pkts[i]:forward(out), true) end
  t.eq(flow.match.udp.dst, 100)
end)
counts(handle, { held = 0, answered = 11 })
t.eventually("all are sent on", function() return arrivals() == was + 10 end)
send(udp(100))
t.eventually("the next goes by the flow", function() return arrivals() == was + 11 end)
t.eq(handle.stats.handled, 13)

-- Drop a held one, and one without any answer.
send(udp(2))
counts(handle, { held = 1 })
t.eq(pkts[14]:drop(), true)
counts(handle, { held = 0, discarded = 3 })
action = function() end
send(udp(2))
counts(handle, { unanswered = 1 })
t.raises(function() pkts[15]:forward(out) end, "call pkt:hold() in it")
t.raises(function() pkts[15]:hold() end, "hold a packet before")
t.eq(pkts[15].state, "unanswered")

-- Install and execute in one: the flow is there before the packet goes. Who loses a race goes all the same.
action = function(p) p:install(p.key:only("in_port", "udp.dst"), { "set(ipv4(ttl=7))", out }, { execute = true }) end
was = arrivals()
send(udp(3)) -- both are up before the handler runs
send(udp(3))
t.eventually("both are sent on", function() return arrivals() == was + 2 end)
counts(handle, { raced = 1, answered = 13, refused = 0, failures = 0 })
local ufid = "00112233-4455-6677-8899-aabbccddeeff"
action = function(p) p:install(p.key:only("in_port", "udp.dst"), "drop", { ufid = ufid, execute = true }) end
send(udp(4))
counts(handle, { discarded = 4 })
t.eq(dp:flow { ufid = ufid }.match.udp.dst, 4)

-- Where the kernel refuses the actions, both the flow and the packet are refused, each reported with the line.
action = function(p) p:install(p.key:only("in_port", "udp.dst"), "set(arp(op=1)),1", { execute = true }) end
send(udp(5))
counts(handle, { refused = 2, failures = 2 })
t.eq(dp:flow(pkts[#pkts].key:only("in_port", "udp.dst")), nil)
handle:stop()
t.eq(handle.active, false)
t.eq(handle.error, nil)

-- More are held than may be: the oldest are given up, which their answer says. All are when the handler ends.
action = function(p) p:hold() end
handle = start { hold = 3 }
for i = 1, 5 do send(udp(6)) end
counts(handle, { held = 3, expired = 2 })
for i = 1, 5 do t.eq(pkts[i].state, i < 3 and "expired" or "held") end
t.eq(pkts[1]:forward(out), false)
t.eq(pkts[2]:drop(), false)
was = arrivals()
t.eq(pkts[3]:forward(out), true)
t.eventually("it is sent on", function() return arrivals() == was + 1 end)
handle:stop()
counts(handle, { held = 0, expired = 4, answered = 1, handled = 5 })
t.eq(pkts[4]:execute(out), false)

-- A paused handler lets packets wait, in order, as far as its queue goes.
action = function() return out end
handle = start { queue = 4 }
handle:pause()
t.eq(handle.paused, true)
for i = 1, 6 do send(udp(10 + i)) end
counts(handle, { queued = 4, dropped = 2, handled = 0, received = 6 })
handle:resume()
counts(handle, { queued = 0, handled = 4, answered = 4 })
for i = 1, 4 do t.eq(pkts[i].layers.udp.dst, 10 + i, "order") end
send(udp(20))
counts(handle, { handled = 5 })

-- Packets that wait when it is stopped are dropped and counted.
handle:pause()
for i = 1, 3 do send(udp(30)) end
counts(handle, { queued = 3 })
handle:stop()
local stats = handle.stats
t.eq(stats.dropped, 5)
t.eq(stats.received, stats.handled + stats.dropped + stats.queued)
handle:stop()
handle:resume()
t.eq(handle.stats.handled, 5)

-- A handler that stops itself still has its packet sent on; those behind it are dropped.
action = function()
  handle:stop()
  return out
end
handle = start()
was = arrivals()
for i = 1, 3 do send(udp(40)) end
t.eventually("the first is sent on", function() return arrivals() == was + 1 end)
stats = handle.stats
t.eq(stats.handled, 1)
t.eq(stats.received, 1 + stats.dropped)

-- A port that goes while a packet of it waits for its answer.
local passing, send_passing = entry.port(dp)
action = function(p) p:hold() end
handle = start()
send_passing(udp(50))
counts(handle, { held = 1 })
t.eq(pkts[1].vport, passing)
local name, number = passing.name, passing.number
passing:delete()
t.eventually("it has no port any more", function() return pkts[1].vport == nil end)
t.eq(pkts[1].in_port, number)
was = arrivals()
t.eq(pkts[1]:forward(out), true)
t.eventually("it is sent on all the same", function() return arrivals() == was + 1 end)
local back = dp:add_vport { name = name, number = number }
t.eventually("the port is back", function() return pkts[1].vport == back end)

-- Out of a port that is gone nothing comes, which is the kernel's way: no error.
send_passing(udp(51))
counts(handle, { held = 1 })
local gone, _ = entry.wire(dp)
local gone_number = gone.number
gone:delete()
t.eq(pkts[2]:forward(gone_number), true)
counts(handle, { held = 0, answered = 2 })
t.eq(handle.stats.refused, handle.stats.failures)

-- The port of a packet that is kept after the handler has ended is that of now, too.
t.eq(pkts[2].vport, back)
handle:stop()
t.eq(pkts[2].vport, back)
back:delete()
t.eq(pkts[2].vport, nil)

-- Wrong options change nothing.
t.raises(function() dp:on_miss(function() end, { hold = 0 }) end, "'hold'", "1 or more")
t.raises(function() dp:on_miss(function() end, { lost = 5 }) end, "'lost'", "function expected")
t.raises(function() dp:on_miss(function() end, { max_failures = -1 }) end, "'max_failures'")
t.raises(function() dp:on_miss(function() end, { queue = 0 }) end, "'queue'")
t.eq(odp.run(5), "idle")
dp:delete()
