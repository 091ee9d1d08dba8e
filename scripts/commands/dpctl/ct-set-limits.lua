local odp = require "odp"
local dpctl = require "dpctl.verb"
local limits = require "dpctl.limits"
local scan = require "dpctl.scan"

return dpctl.command {
  name = "ct-set-limits",
  summary = "Limit the connections of zones.",
  details = "0 is no limit. The default is for zones without a limit of their own.",
  usage = "[DP] [default=LIMIT] [zone=ZONE,limit=LIMIT]...",
  min = 1,
  max = math.huge,
  complete = dpctl.complete.datapath,
  examples = { "odp dpctl ct-set-limits dp0 default=1000 zone=5,limit=200" },
  run = function(ctl)
    local _, named = ctl:open_optional(math.huge)
    local specs = {}
    for i = named and 2 or 1, #ctl.args do
      local arg = ctl.args[i]
      if #specs == 0 and arg:sub(1, 8) == "default=" then
        local limit = scan.uint(arg:sub(9), 32)
        if not limit then ctl:fail("EINVAL", "invalid default limit") end
        specs[1] = { limit = limit }
      else
        local spec, wrong = limits.parse(arg)
        if not spec then ctl:fail("EINVAL", wrong --[[@as string]]) end
        specs[#specs + 1] = spec
      end
    end
    if #specs == 0 then ctl:fail("EINVAL", "a limit expected: default=LIMIT or zone=ZONE,limit=LIMIT") end
    for _, spec in ipairs(specs) do ctl:try("failed to set conntrack limit", odp.set_ct_limit, spec) end
  end,
}
