local dpctl = require "dpctl.verb"
local port = require "dpctl.port"
local errno = require "dpctl.errno"

--- The port of that name or number, and why there is none.
---@param dp odp.Datapath
---@param text string
---@return odp.Vport? port
---@return string? errno of a number
local function find(dp, text)
  if text:find "%D" then return dp:vport(text) end
  local ok, p = pcall(dp.vport, dp, tonumber(text) or 0)
  return ok and p or nil, ok and "ENODEV" or errno.of(p)
end

return dpctl.command {
  name = "del-if",
  summary = "Delete ports of a datapath.",
  usage = "DP IFACE...",
  min = 2,
  max = math.huge,
  writes = true,
  complete = dpctl.complete.ports,
  examples = { "odp dpctl del-if dp0 eth1 7" },
  run = function(ctl)
    local dp = ctl:open(ctl.args[1])
    for i = 2, #ctl.args do
      local name = ctl.args[i]
      local p, code = find(dp, name)
      local failed = ("deleting port %s from %s failed"):format(name, ctl.args[1])
      if p then
        local ok, e = pcall(port.delete, p)
        if not ok then ctl:refuse(errno.of(e), failed) end
      elseif code then
        ctl:refuse(code, failed)
      else
        ctl:refuse(nil, "no port named " .. name)
      end
    end
  end,
}
