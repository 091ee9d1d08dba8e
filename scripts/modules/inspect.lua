local odp = require "odp"

--- The text of values, for people. `local inspect = require "inspect"` is called like a
--- function: `print(inspect(value))`.
---
--- Plain tables are written as Lua that reads back as the same table, strings
--- quoted, names in order. Objects of this program are written by their fields,
--- as odp.fields gives them. A table that contains itself is marked as a cycle.
---@class inspect
---@overload fun(value: any, options?: odp.FormatOptions): string
local inspect = {}

--- The text of a value, as calling the module gives it.
---
--- ```lua
--- print(inspect.text(dp:flows()()), { depth = 2 })
--- ```
---@param value any
---@param options? odp.FormatOptions
---@return string text
function inspect.text(value, options)
  return odp.format(value, options)
end

--- Print values, each as its text, and return them: it can be put around
--- what is to be looked at.
---
--- ```lua
--- dp:put_flow(inspect.print{ match = m, actions = 2 })
--- ```
---@generic T
---@param ... T
---@return T ...
function inspect.print(...)
  local texts = {}
  for i = 1, select("#", ...) do
    texts[i] = odp.format((select(i, ...)))
  end
  print(unpack(texts))
  return ...
end

return setmetatable(inspect, {
  __call = function(_, value, options)
    return odp.format(value, options)
  end,
})
