-- Each match key: the frame that has the value comes out at the other host, one that differs in nothing
-- else does not.
local odp, packet = require "odp", require "packet"
local t = require "test"
local wire = require "lib.wire"

local b = wire.bench(3)
local dp = b.dp
local merge = wire.merge

local l2 = "in_port(1),eth()"
local ip, ip6 = l2 .. ",eth_type(0x0800),ipv4", l2 .. ",eth_type(0x86dd),ipv6"
-- {spec, what the right frame has, what the wrong one has, match}
local cases = {
  { "eth", {}, { eth = { src = wire.mac3 } }, "in_port(1),eth(src=02:00:00:00:00:01)" },
  { "eth", {}, { eth = { dst = wire.mac3 } }, "in_port(1),eth(dst=02:00:00:00:00:02)" },
  { "eth", {}, { eth = { dst = "02:00:00:00:01:02" } }, "in_port(1),eth(dst=00:00:00:00:00:00/00:00:00:00:ff:00)" },
  { "eth", { eth = { type = 0x88b5 } }, { eth = { type = 0x88b6 } }, l2 .. ",eth_type(0x88b5)" },

  { "arp", {}, { arp = { op = 2 } }, l2 .. ",eth_type(0x0806),arp(op=1)" },
  { "arp", {}, { arp = { sip = "10.0.0.3" } }, l2 .. ",eth_type(0x0806),arp(sip=10.0.0.1)" },
  { "arp", {}, { arp = { tip = "10.0.1.2" } }, l2 .. ",eth_type(0x0806),arp(tip=10.0.0.0/255.255.255.0)" },
  { "arp", {}, { arp = { sha = wire.mac3 } }, l2 .. ",eth_type(0x0806),arp(sha=02:00:00:00:00:01)" },
  { "arp", {}, { arp = { tha = wire.mac3 } }, l2 .. ",eth_type(0x0806),arp(tha=00:00:00:00:00:00)" },

  { "udp", {}, { ipv4 = { src = "10.0.0.3" } }, ip .. "(src=10.0.0.1)" },
  { "udp", {}, { ipv4 = { dst = "10.1.0.2" } }, ip .. "(dst=10.0.0.0/255.255.0.0)" },
  { "ipv4", { ipv4 = { proto = 253 } }, { ipv4 = { proto = 254 } }, ip .. "(proto=253)" },
  { "udp", { ipv4 = { tos = 0xb8 } }, { ipv4 = { tos = 0xb4 } }, ip .. "(tos=0xb8)" },
  { "udp", { ipv4 = { tos = 1 } }, { ipv4 = { tos = 2 } }, ip .. "(tos=0x1/0x3)" },
  { "udp", {}, { ipv4 = { ttl = 63 } }, ip .. "(ttl=64)" },
  { "udp", {}, { ipv4 = { mf = true } }, ip .. "(frag=no)" },
  { "udp", { ipv4 = { mf = true } }, {}, ip .. "(frag=first)" },
  { "ipv4", { ipv4 = { offset = 1 } }, { ipv4 = { mf = true } }, ip .. "(frag=later)" },

  { "udp6", {}, { ipv6 = { src = "fd00::3" } }, ip6 .. "(src=fd00::1)" },
  { "udp6", {}, { ipv6 = { dst = "fd01::2" } }, ip6 .. "(dst=fd00::/ffff::)" },
  { "udp6", { ipv6 = { label = 0x12345 } }, { ipv6 = { label = 0x12344 } }, ip6 .. "(label=0x12345)" },
  { "ipv6", { ipv6 = { proto = 253 } }, { ipv6 = { proto = 254 } }, ip6 .. "(proto=253)" },
  { "udp6", { ipv6 = { tclass = 0x70 } }, { ipv6 = { tclass = 0x71 } }, ip6 .. "(tclass=0x70)" },
  { "udp6", {}, { ipv6 = { hlimit = 63 } }, ip6 .. "(hlimit=64)" },
  { "udp6", {}, { ipv6_ext = { type = 44, data = "\0\1\0\0\0\1" } }, ip6 .. "(frag=no)" },
  { "udp6", { ipv6_ext = { type = 44, data = "\0\1\0\0\0\1" } }, {}, ip6 .. "(frag=first)" },
  { "ipv6", { ipv6_ext = { type = 44, data = "\0\8\0\0\0\1", proto = 17 } }, { ipv6_ext = { type = 44, data = "\0\1\0\0\0\1" } },
    ip6 .. "(frag=later)" },

  { "tcp", {}, { tcp = { src = 1001 } }, ip .. "(proto=6),tcp(src=1000)" },
  { "tcp", { tcp = { dst = 8001 } }, { tcp = { dst = 8016 } }, ip .. "(proto=6),tcp(dst=8000/0xfff0)" },
  { "tcp6", {}, { tcp = { dst = 2001 } }, ip6 .. "(proto=6),tcp(dst=2000)" },
  { "tcp", {}, { tcp = { flags = "syn|ack" } }, ip .. "(proto=6),tcp_flags(syn)" },
  { "tcp", { tcp = { flags = "syn|ece" } }, { tcp = { flags = "syn|ack" } }, ip .. "(proto=6),tcp_flags(+syn-ack)" },
  { "tcp6", { tcp = { flags = "psh|ack|ns" } }, { tcp = { flags = "psh|ack" } }, ip6 .. "(proto=6),tcp_flags(+psh+ack+ns)" },
  { "tcp", { tcp = { flags = 0x802 } }, { tcp = { flags = 0x402 } }, ip .. "(proto=6),tcp_flags(0x802/0xfff)" },
  { "udp", {}, { udp = { src = 1001 } }, ip .. "(proto=17),udp(src=1000)" },
  { "udp6", {}, { udp = { dst = 2001 } }, ip6 .. "(proto=17),udp(dst=2000)" },
  { "sctp", {}, { sctp = { src = 1001 } }, ip .. "(proto=132),sctp(src=1000)" },
  { "sctp6", {}, { sctp = { dst = 2001 } }, ip6 .. "(proto=132),sctp(dst=2000)" },
  { "icmp", {}, { icmp = { type = 0 } }, ip .. "(proto=1),icmp(type=8)" },
  { "icmp", { icmp = { type = 3, code = 4 } }, { icmp = { type = 3, code = 3 } }, ip .. "(proto=1),icmp(code=4)" },
  { "icmpv6", {}, { icmpv6 = { type = 129 } }, ip6 .. "(proto=58),icmpv6(type=128)" },
  { "icmpv6", { icmpv6 = { code = 1 } }, { icmpv6 = { code = 2 } }, ip6 .. "(proto=58),icmpv6(code=1)" },
  { "nd", {}, { nd = { target = "fd00::3" } }, ip6 .. "(proto=58),icmpv6(type=135),nd(target=fd00::2)" },
  { "nd", {}, { nd = { sll = wire.mac3 } }, ip6 .. "(proto=58),icmpv6(type=135),nd(sll=02:00:00:00:00:01)" },
  { "na", {}, { nd = { tll = wire.mac3 } }, ip6 .. "(proto=58),icmpv6(type=136),nd(tll=02:00:00:00:00:01)" },

  { "udp", { vlan = { vid = 5 } }, { vlan = { vid = 6 } }, l2 .. ",eth_type(0x8100),vlan(vid=5),encap()" },
  { "udp", { vlan = { vid = 5, pcp = 3 } }, { vlan = { vid = 5, pcp = 2 } }, l2 .. ",eth_type(0x8100),vlan(pcp=3),encap()" },
  { "udp", { vlan = { vid = 5 } }, { vlan = { vid = 5, tpid = 0x88a8 } }, l2 .. ",eth_type(0x8100),vlan(vid=5),encap()" },
  { "udp", { vlan = { vid = 0 } }, {}, l2 .. ",eth_type(0x8100),vlan(),encap()" },
  { "udp", {}, { vlan = { vid = 0 } }, l2 },
  { "udp", { vlan = { vid = 5 } }, { vlan = { vid = 5 }, udp = { dst = 9 } },
    l2 .. ",eth_type(0x8100),vlan(vid=5),encap(eth_type(0x0800),ipv4(proto=17),udp(dst=2000))" },
}
for _, case in ipairs(cases) do
  local name, right, wrong, match = unpack(case)
  b:takes(match, wire.frame(name, right), wire.frame(name, wrong))
