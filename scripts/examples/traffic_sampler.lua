-- A traffic sampler: one in some packets of a wire is written to a capture file, for tcpdump or Wireshark. With the
-- psample action (Linux 6.11) the kernel only hands on what was sampled; before, the userspace action sends it up.
--
--   odp example traffic_sampler DATAPATH PORT PORT PERCENT FILE    on devices of this system, until Ctrl-C
--   odp sandbox example traffic_sampler                            in a lab: 200 pings, of which a quarter is written
--
-- Look at: odp.feature asks what this kernel has, and the rest of the script does not care which way a sample came.
local odp, lab, pcap, packet = require "odp", require "lab", require "pcap", require "packet"

local function sampler(dp, a, b, percent, file)
  local out = pcap.create(file)
  local sampled, stats = 0, nil
  local function write(sample)
    sampled = sampled + 1
    out:write(sample)
  end

  local action
  if odp.feature("psample").present then
    print("samples come by the psample action")
    action = odp.psample { group = 1, cookie = "wire" }
    stats = odp.on_psample(write, { group = 1 })
  else
    print("this kernel has no psample action: samples come by the userspace action")
    local handle = dp:on_action(function(pkt)
      write(pkt)
      return pkt:drop() -- this is a copy: the packet itself goes on
    end)
    action = odp.userspace { pid = handle.pids[1], userdata = "wire" }
    stats = handle
  end
  local sample = odp.sample { probability = percent / 100, actions = action }
  dp:put_flow { match = { in_port = a }, actions = { sample, b } }
  dp:put_flow { match = { in_port = b }, actions = { sample, a } }
  return function() return sampled, stats.stats end
end

local function demo()
  local dp = odp.create_datapath("dp0")
  local a = lab.host(dp, { ip = "10.0.0.1/24" })
  local b = lab.host(dp, { ip = "10.0.0.2/24" })
  local file = os.tmpname()
  odp.defer(function() os.remove(file) end)
  local count = sampler(dp, a.port, b.port, 25, file)

  print(a:ping(b.ip, { count = 100 }) .. " of 100 pings answered")
  odp.sleep(0.2) -- the last samples may be on their way
  local sampled, stats = count()
  print(("%d of %d packets were sampled, %d samples were dropped"):format(sampled, dp.stats.hit, stats.dropped))
  local kinds, records = {}, 0
  for record in pcap.open(file) do
    local f = packet.dissect(record.data)
    local kind = f.icmp and (f.icmp.type == 8 and "echo requests" or "echo replies") or "other packets"
    kinds[kind] = (kinds[kind] or 0) + 1
    records = records + 1
  end
  print(records .. " packets are in the file:")
  for kind, n in pairs(kinds) do print("  " .. n .. " " .. kind) end
end

if #arg == 0 then return lab.run(demo) end
local name, first, second, percent, file = ...
assert(file, "usage: odp example traffic_sampler DATAPATH PORT PORT PERCENT FILE")
local dp, a, b = lab.attach(name, first, second)
local count = sampler(dp, a, b, tonumber(percent), file)
odp.run()
print((count()) .. " packets written to " .. file)
