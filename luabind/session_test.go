package luabind

import (
	"context"
	"errors"
	"strings"
	"testing"
)

// evalLines runs console lines and returns what they print and give, one a line.
func evalLines(t *testing.T, rt *Runtime, out *strings.Builder, lines ...string) string {
	t.Helper()
	out.Reset()
	for _, line := range lines {
		results, err := rt.Eval(context.Background(), line)
		for _, r := range results {
			out.WriteString(r + "\n")
		}
		if err != nil {
			out.WriteString(err.Error() + "\n")
		}
	}
	return out.String()
}

func newConsole(t *testing.T) (*Runtime, *strings.Builder) {
	out := new(strings.Builder)
	rt := New(Config{Stdout: out, Stderr: out, Console: true})
	t.Cleanup(func() { rt.Close() })
	return rt, out
}

func TestSession(t *testing.T) {
	for _, c := range []struct {
		name  string
		lines []string
		want  string
	}{
		{"a local lasts", []string{"local x = 1", "x + 1", "x = x + 5", "x", "_G.x"}, "2\n6\nnil\n"},
		{"several locals", []string{"local a, b, c = 1, (function() return 2, 3 end)()", "a + b + c"}, "6\n"},
		{"the right side is evaluated first", []string{"x = 1", "local x = x + 1", "x", "_G.x"}, "2\n1\n"},
		{"a local function calls itself", []string{"local function f(n) return n == 0 and 0 or 1 + f(n - 1) end", "f(5)"}, "5\n"},
		{"without a value it hides a global", []string{"local print", "print", "_G.print ~= nil", "print = 7", "print", "type(_G.print)"}, "nil\ntrue\n7\n\"function\"\n"},
		{"modules do not see it", []string{"local type = 3", "type", "odp.format({ 1 })"}, "3\n\"{1}\"\n"},
		{"functions see what it becomes", []string{"local n = 1", "function get() return n end", "n = 2", "get()", "local n = 3", "get()"}, "2\n3\n"},
		{"those of a block end with it", []string{"do local y = 1 end", "y"}, "nil\n"},
		{"a failed one declares nothing", []string{"local print = error('x')", "print ~= nil"}, "console:1: x\ntrue\n"},
		{"the last value", []string{"_", "1 + 1", "_ * 10", "_", "x = 5", "_"}, "nil\n2\n20\n20\n20\n"},
		{"values by number", []string{"'a'", "'b', 'c'", "_1 .. _2 .. _3", "_3", "_9"}, "\"a\"\n\"b\"\n\"c\"\n\"abc\"\n\"c\"\nnil\n"},
		{"nil and statements are no values", []string{"7", "nil", "y = 3", "_"}, "7\nnil\n7\n"},
		{"_ as a variable of the user", []string{"5", "_, z = 8, 9", "_", "local _ = 1", "_"}, "5\n5\n1\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			rt, out := newConsole(t)
			if got := evalLines(t, rt, out, c.lines...); got != c.want {
				t.Errorf("got\n%swant\n%s", got, c.want)
			}
		})
	}
}

func TestOldValues(t *testing.T) {
	rt, out := newConsole(t)
	for range maxValues + 5 {
		evalLines(t, rt, out, "'v'")
	}
	if got := evalLines(t, rt, out, "_5", "_6", "_105"); got != "nil\n\"v\"\n\"v\"\n" {
		t.Errorf("got %s", got)
	}
	list := rt.Values()
	if len(list) != maxValues || list[0].Name != "_8" || list[maxValues-1] != (KeptValue{"_107", `"v"`}) {
		t.Errorf("%d values, from %v to %v", len(list), list[0], list[len(list)-1])
	}
}

func TestExplain(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"x = = 1", "console:1: syntax error near '='\n  x = = 1\n      ^\n"},
		{"1 + * 2", "console:1: syntax error near '*'\n  1 + * 2\n      ^\n"},
		{"prnt(1)", "console:1: attempt to call a non-function object\n  prnt(1)\n  ^\n  undefined global 'prnt'; did you mean print?\n"},
		{"local d = odp.datapth('x')", "console:1: module odp has no 'datapth'; did you mean datapath?\n  local d = odp.datapth('x')\n                ^\n"},
		{"x = 1\ny = nothing.z", "console:2: attempt to index a non-table object(nil) with key 'z'\n  y = nothing.z\n      ^\n  undefined global 'nothing'; did you mean string, tostring?\n"},
		{"local m = odp.match 'ipv4(srk=1)'", "console:1: bad argument #1 (match) to odp.match: column 6: expected a field of ipv4 (src, dst, proto, tos, ttl, frag), found \"srk\" (did you mean \"src\"?)\n  local m = odp.match 'ipv4(srk=1)'\n                            ^\n"},
		{"odp.u64({})", "console:1: bad argument #1 (value) to odp.u64: field 'bytes': string expected, got nil\n  odp.u64({})\n      ^\n"},
		{"error('oops')", "console:1: oops\n"},
		{"error({})", "{}\n"},
		{"s = 'äö' + nope.x", "console:1: attempt to index a non-table object(nil) with key 'x'\n  s = 'äö' + nope.x\n             ^\n  undefined global 'nope'; did you mean type?\n"},
		{"t = { '世界', nope.x }", "console:1: attempt to index a non-table object(nil) with key 'x'\n  t = { '世界', nope.x }\n                ^\n  undefined global 'nope'; did you mean type?\n"},
	} {
		rt, out := newConsole(t)
		if got := evalLines(t, rt, out, c.line); got != c.want {
			t.Errorf("%s:\n%swant\n%s", c.line, got, c.want)
		}
	}
}

