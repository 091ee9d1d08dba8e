-- Module dpctl.filter: which flows dump-flows filter=FILTER lists. A filter has values of fields as ovs-ofctl writes them; a flow
-- passes if a packet with these values could be one that it takes.
local odp = require "odp"
local filter_field = require "dpctl.filter_field"
local scan = require "dpctl.scan"
local M = {}

--- Read a filter.
---@param text string
---@param dp odp.Datapath to read names of its ports
---@return odp.Filter? filter
---@return string? problem
function M.parse(text, dp)
  local tests, said = {}, {}
  local eth_type, proto
  local function want(field, value)
    tests[#tests + 1] = { path = field.paths, outer = field.outer, bits = field.bits, value = value }
  end
  ---@return string? problem
  local function add(name, value)
    local protocol = filter_field.protocols[name]
    if protocol then
      if eth_type then return "Ethernet type set multiple times" end
      eth_type = protocol[1]
      want(filter_field.fields.eth_type, odp.u64(eth_type))
      if protocol[2] then
        if proto then return "network protocol set multiple times" end
        proto = protocol[2]
        want(filter_field.fields.nw_proto, odp.u64(proto))
      end
      return
    end
    if filter_field.unmatched(name) then return end
    local field = filter_field.fields[name]
    if not field then return "unknown field " .. name end
    if field.needs and not filter_field.needs[field.needs](said, eth_type, proto) then
      return "prerequisites not met for setting " .. name
    end
    if said[name] then return ("field %s set multiple times"):format(name) end
    local wanted = field.read(value, dp)
    if wanted == nil then
      local why = value:find "/" or value:find "^[+-]"
      return ("bad value for %s (%s: %s)"):format(name, value, why and "wildcards not allowed here" or "not a value of this field")
    end
    if field.shift then wanted = wanted:lshift(field.shift) end
    said[name] = wanted
    if field == filter_field.fields.eth_type then
      eth_type = wanted:tonumber()
    elseif field == filter_field.fields.nw_proto then
      proto = wanted:tonumber()
    end
    want(field, wanted)
  end
  for name, value in scan.words(text) do
    local problem = add(name, value)
    if problem then return nil, text .. ": " .. problem end
  end
  return odp.filter(tests)
end

return M
