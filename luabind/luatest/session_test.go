package luatest

import (
	"bytes"
	"context"
	"errors"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// fakeRunner runs nothing. A file fails or is skipped if its name says so.
type fakeRunner struct {
	options  *options
	notReady error
	meet     int // files that must run at the same time before any of them ends
	stop     func()

	mu      sync.Mutex
	ran     []string
	running int
	most    int
	met     chan struct{}
}

func (f *fakeRunner) ready() error { return f.notReady }

func (f *fakeRunner) run(ctx context.Context, file File) *Result {
	f.mu.Lock()
	f.ran = append(f.ran, file.Path)
	f.running++
	f.most = max(f.most, f.running)
	if f.running == f.meet {
		close(f.met)
	}
	f.mu.Unlock()
	if f.meet > 0 {
		<-f.met
	}
	if f.stop != nil {
		f.stop()
	}
	f.mu.Lock()
	f.running--
	f.mu.Unlock()
	c := Case{Name: "case", Status: Passed}
	switch {
	case strings.Contains(file.Path, "fail"):
		c.Status, c.Message = Failed, "it fails"
	case strings.Contains(file.Path, "skip"):
		c.Status, c.Message = Skipped, "it skips"
	}
	r := &Result{File: file.Path, Cases: []Case{c}}
	r.settle(f.options.noSkip)
	return r
}

// runMain is Main with a fake runner.
func runMain(t *testing.T, ctx context.Context, f *fakeRunner, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	o, err := parseOptions(args)
	if err != nil {
		t.Fatal(err)
	}
	f.options, f.met = o, make(chan struct{})
	var out, errs bytes.Buffer
	status = run(ctx, o, f, &out, &errs)
	return status, regexp.MustCompile(`\d+\.\d+ s`).ReplaceAllString(out.String(), "N s"), errs.String()
}

func TestSession(t *testing.T) {
	tree(t, map[string]string{
		"a_test.lua": "", "b_test.lua": "", "fail_test.lua": "", "skip_test.lua": "",
		"host_test.lua": "-- kernels: host\n", "smp_test.lua": "-- kernels: smp\n", "empty/x.lua": "", "only/smp_test.lua": "-- kernels: smp\n",
	})
	tests := []struct {
		name           string
		args           []string
		notReady       error
		status         int
		stdout, stderr string // stdout: its last line, or all of it if it has several here
	}{
		{"all pass", []string{"a_test.lua", "b_test.lua"}, nil, 0, "2 cases in 2 files: 2 passed; N s\n", ""},
		{"one fails", []string{"fail_test.lua", "a_test.lua"}, nil, 1, "2 cases in 2 files: 1 passed, 1 failed; N s\n", ""},
		{"skip", []string{"skip_test.lua"}, nil, 0, "skipped  skip_test.lua: case: it skips\n1 case in 1 file: 0 passed, 1 skipped; N s\n", ""},
		{"no skip", []string{"--no-skip", "skip_test.lua"}, nil, 1, "1 case in 1 file: 0 passed, 1 failed; N s\n", ""},
		{"other kernels", []string{"host_test.lua", "smp_test.lua"}, nil, 0, "1 case in 1 file: 1 passed; 1 file not run; N s\n", ""},
		{"only other kernels", []string{"only"}, nil, 2, "0 cases in 0 files: 0 passed; 1 file not run; N s\n", "odp: test: no test was run\n"},
		{"no tests", []string{"empty"}, nil, 2, "", "odp: test: no file named *_test.lua in empty\n"},
		{"no match", []string{"--run", "nothing"}, nil, 2, "", "odp: test: no test file matches --run nothing\n"},
		{"no such path", []string{"absent"}, nil, 2, "", "odp: test: stat absent: no such file or directory\n"},
		{"not ready", []string{"a_test.lua"}, errors.New("no kernel"), 2, "", "odp: test: no kernel\n"},
		{"list", []string{"--list", "a_test.lua", "smp_test.lua"}, errors.New("no kernel"), 0, "a_test.lua\nsmp_test.lua (kernels: smp)\n", ""},
		{"no place for the results", []string{"--output", "absent/x.xml", "a_test.lua"}, nil, 2, "",
			"odp: test: open absent/x.xml: no such file or directory\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			status, stdout, stderr := runMain(t, t.Context(), &fakeRunner{notReady: tt.notReady}, tt.args...)
			if status != tt.status || stderr != tt.stderr {
				t.Errorf("status %d, want %d; stderr %q, want %q", status, tt.status, stderr, tt.stderr)
			}
			got := stdout
			if strings.Count(tt.stdout, "\n") == 1 {
				got = got[strings.LastIndex(strings.TrimSuffix(got, "\n"), "\n")+1:]
			}
			if got != tt.stdout {
				t.Errorf("stdout %q, want %q", stdout, tt.stdout)
			}
		})
	}
}

