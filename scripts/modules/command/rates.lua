-- What a datapath does each second: its counters read twice, and how much more they are.
local odp = require "odp"
local M = {}

local TURN = 500 -- flows that are read before others have their turn, such as keys

-- Counters of 64 bits may be values of odp.u64, which are not mixed with the numbers of rates.
local function number(counter)
  return type(counter) == "number" and counter or counter:tonumber()
end

-- Remembers counters by what they are of, and tells how fast they grow.
local Growth = {}
Growth.__index = Growth

local function growth()
  return setmetatable({ before = {}, now = {} }, Growth)
end

--- How much more each of the counters has become in a second. What was not there at the last reading has counted since then,
--- and so has what was set to zero meanwhile. nil at the first reading of all.
function Growth:rates(id, time, counters)
  self.now[id] = { time, counters }
  if not self.since then return nil end
  local before = self.before[id]
  local from = before and before[1] or self.since
  local rates = {}
  for name, value in pairs(counters) do
    local old = before and before[2][name] or 0
    rates[name] = math.max(value >= old and value - old or value, 0) / math.max(time - from, 1e-6)
  end
  return rates
end

--- The reading is complete. What was not in it is forgotten.
function Growth:done(time)
  self.before, self.now, self.since = self.now, {}, time
end

local NONE = {}

