-- What verbs say when something is wrong: one line, and an exit status.
local test = require "test"
local odp, net, json = require "odp", require "net", require "json"

-- The program as an ordinary user may run it, and a home of its own for verbs.
local PROGRAM = "/run/odp-commands"
assert(net.run(("cp %s %s && chmod 755 %s"):format(os.getenv "ODP_BINARY", PROGRAM, PROGRAM)))
local home = net.exec("mktemp", "-d").stdout:gsub("\n", "")
test.cleanup(function() net.run(("rm -rf %s %s"):format(PROGRAM, home)) end)
assert(net.run("mkdir -p " .. home .. "/odp/commands"))

local function run(line, before)
  local r = net.exec("sh", "-c", ("%s %s %s"):format(before or "", PROGRAM, line), { env = { XDG_CONFIG_HOME = home }, timeout = 30 })
  return r.stdout, r.stderr, r.status
end

local function fails(line, status, want, before)
  local out, err, got = run(line, before)
  test.eq({ out, err, got }, { "", want and "odp: " .. want .. "\n" or err, status }, line)
  return err
end

local function verb(name, code)
  local file = assert(io.open(("%s/odp/commands/%s.lua"):format(home, name), "w"))
  file:write(code)
  file:close()
end

test("without privilege", function()
  local dp = odp.create_datapath "dp0"
  local nobody = "setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all"
  local why = ": needs CAP_NET_ADMIN (run as root): EPERM (operation not permitted)"
  fails("datapath add dp1", 1, "datapath create dp1" .. why, nobody)
  fails("datapath delete dp0", 1, "datapath delete dp0" .. why, nobody)
  fails("vport add internal dp0 i1", 1, "vport create i1 on dp0" .. why, nobody)
  fails("flow add dp0 --in-port=dp0 --output=dp0", 1, "flow put on dp0" .. why, nobody)
  test.eq((run("datapath list", nobody)), dp.index .. ": dp0\n")
  local out, err, status = run("feature list trunc", nobody)
  test.contains(out, "trunc  ?     4.8")
  test.eq(err, "odp: it is not known whether this kernel has trunc: probe of feature trunc: flow probe" .. why .. "\n")
  test.eq(status, 1)
  net.namespace "site"
  fails("-n site datapath list", 1, "namespace site: connect to the kernel's datapath: entering the network namespace needs CAP_SYS_ADMIN" ..
    " (run as root): setns: operation not permitted", nobody)
  dp:delete()
end)

test("output that cannot be written", function()
  verb("many", "return { summary = 'Many lines.', run = function(cmd) for i = 1, 1000 do cmd:line('line ' .. i, { i = i }) end end }")
  local full = "write /dev/stdout: no space left on device"
  fails("many >/dev/full", 1, full)
  fails("many --json >/dev/full", 1, full)
  fails("help >/dev/full", 1, full)
  fails("flow add --help >/dev/full", 1, full)
  local out, err = run "many | head -n 1"
  test.eq({ out, err }, { "line 1\n", "" })
end)

test("text that is no UTF-8", function()
  verb("bytes", "return { summary = 'Bytes.', run = function(cmd) cmd:line('x', { data = '\\255\\1' }) end }")
  test.eq((run "bytes --json"), json.encode { data = "ff01" } .. "\n")
end)

test("verbs of the user that are wrong", function()
  verb("good", "return { summary = 'Good.', run = function(cmd) cmd:line('good') end }")
  verb("syntax", "return { summary = 'X.', run = function() }")
  verb("fails", "local x\nreturn { summary = x.y }")
  verb("declares", "return { summary = 'X.', aliass = {}, run = function() end }")
  verb("later", "return { summary = 'X.', run = function(cmd)\n  local x = cmd.none.y\nend }")
  local dir = home .. "/odp/commands/"
  fails("syntax", 1, dir .. "syntax.lua:1: syntax error near '}'")
  fails("fails", 1, dir .. "fails.lua:2: attempt to index a non-table object(nil) with key 'y'")
  fails("declares", 1, dir .. "declares.lua: verb: unknown field aliass; did you mean aliases?")
  test.eq((run "good"), "good\n")
  test.contains((run "help"), "good")
  fails("later", 1, dir .. "later.lua:2: attempt to index a non-table object(nil) with key 'y'")
  local err = fails("later --debug", 1)
  test.contains(err, "odp: " .. dir .. "later.lua:2: ")
  test.contains(err, "stack traceback:")
end)

test("datapath listen --tcpdump", function()
  local dp = odp.create_datapath "dp0"
  net.veth { a = "p1", b = "q1", up = true }
  dp:add_vport { type = "netdev", name = "p1" }
  local frame = require("packet").build {
    eth = { src = "02:00:00:00:00:01", dst = "02:00:00:00:00:02" }, ipv4 = { src = "10.0.0.1", dst = "10.0.0.2" }, udp = { src = 1, dst = 2 },
  }
  local sender = odp.every(0.02, function() net.link("q1"):send(frame) end)
  local out, err, status = run "datapath listen dp0 --tcpdump -c 9"
  test.eq(status, 0, err)
  test.contains(out, "IP 10.0.0.1.1 > 10.0.0.2.2: UDP")
  sender:cancel()
  dp:delete()
end)

-- The last one, since connections that are open do not outlive the module.
test("without the kernel's module", function()
  local modprobe = assert(io.open("/proc/sys/kernel/modprobe")):read()
  assert(net.run "echo /bin/false >/proc/sys/kernel/modprobe")
  test.cleanup(function() assert(net.run(("echo %s >/proc/sys/kernel/modprobe"):format(modprobe))) end)
  -- Datapaths of tests before this one go when their namespaces do, which is later.
  local unload = "for m in vport_geneve vport_gre vport_vxlan openvswitch; do grep -q \"^$m \" /proc/modules && rmmod $m; done; ! grep -q '^openvswitch ' /proc/modules"
  test.ok(odp.wait(function() return (net.run(unload)) end, 20), "the module can be unloaded")
  local why = "kernel has no openvswitch (family ovs_datapath): run 'modprobe openvswitch', or use 'odp sandbox'"
  for _, line in ipairs {
    "datapath list", "datapath add dp0", "datapath delete dp0", "datapath listen dp0", "vport list", "vport add internal dp0 in0", "vport delete in0",
    "vport listen", "flow list dp0", "flow add dp0", "meter list dp0", "packet send dp0 1 --hex ff", "ct-limit list", "ct-limit set 5 1", "event",
    "feature list trunc", "top --batch", "--json datapath list",
  } do
    fails(line, 1, "connect to the kernel's datapath: " .. why)
  end
end)
