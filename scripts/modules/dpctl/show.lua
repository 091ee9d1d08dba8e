-- Module dpctl.show: what dpctl show prints.
local net = require "net"
local port = require "dpctl.port"
local tunnel = require "dpctl.tunnel"
local M = {}

--- Print the caches of a datapath.
---@param ctl dpctl.Session
---@param dp odp.Datapath
---@param record? table what --json prints of them
function M.caches(ctl, dp, record) ctl:line(("  caches:\n    masks-cache: size:%d"):format(dp.masks_cache_size), record) end

--- Print how a datapath is called.
---@param ctl dpctl.Session
---@param dp odp.Datapath
function M.name(ctl, dp) ctl:line(("system@%s:"):format(dp.name)) end

---@param n integer
---@param of number
---@return number
local function share(n, of) return of > 0 and n / of or 0 end

---@param ctl dpctl.Session
---@param dp odp.Datapath
local function lookups(ctl, dp)
  local s = dp.stats
  local packets = s.hit + s.missed
  ctl:line(("  lookups: hit:%.0f missed:%.0f lost:%.0f"):format(s.hit, s.missed, s.lost))
  ctl:line(("  flows: %.0f"):format(s.flows))
  ctl:line(("  masks: hit:%.0f total:%.0f hit/pkt:%.2f"):format(s.mask_hit, s.masks, share(s.mask_hit, packets)))
  if s.cache_hit == 0 then return end -- as of kernels that do not count them
  ctl:line(("  cache: hit:%.0f hit-rate:%.2f%%"):format(s.cache_hit, share(s.cache_hit, packets) * 100))
end

local units = { { "TiB", 2 ^ 40 }, { "GiB", 2 ^ 30 }, { "MiB", 2 ^ 20 }, { "KiB", 2 ^ 10 } }

---@param bytes integer
---@return string
local function size(bytes)
  for _, unit in ipairs(units) do
    if bytes >= unit[2] then return ("%.0f (%.1f %s)"):format(bytes, bytes / unit[2], unit[1]) end
  end
  return ("%.0f"):format(bytes)
end

--- Counters that only the device of a port has.
local device_counters = { "rx_over_errors", "rx_frame_errors", "tx_aborted_errors", "tx_carrier_errors", "collisions" }

--- Print what a port has counted: what the datapath counts, and the device beside it. Of tunnels Open vSwitch knows no
--- errors.
---@param ctl dpctl.Session
---@param p odp.Vport
---@param kind string
local function counters(ctl, p, kind)
  local s = p.stats
  local known = not tunnel.by_name(kind)
  local own = {}
  if kind == "system" then
    local ok, link = pcall(net.link, p.name)
    local stats = ok and link and link.stats
    for _, name in ipairs(device_counters) do own[name] = stats and stats[name] end
  end
  local function n(value) return known and ("%.0f"):format(value or 0) or "?" end
  ctl:line(("    RX packets:%.0f errors:%s dropped:%s overruns:%s frame:%s"):format(
    s.rx_packets, n(s.rx_errors), n(s.rx_dropped), n(own.rx_over_errors), n(own.rx_frame_errors)))
  ctl:line(("    TX packets:%.0f errors:%s dropped:%s aborted:%s carrier:%s"):format(
    s.tx_packets, n(s.tx_errors), n(s.tx_dropped), n(own.tx_aborted_errors), n(own.tx_carrier_errors)))
  ctl:line(("    collisions:%s"):format(n(own.collisions)))
  ctl:line(("    RX bytes:%s  TX bytes:%s"):format(size(s.rx_bytes), size(s.tx_bytes)))
end

--- A datapath with its ports as a record.
---@param ctl dpctl.Session
---@param dp odp.Datapath
---@param ports odp.Vport[]
---@return table
local function record(ctl, dp, ports)
  local list = {}
  for i, p in ipairs(ports) do
    local kind = port.type(p)
    local t = tunnel.by_name(kind)
    list[i] = { number = p.number, name = p.name, type = kind, options = t and tunnel.shown(t, p.name), stats = ctl.stats and p.stats or nil }
  end
  return { name = dp.name, stats = dp.stats, masks_cache_size = dp.masks_cache_size, ports = list }
end

--- Print a datapath with its ports, and with -s what those have counted.
---@param ctl dpctl.Session
---@param dp odp.Datapath
function M.datapath(ctl, dp)
  local ports = dp:vports()
  table.sort(ports, function(a, b) return a.number < b.number end)
  if ctl.cmd.json then
    ctl:line("", record(ctl, dp, ports))
    return
  end
  M.name(ctl, dp)
  lookups(ctl, dp)
  M.caches(ctl, dp)
  for _, p in ipairs(ports) do
    local kind = port.type(p)
    local t = tunnel.by_name(kind)
    local what = ""
    if t then
      what = (" (%s: %s)"):format(kind, tunnel.shown(t, p.name))
    elseif kind ~= "system" then
      what = (" (%s)"):format(kind)
    end
    ctl:line(("  port %d: %s%s"):format(p.number, p.name, what))
    if ctl.stats then counters(ctl, p, kind) end
  end
end

return M
