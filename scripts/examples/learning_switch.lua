-- A learning switch: it learns from the packets that match no flow which host is behind which port, and installs
-- flows, so that the kernel does the rest alone.
--
--   odp example learning_switch DATAPATH PORT...    on devices of this system, until Ctrl-C
--   odp sandbox example learning_switch             in a lab: three hosts ping each other, one is plugged in elsewhere
--
-- Look at: pkt.key:only(...), which says how much of a packet the flow is about, so how soon the next one misses.
local odp, lab = require "odp", require "lab"

local function switch(dp)
  local where = {} -- Ethernet address -> number of the port that it was last seen on
  local flows = {} -- Ethernet address -> the flows that send from or to it
  local ports      -- all of the datapath, as they are until one comes or goes
  dp:on_vport(function() ports = nil end)

  local function learn(mac, port)
    if where[mac] == port then return end
    print(mac .. (where[mac] and " moved to port " or " is behind port ") .. port)
    for _, flow in ipairs(flows[mac] or {}) do -- they are about the old port
      if flow:refresh() then flow:delete() end
    end
    where[mac], flows[mac] = port, {}
  end

  local function flood(pkt)
    ports = ports or dp:vports()
    local others = {}
    for _, port in ipairs(ports) do
      if port.number ~= pkt.in_port then table.insert(others, port) end
    end
    return others
  end

  return dp:on_miss(function(pkt)
    local src, dst = pkt.key.eth.src, pkt.key.eth.dst
    learn(src, pkt.in_port)
    local port = where[dst]
    if not port then return flood(pkt) end -- broadcast or unknown: the answer will tell
    local flow = pkt:install(pkt.key:only("in_port", "eth.src", "eth.dst"), port)
    table.insert(flows[src], flow)
    table.insert(flows[dst], flow)
    return port -- this packet goes there too
  end)
end

local function demo()
  local dp = odp.create_datapath("switch0")
  local handle = switch(dp)
  local hosts = {}
  for i = 1, 3 do hosts[i] = lab.host(dp, { ip = "10.0.0." .. i .. "/24" }) end

  local function ping_all(count)
    for _, from in ipairs(hosts) do
      for _, to in ipairs(hosts) do
        if from ~= to then assert(from:ping(to.ip, { count = count }) == count) end
      end
    end
  end

  ping_all(1)
  local before, misses = dp.stats, handle.stats.handled
  print(("all hosts reach each other: %d flows, %d packets came to the script"):format(before.flows, misses))
  ping_all(10)
  print(("10 more pings each: the kernel forwarded %d packets alone, %d came to the script"):format(
    dp.stats.hit - before.hit, handle.stats.handled - misses))
  for flow in dp:flows() do print(flow.packets .. " packets", flow.match) end

  hosts[3]:unplug()
  hosts[3] = lab.host(dp, { ip = "10.0.0.3/24", mac = hosts[3].mac, number = 4 })
  assert(hosts[3]:ping(hosts[1].ip) == 1) -- by which the switch sees where it is now
  ping_all(1)
  print("all hosts reach each other again")
end

if #arg == 0 then return lab.run(demo) end
switch(lab.attach(...))
odp.run()
