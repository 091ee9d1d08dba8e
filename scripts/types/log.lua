---@meta
-- Module log, for editors. Generated from the program by go generate ./luabind: do not edit.

--- A log that does not repeat itself, made by log.every. Messages are the same if level and text are, whatever their fields. How many were held back is the field suppressed of the next one, or of one that only says so when the time is over or the script ends.
---@class log.Limit
---@field suppressed integer how many messages it has held back so far
local Limit = {}

--- Write a message of level debug.
---
--- ```lua
--- log.debug("port added", { dp = dp.name, port = 2 })
--- ```
---@param text string what happened, best the same each time: what varies belongs into the fields
---@param fields? table<string, any> what else there is to say; tables and objects of this program are written out
function Limit:debug(text, fields) end

--- Write a message of level info.
---
--- ```lua
--- log.info("port added", { dp = dp.name, port = 2 })
--- ```
---@param text string what happened, best the same each time: what varies belongs into the fields
---@param fields? table<string, any> what else there is to say; tables and objects of this program are written out
function Limit:info(text, fields) end

--- Write a message of level warn.
---
--- ```lua
--- log.warn("port added", { dp = dp.name, port = 2 })
--- ```
---@param text string what happened, best the same each time: what varies belongs into the fields
---@param fields? table<string, any> what else there is to say; tables and objects of this program are written out
function Limit:warn(text, fields) end

--- Write a message of level error.
---
--- ```lua
--- log.error("port added", { dp = dp.name, port = 2 })
--- ```
---@param text string what happened, best the same each time: what varies belongs into the fields
---@param fields? table<string, any> what else there is to say; tables and objects of this program are written out
function Limit:error(text, fields) end

--- Messages for whoever runs the script: with a level, and with fields that programs can read. $ODP_LOG sets what is written and how, as in ODP_LOG=debug or ODP_LOG=warn,json.
---@class module.log
log = {}

--- Write a message of level debug.
---
--- ```lua
--- log.debug("port added", { dp = dp.name, port = 2 })
--- ```
---@param text string what happened, best the same each time: what varies belongs into the fields
---@param fields? table<string, any> what else there is to say; tables and objects of this program are written out
function log.debug(text, fields) end

--- Write a message of level info.
---
--- ```lua
--- log.info("port added", { dp = dp.name, port = 2 })
--- ```
---@param text string what happened, best the same each time: what varies belongs into the fields
---@param fields? table<string, any> what else there is to say; tables and objects of this program are written out
function log.info(text, fields) end

--- Write a message of level warn.
---
--- ```lua
--- log.warn("port added", { dp = dp.name, port = 2 })
--- ```
---@param text string what happened, best the same each time: what varies belongs into the fields
---@param fields? table<string, any> what else there is to say; tables and objects of this program are written out
function log.warn(text, fields) end

--- Write a message of level error.
---
--- ```lua
--- log.error("port added", { dp = dp.name, port = 2 })
--- ```
---@param text string what happened, best the same each time: what varies belongs into the fields
---@param fields? table<string, any> what else there is to say; tables and objects of this program are written out
function log.error(text, fields) end

--- A log that writes each message at most once in so many seconds. What it holds back is counted, and the count is written: for handlers, which may have the same to say about every packet.
---
--- ```lua
--- local slow = log.every(5)
--- dp:on_miss(function(pkt)
---   slow:warn("no route", { dst = pkt.key.ipv4 and pkt.key.ipv4.dst })
--- end)
--- ```
---@param seconds number
---@return log.Limit limit
function log.every(seconds) end

--- Sets which messages are written: those of this level and of higher ones. Without an argument, only tells.
---
--- ```lua
--- log.level("debug")
--- ```
---@param level? "debug"|"info"|"warn"|"error"|"off" "info" if neither this nor $ODP_LOG sets it
---@return "debug"|"info"|"warn"|"error"|"off" level the level in force
function log.level(level) end

--- Sets how messages are written: as text (time=... level=INFO msg=... key=value), or as one JSON object a line. Without an argument, only tells.
---
--- ```lua
--- log.format("json")
--- ```
---@param format? "text"|"json"
---@return "text"|"json" format the format in force
function log.format(format) end

--- Sets where messages go. A file is appended to, and made if there is none; setting the same one again opens it anew, after it was moved away. Messages that cannot be written are counted, and that is reported on standard error.
---
--- Refused by odp --safe where it opens a file.
---
--- ```lua
--- log.output("/var/log/odp.log")
--- ```
---@param target? "stderr"|"stdout"|odp.FileName or the name of a file, such as ./stderr for one of that name
---@return string target where they go now
function log.output(target) end

--- How many messages could not be written.
---
--- ```lua
--- print(log.lost())
--- ```
---@return integer count
function log.lost() end

return log
