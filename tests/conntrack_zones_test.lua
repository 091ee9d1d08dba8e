-- kernels: smp
-- Connections in zones, and the times that the kernel notes: read, counted and removed zone by zone, as
-- ovs-dpctl does.
local odp, net = require "odp", require "net"
local t = require "test"
local frames = require "lib.frames"

local dp = odp.create_datapath("dp0")
net.sysctl("net.netfilter.nf_conntrack_timestamp", 1)
-- This kernel is emulated and slow: no connection may end by itself.
for _, protocol in ipairs { "udp", "icmp", "icmpv6" } do net.sysctl("net.netfilter.nf_conntrack_" .. protocol .. "_timeout", 3600) end

local function connections()
  odp.flush_conntrack()
  for zone = 0, 3 do
    for port = 1, 3 do
      dp:execute { data = frames.udp { sport = port }, in_port = 0, actions = ("ct(commit,zone=%d)"):format(zone) }
    end
  end
end

local listing = require "lib.listing"
local theirs, sorted, ours = listing.theirs, listing.sorted, listing.ours

--- How many connections each zone has.
local function zones()
  local counts = { [0] = 0, 0, 0, 0 }
  for c in odp.conntrack() do counts[c.zone] = counts[c.zone] + 1 end
  return ("%d %d %d %d"):format(counts[0], counts[1], counts[2], counts[3])
end

connections()
t.eq(zones(), "3 3 3 3")
for _, zone in ipairs { 0, 2, 9 } do
  local arg = "zone=" .. zone
  t.eq(ours { zone = zone }, sorted(theirs("dump-conntrack", arg)))
  t.eq(ours(arg, { verbose = true, stats = true }), sorted(theirs("dump-conntrack", "-m", "-s", arg)))
  t.eq(tostring(odp.conntrack_stats(arg)), theirs("ct-stats-show", arg))
end
for c in odp.conntrack { zone = 1 } do
  t.ok(c.start > 1e9 and c.start <= os.time() + 1, "when it began")
  t.eq(c.stop, nil)
end

-- A zone and no other, by either tool; zone 0 is not all of them.
odp.flush_conntrack { zone = 2 }
t.eq(zones(), "3 3 0 3")
theirs("flush-conntrack", "zone=1")
t.eq(zones(), "3 0 0 3")
odp.flush_conntrack("zone=0")
t.eq(zones(), "0 0 0 3")
odp.flush_conntrack { zone = 9 }
t.eq(zones(), "0 0 0 3")

-- One connection of a zone; without a zone it is that of zone 0.
connections()
local tuple = "ct_nw_src=10.0.0.1,ct_nw_dst=10.0.0.2,ct_nw_proto=17,ct_tp_src=1,ct_tp_dst=2000"
odp.flush_conntrack("zone=1 " .. tuple)
t.eq(zones(), "3 2 3 3")
t.eq(t.raises(function() odp.flush_conntrack("zone=1 " .. tuple) end, "no such connection", "zone=1").errno, "ENOENT")
odp.flush_conntrack(tuple)
t.eq(zones(), "2 2 3 3")
theirs("flush-conntrack", "zone=2", tuple)
t.eq(zones(), "2 2 2 3")

-- A match in part is of every zone, or of one.
odp.flush_conntrack { proto = "udp", orig = { sport = 2 } }
t.eq(zones(), "1 1 1 2")
theirs("flush-conntrack", "ct_nw_proto=17,ct_tp_src=3")
t.eq(zones(), "0 0 0 1")
connections()
odp.flush_conntrack { zone = 3, reply = { dst = "10.0.0.1" } }
t.eq(zones(), "3 3 3 0")
for c in odp.conntrack { zone = 1 } do c:delete() end
t.eq(zones(), "3 0 3 0")

-- Either tool takes the text by which the other names a connection.
local function several()
  odp.flush_conntrack()
  for _, frame in ipairs {
    frames.udp {}, frames.tcp {}, frames.icmp {}, frames.udp { src = "fd00::1", dst = "fd00::2" },
    frames.tcp { src = "fd00::1", dst = "fd00::2" }, frames.icmp { src = "fd00::1", dst = "fd00::2" },
  } do
    dp:execute { data = frame, in_port = 0, actions = "ct(commit,zone=1)" }
    dp:execute { data = frame, in_port = 0, actions = "ct(commit,zone=2)" }
  end
end
for _, flush in ipairs {
  function(zone, tuple) theirs("flush-conntrack", zone, tuple) end,
  function(zone, tuple) odp.flush_conntrack(zone .. " " .. tuple) end,
} do
  several()
  local texts = {}
  for c in odp.conntrack { zone = 1 } do table.insert(texts, c:match()) end
  t.eq(#texts, 6)
  for i, text in ipairs(texts) do
    flush(text:match("^(%S+) (%S+)$"))
    t.eq(zones(), ("0 %d 6 0"):format(6 - i), "after " .. text)
    t.eq(odp.conntrack_stats(text).total, 0, text)
  end
end

odp.flush_conntrack()
t.eq(zones(), "0 0 0 0")
dp:delete()
