-- kernels: 6.1 6.12 7.2 smp
-- Limits of connections: set, read and deleted by zone and by default, and kept to by real connections.
local odp, net = require "odp", require "net"
local t = require "test"
local entry = require "lib.entry"
local frames = require "lib.frames"

local function is(limit, zone, number, count)
  t.eq(limit.zone, zone)
  t.eq(limit.limit, number, "limit of " .. zone)
  t.eq(limit.count, count, "count of " .. zone)
end

--- The limits that there are, by zone.
local function all(ns)
  local list, by_zone = odp.ct_limits(ns), {}
  t.eq(list[1].zone, "default")
  for _, l in ipairs(list) do by_zone[l.zone] = l end
  return by_zone, #list
end

-- No limits to begin with.
is(odp.ct_limit(), "default", 0)
is(odp.ct_limit("default"), "default", 0)
is(odp.ct_limit(7), 7, 0, 0)
local limits, n = all()
t.eq(n, 1)
is(limits.default, "default", 0)

-- Set, changed, listed. A zone without its own has the default.
odp.set_ct_limit { limit = 100 }
odp.set_ct_limit { zone = 0, limit = 1 }
odp.set_ct_limit { zone = 65535, limit = 4294967295 }
odp.set_ct_limit { zone = 7, limit = 5 }
odp.set_ct_limit { zone = 7, limit = 6 }
limits, n = all()
t.eq(n, 4)
is(limits.default, "default", 100)
is(limits[0], 0, 1, 0)
is(limits[7], 7, 6, 0)
is(limits[65535], 65535, 4294967295, 0)
is(odp.ct_limit(7), 7, 6, 0)
is(odp.ct_limit(8), 8, 100, 0)
odp.set_ct_limit { zone = "default", limit = 101 }
is(odp.ct_limit(8), 8, 101, 0)
is(odp.ct_limit(), "default", 101)

-- What is listed can be set as it is.
for _, l in ipairs(odp.ct_limits()) do odp.set_ct_limit { zone = l.zone, limit = l.limit } end
t.eq(select(2, all()), 4)

-- Deleted: by zone, twice, and the default.
odp.delete_ct_limit(7)
odp.delete_ct_limit(7)
odp.delete_ct_limit(1000)
is(odp.ct_limit(7), 7, 101, 0)
odp.delete_ct_limit()
is(odp.ct_limit(7), 7, 0, 0)
is(odp.ct_limit(), "default", 0)
t.eq(select(2, all()), 3)
odp.delete_ct_limit(0)
odp.delete_ct_limit(65535)
t.eq(select(2, all()), 1)

-- Each namespace has its own.
local ns = net.namespace()
odp.set_ct_limit { zone = 3, limit = 33, netns = ns }
is(odp.ct_limit(3, ns), 3, 33, 0)
is(odp.ct_limit(3), 3, 0, 0)
t.eq(select(2, all(ns)), 2)
odp.delete_ct_limit(3, ns)
is(odp.ct_limit(3, ns), 3, 0, 0)
ns:delete()

-- More than the kernel lists is an error that says what to do, and any zone can be asked for.
for zone = 1, 1000 do odp.set_ct_limit { zone = zone, limit = zone } end
local e = t.raises(odp.ct_limits, "ct limit get", "so many limits", "ask for zones by number")
t.eq(e.errno, "EMSGSIZE")
for zone = 1, 1000 do is(odp.ct_limit(zone), zone, zone, 0) end
for zone = 1, 1000 do odp.delete_ct_limit(zone) end
t.eq(select(2, all()), 1)

-- Connections. Where the kernel has no zones, all are of zone 0.
local dp = odp.create_datapath("dp0")
local has_zones = select(2, net.run("uname -r")):find("cloud", 1, true) ~= nil
local zone = has_zones and 9 or 0
local ct = has_zones and "ct(commit,zone=9)" or "ct(commit)"
if not has_zones then
  e = t.raises(function()
    dp:put_flow { match = { in_port = 0, ipv4 = {} }, actions = "ct(commit,zone=9)" }
  end, "flow put on dp0", "CONFIG_NF_CONNTRACK_ZONES")
  t.eq(e.errno, "EINVAL")
end

local function connect(id) dp:execute { data = frames.udp { sport = id }, in_port = 0, actions = ct } end
local function refused(id)
  local err = t.raises(function() connect(id) end, "packet execute on dp0")
  t.eq(err.errno, "ENOMEM")
end
--- The kernel counts a connection that it refused until it looks at its list again.
local function settles(want)
  t.eventually("connections of zone " .. zone, function() return odp.ct_limit(zone).count == want end)
end

