return require("dpctl.flow_file").verb("mod-flows", "Change flows from a file.", "modify")
