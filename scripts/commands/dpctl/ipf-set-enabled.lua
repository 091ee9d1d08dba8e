return require("dpctl.verb").unsupported_family("ipf-set-enabled", "Put fragments together (not the kernel's datapath).",
  "enabling fragmentation reassembly failed")
