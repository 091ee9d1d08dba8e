-- kernels: 6.1 6.12 7.2
-- What the kernel demands of a match, of which it says only EINVAL, is filled in or said in words before it is asked:
-- whatever odp.match lets pass is taken, and taken for what it says.
local odp = require "odp"
local t = require "test"
local entry = require "lib.entry"
local frames = require "lib.frames"

local dp = odp.create_datapath("dp0")

-- {text, the completed match}. The kernel does not list everything that it matches: with unlisted it lists less.
local completed = {
  -- What a key depends on.
  { "eth(),ipv4(ttl=1)", "eth(),eth_type(0x0800),ipv4(ttl=1)" },
  { "eth(),ipv6(label=0xfffff)", "eth(),eth_type(0x86dd),ipv6(label=0xfffff)" },
  { "eth(),ipv4(),tcp(dst=80)", "eth(),eth_type(0x0800),ipv4(proto=6),tcp(dst=80)" },
  { "eth(),ipv6(),tcp_flags(+syn)", "eth(),eth_type(0x86dd),ipv6(proto=6),tcp_flags(+syn)" },
  { "eth(),eth_type(0x86dd),udp(src=1)", "eth(),eth_type(0x86dd),ipv6(proto=17),udp(src=1)" },
  { "eth(),ipv4(frag=first),sctp(dst=1/0xff)", "eth(),eth_type(0x0800),ipv4(proto=132,frag=first),sctp(dst=1/0xff)" },
  { "eth(),icmp(type=8)", "eth(),eth_type(0x0800),ipv4(proto=1),icmp(type=8)" },
  { "eth(),icmpv6(code=1)", "eth(),eth_type(0x86dd),ipv6(proto=58),icmpv6(code=1)" },
  { "eth(),icmpv6(type=136),nd(tll=02:00:00:00:00:01)",
    "eth(),eth_type(0x86dd),ipv6(proto=58),icmpv6(type=136),nd(tll=02:00:00:00:00:01)" },
  { "eth(),ipv4(proto=4/0x4),tcp(dst=80)", "eth(),eth_type(0x0800),ipv4(proto=6),tcp(dst=80)" },
  { "eth(),arp(op=255)", "eth(),eth_type(0x0806),arp(op=255)" },
  { "eth(),eth_type(0x8035),arp(op=3)", "eth(),eth_type(0x8035),arp(op=3)" },
  { "eth(),mpls(label=5)", "eth(),eth_type(0x8847),mpls(label=5/0xfffff,tc=0/0,ttl=0/0x0,bos=0/0)" },
  { "eth(),eth_type(0x8848),mpls(label=5,bos=0,label=6,bos=1)",
    "eth(),eth_type(0x8848),mpls(label=5/0xfffff,tc=0/0,ttl=0/0x0,bos=0/1,label=6/0xfffff,tc=0/0,ttl=0/0x0,bos=1/1)" },
  { "eth(),nsh(spi=0x5)", "eth(),eth_type(0x894f),nsh(spi=0x5)" },
  { "eth(),nsh(c2=0x5)", "eth(),eth_type(0x894f),nsh(mdtype=1,c2=0x5)" },
  { "eth(),nsh(mdtype=1/0x1,c2=0x5)", "eth(),eth_type(0x894f),nsh(mdtype=1,c2=0x5)" },
  { "eth(),nsh(mdtype=2,np=1)", "eth(),eth_type(0x894f),nsh(mdtype=2,np=1)" },
  { "eth(),ipv6_exthdrs(+hop)", "eth(),eth_type(0x86dd),key32(40 00/40 00)" },
  { "eth(),ct_tuple4(src=192.0.2.1,proto=6)", "ct_tuple4(src=192.0.2.1,proto=6),eth(),eth_type(0x0800)" },
  { "eth(),ct_tuple6(proto=17,tp_dst=80)", "ct_tuple6(proto=17,dst_port=80),eth(),eth_type(0x86dd)" },
  { "eth(),ct_tuple4(src=192.0.2.1)", "ct_tuple4(src=192.0.2.1),eth(),eth_type(0x0800)", unlisted = true },
  { "eth(),vlan(vid=5),ct_tuple4(proto=6)", "ct_tuple4(proto=6),eth(),eth_type(0x8100),vlan(vid=5),encap(eth_type(0x0800))" },

  -- The keys of a packet with these values, which are not matched.
  { "eth(),eth_type(0x0800)", "eth(),eth_type(0x0800)" },
  { "eth(),eth_type(0x0806)", "eth(),eth_type(0x0806)" },
  { "eth(),eth_type(0x8847)", "eth(),eth_type(0x8847)" },
  { "eth(),eth_type(0x894f)", "eth(),eth_type(0x894f),nsh()" },
  { "eth(),eth_type(0x86dd),ipv6(proto=58),icmpv6(type=135)", "eth(),eth_type(0x86dd),ipv6(proto=58),icmpv6(type=135)" },
  { "eth(),eth_type(0x0800),ipv4(proto=6/0xfe)", "eth(),eth_type(0x0800),ipv4(proto=6/0xfe)" },
  { "eth(),eth_type(0x0800),ipv4(proto=6,frag=later)", "eth(),eth_type(0x0800),ipv4(proto=6,frag=later)" },
  { "eth(),eth_type(0/0xffff)", "eth(),eth_type(0/0xffff)" },
  { "eth(),eth_type(0x0600)", "eth(),eth_type(0x0600)" },
  { "eth()", "eth()" },

  -- Masks that match nothing.
  { "in_port(1/0),eth()", "eth()" },
  { "eth(),eth_type(0x0800/0),ipv4(ttl=1/0)", "eth()" },

  -- Tags, of which the kernel leaves open neither the type nor that they are there.
  { "eth(),vlan(vid=5)", "eth(),eth_type(0x8100),vlan(vid=5),encap()" },
  { "eth(),vlan()", "eth(),eth_type(0x8100),vlan(),encap()" },
  { "eth(),vlan(vid=5/0x5,cfi=0/0)", "eth(),eth_type(0x8100),vlan(vid=5/0x5),encap()" },
  { "eth(),encap(ipv4(ttl=1))", "eth(),eth_type(0x8100),vlan(),encap(eth_type(0x0800),ipv4(ttl=1))" },
  { "eth(),eth_type(0x88a8)", "eth(),eth_type(0x88a8),vlan(),encap()" },
  { "eth(),eth_type(0x88a8/0),vlan(pcp=3)", "eth(),eth_type(0x88a8),vlan(pcp=3),encap()" },
  { "eth(),vlan(vid=5),encap(eth_type(0/0xffff))", "eth(),eth_type(0x8100),vlan(vid=5),encap(eth_type(0/0xffff))" },
  { "eth(),vlan(vid=5),encap(eth_type(0x1234/0))", "eth(),eth_type(0x8100),vlan(vid=5),encap()" },
  { "eth(),eth_type(0x88a8),vlan(vid=6),encap(vlan(vid=5))",
    "eth(),eth_type(0x88a8),vlan(vid=6),encap(eth_type(0x8100),vlan(vid=5),encap())" },
  { "eth(),encap(encap(ipv4(),udp(dst=53)))",
    "eth(),eth_type(0x8100),vlan(),encap(eth_type(0x8100),vlan(),encap(eth_type(0x0800),ipv4(proto=17),udp(dst=53)))" },
  { "eth(),vlan(),encap(eth_type(0x88a8))", "eth(),eth_type(0x8100),vlan(),encap(eth_type(0x88a8),vlan(),encap())" },
  { "eth(),vlan(),encap(vlan(),encap(eth_type(0x8100)))",
    "eth(),eth_type(0x8100),vlan(),encap(eth_type(0x8100),vlan(),encap(eth_type(0x8100)))" },

  -- Packets have an Ethernet header where nothing else is said, or can be.
  { "in_port(1)", "in_port(1),eth()" },
  { "tunnel(tun_id=5,flags(+df))", "tunnel(tun_id=0x5,flags(+df+key)),eth()" },
  { "eth_type(0/0xffff)", "eth(),eth_type(0/0xffff)" },
  { "vlan(vid=5)", "eth(),eth_type(0x8100),vlan(vid=5),encap()" },
  { "eth_type(0x88a8)", "eth(),eth_type(0x88a8),vlan(),encap()" },
  { "in_port(0/0xffff0000)", "eth()" },

  -- Packets without an Ethernet header.
  { "arp(op=1)", "eth_type(0x0806),arp(op=1)" },
  { "eth_type(0x0800)", "eth_type(0x0800)" },
  { "ipv6(proto=6)", "eth_type(0x86dd),ipv6(proto=6)" },
  { "in_port(1),eth_type(0/0)", "in_port(1),eth_type(0xffff/0x0000)" },

  -- Outer headers.
  { "eth(),tunnel()", "tunnel(),eth()" },
  { "eth(),tunnel(tun_id=5)", "tunnel(tun_id=0x5,flags(+key)),eth()" },
  { "eth(),tunnel(tun_id=5/0)", "tunnel(flags(+key)),eth()" },
  { "eth(),tunnel(flags(+key))", "tunnel(flags(+key)),eth()" },
  { "eth(),tunnel(flags(-key))", "tunnel(flags(-key)),eth()" },
  { "eth(),tunnel(src=192.0.2.1/0,tos=4/0,flags(-df))", "tunnel(flags(-df)),eth()" },
  { "eth(),tunnel(dst=0.0.0.0/8)", "tunnel(dst=0.0.0.1/255.0.0.0),eth()" },
  { "eth(),tunnel(dst=0.0.0.0/0.0.0.255)", "tunnel(dst=0.0.1.0/0.0.0.255),eth()" },
  { "eth(),tunnel(ipv6_src=fe80::1)", "tunnel(ipv6_src=fe80::1),eth()" },
  { "eth(),tunnel(ttl=64,ipv6_dst=::/0)", "tunnel(ipv6_dst=::/::,ttl=64),eth()", unlisted = true },
  { "eth(),tunnel(geneve({class=1,type=2,len=4,0x1}))", "tunnel(geneve({class=0x1,type=0x2,len=4,0x1})),eth()" },
  { "eth(),tunnel(vxlan(gbp(id=5)))", "tunnel(vxlan(gbp(id=5))),eth()" },
  { "eth(),tunnel(erspan(ver=1,idx=0x5))", "tunnel(erspan(ver=1,idx=0x5/0xffffffff)),eth()" },

  { "in_port(65534),eth()", "in_port(65534),eth()" },
  { "eth(),ct_state(+trk-new)", "ct_state(-new+trk),eth()" },
}