func TestParallel(t *testing.T) {
	tree(t, map[string]string{"a_test.lua": "", "b_test.lua": "", "c_test.lua": ""})
	f := &fakeRunner{meet: 3}
	if status, out, _ := runMain(t, t.Context(), f, "-j3"); status != 0 || f.most != 3 {
		t.Errorf("-j3: status %d, %d at a time\n%s", status, f.most, out)
	}
	f = &fakeRunner{}
	if status, out, _ := runMain(t, t.Context(), f, "-j", "1"); status != 0 || f.most != 1 || len(f.ran) != 3 {
		t.Errorf("-j 1: status %d, %d at a time\n%s", status, f.most, out)
	}
}

func TestFailFast(t *testing.T) {
	tree(t, map[string]string{"a_test.lua": "", "fail_test.lua": "", "g_test.lua": "", "h_test.lua": ""})
	f := &fakeRunner{}
	status, out, _ := runMain(t, t.Context(), f, "--fail-fast", "-j1")
	if status != 1 || !slices.Equal(f.ran, []string{"a_test.lua", "fail_test.lua"}) {
		t.Errorf("status %d, ran %q", status, f.ran)
	}
	for _, want := range []string{"not run  g_test.lua: behind the first failure\n", "1 passed, 1 failed; 2 files not run"} {
		if !strings.Contains(out, want) {
			t.Errorf("printed %q, without %q", out, want)
		}
	}
}

func TestInterrupted(t *testing.T) {
	tree(t, map[string]string{"a_test.lua": "", "b_test.lua": ""})
	ctx, cancel := context.WithCancel(t.Context())
	f := &fakeRunner{stop: cancel}
	status, out, _ := runMain(t, ctx, f, "-j1", "--format", "tap")
	if status != 130 || len(f.ran) != 1 {
		t.Errorf("status %d, ran %q", status, f.ran)
	}
	// The one that ran and the one that did not end in no order.
	for _, want := range []string{"b_test.lua # SKIP not run: interrupted\n", "\nBail out! interrupted\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("printed %q, without %q", out, want)
		}
	}
}

func TestShuffle(t *testing.T) {
	files := map[string]string{}
	for c := 'a'; c <= 'z'; c++ {
		files[string(c)+"_test.lua"] = ""
	}
	tree(t, files)
	order := func(args ...string) (string, string) {
		f := &fakeRunner{}
		_, out, _ := runMain(t, t.Context(), f, append(args, "-j1")...)
		return strings.Join(f.ran, " "), out
	}
	plain, _ := order()
	one, out := order("--shuffle=5")
	again, _ := order("--shuffle=5")
	other, _ := order("--shuffle=6")
	if plain == one || one == other || one != again {
		t.Errorf("orders:\n%s\n%s\n%s\n%s", plain, one, again, other)
	}
	if !strings.Contains(out, "--shuffle=5\n") {
		t.Errorf("the seed is not shown: %q", out)
	}
	_, out = order("--shuffle")
	seed := regexp.MustCompile(`--shuffle=\d+`).FindString(out)
	first, _ := order(seed)
	second, _ := order(seed)
	if seed == "" || first != second {
		t.Errorf("the seed %q does not give an order again", seed)
	}
}

func TestOutputFile(t *testing.T) {
	tree(t, map[string]string{"a_test.lua": ""})
	status, out, _ := runMain(t, t.Context(), &fakeRunner{}, "--output", "results.tap", "a_test.lua")
	text, err := os.ReadFile("results.tap")
	if status != 0 || err != nil || string(text) != "TAP version 14\n1..1\nok 1 - a_test.lua\n" {
		t.Errorf("status %d, wrote %q, %v", status, text, err)
	}
	if !strings.HasPrefix(out, "1 case in 1 file: 1 passed") {
		t.Errorf("printed %q", out)
	}
}

func TestOptions(t *testing.T) {
	bad := []struct {
		args string
		err  string
	}{
		{"--bogus", "bogus"},
		{"-j 0x", `"0x" for flag -j: expected a number from 1 on`},
		{"-j -1", "expected a number from 1 on"},
		{"-j0 a", "expected a number from 1 on"},
		{"--timeout 5", "timeout"},
		{"--timeout 0s", "--timeout 0s: expected a time such as 30s"},
		{"--kernel 9.9", `--kernel: unknown kernel "9.9", expected one of 6.1, `},
		{"--format yaml", "--format yaml: expected human, tap, junit or json"},
		{"--output results", "--output results: which --format is it to have?"},
		{"--shuffle=x", "expected a number from 1 on"},
	}
	for _, tt := range bad {
		if o, err := parseOptions(strings.Fields(tt.args)); err == nil || !strings.Contains(err.Error(), tt.err) {
			t.Errorf("%s: got %+v, %v, want the error %q", tt.args, o, err, tt.err)
		}
	}
	o, err := parseOptions(strings.Fields("a -v --run x:y -j7 b --kernel 6.1,smp --output o.xml --timeout=90s -- -c"))
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(o.paths, " "); got != "a b -c" || !o.verbose || o.jobs != 7 || len(o.kernels) != 2 || o.format != formatJUnit ||
		o.timeout.Seconds() != 90 || o.run != (Pattern{"x", "y"}) {
		t.Errorf("got %+v", o)
	}
	if o, err = parseOptions(nil); err != nil || len(o.paths) != 1 || o.paths[0] != "." || o.format != formatHuman {
		t.Errorf("without arguments: %+v, %v", o, err)
	}
}
