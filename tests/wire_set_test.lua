-- Each settable field, whole and in part: the frame that comes out at the other host has the new value
-- and right checksums, and is otherwise the one that came in.
local odp = require "odp"
local t = require "test"
local wire = require "lib.wire"

local b = wire.bench(2)

-- {frame, set, what changes}
local other, other6 = "192.0.2.9", "fd00:1:2:3:4:5:6:7"
local cases = {
  { "udp", "eth(src=02:00:00:00:00:08)", { eth = { src = "02:00:00:00:00:08" } } },
  { "udp", "eth(dst=02:00:00:00:00:09)", { eth = { dst = "02:00:00:00:00:09" } } },
  { "arp", "eth(src=02:00:00:00:00:08,dst=02:00:00:00:00:09)", { eth = { src = "02:00:00:00:00:08", dst = "02:00:00:00:00:09" } } },
  { "eth", "eth(src=00:00:00:00:0a:00/00:00:00:00:ff:00)", { eth = { src = "02:00:00:00:0a:01" } } },


  { "tcp", "tcp(src=4000)", { tcp = { src = 4000 } } },
  { "tcp", "tcp(dst=443)", { tcp = { dst = 443 } } },
  { "tcp6", "tcp(src=4000,dst=443)", { tcp = { src = 4000, dst = 443 } } },
  { "tcp", "tcp(src=0x100/0xff00)", { tcp = { src = 0x1e8 } } },
  { "udp", "udp(src=53)", { udp = { src = 53 } } },
  { "udp", "udp(dst=0xff/0xff)", { udp = { dst = 0x7ff } } },
  { "udp6", "udp(src=53,dst=54)", { udp = { src = 53, dst = 54 } } },
  { "sctp", "sctp(src=53)", { sctp = { src = 53 } } },
  { "sctp6", "sctp(src=53,dst=0x10/0xf0)", { sctp = { src = 53, dst = 0x710 } } },
}
-- IP fields, under every transport: its checksum covers the addresses.
for _, name in ipairs { "udp", "tcp", "sctp", "icmp", "ipv4" } do
  for _, case in ipairs {
    { "ipv4(src=192.0.2.9)", { src = other } },
    { "ipv4(dst=192.0.2.9)", { dst = other } },
    { "ipv4(src=0.0.7.0/0.0.255.0)", { src = "10.0.7.1" } },
    { "ipv4(tos=0xb8)", { tos = 0xb8 } },
    { "ipv4(tos=0x3/0x3)", { tos = 3 } },
    { "ipv4(ttl=3)", { ttl = 3 } },
    { "ipv4(src=192.0.2.9,dst=192.0.2.9,tos=0xb8,ttl=1)", { src = other, dst = other, tos = 0xb8, ttl = 1 } },
  } do
    table.insert(cases, { name, case[1], { ipv4 = case[2] } })
  end
end
for _, name in ipairs { "udp6", "tcp6", "sctp6", "icmpv6", "ipv6", "nd" } do
  for _, case in ipairs {
    { "ipv6(src=fd00:1:2:3:4:5:6:7)", { src = other6 } },
    { "ipv6(dst=fd00:1:2:3:4:5:6:7)", { dst = other6 } },
    { "ipv6(src=::aa00/::ff00)", { src = "fd00::aa01" } },
    { "ipv6(tclass=0x70)", { tclass = 0x70 } },
    { "ipv6(tclass=0x4/0xc)", { tclass = 4 } },
    { "ipv6(hlimit=3)", { hlimit = 3 } },
    { "ipv6(label=0x12345)", { label = 0x12345 } },
    { "ipv6(label=0x5/0xf)", { label = 5 } },
    { "ipv6(src=fd00:1:2:3:4:5:6:7,dst=fd00:1:2:3:4:5:6:7,label=0xfffff,tclass=0xff,hlimit=255)",
      { src = other6, dst = other6, label = 0xfffff, tclass = 0xff, hlimit = 255 } },
  } do
    table.insert(cases, { name, case[1], { ipv6 = case[2] } })
  end
end

for _, case in ipairs(cases) do
  local name, set, changes = unpack(case)
  b:gives(("set(%s),2"):format(set), wire.frame(name), wire.frame(name, changes))
end

-- A datagram without a checksum keeps none, one that had one gets the right one.
local bare = { udp = { csum = 0 } }
b:gives("set(ipv4(src=192.0.2.9)),set(udp(dst=9)),2", wire.frame("udp", bare),
  wire.frame("udp", { ipv4 = { src = other }, udp = { csum = 0, dst = 9 } }))
-- A wrong checksum is not made right: it stays as wrong as it was.
local got = b:through("set(ipv4(ttl=9)),2", wire.frame("tcp", { tcp = { csum = 0x1234 } }))
t.eq(#got, 1)
t.eq(require("packet").dissect(got[1]).tcp.csum, 0x1234)

-- Later fragments have no ports, and the addresses are set in the IP header alone.
local fragment = { ipv4 = { offset = 10, proto = 17 }, udp = "none" }
b:gives("set(ipv4(src=192.0.2.9)),2", wire.frame("udp", fragment), wire.frame("udp", wire.merge(fragment, { ipv4 = { src = other } })))

-- Tags are kept apart from what is set behind them.
b:gives("set(ipv4(ttl=9)),2", wire.frame("udp", { vlan = { vid = 5, pcp = 3 } }),
  wire.frame("udp", { vlan = { vid = 5, pcp = 3 }, ipv4 = { ttl = 9 } }))

-- Several in turn, and outputs between them.
b:gives("set(eth(dst=02:00:00:00:00:09)),2,set(ipv4(ttl=2)),2,set(udp(dst=1)),2", wire.frame "udp",
  wire.frame("udp", { eth = { dst = "02:00:00:00:00:09" } }),
  wire.frame("udp", { eth = { dst = "02:00:00:00:00:09" }, ipv4 = { ttl = 2 } }),
  wire.frame("udp", { eth = { dst = "02:00:00:00:00:09" }, ipv4 = { ttl = 2 }, udp = { dst = 1 } }))

-- Metadata is set for look-ups to come, not in the frame.
b:pass("set(skb_mark(0x2a)),set(skb_priority(0x7)),recirc(0x1)", wire.frame "udp")
b.dp:put_flow { match = "recirc_id(0x1),in_port(1),skb_mark(0x2a),skb_priority(0x7),eth(),eth_type(0x0800)", actions = "2" }
b:out(2)
b:send(1, wire.frame "udp")
wire.same(b:out(2), { wire.frame "udp" }, "metadata")

-- What the kernel does not set, or not in this packet, is refused.
for _, case in ipairs {
  { "arp", "set(arp(op=2)),2" }, { "udp", "set(tcp(dst=1)),2" }, { "tcp", "set(udp(dst=1)),2" },
  { "udp", "set(ipv6(hlimit=1)),2" }, { "arp", "set(ipv4(ttl=1)),2" }, { "udp6", "set(ipv4(ttl=1)),2" },
  { "udp", "set(in_port(2)),2" },
} do
  t.raises(function() b:pass(case[2], wire.frame(case[1])) end)
  t.eq(b.dp.stats.flows, 0, case[2])
end

b:close()
