-- Frames in one call each, for tests that need some plain ones. Every builder takes a flat table and has
-- a default for each field. What is not plain is built with module packet.
local packet = require "packet"
local M = {}

M.mac1, M.mac2 = "02:00:00:00:00:01", "02:00:00:00:00:02"

--- A frame with these headers behind Ethernet's and IP's.
local function build(f, layers)
  layers.eth = { src = f.eth_src or M.mac1, dst = f.eth_dst or M.mac2, type = f.type }
  return packet.build(layers)
end

--- f.eth_src, f.eth_dst, type, payload.
function M.eth(f)
  return build(f, { payload = f.payload or string.rep("\0", 46) })
end

--- The frame with an 802.1Q tag, or one of another type, put behind its addresses.
function M.tagged(frame, vid, pcp, tpid)
  local type = frame:byte(13) * 256 + frame:byte(14)
  local tag = packet.build { eth = {}, vlan = { vid = vid, pcp = pcp, tpid = tpid, type = type } }
  return frame:sub(1, 12) .. tag:sub(13) .. frame:sub(15)
end

--- f.op, sha, sip, tha, tip.
function M.arp(f)
  return build(f, { arp = { op = f.op, sha = f.sha or M.mac1, sip = f.sip or "10.0.0.1", tha = f.tha, tip = f.tip or "10.0.0.2" } })
end

--- Whether the frame is one of IPv6.
local function is_v6(f) return f.src ~= nil and f.src:find(":", 1, true) ~= nil end

--- IP before other headers.
local function over_ip(f, layers)
  if is_v6(f) then
    layers.ipv6 = { src = f.src, dst = f.dst, tclass = f.tos, label = f.label, proto = f.proto, hlimit = f.ttl }
  else
    local frag = f.frag or 0
    -- A later fragment does not say what follows it, so this has to.
    local proto = f.proto or layers.udp and 17 or layers.tcp and 6 or layers.icmp and 1 or nil
    layers.ipv4 = { src = f.src or "10.0.0.1", dst = f.dst or "10.0.0.2", tos = f.tos, proto = proto, ttl = f.ttl,
      mf = frag % 0x4000 >= 0x2000, offset = frag % 0x2000 }
  end
  return build({ eth_src = f.eth_src, eth_dst = f.eth_dst }, layers)
end

--- f.src, dst, proto, payload, tos, ttl, and for IPv4 frag: flags and offset in 8 bytes. Addresses
--- with a colon make it IPv6.
function M.ip(f) return over_ip(f, { payload = f.payload or "" }) end

--- As M.ip, and f.sport, dport.
function M.udp(f)
  return over_ip(f, { udp = { src = f.sport or 1000, dst = f.dport or 2000 }, payload = f.payload or "some data" })
end

--- As M.ip, and f.sport, dport, flags (2 is SYN).
function M.tcp(f)
  return over_ip(f, { tcp = { src = f.sport or 1000, dst = f.dport or 2000, seq = 1, flags = f.flags or 2 }, payload = f.payload or "" })
end

--- As M.ip, and f.icmp_type, code. Over IPv6 it is ICMPv6.
function M.icmp(f)
  if is_v6(f) then
    return over_ip(f, { icmpv6 = { type = f.icmp_type or 128, code = f.code }, payload = "\0\0\0\1" })
  end
  return over_ip(f, { icmp = { type = f.icmp_type or 8, code = f.code, seq = 1 }, payload = "" })
end

--- A neighbour solicitation: as M.ip, and f.target, sll.
function M.solicit(f)
  return over_ip({ src = f.src or "fd00::1", dst = f.dst or "fd00::2", ttl = f.ttl or 255, eth_src = f.eth_src, eth_dst = f.eth_dst },
    { icmpv6 = { type = f.icmp_type or 135 }, nd = { target = f.target or "fd00::2", sll = f.sll or M.mac1 } })
end

return M
