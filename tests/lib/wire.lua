-- A datapath between hosts, each in a namespace of its own: frames are put on the wire at one and seen
-- at the others, byte for byte.
local odp, net, packet = require "odp", require "net", require "packet"
local t = require "test"
local topology = require "lib.topology"
local M = {}

M.mac1, M.mac2, M.mac3 = "02:00:00:00:00:01", "02:00:00:00:00:02", "02:00:00:00:00:03"

--- A table with the fields of both. Where both have a table, it is merged; "none" takes a field away.
---@param base table
---@param changes? table
---@return table
function M.merge(base, changes)
  local all = {}
  for k, v in pairs(base) do all[k] = v end
  for k, v in pairs(changes or {}) do
    if v == "none" then
      all[k] = nil
    elseif type(v) == "table" and type(all[k]) == "table" and #v == 0 then
      all[k] = M.merge(all[k], v)
    else
      all[k] = v
    end
  end
  return all
end

local ether = { src = M.mac1, dst = M.mac2 }
local ipv4 = { eth = ether, ipv4 = { src = "10.0.0.1", dst = "10.0.0.2" }, payload = "some data" }
local ipv6 = { eth = ether, ipv6 = { src = "fd00::1", dst = "fd00::2" }, payload = "some data" }
local ports = { src = 1000, dst = 2000 }

--- Specs of plain frames for packet.build, by name.
M.specs = {
  eth = { eth = ether, payload = string.rep("e", 46) },
  ipv4 = ipv4,
  ipv6 = ipv6,
  udp = M.merge(ipv4, { udp = ports }),
  tcp = M.merge(ipv4, { tcp = M.merge(ports, { flags = "syn", seq = 1 }) }),
  sctp = M.merge(ipv4, { sctp = M.merge(ports, { vtag = 7 }), payload = "\0\3\0\4" }),
  icmp = M.merge(ipv4, { icmp = { type = 8, id = 1, seq = 1 } }),
  udp6 = M.merge(ipv6, { udp = ports }),
  tcp6 = M.merge(ipv6, { tcp = M.merge(ports, { flags = "syn", seq = 1 }) }),
  sctp6 = M.merge(ipv6, { sctp = M.merge(ports, { vtag = 7 }), payload = "\0\3\0\4" }),
  icmpv6 = M.merge(ipv6, { icmpv6 = { type = 128 }, payload = "\0\1\0\1ping" }),
  nd = M.merge(ipv6, { ipv6 = { hlimit = 255 }, icmpv6 = {}, nd = { target = "fd00::2", sll = M.mac1 }, payload = "none" }),
  na = M.merge(ipv6, { ipv6 = { hlimit = 255 }, icmpv6 = { type = 136 }, nd = { target = "fd00::2", tll = M.mac1, reserved = 0x60000000 },
    payload = "none" }),
  arp = { eth = ether, arp = { op = 1, sip = "10.0.0.1", tip = "10.0.0.2", sha = M.mac1 } },
}

--- A frame: one of the specs by name, with changes.
---@param name string
---@param changes? table
---@return string
function M.frame(name, changes)
  return packet.build(M.merge(t.ok(M.specs[name], "a spec named " .. name), changes))
end

local marker = packet.build { eth = { src = M.mac3, dst = M.mac3, type = 0x88b7 }, payload = "end of the frames" }

---@class lib.Bench
---@field dp odp.Datapath
---@field ports odp.Vport[]
---@field hosts net.Namespace[]
---@field links net.Link[] the hosts' ends of the wires
---@field captures net.Capture[]
local Bench = {}
Bench.__index = Bench

--- Wait until devices send what they are given. They drop it while the kernel still looks at their carrier,
--- which it does later than they are set up.
---@param ... net.Link
function M.running(...)
  for _, link in ipairs { ... } do
    t.eventually(link .. " runs", function() return link.is_running end)
    link:up() -- waits until the kernel is done with it
  end
end

--- A datapath with so many hosts, whose ports are 1, 2 and so on.
---@param count integer
---@param name? string of the datapath
---@return lib.Bench
function M.bench(count, name)
  topology.quiet()
  local b = setmetatable({ dp = odp.create_datapath(name or "dp0"), ports = {}, hosts = {}, links = {}, captures = {} }, Bench)
  for i = 1, count do
    local host = net.namespace()
    topology.quiet(host)
    -- The wire is not to compute, merge or take out anything: what is sent is what comes.
    local near, far = net.veth { a = b.dp.name .. "p" .. i, b = "eth0", peer_ns = host, offloads = false }
    M.running(near, far)
    b.hosts[i], b.links[i] = host, far
    b.ports[i] = b.dp:add_vport { name = near.name, number = i }
    b.captures[i] = far:capture { queue = 65536 }
  end
  return b
