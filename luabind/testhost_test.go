package luabind

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/go-odp/odp/scripts"
)

// caseRecorder is a TestRunner that keeps what it is told. Cases whose names begin
// with "not" are not selected.
type caseRecorder struct{ lines []string }

func (r *caseRecorder) Selected(name string) bool { return !strings.HasPrefix(name, "not") }

func (r *caseRecorder) Record(line []byte) error {
	var rec struct {
		Type, Name, Status, Message, Line, Trace, Verdict string
		Seconds                                           float64
	}
	if err := json.Unmarshal(line, &rec); err != nil {
		return err
	}
	text := strings.TrimSpace(rec.Type + " " + rec.Name)
	if rec.Status != "" {
		text += " " + rec.Status
	}
	if rec.Status == "pass" {
		rec.Verdict = "" // of a case before it
	}
	for _, part := range []string{rec.Message, rec.Line, rec.Trace, rec.Verdict} {
		if part != "" {
			text += " {" + part + "}"
		}
	}
	r.lines = append(r.lines, text)
	return nil
}

// runTest runs a script under a recorder.
func runTest(t *testing.T, code string) (records []string, stderr string, err error) {
	t.Helper()
	var rec caseRecorder
	var errs bytes.Buffer
	rt := New(Config{Stdout: &errs, Stderr: &errs, Modules: scripts.Modules(), Tests: &rec})
	err = rt.RunString(t.Context(), "a_test.lua", `local odp, test = require "odp", require "test" `+code, nil)
	if closeErr := rt.Close(); closeErr != nil {
		t.Error(closeErr)
	}
	return rec.lines, errs.String(), err
}

func TestCases(t *testing.T) {
	tests := []struct {
		name, code string
		want       []string
		err        string
	}{
		{"none", `assert(1 == 1)`, nil, ""},
		{"one passes", `test("x", function(t) t.eq(t.name, "x") end)`, []string{"start x", "end x pass"}, ""},
		{"a failure does not keep the next from running", `
			test("x", function(t) t.eq(1, 2) end)
			test("y", function() error("plain") end)
			test("z", function() odp.match "bogus" end)`,
			[]string{
				"start x", "end x fail {a_test.lua:2: got 1, want 2} {a_test.lua:2} {1 of 1 cases failed}",
				"start y", "end y fail {a_test.lua:3: plain} {a_test.lua:3} {2 of 2 cases failed}",
				"start z", "end z fail {a_test.lua:4: bad argument #1 (match) to odp.match: column 1: expected the name of a key, found \"bogus\"} " +
					"{a_test.lua:4} {3 of 3 cases failed}",
			}, "3 of 3 cases failed"},
		{"calls", "local function check(v) test.ok(v, 'it') end\ntest('x', function() check(false)\nend)",
			[]string{"start x", "end x fail {a_test.lua:1: it: got false} {a_test.lua:1} " +
				"{a_test.lua:1: in function check\na_test.lua:2: in function defined at line 2} {1 of 1 cases failed}"}, "1 of 1 cases failed"},
		{"skips", `test("x", function(t) t.skip("why") error("not reached") end)`, []string{"start x", "end x skip {why}"}, ""},
		{"not selected", `test("not x", function() error("not run") end) test("y", function() end)`,
			[]string{"unselected not x", "start y", "end y pass"}, ""},
		{"cleanups, the last one first", `
			local log = {}
			test("x", function(t)
				t.cleanup(function() log[#log + 1] = "a" end)
				t.cleanup(function() log[#log + 1] = "b" error("c", 0) end)
				error("x", 0)
			end)
			test("y", function(t) t.eq(log, { "b", "a" }) end)`,
			[]string{"start x", "end x fail {x\nand then: c} {1 of 1 cases failed}", "start y", "end y pass"}, "1 of 2 cases failed"},
		{"an assertion in a callback", `
			test("x", function(t)
				local n = 0
				odp.every(0.001, function(timer) n = n + 1 if n == 3 then timer:cancel() end t.eq(n, 0) end)
				t.eventually("three", function() return n == 3 end)
			end)
			test("y", function() end)`,
			[]string{"start x", "end x fail {in a callback: a_test.lua:4: got 1, want 0} {a_test.lua:4} {1 of 1 cases failed}", "start y", "end y pass"},
			"1 of 2 cases failed"},
		{"cleanups outside of cases, at the end", `
			local log = {}
			test.cleanup(function() test("late", function(t) t.eq(log, { "x", "b" }) end) end)
			test.cleanup(function() log[#log + 1] = "b" end)
			test("x", function() log[#log + 1] = "x" end)
			error("broken", 0)`,
			[]string{"start x", "end x pass", "start late", "end late pass"}, "broken"},
		{"an assertion in a task", `
			test("x", function(t) odp.spawn(function() t.eq(1, 2) end) odp.sleep(0.001) end)
			test("joined", function(t) odp.spawn(function() odp.sleep(0.001) t.eq(3, 4) end):join() end)`,
			[]string{
				"start x", "end x fail {in a callback: a_test.lua:2: got 1, want 2} {a_test.lua:2} {1 of 1 cases failed}",
				"start joined", "end joined fail {a_test.lua:3: got 3, want 4} {a_test.lua:3} {2 of 2 cases failed}",
			}, "a task started at a_test.lua:2 failed"},
		{"an assertion in a callback outside of cases", `odp.after(0, function() test.fail("there") end) odp.run()`, nil,
			"an assertion failed in a callback"},
		{"an error of a callback that is no assertion", `test("x", function() odp.after(0, function() error("e") end) odp.run() end)`,
			[]string{"start x", "end x pass"}, ""},
		{"within a case", `test("x", function(t) t("y", function() end) end)`,
			[]string{"start x", "end x fail {a_test.lua:1: test: the case 'y' stands within the case 'x'} {a_test.lua:1} {1 of 1 cases failed}"},
			"1 of 1 cases failed"},
		{"the same name", `test("x", function() end) test("x", function() end)`, []string{"start x", "end x pass"}, "there is a case 'x' already"},
		{"without a name", `test(function() end)`, nil, "a name for the case is needed"},
		{"without a function", `test("x")`, nil, "the case 'x' needs a function"},
		{"no such function", `test.equal(1, 2)`, nil, "module test has no 'equal'"},
		{"needs what every kernel has not", `test("x", function(t) t.needs "no_such" end)`,
			[]string{"start x", "end x fail"}, "1 of 1 cases failed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			records, stderr, err := runTest(t, tt.code)
			if (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("ended with %v, want %q; %s", err, tt.err, stderr)
			}
			for i := range max(len(records), len(tt.want)) {
				got, want := "none", "none"
				if i < len(records) {
					got = records[i]
				}
				if i < len(tt.want) {
					want = tt.want[i]
				}
				if got != want && !(tt.name == "needs what every kernel has not" && strings.HasPrefix(got, want)) {
					t.Errorf("record %d:\n got %s\nwant %s", i+1, got, want)
				}
			}
		})
	}
}

