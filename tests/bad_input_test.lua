-- Wrong input of every kind raises one error, at the script's line, that names the argument and what was
-- expected, and leaves the datapath as it was.
---@diagnostic disable
local odp, net = require "odp", require "net"
local t = require "test"
local topo = require "lib.topology"

topo.quiet()
local dp = odp.create_datapath("dp0")
local other = odp.create_datapath("dp1")
for _, name in ipairs { "left", "right", "spare", "foreign" } do net.veth { a = name, b = name .. "_end" } end
local left, right = dp:add_vport("left"), dp:add_vport { name = "right", number = 9 }
other:add_vport("foreign")
dp:put_flow { match = { in_port = left }, actions = right }
dp:put_flow { match = "in_port(9),eth(),eth_type(0x0800),ipv4(dst=10.0.0.0/8)", actions = "1" }

local before, before_other = topo.snapshot(dp), topo.snapshot(other)
local links = net.exec("ip", "-br", "link").stdout

-- The line that called the function that asks.
local function here()
  local caller = debug.getinfo(3, "Sl")
  return caller.source .. ":" .. caller.currentline
end

-- The script's own mistake: fn raises an error about an argument, with each text.
local function refuses(fn, ...)
  local line = here()
  local e = t.raises(fn, ...)
  if type(e) == "string" then error("a plain string was raised: " .. e, 2) end
  t.eq(e.op, "argument")
  t.eq(e.errno, nil, "errno of " .. e.message)
  t.eq(e.code, nil, "code of " .. e.message)
  t.eq(e.line, line, "line of " .. e.message)
  t.contains(e.traceback, line)
  t.eq(tostring(e):sub(1, #line + 1), line .. ":", "how it starts")
end

-- A refusal of the kernel: fn raises an error with this errno, about that object, with each text.
local function denied(fn, op, object, errno, ...)
  local line = here()
  local e = t.raises(fn, op, errno, ...)
  if type(e) == "string" then error("a plain string was raised: " .. e, 2) end
  t.eq(e.op, op)
  t.eq(e.object, object)
  t.eq(e.errno, errno)
  t.ok(e.code > 0, "code")
  t.eq(e.line, line, "line of " .. e.message)
end

-- Wrong types, and what is missing.

refuses(function() odp.create_datapath() end, "#1 (spec) to odp.create_datapath", "table expected, got nil")
refuses(function() odp.create_datapath(7) end, "#1 (spec) to odp.create_datapath", "table expected, got number 7")
refuses(function() odp.create_datapath { name = 7 } end, "field 'name'", "string expected, got number 7")
refuses(function() odp.create_datapath {} end, "field 'name'", "string expected, got nil")
refuses(function() odp.create_datapath { name = "dp2", netns = "x" } end, "namespace", 'string "x"')
refuses(function() odp.create_datapath { name = "dp2", masks_cache_size = 3 } end, "masks cache size: 3", "0 or a power of two expected")
refuses(function() odp.datapath(dp) end, "#1 (name) to odp.datapath", "string expected, got odp.Datapath")
refuses(function() odp.datapath("dp0", 1) end, "#2 (ns) to odp.datapath", "namespace")
refuses(function() dp:add_vport(true) end, "#1 (spec) to Datapath:add_vport", "table expected, got boolean")
refuses(function() dp:add_vport { name = "spare", number = "9" } end, "field 'number'", "whole number from 0 to 65534", 'string "9"')
refuses(function() dp:add_vport { name = "spare", type = 4 } end, "field 'type'", "string expected, got number 4")
refuses(function() dp:vport({}) end, "#1 (id) to Datapath:vport", "name or number of a port expected, got table")
refuses(function() dp:put_flow { actions = "1" } end, "#1 (spec) to Datapath:put_flow", "field 'match'", "a match expected", "got nil")
refuses(function() dp:put_flow { match = { in_port = 1 } } end, "field 'actions'", "expected", "nil")
refuses(function() dp:put_flow { match = { in_port = true }, actions = "1" } end, "in_port", "number, text or vport expected, got boolean")
refuses(function() dp:put_flow { match = { in_port = 1, "eth" }, actions = "1" } end, "names of keys", "number 1")
refuses(function() dp:put_flow { match = { in_port = 1 }, actions = { true } } end, "field 'actions'", "got boolean")
refuses(function() dp:put_flow { match = { in_port = 1 }, actions = "1", mode = "update" } end, "field 'mode'", "create, replace, modify expected", '"update"')
refuses(function() dp:flow(7) end, "#1 (flow) to Datapath:flow", "got number 7")
refuses(function() dp:execute { data = 7, actions = "1" } end, "field 'data'", "string expected, got number 7")
refuses(function() dp:execute { data = ("x"):rep(13), actions = "1" } end, "packet: 13 bytes long", "at least the 14 of an Ethernet header")
refuses(function() dp:on_miss("f") end, "#1 (fn) to Datapath:on_miss", "function", "expected, got string")
refuses(function() dp.delete() end, "delete must be called on an odp.Datapath with a colon", "got nil")
refuses(function() left.delete(dp) end, "delete must be called on an odp.Vport with a colon", "got odp.Datapath")

-- Names that are not known, with the one that was perhaps meant.

refuses(function() dp:add_vport { nmae = "spare" } end, "unknown field 'nmae'", "did you mean name?")
refuses(function() dp:add_vport { name = "spare", dstport = 4789 } end, "unknown field 'dstport'", "did you mean dst_port?")
refuses(function() dp:put_flow { mach = "in_port(1)", actions = "1" } end, "unknown field 'mach'", "did you mean match?")
refuses(function() dp:put_flow { match = { in_prot = 1 }, actions = "1" } end, "there is no key in_prot", 'did you mean "in_port"?')
refuses(function() dp:put_flow { match = { ipv4 = { dts = "10.0.0.1" } }, actions = "1" } end, "ipv4 has no field dts", 'did you mean "dst"?')
refuses(function() dp:put_flow { match = { in_port = { number = 1 } }, actions = "1" } end, "in_port is one value and has no fields")
refuses(function() dp:add_vport { name = "spare", type = "vxlna" } end, "field 'type'", 'vport type "vxlna"', "vxlan")
refuses(function() return dp.nmae end, "nmae", "name")
refuses(function() return dp.stats.hits end, "odp.DatapathStats has no field 'hits'", "did you mean hit?")
refuses(function() return odp.creat_datapath end, "creat_datapath", "create_datapath")
refuses(function() odp.match("in_port(1)"):only("eth.source") end, "eth")

-- Numbers out of range.

refuses(function() dp:add_vport { name = "spare", number = 65535 } end, "field 'number'", "from 0 to 65534", "number 65535")
refuses(function() dp:add_vport { name = "spare", number = -1 } end, "field 'number'", "from 0 to 65534", "number -1")
refuses(function() dp:add_vport { name = "spare", number = 1.5 } end, "field 'number'", "from 0 to 65534", "number 1.5")
refuses(function() dp:add_vport { name = "spare", number = 0 } end, "field 'number'", "0 is the local port", "from 1 to 65534")
refuses(function() dp:vport(70000) end, "#1 (id) to Datapath:vport", "from 0 to 65534", "number 70000")
refuses(function() dp:vport(0 / 0) end, "#1 (id) to Datapath:vport", "from 0 to 65534")
refuses(function() dp:put_flow { match = { in_port = 4294967296 }, actions = "1" } end, "in_port", "a number from 0 to 4294967295")
refuses(function() dp:put_flow { match = { tcp = { dst = 65536 }, ipv4 = { proto = 6 } }, actions = "1" } end, "tcp.dst", "a number from 0 to 65535")
refuses(function() dp:put_flow { match = { vlan = { vid = 4096 } }, actions = "1" } end, "vlan.vid", "a number from 0 to 4095")
refuses(function() dp:put_flow { match = { ipv4 = { ttl = -1 } }, actions = "1" } end, "ipv4.ttl", "whole number expected, got number -1")
refuses(function() odp.output(65536 * 65536) end, "#1 (value) to odp.output", "4294967295")
refuses(function() odp.push_vlan { vid = 5000 } end, "#1 (fields) to odp.push_vlan", "a number from 0 to 4095", "push_vlan(vid=5000)")

-- Names that no device can have.

for _, case in ipairs {
  { "", "1 to 15 bytes" },
  { "sixteen_bytes_xx", "16 bytes" },
  { "a/b", [["a/b" has the byte "/", which is not allowed]] },
  { "a b", [["a b" has the byte " ", which is not allowed]] },
  { "a\nb", [["a\nb" has the byte "\n", which is not allowed]] },
  { "a\0b", [["a\x00b" has the byte "\x00", which is not allowed]] },
  { ".", [["." is not allowed]] },
} do
  local name, words = case[1], case[2]
  refuses(function() odp.create_datapath(name) end, "datapath create: name:", words)
  refuses(function() odp.create_datapath { name = name } end, "datapath create: name:", words)
  refuses(function() odp.datapath(name) end, "datapath get: name:", words)
  refuses(function() dp:add_vport(name) end, "vport create: name:", words)
  refuses(function() dp:add_vport { name = name, type = "internal" } end, "vport create: name:", words)
  refuses(function() dp:vport(name) end, "vport get: name:", words)
end

-- Options of other types of vport.

refuses(function() dp:add_vport { name = "spare", dst_port = 1 } end, "field 'dst_port'", "a port of type netdev has no such option")
refuses(function() dp:add_vport { name = "in0", type = "internal", dst_port = 1 } end, "field 'dst_port'", "a port of type internal")
refuses(function() dp:add_vport { name = "gr", type = "gre", gbp = true } end, "field 'gbp'", "a port of type gre")
refuses(function() dp:add_vport { name = "gn", type = "geneve", gbp = true } end, "field 'gbp'", "a port of type geneve")
refuses(function() dp:add_vport { name = "vx", type = "vxlan", dst_port = 0 } end, "field 'dst_port'", "from 1 to 65535")
refuses(function() dp:add_vport { name = "vx", type = "vxlan", dst_port = 65536 } end, "field 'dst_port'", "from 1 to 65535")
refuses(function() dp:add_vport { name = "vx", type = "vxlan", dst_port = {} } end, "field 'dst_port'", "got table")
refuses(function() dp:add_vport { name = "vx", type = "vxlan", gbp = "maybe" } end, "field 'gbp'", "true or false expected")

-- Text: the column, what should stand there, and a caret below it.

local function caret(text, column) return text .. "\n" .. (" "):rep(column - 1) .. "^" end
for _, case in ipairs {
  { "in_port(1),eht()", 12, "expected the name of a key", 'did you mean "eth"?' },
  { "in_port(1", 10, 'expected ")", found the end' },
  { "in_port(1),in_port(2)", 12, "each key once" },
  { "in_port(x)", 9, "expected a " },
  { "eth(src=02:00:00:00:00)", 9, "an Ethernet address" },
  { "eth_type(0x0800),ipv4(src=10.0.0.300)", 27, "an IPv4 address" },
  { "eth_type(0x0800),ipv4(src=10.0.0.0/33)", 36, "a prefix length from 0 to 32" },
  { "eth_type(0x0800),ipv4(ttl=256)", 27, "a number from 0 to 255" },
  { "eth_type(0x0800),ipv4(frag=maybe)", 28, "one of no, first, later" },
} do
  local text, column = case[1], case[2]
  refuses(function() odp.match(text) end, "#1 (match) to odp.match", "column " .. column .. ": ", case[3], case[4] or "", caret(text, column))
  refuses(function() dp:put_flow { match = text, actions = "1" } end, "Datapath:put_flow", "column " .. column .. ": ", case[3])
  refuses(function() dp:delete_flow(text) end, "Datapath:delete_flow", "column " .. column .. ": ", case[3])
end
for _, case in ipairs {
  { "1,outptu(2)", 3, "expected an action", 'did you mean "output"?' },
  { "1,set(eth(dst=1))", 15, "an Ethernet address" },
  { "sample(sample=200%,actions(1))", 15, "a percentage" },
  { "push_vlan(vid=1", 16, 'found the end' },
} do
  local text, column = case[1], case[2]
  refuses(function() odp.actions(text) end, "#1 (actions) to odp.actions", "column " .. column .. ": ", case[3], case[4] or "", caret(text, column))
  refuses(function() dp:put_flow { match = "in_port(5),eth()", actions = text } end, "column " .. column .. ": ", case[3])
end
refuses(function() odp.match { tcp = { dst = 80 } } end, "tcp: say which packets: with ipv4.proto=6 or with ipv6.proto=6")
refuses(function() odp.match { eth_type = 0x0806, ipv4 = { ttl = 1 } } end, "ipv4: only packets with eth_type=0x0800")
refuses(function() odp.actions("set(tunnel(tun_id=1))") end, "dst or ipv6_dst expected")

-- What is taken, or is not there.

denied(function() odp.create_datapath("dp0") end, "datapath create", "dp0", "EEXIST", "the name is taken by a datapath")
denied(function() odp.create_datapath("spare") end, "datapath create", "spare", "EEXIST", "the name is taken by another network device")
denied(function() dp:add_vport("absent") end, "vport create", "absent", "ENODEV", "on dp0", "no such network device")
denied(function() dp:add_vport("left") end, "vport create", "left", "EEXIST", "it is port 1 of the datapath already")
denied(function() dp:add_vport("foreign") end, "vport create", "foreign", "EBUSY", "already part of a datapath or bridge")
denied(function() dp:add_vport("lo") end, "vport create", "lo", "EINVAL", "the kernel takes no such device for a port")
denied(function() dp:add_vport { name = "spare", number = 9 } end, "vport create", "spare", "EBUSY", "port number 9 is taken by right")
denied(function() dp:add_vport { name = "spare", type = "internal" } end, "vport create", "spare", "EEXIST", "taken by another network device")
denied(function() dp:put_flow { match = { in_port = left }, actions = "drop" } end, "flow put", "dp0", "EEXIST")
denied(function() dp:put_flow { match = { in_port = 5 }, actions = "1", mode = "modify" } end, "flow put", "dp0", "ENOENT")
denied(function() dp:delete_flow { in_port = 5 } end, "flow delete", "dp0", "ENOENT")
denied(function() dp:clear_flow { in_port = 5 } end, "flow clear", "dp0", "ENOENT")
t.eq(odp.datapath("absent"), nil)
t.eq(odp.datapath("spare"), nil, "a device that is no datapath")
t.eq(dp:vport("absent"), nil)
t.eq(dp:vport("foreign"), nil)
t.eq(dp:flow { in_port = 5 }, nil)

-- Nothing of all this has changed anything.

t.eq(topo.snapshot(dp), before)
t.eq(topo.snapshot(other), before_other)
t.eq(net.exec("ip", "-br", "link").stdout, links)
t.eq(#odp.datapaths(), 2)

-- What was deleted behind the script's back is said to be gone, whatever it is asked for, and does not
-- touch what took its name.

local flow = dp:flow { in_port = left }
local function vanish(words, port_words)
  denied(function() return left.stats end, "vport get", "left", "ENODEV", port_words)
  denied(function() left:delete() end, "vport delete", "left", "ENODEV", port_words)
  denied(function() return dp.stats end, "datapath get", "dp0", "ENODEV", words)
  denied(function() return dp.features end, "datapath get", "dp0", "ENODEV", words)
  denied(function() dp:vports() end, "vport list", "dp0", "ENODEV", words)
  denied(function() dp:vport(9) end, "vport get", "port 9", "ENODEV", "on dp0", words)
  denied(function() dp:vport("right") end, "vport get", "right", "ENODEV", words)
  denied(function() dp:add_vport("spare") end, "vport create", "spare", "ENODEV", words)
  denied(function() dp:put_flow { match = { in_port = 1 }, actions = "1" } end, "flow put", "dp0", "ENODEV", words)
  denied(function() dp:flow { in_port = 1 } end, "flow get", "dp0", "ENODEV", words)
  denied(function() dp:delete_flow { in_port = 1 } end, "flow delete", "dp0", "ENODEV", words)
  denied(function() dp:clear_flow { in_port = 1 } end, "flow clear", "dp0", "ENODEV", words)
  denied(function() flow:refresh() end, "flow get", "dp0", "ENODEV", words)
  denied(function() flow:delete() end, "flow delete", "dp0", "ENODEV", words)
  denied(function() dp:flush_flows() end, "flow flush", "dp0", "ENODEV", words)
  denied(function() for _ in dp:flows() do end end, "flow list", "dp0", "ENODEV", words)
  denied(function() dp:execute { data = ("x"):rep(14), in_port = 1, actions = "1" } end, "packet execute", "dp0", "ENODEV", words)
  denied(function() dp:on_miss(print) end, "datapath get", "dp0", "ENODEV", words)
  denied(function() dp:delete() end, "datapath delete", "dp0", "ENODEV", words)
  local batch = dp:batch()
  batch:put_flow { match = { in_port = 1 }, actions = "1" }
  local failed, errors = batch:send()
  t.eq(failed, 1)
  t.contains(errors[1], words)
end

odp.datapath("dp0"):delete() -- by another handle
local heir = odp.create_datapath("dp0")
heir:add_vport("left")
heir:put_flow { match = { in_port = 1 }, actions = "1" }
local before_heir = topo.snapshot(heir)
vanish("datapath no longer exists", "datapath no longer exists")
t.eq(topo.snapshot(heir), before_heir)
heir:delete()

-- A handler ends with its datapath, and odp.run with the last handler.

heir = odp.create_datapath("dp0")
local handle = heir:on_miss(print)
t.ok(handle.active)
odp.datapath("dp0"):delete()
t.eq(odp.run(30), "idle")
t.eq(handle.active, false)
handle:stop()

-- A datapath goes with its namespace, but not by the deletion of its device.

local ns = net.namespace()
local inner = odp.create_datapath { name = "dp0", netns = ns }
local e = t.raises(function() ns:link("dp0"):delete() end, "dp0", "operation not supported")
t.eq(e.line, "bad_input_test.lua:" .. debug.getinfo(1, "l").currentline - 1)
t.eq(inner.stats.flows, 0)
ns:delete()
e = t.raises(function() return inner.stats end, "datapath get dp0", "closed")
t.eq(e.op, "datapath get")
t.eq(e.object, "dp0")
t.raises(function() inner:add_vport("left") end, "vport create left on dp0", "closed")
t.raises(function() inner:vport("left") end, "vport get left on dp0", "closed")
t.raises(function() inner:delete() end, "datapath delete dp0", "closed")
refuses(function() odp.datapath("dp0", ns) end, "has been deleted")
refuses(function() odp.create_datapath { name = "dp0", netns = ns } end, "has been deleted")

t.eq(topo.snapshot(other), before_other)
other:delete()
t.eq(#odp.datapaths(), 0)