end

--- Put frames on the wire of a host.
---@param i integer
---@param ... string
function Bench:send(i, ...)
  self.links[i]:send { ... }
end

--- What came out at a host since the last time.
---@param i integer
---@return string[]
function Bench:out(i)
  -- A frame waits in the kernel's queue twice: on its way from the other host, and on its way to this one.
  -- A marker waits once, behind what is in the queue. So when a second one has come, which is sent after the
  -- first has, all frames have.
  local list = {}
  for _ = 1, 2 do
    self.dp:execute { data = marker, actions = i }
    while true do
      local frame = t.ok(self.captures[i]:next(), "the marker at host " .. i)
      if frame == marker then break end
      list[#list + 1] = frame
    end
  end
  return list
end

--- What a datapath's key of a frame is that comes in at a host: all of it.
---@param frame string
---@param i? integer 1 if not given
---@return odp.Key
function Bench:key(frame, i)
  local key
  local handle = self.dp:on_miss(function(pkt)
    if pkt.data == frame then key = pkt.key end
  end)
  self:send(i or 1, frame)
  t.eventually("the frame misses", function() return key end)
  handle:stop()
  return key
end

--- Have a flow of these actions take exactly this frame, and put it on the wire at host 1.
---@param actions odp.ActionsLike
---@param frame string
---@return odp.Flow
function Bench:pass(actions, frame)
  self.dp:flush_flows()
  local flow = self.dp:put_flow { match = self:key(frame), actions = actions }
  self:send(1, frame)
  return flow
end

--- What comes out at host 2 of a frame that comes in at host 1 and goes through these actions.
---@param actions odp.ActionsLike
---@param frame string
---@return string[]
function Bench:through(actions, frame)
  local flow = self:pass(actions, frame)
  local got = self:out(2)
  t.eq(flow:refresh().packets, 1, "packets that the flow took")
  return got
end

local function show(frame) return tostring(packet.dissect(frame)) end

--- Whether every checksum of a frame, and of what it carries, is right.
local function sound(layers)
  for _, name in ipairs { "ipv4", "tcp", "udp", "icmp", "icmpv6", "sctp", "gre" } do
    if layers[name] and layers[name].csum_ok == false then return false end
  end
  return not layers.inner or sound(layers.inner)
end

--- These frames, and no others, have come, in this order.
---@param got string[]
---@param want string[]
---@param what string
function M.same(got, want, what)
  for i = 1, math.max(#got, #want) do
    if got[i] ~= want[i] then
      error(("%s: frame %d of %d, want %d:\ngot  %s\nwant %s"):format(what, i, #got, #want, got[i] and show(got[i]) or "none",
        want[i] and show(want[i]) or "none"), 2)
    end
    if not sound(packet.dissect(got[i])) then error(what .. ": a wrong checksum: " .. show(got[i]), 2) end
  end
end

--- A frame through actions gives these frames at host 2.
---@param actions odp.ActionsLike
---@param frame string
---@param ... string
function Bench:gives(actions, frame, ...)
  local got = self:through(actions, frame)
  local ok, err = pcall(M.same, got, { ... }, tostring(odp.actions(actions)))
  if not ok then error(err, 2) end
end

--- The frame that the match takes comes out at host 2, the one that it does not take does not.
---@param match odp.MatchLike
---@param right string
---@param wrong string
---@param actions? odp.ActionsLike 2 if not given
function Bench:takes(match, right, wrong, actions)
  self.dp:flush_flows()
  local flow = self.dp:put_flow { match = match, actions = actions or 2 }
  self:send(1, wrong, right)
  local ok, err = pcall(M.same, self:out(2), { right }, tostring(match))
  if not ok then error(err, 2) end
  t.eq(flow:refresh().packets, 1, tostring(match) .. ": packets that it took")
end

--- End the bench.
function Bench:close()
  self.dp:delete()
  for _, host in ipairs(self.hosts) do host:delete() end
end

--- Whether the kernel is this version or a later one.
---@param major integer
---@param minor integer
---@return boolean
function M.kernel(major, minor)
  local a, b = select(2, net.run("uname -r")):match("^(%d+)%.(%d+)")
  return tonumber(a) * 1000 + tonumber(b) >= major * 1000 + minor
end

return M
