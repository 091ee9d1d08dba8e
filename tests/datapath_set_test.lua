-- The settings of datapaths: user features, the size of the masks cache, port ids by CPU, and an ifindex of choice.
local odp, net = require "odp", require "net"
local t = require "test"

local dp = odp.create_datapath("dp0")
t.eq(dp.features, "")
t.eq(dp.masks_cache_size, 256, "the kernel's own size")
t.eq(#dp.per_cpu_pids, 0)

-- Features: all by name, or some on and off.

t.eq(dp:set { features = "unaligned,vport_pids" }, dp, "set returns the datapath")
t.eq(dp.features, "unaligned,vport_pids")
dp:set { features = { unaligned = false } }
t.eq(dp.features, "vport_pids")
dp:set { features = { unaligned = true, vport_pids = false } }
t.eq(dp.features, "unaligned")
dp:set { masks_cache_size = 512 }
t.eq(dp.features, "unaligned", "features after another change")
dp:set {}
t.eq(dp.features, "unaligned", "features after no change")
dp:set { features = "" }
t.eq(dp.features, "")
t.raises(function() dp:set { features = "percpu" } end, "features", "percpu", "dispatch_upcall_per_cpu")
t.raises(function() dp:set { features = { percpu = true } } end, "features", "dispatch_upcall_per_cpu")
t.raises(function() dp:set { features = { unaligned = 1 } } end, "unaligned: boolean expected")
t.raises(function() dp:set { feature = "unaligned" } end, "features")
t.eq(dp.features, "", "features after what was refused")

-- What the kernel lacks is named.

local sharing = odp.feature "tc_recirc_sharing"
if sharing.present then
  dp:set { features = "tc_recirc_sharing" }
  t.eq(dp.features, "tc_recirc_sharing")
else
  local e = t.raises(function() dp:set { features = "tc_recirc_sharing" } end, "dp0", "CONFIG_NET_TC_SKB_EXT", sharing.doc)
  t.eq(e.errno, "EOPNOTSUPP")
  t.eq(e.missing, "tc_recirc_sharing")
  e = t.raises(function() odp.create_datapath { name = "dp1", features = "tc_recirc_sharing" } end, "CONFIG_NET_TC_SKB_EXT")
  t.eq(e.missing, "tc_recirc_sharing")
  t.eq(odp.datapath("dp1"), nil)
end
dp:set { features = "" }

-- The masks cache.

for _, size in ipairs { 0, 1, 1024, 256 } do
  dp:set { masks_cache_size = size }
  t.eq(dp.masks_cache_size, size)
end
t.raises(function() dp:set { masks_cache_size = 3 } end, "masks cache size", "power of two")
local e = t.raises(function() dp:set { masks_cache_size = 2 ^ 31 } end, "datapath set dp0", "masks cache")
t.ok(e.errno == "EINVAL" or e.errno == "ERANGE" or e.errno == "ENOMEM", tostring(e))
t.eq(dp.masks_cache_size, 256)

-- Port ids by CPU, which are there only while dispatch by CPU is on.

dp:set { features = { dispatch_upcall_per_cpu = true }, per_cpu_pids = { 7 } }
t.eq(dp.features, "dispatch_upcall_per_cpu")
t.eq(dp.per_cpu_pids[1], 7)
dp:set { per_cpu_pids = { 4294967295 } }
t.eq(dp.per_cpu_pids[1], 4294967295)
dp:set { features = { dispatch_upcall_per_cpu = false } }
t.eq(#dp.per_cpu_pids, 0)
t.raises(function() dp:set { per_cpu_pids = { 7 } } end, "per-CPU port ids", "dispatch_upcall_per_cpu", "off")
t.raises(function() dp:set { features = "dispatch_upcall_per_cpu", per_cpu_pids = {} } end, "empty")
t.raises(function() dp:set { per_cpu_pids = { 1, "2" } } end, "per_cpu_pids", "index 2")
t.raises(function() dp:set { per_cpu_pids = 1 } end, "array of netlink port ids")

-- All of it at creation.

local made = odp.create_datapath {
  name = "made", features = "vport_pids,dispatch_upcall_per_cpu", per_cpu_pids = { 9 }, masks_cache_size = 64, index = 4000, upcall_pid = 11,
}
t.eq(made.features, "vport_pids,dispatch_upcall_per_cpu")
t.eq(made.per_cpu_pids[1], 9)
t.eq(made.masks_cache_size, 64)
t.eq(made.index, 4000)
t.eq(net.link("made").index, 4000)
t.eq(made:vport(0).upcall_pids[1], 11, "the port id of the local port")
e = t.raises(function() odp.create_datapath { name = "other", index = 4000 } end, "ifindex 4000 is taken by datapath made")
t.eq(e.errno, "EEXIST")
t.raises(function() odp.create_datapath { name = "other", index = net.link("lo").index } end, "ifindex 1 is taken by another")
t.eq(odp.datapath("other"), nil)
t.raises(function() odp.create_datapath { name = "other", per_cpu_pids = { 1 } } end, "dispatch_upcall_per_cpu")

-- Counters: lookups by mask, and hits of the cache.

t.eq(made.stats.mask_hit, 0)
t.eq(made.stats.masks, 0)
t.eq(made.stats.cache_hit, 0)
made:put_flow { match = { in_port = 1 }, actions = "drop" }
t.eq(made.stats.masks, 1)

made:delete()
e = t.raises(function() made:set { masks_cache_size = 0 } end, "datapath set made", "no longer exists")
t.eq(e.errno, "ENODEV")
dp:delete()
