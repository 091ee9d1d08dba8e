-- What is lost of the packets that miss is told to the script, or to the user if it does not want to know:
-- how many since the last time, after those before them were handled; and one that keeps all misses is
-- told of that.
local odp, net = require "odp", require "net"
local t = require "test"
local frames = require "lib.frames"

local dp = odp.create_datapath("dp0")

--- A burst of packets that miss.
local function burst(packets, payload)
  local batch = dp:batch()
  local frame, actions = frames.udp { payload = payload }, odp.recirc(1)
  for i = 1, packets do batch:execute { data = frame, in_port = 0, actions = actions } end
  t.eq(batch:send(), 0)
end

--- Everything that was sent is accounted for, and the losses were told to the last.
local function settle(handle, losses, sent)
  t.eventually("all is accounted for", function()
    local s = handle.stats
    return s.queued == 0 and s.handled + s.dropped + s.kernel_lost == sent
  end)
  t.eventually("all losses were told", function()
    local s, told = handle.stats, 0
    for _, loss in ipairs(losses) do told = told + loss.new end
    return told == s.dropped + s.kernel_lost
  end)
end

for _, per_vport in ipairs { false, true } do
  -- By a full queue.
  local calls, losses = 0, {}
  local function lost(stats, new) table.insert(losses, { stats = stats, new = new, after = calls }) end
  local handle = dp:on_miss(function() calls = calls + 1 end, { queue = 8, lost = lost, per_vport = per_vport })
  burst(8)
  t.eventually("all are handled", function() return calls == 8 end)
  t.eq(#losses, 0)
  burst(100)
  settle(handle, losses, 108)
  t.ok(losses[1].stats.dropped > 0)
  t.ok(losses[1].after >= 16, "what came before was handled")
  local before = #losses
  burst(50)
  settle(handle, losses, 158)
  t.ok(#losses > before, "the next loss is told as well")
  t.eq(handle.stats.kernel_lost, 0)
  handle:stop()

  -- By a full buffer of the socket, and by nobody taking the packets for a while.
  calls, losses = 0, {}
  handle = dp:on_miss(function() calls = calls + 1 end, { buffer = 4096, lost = lost, per_vport = per_vport })
  local lost_before = dp.stats.lost
  burst(500, string.rep("x", 1000))
  settle(handle, losses, 500)
  t.ok(handle.read_buffer >= 4096 and handle.read_buffer <= 16384, "read_buffer " .. handle.read_buffer)
  local stats = handle.stats
  t.ok(stats.kernel_lost > 0 and stats.overruns > 0, "losses of the kernel")
  t.eq(stats.kernel_lost, dp.stats.lost - lost_before)
  handle:stop()

  -- What came before the end is counted, though the script never looked.
  local missed = dp.stats.missed
  lost_before = dp.stats.lost
  handle = dp:on_miss(function() calls = calls + 1 end, { per_vport = per_vport })
  burst(300)
  handle:stop()
  stats = handle.stats
  t.eq(dp.stats.missed - missed, 300)
  t.eq(stats.received + dp.stats.lost - lost_before, 300, "received or lost")
  t.eq(stats.received, stats.handled + stats.dropped)
  burst(10) -- these are none of the handler's
  t.eq(handle.stats.kernel_lost, stats.kernel_lost)
end

-- A lost function that fails is reported like the handler, and the loop lives.
local bad = dp:on_miss(function() end, { queue = 1, lost = function() error("cannot") end })
burst(10)
t.eventually("a loss", function() return bad.stats.dropped > 0 end)
t.eventually("all is accounted for", function() return bad.stats.handled + bad.stats.dropped == 10 end)
t.eq(bad.active, true)
bad:stop()

-- Each of two handlers has a queue of its own.
local misses, actions = 0, 0
local on_miss = dp:on_miss(function() misses = misses + 1 end, { queue = 2 })
local on_action = dp:on_action(function() actions = actions + 1 end, { queue = 1000 })
burst(10)
local to_script = odp.userspace { pid = on_action.pids[1] }
for i = 1, 10 do dp:execute { data = frames.udp {}, in_port = 0, actions = to_script } end
t.eventually("all are handled or dropped", function() return actions == 10 and misses + on_miss.stats.dropped == 10 end)
t.eq(on_action.stats.dropped, 0)
t.eq(on_miss.stats.received, 10)
t.eq(on_action.stats.received, 10)
dp:delete()

--- A program with a datapath, a function that has n packets miss, and the script. What it writes to stderr.
local function run(script)
  local r = net.exec(assert(os.getenv("ODP_BINARY")), "-", { timeout = 60, stdin = [[
local dp = odp.create_datapath("dp1")
local frame = require("lib.frames").udp {}
local function burst(n)
  local batch = dp:batch()
  for i = 1, n do batch:execute { data = frame, in_port = 0, actions = "recirc(1)" } end
  batch:send()
end
]] .. script .. "\ndp:delete()" })
  t.eq(r.status, 0, r.stderr)
  return r.stderr
end

-- Without a lost function the first loss is reported, in words.
local text = run [[
local handle = dp:on_miss(function() end, { queue = 4 })
for i = 1, 3 do
  burst(50)
  odp.wait(function() local s = handle.stats return s.handled + s.dropped == 50 * i end)
end]]
t.eq(t.count(text, "on_miss handler of dp1: packets were lost: "), 1, text)
t.contains(text, "as the script does not keep up and its queue of 4 was full")

-- So it is when the script ends before anything was handled.
text = run "dp:on_miss(function() end, { queue = 4 })\nburst(50)"
t.contains(text, "packets were lost: 46 dropped")
t.eq(run "dp:on_miss(function() end)\nburst(50)", "")

-- A handler is not told of what was lost before it began.
text = run [[
local first = dp:on_miss(function() end, { queue = 4, buffer = 4096, lost = function() end })
burst(500)
odp.wait(function() return first.stats.kernel_lost > 0 and first.stats.queued == 0 end)
local told = 0
dp:on_action(function() end, { lost = function(_, new) told = told + new end })
odp.sleep(1.5)
assert(told == 0)]]

-- A handler that installs no flow for what comes again and again is told of, once, and not if it is meant.
for script, warnings in pairs {
  ["function(pkt) return 0 end"] = 1,
  ["function(pkt) return 0 end, { warn = false }"] = 0,
  ["function(pkt) calls = (calls or 0) + 1 if calls % 500 == 0 then dp:put_flow { match = { in_port = calls }, actions = 0 } end end"] = 0,
} do
  text = run("local handle = dp:on_miss(" .. script .. ")\n" .. [[
for i = 1, 5 do
  burst(500)
  odp.wait(function() return handle.stats.handled == 500 * i end)
end]])
  t.eq(t.count(text, "packets like in_port(0),eth(dst=02:00:00:00:00:02) came to it without a flow"), warnings, text)
end
