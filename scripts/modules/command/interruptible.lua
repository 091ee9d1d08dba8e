-- Work that Ctrl-C ends in order, wherever it is: as a task, beside odp.run.
local odp = require "odp"

--- Runs the function until it returns or a signal comes. What it raises is raised.
---@param fn fun()
return function(fn)
  local ok, problem = true, nil
  odp.spawn(function()
    ok, problem = pcall(fn)
    odp.stop()
  end)
  if odp.run() == "stopped" and not ok then error(problem, 0) end
end
