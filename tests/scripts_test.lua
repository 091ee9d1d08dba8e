-- The odp command runs scripts on real datapaths: arguments, standard input and the line for the shell,
-- exit statuses, tracebacks, and signals that let a script clean up.
local odp, net = require "odp", require "net"
local t = require "test"

assert(net.run("mkdir /run/bin && cp $ODP_BINARY /run/bin/odp"))

local function write(name, code)
  local path = "/run/" .. name
  local file = assert(io.open(path, "w"))
  file:write(code)
  file:close()
  return path
end

local function run(command, stdin)
  return net.exec("sh", "-c", "PATH=/run/bin:$PATH; " .. command, { stdin = stdin, timeout = 60 })
end

-- A script gets its arguments, and what it makes is there when it has ended.

local create = write("create.lua", [[#!/usr/bin/env odp
local odp = require "odp"
local name, count = ...
assert(arg[1] == name and arg[2] == count and #arg == 2)
local dp = odp.create_datapath(name)
for i = 1, tonumber(count) do dp:add_vport { name = name .. "_" .. i, type = "internal" } end
print(arg[0], dp, #dp:vports())
]])
local result = run("odp /run/create.lua dp0 3")
t.eq(result.stderr, "")
t.eq(result.stdout, "/run/create.lua\tdp0\t4\n")
t.eq(result.status, 0)
local dp = t.ok(odp.datapath("dp0"), "the datapath that the script made")
t.eq(dp:vport(3).name, "dp0_3")
dp:delete()

assert(net.run("chmod 755 " .. create))
result = run("/run/create.lua dp0 1")
t.eq(result.stdout, "/run/create.lua\tdp0\t2\n", "run by its first line")
result = run("odp - x", "print(odp.datapath('dp0'), ...)")
t.eq(result.stdout, "dp0\tx\n", "on standard input")
result = run([[odp -e 'odp.datapath(arg[1]):delete() print(#odp.datapaths())' dp0]])
t.eq(result.stdout, "0\n", "as an argument")
t.eq(result.status, 0)

-- Exit statuses, and what a failure shows.

t.eq(run("odp -e 'os.exit(3)'").status, 3)
t.eq(run("odp --nonsense").status, 2)
write("broken.lua", [[
local function add(dp, name)
  dp:add_vport(name)
end

local dp = odp.create_datapath("dp0")
add(dp, "absent")
]])
result = run("odp /run/broken.lua")
t.eq(result.status, 1)
t.eq(result.stdout, "")
t.eq(result.stderr, [[
odp: /run/broken.lua:2: vport create absent on dp0: no such network device: ENODEV (no such device)
stack traceback:
	/run/broken.lua:2: in function add
	/run/broken.lua:6: in main chunk
]])
odp.datapath("dp0"):delete()

-- Signals. The script says by a pipe where it is, so that the signal meets it there.

assert(net.run("mkfifo /run/ready1 /run/ready2"))
local prelude = [[
local odp = require "odp"
local times = 0
local function say_ready()
  times = times + 1
  local pipe = assert(io.open("/run/ready" .. times, "w"))
  pipe:write("ready\n")
  pipe:close()
end
]]

-- Runs code and sends each signal when the code has called say_ready.
local function signalled(code, ...)
  local script = write("signalled.lua", prelude .. code)
  local command = { "odp " .. script .. " & pid=$!" }
  for i, signal in ipairs { ... } do
    table.insert(command, ("read line < /run/ready%d; kill -%s $pid"):format(i, signal))
  end
  table.insert(command, "wait $pid")
  return run(table.concat(command, "; "))
end

for _, signal in ipairs { "TERM", "INT" } do
  result = signalled([[
    local dp = odp.create_datapath("dp0")
    dp:on_miss(function() end)
    odp.after(0, say_ready)
    print(odp.run())
    dp:delete()
    print("cleaned up")
  ]], signal)
  t.eq(result.stderr, "")
  t.eq(result.stdout, "signal\tSIG" .. signal .. "\ncleaned up\n")
  t.eq(result.status, 0, "exit status after SIG" .. signal)
  t.eq(odp.datapath("dp0"), nil, "what the script cleaned up")
end

-- A second signal ends the clean-up, which pcall does not stop.

result = signalled([[
  odp.every(60, print)
  odp.after(0, say_ready)
  print(odp.run())
  pcall(function()
    say_ready()
    while true do end
  end)
  print("not reached")
]], "TERM", "INT")
t.eq(result.stdout, "signal\tSIGTERM\n")
t.eq(result.stderr, "odp: stopped by SIGINT\n")
t.eq(result.status, 130)

-- Outside of odp.run the first signal does.

result = signalled([[
  say_ready()
  while true do end
]], "TERM")
t.eq(result.stderr, "odp: stopped by SIGTERM\n")
t.eq(result.status, 143)

-- Where Lua waits in the kernel as well.

result = signalled([[
  say_ready()
  io.open("/run/ready2"):read() -- nobody writes to it
]], "TERM")
t.eq(result.stderr, "odp: stopped by SIGTERM\n")
t.eq(result.status, 143)

result = signalled([[
  odp.create_datapath("dp0"):on_miss(function() end)
  odp.after(0, say_ready)
  odp.sleep(1000)
]], "INT")
t.eq(result.stderr, "odp: stopped by SIGINT\n")
t.eq(result.status, 130)

-- A handler goes with its script, however that ends: the datapath is as one that nobody listens to.

dp = odp.datapath("dp0")
t.eq(dp.features, odp.create_datapath("dp1").features, "features of a datapath whose script was stopped")
odp.datapath("dp1"):delete()
dp:delete()
