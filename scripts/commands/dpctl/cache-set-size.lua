local dpctl = require "dpctl.verb"
local scan = require "dpctl.scan"

--- The size that Open vSwitch asks for: the next power of two.
---@param size integer
---@return integer
local function round(size)
  local power = 1
  while power < size do power = power * 2 end
  return size == 0 and 0 or power
end

return dpctl.command {
  name = "cache-set-size",
  summary = "Set the size of a cache of a datapath.",
  details = "The kernel's datapath has one, masks-cache. 0 turns it off.",
  usage = "DP CACHE SIZE",
  min = 3,
  max = 3,
  writes = true,
  complete = dpctl.complete.datapath,
  examples = { "odp dpctl cache-set-size dp0 masks-cache 512" },
  run = function(ctl)
    local size = scan.uint(ctl.args[3], 32)
    if not size then ctl:fail("EINVAL", "size is malformed") end
    local dp, code = dpctl.open(ctl.args[1])
    if not dp then ctl:fail(code, ("Opening datapath %s failed"):format(ctl.args[1])) end
    if ctl.args[2] ~= "masks-cache" then
      ctl:fail("EINVAL", ("Cache name \"%s\" not found on dpif"):format(ctl.args[2]))
    end
    ctl:try("Setting cache size failed", dp.set, dp, { masks_cache_size = round(size --[[@as integer]]) })
    ctl:line("Setting cache size successful, new size " .. dp.masks_cache_size)
  end,
}
