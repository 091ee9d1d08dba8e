local odp = require "odp"
local dpctl = require "dpctl.verb"
local show = require "dpctl.show"

return dpctl.command {
  name = "cache-get-size",
  summary = "Show the sizes of the caches of datapaths.",
  usage = "[DP]",
  min = 0,
  max = 1,
  complete = dpctl.complete.datapath,
  examples = { "odp dpctl cache-get-size dp0" },
  run = function(ctl)
    local list
    if ctl.args[1] then
      local dp, code = dpctl.open(ctl.args[1])
      if not dp then ctl:fail(code, ("Opening datapath %s failed"):format(ctl.args[1])) end
      list = { dp }
    else
      list = odp.datapaths()
    end
    for _, dp in ipairs(list) do
      show.name(ctl, dp)
      show.caches(ctl, dp, { name = dp.name, masks_cache_size = dp.masks_cache_size })
    end
  end,
}
