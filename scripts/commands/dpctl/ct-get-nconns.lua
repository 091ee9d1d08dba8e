local dpctl = require "dpctl.verb"

return dpctl.unsupported({
  name = "ct-get-nconns",
  summary = "Show how many connections are tracked (not the kernel's datapath).",
  usage = "[DP]",
  min = 0,
  max = 1,
  complete = dpctl.complete.datapath,
}, 1, "nconns could not be retrieved")
