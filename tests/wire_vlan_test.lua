-- VLAN tags and Ethernet headers put on and taken off, seen on the wire.
local t = require "test"
local wire = require "lib.wire"

local b = wire.bench(2)
local function tagged(name, ...) return wire.frame(name, { vlan = { ... } }) end

for _, name in ipairs { "udp", "tcp6", "arp", "eth" } do
  local plain = wire.frame(name)
  -- One tag, with each of its fields.
  b:gives("push_vlan(vid=5,pcp=3),2", plain, tagged(name, { vid = 5, pcp = 3 }))
  b:gives("push_vlan(vid=4095,pcp=7),2", plain, tagged(name, { vid = 4095, pcp = 7 }))
  b:gives("push_vlan(tpid=0x88a8,vid=0,pcp=0),2", plain, tagged(name, { tpid = 0x88a8, vid = 0 }))
  b:gives("pop_vlan,2", tagged(name, { vid = 5, pcp = 3 }), plain)
  b:gives("pop_vlan,2", tagged(name, { tpid = 0x88a8, vid = 5 }), plain)
  -- Two: the new one is outside, and the outer one is taken off.
  local inner, outer = { vid = 5, pcp = 3 }, { tpid = 0x88a8, vid = 6, pcp = 1 }
  b:gives("push_vlan(tpid=0x88a8,vid=6,pcp=1),2", tagged(name, inner), tagged(name, outer, inner))
  b:gives("push_vlan(vid=5,pcp=3),push_vlan(tpid=0x88a8,vid=6,pcp=1),2", plain, tagged(name, outer, inner))
  b:gives("pop_vlan,2", tagged(name, outer, inner), tagged(name, inner))
  b:gives("pop_vlan,pop_vlan,2", tagged(name, outer, inner), plain)
  b:gives("pop_vlan,push_vlan(vid=9,pcp=0),2", tagged(name, inner), tagged(name, { vid = 9 }))
  b:gives("push_vlan(vid=5,pcp=3),2,pop_vlan,2", plain, tagged(name, inner), plain)
  -- Left alone.
  b:gives("2", tagged(name, outer, inner), tagged(name, outer, inner))
end

-- Two tags looked at: the outer, the inner, and what is behind them.
local inner, outer = { vid = 5, pcp = 3 }, { tpid = 0x88a8, vid = 6, pcp = 1 }
local double = tagged("udp", outer, inner)
local text = "in_port(1),eth(),eth_type(0x88a8),vlan(vid=6,pcp=1),encap(eth_type(0x8100),vlan(vid=5,pcp=3),encap(eth_type(0x0800),ipv4(ttl=64)))"
b:takes(text, double, tagged("udp", { tpid = 0x88a8, vid = 7, pcp = 1 }, inner))
b:takes(text, double, tagged("udp", outer, { vid = 4, pcp = 3 }))
b:takes(text, double, tagged("udp", outer))
b:takes(text, double, wire.frame("udp", { vlan = { outer, inner }, ipv4 = { ttl = 63 } }))
-- With both off, the flow's actions see the packet inside.
b:takes(text, double, tagged("udp", inner), 2)

-- The Ethernet header off, and another one on.
for _, name in ipairs { "udp", "udp6" } do
  b:gives("pop_eth,push_eth(src=02:00:00:00:00:08,dst=02:00:00:00:00:09),2", wire.frame(name),
    wire.frame(name, { eth = { src = "02:00:00:00:00:08", dst = "02:00:00:00:00:09" } }))
end
-- A port for Ethernet sends nothing that is not.
b:gives("pop_eth,2", wire.frame "udp")

-- Refused: what cannot be.
t.raises(function() b:pass("push_eth(src=02:00:00:00:00:08,dst=02:00:00:00:00:09),2", wire.frame "udp") end, "EINVAL")
t.raises(function() b:pass("pop_eth,2", tagged("udp", inner)) end, "EINVAL")
t.raises(function() b:pass("push_vlan(vid=4096,pcp=0),2", wire.frame "udp") end, "vid")
t.raises(function() b:pass("push_vlan(tpid=0x0800,vid=1,pcp=0),2", wire.frame "udp") end)
-- Nothing to take off: the kernel lets it be.
b:gives("pop_vlan,2", wire.frame "udp", wire.frame "udp")

b:close()
