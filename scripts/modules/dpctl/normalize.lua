-- Module dpctl.normalize: actions by the tags that the packet has when they are done, so that lists that do the same are the same.
local odp = require "odp"
local errno = require "dpctl.errno"

--- A tag of a packet.
---@class dpctl.Tag
---@field tpid integer
---@field vid integer
---@field pcp integer
---@field cfi integer

--- Names of ports put in place of their numbers, in the keys where they can stand and as actions.
---@param text string
---@param numbers table<string, string>
---@param actions? boolean
---@return string
local function resolve(text, numbers, actions)
  text = text:gsub("in_port%(([^)]*)%)", function(name) return ("in_port(%s)"):format(numbers[name] or name) end)
  if actions then
    text = text:gsub("([^, ()=]+)()", function(word, after)
      return text:sub(after, after):find "[(=]" and word or numbers[word] or word
    end)
  end
  return text
end

--- The tags of a packet, the outermost one first.
---@param key odp.Key
---@return dpctl.Tag[]
local function tags(key)
  local list, at = {}, key
  while at and at.vlan do
    table.insert(list, { tpid = at.eth_type, vid = at.vlan.vid or 0, pcp = at.vlan.pcp or 0, cfi = at.vlan.cfi or 1 })
    at = at.encap
  end
  return list
end

--- A text that orders lists of tags as their bytes in a packet do.
---@param list dpctl.Tag[]
---@return string
local function order(list)
  local text = ""
  for i = 1, 2 do
    local t = list[i]
    text = text .. (t and ("%04x%04x"):format(t.tpid, t.pcp * 8192 + t.cfi * 4096 + t.vid) or "00000000")
  end
  return text
end

---@param list dpctl.Tag[]
---@return string
local function describe(list)
  if not list[1] then return "no vlan: " end
  local text = ""
  for i = 1, math.min(#list, 2) do
    local t = list[i]
    -- Open vSwitch prints this number with its bytes the other way round.
    local tpid = t.tpid ~= 0x8100 and ("tpid=0x%02x%02x,"):format(t.tpid % 256, math.floor(t.tpid / 256)) or ""
    text = text .. ("vlan(%svid=%d,pcp=%d): "):format(tpid, t.vid, t.pcp)
  end
  return text
end

---@param key odp.Key
---@return string
local function mpls(key)
  local at = key
  while at.encap do at = at.encap end
  local m = at.mpls
  if not m then return "no mpls: " end
  return ("mpls(label=%d,tc=%d,ttl=%d): "):format(m.label or 0, m.tc or 0, m.ttl or 0)
end

--- Sort ports that packets go out of one after the other.
---@param list odp.Actions[]
local function sort_outputs(list)
  local first
  for i = 1, #list + 1 do
    local a = list[i]
    if a and a.name == "output" then
      first = first or i
    elseif first then
      local run = {}
      for j = first, i - 1 do run[#run + 1] = list[j] end
      table.sort(run, function(x, y) return x.args < y.args end)
      for j, x in ipairs(run) do list[first + j - 1] = x end
      first = nil
    end
  end
end

---@param ctl dpctl.Session
return function(ctl)
  local numbers = {}
  for i = 3, #ctl.args do
    local name, number = ctl.args[i]:match "^([^=]+)=%s*(%d+)"
    if not name then ctl:fail(nil, ctl.args[i] .. ": expected NAME=NUMBER") end
    numbers[name] = number
  end
  local ok, key = pcall(odp.key, resolve(ctl.args[1], numbers))
  if not ok then
    errno.of(key)
    ctl:fail("EINVAL", ("odp_flow_key_from_string (%s)"):format((key.message:match "^[^\n]*")))
  end
  ctl:line("input flow: " .. tostring(key))
  local actions = ctl:try("odp_actions_from_string", odp.actions, resolve(ctl.args[2], numbers, true))
  if ctl.verbosity > 0 then ctl:line("input actions: " .. tostring(actions)) end
  local now, groups, by_tags = tags(key), {}, {}
  for name, args, action in actions:each() do
    if name == "pop_vlan" then
      table.remove(now, 1)
    elseif name == "push_vlan" then
      table.insert(now, 1, { tpid = args.tpid or 0x8100, vid = args.vid or 0, pcp = args.pcp or 0, cfi = args.cfi or 1 })
      now[3] = nil
    else
      local place = order(now)
      local group = by_tags[place]
      if not group then
        group = { place = place, tags = describe(now), vlans = { unpack(now) }, list = {} }
        by_tags[place] = group
        groups[#groups + 1] = group
      end
      table.insert(group.list, action)
    end
  end
  if actions.empty then groups[1] = { place = "", tags = describe(now), vlans = now, list = {} } end
  table.sort(groups, function(a, b) return a.place < b.place end)
  for _, group in ipairs(groups) do
    sort_outputs(group.list)
    local done = tostring(odp.actions(group.list))
    ctl:print(group.tags .. mpls(key) .. done)
    if ctl.cmd.json then ctl:line("", { flow = tostring(key), vlans = group.vlans, actions = done }) end
  end
end
