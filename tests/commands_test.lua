-- The verbs of the command line that the tool of weaveworks/go-odp had: datapath, vport and flow.
local test = require "test"
local odp, net, json = require "odp", require "net", require "json"

local PROGRAM = assert(os.getenv "ODP_BINARY", "ODP_BINARY says where the program is")

-- Runs a command line; returns what it printed, what it reported and its status.
local function run(line)
  local r = net.exec("sh", "-c", ("%s %s"):format(PROGRAM, line))
  return r.stdout, r.stderr, r.status
end

local function prints(line, want)
  local out, err, status = run(line)
  test.eq(err, "", line)
  test.eq(out, want, line)
  test.eq(status, 0, line)
end

local function fails(line, status, want)
  local out, err, got = run(line)
  test.eq(out, "", line)
  test.eq(err, "odp: " .. want .. "\n", line)
  test.eq(got, status, line)
end

test("datapaths", function()
  prints("datapath", "")
  prints("datapath add dp0", "")
  local dp = assert(odp.datapath "dp0")
  prints("datapath list", dp.index .. ": dp0\n")
  prints("datap", dp.index .. ": dp0\n")
  prints("--json dp list", json.encode { index = dp.index, name = "dp0" } .. "\n")
  fails("datapath add dp0", 1, "datapath create dp0: the name is taken by a datapath: EEXIST (file exists)")
  fails("datapath add", 2, "datapath add: DP is missing (odp help datapath add shows how it is used)")
  test.eq((run "datapath help"), (run "help datapath"))
  test.eq((run "vport help add vxlan"), (run "help vport add vxlan"))
  fails("vport help ad vxln", 2, 'vport: there is no verb "vxln"; did you mean vxlan? (odp help vport shows how it is used)')
  fails("version 1", 2, 'version takes no arguments, got "1"\nodp help shows the commands.')
  fails("datapath delete dp9", 1, "there is no datapath dp9 (there are: dp0)")
  fails("datapath li", 2, 'datapath: "li" can be list, listen (odp help datapath shows how it is used)')
  fails("datapath lsit", 2, 'datapath: there is no verb "lsit"; did you mean list? (odp help datapath shows how it is used)')
  prints("datapath delete " .. dp.index, "")
  test.eq(odp.datapath "dp0", nil)
  net.dummy { name = "dev" }
  fails("datapath add dev", 1, "datapath create dev: the name is taken by another network device: EEXIST (file exists)")
end)

test("ports", function()
  prints("datapath add dp0", "")
  net.dummy { name = "eth1" }
  local words = { "internal dp0 i1", "netdev dp0 eth1", "vxlan dp0 vx0 --port=4790", "geneve dp0 gnv0 --port=6081" }
  for _, w in ipairs(words) do
    prints("vport add " .. w, "")
  end
  prints("vport list dp0", "internal dp0 dp0\n" .. table.concat(words, "\n") .. "\n")
  prints("vport", "internal dp0 dp0\n" .. table.concat(words, "\n") .. "\n")
  test.eq(odp.datapath("dp0"):vport("vx0").dst_port, 4790)
  prints("vport delete vx0", "")
  test.eq(odp.datapath("dp0"):vport "vx0", nil)
  fails("vport delete vx0", 1, "no datapath has a port vx0")
  fails("vport add netdev dp0 none", 1, "vport create none on dp0: no such network device: ENODEV (no such device)")
  fails("vport add vxlan dp0 v --port=x", 2,
    'vport add vxlan: --port: an integer expected, got "x" (odp help vport add vxlan shows how it is used)')
  fails("vport add vxlan dp0 v --prt=1", 2,
    "vport add vxlan: there is no flag --prt; did you mean --port? (odp help vport add vxlan shows how it is used)")
  odp.datapath("dp0"):delete()
end)

