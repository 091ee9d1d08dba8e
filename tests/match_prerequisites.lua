-- What a match depends on is filled in, so that the kernel takes it; what no kernel takes is said in
-- words before it is asked.
local odp = require "odp"
local t = require "lib.check"

local dp = odp.create_datapath("dp0")

-- Each of these alone is a match that the kernel takes: as text, and what it becomes.
local completed = {
  { "", "eth()" },
  { "eth()", "eth()" },
  { "in_port(1)", "in_port(1),eth()" },
  { "in_port(0/0xffff0000),eth()", "eth()" },
  { "eth_type(0x9000)", "eth_type(0x9000)" },
  { "eth(),eth_type(0/0xffff)", "eth(),eth_type(0/0xffff)" },
  { "ipv4(dst=10.0.0.0/8)", "eth_type(0x0800),ipv4(dst=10.0.0.0/255.0.0.0)" },
  { "eth(),ipv6(hlimit=1)", "eth(),eth_type(0x86dd),ipv6(hlimit=1)" },
  { "arp(op=1)", "eth_type(0x0806),arp(op=1)" },
  { "eth_type(0x8035),arp(op=3)", "eth_type(0x8035),arp(op=3)" },
  { "mpls(label=5)", "eth_type(0x8847),mpls(label=5/0xfffff,tc=0/0,ttl=0/0x0,bos=0/0)" },
  { "eth_type(0x8848),mpls(label=5,tc=0,ttl=1,bos=1)", "eth_type(0x8848),mpls(label=5,tc=0,ttl=1,bos=1)" },
  { "eth(),nsh(si=4)", "eth(),eth_type(0x894f),nsh(si=4)" },
  { "eth(),nsh(c2=0x5)", "eth(),eth_type(0x894f),nsh(mdtype=1,c2=0x5)" },
  { "eth_type(0x0800),tcp(dst=80)", "eth_type(0x0800),ipv4(proto=6),tcp(dst=80)" },
  { "eth_type(0x86dd),tcp(dst=80)", "eth_type(0x86dd),ipv6(proto=6),tcp(dst=80)" },
  { "ipv4(ttl=1),tcp_flags(+syn)", "eth_type(0x0800),ipv4(proto=6,ttl=1),tcp_flags(+syn)" },
  { "ipv6(tclass=1),udp(src=5)", "eth_type(0x86dd),ipv6(proto=17,tclass=0x1),udp(src=5)" },
  { "ipv4(tos=1),sctp(src=5)", "eth_type(0x0800),ipv4(proto=132,tos=0x1),sctp(src=5)" },
  { "icmp(type=8)", "eth_type(0x0800),ipv4(proto=1),icmp(type=8)" },
  { "icmpv6(type=128)", "eth_type(0x86dd),ipv6(proto=58),icmpv6(type=128)" },
  { "nd(target=fe80::1)", "eth_type(0x86dd),ipv6(proto=58),icmpv6(type=135),nd(target=fe80::1)" },
  { "icmpv6(type=136),nd(tll=02:00:00:00:00:01)", "eth_type(0x86dd),ipv6(proto=58),icmpv6(type=136),nd(tll=02:00:00:00:00:01)" },
  { "ct_state(+trk)", "ct_state(+trk),eth()" },
  { "ct_state(est|trk)", "ct_state(-new+est-rel-rpl-inv+trk-snat-dnat),eth()" },
  { "ct_tuple4(proto=6)", "ct_tuple4(proto=6),eth_type(0x0800)" },
  { "ct_tuple6(proto=6)", "ct_tuple6(proto=6),eth_type(0x86dd)" },
  { "ipv6_exthdrs(hop)", "eth_type(0x86dd),key32(40 00/ff ff)" },
  { "eth(),vlan(vid=5)", "eth(),eth_type(0x8100),vlan(vid=5),encap()" },
  { "eth(),eth_type(0x88a8),vlan(pcp=1),encap()", "eth(),eth_type(0x88a8),vlan(pcp=1),encap()" },
  { "eth(),encap(ipv4(dst=10.0.0.1),udp(dst=53))", "eth(),eth_type(0x8100),vlan(),encap(eth_type(0x0800),ipv4(dst=10.0.0.1,proto=17),udp(dst=53))" },
  { "eth(),encap(vlan(vid=2),encap(icmp(type=8)))",
    "eth(),eth_type(0x8100),vlan(),encap(eth_type(0x8100),vlan(vid=2),encap(eth_type(0x0800),ipv4(proto=1),icmp(type=8)))" },
  { "tunnel(tun_id=5)", "tunnel(tun_id=0x5,flags(+key)),eth()" },
  { "tunnel(ipv6_src=fd00::/16),eth()", "tunnel(ipv6_src=fd00::/ffff::),eth()" },
  { "tunnel(flags(+key-df)),eth()", "tunnel(flags(-df+key)),eth()" },
  { "tunnel(geneve({class=0x102,type=1,0x1}))", "tunnel(geneve({class=0x102,type=0x1,len=4,0x1})),eth()" },
  { "tunnel(vxlan(gbp(id=5)))", "tunnel(vxlan(gbp(id=5))),eth()" },
  { "tunnel(erspan(ver=1,idx=5))", "tunnel(erspan(ver=1,idx=0x5/0xffffffff)),eth()" },
}

