package luabind

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

func TestInput(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	three := file("three", "one\n\nthree")
	empty := file("empty", "")
	long := file("long", strings.Repeat("x", 3*streamBuffer)+"\n")
	many := file("many", strings.Repeat("0123456789\n", 300_000)) // more than the buffer
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	code := func(format string, path string) string { return fmt.Sprintf(format, path) }
	checkPrints(t, []printCase{
		{"read", code("local i = odp.input(%q) print(i:read(), i:read(), i:read(), i:read(), (i:read()))", three), "one\t\tthree\tnil\tnil\n"},
		{"lines", code("for l in odp.input(%q):lines() do print(#l) end", three), "3\n0\n5\n"},
		{"all", code("print(#odp.input(%q):read_all())", many), "3300000\n"},
		{"more than the buffer", code("local n = 0 for l in odp.input(%q):lines() do assert(l == '0123456789') n = n + 1 end print(n)", many), "300000\n"},
		{"empty", code("local i = odp.input(%q) print(i:read()) print(i:read_all() == '')", empty), "nil\ntrue\n"},
		{"a long line", code("print((select(2, pcall(function() odp.input(%q):read() end))).message)", long), "a line is longer than 1048576 bytes\n"},
		{"on_line", code(`odp.input(%q):on_line(function(l) print("<" .. l .. ">") end, function() print("end") end) print(odp.run())`, three),
			"<one>\n<>\n<three>\nend\nidle\n"},
		{"on_line in order, one at a time", code(`local n, busy = 0, 0
			odp.input(%q):on_line(function(l) busy = busy + 1 assert(busy == 1) n = n + 1 if n %% 50000 == 0 then odp.sleep(0) end busy = busy - 1 end, function() print(n) end)
			odp.run()`, many), "300000\n"},
		{"closed", code("local i = odp.input(%q) i:close() i:close() print(i:read())", three), "nil\n"},
		{"a pipe that nobody writes to", code("local i = odp.input(%q) print(i:read(0.01)) i:close() i = nil", pipe), "nil\ttimeout\n"},
		{"a pipe", code(`local i = odp.input(%[1]q)
			odp.spawn(function() odp.sleep(0.01) net.run("printf 'a\\nb' > %[1]s") end)
			local beat = 0 odp.every(0.001, function() beat = beat + 1 end)
			print(i:read(), i:read(), i:read()) assert(beat > 0)`, pipe), "a\tb\tnil\n"},
	})
}

func TestInputMisuse(t *testing.T) {
	for _, tt := range []struct{ code, want string }{
		{"odp.input('/nowhere/x')", "test.lua:1: open /nowhere/x: no such file or directory"},
		{"odp.input('/')", "test.lua:1: open /: is a directory"},
		{"odp.input(1)", "test.lua:1: bad argument #1 (path) to odp.input: string expected, got number 1"},
		{"local i = odp.input('/dev/zero') i:on_line(print) i:read()", "test.lua:1: Input:read: the lines of /dev/zero go to its on_line handler"},
		{"net.spawn('sleep', '5').stdout:read_all(0.01)", "test.lua:1: Input:read_all: the end of standard output of sleep has not come in time"},
	} {
		rt := newTestRuntime(t)
		if err := rt.fails(t, tt.code); err.Error() != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.code, err, tt.want)
		}
	}
}

