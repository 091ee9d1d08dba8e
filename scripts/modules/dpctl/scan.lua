-- Module dpctl.scan: numbers as ovs-dpctl reads them in its arguments.
local M = {}

--- The number at the beginning of a text, of this many bits, after white space and a sign if there are any; nil if there is
--- none. What follows is not looked at, and bits that are too high are lost, as in ovs-dpctl.
---@param text string
---@param bits integer 16 or 32
---@return integer?
function M.uint(text, bits)
  local sign, digits = text:match("^%s*([+-]?)(%d+)")
  if not digits then return nil end
  local n = tonumber(digits)
  if sign == "-" then n = -n end
  return n % 2 ^ bits
end

--- The whole number at the beginning of a text, 0 if there is none: atoi of C.
---@param text string
---@return integer
function M.atoi(text) return tonumber(text:match("^%s*[+]?(-?%d+)") or 0) --[[@as integer]] end

--- The parts of a text between separators, empty ones left out: strtok of C.
---@param text string
---@param separator string one character
---@return string[]
function M.split(text, separator)
  local parts = {}
  for part in text:gmatch("[^" .. separator .. "]+") do parts[#parts + 1] = part end
  return parts
end

--- The words of a text: names and values, name=value, name:value or name(value), with commas or blanks between them.
---@param text string
---@return fun(): string?, string?
function M.words(text)
  local at = 1
  return function()
    local _, last, name = text:find("^[, \t\r\n]*([^, \t\r\n:=(]+)", at)
    if not last then return nil end
    at = last + 1
    local open = text:sub(at, at)
    local value = ""
    if open == "(" then
      value = text:match("^%b()", at)
      if value then
        at = at + #value
        value = value:sub(2, -2)
      else
        value, at = text:sub(at + 1), #text + 1
      end
    elseif open == "=" or open == ":" then
      value = text:match("^[^, \t\r\n(]*%b()", at + 1) or text:match("^[^, \t\r\n]*", at + 1)
      at = at + 1 + #value
    end
    return name, value
  end
end

return M