// TestSkippedScript checks that a skip outside of cases ends the script.
func TestSkippedScript(t *testing.T) {
	records, _, err := runTest(t, `test.skip("why") error("not reached")`)
	if exit, ok := err.(*ExitError); !ok || exit.Code != 0 || fmt.Sprint(records) != "[skip {why}]" {
		t.Errorf("got %v, %q", err, records)
	}
}

// TestAssertions runs assertions that fail, and compares the messages.
func TestAssertions(t *testing.T) {
	long := strings.Repeat("x", 70)
	tests := []struct{ code, want string }{
		{`test.eq(1, "1")`, `got 1 (number), want "1" (string)`},
		{`test.eq(nil, false, "what")`, `what: got nil (nil), want false (boolean)`},
		{`test.eq({ 1, { a = 2 } }, { 1, { a = 3, b = {} } })`,
			"got {1, {a = 2}}, want {1, {a = 3, b = {}}}\n  at [2].a: got 2, want 3\n  at [2].b: got nil, want {}"},
		{`test.eq("a\nb\nc\n", "a\nB\nc\n")`, "not equal\n  texts differ from line 2 on (- want, + got):\n    a\n  - B\n  + b\n    c\n    "},
		{`test.eq("` + long + `1", "` + long + `2")`, `they differ from byte 71 on: got ..."xxxxxxxxxxxxxxxxxxxx1", want ..."xxxxxxxxxxxxxxxxxxxx2"`},
		{`test.eq(odp.match "in_port(1),eth(),eth_type(0x0800),ipv4(src=10.0.0.1,proto=6)", odp.match "in_port(1),eth(),eth_type(0x0800),ipv4(src=10.0.0.1,proto=17)")`,
			"only got:  ipv4(src=10.0.0.1,proto=6)\n  only want: ipv4(src=10.0.0.1,proto=17)"},
		{`test.ne({ 1 }, { 1 })`, "got {1}, want anything else"},
		{`test.ok(nil)`, "expected a value: got nil"},
		{`test.near(1, 2, 0.5)`, "got 1, want 2 within 0.5"},
		{`test.near(0 / 0, 2, 0.5)`, "want 2 within 0.5"},
		{`test.near("x", 2, 0.5)`, `got "x", want 2`},
		{`test.contains("abc", "d")`, `"abc" does not contain "d"`},
		{`test.contains({ "a", { 1 } }, { 2 })`, `{"a", {1}} does not have {2}`},
		{`test.matches("abc", "^b")`, `"abc" does not match the pattern "^b"`},
		{`test.raises(function() end, "a", "b")`, `nothing raised, want an error with "a" and "b"`},
		{`test.raises(function() error("abc") end, "d")`, `abc", which does not contain "d"`},
		{`test.raises(function() odp.match "x" end, { op = "no" })`, `whose op is "argument", want "no"`},
		{`test.raises(function() error("x", 0) end, { errno = "EPERM" })`, `raised "x", whose errno is nil, want "EPERM"`},
		{`test.eventually("it comes", function() return false end, 0.01)`, "not so in 0.01 seconds: it comes"},
		{`test.eventually("it comes", function() error("oops", 0) end, 0.01)`, "not so in 0.01 seconds: it comes: oops"},
		{`test.fail("because")`, "because"},
	}
	for _, tt := range tests {
		_, _, err := runTest(t, tt.code)
		if err == nil || !strings.HasPrefix(err.Error(), "a_test.lua:1: ") || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", tt.code, err, tt.want)
		}
	}
	_, _, err := runTest(t, `
		local cycle, other = {}, {}
		cycle.self, other.self = cycle, other
		test.eq(cycle, other)
		test.eq({ 1, a = { "b" } }, { 1, a = { "b" } })
		test.eq(odp.match "in_port(1),eth()", odp.match { in_port = 1 })
		test.ne({ 1 }, { 1, 2 })
		test.ne({ 1, 2 }, { 1 })
		test.eq(test.ok(5), 5)
		test.near(1.0, 1.1, 0.2)
		test.contains({ 1, { 2 } }, { 2 })
		test.contains(odp.match "in_port(1),eth()", "in_port")
		test.matches("abc", "b$" and "c$")
		test.eq(tostring(test.raises(function() error("abc", 0) end, "a", "c")), "abc")
		test.raises(function() odp.match "x" end, { op = "argument" }, "match")
		test.eventually("at once", function() return true end)
		test.eq(test.count("a.b.c", "."), 2)`)
	if err != nil {
		t.Error(err)
	}
}