test("flows", function()
  local dp = odp.create_datapath "dp0"
  dp:add_vport { type = "internal", name = "i1" }
  dp:add_vport { type = "internal", name = "i2" }
  local words = 'dp0 --in-port=i1 --eth-src="02:00:00:00:00:00&ff:00:00:00:00:00" --eth-dst=02:00:00:00:00:01 --output=i2,i1'
  prints("flow add " .. words, "")
  prints("flow list dp0", words .. "\n")
  prints("flow list dp0 --stats", words .. ": 0 packets, 0 bytes, used never\n")
  prints("flow clear " .. words, "")
  fails("flow clear dp0 --in-port=i2", 1, "No such flow on dp0")
  prints("flow delete -in-port=i1 -eth-src='02:00:00:00:00:00&ff:00:00:00:00:00' --eth-dst 02:00:00:00:00:01 dp0", "")
  prints("flow list dp0", "")
  fails("flow delete " .. words, 1, "No such flow on dp0")
  -- A flow that takes every packet has no options. What is there is not replaced but where that is said.
  prints("flow add dp0", "")
  prints("flow list dp0", "dp0\n")
  fails("flow add dp0 --output=i1", 1, "there is a flow with this match on dp0 already (--replace puts the actions in the place of its own)")
  prints("flow add dp0 --output=i1 --replace", "")
  prints("flow list dp0", "dp0 --output=i1\n")
  prints("flow delete dp0", "")
  local ports = "(its ports: dp0, i1, i2)"
  fails("flow add dp0 --in-port=i9 --output=i1", 1, "dp0 has no port i9 " .. ports)
  fails("flow add dp0 --in-port=i1 --output=i2,i8", 1, "dp0 has no port i8 " .. ports)
  fails("flow delete dp0 --in-port=i9", 1, "dp0 has no port i9 " .. ports)
  fails("flow add dp0 --in-port=i1 --eth-src=x", 2,
    '--eth-src: column 1: expected an Ethernet address such as 02:00:00:00:00:01, found "x"')
  prints("flow add dp0 'in_port(i2),eth(),eth_type(0x0800),ipv4(proto=6)' i1", "")
  prints("flow list dp0", "dp0 --in-port=i2 --eth-type=0x0800 --ipv4-proto=6 --output=i1\n")
  fails("flow add dp0 'in_port(i9)' i1", 2, 'MATCH: column 9: expected a port number or the name of a port, found "i9"')
  fails("flow add dp0 --in-prt=i1", 2,
    "flow add: there is no flag --in-prt; did you mean --in-port? (odp help flow add shows how it is used)")
  -- What list prints is what add takes, for tunnels and sets as well.
  dp:add_vport { type = "vxlan", name = "vx0" }
  dp:flush_flows()
  prints("flow add dp0 --tunnel-id=0000000000000005 --tunnel-ipv4-dst=10.0.0.1 --in-port=vx0 --output=i1", "")
  prints("flow add dp0 --in-port=i1 --set-tunnel-id=0x10 --set-tunnel-ipv4-dst=10.0.0.2 --set-tunnel-df=true --output=vx0", "")
  local listed = run "flow list dp0"
  dp:flush_flows()
  for line in listed:gmatch "[^\n]+" do
    prints("flow add " .. line, "")
  end
  local lines, again = {}, {}
  for line in listed:gmatch "[^\n]+" do lines[#lines + 1] = line end
  for line in run("flow list dp0"):gmatch "[^\n]+" do again[#again + 1] = line end
  table.sort(lines)
  table.sort(again)
  test.eq(again, lines)
  dp:delete()
end)

test("namespaces", function()
  local ns = net.namespace "other"
  prints("-n other datapath add dp1", "")
  test.ok(odp.datapath("dp1", ns))
  prints("datapath list", "")
  fails("datapath list -n nope", 1, "there is no network namespace nope")
end)

test("packets that miss", function()
  local dp = odp.create_datapath "dp0"
  net.veth { a = "p1", b = "q1", up = true }
  dp:add_vport { type = "netdev", name = "p1" }
  local frame = require("packet").build {
    eth = { src = "02:00:00:00:00:01", dst = "02:00:00:00:00:02" }, ipv4 = { src = "10.0.0.1", dst = "10.0.0.2" }, udp = { src = 1, dst = 2 },
  }
  local file = os.tmpname()
  local sender = odp.every(0.02, function() net.link("q1"):send(frame) end)
  -- A packet that comes as the handler is being set up may be lost, which is reported.
  local out, err, status = run("datapath listen dp0 --keys -c 12 >" .. file)
  test.eq({ out, status }, { "", 0 }, err)
  local text = io.open(file):read "*a"
  test.contains(text, "p1: ")
  test.contains(text, "10.0.0.1")
  test.matches(text, "%[dp0 [^\n]*ipv4%(src=10.0.0.1,dst=10.0.0.2")
  out, err, status = run("datapath listen dp0 -c 12 -w " .. file)
  test.eq({ out, status }, { "", 0 }, err)
  local found = false
  for p in require("pcap").open(file) do
    if p.data == frame then found = true end
  end
  test.ok(found)
  sender:cancel()
  os.remove(file)
  dp:delete()
end)
