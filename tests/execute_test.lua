-- A packet of the script goes through actions, with the key that the script gives it, and bad ones are
-- refused with the datapath unchanged.
local odp = require "odp"
local t = require "test"
local entry = require "lib.entry"
local frames = require "lib.frames"

local dp = odp.create_datapath("dp0")
local udp = frames.udp {}
local execute, up, came_up = entry.execute(dp)

-- The bytes stay as they are; the kernel reads the key from them and from what the script says.
local pkt = execute { data = udp, in_port = 7, actions = up }
t.eq(pkt.data, udp)
t.eq(pkt.kind, "action")
t.eq(pkt.userdata, "up")
t.eq(pkt.in_port, 7)
t.eq(pkt.key.ipv4.src, "10.0.0.1")
t.eq(pkt.key.udp.dst, 2000)

-- in_port may be a vport, the key text, a table or a key.
t.eq(execute { data = udp, in_port = dp:vport(0), actions = up }.in_port, 0)
local text = "recirc_id(0x9),skb_priority(0x2),in_port(3),skb_mark(0x1)"
for _, key in ipairs { text, { recirc_id = 9, skb_priority = 2, in_port = 3, skb_mark = 1 }, odp.key(text) } do
  pkt = execute { data = udp, key = key, actions = up }
  t.eq(pkt.in_port, 3)
  t.eq(pkt.key.skb_mark, 1)
  t.eq(pkt.key.skb_priority, 2)
  t.eq(pkt.key.recirc_id, 9)
end
pkt = execute { data = udp, key = "in_port(3),tunnel(tun_id=0x5,src=192.0.2.1,dst=192.0.2.2,ttl=64,flags(key))", actions = up }
t.eq(pkt.key.tunnel.src, "192.0.2.1")
t.eq(pkt.key.tunnel.tun_id, odp.u64(5))

-- The key of a packet that came up is that of the next execute.
local again = execute { data = pkt.data, key = pkt.key, actions = { "set(ipv4(ttl=3))", "recirc(4)" } }
t.eq(again.kind, "miss")
t.eq(again.key.recirc_id, 4)
t.eq(again.key.ipv4.ttl, 3)
t.eq(again.key.tunnel.dst, "192.0.2.2")
t.eq(again.data, frames.udp { ttl = 3 })

-- From the shortest packet to the longest.
t.eq(execute { data = udp:sub(1, 14), in_port = 1, actions = up }.len, 14)
local long = frames.ip { payload = string.rep("x", 65000) }
t.eq(execute { data = long, in_port = 1, actions = up }.data == long, true, "a packet of 65,034 bytes")

-- Every kind of frame gets the key that it should.
for frame, path in pairs {
  [frames.arp {}] = "arp", [frames.tcp {}] = "tcp", [frames.icmp {}] = "icmp", [frames.solicit {}] = "nd",
  [frames.tagged(udp, 5)] = "encap", [frames.udp { src = "fd00::1", dst = "fd00::2" }] = "ipv6",
} do
  pkt = execute { data = frame, in_port = 1, actions = up }
  t.ok(pkt.key[path], path .. " in " .. pkt.key)
  t.eq(pkt.data, frame)
end

-- No actions: dropped, which is no error.
dp:execute { data = udp, in_port = 1, actions = "drop" }

-- Refusals. Nothing comes up of them, and no counter changes.
local before = dp.stats
local before_up = came_up()
local function refused(spec, ...) return t.raises(function() dp:execute(spec) end, ...) end
t.eq(refused({ data = "", in_port = 1, actions = up }, "0 bytes", "14").op, "argument")
refused({ data = udp:sub(1, 13), in_port = 1, actions = up }, "14")
t.eq(refused({ data = udp, in_port = 1, actions = "set(tcp(dst=1))" }, "EINVAL").errno, "EINVAL") -- it is UDP
refused({ data = udp, in_port = 65536, actions = up }, "in_port")
refused({ data = udp, key = { ipv5 = 1 }, actions = up }, "ipv5", "ipv4")
refused({ data = udp, key = "in_port(1)", in_port = 1, actions = up }, "in_port")
refused({ data = udp, in_port = 1 }, "actions")
refused({ in_port = 1, actions = up }, "data")
refused({ data = udp, in_port = 1, actions = up, ttl = 1 }, "ttl")
odp.wait(function() return false end, 0.05)
t.eq(came_up(), before_up, "packets of refused requests")
for name, value in pairs(before) do t.eq(dp.stats[name], value, name) end

-- A datapath that is gone.
dp:delete()
refused({ data = udp, in_port = 1, actions = up }, "dp0")
