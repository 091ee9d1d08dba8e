-- kernels: 6.1 6.12 7.2 smp
-- Wrong input about meters is refused in words that name the argument, and changes nothing.
local odp, net = require "odp", require "net"
local t = require "test"

local dp = odp.create_datapath("dp0")
local meter = dp:add_meter { id = 1, bands = { { rate = 5 } } }

local start = "bad argument #1 (spec) to Datapath:add_meter: "
for _, case in ipairs {
  { nil, "bad argument #1 (spec) to Datapath:add_meter: table expected, got nil" },
  { 1, "table expected, got number 1" },
  { {}, start .. "field 'id': whole number from 0 to 4294967295 expected, got nil" },
  { { id = -1 }, start .. "field 'id': whole number from 0 to 4294967295 expected, got number -1" },
  { { id = 1.5 }, "got number 1.5" },
  { { id = 4294967296 }, "got number 4294967296" },
  { { id = "1" }, "got string \"1\"" },
  { { id = 2, band = {} }, "unknown field 'band'; did you mean bands?" },
  { { id = 2, kbps = 1 }, "field 'kbps': boolean expected, got number 1" },
  { { id = 2, clear = "yes" }, "field 'clear': boolean expected, got string \"yes\"" },
  { { id = 2, bands = 5 }, "field 'bands': list of tables with rate and burst expected, got number 5" },
  { { id = 2, bands = { rate = 5 } }, "field 'bands': list of tables with rate and burst expected, got a table with the index string \"rate\"" },
  { { id = 2, bands = { 5 } }, "field 'bands[1]': table with rate and burst expected, got number 5" },
  { { id = 2, bands = { { rate = 1 }, {} } }, start .. "field 'bands[2]': field 'rate': whole number from 1 to 4294967295 expected, got nil" },
  { { id = 2, bands = { { rate = 0 } } }, "field 'bands[1]': field 'rate': whole number from 1 to 4294967295 expected, got number 0" },
  { { id = 2, bands = { { rate = 4294967296 } } }, "field 'rate'" },
  { { id = 2, bands = { { rate = 1, burst = 0 } } }, "field 'bands[1]': field 'burst': whole number from 1 to 4294967295 expected, got number 0" },
  { { id = 2, bands = { { rate = 1, bursts = 5 } } }, "field 'bands[1]': unknown field 'bursts'; did you mean burst?" },
  { { id = 2, start = 5 }, "field 'start': table of packets and bytes expected, got number 5" },
  { { id = 2, start = { packets = -5 } }, "field 'start': field 'packets': whole number" },
  { { id = 2, start = { packet = 5 } }, "field 'start': unknown field 'packet'; did you mean packets?" },
} do
  local e = t.raises(function() dp:add_meter(case[1]) end, case[2])
  t.eq(e.op, "argument")
  t.contains(tostring(e), "meter_errors_test.lua:")
end
t.raises(function() dp:set_meter { id = 2, bands = { {} } } end, "bad argument #1 (spec) to Datapath:set_meter: field 'bands[1]': field 'rate'")
t.eq(dp:meter(2), nil, "a meter that was refused")

for _, id in ipairs { -1, 0.5, 4294967296, "1", true } do
  t.raises(function() dp:meter(id) end, "bad argument #1 (id) to Datapath:meter: whole number from 0 to 4294967295 expected, got ")
end
t.raises(function() dp.meter(1) end, "must be called on an odp.Datapath with a colon")
t.raises(function() return meter.rate end, "odp.Meter has no field or method 'rate'")
t.raises(function() return meter.stats.packet end, "packet", "packets")
t.raises(function() meter.kbps = true end, "odp.Meter.kbps is read-only")

-- What only the kernel knows.
local e = t.raises(function() dp:add_meter { id = 1 } end, "meter add 1 on dp0: there is one, which dp:set_meter would replace")
t.eq(e.errno, "EEXIST")
t.eq(#meter.stats.bands, 1, "the bands of the meter that was there")
for _, fn in ipairs { "add_meter", "set_meter" } do
  e = t.raises(function() dp[fn](dp, { id = 2, bands = { { rate = 1 }, { rate = 2 } } }) end,
    "meter set 2 on dp0", "2 bands, this kernel takes at most 1", "EINVAL")
  t.eq(e.op, "meter set")
  t.eq(e.object, "2")
end
t.eq(dp:meter(2), nil)
e = t.raises(function() dp:add_meter { id = 1025 } end, "meter set 1025 on dp0", "another meter has the place of this id")
t.eq(e.errno, "EBUSY")
t.eq(dp:meter(1025), nil)
t.ok(dp:meter(1), "the meter in its place")

-- Who may not.
local program = "/run/odp"
assert(net.run(("cp %s %s && chmod 755 %s"):format(os.getenv("ODP_BINARY"), program, program)))
local function as_nobody(code)
  return net.exec("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--inh-caps=-all", program, "-e", code)
end
for what, code in pairs {
  ["meter set 1 on dp0"] = "odp.datapath('dp0'):set_meter { id = 1 }",
  ["meter delete 1 on dp0"] = "odp.datapath('dp0'):meter(1):delete()",
} do
  local r = as_nobody(code)
  t.eq(r.status, 1, code)
  t.contains(r.stderr, what .. ": needs CAP_NET_ADMIN (run as root): EPERM")
end
local r = as_nobody("local dp = odp.datapath('dp0') print(dp:meter(1).stats.packets, dp.meter_features.max_bands)")
t.eq(r.stdout, "0\t1\n", "what anybody may read: " .. r.stderr)
t.ok(dp:meter(1), "the meter that nobody may delete")

-- A datapath that is gone.
dp:delete()
for what, fn in pairs {
  ["meter set 3"] = function() dp:set_meter { id = 3 } end,
  ["meter get 3"] = function() dp:meter(3) end,
  ["meter delete 1"] = function() meter:delete() end,
  ["meter features"] = function() return dp.meter_features end,
} do
  e = t.raises(fn, what .. " on dp0: datapath no longer exists")
  t.eq(e.errno, "ENODEV")
end
t.raises(function() dp:add_meter { id = 3 } end, "on dp0: datapath no longer exists")