local function listed()
  local found
  for flow in dp:flows() do
    t.eq(found, nil, "one flow")
    found = flow
  end
  return t.ok(found, "a flow")
end

for _, case in ipairs(completed) do
  local text, want = case[1], case[2]
  local m = odp.match(text)
  t.eq(tostring(m), want, text)
  local ok, problem = pcall(dp.put_flow, dp, { match = text, actions = "drop" })
  t.ok(ok, ("%s, completed as %s: %s"):format(text, want, tostring(problem)))
  local flow = listed()
  t.eq(odp.match(want), m, text .. ": what it prints")
  t.ok(dp:flow(m), text .. ": found by the match")
  if not case.unlisted then
    t.eq(flow.match, m, text .. ": the listed match")
    t.eq(odp.match(tostring(flow.match)), m, text .. ": the listed text")
    t.ok(dp:flow(tostring(flow.match)), text .. ": found by the listed text")
    t.ok(dp:flow(flow.match), text .. ": found by the listed match")
  end
  dp:delete_flow(text)

  -- With an identifier the kernel lists the key under its mask, without what was filled in there. What is listed is put again.
  dp:put_flow { match = text, actions = "drop", ufid = m.ufid }
  flow = listed()
  if not case.unlisted then t.eq(flow.match, m, text .. ": the match listed under its mask") end
  dp:delete_flow { ufid = m.ufid }
  dp:put_flow { match = flow.match, actions = "drop" }
  dp:flush_flows()
