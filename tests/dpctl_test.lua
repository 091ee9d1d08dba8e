-- odp dpctl beside ovs-dpctl: datapaths, ports, what show prints of them, and caches.
--
-- What differs, and why:
--   - dump-dps, and show and cache-get-size without a name, have the kernel's order of datapaths; theirs is by a hash.
--   - What is wrong with the options of a port is an answer of ours, and a line in the log of theirs. Where their words have
--     neither, as for a datapath that is to be its own port, ours are the kernel's.
--   - An option without a name (NAME,=) ends theirs with a segmentation fault.
--   - A tunnel that is there already is refused; theirs may delete its device and make a new one, under another number.
--   - A cache size of more than 2^31 is refused; theirs says that the new size is 0.
local odp, net = require "odp", require "net"
local t = require "test"
local dpctl = require "lib.dpctl"
local each, same = dpctl.each, dpctl.same
local WORDS, MORE = { words = true }, { more = true }

-- Nothing there.
each "dump-dps"
each "show"
each "cache-get-size"
each("show", "nodp")
each("del-dp", "nodp")
each("add-if", "nodp", "i0")
each "add-dp"
each("dump-dps", "x")
each("--read-only", "add-dp", "dp0")
each "nosuch-verb"
each "list-commands"
each()
each("-s")

-- Datapaths.
each("add-dp", "dp0")
each("add-dp", "dp0")
each("add-dp", "system@dp1")
for _, name in ipairs { "", "averyveryverylongname", "lo", "foo@x", "dp0@x" } do each("add-dp", name) end
each("del-dp", "netdev@x")
each("dump-dps", { order = true })
each("show", { order = true })
each("cache-get-size", { order = true })
each("show", "dp0", "nodp", "system@dp1", "netdev@dp0", "foo@dp0", "dp0@x", "", "averyveryverylongname")
each("del-dp", "dp1")
each("add-dp", "dp2", "nodev", "i7,type=internal")
each("show", "dp2")
each("del-dp", "system@dp2")

-- Ports.
dpctl.both(function() net.veth { a = "eth1", b = "wire" } end)
for _, iface in ipairs {
  "i1,type=internal,port_no=20", "i1,type=internal", "i2,type=internal,port_no=20", "nodev", "i9,type=foo", ",", "i3,type=internal,port_no=1",
  "i4,type=internal,port_no", "i5,type=internal,port_no=-1", "i6,=type,type=internal", "i7,type=internal,port_no=70000", "lo",
  "averyveryverylongname,type=internal", "i8,type=patch,peer=x", "e,type=lisp,remote_ip=flow", "eth1,port_no=7", "eth1",
} do
  each("add-if", "dp0", iface)
end
each("add-if", "dp0", "i10,type=internal,a=b,a=c", WORDS)
each("add-if", "dp0", "wire,foo=bar", MORE)
each("add-if", "dp0", "dp0", WORDS)
each("add-if", "dp0", "eth1,type=internal", WORDS)
each("add-if", "dp0", "nodev", "i11,type=internal", "lo", "i12,type=internal")
each("show", "dp0")
each("show", "dp0", "-s")
each("-s", "show", "dp0")
dpctl.both(function(ns)
  for _, name in ipairs { "i1", "i11", "eth1", "wire" } do t.ok(ns:link(name).is_up, name .. " is up") end
end)
for _, iface in ipairs {
  "i1", "i1,type=internal,port_no=20", "i1,type=vxlan", "i1,port_no=3", "i1,port_no", "i1,foo=", "eth1,foo=bar", "nodev", ",",
} do
  each("set-if", "dp0", iface)
end
each("set-if", "dp0", "i1,port_no=3", "nodev", "i1")
for _, name in ipairs { "i3", "99", "nodev", "0", "", "eth1", "eth1" } do each("del-if", "dp0", name) end
each("del-if", "dp0", "nodev", "20", "dp0", "wire")
each("show", "dp0")
each("del-if", "dp0")
each("del-if", "nodp", "x")

