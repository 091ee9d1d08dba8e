-- Commands that run in a namespace beside the script, and what they write.
local odp, net = require "odp", require "net"
local t = require "test"

local dp = odp.create_datapath "dp0"
local hosts = {}
for i = 1, 2 do
  hosts[i] = net.namespace()
  net.veth { a = "p" .. i, b = "eth0", peer_ns = hosts[i] }
  hosts[i]:addr("eth0", ("10.0.0.%d/24"):format(i))
  dp:add_vport("p" .. i)
end
dp:on_miss(function(pkt)
  local out = pkt.in_port == 1 and 2 or 1
  pkt:install(pkt.key:only("in_port"), out)
  return out
end)

-- A monitor in one namespace sees what happens there, and nothing of the program's own.
local monitor = hosts[1]:spawn("ip", "-o", "monitor", "link", { stderr = "stdout" })
odp.spawn(function()
  while monitor.running do -- the monitor may not listen yet
    net.dummy { name = "own0" }:delete()
    hosts[1]:dummy { name = "there" }:delete()
    odp.sleep(0.05)
  end
end)
local line = t.ok(monitor.stdout:read(10), "a line of the monitor")
t.contains(line, "there")
t.eq(line:find("own0", 1, true), nil, line)
t.eq(monitor:kill():wait(5), 128 + 15)

-- Pings of both hosts at a time, through the datapath.
local tasks = {}
for i, host in ipairs(hosts) do
  tasks[i] = odp.spawn(function()
    local ping, answers = host:spawn("ping", "-c", "3", "-i", "0.05", "10.0.0." .. 3 - i), 0
    for text in ping.stdout:lines() do
      if text:find("bytes from", 1, true) then answers = answers + 1 end
    end
    return answers, ping:wait(5)
  end)
end
for _, task in ipairs(tasks) do t.eq({ task:join(20) }, { 3, 0 }) end

-- What still runs at the end is killed: odp test looks for it.
hosts[2]:spawn("sleep", "1000")
dp:delete()
