-- Module dpctl.port: ports of datapaths as add-if, set-if, del-if and show see them.
local net = require "net"
local errno = require "dpctl.errno"
local scan = require "dpctl.scan"
local tunnel = require "dpctl.tunnel"
local M = {}

--- What an argument NAME[,KEY=VALUE]... says.
---@class dpctl.Interface
---@field name string
---@field options { key: string, value: string }[] in their order

--- Read an argument NAME[,KEY=VALUE]... An option without = has an empty value.
---@param text string
---@return dpctl.Interface? nil if there is no name
---@return boolean bad an option has no key
function M.parse(text)
  local parts = scan.split(text, ",")
  if not parts[1] then return nil, false end
  local iface = { name = parts[1], options = {} }
  for i = 2, #parts do
    local key, value = parts[i]:match("^=*([^=]+)=?(.*)$")
    if not key then return iface, true end
    table.insert(iface.options, { key = key, value = value })
  end
  return iface, false
end

--- What Open vSwitch calls the type of a port. That of tunnels whose device another program made is in its name.
---@param port odp.Vport
---@return string
function M.type(port)
  if port.type ~= "netdev" then return port.type end
  local t = tunnel.of_device(port.name)
  return t and t.name or "system"
end

local MTU = 65000 -- of the devices of tunnels: larger than any packet that they get

--- Make the device of a tunnel, which takes what each packet's tunnel is from the packet, and a port of it.
---@param dp odp.Datapath
---@param t dpctl.TunnelType
---@param number integer?
---@param config dpctl.TunnelConfig
local function add_tunnel(dp, t, number, config)
  local spec = { name = tunnel.device(t, config.dst_port), external = true, mtu = MTU }
  if t.ported then spec.port = config.dst_port end
  if t.name == "vxlan" then
    spec.learning, spec.udp6_zero_csum_rx, spec.gbp = false, true, config.gbp
  end
  local link = t.make(spec)
  local ok, e = pcall(dp.add_vport, dp, { name = spec.name, number = number })
  if not ok then
    link:delete()
    error(e, 0)
  end
end

--- Add a port of a type. It raises what the kernel refuses.
---@param dp odp.Datapath
---@param name string
---@param kind string
---@param number integer?
---@param config dpctl.TunnelConfig?
function M.add(dp, name, kind, number, config)
  local t = tunnel.by_name(kind)
  if t and config then
    add_tunnel(dp, t, number, config)
  else
    dp:add_vport { name = name, type = kind == "internal" and "internal" or "netdev", number = number }
  end
end

--- Remove a port, with the device of a tunnel.
---@param port odp.Vport
function M.delete(port)
  local made = port.type == "netdev" and tunnel.of_device(port.name)
  port:delete()
  if made then
    local link = net.link(port.name)
    if link then link:delete() end
  end
end

--- Why a port of this type cannot be made whatever its name and options are: the kernel's error.
---@param kind string
---@return string?
function M.unsupported(kind)
  if kind == "patch" then return "EINVAL" end -- the wires of ovs-vswitchd, which the kernel does not know
  local t = tunnel.by_name(kind)
  if t and not t.make then return "EAFNOSUPPORT" end
end

--- Why a device cannot be opened that is to be a port of a type: the kernel's error.
---@param name string
---@param kind string
---@return string?
function M.unopened(name, kind)
  if kind == "system" then
    local ok, link = pcall(net.link, name)
    if not ok then return errno.of(link) end
    return not link and "ENODEV" or nil
  elseif kind == "tap" then
    return "EOPNOTSUPP"
  elseif kind ~= "internal" and kind ~= "patch" and not tunnel.by_name(kind) then
    return "EAFNOSUPPORT"
  end
end

return M
