-- Every example that comes with odp runs by itself on this kernel, as a user runs it, and shows what it is to show.
-- What a kernel lacks the example says.
local odp, net = require "odp", require "net"
local json, test = require "json", require "test"

local binary = os.getenv("ODP_BINARY")
local devices = #net.links() -- kernels with tunnels have some in every namespace
local has_psample = odp.feature("psample").present
local lacks = { flow_log = "this kernel has no nf_conntrack_timestamp\n" } -- what is reported, as these kernels are built without it

-- What the output of each has to have, as patterns of Lua, or how it is checked.
local wanted = {
  learning_switch = {
    "02:00:00:00:00:01 is behind port 1\n", "02:00:00:00:00:03 moved to port 4\n", "all hosts reach each other: 6 flows",
    "the kernel forwarded 120 packets alone, 0 came to the script\n", "all hosts reach each other again\n",
  },
  parallel_switch = {
    "02:00:00:00:00:01 is at port 1\n", "02:00:00:00:00:03 is at port 3\n", "3 hosts are known, 6 flows forward in the kernel\n",
    "worker 1 has handled %d+ packets, dropped 0\nworker 2 has handled %d+ packets, dropped 0\n", "all together: %d+ handled, 0 dropped, 0 lost by the kernel\n",
  },
  firewall = {
    "rule 4: allow 10.0.0.1 %-> 10.0.0.2 icmp%(type=8,code=0%)", "inside pings outside: +3 of 3 answered",
    "inside asks port 80 outside: +welcome to 10.0.0.2\n", "rule 5: deny 10.0.0.1 %-> 10.0.0.2 tcp", "inside asks port 22 outside: +no answer\n",
    "outside pings inside: +0 of 1 answered", "outside asks port 80 inside: +no answer\n",
    "  icmp,orig=%(src=10.0.0.1", "  tcp,orig=%(src=10.0.0.1,dst=10.0.0.2,sport=%d+,dport=80%)",
    "tcp%(dst=22%), packets:%d+, bytes:%d+, used:%S+ actions:drop",
  },
  vxlan_overlay = {
    "p1 has MTU 1500, but uplink leaves 1450", "3 of 3 pings answered through the tunnel",
    "ipv4%(src=192.0.2.1,dst=192.0.2.2,proto=17[^\n]+vxlan%(vni=0x000007%),inner%([^\n]+ipv4%(src=10.0.0.1,dst=10.0.0.2",
    "ipv4%(src=192.0.2.2,dst=192.0.2.1,proto=17[^\n]+vxlan%(vni=0x000007%),inner%([^\n]+ipv4%(src=10.0.0.2,dst=10.0.0.1",
  },
  port_mirror = {
    "1 of 1 ping answered", "42 bytes\teth%(src=02:00:00:00:00:01,dst=ff:ff:ff:ff:ff:ff", "60 bytes\t[^\n]+icmp%(type=8,id=1,seq=1%)\n",
    "60 bytes\t[^\n]+src=10.0.0.2[^\n]+icmp%(id=1,seq=1%)\n", "in_port%(1%)[^\n]+\tclone%(trunc%(60%),3%),2\n", "in_port%(2%)[^\n]+\tclone%(trunc%(60%),3%),1\n",
  },
  rate_limiter = function(t, out)
    t.contains(out, "5 of 5 pings answered")
    local through = tonumber(out:match("of 200 datagrams (%d+) came through"))
    t.ok(through >= 50 and through < 200, "datagrams that came through: " .. out)
    local dropped = out:match("meter 0: 200 packets, (%d+) of them dropped")
    t.eq(through + tonumber(dropped), 200, out)
  end,
  traffic_sampler = function(t, out)
    t.contains(out, "100 of 100 pings answered")
    t.contains(out, has_psample and "samples come by the psample action" or "this kernel has no psample action")
    local sampled, total, dropped = out:match("(%d+) of (%d+) packets were sampled, (%d+) samples were dropped")
    t.eq({ total, dropped }, { "202", "0" }, out)
    -- Each is a chance of one in four. Outside of this range it would be once in some billion runs.
    t.ok(tonumber(sampled) > 15 and tonumber(sampled) < 100, out)
    t.contains(out, sampled .. " packets are in the file:")
  end,
  arp_responder = {
    "3 of 3 pings answered", "10.0.0.3 is at 02:00:00:00:00:03\n10.0.0.4 is at nil\n", "3 questions came to the script, 0 were heard by b\n",
    "02:00:00:00:00:01 asks too often", "arp%(op=1/0xff,sha=02:00:00:00:00:01%)[^\n]+actions:drop\n",
  },
  nat_gateway = {
    "3 of 3 pings from inside answered", "the server sees a connection from 203.0.113.1\n",
    "port 8080 leads inside, where the connection is from 203.0.113.80\n", "port 22 leads nowhere: no answer\n",
    "tcp,orig=%(src=10.0.0.11,dst=203.0.113.80,sport=%d+,dport=80%),reply=%(src=203.0.113.80,dst=203.0.113.1,",
    "tcp,orig=%(src=203.0.113.80,dst=203.0.113.1,sport=%d+,dport=8080%),reply=%(src=10.0.0.11,dst=203.0.113.80,sport=80,",
  },
  load_balancer = function(t, out)
    local first, second = out:match("^(.*)10.0.0.12 is gone, 3 servers are left\n(.*)$")
    t.ok(first, out)
    for round, text in ipairs { first, second } do
      local sum, none = 0, {}
      for server, count in text:gmatch("(%S+) answered (%d+) of 60 requests\n") do
        sum = sum + count
        if count == "0" then table.insert(none, server) end
      end
      t.eq(sum, 60, "requests that were answered in round " .. round)
      t.eq(none, round == 1 and {} or { "10.0.0.12" }, "servers that nobody came to in round " .. round)
    end
  end,
  flow_watchdog = {
    "3 of 3 pings answered", "the scan has left %d+ flows", 'level=WARN msg="flow table [^\n]+ dp=dp0 flows=%d+ limit=150 of_port=%d+ port=p1\n',
    'level=INFO msg="idle flows removed" dp=dp0 left=0 removed=%d+\n', "the watchdog gave the alarm, and removed 204 idle flows\n",
  },
  flow_log = function(t, out)
    local lines = {}
    for line in out:gmatch("{[^\n]+}\n") do table.insert(lines, json.decode(line)) end
    t.eq(#lines, 6, out)
    local ends = {}
    for _, line in ipairs(lines) do
      if line.event == "end" then ends[line.proto] = line end
    end
    t.eq({ ends.icmp.packets, ends.tcp.dport, ends.tcp.packets }, { { sent = 5, received = 5 }, 80, { sent = 3, received = 3 } }, out)
    t.eq({ ends.udp.packets, ends.udp.answered }, { { sent = 1, received = 0 }, false }, out)
  end,
  vlan_switch = {
    "VLAN 10: 02:00:00:00:00:04 is behind p4\n", "red to red: +3 of 3", "red to the trunk: +3 of 3", "trunk to red: +3 of 3", "red to blue: +0 of 1",
    "in_port%(1%)[^\n]+dst=02:00:00:00:00:04%)[^\n]+actions:push_vlan%(vid=10,pcp=0%),4\n",
    "in_port%(4%)[^\n]+vlan%(vid=10%)[^\n]+actions:pop_vlan,1\n",
  },
  miss_capture = {
    "p2\t10.0.0.2\tipv4.src is 10.0.0.2, not 10.0.0.22 in the flow in_port%(2%)", "p1\t10.0.0.1\ttcp.dst is 8080, not 80 in the flow in_port%(1%)",
    "p1\t10.0.0.1\tipv4.proto is 17, not 6 and tcp.dst is absent, not 80 in the flow in_port%(1%)",
  },
  failover = {
    "^p2 is the active uplink\nboth lines work: 3 of 3 pings answered\np3 is the active uplink\nthe first is pulled: 3 of 3 pings",
    "p2 is the active uplink\nit is back: 3 of 3 pings answered\n", "p3: 3 packets by it",
  },
}

local known = {}
for name in select(2, net.run(binary .. " example")):gmatch("([%w_]+) [^\n]*\n") do table.insert(known, name) end
test("there are examples, and each has its case here", function(t)
  local cases = {}
  for name in pairs(wanted) do table.insert(cases, name) end
  table.sort(cases)
  t.eq(known, cases)
end)

for _, name in ipairs(known) do
  test(name, function(t)
    local result = net.exec(binary, "example", name, { timeout = 100 })
    t.eq(result.stderr, lacks[name] or "")
    t.eq(result.status, 0, result.stdout)
    local want = wanted[name]
    if type(want) == "function" then return want(t, result.stdout) end
    for _, pattern in ipairs(want) do
      t.ok(result.stdout:find(pattern), ("a line %q in:\n%s"):format(pattern, result.stdout))
    end
  end)
end

test("an example leaves nothing behind", function(t)
  t.eq(#odp.datapaths(), 0, "datapaths")
  t.eq(#net.links(), devices, "network devices")
end)

-- The same on devices that are there, as on a real system.

local arguments = {
  learning_switch = "dp0 eth1 eth2",
  parallel_switch = "dp0 eth1 eth2",
  firewall = "dp0 eth1 eth2",
  vxlan_overlay = "dp0 eth1 192.0.2.2",
  port_mirror = "dp0 eth1 eth2",
  rate_limiter = "dp0 eth1 eth2 1000",
  traffic_sampler = "dp0 eth1 eth2 10 /run/sample.pcapng",
  arp_responder = "dp0 10.0.0.1=02:00:00:00:00:01",
  nat_gateway = "dp0 eth1 eth2 10.0.0.1/24 203.0.113.1/24 203.0.113.254 8080=10.0.0.11:80",
  load_balancer = "dp0 eth1 10.0.0.100 eth2=10.0.0.11=02:00:00:00:00:11",
  flow_watchdog = "dp1 1000",
  flow_log = "/run/flows.jsonl",
  vlan_switch = "dp0 eth1=10 eth2=10,20",
  miss_capture = "dp0 /run/misses.pcapng",
  failover = "dp0 eth0 eth1 eth2",
}

local any = { learning_switch = true, parallel_switch = true, flow_watchdog = true, flow_log = true } -- which one argument is enough for

net.dummy("eth0"):addr("192.0.2.1/24")
net.dummy("eth1")
net.dummy("eth2")

for _, name in ipairs(known) do
  test(name .. " on devices", function(t)
    -- It is told to stop as soon as it is in odp.run.
    local code = ('odp.every(0.05, function() pcall(odp.stop) end) assert(loadfile "../scripts/examples/%s.lua")(...)'):format(name)
    local args = {}
    for word in t.ok(arguments[name], "arguments"):gmatch("%S+") do table.insert(args, word) end
    table.insert(args, { timeout = 100 })
    local watched = name == "flow_watchdog" and odp.create_datapath("dp1")
    local result = net.exec(binary, "-e", code, unpack(args))
    t.eq(result.stderr, lacks[name] or "")
    t.eq(result.status, 0, result.stdout)
    if watched then watched:delete() end
    t.eq(#odp.datapaths(), 0, "datapaths after it")

    if any[name] then return end
    result = net.exec(binary, "example", name, "dp0", { timeout = 100 })
    t.eq(result.status, 1)
    t.contains(result.stderr, "usage: odp example " .. name)
  end)
end
