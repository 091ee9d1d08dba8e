-- kernels: 6.12
-- What Tab offers in the console, in a terminal of tmux, of what there is in the kernel.
local test, odp, net = require "test", require "odp", require "net"
local program, terminal = require "lib.program", require "lib.terminal"

local dp, beta = odp.create_datapath "alpha", odp.create_datapath "beta"
local alpine = odp.create_datapath "alpine"
dp:add_vport { name = "uplink1", type = "internal" }
dp:add_vport { name = "uplink2", type = "internal" }
beta:add_vport { name = "other", type = "internal" }

local folder = net.exec("mktemp", "-d").stdout:gsub("\n", "")
test.cleanup(function() net.run("rm -rf " .. folder) end)
net.run(("mkdir %s/scripts && echo 'print [[loaded]]' >%s/scripts/learning.lua"):format(folder, folder))

-- A console with these lines typed; the last one stays as it is.
local function console(...)
  local tty = terminal.open(130, 40)
  tty:type(("cd %s; HOME=%s %s"):format(folder, folder, program.path))
  tty:await "odp>"
  for i, line in ipairs { ... } do
    if i == select("#", ...) then tty:write(line) else tty:type(line) end
  end
  return tty
end

-- Presses Tab and waits for the line that is to become of what is typed.
local function becomes(tty, line)
  tty:press "Tab"
  tty:await("> " .. line)
end

test("names of datapaths", function()
  local tty = console 'print(odp.datapath("al'
  becomes(tty, 'print(odp.datapath("alp')
  tty:press "Tab"
  tty:await("alpha", "alpine")
  tty:write "h"
  becomes(tty, 'print(odp.datapath("alpha')
  tty:type '"))'
  tty:await "\nalpha\n"
end)

test("names of ports, of the datapath in question", function()
  local tty = console('local dp = odp.datapath "alpha"', 'dp:vport("up')
  becomes(tty, 'dp:vport("uplink')
  tty:press "Tab"
  test.eq(tty:await("uplink1", "uplink2"):find("other", 1, true), nil)
  tty:type '1").number'
  tty:await "1\n"
  tty:write 'dp:put_flow{ match = "in_port(u'
  becomes(tty, 'dp:put_flow{ match = "in_port(uplink')
  tty:write '2),eth(),eth_ty'
  becomes(tty, 'dp:put_flow{ match = "in_port(uplink2),eth(),eth_type')
  tty:write '(0x800),ipv4(frag=la'
  becomes(tty, 'dp:put_flow{ match = "in_port(uplink2),eth(),eth_type(0x800),ipv4(frag=later')
  tty:write ')", act'
  becomes(tty, 'dp:put_flow{ match = "in_port(uplink2),eth(),eth_type(0x800),ipv4(frag=later)", actions')
  tty:write ' = "uplink1,push_v'
  becomes(tty, 'dp:put_flow{ match = "in_port(uplink2),eth(),eth_type(0x800),ipv4(frag=later)", actions = "uplink1,push_vlan')
  tty:type '(vid=5)" }'
  test.ok(odp.wait(function() return dp:flow "in_port(2),eth(),eth_type(0x800),ipv4(frag=later)" end, 30))
end)

test("fields, enumerations and methods over several lines", function()
  local tty = console('local dp = assert(odp.datapath "alpha") for i = 1, 1 do', 'local p = dp:add_vport{ name = "made", ty')
  becomes(tty, 'local p = dp:add_vport{ name = "made", type')
  tty:write ' = "int'
  becomes(tty, 'local p = dp:add_vport{ name = "made", type = "internal')
  tty:type '" }'
  tty:write 'print("number " .. p.numb'
  becomes(tty, 'print("number " .. p.number')
  tty:type ')'
  tty:type 'end'
  tty:await "number 3"
end)

test("files and modules", function()
  local tty = console 'dofile "scr'
  becomes(tty, 'dofile "scripts/')
  becomes(tty, 'dofile "scripts/learning.lua')
  tty:type '"'
  tty:await "\nloaded"
  tty:write 'x = require "dpc'
  becomes(tty, 'x = require "dpctl')
end)

test("devices of a namespace", function()
  local ns = net.namespace "blue"
  ns:veth { a = "left1", b = "right1" }
  local tty = console('ns = net.open_namespace "bl')
  becomes(tty, 'ns = net.open_namespace "blue')
  tty:type '"'
  tty:write 'ns:link("le'
  becomes(tty, 'ns:link("left1')
end)

test("nothing is asked that takes long: 100,000 flows", function()
  local function lines(n)
    local i = 0
    return function()
      i = i + 1
      if i <= n then return ("in_port(1),eth(),eth_type(0x0800),ipv4(dst=10.%d.%d.%d), actions:2"):format(i / 65536, i / 256 % 256, i % 256) end
    end
  end
  test.eq(dp:put_flows(lines(100000)), 100000)
  local tty = console('local dp = odp.datapath "alpha"', 'dp:vport("u')
  local begin = odp.time()
  tty:write "p"
  tty:await '> dp:vport("up'
  local before = odp.time()
  becomes(tty, 'dp:vport("uplink')
  print(("# a letter is shown after %d ms, what the first Tab completes after %d ms"):format((before - begin) * 1000, (odp.time() - before) * 1000))
end)

for _, d in ipairs { dp, alpine, beta } do d:delete() end
