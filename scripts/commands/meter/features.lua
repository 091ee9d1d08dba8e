---@type command.Verb
return {
  summary = "Show what meters the kernel has.",
  args = { { name = "DP", kind = "datapath", doc = "a datapath's name or number" } },
  examples = { "odp meter features dp0" },
  run = function(cmd)
    local f = cmd.args.DP.meter_features
    local record = { max_meters = f.max_meters, max_bands = f.max_bands, band_types = f.band_types }
    cmd:line(("%d meters at most, with %d band each (%s)"):format(f.max_meters, f.max_bands, table.concat(f.band_types, ", ")), record)
  end,
}
