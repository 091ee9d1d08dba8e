-- Flows with unique identifiers: put, found, changed, cleared and removed by them alone, and listed tersely.
local odp = require "odp"
local t = require "test"
local entry = require "lib.entry"
local frames = require "lib.frames"

local dp = odp.create_datapath("dp0")
local port, send = entry.port(dp)
local absent = "ffffffff-0000-0000-0000-000000000000"

local function id(n) return ("00000000-0000-0000-0000-%012x"):format(n) end
local function match(n) return odp.match { in_port = port, ipv4 = { tos = n, ttl = 64 } } end

-- What names no flow fails by the name of what was tried, and changes nothing.

t.eq(dp:flow { ufid = absent }, nil)
for op, try in pairs {
  ["flow delete"] = function() dp:delete_flow { ufid = absent } end,
  ["flow clear"] = function() dp:clear_flow { ufid = absent } end,
  ["flow put"] = function() dp:put_flow { match = match(1), actions = "1", ufid = absent, mode = "modify" } end,
} do
  local e = t.raises(try, op .. " on dp0: no such flow", "ENOENT")
  t.eq(e.op, op)
  t.eq(e.errno, "ENOENT")
  t.eq(e.object, "dp0")
end
local batch = dp:batch()
batch:delete_flow { ufid = absent }
local failed, errors = batch:send()
t.eq(failed, 1)
t.eq(errors[1].op, "flow delete")
t.eq(errors[1].errno, "ENOENT")
t.eq(dp.stats.flows, 0)
t.raises(function() dp:delete_flow { ufid = "0123" } end, "ufid", "8-4-4-4-12")

-- Put. A match that is there under another identifier, or none, is in the way.

for n = 1, 4 do dp:put_flow { match = match(n), actions = tostring(n), ufid = id(n) } end
local plain = dp:put_flow { match = match(5), actions = "5" }
t.eq(dp.stats.flows, 5)
t.eq(t.raises(function() dp:put_flow { match = match(1), actions = "9", ufid = id(9) } end).errno, "EEXIST")
t.eq(t.raises(function() dp:put_flow { match = match(9), actions = "9", ufid = id(1) } end).errno, "EEXIST")
t.eq(t.raises(function() dp:put_flow { match = match(5), actions = "9", ufid = id(5) } end).errno, "EEXIST")
t.eq(dp.stats.flows, 5)

-- Change, by the identifier: the match says what the actions are checked against.

dp:put_flow { match = match(1), actions = "11", ufid = id(1), mode = "modify" }
t.eq(tostring(dp:flow { ufid = id(1) }.actions), "11")

-- Count and clear.

for n = 1, 5 do
  for _ = 1, n do send(frames.udp { tos = n }) end
end
t.eventually("all are counted", function() return dp:flow { ufid = id(4) }.packets == 4 and plain:refresh().packets == 5 end)
dp:clear_flow { ufid = id(2) }
t.eq(dp:flow { ufid = id(2) }.packets, 0)
t.eq(tostring(dp:flow { ufid = id(2) }.actions), "2", "actions after a clear")
t.eq(dp:flow { ufid = id(2) }.match, match(2), "match after a clear")

-- Terse lists: identifiers and counters, of flows without an identifier what tells them apart.

local function list(opts)
  local all, n = {}, 0
  for f in dp:flows(opts) do
    all[f.ufid or "plain"], n = f, n + 1
  end
  t.eq(n, 5, "flows listed")
  return all
end

local full = list()
for n = 1, 4 do
  t.eq(full[id(n)].match, match(n))
  t.ok(full[id(n)].actions)
end
local terse = list { terse = true }
for n = 1, 4 do
  local f = terse[id(n)]
  t.eq(f.match, nil, "match of a terse flow")
  t.eq(f.actions, nil, "actions of a terse flow")
  t.eq(f.packets, n == 2 and 0 or n)
  t.eq(f.bytes, full[id(n)].bytes)
  t.contains(f, ("ufid:%s, packets:%d, bytes:"):format(id(n), f.packets))
  t.eq(tostring(f):find("actions"), nil, "the text of a terse flow tells no actions")
