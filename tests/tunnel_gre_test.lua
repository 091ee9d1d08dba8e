-- GRE packets cross between two namespaces both ways, to a plain kernel device and back: encapsulated by
-- set(tunnel(...)), and matched by their key and addresses, over IPv4.
local odp, net = require "odp", require "net"
local t = require "test"
local topo = require "lib.topology"

local there = topo.wire()
there:gretap { name = "gr7", key = 7, local_ip = "192.0.2.2", remote = "192.0.2.1", ttl = 17 }
there:addr("gr7", "10.0.0.2/24")

local dp = odp.create_datapath("dp0")
local host, port = topo.host(dp, "port1", "10.0.0.1/24")
local gre = dp:add_vport { name = "gr", type = "gre" }

dp:put_flow {
  match = { in_port = port },
  actions = odp.set { tunnel = { tun_id = 7, dst = "192.0.2.2", ttl = 64, flags = "key" } } .. odp.output(gre),
}

-- What comes back misses first, and says by which tunnel it came.

local key
local handle = dp:on_miss(function(pkt)
  if pkt.in_port ~= gre.number then return end
  key = pkt.key
  return port
end)
topo.ping(host, "10.0.0.2", 2)
t.eq(key.tunnel.tun_id, odp.u64(7))
t.eq(key.tunnel.src, "192.0.2.2")
t.eq(key.tunnel.dst, "192.0.2.1")
t.eq(key.tunnel.ttl, 17)
t.eq(key.tunnel.tp_dst, nil, "a UDP port of GRE")
t.contains(key.tunnel.flags, "key")

-- With a flow the kernel decapsulates alone. A flow for another key takes nothing.

local other = dp:put_flow { match = { in_port = gre, tunnel = { tun_id = 8, src = "192.0.2.2" } }, actions = port }
local back = dp:put_flow { match = key:only("in_port", "tunnel.tun_id", "tunnel.src", "tunnel.dst"), actions = port }
local missed = dp.stats.missed -- what the handler has seen may be of before
topo.ping(host, "10.0.0.2", 10)
topo.ping(there, "10.0.0.1", 10)
t.ok(back:refresh().packets >= 20, "packets decapsulated")
t.eq(other:refresh().packets, 0, "packets of another key")
t.eq(dp.stats.missed, missed, "packets that missed")

local stats = gre.stats
t.ok(stats.rx_packets >= 22, "packets received: " .. stats.rx_packets)
t.ok(stats.tx_packets >= 22, "packets sent: " .. stats.tx_packets)

handle:stop()
dp:delete()
