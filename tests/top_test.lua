-- odp top: tables for scripts, and a session on a terminal (of tmux).
local test, odp, net, packet = require "test", require "odp", require "net", require "packet"
local program, terminal, topology = require "lib.program", require "lib.terminal", require "lib.topology"

local function frame(dst)
  return packet.build {
    eth = { src = "02:00:00:00:00:01", dst = "02:00:00:00:00:02" }, ipv4 = { src = "10.0.0.1", dst = dst }, udp = { src = 1, dst = 2 },
  }
end

-- A datapath with two ports and traffic: of each three packets two take a flow, one misses and is lost.
local function busy_datapath()
  topology.quiet()
  local dp = odp.create_datapath "dp0"
  test.cleanup(function() -- or another one in its place
    local now = odp.datapath "dp0"
    if now then now:delete() end
  end)
  for i = 1, 2 do
    local link = net.veth { a = "p" .. i, b = "q" .. i, up = true }
    test.cleanup(function() link:delete() end)
    dp:add_vport("p" .. i)
  end
  dp:put_flow { match = "in_port(1),eth(),eth_type(0x0800),ipv4(dst=10.0.0.2)", actions = "2", ufid = "00000000-0000-0000-0000-000000000001" }
  dp:put_flow { match = "in_port(2),eth(),eth_type(0x0800),ipv4(dst=10.0.0.1)", actions = "1", ufid = "00000000-0000-0000-0000-000000000002" }
  dp:put_flow { match = "in_port(2),eth(),eth_type(0x0806),arp()", actions = "drop" } -- without an identifier
  local link, taken, missing = net.link "q1", frame "10.0.0.2", frame "10.0.0.9"
  local timer = odp.every(0.02, function()
    link:send(taken)
    link:send(taken)
    link:send(missing)
  end)
  test.cleanup(function() timer:cancel() end)
  return dp
end

