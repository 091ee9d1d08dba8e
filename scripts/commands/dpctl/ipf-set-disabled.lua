return require("dpctl.verb").unsupported_family("ipf-set-disabled", "Do not put fragments together (not the kernel's datapath).",
  "disabling fragmentation reassembly failed")
