-- A handler of packets may wait: others are handled meanwhile, as many at a time as it is allowed to, and
-- what it asked for before is not held up.
local odp = require "odp"
local t = require "test"
local entry = require "lib.entry"
local frames = require "lib.frames"

local dp = odp.create_datapath("dp0")
local _, send = entry.port(dp)
local out, far = entry.wire(dp)
local arrived = dp:put_flow { match = { in_port = far, ipv4 = {} }, actions = "drop" }
local function arrivals() return arrived:refresh().packets end
local function udp(dport) return frames.udp { dport = dport } end

-- One that waits for what another brings.
local address
local order = {}
local handle = dp:on_miss(function(pkt)
  local dport = pkt.key.udp.dst
  table.insert(order, "begin " .. dport)
  if dport == 1 then
    pkt:forward(out)
    odp.wait(function() return address end)
    table.insert(order, "end " .. dport)
    return address
  end
  address = out
end)
send(udp(1))
t.eventually("the first waits", function() return handle.stats.running == 1 end)
t.eventually("what it asked for first is done", function() return arrivals() == 1 end)
t.eq(handle.stats.unanswered, 0)
send(udp(2))
t.eventually("its answer is sent", function() return arrivals() == 2 end)
t.eq(order, { "begin 1", "begin 2", "end 1" })
t.eq(handle.stats.running, 0)
t.eq(handle.stats.answered, 1)
t.eq(handle.stats.unanswered, 1)
handle:stop()

-- As many at a time as allowed; those beyond wait in the queue, in order.
local running, most, ended = 0, 0, {}
handle = dp:on_miss(function(pkt)
  running = running + 1
  most = math.max(most, running)
  odp.sleep(0.01)
  running = running - 1
  table.insert(ended, pkt.key.udp.dst)
  return out
end, { concurrent = 3 })
local was = arrivals()
for i = 1, 10 do send(udp(i)) end
t.eventually("all are handled", function() return #ended == 10 end)
t.eq(most, 3)
t.eventually("all are sent on", function() return arrivals() == was + 10 end)
t.eq(handle.stats.answered, 10)
handle:stop()

-- With one at a time the order is kept.
ended, most = {}, 0
handle = dp:on_miss(function(pkt)
  running = running + 1
  most = math.max(most, running)
  odp.sleep(0.001 * (pkt.key.udp.dst % 3))
  running = running - 1
  table.insert(ended, pkt.key.udp.dst)
end, { concurrent = 1 })
for i = 1, 10 do send(udp(i)) end
t.eventually("all are handled", function() return #ended == 10 end)
t.eq(most, 1)
t.eq(ended, { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 })
handle:stop()

-- One that waits and is stopped meanwhile still has its packet sent on; one that then fails is counted.
handle = dp:on_miss(function(pkt)
  odp.wait(function() return not handle.active end)
  if pkt.key.udp.dst == 2 then error("it is over") end
  return out
end)
was = arrivals()
for i = 1, 2 do send(udp(i)) end
t.eventually("both wait", function() return handle.stats.running == 2 end)
handle:stop()
t.eventually("the packet is sent on", function() return arrivals() == was + 1 end)
t.eventually("both have ended", function() return handle.stats.running == 0 end)
t.eq(handle.stats.failures, 1)
t.eq(handle.stats.answered, 1)
t.eq(handle.stats.unanswered, 1)

-- A held packet is answered by a task.
local pkts = {}
handle = dp:on_miss(function(pkt)
  pkt:hold()
  odp.spawn(function()
    odp.sleep(0.001)
    pkt:forward(out)
    table.insert(pkts, pkt)
  end)
end)
was = arrivals()
for i = 1, 5 do send(udp(i)) end
t.eventually("all are sent on", function() return arrivals() == was + 5 end)
t.eq(#pkts, 5)
t.eq(handle.stats.held, 0)
t.raises(function() dp:on_action(function() end, { concurrent = 0 }) end, "'concurrent'", "1 or more")
dp:delete()
