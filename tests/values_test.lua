-- kernels: 6.1 6.12 7.2
-- Values that scripts calculate with go into the kernel and come back: addresses, prefixes, 128-bit labels and flow
-- identifiers. Keys and matches are changed, widened and read field by field, and actions one by one.
local odp, net, packet = require "odp", require "net", require "packet"
local t = require "test"
local frames = require "lib.frames"
local entry = require "lib.entry"

local dp = odp.create_datapath("dp0")
local port, send = entry.port(dp)

-- A flow for each host of a prefix, found again by its identifier and by the address.

local hosts = odp.prefix "10.0.0.0/29"
local by_ip = {}
for ip in hosts:hosts() do
  local id = odp.ufid(odp.u128(ip.number))
  dp:put_flow { match = { in_port = port, ipv4 = { dst = ip } }, actions = odp.set { ipv4 = { dst = ip + 100 } } .. odp.output(port), ufid = id }
  by_ip[ip] = id
end
t.eq(dp.stats.flows, 6)
local seen = 0
for flow in dp:flows() do
  local ip = odp.ip(flow.match.ipv4.dst)
  t.eq(odp.ufid(flow.ufid), by_ip[ip])
  t.eq(flow.actions[1].name, "set")
  t.eq(odp.ip(flow.actions[1].args.ipv4.dst) - ip, 100)
  t.eq(flow.actions[2].args, port.number)
  t.ok(hosts:contains(ip) and ip:in_prefix(hosts), "the flow's address is one of the hosts")
  seen = seen + 1
end
t.eq(seen, 6)
for ip, id in pairs(by_ip) do
  t.eq(dp:delete_flow { ufid = id }.match.ipv4.dst, tostring(ip))
end
t.eq(dp.stats.flows, 0)

-- Labels of 128 bits, and prefixes, keep every bit.

local label = odp.u128(1):lshift(127) + 5
dp:put_flow { match = { ct_label = label, ct_state = "+trk", ipv6 = { src = odp.prefix "fd00::/64", dst = odp.ip "fd00::1" } }, actions = {} }
for flow in dp:flows() do
  t.eq(odp.u128(flow.match.ct_label), label)
  t.eq(flow.match:get("ipv6.dst"), "fd00::1")
  local src, mask = flow.match:get("ipv6.src")
  t.eq(odp.prefix(src .. "/" .. mask), odp.prefix "fd00::/64")
end
dp:flush_flows()

-- A key from a packet is widened to a match that takes it and its like; the kernel agrees.

local handle = dp:on_miss(function(pkt)
  local m = pkt.key:wildcard("udp.src", "ipv4.ttl", "ipv4.src")
  t.ok(m:matches(pkt.key), "the widened match takes the packet")
  t.ok(m:matches(pkt.key:with { udp = { src = 9 }, ipv4 = { ttl = 1, src = odp.ip "192.0.2.7" } }), "and others")
  t.ok(not m:matches(pkt.key:with { udp = { dst = 9 } }), "but not one to another port")
  local names = {}
  for name, value in pkt.key:fields() do
    names[name] = value
    t.eq(pkt.key[name], value)
  end
  t.eq(odp.mac(names["eth.src"]), odp.mac(frames.mac1))
  t.eq(names["udp.dst"], 2000)
  pkt:install(m, {})
end)
send(frames.udp {})
t.eventually("the flow is there", function() return dp.stats.flows == 1 end)
send(frames.udp { sport = 7, ttl = 3, src = "10.9.9.9" })
t.eventually("the second packet hits it", function()
  for flow in dp:flows() do return flow.packets == 1 end
end)
t.eq(handle.stats.received, 1)
handle:stop()
dp:flush_flows()

-- Every flow that is there can be read action by action, and made again of that.

local text = "in_port(" .. port.number .. "),eth(),eth_type(0x0800),ipv4()"
dp:put_flow { match = text, actions = "push_vlan(vid=5,pcp=1),sample(sample=50.0%,actions(1,2)),ct(commit,nat(src=10.0.0.1-10.0.0.9)),pop_vlan,recirc(0x7)" }
for flow in dp:flows() do
  local again = odp.actions {}
  for name, args in flow.actions:each() do again = again .. odp[name](args) end
  t.eq(again, flow.actions)
end
for _, f in ipairs { odp.parse_flow(text .. ", packets:1, bytes:2, used:never, actions:drop") } do
  if tostring(f) ~= "drop" then t.ok(dp:flow(f), "the flow is found by a line") end
end
dp:flush_flows()

-- Names of ports in text.

local m = odp.match("in_port(" .. port.name .. ")", dp)
t.eq(m.in_port, port.number)
t.eq(m:text { dp = dp }, "in_port(" .. port.name .. "),eth()")
t.eq(odp.actions(port.name, dp):text { dp = dp }, port.name)
t.eq(odp.datapath(dp.index).name, "dp0")

-- Addresses of devices, frames and connections.

local ns = net.namespace()
local a, b = net.veth { a = "va", b = "vb", peer_ns = ns }
a:set { mac = odp.mac "02:00:00:00:00:fe" + 1 }
t.eq(a.mac, "02:00:00:00:00:ff")
b:addr(odp.ip("10.7.0.1"):prefix(24))
t.contains(ns:exec("ip", "-4", "addr", "show", "dev", "vb").stdout, "10.7.0.1/24")

local frame = frames.udp { src = "10.8.0.1" }
t.eq(odp.ip { bytes = frame:sub(27, 30) }, odp.ip "10.8.0.1")
t.eq(odp.mac { bytes = frame:sub(7, 12) }, odp.mac(frames.mac1))
t.eq(packet.dissect(frame).ipv4.src, tostring(odp.ip "10.8.0.1"))

dp:execute { data = frames.tcp { src = "10.8.0.1", sport = 5 }, in_port = 0, actions = odp.ct { commit = true, label = label } }
local found = 0
for c in odp.conntrack { orig = { src = odp.ip "10.8.0.1" }, labels = label } do
  t.eq(odp.u128(c.labels), label)
  t.eq(c.tcp.orig_wscale, 0)
  t.eq(c.sctp, nil)
  t.ok(c.use >= 1, "the kernel refers to it")
  found = found + 1
end
t.eq(found, 1)
for _ in odp.conntrack { labels = label + 1 } do t.ok(false, "no connection has this label") end

-- Mistakes are one error, at this line.

t.raises(function() odp.ip("10.0.0.256") end, "values_test.lua:", "an IP address expected", '"10.0.0.256"')
t.raises(function() return odp.ip("::") < "::1" end, "attempt to compare")
t.raises(function() dp:put_flow { match = { ipv4 = { dst = odp.mac(1) } }, actions = {} } end, "ipv4.dst")

dp:delete()
