local dpctl = require "dpctl.verb"

return dpctl.unsupported({
  name = "ct-disable-tcp-seq-chk",
  summary = "Do not check TCP sequence numbers (not the kernel's datapath).",
  usage = "[DP]",
  min = 0,
  max = 1,
  writes = true,
  complete = dpctl.complete.datapath,
}, 2, "disabling TCP sequence checking failed")
