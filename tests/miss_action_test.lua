-- Packets that a userspace action sends up, and packets that are not plain: cut, without an Ethernet
-- header, on their way into a tunnel. The script sees what they are, and can send them on.
local odp, packet = require "odp", require "packet"
local t = require "test"
local entry = require "lib.entry"
local frames = require "lib.frames"
local topology = require "lib.topology"

topology.wire()
local dp = odp.create_datapath("dp0")
local out, far = entry.wire(dp)
local arrived = dp:put_flow { match = { in_port = far, ipv4 = {} }, actions = "drop" }
local function arrivals() return arrived:refresh().packets end
local frame = frames.udp { dport = 53 }

local last, action
local handle = dp:on_action(function(pkt)
  last = pkt
  return action and action(pkt)
end)
local pid = handle.pids[1]

--- What comes up when the frame goes through actions.
local function up(actions, data)
  last = nil
  dp:execute { data = data or frame, in_port = out, actions = actions }
  t.eventually("it comes up", function() return last end)
  return last
end

local pkt = up(odp.userspace { pid = pid, userdata = "\1\2" })
t.eq(pkt.kind, "action")
t.eq(pkt.userdata, "\1\2")
t.eq(pkt.actions, nil)
t.eq(pkt.egress_tunnel, nil)
t.eq(pkt.vport, out)
t.contains(tostring(pkt), ("action at dp0 port %d, %d bytes: eth("):format(out.number, #frame))
t.eq(up(odp.userspace { pid = pid, actions = true } .. odp.output(out)).actions, odp.userspace { pid = pid, actions = true } .. odp.output(out))

-- A cut packet says how long it was, and its layers what is missing.
pkt = up("trunc(44)," .. tostring(odp.userspace { pid = pid }))
t.eq(pkt.len, #frame)
t.eq(#pkt.data, 44)
t.eq(pkt.layers.udp.dst, 53)
t.eq(pkt.layers.udp.csum_ok, nil, "nobody can tell")
t.contains(tostring(pkt), #frame .. " bytes:")
pkt = up("trunc(20)," .. tostring(odp.userspace { pid = pid }))
t.ok(pkt.layers.problem, "a problem")
t.eq(pkt.layers.udp, nil)
t.eq(pkt.key.udp.dst, 53, "the kernel has seen it whole")

-- Without an Ethernet header it begins with that of IP.
for _, data in ipairs { frame, frames.udp { src = "fd00::1", dst = "fd00::2", dport = 53 } } do
  action = nil
  pkt = up("pop_eth," .. tostring(odp.userspace { pid = pid }), data)
  t.eq(pkt.key.eth, nil)
  t.eq(pkt.data, data:sub(15))
  t.eq(pkt.layers.eth, nil)
  t.eq(pkt.layers.udp.dst, 53)
  t.eq(pkt.layers.problem, nil)
  t.eq(packet.build(pkt.layers), pkt.data)
end
local was = arrivals()
action = function(p) p:execute { odp.push_eth { src = frames.mac1, dst = frames.mac2 }, out } end
up("pop_eth," .. tostring(odp.userspace { pid = pid }))
t.eventually("it is sent on with a new header", function() return arrivals() == was + 1 end)
t.eq(handle.stats.refused, 0)
action = nil

-- A packet on its way into a tunnel: where it would go.
local tunnel = dp:add_vport { name = "vx", type = "vxlan" }
pkt = up("set(tunnel(tun_id=0x42,dst=192.0.2.2,ttl=64,flags(df|key)))," .. tostring(odp.userspace { pid = pid, tunnel_out_port = tunnel }))
t.eq(pkt.egress_tunnel.dst, "192.0.2.2")
t.eq(pkt.egress_tunnel.src, "192.0.2.1", "the address that routing picks")
t.eq(pkt.egress_tunnel.tun_id, odp.u64(0x42))

-- An action's packet can install a flow, too.
action = function(p) p:install(p.key:only("in_port", "udp.dst"), out, { execute = true }) end
was = arrivals()
pkt = up(odp.userspace { pid = pid })
t.eventually("it is sent on", function() return arrivals() == was + 1 end)
t.ok(dp:flow(pkt.key:only("in_port", "udp.dst")), "the flow is there")
t.eq(pkt.state, "sent")
dp:delete()
