-- Module lab: a network to try a datapath in, without any other program.
--
--   local lab, odp = require "lab", require "odp"
--
--   lab.run(function()
--     local dp = odp.create_datapath "dp0"
--     local a = lab.host(dp, { ip = "10.0.0.1/24" })
--     local b = lab.host(dp, { ip = "10.0.0.2/24" })
--     dp:put_flow { match = { in_port = a.port }, actions = b.port }
--     dp:put_flow { match = { in_port = b.port }, actions = a.port }
--     print(a:ping(b.ip, { count = 3 })) -- 3
--   end)
--
-- What a lab makes is in a namespace of its own, which ends with the script. A host is a port's other end and a few functions
-- that answer what comes in there: ARP and neighbour discovery, ping, and TCP connections with one question and
-- one answer. So a lab runs where there is neither ping nor ip, and nothing is sent in it that a script did not ask for.
local odp, net, packet = require "odp", require "net", require "packet"

---@class module.lab
local M = {}

--- What lab.host takes.
---@class lab.HostSpec
---@field ip? string|odp.Prefix its address with prefix length: 10.0.0.1/24
---@field gateway? string|odp.IP where it sends what is for other networks
---@field ip6? string|odp.Prefix its IPv6 address with prefix length
---@field mac? string|odp.MAC its Ethernet address; 02:00:00:00:00:01 for the first host of the lab, and so on
---@field name? string of its port's device; p1 for the first host of the lab, and so on
---@field number? integer of its port; the lowest free one if not given
---@field vlan? integer all that it sends and takes has this tag

--- Options of host:ping.
---@class lab.PingOptions
---@field count? integer how many, one after the other; 1 if not given
---@field seconds? number the longest time to wait for each answer; 2 if not given
---@field size? integer bytes of payload; 8 if not given

--- A datagram that a host got.
---@class lab.Datagram
---@field src string from which address
---@field sport integer from which port
---@field dport integer to which port
---@field payload string its bytes

--- Who sent a question to host:listen.
---@class lab.Peer
---@field ip string the address that it sent from
---@field port integer the port that it sent from

--- A host of a lab.
---@class lab.Host
---@field name string of its port's device
---@field port odp.Vport the port that it is plugged into
---@field link net.Link its own end of the wire
---@field mac string its Ethernet address
---@field ip string? its IPv4 address
---@field ip6 string? its IPv6 address
---@field datagrams lab.Datagram[] what came to it by UDP
local Host = {}
Host.__index = Host

local made = 0 -- hosts of the lab
local outside  -- the namespace of all hosts' ends of the wires, where the kernel does not take what comes for its own

--- Call a function in a network namespace of its own, where the kernel sends nothing by itself. The namespace ends with
--- the script, and everything in it.
---
--- ```lua
--- lab.run(function() print(#net.links()) end) -- 1: the loopback device
--- ```
---@param fn fun(ns: net.Namespace): ...
---@return any ... what it returned
function M.run(fn)
  local ns = net.namespace()
  M.quiet(ns)
  made, outside = 0, nil
  return ns:with(fn, ns)
end

--- Keep the kernel from sending IPv6 packets that nobody asked for.
---
--- ```lua
--- lab.quiet(ns)
--- ```
---@param ns? net.Namespace the current one if not given
function M.quiet(ns)
  ns = ns or net.current_namespace()
  pcall(ns.sysctl, ns, "net.ipv6.conf.all.disable_ipv6", 1) -- a kernel without IPv6 is quiet
end

--- For a script that is to work outside of its lab as well: the datapath of that name, and its ports of these names.
--- What is not there is made, and goes with the script; flows in a datapath that was there stay.
---
--- ```lua
--- local dp, inside, outside = lab.attach("dp0", "eth1", "eth2")
--- ```
---@param name string
---@param ... string
---@return odp.Datapath dp
---@return odp.Vport ... ports
function M.attach(name, ...)
  local dp = odp.datapath(name)
  if not dp then
    dp = odp.create_datapath(name)
    odp.defer(function() dp:delete() end)
  end
  local ports = {}
  for i, device in ipairs { ... } do
    ports[i] = dp:vport(device)
    if not ports[i] then
      ports[i] = dp:add_vport(device)
      odp.defer(function() ports[i]:delete() end)
    end
  end
  return dp, unpack(ports)
