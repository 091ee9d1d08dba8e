-- Flows are put, found, listed, counted, changed and removed, by match and by identifier.
local odp = require "odp"
local t = require "test"
local entry = require "lib.entry"
local frames = require "lib.frames"

local dp = odp.create_datapath("dp0")

local function count()
  local n = 0
  for _ in dp:flows() do n = n + 1 end
  return n
end

-- Create refuses a flow that is there, replace takes either, modify wants it there.
local text = "recirc_id(0),in_port(7),eth(),eth_type(0x0800),ipv4(dst=10.1.0.0/255.255.0.0,frag=no)"
local put = dp:put_flow { match = text, actions = "1,2" }
t.eq(put.packets, 0)
t.eq(put.idle, nil)
t.eq(put.ufid, nil)
t.eq(dp.stats.flows, 1)

local e = t.raises(function() dp:put_flow { match = text, actions = "3" } end, "flow", "EEXIST", "flow put on dp0: the flow is already there: ")
t.eq(e.errno, "EEXIST")
t.eq(e.code, 17)
e = t.raises(function() dp:put_flow { match = text, actions = "3", mode = "create" } end, "EEXIST")
t.eq(tostring(dp:flow(text).actions), "1,2", "actions after the refusals")

dp:put_flow { match = text, actions = "3", mode = "replace" }
t.eq(tostring(dp:flow(text).actions), "3")
dp:put_flow { match = text, actions = "drop", mode = "modify" }
t.eq(tostring(dp:flow(text).actions), "drop")
t.ok(dp:flow(text).actions.empty)
t.eq(dp.stats.flows, 1, "flows, after it was put over and over")

local other = { in_port = 8 }
e = t.raises(function() dp:put_flow { match = other, actions = "3", mode = "modify" } end, "ENOENT", "no such flow")
t.eq(e.errno, "ENOENT")
t.eq(e.code, 2)
t.eq(dp:flow(other), nil)
dp:put_flow { match = other, actions = "3", mode = "replace" }
t.eq(dp.stats.flows, 2)

-- Get, delete.
t.eq(dp:flow { in_port = 9 }, nil)
local last = dp:delete_flow(other)
t.eq(tostring(last.actions), "3", "actions of the deleted flow")
t.eq(dp:flow(other), nil)
t.eq(t.raises(function() dp:delete_flow(other) end, "ENOENT").errno, "ENOENT")
t.eq(t.raises(function() dp:clear_flow(other) end, "ENOENT").errno, "ENOENT")
t.eq(last:refresh(), nil, "a flow that is gone")
t.eq(t.raises(function() last:delete() end, "ENOENT").errno, "ENOENT")
dp:flow(text):delete()
t.eq(dp.stats.flows, 0)

-- One match in its three forms is one flow: text, table, and what the kernel lists.
local as_table = odp.match { in_port = 7, eth_type = 0x0800, ipv4 = { dst = "10.1.0.0/16", frag = "no" }, recirc_id = 0 }
t.ok(as_table == odp.match(text), "table and text: " .. as_table .. " and " .. odp.match(text))
dp:put_flow { match = as_table, actions = "1" }
local listed
for f in dp:flows() do listed = f end
t.eq(listed.match == as_table, true, "listed: " .. listed.match)
t.eq(tostring(listed.match), text)
t.eq(tostring(odp.match(tostring(listed.match))), text, "text of the text")
t.ok(dp:flow(listed.match), "found by what was listed")
t.ok(dp:flow(listed), "found by the flow itself")
t.eq(t.raises(function() dp:put_flow { match = listed.match, actions = "2" } end, "EEXIST").errno, "EEXIST")
t.eq(listed.match.ipv4.dst, "10.1.0.0/255.255.0.0", "a field matched in part")
t.eq(listed.match.in_port, 7)
t.eq(listed.match.eth.src, nil, "a field that is not matched")
t.eq(listed.match.ipv4.frag, "no")
-- Bits that the mask leaves out do not make another flow.
e = t.raises(function() dp:put_flow { match = { in_port = 7, recirc_id = 0, ipv4 = { dst = "10.1.2.3/16", frag = "no" } }, actions = "2" } end)
t.eq(e.errno, "EEXIST")
-- The kernel refuses a flow whose own key another flow takes, whatever the masks.
local overlap = { in_port = 7, recirc_id = 0, ipv4 = { dst = "10.1.5.0/24", frag = "no" } }
e = t.raises(function() dp:put_flow { match = overlap, actions = "2" } end,
  "flow put on dp0: a flow overlaps it: " .. listed.match .. ": EEXIST")
