-- odp dpctl beside ovs-dpctl: tracked connections, their limits and settings, and every other verb there is.
--
-- What differs, and why:
--   - Without zones in the kernel theirs cannot remove one connection, as it always names a zone.
--   - Where one is not there, theirs takes the name of the datapath for a part of the connection, and says so.
--   - Words behind those that are understood are left out by both.
local odp, net = require "odp", require "net"
local t = require "test"
local dpctl = require "lib.dpctl"
local each = dpctl.each
local WORDS, ORDER = { words = true }, { order = true }
local UDP = "ct_nw_src=10.0.0.1,ct_nw_dst=10.0.1.1,ct_nw_proto=17,ct_tp_src=2001,ct_tp_dst=53"

local zones = odp.feature("ct_zone").present and { 0, 5 } or { 0 }
dpctl.both(function(ns)
  local dp = odp.create_datapath "dp0"
  dp:add_vport { name = "p1", type = "internal" }
  local function send(layers, zone)
    layers.eth = { src = "02:00:00:00:00:01", dst = "02:00:00:00:00:02" }
    local ct = zone > 0 and ("ct(commit,zone=%d)"):format(zone) or "ct(commit)"
    dp:execute { data = require("packet").build(layers), key = { in_port = 1 }, actions = ct }
  end
  for _, zone in ipairs(zones) do
    for i = 1, 3 do
      send({ ipv4 = { src = "10.0.0." .. i, dst = "10.0.1.1" }, tcp = { src = 1000 + i, dst = 80, flags = "syn" } }, zone)
      send({ ipv4 = { src = "10.0.0." .. i, dst = "10.0.1.1" }, udp = { src = 2000 + i, dst = 53 } }, zone)
    end
    send({ ipv4 = { src = "10.0.0.1", dst = "10.0.1.1" }, icmp = { type = 8, id = 7 } }, zone)
    send({ ipv6 = { src = "2001:db8::1", dst = "2001:db8::2" }, udp = { src = 9, dst = 10 } }, zone)
  end
end)

-- Ids, times and counts of use are each kernel's own.
local function plain(text)
  return (text:gsub("id=%d+", "id=N"):gsub("timeout=%d+", "timeout=N"):gsub("use=%d+", "use=N"):gsub("start=[^,)]*", "start=T"))
end
local function lists(...)
  local args = { ... }
  local a, b = dpctl.theirs:exec("ovs-dpctl", unpack(args)), dpctl.ours:exec(dpctl.program, unpack(args))
  local function lines(text)
    local list = {}
    for line in plain(text):gmatch "[^\n]+" do list[#list + 1] = line end
    table.sort(list)
    return list
  end
  t.eq(lines(b.stdout), lines(a.stdout), table.concat(args, " "))
  t.eq({ b.status, b.stderr }, { a.status, a.stderr }, table.concat(args, " "))
end

lists "dump-conntrack"
lists("dump-conntrack", "dp0")
lists("-m", "dump-conntrack")
lists("-s", "dump-conntrack", "dp0")
lists("-m", "-s", "dump-conntrack")
lists("dump-conntrack", "zone=5")
lists("dump-conntrack", "dp0", "zone=0")
lists("dump-conntrack", "zone=9")
each("dump-conntrack", "nodp")
each("dump-conntrack", "zone=x", { order = true, words = true })
each("dump-conntrack", "dp0", "zone=5", "x", ORDER)
each "ct-stats-show"
each("-m", "ct-stats-show")
each("ct-stats-show", "verbose")
each("ct-stats-show", "dp0", "zone=5", "verbose")
each("ct-stats-show", "zone=5")
each("ct-stats-show", "nodp")
each "ct-bkts"
each("ct-bkts", "gt=1")
each("ct-bkts", "gt=x")
each("ct-bkts", "dp0")

-- Removing them.
if odp.feature("ct_zone").present then
  each("flush-conntrack", "dp0", UDP)
  each("flush-conntrack", UDP)
  each("flush-conntrack", "ct_nw_src=10.0.0.1,ct_nw_dst=10.0.1.1,ct_nw_proto=1,icmp_id=7,icmp_type=8,icmp_code=0")
  lists "dump-conntrack"
end
each("flush-conntrack", "dp0", "ct_nw_proto=x", WORDS)
each("flush-conntrack", "dp0", "nonsense", WORDS)
each("flush-conntrack", "dp0", "zone=x", WORDS)
each("flush-conntrack", "zone=5")
lists "dump-conntrack"
each("flush-conntrack", "nodp")
each "flush-conntrack"
lists "dump-conntrack"

-- Limits.
each "ct-get-limits"
each("ct-set-limits", "default=100", "zone=5,limit=7", "zone=6,limit=0")
each "ct-get-limits"
each("ct-get-limits", "zone=5,6")
each("ct-get-limits", "dp0", "zone=9")
each("ct-get-limits", "zone=x")
each("ct-set-limits", "dp0", "zone=7,limit=9")
each("ct-del-limits", "zone=5,9")
each("ct-del-limits", "dp0", "zone=7")
each("ct-del-limits", "zone=x")
each "ct-del-limits"
each "ct-get-limits"
each("ct-set-limits", "zone=5")
each("ct-set-limits", "zone=5,limit=x")
each("ct-set-limits", "zone=70000,limit=1")
each("ct-set-limits", "default=x")
each "ct-set-limits"
each("ct-set-limits", "nodp", "default=1")

-- What only the datapath in user space has.
for _, line in ipairs {
  { "ct-set-maxconns", "10" }, { "ct-set-maxconns", "dp0", "x" }, { "ct-get-maxconns" }, { "ct-get-maxconns", "dp0" }, { "ct-get-nconns" },
  { "ct-enable-tcp-seq-chk" }, { "ct-disable-tcp-seq-chk", "dp0" }, { "ct-get-tcp-seq-chk" }, { "ipf-set-enabled", "v4" }, { "ipf-set-disabled", "dp0", "v6" },
  { "ipf-set-enabled", "v5" }, { "ipf-set-min-frag", "v4", "1000" }, { "ipf-set-max-nfrags", "100" }, { "ipf-get-status" }, { "ipf-get-status", "-m" },
  { "offload-stats-show" }, { "offload-stats-show", "dp0" }, { "cache-get-size" }, { "cache-get-size", "dp0" }, { "cache-set-size", "dp0", "masks-cache", "512" },
  { "cache-get-size", "dp0" }, { "cache-set-size", "dp0", "masks-cache", "100" }, { "cache-set-size", "dp0", "nosuch", "1" }, { "cache-set-size", "dp0", "masks-cache", "x" },
  { "cache-set-size", "dp0" },
} do
  each(unpack(line))
end

-- Every verb of theirs is a verb of ours, with as many arguments.
local verbs = {}
for line in dpctl.theirs:exec("ovs-dpctl", "list-commands").stdout:gmatch "[^\n]+" do
  verbs[#verbs + 1] = line:match "^%s+([%w-]+)"
end
t.ok(#verbs > 35, #verbs)
for _, verb in ipairs(verbs) do
  local many = {}
  for i = 1, 9 do many[i] = "x" end
  local a, b = dpctl.theirs:exec("ovs-dpctl", verb, unpack(many)), dpctl.ours:exec(dpctl.program, verb, unpack(many))
  if a.stderr:find "command takes at most" then t.eq({ b.stderr, b.status }, { a.stderr, a.status }) end
  t.ok(not b.stderr:find "unknown command", verb)
end
dpctl.both(function(ns) odp.datapath("dp0", ns):delete() end)
