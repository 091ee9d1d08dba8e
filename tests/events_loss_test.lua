-- Handlers of events that fail or do not keep up: the loop lives, what is lost is counted and told.
local odp = require "odp"
local t = require "test"

local dp = odp.create_datapath("dp0")

-- A failing handler goes on being called.

local calls = 0
local failing = dp:on_flow(function(event)
  calls = calls + 1
  if calls == 1 then error("the first fails") end
  local nothing
  if calls == 2 then return nothing.field end
end)
local function put(n) dp:put_flow { match = { in_port = n }, actions = "drop" } end
for n = 1, 4 do put(n) end
t.eventually("four calls", function() return calls == 4 end)
t.eq(failing.stats.failures, 2)
t.eq(failing.stats.handled, 4)
t.eq(failing.active, true)
failing:stop()

-- A queue that is too short drops the newest. The function for losses is called after what came before.

local seen, told = {}, nil
local short = dp:on_flow(function(event) table.insert(seen, event.flow.match.in_port) end,
  { queue = 3, lost = function(stats, new) told = { after = #seen, dropped = stats.dropped, new = told and told.new + new or new } end })
for n = 11, 30 do put(n) end
-- The goroutine fills the queue while the script does not look.
t.eventually("the loss is told", function() return told end)
t.eq(seen[1], 11)
for i = 2, #seen do t.ok(seen[i] > seen[i - 1], "order") end
t.eventually("all are accounted for", function() return short.stats.handled + short.stats.dropped == 20 end)
t.ok(told.dropped > 0, "dropped")
t.eventually("the losses were told", function() return told.new == short.stats.dropped end)
t.ok(told.after >= 3, "events before the loss")
t.eq(short.stats.overruns, 0)
t.eq(short.active, true)
local before = #seen
put(40)
t.eventually("events after the loss", function() return #seen == before + 1 end)
t.eq(seen[#seen], 40)
short:stop()

-- A lost function that fails is reported like the handler.

local bad = dp:on_flow(function() end, { queue = 1, lost = function() error("cannot") end, max_failures = 1000 })
for n = 51, 70 do put(n) end
t.eventually("a loss", function() return bad.stats.dropped > 0 end)
t.eventually("all are accounted for", function() return bad.stats.handled + bad.stats.dropped == 20 end)
t.eq(bad.active, true)
bad:stop()

-- A handler that waits is not called again meanwhile, and nothing is lost.

local depth, deepest, total = 0, 0, 0
local slow = dp:on_flow(function()
  depth = depth + 1
  deepest = math.max(deepest, depth)
  odp.sleep(0.01)
  depth, total = depth - 1, total + 1
end)
for n = 81, 90 do put(n) end
t.eventually("ten slow calls", function() return total == 10 end)
t.eq(deepest, 1)
slow:stop()

-- Handlers that stay when the script ends do not keep it.

dp:on_flow(function() end)
odp.on_vport(function() end)
dp:delete()
