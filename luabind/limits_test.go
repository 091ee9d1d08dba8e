package luabind

import (
	"context"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestTimeout(t *testing.T) {
	tests := []struct{ name, code, prints string }{
		{"tight loop", "while true do end", ""},
		{"loop with pcall", "while true do pcall(function() while true do end end) end", ""},
		{"waiting", "odp.sleep(1000)", ""},
		{"waiting for what never comes", "odp.wait(function() end, 1000)", ""},
		{"in a callback", "odp.after(0, function() while true do end end) odp.sleep(1000)", ""},
		{"command", "net.run('sleep 1000')", ""},
		{"odp.run ends in order", "odp.every(0.01, function() end) print(odp.run())", "limit\ttimeout\n"},
		{"does not heed that", "odp.every(0.01, function() end) print(odp.run()) while true do end", "limit\ttimeout\n"},
		{"runs again and again", "odp.every(1, function() end) local n = 0 while odp.run() do n = n + 1 end", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			rt := newTestRuntime(t, func(c *Config) { c.Timeout, c.grace = 50*time.Millisecond, 50*time.Millisecond })
			err := rt.RunString(context.Background(), "test.lua", tt.code, nil)
			var limit *LimitError
			if !errors.As(err, &limit) || limit.ExitCode() != 124 ||
				err.Error() != "the script was stopped: it ran longer than --timeout allows (50ms)" {
				t.Errorf("ended with %v", err)
			}
			if got := rt.out.String(); got != tt.prints {
				t.Errorf("printed %q, want %q", got, tt.prints)
			}
		})
	}
}

func TestTimeoutKeepsWhatElseFailed(t *testing.T) {
	rt := newTestRuntime(t, func(c *Config) { c.Timeout = 10 * time.Millisecond })
	err := rt.RunString(context.Background(), "test.lua", "odp.every(1, print) odp.run() error('no cleaning up')", nil)
	if err == nil || !strings.HasSuffix(err.Error(), "(10ms); then: test.lua:1: no cleaning up") {
		t.Errorf("ended with %v", err)
	}
}

// TestStuck has a script that cannot be aborted: it waits in a system call.
func TestStuck(t *testing.T) {
	told := make(chan *LimitError)
	rt := New(Config{Timeout: time.Millisecond, grace: time.Millisecond, Stuck: func(err *LimitError) { told <- err }, Stdout: blocked{told}})
	go rt.RunString(context.Background(), "test.lua", "print(1)", nil)
	if err := <-told; err.Limit != "timeout" {
		t.Errorf("told of %v", err)
	}
}

// blocked never takes what is written to it.
type blocked struct{ c <-chan *LimitError }

func (blocked) Write([]byte) (int, error) { select {} }

func TestNoLimitReached(t *testing.T) {
	rt := newTestRuntime(t, func(c *Config) { c.Timeout, c.MaxMemory = time.Hour, 1<<40 })
	if got := rt.run(t, "print(odp.run(0.001))"); got != "idle\n" {
		t.Errorf("printed %q", got)
	}
}

func TestMaxMemory(t *testing.T) {
	// What other tests left behind counts as well.
	runtime.GC()
	max := heapInUse() + 48<<20
	run := func(t *testing.T, code string) error {
		rt := New(Config{Stdout: io.Discard, MaxMemory: max})
		defer rt.Close()
		return rt.RunString(context.Background(), "test.lua", code, nil)
	}
	for _, code := range []string{
		"local t = {} while true do t[#t + 1] = {} end",
		"local s = 'x' while true do s = s .. s end",
		"local t, n = {}, 0 while true do n = n + 1 t['k' .. n] = ('x'):rep(1000) end",
		"local t = {} odp.every(0.001, function() for i = 1, 10000 do t[#t + 1] = {} end end) odp.run()",
	} {
		err := run(t, code)
		var limit *LimitError
		if !errors.As(err, &limit) || limit.ExitCode() != 1 || !strings.HasSuffix(err.Error(), "of memory, --max-memory allows "+sizeText(max)) {
			t.Errorf("%s: ended with %v", code, err)
		}
	}
	if err := run(t, "local s for i = 1, 300 do s = ('x'):rep(1000000) .. i end"); err != nil {
		t.Errorf("garbage counts: %v", err)
	}
}

func TestLongStrings(t *testing.T) {
	tests := []struct {
		max        int64
		code, want string
	}{
		{0, "print(('ab'):rep(3), ('ab'):rep(0) == '', ('ab'):rep(-1) == '', ('x'):rep(2.9), (''):rep(1e300) == '')", ""},
		{0, "('ab'):rep(1e9)", "test.lua:1: string.rep: the result would have 2000000000 bytes, at most 1 GiB are made"},
		{0, "('ab'):rep(math.huge)", "test.lua:1: string.rep: the result would have +Inf bytes, at most 1 GiB are made"},
		{1 << 26, "('ab'):rep(2^26)", "test.lua:1: string.rep: the result would have 134217728 bytes, --max-memory allows 64 MiB"},
		{1 << 26, "local m = ('x'):rep(2^20) local t = {} for i = 1, 100 do t[i] = m end table.concat(t)",
			"test.lua:1: table.concat: the result would have 104857600 bytes, --max-memory allows 64 MiB"},
		{1 << 26, "print(table.concat({'a', 'b', 1}, ','), table.concat({}), table.concat({'a', 'b', 'c'}, '', 2))", ""},
	}
	for _, tt := range tests {
		rt := newTestRuntime(t, func(c *Config) { c.MaxMemory = tt.max })
		err := rt.RunString(context.Background(), "test.lua", tt.code, nil)
		if got := errorText(err); got != tt.want {
			t.Errorf("%s: ended with %q, want %q", tt.code, got, tt.want)
		}
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestParseLimits(t *testing.T) {
	times := map[string]time.Duration{"10": 10 * time.Second, "0.5": time.Second / 2, "1m30s": 90 * time.Second, "20ms": 20 * time.Millisecond,
		"": 0, "0": 0, "-1": 0, "x": 0, "inf": 0, "nan": 0, "1e12": 0, "5 s": 0}
	for text, want := range times {
		got, err := ParseTimeout(text)
		if got != want || (err == nil) != (want > 0) {
			t.Errorf("time %q: %v, %v", text, got, err)
		}
	}
	sizes := map[string]int64{"64M": 64 << 20, "64MiB": 64 << 20, "64mb": 64 << 20, "1.5G": 3 << 29, "500k": 500 << 10, "4096": 4096,
		"": 0, "M": 0, "0": 0, "-1M": 0, "1T": 0, "nanM": 0, "inf": 0, "1e30G": 0}
	for text, want := range sizes {
		got, err := ParseSize(text)
		if got != want || (err == nil) != (want > 0) {
			t.Errorf("size %q: %v, %v", text, got, err)
		}
	}
	for n, want := range map[int64]string{5: "5 bytes", 1 << 10: "1 KiB", 1536: "1.5 KiB", 64 << 20: "64 MiB", 1 << 40: "1024 GiB"} {
		if got := sizeText(n); got != want {
			t.Errorf("%d is written %q, want %q", n, got, want)
		}
	}
}
