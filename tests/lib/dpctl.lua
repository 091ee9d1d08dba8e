-- odp, called as ovs-dpctl, beside the ovs-dpctl of Debian's openvswitch-switch 3.1: the same command lines, of which the output, the exit status and
-- the words on standard error are compared. What reads is run by both on the same datapaths; what changes something is run by
-- each in a namespace of its own, where everything has the same names.
local odp, net = require "odp", require "net"
local t = require "test"

local M = {}

--- The program under the name of ovs-dpctl.
M.program = os.tmpname() .. ".d/ovs-dpctl"
local folder = M.program:match "^(.*)/"
assert(net.run(("rm -f %s && mkdir %s && ln -s %s %s"):format((folder:gsub("%.d$", "")), folder, assert(os.getenv "ODP_BINARY"), M.program)))
odp.defer(function()
  os.remove(M.program)
  os.remove(folder)
end)

--- The namespaces of theirs and of ours.
M.theirs = net.namespace()
M.ours = net.namespace()

--- How many command lines were compared.
M.compared = 0

--- What they write beside their answers: lines with the time, for a log.
---@param text string
---@return string
local function answers(text)
  return (text:gsub("[^\n]*|%d+|[%w_]+%(?[%w]*%)?|%u+|[^\n]*\n", ""))
end

--- What is wrong with a text is said in other words, as each reads it in its own way.
---@param text string
---@return string
local function words(text)
  return (text:gsub("parsing flow key %b()", "parsing flow key"):gsub("parsing actions %(column[^\n]*%) %(", "parsing actions ("))
end

--- What differs.
---@class dpctl.Comparison
---@field status? boolean the exit status differs, for a reason that stands beside it
---@field words? boolean the words on standard error differ; both have some
---@field more? boolean ours writes words where theirs only writes to the log
---@field output? boolean the output differs
---@field order? boolean the lines come in another order
---@field stdin? string

---@param text string
---@return string
local function sorted(text)
  local lines = {}
  for line in text:gmatch "[^\n]+" do lines[#lines + 1] = line end
  table.sort(lines)
  return table.concat(lines, "\n")
end

---@param args (string|dpctl.Comparison)[]
---@return string[] args
---@return dpctl.Comparison how
local function split(args)
  local list, how = {}, {}
  for _, a in ipairs(args) do
    if type(a) == "table" then how = a else list[#list + 1] = a end
  end
  return list, how
end

---@param a net.ExecResult
---@param b net.ExecResult
---@param what string
---@param how dpctl.Comparison
local function compare(a, b, what, how)
  M.compared = M.compared + 1
  if not how.status then t.eq(b.status, a.status, what .. ": exit status, with " .. b.stderr .. "; theirs " .. a.stderr) end
  if how.output then
    t.ok(b.stdout ~= a.stdout, what)
  elseif how.order then
    t.eq(sorted(b.stdout), sorted(a.stdout), what)
  else
    t.eq(b.stdout, a.stdout, what)
  end
  local theirs, ours = words(answers(a.stderr)), words(b.stderr)
  if how.words then
    t.ok(a.stderr ~= "" and ours ~= "", what .. ": words of both")
  elseif how.more then
    t.ok(ours ~= "" and theirs == "", what .. ": words of ours")
  else
    t.eq(ours, theirs, what .. ": words")
  end
end

--- Both run in this namespace, which they leave as it is.
---@param ... string|dpctl.Comparison
function M.same(...)
  local args, how = split { ... }
  local o = { stdin = how.stdin or "" }
  local list = { unpack(args) }
  list[#list + 1] = o
  local theirs = net.exec("ovs-dpctl", unpack(list))
  compare(theirs, net.exec(M.program, unpack(list)), table.concat(args, " "), how)
end

--- Each runs in its namespace.
---@param ... string|dpctl.Comparison
function M.each(...)
  local args, how = split { ... }
  local list = { unpack(args) }
  list[#list + 1] = { stdin = how.stdin or "" }
  local theirs = M.theirs:exec("ovs-dpctl", unpack(list))
  compare(theirs, M.ours:exec(M.program, unpack(list)), table.concat(args, " "), how)
end

--- Call a function in both namespaces.
---@param fn fun(ns: net.Namespace)
function M.both(fn)
  for _, ns in ipairs { M.theirs, M.ours } do
    ns:with(function() fn(ns) end)
  end
end

M.both(function(ns)
  ns:sysctl("net.ipv6.conf.all.disable_ipv6", 1)
  ns:sysctl("net.ipv6.conf.default.disable_ipv6", 1)
end)

return M
