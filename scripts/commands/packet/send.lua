local odp, frames = require "odp", require "command.frames"

-- The action by which a packet is looked up in the flow table as if it had just come in.
local THROUGH_FLOWS = "recirc(0)"

local flags = {
  { name = "in-port", kind = "vport", value = "PORT", doc = "the port that the packet seems to have come from" },
  { name = "key", kind = "text", value = "KEY", doc = "what else it seems to have come with, as Open vSwitch text: 'tunnel(tun_id=0x5),skb_mark(1)'" },
  { name = "count", short = "c", kind = "integer", value = "N", doc = "send each frame N times", default = 1 },
}
for _, flag in ipairs(frames.flags) do
  flags[#flags + 1] = flag
end

---@type command.Verb
return {
  summary = "Send a packet through a datapath.",
  details = [[
With ACTIONS the kernel does these with the packet. Without, the packet goes through the datapath's flows, as if it had
come in on the port --in-port: what no flow takes is a miss, which a handler gets, if there is one.

]] .. frames.details,
  args = {
    { name = "DP", kind = "datapath", doc = "its name or number" },
    { name = "ACTIONS", kind = "actions", optional = true, doc = "what is done with it, as Open vSwitch text: 'set(ipv4(ttl=1)),eth2'" },
  },
  flags = flags,
  examples = {
    "odp packet send dp0 eth2 --hex ffffffffffff0200000000010806...",
    "odp packet send dp0 --in-port eth1 --layers 'eth(dst=02:00:00:00:00:02)/ipv4(src=10.0.0.1,dst=10.0.0.2)/udp(dst=53)'",
    "odp packet send dp0 --in-port eth1 --read misses.pcapng",
  },
  run = function(cmd)
    local dp, port, times = cmd.args.DP, cmd.flags["in-port"], cmd.flags.count
    if times < 1 then cmd:usage("--count is 1 or more") end
    if not cmd.args.ACTIONS and not port then cmd:usage("--in-port expected, or ACTIONS") end
    local key = odp.key(cmd.flags.key or "", dp)
    if port then key = key:with { in_port = port.number } end
    local sent, bytes = 0, 0
    for frame in frames.given(cmd) do
      for _ = 1, times do
        dp:execute { data = frame, key = key, actions = cmd.args.ACTIONS or THROUGH_FLOWS }
        sent, bytes = sent + 1, bytes + #frame
        cmd:progress(sent, nil, "packets")
      end
    end
    cmd:line(("%d packet%s, %d bytes"):format(sent, sent == 1 and "" or "s", bytes), { datapath = dp.name, packets = sent, bytes = bytes })
  end,
}
