-- Module dpctl.add_if: adds the ports that arguments describe to a datapath.
local net = require "net"
local errno = require "dpctl.errno"
local port = require "dpctl.port"
local scan = require "dpctl.scan"
local tunnel = require "dpctl.tunnel"

local ANY = 0xffffffff -- the number of a port that is given any
local HIGHEST = 65534 -- the highest number of a port

--- What the options of a port say.
---@param ctl dpctl.Session
---@param iface dpctl.Interface
---@return string kind
---@return integer? number
---@return table<string, string> options those of its type
local function read(ctl, iface)
  local kind, number, options = "system", nil, {}
  for _, o in ipairs(iface.options) do
    if o.key == "type" then
      kind = o.value
    elseif o.key == "port_no" then
      number = scan.atoi(o.value) % 2 ^ 32
    elseif options[o.key] then
      ctl:warn(nil, ("duplicate \"%s\" option"):format(o.key))
    else
      options[o.key] = o.value
    end
  end
  return kind, number, options
end

---@param ctl dpctl.Session
---@param dp odp.Datapath
---@param text string
local function add(ctl, dp, text)
  local iface, bad = port.parse(text)
  if not iface then return ctl:refuse(nil, text .. " is not a valid network device name") end
  if bad then return ctl:refuse(nil, "Invalid option format") end
  local name = iface.name
  local kind, number, options = read(ctl, iface)
  local code = port.unopened(name, kind)
  if code then return ctl:refuse(code, name .. ": failed to open network device") end
  local t = tunnel.by_name(kind)
  local config
  if t then
    local problems
    config, problems = tunnel.config(name, t, options)
    for _, problem in ipairs(problems) do ctl:warn(nil, problem) end
    if not config then
      ctl.status = 1
      return
    end
  elseif next(options) and kind ~= "patch" then
    ctl:warn(nil, name .. ": arguments provided to device that is not configurable")
  end
  local failed = ("adding %s to %s failed"):format(name, ctl.args[1])
  code = port.unsupported(kind)
  if code then return ctl:refuse(code, failed) end
  if number == 0 or number == ANY then number = nil end
  if number and number > HIGHEST then return ctl:refuse("EFBIG", failed) end
  local ok, e = pcall(port.add, dp, name, kind, number, config)
  if not ok then return ctl:refuse(errno.of(e), failed) end
  if not t then
    local up, why = pcall(function() net.link(name):up() end)
    if not up then ctl:refuse(errno.of(why), name .. ": failed bringing interface up") end
  end
end

--- Add the ports that the arguments from the second on describe. One that fails is told, and keeps none of the others
--- from being added.
---@param ctl dpctl.Session
---@param dp odp.Datapath
return function(ctl, dp)
  for i = 2, #ctl.args do add(ctl, dp, ctl.args[i]) end
end
