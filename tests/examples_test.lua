-- Every example that comes with odp runs by itself on this kernel, as a user runs it, and shows what it is to show.
-- What a kernel lacks the example says.
local odp, net = require "odp", require "net"
local test = require "test"

local binary = os.getenv("ODP_BINARY")
local has_psample = odp.feature("psample").present

-- What the output of each has to have, as patterns of Lua, or how it is checked.
local wanted = {
  learning_switch = {
    "02:00:00:00:00:01 is behind port 1\n", "02:00:00:00:00:03 moved to port 4\n", "all hosts reach each other: 6 flows",
    "the kernel forwarded 120 packets alone, 0 came to the script\n", "all hosts reach each other again\n",
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
    t.eq(result.stderr, "")
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
  t.eq(#net.links(), 1, "network devices")
end)

-- The same on devices that are there, as on a real system.

local arguments = {
  learning_switch = "dp0 eth1 eth2",
  firewall = "dp0 eth1 eth2",
  vxlan_overlay = "dp0 eth1 192.0.2.2",
  port_mirror = "dp0 eth1 eth2",
  rate_limiter = "dp0 eth1 eth2 1000",
  traffic_sampler = "dp0 eth1 eth2 10 /run/sample.pcapng",
}

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
    local result = net.exec(binary, "-e", code, unpack(args))
    t.eq(result.stderr, "")
    t.eq(result.status, 0, result.stdout)
    t.eq(#odp.datapaths(), 0, "datapaths after it")

    if name == "learning_switch" then return end -- which takes any number of ports
    result = net.exec(binary, "example", name, "dp0", { timeout = 100 })
    t.eq(result.status, 1)
    t.contains(result.stderr, "usage: odp example " .. name)
  end)
end
