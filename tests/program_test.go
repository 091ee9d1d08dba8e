package tests

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/go-odp/odp/scripts"
)

// program is odp with these arguments, on this machine.
func program(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	return exec.Command(filepath.Join(workDir(t), "odp"), args...)
}

func TestProgram(t *testing.T) {
	// A capture file on standard output is whole without being closed, and may be read from a pipe.
	written, err := program(t, "-e", "pcap.create('-'):write('abc', {comment = 'hi'}) os.exit(0)").Output()
	if err != nil {
		t.Fatal(err)
	}
	captureFile := string(written)
	dir := t.TempDir()
	write := func(name, code string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(code), 0o700); err != nil {
			t.Fatal(err)
		}
		return path
	}
	script := write("script.lua", "#!/usr/bin/env odp\nlocal m = require 'beside'\nprint(m, arg[1], ...)\n")
	write("beside.lua", "return 'module'")
	failing := write("failing.lua", "local function f()\n  error('broken')\nend\nf()\n")
	lib := filepath.Join(dir, "lib")
	if err := os.Mkdir(lib, 0o700); err != nil {
		t.Fatal(err)
	}
	write("lib/frompath.lua", "return 'from the path'")
	other := write("lib/other.lua", "print(require 'frompath')")
	write("lib/wrong.lua", "local x\nreturn x.y")

	tests := []struct {
		name   string
		args   []string
		stdin  string
		status int
		stdout string
		stderr string // part of it
	}{
		{"script", []string{script, "a", "b"}, "", 0, "module\ta\ta\tb\n", ""},
		{"failing", []string{failing}, "", 1, "",
			"odp: " + failing + ":2: broken\nstack traceback:\n\t" + failing + ":2: in function f\n\t" + failing + ":4: in main chunk\n"},
		{"absent", []string{filepath.Join(dir, "absent.lua")}, "", 1, "", "absent.lua: no such file or directory"},
		{"code", []string{"-e", "print(arg[0], arg[1], ...)", "x"}, "", 0, "-e\tx\tx\n", ""},
		{"code without code", []string{"-e"}, "", 2, "", "-e needs CODE"},
		{"code fails", []string{"-e", "error('x', 0)"}, "", 1, "", "odp: x\n"},
		{"syntax", []string{"-e", "x ="}, "", 1, "", "odp: -e: syntax error at the end of the script\n"},
		{"syntax of a match", []string{"-e", "odp.match('in_port(1),ipv5()')"}, "", 1, "",
			"found \"ipv5\" (did you mean \"ipv4\"?)\nin_port(1),ipv5()\n           ^\nstack traceback:\n\t-e:1: in main chunk\n"},
		{"exit", []string{"-e", "os.exit(7)"}, "", 7, "", ""},
		{"stdin", []string{"-", "x"}, "#!/x\nprint(arg[0], ...)", 0, "stdin\tx\n", ""},
		{"nothing, no terminal", nil, "print('from stdin')", 0, "from stdin\n", ""},
		{"path", []string{"-e", "print(require 'frompath')"}, "", 0, "from the path\n", ""},
		{"path, from standard input", []string{"-"}, "print(require 'frompath')", 0, "from the path\n", ""},
		{"script in another folder", []string{other}, "", 0, "from the path\n", ""},
		{"shipped module", []string{"-e", "print(require 'inspect' {1, a = 'b'})"}, "", 0, "{1, a = \"b\"}\n", ""},
		{"log", []string{"-e", "log.level('warn') log.info('not') log.warn('x', {a = 1})"}, "", 0, "", "level=WARN msg=x a=1\n"},
		{"capture file on standard input", []string{"-e", "for p in pcap.open('-') do print(p.data, p.comment) end"},
			captureFile, 0, "abc\thi\n", ""},
		{"failing module", []string{"-e", "require 'wrong'"}, "", 1, "", "odp: " + lib + "/wrong.lua:2: attempt to index"},
		{"timeout", []string{"--timeout", "0.1", "-e", "print(1) while true do end"}, "", 124, "1\n", "ran longer than --timeout allows (100ms)"},
		{"memory", []string{"--max-memory=64M", "-"}, "local t = {} while true do t[#t + 1] = {} end", 1, "", "--max-memory allows 64 MiB"},
		{"safe", []string{"--safe", "-e", "require 'frompath'"}, "", 1, "", "module 'frompath' not found"},
		{"safe code", []string{"--safe", "--timeout=1h", "-e", "os.remove('x')"}, "", 1, "", "os.remove is refused by --safe"},
		{"check", []string{"check", "-"}, "local odp = require 'odp'\nodp.creat_datapath('x')", 1,
			"stdin:2:5: module odp has no 'creat_datapath'; did you mean create_datapath?\n", ""},
		{"check as JSON", []string{"check", "--format", "json", "-"}, "x = ", 1,
			`{"file":"stdin","line":0,"code":"syntax-error","message":"syntax error at the end of the script"}` + "\n", ""},
		{"check finds nothing", []string{"check", other, script}, "", 0, "", ""},
		{"check of nothing", []string{"check"}, "", 2, "", "check needs SCRIPTs"},
		{"check of an absent file", []string{"check", "absent.lua"}, "", 2, "", "absent.lua: no such file"},
		{"types of two folders", []string{"types", "a", "b"}, "", 2, "", "types takes one DIR"},
		{"limit without value", []string{"--timeout"}, "", 2, "", "--timeout needs a value"},
		{"wrong limit", []string{"--max-memory", "much", "-e", ""}, "", 2, "", "a size such as 64M or 1G expected, got \"much\""},
		{"limit of no script", []string{"--safe", "version"}, "", 2, "", "are for scripts, not for odp version"},
		{"unknown option", []string{"--nosuch"}, "", 2, "", "unknown option --nosuch"},
		{"unknown sandbox option", []string{"sandbox", "--nosuch"}, "", 2, "", "nosuch"},
		{"unknown kernel", []string{"sandbox", "--kernel", "1.0", "x"}, "", 1, "", "unknown kernel \"1.0\""},
		{"example to show, without a name", []string{"example", "--show"}, "", 2, "", "takes the name of an example"},
		{"unknown example to show", []string{"example", "--show", "nosuch"}, "", 2, "", "no example nosuch"},
		{"unknown example", []string{"example", "nosuch"}, "", 2, "", "no example nosuch"},
		{"failing handler", []string{"-e", "odp.every(0.001, function() error('x') end) print(odp.run())"}, "", 1, "idle\n", "it failed 100 times in a row"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cmd := program(t, tt.args...)
			cmd.Env = append(os.Environ(), "ODP_PATH="+lib)
			cmd.Stdin = strings.NewReader(tt.stdin)
			var stdout, stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			var exit *exec.ExitError
			if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
				t.Fatal(err)
			}
			if got := cmd.ProcessState.ExitCode(); got != tt.status {
				t.Errorf("exit status %d, want %d", got, tt.status)
			}
			if stdout.String() != tt.stdout {
				t.Errorf("printed %q, want %q", stdout.String(), tt.stdout)
			}
			if !strings.Contains(stderr.String(), tt.stderr) || tt.stderr == "" && stderr.Len() > 0 {
				t.Errorf("reported %q, want %q", stderr.String(), tt.stderr)
			}
		})
	}
}