-- Counters: packets go through both in the same way.
dpctl.both(function(ns)
  local dp = odp.datapath "dp0"
  dp:add_vport "wire"
  dp:add_vport { name = "eth1", number = 7 }
  ns:link("eth1"):up()
  ns:link("wire"):up()
  dp:put_flow { match = { in_port = dp:vport("wire"), eth = {} }, actions = "drop" }
  t.ok(odp.wait(function() return ns:link("wire").is_running end), "the wire has a carrier")
  for i = 1, 30 do dp:execute { data = ("\2"):rep(12) .. "\8\0" .. ("x"):rep(80 + i), actions = 7 } end
  t.ok(odp.wait(function() return dp.stats.hit + dp.stats.missed >= 30 end), "the packets went round")
end)
each("show", "-s", "dp0")

-- Caches.
each("cache-get-size", "dp0")
each("cache-get-size", "nodp")
for _, size in ipairs { "64", "65", "0", "x", "512", "7x" } do
  each("cache-set-size", "dp0", "masks-cache", size)
  each("cache-get-size", "dp0")
end
each("cache-set-size", "dp0", "foo", "64")
each("cache-set-size", "nodp", "masks-cache", "64")
each("cache-set-size", "dp0", "masks-cache", "4000000000", { status = true, output = true, more = true })
each("del-dp", "dp0")
each("dump-dps", { order = true })

-- Tunnels, one after the other: who made one is no matter to who shows and deletes it.
local binary = os.getenv "ODP_BINARY"
local function run(who, ...) return net.exec(who == "theirs" and "ovs-dpctl" or dpctl.program, ...) end
for _, kind in ipairs { "vxlan", "vxlan,dst_port=5000", "vxlan,exts=gbp", "geneve", "geneve,dst_port=7000,csum=true", "gre,key=flow" } do
  for _, who in ipairs { "theirs", "ours" } do
    local dp = odp.create_datapath "dpt"
    local r = run(who, "add-if", "dpt", "tun,remote_ip=flow,port_no=5,type=" .. kind)
    t.eq(r.status, 0, r.stderr)
    t.eq(#dp:vports(), 2, kind)
    same("show", "dpt")
    same("show", "-s", "dpt")
    local name = dp:vport(5).name
    t.ok(net.link(name).is_up, name .. " is up")
    same("set-if", "dpt", name)
    same("set-if", "dpt", name .. ",remote_ip=flow")
    same("set-if", "dpt", name .. ",remote_ip=224.0.0.1", WORDS)
    same("set-if", "dpt", name .. ",remote_ip=10.0.0.1,local_ip=flow", WORDS)
    r = run(who == "ours" and "theirs" or "ours", "del-if", "dpt", "5")
    t.eq(r.status, 0, r.stderr)
    same("show", "dpt")
    t.eq(net.link(name), nil, "the device is gone")
    dp:delete()
  end
end
each("add-dp", "dp0")
for _, iface in ipairs { "e,type=vxlan", "e,type=vxlan,remote_ip=224.0.0.1", "e,type=geneve,remote_ip=10.0.0.1,local_ip=flow", "e,type=gre,packet_type=x,remote_ip=flow" } do
  each("add-if", "dp0", iface, MORE)
end

-- As odp dpctl it is called odp, and a command line that is wrong has exit status 2, as of all its verbs.
local r = net.exec(binary, "dpctl", "show", "nodp")
t.eq(r.status, 1)
t.eq(r.stderr, "odp: opening datapath nodp failed (No such device)\n")
t.eq(net.exec(binary, "dpctl", "nosuch").status, 2)
t.eq(net.exec(binary, "dpctl", "show", "--nosuch").status, 2)
t.eq(net.exec(dpctl.program, "show", "--nosuch").status, 1)
t.contains(net.exec(dpctl.program, "--version").stdout, "ovs-dpctl (odp) ")
t.contains(net.exec(dpctl.program, "--help").stdout, "add-dp")
print(dpctl.compared .. " command lines compared")