for id = 1, 3 do connect(id) end -- without a limit: not counted
is(odp.ct_limit(zone), zone, 0, 0)
odp.set_ct_limit { zone = zone, limit = 4 }
for id = 1, 3 do connect(id) end -- no new connections
is(odp.ct_limit(zone), zone, 4, 0)
for id = 11, 14 do connect(id) end
is(odp.ct_limit(zone), zone, 4, 4)
refused(15)
connect(12) -- one that there is goes on
settles(4)

-- The frame that would open one too many is dropped on its way, the next one of another is not.
local port, send = entry.port(dp)
local out, far = entry.wire(dp)
dp:put_flow { match = { in_port = port, ipv4 = {} }, actions = ct .. "," .. out.number }
local function came(id) return dp:flow({ in_port = far, ipv4 = {}, udp = { src = id } }).packets end
for _, id in ipairs { 14, 16 } do
  dp:put_flow { match = { in_port = far, ipv4 = {}, udp = { src = id } }, actions = "drop" }
end
send(frames.udp { sport = 16 })
send(frames.udp { sport = 14 })
t.eventually("a frame of a connection that there is", function() return came(14) == 1 end)
t.eq(came(16), 0, "frames of one too many")
settles(4)

-- A higher limit lets it in; the limit of another zone and the default do not matter.
odp.set_ct_limit { zone = zone + 1, limit = 1 }
odp.set_ct_limit { limit = 1 }
odp.set_ct_limit { zone = zone, limit = 5 }
send(frames.udp { sport = 16 })
t.eventually("a frame of one more", function() return came(16) == 1 end)
is(odp.ct_limit(zone), zone, 5, 5)
t.eq(all()[zone].count, 5)
refused(17)
settles(5)

-- Without its own limit the zone has the default, and without that none.
odp.delete_ct_limit(zone)
is(odp.ct_limit(zone), zone, 1, 5)
refused(18)
settles(5)
odp.delete_ct_limit()
for id = 21, 40 do connect(id) end
odp.delete_ct_limit(zone + 1)
dp:delete()

-- Limits need no datapath, but who sets them needs privilege.
odp.set_ct_limit { zone = 1, limit = 1 }
local program = "/run/odp"
assert(net.run(("cp %s %s && chmod 755 %s"):format(os.getenv("ODP_BINARY"), program, program)))
local function as_nobody(code)
  return net.exec("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--inh-caps=-all", program, "-e", code)
end
local r = as_nobody("print(odp.ct_limit(1).limit) odp.set_ct_limit { zone = 1, limit = 2 }")
t.eq(r.status, 1)
t.eq(r.stdout, "1\n", "what anybody may read")
t.contains(r.stderr, "ct limit set of zone 1: needs CAP_NET_ADMIN (run as root): EPERM")
r = as_nobody("odp.delete_ct_limit()")
t.contains(r.stderr, "ct limit delete of the default zone: needs CAP_NET_ADMIN (run as root): EPERM")
is(odp.ct_limit(1), 1, 1, 0)
odp.delete_ct_limit(1)

-- Wrong input.
local spec = "bad argument #1 (spec) to odp.set_ct_limit: "
for _, case in ipairs {
  { nil, spec .. "table expected, got nil" },
  { { zone = 1 }, spec .. "field 'limit': whole number from 0 to 4294967295 expected, got nil" },
  { { limit = -1 }, "field 'limit': whole number from 0 to 4294967295 expected, got number -1" },
  { { limit = 4294967296 }, "field 'limit'" },
  { { limit = 1.5 }, "field 'limit'" },
  { { zone = 65536, limit = 1 }, spec .. "field 'zone': zone from 0 to 65535 or \"default\" expected, got number 65536" },
  { { zone = -1, limit = 1 }, "got number -1" },
  { { zone = "defaults", limit = 1 }, "got string \"defaults\"" },
  { { zones = 1, limit = 1 }, "unknown field 'zones'; did you mean zone?" },
  { { limit = 1, netns = 5 }, "a namespace (net.namespace()) expected, got number 5" },
} do
  e = t.raises(function() odp.set_ct_limit(case[1]) end, case[2])
  t.eq(e.op, "argument")
end
for _, zone_arg in ipairs { -1, 65536, 0.5, "x", true } do
  local want = "zone from 0 to 65535 or \"default\" expected, got "
  t.raises(function() odp.ct_limit(zone_arg) end, "bad argument #1 (zone) to odp.ct_limit: " .. want)
  t.raises(function() odp.delete_ct_limit(zone_arg) end, "bad argument #1 (zone) to odp.delete_ct_limit: " .. want)
end
t.raises(function() odp.ct_limits(5) end, "bad argument #1 (ns) to odp.ct_limits: a namespace")
t.eq(select(2, all()), 1, "limits after all that was refused")
