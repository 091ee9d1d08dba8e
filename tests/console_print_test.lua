-- How the console shows results: a session on a terminal (of tmux), on a live kernel.
local odp, net, packet, test = require "odp", require "net", require "packet", require "test"
local program, terminal, topology = require "lib.program", require "lib.terminal", require "lib.topology"

--- A console in a terminal of that size.
local function console(width, height, environment)
  local t = terminal.open(width, height)
  t:type(("env XDG_STATE_HOME=/tmp %s %s"):format(environment or "", program.path))
  t:await "odp>"
  t:press "C-l"
  return t
end

--- Types a line on an empty screen, waits for the next prompt, and returns what it shows then: lines, among
--- which these texts are.
local function answer(t, line, ...)
  t:press "C-l"
  t:await_line(1, "odp>")
  t:type(line)
  local shown
  test.ok(odp.wait(function()
    shown = t:shown()
    return shown:match "\nodp>\n*$"
  end, 30), "no prompt behind " .. line .. ":\n" .. shown)
  for _, text in ipairs { ... } do test.contains(shown, text, line) end
  local lines = {}
  for text in shown:gmatch "([^\n]*)\n" do
    lines[#lines + 1] = text
    test.ok(odp.text_width(text) <= 80, text)
  end
  return lines
end

test("values on a terminal", function()
  topology.quiet()
  local dp = odp.create_datapath "dp0"
  test.cleanup(function() dp:delete() end)
  local near, far = net.veth { a = "p1", b = "q1", up = true }
  test.ok(odp.wait(function() return near.is_running and far.is_running end, 10))
  dp:add_vport "p1"
  dp:add_vport { name = "vx0", type = "vxlan", dst_port = 4789 }
  for i = 1, 100 do
    dp:put_flow { match = { in_port = 2, eth = { dst = ("02:00:00:00:01:%02x"):format(i) } }, actions = 1 }
  end
  local t = console(80, 24)

  answer(t, "dp = odp.datapath 'dp0'")
  local lines = answer(t, "dp", "  ports     0  dp0  internal", "            2  vx0  vxlan dst_port=4789\nodp>")
  test.eq(lines[2], "datapath dp0")
  test.contains(table.concat(lines, "\n"), "\n  flows     100, 1 mask\n")
  test.contains(table.concat(lines, "\n"), "\n            1  p1   netdev\n")

  lines = answer(t, "dp:vport 'vx0'", "  sent      0 packets, 0 bytes, 0 errors, 0 dropped")
  test.eq({ lines[2], lines[4] }, { "vport vx0, port 2 of dp0", "  options   dst_port=4789" })
  test.matches(lines[3], "^  type      vxlan, ifindex %d+$")

  lines = answer(t, "dp:vports()", "     2  vx0   vxlan")
  test.matches(lines[2], "^number  name  type      ifindex  rx_packets  rx_bytes  tx_packets  tx_bytes$")
  test.matches(lines[4], "^     1  p1    netdev  ")
  lines = answer(t, "odp.datapaths()", "dp0 ")
  test.matches(lines[2], "^name  index  flows  hit  missed  lost  masks$")
  test.matches(lines[3], "^dp0   +%d+    100    0 ")

  -- A list is cut, and a loop over it has all of it still.
  lines = answer(t, "list = dp:flows()")
  lines = answer(t, "list", "more of 100\nodp>")
  test.matches(lines[2], "^in_port%(2%),eth%(dst=02:00:00:00:01:%x%x%),eth_type%(0/0x0000%), packets:0, bytes:0,$")
  test.eq(lines[3], "    used:never, actions:1")
  answer(t, "n = 0; for _ in list do n = n + 1 end; print('all ' .. n)", "all 100")
  answer(t, "list", "flows of dp0 (read to the end)")
  answer(t, "dp:flows()()", "  match     in_port(2),eth(dst=02:00:00:00:01:", "  actions   1", "  stats     0 packets, 0 bytes, never used")

  -- A miss.
  answer(t, "h = dp:on_miss(function(pkt) last = pkt end)")
  answer(t, "h", "on_miss handler of dp0", "  received  0")
  far:send(packet.build {
    eth = { src = "02:00:00:00:00:01", dst = "02:00:00:00:00:02" }, vlan = { vid = 5 },
    ipv4 = { src = "10.0.0.1", dst = "10.0.0.2" }, udp = { src = 1000, dst = 53 }, payload = "who is there?",
  })
  lines = answer(t, "odp.wait(function() return last end, 10)", "  state     unanswered")
  test.eq({ unpack(lines, 2, 9) }, {
    "miss from port 1 of dp0, 59 bytes",
    "  eth       src=02:00:00:00:00:01 dst=02:00:00:00:00:02 type=0x8100",
    "  vlan      vid=5 type=0x0800",
    "  ipv4      src=10.0.0.1 dst=10.0.0.2 proto=17",
    "  udp       src=1000 dst=53",
    "  payload   13 bytes",
    "            77 68 6f 20 69 73 20 74 68 65 72 65 3f           who is there?",
    "  state     unanswered",
  })
  answer(t, "last.layers", "frame, 59 bytes", "  udp       src=1000 dst=53")

  -- Tables.
  lines = answer(t, "{ { port = 1, name = 'größe' }, { port = 20, name = '世界' } }", "  20  世界")
  test.eq({ lines[2], lines[3] }, { "port  name", "   1  größe" })
  answer(t, "dp.stats", "hit       = 0", "flows     = 100", "cache_hit = 0")
  answer(t, "{ a = 1, b = { 2 } }", "\n{a = 1, b = {2}}\n")

  -- For programs.
  answer(t, "json { ports = { 1, 2 }, name = 'x' }", '\n{"name":"x","ports":[1,2]}\n')
  answer(t, "inspect { 'x', { y = true } }", '\n{"x", {y = true}}\n')
  answer(t, "'x' .. json { 1 }", '\n"x[1]"\n')

  -- What is gone says so.
  answer(t, "vx = dp:vport 'vx0'")
  dp:vport("vx0"):delete()
  answer(t, "vx", "vx0: vport get vx0 on dp0: ", "ENODEV")

  -- A __tostring that never returns ends as its line does.
  t:press "C-l"
  t:await_line(1, "odp>")
  t:type "setmetatable({}, { __tostring = function() print 'looping' while true do end end })"
  t:await "looping\n"
  t:press "C-c"
  t:await("^C\n", "\nodp>")
  answer(t, "1 + 1", "\n2\n")
end)

test("another width, and colours", function()
  topology.quiet()
  local dp = odp.create_datapath "dp0"
  test.cleanup(function() dp:delete() end)
  dp:put_flow { match = { in_port = 0, eth = { dst = "02:00:00:00:00:01" }, ipv4 = { dst = "10.0.0.1" } }, actions = 0 }
  local t = console(80, 24)
  answer(t, "odp.datapath('dp0'):flows()()", "  stats")
  test.contains(t:styled(), "\27[36mmatch", "names are in colour")
  t:resize(40, 24)
  answer(t, "odp.datapath('dp0'):flows()()", "  match     in_port(0),\n", "            ipv4(dst=10.0.0.1)\n")
  t:press "C-d"
  t:await "$"
  for _, environment in ipairs { "NO_COLOR=1", "TERM=dumb" } do
    t:type(("env XDG_STATE_HOME=/tmp %s %s"):format(environment, program.path))
    t:await "odp>"
    t:type "{ 'value', 7 }"
    t:await '{"value", 7}'
    test.ok(not t:styled():find("\27[32m", 1, true), environment)
    t:press "C-d"
    t:press "C-l"
    t:await_gone "value"
  end
end)
