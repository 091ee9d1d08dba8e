-- kernels: 6.1 6.12 7.2
-- What m:matches, m:covers and m:overlaps say is what the kernel does: a packet hits a flow exactly if its match takes
-- the packet's key.
local odp = require "odp"
local t = require "test"
local entry = require "lib.entry"
local frames = require "lib.frames"

local dp = odp.create_datapath("dp0")
local execute, up = entry.execute(dp)

local udp, tcp = frames.udp {}, frames.tcp {}
local v6 = { src = "fd00::1", dst = "fd00::2" }
local packets = {
  { data = udp }, { data = frames.udp { dst = "10.1.0.2", ttl = 1 } }, { data = tcp }, { data = frames.tcp { flags = 18, dport = 80 } },
  { data = frames.icmp {} }, { data = frames.arp {} }, { data = frames.arp { op = 2 } }, { data = frames.eth {} },
  { data = frames.udp(v6) }, { data = frames.icmp(v6) }, { data = frames.solicit {} },
  { data = frames.ip { proto = 6, frag = 5, payload = "later" } }, { data = frames.eth { type = 40 } },
  { data = frames.tagged(udp, 5) }, { data = frames.tagged(udp, 6, 3) }, { data = frames.tagged(frames.arp {}, 5) },
  { data = frames.tagged(udp, 5, 0, 0x88a8) }, { data = frames.tagged(frames.tagged(udp, 6), 5, 0, 0x88a8) },
  { data = udp, key = "in_port(2)" }, { data = udp, key = "in_port(1),skb_mark(5)" }, { data = tcp, key = "in_port(1),recirc_id(3)" },
  { data = udp, key = "in_port(1),tunnel(tun_id=0x5,src=192.0.2.1,dst=192.0.2.2,ttl=64,flags(df|key))" },
  { data = udp, key = "in_port(1),tunnel(src=192.0.2.1,dst=192.0.2.2,tos=4,ttl=64)" },
  { data = udp, key = "in_port(1),tunnel(tun_id=0x5,ipv6_src=fd00::1,ipv6_dst=fd00::2,ttl=64,flags(csum|key))" },
}
local keys = {}
for i, spec in ipairs(packets) do
  spec.key = odp.key(spec.key or "in_port(1)")
  keys[i] = execute { data = spec.data, key = spec.key, actions = up }.key
  -- From here on it goes through the flow table.
  spec.actions = ("recirc(%d)"):format(keys[i].recirc_id)
end

local matches = {
  "eth(),in_port(1)", "eth(),in_port(2)", "eth(),skb_mark(5)", "eth(),skb_mark(0)", "eth(),recirc_id(3)",
  "eth(dst=02:00:00:00:00:02)", "eth(src=02:00:00:00:00:03)", "eth(src=00:00:00:00:00:00/01:00:00:00:00:00)",
  "eth(),eth_type(0x0800)", "eth(),eth_type(0x86dd)", "eth(),eth_type(0x88b5)", "eth(),eth_type(0/0xffff)",
  "eth(),ipv4(dst=10.0.0.0/16)", "eth(),ipv4(dst=10.0.0.0/8)", "eth(),ipv4(ttl=64)", "eth(),ipv4(frag=later)", "eth(),ipv4(frag=no)",
  "eth(),ipv4(),udp(dst=2000)", "eth(),ipv4(),udp(dst=2000/0xfff0)", "eth(),ipv4(),tcp(dst=80)", "eth(),ipv4(),tcp(dst=0)",
  "eth(),ipv4(),tcp_flags(+syn)", "eth(),ipv4(),tcp_flags(+syn-ack)", "eth(),icmp(type=8)", "eth(),arp(op=1)", "eth(),arp(sip=10.0.0.1)",
  "eth(),ipv6(dst=fd00::/8)", "eth(),ipv6(),udp(dst=2000)", "eth(),icmpv6(type=128)", "eth(),icmpv6(type=135),nd(target=fd00::2)",
  "eth(),vlan()", "eth(),vlan(vid=5)", "eth(),vlan(pcp=3)", "eth(),eth_type(0x88a8),vlan(vid=5)", "eth(),vlan(vid=5),encap(arp(op=1))",
  "eth(),vlan(),encap(ipv4(),udp(dst=2000))", "eth(),eth_type(0x88a8),vlan(vid=5),encap(vlan(vid=6),encap(ipv4(ttl=64)))",
  "eth(),tunnel(tun_id=5)", "eth(),tunnel(ttl=64)", "eth(),tunnel(tos=0)", "eth(),tunnel(tos=4)", "eth(),tunnel(src=192.0.2.0/24)",
  "eth(),tunnel(ipv6_src=fd00::/16)", "eth(),tunnel(flags(+df))", "eth(),tunnel(flags(-df))", "eth(),tunnel(flags(-csum),ipv6_dst=fd00::2)",
  "eth(),ct_state(-trk)", "in_port(1),eth_type(0x0800)",
}

