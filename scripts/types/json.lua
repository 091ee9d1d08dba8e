---@meta
-- Module json, for editors. Generated from the program by go generate ./luabind: do not edit.

--- How json.encode writes.
---@class json.EncodeOptions
---@field indent? integer|string spaces for each level, 1 to 16, or a text of spaces and tabs; all in one line if not given
---@field order? string[] names that come first in every object, in this order
---@field binary? "error"|"hex"|"base64" what becomes of strings that are not UTF-8: an error if not given

--- How json.decode reads.
---@class json.DecodeOptions
---@field drop_null? boolean leave out members of objects that are null, so that they are nil; in arrays they stay json.null

--- The class of json.null, which stands for JSON's null in tables: nil would leave the field or element out.
---@class json.Null
local Null = {}

--- JSON (RFC 8259). Objects of this program are written by their fields, as odp.fields gives them: a match by the fields that it matches, a flow by match, actions and counters. Numbers of odp.u64 and odp.u128 are written, and read, with all their digits; other values, actions and what has no fields as text; bytes of packets in hexadecimal. json(value) is short for json.encode(value): as a line of the console it prints the text as it is.
---@class module.json
---@field null json.Null stands for null, in what is written and what was read
---@overload fun(value: any, options?: json.EncodeOptions): string
json = {}

--- A value as JSON. Names of objects come in the order of the alphabet. A table with the indexes 1 to n and no others is an array, one with text (or values such as odp.mac) as indexes an object; an empty one is an object, unless json.array or json.decode made it. Other tables, tables within themselves, functions, and numbers that JSON does not have raise an error that says where they are.
---
--- ```lua
--- for f in dp:flows() do print(json.encode(f)) end
--- print(json.encode({ name = "dp0", ports = json.array{} }, { indent = 2 }))
--- ```
---@param value any
---@param options? json.EncodeOptions
---@return string text
function json.encode(value, options) end

--- The value of a JSON text. Integers that a Lua number does not hold exactly are odp.u64 or odp.u128; null is json.null. Mistakes raise an error with line and column, and so do names that an object has twice and integers that cannot be kept exactly.
---
--- ```lua
--- local t = json.decode('{"id": 18446744073709551615}')
--- print(t.id:hex())
--- ```
---@param text string
---@param options? json.DecodeOptions
---@return any value
function json.decode(text, options) end

--- The values of a text with one in each line (JSON Lines), for a for loop, each with the number of its line. Empty lines are passed over. A mistake raises an error with line and column.
---
--- ```lua
--- for event, line in json.lines(io.lines("events.jsonl")) do
---   print(line, event.kind)
--- end
--- ```
---@param source string|(fun(): string?)|{ lines: function } the text, a function that returns line after line, such as io.lines("file"), or a file
---@param options? json.DecodeOptions
---@return fun(): any, integer next
function json.lines(source, options) end

--- Marks a table as an array, so that it is one also when it is empty.
---
--- ```lua
--- local ports = json.array{}
--- for _, p in ipairs(dp:vports()) do ports[#ports + 1] = p.name end
--- ```
---@param t? table a new one if not given
---@return table t
function json.array(t) end

--- Marks a table as an object, so that its indexes may be numbers, which are written as text.
---
--- ```lua
--- print(json.encode(json.object{ [1] = "p1", [5] = "p5" }))
--- ```
---@param t? table a new one if not given
---@return table t
function json.object(t) end

return json
