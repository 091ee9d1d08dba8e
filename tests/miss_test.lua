-- Packets that match no flow come to the script, with all there is to know of them; it installs flows
-- and sends them on. By CPU and by port, on ports that are added later, and with handlers that fail.
local odp, net = require "odp", require "net"
local t = require "test"
local entry = require "lib.entry"
local frames = require "lib.frames"

local dp = odp.create_datapath("dp0")
local port, send = entry.port(dp)
local out, far = entry.wire(dp)
local udp = frames.udp {}
local quiet = { match = { in_port = far, ipv4 = {} }, actions = "drop" } -- what was sent on ends here
local arrived = dp:put_flow(quiet)

local function arrivals() return arrived:refresh().packets end

local function fresh()
  dp:flush_flows()
  arrived = dp:put_flow(quiet)
end

--- Everything about one miss, however packets are shared out.
local function check_misses(opts, per_cpu)
  fresh()
  local pkts = {}
  local action = function() end
  local handle = dp:on_miss(function(pkt)
    table.insert(pkts, pkt)
    return action(pkt)
  end, opts)
  t.eq(handle.active, true)
  t.eq(handle.per_cpu, per_cpu)
  t.ok(#handle.pids >= 1)

  --- One more packet comes to the handler.
  local function miss(frame)
    local before = #pkts
    send(frame)
    t.eventually("the packet comes up", function() return #pkts == before + 1 end)
    return pkts[#pkts]
  end

  -- What the packet is.
  local pkt = miss(udp)
  t.eq(pkt.kind, "miss")
  t.eq(pkt.in_port, port.number)
  t.eq(pkt.data, udp)
  t.eq(pkt.len, #udp)
  t.eq(pkt.userdata, nil)
  t.eq(pkt.datapath.name, "dp0")
  t.eq(pkt.queue, 0)
  t.eq(pkt.key.in_port, port.number)
  t.eq(pkt.key.eth.src, frames.mac1)
  t.eq(pkt.key.eth_type, 0x0800)
  t.eq(pkt.key.ipv4.dst, "10.0.0.2")
  t.eq(pkt.key.ipv4.frag, "no")
  t.eq(pkt.key.udp.dst, 2000)
  t.eq(pkt.key.tcp, nil)
  t.eq(pkt.key.recirc_id, 0)
  local tagged = miss(frames.tagged(udp, 5, 3))
  t.eq(tagged.key.vlan.vid, 5)
  t.eq(tagged.key.encap.udp.src, 1000)
  t.eq(tagged.data, frames.tagged(udp, 5, 3))
  local big = frames.udp { payload = string.rep("x", 1400) }
  t.eq(miss(big).data, big)

  -- Nothing happens to a packet that nothing is asked for.
  t.eq(arrivals(), 0)

  -- What the handler returns is done with the packet: a port, text, a list, an action, none.
  for i, result in ipairs { out, out.number, tostring(out.number), { "set(ipv4(ttl=9))", out }, odp.output(out) } do
    action = function() return result end
    miss(udp)
    t.eventually("the packet is sent on", function() return arrivals() == i end)
  end
  for _, result in ipairs { "drop", {}, false } do
    action = function() if result then return result end end
    miss(udp)
  end
  t.eq(arrivals(), 5, "packets sent on")

  -- Install a flow and send this packet on: by forward, execute or the result. The next packets go by the flow.
  for i, onward in ipairs {
    function(p) p:forward(out) end,
    function(p) p:execute { "set(ipv4(ttl=9))", out } end,
    function() return out end,
  } do
    local was = arrivals()
    action = function(p)
      p:install(p.key:only("in_port", "ipv4.src"), out)
      return onward(p)
    end
    local frame = frames.udp { src = "10.0.1." .. i }
    miss(frame)
    t.eventually("it is sent on", function() return arrivals() == was + 1 end)
    local flow = t.ok(dp:flow(odp.match { in_port = port, recirc_id = 0, ipv4 = { src = "10.0.1." .. i, frag = "no" } })
      or dp:flow(pkts[#pkts].key:only("in_port", "ipv4.src")), "the flow is there")
    t.eq(flow.packets, 0, "the packet that missed is not counted by it")
    send(frame)
    t.eventually("the next goes by the flow", function() return arrivals() == was + 2 end)
    t.eq(flow:refresh().packets, 1)
  end
  action = function() end
  local missed = #pkts

  -- A port that is added later is covered as well.
  local later, send_later = entry.port(dp)
  send_later(udp)
  t.eventually("a packet of the new port", function() return #pkts == missed + 1 end)
  t.eq(pkts[#pkts].in_port, later.number)

  -- Counters.
  local stats = handle.stats
  t.eq(stats.handled, #pkts)
  t.eq(stats.received, #pkts)
  t.eq(stats.failures, 0)
  t.eq(stats.refused, 0)
  t.eq(stats.dropped, 0)
  t.eq(stats.queued, 0)
  t.eq(stats.overruns, 0)
  t.eq(stats.kernel_lost, 0)

  -- After stop, packets are lost in the kernel, and the datapath is as it was.
  handle:stop()
  handle:stop()
  t.eq(handle.active, false)
  local lost, count = dp.stats.lost, #pkts
  send(frames.tcp {})
  t.eventually("the packet is lost", function() return dp.stats.lost == lost + 1 end)
  t.eq(#pkts, count, "packets after stop")
  later:delete()
end

local features = dp.features
check_misses(nil, true)
t.eq(dp.features, features, "features after per-CPU dispatch")
check_misses({ per_vport = true }, false)
check_misses({ per_vport = true, sockets = 1 }, false)
t.eq(dp.features, features, "features after per-vport dispatch")
local crowd = function() dp:on_miss(function() end, { per_vport = true, sockets = 3 }) end
t.raises(crowd, "at most one upcall port id for each CPU") -- this kernel has one

-- Two packets that race for one flow: the second install is no error, and both are sent on.
fresh()
local raced = 0
local handle = dp:on_miss(function(pkt)
  raced = raced + 1
  pkt:install(pkt.key:only("in_port", "udp.dst"), out)
  pkt:forward(out)
end)
send(udp) -- both are up before the handler runs
send(udp)
t.eventually("both are sent on", function() return arrivals() == 2 end)
t.eq(raced, 2)
t.eq(handle.stats.raced, 1)
t.eq(handle.stats.failures, 0)
handle:stop()

-- Another mode of install is refused as by put_flow, which counts as a failure, and the loop goes on.
fresh()
handle = dp:on_miss(function(pkt)
  pkt:install(pkt.key:only("in_port", "udp.dst"), out, { mode = "modify" })
  return out
end)
send(udp)
t.eventually("it is sent on all the same", function() return arrivals() == 1 end)
t.eq(handle.stats.refused, 1)
t.eq(handle.stats.failures, 1)
handle:stop()

-- A handler of misses and one of actions beside each other; stopping one leaves the other.
fresh()
local misses, actions = 0, 0
local on_miss = dp:on_miss(function() misses = misses + 1 end)
local on_action = dp:on_action(function(pkt) if pkt.userdata == "x" then actions = actions + 1 end end)
t.raises(function() dp:on_miss(function() end) end, "on_miss")
local to_script = odp.userspace { pid = on_action.pids[1], userdata = "x" }
send(udp)
dp:execute { data = udp, in_port = port, actions = to_script }
t.eventually("both handlers are called", function() return misses == 1 and actions == 1 end)
on_miss:stop()
send(udp)
dp:execute { data = udp, in_port = port, actions = to_script }
t.eventually("the other goes on", function() return actions == 2 end)
t.eventually("a packet without a handler is counted", function() return on_action.stats.unhandled == 1 end)
t.eq(misses, 1)
on_action:stop()

-- Two datapaths, each with its own handler.
local second = odp.create_datapath("dp1")
local port1, send1 = entry.port(second)
local names = {}
local function note(pkt) table.insert(names, pkt.datapath.name) end
on_miss = dp:on_miss(note)
second:on_miss(note)
send(udp)
send1(udp)
t.eventually("each datapath's packet", function() return #names == 2 end)
table.sort(names)
t.eq(table.concat(names, " "), "dp0 dp1")
second:delete() -- ends its handler

-- A handler that is not stopped ends with its datapath, and then the loop is idle.
dp:delete()
t.eq(on_miss.active, false)
t.eq(odp.run(5), "idle")
