package luabind

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// syncBuffer is a buffer that a test reads while a runtime writes to it.
type syncBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

type testRuntime struct {
	*Runtime
	out, err *syncBuffer
}

func newTestRuntime(t *testing.T, change ...func(*Config)) *testRuntime {
	t.Helper()
	out, errs := &syncBuffer{}, &syncBuffer{}
	cfg := Config{Stdout: out, Stderr: errs, Version: "test"}
	for _, f := range change {
		f(&cfg)
	}
	rt := &testRuntime{New(cfg), out, errs}
	t.Cleanup(func() { rt.Close() })
	return rt
}

// A printCase is a script and what it prints.
type printCase struct{ name, code, want string }

// checkPrints runs scripts that fail in nothing and report nothing.
func checkPrints(t *testing.T, tests []printCase) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rt := newTestRuntime(t)
			if got := rt.run(t, tt.code); got != tt.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, tt.want)
			}
			if rt.err.String() != "" {
				t.Errorf("reported %q", rt.err)
			}
		})
	}
}

// run runs code as a script named test.lua and returns what it printed.
func (rt *testRuntime) run(t *testing.T, code string) string {
	t.Helper()
	if err := rt.RunString(context.Background(), "test.lua", code, nil); err != nil {
		var script *ScriptError
		if errors.As(err, &script) {
			t.Fatal(script.Detail())
		}
		t.Fatal(err)
	}
	return rt.out.String()
}

// fails runs code and returns the error that it must end with.
func (rt *testRuntime) fails(t *testing.T, code string) error {
	t.Helper()
	err := rt.RunString(context.Background(), "test.lua", code, nil)
	if err == nil {
		t.Fatalf("no error from:\n%s", code)
	}
	return err
}

func TestScriptArguments(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.lua")
	code := "#!/usr/bin/env odp\nprint(arg[0] == ..., arg[1], arg[2], select('#', ...), (...))"
	if err := os.WriteFile(path, []byte(code), 0o600); err != nil {
		t.Fatal(err)
	}
	rt := newTestRuntime(t)
	if err := rt.RunFile(context.Background(), path, []string{"one", "two"}); err != nil {
		t.Fatal(err)
	}
	if want := "false\tone\ttwo\t2\tone\n"; rt.out.String() != want {
		t.Errorf("printed %q, want %q", rt.out.String(), want)
	}
	if err := rt.RunFile(context.Background(), path+"x", nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
}

func TestShebangKeepsLineNumbers(t *testing.T) {
	rt := newTestRuntime(t)
	if err := rt.fails(t, "#!/usr/bin/env odp\nerror('x')"); err.Error() != "test.lua:2: x" {
		t.Errorf("got %q", err)
	}
}

func TestUncaughtErrors(t *testing.T) {
	tests := []struct{ name, code, message, traceback string }{
		{"string", "local function f()\n  error('broken')\nend\nf()\n",
			"test.lua:2: broken", "test.lua:2: in function f\ntest.lua:4: in main chunk"},
		{"type", "local x\nprint(x.y)",
			"test.lua:2: attempt to index a non-table object(nil) with key 'y'", "test.lua:2: in main chunk"},
		{"table", "error({1, a = 2})", "{1, a = 2}", "test.lua:1: in main chunk"},
		{"object", "local function f() odp.u64(-1) end\nf()\n",
			"test.lua:1: bad argument #1 (value) to odp.u64: an unsigned 64-bit integer (a whole number below 2^53, decimal or 0x text, its bytes, or another value) expected, got number -1",
			"test.lua:1: in function f\ntest.lua:2: in main chunk"},
		{"rethrown", "local ok, e = pcall(odp.u64)\nerror(e)",
			"test.lua:1: bad argument #1 (value) to odp.u64: an unsigned 64-bit integer (a whole number below 2^53, decimal or 0x text, its bytes, or another value) expected, got nil",
			"test.lua:1: in main chunk"},
		{"syntax", "x = = 1", "test.lua:1: syntax error near '='", ""},
		{"unfinished", "if x then", "test.lua: syntax error at the end of the script", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rt := newTestRuntime(t)
			var script *ScriptError
			if err := rt.fails(t, tt.code); !errors.As(err, &script) {
				t.Fatalf("got %T: %v", err, err)
			}
			if script.Message != tt.message {
				t.Errorf("message %q\nwant    %q", script.Message, tt.message)
			}
			if script.Traceback != tt.traceback {
				t.Errorf("traceback:\n%s\nwant:\n%s", script.Traceback, tt.traceback)
			}
		})
	}
}