func TestExplainTraceback(t *testing.T) {
	rt, out := newConsole(t)
	got := evalLines(t, rt, out, "function f() local x = nil; return x.y end", "f()")
	if !strings.HasPrefix(got, "console:1: attempt to index a non-table object(nil) with key 'y'\n") || !strings.Contains(got, "\nstack traceback:\n\tconsole:1") {
		t.Errorf("got %s", got)
	}
	var e *LineError
	evalLines(t, rt, out, "function g(t) local field = t.x.y end")
	if got := evalLines(t, rt, out, "g { y = 1 }"); strings.Contains(got, "^") {
		t.Errorf("a mistake in an earlier line is shown in this one: %s", got)
	}
	if _, err := rt.Eval(context.Background(), "f("); !errors.Is(err, ErrIncomplete) {
		t.Errorf("got %v", err)
	}
	if _, err := rt.Eval(context.Background(), "odp.x()"); !errors.As(err, &e) || e.Column != 5 {
		t.Errorf("got %v", err)
	}
}

func TestSessionScript(t *testing.T) {
	for _, c := range []struct {
		name  string
		lines []string
		want  string
	}{
		{"statements and values", []string{"local x = 2", "x * 3", "= x", "print(x)", "help odp.match", "odp.format?"},
			"local x = 2\nprint(x * 3)\nprint(x)\nprint(x)\n"},
		{"values that are used", []string{"1 + 1", "_ * 10", "'a', 'b'", "_1 + _2"},
			"_1 = 1 + 1\nprint(_1)\n_ = _1\n_2 = _ * 10\nprint(_2)\nprint('a', 'b')\nprint(_1 + _2)\n"},
		{"failures", []string{"x = = 1", "error('no')", "y = 1"}, "-- failed: error('no')\ny = 1\n"},
		{"several lines", []string{"for i = 1, 2 do\n  print(i)\nend", "return 7", "('x'):rep(2)", "5 -- five"},
			"for i = 1, 2 do\n  print(i)\nend\nprint((function()\nreturn 7\nend)())\ndo end -- so that the next line calls nothing of the one before\nprint(('x'):rep(2))\nprint(5 -- five\n)\n"},
		{"what goes on", []string{"t = odp.every(10, function() end)"}, "t = odp.every(10, function() end)\n\nodp.run()\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			rt, out := newConsole(t)
			evalLines(t, rt, out, c.lines...)
			got, err := rt.SessionScript()
			if err != nil {
				t.Fatal(err)
			}
			if want := "#!/usr/bin/env odp\n" + c.want; got != want {
				t.Errorf("got\n%swant\n%s", got, want)
			}
			if strings.Contains(got, "odp.run()") {
				return
			}
			var printed strings.Builder
			if err := New(Config{Stdout: &printed}).RunString(context.Background(), "saved.lua", got, nil); err != nil {
				t.Errorf("the script fails: %v", err)
			}
		})
	}
}

func TestJobs(t *testing.T) {
	rt, out := newConsole(t)
	got := evalLines(t, rt, out,
		"t = odp.every(100, function() end)",
		"k = odp.spawn(function() odp.sleep(100) end)",
		"odp.defer(function() print 'deferred' end)",
		"for _, j in ipairs(odp.jobs()) do print(j.kind, j.name, j.interval, j.failures) end",
		"for _, j in ipairs(odp.jobs()) do j:stop() end",
		"odp.sleep(0.01)",
		"#odp.jobs()",
		"t.active",
	)
	want := "timer\ttimer set at console:1\t100\t0\ntask\ttask started at console:1\tnil\t0\ndefer\tfunction deferred at console:1\tnil\t0\n0\nfalse\n"
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestApropos(t *testing.T) {
	rt, out := newConsole(t)
	got := evalLines(t, rt, out, "apropos recirculation id", `apropos "zzz"`, "apropos ''")
	for _, want := range []string{"recirc", `nothing has "zzz"`, "a word expected"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if got := evalLines(t, rt, out, "odp.apropos?", "?odp.match", "ipv4.dst?", "print ?"); strings.Count(got, "\n\n") < 3 || strings.Contains(got, "syntax") {
		t.Errorf("got %s", got)
	}
}

func TestWrite(t *testing.T) {
	rt, out := newConsole(t)
	got := evalLines(t, rt, out, "io.write('a', 1, '\\n') ~= nil", "io.stdout:write('b\\n') ~= nil", "io.stderr:write('c\\n') ~= nil", "io.stdout:flush()", "io.write({})")
	if !strings.HasPrefix(got, "a1\ntrue\nb\ntrue\nc\ntrue\ntrue\n") || !strings.Contains(got, "bad argument #1 to write") {
		t.Errorf("got %s", got)
	}
}
