-- The console, as somebody sees it on a terminal (of tmux), on a live kernel.
local test, odp, net, packet = require "test", require "odp", require "net", require "packet"
local program, terminal, topology = require "lib.program", require "lib.terminal", require "lib.topology"

local home = os.tmpname()
os.remove(home)
os.execute("mkdir -p " .. home)
odp.defer(function() os.execute("rm -rf " .. home) end)

local function write(name, text)
  local path = home .. "/" .. name
  os.execute("mkdir -p $(dirname " .. path .. ")")
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
  return path
end

local function read(path)
  local file = assert(io.open(path))
  local text = file:read "*a"
  file:close()
  return text
end

-- A terminal with a console of a user with an empty home.
local function open(args, environment, width, height)
  local t = terminal.open(width or 80, height or 24)
  t:type(("clear; env HOME=%s %s %s %s; echo left with $?"):format(home, environment or "", program.path, args or ""))
  t:await "odp>"
  return t
end

local function leave(t)
  t:press "C-d"
  t:await "left with 0"
  os.execute("rm -rf " .. home .. "/.local")
end

test("expressions, statements and blocks", function()
  local t = open()
  t:await("Tab completes, help explains, .help lists keys and commands, Ctrl-D ends.")
  t:type "1 + 1"
  t:await "odp> 1 + 1\n2\nodp>"
  t:type "_ * 10, 'text'"
  t:await "\n20\n\"text\"\nodp>"
  t:type "_2 + 1"
  t:await "odp> _2 + 1\n21\n"
  t:press "C-l"
  t:type "for i = 1, 2 do"
  t:await "\n...>"
  t:type "print('turn', i)"
  t:type "end"
  t:await "turn    1\nturn    2\n"
  t:type "local n = 40"
  t:type "n + 2"
  t:await "\n42\n"
  t:press "C-l"
  t:paste "local sum = 0\nfor i = 1, 4 do\n\tsum = sum + i\nend\nprint('sum', sum)\n"
  t:await "odp> local sum = 0↵for i = 1, 4 do↵ sum = sum + i↵end↵print('sum', sum)"
  t:press "Enter"
  t:await "\nsum     10\n"
  t:press "Up"
  t:await "\nodp> local sum = 0↵for"
  t:press "Enter"
  t:await "sum     10\nodp> local sum = 0↵for i = 1, 4 do↵ sum = sum + i↵end↵print('sum', sum)\nsum     10\n"
  leave(t)
end)

test("wide characters", function()
  local t = open()
  t:press "C-l"
  t:write 's = "世界😀x"'
  t:press("Left", "Left")
  t:await_cursor(1, 17)
  t:write "é"
  t:await_line(1, 'odp> s = "世界😀éx"')
  t:press("Home", "Delete")
  t:await_line(1, 'odp>  = "世界😀éx"')
  t:await_cursor(1, 6)
  t:press "C-c"
  leave(t)
end)

test("help", function()
  local t = open()
  for _, line in ipairs { "odp.create_datapath?", "help odp.create_datapath", "help(odp.create_datapath)", "?odp.create_datapath" } do
    t:press "C-l"
    t:type(line)
    t:await("odp.create_datapath(", "\n    ", "\nodp>")
  end
  t:press "C-l"
  t:type "apropos recirculation id"
  t:await "recirc_id"
  t:press "C-l"
  t:type ".help"
  t:await(".edit [FILE]", ".save FILE", "Ctrl-R", "x lasts for the session")
  t:type ".nothing"
  t:await ".nothing is no command of the console; there are .edit, .help, .jobs,"
  leave(t)
end)

