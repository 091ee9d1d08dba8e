-- A failover of uplinks: the inside reaches the world by the first of several uplinks that works. When one fails,
-- the flows are moved to the next, and back when it works again.
--
--   odp example failover DATAPATH INSIDE UPLINK UPLINK...    on devices of this system, until Ctrl-C
--   odp sandbox example failover                             in a lab: the first of two uplinks is pulled and put back
--
-- Look at: net.on_link tells of carriers as the kernel sees them come and go, so nothing has to be polled.
local odp, lab, net = require "odp", require "lab", require "net"

local function failover(dp, inside, uplinks)
  local active

  local function choose()
    local best
    for _, uplink in ipairs(uplinks) do
      if net.link(uplink.name).is_running then
        best = uplink
        break
      end
    end
    if best == active then return end
    print(best and best.name .. " is the active uplink" or "no uplink works")
    active = best
    dp:put_flow { match = { in_port = inside }, actions = best or "drop", mode = "replace" }
    for _, uplink in ipairs(uplinks) do -- what the others bring is not taken, or it would come twice
      dp:put_flow { match = { in_port = uplink }, actions = uplink == best and inside or "drop", mode = "replace" }
    end
  end

  net.on_link(function(event)
    for _, uplink in ipairs(uplinks) do
      if event.link.name == uplink.name then return choose() end
    end
  end)
  choose()
end

local function demo()
  local dp = odp.create_datapath("dp0")
  local inside = lab.host(dp, { ip = "10.0.0.1/24" })
  local first = lab.host(dp, { ip = "10.0.0.254/24", mac = "02:00:00:00:00:fe" }) -- one router, that has two lines
  local second = lab.host(dp, { ip = "10.0.0.254/24", mac = "02:00:00:00:00:fe" })
  failover(dp, inside.port, { first.port, second.port })
  local function ping(what) print(what .. ": " .. inside:ping("10.0.0.254", { count = 3, seconds = 0.5 }) .. " of 3 pings answered") end
  local function moved() -- whether the flow has been changed
    local before = dp:flow { in_port = inside.port }.actions
    return function() return dp:flow { in_port = inside.port }.actions ~= before end
  end

  ping("both lines work")
  local done = moved()
  first.link:down()
  assert(odp.wait(done))
  ping("the first is pulled")
  done = moved()
  first.link:up()
  assert(odp.wait(done))
  ping("it is back")
  for _, host in ipairs { first, second } do
    print(("%s: %d packets by it"):format(host.name, host.port.stats.tx_packets))
  end
end

if #arg == 0 then return lab.run(demo) end
assert(#arg >= 4, "usage: odp example failover DATAPATH INSIDE UPLINK UPLINK...")
local ports = { lab.attach(...) }
failover(ports[1], ports[2], { unpack(ports, 3) })
odp.run()
