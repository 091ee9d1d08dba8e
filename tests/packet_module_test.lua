-- Module packet: frames are built to the byte, come apart into what they were built from, can be changed,
-- and what is wrong in a spec is named.
local packet = require "packet"
local t = require "test"
local wire = require "lib.wire"

local function bytes(hex) return (hex:gsub("%s", ""):gsub("%x%x", function(h) return string.char(tonumber(h, 16)) end)) end
local eth = { src = "02:00:00:00:00:01", dst = "02:00:00:00:00:02" }

-- Written out by hand, checksums computed apart.
local tagged = bytes [[020000000002 020000000001 8100 6005 0800 45000021 00000000 401166ca 0a000001 0a000002
  03e807d0 000d 9c47 68656c6c6f]]
t.eq(packet.build { eth = eth, vlan = { vid = 5, pcp = 3 }, ipv4 = { src = "10.0.0.1", dst = "10.0.0.2" },
  udp = { src = 1000, dst = 2000 }, payload = "hello" }, tagged)
t.eq(packet.build { eth = eth, mpls = { { label = 5 }, { label = 6, ttl = 3 } }, payload = "\153" },
  bytes "020000000002 020000000001 8847 00005040 00006103 99")
t.eq(packet.build { eth = eth, nsh = { spi = 0x1234, si = 7, ttl = 1, np = 3, c4 = 5 } },
  bytes "020000000002 020000000001 894f 0046 01 03 001234 07 00000000 00000000 00000000 00000005")
t.eq(packet.build { ipv4 = { src = "10.0.0.1", dst = "10.0.0.2", proto = 253 } }, bytes "45000014 00000000 40fd65eb 0a000001 0a000002")
t.eq(packet.build { eth = {}, vlan = { { tpid = 0x88a8, vid = 1 }, { vid = 2, dei = true } } },
  bytes "000000000000 000000000000 88a8 0001 8100 1002 88b5")

