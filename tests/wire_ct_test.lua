-- Connection tracking on the wire: states, marks, labels and zones as later flows see them, and address
-- translation both ways, with right checksums.
local odp = require "odp"
local t = require "test"
local wire = require "lib.wire"
local packet = require "packet"

local b = wire.bench(3)
local dp = b.dp
local frame, merge = wire.frame, wire.merge

--- Flows: each a match behind in_port's, and actions.
local function flows(list)
  dp:flush_flows()
  for _, f in ipairs(list) do dp:put_flow { match = f[1], actions = f[2] } end
end

--- A frame at a host comes out at another like this.
local function crosses(from, to, sent, want, what)
  b:send(from, sent)
  wire.same(b:out(to), { want or sent }, what)
end

local function swap(spec)
  local eth = { src = spec.eth.dst, dst = spec.eth.src }
  local back = { eth = eth }
  for _, name in ipairs { "ipv4", "ipv6", "tcp", "udp" } do
    if spec[name] then back[name] = { src = spec[name].dst, dst = spec[name].src } end
  end
  return merge(spec, back)
end

-- States of a TCP connection: new until it is committed and answered, then established, replies known as
-- such; what belongs to none is invalid.
local syn = merge(wire.specs.tcp, { tcp = { src = 1001, seq = 1000 }, payload = "none" })
local syn_ack = merge(swap(syn), { tcp = { flags = "syn|ack", seq = 5000, ack = 1001 } })
local ack = merge(syn, { tcp = { flags = "ack", seq = 1001, ack = 5001 } })
local stray = merge(syn, { tcp = { src = 1002, flags = "syn|fin" } })
local ip = "eth(),eth_type(0x0800),ipv4(proto=6)"
flows {
  { "recirc_id(0),in_port(1)," .. ip, "ct,recirc(0x1)" },
  { "recirc_id(0),in_port(2)," .. ip, "ct,recirc(0x1)" },
  { "recirc_id(0x1),ct_state(+new-est+trk-rpl-inv),in_port(1)," .. ip, "ct(commit),2" },
  { "recirc_id(0x1),ct_state(-new+est+trk+rpl-inv),in_port(2)," .. ip, "1" },
  { "recirc_id(0x1),ct_state(-new+est+trk-rpl-inv),in_port(1)," .. ip, "2" },
  { "recirc_id(0x1),ct_state(-new-est+trk+inv),in_port(1)," .. ip, "3" },
}
crosses(1, 2, packet.build(syn), nil, "a new connection")
crosses(2, 1, packet.build(syn_ack), nil, "its answer")
crosses(1, 2, packet.build(ack), nil, "established")
crosses(1, 3, packet.build(stray), nil, "invalid")
-- What belongs to no connection is not let in from the other side.
b:send(2, packet.build(merge(syn_ack, { tcp = { dst = 1003 } })))
wire.same(b:out(1), {}, "an answer to nothing")
-- Without ct nothing is tracked, and ct_clear makes it so again.
flows {
  { "recirc_id(0),in_port(1)," .. ip, "ct,ct_clear,recirc(0x1)" },
  { "recirc_id(0x1),ct_state(-trk),in_port(1)," .. ip, "2" },
  { "recirc_id(0x1),ct_state(+trk),in_port(1)," .. ip, "3" },
}
crosses(1, 2, packet.build(ack), nil, "ct_clear")
flows { { "recirc_id(0),ct_state(-trk),in_port(1)," .. ip, "2" } }
crosses(1, 2, packet.build(ack), nil, "not tracked")

-- Mark and label: given with the commit, seen by every later packet of the connection, whole and in part.
local udp = merge(wire.specs.udp, { udp = { src = 2001 } })
local reply = swap(udp)
local over_udp = "eth(),eth_type(0x0800),ipv4(proto=17)"
local label = "0x123456789abcdef0fedcba9876543210"
flows {
  { "recirc_id(0),in_port(1)," .. over_udp, "ct(commit,mark=0xf5/0xff,label=" .. label .. "),2" },
  { "recirc_id(0),in_port(2)," .. over_udp, "ct,recirc(0x2)" },
  { ("recirc_id(0x2),ct_state(+est+trk+rpl),ct_mark(0xf5),ct_label(%s),in_port(2),%s"):format(label, over_udp), "1" },
}
crosses(1, 2, packet.build(udp))
crosses(2, 1, packet.build(reply), nil, "mark and label")
for _, case in ipairs {
  { "ct_mark(0x5/0xf)", true }, { "ct_mark(0x6/0xf)", false }, { "ct_mark(0xf4)", false },
  { "ct_label(0x10/0xff)", true }, { "ct_label(0x11/0xff)", false },
  { "ct_label(0x12000000000000000000000000000000/0xff000000000000000000000000000000)", true },
  { "ct_label(0x13000000000000000000000000000000/0xff000000000000000000000000000000)", false },
  { "ct_tuple4(src=10.0.0.1,dst=10.0.0.2,proto=17,tp_src=2001,tp_dst=2000)", true },
  { "ct_tuple4(src=10.0.0.3)", false }, { "ct_tuple4(dst=10.0.0.1)", false }, { "ct_tuple4(tp_src=2000)", false },
  { "ct_tuple4(tp_dst=2001)", false }, { "ct_tuple4(proto=6)", false },
} do
  flows {
    { "recirc_id(0),in_port(2)," .. over_udp, "ct,recirc(0x2)" },
    { ("recirc_id(0x2),ct_state(+trk),%s,in_port(2),%s"):format(case[1], over_udp), "1" },
  }
  b:send(2, packet.build(reply))
  wire.same(b:out(1), case[2] and { packet.build(reply) } or {}, case[1])
