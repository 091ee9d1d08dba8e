-- Module dpctl.filter: which flows dump-flows filter=FILTER lists. A filter has values of fields as ovs-ofctl writes them; a flow
-- passes if a packet with these values could be one that it takes.
local odp = require "odp"
local filter_field = require "dpctl.filter_field"
local scan = require "dpctl.scan"
local M = {}

--- How deep in tags a match looks.
---@param m odp.Match
---@return string prefix of the paths of what is inside
local function inside(m)
  local encap = m.encap
  if not encap then return "" end
  return encap.encap and "encap.encap." or "encap."
end

--- The outermost tag of what a match is for, as 16 bits, and their mask. A flow that does not speak of tags is for packets
--- without, as far as Open vSwitch knows what it is for.
---@param m odp.Match
---@return integer? tci
---@return integer? mask
local function tag(m)
  if not m.vlan then
    if m.eth_type then return 0, 0xffff end
    return nil
  end
  local tci, bits = 0, 0
  local function add(name, all, unit)
    local value, mask = m:get("vlan." .. name)
    if value == nil then return end
    tci, bits = tci + value * unit, bits + (mask or all) * unit
  end
  add("vid", 0xfff, 1)
  add("cfi", 1, 0x1000)
  add("pcp", 7, 0x2000)
  return tci, bits
end

--- Whether a match and a value of a field agree.
---@param m odp.Match
---@param prefix string
---@param field dpctl.Field
---@param want any
---@return boolean
local function agrees(m, prefix, field, want)
  for _, path in ipairs(field.paths) do
    local value, mask
    if path == "vlan" then
      value, mask = tag(m)
    else
      value, mask = m:get(field.outer and path or prefix .. path)
    end
    if value ~= nil then return field.kind.agrees(want, value, mask, field.bits) end
  end
  return true
end

--- Read a filter.
---@param text string
---@param dp odp.Datapath to read names of its ports
---@return (fun(m: odp.Match): boolean)? passes
---@return string? problem
function M.parse(text, dp)
  local wanted, said = {}, {}
  local eth_type, proto
  ---@return string? problem
  local function add(name, value)
    local protocol = filter_field.protocols[name]
    if protocol then
      if eth_type then return "Ethernet type set multiple times" end
      eth_type = protocol[1]
      wanted[#wanted + 1] = { filter_field.fields.eth_type, odp.u64(eth_type) }
      if protocol[2] then
        if proto then return "network protocol set multiple times" end
        proto = protocol[2]
        wanted[#wanted + 1] = { filter_field.fields.nw_proto, odp.u64(proto) }
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
    local want = field.kind.read(value, dp)
    if want == nil then
      local why = value:find "/" or value:find "^[+-]"
      return ("bad value for %s (%s: %s)"):format(name, value, why and "wildcards not allowed here" or "not a value of this field")
    end
    if field.shift then want = want:lshift(field.shift) end
    said[name] = want
    if field == filter_field.fields.eth_type then
      eth_type = want:tonumber()
    elseif field == filter_field.fields.nw_proto then
      proto = want:tonumber()
    end
    wanted[#wanted + 1] = { field, want }
  end
  for name, value in scan.words(text) do
    local problem = add(name, value)
    if problem then return nil, text .. ": " .. problem end
  end
  return function(m)
    local prefix = inside(m)
    for _, w in ipairs(wanted) do
      if not agrees(m, prefix, w[1], w[2]) then return false end
    end
    return true
  end
end

return M