end

--- Plug a new host into a datapath. The wire works when this returns.
---
--- ```lua
--- local a = lab.host(dp, { ip = "10.0.0.1/24", gateway = "10.0.0.254" })
--- ```
---@param dp odp.Datapath
---@param spec lab.HostSpec
---@return lab.Host host
function M.host(dp, spec)
  made = made + 1
  local host = setmetatable({
    name = spec.name or "p" .. made,
    mac = tostring(spec.mac or odp.mac("02:00:00:00:00:00") + made),
    network = spec.ip and odp.prefix(spec.ip),
    network6 = spec.ip6 and odp.prefix(spec.ip6),
    gateway = spec.gateway and tostring(spec.gateway),
    vlan = spec.vlan,
    datagrams = {},
    neighbours = {}, -- address -> Ethernet address
    echoes = {},     -- number of a ping -> whether it was answered
    services = {},   -- port -> function that answers
    clients = {},    -- connections that it made: its port -> what came back
    sequence = 0,    -- last ping, and last port that a connection was made from
  }, Host)
  host.ip = host.network and tostring(host.network.address)
  host.ip6 = host.network6 and tostring(host.network6.address)
  local near
  if not outside then
    outside = net.namespace()
    M.quiet(outside)
  end
  near, host.link = net.veth { a = host.name, b = host.name, peer_ns = outside }
  host.link:set { mac = host.mac }
  for _, link in ipairs { near, host.link } do
    -- A device drops what it is to send until the kernel has seen its carrier.
    assert(odp.wait(function() return link.is_running end), link .. " has no carrier")
    link:up()
  end
  host.port = dp:add_vport { name = host.name, number = spec.number }
  host.frames = host.link:on_frame(function(frame) host:answer(packet.dissect(frame)) end)
  return host
end

--- Pull a host's plug. Its port goes.
---
--- ```lua
--- host:unplug()
--- ```
function Host:unplug()
  self.frames:stop()
  self.link:delete()
end

--- Send a frame of these headers, as packet.build takes them. Its own addresses stand where none are given.
---
--- ```lua
--- host:send { eth = { dst = router.mac }, ipv4 = { dst = "192.0.2.1" },
---   udp = { src = 1, dst = 2 } }
--- ```
---@param frame packet.Frame
function Host:send(frame)
  frame.eth = frame.eth or {}
  frame.eth.src = frame.eth.src or self.mac
  if frame.ipv4 then frame.ipv4.src = frame.ipv4.src or self.ip end
  if frame.ipv6 then frame.ipv6.src = frame.ipv6.src or self.ip6 end
  if self.vlan then frame.vlan = { vid = self.vlan } end
  self.link:send(packet.build(frame))
end

--- Take what came in, and answer it.
---@private
---@param f packet.Frame
function Host:answer(f)
  local tag = f.vlan and f.vlan[1]
  if (tag and tag.vid) ~= self.vlan then return end
  if f.arp then return self:answer_arp(f) end
  if f.nd then return self:answer_nd(f) end
  local ip = f.ipv4 or f.ipv6
  if not ip or f.eth.dst ~= self.mac or ip.dst ~= self.ip and ip.dst ~= self.ip6 then return end
  if f.icmp or f.icmpv6 then
    self:answer_echo(f)
  elseif f.tcp then
    self:answer_tcp(f, ip)
  elseif f.udp then
    table.insert(self.datagrams, { src = ip.src, sport = f.udp.src, dport = f.udp.dst, payload = f.payload or "" })
  end
end

