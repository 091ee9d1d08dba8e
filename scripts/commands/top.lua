local odp = require "odp"
local rates, views = require "command.rates", require "command.views"

-- How the datapath was meant that was not named.
local function datapaths(cmd)
  if cmd.args.DP then return { cmd.args.DP } end
  local list = odp.datapaths()
  if #list == 0 then cmd:fail "there is no datapath" end
  return list
end

-- The values of a row, as JSON has them.
local function record(sample, view, row)
  local r = { time = sample.time, datapath = sample.datapath, view = view.name }
  for name, value in pairs(row) do
    if name ~= "id" and name ~= "flow" and type(value) ~= "userdata" then r[name] = value end
  end
  return r
end

-- Prints a table each interval.
local function batch(cmd, view, sort, reverse, count)
  local flags = cmd.flags
  local readers, known = {}, {}
  for i, dp in ipairs(datapaths(cmd)) do
    readers[i] = rates.reader(dp, view.name, rates.filter(flags.filter or "", dp))
    readers[i]:read()
    known[i] = {}
  end
  local column = views.column(view, sort)
  local ascending = (column.ascending or false) ~= reverse
  local turn = 0
  while turn < count do
    odp.sleep(flags.interval)
    turn = turn + 1
    for i, reader in ipairs(readers) do
      local sample = reader:read()
      local rows = rates.first(sample, sort, ascending, flags.rows or #sample.rows)
      if view.name == "flows" then views.describe(reader.dp, rows, known[i]) end
      local total = { time = sample.time, datapath = sample.datapath, view = "datapath", took = sample.took }
      for name, value in pairs(sample.total) do
        total[name] = value
      end
      if not cmd.json and (turn > 1 or i > 1) then cmd:line "" end
      cmd:line(views.summary(sample), total)
      if sample.incomplete then cmd:note "the flows changed while they were listed; some may be missing" end
      if cmd.json then
        for _, row in ipairs(rows) do
          cmd:line("", record(sample, view, row))
        end
      else
        cmd:table(view.columns, rows)
      end
      cmd:flush()
    end
  end
end

---@type command.Verb
return {
  summary = "Show what a datapath does each second, as top does for processes.",
  details = [[
Shows the flows, ports, misses or masks with the highest rates on the whole terminal, by what their counters become in each
interval. The key ? shows the keys: f, p, m and k choose what is shown, digits the column by which it is sorted, / a filter, + and -
the interval, d the next datapath, q ends. Where standard output is no terminal, and with --batch or --once, tables are printed
instead.

AGE is the time since a flow last matched. Flows are told apart by their identifiers. One that is new has counted since the last
look. Reading many flows takes long: then they are read less often, so that it takes a third of the time at most.

MISSES are what each port has sent to user space, by misses and by actions, and what of that was lost, as the kernel counts it
since Linux 6.2; in older kernels there are the datapath's own counters alone, in the first line. The packets themselves are not
shown: they go to whoever handles them, who would then lack them; `odp datapath listen` takes them.

MASKS are what flows have in common that look at the same fields: each costs a lookup. A filter is fields as ovs-ofctl writes them,
or a part of the flow's text, in which the port of in_port has its name, and actions have numbers.]],
  args = { { name = "DP", kind = "datapath", optional = true, doc = "its name or number; if not given, the first one, or in tables each" } },
  flags = {
    { name = "view", values = views.names, default = "flows", doc = "what is shown" },
    { name = "sort", short = "s", value = "COLUMN", doc = "by this field of --json: packets_rate, bytes_rate, packets, bytes, idle, ...",
      suggest = { "packets_rate", "bytes_rate", "packets", "bytes", "idle" }, kind = "text" },
    { name = "reverse", short = "r", doc = "the other way round" },
    { name = "filter", short = "f", kind = "text", value = "FILTER", doc = "flows that take such packets (tcp,nw_dst=10.0.0.1), or have this in their text" },
    { name = "interval", short = "i", kind = "number", value = "SECONDS", default = 1, doc = "time between two looks" },
    { name = "batch", short = "b", doc = "print tables" },
    { name = "count", short = "c", kind = "integer", value = "N", doc = "end after N tables" },
    { name = "once", doc = "print one table: as --batch --count 1" },
    { name = "rows", kind = "integer", value = "N", doc = "no more than N rows of each table" },
  },
  examples = { "odp top dp0", "odp top dp0 --view ports", "odp top dp0 --once --rows 10 --json", "odp top dp0 -f tcp,tp_dst=443 -s bytes_rate" },
  run = function(cmd)
    local flags = cmd.flags
    local view = views.list[flags.view]
    local sort = flags.sort or view.sort
    local sorts = views.sorts(view)
    if not views.column(view, sort) or views.column(view, sort).fixed then
      cmd:usage(("--sort: one of %s expected for %s, got %q"):format(table.concat(sorts, ", "), view.name, sort))
    end
    if flags.interval < 0.1 or flags.interval > 3600 then cmd:usage(("--interval: 0.1 to 3600 seconds expected, got %g"):format(flags.interval)) end
    if flags.count and flags.count < 1 then cmd:usage "--count is 1 or more" end
    if flags.rows and flags.rows < 1 then cmd:usage "--rows is 1 or more" end
    if flags.filter and view.name ~= "flows" then cmd:usage "--filter is for flows" end
    if flags.once or flags.batch or flags.count or cmd.json or not cmd.terminal then
      require("command.interruptible")(function() batch(cmd, view, sort, flags.reverse, flags.once and 1 or flags.count or math.huge) end)
      return
    end
    require("command.top_screen").run(cmd, datapaths(cmd), view, sort)
  end,
}
