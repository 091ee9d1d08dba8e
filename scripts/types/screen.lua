---@meta
-- Module screen, for editors. Generated from the program by go generate ./luabind: do not edit.

--- How screen.open shows things.
---@class screen.Options
---@field colors? boolean false: styles have no colours; by the variable NO_COLOR if not given

--- The terminal, taken by screen.open. What is drawn is seen when view:show is called, which writes only what has changed. Rows and columns count from 1, at the top left. A wide character takes two columns, as odp.text_width counts them.
---@class screen.Screen
---@field width integer columns
---@field height integer rows
local Screen = {}

--- Empty what is drawn, to draw all anew.
---
--- ```lua
--- view:clear():text(1, 1, "nothing else")
--- view:show()
--- ```
---@return screen.Screen screen this one
function Screen:clear() end

--- Draw a text in one row. What is beyond the edges is left out, so that a script need not know them. Control characters, which a terminal would obey, are drawn as �.
---
--- ```lua
--- local column = view:text(1, 1, "lost: ")
--- view:text(1, column, tostring(dp.stats.lost), "bold red")
--- ```
---@param row integer
---@param column integer
---@param text string
---@param style? string words: bold, faint, underline, reverse, a colour, on and a colour, such as "bold red"; the colours are black, red, green, yellow, blue, magenta, cyan and white
---@return integer column the one behind it, to go on at
function Screen:text(row, column, text, style) end

--- Have the terminal show what is drawn.
---
--- ```lua
--- odp.every(1, function()
---   view:text(1, 1, os.date("%H:%M:%S"))
---   view:show()
--- end)
--- ```
---@return screen.Screen screen this one
function Screen:show() end

--- The next key that was pressed. Waits for one. Keys with a character are that; the others are up, down, left, right, home, end, page-up, page-down, insert, delete, backspace, tab, shift-tab, enter, escape, f1 to f12, ctrl-a and so on, and alt- before any. "resize" says that the terminal's size has changed: draw anew. Ctrl-C, Ctrl-Z and Ctrl-\ are signals as ever.
---
--- ```lua
--- while view:key() ~= "q" do end
--- ```
---@async
---@param seconds? number the longest time to wait; without end if not given, 0 to take only one that is there
---@return string? key nil when the time was over
---@return "timeout"? problem
function Screen:key(seconds) end

--- Call a function for each key, while the script waits or is in odp.run. Keys are called as view:key says. A second function takes the place of the first. An error in it is reported and counted, and the loop goes on.
---
--- ```lua
--- view:on_key(function(key)
---   if key == "q" then odp.stop() end
--- end)
--- odp.run()
--- ```
---@param fn fun(key: string)
---@return screen.Screen screen this one
function Screen:on_key(fn) end

--- Give the terminal back, which shows what it did before. Closing again does nothing.
---
--- ```lua
--- view:close()
--- ```
function Screen:close() end

--- The whole terminal: text in any place, in styles, and single keys, for views that change while one looks. The terminal is left as it was however the script ends, also by Ctrl-C, by a signal and by an error; Ctrl-Z stops the program, and fg has it go on.
---@class module.screen
screen = {}

--- Take the terminal, of which there is one: standard input and output. It then shows an empty screen, and what was there before when the screen is closed, as it is when the script ends. What print, log and warnings write meanwhile comes then.
---
--- ```lua
--- local view = screen.open()
--- view:text(1, 1, "press a key", "bold")
--- view:show()
--- local key = view:key()
--- view:close()
--- print("it was " .. key)
--- ```
---@param options? screen.Options
---@return screen.Screen screen
function screen.open(options) end

return screen
