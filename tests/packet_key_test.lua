-- packet.key reads of a frame what the kernel's datapath reads: for every kind of frame, the same key but for
-- what is not in the frame.
local odp, packet = require "odp", require "packet"
local t = require "test"
local wire = require "lib.wire"

local bench = wire.bench(1)

-- The kernel's key begins with metadata, such as in_port.
local function same(frame, what)
  local want = tostring(bench:key(frame)):match("eth%(.*"):gsub(",key32%([^)]*%)", "") -- of IPv6 extension headers
  t.eq(tostring(packet.key(frame)):match("eth%(.*"), want, what .. ": " .. tostring(packet.dissect(frame)))
end

for name in pairs(wire.specs) do
  same(wire.frame(name), name)
  same(wire.frame(name, { vlan = { { vid = 5, pcp = 3 } } }), name .. " with a tag")
  same(wire.frame(name, { vlan = { { tpid = 0x88a8, vid = 5 }, { vid = 6, dei = true } } }), name .. " with two tags")
end
same(wire.frame("udp", { vlan = { { tpid = 0x88a8, vid = 1 }, { vid = 2 }, { vid = 3 } } }), "three tags")
same(wire.frame("tcp", { tcp = { flags = "none" } }), "no flags")
same(wire.frame("tcp", { tcp = { flags = 0xfff } }), "all flags")
same(wire.frame("tcp", { ipv4 = { tos = 0xff, ttl = 1, options = "\1\1\1\1" } }), "options")
same(wire.frame("udp", { ipv4 = { mf = true } }), "a first fragment")
same(wire.frame("ipv4", { ipv4 = { offset = 5, proto = 6 } }), "a later fragment")
same(wire.frame("udp6", { ipv6 = { tclass = 0x12, label = 0x12345, hlimit = 9 } }), "fields of ipv6")
same(wire.frame("udp6", { ipv6_ext = { { type = 0 }, { type = 60 } } }), "extension headers")
same(wire.frame("udp6", { ipv6_ext = { { type = 44, data = "\0\1\0\0\0\5" } } }), "a first fragment of ipv6")
same(wire.frame("ipv6", { ipv6_ext = { { type = 44, data = "\0\9\0\0\0\5", proto = 17 } } }), "a later fragment of ipv6")
same(wire.frame("arp", { arp = { op = 2 } }), "an answer of arp")
for i = 1, 4 do
  local labels = {}
  for j = 1, i do labels[j] = { label = j, tc = j, ttl = 10 + j } end
  same(wire.frame("ipv4", { mpls = labels }), i .. " labels")
end
same(packet.build { eth = { type = 0x1234 }, payload = "unknown" }, "an unknown type")
bench:close()

-- It is for matches, which then know no port.
local arp = odp.match("eth(),eth_type(0x0806),arp(op=1)")
t.eq(arp:matches(packet.key(wire.frame("arp"))), true)
t.eq(arp:matches(packet.key(wire.frame("arp", { arp = { op = 2 } }))), false)
t.eq(arp:matches(packet.key(wire.frame("udp"))), false)
t.eq(odp.match("in_port(1),eth()"):matches(packet.key(wire.frame("udp"))), false)
t.raises(function() packet.key("short") end, "14 bytes", "5")
