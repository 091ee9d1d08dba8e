-- Devices of each kind that module net makes: made, listed, read back, changed, moved and deleted, and what is
-- said where the kernel refuses.
local net = require "net"
local t = require "test"

-- What each kind is made with, what it shows, and the option of the kernel's build that it needs.
local lower = net.dummy("lower")
local kinds = {
  bridge = { spec = { vlan_filtering = true, ageing_time = 1000, mcast_snooping = false, vlan_default_pvid = 7, group_fwd_mask = 8 } },
  dummy = { spec = {} },
  ifb = { spec = {} },
  vlan = { spec = { id = 5, protocol = "802.1ad", reorder_hdr = false, loose_binding = true }, lower = true },
  macvlan = { spec = { mode = "private" }, lower = true },
  ipvlan = { spec = { mode = "l3", flag = "vepa" }, lower = true },
  vxlan = { spec = { vni = 66, remote = "192.0.2.1", local_ip = "192.0.2.2", port = 4790, ttl = 9, tos = 1, learning = false, proxy = true, gbp = true } },
  geneve = { spec = { vni = 67, remote = "192.0.2.1", port = 6082, ttl = 9, tos = 4 } },
  gretap = { spec = { remote = "192.0.2.1", local_ip = "192.0.2.2", key = 7, ttl = 9, tos = 4 } },
  vrf = { spec = { table = 1234 } },
  bond = { spec = { mode = "active-backup", miimon = 100 } },
}
for kind, row in pairs(kinds) do
  local spec = { name = kind .. "x", mtu = 1400 }
  for name, value in pairs(row.spec) do spec[name] = value end
  if row.lower then
    lower:delete()
    lower = net.dummy("lower") -- an ipvlan shares with no other kind
    spec.link = lower
  end
  local link = net[kind](spec)
  t.eq(link.kind, kind)
  t.eq(link.name, kind .. "x")
  t.eq(link.mtu, 1400)
  t.eq(link.is_up, true)
  t.eq(link.exists, true)
  t.eq(net.link(link.name), link)
  t.eq(net.link(link.index), link)
  t.eq(link.peer, row.lower and lower or nil)
  local options = link.options
  for name, value in pairs(row.spec) do t.eq(options[name], value, kind .. "." .. name) end
  local seen = 0
  for _, other in ipairs(net.links()) do
    if other == link then seen = seen + 1 end
  end
  t.eq(seen, 1, "times that it is listed")
  -- Not twice, and not with a name that cannot be.
  t.eq(t.raises(function() net[kind](spec) end, "link create " .. kind .. "x").errno, "EEXIST")
  spec.name = "a name"
  t.raises(function() net[kind](spec) end, "'name'", "1 to 15 bytes", "a name")
  link:delete()
  t.eq(link.exists, false)
  t.eq(net.link(kind .. "x"), nil)
  t.eq(t.raises(function() return link.mtu end, "link get " .. kind .. "x").errno, "ENODEV")
end

-- Devices for programs need /dev/net/tun, which not every kernel here has.
local has_tun, tap = pcall(net.tap, { name = "tap0", mtu = 1400, owner = 1 })
if has_tun then
  t.eq(tap.kind, "tap")
  t.eq(tap.mtu, 1400)
  t.eq(tap.options.owner, 1)
  t.eq(t.raises(function() net.tap("tap0") end, "link create tap0").errno, "EEXIST")
  t.eq(net.tun("tun0").kind, "tun")
else
  t.contains(tap, "CONFIG_TUN")
  t.contains(tap, "link create tap0")
  t.eq(tap.errno, "ENOENT")
end

