local net, odp, pcap = require "net", require "odp", require "pcap"

-- The bytes of a number, the lowest first.
local function bytes(number, count)
  local list = {}
  for i = 1, count do
    list[i] = string.char(number % 256)
    number = math.floor(number / 256)
  end
  return table.concat(list)
end

-- Starts tcpdump, and returns what shows it a packet, and what ends it.
local function tcpdump(cmd)
  local ok, dump = pcall(net.spawn, "tcpdump", "-n", "-l", "-U", "-r", "-", { stderr = "inherit" })
  if not ok then
    if dump.errno ~= "ENOENT" then error(dump, 0) end
    cmd:fail "there is no program tcpdump; without --tcpdump odp shows the packets"
  end
  dump.stdout:on_line(function(line) cmd:line(line) end)
  -- Magic of microseconds, version 2.4, the zone and its precision, the longest packet, Ethernet.
  dump:write(bytes(0xa1b2c3d4, 4) .. bytes(2, 2) .. bytes(4, 2) .. bytes(0, 8) .. bytes(0x40000, 4) .. bytes(1, 4))
  return function(pkt)
    local seconds = math.floor(pkt.time)
    dump:write(bytes(seconds, 4) .. bytes(math.floor((pkt.time - seconds) * 1e6), 4) .. bytes(#pkt.data, 4) .. bytes(pkt.len, 4) .. pkt.data)
  end, function()
    local status = dump:close_stdin():wait()
    if status ~= 0 then cmd:fail(("tcpdump ended with status %d"):format(status)) end
  end
end

local function write(cmd)
  local file = pcap.create(cmd.flags.write)
  return function(pkt) file:write(pkt) end, function() file:close() end
end

local function show(cmd)
  local keys, name = cmd.flags.keys, cmd.args.DP.name
  return function(pkt)
    local port = pkt.vport and pkt.vport.name or tostring(pkt.in_port)
    if cmd.json then
      cmd:line("", {
        time = pkt.time, datapath = name, vport = port, length = pkt.len, packet = pkt.layers, key = keys and tostring(pkt.key) or nil,
      })
      return
    end
    if keys then cmd:line(("[%s %s]"):format(name, tostring(pkt.key))) end
    cmd:line(("%s %s: %s"):format(os.date("%H:%M:%S", math.floor(pkt.time)), port, tostring(pkt.layers)))
  end, function() end
end

---@type command.Verb
return {
  summary = "Show the packets that miss the flows of a datapath.",
  details = [[
Takes the packets for which the datapath has no flow, until it is interrupted, and shows what they are. They are not
sent on: what another program would do with them does not happen meanwhile.

With -w they are written to a file, which Wireshark reads, and not shown. With --tcpdump the program tcpdump shows
them.]],
  args = { { name = "DP", kind = "datapath", doc = "its name or number" } },
  flags = {
    { name = "keys", doc = "show the flow key of each packet as well" },
    { name = "count", short = "c", kind = "integer", value = "N", doc = "end after N packets" },
    { name = "write", short = "w", kind = "file", doc = "write the packets to this file, as pcapng; - is standard output" },
    { name = "tcpdump", doc = "have tcpdump show them" },
  },
  examples = { "odp datapath listen dp0 --keys", "odp datapath listen dp0 -w misses.pcapng" },
  run = function(cmd)
    local flags, dp = cmd.flags, cmd.args.DP
    if flags.write and flags.tcpdump then cmd:usage("--write and --tcpdump exclude each other") end
    if flags.tcpdump and cmd.json then cmd:usage("--tcpdump and --json exclude each other") end
    if flags.count and flags.count < 1 then cmd:usage("--count is 1 or more") end
    local take, finish = (flags.write and write or flags.tcpdump and tcpdump or show)(cmd)
    local left, failure = flags.count or math.huge, nil
    local handle = dp:on_miss(function(pkt)
      pkt:drop()
      if left < 1 then return end
      left = left - 1
      local ok, e = pcall(take, pkt)
      if not ok then failure = e end
      if left < 1 or failure then odp.stop() end
    end, {
      warn = false,
      concurrent = 1,
      lost = function(_, new)
        cmd:note(("packets were lost, %d more: they came faster than they could be taken"):format(new))
      end,
    })
    odp.run()
    handle:stop()
    finish()
    if failure then error(failure, 0) end
  end,
}
