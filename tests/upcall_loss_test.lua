-- A burst that is more than the script, its queue or the kernel's buffer can take is accounted for to
-- the last packet: every one sent is handled, dropped or lost, and counted as that.
local odp = require "odp"
local t = require "test"
local frames = require "lib.frames"

local dp = odp.create_datapath("dp0")

--- A burst of packets that miss, while the script is busy. Returns the counters when all has come.
local function burst(packets, opts, payload)
  local before = dp.stats
  local calls = 0
  local handle = dp:on_miss(function() calls = calls + 1 end, opts)
  local batch = dp:batch()
  local frame, actions = frames.udp { payload = payload }, odp.recirc(1)
  for i = 1, packets do batch:execute { data = frame, in_port = 0, actions = actions } end
  t.eq(batch:send(), 0, "executes that were refused")
  t.eq(dp.stats.missed - before.missed, packets, "packets that missed")
  local stats
  local deadline = os.time() + 60
  repeat -- busy: nothing is handled meanwhile
    stats = handle.stats
  until stats.received + stats.kernel_lost == packets or os.time() > deadline
  t.eq(stats.received + stats.kernel_lost, packets, "packets that came or were lost")
  t.eq(stats.handled, 0)
  t.eventually("every packet is accounted for", function()
    stats = handle.stats
    return stats.queued == 0 and stats.handled + stats.dropped + stats.kernel_lost == packets
  end)
  -- Later ones are none of the burst: the count stays right.
  dp:execute { data = frames.udp {}, in_port = 0, actions = "recirc(1)" }
  t.eventually("the handler goes on", function() return handle.stats.handled == stats.handled + 1 end)
  stats = handle.stats
  t.eq(stats.handled, calls, "calls of the handler")
  t.eq(stats.received, stats.handled + stats.dropped, "what came from the kernel")
  t.eq(stats.handled + stats.dropped + stats.kernel_lost, packets + 1)
  t.eq(stats.kernel_lost, dp.stats.lost - before.lost, "losses that the datapath counts")
  t.eq(stats.malformed, 0)
  t.eq(stats.failures, 0)
  handle:stop()
  return stats
end

for _, per_vport in ipairs { false, true } do
  -- Room for everything: nothing is lost.
  local stats = burst(500, { per_vport = per_vport })
  t.eq(stats.handled, 501)
  t.eq(stats.kernel_lost, 0)

  -- A short queue: the socket is emptied, the script does not keep up.
  stats = burst(2000, { per_vport = per_vport, queue = 4 })
  t.eq(stats.handled, 4 + 1)
  t.eq(stats.dropped, 2000 - 4)
  t.eq(stats.kernel_lost, 0)

  -- A small buffer: the kernel has nowhere to put them, and says so.
  stats = burst(2000, { per_vport = per_vport, buffer = 4096 }, string.rep("x", 1000))
  t.ok(stats.kernel_lost > 0, "losses of a small buffer")
  t.ok(stats.overruns > 0, "overruns of a small buffer")
  t.ok(stats.handled > 1, "handled with a small buffer")

  -- Both at once.
  stats = burst(2000, { per_vport = per_vport, buffer = 65536, queue = 2 }, string.rep("x", 1000))
  t.eq(stats.handled, 2 + 1)
end

dp:delete()