// TestExamples lists the examples: each has a comment that says what it is and how
// it is run, and is covered by a case of examples_test.lua.
func TestExamples(t *testing.T) {
	out, err := program(t, "example").Output()
	if err != nil {
		t.Fatal(err)
	}
	cases, err := os.ReadFile("examples_test.lua")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(root, "scripts", "examples", "*.lua"))
	if err != nil || len(files) < 10 {
		t.Fatalf("%d examples, want 10 at least (%v)", len(files), err)
	}
	var want strings.Builder
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".lua")
		if shown, err := program(t, "example", "--show", name).Output(); err != nil || !bytes.Equal(shown, src) {
			t.Errorf("%s: example --show printed %d bytes of %d (%v)", name, len(shown), len(src), err)
		}
		header, _, _ := strings.Cut(strings.TrimPrefix(string(src), "-- "), "\nlocal ")
		what := header[:strings.IndexAny(header, ":.")]
		fmt.Fprintf(&want, "%-18s %s\n", name, what)
		for _, line := range []string{"--   odp example " + name + " ", "--   odp sandbox example " + name + " ", "-- Look at: "} {
			if !strings.Contains(header, line) {
				t.Errorf("%s: its comment has no line that begins with %q", name, line)
			}
		}
		if !strings.Contains(string(cases), "\n  "+name+" = ") {
			t.Errorf("%s: examples_test.lua has no case for it", name)
		}
	}
	if string(out) != want.String() {
		t.Errorf("odp example printed\n%swant\n%s", out, want.String())
	}
}