---@private
function Host:answer_arp(f)
  local arp = f.arp
  if arp.tip ~= self.ip then return end
  self.neighbours[arp.sip] = arp.sha
  if arp.op == 1 then
    self:send { eth = { dst = arp.sha }, arp = { op = 2, sha = self.mac, sip = self.ip, tha = arp.sha, tip = arp.sip } }
  end
end

---@private
function Host:answer_nd(f)
  local nd = f.nd
  if f.icmpv6.type == 136 then
    self.neighbours[nd.target] = nd.tll or f.eth.src
  elseif nd.target == self.ip6 then
    self:send { eth = { dst = f.eth.src }, ipv6 = { dst = f.ipv6.src, hlimit = 255 }, icmpv6 = { type = 136 },
      nd = { target = self.ip6, tll = self.mac, reserved = 0x60000000 } } -- solicited, override
  end
end

---@private
function Host:answer_echo(f)
  if f.icmp and f.icmp.type == 8 then
    self:send { eth = { dst = f.eth.src }, ipv4 = { dst = f.ipv4.src }, icmp = { type = 0, id = f.icmp.id, seq = f.icmp.seq }, payload = f.payload }
  elseif f.icmp and f.icmp.type == 0 then
    self.echoes[f.icmp.seq] = true
  elseif f.icmpv6 and f.icmpv6.type == 128 then
    self:send { eth = { dst = f.eth.src }, ipv6 = { dst = f.ipv6.src }, icmpv6 = { type = 129 }, payload = f.payload }
  elseif f.icmpv6 and f.icmpv6.type == 129 then
    self.echoes[f.payload:byte(3) * 256 + f.payload:byte(4)] = true -- behind the id
  end
end

--- A segment in answer to one.
---@private
function Host:segment(f, flags, seq, payload)
  local length = #(f.payload or "") + (f.tcp.flags:find("syn") and 1 or 0) + (f.tcp.flags:find("fin") and 1 or 0)
  self:send { eth = { dst = f.eth.src }, ipv4 = { dst = f.ipv4.src, df = true }, payload = payload,
    tcp = { src = f.tcp.dst, dst = f.tcp.src, flags = flags, seq = seq, ack = f.tcp.seq + length } }
end

---@private
function Host:answer_tcp(f, ip)
  local tcp, data = f.tcp, f.payload or ""
  local client = self.clients[tcp.dst]
  if client and client.ip == ip.src and client.port == tcp.src then
    if tcp.flags:find("rst") then
      client.refused = true
    elseif tcp.flags:find("syn") then
      self:segment(f, "psh|ack", tcp.ack, client.question)
    elseif #data > 0 then
      client.answer = data
      self:segment(f, "fin|ack", tcp.ack)
    end
  elseif tcp.flags:find("rst") then
    return
  elseif not self.services[tcp.dst] then
    self:segment(f, "rst|ack", tcp.ack)
  elseif tcp.flags:find("syn") then
    self:segment(f, "syn|ack", 1)
  elseif #data > 0 then
    self:segment(f, "fin|psh|ack", tcp.ack, self.services[tcp.dst](data, { ip = ip.src, port = tcp.src }))
  elseif tcp.flags:find("fin") then
    self:segment(f, "ack", tcp.ack)
  end
end

--- The Ethernet address to send to for an IP address: of the host itself or of the gateway. It is asked for if it is not known.
---
--- ```lua
--- print(host:resolve("10.0.0.2"))
--- ```
---@async
---@param ip string|odp.IP
---@param seconds? number the longest time to wait for the answer; 2 if not given
---@return string? mac nil if nobody answered
function Host:resolve(ip, seconds)
  local target = odp.ip(ip)
  local network = target.version == 4 and self.network or self.network6
  assert(network, ("%s has no address of IPv%d"):format(self.name, target.version))
  local hop = network:contains(target) and tostring(target) or self.gateway
  if not hop then return nil end
  if not self.neighbours[hop] then
    if target.version == 4 then
      self:send { eth = { dst = "ff:ff:ff:ff:ff:ff" }, arp = { op = 1, sha = self.mac, sip = self.ip, tip = hop } }
    else
      local group = odp.ip { bytes = odp.ip("ff02::1:ff00:0").bytes:sub(1, 13) .. odp.ip(hop).bytes:sub(14) }
      self:send { eth = { dst = tostring(odp.mac { bytes = "\51\51" .. group.bytes:sub(13) }) }, ipv6 = { dst = tostring(group), hlimit = 255 },
        icmpv6 = { type = 135 }, nd = { target = hop, sll = self.mac } }
    end
    odp.wait(function() return self.neighbours[hop] end, seconds or 2)
  end
  return self.neighbours[hop]
