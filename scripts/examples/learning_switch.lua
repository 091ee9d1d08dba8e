-- A learning switch: three hosts on one datapath. The script learns from the packets that match no
-- flow which host is behind which port, and installs flows, so that the kernel does the rest alone.
-- It runs anywhere with: odp sandbox example learning_switch
local odp, net = require "odp", require "net"

local dp = odp.create_datapath("switch0")
local hosts = { net.namespace(), net.namespace(), net.namespace() }
local ports = {} -- the port of each host

local function plug(host, number)
  local device = "port" .. number
  net.veth { a = device, b = "eth0", peer_ns = hosts[host] }
  hosts[host]:link("eth0"):set { mac = "02:00:00:00:00:0" .. host }:addr("10.0.0." .. host .. "/24")
  ports[host] = dp:add_vport { name = device, number = number }
end

local where = {} -- MAC address -> number of the port that it was last seen on
local flows = {} -- MAC address -> the flows that send from or to it

local function learn(mac, port)
  if where[mac] == port then return end
  print(mac .. (where[mac] and " moved to port " or " is behind port ") .. port)
  for _, flow in ipairs(flows[mac] or {}) do -- they are about the old port
    if flow:refresh() then flow:delete() end
  end
  where[mac], flows[mac] = port, {}
end

local function flood(pkt)
  local others = {}
  for _, port in pairs(ports) do
    if port.number ~= pkt.in_port then table.insert(others, port) end
  end
  return others
end

local handle = dp:on_miss(function(pkt)
  local src, dst = pkt.key.eth.src, pkt.key.eth.dst
  learn(src, pkt.in_port)
  local port = where[dst]
  if not port then return flood(pkt) end -- broadcast or unknown: the answer will tell
  local flow = pkt:install(pkt.key:only("in_port", "eth.src", "eth.dst"), port)
  table.insert(flows[src], flow)
  table.insert(flows[dst], flow)
  return port -- this packet goes there too
end)

local function ping(from, to, count)
  assert(hosts[from]:run(("ping -q -W 5 -i 0.02 -c %d 10.0.0.%d"):format(count, to)))
end

local function ping_all(count)
  for from = 1, #hosts do
    for to = 1, #hosts do
      if from ~= to then ping(from, to, count) end
    end
  end
end

for host, ns in ipairs(hosts) do
  ns:run("echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6") -- it would talk by itself
  plug(host, host)
end

ping_all(1)
local before, misses = dp.stats, handle.stats.handled
print(("all hosts reach each other: %d flows, %d packets came to the script"):format(before.flows, misses))

ping_all(10)
print(("10 more pings each: the kernel forwarded %d packets alone, %d came to the script"):format(
  dp.stats.hit - before.hit, handle.stats.handled - misses))
for flow in dp:flows() do print(flow.packets .. " packets", flow.match) end

net.link("port3"):delete() -- host 3 is plugged into another port
plug(3, 4)
ping(3, 1, 1)
ping_all(1)
print("all hosts reach each other again")
dp:delete()
