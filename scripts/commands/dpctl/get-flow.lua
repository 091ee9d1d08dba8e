local dpctl = require "dpctl.verb"
local flow = require "dpctl.flow"

return dpctl.command {
  name = "get-flow",
  summary = "Show the flow with an identifier.",
  usage = "[DP] ufid:UFID",
  min = 1,
  max = 2,
  complete = dpctl.complete.datapath,
  examples = { "odp dpctl get-flow dp0 ufid:4b1f8a3c-0000-4000-8000-0242ac120002" },
  run = function(ctl)
    local dp = ctl:open_optional(2)
    local ufid = flow.ufid(ctl.args[#ctl.args])
    if not ufid then
      -- Exit status 0, as of ovs-dpctl.
      ctl:warn(ufid == false and "EINVAL" or nil, "parsing flow ufid")
      return
    end
    local f = ctl:try("getting flow", dp.flow, dp, { ufid = ufid })
    if not f then ctl:fail("ENOENT", "getting flow") end
    flow.print(ctl, f --[[@as odp.Flow]])
  end,
}
