local dpctl = require "dpctl.verb"

return dpctl.unsupported({
  name = "ct-get-tcp-seq-chk",
  summary = "Show whether TCP sequence numbers are checked (not the kernel's datapath).",
  usage = "[DP]",
  min = 0,
  max = 1,
  complete = dpctl.complete.datapath,
}, 1, "TCP sequence checking query failed")
