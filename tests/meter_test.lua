-- kernels: 6.1 6.12 7.2 smp
-- Meters on real frames: what is above the rate is dropped and counted, to the last packet, in packets
-- and in kilobits, before and after a change; and a meter that is gone stops nothing.
local odp = require "odp"
local t = require "test"
local entry = require "lib.entry"
local frames = require "lib.frames"

local dp = odp.create_datapath("dp0")
local port, send = entry.port(dp)
local out, far = entry.wire(dp) -- what is sent to out comes back in at far
local through -- the flow that counts what the meter let through

local frame = frames.udp { payload = string.rep("x", 83) }
t.eq(#frame, 125, "a frame of one kilobit")
local none = { packets = 0, bytes = 0 }

--- Flows from port through the meter to out.
local function flows(meter)
  dp:flush_flows()
  dp:put_flow { match = { in_port = port, ipv4 = {} }, actions = meter .. "," .. out.number }
  through = dp:put_flow { match = { in_port = far, ipv4 = {} }, actions = "drop" }
end

--- Sets a meter, and keeps the time from which on it has room for more.
local set_at = 0
local function set(spec)
  set_at = os.time()
  return dp:set_meter(spec)
end

--- Sends n frames through the meter, which since it was set lets burst of them through and then one a
--- second. Returns how many it let through. They are fewer than all only if the meter drops, and more
--- than the burst only if the machine is slow, by no more than the seconds that it took.
local function pour(meter, n, burst)
  local before, passed = meter.stats, through:refresh().packets
  for _ = 1, n do send(frame) end
  t.eventually("all frames came to the meter", function() return meter.stats.packets - before.packets == n end)
  local seconds = os.time() - set_at + 1
  local now = meter.stats
  local dropped = now.bands[1].packets - before.bands[1].packets
  t.eventually("the others came through", function() return through:refresh().packets - passed == n - dropped end)
  t.eq(now.bytes - before.bytes, n * #frame, "bytes that came to the meter")
  t.eq(now.bands[1].bytes - before.bands[1].bytes, dropped * #frame, "bytes that were dropped")
  local total = now.packets - now.bands[1].packets
  local what = ("%d of %d let through in %d s, of a burst of %d"):format(total, now.packets, seconds, burst)
  t.ok(total >= math.min(now.packets, burst), what)
  t.ok(total <= burst + seconds, what)
  return n - dropped
end

local function is(got, want, what)
  t.eq(got.packets, want.packets, what .. ": packets")
  t.eq(got.bytes, want.bytes, what .. ": bytes")
end

-- What the kernel has.
local features = dp.meter_features
t.eq(features.max_bands, 1)
t.eq(features.band_types[1], "drop")
t.eq(#features.band_types, 1)
t.ok(features.max_meters > 1, "room for meters")

-- Created, found, and not what others are.
t.eq(dp:meter(1), nil)
set_at = os.time()
local meter = dp:add_meter { id = 1, bands = { { rate = 1, burst = 20 } } }
t.eq(meter.id, 1)
t.eq(meter.datapath, dp)
t.eq(meter.kbps, false)
t.eq(#meter.bands, 1)
t.eq(meter.bands[1].rate, 1)
t.eq(meter.bands[1].burst, 20)
t.eq(tostring(meter), "meter(1)")
is(meter.stats, none, "a new meter")
is(meter.stats.bands[1], none, "a new band")
local found = t.ok(dp:meter(1), "the meter by its id")
t.eq(found, meter)
t.eq(found.kbps, nil, "which the kernel does not tell")
t.eq(found.bands, nil, "which the kernel does not tell")
local other = odp.create_datapath("dp1")
t.eq(other:meter(1), nil, "a meter of another datapath")
other:delete()

-- Packets per second: the burst passes, what is more is dropped.
flows(meter)
t.eq(tostring(dp:flow { in_port = port, ipv4 = {} }.actions), "meter(1)," .. out.number)
pour(meter, 15, 20)
pour(meter, 60, 20)
is(dp:flow { in_port = port, ipv4 = {} }, { packets = 75, bytes = 75 * #frame }, "the flow before the meter")
t.ok(meter.stats.idle >= 0, "time since the last packet")

-- Changed: the new rate holds at once, and the counters begin again or go on.
local last = meter.stats
local wider, before = set { id = 1, bands = { { rate = 1, burst = 40 } } }
is(before, last, "counters of the one before")
is(before.bands[1], last.bands[1], "counters of its band")
t.eq(wider, meter)
is(meter.stats, none, "counters of the new one")
pour(wider, 100, 40)
last = wider.stats
local same
same, before = set { id = 1, bands = { { rate = 4000000 } }, start = last }
is(before, last, "counters before a change that keeps them")
is(same.stats, last, "counters that go on")
t.eq(same.bands[1].burst, 4000000, "as much as the rate")
t.eq(pour(same, 200, 4000000), 200, "all below the rate")
is(same.stats.bands[1], none, "band of a rate that is not reached")

-- With clear, the one before keeps its counters to itself.
dp:set_meter { id = 1, bands = { { rate = 1 } }, start = { packets = 5, bytes = 6 }, clear = true }
is(same.stats, none, "counters that were cleared")
t.eq(select(2, dp:set_meter { id = 1, bands = { { rate = 1 } } }), nil)

-- Kilobits per second: a frame of one kilobit takes as much as a packet above.
local kbps = set { id = 2, kbps = true, bands = { { rate = 1, burst = 10 } } }
t.eq(kbps.kbps, true)
flows(kbps)
pour(kbps, 6, 10)
pour(kbps, 40, 10)

-- A frame larger than the burst never passes; one as large does.
frame = frame .. "x"
t.eq(#frame, 126)
kbps = dp:set_meter { id = 2, kbps = true, bands = { { rate = 1000, burst = 1 } } }
flows(kbps)
send(frame)
t.eventually("it is dropped", function() return kbps.stats.bands[1].packets == 1 end)
is(kbps.stats.bands[1], { packets = 1, bytes = 126 }, "dropped")
send(frame:sub(1, 125))
t.eventually("it passes", function() return through:refresh().packets == 1 end)
t.eq(kbps.stats.bands[1].packets, 1)
frame = frame:sub(1, 125)

-- Executed with a packet; within clone it is the copy that is dropped.
local tight = dp:set_meter { id = 3, kbps = true, bands = { { rate = 1, burst = 1 } } }
flows(tight)
for actions, passing in pairs { ["%s,%d"] = 0, ["clone(%s,%d),%d"] = 5 } do
  local seen, count = tight.stats.packets, through:refresh().packets
  actions = actions:format(tostring(tight), out.number, out.number)
  for _ = 1, 5 do dp:execute { data = frame .. "x", in_port = port, actions = actions } end
  t.eq(tight.stats.packets - seen, 5, actions)
  t.eq(tight.stats.packets, tight.stats.bands[1].packets, actions .. ": all are dropped")
  t.eventually(actions, function() return through:refresh().packets - count == passing end)
end

-- A meter without bands only counts.
local counter = dp:add_meter { id = 4 }
t.eq(#counter.bands, 0)
flows(counter)
for _ = 1, 30 do send(frame) end
t.eventually("all pass", function() return through:refresh().packets == 30 end)
is(counter.stats, { packets = 30, bytes = 30 * 125 }, "counted")
t.eq(#counter.stats.bands, 0)

-- Deleted: the last counters come back, and the flow lets all through.
is(counter:delete(), { packets = 30, bytes = 30 * 125 }, "last counters")
t.eq(dp:meter(4), nil)
local e = t.raises(function() return counter.stats end, "meter get 4 on dp0", "no such meter")
t.eq(e.errno, "ENOENT")
e = t.raises(function() counter:delete() end, "meter delete 4 on dp0", "no such meter")
t.eq(e.errno, "ENOENT")
flows(tight)
send(frame .. "x")
t.eventually("it is dropped", function() return tight.stats.packets == 11 end)
t.eq(tight:delete().bands[1].packets, 11)
for _ = 1, 30 do send(frame .. "x") end
t.eventually("all pass", function() return through:refresh().packets == 30 end)

-- Ids of all sizes, as many as fit into a table that has to grow.
for _, id in ipairs { 0, 4294967295 } do
  local m = dp:add_meter { id = id, bands = { { rate = 4294967295, burst = 4294967295 } } }
  t.eq(m.id, id)
  t.eq(m.bands[1].rate, 4294967295)
  t.eq(dp:meter(id), m)
  m:delete()
end
for id = 1, 2 do dp:meter(id):delete() end
for first = 0, 1 do -- from 1, the one that fills the table of Linux 6.1 has no place in the larger one
  for id = first, 1500 do dp:add_meter { id = id, bands = { { rate = 1 } } } end
  for id = first, 1500 do is(t.ok(dp:meter(id), "meter " .. id):delete(), none, "meter " .. id) end
end

-- Counters beyond what a Lua number holds.
local big = odp.u64("0xfffffffffffffffe")
local huge = dp:set_meter { id = 5, start = { packets = big, bytes = 3 } }
t.eq(tostring(huge.stats.packets), tostring(big))

-- Meters go with their datapath.
dp:delete()
e = t.raises(function() return huge.stats end, "meter get 5 on dp0", "datapath no longer exists")
t.eq(e.errno, "ENODEV")
dp = odp.create_datapath("dp0")
t.eq(dp:meter(5), nil)
dp:delete()
