-- 64-bit values keep every digit: as values of a script, in text, through the kernel and back.
local odp = require "odp"
local t = require "test"
local frames = require "lib.frames"

local dp = odp.create_datapath("dp0")
local pkts = {}
dp:on_miss(function(pkt) table.insert(pkts, pkt) end)

-- {decimal, hexadecimal}, with neighbours that a Lua number cannot tell apart.
local ids = {
  { "0", "0x0" }, { "1", "0x1" }, { "9007199254740991", "0x1fffffffffffff" }, { "9007199254740992", "0x20000000000000" },
  { "9007199254740993", "0x20000000000001" }, { "9223372036854775807", "0x7fffffffffffffff" },
  { "9223372036854775808", "0x8000000000000000" }, { "18446744073709551614", "0xfffffffffffffffe" },
  { "18446744073709551615", "0xffffffffffffffff" },
}
local outer = { src = "192.0.2.1", dst = "192.0.2.2", ttl = 64 }
local function tunnel(id)
  return { tunnel = { tun_id = id, src = outer.src, dst = outer.dst, ttl = outer.ttl, flags = "key" } }
end

for i, id in ipairs(ids) do
  local decimal, hex = id[1], id[2]
  local value = odp.u64(decimal)
  t.eq(tostring(value), decimal)
  t.eq(value:hex(), hex)
  t.ok(odp.u64(hex) == value, hex .. " is " .. decimal)

  -- As u64, decimal and hexadecimal text it is one match, and no other id's.
  local match = odp.match { recirc_id = 1, tunnel = { tun_id = value } }
  for _, form in ipairs { decimal, hex } do
    t.ok(odp.match { recirc_id = 1, tunnel = { tun_id = form } } == match, form .. " in " .. match)
  end
  t.contains(match, "tun_id=" .. hex)
  local flow = dp:put_flow { match = match, actions = "drop" }
  t.eq(dp.stats.flows, i, "flows with different ids")
  t.eq(tostring(dp:flow(match).match.tunnel.tun_id), decimal, "got")

  -- A packet with the id is taken by its flow, and by none of the others.
  dp:execute { data = frames.udp {}, key = tunnel(value), actions = "recirc(1)" }
  t.eventually("the flow of " .. decimal, function() return flow:refresh().packets == 1 end)

  -- And comes to the script with all its digits.
  dp:execute { data = frames.udp {}, key = tunnel(value), actions = "recirc(2)" }
  t.eventually("the packet of " .. decimal, function() return #pkts == i end)
  t.eq(tostring(pkts[i].key.tunnel.tun_id), decimal, "in a packet's key")
  t.ok(pkts[i].key.tunnel.tun_id == value)
end

-- Listed, each is there once.
local seen = {}
for flow in dp:flows() do
  local id = tostring(flow.match.tunnel.tun_id)
  t.eq(seen[id], nil, "listed twice: " .. id)
  seen[id] = true
  t.eq(flow.packets, 1, id)
end
for _, id in ipairs(ids) do t.ok(seen[id[1]], id[1] .. " is listed") end

-- A mask over all 64 bits and part of them.
dp:flush_flows()
dp:put_flow { match = "recirc_id(1),tunnel(tun_id=0xff00000000000001/0xff00000000000001),eth()", actions = "drop" }
for flow in dp:flows() do
  t.contains(flow.match, "tun_id=0xff00000000000001/0xff00000000000001")
  t.eq(flow.match.tunnel.tun_id, "0xff00000000000001/0xff00000000000001", "a field that is matched in part")
end

-- An identifier of 128 bits.
local ufid = "ffffffff-ffff-ffff-8000-000000000001"
t.eq(dp:put_flow { match = { in_port = 9 }, actions = "drop", ufid = ufid }.ufid, ufid)
t.eq(dp:flow { ufid = ufid }.ufid, ufid)

-- Arithmetic does not round, and raises where it cannot be right.
local max = odp.u64("18446744073709551615")
t.eq(tostring(max - 1), "18446744073709551614")
t.eq(tostring(odp.u64("9007199254740992") + 1), "9007199254740993")
t.eq(tostring(odp.u64("4294967296") * odp.u64("4294967295")), "18446744069414584320")
t.eq(tostring(max / 10), "1844674407370955161")
t.eq(tostring(max % 10), "5")
t.ok(odp.u64("9007199254740992") < odp.u64("9007199254740993"))
t.ok(odp.u64("9007199254740992") ~= odp.u64("9007199254740993"))
t.ok(max >= max)
t.eq(max .. "", "18446744073709551615")
t.eq(odp.u64(42):tonumber(), 42)
t.eq(odp.u64("9007199254740991"):tonumber(), 9007199254740991)
t.raises(function() return odp.u64("9007199254740992"):tonumber() end, "9007199254740992")
t.raises(function() return max + 1 end, "18446744073709551615 + 1")
t.raises(function() return odp.u64(1) - 2 end, "1 - 2")
t.raises(function() return max * 2 end, "64-bit")
t.raises(function() return max / 0 end, "/ 0")
t.raises(function() return max + 0.5 end, "whole number")
t.raises(function() return odp.u64(2 ^ 53) end, "odp.u64") -- it may have been rounded already
t.raises(function() return odp.u64(-1) end, "odp.u64")
t.raises(function() return odp.u64("18446744073709551616") end, "64-bit")
t.raises(function() return odp.u64("0x") end, "64-bit")
t.raises(function() return odp.match { tunnel = { tun_id = 2 ^ 53 } } end, "tun_id")
t.raises(function() return odp.match { tunnel = { tun_id = "18446744073709551616" } } end, "tun_id")

-- Counters are numbers, which hold all below 2^53.
t.eq(type(dp.stats.hit), "number")
t.eq(dp.stats.hit, #ids)

dp:delete()
