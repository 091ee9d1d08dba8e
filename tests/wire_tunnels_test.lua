-- Tunnels between two datapaths in two namespaces: a frame goes in at a host of one and comes out at a host
-- of the other. Between them, the packet on the wire is looked at: endpoints, options and what it carries.
local odp, net, packet = require "odp", require "net", require "packet"
local t = require "test"
local topology = require "lib.topology"
local wire = require "lib.wire"

topology.quiet()
local there = net.namespace()
topology.quiet(there)
local near, far = net.veth { a = "wire", b = "wire", peer_ns = there }
for _, ns in ipairs { near.ns, there } do ns:sysctl("net.ipv6.conf.wire.disable_ipv6", 0) end
near:addr("192.0.2.1/24"):addr("fd00::1/64")
far:addr("192.0.2.2/24"):addr("fd00::2/64")
wire.running(near, far)
-- Both know each other's hardware address, so that nothing is lost or late.
for number, link in pairs { near, far } do
  for _, ip in ipairs { "192.0.2." .. number, "fd00::" .. number } do
    link.peer.ns:add_neighbour { ip = ip, mac = link.mac, dev = link.peer }
  end
end
local underlay = far:capture()

--- A datapath with a host, in a namespace.
local function side(name, ns)
  local dp = odp.create_datapath { name = name, netns = ns }
  local host = net.namespace()
  topology.quiet(host)
  local inner, outer = net.veth { a = name .. "h", b = "eth0", ns = ns, peer_ns = host }
  wire.running(inner, outer)
  return { dp = dp, link = outer, capture = outer:capture(), port = dp:add_vport { name = name .. "h", number = 1 } }
end
local here, yonder = side("dpa", nil), side("dpb", there)

--- The frame crosses from here to yonder with this tunnel key, and is taken there by each of the matches in
--- turn and by none of the others. Returns what was on the wire between.
local crossed = 0
local function cross(what, here_port, there_port, set, takes, leaves)
  crossed = crossed + 1
  local frame = wire.frame("tcp", { tcp = { src = crossed } }) -- to be told from those before
  here.dp:flush_flows()
  here.dp:put_flow { match = { in_port = 1, eth_type = "0/0" }, actions = ("set(tunnel(%s)),%d"):format(set, here_port.number) }
  for _, match in ipairs(takes) do
    yonder.dp:flush_flows()
    yonder.dp:put_flow { match = ("%s,in_port(%d),eth(),eth_type(0x0800)"):format(match, there_port.number), actions = "1" }
    here.link:send(frame)
    wire.same({ (yonder.capture:next()) }, { frame }, what .. ": " .. match)
  end
  for _, match in ipairs(leaves) do
    yonder.dp:flush_flows()
    local missed = yonder.dp.stats.missed
    local flow = yonder.dp:put_flow { match = ("%s,in_port(%d),eth(),eth_type(0x0800)"):format(match, there_port.number), actions = "1" }
    here.link:send(frame)
    t.eventually(what .. ": misses " .. match, function() return yonder.dp.stats.missed == missed + 1 end)
    t.eq(flow:refresh().packets, 0, what .. ": " .. match)
  end
  while true do
    local d = packet.dissect(t.ok(underlay:next(), what .. ": the frame inside another on the wire"))
    if d.inner and packet.build(d.inner) == frame then return d end
  end
end

-- Geneve, with options, over IPv4 and IPv6.
local geneve_here, geneve_there = here.dp:add_vport { name = "gn", type = "geneve" }, yonder.dp:add_vport { name = "gn", type = "geneve" }
-- 7.2 sees in a received packet that it may not be fragmented, 6.12 does not.
local df, not_df = "-df", "+df"
if wire.kernel(7, 0) then
  df, not_df = "+df", "-df"
