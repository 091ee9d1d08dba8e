-- Module dpctl.flow: flows as the verbs of dpctl read and print them.
local odp = require "odp"
local errno = require "dpctl.errno"
local M = {}

local HEX = "%x"
local UFID = "^ufid:(" .. table.concat({ HEX:rep(8), HEX:rep(4), HEX:rep(4), HEX:rep(4), HEX:rep(12) }, "%-") .. ")[, \t\r\n]*"

--- The identifier at the beginning of a flow's text, and what follows it. A text that begins as one and is none gives false.
---@param text string
---@return string|false|nil ufid
---@return string rest
function M.ufid(text)
  if text:sub(1, 5) ~= "ufid:" then return nil, text end
  local _, last, ufid = text:find(UFID)
  if not last then return false, text end
  return ufid, text:sub(last + 1)
end

--- What is wrong with a text, in one line.
---@param e odp.Error
---@return string
local function problem(e)
  return ((e.message:match "^[^\n]*"):gsub("^bad argument #%d+ %([%w_]+%) to [%w_.:]+: ", ""))
end

--- Read the keys of a flow. The kernel is to judge them: nothing is filled in.
---@param text string
---@param dp odp.Datapath
---@return odp.Match? match
---@return string? problem
function M.match(text, dp)
  local ok, m = pcall(odp.literal_match, text, dp)
  if ok then return m end
  errno.of(m)
  return nil, problem(m)
end

--- The counters of a flow, as in its line.
---@param flow odp.Flow
---@return string
function M.counters(flow)
  local line = flow:text()
  local first = line:find(", packets:", 1, true) + 2
  return line:sub(first, line:find(", actions:", first, true) - 1)
end

--- Print a flow.
---@param ctl dpctl.Session
---@param flow odp.Flow
function M.print(ctl, flow)
  ctl:line(flow:text { verbose = ctl.verbosity > 0, names = ctl.names, ovs = true }, flow)
end

--- Read a flow, or say what is wrong with its text.
---@param dp odp.Datapath
---@param text string its keys, perhaps with an identifier in front
---@param actions_text string
---@return odp.FlowSpec? spec
---@return string? problem
function M.read(dp, text, actions_text)
  local ufid, keys = M.ufid(text)
  if ufid == false then return nil, "parsing flow ufid" end
  local match, wrong = M.match(keys, dp)
  if not match then return nil, ("parsing flow key (%s)"):format(wrong) end
  local ok, actions = pcall(odp.actions, actions_text, dp)
  if not ok then
    errno.of(actions)
    return nil, ("parsing actions (%s)"):format(problem(actions))
  end
  return { match = match, actions = actions, ufid = ufid or nil }
end

--- Tell that the kernel refused a flow.
---@param ctl dpctl.Session
---@param e odp.Error
function M.refused(ctl, e) ctl:warn(errno.of(e), "updating flow table") end

--- Put a flow, and tell of what goes wrong.
---@param ctl dpctl.Session
---@param dp odp.Datapath
---@param text string its keys, perhaps with an identifier in front
---@param actions_text string
---@param mode "create"|"replace"|"modify"
---@param clear? boolean set its counters to zero afterwards
---@return boolean ok
function M.put(ctl, dp, text, actions_text, mode, clear)
  local spec, wrong = M.read(dp, text, actions_text)
  if not spec then
    ctl:warn("EINVAL", wrong --[[@as string]])
    return false
  end
  spec.mode = mode
  local put, flow = pcall(dp.put_flow, dp, spec)
  if not put then
    M.refused(ctl, flow)
    return false
  end
  if not ctl.stats and not clear then return true end
  local now = dp:flow(spec.ufid and { ufid = spec.ufid } or spec.match) or flow
  if clear then dp:clear_flow(now) end
  if ctl.stats then ctl:line(M.counters(now), now) end
  return true
end

--- Read which flow is meant, or say what is wrong with its text.
---@param dp odp.Datapath
---@param text string its keys, or its identifier
---@return odp.Match|odp.FlowID|nil
---@return string? problem
function M.which(dp, text)
  local ufid, keys = M.ufid(text)
  if ufid == false then return nil, "parsing flow ufid" end
  local match, wrong = M.match(keys, dp)
  if not match then return nil, wrong end
  return ufid and { ufid = ufid } or match
end

--- Tell that the kernel did not delete a flow.
---@param ctl dpctl.Session
---@param e odp.Error
function M.not_deleted(ctl, e)
  ctl:warn(errno.of(e), "deleting flow")
  if errno.of(e) == "ENOENT" then ctl:line "Perhaps you need to specify a UFID?" end
end

--- Delete a flow, and tell of what goes wrong.
---@param ctl dpctl.Session
---@param dp odp.Datapath
---@param text string its keys, or its identifier
---@return boolean ok
function M.delete(ctl, dp, text)
  local which, wrong = M.which(dp, text)
  if not which then
    ctl:warn("EINVAL", wrong --[[@as string]])
    return false
  end
  local ok, flow = pcall(dp.delete_flow, dp, which)
  if ok then
    if ctl.stats then ctl:line(M.counters(flow), flow) end
    return true
  end
  M.not_deleted(ctl, flow)
  return false
end

return M
