-- Module dpctl.filter_field: the fields of filters, with the names that OpenFlow has for them, and where the keys of a flow
-- have them.
local odp = require "odp"

--- How values of a kind are read.
---@alias dpctl.FieldKind fun(text: string, dp: odp.Datapath): any nil if the text is none

--- A field, which odp.filter looks at.
---@class dpctl.Field
---@field read dpctl.FieldKind
---@field paths string[] where it is: the first one that the flow has; vlan is the whole tag as a number
---@field outer? boolean it stands in front of tags
---@field needs? string what must have been said before it, see M.needs
---@field bits? integer its bits in what is at the path; all if not given
---@field shift? integer how far those are up

local M = {}
local ZERO = odp.u64(0)

--- What a function makes of a text, nil where it raises.
---@param make fun(text: string): any
---@return dpctl.FieldKind
local function read_by(make)
  return function(text)
    local ok, v = pcall(make, text)
    return ok and v or nil
  end
end

local int, label, mac, ip = read_by(odp.u64), read_by(odp.u128), read_by(odp.mac), read_by(odp.ip)

local PRESENT = odp.u64(0x1000) -- the bit of a tag that says that there is one

---@type dpctl.FieldKind
local function vlan_id(text, dp)
  local n = int(text, dp)
  if n == odp.u64(0xffff) then return ZERO end -- no tag
  return n and n:bor(PRESENT)
end

---@type dpctl.FieldKind
local function vlan_priority(text, dp)
  local n = int(text, dp)
  return n and n:lshift(13):bor(PRESENT)
end

---@type dpctl.FieldKind
local function port(text, dp)
  local n = int(text, dp)
  if n or text == "" then return n end
  local p = dp:vport(text)
  return p and odp.u64(p.number)
end

--- Flags by their names.
---@param names string[] from the lowest bit on
---@return dpctl.FieldKind
local function flags(names)
  local bits = {}
  for i, name in ipairs(names) do bits[name] = odp.u64(2) ^ (i - 1) end
  return function(text, dp)
    local sum = ZERO
    for name in text:gmatch "[^|]+" do
      local n = bits[name] or int(name, dp)
      if not n then return nil end
      sum = sum:bor(n)
    end
    return sum
  end
end

--- Words that stand for 0, 1 and so on.
---@param words string[]
---@return dpctl.FieldKind
local function choice(words)
  return function(text)
    for i, word in ipairs(words) do
      if text == word then return odp.u64(i - 1) end
    end
  end
end

local ct_state = flags { "new", "est", "rel", "rpl", "inv", "trk", "snat", "dnat" }
local tcp_flags = flags { "fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr", "ns" }
local frag = choice { "no", "first", "later" }

---@param kind dpctl.FieldKind
---@param paths string|string[]
---@param needs? string
---@param more? { outer?: boolean, bits?: integer, shift?: integer }
---@return dpctl.Field
local function field(kind, paths, needs, more)
  more = more or {}
  return {
    read = kind, paths = type(paths) == "table" and paths or { paths }, needs = needs, outer = more.outer,
    bits = more.bits, shift = more.shift,
  }
end

local outer = { outer = true }
local tos = { "ipv4.tos", "ipv6.tclass" }

