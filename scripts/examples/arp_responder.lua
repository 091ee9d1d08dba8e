-- An ARP responder: questions for addresses that it knows are answered at the port that they came in by, so that they
-- reach nobody else. In an overlay that knows its hosts, this is most of the broadcasts.
--
--   odp example arp_responder DATAPATH IP=MAC...    on the ports that the datapath has, until Ctrl-C
--   odp sandbox example arp_responder               in a lab: one host asks for another, who does not hear of it
--
-- Look at: a handler may send any packet, here one that it builds. It answers from the script each time: the kernel
-- changes no fields of ARP. A host that asks too often is left to a flow that drops its questions for a while.
local odp, lab, packet = require "odp", require "lab", require "packet"

local MANY, WHILE = 20, 5 -- questions of a host in so many seconds, and as long it is then not listened to

-- known has an Ethernet address for each IP address. Other packets are left alone: they are for other flows.
local function responder(dp, known)
  local asked = {} -- by Ethernet address: how many questions
  odp.every(WHILE, function() asked = {} end)

  return dp:on_miss(function(pkt)
    local arp = pkt.key.arp
    local mac = arp and arp.op == 1 and known[arp.tip]
    if not mac then return end
    asked[arp.sha] = (asked[arp.sha] or 0) + 1
    if asked[arp.sha] == MANY + 1 then
      local flow = pkt:install(pkt.key:only("in_port", "arp.sha", "arp.op"), "drop")
      print(("%s asks too often: it gets no answer for %d seconds"):format(arp.sha, WHILE))
      odp.after(WHILE, function() flow:delete() end)
    end
    if asked[arp.sha] > MANY then return pkt:drop() end
    dp:execute { actions = pkt.vport, data = packet.build { eth = { src = mac, dst = arp.sha },
      arp = { op = 2, sha = mac, sip = arp.tip, tha = arp.sha, tip = arp.sip } } }
    return pkt:drop()
  end)
end

local function demo()
  local dp = odp.create_datapath("dp0")
  local a = lab.host(dp, { ip = "10.0.0.1/24" })
  local b = lab.host(dp, { ip = "10.0.0.2/24" })
  dp:put_flow { match = { in_port = a.port, ipv4 = {} }, actions = b.port }
  dp:put_flow { match = { in_port = b.port, ipv4 = {} }, actions = a.port }
  local handle = responder(dp, { [b.ip] = b.mac, ["10.0.0.3"] = "02:00:00:00:00:03" })
  local heard = b.link:capture { match = "eth_type(0x0806)" }

  print(a:ping(b.ip, { count = 3 }) .. " of 3 pings answered")
  for _, ip in ipairs { "10.0.0.3", "10.0.0.4" } do print(ip .. " is at " .. tostring(a:resolve(ip, 0.3))) end
  print(("%d questions came to the script, %d were heard by b"):format(handle.stats.handled, #heard:take()))

  for _ = 1, 30 do a:send { eth = { dst = "ff:ff:ff:ff:ff:ff" }, arp = { sha = a.mac, sip = a.ip, tip = b.ip } } end
  odp.sleep(0.3)
  for flow in dp:flows() do
    if flow.match.arp then print(flow) end
  end
end

if #arg == 0 then return lab.run(demo) end
assert(#arg >= 2, "usage: odp example arp_responder DATAPATH IP=MAC...")
local known = {}
for i = 2, #arg do
  local ip, mac = arg[i]:match("^(.-)=(.*)$")
  assert(ip, arg[i] .. ": IP=MAC expected")
  known[tostring(odp.ip(ip))] = tostring(odp.mac(mac))
end
responder(lab.attach(arg[1]), known)
odp.run()