local hits, misses = 0, 0
for i, text in ipairs(matches) do
  local m = odp.match(text)
  matches[i] = m
  dp:put_flow { match = m, actions = up }
  for j, spec in ipairs(packets) do
    local pkt = execute(spec)
    local hit = pkt.kind == "action"
    t.eq(m:matches(keys[j]), hit, m .. " takes " .. keys[j])
    t.eq(pkt.key, keys[j], "the key of the same packet")
    if hit then hits = hits + 1 else misses = misses + 1 end
  end
  dp:flush_flows()
end
t.ok(hits > 100 and misses > 100, "packets of both kinds")

-- A flow that takes all packets of another is in its way. One that does not overlap it never is.
local covered, apart = 0, 0
for _, a in ipairs(matches) do
  dp:put_flow { match = a, actions = up }
  for _, b in ipairs(matches) do
    t.ok(a:overlaps(b) or not a:covers(b), a .. " covers but does not overlap " .. b)
    t.eq(a:overlaps(b), b:overlaps(a), a .. " overlaps " .. b)
    t.eq(a == b, a:covers(b) and b:covers(a), a .. " is " .. b)
    t.eq(a.ufid == b.ufid, a == b, "the identifiers of " .. a .. " and " .. b)
    t.eq(a.hash == b.hash, a == b, "the hashes of " .. a .. " and " .. b)
    if a ~= b and a:covers(b) then
      covered = covered + 1
      t.eq(t.raises(function() dp:put_flow { match = b, actions = up } end).errno, "EEXIST")
    elseif not a:overlaps(b) then
      apart = apart + 1
      dp:put_flow { match = b, actions = up }
      dp:delete_flow(b)
    end
    for _, key in ipairs(keys) do
      if b:matches(key) then
        t.ok(a:matches(key) or not a:covers(b), a .. " covers " .. b .. " but does not take " .. key)
        t.ok(a:overlaps(b) or not a:matches(key), a .. " does not overlap " .. b .. ", but both take " .. key)
      end
    end
  end
  dp:flush_flows()
end
t.ok(covered > 20 and apart > 100, ("pairs of both kinds: %d cover, %d do not overlap"):format(covered, apart))

-- Matches by text and tables, and what is wrong with others.
local net10 = odp.match { ipv4 = { dst = "10.0.0.0/8" } }
t.eq(net10:covers { ipv4 = { dst = "10.1.0.0/16" } }, true)
t.eq(net10:covers("in_port(1),eth(),ipv4(dst=11.0.0.0/16)"), false)
t.eq(net10:overlaps("in_port(1),eth()"), true)
t.eq(net10:matches { eth = {}, eth_type = 0x0800, ipv4 = { dst = "10.0.0.1" } }, true)
t.raises(function() net10:covers(5) end, "bad argument #1 (match) to Match:covers", "got number 5")
t.raises(function() net10:matches("ipv5()") end, "bad argument #1 (key) to Match:matches", 'did you mean "ipv4"?')

-- A flow may be put under its match's identifier, and found by that of any text that means the same.
local m = odp.match("in_port(1),eth(),eth_type(0x0800),ipv4(dst=10.1.2.3/8)")
t.eq(m.ufid, "9c27c6ba-d9e3-617d-3d42-060536cb4466")
t.eq(m.hash:hex(), "0xbac6279c7d61e3d9")
dp:put_flow { match = m, actions = up, ufid = m.ufid }
local same = odp.match("ipv4(dst=10.0.0.0/255.0.0.0),in_port(1),eth()")
t.eq(dp:flow({ ufid = same.ufid }).ufid, m.ufid)
t.eq(dp:flow({ ufid = same.ufid }).match, m)
for flow in dp:flows() do t.eq(flow.ufid, flow.match.ufid, "the identifier of what was dumped") end
dp:delete_flow { ufid = same.ufid }
t.eq(dp:flow({ ufid = same.ufid }), nil)
dp:delete()
