-- How the program calls the files of verbs: each function takes the text of a file, its name in messages, and JSON.
local json = require "json"
local M = {}

local function load_verb(code, name)
  local chunk, problem = loadstring(code, "@" .. name)
  if not chunk then error(problem, 0) end
  return chunk()
end

-- Calls f, and ends the program with a line that says why it failed, and the exit
-- status for that. With debug also where.
local function guarded(debugging, f)
  local trace
  local ok, e = xpcall(f, function(e)
    if debugging then trace = type(e) == "userdata" and e.line and e.traceback or debug.traceback("", 2) end
    return e
  end)
  if ok then return end
  local text, status = require("command.message")(e)
  io.stderr:write("odp: ", text, "\n")
  if trace then io.stderr:write(trace, "\n") end
  os.exit(status)
end

--- Runs a verb. call is what module command's run takes, and debug.
function M.run(code, name, call)
  local c = json.decode(call)
  guarded(c.debug, function()
    require("command").run(load_verb(code, name), c)
  end)
end

return M
