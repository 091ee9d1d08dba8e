-- What a shell offers, by kind, each with a word about it. `before` has the
-- arguments before.
local net, odp = require "net", require "odp"

local OFFERED_METERS = 63 -- the largest id that a shell offers

return {
  datapath = function()
    local list = {}
    for _, dp in ipairs(odp.datapaths()) do
      list[#list + 1] = { dp.name, "datapath " .. dp.index }
    end
    return list
  end,
  vport = function(dp)
    local list = {}
    for _, d in ipairs(dp and { odp.datapath(dp) } or odp.datapaths()) do
      for _, port in ipairs(d:vports()) do
        list[#list + 1] = { port.name, ("port %d of %s, %s"):format(port.number, d.name, port.type) }
      end
    end
    return list
  end,
  meter = function(dp)
    local list = {}
    local d = dp and odp.datapath(dp)
    for id = 0, d and OFFERED_METERS or -1 do -- the kernel cannot list them
      if d:meter(id) then list[#list + 1] = { tostring(id), "meter" } end
    end
    return list
  end,
  netns = function()
    local list = {}
    for _, ns in ipairs(net.namespaces()) do
      list[#list + 1] = { ns.name, "network namespace" }
    end
    return list
  end,
}