// TestSourceLine checks that a failed assertion shows the line of the script.
func TestSourceLine(t *testing.T) {
	rt := New(Config{Modules: scripts.Modules(), Stderr: &bytes.Buffer{}})
	defer rt.Close()
	file := t.TempDir() + "/shown_test.lua"
	if err := os.WriteFile(file, []byte("local test = require 'test'\n\n  test.eq(1, 2) -- here\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := rt.RunFile(t.Context(), file, nil)
	if want := file + ":3: got 1, want 2\n  > test.eq(1, 2) -- here"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestTestsPrintedWithoutRunner(t *testing.T) {
	var out bytes.Buffer
	rt := New(Config{Stdout: &out, Stderr: &out, Modules: scripts.Modules()})
	defer rt.Close()
	err := rt.RunString(t.Context(), "a.lua", `local test = require "test"
test("x", function() end)
test("y", function(t) t.skip("why") end)
test("z", function(t) t.fail("no") end)`, nil)
	if want := "ok    x\nskip  y: why\nFAILED z\n  a.lua:4: no\n"; out.String() != want || err == nil || err.Error() != "1 of 3 cases failed" {
		t.Errorf("printed %q, ended with %v", out.String(), err)
	}
}

// signalWriter sends a signal to the runtime when the script prints.
type signalWriter struct{ rt *Runtime }

func (w *signalWriter) Write(p []byte) (int, error) {
	w.rt.Signal(syscall.SIGQUIT)
	return len(p), nil
}

// TestQuitSaysWhere checks that SIGQUIT ends a script and shows its calls, through
// protected calls and in callbacks as well.
func TestQuitSaysWhere(t *testing.T) {
	tests := []struct{ code, want string }{
		{"local function spin() print() while true do end end\nspin()", "a.lua:1: in function spin\na.lua:2: in main chunk"},
		{"print()\nodp.sleep(1000)", "a.lua:2: in main chunk"},
		{"odp.after(0, print)\nodp.run()", "a.lua:2: in main chunk"},
		{"local function f()\nprint() while true do end end\nwhile true do\npcall(f) end", "a.lua:2: in function defined at line 1\na.lua:4: in main chunk"},
		{"odp.after(0, function()\nprint() while true do end end)\nodp.run()", "a.lua:2: in function defined at line 1"},
	}
	for _, tt := range tests {
		w := &signalWriter{}
		rt := New(Config{Stdout: w})
		w.rt = rt
		err := rt.RunString(t.Context(), "a.lua", tt.code, nil)
		if closeErr := rt.Close(); closeErr != nil {
			t.Error(closeErr)
		}
		sig, ok := err.(*SignalError)
		if !ok || sig.Signal != syscall.SIGQUIT || sig.ExitCode() != 131 || !strings.HasPrefix(sig.Traceback, tt.want) {
			t.Errorf("%s: got %#v, want the calls\n%s", tt.code, err, tt.want)
		}
	}
}
