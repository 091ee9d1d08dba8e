-- A list of 5,000 flows is complete and equal to what was put. A list may be left early, and many
-- may be open side by side.
local odp = require "odp"
local t = require "test"

local dp = odp.create_datapath("dp0")
local total = 5000

local want = {} -- text of the match -> text of the actions
local batch = dp:batch()
for i = 1, total do
  local match = odp.match { in_port = i % 50, ipv4 = { dst = ("10.%d.%d.0/24"):format(math.floor(i / 256), i % 256) } }
  want[tostring(match)] = tostring(i % 100 + 1)
  batch:put_flow { match = match, actions = i % 100 + 1 }
end
t.eq(batch.count, total)
local failed, errors = batch:send()
t.eq(failed, 0, "refused, the first: " .. tostring(errors[next(errors) or 1]))
t.eq(dp.stats.flows, total)
t.eq(dp.stats.masks, 1)

local seen, n = {}, 0
for f in dp:flows() do
  local text = tostring(f.match)
  t.ok(not seen[text], "listed once: " .. text)
  seen[text] = true
  t.eq(tostring(f.actions), want[text], text)
  n = n + 1
end
t.eq(n, total)

-- What a list yields stays valid when the list goes on.
local kept = {}
for f in dp:flows() do table.insert(kept, f) end
for _, f in ipairs(kept) do t.eq(tostring(f.actions), want[tostring(f.match)]) end

-- A list that is left early leaves the datapath as usable as before.
for round = 1, 100 do
  for _ in dp:flows() do break end
  dp:put_flow { match = { in_port = 1000 + round }, actions = "1" }
end
t.eq(dp.stats.flows, total + 100)
for round = 1, 100 do dp:delete_flow { in_port = 1000 + round } end

-- Lists side by side do not get each other's flows; one that is closed is at its end.
local a, b = dp:flows(), dp:flows()
local left, right = 0, 0
while a() do
  left = left + 1
  if b() then right = right + 1 end
end
t.eq(left, total)
t.eq(right, total)
t.eq(a(), nil, "after the end")
local c = dp:flows()
t.ok(c())
c:close()
t.eq(c(), nil, "after close")
c:close()

dp:flush_flows()
t.eq(dp.stats.flows, 0)

-- A list of a datapath that is deleted meanwhile ends, with an error or without.
local doomed = dp:flows()
dp:delete()
pcall(function() while doomed() do end end)
t.raises(function() for _ in dp:flows() do end end, "dp0")

-- A file of flows, and back.
do
  local path = os.tmpname()
  local dp = odp.create_datapath "dp9"
  dp:put_flow { match = "in_port(1),eth(),eth_type(0x0800),ipv4(dst=10.0.0.0/8)", actions = "0" }
  dp:put_flow { match = "in_port(0),eth(),eth_type(0x0806)", actions = "drop" }
  t.eq(dp:write_flows(path, { names = true }), 2)
  local file = io.open(path)
  local text = file:read "*a"
  file:close()
  t.contains(text, "in_port(dp9),eth(),eth_type(0x0806), packets:0, bytes:0, used:never, actions:drop\n")
  dp:flush_flows()
  dp:put_flows(io.lines(path))
  t.eq(dp.stats.flows, 2)
  t.raises(function() dp:write_flows "/nowhere/x" end, "create /nowhere/x: ", "no such file")
  os.remove(path)
  dp:delete()
end
