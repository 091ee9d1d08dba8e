-- Network service headers put on, changed, taken off and matched, seen on the wire.
local t = require "test"
local wire = require "lib.wire"
local packet = require "packet"

local b = wire.bench(2)
local outer = { src = "02:00:00:00:00:08", dst = "02:00:00:00:00:09" }
local on_eth = "push_eth(src=02:00:00:00:00:08,dst=02:00:00:00:00:09)"

local function service(nsh, inner) return packet.build { eth = outer, nsh = nsh, inner = inner } end

local context = { spi = 0x1234, si = 200, ttl = 60, c1 = 0x11223344, c2 = 0x55667788, c3 = 0x99aabbcc, c4 = 0xddeeff00 }
local text = "flags=0,ttl=60,mdtype=1,np=%d,spi=0x1234,si=200,c1=0x11223344,c2=0x55667788,c3=0x99aabbcc,c4=0xddeeff00"

-- Over a whole frame, and over the packet in it.
local spec = wire.specs.udp
local framed = service(context, spec)
b:gives(("push_nsh(%s),%s,2"):format(text:format(3), on_eth), wire.frame "udp", framed)
b:gives("pop_eth,pop_nsh,2", framed, wire.frame "udp")
-- The kernel takes off only what the flow has matched.
t.raises(function() b:pass(("push_nsh(%s),%s,pop_eth,pop_nsh,2"):format(text:format(3), on_eth), wire.frame "udp") end, "EINVAL")
for name, np in pairs { udp = 1, udp6 = 2 } do
  local bare = wire.merge(wire.specs[name], { eth = "none" })
  b:gives(("pop_eth,push_nsh(%s),%s,2"):format(text:format(np), on_eth), wire.frame(name), service(context, bare))
  b:gives("pop_eth,pop_nsh," .. on_eth .. ",2", service(context, bare), wire.frame(name, { eth = outer }))
end
-- Metadata of type 2.
local md2 = { spi = 5, si = 255, ttl = 63, mdtype = 2, metadata = "\1\2\3\4abcd" }
b:gives("push_nsh(flags=0,ttl=63,mdtype=2,np=3,spi=0x5,si=255,md2=0x0102030461626364)," .. on_eth .. ",2", wire.frame "udp", service(md2, spec))
b:gives("pop_eth,pop_nsh,2", service(md2, spec), wire.frame "udp")

local function changed(changes) return service(wire.merge(context, changes), spec) end

-- No kernel has ever set a field: what its check of the attributes takes is not what would set them.
for _, set in ipairs { "flags=1", "ttl=9", "spi=0x4321", "si=199", "c1=0x1", "spi=0xff/0xff",
  "flags=0,ttl=9,mdtype=1,np=3,spi=0x5,si=9,c1=0x9,c2=0x0,c3=0x0,c4=0x0" } do
  t.raises(function() b:pass(("set(nsh(%s)),2"):format(set), framed) end, "EINVAL")
end

-- Each field matched.
local head = "in_port(1),eth(),eth_type(0x894f),"
for _, case in ipairs {
  { "flags=0", { flags = 2 } }, { "ttl=60", { ttl = 59 } }, { "np=3" }, { "mdtype=1" }, { "spi=0x1234", { spi = 0x1235 } }, { "si=200", { si = 199 } },
  { "c1=0x11223344", { c1 = 0x11223345 } }, { "c2=0x55667788", { c2 = 0 } }, { "c3=0x99aabbcc", { c3 = 0 } }, { "c4=0xddeeff00", { c4 = 0 } },
  { "spi=0x1200/0xff00", { spi = 0x2234 } },
} do
  local wrong = case[2] and changed(case[2])
  if case[1] == "np=3" then wrong = service(context, wire.merge(spec, { eth = "none" })) end
  if case[1] == "mdtype=1" then wrong = service(md2, spec) end
  b:takes(head .. ("nsh(%s)"):format(case[1]), framed, wrong)
end

t.raises(function() b:pass("pop_nsh,2", wire.frame "udp") end, "EINVAL")

b:close()
