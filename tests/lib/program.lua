-- Command lines of the program under test.
local test, net = require "test", require "net"
local M = {}

M.path = assert(os.getenv "ODP_BINARY", "ODP_BINARY says where the program is")

--- Runs a command line with a shell; returns what it printed, what it reported and its status.
function M.run(line)
  local r = net.exec("sh", "-c", ("%s %s"):format(M.path, line), { timeout = 60 })
  return r.stdout, r.stderr, r.status
end

--- Fails unless the command line prints this and succeeds.
function M.prints(line, want)
  local out, err, status = M.run(line)
  test.eq({ out, err, status }, { want, "", 0 }, line)
end

--- Fails unless the command line prints nothing and reports this.
function M.fails(line, status, want)
  local out, err, got = M.run(line)
  test.eq({ out, err, got }, { "", "odp: " .. want .. "\n", status }, line)
end

--- What a command line with --json prints, a table for each line.
function M.records(line)
  local out, err, status = M.run(line .. " --json")
  test.eq({ err, status }, { "", 0 }, line)
  local list = {}
  for text in out:gmatch "[^\n]+" do
    list[#list + 1] = require("json").decode(text)
  end
  return list
end

return M
