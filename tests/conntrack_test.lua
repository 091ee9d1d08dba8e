-- Connections of the kernel's tracker: listed to the same bytes as ovs-dpctl lists them, counted, found by
-- their fields, and removed by what is said of them. (ovs-dpctl removes single ones only from a kernel with
-- zones: see conntrack_zones_test.lua.)
local odp, net = require "odp", require "net"
local t = require "test"
local frames = require "lib.frames"

local dp = odp.create_datapath("dp0")
net.sysctl("net.netfilter.nf_conntrack_acct", 1)
for _, protocol in ipairs { "udp", "icmp", "icmpv6", "gre" } do net.sysctl("net.netfilter.nf_conntrack_" .. protocol .. "_timeout", 3600) end
net.sysctl("net.netfilter.nf_conntrack_checksum", 0) -- SCTP has another one than frames.lua knows

local function track(frame, actions) dp:execute { data = frame, in_port = 0, actions = actions or "ct(commit)" } end

--- A TCP segment with the options that scale the window and permit SACK.
local function scaled(f)
  return frames.ip { src = f.src, dst = f.dst, proto = 6,
    payload = f.ports .. "\0\0\0\1" .. f.ack .. "\112" .. f.flags .. "\255\255\0\0\0\0\3\3\7\4\2\1\1\0" }
end

--- One connection of each kind.
local function connections()
  odp.flush_conntrack()
  track(frames.udp {})
  track(frames.udp { src = "10.0.0.2", dst = "10.0.0.1", sport = 2000, dport = 1000 }, "ct")
  track(frames.tcp { sport = 1, dport = 2 }, "ct(commit,mark=0x5/0xff,label=0x123400000000000000000000000000ff/0xff00000000000000000000000000ffff)")
  track(scaled { src = "10.0.0.1", dst = "10.0.0.2", ports = "\0\10\0\20", ack = "\0\0\0\0", flags = "\2" })
  track(scaled { src = "10.0.0.2", dst = "10.0.0.1", ports = "\0\20\0\10", ack = "\0\0\0\2", flags = "\18" }, "ct")
  track(frames.tcp { sport = 10, dport = 20, flags = 16 }, "ct")
  track(frames.icmp {})
  track(frames.icmp { src = "fd00::1", dst = "fd00::2" })
  track(frames.udp { src = "fd00::1", dst = "fd00::2" }, "ct(commit,nat(src=fd00::99))")
  track(frames.udp { sport = 7 }, "ct(commit,nat(src=10.9.9.9:100-200))")
  track(frames.ip { proto = 253 })
  track(frames.ip { proto = 47, payload = "\0\0\8\0data" })
  track(frames.ip { proto = 132, payload = "\0\1\0\2\0\0\0\0\0\0\0\0" -- an INIT
    .. "\1\0\0\20\1\2\3\4\0\0\255\255\0\1\0\1\0\0\0\1" })
end

local listing = require "lib.listing"
local theirs, sorted = listing.theirs, listing.sorted
local function ours(opts) return listing.ours(nil, opts) end

local function count(match)
  local n = 0
  for _ in odp.conntrack(match) do n = n + 1 end
  return n
end

-- The same text.
connections()
local all = count()
t.eq(all, 10)
t.eq(ours(), sorted(theirs("dump-conntrack")))
t.eq(ours { verbose = true }, sorted(theirs("dump-conntrack", "-m")))
t.eq(ours { stats = true }, sorted(theirs("dump-conntrack", "-s")))
t.eq(ours { verbose = true, stats = true }, sorted(theirs("dump-conntrack", "-m", "-s")))
t.contains(ours { verbose = true }, "wscale_orig=7,wscale_reply=7,flags_orig=WINDOW_SCALE|SACK_PERM|BE_LIBERAL|MAXACK_SET")
t.contains(ours(), "sctp,orig=(src=10.0.0.1,dst=10.0.0.2,sport=1,dport=2)")
t.eq(tostring(odp.conntrack_stats()), theirs("ct-stats-show"))
t.eq(odp.conntrack_stats():text { verbose = true }, theirs("ct-stats-show", "-m"))

-- The same numbers.
local stats, kernel = odp.conntrack_stats(), odp.conntrack_table()
t.eq(stats.total, all)
t.eq(stats.tcp, 2)
t.eq(stats.tcp_states.ESTABLISHED, 1)
t.eq(stats.tcp_states.SYN_SENT, 1)
t.eq(stats.udp, 3)
t.eq(stats.icmpv6, 1)
t.eq(stats.other, 2)
t.eq(kernel.entries, all)
t.ok(kernel.max >= all, "room in the table")
t.eq(kernel.drop, 0)

-- The fields of one.
local function one(match)
  local found
  for c in odp.conntrack(match) do
    t.eq(found, nil, "a second connection")
    found = c
  end
  return t.ok(found, "the connection")
