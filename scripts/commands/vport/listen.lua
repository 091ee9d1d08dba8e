local odp, ports = require "odp", require "command.ports"

---@type command.Verb
return {
  summary = "Print the ports that are added, changed and deleted.",
  details = "Each line is what happened and what `odp vport add` takes to add the port. It ends when it is interrupted.",
  flags = { { name = "count", short = "c", kind = "integer", value = "N", doc = "end after N changes" } },
  examples = { "odp vport listen", "odp vport listen --json" },
  run = function(cmd)
    local left = cmd.flags.count or math.huge
    if left < 1 then cmd:usage("--count is 1 or more") end
    local names = { new = "add", set = "change", delete = "delete" }
    odp.on_vport(function(event)
      if left < 1 then return end
      left = left - 1
      local what = names[event.kind] or event.kind
      local record = ports.record(event.vport)
      record.event = what
      cmd:line(what .. " " .. ports.words(event.vport), record)
      if left < 1 then odp.stop() end
    end, {
      lost = function(_, new)
        cmd:note(("%d changes were lost: they came faster than they could be printed"):format(new))
      end,
    })
    odp.run()
  end,
}
