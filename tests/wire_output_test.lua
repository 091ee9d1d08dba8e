-- Where frames go: output, drop, clone, recirculation, truncation and user space, with real frames
-- between hosts.
local odp = require "odp"
local t = require "test"
local wire = require "lib.wire"

local b = wire.bench(3)
local dp = b.dp
local udp, tcp = wire.frame "udp", wire.frame "tcp"

-- output: to one port, to several, and back to none.
for name in pairs(wire.specs) do
  local frame = wire.frame(name)
  b:gives("2", frame, frame)
end
b:gives("2,2", udp, udp, udp)
b:gives("3,2", udp, udp)
wire.same(b:out(3), { udp }, "at host 3")
-- A packet does not go back out of its own port only if the actions do not say so.
b:gives("1,2", udp, udp)
wire.same(b:out(1), { udp }, "at host 1")

-- drop: nothing comes out anywhere. With a reason, on kernels that have it.
b:gives("drop", udp)
wire.same(b:out(3), {}, "at host 3")
if wire.kernel(6, 6) then
  b:gives("drop(3)", udp)
  b:gives("2,drop(0)", udp, udp)
else
  t.raises(function() b:pass("drop(3)", udp) end, "explicit drop", "needs Linux")
end

-- clone: what is done to the copy is not done to the packet.
b:gives("clone(set(ipv4(ttl=7)),push_vlan(vid=5,pcp=0),2),2", udp, wire.frame("udp", { ipv4 = { ttl = 7 }, vlan = { vid = 5 } }), udp)
b:gives("clone(drop),2", udp, udp)
-- In each other, as deep as the kernel takes it.
b:gives("clone(set(ipv4(ttl=7)),sample(sample=100.0%,actions(set(ipv4(tos=0x4)),clone(push_vlan(vid=5,pcp=0),2),2)),2),2", udp,
  wire.frame("udp", { ipv4 = { ttl = 7, tos = 4 }, vlan = { vid = 5 } }), wire.frame("udp", { ipv4 = { ttl = 7, tos = 4 } }),
  wire.frame("udp", { ipv4 = { ttl = 7 } }), udp)

-- trunc: the next output and no later one.
b:gives("trunc(20),2,2", udp, udp:sub(1, 20), udp)
b:gives("trunc(1000),2", udp, udp)
t.raises(function() b:pass("trunc(13),2", udp) end, "a number from 14 to")

-- recirc: the packet is looked up again, as it is by then.
local flow = b:pass("set(ipv4(ttl=9)),recirc(0x5)", udp)
dp:put_flow { match = "recirc_id(0x5),in_port(1),eth(),eth_type(0x0800),ipv4(ttl=9)", actions = "set(ipv4(tos=0x4)),recirc(0x6)" }
dp:put_flow { match = "recirc_id(0x6),in_port(1),eth(),eth_type(0x0800),ipv4(tos=0x4)", actions = "2" }
b:out(2)
b:send(1, udp)
wire.same(b:out(2), { wire.frame("udp", { ipv4 = { ttl = 9, tos = 4 } }) }, "recirc twice")
t.eq(flow:refresh().packets, 2)

-- userspace: the bytes and the userdata come up, and the packet goes on.
local pkts = {}
local handle = dp:on_action(function(pkt) table.insert(pkts, pkt) end)
b:gives(("push_vlan(vid=5,pcp=1),userspace(pid=%d,userdata(0102)),pop_vlan,2"):format(handle.pids[1]), tcp, tcp)
t.eventually("the packet comes up", function() return #pkts == 1 end)
t.eq(pkts[1].data, wire.frame("tcp", { vlan = { vid = 5, pcp = 1 } }))
t.eq(pkts[1].userdata, "\1\2")
handle:stop()

b:close()