end

-- in_port: the same frame, from another host.
local udp = wire.frame "udp"
dp:put_flow { match = "in_port(3),eth(),eth_type(0x0800)", actions = "2" }
dp:flush_flows()
local flow = dp:put_flow { match = "in_port(3),eth(),eth_type(0x0800)", actions = "2" }
b:send(1, udp)
b:send(3, udp)
wire.same(b:out(2), { udp }, "in_port")
t.eq(flow:refresh().packets, 1)

-- What earlier actions have set: mark, priority and the look-up's own number.
for _, case in ipairs {
  { "set(skb_mark(0x2a))", "skb_mark(0x2a)", "skb_mark(0x2b)" }, { "set(skb_mark(0x12a))", "skb_mark(0x2a/0xff)", "skb_mark(0x2a)" },
  { "set(skb_priority(0x7))", "skb_priority(0x7)", "skb_priority(0x8)" },
} do
  for i, match in ipairs { case[2], case[3] } do
    dp:flush_flows()
    dp:put_flow { match = "recirc_id(0)," .. ip .. "(proto=17)", actions = case[1] .. ",recirc(0x1)" }
    dp:put_flow { match = "recirc_id(0x1)," .. match .. "," .. ip .. "(proto=17)", actions = "2" }
    b:send(1, udp)
    wire.same(b:out(2), i == 1 and { udp } or {}, case[1] .. " and " .. match)
  end
end
for i, id in ipairs { "0x1", "0x2" } do
  dp:flush_flows()
  dp:put_flow { match = "recirc_id(0)," .. ip .. "(proto=17)", actions = "recirc(0x1)" }
  dp:put_flow { match = ("recirc_id(%s),%s(proto=17)"):format(id, ip), actions = "2" }
  b:send(1, udp)
  wire.same(b:out(2), i == 1 and { udp } or {}, "recirc_id " .. id)
end

-- Extension headers of IPv6.
local hop, routing, destination = { type = 0 }, { type = 43, data = "\0\0\0\0\0\0" }, { type = 60 }
local first, unique = { type = 44, data = "\0\1\0\0\0\1" }, { type = 51, data = string.rep("\0", 10) }
local function with(...) return wire.frame("udp6", select("#", ...) > 0 and { ipv6_ext = { ... } } or {}) end
for _, case in ipairs {
  { with(hop), with(), "+hop" }, { with(), with(hop), "-hop" }, { with(destination), with(hop), "+dest" },
  { with(routing), with(destination), "+router" }, { with(first), with(routing), "+frag" }, { with(unique), with(), "+auth" },
  { with(hop, destination), with(hop), "+hop+dest" }, { with(routing, routing), with(routing), "+unrep" },
  { with(routing, hop), with(hop, routing), "+unseq" },
} do
  b:takes(ip6 .. "(),ipv6_exthdrs(" .. case[3] .. ")", case[1], case[2])
end
-- Options of neighbour discovery are a key of user space alone.
t.raises(function() dp:put_flow { match = ip6 .. "(proto=58),icmpv6(type=135),nd(),nd_ext(nd_options_type=1)", actions = "2" } end, "nd_ext")

b:close()
