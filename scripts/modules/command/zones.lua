-- What the verbs of limits have in common.
local M = {}

M.arg = { name = "ZONE", doc = "its number, or default for the zones without a limit of their own", suggest = { "default" } }

--- The zone that text means: a number, or "default".
function M.read(cmd, text)
  if text == "default" then return text end
  local n = tonumber(text)
  if not n or n ~= math.floor(n) or n < 0 or n > 65535 then cmd:usage(("ZONE: a number from 0 to 65535 or default expected, got %q"):format(text)) end
  return n
end

return M
