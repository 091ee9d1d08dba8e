-- Packets that missed are written to capture files with their keys as comments and their ports as
-- interfaces; what is read back is the same. Objects of a datapath are written as JSON and shown.
local odp, net = require "odp", require "net"
local inspect, json, packet, pcap = require "inspect", require "json", require "packet", require "pcap"
local t = require "test"
local entry = require "lib.entry"
local frames = require "lib.frames"

local dir = os.tmpname()
os.remove(dir)

--- Packets that missed, of one datapath: those of a port, and one of a tag.
local function misses(dp)
  local port, send = entry.port(dp)
  local list = {}
  local handle = dp:on_miss(function(pkt) table.insert(list, pkt) end)
  for _, frame in ipairs { frames.udp {}, frames.eth { payload = ("x"):rep(100) }, frames.udp { dst_port = 5 } } do
    local before = #list
    send(frame)
    t.eventually("the packet comes up", function() return #list == before + 1 end)
  end
  handle:stop()
  return list, port
end

local dp = odp.create_datapath("dp0")
local pkts, port = misses(dp)

-- Written and read back: bytes, time, interface, and the key from the comment.
local file = dir .. ".pcapng"
local out = pcap.create(file)
for _, pkt in ipairs(pkts) do out:write(pkt) end
out:write(pkts[1], { comment = "my own", interface = "elsewhere", direction = "out" })
out:write(pkts[1], { comment = false })
out:write(packet.build { eth = { src = "02:00:00:00:00:01", dst = "02:00:00:00:00:02" } }, { interface = port })
out:close()

local n = 0
local reader = pcap.open(file)
for p in reader do
  n = n + 1
  local pkt = pkts[n]
  if pkt then
    t.eq(p.data, pkt.data)
    t.eq(p.len, pkt.len)
    t.eq(p.interface, port.name)
    t.eq(p.direction, "in")
    t.eq(p.link_type, "ethernet")
    t.ok(math.abs(p.time - pkt.time) < 1e-6, "the time is that of the packet")
    t.eq(p.comment, tostring(pkt.key))
    t.ok(odp.key(p.comment) == pkt.key, "the key reads back from the comment")
    t.eq(tostring(packet.dissect(p.data)), tostring(pkt.layers))
  end
  if n == 4 then
    t.eq(p.comment, "my own")
    t.eq(p.interface, "elsewhere")
    t.eq(p.direction, "out")
  elseif n == 5 then
    t.eq(p.comment, nil)
  elseif n == 6 then
    t.eq(p.interface, port.name)
    t.eq(p.direction, nil)
  end
end
t.eq(n, 6)
t.eq(#reader.interfaces, 2)
t.eq(reader.interfaces[1].description, "port " .. port.number .. " of datapath dp0")

-- A pcap file has the bytes and the time.
local old = pcap.create(file, { format = "pcap" })
for _, pkt in ipairs(pkts) do old:write(pkt) end
n = 0
for p in pcap.open(file) do
  n = n + 1
  t.eq(p.data, pkts[n].data)
  t.eq(p.comment, nil)
end
t.eq(n, #pkts)

-- The port of a datapath in another namespace has that before its name, and so has one that is gone.
local ns = net.namespace("blue")
local there = ns:with(function() return odp.create_datapath("dp1") end)
local far, send
ns:with(function() far, send = entry.port(there) end)
local got
local handle = there:on_miss(function(pkt) got = pkt end)
send(frames.udp {})
t.eventually("the packet comes up", function() return got end)
out = pcap.create(file)
out:write(got)
far:delete()
t.eventually("the port is gone", function() return got.vport == nil end)
out:write(got)
out:close()
handle:stop()
reader = pcap.open(file)
t.eq(reader:next().interface, "blue/" .. far.name)
t.eq(reader:next().interface, "blue/dp1:" .. far.number)
os.remove(file)

-- Every object of a datapath can be written, and shown, and that asks the kernel for nothing.
local match = odp.match("in_port(1),eth(),eth_type(0x0800),ipv4(dst=10.0.0.0/8,ttl=64)")
dp:put_flow { match = match, actions = "2" }
local flow = dp:flow(match)
local back = json.decode(json.encode(flow))
t.eq(odp.match(back.match), match)
t.eq(odp.actions(back.actions), flow.actions)
t.eq(back.packets, 0)
back = json.decode(json.encode(pkts[1]))
t.eq(back.data, (pkts[1].data:gsub(".", function(c) return ("%02x"):format(c:byte()) end)))
t.ok(odp.key(back.key) == pkts[1].key, "the key reads back from JSON")
t.eq(back.datapath.name, "dp0")
t.eq(json.decode(json.encode(port)).number, port.number)
t.eq(json.encode { ports = dp:vports() }:match('"name":"dp0"') ~= nil, true)
t.eq(json.decode(json.encode { stats = dp.stats, port = port.stats }).stats.flows, 1)
t.ok(inspect(flow):find("dst = \"10.0.0.0/255.0.0.0\"", 1, true))
local event
local sub = dp:on_flow(function(e) event = e end)
dp:delete_flow(match)
t.eventually("the event comes", function() return event end)
t.eq(odp.match(json.decode(json.encode(event)).flow.match), match)
sub:stop()
dp:delete()
for _, object in ipairs { dp, port, flow, pkts[1], event, sub, handle } do
  t.ok(#inspect(object) > 0 and #json.encode(object) > 0, "what is gone can be shown")
end
