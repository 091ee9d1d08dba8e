-- Module dpctl.limits: limits of connections as the ct-*-limits verbs read them.
local odp = require "odp"
local scan = require "dpctl.scan"
local M = {}

--- The number that a field has, all of its text.
---@param text string
---@param most integer
---@return integer?
local function whole(text, most)
  local n = text:find "^%s*%d+$" and tonumber(text) or text:find "^%s*0[xX]%x+$" and tonumber(text)
  if n and n <= most then return n end
end

--- Read zone=ZONE,limit=LIMIT.
---@param text string
---@return odp.CTLimitSpec?
---@return string? problem
function M.parse(text)
  local most = { zone = 0xffff, limit = 0xffffffff }
  local spec = {}
  for key, value in scan.words(text) do
    if value == "" then return nil, ("field %s missing value"):format(key) end
    if not most[key] then return nil, "invalid zone limit field: " .. key end
    spec[key] = whole(value, most[key])
    if not spec[key] then return nil, "failed to parse field " .. key end
  end
  if not spec.zone or not spec.limit then return nil, "failed to parse zone limit" end
  return spec
end

--- Read zone=ZONE[,ZONE]...
---@param text string
---@return integer[]?
---@return string? problem
function M.zones(text)
  local list = text:match "^zone=(.*)$"
  if not list then return nil, "invalid argument " .. text end
  local zones = {}
  for _, part in ipairs(scan.split(list, ",")) do
    local zone = scan.uint(part, 16)
    if not zone then return nil, "invalid zone" end
    zones[#zones + 1] = zone
  end
  if #zones == 0 then return nil, "invalid zone" end
  return zones
end

--- The default and the limits of these zones, or of those that have one.
---@param zones integer[]?
---@return odp.CTLimit[]
function M.read(zones)
  if not zones then return odp.ct_limits() end
  local list = { odp.ct_limit "default" }
  for _, zone in ipairs(zones) do list[#list + 1] = odp.ct_limit(zone) end
  return list
end

return M
