-- A load balancer: connections to one address are shared out among servers by a hash of their addresses and ports,
-- so that each stays where it began. All of it is done by flows; the script answers ARP and looks after the servers.
--
--   odp example load_balancer DATAPATH CLIENTS VIP PORT=IP=MAC...    CLIENTS is a port, and so is that of each server
--   odp sandbox example load_balancer                                in a lab: four servers, of which one fails
--
-- Look at: the hash action computes dp_hash, and the flows of the second look-up each take some of its values.
local odp, lab, packet = require "odp", require "lab", require "packet"

local MAC = "02:00:00:00:0b:01" -- of the address that is shared
local HASHED = 1                -- the recirculation id of packets with a hash
local BUCKETS = 16              -- a power of two; more share out more evenly

-- A server has a port, an ip and a mac.
local function balancer(dp, clients, vip, servers)
  -- Which server gets which values of the hash. Flows for those of one that is gone are replaced.
  local function share_out()
    for bucket = 0, BUCKETS - 1 do
      local server = servers[bucket % #servers + 1]
      dp:put_flow { mode = "replace",
        match = { recirc_id = HASHED, in_port = clients, dp_hash = ("%d/%d"):format(bucket, BUCKETS - 1), ipv4 = { dst = vip } },
        actions = { odp.set { eth = { dst = server.mac } }, odp.set { ipv4 = { dst = server.ip } }, server.port } }
    end
  end

  dp:put_flow { match = { recirc_id = 0, in_port = clients, ipv4 = { dst = vip } }, actions = { odp.hash { alg = "l4" }, odp.recirc(HASHED) } }
  share_out()

  dp:on_vport(function(event)
    for i, server in ipairs(servers) do
      if event.kind == "delete" and event.vport.number == server.port.number and #servers > 1 then
        table.remove(servers, i)
        print(("%s is gone, %d servers are left"):format(server.ip, #servers))
        return share_out()
      end
    end
  end)

  dp:on_miss(function(pkt)
    local key, arp = pkt.key, pkt.key.arp
    if arp and arp.op == 1 and arp.tip == vip then
      dp:execute { actions = pkt.vport, data = packet.build { eth = { src = MAC, dst = arp.sha },
        arp = { op = 2, sha = MAC, sip = vip, tha = arp.sha, tip = arp.sip } } }
      return pkt:drop()
    end
    for _, server in ipairs(servers) do
      if arp and arp.tip == server.ip then return server.port end
      if arp and pkt.in_port == server.port.number then return clients end
      if pkt.in_port == server.port.number and key.ipv4 and key.ipv4.src == server.ip then -- an answer
        pkt:install(key:only("in_port", "eth.dst", "ipv4.src"),
          { odp.set { eth = { src = MAC } }, odp.set { ipv4 = { src = vip } }, clients }, { execute = true })
      end
    end
  end)
end

local function demo()
  local dp = odp.create_datapath("lb0")
  local client = lab.host(dp, { ip = "10.0.0.1/24" })
  local servers, hosts = {}, {}
  for i = 1, 4 do
    local host = lab.host(dp, { ip = "10.0.0.1" .. i .. "/24" })
    host:listen(80, function() return host.ip end)
    servers[i], hosts[i] = { port = host.port, ip = host.ip, mac = host.mac }, host
  end
  balancer(dp, client.port, "10.0.0.100", servers)

  local function ask(times)
    local answers = {}
    for _ = 1, times do
      local ip = assert(client:request("10.0.0.100", 80))
      answers[ip] = (answers[ip] or 0) + 1
    end
    for _, host in ipairs(hosts) do print(("%s answered %d of %d requests"):format(host.ip, answers[host.ip] or 0, times)) end
  end
  ask(60)
  hosts[2]:unplug()
  odp.wait(function() return #servers == 3 end)
  ask(60)
end

if #arg == 0 then return lab.run(demo) end
local name, device, vip = ...
assert(#arg >= 4, "usage: odp example load_balancer DATAPATH CLIENTS VIP PORT=IP=MAC...")
local dp, clients = lab.attach(name, device)
local servers = {}
for i = 4, #arg do
  local port, ip, mac = arg[i]:match("^(.-)=(.-)=(.*)$")
  assert(port, arg[i] .. ": PORT=IP=MAC expected")
  servers[i - 3] = { port = select(2, lab.attach(name, port)), ip = tostring(odp.ip(ip)), mac = odp.mac(mac) }
end
balancer(dp, clients, tostring(odp.ip(vip)), servers)
odp.run()
