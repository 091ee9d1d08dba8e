-- Listings of connections, ours and those of ovs-dpctl, in a form to be compared.
local odp, net = require "odp", require "net"
local t = require "test"
local M = {}

--- What ovs-dpctl prints.
function M.theirs(...)
  local r = net.exec("ovs-dpctl", ...)
  t.eq(r.status, 0, r.stderr)
  return r.stdout
end

--- The lines in order, without the seconds that run meanwhile.
function M.sorted(text)
  local lines = {}
  for line in text:gmatch("[^\n]+") do table.insert(lines, (line:gsub("timeout=%d+", "timeout=N"))) end
  table.sort(lines)
  return table.concat(lines, "\n")
end

--- The connections as text with these options, as M.sorted has them.
function M.ours(match, opts)
  local lines = {}
  for c in odp.conntrack(match) do table.insert(lines, opts and c:text(opts) or tostring(c)) end
  return M.sorted(table.concat(lines, "\n"))
end

return M
