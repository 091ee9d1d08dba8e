-- A flow log: one line of JSON for each connection that begins or ends, with its addresses, how long it lasted and
-- what it carried, for jq and log collectors.
--
--   odp example flow_log [FILE|-] [ZONE]    what this system tracks, until Ctrl-C; - is standard output
--   odp sandbox example flow_log            in a lab: three connections through a datapath that tracks them
--
-- Look at: the kernel announces connections to whoever listens; a datapath has to send packets to the tracker only.
local odp, lab, net, json = require "odp", require "lab", require "net", require "json"

local function log_flows(write, zone)
  -- Without these the kernel counts nothing, and does not know when a connection began. Not every kernel can.
  for _, setting in ipairs { "acct", "timestamp" } do
    if not pcall(net.sysctl, "net.netfilter.nf_conntrack_" .. setting, true) then
      io.stderr:write("this kernel has no nf_conntrack_", setting, "\n")
    end
  end

  return odp.on_conntrack(function(c, kind)
    local record = {
      time = os.time(), event = kind == "new" and "begin" or "end", id = c.id, proto = c.proto, zone = c.zone,
      src = c.orig.src, sport = c.orig.sport, dst = c.orig.dst, dport = c.orig.dport,
    }
    if kind == "destroy" then
      record.packets = { sent = c.orig_packets, received = c.reply_packets }
      record.bytes = { sent = c.orig_bytes, received = c.reply_bytes }
      record.seconds = c.start and c.stop and c.stop - c.start
      record.answered = c.reply_packets > 0
    end
    write(json.encode(record, { order = { "time", "event", "proto", "src", "sport", "dst", "dport" } }))
  end, {
    events = "new|destroy",
    match = zone and { zone = zone },
    lost = function(_, new) write(json.encode { time = os.time(), event = "lost", count = new }) end,
  })
end

local function demo()
  local dp = odp.create_datapath("dp0")
  local client = lab.host(dp, { ip = "10.0.0.1/24" })
  local server = lab.host(dp, { ip = "10.0.0.2/24" })
  for _, way in ipairs { { client.port, server.port }, { server.port, client.port } } do
    dp:put_flow { match = { in_port = way[1], ipv4 = {} }, actions = { odp.ct { commit = true }, way[2] } }
    dp:put_flow { match = { in_port = way[1], arp = {} }, actions = way[2] }
  end
  server:listen(80, function() return ("x"):rep(1000) end)
  local lines = {}
  log_flows(function(line)
    print(line)
    table.insert(lines, json.decode(line))
  end)

  client:request(server.ip, 80)
  client:ping(server.ip, { count = 5 })
  client:udp(server.ip, 9, "nobody listens")
  odp.wait(function() return #lines == 3 end)
  odp.flush_conntrack() -- else they end minutes later
  odp.wait(function() return #lines == 6 end)

  local bytes = 0
  for _, line in ipairs(lines) do
    if line.event == "end" then bytes = bytes + line.bytes.sent + line.bytes.received end
  end
  print(("%d lines, %d bytes in all"):format(#lines, bytes))
end

if #arg == 0 then return lab.run(demo) end
local file, zone = ...
local out = file == "-" and io.stdout or assert(io.open(file, "a"))
log_flows(function(line)
  out:write(line, "\n")
  out:flush()
end, tonumber(zone))
odp.run()
