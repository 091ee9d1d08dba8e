-- VXLAN packets cross between two namespaces both ways: encapsulated by set(tunnel(...)), matched by
-- the tunnel key that they came with, with a plain kernel device and with a datapath at the other end,
-- over IPv4 and IPv6.
local odp, net = require "odp", require "net"
local t = require "test"
local topo = require "lib.topology"

local there = topo.wire()
local dp = odp.create_datapath("dp0")
local host, port = topo.host(dp, "port1", "10.0.0.1/24")
local vxlan = dp:add_vport { name = "vx", type = "vxlan" }

-- A kernel device at the other end knows nothing of datapaths.

local vx66 = there:vxlan { name = "vx66", vni = 66, local_ip = "192.0.2.2", remote = "192.0.2.1", learning = false }
vx66:addr("10.0.0.2/24")

local out = dp:put_flow {
  match = { in_port = port },
  actions = "set(tunnel(tun_id=0x42,dst=192.0.2.2,ttl=64,flags(df|key)))," .. vxlan.number,
}
local back = dp:put_flow {
  match = { in_port = vxlan, tunnel = { tun_id = 66, src = "192.0.2.2", dst = "192.0.2.1" } },
  actions = port,
}
t.contains(back.match, "tunnel(tun_id=0x42,src=192.0.2.2,dst=192.0.2.1,flags(+key))")
topo.ping(host, "10.0.0.2", 10)
topo.ping(there, "10.0.0.1", 10)
out, back = out:refresh(), back:refresh()
t.ok(out.packets >= 20, "packets encapsulated: " .. out.packets)
t.ok(back.packets >= 20, "packets decapsulated: " .. back.packets)
t.ok(back.bytes >= 20 * 98, "bytes decapsulated: " .. back.bytes)
t.eq(back.match.tunnel.tun_id, odp.u64(66))
t.eq(back.match.tunnel.src, "192.0.2.2")
t.eq(dp:flow(back.match).actions, odp.output(port))

-- The kernel says what it took: masks of the fields that were named, and no others.

t.eq(dp:flow(back.match).match, back.match)

-- Another tunnel id is another tunnel: its packets miss, and say where they come from.

vx66:down()
local vx67 = there:vxlan { name = "vx67", vni = 67, local_ip = "192.0.2.2", remote = "192.0.2.1", learning = false, ttl = 17 }
vx67:addr("10.0.0.2/24")
local missed, learned
local matched = back:refresh().packets
local handle = dp:on_miss(function(pkt)
  if pkt.in_port == vxlan.number and pkt.key.arp then
    missed = pkt.key
    learned = pkt:install(pkt.key:only("in_port", "tunnel.tun_id", "tunnel.src"), port)
    return port
  end
end)
dp:put_flow {
  match = { in_port = port },
  actions = odp.set { tunnel = { tun_id = 67, dst = "192.0.2.2", ttl = 64, flags = "key" } } .. odp.output(vxlan),
  mode = "replace",
}
for _, n in ipairs(there:neighbours { dev = vx67, family = "ipv4" }) do there:delete_neighbour(n) end
topo.ping(there, "10.0.0.1", 5)
t.eq(back:refresh().packets, matched, "packets that matched the other tunnel id")
t.eq(missed.tunnel.tun_id, odp.u64(67))
t.eq(missed.tunnel.src, "192.0.2.2")
t.eq(missed.tunnel.dst, "192.0.2.1")
t.eq(missed.tunnel.ttl, 17)
t.eq(missed.tunnel.tp_dst, 4789)
t.ok(missed.tunnel.tp_src > 0, "source port")
t.contains(missed.tunnel.flags, "key")
t.eq(missed.arp.tip, "10.0.0.1")
t.eq(missed.tunnel.ipv6_src, nil)
t.eq(learned.match.tunnel.src, "192.0.2.2")
t.ok(learned:refresh().packets >= 5, "packets that matched it")
handle:stop()
vx66:delete()
vx67:delete()

-- Datapaths at both ends, and what one sets is what the other sees.

local far = odp.create_datapath { name = "far0", netns = there }
local far_vxlan = far:add_vport { name = "vx", type = "vxlan" }
local far_host, far_port = topo.host(far, "port1", "10.0.0.3/24", there)

local function connect(near_address, far_address, src, dst)
  dp:flush_flows()
  far:flush_flows()
  local function side(datapath, host_port, tunnel_port, id, here, peer)
    local seen = {}
    local on_miss = datapath:on_miss(function(pkt)
      if pkt.in_port ~= tunnel_port.number then return end
      seen.key = pkt.key
      return host_port
    end)
    datapath:put_flow {
      match = { in_port = host_port },
      actions = odp.set { tunnel = {
        tun_id = id, [src] = here, [dst] = peer, tos = 0x10, ttl = 33, flags = "csum|key",
      } } .. odp.output(tunnel_port),
    }
    return seen, on_miss
  end
  local near_seen, near_miss = side(dp, port, vxlan, 0xabcdef, near_address, far_address)
  local far_seen, far_miss = side(far, far_port, far_vxlan, 0x123456, far_address, near_address)

  -- Every packet is decapsulated by the script first.
  topo.ping(host, "10.0.0.3", 2)
  for _, case in ipairs {
    { near_seen.key, "0x123456", far_address, near_address },
    { far_seen.key, "0xabcdef", near_address, far_address },
  } do
    local tunnel = case[1].tunnel
    t.eq(tunnel.tun_id:hex(), case[2])
    t.eq(tunnel[src], case[3])
    t.eq(tunnel[dst], case[4])
    t.eq(tunnel.tos, 0x10)
    t.eq(tunnel.ttl, 33)
    t.contains(tunnel.flags, "csum")
  end

  -- Then by the kernel alone.
  local near_back = dp:put_flow { match = { in_port = vxlan, tunnel = { tun_id = "0x123456", [src] = far_address } }, actions = port }
  local far_back = far:put_flow { match = { in_port = far_vxlan, tunnel = { tun_id = "0xabcdef", [src] = near_address } }, actions = far_port }
  local missed_before = dp.stats.missed + far.stats.missed
  topo.ping(host, "10.0.0.3", 10)
  topo.ping(far_host, "10.0.0.1", 10)
  t.ok(near_back:refresh().packets >= 20, "packets decapsulated here")
  t.ok(far_back:refresh().packets >= 20, "packets decapsulated there")
  t.eq(dp.stats.missed + far.stats.missed, missed_before, "packets that missed meanwhile")
  near_miss:stop()
  far_miss:stop()
end

connect("192.0.2.1", "192.0.2.2", "src", "dst")
connect("fd00::1", "fd00::2", "ipv6_src", "ipv6_dst")

far:delete()
dp:delete()
