-- Frames that are sent on one device and captured on another: byte for byte, in order, with their tags,
-- bounded, counted, in any namespace.
local odp, net, packet = require "odp", require "net", require "packet"
local t = require "test"
local topology = require "lib.topology"
local wire = require "lib.wire"

topology.quiet()
local there = net.namespace()
topology.quiet(there)
local a, b = net.veth { a = "va", b = "vb", peer_ns = there }
wire.running(a, b)
local cap = b:capture()

-- One tag, two, of either type, none; the shortest and the longest.
for _, tags in ipairs { {}, { { vid = 5, pcp = 7 } }, { { tpid = 0x88a8, vid = 5, dei = true } }, { { tpid = 0x88a8, vid = 0 }, { vid = 6 } },
  { { vid = 1 }, { vid = 2 }, { vid = 3 } } } do
  local frame = wire.frame("udp", #tags > 0 and { vlan = tags } or {})
  t.eq(a:send(frame), a)
  local got, info = cap:next()
  t.eq(got, frame, tostring(packet.dissect(frame)))
  t.eq(info.direction, "in")
  t.eq(info.csum_partial, false)
end
for _, frame in ipairs { wire.frame("udp"):sub(1, 14), wire.frame("ipv4", { payload = ("x"):rep(1480) }) } do
  a:send(frame)
  t.eq(cap:next(), frame)
end

-- Many, in order; next waits no longer than it is told, and the event loop runs on meanwhile.
local many = {}
for i = 1, 500 do many[i] = wire.frame("udp", { udp = { src = i } }) end
a:send(many)
t.eventually("all come", function() return cap.stats.queued == 500 end)
wire.same(cap:take(), many, "in order")
t.eq(cap:next(0), nil)
local ran = false
odp.after(0.01, function() ran = true a:send(many[1]) end)
t.eq(cap:next(), many[1])
t.ok(ran, "the timer ran")
t.eq(cap:next(0.01), nil)

-- What a device sends, on request.
local out, both = a:capture { direction = "out" }, a:capture { direction = "both" }
a:send(many[1])
b:send(many[2])
t.eq(out:next(), many[1])
local _, info = both:next()
t.eq(info.direction, "out")
_, info = both:next()
t.eq(info.direction, "in")
t.eq(out:next(0), nil)

-- A queue that is full drops the newest, and counts.
local small = b:capture { queue = 3 }
a:send(many)
t.eventually("all are counted", function() return small.stats.captured == 500 end)
t.eq(small.stats.dropped, 497)
wire.same(small:take(), { many[1], many[2], many[3] }, "the oldest stay")

-- Stopped, it gives what it had and then nothing.
small:stop()
small:stop()
t.eq(small:next(), nil)

-- The kernel leaves the checksum of its own packets to the device, and a veth computes none: that is told.
a:addr("192.0.2.1/24")
net.add_neighbour { ip = "192.0.2.2", mac = b.mac, dev = a }
assert(net.run "bash -c 'echo hello > /dev/udp/192.0.2.2/9'")
local frame, told
repeat frame, told = cap:next() until packet.dissect(t.ok(frame, "the datagram")).payload == "hello\n"
t.eq(packet.dissect(frame).udp.csum_ok, false)
t.eq(told.csum_partial, true)

-- Down and up again, and gone.
a:down()
t.eq(t.raises(function() a:send(many[1]) end, "link send va").errno, "ENETDOWN")
a:up()
wire.running(a, b)
cap:take()
a:send(many[7])
t.eventually("it still captures", function() return cap:next(0) == many[7] end)
t.raises(function() a:send("short") end, "frame 1", "14 bytes", "5")
t.raises(function() a:send { many[1], 5 } end, "frame 2", "string")
t.raises(function() a:send(7) end, "string")
t.raises(function() b:capture { direction = "sideways" } end, "direction", "both")
t.raises(function() b:capture { queue = 0 } end, "queue")
t.raises(function() b:capture { size = 1 } end, "size")

there:delete()
t.eq(cap:next(), nil)
t.raises(function() b:send(many[1]) end, "deleted")
t.raises(function() b:capture() end, "deleted")

-- Only what a match takes, only the first bytes, with the time; one by one in a loop, or given to a function.
local here = net.namespace()
topology.quiet(here)
local c, d = net.veth { a = "vc", b = "vd", ns = here, peer_ns = here, offloads = false }
wire.running(c, d)
local arps = d:capture { match = "eth_type(0x0806)", snap = 20 }
local https = d:capture { match = { eth_type = 0x0800, ipv4 = { dst = "10.0.0.0/8" }, tcp = { dst = 443 } }, queue = 2 }
local heard = {}
local listener = d:on_frame(function(heard_frame, info) heard[#heard + 1] = { heard_frame, info } end, { match = "eth(),eth_type(0x0800),ipv4(proto=17),udp(src=7)" })
local wanted, other = wire.frame("tcp", { tcp = { dst = 443 } }), wire.frame("tcp", { tcp = { dst = 444 } })
c:send { wire.frame("arp"), wanted, other, wire.frame("udp"), wanted, wire.frame("udp", { udp = { src = 7 } }) }
local got, told = arps:next()
t.eq(got, wire.frame("arp"):sub(1, 20))
t.eq(told.size, #wire.frame("arp"))
t.near(told.time, os.time(), 5)
local loop = {}
for frame, about in https:frames(0.5) do
  loop[#loop + 1] = frame
  t.eq(about.size, #wanted)
  if #loop == 2 then https:stop() end
end
wire.same(loop, { wanted, wanted }, "those that the match takes")
t.eq(https.stats.captured, 2)
t.eq(arps.stats.captured, 1)
t.eventually("the function is called", function() return #heard == 1 end)
t.eq(heard[1][1], wire.frame("udp", { udp = { src = 7 } }))
t.eq(heard[1][2].direction, "in")
t.eq(listener.stats.handled, 1)
listener:stop()
c:send(wire.frame("udp", { udp = { src = 7 } }))
local after = {}
for frame in arps:frames(0.05) do after[#after + 1] = frame end
t.eq(#after, 0)
t.eq(#heard, 1)
t.raises(function() d:capture { match = "no_such_key(1)" } end, "no_such_key")
t.raises(function() d:capture { snap = -1 } end, "'snap'")
t.raises(function() d:on_frame(5) end, "function expected")
local last = d:on_frame(function() end)
here:delete()
t.eq(last.active, false)