local function of_view(records, view)
  local list = {}
  for _, r in ipairs(records) do
    if r.view == view then list[#list + 1] = r end
  end
  return list
end

test("rates are what counters have become", function()
  busy_datapath()
  local records = program.records "top dp0 --count 3 -i 0.5"
  local totals, flows = of_view(records, "datapath"), of_view(records, "flows")
  test.eq({ #totals, #flows }, { 3, 9 })
  test.eq({ totals[1].datapath, totals[1].flows, totals[1].masks }, { "dp0", 3, 2 })
  for turn = 2, 3 do
    local first = flows[3 * turn - 2]
    local before, now = flows[3 * turn - 5], first
    test.eq({ now.match, now.actions }, { "in_port(p1),eth(),eth_type(0x0800),ipv4(dst=10.0.0.2)", "p2" })
    local seconds = now.time - before.time
    test.ok(now.packets > before.packets, "there is traffic")
    test.near(now.packets_rate * seconds, now.packets - before.packets, 0.2 * (now.packets - before.packets) + 2)
    test.near(now.bytes_rate, now.packets_rate * 42, 1e-3)
    local t, u = totals[turn], totals[turn - 1]
    test.near(t.hit_rate * (t.time - u.time), t.hit - u.hit, 0.2 * (t.hit - u.hit) + 2)
    test.ok(t.missed_rate > 0 and t.lost_rate > 0, "misses that nobody takes are lost")
    test.eq({ flows[3 * turn - 1].packets_rate, flows[3 * turn].packets_rate }, { 0, 0 })
  end
end)

test("views", function()
  local dp = busy_datapath()
  local ports = of_view(program.records "top dp0 --once --view ports -i 0.5", "ports")
  test.eq({ #ports, ports[1].port, ports[1].number }, { 3, "p1", 1 })
  test.near(ports[1].rx_bytes_rate, ports[1].rx_packets_rate * 42, 1)
  test.eq(ports[3].port, "p2")
  test.ok(ports[1].rx_packets_rate > 0 and ports[3].tx_packets_rate > 0)
  local masks = of_view(program.records "top dp0 --once --view masks -i 0.5", "masks")
  test.eq({ masks[1].mask, masks[1].flows, masks[2].mask, masks[2].flows }, { "in_port,eth_type,ipv4.dst", 2, "in_port,eth_type", 1 })
  test.ok(masks[1].packets_rate > 0 and masks[2].packets_rate == 0)
  local misses = of_view(program.records "top dp0 --once --view misses -i 0.5", "misses")
  if dp:vport("p1").stats.upcalls then
    test.eq(#misses, 3)
    -- Nobody takes them.
    test.ok(dp.stats.lost > 0)
  else
    test.eq(#misses, 0, "the kernel does not count them by port")
  end
end)

test("misses by port, while somebody takes them", function()
  local dp = busy_datapath()
  if not dp:vport("p1").stats.upcalls then return end
  dp:on_miss(function(pkt) pkt:drop() end)
  local misses = of_view(program.records "top dp0 --once --view misses -i 0.5", "misses")
  test.eq(misses[1].port, "p1")
  test.ok(misses[1].upcalls_rate > 0)
end)

test("tables", function()
  local dp = busy_datapath()
  local out, err, status = program.run "top dp0 --once -i 0.3"
  test.eq({ err, status }, { "", 0 })
  test.matches(out, "^dp0: 3 flows, %d masks, hit %S+/s, missed %S+/s, lost %S+/s\n *PKT/S +BYTE/S +PACKETS +BYTES +AGE +FLOW\n[^\n]*in_port%(p1%)")
  out = program.run "top dp0 --once -i 0.2 -s packets -r --rows 1"
  test.matches(out, "AGE  FLOW\n *0 +0 +0 +0 +never +in_port%(p2%)[^\n]*\n$")
  for filter, want in pairs { ["in_port=p2,arp"] = "0x0806", ["ipv4(dst=10.0.0.1)"] = "10.0.0.1", ["in_port(p1)"] = "10.0.0.2" } do
    local records = of_view(program.records(("top dp0 --once -i 0.1 -f '%s'"):format(filter)), "flows")
    test.eq(#records, 1, filter)
    test.contains(records[1].match, want)
  end
  odp.create_datapath("dp1")
  local both = of_view(program.records "top --once -i 0.1", "datapath")
  test.eq({ #both, both[1].datapath ~= both[2].datapath }, { 2, true })
  odp.datapath("dp1"):delete()
  local function usage(line, want) program.fails(line, 2, ("%s"):format(want)) end
  usage("top dp0 -i 0", "--interval: 0.1 to 3600 seconds expected, got 0")
  usage("top dp0 --once -s mask", '--sort: one of packets_rate, bytes_rate, packets, bytes, idle expected for flows, got "mask"')
  usage("top dp0 --once --view ports -f tcp", "--filter is for flows")
  usage("top dp0 -c 0", "--count is 1 or more")
  dp:flush_flows()
  test.eq(#program.records "top dp0 --once -i 0.1", 1)
end)

test("new flows, and flows that were cleared", function()
  local dp = busy_datapath()
  local rates = require "command.rates"
  local reader = rates.reader(dp, "flows")
  local function first() return rates.first(reader:read(), "packets_rate", false, 10) end
  test.eq(first()[1].packets_rate, nil, "one look gives no rates")
  dp:put_flow { match = "in_port(1),eth(),eth_type(0x0800),ipv4(dst=10.0.0.9)", actions = "2", ufid = "00000000-0000-0000-0000-000000000009" }
  test.ok(odp.wait(function() return dp:flow({ ufid = "00000000-0000-0000-0000-000000000009" }).packets > 3 end, 10))
  local rows = first()
  test.eq(#rows, 4)
  test.ok(rows[2].match == nil and rows[2].ufid:sub(-1) == "9" and rows[2].packets_rate > 0, "the new one is second")
  dp:clear_flow { ufid = "00000000-0000-0000-0000-000000000001" }
  dp:delete_flow { ufid = "00000000-0000-0000-0000-000000000009" }
  test.ok(odp.wait(function() return dp:flow({ ufid = "00000000-0000-0000-0000-000000000001" }).packets > 3 end, 10))
  rows = first()
  test.eq(#rows, 3)
  test.ok(rows[1].packets_rate > 0)
end)

test("a session on a terminal", function()
  local dp = busy_datapath()
  local dp1 = odp.create_datapath "dp1"
  test.cleanup(function() dp1:delete() end)
  local t = terminal.open(80, 24)
  local pid = os.tmpname()
  t:type(("sh -c 'echo $$ >%s; exec %s top dp0'"):format(pid, program.path))
  local shown = t:await("dp0  flows 3  masks", " Flows  Ports  Misses  Masks ", "every 1.0s", "  PKT/S   BYTE/S  PACKETS    BYTES    AGE  FLOW", "in_port(p1),eth(),eth_type(0x0800)", "? help")
  local lines = {}
  for line in shown:gmatch "([^\n]*)\n" do
    lines[#lines + 1] = line
    test.ok(odp.text_width(line) <= 80, line)
  end
  test.eq(#lines, 24)
  test.matches(lines[4], "in_port%(p1%)", "the one with the highest rate is on top")
  t:press "Right"
  t:await(" h_type(0x0800),ipv4(dst=10.0.0.2)")
  t:press "Home"
  t:await "in_port(p2),eth(),eth_type(0x0806) ->"
  t:press "p"
  t:await("RX-PKT", "1  p1", "2  p2", "0  dp0")
  t:press "m"
  t:await(dp:vport("p1").stats.upcalls and "UPCALLS" or "This kernel does not count upcalls by port")
  t:press "k"
  t:await "in_port,eth_type,ipv4.dst"
  t:press "Tab"
  t:await "in_port(p2),eth(),eth_type(0x0806)"
  t:press "?"
  t:await("f p m k   flows, ports, misses, masks", "q         end")
  t:press "?"
  t:await_gone "f p m k"
  t:press "/"
  t:await "filter:"
  t:press("-l", "arp,in_port=p3")
  t:await "filter: arp,in_port=p3"
  t:press("BSpace", "2", "Enter")
  t:await("filter arp,in_port=p2", "0x0806")
  t:await_gone "0x0800"
  t:press("/", "C-u", "Enter")
  t:await "0x0800"
  t:press "+"
  t:await "every 2.0s"
  t:press("-", "-")
  t:await "every 0.5s"
  t:press "Space"
  t:await "paused"
  t:press "Space"
  t:await "every 0.5s"
  -- Ctrl-Z and fg, between which the shell has the terminal as it was.
  t:press "C-z"
  t:await("Stopped", "\n$")
  t:type "stty -a | grep -c '[^-]icanon.*[^-]echo '"
  t:await "\n1\n"
  t:type "fg"
  t:await("dp0  flows 3", "every 0.5s")
  -- The same by a signal.
  assert(net.run("kill -TSTP " .. io.lines(pid)()))
  t:await("Stopped", "\n$")
  t:type "clear; stty -a | grep -c '[^-]icanon.*[^-]echo '"
  t:await "1\n$"
  t:type "fg"
  t:await("dp0  flows 3", "every 0.5s")
  os.remove(pid)
  t:resize(50, 10)
  t:await_line(10, "? help  q quit  / filter  1-9 sort  space pause")
  t:await_line(2, " Flows  Ports  Misses  Masks            every 0.5s")
  test.contains(t:shown(), "never  in_port\n", "what is too long is cut")
  t:resize(80, 24)
  -- One that is deleted and made again.
  dp:delete()
  t:await "dp0"
  odp.create_datapath "dp0"
  t:await "dp0  flows 0"
  t:press "q"
  t:await "\n$"
  t:type "echo ended $?"
  t:await "ended 0"
  test.ok(not t:shown():find("Masks", 1, true), "what was there before is there again")
  -- Every datapath in turn, and Ctrl-C.
  t:type(program.path .. " top; echo then $?")
  t:await "d datapath"
  local first = t:shown():match "^(dp%d)"
  t:press "d"
  t:await((first == "dp0" and "dp1" or "dp0") .. "  flows 0")
  t:press "C-c"
  t:await "then 0"
  t:type("TERM=dumb " .. program.path .. " top dp0; echo dumb $?")
  t:await('a terminal of type "dumb"', "batch prints tables", "dumb 1")
end)
