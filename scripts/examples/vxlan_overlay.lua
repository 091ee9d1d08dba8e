-- An overlay network: what comes in at a port travels to another machine in VXLAN, as if one wire joined the two.
-- Each of the two machines runs it, with the address of the other one.
--
--   odp example vxlan_overlay DATAPATH PORT REMOTE [VNI]    on a device of this system, until Ctrl-C
--   odp sandbox example vxlan_overlay                       in a lab: two machines with a datapath and a host each
--
-- Look at: one tunnel port serves every VNI and every remote machine; the set action says which, packet by packet.
local odp, lab, net, packet = require "odp", require "lab", require "net", require "packet"

local OVERHEAD = 14 + 20 + 8 + 8 -- of the inner Ethernet header, and outer IPv4, UDP and VXLAN

local function overlay(dp, port, remote, vni)
  local tunnel = dp:add_vport { name = "vxlan0", type = "vxlan", dst_port = 4789 }
  odp.defer(function() tunnel:delete() end)
  dp:put_flow { match = { in_port = port }, actions = { odp.set { tunnel = { tun_id = vni, dst = remote, ttl = 64 } }, tunnel } }
  dp:put_flow { match = { in_port = tunnel, tunnel = { tun_id = vni, src = remote } }, actions = port }

  -- What is too large is lost on the way, so better say it.
  local route = assert(net.route_to(remote), "there is no route to " .. remote)
  local mtu, room = net.link(port.name).mtu, net.link(route.dev).mtu - OVERHEAD
  if mtu > room then print(("%s has MTU %d, but %s leaves %d: set that for the hosts behind it"):format(port.name, mtu, route.dev, room)) end
end

local function demo(here)
  -- Two machines, joined by a wire with addresses.
  local machines = { here, net.namespace() }
  lab.quiet(machines[2])
  local uplink = net.veth { a = "uplink", b = "uplink", peer_ns = machines[2] }
  local capture = uplink:capture { direction = "both", match = "eth_type(0x0800),ipv4(proto=17)" }
  local hosts = {}
  for i, machine in ipairs(machines) do
    machine:addr("uplink", "192.0.2." .. i .. "/24")
    hosts[i] = machine:with(function()
      local dp = odp.create_datapath("dp" .. i)
      local host = lab.host(dp, { ip = "10.0.0." .. i .. "/24" })
      overlay(dp, host.port, "192.0.2." .. 3 - i, 7)
      return host
    end)
  end

  print(hosts[1]:ping(hosts[2].ip, { count = 3 }) .. " of 3 pings answered through the tunnel")
  print("on the wire:")
  for _, frame in ipairs(capture:take()) do print("  " .. packet.dissect(frame)) end
end

if #arg == 0 then return lab.run(demo) end
local name, device, remote, vni = ...
assert(remote, "usage: odp example vxlan_overlay DATAPATH PORT REMOTE [VNI]")
local dp, port = lab.attach(name, device)
overlay(dp, port, remote, tonumber(vni or 1))
odp.run()
