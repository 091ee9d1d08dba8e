-- kernels: smp
-- With two CPUs, misses come by the socket of the CPU that had the packet, none is lost or comes twice,
-- and by vport they are shared out among sockets.
local odp, net = require "odp", require "net"
local t = require "test"
local topology = require "lib.topology"

t.eq(select(2, net.run("nproc --all")), "2\n", "CPUs")
local dp = odp.create_datapath("dp0")
local host, port = topology.host(dp, "p1", "10.0.0.1/24")
-- Where the packets go does not matter: nothing answers them.
host:add_neighbour { ip = "10.0.0.2", mac = "02:00:00:00:00:02", dev = "eth0" }
assert(host:run("command -v taskset"))

--- Pings that are sent from one CPU, each of which misses.
local function send(cpu, count)
  host:run(("taskset -c %d ping -q -n -c %d -i 0.002 -W 0.01 10.0.0.2"):format(cpu, count))
end

local pkts
local function collect(pkt)
  if pkt.key.icmp then table.insert(pkts, { queue = pkt.queue, seq = pkt.data:byte(41) * 256 + pkt.data:byte(42) }) end
end

--- How many of the packets came by each queue.
local function queues()
  local n = {}
  for _, pkt in ipairs(pkts) do n[pkt.queue] = (n[pkt.queue] or 0) + 1 end
  return n
end

-- By CPU.
pkts = {}
local handle = dp:on_miss(collect)
t.eq(handle.per_cpu, true)
t.eq(#handle.pids, 2)
for cpu = 0, 1 do
  pkts = {}
  send(cpu, 50)
  t.eventually("all packets of CPU " .. cpu, function() return #pkts == 50 end)
  local n = queues()
  t.eq(n[cpu], 50, "packets of CPU " .. cpu .. " that came by its own socket")
  for i, pkt in ipairs(pkts) do t.eq(pkt.seq, i, "order of one CPU's packets") end
end

-- From both CPUs at the same time.
pkts = {}
assert(host:run("for cpu in 0 1; do taskset -c $cpu ping -q -n -c 200 -i 0.002 -W 0.01 10.0.0.2 & done; wait"))
t.eventually("all packets", function() return #pkts == 400 end)
t.eq(queues()[0], 200)
t.eq(queues()[1], 200)
t.eq(handle.stats.dropped, 0)
t.eq(handle.stats.kernel_lost, 0)
t.eq(handle.stats.malformed, 0)
handle:stop()

-- By vport: with two sockets, a flow's packets keep to one, and different flows use both.
pkts = {}
local by_flow = {}
handle = dp:on_miss(function(pkt)
  if not pkt.key.udp then return end
  local src = pkt.key.udp.src
  if by_flow[src] then
    t.eq(pkt.queue, by_flow[src], "socket of one flow")
  else
    by_flow[src] = pkt.queue
  end
  table.insert(pkts, pkt)
end, { per_vport = true, sockets = 2 })
t.eq(handle.per_cpu, false)
t.eq(#handle.pids, 2)
local frames = require "lib.frames"
local batch = dp:batch()
for round = 1, 3 do
  for flow = 1, 64 do
    batch:execute { data = frames.udp { sport = 1000 + flow }, in_port = port, actions = "recirc(1)" }
  end
end
t.eq(batch:send(), 0)
t.eventually("all packets", function() return #pkts == 192 end)
t.eq(handle.stats.failures, 0)
local sockets = {}
for _, queue in pairs(by_flow) do sockets[queue] = (sockets[queue] or 0) + 1 end
t.ok(sockets[0] and sockets[1], "both sockets have flows")

dp:delete()
