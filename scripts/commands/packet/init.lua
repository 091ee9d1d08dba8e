---@type command.Verb
return { summary = "Send packets through a datapath, and show what packets are." }
