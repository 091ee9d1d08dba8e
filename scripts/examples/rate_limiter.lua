-- A rate limiter: a wire between two ports that lets kinds of traffic through at rates of their own. What is above a
-- rate is dropped by the kernel's meters, which also count it.
--
--   odp example rate_limiter DATAPATH PORT PORT KBITS    the whole wire at that rate, both ways, until Ctrl-C
--   odp sandbox example rate_limiter                     in a lab: a burst of datagrams, and pings beside it
--
-- Look at: a meter is an action as it stands, and its bands say how much they dropped.
local odp, lab = require "odp", require "lab"

-- One meter for each limit and direction. A limit has a match, what it takes besides in_port, and what dp:add_meter takes.
local function limiter(dp, a, b, limits)
  local meters = {}
  for _, way in ipairs { { a, b }, { b, a } } do
    local from, to = unpack(way)
    dp:put_flow { match = { in_port = from, arp = {} }, actions = to } -- without ARP there is nothing to limit
    for _, limit in ipairs(limits) do
      local meter = dp:add_meter { id = #meters, kbps = limit.kbps, bands = { { rate = limit.rate, burst = limit.burst } } }
      table.insert(meters, meter)
      odp.defer(function() meter:delete() end)
      dp:put_flow { match = odp.match(limit.match):with { in_port = from }, actions = { meter, to } }
    end
  end
  return meters
end

local function show(meters)
  for _, meter in ipairs(meters) do
    local stats = meter.stats
    print(("meter %d: %d packets, %d of them dropped"):format(meter.id, stats.packets, stats.bands[1].packets))
  end
end

local function demo()
  local dp = odp.create_datapath("dp0")
  local a = lab.host(dp, { ip = "10.0.0.1/24" })
  local b = lab.host(dp, { ip = "10.0.0.2/24" })
  local meters = limiter(dp, a.port, b.port, {
    { match = "eth(),eth_type(0x0800),ipv4(proto=17)", rate = 10, burst = 50 },     -- packets a second
    { match = "eth(),eth_type(0x0800),ipv4(proto=1)", kbps = true, rate = 1000 }, -- kilobits a second
  })

  a:udp(b.ip, 9, "datagram", 200)
  print(a:ping(b.ip, { count = 5 }) .. " of 5 pings answered, as they have a meter of their own")
  print(("of 200 datagrams %d came through"):format(#b.datagrams))
  show(meters)
end

if #arg == 0 then return lab.run(demo) end
local name, first, second, kbits = ...
assert(kbits, "usage: odp example rate_limiter DATAPATH PORT PORT KBITS")
local dp, a, b = lab.attach(name, first, second)
local meters = limiter(dp, a, b, { { match = { eth_type = 0x0800 }, kbps = true, rate = tonumber(kbits) } })
odp.every(1, function() show(meters) end)
odp.run()
