-- kernels: smp
-- A flood from two CPUs at a time that is more than the script can take: each packet is handled, dropped
-- or lost in the kernel, and counted as that, to the last one, also when the handler is stopped amid it.
local odp, net = require "odp", require "net"
local t = require "test"
local topology = require "lib.topology"

local dp = odp.create_datapath("dp0")
local host = topology.host(dp, "p1", "10.0.0.1/24")
assert(host:run("ip neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 dev eth0 nud permanent"))

local flood = "for cpu in 0 1; do taskset -c $cpu ping -q -n -c 3000 -l 3000 -i 0 -W 0.01 10.0.0.2 >/dev/null & done; wait"

local function check(name, opts)
  local before = dp.stats
  local calls, told = 0, 0
  opts.lost = function(_, new) told = told + new end
  local handle = dp:on_miss(function() calls = calls + 1 end, opts)
  host:run(flood)
  local now, s = dp.stats, nil
  local missed = now.missed - before.missed
  t.ok(missed >= 5000, name .. ": packets that missed: " .. missed)
  t.eventually(name .. ": every packet is accounted for", function()
    s = handle.stats
    return s.queued == 0 and s.handled + s.dropped + s.kernel_lost == missed
  end, 30)
  t.eq(s.received, s.handled + s.dropped)
  t.eq(s.handled, calls)
  t.eq(s.handled, s.answered + s.discarded + s.unanswered)
  t.eq(s.kernel_lost, dp.stats.lost - before.lost, name .. ": what the datapath counts as lost")
  t.eq(s.malformed, 0)
  t.eventually(name .. ": the losses were told", function() return told == s.dropped + s.kernel_lost end)
  handle:stop()
  return s
end

for _, per_vport in ipairs { false, true } do
  local sockets = per_vport and 2 or nil
  local s = check("room", { queue = 20000, buffer = 32 * 1024 * 1024, per_vport = per_vport, sockets = sockets })
  t.eq(s.dropped + s.kernel_lost, 0)
  s = check("short queue", { queue = 16, per_vport = per_vport, sockets = sockets })
  t.ok(s.dropped > 0, "dropped")
  check("small buffer", { buffer = 4096, per_vport = per_vport, sockets = sockets })
  check("both", { buffer = 16384, queue = 16, per_vport = per_vport, sockets = sockets })
end

-- Stopped amid the flood: what was received is handled or dropped, the rest is lost in the kernel.
local before = dp.stats
local handle
handle = dp:on_miss(function()
  if handle.stats.handled == 500 then handle:stop() end
end)
host:run(flood)
t.eventually("the handler has stopped itself", function() return not handle.active end, 30)
local now, s = dp.stats, handle.stats
t.eq(s.handled, 500)
t.eq(s.received, s.handled + s.dropped)
t.eq(s.received + now.lost - before.lost, now.missed - before.missed, "received or lost")
dp:delete()
