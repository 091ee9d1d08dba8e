-- Packets that the kernel samples come to the script: from traffic control on every kernel, and from the
-- psample action where there is one. What is lost is counted to the last sample.
local odp, net = require "odp", require "net"
local t = require "test"
local entry = require "lib.entry"
local frames = require "lib.frames"

local dp = odp.create_datapath("dp0")
local release = io.open("/proc/sys/kernel/osrelease"):read("*l")
local major, minor = release:match("^(%d+)%.(%d+)")
local has_action = tonumber(major) * 1000 + tonumber(minor) >= 6011

-- Without the module there is nothing to listen to, and that is said. A kernel with the action loads it with
-- openvswitch, the others with the first action of traffic control below.
if not has_action then
  for _, fn in ipairs { odp.psample_groups, function() odp.on_psample(function() end) end } do
    t.raises(fn, "no generic netlink family psample", "modprobe psample")
  end
end

local port, send = entry.port(dp)
local udp = frames.udp { payload = string.rep("x", 1000) }
local function tc(command) assert(net.run("tc " .. command)) end
local function sampler(group) tc(("filter add dev %s ingress matchall action sample rate 1 group %d trunc 64"):format(port.name, group)) end
local function no_sampler() tc(("filter del dev %s ingress"):format(port.name)) end
tc("qdisc add dev " .. port.name .. " clsact")
sampler(1)
no_sampler()
t.eventually("the group is gone", function() return #odp.psample_groups() == 0 end) -- which the kernel does later

-- Groups that come and go.
local changes = {}
local groups = odp.on_psample_group(function(g, kind) table.insert(changes, kind .. " " .. g.number) end)
sampler(5)
t.eventually("the group is announced", function() return changes[1] == "new 5" end)
local list = odp.psample_groups()
t.eq(#list, 1)
t.eq(list[1].number, 5)
t.eq(list[1].sequence, 0)
t.eq(list[1].users, 1)

-- Samples, of every group and of one.
local samples, others = {}, {}
local stream = odp.on_psample(function(s) table.insert(samples, s) end)
local other = odp.on_psample(function(s) table.insert(others, s) end, { group = 6 })
for _ = 1, 3 do send(udp) end
t.eventually("they come", function() return #samples == 3 end)
for i, s in ipairs(samples) do
  t.eq(s.group, 5)
  t.eq(s.sequence, i - 1)
  t.eq(s.lost, 0)
  t.eq(s.rate, 1)
  t.eq(s.probability, 1)
  t.eq(s.data, udp:sub(1, 64))
  t.eq(s.size, #udp)
  t.eq(s.protocol, 0x0800)
  t.ok(s.in_ifindex > 0, "input interface")
  t.ok(math.abs(s.time - os.time()) < 60, "time of the sample")
  t.eq(s.cookie, nil)
  t.eq(s.tunnel, nil)
  t.eq(s.latency, nil)
end
t.eq(tostring(samples[3]), ("group 5, sequence 2, 1 in 1, 64 of %d bytes, in %d"):format(#udp, samples[3].in_ifindex))
t.eq(odp.psample_groups()[1].sequence, 3)
local stats = stream.stats
t.eq(stats.handled, 3)
t.eq(stats.lost, 0)
t.eq(stats.failures, 0)
t.eventually("the other has looked at them", function() return other.stats.received >= 3 end)
t.eq(#others, 0)
no_sampler()
sampler(6)
send(udp)
t.eventually("the other group's", function() return #others == 1 and #samples == 4 end)
t.eq(others[1].sequence, 0)
t.eq(others[1].lost, 0)
t.eventually("the groups are announced", function() return #changes == 3 end)
table.sort(changes)
t.eq(table.concat(changes, ", "), "delete 5, new 5, new 6")
groups:stop()
other:stop()
stream:stop()
t.eq(stream.active, false)

-- A burst that does not fit the buffer: every sample has come or is missing in the sequence.
local told
stream = odp.on_psample(function() end, { buffer = 4096, lost = function(s) told = s end })
send(udp)
t.eventually("one is there", function() return stream.stats.handled == 1 end)
local batch = dp:batch()
for _ = 1, 500 do batch:execute { data = udp, actions = "out1" } end -- comes in at port, as with send
t.eq(batch:send(), 0, "packets that were refused")
t.eventually("the loss is told", function() return told end)
t.eventually("every sample came or is missed", function()
  send(udp) -- a loss shows with the next sample that comes
  odp.sleep(0.05)
  stats = stream.stats
  return stats.handled + stats.lost == odp.psample_groups()[1].sequence - 1 -- less the one before
end)
t.ok(stats.handled + stats.lost > 500, "samples of the burst")
t.ok(stats.lost > 0, "samples that were lost")
t.ok(stats.overruns > 0, "overruns of a small buffer")
t.eq(stats.dropped, 0)
stream:stop()

-- The same where it is the script that does not keep up.
stream = odp.on_psample(function() end, { queue = 2 })
batch = dp:batch()
for _ = 1, 20 do batch:execute { data = udp, actions = "out1" } end
t.eq(batch:send(), 0, "packets that were refused")
local deadline = os.time() + 30
repeat until stream.stats.received == 20 or os.time() > deadline -- busy
t.eventually("each is handled or dropped", function() return stream.stats.handled + stream.stats.dropped == 20 end)
t.eq(stream.stats.handled, 2)
t.eq(stream.stats.lost, 0)
stream:stop()
no_sampler()

-- A handler that fails.
sampler(7)
stream = odp.on_psample(function() error("handler") end)
send(udp)
send(udp)
t.eventually("it goes on", function() return stream.stats.failures == 2 end)
t.eq(stream.active, true)
stream:stop()
no_sampler()

-- The psample action.
local action = "psample(group=10,cookie=0x0102030405060708090a0b0c0d0e0f10)"
if has_action then
  samples = {}
  stream = odp.on_psample(function(s) table.insert(samples, s) end, { group = 10 })
  dp:execute { data = udp, in_port = port, actions = action }
  t.eventually("it comes", function() return #samples == 1 end)
  local s = samples[1]
  t.eq(s.data, udp)
  t.eq(s.size, #udp)
  t.eq(s.cookie, "\1\2\3\4\5\6\7\8\9\10\11\12\13\14\15\16")
  t.eq(s.rate, 4294967295)
  t.eq(s.probability, 1)
  t.eq(s.sequence, 0) -- the kernel does not count them

  -- By a flow, in part of the packets, cut, and out of a tunnel.
  dp:put_flow { match = { in_port = port }, actions = "sample(sample=50%,actions(psample(group=10)))" }
  samples = {}
  local tries = 0
  t.eventually("some are sampled", function()
    for _ = 1, 10 do send(udp) end
    tries = tries + 10
    return #samples >= 3
  end)
  t.ok(math.abs(samples[1].probability - 0.5) < 1e-6, "probability")
  dp:flush_flows()
  odp.sleep(0.05)
  samples = {}
  dp:execute { data = udp, in_port = port, actions = "trunc(100),psample(group=10)" }
  t.eventually("it comes", function() return #samples == 1 end)
  t.eq(samples[1].size, #udp)
  t.eq(samples[1].data, udp:sub(1, 100))
  samples = {}
  dp:execute { data = udp, in_port = port, actions = "set(tunnel(tun_id=0x7b,src=10.0.0.1,dst=10.0.0.2,ttl=64,tp_dst=4789,flags(df|key))),psample(group=10)" }
  t.eventually("it comes", function() return #samples == 1 end)
  local tunnel = t.ok(samples[1].tunnel, "the tunnel")
  t.eq(tunnel.dst, "10.0.0.2")
  t.eq(tunnel.ttl, 64)
  t.contains(samples[1], "tunnel(tun_id=0x7b,src=10.0.0.1,dst=10.0.0.2")
  stream:stop()
else
  t.raises(function() dp:execute { data = udp, in_port = port, actions = action } end, "Linux 6.11", "psample")
end

-- Another namespace has its own samples.
local ns = net.namespace()
t.eq(#odp.psample_groups(ns), 0)
stream = odp.on_psample(function() end, { netns = ns })
ns:delete()
t.eq(stream.active, false)

-- Wrong input.
t.raises(function() odp.on_psample() end, "function expected")
t.raises(function() odp.on_psample(print, { group = -1 }) end, "field 'group'", "0 to 4294967295")
t.raises(function() odp.on_psample(print, { grup = 1 }) end, "unknown field 'grup'", "group")
dp:delete()
t.eq(odp.run(5), "idle")
