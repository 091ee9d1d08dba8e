local odp, ports = require "odp", require "command.ports"

---@type command.Verb
return {
  summary = "List the ports of a datapath, or of all.",
  details = [[
Each line is what `odp vport add` takes to add the port: its type, its datapath, its name and its flags. The port that a
datapath has by itself is listed as one of type internal. --stats adds what each has counted, --numbers its number.]],
  args = { { name = "DP", kind = "datapath", optional = true, doc = "its name or number" } },
  flags = {
    { name = "numbers", doc = "show the number of each port, which flows match and output to" },
    { name = "stats", short = "s", doc = "show what each port has counted" },
  },
  examples = { "odp vport list", "odp vport list dp0 --stats" },
  run = function(cmd)
    for _, dp in ipairs(cmd.args.DP and { cmd.args.DP } or odp.datapaths()) do
      for _, port in ipairs(dp:vports()) do
        local text, record = ports.words(port, cmd:paint(port.name, "bold")), ports.record(port)
        if cmd.flags.numbers then text = ("%s: port %d"):format(text, port.number) end
        if cmd.flags.stats then
          local s = port.stats
          record.stats = s
          text = ("%s: received %d packets, %d bytes, sent %d packets, %d bytes"):format(text, s.rx_packets, s.rx_bytes, s.tx_packets, s.tx_bytes)
        end
        cmd:line(text, record)
      end
    end
  end,
}
