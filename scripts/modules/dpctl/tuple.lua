-- Module dpctl.tuple: addresses of connections as flush-conntrack reads them.
local odp = require "odp"
local scan = require "dpctl.scan"
local M = {}

--- What both tuples have said.
---@class dpctl.TupleSaid
---@field version integer? of the addresses
---@field proto integer?

--- A whole number up to a limit.
---@param text string
---@param most integer
---@return integer?
local function number(text, most)
  local n = (text:find "^%d+$" or text:find "^0[xX]%x+$") and tonumber(text)
  return n and n <= most and n or nil
end

--- The fields that have addresses, with the version of those.
local addresses = { ct_nw_src = 4, ct_nw_dst = 4, ct_ipv6_src = 6, ct_ipv6_dst = 6 }

--- The fields that have numbers, and the highest ones.
local numbers = { ct_nw_proto = 255, ct_tp_src = 65535, ct_tp_dst = 65535, icmp_type = 255, icmp_code = 255, icmp_id = 65535 }

--- Read a tuple. Both that describe a connection are read with the same table of what was said.
---@param text string
---@param said dpctl.TupleSaid
---@return string? tuple in the form that odp.flush_conntrack reads
---@return string? problem
function M.read(text, said)
  local fields, set, ports = {}, {}, false
  for key, value in scan.words(text) do
    if value == "" then return nil, ("field %s missing value"):format(key) end
    local version = addresses[key]
    if version then
      if said.version and said.version ~= version then return nil, "the L3 protocol does not match " .. value end
      if set[key] then return nil, key .. " is set multiple times" end
      local ok, ip = pcall(odp.ip, value)
      if not ok or ip.version ~= version then return nil, "failed to parse field " .. key end
      said.version = version
    elseif numbers[key] then
      local n = number(value, numbers[key])
      if key:find "^icmp" and said.proto ~= 1 and said.proto ~= 58 then return nil, "invalid L4 fields" end
      if not n then return nil, "failed to parse field " .. key end
      if key == "ct_nw_proto" then said.proto = n end
      ports = ports or (key:find "^ct_tp" ~= nil and n > 0)
    else
      return nil, "invalid conntrack tuple field: " .. key
    end
    set[key] = true
    fields[#fields + 1] = key .. "=" .. value
  end
  if ports and (said.proto or 0) == 0 then return nil, "port is set without protocol" end
  return table.concat(fields, ",")
end

return M