func TestErrorObject(t *testing.T) {
	rt := newTestRuntime(t)
	got := rt.run(t, `
		local ok, e = pcall(odp.u64, "x")
		print(ok, e.op, e.errno, e.line ~= nil, tostring(e) == "" .. e)
		print(select(2, pcall(function() return e.lien end)).message)
		print(select(2, pcall(function() e.line = 1 end)).message)
		print(("text").errno)
	`)
	want := "false\targument\tnil\ttrue\ttrue\n" +
		"odp.Error has no field or method 'lien'; did you mean line?\n" +
		"odp.Error.line is read-only\nnil\n"
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestModuleNames(t *testing.T) {
	rt := newTestRuntime(t)
	got := rt.run(t, `
		assert(require "odp" == odp)
		print(select(2, pcall(function() return odp.aftr end)).message)
		print(select(2, pcall(function() odp.x = 1 end)).message)
		print(odp.version)
	`)
	want := "module odp has no 'aftr'; did you mean after?\nmodule odp is read-only: cannot set 'x'\ntest\n"
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestGoPanicIsNotCaught(t *testing.T) {
	calls := []string{
		"pcall(boom)", "xpcall(boom, print)", "coroutine.wrap(boom)()", "coroutine.resume(coroutine.create(boom))",
		"pcall(pcall, function() coroutine.wrap(function() pcall(boom) end)() end)",
	}
	for _, code := range calls {
		t.Run(code, func(t *testing.T) {
			rt := newTestRuntime(t)
			if err := rt.do(context.Background(), func() {
				row := &Func{Name: "boom", owner: "test", Go: func(call) int { panic("bug") }}
				rt.L.SetGlobal("boom", rt.L.NewFunction(rt.protect(row)))
			}); err != nil {
				t.Fatal(err)
			}
			var internal *InternalError
			if err := rt.fails(t, code+"\nprint('went on')"); !errors.As(err, &internal) {
				t.Fatalf("got %T: %v", err, err)
			}
			if !strings.Contains(internal.Stack, "TestGoPanicIsNotCaught") {
				t.Errorf("stack does not show the panic:\n%s", internal.Stack)
			}
			if got := rt.out.String(); got != "" {
				t.Errorf("printed %q", got)
			}
			rt.run(t, "assert(pcall(print))") // the runtime lives
		})
	}
}

func TestExit(t *testing.T) {
	for code, want := range map[string]int{
		"os.exit()": 0, "os.exit(3)": 3, "os.exit(false)": 1,
		"pcall(os.exit, 4) print('went on')":                4,
		"odp.after(0, function() os.exit(5) end) odp.run()": 5,
	} {
		rt := newTestRuntime(t)
		var exit *ExitError
		if err := rt.fails(t, code); !errors.As(err, &exit) || exit.Code != want {
			t.Errorf("%s: %v, want exit status %d", code, err, want)
		}
		if rt.out.String()+rt.err.String() != "" {
			t.Errorf("%s: printed %q %q", code, rt.out, rt.err)
		}
	}
}

// start runs code in the background and waits until it has printed "ready".
func (rt *testRuntime) start(t *testing.T, code string) <-chan error {
	t.Helper()
	result := make(chan error, 1)
	go func() { result <- rt.RunString(context.Background(), "test.lua", code, nil) }()
	for !strings.Contains(rt.out.String(), "ready") {
		select {
		case err := <-result:
			t.Fatalf("ended early: %v", err)
		case <-time.After(time.Millisecond):
		}
	}
	return result
}

func TestSignalEndsRun(t *testing.T) {
	rt := newTestRuntime(t)
	result := rt.start(t, `
		odp.every(60, function() end)
		odp.after(0, function() print("ready") end)
		print(odp.run())
		print("cleaned up")`)
	rt.Signal(syscall.SIGTERM)
	if err := <-result; err != nil {
		t.Fatal(err)
	}
	if got, want := rt.out.String(), "ready\nsignal\tSIGTERM\ncleaned up\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSignalAborts(t *testing.T) {
	tests := []struct {
		name, code string
		signals    int
	}{
		{"tight loop", "print('ready') while true do pcall(function() end) end", 1},
		{"sleep", "print('ready') odp.sleep(1000)", 1},
		{"wait", "print('ready') odp.wait(function() end, 1000)", 1},
		{"coroutine", "print('ready') coroutine.wrap(function() while true do end end)()", 1},
		{"handler", "odp.after(0, function() print('ready') while true do end end) odp.run()", 2},
		{"after run", "odp.after(0, function() print('ready') end) odp.every(9, print) odp.run() while true do end", 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rt := newTestRuntime(t)
			result := rt.start(t, tt.code)
			for range tt.signals {
				if !rt.Signal(os.Interrupt) {
					t.Error("no script to tell")
				}
			}
			var sig *SignalError
			if err := <-result; !errors.As(err, &sig) || sig.ExitCode() != 130 {
				t.Errorf("got %v", err)
			}
			if rt.err.String() != "" {
				t.Errorf("reported %q", rt.err)
			}
			if rt.Signal(os.Interrupt) {
				t.Error("told a script that had ended")
			}
			rt.run(t, "print 'alive'")
		})
	}
}

func TestCloseEndsScript(t *testing.T) {
	rt := newTestRuntime(t)
	result := rt.start(t, "print('ready') while true do end")
	rt.Close()
	if err := <-result; !errors.Is(err, ErrClosed) {
		t.Errorf("got %v", err)
	}
	if _, err := rt.Eval(context.Background(), "1"); !errors.Is(err, ErrClosed) {
		t.Errorf("Eval after Close: %v", err)
	}
}

func TestCallbackBetweenLines(t *testing.T) {
	rt := newTestRuntime(t)
	ctx, cancel := context.WithCancel(context.Background())
	line := func(ctx context.Context, src string) error {
		_, err := rt.Eval(ctx, src)
		return err
	}
	if err := line(ctx, "odp.after(0, function() print('ready') while true do pcall(type) end end)"); err != nil {
		t.Fatal(err)
	}
	for rt.out.String() == "" {
		time.Sleep(time.Millisecond)
	}
	result := make(chan error)
	go func() { result <- line(ctx, "print('next line')") }()
	cancel()
	if err := <-result; !errors.Is(err, ErrInterrupted) {
		t.Errorf("got %v", err)
	}
	if !strings.Contains(rt.err.String(), "timer set at console:1: ") {
		t.Errorf("reported %q", rt.err)
	}
	if err := line(context.Background(), "odp.after(0, function() os.exit() end) odp.sleep(0.01)"); err == nil {
		t.Error("os.exit in a line's own callback did not end it")
	}
	if err := line(context.Background(), "x = 1"); err != nil {
		t.Error(err)
	}
}

func TestCloseEndsCallback(t *testing.T) {
	rt := newTestRuntime(t)
	if _, err := rt.Eval(context.Background(), "odp.after(0, function() print('ready') while true do end end)"); err != nil {
		t.Fatal(err)
	}
	for rt.out.String() == "" {
		time.Sleep(time.Millisecond)
	}
	rt.Close()
}

func TestLargeTables(t *testing.T) {
	rt := newTestRuntime(t)
	rt.run(t, `
		local t = {}
		for i = 1, 100000 do t[i] = "x" end
		assert(#table.concat(t) == 100000)
		assert(select("#", unpack(t)) == 100000)
		local function deep(n) if n == 0 then return 0 end return 1 + deep(n - 1) end
		assert(deep(10000) == 10000)
		assert(not pcall(function() local function f() return 1 + f() end return f() end))
	`)
}

func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		New(Config{}).Close()
	}
}
