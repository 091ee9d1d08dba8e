-- Netdev and internal vports are added, found, listed, counted and deleted, and a handle of a vport
-- that is gone reaches nothing else.
local odp, net = require "odp", require "net"
local t = require "test"
local topo = require "lib.topology"

topo.quiet()
local dp = odp.create_datapath("dp0")

local function names()
  local list = {}
  for _, port in ipairs(dp:vports()) do list[port.number] = port.name end
  return list
end

-- Added: the number is the lowest free one, or the one that is given.

local left, p1 = topo.host(dp, "left", "10.0.0.1/24")
local right, p7 = topo.host(dp, { name = "right", number = 7 }, "10.0.0.2/24")
local p2 = dp:add_vport { name = "inner", type = "internal" }
t.eq(p1.number, 1)
t.eq(p7.number, 7)
t.eq(p2.number, 2)
t.eq(p1.type, "netdev")
t.eq(p2.type, "internal")
t.ok(net.link("inner"), "the device of an internal vport")

local highest = dp:add_vport { name = "highest", type = "internal", number = 65534 }
t.eq(highest.number, 65534)
t.eq(dp:vport(65534).name, "highest")
highest:delete()

-- Found and listed.

for _, id in ipairs { 7, "right" } do
  local port = t.ok(dp:vport(id), "port " .. id)
  t.eq(port.number, 7)
  t.eq(port.name, "right")
  t.eq(port.type, "netdev")
end
t.eq(dp:vport("rights"), nil)
t.eq(dp:vport(3), nil)
local list = names()
t.eq(#dp:vports(), 4)
t.eq(list[0], "dp0")
t.eq(list[1], "left")
t.eq(list[2], "inner")
t.eq(list[7], "right")

local second = odp.create_datapath("dp1")
t.eq(second:vport("left"), nil, "a port of another datapath")
t.eq(#second:vports(), 1)

-- A handle is what a script expects of a value.

t.eq(tostring(p1), "left")
t.eq("port " .. p1 .. "!", "port left!")
t.eq(p1, dp:vport(1), "two handles of one port")
t.ok(p1 ~= p7, "handles of two ports differ")
t.eq(p1.datapath, dp)
t.eq(p1.ifindex, net.link("left").index)
t.eq(p1.dst_port, nil)
t.eq(p1.gbp, nil)
t.eq(odp.match { in_port = p7 }, odp.match "in_port(7),eth()", "a port in a match")
t.eq(odp.output(p7), odp.output(7), "a port as an action")
t.raises(function() return p1.numbr end, "numbr", "number")
t.raises(function() p1.number = 5 end, "number")

-- Counted: what comes into the datapath is received, what leaves it is sent.

local before1, before7 = p1.stats, p7.stats
dp:put_flow { match = { in_port = p1 }, actions = p7 }
dp:put_flow { match = { in_port = p7 }, actions = p1 }
topo.ping(left, "10.0.0.2", 5)
for port, before in pairs { [p1] = before1, [p7] = before7 } do
  local now = port.stats
  t.ok(now.rx_packets - before.rx_packets >= 5, "packets received by " .. port)
  t.ok(now.tx_packets - before.tx_packets >= 5, "packets sent by " .. port)
  t.ok(now.rx_bytes - before.rx_bytes >= 5 * 98, "bytes received by " .. port)
  t.ok(now.tx_bytes - before.tx_bytes >= 5 * 98, "bytes sent by " .. port)
  t.eq(now.rx_errors, 0)
  t.eq(now.tx_errors, 0)
end

-- An internal vport is the host's own way into the datapath.

dp:flush_flows()
net.link("inner"):addr("10.0.0.3/24"):up()
dp:put_flow { match = { in_port = p2 }, actions = p1 }
dp:put_flow { match = { in_port = p1 }, actions = p2 }
topo.ping(left, "10.0.0.3", 5)
t.ok(p2.stats.rx_packets >= 5, "packets from the host")
t.ok(p2.stats.tx_packets >= 5, "packets to the host")
dp:flush_flows()

-- What is taken is refused by name.

local e = t.raises(function() dp:add_vport("left") end, "left", "dp0", "it is port 1 of the datapath already")
t.eq(e.errno, "EEXIST")
net.veth { a = "spare", b = "spare_end" }
e = t.raises(function() dp:add_vport { name = "spare", number = 7 } end, "port number 7 is taken by right")
t.eq(e.errno, "EBUSY")
e = t.raises(function() dp:add_vport { name = "spare", type = "internal" } end, "taken by another network device")
t.eq(e.errno, "EEXIST")
e = t.raises(function() second:add_vport("left") end, "left", "dp1", "already part of a datapath")
t.eq(e.errno, "EBUSY")
t.eq(dp:vport("spare"), nil)
t.eq(#second:vports(), 1)

-- Deleted: the device of a netdev stays, that of an internal vport goes.

p7:delete()
p2:delete()
t.eq(dp:vport(7), nil)
t.eq(dp:vport("inner"), nil)
t.ok(net.link("right"), "the device of a deleted netdev vport")
t.eq(net.link("inner"), nil, "the device of a deleted internal vport")
e = t.raises(function() p7:delete() end, "vport delete right on dp0", "no such vport")
t.eq(e.errno, "ENODEV")
e = t.raises(function() return p7.stats end, "no such vport")
t.eq(e.op, "vport get")
t.eq(p7.name, "right", "a handle still tells what it was of")

-- The handle of a port that is gone does not reach the next one with its number.

local heir = dp:add_vport { name = "spare", number = 7 }
t.raises(function() p7:delete() end, "right", "no such vport")
t.raises(function() return p7.stats end, "right", "no such vport")
t.eq(dp:vport(7), heir)
local again = dp:add_vport("right")
t.eq(again.number, 2, "the lowest free number")

e = t.raises(function() dp:vport(0):delete() end, "local port")
t.eq(e.op, "argument")
t.eq(dp:vport(0).name, "dp0")

-- A device that is deleted takes its vport with it.

net.link("right"):delete()
t.eventually("the vport of a deleted device is gone", function() return dp:vport("right") == nil end)
t.raises(function() return again.stats end, "no such vport")
t.raises(function() again:delete() end, "no such vport")

-- A device that is renamed keeps its port.

local spare = net.link("spare")
spare:down():set { name = "renamed" }
t.eq(dp:vport(7).name, "renamed")
t.eq(heir.stats.rx_errors, 0, "an error count by a handle from before")
heir:delete()
t.eq(dp:vport(7), nil)

second:delete()
dp:delete()
e = t.raises(function() p1:delete() end, "datapath no longer exists")
t.eq(e.errno, "ENODEV")
t.ok(net.link("left"), "a netdev survives its datapath")
