-- Module dpctl.tunnel: tunnels as Open vSwitch names and configures them. One device of the kernel serves all tunnels of a
-- type, and of a UDP port, so its name says which; where packets go is in the actions of flows.
local odp, net = require "odp", require "net"
local scan = require "dpctl.scan"
local M = {}

--- A type of tunnel.
---@class dpctl.TunnelType
---@field name string
---@field device string what the names of its devices begin with
---@field port? integer the UDP port that it has unless told otherwise
---@field ported? boolean the name ends with the UDP port
---@field make? fun(spec: table) makes its device; nil if this program cannot

---@type dpctl.TunnelType[]
M.types = {
  { name = "geneve", device = "genev_sys", port = 6081, ported = true, make = net.geneve },
  { name = "gre", device = "gre_sys", make = net.gretap },
  { name = "vxlan", device = "vxlan_sys", port = 4789, ported = true, make = net.vxlan },
  { name = "lisp", device = "lisp_sys", port = 4341, ported = true },
  { name = "stt", device = "stt_sys", port = 7471, ported = true },
  { name = "erspan", device = "erspan_sys" },
  { name = "ip6erspan", device = "ip6erspan_sys" },
  { name = "ip6gre", device = "ip6gre_sys" },
  { name = "gtpu", device = "gtpu_sys", port = 2152, ported = true },
  { name = "bareudp", device = "bareudp_sys", ported = true },
}

--- The type of that name.
---@param name string
---@return dpctl.TunnelType?
function M.by_name(name)
  for _, t in ipairs(M.types) do
    if t.name == name then return t end
  end
end

--- The type whose devices have names such as this.
---@param device string
---@return dpctl.TunnelType?
function M.of_device(device)
  for _, t in ipairs(M.types) do
    if device:sub(1, #t.device) == t.device then return t end
  end
end

--- The name of the device for a type and a UDP port.
---@param t dpctl.TunnelType
---@param port integer?
---@return string
function M.device(t, port) return t.ported and t.device .. "_" .. port or t.device end

--- The configuration of a device as dpctl show prints it. Its name is all that is known of it.
---@param t dpctl.TunnelType
---@param device string
---@return string
function M.shown(t, device)
  local words = {}
  local port = scan.atoi(device:sub(#t.device + 2))
  if port > 0 and port < 65536 and t.ported and port ~= t.port then words[#words + 1] = "dst_port=" .. port end
  if t.name:find "erspan" then words[#words + 1] = "erspan_ver=0" end
  words[#words + 1] = "packet_type=ptap"
  return table.concat(words, ", ")
end

--- Options that are read by what sends packets into the tunnel, and mean nothing to the kernel's device.
local elsewhere = {
  tos = true, ttl = true, df_default = true, key = true, in_key = true, out_key = true, egress_pkt_mark = true,
  erspan_idx = true, erspan_ver = true, erspan_dir = true, erspan_hwid = true, payload_type = true,
  remote_cert = true, remote_name = true, psk = true, csum = true, seq = true,
}

local packet_types = { legacy_l2 = true, legacy_l3 = true, ptap = true }

--- The address that an option has.
---@param text string
---@return odp.IP|"flow"|nil
local function address(text)
  if text == "flow" then return "flow" end
  local ok, ip = pcall(odp.ip, text)
  return ok and ip or nil
end

--- What the options of a tunnel say.
---@class dpctl.TunnelConfig
---@field dst_port integer?
---@field gbp boolean

--- Read the options of a tunnel.
---@param name string of the port, for messages
---@param t dpctl.TunnelType
---@param options table<string, string>
---@return dpctl.TunnelConfig? config nil if they are not enough or not right
---@return string[] problems what is wrong; there can be some beside a configuration
function M.config(name, t, options)
  local config, problems = { dst_port = t.port, gbp = false }, {}
  local fatal = false
  local function problem(...) problems[#problems + 1] = name .. ": " .. string.format(...) end
  local remote, own
  local keys = {}
  for key in pairs(options) do keys[#keys + 1] = key end
  table.sort(keys)
  for _, key in ipairs(keys) do
    local value = options[key]
    if key == "remote_ip" then
      remote = address(value)
      if not remote then
        problem("bad %s 'remote_ip'", t.name)
      elseif remote ~= "flow" and remote.is_multicast then
        problem("multicast remote_ip=%s not allowed", value)
        fatal = true
      end
    elseif key == "local_ip" then
      own = address(value)
      if not own then problem("bad %s 'local_ip'", t.name) end
    elseif key == "dst_port" and t.ported then
      config.dst_port = scan.atoi(value) % 65536
    elseif key == "exts" and t.name == "vxlan" then
      for _, ext in ipairs(scan.split(value, ",")) do
        if ext == "gbp" then
          config.gbp = true
        else
          problem("unknown extension '%s'", ext)
        end
      end
    elseif key == "packet_type" then
      if not packet_types[value] then
        problem("unknown packet_type '%s'", value)
        fatal = true
      end
    elseif not elsewhere[key] then
      problem("unknown %s argument '%s'", t.name, key)
    end
  end
  if not fatal and not remote then
    problem("%s type requires valid 'remote_ip' argument", t.name)
    fatal = true
  end
  if not fatal and own == "flow" and remote ~= "flow" then
    problem("%s type requires 'remote_ip=flow' with 'local_ip=flow'", t.name)
    fatal = true
  end
  if not fatal and own and own ~= "flow" and remote ~= "flow" and own.version ~= remote.version then
    problem "'remote_ip' and 'local_ip' has to be of the same address family"
    fatal = true
  end
  if fatal then return nil, problems end
  return config, problems
end

return M