end

-- {text, a part of the error}
local refused = {
  { "eth(),in_port(1/0xff)", "in_port: the kernel matches all of its bits or none, whatever the mask" },
  { "eth(),in_port(65535)", "in_port: the kernel takes 0 to 65534 in a match, not 65535" },
  { "eth(),eth_type(0x0800/0xff00)", "eth_type: the kernel matches all of its bits or none" },
  { "eth(),eth_type(0x5ff)", "eth_type: the kernel takes 0x600 or more in a match, not 0x5ff" },
  { "eth(),eth_type(0x8000/0xf000),vlan()", "vlan: say which packets: with eth_type=0x8100 or with eth_type=0x88a8" },

  { "eth(),eth_type(0x0806),ipv4(ttl=1)", "ipv4: only packets with eth_type=0x0800 have this key, and the match says otherwise" },
  { "eth(),tcp(dst=80)", "tcp: say which packets: with ipv4.proto=6 or with ipv6.proto=6" },
  { "eth(),ipv4(proto=17),tcp(dst=80)", "tcp: only packets with ipv4.proto=6 or ipv6.proto=6 have this key" },
  { "eth(),ipv4(proto=1/0x1),tcp(dst=80)", "tcp: only packets with" },
  { "eth(),ipv4(ttl=1),icmpv6(type=1)", "icmpv6: only packets with ipv6.proto=58 have this key" },
  { "eth(),ipv4(proto=6,frag=later),tcp(dst=80)", "tcp: the kernel takes no match on this key with ipv4.frag=later" },
  { "eth(),ipv6(proto=6,frag=later),tcp_flags(+syn)", "tcp_flags: the kernel takes no match on this key with ipv6.frag=later" },
  { "eth(),ipv4(frag=later),icmp(type=8)", "icmp: the kernel takes no match on this key with ipv4.frag=later" },
  { "eth(),nd(target=fe80::1)", "nd: say which packets: with icmpv6.type=135 or with icmpv6.type=136" },
  { "eth(),icmpv6(type=128),nd(target=fe80::1)", "nd: only packets with icmpv6.type=135 or icmpv6.type=136" },
  { "eth(),icmpv6(type=135),ct_tuple6(proto=58)", "ct_tuple6: the kernel takes no match on this key with icmpv6.type=135" },
  { "eth(),ipv6(hlimit=1),ct_tuple4(proto=6)", "ct_tuple4: only packets with eth_type=0x0800" },
  { "eth(),eth_type(0x0806),arp(op=256)", "arp.op: the kernel takes 0 to 255 in a match, not 256" },
  { "eth(),mpls(label=1,label=2,label=3,label=4)", "mpls: the kernel matches at most 3, there are 4" },
  { "eth(),nsh(mdtype=2,c1=0x1)", "nsh.c1: only packets with mdtype=1 have this, and the match says otherwise" },
  { "eth(),nsh(mdtype=2,md2=0x01020304)", "nsh.md2: no match can have this, only an action" },
  { "eth(),ct_state(0x100/0x100)", "ct_state: bits are matched that no packet has" },

  { "eth(),vlan(vid=0,pcp=0,cfi=0),encap()", "vlan: cfi=0 is of a frame that ends within its tag, on which the kernel takes no match" },
  { "eth(),vlan(vid=5),ipv4(ttl=1)", "ipv4: only packets with eth_type=0x0800 have this key, and the match says otherwise; what is inside a tag stands in encap" },
  { "eth(),vlan(vid=5),encap(eth_type(0x0806),ipv4(ttl=1))", "encap.ipv4: only packets with eth_type=0x0800" },
  { "eth(),vlan(vid=5),encap(in_port(1))", "encap.in_port: the key is of the whole packet and stands outside of encap" },
  { "eth(),vlan(vid=5),encap(eth())", "encap.eth: the key is of the whole packet" },
  { "eth(),encap(encap(vlan(vid=5)))", "encap.encap.vlan: the kernel looks into two tags, and no deeper" },
  { "eth(),eth_type(0x0800),vlan(vid=5)", "vlan: only packets with eth_type=0x8100 or eth_type=0x88a8 have this key" },

  { "eth(),tunnel(dst=192.0.2.1,ipv6_src=fe80::1)", "tunnel: an outer header is of IPv4 or of IPv6, and there are addresses of both" },
  { "eth(),tunnel(dst=0.0.0.0)", "tunnel.dst: the kernel takes no destination that is zero" },
  { "eth(),tunnel(ipv6_dst=::)", "tunnel.ipv6_dst: the kernel takes no destination that is zero" },
  { "eth(),tunnel(tun_id=5,flags(-key))", "tunnel.flags: the flag of tun_id contradicts it" },
  { "eth(),tunnel(geneve({class=1,type=1,len=0}),vxlan(gbp(id=1)))", "a packet that has vxlan does not have this" },
  { "eth(),tunnel(geneve(" .. ("{class=1,type=1,len=124,0x1}"):rep(2) .. "))", "tunnel.geneve: the kernel matches at most 252 bytes, there are 256" },
  { "eth(),tunnel(key16())", "tunnel.ipv4_info_bridge: no match can have this, only an action" },
}
for _, case in ipairs(refused) do
  local text, problem = unpack(case)
  t.raises(function() dp:put_flow { match = text, actions = "drop" } end, problem)
  t.eq(dp.stats.flows, 0, text)
