-- What odp top shows: the views, their columns, and how values are written in few columns of a terminal.
local M = {}

--- A number in up to five characters: 0.25, 12.3, 950, 1.23k, 45.6M.
function M.short(n)
  if n == nil then return "-" end
  local unit = ""
  for _, next_unit in ipairs { "k", "M", "G", "T", "P" } do
    if n < 999.5 then break end
    n, unit = n / 1000, next_unit
  end
  if unit == "" and n == math.floor(n) then return ("%d"):format(n) end
  return (n < 9.995 and "%.2f%s" or n < 99.95 and "%.1f%s" or "%.0f%s"):format(n, unit)
end

--- A number of seconds in up to five characters.
function M.seconds(n)
  if n == nil then return "never" end
  for _, unit in ipairs { { 120, 1, "s" }, { 7200, 60, "m" }, { 172800, 3600, "h" } } do
    if n < unit[1] then return (n < 9.95 and unit[2] == 1 and "%.1f%s" or "%.0f%s"):format(n / unit[2], unit[3]) end
  end
  return ("%.0fd"):format(n / 86400)
end

local function rate(field, title) return { field, title = title, right = true, text = M.short, width = 7 } end
local function total(field, title) return { field, title = title, right = true, text = M.short, width = 7 } end

--- The views in the order of their tabs. A column has its field in rows, its title, and its width; the last one takes what is left.
M.list = {
  {
    name = "flows", title = "Flows", key = "f", sort = "packets_rate",
    columns = {
      rate("packets_rate", "PKT/S"), rate("bytes_rate", "BYTE/S"), total("packets", "PACKETS"), total("bytes", "BYTES"),
      { "idle", title = "AGE", right = true, text = M.seconds, width = 5, ascending = true },
      { "flow", title = "FLOW", fixed = true },
    },
  },
  {
    name = "ports", title = "Ports", key = "p", sort = "rx_packets_rate",
    columns = {
      rate("rx_packets_rate", "RX-PKT"), rate("rx_bytes_rate", "RX-BYTE"), rate("tx_packets_rate", "TX-PKT"), rate("tx_bytes_rate", "TX-BYTE"),
      rate("dropped_rate", "DROPPED"), rate("errors_rate", "ERRORS"),
      { "number", title = "PORT", right = true, width = 5, ascending = true },
      { "port", title = "NAME", ascending = true },
    },
  },
  {
    name = "misses", title = "Misses", key = "m", sort = "upcalls_rate",
    columns = {
      rate("upcalls_rate", "UPCALL"), rate("lost_rate", "LOST"), total("upcalls", "UPCALLS"), total("lost", "LOST"),
      { "number", title = "PORT", right = true, width = 5, ascending = true },
      { "port", title = "NAME", ascending = true },
    },
  },
  {
    name = "masks", title = "Masks", key = "k", sort = "packets_rate",
    columns = {
      rate("packets_rate", "PKT/S"), rate("bytes_rate", "BYTE/S"), total("packets", "PACKETS"), total("bytes", "BYTES"),
      total("flows", "FLOWS"),
      { "mask", title = "MASK", ascending = true },
    },
  },
}
M.names = {}
for i, view in ipairs(M.list) do
  M.names[i], M.list[view.name] = view.name, view
end

--- The fields by which a view can be sorted.
function M.sorts(view)
  local list = {}
  for _, column in ipairs(view.columns) do
    if not column.fixed then list[#list + 1] = column[1] end
  end
  return list
end

--- The column of a field; nil if there is none.
function M.column(view, field)
  for _, column in ipairs(view.columns) do
    if column[1] == field then return column end
  end
end

--- Puts the text of flows into their rows. A list for counters alone has none, so flows are asked for one by one: those that are
--- looked at.
---@param dp odp.Datapath
---@param rows table[]
---@param known table<string, table> texts from before, by identifier; they are kept while the actions are the same
function M.describe(dp, rows, known)
  for _, row in ipairs(rows) do
    local ok, flow = pcall(function() return row.ufid and dp:flow { ufid = row.ufid } or dp:flow(row.match) end)
    local old = known[row.id]
    if ok and flow then
      local actions = tostring(flow.actions)
      if not old or old.raw ~= actions then
        old = {
          raw = actions, match = flow.match:text { dp = dp },
          actions = flow.actions:text { dp = dp },
        }
        known[row.id] = old
      end
    end
    row.match, row.actions = old and old.match, old and old.actions
    row.flow = old and ("%s -> %s"):format(old.match, old.actions) or "(gone)"
  end
end

--- What the datapath does in a line.
function M.summary(sample)
  local t = sample.total
  return ("%s: %s flows, %s masks, hit %s/s, missed %s/s, lost %s/s"):format(sample.datapath, M.short(t.flows), M.short(t.masks), M.short(t.hit_rate),
    M.short(t.missed_rate), M.short(t.lost_rate))
end

return M
