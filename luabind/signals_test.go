package luabind

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// awaited waits for what another goroutine does.
func awaited(t *testing.T, done func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("not so in a minute")
		}
	}
}

func TestSignals(t *testing.T) {
	pid := os.Getpid()
	checkPrints(t, []printCase{
		{"a signal", fmt.Sprintf(`local h h = odp.on_signal("USR1", function(s) print(s, h.signal, h) h:stop() h:stop() print(h.active) end)
			net.run("kill -USR1 %d") print(odp.run())`, pid), "USR1\tUSR1\ton_signal handler of USR1\nfalse\nidle\n"},
		{"by its long name", fmt.Sprintf(`local got odp.on_signal("sigusr2", function(s) got = s end)
			net.run("kill -USR2 %d") print(odp.wait(function() return got end))`, pid), "USR2\n"},
		{"one that comes while it is handled", fmt.Sprintf(`local n = 0
			odp.on_signal("USR1", function() n = n + 1 if n == 1 then net.run("kill -USR1 %[1]d") odp.sleep(0.01) end end)
			net.run("kill -USR1 %[1]d") print(odp.wait(function() return n == 2 end))`, pid), "true\n"},
	})
}

func TestSignalMisuse(t *testing.T) {
	for _, tt := range []struct{ code, want string }{
		{"odp.on_signal('KILL', print)", "KILL cannot be handled by any program"},
		{"odp.on_signal('QUIT', print)", "QUIT cannot be handled, so that one can always ask where a script is"},
		{"odp.on_signal('SEGV', print)", "SEGV is for the program itself"},
		{"odp.on_signal('INT', print)", "INT is handled by the console"},
		{"odp.on_signal('USR', print)", `name of a signal expected, got "USR"; did you mean SIGUSR1, SIGUSR2?`},
	} {
		rt := newTestRuntime(t, func(c *Config) { c.Console = true })
		want := "test.lua:1: bad argument #1 (signal) to odp.on_signal: " + tt.want
		if err := rt.fails(t, tt.code); err.Error() != want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.code, err, want)
		}
	}
}

// TestInterruptIsHandled checks that a handler takes the place of ending the script,
// and that the script still ends when it does not return.
func TestInterruptIsHandled(t *testing.T) {
	rt := newTestRuntime(t)
	ended := make(chan error)
	go func() {
		ended <- rt.RunString(t.Context(), "test.lua", `local n = 0
			odp.on_signal("INT", function() n = n + 1 print(n) if n == 3 then while true do end end end)
			print("go") odp.run()`, nil)
	}()
	for _, want := range []string{"go\n", "go\n1\n", "go\n1\n2\n", "go\n1\n2\n3\n"} {
		awaited(t, func() bool { return rt.out.String() == want })
		awaited(t, func() bool { // the handler has returned
			rt.mu.Lock()
			defer rt.mu.Unlock()
			return want == "go\n1\n2\n3\n" || len(rt.signals) == 1 && !rt.signals[0].running && !rt.signals[0].queued
		})
		if !rt.Signal(os.Interrupt) {
			t.Error("the signal was not taken")
		}
	}
	rt.Signal(os.Interrupt) // the one before ended odp.run
	var sig *SignalError
	if err := <-ended; !errors.As(err, &sig) || sig.Signal != syscall.SIGINT {
		t.Errorf("ended with %v", err)
	}
}

// TestHangUpDuringReload checks that a HUP that comes while it is handled is handled
// after that, and that a second TERM is not.
func TestHangUpDuringReload(t *testing.T) {
	rt := newTestRuntime(t)
	ended := make(chan error)
	go func() {
		ended <- rt.RunString(t.Context(), "test.lua", `local n = 0
			odp.on_signal("HUP", function() n = n + 1 print("hup", n) go = false odp.wait(function() return go end) end)
			odp.on_signal("TERM", function() print("term") go = true if n > 1 then odp.sleep(60) end end)
			print("go") odp.run()`, nil)
	}()
	printed := func(want string) {
		t.Helper()
		awaited(t, func() bool { return rt.out.String() == want })
	}
	send := func(s os.Signal) {
		if !rt.Signal(s) {
			t.Errorf("%v was not taken", s)
		}
	}
	printed("go\n")
	send(syscall.SIGHUP)
	printed("go\nhup\t1\n")
	send(syscall.SIGHUP)
	send(syscall.SIGHUP)
	send(syscall.SIGTERM)
	printed("go\nhup\t1\nterm\nhup\t2\n")
	awaited(t, func() bool {
		rt.mu.Lock()
		defer rt.mu.Unlock()
		return !rt.signals[1].running
	})
	send(syscall.SIGTERM)
	printed("go\nhup\t1\nterm\nhup\t2\nterm\n")
	send(syscall.SIGTERM) // ends odp.run
	var sig *SignalError
	if err := <-ended; err != nil && (!errors.As(err, &sig) || sig.Signal != syscall.SIGTERM) {
		t.Errorf("ended with %v", err)
	}
	if got := rt.out.String(); strings.Contains(got, "hup\t3") {
		t.Errorf("printed %q", got)
	}
}
