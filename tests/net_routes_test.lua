-- Addresses, routes, neighbours, forwarding tables, rules and settings of a namespace: added, listed, asked for
-- and deleted, of IPv4 and IPv6, and what is said where something is wrong.
local odp, net = require "odp", require "net"
local t = require "test"

local ns = net.namespace()
local near, far = net.veth { a = "near", b = "far", ns = ns, peer_ns = ns }

local function addresses(link, family)
  local list = {}
  for _, a in ipairs(link.addresses) do
    if a.scope ~= "link" and (not family or a.family == family) then list[#list + 1] = a.address end
  end
  return table.concat(list, " ")
end

-- Addresses, with what can be said of them.
near:addr("10.0.0.1/24"):addr(odp.prefix "10.0.0.2/24"):addr("fd00::1/64"):addr("10.9.9.1/32", { peer = "10.9.9.2/32", scope = "link", label = "near:p" })
t.eq(addresses(near), "10.0.0.1/24 10.0.0.2/24 fd00::1/64")
for _, a in ipairs(near.addresses) do
  if a.address == "10.9.9.1/32" then
    t.eq(a.peer, "10.9.9.2/32")
    t.eq(a.label, "near:p")
    t.eq(a.scope, "link")
  elseif a.address == "fd00::1/64" then
    t.eq(a.ip, "fd00::1")
    t.eq(a.dev, "near")
    t.eq(a.valid_lifetime, nil)
    t.contains(table.concat(a.flags, ","), "nodad")
  elseif a.address == "10.0.0.1/24" then
    t.eq(a.broadcast, "10.0.0.255")
  end
end
near:addr("fd00::5/64", { valid_lifetime = 1000, preferred_lifetime = 500, dad = true })
for _, a in ipairs(near.addresses) do
  if a.ip == "fd00::5" then t.ok(a.valid_lifetime > 900 and a.preferred_lifetime <= 500, "lifetimes") end
end
t.eq(t.raises(function() near:addr("10.0.0.1/24") end, "link address 10.0.0.1/24 of near in namespace").errno, "EEXIST")
near:delete_addr("10.0.0.2/24")
t.eq(addresses(near, "ipv4"), "10.0.0.1/24")
t.eq(t.raises(function() near:delete_addr("10.0.0.2/24") end, "10.0.0.2/24").errno, "EADDRNOTAVAIL")
near:flush_addrs("ipv6")
t.eq(addresses(near), "10.0.0.1/24")
near:addr("fd00::1/64")
t.raises(function() near:addr("10.0.0.1/33") end, "address with prefix length", "10.0.0.1/33")
t.raises(function() near:addr("10.0.0.1.5") end, "address with prefix length")
t.raises(function() near:addr("10.0.0.1/24", { peer = "fd00::2/64" }) end, "'peer'", "same family")
t.raises(function() near:addr("10.0.0.7/24", { scope = "wide" }) end, "'scope'", "unknown name 'wide'")
t.raises(function() near:flush_addrs("ipx") end, "ipv4 or ipv6")

-- Routes: what is added is listed so, as text as `ip` writes it, and a listed one can be deleted.
local function routes(filter)
  local list = {}
  for _, r in ipairs(ns:routes(filter)) do
    if r.protocol ~= "kernel" then list[#list + 1] = tostring(r) end
  end
  table.sort(list)
  return table.concat(list, "\n")
end
ns:add_route { dst = "default", via = "10.0.0.254" }
ns:add_route { dst = "192.0.2.0/24", via = "10.0.0.253", metric = 5, src = "10.0.0.1", mtu = 1400 }
ns:add_route { dst = odp.ip "192.0.2.1", dev = near }
ns:add_route { dst = "198.51.100.0/24", type = "blackhole" }
ns:add_route { dst = "203.0.113.0/24", hops = { { via = "10.0.0.3", dev = "near" }, { via = "10.0.0.4", weight = 3 } } }
ns:add_route { dst = "default", via = "fd00::ff", metric = 7 }
ns:add_route { dst = "2001:db8::/32", dev = "far", metric = 9 }
ns:add_route { dst = "10.7.0.0/16", via = "172.16.0.1", dev = "near", onlink = true, table = 100 }
t.eq(routes(), table.concat({
  "192.0.2.0/24 via 10.0.0.253 dev near src 10.0.0.1 metric 5 mtu 1400",
  "192.0.2.1 dev near scope link",
  "2001:db8::/32 dev far metric 9",
  "203.0.113.0/24 nexthop via 10.0.0.3 dev near weight 1 nexthop via 10.0.0.4 dev near weight 3",
  "blackhole 198.51.100.0/24",
  "default via 10.0.0.254 dev near",
  "default via fd00::ff dev near metric 7",
}, "\n"))

t.eq(routes { table = 100 }, "10.7.0.0/16 via 172.16.0.1 dev near table 100")
t.eq(ns:routes { table = 100 }[1].onlink, true)
t.eq(routes { dst = "192.0.2.0/24" }, "192.0.2.0/24 via 10.0.0.253 dev near src 10.0.0.1 metric 5 mtu 1400")
t.eq(routes { dev = "far", family = "ipv6" }, "2001:db8::/32 dev far metric 9")
t.ok(#ns:routes { table = "all" } > #ns:routes(), "the local table too")

-- Which one is taken.
local r = ns:route_to("192.0.2.99")
t.eq(r.via, "10.0.0.253")
t.eq(r.dev, "near")
t.eq(r.src, "10.0.0.1")
t.eq(ns:route_to(odp.ip "8.8.8.8").via, "10.0.0.254")
t.eq(ns:route_to("2001:4860::1").via, "fd00::ff")
t.eq(ns:route_to("10.0.0.1").dev, "lo")
t.eq(ns:route_to("10.0.0.77", { oif = near, src = "10.0.0.1" }).dev, "near")
t.eq(net.namespace():route_to("10.0.0.1"), nil)
t.eq(t.raises(function() ns:route_to("198.51.100.1") end, "route to 198.51.100.1").errno, "EINVAL")

-- Replaced, refused and deleted.
t.eq(t.raises(function() ns:add_route { dst = "default", via = "10.0.0.253" } end, "route add default via 10.0.0.253").errno, "EEXIST")
ns:add_route { dst = "default", via = "10.0.0.253", replace = true }
t.eq(ns:route_to("8.8.8.8").via, "10.0.0.253")
local e = t.raises(function() ns:add_route { dst = "10.1.0.0/16", via = "172.16.0.1" } end, "route add 10.1.0.0/16 via 172.16.0.1")
t.eq(e.errno, "ENETUNREACH")
t.contains(e.extack, "gateway")
ns:delete_route { dst = "192.0.2.1" }
t.eq(ns:route_to("192.0.2.1").via, "10.0.0.253")
for _, one in ipairs(ns:routes { table = "all" }) do
  if one.protocol == "boot" then ns:delete_route(one) end
end
t.eq(routes { table = "all" }, "")
t.eq(t.raises(function() ns:delete_route { dst = "192.0.2.1" } end, "route delete 192.0.2.1").errno, "ESRCH")
t.raises(function() ns:add_route { via = "10.0.0.1" } end, "'dst'", "string")
t.raises(function() ns:add_route { dst = "10.0.0.1/8", via = "10.0.0.1" } end, "bits beyond its prefix", "10.0.0.0/8")
t.raises(function() ns:add_route { dst = "10.0.0.0/8", via = "fd00::1" } end, "same family")
t.raises(function() ns:add_route { dst = "10.0.0.0/8", dev = net.link "lo" } end, "'dev'", "a device in namespace", "lo in the program's")
t.raises(function() ns:add_route { dst = "10.0.0.0/8", hops = { { via = "10.0.0.3", weight = 0 } } } end, "'hops'", "weight")
t.raises(function() ns:add_route { dst = "10.0.0.0/8", table = "mian" } end, "'table'", "main")

-- Neighbours.
ns:add_neighbour { ip = "10.0.0.9", mac = "02:00:00:00:00:09", dev = "near" }
ns:add_neighbour { ip = odp.ip "fd00::9", mac = odp.mac "02:00:00:00:00:19", dev = near, state = "reachable", router = true }
local function neighbours(filter)
  local list = {}
  for _, n in ipairs(ns:neighbours(filter)) do
    if n.mac and n.state ~= "noarp" then list[#list + 1] = ("%s %s %s %s"):format(n.ip, n.mac, n.dev, tostring(n.router)) end
  end
  return table.concat(list, "\n")
end
t.eq(neighbours { family = "ipv4" }, "10.0.0.9 02:00:00:00:00:09 near nil")
t.eq(neighbours { family = "ipv6", dev = near }, "fd00::9 02:00:00:00:00:19 near true")
t.eq(neighbours { dev = "far" }, "")
t.eq(t.raises(function() ns:add_neighbour { ip = "10.0.0.9", mac = "02:00:00:00:00:0a", dev = "near" } end, "neighbour add 10.0.0.9").errno, "EEXIST")
ns:add_neighbour { ip = "10.0.0.9", mac = "02:00:00:00:00:0a", dev = "near", replace = true }
t.eq(neighbours { family = "ipv4" }, "10.0.0.9 02:00:00:00:00:0a near nil")
for _, n in ipairs(ns:neighbours { dev = near }) do ns:delete_neighbour(n) end
t.eq(neighbours(), "")
t.raises(function() ns:add_neighbour { mac = "02:00:00:00:00:0a", dev = "near" } end, "'ip'", "IP address")
t.raises(function() ns:add_neighbour { ip = "10.0.0.9", mac = "02:00", dev = "near" } end, "'mac'", "Ethernet address")
t.raises(function() ns:add_neighbour { ip = "10.0.0.9", dev = "absent" } end, "link get absent")

-- What a bridge and a tunnel know.
local br = ns:bridge("br")
far:set { master = br }
local vx = ns:vxlan { name = "vx", vni = 5 }
ns:add_fdb { mac = "02:00:00:00:00:0b", dev = far, vlan = 1 }
for _, ip in ipairs { "10.0.0.3", "10.0.0.4" } do ns:add_fdb { mac = "00:00:00:00:00:00", dev = vx, ip = ip, append = true } end
local function fdb(link, mac)
  local list = {}
  for _, entry in ipairs(ns:fdb { dev = link }) do
    if entry.mac == mac then list[#list + 1] = ("%s %s %s %s"):format(entry.dev, entry.ip or "-", entry.master or "-", entry.state) end
  end
  table.sort(list)
  return table.concat(list, "\n")
end
t.eq(fdb(far, "02:00:00:00:00:0b"), "far - br static")
t.eq(fdb(vx, "00:00:00:00:00:00"), "vx 10.0.0.3 - permanent\nvx 10.0.0.4 - permanent")
ns:delete_fdb { mac = "00:00:00:00:00:00", dev = vx, ip = "10.0.0.3" }
t.eq(fdb(vx, "00:00:00:00:00:00"), "vx 10.0.0.4 - permanent")
ns:delete_fdb { mac = "02:00:00:00:00:0b", dev = far, vlan = 1 }
t.eq(fdb(far, "02:00:00:00:00:0b"), "")
t.eq(t.raises(function() ns:delete_fdb { mac = "02:00:00:00:00:0b", dev = far } end, "fdb delete 02:00:00:00:00:0b").errno, "ENOENT")

-- Rules.
local count = #ns:rules()
ns:add_rule { from = "10.0.0.0/8", iif = "near", mark = 5, table = 100, priority = 77 }
ns:add_rule { to = "fd00::/16", table = 100, priority = 78 }
local found = {}
for _, rule in ipairs(ns:rules()) do found[rule.priority] = rule end
t.eq(found[77].from, "10.0.0.0/8")
t.eq(found[77].iif, "near")
t.eq(found[77].mark, 5)
t.eq(found[77].table, 100)
t.eq(found[77].family, "ipv4")
t.eq(found[78].to, "fd00::/16")
t.eq(found[78].family, "ipv6")
ns:delete_rule(found[77])
ns:delete_rule(found[78])
t.eq(#ns:rules(), count)
t.eq(t.raises(function() ns:delete_rule { from = "10.0.0.0/8", priority = 77 } end, "rule delete").errno, "ENOENT")

-- Settings are those of the namespace.
t.eq(ns:sysctl("net.ipv4.ip_forward"), 0)
t.eq(ns:sysctl("net.ipv4.ip_forward", true), 1)
t.eq(net.sysctl("net.ipv4.ip_forward"), 0)
t.eq(ns:sysctl("net/ipv4/conf/near/rp_filter", 2), 2)
t.eq(type(ns:sysctl("net.ipv4.tcp_congestion_control")), "string")
t.eq(t.raises(function() ns:sysctl("net.ipv4.ip_forwrd") end, "sysctl net.ipv4.ip_forwrd in namespace", "no such setting", "ip_forward").errno, "ENOENT")
t.eq(t.raises(function() ns:sysctl("net.ipv4.ip_forward", "many") end, "sysctl net.ipv4.ip_forward").errno, "EINVAL")
for _, name in ipairs { "kernel.hostname", "net", "../net/ipv4/ip_forward", "net/../kernel/hostname", "", "net\0" } do
  t.raises(function() ns:sysctl(name) end, "the name of a network setting")
end
t.raises(function() ns:sysctl("net.ipv4.ip_forward", {}) end, "string, number or boolean")
