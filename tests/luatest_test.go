package tests

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-odp/odp/luabind/luatest"
)

// testFiles are tests that end in every way, and what is found of each: a line for
// the file and for each case, with a part of its message.
var testFiles = []struct{ name, code, want string }{
	{"pass", `
local odp, test = require "odp", require "test"
test("makes a datapath", function(t)
  local dp = odp.create_datapath "dp0"
  t.cleanup(function() dp:delete() end)
  t.eq(#dp:vports(), 1)
end)
test("it is gone", function(t)
  print("printed")
  t.eq(#odp.datapaths(), 0)
end)`, "pass\nmakes a datapath: pass\nit is gone: pass"},
	{"plain", `
local odp, net = require "odp", require "net"
assert(net.link("lo").is_up and #odp.datapaths() == 0 and os.getenv "ODP_TEST_RESULTS" == nil)
assert(net.run(os.getenv("ODP_BINARY") .. " version"))
odp.create_datapath("dp0"):delete()`, "pass\nplain_test.lua: pass"},
	{"failing", `
local test = require "test"
local function check(t, v) t.eq(v, { 1, 3 }, "the list") end
test("bad", function(t)
  print("printed by bad")
  check(t, { 1, 2 })
end)
test("good", function() end)`, "fail\nbad: fail: failing_test.lua:3: the list: got {1, 2}, want {1, 3}\ngood: pass"},
	{"raising", "error('outside')", "fail\nraising_test.lua: fail: raising_test.lua:1: outside"},
	{"syntax", "local = 1", "fail\nsyntax_test.lua: fail: syntax_test.lua:1: syntax error near '='"},
	{"status", "os.exit(3)", "fail\nstatus_test.lua: fail: exit status 3"},
	{"exits", `require "test"("leaves", function() os.exit(0) end)`, "fail\nleaves: fail: the script ended within the case"},
	{"killed", `
local test = require "test"
test("first", function() end)
test("dies", function() require("net").run("kill -KILL $PPID") end)`, "fail\nfirst: pass\ndies: fail: killed by SIGKILL"},
	{"spinning", `
local test = require "test"
test("quick", function() end)
local function spin() while true do pcall(function() end) end end
test("spins", function() print("printed before it spins") spin() end)`,
		"fail\nquick: pass\nspins: fail: not done after 4s, killed"},
	{"waiting", "local odp = require 'odp'\nodp.every(1, function() end)\nodp.run()", "fail\nwaiting_test.lua: fail: not done after 4s, killed"},
	{"stuck", "os.execute('sleep 1000 & sleep 1000')", "fail\nstuck_test.lua: fail: not done after 4s, killed"},
	{"leaking", `
local odp, net, test = require "odp", require "net", require "test"
test("leaks", function()
  odp.create_datapath "left0"
  assert(net.run("ip netns add named; sleep 999 >/dev/null 2>&1 &"))
end)`, "fail\nleaks: pass\nleaking_test.lua: fail: left behind: datapath left0"},
	{"skipping", `
local test = require "test"
test("a", function(t) t.skip("no reason") end)
test("b", function() end)`, "pass\na: skip: no reason\nb: pass"},
	{"skipped", `require("test").skip("all of it")`, "skip\nskipped_test.lua: skip: all of it"},
	{"needing", `
local test = require "test"
test("new", function(t) t.needs "psample" error("not reached on 6.1") end)
test("none", function(t) t.needs "no_such_thing" end)`, "fail\nnew: skip: the kernel lacks psample (sampling to a psample group), which came with Linux 6.11\n" +
		"none: fail: needing_test.lua:4: bad argument #1 (name) to odp.feature: there is no feature \"no_such_thing\""},
	{"other", "-- kernels: smp\nerror('not here')", "not run"},
}