end

--- Ping an address.
---
--- ```lua
--- assert(a:ping(b.ip, { count = 3 }) == 3)
--- ```
---@async
---@param ip string|odp.IP
---@param opts? lab.PingOptions
---@return integer replies how many were answered
function Host:ping(ip, opts)
  opts = opts or {}
  local dst, seconds = tostring(ip), opts.seconds or 2
  local mac = self:resolve(ip, seconds)
  local replies = 0
  for _ = 1, mac and opts.count or mac and 1 or 0 do
    self.sequence = self.sequence + 1
    local seq, payload = self.sequence, ("."):rep(opts.size or 8)
    if odp.ip(ip).version == 4 then
      self:send { eth = { dst = mac }, ipv4 = { dst = dst }, icmp = { type = 8, id = 1, seq = seq }, payload = payload }
    else
      self:send { eth = { dst = mac }, ipv6 = { dst = dst }, icmpv6 = { type = 128 },
        payload = "\0\1" .. string.char(math.floor(seq / 256) % 256, seq % 256) .. payload }
    end
    if odp.wait(function() return self.echoes[seq] end, seconds) then replies = replies + 1 end
  end
  return replies
end

--- Send datagrams by UDP over IPv4. They are not waited for: see datagrams of the host that gets them.
---
--- ```lua
--- a:udp(b.ip, 9, "hello", 100)
--- ```
---@async
---@param ip string|odp.IP
---@param port integer
---@param payload string
---@param count? integer 1 if not given
---@param sport? integer the port to send from; 9999 if not given
function Host:udp(ip, port, payload, count, sport)
  local mac = assert(self:resolve(ip), "nobody answers for " .. tostring(ip))
  for _ = 1, count or 1 do
    self:send { eth = { dst = mac }, ipv4 = { dst = tostring(ip) }, udp = { src = sport or 9999, dst = port }, payload = payload }
  end
end

--- Take TCP connections to a port. A connection is one question and one answer.
---
--- ```lua
--- web:listen(80, function(question, from) return "hello " .. from.ip end)
--- ```
---@param port integer
---@param fn fun(question: string, from: lab.Peer): string
function Host:listen(port, fn)
  self.services[port] = fn
end

--- Connect to a port by TCP over IPv4, ask, and wait for the answer.
---
--- ```lua
--- print(client:request(web.ip, 80, "who am I?"))
--- ```
---@async
---@param ip string|odp.IP
---@param port integer
---@param question? string
---@param seconds? number the longest time to wait; 2 if not given
---@return string? answer
---@return "refused"|"no answer"|nil reason why there is none
function Host:request(ip, port, question, seconds)
  local mac = self:resolve(ip, seconds)
  if not mac then return nil, "no answer" end
  self.sequence = self.sequence + 1
  local from = 40000 + self.sequence
  local client = { ip = tostring(ip), port = port, question = question or "?" }
  self.clients[from] = client
  self:send { eth = { dst = mac }, ipv4 = { dst = client.ip, df = true }, tcp = { src = from, dst = port, flags = "syn", seq = 100 } }
  odp.wait(function() return client.answer or client.refused end, seconds or 2)
  if client.answer then return client.answer end
  self.clients[from] = nil
  return nil, client.refused and "refused" or "no answer"
end

return M
