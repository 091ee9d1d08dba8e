-- Each action, on real frames: what comes out at the port behind it, byte for byte, is what it promises.
local odp, net = require "odp", require "net"
local t = require "test"
local entry = require "lib.entry"
local frames = require "lib.frames"

local dp = odp.create_datapath("dp0")
local port, send = entry.port(dp)
local out, far = entry.wire(dp) -- what is sent to out comes back in at far

local seen = {} -- what came up: {userdata, frame, packet}
local handle = dp:on_action(function(pkt) table.insert(seen, { pkt.userdata, pkt.data, pkt }) end)
local function up(userdata) return odp.userspace { pid = handle.pids[1], userdata = userdata } end
dp:put_flow { match = { in_port = far, eth_type = "0/0" }, actions = up "out" }
dp:put_flow { match = { in_port = far, vlan = {} }, actions = up "out" }
dp:put_flow { match = { in_port = far, eth_type = 0x88a8, vlan = {}, encap = { vlan = {} } }, actions = up "out" } -- two tags

--- The frame through the actions, behind which another packet marks the end. Returns what came up.
local function through(actions, frame, key)
  seen = {}
  dp:execute { data = frame, key = key, in_port = not key and port or nil, actions = actions }
  dp:execute { data = frames.eth {}, in_port = port, actions = up "end" }
  t.eventually("the end comes up", function() return #seen > 0 and seen[#seen][1] == "end" end)
  table.remove(seen)
  return seen
end

--- What comes up has this userdata and is these frames, in order.
local function comes(what, got, userdata, ...)
  t.eq(#got, select("#", ...), what .. ": packets")
  for i, frame in ipairs { ... } do
    t.eq(got[i][1], userdata, what)
    t.eq(got[i][2], frame, what .. ": frame " .. i)
  end
end

local udp = frames.udp {}

-- output, also to several ports in turn, and in a flow.
comes("output", through(out, udp), "out", udp)
comes("output twice", through({ out, out }, udp), "out", udp, udp)
comes("output as text", through(tostring(out.number), udp), "out", udp)
comes("none", through("drop", udp))
local flow = dp:put_flow { match = { in_port = port, ipv4 = {} }, actions = out }
seen = {}
send(udp)
t.eventually("a frame from one port to another", function() return #seen == 1 end)
comes("output of a flow", seen, "out", udp)
flow:delete()

-- set: whole fields, and bits of them. Checksums stay right.
local v6 = { src = "fd00::1", dst = "fd00::2" }
local function changed(f, changes)
  local all = {}
  for k, v in pairs(f) do all[k] = v end
  for k, v in pairs(changes) do all[k] = v end
  return all
end
local tcp, tcp6 = { dport = 80 }, changed(v6, { dport = 80 })
for _, case in ipairs {
  { "eth(dst=02:00:00:00:00:09)", udp, frames.udp { eth_dst = "02:00:00:00:00:09" } },
  { "eth(src=02:00:00:00:00:08,dst=02:00:00:00:00:09)", udp,
    frames.udp { eth_src = "02:00:00:00:00:08", eth_dst = "02:00:00:00:00:09" } },
  { "eth(src=00:00:00:00:0a:00/00:00:00:00:ff:00)", udp, frames.udp { eth_src = "02:00:00:00:0a:01" } },
  { "ipv4(src=192.0.2.1)", udp, frames.udp { src = "192.0.2.1" } },
  { "ipv4(dst=0.0.7.0/0.0.255.0)", udp, frames.udp { dst = "10.0.7.2" } },
  { "ipv4(src=192.0.2.1,dst=192.0.2.2,tos=0xb8,ttl=3)", frames.tcp {},
    frames.tcp { src = "192.0.2.1", dst = "192.0.2.2", tos = 0xb8, ttl = 3 } },
  { "ipv4(tos=0x3/0x3)", frames.udp { tos = 0xb8 }, frames.udp { tos = 0xbb } },
  { "ipv6(src=fd00::9)", frames.udp(v6), frames.udp(changed(v6, { src = "fd00::9" })) },
  { "ipv6(dst=fd00::9,hlimit=3,tclass=0x40)", frames.tcp(tcp6),
    frames.tcp(changed(tcp6, { dst = "fd00::9", ttl = 3, tos = 0x40 })) },
  { "ipv6(label=0x12345)", frames.udp(v6), frames.udp(changed(v6, { label = 0x12345 })) },
  { "tcp(dst=443)", frames.tcp(tcp), frames.tcp { dport = 443 } },
  { "tcp(src=0x100/0xff00,dst=81)", frames.tcp(tcp), frames.tcp { sport = 0x1e8, dport = 81 } },
  { "tcp(dst=443)", frames.tcp(tcp6), frames.tcp(changed(tcp6, { dport = 443 })) },
  { "udp(src=53,dst=54)", udp, frames.udp { sport = 53, dport = 54 } },
  { "udp(dst=53)", frames.udp(v6), frames.udp(changed(v6, { dport = 53 })) },
} do
  local set, before, after = unpack(case)
  comes("set " .. set, through(("set(%s),%d"):format(set, out.number), before), "out", after)
end
comes("set of a table", through({ odp.set { eth = { dst = "02:00:00:00:00:09" }, ipv4 = { ttl = 9 } }, out }, udp), "out",
  frames.udp { eth_dst = "02:00:00:00:00:09", ttl = 9 })
-- The kernel has no set for ARP.
t.eq(t.raises(function() dp:execute { data = frames.arp {}, in_port = port, actions = "set(arp(op=2))" } end).errno, "EINVAL")
-- Actions work in their order: what was sent before a set is as it was.
comes("output, set, output", through({ out, "set(ipv4(ttl=2))", out }, udp), "out", udp, frames.udp { ttl = 2 })

-- Metadata is set for what comes later, not in the frame.
local got = through("set(skb_mark(0x2a)),set(skb_priority(0x7)),recirc(0x10)", udp)
comes("no flow for recirc 0x10", got)
dp:put_flow { match = { recirc_id = 0x10, eth_type = "0/0" }, actions = up "again" }
got = through("set(skb_mark(0x2a)),set(skb_priority(0x7)),recirc(0x10)", udp)
comes("recirc", got, "again", udp)
t.eq(got[1][3].key.skb_mark, 0x2a)
t.eq(got[1][3].key.skb_priority, 7)
t.eq(got[1][3].key.recirc_id, 0x10)
t.eq(got[1][3].in_port, port.number, "in_port after recirc")

-- push_vlan, pop_vlan, and two tags.
local tagged = frames.tagged(udp, 5, 3)
comes("push_vlan", through({ odp.push_vlan { vid = 5, pcp = 3 }, out }, udp), "out", tagged)
comes("pop_vlan", through("pop_vlan," .. out.number, tagged), "out", udp)
comes("pop_vlan of two", through("pop_vlan," .. out.number, frames.tagged(tagged, 6, 0, 0x88a8)), "out", tagged)
comes("push_vlan of another type", through({ odp.push_vlan { tpid = 0x88a8, vid = 6 }, out }, tagged), "out",
  frames.tagged(tagged, 6, 0, 0x88a8))
comes("push and pop", through({ odp.push_vlan { vid = 5 }, "pop_vlan", out }, udp), "out", udp)
got = through({ odp.push_vlan { vid = 5, pcp = 3 }, up "tag" }, udp)
comes("push_vlan as user space sees it", got, "tag", tagged)

-- recirc looks the packet up again, each time with what was done to it before.
dp:put_flow { match = { recirc_id = 1, ipv4 = { ttl = 9 } }, actions = "set(ipv4(tos=0x4)),recirc(2)" }
dp:put_flow { match = { recirc_id = 2, ipv4 = { tos = 4 } }, actions = out }
local before = dp.stats.hit
comes("recirc twice", through("set(ipv4(ttl=9)),recirc(1)", udp), "out", frames.udp { ttl = 9, tos = 4 })
t.eq(dp.stats.hit - before, 3, "look-ups: recirc 1, recirc 2 and what comes out")

-- sample: never, always, and what it does concerns a copy.
comes("sample of none", through({ odp.sample { probability = 0, actions = out }, "drop" }, udp))
comes("sample of all", through({ odp.sample { probability = 1, actions = out } }, udp), "out", udp)
comes("sample of a copy", through({ odp.sample { probability = 1, actions = { "set(ipv4(ttl=2))", out } }, out }, udp), "out",
  frames.udp { ttl = 2 }, udp)
comes("clone", through({ odp.clone { "set(ipv4(ttl=2))", odp.push_vlan { vid = 5 }, out }, out }, udp), "out",
  frames.tagged(frames.udp { ttl = 2 }, 5), udp)
comes("clone and drop", through("clone(drop)," .. out.number, udp), "out", udp)

-- trunc cuts the next output or userspace action, and no later one.
comes("trunc", through({ odp.trunc(20), out, out }, udp), "out", udp:sub(1, 20), udp)
got = through({ odp.trunc(20), up "cut", up "whole" }, udp)
t.eq(#got, 2)
t.eq(got[1][2], udp:sub(1, 20))
t.eq(got[1][3].len, #udp, "the whole length")
t.eq(got[2][2], udp)
comes("trunc to more than there is", through({ odp.trunc(1000), out }, udp), "out", udp)
t.raises(function() odp.trunc(13) dp:execute { data = udp, in_port = port, actions = odp.trunc(13) } end)

-- userspace: any bytes as userdata, none, and the flow's actions if asked for.
local bytes = ""
for i = 0, 255 do bytes = bytes .. string.char(i) end
comes("userdata of all bytes", through(up(bytes), udp), bytes, udp)
got = through(odp.userspace { pid = handle.pids[1] }, udp)
t.eq(#got, 1)
t.eq(got[1][1], nil, "no userdata")
t.eq(got[1][3].kind, "action")
t.eq(got[1][3].key.udp.dst, 2000)
got = through({ odp.userspace { pid = handle.pids[1], actions = true }, "drop" }, udp)
t.eq(#got, 1)
local with_actions = odp.actions { odp.userspace { pid = handle.pids[1], userdata = "u", actions = true }, out }
flow = dp:put_flow { match = { in_port = port, ipv4 = {} }, actions = with_actions }
seen = {}
send(udp)
t.eventually("both come up", function() return #seen == 2 end)
t.ok(seen[1][3].actions == with_actions, "actions of the flow: " .. tostring(seen[1][3].actions))
flow:delete()

-- drop: the word is an empty list, which every kernel takes. The action with a reason is of 6.7.
local major, minor = select(2, net.run("uname -r")):match("^(%d+)%.(%d+)")
local has_drop = tonumber(major) * 1000 + tonumber(minor) >= 6007
local function put_drop() return dp:put_flow { match = { in_port = 77 }, actions = odp.drop(3) } end
if has_drop then
  t.eq(tostring(put_drop().actions), tostring(odp.drop(3)))
  t.ok(dp:flow { in_port = 77 }.actions == odp.drop(3), "listed as it was put")
  comes("drop with a reason", through(odp.drop(3), udp))
  comes("output, then drop", through({ out, odp.drop(0) }, udp), "out", udp)
else
  local e = t.raises(put_drop, "flow put", "EINVAL")
  t.eq(e.errno, "EINVAL")
  t.eq(dp:flow { in_port = 77 }, nil)
end
t.ok(odp.drop().empty)

-- Actions are listed as they were put.
for i, text in ipairs {
  "2,1", "set(eth(dst=02:00:00:00:00:09)),1", "set(ipv4(ttl=9)),set(ipv4(tos=0x4/0xfc)),1",
  "push_vlan(vid=5,pcp=3),1", "push_vlan(tpid=0x88a8,vid=6,pcp=0),push_vlan(vid=5,pcp=0),1", "pop_vlan,1", "recirc(0x2a)",
  "sample(sample=25.0%,actions(1,2)),3", "clone(set(ipv4(ttl=1)),2),3", "trunc(100),1",
  "userspace(pid=7,userdata(00ff10))", "userspace(pid=7,userdata(0102),actions,tunnel_out_port=3)", "drop",
} do
  local match = { in_port = 100 + i, ipv4 = {} }
  dp:put_flow { match = match, actions = text }
  local listed = dp:flow(match).actions
  t.ok(listed == odp.actions(text), text .. ": listed as " .. tostring(listed))
  t.eq(tostring(odp.actions(tostring(listed))), tostring(listed), "text of the text")
end

dp:delete()