// runFixtures writes the files, runs them on a kernel, and returns what odp test
// printed and its exit status.
func runFixtures(t *testing.T, dir string, args ...string) (stdout []byte, status int) {
	t.Helper()
	cmd := program(t, append([]string{"test", "--kernel", "6.1", "--timeout", "4s"}, args...)...)
	cmd.Dir = dir
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatalf("%v\n%s", err, errs.Bytes())
	}
	if errs.Len() > 0 {
		t.Logf("standard error: %s", errs.Bytes())
	}
	return out.Bytes(), cmd.ProcessState.ExitCode()
}

func writeFixtures(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range testFiles {
		if err := os.WriteFile(filepath.Join(dir, f.name+luatest.Suffix), []byte(f.code), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestTestRunner runs tests that end in every way on a kernel.
func TestTestRunner(t *testing.T) {
	dir := writeFixtures(t)
	report := filepath.Join(dir, "report.json")
	human, status := runFixtures(t, dir, "--output", report)
	if status != 1 {
		t.Errorf("exit status %d, want 1", status)
	}
	file, err := os.Open(report)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	results := map[string]*luatest.Result{}
	var summary *luatest.Summary
	for dec := json.NewDecoder(file); ; {
		var e luatest.Event
		if err := dec.Decode(&e); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if e.Result != nil {
			results[luatest.File{Path: e.Result.File}.Name()] = e.Result
		}
		summary = e.Summary
	}
	for _, f := range testFiles {
		r := results[f.name]
		if r == nil {
			t.Errorf("%s: no result", f.name)
			continue
		}
		got := []string{string(r.Status)}
		for _, c := range r.Cases {
			line := fmt.Sprintf("%s: %s", c.Name, c.Status)
			if c.Message != "" {
				first, _, _ := strings.Cut(c.Message, "\n")
				line += ": " + first
			}
			got = append(got, line)
		}
		if text := strings.Join(got, "\n"); text != f.want {
			t.Errorf("%s:\n got %s\nwant %s\nit printed: %s", f.name, text, f.want, r.Output)
		}
	}
	if want := (luatest.Counts{Passed: 3, Failed: 11, Skipped: 1}); summary == nil || summary.Files != want || summary.NotRun != 1 {
		t.Errorf("summary %+v, want %+v of files, 1 not run", summary, want)
	}

	// What is known of some of them, beside the first line.
	message := func(name string) string {
		var texts []string
		for _, c := range results[name].Cases {
			texts = append(texts, c.Message, c.Trace)
		}
		return strings.Join(texts, "\n")
	}
	for _, tt := range []struct{ name, want string }{
		{"failing", "at [2]: got 2, want 3\n  > local function check(t, v) t.eq(v, { 1, 3 }, \"the list\") end"},
		{"failing", "failing_test.lua:3: in function check\nfailing_test.lua:6: in function"},
		{"spinning", "spinning_test.lua:4: in function spin\n\tspinning_test.lua:5: in function"},
		{"waiting", "waiting_test.lua:3: in main chunk"},
		{"leaking", "left behind: namespace named\nleft behind: process "},
		{"leaking", "(sleep 999)"},
	} {
		if got := message(tt.name); !strings.Contains(got, tt.want) {
			t.Errorf("%s: %q, which does not contain %q", tt.name, got, tt.want)
		}
	}
	if got := results["spinning"].Output; !strings.Contains(got, "printed before it spins\n") {
		t.Errorf("of what hangs, only %q is kept", got)
	}

	for _, want := range []string{
		"FAILED   failing_test.lua [6.1] (", "  FAILED   bad\n    failing_test.lua:3: the list: got {1, 2}", "  | printed by bad\n",
		"skipped  skipping_test.lua [6.1]: a: no reason\n", "not run  other_test.lua [6.1]: it is for smp\n",
		" cases in 15 files: ", "; 1 file not run; ",
	} {
		if !bytes.Contains(human, []byte(want)) {
			t.Errorf("the people's report lacks %q:\n%s", want, human)
		}
	}
	for _, no := range []string{"pass_test.lua", "plain_test.lua"} {
		if bytes.Contains(human, []byte(no)) {
			t.Errorf("the people's report shows %s, which has passed", no)
		}
	}
}

// TestTestRunnerSelects runs a few of these with options.
func TestTestRunnerSelects(t *testing.T) {
	dir := writeFixtures(t)
	tests := []struct {
		args   string
		status int
		want   []string
	}{
		{"--run failing:good", 0, []string{"1 case in 1 file: 1 passed; "}},
		{"--run p*:gone", 0, []string{"2 cases in 2 files: 2 passed; "}}, // plain has no other case than all of it
		{"--no-skip skipping_test.lua", 1, []string{"skipped, in spite of --no-skip: no reason"}},
		{"--fail-fast -j1 failing_test.lua pass_test.lua", 1, []string{"not run  pass_test.lua [6.1]: behind the first failure"}},
		{"-v pass_test.lua", 0, []string{"passed   pass_test.lua [6.1] (", "  passed   it is gone (", "  | printed\n"}},
		{"other_test.lua", 2, []string{"not run  other_test.lua [6.1]: it is for smp"}},
	}
	for _, tt := range tests {
		out, status := runFixtures(t, dir, strings.Fields(tt.args)...)
		if status != tt.status {
			t.Errorf("%s: exit status %d, want %d\n%s", tt.args, status, tt.status, out)
		}
		for _, want := range tt.want {
			if !bytes.Contains(out, []byte(want)) {
				t.Errorf("%s: printed %q, without %q", tt.args, out, want)
			}
		}
	}
}

// TestTestRunnerFormats has other programs' formats written, of real results.
func TestTestRunnerFormats(t *testing.T) {
	dir := writeFixtures(t)
	files := []string{"pass_test.lua", "failing_test.lua", "skipping_test.lua"}
	out, _ := runFixtures(t, dir, append([]string{"--format", "junit"}, files...)...)
	var suites struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Skipped  int `xml:"skipped,attr"`
		Suites   []struct {
			Name  string `xml:"name,attr"`
			Cases []struct {
				Name    string    `xml:"name,attr"`
				Failure *struct{} `xml:"failure"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(out, &suites); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if suites.Tests != 6 || suites.Failures != 1 || suites.Skipped != 1 || len(suites.Suites) != 3 ||
		suites.Suites[1].Name != "failing_test.lua [6.1]" || suites.Suites[1].Cases[0].Failure == nil {
		t.Errorf("got %+v of\n%s", suites, out)
	}
	out, _ = runFixtures(t, dir, append([]string{"--format", "tap", "-j1"}, files...)...)
	var points []string
	for line := range strings.Lines(string(out)) {
		if strings.HasPrefix(line, "ok ") || strings.HasPrefix(line, "not ok ") {
			points = append(points, strings.TrimSpace(line))
		}
	}
	want := []string{"ok 1 - pass_test.lua [6.1]", "not ok 2 - failing_test.lua [6.1]", "ok 3 - skipping_test.lua [6.1]"}
	if !strings.HasPrefix(string(out), "TAP version 14\n1..3\n") || !slices.Equal(points, want) {
		t.Errorf("points %q of\n%s", points, out)
	}
}

// TestTestRunnerHere runs a test on the kernel that the tests run on. It works
// there, or odp test says what is missing.
func TestTestRunnerHere(t *testing.T) {
	dir := writeFixtures(t)
	cmd := program(t, "test", "pass_test.lua", "plain_test.lua")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if _, statErr := os.Stat("/sys/module/openvswitch"); statErr == nil && os.Geteuid() == 0 {
		if err != nil || !bytes.Contains(out, []byte("3 cases in 2 files: 3 passed")) {
			t.Errorf("this kernel has openvswitch: %v\n%s", err, out)
		}
		return
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 2 || !bytes.Contains(out, []byte("--kernel K boots a kernel")) {
		t.Errorf("got %v, want exit status 2; it printed %s", err, out)
	}
}