end
local opt1, opt2 = "{class=0x102,type=0x80,len=4,0x01020304}", "{class=0x103,type=0x1,len=8,0x1122334455667788}"
local d = cross("geneve", geneve_here, geneve_there,
  "tun_id=0xabc,dst=192.0.2.2,tos=0x10,ttl=33,geneve(" .. opt1 .. opt2 .. "),flags(df|csum|key)", {
    "tunnel(tun_id=0xabc,src=192.0.2.1,dst=192.0.2.2,tos=0x10,ttl=33,tp_dst=6081,geneve(" .. opt1 .. opt2 .. "),flags(" .. df .. "+csum+key))",
    "tunnel(tun_id=0xabc,src=192.0.2.1,dst=192.0.2.2,geneve({class=0x102,type=0x80,len=4,0x01020304/0xffffffff}"
      .. "{class=0x103,type=0x1,len=8,0x1100000000000000/0xff00000000000000}),flags(+key))",
  }, {
    "tunnel(tun_id=0xabd,src=192.0.2.1,dst=192.0.2.2,geneve(" .. opt1 .. opt2 .. "),flags(+key))",
    "tunnel(tun_id=0xabc,src=192.0.2.1,dst=192.0.2.2,geneve({class=0x102,type=0x80,len=4,0x01020305}" .. opt2 .. "),flags(+key))",
    "tunnel(tun_id=0xabc,src=192.0.2.3,dst=192.0.2.2,flags(+key))",
    "tunnel(tun_id=0xabc,src=192.0.2.1,dst=192.0.2.2,ttl=34,flags(+key))",
    "tunnel(tun_id=0xabc,src=192.0.2.1,dst=192.0.2.2,tos=0x11,flags(+key))",
    "tunnel(tun_id=0xabc,src=192.0.2.1,dst=192.0.2.2,flags(" .. not_df .. "+key))",
    "tunnel(tun_id=0xabc,src=192.0.2.1,dst=192.0.2.2,flags(-csum+key))",
    "tunnel(tun_id=0xabc,src=192.0.2.1,dst=192.0.2.2,tp_dst=6082,flags(+key))",
  })
