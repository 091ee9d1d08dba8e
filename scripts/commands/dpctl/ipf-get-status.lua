local dpctl = require "dpctl.verb"

return dpctl.unsupported({
  name = "ipf-get-status",
  summary = "Show how fragments are put together (not the kernel's datapath).",
  usage = "[DP]",
  min = 0,
  max = 1,
  complete = dpctl.complete.datapath,
}, 1, "ipf status could not be retrieved")
