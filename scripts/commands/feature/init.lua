---@type command.Verb
return { summary = "Show what the kernel's datapath can do.", default = "list" }