t.eq(d.ipv4.src, "192.0.2.1")
t.eq(d.ipv4.dst, "192.0.2.2")
t.eq(d.ipv4.tos, 0x10)
t.eq(d.ipv4.ttl, 33)
t.eq(d.ipv4.df, true)
t.eq(d.udp.dst, 6081)
t.ok(d.udp.csum ~= 0, "a checksum")
t.eq(d.geneve.vni, 0xabc)
t.eq(#d.geneve.options, 2)
t.eq(d.geneve.options[1].class, 0x102)
t.eq(d.geneve.options[1].data, "\1\2\3\4")
t.eq(d.geneve.options[2].type, 1)
t.eq(d.geneve.options[2].data, "\17\34\51\68\85\102\119\136")
t.eq(d.geneve.critical, true, "an option of a type from 0x80 up must be understood")
d = cross("geneve over IPv6", geneve_here, geneve_there, "tun_id=0x7,ipv6_dst=fd00::2,ttl=9,flags(csum|key)",
  { "tunnel(tun_id=0x7,ipv6_src=fd00::1,ipv6_dst=fd00::2,ttl=9,flags(+csum+key))" },
  { "tunnel(tun_id=0x7,ipv6_src=fd00::3,ipv6_dst=fd00::2,flags(+key))", "tunnel(tun_id=0x7,ipv6_src=fd00::1,ipv6_dst=fd00::2,ttl=8,flags(+key))" })
t.eq(d.ipv6.src, "fd00::1")
t.eq(d.ipv6.hlimit, 9)
t.eq(d.geneve.vni, 7)
t.eq(#d.geneve.options, 0)

-- VXLAN, with a group policy.
local vxlan_here = here.dp:add_vport { name = "vx", type = "vxlan", gbp = true }
local vxlan_there = yonder.dp:add_vport { name = "vx", type = "vxlan", gbp = true }
d = cross("vxlan", vxlan_here, vxlan_there, "tun_id=0x5,dst=192.0.2.2,ttl=64,vxlan(gbp(id=0x123,flags=8)),flags(key)",
  { "tunnel(tun_id=0x5,src=192.0.2.1,dst=192.0.2.2,vxlan(gbp(id=0x123,flags=8)),flags(+key))" },
  { "tunnel(tun_id=0x5,src=192.0.2.1,dst=192.0.2.2,vxlan(gbp(id=0x124)),flags(+key))",
    "tunnel(tun_id=0x5,src=192.0.2.1,dst=192.0.2.2,vxlan(gbp(id=0x123,flags=0x40)),flags(+key))",
    "tunnel(tun_id=0x6,src=192.0.2.1,dst=192.0.2.2,flags(+key))" })
t.eq(d.udp.dst, 4789)
t.eq(d.udp.csum, 0)
t.eq(d.vxlan.vni, 5)
t.eq(d.vxlan.gbp, 0x123)
t.eq(d.vxlan.gbp_applied, true)
t.eq(d.vxlan.gbp_dont_learn, false)

-- GRE, with and without a key. One with a checksum goes out, but the kernel's port takes none.
local gre_here, gre_there = here.dp:add_vport { name = "gr", type = "gre" }, yonder.dp:add_vport { name = "gr", type = "gre" }
d = cross("gre", gre_here, gre_there, "tun_id=0x1234,dst=192.0.2.2,ttl=64,flags(key)",
  { "tunnel(tun_id=0x1234,src=192.0.2.1,dst=192.0.2.2,ttl=64,flags(-csum+key))" },
  { "tunnel(tun_id=0x1235,src=192.0.2.1,dst=192.0.2.2,flags(+key))", "tunnel(tun_id=0x1234,src=192.0.2.1,dst=192.0.2.3,flags(+key))" })
t.eq(d.gre.key, 0x1234)
t.eq(d.gre.has_csum, false)
t.eq(d.gre.proto, 0x6558)
d = cross("gre without a key", gre_here, gre_there, "dst=192.0.2.2,ttl=64",
  { "tunnel(src=192.0.2.1,dst=192.0.2.2,flags(-csum-key))" }, { "tunnel(src=192.0.2.1,dst=192.0.2.2,flags(+csum))" })
t.eq(d.gre.key, nil)
t.eq(d.gre.csum, nil)
here.dp:flush_flows()
here.dp:put_flow { match = { in_port = 1, eth_type = "0/0" },
  actions = ("set(tunnel(tun_id=0x9,dst=192.0.2.2,ttl=64,flags(csum|key))),%d"):format(gre_here.number) }
here.link:send(wire.frame "arp")
repeat d = packet.dissect(t.ok(underlay:next(), "gre with a checksum")) until d.gre and d.gre.key == 9
t.eq(d.gre.has_csum, true)
t.eventually("the port counts an error", function() return gre_there.stats.rx_errors == 1 end)

-- ERSPAN: a device of its own, which the datapath takes as a port.
local function erspan(side, ns)
  local run = ns and function(command) return ns:run(command) end or net.run
  assert(run("ip link add er type erspan external && ip link set er up"))
  return side.dp:add_vport "er"
end
local erspan_here, erspan_there = erspan(here, nil), erspan(yonder, there)
d = cross("erspan 1", erspan_here, erspan_there, "tun_id=0x12,dst=192.0.2.2,ttl=64,erspan(ver=1,idx=0x7),flags(df|key)",
  { "tunnel(tun_id=0x12,src=192.0.2.1,dst=192.0.2.2,erspan(ver=1,idx=0x7),flags(+key))" },
  { "tunnel(tun_id=0x12,src=192.0.2.1,dst=192.0.2.2,erspan(ver=1,idx=0x8),flags(+key))" })
t.eq(d.gre.proto, 0x88be)
t.eq(d.erspan.ver, 1)
t.eq(d.erspan.session, 0x12)
t.eq(d.erspan.idx, 7)
d = cross("erspan 2", erspan_here, erspan_there, "tun_id=0x13,dst=192.0.2.2,ttl=64,erspan(ver=2,dir=1,hwid=0x5),flags(df|key)",
  { "tunnel(tun_id=0x13,src=192.0.2.1,dst=192.0.2.2,erspan(ver=2,dir=1,hwid=0x5),flags(+key))" },
  { "tunnel(tun_id=0x13,src=192.0.2.1,dst=192.0.2.2,erspan(ver=2,dir=0,hwid=0x5),flags(+key))",
    "tunnel(tun_id=0x13,src=192.0.2.1,dst=192.0.2.2,erspan(ver=2,dir=1,hwid=0x6),flags(+key))" })
t.eq(d.gre.proto, 0x22eb)
t.eq(d.erspan.ver, 2)
t.eq(d.erspan.dir, 1)
t.eq(d.erspan.hwid, 5)

here.dp:delete()
yonder.dp:delete()
