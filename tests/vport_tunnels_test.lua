-- VXLAN, GRE and Geneve vports are created with their options or defaults, which are read back from
-- the kernel, found, listed, counted and deleted.
local odp, net = require "odp", require "net"
local t = require "test"

local dp = odp.create_datapath("dp0")

-- What the kernel itself says of the device.
local function device(name)
  local result = net.exec("ip", "-d", "link", "show", "dev", name)
  t.eq(result.status, 0, result.stderr)
  return result.stdout
end

-- Defaults.

local vxlan = dp:add_vport { name = "vx", type = "vxlan" }
local geneve = dp:add_vport { name = "gn", type = "geneve" }
local gre = dp:add_vport { name = "gr", type = "gre" }
t.contains(device("vx"), "dstport 4789 ")
t.contains(device("gn"), "dstport 6081 ")
t.contains(device("gr"), "gretap external")

local function check(name, kind, number, dst_port, gbp)
  for _, id in ipairs { name, number } do
    local port = t.ok(dp:vport(id), "port " .. id)
    t.eq(port.name, name)
    t.eq(port.type, kind)
    t.eq(port.number, number)
    t.eq(port.dst_port, dst_port, name .. ".dst_port")
    t.eq(port.gbp, gbp, name .. ".gbp")
    t.eq(port.ifindex, net.link(name).index)
  end
end

check("vx", "vxlan", 1, 4789)
check("gn", "geneve", 2, 6081)
check("gr", "gre", 3)
t.eq(vxlan.dst_port, 4789, "in the handle that was returned")
t.eq(geneve.dst_port, 6081, "in the handle that was returned")
t.eq(gre.dst_port, nil, "an option that gre does not have")

-- Options.

dp:add_vport { name = "vx_port", type = "vxlan", dst_port = 4790 }
dp:add_vport { name = "vx_gbp", type = "vxlan", dst_port = "8472", gbp = true, number = 100 }
dp:add_vport { name = "vx_plain", type = "vxlan", dst_port = 65535, gbp = false }
dp:add_vport { name = "gn_port", type = "geneve", dst_port = 1 }
check("vx_port", "vxlan", 4, 4790)
check("vx_gbp", "vxlan", 100, 8472, true)
check("vx_plain", "vxlan", 5, 65535)
check("gn_port", "geneve", 6, 1)
t.contains(device("vx_port"), "dstport 4790 ")
t.contains(device("vx_gbp"), "dstport 8472 ")
t.contains(device("vx_gbp"), " gbp ")
t.eq(device("vx_plain"):find(" gbp ", 1, true), nil, "gbp of a device without it")
t.contains(device("gn_port"), "dstport 1 ")

local names = {}
for _, port in ipairs(dp:vports()) do table.insert(names, port.number .. " " .. port.name .. " " .. port.type) end
table.sort(names)
t.eq(table.concat(names, "\n"), [[
0 dp0 internal
1 vx vxlan
100 vx_gbp vxlan
2 gn geneve
3 gr gre
4 vx_port vxlan
5 vx_plain vxlan
6 gn_port geneve]])

-- One UDP port serves one vport, and one namespace has one gre vport. In another datapath as well.

local second = odp.create_datapath("dp1")
for _, case in ipairs {
  { "UDP port 4789 is taken by vx of dp0", { type = "vxlan" } },
  { "UDP port 8472 is taken by vx_gbp of dp0", { type = "vxlan", dst_port = 8472 } },
  { "UDP port 6081 is taken by gn of dp0", { type = "geneve" } },
  { "UDP port 6081 is taken by gn of dp0", { type = "vxlan", dst_port = 6081 } },
  { "UDP port 4790 is taken by vx_port of dp0", { type = "geneve", dst_port = 4790 } },
  { "one gre vport, and has gr of dp0", { type = "gre" } },
} do
  local words, spec = case[1], case[2]
  spec.name = "rival"
  for _, where in ipairs { dp, second } do
    local e = t.raises(function() where:add_vport(spec) end, "vport create rival on " .. where, words)
    t.ok(e.errno, "the error number of " .. words)
    t.eq(where:vport("rival"), nil)
  end
  t.eq(net.link("rival"), nil, "the device of a refused vport")
end
t.eq(#dp:vports(), 8)
t.eq(#second:vports(), 1)

local there = net.namespace()
local third = odp.create_datapath { name = "dp2", netns = there }
t.eq(third:add_vport { name = "vx", type = "vxlan" }.dst_port, 4789, "in another namespace")
third:delete()

-- Counted: what is encapsulated to this very host comes back in.

local handled = {}
dp:on_miss(function(pkt) table.insert(handled, { pkt.in_port, pkt.key.tunnel.tun_id, pkt.data }) end)
for i, port in ipairs { vxlan, geneve, gre } do
  -- An Ethernet type that nobody uses, since the port's device sends packets of its own.
  local frame = "\2\0\0\0\0\1\2\0\0\0\0\2\136\181" .. ("x"):rep(46)
  local before = port.stats
  dp:execute {
    data = frame, in_port = 0,
    actions = odp.set { tunnel = { tun_id = i, dst = "127.0.0.1", ttl = 64, flags = "key" } } .. odp.output(port),
  }
  t.eventually("the packet comes back by " .. port, function()
    for _, got in ipairs(handled) do
      if got[1] == port.number and got[2] == odp.u64(i) and got[3] == frame then return true end
    end
  end)
  local now = port.stats
  t.ok(now.tx_packets > before.tx_packets, "packets sent by " .. port)
  -- The kernel's tunnels do not count the inner Ethernet header.
  t.ok(now.tx_bytes - before.tx_bytes >= #frame - 14, "bytes sent by " .. port)
  t.ok(now.rx_packets > before.rx_packets, "packets received by " .. port)
  t.ok(now.rx_bytes - before.rx_bytes >= #frame - 14, "bytes received by " .. port)
end

-- Deleted: the device goes too, and the UDP port is free again.

for _, port in ipairs { vxlan, geneve, gre } do
  port:delete()
  t.eq(dp:vport(port.number), nil)
  t.eq(net.link(port.name), nil, "the device of " .. port)
  t.raises(function() port:delete() end, "vport delete " .. port .. " on dp0", "no such vport")
end
t.eq(second:add_vport { name = "rival", type = "vxlan" }.dst_port, 4789)
t.ok(second:add_vport { name = "rival_gre", type = "gre" })

-- A device that is deleted takes its vport with it.

net.link("vx_gbp"):delete()
t.eventually("the vport of a deleted device is gone", function() return dp:vport("vx_gbp") == nil end)

second:delete()
dp:delete()
for _, name in ipairs { "vx_port", "vx_plain", "gn_port", "rival", "rival_gre" } do
  t.eq(net.link(name), nil, "the device " .. name .. " of a deleted datapath")
end
