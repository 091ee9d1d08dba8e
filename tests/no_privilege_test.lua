-- Without privilege a script can look at datapaths but not touch them: it is told what is missing, and
-- nothing changes.
local odp, net = require "odp", require "net"
local t = require "test"
local topo = require "lib.topology"

topo.quiet()
local dp = odp.create_datapath("dp0")
net.veth { a = "left", b = "left_end" }
net.veth { a = "spare", b = "spare_end" }
dp:add_vport("left")
dp:put_flow { match = { in_port = 1 }, actions = "drop" }
local before = topo.snapshot(dp)

-- The program as an ordinary user may run it.
local program = "/run/odp"
assert(net.run(("cp %s %s && chmod 755 %s"):format(os.getenv("ODP_BINARY"), program, program)))

local function as_nobody(code)
  return net.exec("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--inh-caps=-all", program, "-e", code)
end

for _, case in ipairs {
  { "datapath create dp1", "odp.create_datapath('dp1')" },
  { "datapath delete dp0", "odp.datapath('dp0'):delete()" },
  { "vport create spare on dp0", "odp.datapath('dp0'):add_vport('spare')" },
  { "vport delete left on dp0", "odp.datapath('dp0'):vport('left'):delete()" },
  { "flow put on dp0", "odp.datapath('dp0'):put_flow { match = { in_port = 2 }, actions = 'drop' }" },
  { "flow delete on dp0", "odp.datapath('dp0'):delete_flow { in_port = 1 }" },
  { "flow clear on dp0", "odp.datapath('dp0'):clear_flow { in_port = 1 }" },
  { "flow flush on dp0", "odp.datapath('dp0'):flush_flows()" },
  { "packet execute on dp0", "odp.datapath('dp0'):execute { data = ('x'):rep(14), in_port = 1, actions = '1' }" },
  { "on dp0", "odp.datapath('dp0'):on_miss(print, { per_vport = true })" },
} do
  local what, code = case[1], case[2]
  local result = as_nobody(code)
  t.eq(result.status, 1, "exit status of " .. code)
  t.eq(result.stdout, "")
  t.contains(result.stderr, what .. ": needs CAP_NET_ADMIN (run as root): EPERM")
  t.contains(result.stderr, "stack traceback:\n\t-e:1: in main chunk")
end

local result = as_nobody [[
  local ok, e = pcall(function() odp.create_datapath("dp1") end)
  assert(not ok)
  print(e.op, e.object, e.errno, e.code, e.line)]]
t.eq(result.stdout, "datapath create\tdp1\tEPERM\t1\t-e:1\n")
t.eq(result.status, 0, result.stderr)

-- A namespace takes privilege as well.

result = as_nobody("net.namespace()")
t.eq(result.status, 1)
t.contains(result.stderr, "namespace create: operation not permitted")

-- To look is allowed.

result = as_nobody [[
  local dp = odp.datapath("dp0")
  print(#odp.datapaths(), dp.name, #dp:vports(), dp:vport(1).name, dp.stats.flows, dp:flow { in_port = 1 }.actions)
  for flow in dp:flows() do print(flow.match == odp.match { in_port = 1 }) end]]
t.eq(result.stdout, "1\tdp0\t2\tleft\t1\tdrop\ntrue\n")
t.eq(result.status, 0, result.stderr)

t.eq(topo.snapshot(dp), before)
t.eq(#odp.datapaths(), 1)
dp:delete()
