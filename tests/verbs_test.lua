-- The verbs beside those of go-odp and ovs-dpctl: packet, meter, ct, ct-limit, event, feature.
local test = require "test"
local odp, net = require "odp", require "net"
local program = require "lib.program"
local prints, fails, records = program.prints, program.fails, program.records

local UDP = "--layers 'eth(dst=02:00:00:00:00:02,src=02:00:00:00:00:01)/ipv4(src=10.0.0.1,dst=10.0.0.2)/udp(src=1,dst=53)/payload(hello)'"
local KEY = "eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),eth_type(0x0800),ipv4(src=10.0.0.1,dst=10.0.0.2,proto=17,tos=0,ttl=64,frag=no),udp(src=1,dst=53)"

local dp = odp.create_datapath "dp0"
for i = 1, 3 do
  dp:add_vport { name = "i" .. i, type = "internal" }
  assert(net.run("ip link set i" .. i .. " up"))
end

test("packet send", function()
  local sink = net.link "i2"
  local got = {}
  local capture = sink:on_frame(function(frame) got[#got + 1] = frame end)
  prints("packet send dp0 i2 -c 3 " .. UDP, "3 packets, 141 bytes\n")
  prints("packet send dp0 i2 --hex 'ff:ff:ff:ff:ff:ff 02 00 00 00 00 01 88b5 00'", "1 packet, 15 bytes\n")
  test.ok(odp.wait(function()
    local n = 0
    for _, data in ipairs(got) do
      if data:sub(-5) == "hello" then n = n + 1 end
    end
    return n == 3
  end, 10), "the frames came out")
  capture:stop()
  -- Through the flows: what no flow takes is a miss.
  local flow = dp:put_flow { match = { in_port = "i1", ipv4 = { proto = 17 } }, actions = "i3" } -- devices send of IPv6 by themselves
  prints("packet send dp0 --in-port i1 " .. UDP, "1 packet, 47 bytes\n")
  test.eq(flow:refresh().packets, 1)
  local before = dp.stats
  test.eq(records("packet send dp0 --in-port 2 --key 'skb_mark(5)' " .. UDP), { { datapath = "dp0", packets = 1, bytes = 47 } })
  test.ok(dp.stats.missed > before.missed)
  -- What a capture file holds.
  local file = os.tmpname()
  local out = require("pcap").create(file)
  for _ = 1, 4 do out:write(("\2\0\0\0\0\1"):rep(2) .. "\8\6") end
  out:close()
  prints("packet send dp0 i2 --read " .. file, "4 packets, 56 bytes\n")
  prints("packet send dp0 i2 --read - <" .. file, "4 packets, 56 bytes\n")
  os.remove(file)
  fails("packet send dp0 i2", 2, "--hex, --layers or --read expected")
  fails("packet send dp0 --hex ff", 2, "--in-port expected, or ACTIONS")
  fails("packet send dp0 i2 --hex fg", 2, '--hex: hexadecimal digits expected, got "g"')
  fails("packet send dp0 i2 --hex ff", 1, "packet execute: packet: 1 bytes long, at least the 14 of an Ethernet header expected")
  fails("packet send dp0 i2 --layers 'eth(dst)'", 2, '--layers: eth: NAME=VALUE expected, got "dst"')
  fails("packet send dp0 i2 --layers 'eth(dst=02:00:00:00:00:02)/ipv4(dst=10.0.0.999)'", 2,
    '--layers: ipv4.dst: IPv4 address such as 10.0.0.1 expected, got string "10.0.0.999"')
  fails("packet send dp0 i2 --layers 'eth(dst=02:00:00:00:00:02)/ethh()'", 2, "--layers: unknown layer 'ethh'; did you mean eth?")
  flow:delete()
end)

test("packet show", function()
  prints("packet show " .. UDP, "1: eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02,type=0x0800)," ..
    "ipv4(src=10.0.0.1,dst=10.0.0.2,proto=17),udp(src=1,dst=53),payload(5 bytes: 68656c6c6f)\n   " .. KEY .. "\n")
  local list = records("packet show " .. UDP)
  test.eq({ #list, list[1].key, list[1].packet.udp.dst, list[1].packet.payload }, { 1, KEY, 53, "hello" })
end)

test("meters", function()
  prints("meter list dp0", "")
  prints("meter add dp0 1 --rate 1", "")
  prints("meter add dp0 7 --rate 1000 --burst 50 --kbps", "")
  fails("meter add dp0 1 --rate 5", 1, "meter add 1 on dp0: there is one, which dp:set_meter would replace: EEXIST (file exists)")
  prints("packet send dp0 'meter(1),i2' -c 50 " .. UDP, "50 packets, 2350 bytes\n")
  local list = records "meter list dp0"
  test.eq({ #list, list[1].id, list[1].packets, list[2].id, list[2].packets }, { 2, 1, 50, 7, 0 })
  test.ok(list[1].dropped > 0)
  local lines = (program.run "meter list dp0 7")
  test.matches(lines, "^ID  PACKETS  BYTES  DROPPED   IDLE\n 7        0      0        0  %d")
  prints("meter set dp0 1 --rate 9 --keep", "")
  test.eq(records("meter list dp0 1")[1].packets, 50)
  fails("meter delete dp0 1 8", 1, "dp0 has no meter 8")
  test.ok(dp:meter(1), "nothing was deleted")
  prints("meter delete dp0 1 7", "")
  test.eq(dp:meter(1), nil)
  fails("meter list dp0 1", 1, "dp0 has no meter 1")
  fails("meter add dp0 1 --burst 5", 2, "--rate expected with --burst and --kbps")
  test.eq(records("meter features dp0")[1].max_bands, 1)
end)

test("connections", function()
  odp.flush_conntrack()
  prints("packet send dp0 'ct(commit),i2' " .. UDP, "1 packet, 47 bytes\n")
  local line = "udp,orig=(src=10.0.0.1,dst=10.0.0.2,sport=1,dport=53),reply=(src=10.0.0.2,dst=10.0.0.1,sport=53,dport=1)\n"
  prints("ct", line)
  prints("ct list --proto udp --src 10.0.0.1 --dport 53", line)
  prints("ct list ct_nw_src=10.0.0.1,ct_nw_proto=17", line)
  prints("ct list --proto tcp", "")
  local c = records("ct list")[1]
  test.eq({ c.proto, c.orig.dport, c.zone }, { "udp", 53, 0 })
  test.contains((program.run "ct stats"), "Total: 1")
  test.eq(records("ct stats")[1].connections.udp, 1)
  fails("ct list ct_nw_src=10.0.0.1 --proto udp", 2, "MATCH and flags exclude each other")
  fails("ct flush", 2, "a match or --all expected")
  prints("ct flush --proto tcp", "")
  prints("ct", line)
  fails("ct flush ct_nw_src=10.0.0.1,ct_nw_dst=10.0.0.2,ct_nw_proto=17,ct_tp_src=9,ct_tp_dst=9", 1, "No such connection")
  prints("ct flush --all", "")
  prints("ct", "")
end)

test("flow save and load", function()
  dp:flush_flows()
  for i = 1, 600 do dp:put_flow { match = { in_port = "i1", ipv4 = { src = odp.ip "10.0.0.0" + i } }, actions = "i2" } end
  local file = os.tmpname()
  prints("flow save dp0 " .. file, "600 flows written\n")
  fails("flow load dp0 /nowhere", 1, "open /nowhere: no such file or directory")
  dp:flush_flows()
  prints("flow load dp0 " .. file, "600 flows added\n")
  test.eq(dp.stats.flows, 600)
  local out, err, status = program.run("flow load dp0 " .. file)
  test.eq({ out, status }, { "0 flows added\n", 1 })
  test.contains(err, "odp: " .. file .. ":1: flow put on dp0: the flow is already there, or one that overlaps it: EEXIST")
  test.matches(err, "\nodp: 600 of 600 flows were not added\n$")
  prints("flow load dp0 --replace " .. file, "600 flows added\n")
  fails("flow save dp0 --json", 2, "--json tells how many flows were written to a FILE; `odp flow list --json` prints flows as JSON")
  prints("flow save dp0 | " .. program.path .. " flow load --replace dp0 -", "600 flows added\n")
  local f = assert(io.open(file, "w"))
  f:write("# two flows\n\nin_port(i1),eth(),eth_type(0x88cc) actions:i2\nnonsense(1), actions:1\nin_port(i2),eth(),eth_type(0x88cc), actions:i1\n")
  f:close()
  out, err, status = program.run("flow load dp0 " .. file)
  test.eq({ out, status }, { "2 flows added\n", 1 })
  test.contains(err, file .. ":4: column 1: expected the name of a key")
  os.remove(file)
  dp:flush_flows()
end)

test("limits of zones", function()
  if not odp.feature("ct_limit").present then return end
  prints("ct-limit set 5 100", "")
  prints("ct-limit set default 50", "")
  prints("ct-limit", "   ZONE  LIMIT  CONNECTIONS\ndefault     50            -\n      5    100            0\n")
  test.eq(records("ct-limit list")[2], { zone = 5, limit = 100, count = 0 })
  prints("ct-limit delete 5 default", "")
  test.eq(#odp.ct_limits(), 1)
  fails("ct-limit set x 1", 2, 'ZONE: a number from 0 to 65535 or default expected, got "x"')
  fails("ct-limit set 5 -- -1", 2, "LIMIT: 0 to 4294967295 expected, got -1")
end)

test("features", function()
  local list = records "feature"
  test.eq(#list, #odp.features())
  prints("feature list -m ct_clear", "")
  fails("feature list nosuch", 1, 'there is no feature "nosuch" (did you mean "nsh"?)')
end)

test("events", function()
  local listen = net.spawn(program.path, "event", "-c", "8", "vport", "flow")
  local seen = {}
  listen.stdout:on_line(function(line) seen[#seen + 1] = line:gsub("^%d%d:%d%d:%d%d%.%d%d%d ", "") end)
  -- It may not listen yet, or to one kind only: changes go on until two rounds of them are seen.
  while listen.running do
    local port = dp:add_vport { name = "i4", type = "internal" }
    local flow = dp:put_flow { match = { in_port = port }, actions = "drop" }
    flow:delete()
    port:delete()
    odp.sleep(0.02)
  end
  test.eq(listen:wait(10), 0, listen.stderr:read_all())
  test.eq(#seen, 8)
  local kinds = {}
  for _, line in ipairs(seen) do kinds[line:match "^%w+ %w+"] = line end
  test.eq(kinds["vport new"], "vport new internal dp0 i4")
  test.eq(kinds["vport delete"], "vport delete internal dp0 i4")
  test.contains(kinds["flow new"], "dp0 in_port(") -- the port may be gone, and its name with it
  prints("event -t 0.01", "")
end)

-- What a listener prints while something is done again and again: it may not listen yet.
local function heard(words, change)
  local listen = net.spawn("sh", "-c", program.path .. " event " .. words)
  local seen = {}
  listen.stdout:on_line(function(line) seen[#seen + 1] = line end)
  while listen.running do
    change()
    odp.sleep(0.02)
  end
  test.eq(listen:wait(10), 0, listen.stderr:read_all())
  return seen
end

local FRAME = require("packet").build { eth = {}, ipv4 = { src = "10.0.0.1", dst = "10.0.0.2" }, udp = { src = 1, dst = 53 }, payload = "hello" }

test("events of connections", function()
  local function change()
    dp:execute { data = FRAME, in_port = 1, actions = "ct(commit)" }
    odp.flush_conntrack()
  end
  local kinds = {}
  for _, line in ipairs(heard("ct -c 4", change)) do
    local kind, text = line:match "^%d%d:%d%d:%d%d%.%d%d%d ct (%l+) (.*)$"
    kinds[kind or line] = text
  end
  test.contains(kinds.new or "", "udp,orig=(src=10.0.0.1,dst=10.0.0.2,sport=1,dport=53)")
  test.contains(kinds.destroy or "", "udp,orig=(src=10.0.0.1,dst=10.0.0.2,sport=1,dport=53)")
  local record = require("json").decode(heard("ct -c 1 --json", change)[1])
  test.eq({ record.what, record.proto }, { "ct", "udp" })
end)

test("events of samples", function()
  assert(net.run "tc qdisc add dev i1 clsact")
  assert(net.run "tc filter add dev i1 ingress matchall action sample rate 1 group 7")
  local function change() dp:execute { data = FRAME, in_port = 2, actions = "1" } end
  local line = heard("psample -c 1", change)[1]
  for _, part in ipairs { " psample sample group 7: eth(", "ipv4(src=10.0.0.1,dst=10.0.0.2", "udp(src=1,dst=53)" } do test.contains(line, part) end
  local record = require("json").decode(heard("psample -c 1 --json", change)[1])
  test.eq({ record.what, record.event, record.group, record.rate, record.length }, { "psample", "sample", 7, 1, #FRAME })
  test.eq({ record.packet.udp.dst, record.packet.payload }, { 53, "hello" })
end)

dp:delete()
