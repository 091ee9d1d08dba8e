local packet, frames = require "packet", require "command.frames"

---@type command.Verb
return {
  summary = "Show what a packet is: its layers, and the flow key that a datapath makes of it.",
  details = frames.details,
  flags = frames.flags,
  examples = { "odp packet show --read misses.pcapng", "odp packet show --hex 'ff ff ff ff ff ff 02 00 00 00 00 01 08 06' --json" },
  run = function(cmd)
    local n = 0
    for frame, captured in frames.given(cmd) do
      n = n + 1
      local layers = packet.dissect(frame)
      local ok, key = pcall(packet.key, frame)
      local text = ok and tostring(key) or nil
      cmd:line(("%d: %s"):format(n, tostring(layers)), {
        number = n, length = #frame, packet = layers, key = text, comment = captured and captured.comment, time = captured and captured.time,
      })
      if not cmd.json and text then cmd:line("   " .. cmd:paint(text, "faint")) end
    end
  end,
}
