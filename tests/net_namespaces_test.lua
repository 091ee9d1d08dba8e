-- Namespaces: made, opened by name, process and path, listed, numbered, kept and ended; and functions that run
-- in one, with what they make.
local odp, net = require "odp", require "net"
local t = require "test"

local own = net.current_namespace()
t.eq(tostring(own), "the program's namespace")
t.eq(net.current_namespace(), own)
t.raises(function() own:delete() end, "the program's namespace cannot be deleted")
t.eq(net.open_namespace { pid = tonumber(io.open("/proc/self/stat"):read("*n")) }, own)
t.eq(net.open_namespace { path = "/proc/thread-self/ns/net" }, own)

-- Opened, one that is known is the same object, whoever made it.
local function names()
  local list = {}
  for _, ns in ipairs(net.namespaces()) do list[#list + 1] = ns.name end
  table.sort(list)
  return table.concat(list, " ")
end
local red = net.namespace("red")
t.eq(red.name, "red")
t.eq(net.open_namespace("red"), red)
t.eq(net.open_namespace { path = "/run/netns/red" }, red)
t.eq(({ [red] = 5 })[net.open_namespace("red")], 5)
assert(net.run("ip netns add green"))
t.eq(names(), "green red")
local green = net.open_namespace("green")
t.eq(green:links()[1].name, "lo")
t.ok(green.inode ~= red.inode and green.inode > 0, "inodes")
local unnamed = net.namespace()
t.eq(unnamed.name, nil)
t.contains(tostring(unnamed), tostring(unnamed.inode))
t.eq(names(), "green red")
t.eq(net.open_namespace("blue"), nil)
t.eq(net.open_namespace { pid = 4194303 }, nil)
t.eq(net.open_namespace { path = "/no/such/file" }, nil)
t.raises(function() net.open_namespace { path = "/etc/passwd" } end, "namespace open /etc/passwd", "not a network namespace")
t.raises(function() net.open_namespace { path = "/proc/self/ns/mnt" } end, "not a network namespace")
t.raises(function() net.open_namespace {} end, "either a name, a pid or a path")
t.raises(function() net.open_namespace("a/b") end, "without /")
t.eq(t.raises(function() net.namespace("red") end, "namespace create red").errno, "EEXIST")
t.raises(function() net.namespace(nil, { keep = true }) end, "'keep'", "with a name")

-- A process in one, and its number where something of it is known.
t.eq(unnamed.id, nil)
net.veth { a = "va", b = "vb", peer_ns = unnamed }
t.eq(type(unnamed.id), "number")
t.eq(select(2, unnamed:run("readlink /proc/self/ns/net")), "net:[" .. unnamed.inode .. "]\n")

-- Deleting takes the name away, whoever gave it.
green:delete()
green:delete()
t.eq(names(), "red")
t.raises(function() green:links() end, "has been deleted")
t.raises(function() green:with(print) end, "has been deleted")

-- What ends with the script and what stays.
local program = os.getenv("ODP_BINARY")
local r = net.exec(program, "-e", [[
  local kept = net.namespace("kept", { keep = true })
  kept:dummy("d0"):addr("10.0.0.1/24")
  net.namespace("gone")
  assert(net.open_namespace("red")):dummy("d1")]])
t.eq(r.stderr, "")
t.eq(names(), "kept red")
t.eq(net.open_namespace("kept"):link("d0").addresses[1].address, "10.0.0.1/24")
t.eq(red:link("d1").kind, "dummy")
net.open_namespace("kept"):delete()
t.eq(names(), "red")

-- In ns:with, everything is of that namespace that is not told otherwise.
local function inside(...)
  local link = net.dummy("d9")
  t.eq(link.ns, red)
  t.eq(net.current_namespace(), red)
  t.eq(odp.datapath("dp0"), nil)
  local dp = odp.create_datapath("dp0")
  t.eq(red:link("dp0").name, "dp0")
  t.eq(dp.name, odp.datapaths()[1].name)
  net.sysctl("net.ipv4.ip_forward", 1)
  t.eq(select(2, net.run("readlink /proc/self/ns/net")), "net:[" .. red.inode .. "]\n")
  t.eq(odp.datapath("dp0", own), nil)
  return link, ...
end
local link, five, six = red:with(inside, 5, 6)
t.eq(link.name, "d9")
t.eq(five, 5)
t.eq(six, 6)
t.eq(net.current_namespace(), own)
t.eq(odp.datapath("dp0"), nil)
t.eq(net.sysctl("net.ipv4.ip_forward"), 0)
t.eq(red:sysctl("net.ipv4.ip_forward"), 1)
t.eq(select("#", red:with(function() end)), 0)

-- Also when it fails, within another one, and for what it leaves running.
t.raises(function() red:with(error, "stop") end, "stop")
t.eq(net.current_namespace(), own)
local seen = {}
red:with(function()
  unnamed:with(function() seen[1] = net.current_namespace() end)
  seen[2] = net.current_namespace()
  own:with(function() seen[3] = net.current_namespace() end)
  odp.after(0.01, function() seen[4] = net.current_namespace() end)
  odp.on_vport(function() seen[5] = net.current_namespace() end)
  odp.datapath("dp0"):add_vport { name = "port", type = "internal" }
  net.on_link(function(event) seen[6] = event.ns end)
  net.dummy("d10")
end)
odp.after(0.01, function() seen[7] = net.current_namespace() end)
t.eventually("all were called", function() return seen[4] and seen[5] and seen[6] and seen[7] end)
t.eq(seen[1], unnamed)
for i = 2, 6 do t.eq(seen[i], i == 3 and own or red, "call " .. i) end
t.eq(seen[7], own)
t.raises(function() red:with(5) end, "function expected")
local e = t.raises(function() red:with(function() error({ code = 5 }) end) end)
t.eq(e.code, 5)
t.eq(coroutine.wrap(function() return red:with(function() return net.current_namespace() end) end)(), red)
t.raises(function() coroutine.wrap(function() red:with(coroutine.yield) end)() end, "yield")
t.eq(net.current_namespace(), own)
red:with(function() odp.datapath("dp0"):delete() end)
