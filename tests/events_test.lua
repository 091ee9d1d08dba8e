-- The kernel announces datapaths, ports and flows to handlers in the event loop.
local odp, net = require "odp", require "net"
local t = require "test"
local topology = require "lib.topology"

topology.quiet()
local log = {}
local function note(event) table.insert(log, tostring(event)) end
local function expect(what, ...)
  local want = { ... }
  t.eventually(what, function() return #log >= #want end)
  t.eq(table.concat(log, "\n"), table.concat(want, "\n"), what)
  log = {}
end
--- As expect, for events of several handlers, which have no order among them.
local function expect_sorted(what, ...)
  local want = select("#", ...)
  t.eventually(what, function() return #log >= want end)
  table.sort(log)
  expect(what, ...)
end

-- Datapaths: made, changed, deleted.

local datapaths = odp.on_datapath(function(event)
  note(event)
  t.eq(event.vport, nil)
  t.eq(event.flow, nil)
  t.eq(event.stats, nil)
  if event.kind == "set" then t.eq(event.features, "unaligned") end
end)
t.eq(datapaths.active, true)
t.eq(tostring(datapaths), "on_datapath handler")
local dp = odp.create_datapath("dp0")
dp:set { features = "unaligned" }
local other = odp.create_datapath("dp1")
expect("datapaths", "new datapath dp0", "set datapath dp0", "new datapath dp1")

-- Ports of one datapath, and of all.

local all = odp.on_vport(function(event) note("all: " .. event) end)
local mine = dp:on_vport(function(event)
  note(event)
  t.eq(event.datapath, dp)
  t.eq(event.vport.datapath.name, "dp0")
  t.eq(event.features, nil)
  if event.kind == "delete" then t.ok(event.stats.rx_packets, "last counters") end
end)
net.veth { a = "left", b = "right" }
local left = dp:add_vport("left")
expect_sorted("a new port", "all: new vport left of dp0", "new vport left of dp0")
left:set { upcall_pids = { 3 } }
expect_sorted("a changed port", "all: set vport left of dp0", "set vport left of dp0")
other:add_vport("right")
expect("a port of another datapath", "all: new vport right of dp1")
-- A device that goes away takes its port with it, and its peer's.
net.link("left"):delete()
expect_sorted("ports go with their devices", "all: delete vport left of dp0", "all: delete vport right of dp1", "delete vport left of dp0")
t.eq(mine.stats.handled, 3)
t.eq(all.stats.handled, 5)
t.eq(mine.stats.failures, 0)

-- Flows, of one datapath. What the requests do is announced whether or not they ask for an echo.

local kinds = {}
local flows = dp:on_flow(function(event)
  table.insert(kinds, event.kind)
  note(event.kind .. " " .. tostring(event.flow.match) .. " " .. tostring(event.flow.actions) .. " " .. tostring(event.flow.ufid))
  t.eq(event.vport, nil)
end)
local match = "in_port(1),eth(),eth_type(0x0806),arp()"
local ufid = "01234567-89ab-cdef-0123-456789abcdef"
dp:put_flow { match = match, actions = "2" }
dp:put_flow { match = match, actions = "3", mode = "replace" }
dp:put_flow { match = match, actions = "4", mode = "modify" }
dp:clear_flow(match)
dp:delete_flow(match)
other:put_flow { match = match, actions = "5" }
dp:put_flow { match = match, actions = "6", ufid = ufid }
dp:clear_flow { ufid = ufid }
dp:delete_flow { ufid = ufid }
local batch = dp:batch()
batch:put_flow { match = match, actions = "7" }
batch:delete_flow(match)
t.eq(batch:send(), 0)
local text = tostring(odp.match(match))
expect("flows",
  "new " .. text .. " 2 nil", "new " .. text .. " 3 nil", "set " .. text .. " 4 nil", "set " .. text .. " 4 nil", "delete " .. text .. " 4 nil",
  "new " .. text .. " 6 " .. ufid, "set " .. text .. " 6 " .. ufid, "delete " .. text .. " 6 " .. ufid,
  "new " .. text .. " 7 nil", "delete " .. text .. " 7 nil")
-- A flow in an event is a flow.
local kept
flows:stop()
local second = dp:on_flow(function(event) kept = event.flow end)
dp:put_flow { match = match, actions = "8" }
t.eventually("the flow of an event", function() return kept end)
t.eq(tostring(kept:refresh().actions), "8")
kept:delete()
t.eq(dp.stats.flows, 0)
second:stop()
-- That flows are flushed is not announced.
local count = 0
local third = dp:on_flow(function() count = count + 1 end)
dp:put_flow { match = match, actions = "9" }
dp:flush_flows()
dp:put_flow { match = "in_port(2),eth(),eth_type(0x0806),arp()", actions = "9" }
t.eventually("both flows", function() return count >= 2 end)
odp.sleep(0.05)
t.eq(count, 2, "events of flows")
third:stop()

-- Stop ends a handler, and again does nothing. What waits is not handled.

t.eq(flows.active, false)
mine:stop()
mine:stop()
dp:add_vport { name = "inner", type = "internal" }
expect("after a stop", "all: new vport inner of dp0")

-- The handlers of a datapath end with it, after what was announced before. Its ports go without events.

local last = dp:on_vport(note)
dp:add_vport { name = "inner2", type = "internal" }
dp:delete()
expect_sorted("the end", "all: new vport inner2 of dp0", "delete datapath dp0", "new vport inner2 of dp0")
t.eventually("the handler ends", function() return not last.active end)
t.eq(last.stats.handled, 1)
t.raises(function() dp:on_vport(note) end, "no longer exists")

-- odp.run returns when no handler is left.

all:stop()
datapaths:stop()
t.eq(odp.run(5), "idle")
local once
once = odp.on_datapath(function() once:stop() end)
other:delete()
t.eq(odp.run(5), "idle", "a handler that stops itself")
t.eq(once.stats.handled, 1)

-- Arguments.

t.raises(function() odp.on_datapath() end, "function expected")
t.raises(function() odp.on_vport(note, { queue = 0 }) end, "queue")
t.raises(function() odp.on_vport(note, { lost = 1 }) end, "lost", "function expected")
t.raises(function() odp.on_vport(note, { ques = 1 }) end, "queue")
t.eq(odp.run(1), "idle", "nothing was left running")

-- Another namespace has events of its own.

local there = net.namespace()
local here_log, there_log = {}, {}
odp.on_datapath(function(event) table.insert(here_log, tostring(event)) end)
odp.on_datapath(function(event) table.insert(there_log, tostring(event)) end, { netns = there })
local far = odp.create_datapath { name = "far", netns = there }
t.eventually("an event there", function() return #there_log == 1 end)
far:delete()
t.eventually("another event there", function() return #there_log == 2 end)
t.eq(table.concat(there_log, ","), "new datapath far,delete datapath far")
t.eq(#here_log, 0)
