---@type command.Verb
return {
  summary = "Add the flows of a file to a datapath.",
  details = [[
A line is a flow as Open vSwitch text, as `odp flow save` and `odp dpctl dump-flows` write it: MATCH, actions:ACTIONS. What is behind #
is passed over. A line that cannot be read, or that the kernel refuses, is told, the others are added, and the exit status is 1.]],
  args = {
    { name = "DP", kind = "datapath", doc = "the datapath's name or number" },
    { name = "FILE", kind = "file", optional = true, doc = "the file; - or none is standard input" },
  },
  flags = { { name = "replace", doc = "put the actions in the place of those of flows that are there" } },
  examples = { "odp flow load dp0 flows.txt", "odp flow save dp0 | odp flow load dp1" },
  run = function(cmd)
    local path, file = cmd.args.FILE or "-", io.stdin
    if path ~= "-" then
      local why
      file, why = io.open(path)
      if not file then cmd:fail(why) end
    end
    local n, at = 0, {} -- the numbers of the lines that are flows
    local next_line = require "command.lines"(file)
    local function next_flow()
      for line in next_line do
        n = n + 1
        if n % 256 == 0 then cmd:progress(n, nil, "lines") end
        if line:find("#", 1, true) then line = line:gsub("#.*$", "") end
        if line:find "%S" then
          at[#at + 1] = n
          return line
        end
      end
    end
    local put, errors = cmd.args.DP:put_flows(next_flow, { mode = cmd.flags.replace and "replace" or "create" })
    local refused = #at - put
    for i = 1, #at do
      if errors[i] then cmd:note(("%s:%d: %s"):format(path, at[i], (require "command.message"(errors[i])))) end
    end
    cmd:line(("%d flow%s added"):format(put, put == 1 and "" or "s"), { datapath = cmd.args.DP.name, added = put, refused = refused })
    if refused > 0 then cmd:fail(("%d of %d flows were not added"):format(refused, #at)) end
  end,
}
