-- Ethernet frames as strings, built by hand so that what the kernel and the program make of them can
-- be compared with something else. Every builder takes a table and has a default for each field.
local M = {}

M.mac1, M.mac2 = "02:00:00:00:00:01", "02:00:00:00:00:02"

local function be16(n) return string.char(math.floor(n / 256) % 256, n % 256) end
local function be32(n) return be16(math.floor(n / 65536)) .. be16(n % 65536) end

local function mac(text)
  return (text:gsub("(%x%x):?", function(byte) return string.char(tonumber(byte, 16)) end))
end

local function ipv4_address(text)
  return (text:gsub("(%d+)%.?", function(byte) return string.char(tonumber(byte)) end))
end

local function ipv6_address(text)
  local function words(part)
    return (part:gsub("(%x+):?", function(word) return be16(tonumber(word, 16)) end))
  end
  local front, back = text:match("^(.-)::(.*)$")
  if not front then return words(text) end
  front, back = words(front), words(back)
  return front .. string.rep("\0", 16 - #front - #back) .. back
end

local function address(text) return text:find(":", 1, true) and ipv6_address(text) or ipv4_address(text) end

--- The internet checksum of some bytes.
local function checksum(bytes)
  local sum = 0
  for i = 1, #bytes, 2 do sum = sum + bytes:byte(i) * 256 + (bytes:byte(i + 1) or 0) end
  while sum > 65535 do sum = sum % 65536 + math.floor(sum / 65536) end
  return be16(65535 - sum)
end

--- f.eth_src, f.eth_dst, type, payload.
function M.eth(f)
  return mac(f.eth_dst or M.mac2) .. mac(f.eth_src or M.mac1) .. be16(f.type or 0x88b5) .. (f.payload or string.rep("\0", 46))
end

--- The frame with an 802.1Q tag, or one of another type, put behind its addresses.
function M.tagged(frame, vid, pcp, tpid)
  return frame:sub(1, 12) .. be16(tpid or 0x8100) .. be16((pcp or 0) * 8192 + vid) .. frame:sub(13)
end

--- f.op, sha, sip, tha, tip.
function M.arp(f)
  return M.eth { eth_src = f.eth_src, eth_dst = f.eth_dst, type = 0x0806,
    payload = be16(1) .. be16(0x0800) .. "\6\4" .. be16(f.op or 1) .. mac(f.sha or M.mac1)
      .. ipv4_address(f.sip or "10.0.0.1") .. mac(f.tha or "00:00:00:00:00:00") .. ipv4_address(f.tip or "10.0.0.2") }
end

--- f.src, dst, proto, payload, tos, ttl, and for IPv4 frag: flags and offset in 8 bytes. Addresses
--- with a colon make it IPv6.
function M.ip(f)
  local src, dst = f.src or "10.0.0.1", f.dst or "10.0.0.2"
  local payload, tos, ttl, proto = f.payload or "", f.tos or 0, f.ttl or 64, f.proto or 253
  if src:find(":", 1, true) then
    return M.eth { eth_src = f.eth_src, eth_dst = f.eth_dst, type = 0x86dd,
      payload = be32(0x60000000 + tos * 0x100000 + (f.label or 0)) .. be16(#payload)
        .. string.char(proto, ttl) .. address(src) .. address(dst) .. payload }
  end
  local before = string.char(0x45, tos) .. be16(20 + #payload) .. be16(0) .. be16(f.frag or 0) .. string.char(ttl, proto)
  local after = address(src) .. address(dst)
  return M.eth { eth_src = f.eth_src, eth_dst = f.eth_dst, type = 0x0800,
    payload = before .. checksum(before .. "\0\0" .. after) .. after .. payload }
end

--- What a transport checksum covers beside the payload.
local function pseudo(f, proto, length)
  return address(f.src or "10.0.0.1") .. address(f.dst or "10.0.0.2") .. be32(length) .. be32(proto)
end

local function over_ip(f, proto, before, after)
  local covered = before .. "\0\0" .. after
  local sum = checksum((proto == 1 and "" or pseudo(f, proto, #covered)) .. covered)
  local ip = {}
  for k, v in pairs(f) do ip[k] = v end
  ip.proto, ip.payload = proto, before .. sum .. after
  return M.ip(ip)
end

--- As M.ip, and f.sport, dport.
function M.udp(f)
  local data = f.payload or "some data"
  return over_ip(f, 17, be16(f.sport or 1000) .. be16(f.dport or 2000) .. be16(8 + #data), data)
end

--- As M.ip, and f.sport, dport, flags (2 is SYN).
function M.tcp(f)
  return over_ip(f, 6, be16(f.sport or 1000) .. be16(f.dport or 2000) .. be32(1) .. be32(0)
    .. string.char(0x50, f.flags or 2) .. be16(65535), be16(0) .. (f.payload or ""))
end

--- As M.ip, and f.icmp_type, code. Over IPv6 it is ICMPv6.
function M.icmp(f)
  local v6 = f.src and f.src:find(":", 1, true)
  return over_ip(f, v6 and 58 or 1, string.char(f.icmp_type or (v6 and 128 or 8), f.code or 0), f.payload or be32(1))
end

--- A neighbour solicitation: as M.ip, and f.target, sll.
function M.solicit(f)
  local nd = { src = "fd00::1", dst = "fd00::2", ttl = 255, icmp_type = 135,
    payload = be32(0) .. address(f.target or "fd00::2") .. "\1\1" .. mac(f.sll or M.mac1) }
  for k, v in pairs(f) do nd[k] = v end
  return M.icmp(nd)
end

return M
