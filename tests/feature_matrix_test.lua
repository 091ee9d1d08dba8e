-- kernels: 6.1, 6.12, 7.2, smp
-- What each kernel has of what not every kernel has, and the error for what it has not. A feature that is missing
-- where it should be, or there where it should not, fails: neither the table nor a probe may be wrong unseen.
local odp = require "odp"
local t = require "test"

-- The columns, by what the version of the kernel begins with. The first three are User-Mode Linux of Debian,
-- built without zones; the last is Debian's cloud kernel for emulated machines.
local file = assert(io.open("/proc/sys/kernel/osrelease"))
local release = file:read("*l")
file:close()
local column
if release:find("cloud", 1, true) then
  column = 4
else
  column = t.ok(({ ["6.1"] = 1, ["6.12"] = 2, ["7.2"] = 3 })[release:match("^%d+%.%d+")], "a column for kernel " .. release)
end

--                          6.1  6.12 7.2  smp
local matrix = {
  trunc                   = "yes  yes  yes  yes",
  push_eth                = "yes  yes  yes  yes",
  nsh                     = "yes  yes  yes  yes",
  set_nsh                 = "no   no   no   no",
  meter                   = "yes  yes  yes  yes",
  clone                   = "yes  yes  yes  yes",
  check_pkt_len           = "yes  yes  yes  yes",
  add_mpls                = "yes  yes  yes  yes",
  dec_ttl                 = "yes  yes  yes  yes",
  hash_sym_l4             = "no   yes  yes  no",
  drop                    = "no   yes  yes  no",
  psample                 = "no   yes  yes  no",
  ct                      = "yes  yes  yes  yes",
  ct_zone                 = "no   no   no   yes",
  ct_mark                 = "yes  yes  yes  yes",
  ct_label                = "yes  yes  yes  yes",
  ct_nat                  = "yes  yes  yes  yes",
  ct_force_commit         = "yes  yes  yes  yes",
  ct_tuple                = "yes  yes  yes  yes",
  ct_eventmask            = "yes  yes  yes  yes",
  ct_clear                = "yes  yes  yes  yes",
  ct_timeout              = "yes  yes  yes  yes",
  ct_limit                = "yes  yes  yes  yes",
  qinq                    = "yes  yes  yes  yes",
  erspan                  = "yes  yes  yes  yes",
  ipv4_info_bridge        = "yes  yes  yes  yes",
  mpls_stack              = "yes  yes  yes  yes",
  ipv6_exthdrs            = "yes  yes  yes  yes",
  nd_extensions           = "no   no   no   no",
  packet_type             = "no   no   no   no",
  gre                     = "yes  yes  yes  yes",
  vxlan                   = "yes  yes  yes  yes",
  geneve                  = "yes  yes  yes  yes",
  ufid                    = "yes  yes  yes  yes",
  tc_recirc_sharing       = "no   no   no   no",
  masks_cache             = "yes  yes  yes  yes",
  dispatch_upcall_per_cpu = "yes  yes  yes  yes",
  ifindex                 = "yes  yes  yes  yes",
  upcall_stats            = "no   yes  yes  no",
  packet_upcall_pid       = "no   no   yes  no",
}

local function expected(name)
  local cells = {}
  for cell in t.ok(matrix[name], "a row for feature " .. name):gmatch("%a+") do table.insert(cells, cell) end
  t.eq(#cells, 4, "cells of " .. name)
  return cells[column] == "yes"
end

local function older(since)
  local major, minor = release:match("^(%d+)%.(%d+)")
  local a, b = since:match("^(%d+)%.(%d+)$")
  return tonumber(major) < tonumber(a) or tonumber(major) == tonumber(a) and tonumber(minor) < tonumber(b)
end

local seen, count = {}, 0
for _, f in ipairs(odp.features()) do
  t.eq(f.error, nil, f.name)
  t.eq(f.present, expected(f.name), f.name .. " on Linux " .. release)
  -- What is newer than the kernel is absent: no stable branch has taken any of it over so far.
  if f.since and older(f.since) then t.eq(f.present, false, f.name .. ", which is of Linux " .. f.since) end
  -- What is absent from a kernel that is new enough was left out of its build.
  if not f.present and f.since and not older(f.since) then t.ok(f.config, f.name .. " is absent without a reason") end
  t.contains(f, f.name .. ": " .. (f.present and "yes" or "no"))
  t.contains(f, f.doc)
  t.ok(f.how)
  seen[f.name], count = true, count + 1
end
for name in pairs(matrix) do t.ok(seen[name], "feature " .. name) end
t.ok(count >= 39, "features")

-- Looking left nothing behind, and what is known is not looked for again.
t.eq(#odp.datapaths(), 0, "datapaths after the probes")
local made = 0
local handle = odp.on_datapath(function() made = made + 1 end)
odp.features()
odp.sleep(0.02)
t.eq(made, 0, "datapaths made for features that are known")
handle:stop()

-- One by name.
t.eq(odp.feature("psample").present, expected "psample")
t.eq(odp.feature("psample").since, "6.11")
t.eq(odp.feature("nd_extensions").since, nil)
t.raises(function() odp.feature("psampel") end, "psampel", "psample")

-- The features of a namespace are found on a connection of its own.
local net = require "net"
t.eq(odp.feature("drop", net.namespace()).present, expected "drop")