end
t.eq(terse.plain.packets, 5)
t.eq(terse.plain.actions, nil)
t.ok(terse.plain.match, "what a flow without an identifier is known by")
-- A terse flow is a flow: it can be read in full, and deleted.
local f = terse[id(3)]:refresh()
t.eq(f.match, match(3))
t.eq(tostring(f.actions), "3")
t.eq(tostring(terse[id(3)]:delete().actions), "3")
t.eq(terse[id(3)]:refresh(), nil)
dp:put_flow { match = match(3), actions = "3", ufid = id(3) }
t.eq(tostring(terse.plain:refresh().actions), "5")

-- Lists without some parts.

local without = list { omit = "actions" }
t.eq(without[id(1)].match, match(1))
t.eq(without[id(1)].actions, nil)
without = list { omit = "key" }
t.eq(without[id(1)].match, nil)
t.eq(tostring(without[id(1)].actions), "11")
without = list { omit = "mask,actions" }
t.ok(without[id(1)].match)
t.eq(without[id(1)].actions, nil)
t.raises(function() dp:flows { omit = "keys" } end, "omit", "keys", "key, mask, actions")
t.raises(function() dp:flows { omit = "" } end, "omit")
t.raises(function() dp:flows { terse = true, omit = "key" } end, "omit", "terse")
t.raises(function() dp:flows { tersely = true } end, "terse")

-- Delete.

t.eq(tostring(dp:delete_flow { ufid = id(4) }.actions), "4")
t.eq(dp:flow { ufid = id(4) }, nil)
t.eq(t.raises(function() dp:delete_flow { ufid = id(4) } end).errno, "ENOENT")
batch:delete_flow { ufid = id(1) }
batch:delete_flow(dp:flow { ufid = id(2) })
t.eq(batch:send(), 0)
t.eq(dp.stats.flows, 2)
-- The match finds a flow only if it was put without an identifier.
t.eq(dp:flow(match(3)), nil)
t.ok(dp:flow(match(5)))
dp:flush_flows()

-- A list has the actions of every flow, also those that the kernel leaves out of lists as they are too long.

local long = {}
for n = 1, 5000 do long[n] = n % 100 end
local text = table.concat(long, ",")
dp:put_flow { match = match(1), actions = text, ufid = id(1) }
dp:put_flow { match = match(2), actions = text }
dp:put_flow { match = match(3), actions = "3" }
local n = 0
for flow in dp:flows() do
  n = n + 1
  t.eq(tostring(flow.actions), flow.match.ipv4.tos == 3 and "3" or text, "actions of flow " .. n)
end
t.eq(n, 3)

-- A probe that is not refused is a flow like any other. One that is refused leaves no line in the kernel's log.

local probed = dp:put_flow { match = match(7), actions = "1", probe = true }
t.eq(tostring(probed:refresh().actions), "1")

local function log_lines()
  local log = assert(io.popen("dmesg"))
  local _, count = log:read("*a"):gsub("openvswitch: netlink", "")
  log:close()
  return count
end
local function refused(probe)
  local unsafe = "set(tcp(src=1))"
  t.raises(function() dp:put_flow { match = match(8), actions = unsafe, probe = probe } end, "flow put", "EINVAL")
  t.raises(function()
    dp:execute { data = frames.udp {}, in_port = port, actions = unsafe, probe = probe }
  end, "packet execute", "EINVAL")
end
local before = log_lines()
for _ = 1, 3 do refused(true) end
t.eq(log_lines(), before, "lines in the kernel's log after probes")
t.eventually("a refusal is logged", function() -- the log has a limit of lines per second
  refused(false)
  return log_lines() > before
end)
t.eq(dp:flow(match(8)), nil)

dp:delete()
t.eq(t.raises(function() dp:clear_flow { ufid = absent } end, "datapath no longer exists").op, "flow clear")