end
-- Which keys a kernel knows is its own affair, and it is said which one does.
t.raises(function() dp:put_flow { match = "eth(),packet_type(ns=0,id=0)", actions = "drop" } end,
  "no Linux kernel has this, only the user space datapath: the key packet_type")
t.raises(function() dp:put_flow { match = "eth(),key60(01)", actions = "drop" } end, "EINVAL")

-- Tags from tables.
for _, case in ipairs {
  { { vlan = { vid = 5 } }, "eth(),eth_type(0x8100),vlan(vid=5),encap()" },
  { { vlan = {} }, "eth(),eth_type(0x8100),vlan(),encap()" },
  { { encap = { ipv4 = { ttl = 1 } } }, "eth(),eth_type(0x8100),vlan(),encap(eth_type(0x0800),ipv4(ttl=1))" },
  { { eth_type = 0x88a8, vlan = { vid = 6 }, encap = { vlan = { vid = 5, pcp = 3 }, encap = { ipv4 = {}, udp = { dst = 53 } } } },
    "eth(),eth_type(0x88a8),vlan(vid=6),encap(eth_type(0x8100),vlan(vid=5,pcp=3),encap(eth_type(0x0800),ipv4(proto=17),udp(dst=53)))" },
  { { eth_type = 0x88a8, encap = { encap = { arp = {} } } },
    "eth(),eth_type(0x88a8),vlan(),encap(eth_type(0x8100),vlan(),encap(eth_type(0x0806)))" },
  { { vlan = { vid = 5 }, ct_tuple6 = { proto = 6 } }, "ct_tuple6(proto=6),eth(),eth_type(0x8100),vlan(vid=5),encap(eth_type(0x86dd))" },
  { { tunnel = {} }, "tunnel(),eth()" },
  { { tunnel = { geneve = { { class = 1, type = 2, data = "\0\0\0\1" } } } }, "tunnel(geneve({class=0x1,type=0x2,len=4,0x1})),eth()" },
} do
  local fields, want = unpack(case)
  local m = odp.match(fields)
  t.eq(tostring(m), want)
  t.eq(m, odp.match(want))
  dp:put_flow { match = fields, actions = "drop" }
  t.eq(listed().match, m, want)
  dp:flush_flows()
