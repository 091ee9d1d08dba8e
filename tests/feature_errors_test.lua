-- kernels: 6.1, 6.12, 7.2, smp
-- Using what the kernel lacks is an error that says which kernel, or which option of its build, brings it. What it
-- has works, and is not blamed when something else is refused.
local odp = require "odp"
local t = require "test"
local frames = require "lib.frames"

local dp = odp.create_datapath("dp0")
local match = "in_port(1),eth(),eth_type(0x0800),ipv4(proto=17,frag=no),udp()"

--- Puts and executes actions, and checks that either works, or fails by naming the feature.
local function try(feature, actions)
  local f = odp.feature(feature)
  local function put() dp:put_flow { match = match, actions = actions, mode = "replace" } end
  local function execute() dp:execute { data = frames.udp {}, in_port = 1, actions = actions } end
  for op, request in pairs { ["flow put"] = put, ["packet execute"] = execute } do
    if f.present then
      request()
    else
      local e = t.raises(request, op .. " on dp0: needs ", f.doc)
      t.eq(e.missing, feature)
      t.eq(e.op, op)
      t.ok(e.errno == "EINVAL" or e.errno == "EOPNOTSUPP", tostring(e))
      local wants_version = e.message == ("needs Linux %s: %s"):format(f.since, f.doc)
      local wants_option = f.config and e.message == ("needs a kernel with %s: %s"):format(f.config, f.doc)
      t.ok(wants_version or wants_option, tostring(e))
    end
  end
  if not f.present then t.eq(dp.stats.flows, 0, "flows after a refusal of " .. feature) end
  dp:flush_flows()
end

try("drop", "drop(5)")
try("psample", "psample(group=3,cookie=0x0102)")
try("hash_sym_l4", "hash(sym_l4(0)),recirc(0x1)")
try("ct_zone", "ct(zone=5)")
-- Wherever they stand.
try("drop", "clone(drop(5)),2")
try("psample", "sample(sample=50%,actions(psample(group=3)))")
try("drop", "check_pkt_len(size=100,gt(drop(5)),le(clone(drop(6))))")

-- The keys of matches.
local zone = odp.feature "ct_zone"
local function put_zone() dp:put_flow { match = "ct_zone(5)," .. match, actions = "2" } end
if zone.present then
  put_zone()
else
  t.eq(t.raises(put_zone, "needs a kernel with CONFIG_NF_CONNTRACK_ZONES", zone.doc).missing, "ct_zone")
end
dp:flush_flows()

-- All that are missing are named, and a batch names them too.
if not odp.feature("drop").present then
  local e = t.raises(function() dp:put_flow { match = match, actions = "psample(group=1),hash(sym_l4(0)),drop(1)" } end,
    "needs Linux 6.11", "needs Linux 6.6", "needs Linux 6.5")
  t.eq(e.missing, "hash_sym_l4,drop,psample")
  local batch = dp:batch()
  batch:put_flow { match = match, actions = "2" }
  batch:put_flow { match = "in_port(2)," .. match:gsub("in_port%(1%),", ""), actions = "drop(1)" }
  local failed, errors = batch:send()
  t.eq(failed, 1)
  t.contains(errors[2], "needs Linux 6.6")
  t.eq(errors[2].missing, "drop")
  dp:flush_flows()
end

-- What is refused for another reason is not blamed on features.
local e = t.raises(function() dp:put_flow { match = match, actions = "clone(2),set(tcp(src=1))" } end, "EINVAL")
t.eq(e.missing, nil)
e = t.raises(function() dp:put_flow { match = match, actions = "2", mode = "modify" } end, "ENOENT")
t.eq(e.missing, nil)

dp:delete()
