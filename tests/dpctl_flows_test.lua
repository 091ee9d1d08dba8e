-- odp dpctl beside ovs-dpctl: flows, and the text of flows and actions.
--
-- What differs, and why:
--   - What is wrong with the text of a flow is said with its column; the lines of theirs tell no place.
--   - Their parse-actions fills up the userdata of userspace to a multiple of four bytes and more, which is none of what was given.
--   - Only odp takes hash() and numbers in hexadecimal in recirc(), which their dump-flows may print.
local odp, net = require "odp", require "net"
local t = require "test"
local dpctl = require "lib.dpctl"
local each, same = dpctl.each, dpctl.same
local WORDS = { words = true }

local A = "in_port(1),eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),eth_type(0x0800),ipv4(src=10.0.0.1,dst=10.0.0.2,proto=17,tos=0,ttl=64,frag=no),udp(src=1,dst=2)"
local B = "in_port(2),eth(),eth_type(0x0806)"
local C = "in_port(1),eth(),eth_type(0x0800),ipv4(src=10.0.0.0/255.0.0.0,proto=6),tcp(dst=80)"
local U = "ufid:01020304-0506-0708-090a-0b0c0d0e0f10"

dpctl.both(function()
  local dp = odp.create_datapath "dp0"
  for i = 1, 3 do dp:add_vport { name = "p" .. i, type = "internal" } end
end)

local function dumps()
  each("dump-flows", { order = true })
  each("dump-flows", "dp0", { order = true })
end

-- Options.
each("--foo", "show")
each("show", "--foo")
each("-x", "show")
each("--timeout", "5", "show")
each("-t", "5", "dump-dps")
each("--foo", WORDS)
each("show", "-t")
each("show", "--timeout")
each("show", "--timeout=x", WORDS)
each("dump-dps", "-m", "-s", "--names")

-- Without a flow.
dumps()
each("dump-flows", "nodp")
each("dump-flows", "dp0", "x")
each("get-flow", U)
each("get-flow", "dp0", U)
each("get-flow", "dp0", "x", WORDS)
each("get-flow", "dp0", "ufid:1", WORDS)
each "get-flow"
each("del-flow", "dp0", A)
each("del-flow", "dp0", "nonsense()", WORDS)
each("del-flow", "dp0", WORDS)
each("mod-flow", "dp0", A, "2")
each("mod-flow", "--may-create", "dp0", B, "3")
each("--clear", "mod-flow", "dp0", B, "2")
each("del-flow", "dp0", B)

-- Put, and put again.
each("add-flow", "dp0", A, "2")
each("add-flow", "dp0", A, "2")
each("--may-modify", "add-flow", "dp0", A, "3")
each("add-flow", "dp0", B, "drop")
each("add-flow", "system@dp0", C, "1,2,3")
each("add-flow", C, "1")
each("add-flow", "dp0", A)
each("add-flow", "dp0", A, "2", "x")
each("add-flow", "dp0", "in_port(1),eth(),eth_type(0x0800),ipv4(dst=1.2.3.4)", "nonsense", WORDS)
each("add-flow", "dp0", "in_port(9),bad", "2", WORDS)
each("add-flow", "nodp", B, "2")
each("-s", "add-flow", "dp0", "in_port(3),eth(),eth_type(0x86dd)", "2")
each("--read-only", "add-flow", "dp0", B, "2")
dumps()
each("-m", "dump-flows", "dp0", { order = true })
each("--names", "dump-flows", "dp0", { order = true })
each("--no-names", "-m", "dump-flows", "dp0", { order = true })
each("--names", "-m", "dump-flows", "dp0", { order = true })
each("-s", "dump-flows", "dp0", { order = true })

-- By unique identifier.
each("add-flow", "dp0", U .. " recirc_id(0x5),in_port(1),eth(),eth_type(0x0800),ipv4(frag=no)", "2")
each("add-flow", "dp0", U .. ",recirc_id(0x5),in_port(1),eth(),eth_type(0x0800),ipv4(frag=no)", "2")
each("get-flow", "dp0", U)
each("-m", "get-flow", "dp0", U)
each("--names", "get-flow", "dp0", U)
each("mod-flow", "dp0", U .. ",recirc_id(0x5),in_port(1),eth(),eth_type(0x0800),ipv4(frag=no)", "3")
each("get-flow", U)
each("-s", "del-flow", "dp0", U)
each("del-flow", "dp0", U)
each("get-flow", "dp0", U)

-- Filters and types.
for _, filter in ipairs {
  "in_port=1", "in_port=p1", "in_port=9", "arp", "ip", "tcp", "udp,nw_src=10.0.0.1", "tcp,tp_dst=80", "tcp,tp_dst=81", "nw_src=10.0.0.0/8,ip",
  "dl_type=0x0806", "eth_dst=02:00:00:00:00:02", "dl_src=02:00:00:00:00:09", "ipv6", "in_port=p2,arp", "udp6", "icmp", "in_port=3",
} do
  each("dump-flows", "dp0", "filter=" .. filter, { order = true })
  each("--names", "dump-flows", "filter=" .. filter, { order = true })
