-- What happens to a handler when others interfere: its datapath is deleted, its dispatch is changed, its
-- namespace goes, its flows are removed. It ends with a message and a reason, or goes on.
local odp, net = require "odp", require "net"
local t = require "test"
local frames = require "lib.frames"

local binary = assert(os.getenv("ODP_BINARY"))

--- Run a script in a program of its own, in this namespace.
local function run(script) return net.exec(binary, "-", { stdin = script, timeout = 60 }) end

local function miss(dp, n)
  for i = 1, n or 1 do dp:execute { data = frames.udp {}, in_port = 0, actions = "recirc(1)" } end
end

-- Another program deletes the datapath while packets are held, wait and come.
for _, per_vport in ipairs { false, true } do
  local dp = odp.create_datapath("dp0")
  local pkts = {}
  local handle = dp:on_miss(function(pkt) table.insert(pkts, pkt:hold()) end, { per_vport = per_vport })
  local actions = dp:on_action(function() end)
  miss(dp, 3)
  t.eventually("three are held", function() return handle.stats.held == 3 end)
  t.eq(handle.error, nil)
  t.eq(run("odp.datapath('dp0'):delete()").status, 0)
  t.eventually("the handler ends", function() return not handle.active end)
  t.eq(actions.active, false)
  local err = t.ok(handle.error, "the reason")
  t.eq(err.errno, "ENODEV")
  t.contains(err, "datapath was deleted")
  t.eq(actions.error.errno, "ENODEV")
  t.eq(pkts[1]:forward(1), false)
  t.eq(pkts[1].vport, nil)
  t.eq(pkts[1].layers.udp.dst, 2000)
  t.raises(function() pkts[1]:install("in_port(1)", "2") odp.sleep(0.01) error("sent") end, "sent")
  local stats = handle.stats
  t.eq(stats.expired, 3)
  t.eq(stats.handled, 3)
  t.eq(stats.received, 3)
  t.eq(odp.run(10), "idle")

  -- One of the same name is another datapath, and can have a handler at once.
  dp = odp.create_datapath("dp0")
  handle = dp:on_miss(function(pkt) pkt:drop() end, { per_vport = per_vport })
  miss(dp)
  t.eventually("it has a handler", function() return handle.stats.discarded == 1 end)
  dp:delete()
  t.eq(handle.error, nil, "no reason to end but the script's own")
end

-- A program whose handler ends like that says so, and fails unless its script has looked at it.
for look, status in pairs { ["handle.active"] = 0, ["handle.error.errno"] = 0, ["nil"] = 1 } do
  local r = run([[
local dp = odp.create_datapath("dp0")
local handle = dp:on_miss(function() end)
odp.after(0, function() net.exec(os.getenv("ODP_BINARY"), "-e", "odp.datapath('dp0'):delete()") end)
local reason = odp.run(30)
print(reason, ]] .. look .. ")")
  t.contains(r.stdout, "idle\t")
  t.contains(r.stderr, "odp: on_miss handler of dp0 ended: upcalls on dp0: datapath was deleted")
  t.eq(r.status, status, look .. ": " .. r.stderr)
  t.eq(t.count(r.stderr, "the on_miss handler of dp0 ended"), status, r.stderr)
end

-- Another program changes how packets are shared out: that is set again, and none is lost for good.
for _, per_vport in ipairs { false, true } do
  local dp = odp.create_datapath("dp0")
  local calls = 0
  local handle = dp:on_miss(function() calls = calls + 1 end, { per_vport = per_vport })
  t.eq(handle.per_cpu, not per_vport)
  local mine = dp.features
  local other = ("odp.datapath('dp0'):set{ features = { dispatch_upcall_per_cpu = %s } }"):format(tostring(per_vport))
  t.eq(run(other).status, 0)
  t.eventually("it is set again", function() return dp.features == mine end)
  local was = calls
  miss(dp, 2)
  t.eventually("packets come", function() return calls == was + 2 end)
  dp:delete()
end

-- A namespace that is deleted takes its handlers along.
local ns = net.namespace()
local dp = odp.create_datapath { name = "dp0", netns = ns }
local handle = dp:on_miss(function() end)
ns:delete()
t.eq(handle.active, false)
t.eq(odp.run(10), "idle")

-- Flows that another program removes are missed and can be installed again.
dp = odp.create_datapath("dp0")
local installs = 0
handle = dp:on_miss(function(pkt)
  installs = installs + 1
  pkt:install(pkt.key:only("in_port"), "drop", { execute = true })
end)
miss(dp)
t.eventually("it is installed", function() return dp.stats.flows == 1 end)
miss(dp, 5)
t.eq(handle.stats.handled, 1)
t.eq(run("odp.datapath('dp0'):flush_flows()").status, 0)
miss(dp)
t.eventually("it is installed again", function() return installs == 2 and dp.stats.flows == 1 end)
dp:delete()
