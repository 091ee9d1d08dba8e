-- MPLS labels put on, changed, taken off and matched, seen on the wire.
local t = require "test"
local wire = require "lib.wire"

local b = wire.bench(2)

--- A frame with a label stack. Its Ethernet header says MPLS.
local function labelled(name, ...) return wire.frame(name, { mpls = { ... } }) end

for name, ethertype in pairs { udp = "0x0800", tcp6 = "0x86dd" } do
  local plain = wire.frame(name)
  local one = labelled(name, { label = 100, tc = 3, ttl = 64 })
  local two = labelled(name, { label = 200, tc = 1, ttl = 30 }, { label = 100, tc = 3, ttl = 64 })
  local off = ("pop_mpls(eth_type=%s)"):format(ethertype)

  b:gives("push_mpls(label=100,tc=3,ttl=64,bos=1,eth_type=0x8847),2", plain, one)
  b:gives("push_mpls(label=1048575,tc=7,ttl=255,bos=1,eth_type=0x8848),2", plain,
    wire.frame(name, { eth = { type = 0x8848 }, mpls = { { label = 1048575, tc = 7, ttl = 255 } } }))
  b:gives("push_mpls(label=200,tc=1,ttl=30,bos=0,eth_type=0x8847),2", one, two)
  b:gives("push_mpls(label=100,tc=3,ttl=64,bos=1,eth_type=0x8847),push_mpls(label=200,tc=1,ttl=30,bos=0,eth_type=0x8847),2", plain, two)
  b:gives(off .. ",2", one, plain)
  b:gives("pop_mpls(eth_type=0x8847),2", two, one)
  b:gives("pop_mpls(eth_type=0x8847)," .. off .. ",2", two, plain)
  -- On and off again: behind it, what is inside can be changed.
  b:gives("push_mpls(label=7,tc=0,ttl=1,bos=1,eth_type=0x8847)," .. off .. ",2", plain, plain)

  b:gives("set(mpls(label=300)),2", one, labelled(name, { label = 300, tc = 3, ttl = 64 }))
  b:gives("set(mpls(label=0x5/0xf,ttl=9)),2", one, labelled(name, { label = 101, tc = 3, ttl = 9 }))
  b:gives("set(mpls(label=300,tc=0,ttl=1,bos=0)),2", two, labelled(name, { label = 300, tc = 0, ttl = 1 }, { label = 100, tc = 3, ttl = 64 }))

  -- Each field of the key, and of the entry under it.
  local head = "in_port(1),eth(),eth_type(0x8847),"
  b:takes(head .. "mpls(label=100/0xfffff,tc=0/0,ttl=0x0/0x0,bos=0/0)", one, labelled(name, { label = 101, tc = 3, ttl = 64 }))
  b:takes(head .. "mpls(label=0/0,tc=3/7,ttl=0x0/0x0,bos=0/0)", one, labelled(name, { label = 100, tc = 2, ttl = 64 }))
  b:takes(head .. "mpls(label=0/0,tc=0/0,ttl=0x40/0xff,bos=0/0)", one, labelled(name, { label = 100, tc = 3, ttl = 63 }))
  b:takes(head .. "mpls(label=0/0,tc=0/0,ttl=0x0/0x0,bos=1/1)", one, two)
  b:takes(head .. "mpls(label=200,tc=1,ttl=30,bos=0)", two, one)
  b:takes(head .. "mpls(label=200,tc=1,ttl=30,bos=0,label=100,tc=3,ttl=64,bos=1)", two, labelled(name, { label = 200, tc = 1, ttl = 30 }, { label = 101, tc = 3, ttl = 64 }))
end

-- A label before the Ethernet header: the whole frame is carried. A new header goes in front.
local udp = wire.frame "udp"
local packet = require "packet"
b:gives("add_mpls(label=100,tc=3,ttl=64,bos=1,eth_type=0x8847),push_eth(src=02:00:00:00:00:08,dst=02:00:00:00:00:09),2", udp,
  packet.build { eth = { src = "02:00:00:00:00:08", dst = "02:00:00:00:00:09" }, mpls = { label = 100, tc = 3, ttl = 64 }, payload = udp })

t.raises(function() b:pass("pop_mpls(eth_type=0x0800),2", udp) end, "EINVAL")
t.raises(function() b:pass("set(mpls(label=1)),2", udp) end, "EINVAL")
t.raises(function() b:pass("push_mpls(label=1048576,tc=0,ttl=1,bos=1,eth_type=0x8847),2", udp) end, "label")
t.raises(function() b:pass("push_mpls(label=1,tc=0,ttl=1,bos=1,eth_type=0x0800),2", udp) end)

b:close()
