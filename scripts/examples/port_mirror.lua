-- A port mirror: a copy of every packet that comes in by a port, or goes out of it, is sent to another port, whoever
-- runs the datapath. Flows that are there are changed, and so are those that their owner installs later.
--
--   odp example port_mirror DATAPATH PORT MIRROR [BYTES]    until Ctrl-C; the first BYTES of each packet, all if not given
--   odp sandbox example port_mirror                         in a lab: what two hosts say is seen at a third one
--
-- Look at: actions are values. Those of the copy go in front of those that are there, and are taken off in the end.
local odp, lab, packet = require "odp", require "lab", require "packet"

-- Whether actions send a packet out of a port, in whatever they are nested.
local function sends_to(actions, port)
  for name, args in actions:each() do
    if name == "output" and args == port.number then return true end
    if name == "clone" and sends_to(args, port) then return true end
    if name == "sample" and sends_to(odp.actions(args.actions), port) then return true end
  end
  return false
end

local function mirror(dp, port, to, bytes)
  local copy = odp.clone(bytes and { odp.trunc(bytes), to } or to)
  local changed = {} -- UFID of the match -> the flow as it was

  local function see(flow)
    local id = flow.match.ufid
    if flow.actions[1] == copy then return end -- this is our own change
    if flow.match.in_port ~= port.number and not sends_to(flow.actions, port) then return end
    changed[id] = flow
    dp:put_flow { match = flow.match, ufid = flow.ufid, actions = copy .. flow.actions, mode = "modify" }
  end

  dp:on_flow(function(event)
    if event.kind == "delete" then
      changed[event.flow.match.ufid] = nil
    else
      see(event.flow)
    end
  end)
  for flow in dp:flows() do see(flow) end
  odp.defer(function()
    for _, flow in pairs(changed) do
      pcall(dp.put_flow, dp, { match = flow.match, ufid = flow.ufid, actions = flow.actions, mode = "modify" }) -- it may be gone
    end
  end)
end

local function demo()
  local dp = odp.create_datapath("dp0")
  local a = lab.host(dp, { ip = "10.0.0.1/24" })
  local b = lab.host(dp, { ip = "10.0.0.2/24" })
  local analyser = lab.host(dp, { name = "analyser" })
  local capture = analyser.link:capture()

  dp:put_flow { match = { in_port = a.port }, actions = b.port } -- this one is there before,
  mirror(dp, a.port, analyser.port, 60)
  dp:put_flow { match = { in_port = b.port }, actions = a.port } -- and this one comes later
  odp.wait(function() return dp:flow { in_port = b.port }.actions ~= odp.actions(a.port) end)

  print(a:ping(b.ip, { size = 100 }) .. " of 1 ping answered; the analyser saw:")
  for frame in capture:frames(0.3) do print(#frame .. " bytes", (tostring(packet.dissect(frame)):gsub(",payload.*", ""))) end
  for flow in dp:flows() do print(flow.match, flow.actions) end
end

if #arg == 0 then return lab.run(demo) end
local name, device, analyser, bytes = ...
assert(analyser, "usage: odp example port_mirror DATAPATH PORT MIRROR [BYTES]")
local dp, port, to = lab.attach(name, device, analyser)
mirror(dp, port, to, tonumber(bytes))
odp.run()
