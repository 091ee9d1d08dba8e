-- What the verbs of meters have in common.
local M = {}

M.datapath = { name = "DP", kind = "datapath", doc = "the datapath's name or number" }
M.id = { name = "ID", kind = "meter", doc = "its number, as in the action meter(ID)" }

M.flags = {
  { name = "rate", kind = "integer", value = "N", doc = "packets in a second, or kilobits with --kbps, above which packets are dropped; without it, it only counts" },
  { name = "burst", kind = "integer", value = "N", doc = "how many may come at once after a pause; as many as --rate if not given" },
  { name = "kbps", doc = "rates and bursts are kilobits, of 1000 bits" },
}

--- What dp:add_meter and dp:set_meter take.
function M.spec(cmd)
  local flags = cmd.flags
  if not flags.rate and (flags.burst or flags.kbps) then cmd:usage("--rate expected with --burst and --kbps") end
  for _, name in ipairs { "rate", "burst" } do
    if flags[name] and flags[name] < 1 then cmd:usage("--" .. name .. " is 1 or more") end
  end
  return { id = cmd.args.ID, kbps = flags.kbps, bands = { flags.rate and { rate = flags.rate, burst = flags.burst } or nil } }
end

--- A meter's counters as a row of a table. The kernel does not tell its rate.
function M.row(meter)
  local stats, dropped = meter.stats, 0
  for _, band in ipairs(stats.bands) do
    dropped = dropped + band.packets
  end
  return { id = meter.id, packets = stats.packets, bytes = stats.bytes, dropped = dropped, idle = stats.idle }
end

M.columns = {
  { "id", right = true },
  { "packets", right = true },
  { "bytes", right = true },
  { "dropped", right = true, color = "yellow" },
  { "idle", right = true, text = function(seconds) return ("%.1f s"):format(seconds) end },
}

--- The meter of that id, or the end of the verb.
function M.find(cmd, id)
  return cmd.args.DP:meter(id) or cmd:fail(("%s has no meter %d"):format(cmd.args.DP.name, id))
end

return M
