-- A capture of misses, with reasons: each packet that no flow of a datapath takes goes into a pcapng file, with its
-- key and what keeps the flow that comes nearest from taking it, as comments that Wireshark shows.
--
--   odp example miss_capture DATAPATH FILE    until Ctrl-C; it takes the place of whoever handles the misses
--   odp sandbox example miss_capture          in a lab: flows that are almost right
--
-- Look at: a match of one field, match:only(name), can be asked whether it takes a packet, as any other.
local odp, lab, pcap = require "odp", require "lab", require "pcap"

local function show(name, value)
  if not value then return "absent" end
  return name == "eth_type" and ("0x%04x"):format(value) or tostring(value)
end

-- The fields of a flow that a packet differs in, as text, and the share of those that it agrees in.
local function compare(match, key)
  local different, count = {}, 0
  for name, want in match:fields() do
    count = count + 1
    if not match:only(name):matches(key) then
      table.insert(different, ("%s is %s, not %s"):format(name, show(name, key:get(name)), show(name, want)))
    end
  end
  return different, 1 - #different / math.max(count, 1)
end

-- Why a packet missed: what keeps the flow that it agrees with most from taking it.
local function reason(flows, key)
  local nearest, best, most
  for _, flow in ipairs(flows) do
    local different, share = compare(flow.match, key)
    if not most or share > most then nearest, best, most = flow, different, share end
  end
  if not nearest then return "there are no flows" end
  if #best == 0 then return "it came before the flow " .. nearest.match end
  return table.concat(best, " and ") .. " in the flow " .. nearest.match
end

local function capture(dp, file)
  local out = pcap.create(file)
  local flows -- read again when they are a second old
  dp:on_miss(function(pkt)
    if not flows then
      flows = {}
      for flow in dp:flows() do table.insert(flows, flow) end
      odp.after(1, function() flows = nil end)
    end
    local why = reason(flows, pkt.key)
    print(("%s: %s"):format(pkt.vport and pkt.vport.name or "?", why))
    out:write(pkt, { comments = { tostring(pkt.key), why } })
    return pkt:drop()
  end, { warn = false })
  return out
end

local function demo()
  local dp = odp.create_datapath("dp0")
  local a = lab.host(dp, { ip = "10.0.0.1/24" })
  local b = lab.host(dp, { ip = "10.0.0.2/24" })
  for _, way in ipairs { { a.port, b.port }, { b.port, a.port } } do
    dp:put_flow { match = { in_port = way[1], arp = {} }, actions = way[2] }
  end
  dp:put_flow { match = { in_port = a.port, ipv4 = { dst = "10.0.0.2" }, tcp = { dst = 80 } }, actions = b.port }
  dp:put_flow { match = { in_port = b.port, ipv4 = { src = "10.0.0.22" }, tcp = { src = 80 } }, actions = a.port } -- a mistake
  local file = os.tmpname()
  odp.defer(function() os.remove(file) end)
  local out = capture(dp, file)

  b:listen(80, function() return "welcome" end)
  print(a:request(b.ip, 80, "", 0.3))   -- the answer misses
  print(a:request(b.ip, 8080, "", 0.3)) -- the question does
  a:udp(b.ip, 80, "by UDP")
  assert(odp.wait(function() return out.count == 3 end))
  print("in the file:")
  for record in pcap.open(file) do
    print(record.interface, odp.key(record.comments[1]).ipv4.src, record.comments[2])
  end
end

if #arg == 0 then return lab.run(demo) end
assert(#arg == 2, "usage: odp example miss_capture DATAPATH FILE")
capture(lab.attach(arg[1]), arg[2])
odp.run()