t.eq(e.errno, "EEXIST")
e = t.raises(function() dp:put_flow { match = overlap, actions = "2", mode = "replace" } end, "a flow overlaps it: " .. listed.match)
t.eq(e.errno, "ENOENT")
t.eq(dp.stats.flows, 1)
-- Another mask beside it is another flow.
dp:put_flow { match = { in_port = 7, recirc_id = 0, ipv4 = { dst = "10.2.0.0/24", frag = "no" } }, actions = "2" }
t.eq(dp.stats.flows, 2)
t.eq(dp.stats.masks, 2)
dp:flush_flows()
t.eq(dp.stats.flows, 0)
t.eq(count(), 0)

-- An exact flow, made of a packet's whole key, and one with masks beside it.
local port, send = entry.port(dp)
local udp = frames.udp {}
local key
local handle = dp:on_miss(function(pkt) key = pkt.key end)
send(udp)
t.eventually("the packet comes up", function() return key end)
handle:stop()
local exact = dp:put_flow { match = key:exact(), actions = "drop" }
local masked = dp:put_flow { match = { in_port = port, ipv4 = { src = "10.0.0.0/8" } }, actions = "drop" }
t.eq(count(), 2)
t.eq(dp:flow(key:exact()).match.udp.dst, 2000)

-- Counters rise with packets. The next TTL is for the flow with masks alone.
send(udp)
t.eventually("a hit of the exact flow or the other", function() return exact:refresh().packets + masked:refresh().packets == 1 end)
masked:delete()
t.eventually("hits of the exact flow", function()
  if exact:refresh().packets < 3 then send(udp) end
  return exact:refresh().packets >= 3
end)
t.eq(exact:refresh().bytes, exact:refresh().packets * #udp)
t.ok(exact:refresh().idle < 60, "used just now")
t.eq(exact.packets, 0, "a flow object does not change by itself")
local hit, missed = dp.stats.hit, dp.stats.missed
send(frames.udp { ttl = 63 })
t.eventually("another packet misses", function() return dp.stats.missed == missed + 1 end)
t.eq(dp.stats.hit, hit)

-- Clear sets the counters to zero and leaves the actions.
dp:clear_flow(exact)
local cleared = exact:refresh()
t.eq(cleared.packets, 0)
t.eq(cleared.bytes, 0)
t.eq(cleared.idle, nil)
t.eq(tostring(cleared.actions), "drop")
send(udp)
t.eventually("it counts again", function() return exact:refresh().packets == 1 end)
t.eq(dp:delete_flow(key:exact()).bytes, #udp, "bytes of the deleted flow")

-- The flags of TCP packets are gathered.
local tcp = dp:put_flow { match = { in_port = port, ipv4 = {}, tcp = { dst = 80 } }, actions = "drop" }
send(frames.tcp { dport = 80, flags = 0x02 })
send(frames.tcp { dport = 80, flags = 0x10 })
t.eventually("both flags are seen", function() return tcp:refresh().tcp_flags == 0x12 end)
dp:flush_flows()

-- A flow with an identifier is found, listed and removed by it.
local ufid = "01234567-89ab-cdef-0123-456789abcdef"
local named = dp:put_flow { match = text, actions = "4", ufid = ufid }
t.eq(named.ufid, ufid)
t.eq(dp:flow { ufid = ufid }.ufid, ufid)
t.eq(tostring(dp:flow { ufid = ufid }.match), text)
t.eq(tostring(named:refresh().actions), "4")
for f in dp:flows() do t.eq(f.ufid, ufid) end
dp:put_flow { match = text, actions = "5", ufid = ufid, mode = "replace" }
t.eq(tostring(dp:flow { ufid = ufid }.actions), "5")
t.eq(t.raises(function() dp:put_flow { match = text, actions = "6", ufid = ufid } end).errno, "EEXIST")
dp:clear_flow { ufid = ufid }
t.eq(tostring(dp:flow { ufid = ufid }.actions), "5", "actions after a clear")
t.eq(dp:flow { ufid = "ffffffff-0000-0000-0000-000000000000" }, nil)
t.eq(tostring(dp:delete_flow { ufid = ufid }.actions), "5")
t.eq(dp:flow { ufid = ufid }, nil)
t.raises(function() dp:flow { ufid = "0123" } end, "ufid")

dp:delete()