end
for _, filter in ipairs { "nonsense", "in_port", "nw_src=x", "in_port=nodev" } do each("dump-flows", "dp0", "filter=" .. filter, WORDS) end
for _, kind in ipairs { "ovs", "tc", "dpdk", "offloaded", "non-offloaded", "all", "nonsense" } do each("dump-flows", "dp0", "type=" .. kind) end
each("dump-flows", "dp0", "pmd=1", { order = true })
each("dump-flows", "dp0", "pmd=x")
each("dump-flows", "dp0", "filter=", { order = true })
each("dump-flows", "dp0", "filter=arp", "filter=ip")

-- Changes, and what they print with -s.
each("mod-flow", "dp0", A, "2")
each("-s", "mod-flow", "dp0", A, "1,2")
each("mod-flow", "dp0", B, "userspace(pid=0,slow_path(action))", WORDS)
each("--clear", "-s", "mod-flow", "dp0", B, "1")
each("-s", "del-flow", "dp0", B)
each("del-flow", "dp0", C, "x")
each("del-flow", "dp0", C)
dumps()
each("del-flows", "nodp")
each("del-flows", "dp0")
each "del-flows"
dumps()

-- Files: what is before a line that is wrong has been done.
local function file(text)
  local name = os.tmpname()
  local f = assert(io.open(name, "w"))
  f:write(text)
  f:close()
  odp.defer(function() os.remove(name) end)
  return name
end
local good = file(A .. " actions:2\n# a comment\n\n" .. B .. ", actions:drop\n  " .. C .. ", packets:3, bytes:5, used:0.1s, actions:1,2\n")
local again = file(B .. " actions:3\n" .. "in_port(3),eth(),eth_type(0x88cc) actions:1\n")
local mixed = file("add " .. A .. " actions:3\nmodify " .. B .. " actions:1\ndelete " .. C .. " actions:1\nadd in_port(3),eth() 2\n")
local broken = file("in_port(1),eth(),eth_type(0x8100) actions:1\nin_port(2),eth(),nonsense() actions:1\nin_port(3),eth(),eth_type(0x8847) actions:1\n")
each("add-flows", "dp0", good)
dumps()
each("add-flows", "dp0", again)
dumps()
each("mod-flows", "dp0", again)
dumps()
each("--may-create", "mod-flows", "dp0", again)
dumps()
each("add-flows", "dp0", mixed)
dumps()
each("add-flows", "dp0", broken, WORDS)
dumps()
each("add-flows", "dp0", "/nofile")
each("add-flows", "dp0")
each("add-flows", good)
each("del-flows", "dp0", again)
dumps()
each("del-flows", "dp0", again)
each("del-flows", "dp0", broken, WORDS)
dumps()
each("add-flows", "dp0", "-", { stdin = "in_port(2),eth(),eth_type(0x88a8) actions:3\n" })
dumps()
each("del-flows", "dp0", "-", { stdin = "in_port(2),eth(),eth_type(0x88a8) actions:3\n" })
dumps()

-- With traffic.
dpctl.both(function(ns)
  local dp = odp.datapath("dp0", ns)
  dp:flush_flows()
  local key = { in_port = 1 }
  dp:put_flow { match = "in_port(1),eth(),eth_type(0x0800),ipv4(proto=6)", actions = "2" }
  local frame = require("packet").build { eth = { dst = "02:00:00:00:00:02" }, ipv4 = { dst = "10.0.0.1" }, tcp = { dst = 80, flags = "syn" } }
  for _ = 1, 3 do dp:execute { data = frame, key = key, actions = "recirc(0)" } end
end)
local function aged(text) return (text:gsub("used:[%d.]+s", "used:N")) end
for _, options in ipairs { {}, { "-m" }, { "--names" } } do
  local list = { unpack(options) }
  for _, word in ipairs { "dump-flows", "dp0" } do list[#list + 1] = word end
  local a, b = dpctl.theirs:exec("ovs-dpctl", unpack(list)), dpctl.ours:exec(dpctl.program, unpack(list))
  t.eq(aged(b.stdout), aged(a.stdout))
  t.contains(b.stdout, "packets:3")
  t.contains(b.stdout, "flags:S")
end

-- Text alone.
for _, text in ipairs {
  "1,2", "drop", "ct(commit,zone=5,nat(src=10.0.0.1))", "set(ipv4(ttl=5)),2", "push_vlan(vid=5,pcp=1),3", "sample(sample=10.0%,actions(2))",
  "userspace(pid=1234,userdata(0102000000000000))", "recirc(5)", "trunc(100),2", "clone(1,2)", "pop_vlan,2", "check_pkt_len(size=100,gt(1),le(drop))",
} do
  same("parse-actions", text)
end
same("parse-actions", "nonsense", WORDS)
same "parse-actions"
for _, flow in ipairs { A, "in_port(1),eth(),eth_type(0x0800),ipv4(dst=10.0.0.1,frag=no)" } do
  for _, actions in ipairs { "2,3", "drop", "push_vlan(vid=5,pcp=0),2", "set(eth(src=02:00:00:00:00:09)),2,3" } do
    same("normalize-actions", flow, actions)
  end
end
same("normalize-actions", "nonsense", "1", WORDS)
same("normalize-actions", A)

dpctl.both(function(ns) odp.datapath("dp0", ns):delete() end)
print(dpctl.compared .. " command lines compared")
