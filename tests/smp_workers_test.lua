-- kernels: smp
-- With two CPUs, each worker handles the packets of one of them, at the same time as the other. Every packet
-- is handled, dropped or lost in the kernel, and counted as that by worker.
local odp, net = require "odp", require "net"
local t = require "test"
local topology = require "lib.topology"

t.eq(select(2, net.run("nproc --all")), "2\n", "CPUs")
local dp = odp.create_datapath("dp0")
local a, pa = topology.host(dp, "pa", "10.0.0.1/24")
local b, pb = topology.host(dp, "pb", "10.0.0.2/24")
assert(a:run("command -v taskset"))

--- The workers' code: a learning switch that counts what it handles, by CPU.
local function switch(worker)
  local macs, seen = worker.args.macs, worker.args.seen
  return function(pkt)
    seen:add(worker.id .. " " .. pkt.queue)
    macs[pkt.key.eth.src] = pkt.in_port
    local port = macs[pkt.key.eth.dst]
    if port and worker.args.install then pkt:install(pkt.key:only("in_port", "eth.src", "eth.dst"), port) end
    return port or { 0, 1, 2 }
  end
end

local function start(install, opts)
  local args = { macs = odp.shared(), seen = odp.shared(), install = install }
  opts = opts or {}
  opts.workers, opts.func, opts.args, opts.warn = true, switch, args, false
  return dp:on_miss(opts), args
end

-- Both CPUs ping through a switch that installs flows.
local handle, args = start(true)
t.eq(#handle.workers, 2)
t.eq(handle.per_cpu, true)
assert(a:run("for cpu in 0 1; do taskset -c $cpu ping -q -c 20 -i 0.01 -W 10 10.0.0.2 & done; wait"))
t.eq(#args.macs, 2)
for _, port in args.macs:pairs() do t.ok(port == pa.number or port == pb.number, "port " .. port) end
t.eq(dp.stats.flows, 2)
local s = handle.stats
t.eq(s.failures, 0)
t.eq(s.received, s.handled + s.dropped)
handle:stop()
dp:flush_flows()

-- Without flows, every packet of both is handled: by the worker of its CPU.
handle, args = start(false)
assert(a:run("ip neigh replace 10.0.0.9 lladdr 02:00:00:00:00:09 dev eth0 nud permanent"))
local before = dp.stats
a:run("for cpu in 0 1; do taskset -c $cpu ping -q -n -c 200 -i 0.002 -W 0.01 10.0.0.9 & done; wait")
t.eventually("all were handled", function() return handle.stats.handled >= 400 and handle.stats.queued == 0 end)
s = handle.stats
t.eq(s.handled, dp.stats.missed - before.missed)
local by_worker = {}
for key, n in args.seen:pairs() do
  local id, queue = key:match("(%d+) (%d+)")
  t.eq(tonumber(id), queue + 1, "worker of the socket of CPU " .. queue)
  by_worker[tonumber(id)] = n
end
for id, worker in ipairs(handle.workers) do
  t.ok(by_worker[id] >= 150, "worker " .. id .. " has handled packets of its CPU: " .. tostring(by_worker[id]))
  t.eq(worker.stats.handled, by_worker[id])
end
t.eq(by_worker[1] + by_worker[2], s.handled)
handle:stop()

-- A flood from both that is more than they can take.
local flood = "for cpu in 0 1; do taskset -c $cpu ping -q -n -c 3000 -l 3000 -i 0 -W 0.01 10.0.0.9 >/dev/null & done; wait"
for _, opts in ipairs { { queue = 16 }, { buffer = 4096 }, { queue = 16, per_vport = true } } do
  before = dp.stats
  handle, args = start(false, opts)
  a:run(flood)
  local missed
  t.eventually("all is accounted for", function()
    s, missed = handle.stats, dp.stats.missed - before.missed
    return s.queued == 0 and s.handled + s.dropped + s.kernel_lost == missed
  end, 30)
  t.eq(s.received, s.handled + s.dropped)
  t.eq(s.kernel_lost, dp.stats.lost - before.lost)
  t.eq(s.handled, s.answered)
  local received, sum = 0, 0
  for _, worker in ipairs(handle.workers) do
    t.eq(worker.stats.received, worker.stats.handled + worker.stats.dropped)
    received = received + worker.stats.received
  end
  for _, n in args.seen:pairs() do sum = sum + n end
  t.eq(received, s.received)
  t.eq(sum, s.handled, "what the workers have counted in the shared table")
  handle:stop()
  -- What was in the sockets when it stopped was counted as well.
  s = handle.stats
  t.eq(s.received, s.handled + s.dropped)
  t.eq(s.received + dp.stats.lost - before.lost, dp.stats.missed - before.missed)
end
dp:delete()
