-- The settings of vports: port ids for upcalls, an ifindex of choice, options that the kernel does not change,
-- counters of upcalls, and the namespace of a device that was moved.
local odp, net = require "odp", require "net"
local t = require "test"
local entry = require "lib.entry"
local frames = require "lib.frames"

local dp = odp.create_datapath("dp0")
local port, send = entry.port(dp)

-- Port ids. The kernel tells the first alone unless vport_pids is on.

t.eq(port.upcall_pids[1], 0, "nobody")
local again = port:set { upcall_pids = { 101 } }
t.eq(again, port)
t.eq(port.upcall_pids[1], 101)
t.eq(dp:vport(port.number).upcall_pids[1], 101)
dp:set { features = "vport_pids" }
port:set { upcall_pids = {} }
t.eq(#port.upcall_pids, 1)
t.eq(port.upcall_pids[1], 0)
port:set {}
t.eq(port.upcall_pids[1], 0, "after no change")
port:set { upcall_pids = { 5 } }
local too_many = {}
for i = 1, 64 do too_many[i] = i end
local e = t.raises(function() port:set { upcall_pids = too_many } end, "vport set " .. port, "one upcall port id for each CPU", "not 64")
t.eq(e.errno, "EINVAL")
t.eq(port.upcall_pids[1], 5, "after what was refused")
local extra = dp:add_vport { name = "inner", type = "internal", upcall_pids = { 77 }, ifindex = 5000 }
t.eq(extra.upcall_pids[1], 77)
t.eq(extra.ifindex, 5000)
t.eq(net.link("inner").index, 5000)
e = t.raises(function() dp:add_vport { name = "other", type = "internal", ifindex = 5000 } end, "ifindex 5000 is taken")
t.eq(e.errno, "EBUSY")
t.raises(function() dp:add_vport { name = "other", ifindex = 5001 } end, "ifindex", "internal")

-- Options. No kernel changes those of a tunnel.

local vx = dp:add_vport { name = "vx", type = "vxlan", dst_port = 4790, gbp = true }
e = t.raises(function() vx:set { dst_port = 4791 } end, "vport set vx", "cannot change the options of a vxlan vport")
t.eq(e.errno, "EOPNOTSUPP")
e = t.raises(function() vx:set { gbp = false } end, "cannot change")
t.eq(dp:vport("vx").dst_port, 4790)
t.eq(dp:vport("vx").gbp, true)
t.raises(function() vx:set { dst_port = 0 } end, "dst_port")
t.raises(function() port:set { dst_port = 1 } end, "dst_port", "netdev")
t.raises(function() port:set { pids = {} } end, "upcall_pids")

-- Upcalls are counted, delivered or not, where the kernel does it at all.

local before = port.stats
dp:set { features = "" }
port:set { upcall_pids = { 101 } } -- no socket has it
send(frames.udp {})
t.eventually("the miss is lost", function() return dp.stats.lost >= 1 end)
local now = port.stats
if odp.feature("upcall_stats").present then
  t.ok(now.lost_upcalls > before.lost_upcalls, "lost upcalls of the port")
  t.eq(now.upcalls, before.upcalls)
else
  t.eq(now.upcalls, nil)
  t.eq(now.lost_upcalls, nil)
end
local handle = dp:on_miss(function() end)
send(frames.udp { ttl = 9 })
t.eventually("the miss comes up", function() return handle.stats.handled == 1 end)
handle:stop()
if now.upcalls then t.eq(port.stats.upcalls, now.upcalls + 1, "delivered upcalls of the port") end

-- A device that is moved to another namespace stays a port, and tells where it is.

t.eq(extra.netnsid, nil)
local there = net.namespace()
net.link("inner"):set { ns = there }
local moved = dp:vport("inner")
t.ok(moved, "the port of a moved device")
t.ok(moved.netnsid, "the number of its namespace")
t.eq(port.netnsid, nil)

extra:delete()
e = t.raises(function() extra:set { upcall_pids = { 1 } } end, "vport set inner on dp0", "no such vport")
t.eq(e.errno, "ENODEV")
dp:delete()
