local dpctl = require "dpctl.verb"

return dpctl.unsupported({
  name = "offload-stats-show",
  summary = "Show what hardware has taken over (not the kernel's datapath).",
  usage = "[DP]",
  min = 0,
  max = 1,
  complete = dpctl.complete.datapath,
}, 1, "retrieving offload statistics")
