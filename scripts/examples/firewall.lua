-- A stateful firewall between two ports: rules say what the inside may begin, answers come back, and the outside
-- begins nothing. It is the connection tracker that knows which packet is an answer.
--
--   odp example firewall DATAPATH INSIDE OUTSIDE    on devices of this system, until Ctrl-C
--   odp sandbox example firewall                    in a lab: a client inside and a server outside
--
-- Look at: flows of a datapath have no priorities, so the first rule that fits is found by the script, once for each
-- kind of connection, and the flow that it installs says so much of the packet that it is about no other rule.
local odp, lab = require "odp", require "lab"

-- What connections the inside may begin. The first rule that takes the packet counts; the last one takes all.
local rules = {
  { "deny",  { ipv4 = { dst = "198.51.100.0/24" } } },
  { "allow", { ipv4 = {}, tcp = { dst = 80 } } },
  { "allow", { ipv4 = {}, udp = { dst = 53 } } },
  { "allow", { ipv4 = {}, icmp = { type = 8 } } },
  { "deny",  {} },
}

local TRACKED = 1 -- the recirculation id of packets that have been through the tracker
local NEW = odp.match { ct_state = "+trk+new-inv" }

local function firewall(dp, inside, outside)
  -- What tells packets of one rule from those of another: the fields that the rules are about.
  local matches, fields = {}, { "recirc_id", "in_port", "ct_state" }
  for i, rule in ipairs(rules) do
    matches[i] = odp.match(rule[2])
    for name in matches[i]:fields() do table.insert(fields, name) end
  end
  local function kind(key)
    local present = {}
    for _, name in ipairs(fields) do
      if key:get(name) then table.insert(present, name) end
    end
    return key:only(unpack(present))
  end

  for _, way in ipairs { { inside, outside }, { outside, inside } } do
    local from, to = unpack(way)
    dp:put_flow { match = { recirc_id = 0, in_port = from, arp = {} }, actions = to }
    dp:put_flow { match = { recirc_id = 0, in_port = from, eth_type = 0x0800 }, actions = { odp.ct(), odp.recirc(TRACKED) } }
    for _, state in ipairs { "+trk+est-rel-new-inv", "+trk+rel-new-inv" } do -- related are ICMP errors
      dp:put_flow { match = { recirc_id = TRACKED, in_port = from, eth_type = 0x0800, ct_state = state }, actions = to }
    end
  end

  return dp:on_miss(function(pkt)
    local key = pkt.key
    if key.recirc_id ~= TRACKED then return pkt:drop() end -- neither ARP nor IPv4
    if pkt.in_port ~= inside.number or not NEW:matches(key) then
      pkt:install(key:only("recirc_id", "in_port", "ct_state"), "drop", { execute = true })
      return
    end
    for i, rule in ipairs(rules) do
      if matches[i]:matches(key) then
        print(("rule %d: %s %s -> %s %s"):format(i, rule[1], key.ipv4.src, key.ipv4.dst, key.tcp or key.udp or key.icmp or ""))
        pkt:install(kind(key), rule[1] == "allow" and { odp.ct { commit = true }, outside } or "drop", { execute = true })
        return
      end
    end
  end)
end

local function demo()
  local dp = odp.create_datapath("fw0")
  local client = lab.host(dp, { ip = "10.0.0.1/8" })
  local server = lab.host(dp, { ip = "10.0.0.2/8" })
  firewall(dp, client.port, server.port)
  for _, host in ipairs { client, server } do
    host:listen(80, function() return "welcome to " .. host.ip end)
  end
  local function try(what, result, why) print(("%-34s %s"):format(what, result or why)) end

  try("inside pings outside:", client:ping(server.ip, { count = 3 }) .. " of 3 answered")
  try("inside asks port 80 outside:", client:request(server.ip, 80))
  try("inside asks port 22 outside:", client:request(server.ip, 22, "", 0.3))
  try("outside pings inside:", server:ping(client.ip, { seconds = 0.3 }) .. " of 1 answered")
  try("outside asks port 80 inside:", server:request(client.ip, 80, "", 0.3))
  print("connections that are tracked:")
  for c in odp.conntrack() do print("  " .. c) end
  print("flows:")
  for flow in dp:flows() do print("  " .. flow) end
end

if #arg == 0 then return lab.run(demo) end
assert(#arg == 3, "usage: odp example firewall DATAPATH INSIDE OUTSIDE")
firewall(lab.attach(...))
odp.run()