func TestHelpAndVersion(t *testing.T) {
	for _, name := range []string{"help", "--help", "-h"} {
		out, err := program(t, name).Output()
		if err != nil || !strings.Contains(string(out), "odp sandbox [--kernel K]") {
			t.Errorf("%s: %v: %s", name, err, out)
		}
	}
	for name, want := range map[string]string{
		"dp:add_vport": "dp:add_vport(spec): odp.Vport\n",
		"ipv4.dst":     "ipv4.dst: IPv4 address\n",
		"test.eq":      "test.eq(got, want, what?)\n",
		"topics":       "  help(x) tells about ",
	} {
		if out, err := program(t, "help", name).Output(); err != nil || !strings.HasPrefix(string(out), want) {
			t.Errorf("help %s: %v: %s", name, err, out)
		}
	}
	unknown := program(t, "help", "odp.mtach")
	var said strings.Builder
	unknown.Stderr = &said
	want := "odp: nothing is called \"odp.mtach\"; did you mean odp.Match, odp.match?\n"
	if err := unknown.Run(); unknown.ProcessState.ExitCode() != 1 || said.String() != want {
		t.Errorf("help odp.mtach: %v, %q, want %q", err, said.String(), want)
	}
	out, err := program(t, "version").Output()
	if err != nil || !strings.HasPrefix(string(out), "odp ") {
		t.Errorf("version: %v: %s", err, out)
	}
}

func TestSignals(t *testing.T) {
	tests := []struct {
		name, code string
		signals    []syscall.Signal
		status     int
		stdout     string
	}{
		{"in run", "odp.after(0, function() print('ready') end) odp.every(9, print) print(odp.run())",
			[]syscall.Signal{syscall.SIGTERM}, 0, "ready\nsignal\tSIGTERM\n"},
		{"not in run", "print('ready') while true do end", []syscall.Signal{syscall.SIGINT}, 130, "ready\n"},
		{"asked where it is", "odp.after(0, function() print('ready') end) odp.every(9, print) odp.run()",
			[]syscall.Signal{syscall.SIGQUIT}, 131, "ready\n"},
		{"waiting for a command", "print('ready') net.exec('sleep', 1000)", []syscall.Signal{syscall.SIGTERM}, 143, "ready\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cmd := program(t, "-e", tt.code)
			var stdout lineWatcher
			stdout.seen = make(chan struct{})
			cmd.Stdout = &stdout
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			select {
			case <-stdout.seen:
			case <-time.After(time.Minute):
				t.Error("not ready")
			}
			for _, s := range tt.signals {
				if err := cmd.Process.Signal(s); err != nil {
					t.Fatal(err)
				}
			}
			cmd.Wait()
			if got := cmd.ProcessState.ExitCode(); got != tt.status {
				t.Errorf("exit status %d, want %d", got, tt.status)
			}
			if stdout.buf.String() != tt.stdout {
				t.Errorf("printed %q, want %q", stdout.buf.String(), tt.stdout)
			}
		})
	}
}

// lineWatcher tells when the first line has come.
type lineWatcher struct {
	buf  bytes.Buffer
	seen chan struct{}
}

func (w *lineWatcher) Write(p []byte) (int, error) {
	first := !bytes.ContainsRune(w.buf.Bytes(), '\n')
	w.buf.Write(p)
	if first && bytes.ContainsRune(p, '\n') {
		close(w.seen)
	}
	return len(p), nil
}

// TestExamplesCompile checks what can be checked without a kernel.
func TestExamplesCompile(t *testing.T) {
	files, err := fs.Glob(scripts.Examples, "examples/*.lua")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d examples, %v", len(files), err)
	}
	for _, file := range files {
		src, err := fs.ReadFile(scripts.Examples, file)
		if err != nil {
			t.Fatal(err)
		}
		cmd := program(t, "-e", "assert(loadstring(io.read('*a'), '"+file+"'))")
		cmd.Stdin = bytes.NewReader(src)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", file, err, out)
		}
	}
}

// TestNoModule asks the kernel that the tests run on for datapaths. It has them,
// or the program says what to do.
func TestNoModule(t *testing.T) {
	cmd := program(t, "-e", "print(#odp.datapaths())")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if _, statErr := os.Stat("/sys/module/openvswitch"); statErr == nil {
		if err != nil || stdout.Len() == 0 {
			t.Errorf("this kernel has openvswitch, got %v, %q", err, stderr.String())
		}
		return
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 || stdout.Len() > 0 {
		t.Errorf("got %v, want exit status 1; it printed %q", err, stdout.String())
	}
	for _, part := range []string{"odp: -e:1: ", "kernel has no openvswitch", "modprobe openvswitch", "odp sandbox", "in main chunk"} {
		if !strings.Contains(stderr.String(), part) {
			t.Errorf("reported %q, which does not contain %q", stderr.String(), part)
		}
	}
}