--- Without the tunnel's own text, which is not all of what was asked for.
local function told(m)
  return (tostring(m):gsub("%(tun_id=0x0/0x0,", "("))
end

local put = 0
for i, case in ipairs(completed) do
  local m = odp.match(case[1])
  local want = case[2]
  t.eq(told(m), want, "completed: " .. case[1])
  if case[1] ~= "" then
    -- A recirculation id of its own keeps it from overlapping the others.
    local text = "recirc_id(" .. i .. ")," .. case[1]
    local ok, err = pcall(dp.put_flow, dp, { match = text, actions = "drop" })
    t.ok(ok, text .. ": " .. tostring(err))
    t.ok(dp:flow(text), "found by its text: " .. text)
    t.ok(dp:flow(odp.match(text)), "found by its match: " .. text)
    put = put + 1
  end
end
local listed = 0
for flow in dp:flows() do
  listed = listed + 1
  if not tostring(flow.match):find("tunnel", 1, true) then
    t.ok(dp:flow(tostring(flow.match)), "found by its listing: " .. tostring(flow.match))
  end
end
t.eq(listed, put)

-- As tables.
t.eq(tostring(odp.match { udp = { dst = 53 }, ipv4 = {} }), "eth(),eth_type(0x0800),ipv4(proto=17),udp(dst=53)")
t.eq(tostring(odp.match { encap = { vlan = { vid = 2 }, encap = { arp = { op = 1 } } } }),
  "eth(),eth_type(0x8100),vlan(),encap(eth_type(0x8100),vlan(vid=2),encap(eth_type(0x0806),arp(op=1)))")
t.eq(tostring(odp.match { nsh = { c1 = 5 } }), "eth(),eth_type(0x894f),nsh(mdtype=1,c1=0x5)")

-- What contradicts itself, and what no kernel matches.
for text, want in pairs {
  ["tcp(dst=80)"] = "ipv4.proto=6 or with ipv6.proto=6",
  ["eth_type(0x0806),ipv4(ttl=1)"] = "only packets with eth_type=0x0800 have this key",
  ["ipv4(proto=17),tcp(dst=80)"] = "the match says otherwise",
  ["ipv4(ttl=1),ipv6(hlimit=1)"] = "the match says otherwise",
  ["icmpv6(type=128),nd(target=fe80::1)"] = "the match says otherwise",
  ["in_port(1/0xff)"] = "the kernel matches the whole of it or nothing",
  ["eth_type(0x0800/0xff00)"] = "the kernel matches the whole of it or nothing",
  ["eth_type(0x05dc)"] = "from 0x600",
  ["arp(op=300)"] = "up to 255",
  ["vlan(vid=5)"] = "add eth()",
  ["eth(),vlan(vid=0,pcp=0,cfi=0),encap()"] = "no kernel takes a flow for frames without a whole tag",
  ["tunnel(src=1.2.3.4,ipv6_dst=::1)"] = "not both",
  ["tunnel(vxlan(gbp(id=1)),erspan(ver=1))"] = "not both",
} do
  t.raises(function() dp:put_flow { match = text, actions = "drop" } end, "bad argument #1", want)
end
dp:delete()