end
-- A later commit changes the bits that it says.
flows {
  { "recirc_id(0),in_port(1)," .. over_udp, "ct(commit,mark=0x30/0xf0),recirc(0x2)" },
  { "recirc_id(0x2),ct_state(+trk),ct_mark(0x35),in_port(1)," .. over_udp, "2" },
}
crosses(1, 2, packet.build(udp), nil, "a mark in part")

-- A forced commit makes the packet's direction the connection's.
flows {
  { "recirc_id(0),in_port(2)," .. over_udp, "ct(force_commit),recirc(0x2)" },
  { "recirc_id(0x2),ct_state(+trk-rpl),in_port(2)," .. over_udp, "1" },
}
crosses(2, 1, packet.build(reply), nil, "a forced commit")

-- Address translation: the frame that goes out has the new address, what is sent to that comes back with
-- the old one. {what goes out, the nat, its new fields}
local port = 3000
local function translated(base, key, change, nat, what)
  port = port + 1
  local transport = base.udp and "udp" or "tcp"
  local out = merge(base, { [transport] = { src = port } })
  if change[transport] and not change[transport].src and not change[transport].dst then change[transport] = nil end
  local want = merge(out, change)
  flows {
    { "recirc_id(0),in_port(1),eth()," .. key, ("ct(commit,nat(%s)),2"):format(nat) },
    { "recirc_id(0),in_port(2),eth()," .. key, "ct(nat),recirc(0x3)" },
    { "recirc_id(0x3),ct_state(+est+trk+rpl),in_port(2),eth()," .. key, "1" },
  }
  crosses(1, 2, packet.build(out), packet.build(want), what .. ": " .. nat)
  local back = swap(want)
  if base.tcp then back = merge(back, { tcp = { flags = "syn|ack", seq = 9, ack = 2 } }) end
  local want_back = swap(out)
  if base.tcp then want_back = merge(want_back, { tcp = { flags = "syn|ack", seq = 9, ack = 2 } }) end
  crosses(2, 1, packet.build(back), packet.build(want_back), what .. ": back through " .. nat)
  -- And on: the next packet of the connection is translated without a commit.
  dp:put_flow { match = "recirc_id(0),in_port(1),eth()," .. key, actions = "ct(nat),2", mode = "replace" }
  local more = base.tcp and { tcp = { flags = "ack", seq = 2, ack = 10 } } or {}
  crosses(1, 2, packet.build(merge(out, more)), packet.build(merge(want, more)), what .. ": again through " .. nat)
end

local v4 = { udp = "eth_type(0x0800),ipv4(proto=17)", tcp = "eth_type(0x0800),ipv4(proto=6)" }
local v6 = { udp = "eth_type(0x86dd),ipv6(proto=17)", tcp = "eth_type(0x86dd),ipv6(proto=6)" }
for _, transport in ipairs { "udp", "tcp" } do
  local plain, plain6 = wire.specs[transport], wire.specs[transport .. "6"]
  local key, key6 = v4[transport], v6[transport]
  translated(plain, key, { ipv4 = { src = "192.0.2.1" } }, "src=192.0.2.1", transport)
  translated(plain, key, { ipv4 = { src = "192.0.2.2" }, [transport] = { src = 7000 } }, "src=192.0.2.2:7000", transport)
  translated(plain, key, { ipv4 = { src = "192.0.2.3" }, [transport] = { src = 7001 } }, "src=192.0.2.3-192.0.2.3:7001-7001,hash", transport)
  translated(plain, key, { ipv4 = { src = "192.0.2.4" } }, "src=192.0.2.4-192.0.2.4,persistent", transport)
  translated(plain, key, { ipv4 = { dst = "192.0.2.5" } }, "dst=192.0.2.5", transport)
  translated(plain, key, { ipv4 = { dst = "192.0.2.6" }, [transport] = { dst = 80 } }, "dst=192.0.2.6:80", transport)
  translated(plain6, key6, { ipv6 = { src = "fd00::100" } }, "src=fd00::100", transport)
  translated(plain6, key6, { ipv6 = { src = "fd00::101" }, [transport] = { src = 7002 } }, "src=[fd00::101]:7002", transport)
  translated(plain6, key6, { ipv6 = { dst = "fd00::102" } }, "dst=fd00::102", transport)
  translated(plain6, key6, { ipv6 = { dst = "fd00::103" }, [transport] = { dst = 81 } }, "dst=[fd00::103]:81", transport)
