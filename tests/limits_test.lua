-- kernels: 6.12
-- Scripts with limits of time and memory, and without files and programs: they can use datapaths as ever,
-- and end however a handler or worker keeps them busy.
local odp, net = require "odp", require "net"
local t = require "test"

local binary = assert(os.getenv("ODP_BINARY"))

--- Run a script with flags in a program of its own, with a datapath dp and a function miss that has a packet miss.
local function run(flags, body)
  local args = {}
  for flag in flags:gmatch("%S+") do table.insert(args, flag) end
  table.insert(args, "-e")
  table.insert(args, [[
local frames = require "lib.frames"
local dp = odp.create_datapath("dp0")
odp.defer(function() dp:delete() print("deleted") end)
local function miss() dp:execute { data = frames.udp {}, in_port = 0, actions = "recirc(1)" } end
]] .. body)
  table.insert(args, { timeout = 60 })
  return net.exec(binary, unpack(args))
end

local late = "the script was stopped: it ran longer than --timeout allows (500ms)"

-- A handler that never ends.
local r = run("--timeout 0.5", "dp:on_miss(function() while true do end end) miss() odp.run()")
t.eq(r.status, 124)
t.contains(r.stderr, late)
t.contains(r.stdout, "deleted")
t.eq(odp.datapath("dp0"), nil)

-- One that waits, while the script is in odp.run: that returns, and what it then does counts.
r = run("--timeout=500ms", "dp:on_miss(function() odp.sleep(1000) end) miss() print(odp.run())")
t.eq(r.status, 124)
t.contains(r.stderr, late)
t.eq(r.stdout, "limit\ttimeout\ndeleted\n")

-- A worker that never ends.
r = run("--timeout 0.5", [[
dp:on_miss { workers = 1, func = function() return function() while true do end end end }
miss()
print(odp.run())]])
t.eq(r.status, 124)
t.contains(r.stderr, late)
t.eq(odp.datapath("dp0"), nil)

-- A handler that keeps what comes.
r = run("--max-memory 64M", [[
local kept = {}
dp:on_miss(function(pkt) while true do kept[#kept + 1] = { pkt } end end)
miss()
odp.run()]])
t.eq(r.status, 1)
t.contains(r.stderr, "--max-memory allows 64 MiB")
t.eq(odp.datapath("dp0"), nil)

-- Without files and programs, a datapath is as ever.
r = run("--safe", [[
dp:add_vport { name = "p1", type = "internal" }
dp:on_miss(function(pkt) odp.stop(tostring(pkt.in_port)) end)
miss()
print(odp.run())
print(pcall(net.exec, "true"))]])
t.eq(r.status, 0)
t.contains(r.stdout, "stopped\t0\nfalse\t")
t.contains(r.stdout, "net.exec is refused by --safe")
