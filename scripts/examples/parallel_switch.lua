-- A learning switch on all CPUs: each worker is a Lua state of its own that handles the packets of one CPU. What they
-- learn is in a table that they share, what they have to tell goes through a channel.
--
--   odp example parallel_switch DATAPATH PORT...    on devices of this system, until Ctrl-C
--   odp sandbox example parallel_switch             in a lab: three hosts ping each other, two workers serve them
--
-- Look at: args, all that a worker gets from the script, and handle.workers, what each of them has done.
local odp, lab = require "odp", require "lab"

-- The workers' code. It runs once in each, with no variables of this file but the modules, and returns the handler.
local function worker_code(worker)
  local where, news = worker.args.where, worker.args.news

  local function flood(pkt)
    local others = {}
    for _, port in ipairs(worker.datapath:vports()) do
      if port.number ~= pkt.in_port then table.insert(others, port) end
    end
    return others
  end

  return function(pkt)
    local src, dst = pkt.key.eth.src, pkt.key.eth.dst
    -- One step, so that of two workers which see a new host at once only one has news.
    if where:swap(src, pkt.in_port) ~= pkt.in_port then
      news:send { mac = src, port = pkt.in_port, worker = worker.id }
    end
    local port = where[dst]
    if not port then return flood(pkt) end
    pkt:install(pkt.key:only("in_port", "eth.src", "eth.dst"), port)
    return port
  end
end

local function switch(dp, workers)
  local where, news = odp.shared(), odp.channel()
  -- Flows that send to a host's old port are removed here, where all news come together.
  local known = {}
  news:on_value(function(new)
    print(("%s is at port %d"):format(new.mac, new.port))
    if known[new.mac] then
      for flow in dp:flows() do
        local eth = flow.match.eth
        if eth and (eth.src == new.mac or eth.dst == new.mac) then flow:delete() end
      end
    end
    known[new.mac] = true
  end)
  return dp:on_miss { workers = workers, func = worker_code, args = { where = where, news = news } }, where
end

local function demo()
  local dp = odp.create_datapath("switch0")
  local handle, where = switch(dp, 2)
  local hosts = {}
  for i = 1, 3 do hosts[i] = lab.host(dp, { ip = "10.0.0." .. i .. "/24" }) end
  for _, from in ipairs(hosts) do
    for _, to in ipairs(hosts) do
      if from ~= to then assert(from:ping(to.ip, { count = 3 }) == 3) end
    end
  end
  print(("%d hosts are known, %d flows forward in the kernel"):format(#where, dp.stats.flows))
  local stats = handle.stats
  for _, worker in ipairs(handle.workers) do
    print(("worker %d has handled %d packets, dropped %d"):format(worker.id, worker.stats.handled, worker.stats.dropped))
  end
  print(("all together: %d handled, %d dropped, %d lost by the kernel"):format(stats.handled, stats.dropped, stats.kernel_lost))
end

if #arg == 0 then return lab.run(demo) end
switch(lab.attach(...), true)
odp.run()