func TestProcess(t *testing.T) {
	checkPrints(t, []printCase{
		{"talks", `local p = net.spawn("cat") p:write("one\n"):write("two\n") print(p.stdout:read(), p.running, p.status)
			p:close_stdin():close_stdin() print(p.stdout:read(), p.stdout:read(), p:wait(), p.running, p.status)`,
			"one\ttrue\tnil\ntwo\tnil\t0\tfalse\t0\n"},
		{"both streams", `local p = net.spawn("sh", "-c", "echo out; echo err >&2; exit 3") print(p.stdout:read_all(), p.stderr:read_all(), p:wait())`,
			"out\n\terr\n\t3\n"},
		{"one stream", `local p = net.spawn("sh", "-c", "echo out; echo err >&2", { stderr = "stdout" }) print(p.stdout:read_all(), p.stderr)`,
			"out\nerr\n\tnil\n"},
		{"no errors", `print(net.spawn("sh", "-c", "echo err >&2; echo out", { stderr = "null" }).stdout:read_all())`, "out\n\n"},
		{"standard input given", `local p = net.spawn("wc", "-c", { stdin = ("x"):rep(200000) }) print(tonumber(p.stdout:read()))`, "200000\n"},
		{"environment and folder", `local p = net.spawn("sh", "-c", "echo $X; pwd", { env = { X = "5" }, dir = "/" }) print(p.stdout:read_all())`, "5\n/\n\n"},
		{"exec has them too", `print(net.exec("sh", "-c", "echo $X; pwd", { env = { X = "5" }, dir = "/" }).stdout)`, "5\n/\n\n"},
		{"what is left when it has ended", `local p = net.spawn("echo", "x") p:wait() print(p.stdout:read())`, "x\n"},
		{"kill", `local p = net.spawn("sleep", "60") print(p:wait(0.001)) print(p:kill():wait(), p:kill("INT").status)`, "nil\n143\t143\n"},
		{"on_exit", `net.spawn("sh", "-c", "exit 7"):on_exit(print) odp.run()`, "7\n"},
		{"on_exit after it", `local p = net.spawn("true") p:wait() p:on_exit(print) odp.sleep(0.01)`, "0\n"},
		{"on_line", `local p = net.spawn("sh", "-c", "echo a; echo b") p.stdout:on_line(print) odp.run()`, "a\nb\n"},
		{"on_exit after the last lines", `local p, n = net.spawn("sh", "-c", "seq 5000; echo err >&2"), 0
			p.stdout:on_line(function() n = n + 1 if n % 1000 == 0 then odp.sleep(0.001) end end)
			p.stderr:on_line(function() odp.sleep(0.05) n = n + 1 end)
			p:on_exit(function(status) print(status, n) end) print(odp.run())`, "0\t5001\nidle\n"},
		{"on_exit with a child that has the pipe", `local p = net.spawn("sh", "-c", "sleep 60 & echo a") p.stdout:on_line(print) p:on_exit(print)
			odp.wait(function() return not p.running end) print(odp.run(0.5))`, "a\n0\ntimeout\n"},
		{"wait after the last lines", `local p, n = net.spawn("seq", "5000"), 0
			p.stdout:on_line(function() n = n + 1 end) print(p:wait(), n)`, "0\t5000\n"},
		{"wait in a handler of its lines", `local p p = net.spawn("echo", "a")
			p.stdout:on_line(function(line) print(line, p:wait(5)) end) odp.run()`, "a\t0\n"},
		{"wait while nobody reads", `local p = net.spawn("head", "-c", "3000000", "/dev/zero") print(p:wait(60), #p.stdout:read_all())`, "0\t3000000\n"},
		{"the same objects", `local p = net.spawn("true") print(p.stdout == p.stdout, p.stderr == p.stderr, p.stdout == p.stderr, odp.input() == odp.input("-"))`,
			"true\ttrue\tfalse\ttrue\n"},
		{"backpressure", `local p = net.spawn("cat")
			odp.spawn(function() for i = 1, 100 do p:write(("x"):rep(99999) .. "\n") end p:close_stdin() end)
			odp.sleep(0.02)
			local n = 0 for line in p.stdout:lines() do n = n + #line end print(n)`, "9999900\n"},
		{"several at a time", `local list = {}
			for i = 1, 5 do list[i] = odp.spawn(function() local p = net.spawn("cat") p:write(i .. "\n") return (p.stdout:read()) end) end
			for i = 1, 5 do print(list[i]:join()) end`, "1\n2\n3\n4\n5\n"},
		{"timeout", `print(odp.timeout(5, function(...) odp.sleep(0.001) return ... end, 1, nil, 2))
			print((select(2, pcall(odp.timeout, 0.01, function() odp.sleep(30) end))).message)
			print((select(2, pcall(odp.timeout, 0.01, function() while true do odp.sleep(0) end end))).message)
			print(pcall(odp.timeout, 5, error, "x", 0))`,
			"1\tnil\t2\nodp.timeout: the function called at test.lua:2 has not returned in time\n" +
				"odp.timeout: the function called at test.lua:3 has not returned in time\nfalse\tx\n"},
		{"timeout of what never waits", `local ok, e = pcall(odp.timeout, 0.01, function() while true do end end) print(e.message)
			ok, e = pcall(odp.timeout, 0.01, function() while true do pcall(function() while true do end end) end end) print(e.message)
			print(odp.timeout(5, function() odp.sleep(0.001) return "goes on" end))`,
			"odp.timeout: the function called at test.lua:1 has not returned in time\n" +
				"odp.timeout: the function called at test.lua:2 has not returned in time\ngoes on\n"},
		{"timeout around one that is longer", `local ok, e = pcall(odp.timeout, 0.01, function()
				odp.timeout(60, function() while true do end end)
			end) print(e.message)`, "odp.timeout: the function called at test.lua:1 has not returned in time\n"},
	})
}

