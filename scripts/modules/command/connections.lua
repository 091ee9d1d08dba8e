-- What the verbs of tracked connections have in common.
local M = {}

M.match = {
  name = "MATCH", optional = true, rest = true, doc = "as ovs-dpctl flush-conntrack takes it: zone=5 ct_nw_src=10.0.0.1,ct_nw_proto=6,ct_tp_dst=80",
}

M.flags = {
  { name = "zone", short = "z", kind = "integer", value = "ZONE", doc = "of this zone; 0 is that of connections without one" },
  { name = "proto", short = "p", kind = "text", value = "PROTO", doc = "of this protocol, by name or number", suggest = { "tcp", "udp", "icmp", "icmpv6", "sctp" } },
  { name = "mark", kind = "text", value = "MARK[/MASK]", doc = "with this mark" },
  { name = "src", kind = "text", value = "IP", doc = "whose first packet comes from this address" },
  { name = "dst", kind = "text", value = "IP", doc = "whose first packet goes to this address" },
  { name = "sport", kind = "integer", value = "PORT", doc = "whose first packet comes from this port" },
  { name = "dport", kind = "integer", value = "PORT", doc = "whose first packet goes to this port" },
}

--- These flags behind others.
function M.with_flags(first)
  for _, flag in ipairs(M.flags) do
    first[#first + 1] = flag
  end
  return first
end

--- What odp.conntrack takes: text, a table, or nil for all connections.
function M.given(cmd)
  local flags, orig, match = cmd.flags, {}, {}
  for _, name in ipairs { "zone", "proto", "mark" } do
    match[name] = flags[name]
  end
  for _, name in ipairs { "src", "dst", "sport", "dport" } do
    orig[name] = flags[name]
  end
  if next(orig) then match.orig = orig end
  if #cmd.args.MATCH > 0 then
    if next(match) then cmd:usage("MATCH and flags exclude each other") end
    return table.concat(cmd.args.MATCH, " ")
  end
  return next(match) and match or nil
end

--- A connection as a record.
function M.record(c)
  return {
    proto = c.proto, orig = c.orig, reply = c.reply, zone = c.zone, mark = c.mark, labels = c.labels, state = c.state, status = c.status,
    timeout = c.timeout, helper = c.helper, packets = { orig = c.orig_packets, reply = c.reply_packets }, bytes = { orig = c.orig_bytes, reply = c.reply_bytes },
  }
end

return M
