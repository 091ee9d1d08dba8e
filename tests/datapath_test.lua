-- Datapaths are created, found, listed, counted and deleted.
local odp = require "odp"
local t = require "test"

t.eq(#odp.datapaths(), 0, "datapaths at the start")
t.eq(odp.datapath("dp0"), nil)

local dp = odp.create_datapath("dp0")
t.eq(dp.name, "dp0")
t.eq(odp.datapath("dp0").index, dp.index)
t.eq(#odp.datapaths(), 1)
t.eq(odp.datapaths()[1].name, "dp0")
t.eq(dp.stats.flows, 0)
t.eq(dp:vport(0).name, "dp0", "the local port")
t.eq(dp:vport(0).type, "internal")

local second = odp.create_datapath { name = "second", masks_cache_size = 0 }
t.eq(#odp.datapaths(), 2)

local e = t.raises(function() odp.create_datapath("dp0") end, "dp0", "EEXIST")
t.eq(e.errno, "EEXIST")
t.eq(e.code, 17)
t.eq(e.object, "dp0")

dp:delete()
second:delete()
t.eq(#odp.datapaths(), 0)
t.raises(function() return dp.stats end, "dp0")