func TestProcessMisuse(t *testing.T) {
	for _, tt := range []struct{ code, want string }{
		{"net.spawn('/nowhere/x')", "test.lua:1: exec /nowhere/x: no such file or directory"},
		{"net.spawn('cat', { stdeer = 'pipe' })", "test.lua:1: bad argument #2 (...) to net.spawn: unknown field 'stdeer'; did you mean stderr?"},
		{"net.spawn('cat', { stdin = '' }):write('x')", "test.lua:1: Process:write: all of the standard input of cat was given to spawn"},
		{"net.spawn('cat', { env = { 1 } })", "test.lua:1: bad argument #2 (...) to net.spawn: field 'env': names expected, got number 1"},
		{"net.spawn('cat', { env = { X = true } })", "test.lua:1: bad argument #2 (...) to net.spawn: field 'env': X: text expected, got boolean"},
		{"net.spawn('sleep', '5'):kill('HUPP')", "test.lua:1: bad argument #1 (signal) to Process:kill: name of a signal expected, got \"HUPP\"; did you mean SIGHUP?"},
		{"local p = net.spawn('true') p:wait() p:write('x')", "test.lua:1: write true: file already closed"},
	} {
		rt := newTestRuntime(t)
		if err := rt.fails(t, tt.code); err.Error() != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.code, err, tt.want)
		}
	}
}

// TestProcessDescriptors checks that what has been read to its end keeps nothing open.
func TestProcessDescriptors(t *testing.T) {
	open := func() int {
		list, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	rt := newTestRuntime(t)
	rt.run(t, `net.spawn("true"):wait()`)
	before := open()
	rt.run(t, `for i = 1, 100 do local p = net.spawn("true") p:wait() assert(p.stdout:read() == nil and p.stderr:read() == nil) end`)
	if after := open(); after > before+5 {
		t.Errorf("%d descriptors are open, %d were before", after, before)
	}
}

// TestChildrenEnd checks that the end of a script ends what a command has left.
func TestChildrenEnd(t *testing.T) {
	rt := newTestRuntime(t)
	rt.run(t, `local p = net.spawn("sh", "-c", "sleep 1000 >/dev/null 2>&1 & echo $!") print(p.stdout:read()) p:wait()`)
	pid, err := strconv.Atoi(strings.TrimSpace(rt.out.String()))
	if err != nil {
		t.Fatal(err)
	}
	awaited(t, func() bool { // whoever adopts it may not have taken its status yet
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		return err != nil || strings.Contains(string(stat), ") Z ")
	})
}

func TestConsoleInput(t *testing.T) {
	rt := newTestRuntime(t, func(c *Config) { c.Console = true })
	want := "test.lua:1: odp.input: standard input is the console's, which reads its lines from there; name a file, or read it in a script"
	if err := rt.fails(t, "odp.input()"); err.Error() != want {
		t.Errorf("got %s", err)
	}
}
