-- Frames that are given on a command line: as hexadecimal, as a capture file, or by their layers.
local packet, pcap = require "packet", require "pcap"
local M = {}

--- The flags by which a verb is given frames.
M.flags = {
  { name = "hex", kind = "text", value = "BYTES", doc = "a frame in hexadecimal; spaces and colons may stand between bytes" },
  { name = "read", short = "r", kind = "file", doc = "the frames of a capture file, pcap or pcapng; - is standard input" },
  { name = "layers", kind = "text", value = "LAYERS", doc = "a frame by its layers: 'eth(dst=02:00:00:00:00:02)/ipv4(dst=10.0.0.1)/udp(dst=53)/payload(text)'" },
}

M.details = [[
A frame is given by --hex, as --layers, or those of a capture file by --read. Layers and their fields are those of
packet.build, see `odp help packet.Frame`; lengths, checksums and what is not given are filled in.]]

local function from_hex(cmd, text)
  local digits = text:gsub("^0x", ""):gsub("[%s:]", "")
  local wrong = digits:find "%X"
  if wrong then cmd:usage(("--hex: hexadecimal digits expected, got %q"):format(digits:sub(wrong, wrong))) end
  if #digits % 2 > 0 or #digits == 0 then cmd:usage("--hex: two digits for each byte expected, got " .. #digits) end
  return (digits:gsub("%x%x", function(byte) return string.char(tonumber(byte, 16)) end))
end

-- What stands in the parentheses of a layer: name=value, separated by commas.
local function fields(cmd, layer, text)
  local list = {}
  for part in (text .. ","):gmatch "%s*([^,]*),%s*" do
    local name, value = part:match "^([%w_]+)%s*=%s*(.-)%s*$"
    if not name and part ~= "" then cmd:usage(("--layers: %s: NAME=VALUE expected, got %q"):format(layer, part)) end
    if name then list[name] = tonumber(value) or value end
  end
  return list
end

local function from_layers(cmd, text)
  local spec, at = {}, 1
  repeat
    local from, to, layer, inside = text:find("^%s*([%w_]+)%s*(%b())%s*/?", at)
    if not from then cmd:usage(("--layers: column %d: a layer such as ipv4(dst=10.0.0.1) expected"):format(at)) end
    inside = inside:sub(2, -2)
    if layer == "payload" then
      spec.payload = inside
    elseif layer == "vlan" or layer == "mpls" then -- there may be several
      spec[layer] = spec[layer] or {}
      table.insert(spec[layer], fields(cmd, layer, inside))
    elseif spec[layer] then
      cmd:usage(("--layers: column %d: %s stands twice"):format(at, layer))
    else
      spec[layer] = fields(cmd, layer, inside)
    end
    at = to + 1
  until at > #text
  local ok, frame = pcall(packet.build, spec)
  if not ok then cmd:usage("--layers: " .. (require("command.message")(frame))) end
  return frame
end

--- The frames that a verb was given, one after the other: their bytes, and the packet of a capture file.
function M.given(cmd)
  local flags = cmd.flags
  local ways = (flags.hex and 1 or 0) + (flags.read and 1 or 0) + (flags.layers and 1 or 0)
  if ways ~= 1 then cmd:usage(ways == 0 and "--hex, --layers or --read expected" or "--hex, --layers and --read exclude each other") end
  if flags.read then
    local file = pcap.open(flags.read)
    return function()
      local p = file()
      if p then return p.data, p end
    end
  end
  local frame = flags.hex and from_hex(cmd, flags.hex) or from_layers(cmd, flags.layers)
  return function()
    local one = frame
    frame = nil
    return one
  end
end

return M
