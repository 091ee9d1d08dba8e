-- Dumped flows read as the field knows them: the same bytes as ovs-dpctl prints.
local odp, net = require "odp", require "net"
local t = require "test"

local dp = odp.create_datapath("dp0")
local flows = {
  ["recirc_id(0),in_port(0),eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),eth_type(0x0800),"
    .. "ipv4(src=10.0.0.0/255.0.0.0,proto=6,tos=0,ttl=64,frag=no),tcp(src=80,dst=0/0xff00),tcp_flags(+syn-ack)"] = "drop",
  ["recirc_id(1),in_port(0),eth(),eth_type(0x0806),arp(sip=10.0.0.1,tip=10.0.0.2,op=1,sha=02:00:00:00:00:01)"] = "0",
  ["recirc_id(2),in_port(0),eth(),eth_type(0x86dd),ipv6(src=2001:db8::/32,label=0x12345,proto=58,hlimit=255,frag=no),"
    .. "icmpv6(type=135,code=0),nd(target=fe80::1,sll=02:00:00:00:00:01)"] = "set(eth(src=02:00:00:00:00:01)),0",
  ["recirc_id(3),in_port(0),eth(),eth_type(0x8100),vlan(vid=5,pcp=3),encap(eth_type(0x0800),ipv4(dst=10.0.0.1,proto=17),udp(dst=53))"] =
    "pop_vlan,set(ipv4(ttl=63)),push_vlan(vid=5,pcp=0),0",
  ["recirc_id(4),tunnel(tun_id=0x7b,src=10.0.0.1,dst=10.0.0.2,tos=0,ttl=64,flags(-df+csum+key)),in_port(0),eth(),eth_type(0x0800)"] =
    "set(tunnel(tun_id=0x7b,dst=10.0.0.2,ttl=64,tp_dst=4789,flags(df|key))),0",
  ["recirc_id(5),skb_priority(0x7/0xff),skb_mark(0x1),in_port(0),eth(),ct_state(+trk-new),ct_mark(0x1/0xf),ct_label(0x1234/0xffff)"] =
    "userspace(pid=1,userdata(0102)),sample(sample=50.0%,actions(0)),clone(0),trunc(100),0",
  ["recirc_id(6),in_port(0),eth(),eth_type(0x0800),ipv4(proto=1),icmp(type=8)"] = "recirc(0x9)",
  ["recirc_id(7),in_port(0),eth(src=02:00:00:00:00:00/ff:ff:ff:00:00:00)"] = "ct_clear,0",
  ["recirc_id(8),tunnel(tun_id=0x7b,ipv6_src=fe80::1,ipv6_dst=fe80::2,tp_dst=4789,vxlan(gbp(id=5,flags=0x1/0xff)),flags(key)),in_port(0),eth()"] =
    "push_vlan(tpid=0x88a8,vid=1,pcp=2),0",
}

local ours, count = {}, 0
for match, actions in pairs(flows) do
  dp:put_flow { match = match, actions = actions }
  count = count + 1
end
for flow in dp:flows() do table.insert(ours, tostring(flow)) end
t.eq(#ours, count)

local theirs = {}
local dump = net.exec("ovs-dpctl", "dump-flows", "dp0")
t.eq(dump.status, 0, dump.stderr)
for line in dump.stdout:gmatch("[^\n]+") do table.insert(theirs, line) end
table.sort(ours)
table.sort(theirs)
t.eq(table.concat(ours, "\n"), table.concat(theirs, "\n"))

-- What was dumped can be put again.
dp:flush_flows()
for _, line in ipairs(ours) do
  local match, actions = line:match("^(.-), packets:.*, actions:(.*)$")
  dp:put_flow { match = match, actions = actions }
end
-- And found by it: by the listed match, and by any text that means the same.
dp:put_flow { match = "recirc_id(9),in_port(0),eth(),eth_type(0x0800),ipv4(dst=10.1.2.3/8)", actions = "0" }
t.ok(dp:flow("recirc_id(9),in_port(0),eth(),eth_type(0x0800),ipv4(dst=10.9.9.9/8)"), "the same by another text")
for flow in dp:flows() do
  if flow.match.recirc_id == 9 then dp:delete_flow(flow.match) end
end
local again = {}
for flow in dp:flows() do table.insert(again, tostring(flow)) end
table.sort(again)
t.eq(table.concat(again, "\n"), table.concat(ours, "\n"))

-- The counters of flows that were used: packets, bytes, the time since, and the TCP flags seen.
local frames, entry = require "lib.frames", require "lib.entry"
dp:flush_flows()
local port, send = entry.port(dp)
dp:put_flow { match = { in_port = port, ipv4 = { proto = 6 } }, actions = "drop" }
dp:put_flow { match = { in_port = port, ipv4 = { proto = 17 } }, actions = "drop", ufid = "00000000-1111-2222-3333-444444444444" }
for _, flags in ipairs { 0x02, 0x18, 0x01, 0xe4 } do send(frames.tcp { flags = flags }) end
send(frames.udp {})
local function lines(text)
  local list = {}
  for line in text:gmatch("[^\n]+") do
    table.insert(list, (line:gsub("used:(%d+%.%d%d%d)s", function(s) return "used:" .. (tonumber(s) < 30 and "s" or s) end)))
  end
  table.sort(list)
  return table.concat(list, "\n")
end
t.eventually("every frame is counted", function()
  local n = 0
  for flow in dp:flows() do n = n + flow.packets end
  return n == 5
end)
for _, verbose in ipairs { false, true } do
  local ours = {}
  for flow in dp:flows() do table.insert(ours, flow:text { verbose = verbose }) end
  local args = verbose and { "-m", "--no-names" } or { "--no-names" }
  local dumped = net.exec("ovs-dpctl", "dump-flows", "dp0", unpack(args))
  t.eq(lines(table.concat(ours, "\n")), lines(dumped.stdout))
end
t.contains(lines(net.exec("ovs-dpctl", "dump-flows", "dp0").stdout), "used:s, flags:SFPRU.EC, actions:drop")
dp:delete()