-- The ports of a datapath by number, with their counters.
local function ports(dp)
  local list = {}
  for _, port in ipairs(dp:vports()) do
    local ok, stats = pcall(function() return port.stats end)
    if ok then -- it may be gone by now
      local numbers = {}
      for name, value in pairs(stats) do
        numbers[name] = number(value)
      end
      list[#list + 1] = { port = port, stats = numbers }
    end
  end
  return list
end

local function mask_text(match)
  local parts = {}
  for path in match:fields() do
    local _, mask = match:get(path)
    parts[#parts + 1] = mask ~= nil and path .. "/" .. tostring(mask) or path
  end
  return table.concat(parts, ",")
end

--- Reads one view of a datapath again and again.
local Reader = {}
Reader.__index = Reader

-- The counters of flows, in columns: for 100,000 flows a table for each would need hundreds of megabytes. A flow has its place
-- in them as long as it is there.
local function flow_columns()
  return {
    place = {}, free = {}, last = 0, turn = 0, -- place by identifier; those that are free; the last one in use; how often was read
    id = {}, ufid = {}, match = {}, label = {}, seen = {}, time = {}, -- label: what was found out when the flow was seen first
    packets = {}, bytes = {}, idle = {}, packets_rate = {}, bytes_rate = {},
  }
end

-- How much more a counter has become in a second; one that has become less was set to zero.
local function rate(value, before, seconds)
  return (value >= before and value - before or value) / math.max(seconds, 1e-6)
end

--- Takes in one flow. label says of one that was not there before what it is, which is remembered; false is to leave it out.
function Reader:take(flow, time, label)
  local f = self.columns
  local id = flow.ufid or tostring(flow.match)
  local i = f.place[id]
  if not i then
    i = table.remove(f.free) or f.last + 1
    f.last = math.max(f.last, i)
    f.place[id], f.id[i], f.label[i] = i, id, label(flow)
    if not flow.ufid then f.match[i] = flow.match end
    f.packets[i], f.bytes[i], f.time[i] = 0, 0, self.since or time
    f.ufid[i], f.packets_rate[i], f.bytes_rate[i] = flow.ufid or false, false, false
  end
  f.seen[i] = f.turn
  if not f.label[i] then return end
  local packets, bytes = number(flow.packets), number(flow.bytes)
  if self.since then
    local seconds = time - f.time[i]
    f.packets_rate[i], f.bytes_rate[i] = rate(packets, f.packets[i], seconds), rate(bytes, f.bytes[i], seconds)
  end
  f.packets[i], f.bytes[i], f.idle[i], f.time[i] = packets, bytes, flow.idle or false, time
end

--- Reads all flows. Keys and timers have their turn meanwhile.
function Reader:read_flows(options, label)
  local f = self.columns
  f.turn = f.turn + 1
  local flows = self.dp:flows(options)
  local n, began = 0, odp.time()
  local time = began
  local ok, e = pcall(function()
    for flow in flows do
      n = n + 1
      if n % TURN == 0 then
        if self.tick then self.tick(n) end
        odp.sleep(0)
        if self.cancelled then return end
        time = odp.time()
      end
      self:take(flow, time, label)
    end
  end)
  flows:close()
  if not ok then
    if not tostring(e):find("changed while being listed", 1, true) then error(e, 0) end
    self.incomplete = true
  end
  if self.cancelled then return end
  self.since = began
  for i = 1, f.last do
    local id = f.id[i]
    if id and f.seen[i] ~= f.turn then
      f.place[id], f.id[i], f.match[i], f.free[#f.free + 1] = nil, false, nil, i
    end
  end
end

-- What a flow's text is searched in. The names of ports are put in here, as asking for them takes long for many flows.
local function searched(flow, names)
  local match = tostring(flow.match):gsub("in_port%((%d+)%)", function(n) return ("in_port(%s)"):format(names[tonumber(n)] or n) end)
  return match .. ", actions:" .. tostring(flow.actions)
end

--- The flow at a place as a row.
function Reader:row(i)
  local f = self.columns
  return {
    id = f.id[i], ufid = f.ufid[i] or nil, match = f.match[i], packets = f.packets[i], bytes = f.bytes[i], idle = f.idle[i] or nil,
    packets_rate = f.packets_rate[i] or nil, bytes_rate = f.bytes_rate[i] or nil,
  }
end

function Reader:flows()
  local filter, names = self.filter, {}
  if filter and filter.text then
    for _, port in ipairs(self.dp:vports()) do
      names[port.number] = port.name
    end
  end
  self:read_flows({ terse = not filter }, function(flow)
    if not filter then return true end
    if filter.match then return filter.match:passes(flow.match) end
    return searched(flow, names):find(filter.text, 1, true) ~= nil
  end)
  local f, places = self.columns, {}
  for i = 1, f.last do
    if f.id[i] and f.label[i] then places[#places + 1] = i end
  end
  return places
end

function Reader:masks()
  self:read_flows({ omit = "actions" }, function(flow) return mask_text(flow.match) end)
  local f, by, rows = self.columns, {}, {}
  for i = 1, f.last do
    local mask = f.id[i] and f.label[i]
    if mask then
      local row = by[mask]
      if not row then
        row = { id = mask, mask = mask, flows = 0, packets = 0, bytes = 0 }
        by[mask], rows[#rows + 1] = row, row
      end
      row.flows, row.packets, row.bytes = row.flows + 1, row.packets + f.packets[i], row.bytes + f.bytes[i]
      if f.packets_rate[i] then
        row.packets_rate, row.bytes_rate = (row.packets_rate or 0) + f.packets_rate[i], (row.bytes_rate or 0) + f.bytes_rate[i]
      end
    end
  end
  return rows
end

function Reader:ports()
  local rows = {}
  for _, p in ipairs(ports(self.dp)) do
    local s, port = p.stats, p.port
    local counters = {
      rx_packets = s.rx_packets, rx_bytes = s.rx_bytes, tx_packets = s.tx_packets, tx_bytes = s.tx_bytes,
      dropped = s.rx_dropped + s.tx_dropped, errors = s.rx_errors + s.tx_errors,
    }
    local rates = self.growth:rates(port.number, odp.time(), counters) or NONE
    local row = { id = port.number, port = port.name, number = port.number, type = port.type }
    for name, value in pairs(counters) do
      row[name], row[name .. "_rate"] = value, rates[name]
    end
    rows[#rows + 1] = row
  end
  return rows
end

function Reader:misses()
  local rows = {}
  for _, p in ipairs(ports(self.dp)) do
    local s, port = p.stats, p.port
    if s.upcalls then
      local rates = self.growth:rates(port.number, odp.time(), { upcalls = s.upcalls, lost = s.lost_upcalls or 0 }) or NONE
      rows[#rows + 1] = {
        id = port.number, port = port.name, number = port.number, upcalls = s.upcalls, lost = s.lost_upcalls or 0,
        upcalls_rate = rates.upcalls, lost_rate = rates.lost,
      }
    end
  end
  return rows
end

--- Reads the datapath's counters and the rows of the view: how long that took is in took, and incomplete says that the list of
--- flows changed meanwhile.
---@return table sample with datapath, time, took, total, rows and incomplete; M.first gives its rows
function Reader:read()
  local began = odp.time()
  self.incomplete = false
  local stats = self.dp.stats
  local counters = { hit = number(stats.hit), missed = number(stats.missed), lost = number(stats.lost), mask_hit = number(stats.mask_hit) }
  local rates = self.total:rates("", began, counters) or NONE
  local total = { flows = stats.flows, masks = stats.masks, hit = counters.hit, missed = counters.missed, lost = counters.lost }
  for name in pairs(counters) do
    total[name .. "_rate"] = rates[name]
  end
  self.total:done(began)
  local rows = self[self.view](self)
  local now = odp.time()
  if not self.cancelled then self.growth:done(began) end
  return {
    datapath = self.dp.name, time = now, took = now - began, total = total, incomplete = self.incomplete,
    rows = rows, reader = self.view == "flows" and self or nil, -- the rows are places in its columns
  }
end

--- Stops a reading that is in progress.
function Reader:cancel()
  self.cancelled = true
end

--- A reader of a view: flows, ports, misses or masks.
---@param dp odp.Datapath
---@param view string
---@param filter? table for flows: { match = odp.Filter } or { text = string }
function M.reader(dp, view, filter)
  return setmetatable({ dp = dp, view = view, filter = filter, growth = growth(), total = growth(), columns = flow_columns() }, Reader)
end

--- A filter as people type it: fields as ovs-ofctl writes them (tcp,nw_dst=10.0.0.1) or, where it is not that or has
--- parentheses as Open vSwitch text has, a part of the flow's text.
---@param text string
---@param dp odp.Datapath
---@return table? filter nil for an empty one
function M.filter(text, dp)
  if text == "" then return nil end
  local match = not text:find("(", 1, true) and require("dpctl.filter").parse(text, dp)
  return match and { match = match } or { text = text }
end

--- The first rows of a sample by a column, the largest or the smallest on top. Those that have no value come last, and what is
--- equal keeps still.
---@param sample table
---@param column string
---@param ascending boolean
---@param count integer
---@return table[]
function M.first(sample, column, ascending, count)
  local rows, reader = sample.rows, sample.reader
  local values, ids = {}, {} -- of the best, in their order
  local best = {}
  local whole = reader and reader.columns[column]
  local all = reader and reader.columns.id
  local function before(x, a, y, b)
    if x ~= y then
      if x == nil then return false end
      if y == nil then return true end
      if ascending then return x < y end
      return x > y
    end
    if type(a) ~= type(b) then return type(a) == "number" end
    return a < b
  end
  for _, row in ipairs(rows) do
    local value, id
    if reader then
      value, id = whole[row] or nil, all[row]
    else
      value, id = row[column], row.id
    end
    if id then -- a flow may be gone since
      local n = #best
      if n < count or before(value, id, values[n], ids[n]) then
        local low, high = 1, n + 1
        while low < high do
          local mid = math.floor((low + high) / 2)
          if before(values[mid], ids[mid], value, id) then low = mid + 1 else high = mid end
        end
        local from = math.min(n, count - 1)
        for k = from, low, -1 do
          best[k + 1], values[k + 1], ids[k + 1] = best[k], values[k], ids[k]
        end
        best[low], values[low], ids[low] = row, value, id
      end
    end
  end
  if reader then
    for i, place in ipairs(best) do
      best[i] = reader:row(place)
    end
  end
  return best
end

return M
