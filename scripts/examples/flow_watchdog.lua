-- A watchdog of a flow table: it removes flows that nothing has matched for a while, and gives the alarm when the
-- table grows fast or is full, with who fills it. It works beside whoever installs the flows.
--
--   odp example flow_watchdog DATAPATH [LIMIT [IDLE]]    until Ctrl-C; 10000 flows, 300 seconds if not given
--   odp sandbox example flow_watchdog                    in a lab: a port scan fills the table of a careless switch
--
-- Look at: its messages are for programs as well: ODP_LOG=json makes each a line of JSON.
local odp, lab, log = require "odp", require "lab", require "log"

local alarm = log.every(10) -- the same alarm at most so often

-- limits has limit and growth in flows, idle and every in seconds.
local function watch(dp, limits)
  local last = dp.stats.flows
  local unused = {} -- UFID of the match -> how long a flow has been there without a packet, in seconds
  local report = { expired = 0, alarms = 0 }

  -- Which port most of the flows are of.
  local function busiest()
    local counts, most = {}, nil
    for flow in dp:flows { omit = "actions" } do
      local port = flow.match.in_port or -1
      counts[port] = (counts[port] or 0) + 1
      if not most or counts[port] > counts[most] then most = port end
    end
    local vport = most and dp:vport(most)
    return vport and vport.name, counts[most]
  end

  local function raise(text, flows)
    local port, count = busiest()
    report.alarms = report.alarms + 1
    alarm:warn(text, { dp = dp.name, flows = flows, limit = limits.limit, port = port, of_port = count })
  end

  odp.every(limits.every, function()
    local flows = dp.stats.flows
    if flows > limits.limit then
      raise("flow table is full", flows)
    elseif flows - last > limits.growth then
      raise("flow table grows fast", flows)
    end

    local batch, waits = dp:batch(), {}
    for flow in dp:flows() do
      local idle = flow.idle
      if not idle then -- it never matched, so its time runs from when it was first seen
        local id = flow.match.ufid
        idle = (unused[id] or 0) + limits.every
        waits[id] = idle
      end
      if idle > limits.idle then batch:delete_flow(flow) end
    end
    unused = waits
    local count = batch.count
    local failed = batch:send() -- those that are gone meanwhile
    report.expired = report.expired + count - failed
    last = dp.stats.flows
    if count > 0 then log.info("idle flows removed", { dp = dp.name, removed = count - failed, left = last }) end
  end)
  return report
end

local function demo()
  local dp = odp.create_datapath("dp0")
  local a = lab.host(dp, { ip = "10.0.0.1/24" })
  local b = lab.host(dp, { ip = "10.0.0.2/24" })
  dp:on_miss(function(pkt) -- careless: a flow for each packet that is not exactly as one before
    local to = pkt.in_port == a.port.number and b.port or a.port
    pkt:install(pkt.key:exact(), to, { execute = true })
  end, { warn = false })
  log.output("stdout")
  local report = watch(dp, { limit = 150, growth = 50, idle = 2, every = 0.25 })

  print(a:ping(b.ip, { count = 3 }) .. " of 3 pings answered")
  for port = 1, 200 do a:udp(b.ip, port, "anybody there?", 2) end
  odp.wait(function() return #b.datagrams == 400 end)
  print(("the scan has left %d flows"):format(dp.stats.flows))
  assert(odp.wait(function() return dp.stats.flows == 0 end, 60), "flows are left")
  print(("the watchdog gave %s, and removed %d idle flows"):format(report.alarms > 0 and "the alarm" or "no alarm", report.expired))
end

if #arg == 0 then return lab.run(demo) end
local name, limit, idle = ...
limit = tonumber(limit or 10000)
local dp = assert(odp.datapath(name), "there is no datapath " .. name)
watch(dp, { limit = limit, growth = limit / 10, idle = tonumber(idle or 300), every = 10 })
odp.run()
