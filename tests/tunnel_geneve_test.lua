-- Geneve packets cross between two namespaces both ways, to a plain kernel device and back: encapsulated
-- by set(tunnel(...)), and matched by their id and addresses, over IPv4 and IPv6.
local odp, net = require "odp", require "net"
local t = require "test"
local topo = require "lib.topology"

local there = topo.wire()
local dp = odp.create_datapath("dp0")
local host, port = topo.host(dp, "port1", "10.0.0.1/24")
local geneve = dp:add_vport { name = "gn", type = "geneve" }

local function check(id, near, far, src, dst, address)
  local device = "gn" .. id
  there:geneve { name = device, vni = id, remote = near, ttl = 17 }
  there:addr(device, address .. "/24")
  dp:flush_flows()
  dp:put_flow {
    match = { in_port = port },
    actions = odp.set { tunnel = { tun_id = id, [dst] = far, ttl = 64, flags = "csum|key" } } .. odp.output(geneve),
  }

  -- What comes back misses first, and says by which tunnel it came.
  local key
  local handle = dp:on_miss(function(pkt)
    if pkt.in_port ~= geneve.number then return end
    key = pkt.key
    return port
  end)
  topo.ping(host, address, 2)
  t.eq(key.tunnel.tun_id, odp.u64(id))
  t.eq(key.tunnel[src], far)
  t.eq(key.tunnel[dst], near)
  t.eq(key.tunnel.ttl, 17)
  t.eq(key.tunnel.tp_dst, 6081)

  -- With a flow the kernel decapsulates alone. A flow for another id takes nothing.
  local other = dp:put_flow { match = { in_port = geneve, tunnel = { tun_id = id + 1, [src] = far } }, actions = port }
  local back = dp:put_flow { match = { in_port = geneve, tunnel = { tun_id = id, [src] = far, [dst] = near } }, actions = port }
  local missed = dp.stats.missed -- what the handler has seen may be of before
  topo.ping(host, address, 10)
  topo.ping(there, "10.0.0.1", 10)
  t.ok(back:refresh().packets >= 20, "packets decapsulated")
  t.eq(other:refresh().packets, 0, "packets of another id")
  t.eq(dp.stats.missed, missed, "packets that missed")

  handle:stop()
  there:link(device):delete()
end

check(0xfffffe, "192.0.2.1", "192.0.2.2", "src", "dst", "10.0.0.2")
check(5, "fd00::1", "fd00::2", "ipv6_src", "ipv6_dst", "10.0.0.3")

dp:delete()
