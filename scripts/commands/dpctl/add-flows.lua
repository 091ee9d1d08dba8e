return require("dpctl.flow_file").verb("add-flows", "Add flows from a file.", "add")
