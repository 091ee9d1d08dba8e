local odp, net = require "odp", require "net"
local changes, views = require "command.changes", require "command.views"

-- Runs the verb and returns its lines, or what it reported.
local function output(cmd)
  local r = net.exec("/proc/self/exe", unpack(cmd.args.VERB))
  local text = r.stdout
  if r.status == 2 then cmd:usage((r.stderr:gsub("^odp: ", ""):gsub("\n.*", ""))) end
  if r.status ~= 0 then text = text .. r.stderr end
  return changes.read(text), odp.time(), r.status
end

local function rate_text(rates)
  local parts = {}
  for _, r in ipairs(rates) do
    parts[#parts + 1] = ("%s%s/s"):format(r.rate >= 0 and "+" or "-", views.short(math.abs(r.rate)))
  end
  return table.concat(parts, " ")
end

-- Prints what is there, and from then on the lines that have changed.
local function batch(cmd)
  local count = cmd.flags.count or math.huge
  local lines, time = output(cmd)
  for _, line in ipairs(lines) do
    cmd:line(line.text, { time = time, change = "is", line = line.text })
  end
  cmd:flush()
  local turn = 0
  while turn < count do
    odp.sleep(cmd.flags.interval)
    turn = turn + 1
    local now, at = output(cmd)
    for _, line in ipairs(changes.compare(lines, now)) do
      if changes.changed(line) then
        local kind = line.new and "new" or line.gone and "gone" or "changed"
        local record = { time = at, change = kind, line = line.text, rates = {} }
        local rates = changes.rates(line, at - time)
        for _, r in ipairs(rates) do
          record.rates[r.name] = r.rate
        end
        if next(record.rates) == nil then record.rates = nil end
        local mark = cmd:paint(({ new = "+", gone = "-", changed = "~" })[kind], ({ new = "green", gone = "red", changed = "yellow" })[kind])
        local growth = rate_text(rates)
        cmd:line(("%s %s %s%s"):format(os.date("%H:%M:%S", math.floor(at)), mark, line.text, growth ~= "" and "  [" .. growth .. "]" or ""), record)
      end
    end
    cmd:flush()
    lines, time = now, at
  end
end

---@type command.Verb
return {
  summary = "Run a verb again and again, and show what has changed.",
  details = [[
Like watch -d, but it compares lines by what they are about, and not by their place on the terminal. A flow that is new or gone does
not make all lines below it look changed: it is green or red, once. In a line that was there before, what has changed stands
out, and behind it stands how much its counters have become each second, in their order: packets:1200 used:0.1s [+12.0/s].
Counters are numbers with a name (packets:12, hit:5, 12 bytes).

VERB is any verb with its arguments and flags; those of watch stand in front of it. Arrows scroll, space pauses, c shows only what has changed, q ends. Where standard output is no terminal,
and with --batch, all lines are printed once, and then those that change: + is new, - is gone, ~ has changed.]],
  ahead = true,
  args = { { name = "VERB", rest = true, doc = "the verb and its arguments, as behind odp" } },
  flags = {
    { name = "interval", short = "i", kind = "number", value = "SECONDS", default = 2, doc = "time between two runs" },
    { name = "batch", short = "b", doc = "print lines" },
    { name = "count", short = "c", kind = "integer", value = "N", doc = "end after N comparisons, which are printed" },
  },
  examples = { "odp watch dpctl dump-flows dp0", "odp watch -i 1 dpctl show -s", "odp watch --batch vport list" },
  run = function(cmd)
    local flags = cmd.flags
    if flags.interval < 0.1 or flags.interval > 3600 then cmd:usage(("--interval: 0.1 to 3600 seconds expected, got %g"):format(flags.interval)) end
    if flags.count and flags.count < 1 then cmd:usage "--count is 1 or more" end
    if flags.batch or flags.count or cmd.json or not cmd.terminal then
      require("command.interruptible")(function() batch(cmd) end)
      return
    end
    require("command.watch_screen").run(cmd, output, rate_text)
  end,
}
