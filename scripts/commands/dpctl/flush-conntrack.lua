local odp = require "odp"
local dpctl = require "dpctl.verb"
local tuple = require "dpctl.tuple"

return dpctl.command {
  name = "flush-conntrack",
  summary = "Remove connections: all, or those of a zone or with addresses.",
  details = [[
TUPLE is of packets in the direction of the connection's first one, REPLY of those that answer:
ct_nw_src=10.0.0.1,ct_nw_dst=10.0.0.2,ct_nw_proto=6,ct_tp_src=1000,ct_tp_dst=80, or ct_ipv6_src and ct_ipv6_dst, or icmp_id,
icmp_type and icmp_code. What is left out is any. An empty TUPLE stands before a REPLY alone.]],
  usage = "[DP] [zone=ZONE] [TUPLE [REPLY]]",
  min = 0,
  max = 4,
  writes = true,
  complete = dpctl.complete.datapath,
  examples = { "odp dpctl flush-conntrack zone=5 ct_nw_src=10.0.0.1,ct_nw_proto=6" },
  run = function(ctl)
    local rest = {}
    for i, arg in ipairs(ctl.args) do
      if i > 1 or not dpctl.exists(arg) then rest[#rest + 1] = arg end
    end
    local words = {}
    if rest[1] and rest[1]:sub(1, 5) == "zone=" then
      local zone = dpctl.zone(table.remove(rest, 1))
      if not zone then ctl:fail("EINVAL", "failed to parse zone") end
      words[1] = "zone=" .. zone
    end
    local said = {}
    for i = 1, math.min(#rest, 2) do
      local text, wrong = tuple.read(rest[i], said)
      if not text then ctl:fail("EINVAL", wrong --[[@as string]]) end
      words[#words + 1] = "'" .. text .. "'"
    end
    if #rest > 2 then ctl:fail("EINVAL", "invalid arguments") end
    ctl:open_optional(4)
    ctl:try("failed to flush conntrack", odp.flush_conntrack, table.concat(words, " "))
  end,
}
