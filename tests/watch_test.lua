-- odp watch: what has changed between two runs of a verb.
local test, odp, net, json = require "test", require "odp", require "net", require "json"
local program, terminal = require "lib.program", require "lib.terminal"
local changes = require "command.changes"

-- What compare says, a line each: + new, - gone, ~ changed with its rates, = the same.
local function compared(before, now)
  local list = {}
  for _, line in ipairs(changes.compare(changes.read(before), changes.read(now))) do
    local mark = line.new and "+" or line.gone and "-" or changes.changed(line) and "~" or "="
    local rates = {}
    for _, r in ipairs(changes.rates(line, 2)) do
      rates[#rates + 1] = ("%s %g"):format(r.name, r.rate)
    end
    list[#list + 1] = mark .. " " .. line.text .. (#rates > 0 and " [" .. table.concat(rates, ", ") .. "]" or "")
  end
  return list
end

test("flows", function()
  local a = "in_port(1),eth(src=02:00:00:00:00:01),eth_type(0x0800), packets:%d, bytes:%d, used:%s, actions:2\n"
  local b = "in_port(2),eth(),eth_type(0x86dd),ipv6(src=face:1::2), packets:%d, bytes:%d, used:%s, flags:S, actions:1\n"
  test.eq(compared(a:format(0, 0, "never") .. b:format(5, 500, "0.100s"), a:format(10, 420, "0.020s") .. b:format(5, 500, "2.100s"):gsub("flags:S", "flags:SP.")), {
    "~ " .. a:format(10, 420, "0.020s"):sub(1, -2) .. " [packets 5, bytes 210]",
    "~ " .. b:format(5, 500, "2.100s"):gsub("flags:S", "flags:SP."):sub(1, -2),
  })
  -- One that goes makes no other line look changed.
  test.eq(compared(a:format(1, 42, "1.0s") .. b:format(5, 500, "1.0s"), b:format(5, 500, "1.0s") .. a:gsub("in_port%(1%)", "in_port(3)"):format(0, 0, "never")), {
    "- " .. a:format(1, 42, "1.0s"):sub(1, -2),
    "= " .. b:format(5, 500, "1.0s"):sub(1, -2),
    "+ " .. a:gsub("in_port%(1%)", "in_port(3)"):format(0, 0, "never"):sub(1, -2),
  })
  test.eq(compared("dp0 --in-port=1: 4 packets, 100 bytes, used never", "dp0 --in-port=1: 5 packets, 142 bytes, used 0.010 s ago"),
    { "~ dp0 --in-port=1: 5 packets, 142 bytes, used 0.010 s ago [packets 0.5, bytes 21]" })
end)

test("lines that look the same, by what they belong to", function()
  local function shown(p1, p2, more)
    return ("system@dp0:\n  lookups: hit:%d missed:0 lost:0\n  masks: hit:3 total:2 hit/pkt:1.%d\n"):format(p1, p1)
      .. (more or "") .. ("  port 1: p1\n    RX bytes:%d (5.%d KiB)  TX bytes:0\n  port 2: p2\n    RX bytes:%d  TX bytes:0\n"):format(p1, p1, p2)
  end
  test.eq(compared(shown(1, 4), shown(3, 4, "  port 0: dp0 (internal)\n    RX bytes:0  TX bytes:0\n")), {
    "= system@dp0:", "~   lookups: hit:3 missed:0 lost:0 [hit 1]", "~   masks: hit:3 total:2 hit/pkt:1.3",
    "+   port 0: dp0 (internal)", "+     RX bytes:0  TX bytes:0",
    "=   port 1: p1", "~     RX bytes:3 (5.3 KiB)  TX bytes:0 [RX bytes 1]", "=   port 2: p2", "=     RX bytes:4  TX bytes:0",
  })
end)

test("rows of tables, by their first word", function()
  test.eq(compared("NAME  STATE\nup    a 1\nhw    b\n", "NAME  STATE\nup    c 2\nhw    b\nnew   x"), { "= NAME  STATE", "~ up    c 2", "= hw    b", "+ new   x" })
  test.eq(compared("", ""), {})
  test.eq(compared("a", ""), { "- a" })
end)

test("parts of lines", function()
  local lines = changes.compare(changes.read "in_port(1), packets:5, bytes:10", changes.read "in_port(1), packets:5, bytes:12")
  local changed, all = {}, ""
  for _, part in ipairs(changes.parts(lines[1])) do
    all = all .. part.text
    if part.changed then changed[#changed + 1] = part.text end
  end
  test.eq({ all, changed }, { "in_port(1), packets:5, bytes:12", { "bytes:12" } })
end)

test("lines for scripts", function()
  local dp = odp.create_datapath "dp0"
  test.cleanup(function() dp:delete() end)
  local out, err, status = program.run "watch -c 1 -i 0.1 vport list dp0"
  test.eq({ out, err, status }, { "internal dp0 dp0\n", "", 0 })
  dp:put_flow { match = "in_port(0),eth(),eth_type(0x0806),arp()", actions = "drop" }
  local flow = dp:put_flow { match = "in_port(0),eth(),eth_type(0x0800),ipv4()", actions = "drop" }
  local watch = net.spawn(program.path, "watch", "--json", "--batch", "-i", "0.2", "dpctl", "dump-flows", "dp0")
  local records = {}
  for line in watch.stdout:lines() do
    records[#records + 1] = json.decode(line)
    if #records == 2 then flow:delete() end -- both have been seen
    if #records == 3 then watch:kill "INT" end
  end
  test.eq(watch:wait(30), 0)
  local kinds = {}
  for i, r in ipairs(records) do
    kinds[i] = r.change .. " " .. r.line:match "eth_type%((%w+)%)"
  end
  table.sort(kinds)
  test.eq(kinds, { "gone 0x0800", "is 0x0800", "is 0x0806" })
  program.fails("watch -i 0 version", 2, "--interval: 0.1 to 3600 seconds expected, got 0")
  program.fails("watch -b dpctl dump-flws", 2, 'dpctl: there is no verb "dump-flws"; did you mean dump-flows? (odp help dpctl shows how it is used)')
  out, err, status = program.run "watch -c 1 -i 0.1 vport list dp9"
  test.eq({ out, err, status }, { "odp: there is no datapath dp9 (there are: dp0)\n", "", 0 }, "it may come to be there")
end)

test("a session on a terminal", function()
  local dp = odp.create_datapath "dp0"
  test.cleanup(function() dp:delete() end)
  for i = 1, 40 do
    dp:put_flow { match = ("in_port(%d),eth(),eth_type(0x0806),arp()"):format(i), actions = "drop" }
  end
  local t = terminal.open(80, 24)
  t:type(program.path .. " watch -i 0.3 dpctl dump-flows --no-names dp0; echo status $?")
  t:await("every 0.3s  odp dpctl dump-flows --no-names dp0", "packets:0, bytes:0, used:never, actions:drop")
  t:press "c"
  t:await "changes"
  t:await_gone "packets"
  t:press "c"
  t:press "End"
  t:await "packets"
  t:press "Space"
  t:await "paused"
  dp:flush_flows()
  t:press "Space"
  t:await_gone "packets"
  t:press "q"
  t:await "status 0"
end)
