-- The learning switch that comes with odp joins its hosts, leaves the forwarding to the kernel, and
-- relearns a host that moved to another port. So does one made of frames, for each address by itself.
local odp, net = require "odp", require "net"
local t = require "test"
local entry = require "lib.entry"
local frames = require "lib.frames"

-- The example, as a user runs it.
local r = net.exec(os.getenv("ODP_BINARY"), "example", "learning_switch", { timeout = 100 })
t.eq(r.status, 0, r.stdout .. r.stderr)
t.eq(r.stderr, "")
for host = 1, 3 do t.contains(r.stdout, ("02:00:00:00:00:0%d is behind port %d\n"):format(host, host)) end
t.contains(r.stdout, "all hosts reach each other: 6 flows")
local alone, asked = r.stdout:match("the kernel forwarded (%d+) packets alone, (%d+) came to the script")
t.ok(tonumber(alone) >= 120, "packets that the kernel forwarded: " .. r.stdout) -- 6 pairs, 10 pings, there and back
t.eq(asked, "0", "packets that came to the script once it had learned")
t.contains(r.stdout, "02:00:00:00:00:03 moved to port 4\n")
t.contains(r.stdout, "all hosts reach each other again\n")
t.eq(select(2, r.stdout:gsub("moved to port", "")), 1, "moves: " .. r.stdout)
t.eq(#odp.datapaths(), 0, "datapaths after the example")

-- The same with frames: three ports, each of which shows what it sends.
local dp = odp.create_datapath("dp0")
local ports, sends, sinks = {}, {}, {}
for i = 1, 3 do ports[i], sends[i] = entry.port(dp) end

local where, flows = {}, {}
local function learn(mac, port)
  if where[mac] == port then return end
  for _, flow in ipairs(flows[mac] or {}) do
    if flow:refresh() then flow:delete() end
  end
  where[mac], flows[mac] = port, {}
end
local misses = {} -- source, destination and what was done
dp:on_miss(function(pkt)
  local src, dst = pkt.key.eth.src, pkt.key.eth.dst
  learn(src, pkt.in_port)
  if not where[dst] then
    table.insert(misses, "flood")
    return
  end
  local flow = pkt:install(pkt.key:only("in_port", "eth.src", "eth.dst"), "set(skb_mark(" .. where[dst] .. ")),recirc(1)")
  table.insert(flows[src], flow)
  table.insert(flows[dst], flow)
  table.insert(misses, "flow to " .. where[dst])
end)
-- What would go out of a port is counted instead: one flow for each.
for i = 1, 3 do
  sinks[i] = dp:put_flow { match = { recirc_id = 1, eth_type = 0x88b5, skb_mark = ports[i].number }, actions = "drop" }
end

local a, b, c = "02:00:00:00:00:0a", "02:00:00:00:00:0b", "02:00:00:00:00:0c"

--- A frame from one to another that comes in at a port. Returns what the script did, nil if it was not asked.
local function frame(port, src, dst)
  local before, seen = #misses, dp.stats.hit + dp.stats.missed
  sends[port](frames.eth { eth_src = src, eth_dst = dst })
  t.eventually("the frame is looked up", function() return dp.stats.hit + dp.stats.missed > seen end)
  t.eventually("the script is done with it", function()
    return dp.stats.hit + dp.stats.missed >= seen + 2 or #misses > before
  end)
  return misses[before + 1]
end

t.eq(frame(1, a, b), "flood")
t.eq(frame(2, b, a), "flow to " .. ports[1].number)
t.eq(frame(1, a, b), "flow to " .. ports[2].number)
t.eq(frame(1, a, b), nil, "the kernel knows")
t.eq(frame(2, b, a), nil)
t.eq(sinks[2]:refresh().packets, 1)
t.eq(sinks[1]:refresh().packets, 1)

-- b moves to port 3 and says something: flows to and from its old port go, others stay.
t.eq(frame(3, b, c), "flood")
t.eq(where[b], ports[3].number)
t.eq(frame(1, a, b), "flow to " .. ports[3].number)
t.eq(frame(1, a, b), nil)
t.eq(sinks[3]:refresh().packets, 1)
t.eq(frame(3, b, a), "flow to " .. ports[1].number)

-- And back. An address that did not move keeps its flows.
t.eq(frame(2, c, a), "flow to " .. ports[1].number)
t.eq(frame(2, b, a), "flow to " .. ports[1].number)
t.eq(frame(2, c, a), nil, "the flow of another address")
t.eq(frame(1, a, b), "flow to " .. ports[2].number)
t.eq(frame(1, a, b), nil)

dp:delete()
