local dpctl = require "dpctl.verb"

return dpctl.unsupported({
  name = "ct-enable-tcp-seq-chk",
  summary = "Check TCP sequence numbers (not the kernel's datapath).",
  usage = "[DP]",
  min = 0,
  max = 1,
  writes = true,
  complete = dpctl.complete.datapath,
}, 2, "enabling TCP sequence checking failed")
