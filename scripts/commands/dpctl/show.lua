local odp = require "odp"
local dpctl = require "dpctl.verb"
local show = require "dpctl.show"

return dpctl.command {
  name = "show",
  summary = "Show datapaths and their ports, with -s what those have counted.",
  usage = "[DP...]",
  min = 0,
  max = math.huge,
  complete = dpctl.complete.datapaths,
  examples = { "odp dpctl show -s dp0" },
  run = function(ctl)
    if #ctl.args == 0 then
      for _, dp in ipairs(odp.datapaths()) do show.datapath(ctl, dp) end
    end
    for _, name in ipairs(ctl.args) do
      local dp, code = dpctl.open(name)
      if dp then
        show.datapath(ctl, dp)
      else
        ctl:refuse(code, ("opening datapath %s failed"):format(name))
      end
    end
  end,
}