end
t.raises(function() odp.match { encap = { encap = { vlan = { vid = 5 } } } } end, "encap.encap.vlan: the kernel looks into two tags, and no deeper")

-- key:only takes the packet, and others whatever is not named, but for what the kernel never leaves open.
local execute, up = entry.execute(dp)

local udp, arp = frames.udp {}, frames.arp {}
local length = frames.eth { type = 40 }
local two = function(frame) return frames.tagged(frames.tagged(frame, 5, 1), 6, 2, 0x88a8) end
local outer4 = "in_port(1),tunnel(tun_id=0x5,src=192.0.2.1,dst=192.0.2.2,ttl=64,flags(df|key))"
local other4 = "in_port(1),tunnel(src=192.0.2.3,dst=192.0.2.2,tos=4,ttl=63)"
local outer6 = "in_port(1),tunnel(tun_id=0x5,ipv6_src=fd00::1,ipv6_dst=fd00::2,ttl=64,flags(key))"
-- {a packet, the paths, frames or packets that the match takes as well, ones that it does not}
for i, case in ipairs {
  { udp, { "in_port" }, { arp, length, frames.tagged(udp, 5):sub(1, 16) }, { frames.tagged(udp, 5) } },
  { length, { "in_port" }, { udp }, { frames.tagged(length, 5) } },
  { udp, { "ipv4.ttl" }, { frames.tcp { ttl = 64 } }, { frames.udp { ttl = 63 }, arp } },
  { frames.tagged(udp, 5), { "in_port" }, { frames.tagged(udp, 6, 7), frames.tagged(arp, 5), frames.tagged(length, 5) },
    { udp, frames.tagged(udp, 5, 0, 0x88a8), two(udp) } },
  { frames.tagged(udp, 5), { "vlan.vid" }, { frames.tagged(arp, 5, 3) }, { frames.tagged(udp, 6) } },
  { frames.tagged(udp, 5), { "encap.ipv4.ttl" }, { frames.tagged(udp, 6), frames.tagged(frames.tcp {}, 6) },
    { frames.tagged(arp, 5), frames.tagged(frames.udp { ttl = 1 }, 5) } },
  { frames.tagged(udp, 5, 0, 0x88a8), { "in_port" }, { frames.tagged(udp, 6, 0, 0x88a8) }, { frames.tagged(udp, 5) } },
  { two(udp), { "in_port" }, { two(arp), frames.tagged(frames.tagged(udp, 1), 1, 0, 0x88a8) }, { frames.tagged(udp, 6, 2, 0x88a8), udp } },
  { two(udp), { "encap.vlan.pcp" }, { two(arp) }, { frames.tagged(frames.tagged(udp, 5), 6, 2, 0x88a8) } },
  { two(frames.tagged(udp, 7)), { "in_port" }, { two(frames.tagged(arp, 8)), two(udp) }, { udp } },
  { frames.tagged(udp, 5):sub(1, 16), { "in_port" }, { udp, arp }, { frames.tagged(udp, 5) } }, -- it ends within its tag
  { two(udp):sub(1, 20), { "in_port" }, { frames.tagged(udp, 6, 2, 0x88a8) }, { two(udp), udp } },
  { frames.eth { type = 0x8035, payload = arp:sub(15) }, { "arp.op" }, { frames.eth { type = 0x8035, payload = frames.arp { sip = "10.0.0.9" }:sub(15) } },
    { arp } },
  { frames.solicit {}, { "nd.target" }, { frames.solicit { sll = frames.mac2 } }, { frames.solicit { target = "fd00::3" } } },
  { { key = outer4 }, { "in_port" }, { udp, { key = outer6 } }, { frames.tagged(udp, 5) } },
  { { key = outer4 }, { "tunnel.ttl" }, { { key = "in_port(2),tunnel(src=192.0.2.9,dst=192.0.2.2,ttl=64)" } }, { { key = outer6 }, udp, { key = other4 } } },
  { { key = outer6 }, { "tunnel.ttl" }, { { key = "in_port(1),tunnel(ipv6_src=fd00::3,ipv6_dst=fd00::2,ttl=64)" } }, { { key = outer4 } } },
  { { key = outer4 }, { "tunnel.tun_id" }, { { key = "in_port(2),tunnel(tun_id=0x5,src=192.0.2.9,dst=192.0.2.2,ttl=64)" } }, { { key = other4 } } },
  { { key = other4 }, { "tunnel.tun_id" }, { { key = "in_port(2),tunnel(src=192.0.2.9,dst=192.0.2.2,ttl=64)" } },
    { { key = outer4 }, { key = "in_port(1),tunnel(tun_id=0,src=192.0.2.3,dst=192.0.2.2,tos=4,ttl=63)" } } },
  { { key = outer4 }, { "tunnel" }, {}, { { key = other4 }, { key = (outer4:gsub("ttl=64", "tos=4,ttl=64")) } } },
  { { data = udp:sub(15), key = "in_port(1),eth_type(0x0800)" }, { "in_port" },
    { { data = frames.udp({ src = "fd00::1", dst = "fd00::2" }):sub(15), key = "in_port(1),eth_type(0x86dd)" } }, { udp } },
} do
  local function packet(p)
    if type(p) == "string" then p = { data = p } end
    return { data = p.data or udp, key = odp.key(p.key or "in_port(1)"), actions = "recirc(0)" }
  end
  local first = packet(case[1])
  first.actions = up
  local key = execute(first).key
  first.actions = "recirc(0)"
  local m = key:only(unpack(case[2]))
  dp:put_flow { match = m, actions = up }
  local what = ("case %d, %s"):format(i, tostring(m))
  t.eq(listed().match, m, what)
  local function takes(p, want)
    local pkt = execute(packet(p))
    t.eq(pkt.kind == "action", want, what .. " takes " .. pkt.key)
    t.eq(m:matches(pkt.key), want, what .. ":matches " .. pkt.key)
  end
  takes(case[1], true)
  for _, p in ipairs(case[3]) do takes(p, true) end
  for _, p in ipairs(case[4]) do takes(p, false) end
  dp:flush_flows()
end

-- The match of exactly a key: zeroes of an outer header have no attribute, but are matched; flags are matched where they are set.
local key = execute { data = udp, key = odp.key(other4), actions = up }.key
local m = key:exact()
dp:put_flow { match = m, actions = up }
for text, want in pairs {
  [other4] = true, [(other4:gsub("ttl=63", "ttl=63,flags(df)"))] = true, [(other4:gsub("ttl=63", "ttl=63,tp_src=5"))] = false,
  [(other4:gsub("src", "tun_id=0x0,src"))] = true, [(other4:gsub("src", "tun_id=0x5,src"))] = false,
} do
  local pkt = execute { data = udp, key = odp.key(text), actions = "recirc(0)" }
  t.eq(pkt.kind == "action", want, "exactly " .. key .. " takes " .. pkt.key)
  t.eq(m:matches(pkt.key), want, "exactly " .. key .. " matches " .. pkt.key)
end
dp:delete()