-- A wrong argument is named, and makes nothing.
local before = #net.links()
t.raises(function() net.vlan { name = "v", link = lower } end, "'id'", "integer expected")
t.raises(function() net.vlan { name = "v", id = 5 } end, "'link'", "a device")
t.raises(function() net.vlan { name = "v", link = "absent", id = 5 } end, "link get absent")
t.raises(function() net.vlan { name = "v", link = lower, id = 5000 } end, "'id'", "4094")
t.raises(function() net.vlan { name = "v", link = lower, id = 5, mode = 1 } end, "unknown field 'mode'")
t.raises(function() net.vlan("v") end, "table expected")
t.raises(function() net.macvlan { name = "m", link = lower, mode = "privat" } end, "'mode'", "unknown name 'privat'", "private")
t.raises(function() net.vxlan { name = "v" } end, "'vni'", "external")
t.raises(function() net.vxlan { name = "v", vni = 5, remote = "10.0.0" } end, "'remote'", "IP address", "10.0.0")
t.raises(function() net.dummy { name = "d", mac = "1:2" } end, "'mac'", "Ethernet address")
t.raises(function() net.dummy { name = "d", master = lower } end, "link create d") -- it can have no ports
t.raises(function() net.veth { a = "x", b = "a/b" } end, "'b'", "1 to 15 bytes")
t.eq(#net.links(), before, "devices")

-- The two ends of a veth know each other, also in other namespaces.
local ns = net.namespace()
local a, b = net.veth { a = "va", b = "vb", peer_ns = ns, mtu = 1300, offloads = false }
t.eq(a.peer, b)
t.eq(b.peer, a)
t.eq(b.ns, ns)
t.eq(a.ns, net.current_namespace())
t.eq(a.mtu, 1300)
t.eq(b.mtu, 1300)
t.eq(b.offloads["rx-gro"], false)
t.eq(lower.peer, nil)

-- Offloads by the kernel's names, and several by one.
t.eq(a.offloads[""], nil) -- bits of the kernel that have no name
t.eq(a.offloads["tx-checksum-ip-generic"], false)
a:set { offloads = { tx_checksum = true, ["tx-scatter-gather"] = true } }
t.eq(a.offloads["tx-checksum-ip-generic"], true)
a:set { offloads = { tx_checksum = false, tso = false, gro = false } }
t.eq(a.offloads["tx-checksum-ip-generic"], false)
t.raises(function() a:set { offloads = { gr = true } } end, "link set offloads va", "no offload 'gr'", "gro")
t.raises(function() a:set { offloads = { gro = 1 } } end, "'offloads'", "booleans")
t.raises(function() a:set { offloads = true } end, "'offloads'", "false for all off")

-- Each change can be read back.
local br = net.bridge("br")
a:set { mac = "02:00:00:00:00:05", mtu = 1200, txqueuelen = 7, alias = "left", promisc = true, master = br, port = { learning = false, isolated = true } }
t.eq(a.mac, "02:00:00:00:00:05")
t.eq(a.mtu, 1200)
t.eq(a.txqueuelen, 7)
t.eq(a.alias, "left")
t.eq(a.promisc, true)
t.eq(a.master, br)
t.eq(table.concat(a.flags, ","):find("promisc") ~= nil, true)
a:set { master = false, promisc = false, up = false, arp = false, name = "renamed" }
t.eq(a.name, "renamed")
t.eq(a.master, nil)
t.eq(a.promisc, false)
t.eq(a.is_up, false)
t.contains(table.concat(a.flags, ","), "noarp")
t.eventually("the other end has no carrier", function() return not b.is_running and b.state:find("down") end)
a:set { arp = true, up = true, name = "va" } -- a name is changed while it is down, wherever it stands
t.eq(a.name, "va")
a:set {}

-- Nothing is changed when something cannot be understood; what the kernel refuses is named with its reason.
t.raises(function() a:set { mtu = 1100, mac = 5 } end, "'mac'")
t.eq(a.mtu, 1200)
t.raises(function() a:set { master = b } end, "'master'", "in the program's namespace", "namespace")
local e = t.raises(function() a:set { mtu = 100000 } end, "link set mtu va", "invalid argument")
t.eq(e.errno, "EINVAL")
t.eq(e.extack, "mtu greater than device maximum")
t.eq(e.op, "link set mtu")

-- Moved to a namespace and back, it is the same object.
a:set { ns = ns }
t.eq(a.ns, ns)
t.eq(net.link("va"), nil)
t.eq(ns:link("va"), a)
t.eq(a.peer, b)
a:set { ns = net.current_namespace(), up = true }
t.eq(a.exists, true)
t.eq(a.is_up, false, "it is down where it came to")
a:up()

-- A device on one in another namespace.
local m = net.macvlan { name = "m0", link = a, ns = ns }
t.eq(m.ns, ns)
t.eq(ns:link("m0").kind, "macvlan")
t.eq(m.peer, a)
t.raises(function() ns:dummy { name = "d", ns = net.current_namespace() } end, "'ns'", "on which the method is called")
t.eq(ns:dummy("d0").ns, ns)

-- What it counts, with a delay and losses on the way.
a:addr("192.0.2.1/24")
b:addr("192.0.2.2/24")
t.eventually("it runs", function() return a.is_running and b.is_running end)
assert(net.run("ping -c 2 -i 0.05 -W 10 192.0.2.2"))
t.ok(a.stats.tx_packets >= 2 and a.stats.rx_bytes > 100, "counters")
a:qdisc { netem = { delay = 0.1, jitter = 0.01, loss = 0.25, limit = 50, rate = 8000000 }, tbf = { rate = 1000000, burst = 3000, latency = 0.05 } }
local root, leaf = a.qdiscs[1], a.qdiscs[2]
t.eq(root.kind, "netem")
t.eq(root.parent, "root")
t.near(root.netem.delay, 0.1, 1e-5)
t.near(root.netem.jitter, 0.01, 1e-5)
t.near(root.netem.loss, 0.25, 1e-6)
t.eq(root.netem.limit, 50)
t.eq(root.netem.rate, 8000000)
t.eq(leaf.kind, "tbf")
t.eq(leaf.parent, root.handle:gsub("0$", "1"))
t.eq(leaf.tbf.rate, 1000000)
t.near(leaf.tbf.burst, 3000, 10)
a:qdisc { netem = { loss = 1 } } -- in place of both
t.eq(#a.qdiscs, 1)
t.eq(net.run("ping -c 1 -W 1 192.0.2.2"), false)
t.ok(a.qdiscs[1].dropped > 0, "packets that netem dropped")
a:delete_qdisc()
assert(net.run("ping -c 1 -W 10 192.0.2.2"))
t.raises(function() a:qdisc {} end, "netem, tbf or both")
t.raises(function() a:qdisc { netem = { loss = 2 } } end, "'loss'", "from 0 to 1")
t.raises(function() a:qdisc { netem = { reorder = 0.5 } } end, "'reorder'", "delay")
t.raises(function() a:qdisc { tbf = { rate = 1000, burst = 10 } } end, "'latency'", "limit")

-- What is in a namespace goes with it, and so does the other end of a veth that is there.
ns:delete()
t.eventually("the veth is gone", function() return not a.exists end)
t.raises(function() b:up() end, "has been deleted")