-- Apart: every field by name, checksums judged.
local d = packet.dissect(tagged)
t.eq(d.eth.src, eth.src)
t.eq(d.eth.type, 0x8100)
t.eq(#d.vlan, 1)
t.eq(d.vlan[1].vid, 5)
t.eq(d.vlan[1].type, 0x0800)
t.eq(d.ipv4.dst, "10.0.0.2")
t.eq(d.ipv4.len, 33)
t.eq(d.ipv4.csum, 0x66ca)
t.eq(d.ipv4.csum_ok, true)
t.eq(d.udp.csum_ok, true)
t.eq(d.payload, "hello")
t.eq(d.tcp, nil)
t.eq(d.problem, nil)
t.eq(tostring(d), "eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02,type=0x8100),vlan(vid=5,pcp=3,type=0x0800),"
  .. "ipv4(src=10.0.0.1,dst=10.0.0.2,proto=17),udp(src=1000,dst=2000),payload(5 bytes: 68656c6c6f)")
-- ... and together again, with what is set to nil computed.
t.eq(packet.build(d), tagged)
d.ipv4.ttl, d.ipv4.csum = 63, nil
t.eq(packet.dissect(packet.build(d)).ipv4.csum_ok, true)
d.udp.csum = 0x1234
local wrong = packet.dissect(packet.build(d))
t.eq(wrong.udp.csum_ok, false)
t.contains(wrong, "csum=0x1234(wrong)")
t.eq(packet.build(wrong), packet.build(d))

-- Every kind of frame, and frames in frames.
local inner = wire.specs.udp6
for _, spec in ipairs {
  wire.specs.eth, wire.specs.arp, wire.specs.tcp, wire.specs.tcp6, wire.specs.sctp, wire.specs.icmp, wire.specs.icmpv6, wire.specs.nd, wire.specs.na,
  wire.merge(wire.specs.tcp6, { ipv6_ext = { { type = 0 }, { type = 43, data = ("\0"):rep(14) }, { type = 60 } }, tcp = { flags = 0xfff, options = "\2\4\5\180" } }),
  wire.merge(wire.specs.udp, { ipv4 = { options = "\1\1\1\0", df = true, id = 7 }, trailer = "padding" }),
  { eth = eth, ipv4 = {}, udp = {}, vxlan = { vni = 7, gbp = 5, gbp_applied = true, gbp_dont_learn = true }, inner = inner },
  { eth = eth, ipv6 = {}, udp = {}, geneve = { vni = 7, oam = true, options = { { class = 0x102, type = 0x80, data = "abcd" }, { class = 1, type = 2 } } }, inner = inner },
  { eth = eth, ipv4 = {}, gre = { key = 5, seq = 6, has_csum = true }, inner = inner },
  { eth = eth, ipv4 = {}, gre = { seq = 1 }, erspan = { session = 5, idx = 7, cos = 1 }, inner = inner },
  { eth = eth, ipv4 = {}, gre = { seq = 1 }, erspan = { ver = 2, session = 5, dir = 1, hwid = 7 }, inner = inner },
  { eth = eth, nsh = { spi = 5, mdtype = 2, metadata = "abcdefgh" }, inner = { ipv4 = {}, icmp = {}, payload = "x" } },
  { eth = eth, ipv4 = {}, inner = { ipv6 = {}, inner = { ipv4 = { src = "1.2.3.4" }, udp = {}, payload = "deep" } } },
} do
  local frame = packet.build(spec)
  local apart = packet.dissect(frame)
  t.eq(apart.problem, nil, tostring(apart))
  t.eq(packet.build(apart), frame, tostring(apart))
  t.ok(not tostring(apart):find("wrong", 1, true), tostring(apart))
  t.eq(packet.edit(frame, {}), frame)
end
-- A tunnel on another port than the usual.
local odd = packet.build { eth = eth, ipv4 = {}, udp = { dst = 9999 }, vxlan = { vni = 7 }, inner = inner }
t.eq(packet.dissect(odd).vxlan, nil)
t.eq(packet.dissect(odd, { udp = { [9999] = "vxlan" } }).vxlan.vni, 7)

-- Changed: what was right is right again, what was wrong stays.
local changed = packet.dissect(packet.edit(tagged, { ipv4 = { src = "192.0.2.1", ttl = 3 }, udp = { dst = 9 }, payload = "longer than before" }))
t.eq(changed.ipv4.ttl, 3)
t.eq(changed.ipv4.len, 46)
t.eq(changed.ipv4.csum_ok, true)
t.eq(changed.udp.csum_ok, true)
t.eq(packet.dissect(packet.edit(packet.build(d), { ipv4 = { ttl = 9 } })).udp.csum, 0x1234)
t.raises(function() packet.edit(tagged, { tcp = { dst = 1 } }) end, "tcp", "no such header", "udp(src=1000")

-- Frames that are cut, or are no frames: what there is stays.
for n = 0, #tagged do
  local part = tagged:sub(1, n)
  t.eq(packet.build(packet.dissect(part)), part, n .. " bytes")
end
t.contains(packet.dissect(tagged:sub(1, 30)).problem, "ipv4")
t.eq(packet.dissect(tagged:sub(1, -2)).udp.csum_ok, nil, "nobody can tell")
t.eq(packet.dissect("").payload, "")

-- Errors name the layer, the field and near names.
local function refuses(spec, ...) t.eq(t.raises(function() packet.build(spec) end, "packet.build", ...).op, "argument") end
refuses({ ipv5 = {} }, "ipv5", "ipv4")
refuses({ ipv4 = { tll = 1 } }, "ipv4", "tll", "ttl")
refuses({ ipv4 = { ttl = 256 } }, "ipv4.ttl", "0 to 255", "256")
refuses({ ipv4 = { ttl = 1.5 } }, "ipv4.ttl", "1.5")
refuses({ ipv4 = { src = "10.0.0" } }, "ipv4.src", "IPv4 address")
refuses({ ipv6 = { src = "10.0.0.1" } }, "ipv6.src", "IPv6 address")
refuses({ eth = { dst = "02:00" } }, "eth.dst", "MAC address")
refuses({ ipv4 = {}, tcp = { flags = "sin" } }, "tcp.flags", "syn")
refuses({ ipv4 = 5 }, "ipv4", "table")
refuses({ vlan = { { vid = 1 }, { vd = 2 } } }, "vlan[2]", "vd", "vid")
refuses({ vlan = { vid = 4096 } }, "vlan.vid", "4095")
refuses({ ipv4 = {}, ipv6 = {} }, "ipv6", "inner")
refuses({ ipv4 = {}, udp = {}, tcp = {} }, "either tcp or udp")
refuses({ tcp = {} }, "tcp", "ipv4 or ipv6")
refuses({ ipv4 = {}, vxlan = {} }, "vxlan", "udp")
refuses({ payload = "x", inner = {} }, "payload", "inner")
refuses({ inner = { ipv5 = {} } }, "inner.", "ipv5")
refuses({ ipv4 = {}, udp = {}, geneve = { options = { { class = 1, type = 2, data = "abc" } } } }, "geneve.options", "4 bytes")
refuses({ ipv6 = {}, ipv6_ext = { data = "abc" } }, "ipv6_ext", "3 bytes")
refuses({ ipv4 = {}, payload = ("x"):rep(65536) }, "ipv4", "65535")
t.raises(function() return d.vlan.vid end, "vlan is a list", "vlan[1].vid")
t.raises(function() return d.ipv4.tll end, "tll", "ttl")
t.raises(function() packet.dissect(tagged, { first = "udb" }) end, "udb", "udp")
t.raises(function() packet.dissect(tagged, { first = "nd" }) end, "nd", "icmpv6")
