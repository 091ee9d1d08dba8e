-- kernels: 6.1,6.12,7.2
-- Workers: each is a Lua state of its own that handles packets. What they share, how they begin and end,
-- and what they refuse.
local odp, net = require "odp", require "net"
local t = require "test"
local frames = require "lib.frames"
local topology = require "lib.topology"

local dp = odp.create_datapath("dp0")
local a, pa = topology.host(dp, "pa", "10.0.0.1/24")
local b, pb = topology.host(dp, "pb", "10.0.0.2/24")

-- A learning switch whose table all workers share.
local macs, done = odp.shared(), odp.channel()
local handle = dp:on_miss {
  workers = 2,
  args = { macs = macs, done = done },
  func = function(worker)
    local macs, done = worker.args.macs, worker.args.done
    assert(worker.datapath.name == "dp0" and worker.count == 2)
    odp.defer(function() done:send(worker.id) end)
    return function(pkt)
      macs[pkt.key.eth.src] = pkt.vport
      local port = macs[pkt.key.eth.dst]
      if not port then return { 0, 1, 2 } end
      pkt:install(pkt.key:only("in_port", "eth.src", "eth.dst"), port)
      return port
    end
  end,
}
t.eq(#handle.workers, 2)
topology.ping(a, "10.0.0.2", 3)
topology.ping(b, "10.0.0.1", 3)
t.eq(#macs, 2)
for mac, port in macs:pairs() do
  t.eq(port.datapath.name, "dp0")
  t.ok(port == pa or port == pb, mac .. " is at " .. tostring(port))
end
t.eq(dp.stats.flows, 2)
local s = handle.stats
t.eq(s.received, s.handled + s.dropped + s.queued)
t.eq(s.failures, 0)
local sum = 0
for id, worker in ipairs(handle.workers) do
  t.eq(worker.id, id)
  t.ok(worker.stats.handled > 0, "worker " .. id .. " has handled packets, those of its port")
  sum = sum + worker.stats.handled
end
t.eq(sum, handle.stats.handled)
handle:stop()
t.eq(handle.active, false)
local ids = done:receive(1) + done:receive(1)
t.eq(ids, 3, "what both deferred was called")
t.eq(#done, 0)
dp:flush_flows()

-- A worker has an event loop of its own, which goes on while the script does nothing.
local beats = odp.channel()
handle = dp:on_miss { workers = 1, args = beats, func = function(worker)
  local n = 0
  odp.every(0.001, function() n = n + 1 worker.args:try_send(n) end)
  odp.spawn(function() odp.sleep(0.001) worker.args:send("task") end)
  return function() end
end }
local seen = {}
repeat
  local v = t.ok(beats:receive(10), "a value")
  seen[type(v)] = true
until seen.number and seen.string
handle:stop()

-- Packets of a port keep their order. Those that a full queue drops are counted by worker, and add up.
local function flood(name, opts)
  local got = odp.channel(100000)
  opts.workers, opts.args, opts.warn = 3, got, false
  opts.func = function(worker)
    return function(pkt)
      if worker.args.capacity == 1 then odp.sleep(1) end
      worker.args:send { worker = worker.id, port = pkt.in_port, seq = pkt.key.udp and pkt.key.udp.src }
    end
  end
  local lost = 0
  opts.lost = function(_, new) lost = lost + new end
  local before = dp.stats
  local handle = dp:on_miss(opts)
  local batch = dp:batch()
  for i = 1, 500 do
    for _, port in ipairs { pa, pb } do
      batch:execute { data = frames.udp { sport = i }, in_port = port, actions = "recirc(1)" }
    end
  end
  t.eq(batch:send(), 0)
  local s
  t.eventually(name .. ": all is accounted for", function()
    s = handle.stats
    return s.queued == 0 and s.handled + s.dropped + s.kernel_lost == dp.stats.missed - before.missed
  end, 30)
  t.eq(s.received, s.handled + s.dropped)
  t.eq(s.kernel_lost, dp.stats.lost - before.lost)
  local sums = { received = 0, handled = 0, dropped = 0, unanswered = 0 }
  for _, worker in ipairs(handle.workers) do
    for field in pairs(sums) do sums[field] = sums[field] + worker.stats[field] end
    t.eq(worker.stats.received, worker.stats.handled + worker.stats.dropped, name .. ": worker " .. worker.id)
  end
  for field, sum in pairs(sums) do t.eq(sum, s[field], name .. ": " .. field .. " of all workers") end
  t.eventually(name .. ": the losses were told", function() return lost == s.dropped + s.kernel_lost end)
  handle:stop()
  local last, workers = {}, {}
  for _ = 1, #got do
    local v = got:receive(0)
    if v.seq then
      t.ok(v.seq > (last[v.port] or 0), name .. ": order of the packets of a port")
      last[v.port] = v.seq
      t.eq(v.worker, workers[v.port] or v.worker, name .. ": one port's packets have one worker")
      workers[v.port] = v.worker
    end
  end
  return s, workers
end
for _, per_vport in ipairs { false, true } do
  local s, workers = flood("room", { queue = 5000, per_vport = per_vport })
  t.eq(s.dropped, 0)
  t.ok(workers[pa.number] ~= workers[pb.number], "two ports have two workers")
  s = flood("short queue", { queue = 16, per_vport = per_vport })
  t.ok(s.dropped > 0, "dropped")
end

-- The code may be a file beside the script. What it asks for is done as in the script's own state.
local file = "/run/worker_code.lua"
local f = assert(io.open(file, "w"))
f:write [[
local worker = ...
assert(arg[0] == "/run/worker_code.lua")
return function(pkt)
  worker.args.n = (worker.args.n or 0) + 1
  pkt:forward(2)
end
]]
f:close()
local n = odp.shared()
handle = dp:on_action { workers = 2, script = file, args = n }
local before = dp:vport("pb").stats.tx_packets
dp:execute { data = frames.udp {}, in_port = pa, actions = odp.userspace { pid = handle.pids[1] } }
t.eventually("the packet was sent on", function() return dp:vport("pb").stats.tx_packets == before + 1 end)
t.eq(n.n, 1)
t.raises(function() dp:on_action(print) end, "has such a handler")
handle:stop()

-- What goes wrong in its beginning ends all workers, and is told with the line.
local ends = odp.channel()
local function setup(func, ...)
  t.raises(function() dp:on_miss { workers = 2, func = func, args = ends } end, ...)
end
setup(function(worker)
  odp.defer(function() worker.args:send(worker.id) end)
  if worker.id == 2 then error("broken") end
  odp.sleep(100)
end, "on_miss worker 2: workers_test.lua:", ": broken")
t.eq(ends:receive(1) + ends:receive(1), 3, "both have ended")
setup(function() end, "the function at workers_test.lua:", "must return the handler, a function; it returned nothing")
setup(function() return 5 end, "it returned number 5")
setup(function() os.exit(3) end, "os.exit: not in a worker")
setup(function() odp.run() end, "odp.run: not in a worker, whose event loop runs by itself")
setup(function() odp.stop() end, "odp.stop: not in a worker")
setup(function(worker) worker.datapath:on_miss(print) end, "come to this worker's handler")
setup(function(worker) return worker.argz end, "odp.Worker has no field 'argz'; did you mean args")
t.raises(function() dp:on_miss { workers = 1, script = "no/such.lua" } end, "field 'script': there is no file no/such.lua")
t.raises(function() dp:on_miss { workers = 1, script = "/" } end, "field 'script': cannot read /: is a directory")
t.eq(net.run("echo 'x = = 1' >" .. file), true)
t.raises(function() dp:on_miss { workers = 1, script = file } end, "field 'script': it does not compile: " .. file .. ":1: syntax error near '='")
setup(function() undefined_here() end, "attempt to call a non-function object")
local outside, called = 1, function() end
local function uses()
  local function inner() return outside + 1 end
  called()
  return inner
end
local line = debug.getinfo(uses, "S").linedefined
t.raises(function() dp:on_miss { workers = 1, func = uses } end,
  ("local variables from outside of it, which workers do not share: 'outside' at workers_test.lua:%d, 'called' at workers_test.lua:%d;")
  :format(line + 1, line + 2))
for spec, message in pairs {
  [{ workers = 0, script = file }] = "field 'workers': a number of workers from 1 to 256, or true for one for each CPU, expected, got number 0",
  [{ workers = "x", script = file }] = "got string \"x\"",
  [{ workers = 1 }] = "either script or func expected",
  [{ workers = 1, script = file, func = function() end }] = "either script or func expected",
  [{ workers = 1, func = print }] = "a function written in Lua expected",
  [{ workers = 1, func = setfenv(function() end, {}) }] = "an environment of its own",
  [{ workers = 1, func = function() end, args = { a = { print } } }] = "field 'args': args.a[1] is a function, which belongs to one Lua state",
  [{ workers = 1, func = function() end, que = 5 }] = "unknown field 'que'; did you mean queue?",
  [{ workers = 1, func = function() end, queue = 0 }] = "field 'queue': 1 or more expected",
} do
  t.raises(function() dp:on_miss(spec) end, message)
end
t.raises(function() dp:on_miss({ workers = 1, func = function() end }, {}) end, "options of workers are all in the first table")
t.raises(function() dp:on_miss(print, { workers = 1 }) end, "workers run code of their own")
t.raises(function() dp:on_miss(5) end, "function, or table with workers, expected, got number 5")

-- In a namespace: the worker's functions take that which was current, and its datapath is the same one.
local ns = net.namespace()
ns:with(function()
  local inner = odp.create_datapath("dp1")
  local names = odp.channel()
  local handle = inner:on_miss { workers = 1, args = { names = names, given = inner }, func = function(worker)
    worker.args.names:send(odp.datapath("dp1").name)
    worker.args.names:send(worker.args.given.stats.flows)
    return function(pkt) pkt:install(pkt.key:only("in_port"), 0) worker.args.names:send(tostring(pkt.vport)) end
  end }
  t.eq(names:receive(5), "dp1")
  t.eq(names:receive(5), 0)
  inner:execute { data = frames.udp {}, in_port = 0, actions = "recirc(1)" }
  t.eq(names:receive(5), "dp1")
  t.eventually("the flow is there", function() return inner.stats.flows == 1 end)
  handle:stop()
  inner:delete()
end)

-- Paused, packets wait. When the datapath goes, so do the workers.
local count = odp.shared { n = 0 }
handle = dp:on_miss { workers = 2, args = count, func = function(worker)
  return function() worker.args:add("n") end
end }
handle:pause()
t.eq(handle.paused, true)
odp.sleep(0.05)
for _ = 1, 3 do dp:execute { data = frames.udp {}, in_port = pa, actions = "recirc(1)" } end
t.eventually("packets wait", function() return handle.stats.queued == 3 end)
handle:resume()
t.eventually("packets were handled", function() return count.n == 3 end)
assert(net.run("$ODP_BINARY -e 'odp.datapath(\"dp0\"):delete()'"))
t.eventually("the handler has ended", function() return not handle.active end)
t.contains(handle.error.message, "datapath was deleted")
t.eq(handle.stats.handled, 3)

-- A failing handler is named with its line and worker, goes on, and is given up after many failures. So is
-- what a worker has spawned or deferred.
local r = net.exec(assert(os.getenv("ODP_BINARY")), "-", { timeout = 60, stdin = [[
local dp = odp.create_datapath("dp0")
odp.defer(function() dp:delete() end)
local frames = require "lib.frames"
local handle = dp:on_miss { workers = 2, max_failures = 3, func = function(worker)
  return function() error("no " .. worker.count) end
end }
for i = 1, 3 do dp:execute { data = frames.udp {}, in_port = 1, actions = "recirc(1)" } end
odp.wait(function() return not handle.active end)
assert(tostring(handle.error):find("stopped, as it failed 3 times in a row", 1, true), tostring(handle.error))
print("failures", handle.stats.failures, handle.workers[2].stats.failures)
]] })
t.eq(r.status, 1)
t.eq(r.stdout, "failures\t3\t3\n")
t.contains(r.stderr, "odp: on_miss handler of dp0 in worker 2: stdin:5: no 2\n")
t.contains(r.stderr, "a handler kept failing and was stopped: on_miss handler of dp0 in worker 2")
t.eq(t.count(r.stderr, "stdin:5: no 2"), 2, "once for the line, and the last")
r = net.exec(os.getenv("ODP_BINARY"), "-", { timeout = 60, stdin = [[
local dp = odp.create_datapath("dp0")
odp.defer(function() dp:delete() end)
dp:on_miss { workers = 1, func = function(worker)
  odp.spawn(function() error("task") end)
  odp.defer(function() error("deferred") end)
  return function() end
end }
odp.sleep(0.01)
]] })
t.eq(r.status, 1)
t.contains(r.stderr, "stdin:4: task")
t.contains(r.stderr, "stdin:5: deferred")
t.contains(r.stderr, "worker 1 of the on_miss handler of dp0: ")

-- Ctrl-C and the script's end stop workers that are busy.
for _, ending in ipairs { "odp.run()", "odp.sleep(100)", "" } do
  r = net.exec(os.getenv("ODP_BINARY"), "-", { timeout = 60, stdin = [[
local dp = odp.create_datapath("dp0")
odp.defer(function() dp:delete() print("deleted") end)
local busy = odp.channel()
dp:on_miss { workers = 2, args = busy, func = function(worker)
  odp.spawn(function() while true do pcall(odp.sleep, 0) end end)
  return function()
    worker.args:send(worker.id)
    while true do pcall(print) end
  end
end }
for port = 0, 1 do
  dp:execute { data = require("lib.frames").udp {}, in_port = port, actions = "recirc(1)" }
  busy:receive()
end
]] .. (ending == "" and "" or "odp.spawn(net.run, 'kill -INT $PPID')\n") .. ending })
  t.ok(r.stdout:find("deleted\n", 1, true), ending .. ": " .. r.stderr)
  t.eq(r.status, ending == "odp.sleep(100)" and 130 or 0, ending .. ": " .. r.stderr)
end
