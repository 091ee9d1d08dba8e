-- What odp puts, ovs-dpctl lists as odp does, and the other way round: 3,200 flows made from the table
-- (tests/corpus), in normal and verbose text.
local odp, net = require "odp", require "net"
local t = require "test"

--- What the ovs-dpctl of Debian's openvswitch-switch prints otherwise: our pattern and theirs, which
--- both become the same word.
local printed_otherwise = {
  -- It takes the numbers of these actions for those of its own datapath's.
  { "drop%(%d+%)", "tnl_pop%b()" },
  { "dec_ttl%(le_1%b()%)", "tnl_push%b()" },
  { "psample%b()", "bad length %d+, expected %d+ for: action25%b()" },
  -- It drops the zero bytes in front, so that the header cannot be read back.
  { "md2=0x0*", "md2=0x" },
}

--- Actions that it prints but cannot read. With all three flags it takes set(tunnel()) for a set with a
--- mask, which the kernel refuses.
local not_read = { "set%(tunnel%(.*flags%(oam|df|csum%)", "hash%(", "push_mpls%(", "pop_mpls%(", "dec_ttl%(", "push_eth%(", "pop_eth", "drop%(", "psample%(" }

--- Its reader takes the key nsh for a syntax error, whatever is in it, and the names of ports that it
--- prints in ct_tuple6 as well.
local keys_not_read = { "nsh%(", "ct_tuple6%(" }

local function readable(match, actions)
  if actions == "drop" then return false end -- which it sends as an action of its own datapath
  for _, pattern in ipairs(not_read) do
    if actions:find(pattern) then return false end
  end
  for _, pattern in ipairs(keys_not_read) do
    if match:find(pattern) then return false end
  end
  return true
end

--- Actions as it reads them, where that is not as it prints them.
local function as_read(actions)
  actions = actions:gsub("recirc%((0x%x+)%)", function(id) return "recirc(" .. tonumber(id) .. ")" end)
  return (actions:gsub("slow_path%((.-)%)", function(reasons) return "slow_path(" .. reasons:gsub(",", "|") .. ")" end))
end

local function ovs(...)
  local r = net.exec("ovs-dpctl", ...)
  t.eq(r.status, 0, r.stderr)
  return r.stdout
end

local dp = odp.create_datapath("dp0")
dp:add_vport { name = "corpus1", type = "internal", number = 1 }
dp:add_vport { name = "corpus-two", type = "internal", number = 2 }
dp:set_meter { id = 1, bands = { { rate = 1000 } } }
local features = {}
for _, f in ipairs(odp.features()) do features[f.name] = f.present end

local function has(needs)
  for name in needs:gmatch("[^,]+") do
    if not features[name] then return false end
  end
  return true
end

--- The ways in which flows are listed: ours and theirs.
local listings = {
  { what = "plain", ours = {}, theirs = { "--no-names" } },
  { what = "with names", ours = { names = true }, theirs = { "--names" } },
  { what = "verbose", ours = { verbose = true }, theirs = { "-m", "--no-names" } },
  { what = "verbose with names", ours = { verbose = true, names = true }, theirs = { "-m", "--names" } },
}

--- The lines of both, with what is printed otherwise in words of its own.
local function compare(put_by)
  for _, list in ipairs(listings) do
    local ours, theirs = {}, {}
    for flow in dp:flows() do
      local line = flow:text(list.ours)
      for i, words in ipairs(printed_otherwise) do line = line:gsub(words[1], "otherwise" .. i) end
      table.insert(ours, line)
    end
    for line in ovs("dump-flows", "dp0", unpack(list.theirs)):gmatch("[^\n]+") do
      for i, words in ipairs(printed_otherwise) do line = line:gsub(words[2], "otherwise" .. i) end
      table.insert(theirs, line)
    end
    table.sort(ours)
    table.sort(theirs)
    local what = "put by " .. put_by .. ", " .. list.what
    t.eq(#ours, #theirs, what)
    local differ = 0
    for i, line in ipairs(ours) do
      if line ~= theirs[i] then
        differ = differ + 1
        if differ <= 10 then print(what .. "\n  odp:       " .. line .. "\n  ovs-dpctl: " .. theirs[i]) end
      end
    end
    t.eq(differ, 0, what .. ": lines that differ")
  end
end

local put, refused = 0, 0
for line in io.lines(os.getenv("ODP_CORPUS")) do
  local needs, match, actions = line:match("^(.-)\t(.-)\t(.*)$")
  -- Every third flow has an identifier.
  local m = odp.match(match)
  local ok, err = pcall(dp.put_flow, dp, { match = m, actions = actions, ufid = put % 3 == 0 and m.ufid or nil })
  if has(needs) then
    t.ok(ok, match .. " " .. actions .. ": " .. tostring(err))
    put = put + 1
  elseif ok then
    -- Keys that are not matched are not put, and need nothing.
    for name in needs:gmatch("[^,]+") do
      local there = (tostring(m) .. " " .. actions):find(name, 1, true)
      t.ok(features[name] or not there, "refused without " .. needs .. ": " .. match .. " " .. actions)
    end
    put = put + 1
  else
    refused = refused + 1
  end
end
print(put .. " flows put, " .. refused .. " refused for want of a feature")
t.ok(put >= 2000, "enough flows: " .. put)
compare("odp")

-- A listing can be put again as it is, and is then the same.
for _, list in ipairs(listings) do
  if list.what == "plain" or list.what == "verbose" then
    local lines = {}
    for flow in dp:flows() do table.insert(lines, flow:text(list.ours)) end
    dp:flush_flows()
    local again, errors = dp:put_flows(lines)
    for n, e in pairs(errors) do print(lines[n], e) end
    t.eq(again, #lines, "flows put from their listing, " .. list.what)
    local now = {}
    for flow in dp:flows() do table.insert(now, flow:text(list.ours)) end
    -- With an identifier the kernel lists a port though it is not matched, which is not put again.
    for i, line in ipairs(lines) do lines[i] = line:gsub("in_port%(0/0xffff0000%),", "") end
    table.sort(lines)
    table.sort(now)
    local differ = 0
    for i, line in ipairs(lines) do
      if line ~= now[i] then
        differ = differ + 1
        if differ <= 10 then print("listed: " .. line .. "\nagain:  " .. tostring(now[i])) end
      end
    end
    t.eq(differ, 0, "lines that differ when put from their listing, " .. list.what)
  end
end

-- Theirs: the same flows from the verbose text, which has every key that the kernel wants to see.
local file = os.tmpname()
local out = assert(io.open(file, "w"))
local count, skipped = 0, 0
for flow in dp:flows() do
  local match = tostring(flow:text { verbose = true }):match("^(.-), packets:")
  match = match:gsub(",?key32%b()", "") -- which it prints but cannot read
  local actions = tostring(flow.actions)
  if readable(match, actions) then
    out:write("add ", match, " ", as_read(actions), "\n")
    count = count + 1
  else
    skipped = skipped + 1
  end
end
out:close()
dp:flush_flows()
local add = net.exec("ovs-dpctl", "add-flows", "dp0", file)
os.remove(file)
t.eq(add.stderr, "", "ovs-dpctl reads what odp writes")
print(count .. " flows put by ovs-dpctl, " .. skipped .. " have actions that it cannot read")
compare("ovs-dpctl")
local n = 0
for _ in dp:flows() do n = n + 1 end
t.eq(n, count, "flows that ovs-dpctl has put")
t.ok(count >= 2000, "enough flows: " .. count)
dp:delete()
