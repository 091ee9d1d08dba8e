-- Module dpctl.set_if: changes a port of a datapath to what an argument describes, which the kernel does of none of them.
local port = require "dpctl.port"
local scan = require "dpctl.scan"
local tunnel = require "dpctl.tunnel"

---@param ctl dpctl.Session
---@param dp odp.Datapath
---@param text string
return function(ctl, dp, text)
  local iface, bad = port.parse(text)
  if not iface then return ctl:warn(nil, text .. " is not a valid network device name") end
  local name = iface.name
  local p = dp:vport(name)
  if not p then return ctl:refuse("ENODEV", ("%s: failed to query port in %s"):format(name, ctl.args[1])) end
  if bad then return ctl:refuse(nil, "Invalid option format") end
  local kind, options = port.type(p), {}
  for _, o in ipairs(iface.options) do
    if o.key == "type" then
      if o.value ~= kind then return ctl:refuse(nil, ("%s: can't change type from %s to %s"):format(name, kind, o.value)) end
    elseif o.key == "port_no" then
      local number = scan.atoi(o.value)
      if number ~= p.number then
        return ctl:refuse(nil, ("%s: can't change port number from %d to %d"):format(name, p.number, number))
      end
    else
      options[o.key] = o.value ~= "" and o.value or nil
    end
  end
  local t = tunnel.by_name(kind)
  if t then
    -- Of what it was configured with, its name has the UDP port alone.
    options.packet_type = options.packet_type or "ptap"
    local config, problems = tunnel.config(name, t, options)
    if not config then
      ctl:refuse("EINVAL", table.concat(problems, "\n"))
    elseif #problems > 0 then
      ctl:warn(nil, table.concat(problems, "\n"))
    end
  elseif next(options) then
    ctl:warn(nil, name .. ": arguments provided to device that is not configurable")
  end
end
