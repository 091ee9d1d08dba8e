local odp, packet = require "odp", require "packet"
local ports, connections = require "command.ports", require "command.connections"

-- What can be listened to: how, and what a change is in words and as a record.
local sources = {
  datapath = function(_, tell, opts)
    odp.on_datapath(function(e)
      tell("datapath", e.kind, e.datapath.name, { datapath = e.datapath.name, index = e.datapath.index, features = e.features })
    end, opts)
  end,
  vport = function(_, tell, opts)
    odp.on_vport(function(e) tell("vport", e.kind, ports.words(e.vport), ports.record(e.vport)) end, opts)
  end,
  flow = function(cmd, tell, opts)
    for _, dp in ipairs(cmd.flags.datapath and { cmd.flags.datapath } or odp.datapaths()) do
      dp:on_flow(function(e)
        local f = e.flow
        tell("flow", e.kind, dp.name .. " " .. f:text { names = true }, {
          datapath = dp.name, match = tostring(f.match), actions = f.actions and tostring(f.actions), ufid = f.ufid, packets = f.packets, bytes = f.bytes,
        })
      end, opts)
    end
  end,
  ct = function(_, tell, opts)
    odp.on_conntrack(function(c, kind) tell("ct", kind, tostring(c), connections.record(c)) end, opts)
  end,
  psample = function(_, tell, opts)
    odp.on_psample(function(s)
      local layers = packet.dissect(s.data)
      tell("psample", "sample", ("group %d: %s"):format(s.group, tostring(layers)), {
        group = s.group, sequence = s.sequence, rate = s.rate, length = s.size, packet = layers,
      })
    end, opts)
  end,
}
local names = { "datapath", "vport", "flow", "ct", "psample" }

local colors = { new = "green", delete = "red", destroy = "red", set = "yellow", update = "yellow" }

---@type command.Verb
return {
  summary = "Print changes as they happen: one line for each.",
  details = [[
Changes of datapaths, vports, flows and tracked connections (ct), made by any program, and packets that are sampled (psample).
Without WHAT, those of datapaths, vports and flows. A line has the time, what changed, how (new, set, delete; of connections new,
update, destroy), and what it is now, or was. The kernel does not announce that flows are flushed, nor the flows and ports that go with
a datapath. It ends when it is interrupted.]],
  args = { { name = "WHAT", optional = true, rest = true, values = names, doc = "what changes are shown of" } },
  flags = {
    { name = "datapath", kind = "datapath", doc = "flows of this datapath alone; of all that there are now if not given" },
    { name = "count", short = "c", kind = "integer", value = "N", doc = "end after N changes" },
    { name = "seconds", short = "t", kind = "number", value = "N", doc = "end after this time" },
  },
  examples = { "odp event", "odp event ct --json", "odp event flow --datapath dp0 -c 10" },
  run = function(cmd)
    local left = cmd.flags.count or math.huge
    if left < 1 then cmd:usage("--count is 1 or more") end
    local function tell(what, kind, text, record)
      if left < 1 then return end
      left = left - 1
      local now = odp.time()
      record.time, record.what, record.event = now, what, kind
      cmd:line(("%s.%03d %s %s %s"):format(os.date("%H:%M:%S", math.floor(now)), now % 1 * 1000, what, cmd:paint(kind, colors[kind]), text), record)
      if left < 1 then odp.stop() end
    end
    local opts = {
      lost = function(_, new) cmd:note(("%d changes were lost: they came faster than they could be printed"):format(new)) end,
    }
    for _, what in ipairs(#cmd.args.WHAT > 0 and cmd.args.WHAT or { "datapath", "vport", "flow" }) do
      sources[what](cmd, tell, opts)
    end
    odp.run(cmd.flags.seconds)
  end,
}