--- The fields by name.
---@type table<string, dpctl.Field>
M.fields = {
  in_port = field(port, "in_port", nil, outer),
  recirc_id = field(int, "recirc_id", nil, outer),
  dp_hash = field(int, "dp_hash", nil, outer),
  skb_priority = field(int, "skb_priority", nil, outer),
  pkt_mark = field(int, "skb_mark", nil, outer),
  ct_state = field(ct_state, "ct_state", nil, outer),
  ct_zone = field(int, "ct_zone", nil, outer),
  ct_mark = field(int, "ct_mark", nil, outer),
  ct_label = field(label, "ct_label", nil, outer),
  ct_nw_src = field(ip, "ct_tuple4.src", "ipv4", outer),
  ct_nw_dst = field(ip, "ct_tuple4.dst", "ipv4", outer),
  ct_ipv6_src = field(ip, "ct_tuple6.src", "ipv6", outer),
  ct_ipv6_dst = field(ip, "ct_tuple6.dst", "ipv6", outer),
  ct_nw_proto = field(int, { "ct_tuple4.proto", "ct_tuple6.proto" }, "ip", outer),
  ct_tp_src = field(int, { "ct_tuple4.tp_src", "ct_tuple6.tp_src" }, "ip", outer),
  ct_tp_dst = field(int, { "ct_tuple4.tp_dst", "ct_tuple6.tp_dst" }, "ip", outer),
  tun_id = field(int, "tunnel.tun_id", nil, outer),
  tun_src = field(ip, "tunnel.src", nil, outer),
  tun_dst = field(ip, "tunnel.dst", nil, outer),
  tun_ipv6_src = field(ip, "tunnel.ipv6_src", nil, outer),
  tun_ipv6_dst = field(ip, "tunnel.ipv6_dst", nil, outer),
  tun_tos = field(int, "tunnel.tos", nil, outer),
  tun_ttl = field(int, "tunnel.ttl", nil, outer),
  tun_gbp_id = field(int, "tunnel.vxlan.gbp.id", nil, outer),
  tun_gbp_flags = field(int, "tunnel.vxlan.gbp.flags", nil, outer),
  eth_src = field(mac, "eth.src", nil, outer),
  eth_dst = field(mac, "eth.dst", nil, outer),
  eth_type = field(int, "eth_type"),
  vlan_tci = field(int, "vlan", nil, outer),
  vlan_vid = field(int, "vlan", nil, { outer = true, bits = 0x1fff }),
  dl_vlan = field(vlan_id, "vlan", nil, { outer = true, bits = 0x1fff }),
  vlan_pcp = field(vlan_priority, "vlan", "vlan", { outer = true, bits = 0xf000 }),
  dl_vlan_pcp = field(vlan_priority, "vlan", nil, { outer = true, bits = 0xf000 }),
  mpls_label = field(int, "mpls.label", "mpls"),
  mpls_tc = field(int, "mpls.tc", "mpls"),
  mpls_ttl = field(int, "mpls.ttl", "mpls"),
  mpls_bos = field(int, "mpls.bos", "mpls"),
  nw_src = field(ip, "ipv4.src", "ipv4"),
  nw_dst = field(ip, "ipv4.dst", "ipv4"),
  ipv6_src = field(ip, "ipv6.src", "ipv6"),
  ipv6_dst = field(ip, "ipv6.dst", "ipv6"),
  ipv6_label = field(int, "ipv6.label", "ipv6"),
  nw_proto = field(int, { "ipv4.proto", "ipv6.proto" }, "ip"),
  nw_tos = field(int, tos, "ip", { bits = 0xfc }),
  ip_dscp = field(int, tos, "ip", { bits = 0xfc, shift = 2 }),
  nw_ecn = field(int, tos, "ip", { bits = 3 }),
  nw_ttl = field(int, { "ipv4.ttl", "ipv6.hlimit" }, "ip"),
  ip_frag = field(frag, { "ipv4.frag", "ipv6.frag" }, "ip"),
  arp_op = field(int, "arp.op", "arp"),
  arp_spa = field(ip, "arp.sip", "arp"),
  arp_tpa = field(ip, "arp.tip", "arp"),
  arp_sha = field(mac, "arp.sha", "arp"),
  arp_tha = field(mac, "arp.tha", "arp"),
  tcp_src = field(int, "tcp.src", "tcp"),
  tcp_dst = field(int, "tcp.dst", "tcp"),
  tcp_flags = field(tcp_flags, "tcp_flags", "tcp"),
  udp_src = field(int, "udp.src", "udp"),
  udp_dst = field(int, "udp.dst", "udp"),
  sctp_src = field(int, "sctp.src", "sctp"),
  sctp_dst = field(int, "sctp.dst", "sctp"),
  icmp_type = field(int, "icmp.type", "icmp"),
  icmp_code = field(int, "icmp.code", "icmp"),
  icmpv6_type = field(int, "icmpv6.type", "icmpv6"),
  icmpv6_code = field(int, "icmpv6.code", "icmpv6"),
  nd_target = field(ip, "nd.target", "nd"),
  nd_sll = field(mac, "nd.sll", "nd"),
  nd_tll = field(mac, "nd.tll", "nd"),
  nsh_flags = field(int, "nsh.flags", "nsh"),
  nsh_ttl = field(int, "nsh.ttl", "nsh"),
  nsh_spi = field(int, "nsh.spi", "nsh"),
  nsh_si = field(int, "nsh.si", "nsh"),
  nsh_c1 = field(int, "nsh.c1", "nsh"),
  nsh_c2 = field(int, "nsh.c2", "nsh"),
  nsh_c3 = field(int, "nsh.c3", "nsh"),
  nsh_c4 = field(int, "nsh.c4", "nsh"),
}