test("what goes on meanwhile", function()
  topology.quiet()
  local t = open(nil, nil, 100)
  t:type "dp = odp.create_datapath 'dp0'; link = net.veth { a = 'p1', b = 'q1', up = true }; p = dp:add_vport 'p1'"
  t:type "odp.defer(function() print('cleaned up', dp.name) dp:delete() link:delete() end)"
  t:type "h = dp:on_miss(function(pkt) print('missed', #pkt.data) io.write('and so\\n') end)"
  t:press "C-l"
  t:write "print('not yet"
  t:press("Left", "Left")
  t:await_cursor(1, 18)
  local data = packet.build { eth = { src = "02:00:00:00:00:01", dst = "02:00:00:00:00:02", type = 0x88b5 } }
  net.link("q1"):send(data)
  t:await_line(1, "missed  " .. #data)
  t:await_line(2, "and so")
  t:await_line(3, "odp> print('not yet")
  t:await_cursor(3, 18)
  t:write "X"
  t:await_line(3, "odp> print('not yXet")
  t:press("C-c", "C-l")
  t:type "tick = odp.every(3600, function() end)"
  t:type ".jobs"
  t:await("miss: on_miss handler of dp0", "timer: timer set at console:1 (in 59m", "defer: function deferred at console:1")
  t:type "#odp.jobs()"
  t:await "\n3\n"
  -- Ctrl-C at a line that runs, and with a datapath that stays.
  t:press "C-l"
  t:type "print('begun') while true do end"
  t:await "\nbegun\n"
  t:press "C-c"
  t:await "interrupted"
  t:press "C-l"
  t:type "print('begun') odp.run()"
  t:await "\nbegun\n"
  t:press "C-c"
  t:await "\nodp>"
  t:press "C-l"
  t:type "print('begun') return odp.run()"
  t:await "\nbegun\n"
  t:press "C-c"
  t:await('"signal"', "SIGINT")
  t:type "dp.name, h ~= nil"
  t:await '"dp0"'
  net.link("q1"):send(data)
  t:await("missed  " .. #data)
  t:write "half of a line"
  t:press "C-c"
  t:type "'usable'"
  t:await "\n\"usable\"\n"
  t:press "C-d"
  t:await("cleaned up      dp0", "left with 0")
  test.eq(odp.datapath "dp0", nil)
end)

test("mistakes", function()
  local t = open()
  for line, shown in pairs {
    ["x = = 1"] = "console:1: syntax error near '='\n  x = = 1\n      ^\nodp>",
    ["odp.datpath 'x'"] = "console:1: module odp has no 'datpath'; did you mean datapath?\n  odp.datpath 'x'\n      ^\nodp>",
    ["odp.match 'ipv4(srk=1)'"] = "?)\n  odp.match 'ipv4(srk=1)'\n                  ^\nodp>",
    ["pritn(1)"] = "\n  pritn(1)\n  ^\n  undefined global 'pritn'; did you mean print?\nodp>",
    ["odp.datapath 'nosuch':delete()"] = "^",
  } do
    t:press "C-l"
    t:type(line)
    t:await(shown)
  end
  t:type "'usable'"
  t:await "\n\"usable\"\n"
  leave(t)
end)

test("history", function()
  local t = open()
  t:type "first = 'alpha'"
  t:type " secret = 1"
  t:await "secret"
  leave(t)
  local a = open()
  a:type "second = 'beta'"
  a:press "C-r"
  a:write "bet"
  a:await "bck-i-search: bet"
  a:press "Enter"
  a:type "second"
  a:await '"beta"'
  a:press "C-d"
  a:await "left with 0"
  local path = home .. "/.local/state/odp/history"
  test.eq(read(path), "second = 'beta'\nsecond\n")
  test.eq(net.exec("stat", "-c", "%a", path).stdout, "600\n")
  -- Two consoles at the same time.
  local b = open()
  b:press("Up", "Up", "Enter")
  b:type "second"
  b:await '"beta"'
  local other = net.exec("script", "-qec", program.path, "/dev/null", { env = { HOME = home, TERM = "xterm" }, stdin = "other = 1\r\4" })
  test.eq(other.status, 0)
  b:type "third = 3"
  b:type "third"
  b:await "\n3\n"
  local both = read(path)
  test.contains(both, "other = 1\n")
  test.contains(both, "third = 3\n")
  leave(b)
end)

test("scripts in the console", function()
  write(".config/odp/init.lua", "local greeting = 'hello'\nfunction greet(who) return greeting .. ' ' .. who end\n")
  local script = write("setup.lua", "#!/usr/bin/env odp\nlocal dp = odp.create_datapath(arg[1])\nodp.defer(function() dp:delete() end)\nfunction ports() return dp:vports() end\n")
  local t = open("-i " .. script .. " dp7")
  t:type "dp.name, #ports(), greet 'you'"
  t:await '"dp7"\n1\n"hello you"\n'
  t:press "C-l"
  t:type ".time for i = 1, 3 do print(i) end"
  t:await("1\n2\n3\ntook ", "s\nodp>")
  t:type("local more = 1")
  t:type(".load " .. write("more.lua", "local more = 2\nprint('loaded', more)\n"))
  t:await "loaded  2\n"
  t:type "more"
  t:await "odp> more\n2\n"
  t:type ".load nowhere.lua"
  t:await "cannot read the script: open nowhere.lua: no such file or directory"
  leave(t)
  t = terminal.open(80, 24)
  t:type(("env HOME=%s %s -i nowhere.lua"):format(home, program.path))
  t:await "odp: cannot read the script: stat nowhere.lua: no such file or directory"
  os.remove(home .. "/.config/odp/init.lua")
end)

test("the editor", function()
  local editor = write("editor", "#!/bin/sh\nsed -i 's/one/two/' \"$1\"\necho \"print('added')\" >> \"$1\"\n")
  os.execute("chmod +x " .. editor)
  local t = open(nil, "EDITOR=" .. editor)
  t:type "print 'one'"
  t:await "\none\n"
  t:type ".edit"
  t:await "print 'two'\nprint('added')\ntwo\nadded\nodp>"
  t:press "Up"
  t:await "odp> print 'two'↵print('added')"
  t:press "C-c"
  leave(t)
end)

test("saving the session", function()
  local t = open()
  local path = home .. "/saved.lua"
  os.remove(path)
  t:type "local dp = odp.create_datapath 'dp3'"
  t:type "odp.defer(function() dp:delete() end)"
  t:type "#dp:vports()"
  t:type "_ + 1"
  t:type "nonsense.x = 1"
  t:type "print(dp.name)"
  t:type(".save " .. path)
  t:await(path .. ": ")
  t:type(".save " .. path)
  t:await "file exists"
  leave(t)
  local text = read(path)
  test.contains(text, "-- failed: nonsense.x = 1\n")
  local r = net.exec(program.path, path)
  test.eq(r.status, 0, r.stderr)
  test.eq(r.stdout, "1\n2\ndp3\n")
end)

test("network namespaces", function()
  local blue = net.namespace "console-blue"
  local t = open()
  t:type ".netns console-blue"
  t:await "\nodp:console-blue>"
  t:type "odp.create_datapath 'dp0' and net.current_namespace().name"
  t:await '"console-blue"\n'
  test.eq(odp.datapath "dp0", nil)
  test.eq(blue:with(function() return odp.datapath("dp0").name end), "dp0")
  t:type ".netns nowhere"
  t:await '.netns: bad argument #1 (ns) to net.enter: the name of a namespace expected, got'
  t:type "odp.datapath('dp0'):delete()"
  t:type ".netns"
  t:await "\nodp>"
  t:type "net.current_namespace().name"
  t:await "\nnil\n"
  leave(t)
  blue:delete()
end)

test("other terminals", function()
  -- Standard input is a script where it is no terminal.
  local r = net.exec(program.path, { stdin = "local x = 2\nprint(x * 21)\n" })
  test.eq({ r.status, r.stdout, r.stderr }, { 0, "42\n", "" })
  local t = open(nil, "TERM=dumb")
  t:type "1 + 1"
  t:await "odp> 1 + 1\n2\nodp>"
  leave(t)
  t = open()
  t:press "C-l"
  t:write(("x = '%s'"):format(("0123456789"):rep(9)))
  t:await_cursor(2, 22)
  t:resize(40, 24)
  t:await_cursor(3, 22)
  t:write "Z"
  t:await "456789'Z"
  t:resize(80, 24)
  t:write "Y"
  t:await "456789'ZY"
  t:press "C-c"
  leave(t)
end)