end
local c = one { proto = "tcp", orig = { sport = 1 } }
t.eq(c.proto, "tcp")
t.eq(c.orig.src, "10.0.0.1")
t.eq(c.orig.dst, "10.0.0.2")
t.eq(c.orig.sport, 1)
t.eq(c.reply.dport, 1)
t.eq(c.orig.type, nil)
t.eq(c.zone, 0)
t.eq(c.state, "SYN_SENT")
t.eq(c.status, "CONFIRMED")
t.eq(c.mark, 5)
t.eq(c.labels, "0x120000000000000000000000000000ff")
t.eq(c.orig_packets, 1)
t.eq(c.orig_bytes, 40)
t.eq(c.reply_packets, 0)
t.eq(c.parent, nil)
t.eq(c.helper, nil)
t.ok(c.timeout > 0 and c.timeout <= 120, "timeout of a connection that is not answered")
c = one { proto = 1 }
t.eq(c.proto, "icmp")
t.eq(c.orig.type, 8)
t.eq(c.reply.type, 0)
t.eq(c.orig.sport, nil)
t.eq(c.state, nil)
t.eq(one { proto = "253" }.proto, "253")
t.eq(one { reply = { dst = "10.9.9.9" } }.orig.sport, 7)
t.contains(one("'' ct_ipv6_dst=fd00::99").status, "SRC_NAT")
t.raises(function() return c.prto end, "odp.Connection has no field or method 'prto'", "proto")

-- Which are meant.
t.eq(count("ct_nw_proto=17"), 3)
t.eq(count { proto = "udp", orig = { src = "10.0.0.1" } }, 2)
t.eq(count { mark = 5 }, 1)
t.eq(count { mark = "0x1/0x1" }, 1)
t.eq(count { labels = "0xff/0xff" }, 1)
t.eq(count { labels = "0xfe/0xff" }, 0)
t.eq(count { orig = { src = "fd00::1" } }, 2)
t.eq(count { zone = 0 }, all)
t.eq(count { zone = 7 }, 0)
for _ in odp.conntrack() do break end -- left early
local list = odp.conntrack()
list()
list:close()
t.eq(list(), nil)

-- Removed by the text that names one; the others stay.
local texts = {}
for each in odp.conntrack() do table.insert(texts, each:match()) end
for i, text in ipairs(texts) do
  t.eq(one(text):match(), text)
  odp.flush_conntrack(text)
  t.eq(count(), all - i, "connections without " .. text)
  t.eq(count(text), 0, text)
end

-- Removed in part, whole, and one by one.
connections()
odp.flush_conntrack { proto = "udp" }
t.eq(count(), all - 3)
odp.flush_conntrack { proto = "udp" } -- nothing there is no error
odp.flush_conntrack { orig = one { proto = "icmp" }.orig, proto = "icmp" } -- what was read is what is taken
t.eq(count(), all - 4)
c = one { mark = 5 }
c:delete()
local err = t.raises(function() c:delete() end, "conntrack delete zone=0 ct_nw_src=10.0.0.1", "no such connection")
t.eq(err.errno, "ENOENT")
err = t.raises(function() odp.flush_conntrack(c:match()) end, "conntrack flush", "no such connection")
t.eq(err.errno, "ENOENT")
t.eq(count(), all - 5)
odp.flush_conntrack("zone=0")
t.eq(count(), 0)
connections()
odp.flush_conntrack()
t.eq(count(), 0)
t.eq(tostring(odp.conntrack_stats()), theirs("ct-stats-show"))

-- Many: they are read as they come, and removed a batch at a time.
local batch = dp:batch()
for port = 1, 1500 do batch:execute { data = frames.udp { sport = port }, in_port = 0, actions = "ct(commit)" } end
t.eq(batch:send(), 0, "packets that were refused")
t.eq(count(), 1500)
odp.flush_conntrack { orig = { dst = "10.0.0.2" } }
t.eq(count(), 0)

-- Another namespace has its own.
local ns = net.namespace()
track(frames.udp {})
t.eq(count(), 1)
local there = odp.create_datapath { name = "dp1", netns = ns }
t.eq(odp.conntrack_stats(nil, ns).total, 0)
there:execute { data = frames.tcp {}, in_port = 0, actions = "ct(commit)" }
t.eq(odp.conntrack_stats(nil, ns).tcp, 1)
odp.flush_conntrack(nil, ns)
t.eq(odp.conntrack_stats(nil, ns).total, 0)
t.eq(count(), 1)
there:delete()

-- Wrong input is refused in words, at its place.
for _, case in ipairs {
  { "zone=5 ct_nw_srk=1.2.3.4", "column 8", "ct_nw_src" },
  { "ct_nw_src=fd00::1", "column 11", "an IPv4 address" },
  { "ct_tp_src=1", "port without a protocol" },
  { { zone = 65536 }, "field 'zone'", "0 to 65535" },
  { { zoen = 1 }, "unknown field 'zoen'", "zone" },
  { { proto = "tpc" }, "field 'proto'", "tcp" },
  { { mark = "5/" }, "field 'mark'" },
  { { labels = "0x1 zone=1" }, "field 'labels'" },
  { { orig = { src = "10.0.0" } }, "field 'src'", "address" },
  { { orig = { sport = 1 } }, "port without a protocol" },
  { { proto = "icmp", orig = { sport = 1 } }, "ICMP" },
  { { orig = { src = "10.0.0.1" }, reply = { src = "fd00::1" } }, "one family" },
  { 7, "a match of connections expected" },
} do
  local bad = table.remove(case, 1)
  t.raises(function() odp.flush_conntrack(bad) end, unpack(case))
  t.raises(function() for _ in odp.conntrack(bad) do end end, unpack(case))
end
t.eq(count(), 1, "connections after all that was refused")

-- These kernels are built without zones: one that cannot be is said to be so.
err = t.raises(function() odp.flush_conntrack { zone = 5, proto = "udp", orig = c.orig } end, "CONFIG_NF_CONNTRACK_ZONES")
t.eq(err.errno, "EOPNOTSUPP")
odp.flush_conntrack()
dp:delete()