for name, of in pairs {
  dl_src = "eth_src", dl_dst = "eth_dst", dl_type = "eth_type", tunnel_id = "tun_id",
  ip_src = "nw_src", ip_dst = "nw_dst", ip_proto = "nw_proto", ip_ecn = "nw_ecn", tp_src = "tcp_src", tp_dst = "tcp_dst",
} do
  M.fields[name] = M.fields[of]
end
--- A protocol: what its name says of the Ethernet type and the IP protocol.
---@class dpctl.Protocol
---@field [1] integer
---@field [2] integer?

--- The protocols by name.
---@type table<string, dpctl.Protocol>
M.protocols = {
  ip = { 0x0800 }, ipv4 = { 0x0800 }, ip4 = { 0x0800 }, arp = { 0x0806 }, rarp = { 0x8035 }, mpls = { 0x8847 }, mplsm = { 0x8848 },
  icmp = { 0x0800, 1 }, icmp4 = { 0x0800, 1 }, tcp = { 0x0800, 6 }, tcp4 = { 0x0800, 6 }, udp = { 0x0800, 17 }, udp4 = { 0x0800, 17 },
  sctp = { 0x0800, 132 }, sctp4 = { 0x0800, 132 }, ipv6 = { 0x86dd }, ip6 = { 0x86dd }, icmpv6 = { 0x86dd, 58 }, icmp6 = { 0x86dd, 58 },
  tcp6 = { 0x86dd, 6 }, udp6 = { 0x86dd, 17 }, sctp6 = { 0x86dd, 132 },
}

--- What a field needs that was said before it: by the Ethernet type and IP protocol, or other values.
---@type table<string, fun(said: table<string, any>, eth_type: integer?, proto: integer?): boolean>
M.needs = {
  ipv4 = function(_, eth_type) return eth_type == 0x0800 end,
  ipv6 = function(_, eth_type) return eth_type == 0x86dd end,
  ip = function(_, eth_type) return eth_type == 0x0800 or eth_type == 0x86dd end,
  arp = function(_, eth_type) return eth_type == 0x0806 or eth_type == 0x8035 end,
  mpls = function(_, eth_type) return eth_type == 0x8847 or eth_type == 0x8848 end,
  nsh = function(_, eth_type) return eth_type == 0x894f end,
  vlan = function(said) return said.vlan_vid ~= nil or said.dl_vlan ~= nil or said.vlan_tci ~= nil end,
  icmp = function(_, eth_type, proto) return eth_type == 0x0800 and proto == 1 end,
  icmpv6 = function(_, eth_type, proto) return eth_type == 0x86dd and proto == 58 end,
  nd = function(said, _, proto)
    local t = said.icmpv6_type
    return proto == 58 and (t == odp.u64(135) or t == odp.u64(136))
  end,
}
for name, number_of in pairs { tcp = 6, udp = 17, sctp = 132 } do
  M.needs[name] = function(_, eth_type, proto) return (eth_type == 0x0800 or eth_type == 0x86dd) and proto == number_of end
end

--- Fields that no flow of the kernel matches, so that every flow agrees with them.
---@param name string
---@return boolean
function M.unmatched(name)
  return name:find "^x?x?reg%d+$" ~= nil or name == "metadata" or name == "packet_type" or name == "actset_output"
end

return M
