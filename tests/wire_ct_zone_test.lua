-- Zones keep the connections of the same addresses apart. The User-Mode Linux kernels are built without.
-- kernels: 6.1, 6.12, 7.2, smp
local net = require "net"
local t = require "test"
local wire = require "lib.wire"

local b = wire.bench(2)
local dp = b.dp
local out, back = wire.frame "udp", wire.frame("udp", {
  eth = { src = wire.mac2, dst = wire.mac1 }, ipv4 = { src = "10.0.0.2", dst = "10.0.0.1" }, udp = { src = 2000, dst = 1000 },
})
local over_udp = "eth(),eth_type(0x0800),ipv4(proto=17)"
local function commit()
  dp:put_flow { match = "recirc_id(0),in_port(1)," .. over_udp, actions = "ct(commit,zone=5,mark=0x5),2" }
end

if net.run("uname -m | grep -q um$ || grep -q 'User Mode Linux' /proc/cpuinfo") then
  t.raises(commit, "CONFIG_NF_CONNTRACK_ZONES")
  t.eq(dp.stats.flows, 0)
else
  commit()
  for _, flow in ipairs {
    { "recirc_id(0),in_port(2)," .. over_udp, "ct(zone=5),recirc(0x5)" },
    { "recirc_id(0x5),ct_state(+est+trk),ct_zone(0x5),ct_mark(0x5),in_port(2)," .. over_udp, "ct(zone=6),recirc(0x6)" },
    { "recirc_id(0x6),ct_state(+new+trk),ct_zone(0x6),ct_mark(0),in_port(2)," .. over_udp, "1" },
  } do
    dp:put_flow { match = flow[1], actions = flow[2] }
  end
  b:send(1, out)
  wire.same(b:out(2), { out }, "out")
  b:send(2, back)
  wire.same(b:out(1), { back }, "back: known in zone 5, new in zone 6")
end

b:close()
