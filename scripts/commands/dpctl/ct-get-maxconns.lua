local dpctl = require "dpctl.verb"

return dpctl.unsupported({
  name = "ct-get-maxconns",
  summary = "Show the most connections that are tracked (not the kernel's datapath).",
  usage = "[DP]",
  min = 0,
  max = 1,
  complete = dpctl.complete.datapath,
}, 1, "maxconns could not be retrieved")
