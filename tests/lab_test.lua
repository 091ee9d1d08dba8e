-- The hosts of module lab answer ARP, neighbour discovery, ping and TCP through a datapath, tell what they were not
-- answered, and what a lab makes stays apart from the rest.
local odp, net = require "odp", require "net"
local lab, test = require "lab", require "test"

--- Two hosts that are joined.
local function pair(spec1, spec2)
  local dp = odp.create_datapath("dp0")
  local a, b = lab.host(dp, spec1), lab.host(dp, spec2)
  dp:put_flow { match = { in_port = a.port }, actions = b.port }
  dp:put_flow { match = { in_port = b.port }, actions = a.port }
  return a, b, dp
end

test("a host has what its spec says, or what comes next", function(t)
  lab.run(function()
    local a, b = pair({ ip = "10.0.0.1/24" }, { ip = odp.prefix("10.0.0.2/24"), mac = odp.mac("02:00:00:00:0b:0b"), name = "blue", number = 7 })
    t.eq({ a.name, a.ip, a.mac, a.port.number, a.port.name }, { "p1", "10.0.0.1", "02:00:00:00:00:01", 1, "p1" })
    t.eq({ b.name, b.ip, b.mac, b.port.number, b.port.name }, { "blue", "10.0.0.2", "02:00:00:00:0b:0b", 7, "blue" })
    t.eq({ a.ip6, b.ip6 }, {})
    t.eq(a:resolve(b.ip), b.mac)
  end)
  t.eq(#odp.datapaths(), 0, "datapaths outside of the lab")
  t.eq(net.link("p1"), nil)
end)

test("a lab after another begins anew", function(t)
  for _ = 1, 2 do
    lab.run(function()
      local a = pair({ ip = "10.0.0.1/24" }, {})
      t.eq(a.name, "p1")
    end)
  end
end)

test("pings are answered, or counted as not", function(t)
  lab.run(function()
    local a, b = pair({ ip = "10.0.0.1/24", ip6 = "fd00::1/64" }, { ip = "10.0.0.2/24", ip6 = "fd00::2/64" })
    t.eq(a:ping(b.ip), 1)
    t.eq(b:ping(odp.ip(a.ip), { count = 3, size = 1000 }), 3)
    t.eq(a:ping(b.ip6, { count = 3 }), 3)
    t.eq(a:ping("10.0.0.3", { seconds = 0.1 }), 0, "nobody there")
    t.eq(a:ping("192.0.2.1", { seconds = 0.1 }), 0, "no way there")
    t.eq(a:ping("fd00::3", { seconds = 0.1 }), 0, "nobody there")
    b:unplug()
    t.eq(a:ping(b.ip, { count = 2, seconds = 0.1 }), 0, "unplugged")
    t.eq(b.link.exists, false)
  end)
  lab.run(function()
    local a = pair({ ip = "10.0.0.1/24" }, {})
    t.raises(function() a:ping("fd00::1") end, "p1 has no address of IPv6")
  end)
end)

test("other networks are reached by the gateway", function(t)
  lab.run(function()
    local a, b = pair({ ip = "10.0.0.1/24", gateway = "10.0.0.254" }, { ip = "10.0.0.254/24" })
    t.eq(a:resolve("192.0.2.1"), b.mac)
  end)
end)

test("tagged hosts hear hosts of their VLAN only", function(t)
  for _, vlan in ipairs { 5, 6, false } do
    lab.run(function()
      local a, b, dp = pair({ ip = "10.0.0.1/24", vlan = 5 }, { ip = "10.0.0.2/24", vlan = vlan or nil })
      for _, way in ipairs { { a.port, b.port }, { b.port, a.port } } do
        for vid = 5, 6 do dp:put_flow { match = { in_port = way[1], vlan = { vid = vid } }, actions = way[2] } end
      end
      t.eq(a:ping(b.ip, { seconds = vlan ~= 5 and 0.1 or nil }), vlan == 5 and 1 or 0, "VLAN " .. tostring(vlan))
    end)
  end
end)

test("a question by TCP is answered, refused, or lost", function(t)
  lab.run(function()
    local a, b, dp = pair({ ip = "10.0.0.1/24" }, { ip = "10.0.0.2/24" })
    b:listen(80, function(question, from) return question .. " from " .. from.ip .. " " .. (from.port > 1024 and "high" or "low") end)
    t.eq({ a:request(b.ip, 80, "hello") }, { "hello from 10.0.0.1 high" })
    t.eq({ a:request(b.ip, 80, "again") }, { "again from 10.0.0.1 high" })
    t.eq({ a:request(b.ip, 81) }, { nil, "refused" })
    t.eq({ a:request("10.0.0.3", 80, "", 0.1) }, { nil, "no answer" })
    -- The connection tracker knows it for one.
    dp:flush_flows()
    dp:put_flow { match = { in_port = a.port, eth_type = 0x0800 }, actions = { odp.ct { commit = true }, b.port } }
    dp:put_flow { match = { in_port = b.port, eth_type = 0x0800 }, actions = { odp.ct(), a.port } }
    t.eq(a:request(b.ip, 80, "tracked"), "tracked from 10.0.0.1 high")
    t.eventually("its end is seen", function()
      for c in odp.conntrack { proto = "tcp" } do return c.state == "TIME_WAIT" end
    end)
    t.eq(odp.conntrack_stats().tcp, 1)
  end)
end)

test("datagrams arrive with their addresses", function(t)
  lab.run(function()
    local a, b = pair({ ip = "10.0.0.1/24" }, { ip = "10.0.0.2/24" })
    a:udp(b.ip, 9, "x", 3)
    a:udp(b.ip, 10, "y", 1, 1234)
    t.eventually("they arrive", function() return #b.datagrams == 4 end)
    t.eq(b.datagrams[1], { src = "10.0.0.1", sport = 9999, dport = 9, payload = "x" })
    t.eq(b.datagrams[4], { src = "10.0.0.1", sport = 1234, dport = 10, payload = "y" })
    t.raises(function() a:udp("10.0.0.9", 9, "x") end, "nobody answers for 10.0.0.9")
  end)
end)

test("attach takes what is there, and makes the rest", function(t)
  net.dummy("eth1")
  net.dummy("eth2")
  local dp = odp.create_datapath("dp0")
  t.cleanup(function() dp:delete() end)
  local one = dp:add_vport("eth1")
  local result = net.exec(os.getenv("ODP_BINARY"), "-e", [[
    local dp, one, two = require("lab").attach("dp0", "eth1", "eth2")
    print(dp, one.number, two.number, two.name)
  ]], { timeout = 60 })
  t.eq({ result.stdout, result.stderr }, { "dp0\t1\t2\teth2\n", "" })
  t.eq(#dp:vports(), 2, "ports when the script has ended")
  t.eq(dp:vport("eth1").number, one.number)
end)
