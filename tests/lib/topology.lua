-- Hosts, the wires between them, and what a datapath looks like at a moment.
local odp, net = require "odp", require "net"
local M = {}

--- Keep a namespace from sending what nobody asked for.
---@param ns? net.Namespace that of the program if not given
function M.quiet(ns)
  ns = ns or net.current_namespace()
  ns:sysctl("net.ipv6.conf.all.disable_ipv6", 1)
end

--- A host with the device eth0 in a namespace of its own, joined by a veth to a
--- new vport of the datapath.
---@param dp odp.Datapath
---@param vport odp.VportSpec|string
---@param address string of eth0, with prefix length
---@param ns? net.Namespace where the datapath is
---@return net.Namespace host
---@return odp.Vport vport
function M.host(dp, vport, address, ns)
  local host = net.namespace()
  M.quiet(host)
  local name = type(vport) == "table" and vport.name or vport
  net.veth { a = name, b = "eth0", ns = ns, peer_ns = host }
  host:addr("eth0", address)
  return host, dp:add_vport(vport)
end

--- A wire between the program's namespace and another: the device "wire" on
--- both sides, with 192.0.2.1 and fd00::1 here, 192.0.2.2 and fd00::2 there.
---@return net.Namespace there
function M.wire()
  local there = net.namespace()
  local near, far = net.veth { a = "wire", b = "wire", peer_ns = there }
  near:addr("192.0.2.1/24"):addr("fd00::1/64")
  far:addr("192.0.2.2/24"):addr("fd00::2/64")
  return there
end

--- Whether the host reaches the address, with every one of some pings.
---@param host net.Namespace
---@param address string
---@param count? integer 3 if not given
function M.ping(host, address, count)
  local ok, output = host:run(("ping -q -n -i 0.02 -W 10 -c %d %s"):format(count or 3, address))
  if not ok then error(output, 2) end
end

--- Everything that a script can see of a datapath, one thing a line: its
--- counters, ports with theirs, and flows with theirs. Two of an idle datapath
--- are equal exactly when nothing has changed it.
---@param dp odp.Datapath
---@return string
function M.snapshot(dp)
  local lines = { dp.name .. " " .. dp.index, "features " .. dp.features }
  local function add(prefix, values)
    for name, value in pairs(values) do table.insert(lines, ("%s %s=%s"):format(prefix, name, tostring(value))) end
  end
  add("datapath", dp.stats)
  for _, port in ipairs(dp:vports()) do
    local name = "port " .. port.number .. " " .. port.name
    table.insert(lines, ("%s %s %s %s"):format(name, port.type, tostring(port.dst_port), tostring(port.gbp)))
    add(name, port.stats)
  end
  for flow in dp:flows() do
    table.insert(lines, ("flow %s %d %d %s"):format(tostring(flow.match), flow.packets, flow.bytes, tostring(flow.actions)))
  end
  table.sort(lines)
  return table.concat(lines, "\n")
end

return M
