-- Flows as the command-line options of go-odp, read and written, on a live datapath.
local odp = require "odp"
local t = require "test"

local dp = odp.create_datapath("dp0")
dp:add_vport { name = "left", type = "internal", number = 1 }
dp:add_vport { name = "right", type = "internal", number = 2 }

local match, actions = odp.from_options({ "--in-port=left", "--eth-src=02:00:00:00:00:00&ff:00:00:00:00:00", "--ipv4-dst=10.0.0.0/8",
  "--set-tunnel-id=00000000000000ff", "--set-tunnel-ipv4-dst=192.0.2.1", "--output=right" }, dp)
dp:put_flow { match = match, actions = actions }
local flow = dp:flow(match)
t.eq(tostring(flow.match), "in_port(1),eth(src=02:00:00:00:00:00/ff:00:00:00:00:00),eth_type(0x0800),ipv4(dst=10.0.0.0/255.0.0.0)")
t.eq(tostring(flow.actions), "set(tunnel(tun_id=0xff,dst=192.0.2.1,ttl=0,flags(key))),2")

-- What the kernel lists is written as options that read as the same flow.
local options = flow:options { names = true }
t.contains(table.concat(options, " "), "--in-port=left")
local again, acts = odp.from_options(options, dp)
t.ok(again == flow.match, "the same match")
t.ok(acts == flow.actions, "the same actions")
again = odp.from_options("--in-port=1 --eth-src='02:00:00:00:00:00&ff:00:00:00:00:00' --ipv4-dst=10.0.0.0/8")
t.ok(again == flow.match, "as a line")

t.raises(function() odp.from_options { "--ipv4-dest=1.2.3.4" } end, "--ipv4-dest", "ipv4-dst")
t.raises(function() odp.from_options { "--in-port" } end, "--in-port")
t.raises(function() odp.from_options({}, 5) end, "datapath expected")
t.raises(function() odp.from_options { 5 } end, "options as text expected")
dp:delete()
