local dpctl = require "dpctl.verb"
local filter = require "dpctl.filter"
local flow = require "dpctl.flow"

--- Options among the arguments, which stand at the end.
---@param ctl dpctl.Session
---@return string? filter
---@return boolean other no flow is of the thread that is meant: those of the kernel are of none
local function options(ctl)
  local args, text, other = ctl.args, nil, false
  while #args > 0 do
    local last = args[#args]
    if last:sub(1, 7) == "filter=" and not text then
      text = last:sub(8)
    elseif last:sub(1, 5) == "type=" then
      ctl:fail(nil, "Invalid argument 'type'. Use 'ovs-appctl dpctl/dump-flows' instead.")
    elseif last:sub(1, 4) == "pmd=" then
      if not last:find "^pmd=%s*[+-]?%d" then
        ctl.status = 1
        return nil, true
      end
      other = true
    else
      break
    end
    table.remove(args)
  end
  return text, other
end

return dpctl.command {
  name = "dump-flows",
  summary = "List the flows of a datapath.",
  details = [[
With -m also identifiers and fields that are not matched. filter=FILTER leaves out flows that take no packet with these values,
as ovs-ofctl writes them: filter=tcp,nw_dst=10.0.0.1. pmd=N is of threads that the kernel's datapath does not have.]],
  usage = "[DP] [filter=FILTER] [pmd=N]",
  min = 0,
  max = 6,
  complete = dpctl.complete.datapath,
  examples = { "odp dpctl dump-flows -m dp0", "odp dpctl dump-flows dp0 filter=in_port=eth1,arp" },
  run = function(ctl)
    local text, other = options(ctl)
    if ctl.status ~= 0 then return end
    local dp = ctl:open_optional(1)
    local passing
    if text then
      local wrong
      passing, wrong = filter.parse(text, dp)
      if not passing then ctl:fail(nil, ("Failed to parse filter (%s)"):format(wrong)) end
    end
    if not other and not ctl.cmd.json then
      ctl.cmd:flush()
      dp:write_flows("-", { verbose = ctl.verbosity > 0, names = ctl.names, ovs = true, filter = passing })
      return
    end
    for f in dp:flows { filter = passing } do
      if not other then flow.print(ctl, f) end
    end
  end,
}
