-- Actions that decide: samples, checks of length and time to live, hashes, meters and packet samples, by
-- the frames that come out.
local odp = require "odp"
local t = require "test"
local wire = require "lib.wire"
local packet = require "packet"

local b = wire.bench(3)
local dp = b.dp
local udp = wire.frame "udp"

local function through_flow(actions, ...)
  dp:flush_flows()
  dp:put_flow { match = { in_port = 1, eth_type = 0x0800 }, actions = actions }
  b:send(1, ...)
  return b:out(2)
end

-- sample: of none, all and half, with the packet going on in any case.
local many = {}
for i = 1, 1000 do many[i] = wire.frame("udp", { udp = { src = i } }) end
t.eq(#through_flow("sample(sample=0.0%,actions(2)),3", unpack(many)), 0, "a sample of none")
wire.same(b:out(3), many, "the packets themselves")
wire.same(through_flow("sample(sample=100.0%,actions(2)),3", unpack(many)), many, "a sample of all")
wire.same(b:out(3), many, "the packets themselves")
local half = through_flow("sample(sample=50.0%,actions(2)),3", unpack(many))
-- 500 give or take 10 standard deviations: nobody will see that fail by chance.
t.ok(#half > 340 and #half < 660, "half of 1000: " .. #half)
wire.same(b:out(3), many, "the packets themselves")
-- What a sample does is done to a copy.
wire.same(through_flow("sample(sample=100.0%,actions(set(ipv4(ttl=2)),2)),2", udp), { wire.frame("udp", { ipv4 = { ttl = 2 } }), udp }, "a copy")

-- check_pkt_len: the frame's length with its Ethernet header, and without that of a tag.
local branches = "check_pkt_len(size=%d,gt(set(ipv4(ttl=1)),2),le(set(ipv4(ttl=2)),2))"
local long, short = wire.frame("udp", { ipv4 = { ttl = 1 } }), wire.frame("udp", { ipv4 = { ttl = 2 } })
b:gives(branches:format(#udp - 1), udp, long)
b:gives(branches:format(#udp), udp, short)
b:gives(branches:format(#udp + 1), udp, short)
b:gives(branches:format(65535), udp, short)
b:gives("check_pkt_len(size=" .. #udp .. ",gt(drop),le(2))", udp, udp)
b:gives("check_pkt_len(size=" .. #udp - 1 .. ",gt(drop),le(2))", udp)
b:gives("check_pkt_len(size=100,gt(3),le(2)),2", udp, udp, udp)

-- dec_ttl: one less, and its own way for what has no time left.
for name, field in pairs { udp = { "ipv4", "ttl" }, tcp6 = { "ipv6", "hlimit" } } do
  local function with(n) return wire.frame(name, { [field[1]] = { [field[2]] = n } }) end
  b:gives("dec_ttl(le_1(3)),2", with(64), with(63))
  b:gives("dec_ttl(le_1(3)),2", with(2), with(1))
  for _, n in ipairs { 1, 0 } do
    b:gives("dec_ttl(le_1(3)),2", with(n))
    wire.same(b:out(3), { with(n) }, "expired")
  end
  b:gives("dec_ttl(le_1(drop)),2", with(1))
end

-- hash: the same for the packets of a connection, and matched after a recirculation.
dp:flush_flows()
local hashes = {}
dp:put_flow { match = { recirc_id = 0, in_port = 1, eth_type = 0x0800 }, actions = "hash(l4(0)),recirc(0x1)" }
local handle = dp:on_miss(function(pkt)
  if pkt.key.recirc_id == 1 then table.insert(hashes, pkt.key.dp_hash) end
end)
for port = 1, 8 do b:send(1, many[port], many[port]) end
t.eventually("16 packets with a hash", function() return #hashes == 16 end)
local seen, different = {}, 0
for i = 1, 16, 2 do
  t.eq(hashes[i], hashes[i + 1], "of one connection")
  t.ok(hashes[i] ~= 0, "a hash")
  if not seen[tostring(hashes[i])] then different = different + 1 end
  seen[tostring(hashes[i])] = true
end
t.ok(different >= 4, "hashes of 8 connections: " .. different)
handle:stop()
dp:put_flow { match = ("recirc_id(0x1),dp_hash(0x%x),in_port(1),eth(),eth_type(0x0800)"):format(tonumber(tostring(hashes[1]))), actions = "2" }
b:out(2)
b:send(1, many[1], many[3], many[1])
local got = b:out(2)
t.ok(#got >= 2, "packets of that hash")
t.eq(got[1], many[1])

-- The symmetric hash is the same both ways.
local back = wire.frame("udp", { eth = { src = wire.mac2, dst = wire.mac1 }, ipv4 = { src = "10.0.0.2", dst = "10.0.0.1" },
  udp = { src = 2000, dst = 1000 } })
local function put_symmetric()
  dp:flush_flows()
  dp:put_flow { match = { recirc_id = 0, eth_type = 0x0800 }, actions = "hash(sym_l4(0)),recirc(0x2)" }
end
if wire.kernel(6, 5) then
  put_symmetric()
  hashes = {}
  handle = dp:on_miss(function(pkt) table.insert(hashes, pkt.key.dp_hash) end)
  b:send(1, udp)
  b:send(2, back)
  b:send(1, many[1])
  t.eventually("3 packets with a hash", function() return #hashes == 3 end)
  t.eq(hashes[1], hashes[2], "of both ways")
  t.ok(hashes[1] ~= hashes[3], "of another connection")
  handle:stop()
else
  t.raises(put_symmetric, "symmetric hash", "needs Linux 6.5")
end

-- psample: packets of a group go to those who listen, and go on.
if wire.kernel(6, 11) then
  local samples = {}
  local stream = odp.on_psample(function(s) table.insert(samples, s) end)
  b:gives("psample(group=12,cookie=0102aabb),2", udp, udp)
  t.eventually("a sample", function() return #samples > 0 end)
  t.eq(samples[1].group, 12)
  t.eq(samples[1].data, udp)
  t.eq(samples[1].cookie, "\1\2\170\187")
  stream:stop()
else
  t.raises(function() b:pass("psample(group=12,cookie=0102aabb),2", udp) end, "needs Linux")
end

-- meter: what is above the rate is dropped, what is not goes on.
local meter = dp:add_meter { id = 1, bands = { { rate = 1, burst = 5 } } }
local metered = through_flow("meter(1),2", unpack(many, 1, 100))
t.ok(#metered >= 1 and #metered < 20, "packets of 100 that a meter of 1 a second and 5 at once lets through: " .. #metered)
t.eq(metered[1], many[1])
meter:delete()
b:close()
