-- A NAT gateway: hosts inside reach the outside by one public address, and some of its ports are forwarded inside.
-- The connection tracker translates; the script is the router around it, which answers and asks by ARP.
--
--   odp example nat_gateway DATAPATH INSIDE OUTSIDE INSIDE-IP/LEN PUBLIC-IP/LEN ROUTER [PORT=IP:PORT]...
--   odp sandbox example nat_gateway    in a lab: a host inside and a server outside
--
-- Look at: pkt:hold keeps a packet while ARP finds out where it is to go, and nothing else waits for it.
local odp, lab, packet = require "odp", require "lab", require "packet"

local MAC = "02:00:00:00:0a:01" -- of the gateway, on both sides
local FROM_INSIDE, FROM_OUTSIDE = 1, 2 -- recirculation ids of what has been translated

-- A side has a port, an address with prefix length, and perhaps the router to other networks.
local function gateway(dp, inside, outside, forwards)
  local sides = { [inside.port.number] = inside, [outside.port.number] = outside }
  local macs, waiting = {}, {} -- by IP address: where it is, and the packets that wait to know

  -- What each side sends is tracked and translated, then looked up again. A connection that is there is translated
  -- as it was at first, whatever the action says.
  dp:put_flow { match = { recirc_id = 0, in_port = inside.port, ipv4 = {} },
    actions = { odp.ct { commit = true, nat = { src = tostring(outside.ip.address) } }, odp.recirc(FROM_INSIDE) } }
  for port, to in pairs(forwards) do
    dp:put_flow { match = { recirc_id = 0, in_port = outside.port, ipv4 = { dst = outside.ip.address }, tcp = { dst = port } },
      actions = { odp.ct { commit = true, nat = { dst = to } }, odp.recirc(FROM_OUTSIDE) } }
  end

  local function send_arp(side, op, mac, ip)
    dp:execute { actions = side.port, data = packet.build { eth = { src = MAC, dst = op == 2 and mac or "ff:ff:ff:ff:ff:ff" },
      arp = { op = op, sha = MAC, sip = tostring(side.ip.address), tha = mac, tip = ip } } }
  end

  local function deliver(pkt, side, hop)
    pkt:install(pkt.key:only("recirc_id", "in_port", "ct_state", "ipv4.dst"),
      { odp.set { eth = { src = MAC, dst = macs[hop] } }, odp.dec_ttl(), side.port }, { execute = true })
  end

  local function route(pkt, side)
    local dst = pkt.key.ipv4.dst
    local hop = side.ip:contains(dst) and dst or side.router
    if not hop then return pkt:drop() end
    if macs[hop] then return deliver(pkt, side, hop) end
    if not waiting[hop] then
      waiting[hop] = {}
      send_arp(side, 1, nil, hop)
      odp.after(1, function()
        for _, held in ipairs(waiting[hop] or {}) do held:drop() end -- nobody is there
        waiting[hop] = nil
      end)
    end
    table.insert(waiting[hop], pkt:hold())
  end

  dp:on_miss(function(pkt)
    local key, side = pkt.key, sides[pkt.in_port]
    if key.arp and side then
      macs[key.arp.sip] = key.arp.sha
      for _, held in ipairs(waiting[key.arp.sip] or {}) do deliver(held, side, key.arp.sip) end
      waiting[key.arp.sip] = nil
      if key.arp.op == 1 and key.arp.tip == tostring(side.ip.address) then send_arp(side, 2, key.arp.sha, key.arp.sip) end
      pkt:drop()
    elseif key.recirc_id == FROM_INSIDE then
      route(pkt, outside)
    elseif key.recirc_id == FROM_OUTSIDE and key.ipv4.dst == tostring(outside.ip.address) then -- of no connection
      pkt:install(key:only("recirc_id", "in_port", "ct_state", "ipv4.dst"), "drop", { execute = true })
    elseif key.recirc_id == FROM_OUTSIDE then
      route(pkt, inside)
    elseif side == outside and key.ipv4 and key.ipv4.dst == tostring(outside.ip.address) then
      -- Answers. Of TCP the port is matched, as there are flows for ports that are forwarded.
      local fields = { "recirc_id", "in_port", "ipv4.dst", key.tcp and "tcp.dst" or "ipv4.proto" }
      pkt:install(key:only(unpack(fields)), { odp.ct { nat = true }, odp.recirc(FROM_OUTSIDE) }, { execute = true })
    else
      pkt:drop()
    end
  end)
end

local function demo()
  local dp = odp.create_datapath("gw0")
  local host = lab.host(dp, { ip = "10.0.0.11/24", gateway = "10.0.0.1" })
  local server = lab.host(dp, { ip = "203.0.113.80/24", gateway = "203.0.113.1" })
  gateway(dp, { port = host.port, ip = odp.prefix("10.0.0.1/24") },
    { port = server.port, ip = odp.prefix("203.0.113.1/24") }, { [8080] = host.ip .. ":80" })
  local function whoami(_, from) return from.ip end
  host:listen(80, whoami)
  server:listen(80, whoami)

  print(host:ping(server.ip, { count = 3 }) .. " of 3 pings from inside answered")
  print("the server sees a connection from " .. host:request(server.ip, 80))
  print("port 8080 leads inside, where the connection is from " .. server:request("203.0.113.1", 8080))
  print("port 22 leads nowhere: " .. select(2, server:request("203.0.113.1", 22, "", 0.3)))
  for c in odp.conntrack() do print(c) end
end

if #arg == 0 then return lab.run(demo) end
local name, inside, outside, inside_ip, public_ip, router = ...
assert(router, "usage: odp example nat_gateway DATAPATH INSIDE OUTSIDE INSIDE-IP/LEN PUBLIC-IP/LEN ROUTER [PORT=IP:PORT]...")
local dp, inside_port, outside_port = lab.attach(name, inside, outside)
local forwards = {}
for i = 7, #arg do
  local port, to = arg[i]:match("^(%d+)=(.*)$")
  forwards[assert(tonumber(port), arg[i] .. ": PORT=IP:PORT expected")] = to
end
gateway(dp, { port = inside_port, ip = odp.prefix(inside_ip) },
  { port = outside_port, ip = odp.prefix(public_ip), router = tostring(odp.ip(router)) }, forwards)
odp.run()
