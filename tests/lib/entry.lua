-- Ways to put frames into a datapath and to see what comes out of it, without a capture tool: both
-- ends of a wire are ports of the datapath.
local odp, net, test = require "odp", require "net", require "test"
local wire = require "lib.wire"
local topology = require "lib.topology"
local M = {}

local wires = 0

--- A wire from the datapath to itself. What goes out of the first port comes in at the second.
---@param dp odp.Datapath
---@return odp.Vport out
---@return odp.Vport into
function M.wire(dp)
  topology.quiet()
  wires = wires + 1
  local out, into = "out" .. wires, "in" .. wires
  local a, b = net.veth { a = out, b = into }
  wire.running(a, b)
  return dp:add_vport(out), dp:add_vport(into)
end

--- A port, and a function that has a frame come in at it.
---@param dp odp.Datapath
---@return odp.Vport port
---@return fun(frame: string) send
function M.port(dp)
  local out, into = M.wire(dp)
  return into, function(frame) dp:execute { data = frame, actions = out } end
end

--- A function that sends a packet through actions and returns what comes up of it, as a miss or by
--- the action userspace, which is the second result.
---@param dp odp.Datapath
---@return fun(spec: odp.ExecuteSpec): odp.Packet execute
---@return odp.Actions up
---@return fun(): integer count of packets that came up since the last execute
function M.execute(dp)
  local pkts = {}
  local function keep(pkt) table.insert(pkts, pkt) end
  local handle = dp:on_action(keep)
  dp:on_miss(keep)
  return function(spec)
    pkts = {}
    dp:execute(spec)
    test.eventually("the packet comes up", function() return #pkts == 1 end)
    return pkts[1]
  end, odp.userspace { pid = handle.pids[1], userdata = "up" }, function() return #pkts end
end

return M
