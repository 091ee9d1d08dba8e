-- Flows put from a stream: any number, what is refused told by its place, memory level.
local odp = require "odp"
local t = require "test"

local dp = odp.create_datapath("dp0")
local function lines(from, to)
  local i = from - 1
  return function()
    i = i + 1
    if i <= to then return "recirc_id(" .. i .. "),in_port(0),eth(),eth_type(0x0800),ipv4(ttl=64), packets:0, used:never, actions:0" end
  end
end

local put, errors = dp:put_flows(lines(1, 3000))
t.eq(put, 3000)
t.eq(next(errors), nil)

-- Refused ones have the place that they had, and keep no other from being put.
local source = { "in_port(1),eth(), actions:drop", "in_port(1),eth(), actions:2", "in_port(2),eth(),eth_typ(1)",
  { match = { in_port = 3 }, actions = "drop" }, "in_port(4),eth()" }
put, errors = dp:put_flows(source)
t.eq(put, 3)
t.eq(errors[2].errno, "EEXIST")
t.contains(tostring(errors[3]), 'did you mean "eth_type"?')
t.eq(errors[4], nil)
put, errors = dp:put_flows(source, { mode = "replace" })
t.eq(put, 4)
t.raises(function() dp:put_flows({ true }) end, "a flow expected")
t.raises(function() dp:put_flows({ { mach = "in_port(1)" } }) end, "unknown field 'mach'")
t.raises(function() dp:put_flows(5) end, "function or array of flows")

-- Literal lines are those of ovs-dpctl add-flows: nothing is filled in, so that the kernel refuses what lacks something.
put, errors = dp:put_flows({ "in_port(5),eth(),eth_type(0x0806),arp(op=1) 2,3", " in_port(6),eth()\t2", "in_port(7),tcp(src=1) 2", "in_port(8),eth() 2,x" },
  { literal = true })
t.eq(put, 2)
t.eq(errors[3].errno, "EINVAL")
t.ok(errors[4].errno == nil and errors[1] == nil, "the actions of the fourth cannot be read")
t.eq(tostring(dp:flow("in_port(5),eth(),eth_type(0x0806),arp(op=1)").actions), "2,3")

-- Flows are removed by matches, identifiers and themselves.
local id = "01020304-0506-0708-090a-0b0c0d0e0f10"
dp:put_flow { match = "in_port(9),eth()", actions = 2, ufid = id }
local deleted
deleted, errors = dp:delete_flows { dp:flow "in_port(6),eth()", "in_port(9),eth()", { ufid = id }, "in_port(x)", odp.match "in_port(5),eth(),eth_type(0x0806),arp(op=1)" }
t.eq(deleted, 3)
t.eq(errors[2].errno, "ENOENT")
t.contains(tostring(errors[4]), "expected a port number")
t.eq(errors[5], nil)
local waiting = { "in_port(9),eth()" }
deleted, errors = dp:delete_flows(function() return table.remove(waiting) end, { literal = true })
t.eq(deleted, 0)
t.eq(errors[1].errno, "ENOENT")
t.raises(function() dp:delete_flows { 5 } end, "a match expected")

-- A listing can be put again, flow by flow or as lines.
local other = odp.create_datapath("dp1")
put = other:put_flows(dp:flows())
t.eq(put, 3003)
local texts = {}
for flow in dp:flows() do table.insert(texts, tostring(flow)) end
other:flush_flows()
t.eq(other:put_flows(texts), 3003)

-- The memory that a long stream and a long listing take does not grow with them.
local function resident()
  for line in io.lines("/proc/self/status") do
    local kb = line:match("^VmHWM:%s+(%d+)")
    if kb then return tonumber(kb) end
  end
end
dp:flush_flows()
dp:put_flows(lines(1, 10000))
local n = 0
for _ in dp:flows() do n = n + 1 end
t.eq(n, 10000)
local before = resident()
t.eq(dp:put_flows(lines(10001, 60000)), 50000)
n = 0
for _ in dp:flows() do n = n + 1 end
t.eq(n, 60000)
local grown = resident() - before
t.ok(grown < 16 * 1024, "the peak of memory grew by " .. grown .. " KiB over 50,000 flows")
dp:delete()
other:delete()
