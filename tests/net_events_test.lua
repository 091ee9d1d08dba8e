-- What the kernel announces of devices, addresses, routes, neighbours and forwarding tables, in this namespace
-- and in another: in order, with what it is about, counted, and until it is stopped.
local odp, net = require "odp", require "net"
local t = require "test"

for _, ns in ipairs { net.current_namespace(), net.namespace() } do
  ns:sysctl("net.ipv6.conf.all.disable_ipv6", 1)
  ns:sysctl("net.ipv6.conf.default.disable_ipv6", 1)
  local there = ns:dummy("there")
  local events = {}
  local function note(text) return function(event) events[#events + 1] = event.kind .. " " .. text(event) end end
  local subscriptions = {
    ns:on_link(note(function(e) return e.link .. (e.is_up and " up" or " down") .. " " .. e.mtu end)),
    ns:on_address(note(function(e) return e.address.address .. " " .. e.address.dev end)),
    ns:on_route(note(function(e) return tostring(e.route) end)),
    ns:on_neighbour(note(function(e) return e.neighbour.ip .. " " .. tostring(e.neighbour.mac) .. " " .. e.neighbour.dev end)),
    ns:on_fdb(note(function(e) return e.entry.mac .. " " .. e.entry.dev end)),
  }
  local function expect(what)
    t.eventually(what, function()
      for i, text in ipairs(events) do
        if text:find(what, 1, true) == 1 then
          for _ = 1, i do table.remove(events, 1) end
          return true
        end
      end
    end)
  end
  -- One that was there before is not new when it changes.
  there:set { mtu = 1300 }
  expect("set there up 1300")
  local link = ns:dummy { name = "d0", up = false }
  expect("new d0 down 1500")
  link:up()
  expect("set d0 up 1500")
  link:addr("10.0.0.1/24")
  expect("new 10.0.0.1/24 d0")
  ns:add_route { dst = "192.0.2.0/24", via = "10.0.0.2", metric = 5, mtu = 1400 }
  expect("new 192.0.2.0/24 via 10.0.0.2 dev d0 metric 5 mtu 1400")
  ns:add_route { dst = "192.0.2.0/24", via = "10.0.0.3", metric = 5, replace = true }
  expect("set 192.0.2.0/24 via 10.0.0.3 dev d0 metric 5")
  ns:add_route { dst = "203.0.113.0/24", hops = { { via = "10.0.0.3", dev = "d0" }, { via = "10.0.0.4", weight = 3 } } }
  expect("new 203.0.113.0/24 nexthop via 10.0.0.3 dev d0 weight 1 nexthop via 10.0.0.4 dev d0 weight 3")
  ns:delete_route { dst = "192.0.2.0/24" }
  expect("delete 192.0.2.0/24")
  ns:add_neighbour { ip = "10.0.0.9", mac = "02:00:00:00:00:09", dev = link }
  expect("new 10.0.0.9 02:00:00:00:00:09 d0")
  ns:delete_neighbour { ip = "10.0.0.9", dev = link }
  expect("new 10.0.0.9 nil d0") -- it fails first
  expect("delete 10.0.0.9")
  link:addr("10.1.1.1/32", { peer = "10.1.1.2/32" })
  expect("new 10.1.1.1/32 d0")
  link:delete_addr("10.0.0.1/24")
  expect("delete 10.0.0.1/24 d0")
  local br = ns:bridge { name = "br0", up = false }
  link:set { master = br }
  ns:add_fdb { mac = "02:00:00:00:00:0b", dev = link }
  expect("new 02:00:00:00:00:0b d0")
  events = {}
  link:set { master = false }
  link:delete()
  expect("delete d0")
  for _, text in ipairs(events) do t.ok(not text:find("new d0"), text) end -- leaving a bridge is no end of a device

  for _, s in ipairs(subscriptions) do
    t.eq(s.active, true)
    local stats = s.stats
    t.ok(stats.handled > 0 and stats.received >= stats.handled, "events that were counted")
    t.eq(stats.dropped + stats.overruns + stats.malformed + stats.failures, 0)
    s:stop()
    s:stop()
  end
  events = {}
  there:delete()
  br:delete()
  odp.sleep(0.05)
  t.eq(#events, 0, "events after they were stopped")
end

-- A queue and a receive buffer that are too small lose events, and tell.
local lost
local small = net.on_link(function() end, { queue = 1, lost = function(stats) lost = stats end })
for i = 1, 20 do net.dummy("x" .. i):delete() end
t.eventually("it is told", function() return lost end)
t.ok(lost.dropped > 0, "dropped")
small:stop()
lost = nil
small = net.on_link(function() end, { buffer = 1, queue = 1e6, lost = function(stats) lost = stats end })
local before = small.stats.received
for i = 1, 200 do net.dummy { name = "y" .. i, up = false } end
for i = 1, 200 do net.link("y" .. i):delete() end
t.eventually("a loss in the kernel is told, or none was lost", function() return lost and lost.overruns > 0 or small.stats.received - before >= 400 end)
small:stop()

-- They end with the namespace, and the options are checked.
local ns = net.namespace()
local s = ns:on_link(print)
ns:delete()
t.eq(s.active, false)
t.raises(function() ns:on_link(print) end, "has been deleted")
t.raises(function() net.on_link(5) end, "function expected")
t.raises(function() net.on_route(print, { queue = 0 }) end, "'queue'")
t.raises(function() net.namespace():on_route(print, { netns = net.namespace() }) end, "'netns'", "on which the method is called")
local other = net.namespace()
local got
net.on_link(function(event) got = event end, { netns = other })
other:dummy("d5")
t.eventually("an event of the other namespace", function() return got and got.link.name == "d5" end)
t.eq(got.ns, other)
