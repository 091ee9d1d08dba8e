-- A VLAN switch: access ports belong to one VLAN and know no tags, trunk ports carry several with tags. Addresses are
-- learned for each VLAN by itself, and nothing passes from one to another.
--
--   odp example vlan_switch DATAPATH PORT=VLAN... PORT=VLAN,VLAN...    on devices of this system, until Ctrl-C
--   odp sandbox example vlan_switch                                    in a lab: two VLANs, and a trunk with a router
--
-- Look at: the same packet leaves by some ports with a tag and by others without. Each port has a clone of it, so
-- that what is done to one is not done to the next; lists of actions are joined with ..
local odp, lab = require "odp", require "lab"

-- A port has a port, and either an access VLAN or a set of VLANs as its trunk.
local function switch(dp, ports)
  local by_number = {}
  for _, p in ipairs(ports) do by_number[p.port.number] = p end
  local where = {} -- VLAN and address -> the port

  -- What makes a packet that came in by one port, in a VLAN, leave by another.
  local function send(from, to, vlan)
    if from.access and to.trunk then return odp.push_vlan { vid = vlan } .. odp.output(to.port) end
    if from.trunk and to.access then return odp.pop_vlan() .. odp.output(to.port) end
    return odp.output(to.port)
  end

  dp:on_miss(function(pkt)
    local key, from = pkt.key, by_number[pkt.in_port]
    local tag = key.vlan and key.vlan.vid
    local tags = tag and { "vlan.vid" } or {} -- whether there is a tag is matched in any case
    local vlan = from and (from.access or tag)
    if not from or from.access and tag or from.trunk and not from.trunk[tag] then
      pkt:install(key:only("in_port", unpack(tags)), "drop") -- no VLAN of this port
      return pkt:drop()
    end

    local src, dst = vlan .. "/" .. key.eth.src, vlan .. "/" .. key.eth.dst
    if where[src] ~= from then
      print(("VLAN %d: %s is behind %s"):format(vlan, key.eth.src, from.port.name))
      where[src] = from
    end
    if where[dst] then
      local actions = send(from, where[dst], vlan)
      pkt:install(key:only("in_port", "eth.src", "eth.dst", unpack(tags)), actions, { execute = true })
    else
      local actions = odp.actions {}
      for _, to in ipairs(ports) do
        if to ~= from and (to.access == vlan or to.trunk and to.trunk[vlan]) then actions = actions .. odp.clone(send(from, to, vlan)) end
      end
      return actions
    end
  end)
end

local function demo()
  local dp = odp.create_datapath("sw0")
  local red1 = lab.host(dp, { ip = "10.0.10.1/24" })
  local red2 = lab.host(dp, { ip = "10.0.10.2/24" })
  local blue = lab.host(dp, { ip = "10.0.10.3/24" }) -- of the same network, but in another VLAN
  local trunk = lab.host(dp, { ip = "10.0.10.254/24", vlan = 10 })
  switch(dp, {
    { port = red1.port, access = 10 }, { port = red2.port, access = 10 }, { port = blue.port, access = 20 },
    { port = trunk.port, trunk = { [10] = true, [20] = true } },
  })

  print("red to red:       " .. red1:ping(red2.ip, { count = 3 }) .. " of 3 pings answered")
  print("red to the trunk: " .. red1:ping(trunk.ip, { count = 3 }) .. " of 3 pings answered")
  print("trunk to red:     " .. trunk:ping(red2.ip, { count = 3 }) .. " of 3 pings answered")
  print("red to blue:      " .. red1:ping(blue.ip, { seconds = 0.3 }) .. " of 1 ping answered")
  for flow in dp:flows() do print(flow) end
end

if #arg == 0 then return lab.run(demo) end
assert(#arg >= 2, "usage: odp example vlan_switch DATAPATH PORT=VLAN... PORT=VLAN,VLAN...")
local name = ...
local dp = lab.attach(name)
local ports = {}
for i = 2, #arg do
  local device, vlans = arg[i]:match("^(.-)=([%d,]+)$")
  assert(device, arg[i] .. ": PORT=VLAN or PORT=VLAN,VLAN expected")
  local port = { port = select(2, lab.attach(name, device)) }
  if vlans:find(",") then
    port.trunk = {}
    for vlan in vlans:gmatch("%d+") do port.trunk[tonumber(vlan)] = true end
  else
    port.access = tonumber(vlans)
  end
  table.insert(ports, port)
end
switch(dp, ports)
odp.run()
