-- What the verbs of ports have in common.
local net, odp = require "net", require "odp"
local M = {}

--- The devices that could be made ports: those that are none.
function M.free_devices()
  local taken, list = {}, {}
  for _, dp in ipairs(odp.datapaths()) do
    for _, port in ipairs(dp:vports()) do
      taken[port.name] = true
    end
  end
  for _, link in ipairs(net.links()) do
    if not taken[link.name] and link.name ~= "lo" then list[#list + 1] = link.name end
  end
  return list
end

--- A port as the words that add it, without `odp vport add`. name is its name as it is shown, in a colour perhaps.
function M.words(port, name)
  local words = ("%s %s %s"):format(port.type, port.datapath.name, name or port.name)
  if port.dst_port then words = words .. " --port=" .. port.dst_port end
  if port.gbp then words = words .. " --gbp" end
  return words
end

--- A port as a record.
function M.record(port)
  return {
    datapath = port.datapath.name, type = port.type, name = port.name, number = port.number, port = port.dst_port, gbp = port.gbp or nil,
  }
end

--- The verb that adds ports of a type. its has the summary, the details, the argument
--- `name`, and for tunnels in UDP the `port` that they use by default.
function M.add_verb(kind, its)
  local flags = {}
  if its.port then
    flags[1] = { name = "port", kind = "integer", value = "PORT", doc = "the UDP port of the tunnels", default = its.port }
  end
  if kind == "vxlan" then flags[2] = { name = "gbp", doc = "carry the group based policy in headers" } end
  local name = its.name.name
  return {
    summary = its.summary,
    details = its.details,
    args = { { name = "DP", kind = "datapath", doc = "the datapath's name or number" }, its.name },
    flags = flags,
    examples = { ("odp vport add %s dp0 %s"):format(kind, kind == "netdev" and "eth1" or kind .. "0") },
    run = function(cmd)
      local port = cmd.flags.port
      if port and (port < 1 or port > 65535) then cmd:usage(("--port: 1 to 65535 expected, got %d"):format(port)) end
      local spec = { name = cmd.args[name], type = kind, dst_port = port }
      if cmd.flags.gbp then spec.gbp = true end
      local made = cmd.args.DP:add_vport(spec)
      if cmd.json then cmd:line("", M.record(made)) end
    end,
  }
end

return M