end

-- A range: connections get addresses of it and no others.
flows { { "recirc_id(0),in_port(1),eth()," .. v4.udp, "ct(commit,nat(src=192.0.2.32-192.0.2.35,random)),2" } }
for i = 1, 20 do b:send(1, packet.build(merge(wire.specs.udp, { ipv4 = { src = "10.0.1." .. i }, udp = { src = 4000 + i } }))) end
local got = b:out(2)
t.eq(#got, 20)
for _, f in ipairs(got) do
  local d = packet.dissect(f)
  local last = tonumber(d.ipv4.src:match("^192%.0%.2%.(%d+)$"))
  t.ok(last and last >= 32 and last <= 35, "of the range: " .. d.ipv4.src)
  t.ok(d.ipv4.csum_ok and d.udp.csum_ok, "checksums of " .. tostring(d))
end
-- The state says what was translated.
flows {
  { "recirc_id(0),in_port(1),eth()," .. v4.udp, "ct(commit,nat(src=192.0.2.40)),recirc(0x4)" },
  { "recirc_id(0x4),ct_state(+trk+snat-dnat),in_port(1),eth()," .. v4.udp, "2" },
}
local snat = merge(wire.specs.udp, { udp = { src = 4100 } })
crosses(1, 2, packet.build(snat), packet.build(merge(snat, { ipv4 = { src = "192.0.2.40" } })), "snat in the state")

-- A helper reads what the connection is about: the one that it announces is related to it.
local control = merge(wire.specs.tcp, { tcp = { src = 6001, dst = 21, seq = 100 }, payload = "none" })
local control_ack = merge(swap(control), { tcp = { flags = "syn|ack", seq = 900, ack = 101 } })
local data = merge(swap(wire.specs.tcp), { tcp = { src = 20, dst = 5001, seq = 1 } })
flows {
  { "recirc_id(0),in_port(1),eth()," .. v4.tcp, "ct(commit,helper=ftp),2" },
  { "recirc_id(0),in_port(2),eth()," .. v4.tcp, "ct,recirc(0x7)" },
  { "recirc_id(0x7),ct_state(+trk+est+rpl-rel),in_port(2),eth()," .. v4.tcp, "1" },
  { "recirc_id(0x7),ct_state(+trk+new+rel),in_port(2),eth()," .. v4.tcp, "ct(commit),1" },
}
b:send(2, packet.build(data))
wire.same(b:out(1), {}, "nobody has announced it")
crosses(1, 2, packet.build(control))
crosses(2, 1, packet.build(control_ack))
crosses(1, 2, packet.build(merge(control, { tcp = { flags = "ack", seq = 101, ack = 901 } })))
-- A line before it: the helper reads only what begins where another line has ended.
local login, announcement = "USER odp\r\n", "PORT 10,0,0,1,19,137\r\n"
crosses(1, 2, packet.build(merge(control, { tcp = { flags = "psh|ack", seq = 101, ack = 901 }, payload = login })))
crosses(1, 2, packet.build(merge(control, { tcp = { flags = "psh|ack", seq = 101 + #login, ack = 901 }, payload = announcement })))
crosses(2, 1, packet.build(data), nil, "related: port 19 * 256 + 137")
b:send(2, packet.build(merge(data, { tcp = { dst = 5002 } })))
wire.same(b:out(1), {}, "another port")

-- A helper that the kernel does not have is refused. A timeout policy is not: the kernel does without.
t.raises(function() flows { { "recirc_id(0),in_port(1),eth()," .. v4.tcp, "ct(commit,helper=nohelper),2" } } end, "flow put")
flows { { "recirc_id(0),in_port(1),eth()," .. v4.udp, "ct(commit,timeout=nopolicy),2" } }
crosses(1, 2, packet.build(wire.specs.udp), nil, "a timeout policy that there is not")

b:close()
