package luabind

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

func TestTasks(t *testing.T) {
	checkPrints(t, []printCase{
		{"results", `print(odp.spawn(function(...) return select("#", ...), ... end, 1, nil, 3):join())`, "3\t1\tnil\t3\n"},
		{"begins when the script waits", `odp.spawn(print, "task") print("script") odp.sleep(0) print("after")`, "script\ntask\nafter\n"},
		{"error is joined", `local t = odp.spawn(error, "x", 0) print(pcall(t.join, t)) print(t)`,
			"false\tx\ntask started at test.lua:1 (failed)\n"},
		{"error keeps its value", `local v = {} local t = odp.spawn(error, v) print(select(2, pcall(t.join, t)) == v)`, "true\n"},
		{"waits do not nest", `
			local long = odp.spawn(function() odp.sleep(0.05) print("long") end)
			local short = odp.spawn(function() odp.sleep(0.01) print("short") end)
			short:join() print("joined short") long:join()`, "short\njoined short\nlong\n"},
		{"a waiting timer keeps nothing from going on", `
			odp.after(0, function() odp.sleep(30) end)
			odp.sleep(0.02) print("awake")`, "awake\n"},
		{"waits in pcall, metamethod and iterator", `
			local t = setmetatable({}, { __index = function(_, k) odp.sleep(0.001) return k end })
			local function each() odp.sleep(0.001) return nil end
			local a = odp.spawn(function() local ok, v = pcall(function() return t.x end) for _ in each do end return ok, v end)
			local b = odp.spawn(function() return t.y end)
			print(a:join(), b:join())`, "true\ty\n"},
		{"waits in a coroutine", `
			local co = coroutine.wrap(function() odp.sleep(0.001) coroutine.yield(1) odp.sleep(0.001) return 2 end)
			local beat = 0
			local t = odp.every(0.001, function() beat = beat + 1 end)
			print(co(), co()) t:cancel()`, "1\t2\n"},
		{"cancel", `
			local t = odp.spawn(function() local ok, e = pcall(odp.sleep, 30) print("unreachable", ok, e) end)
			odp.sleep(0) t:cancel() odp.sleep(0) print(t.done, t) print((select(2, pcall(t.join, t))).message)`,
			"true\ttask started at test.lua:2 (cancelled)\nTask:join: the task started at test.lua:2 was cancelled\n"},
		{"cancel before it began", `local t = odp.spawn(print, "x") t:cancel() t:cancel() print(t.done)`, "true\n"},
		{"cancel in a loop", `
			local t t = odp.spawn(function() odp.after(0.01, function() t:cancel() end) while true do odp.sleep(0) end end)
			print(pcall(t.join, t))`, "false\ttest.lua:3: Task:join: the task started at test.lua:2 was cancelled\n"},
		{"join in vain", `local t = odp.spawn(odp.sleep, 30) print(pcall(t.join, t, 0.001))`,
			"false\ttest.lua:1: Task:join: the task started at test.lua:1 has not ended in time\n"},
		{"run ends with the last task", `odp.spawn(function() odp.sleep(0.01) print("task") end) print(odp.run())`, "task\nidle\n"},
		{"tasks end with the script", `odp.spawn(function() odp.sleep(30) print("never") end) odp.sleep(0) print("end")`, "end\n"},
		{"callbacks and their waits end with the script", `
			odp.every(0.001, function() odp.spawn(function() odp.sleep(0) odp.sleep(30) end) end)
			for i = 1, 20 do odp.every(0.001, function() odp.sleep(30) end) end
			odp.sleep(0.02) odp.spawn(print, "never") print("end")`, "end\n"},
		{"many", `
			local n, tasks = 0, {}
			for i = 1, 500 do tasks[i] = odp.spawn(function() odp.sleep(0.001 * (i % 7)) n = n + 1 end) end
			for _, t in ipairs(tasks) do t:join() end print(n)`, "500\n"},
		{"a shared coroutine", `
			local co = coroutine.wrap(function() while true do coroutine.yield(odp.sleep(0)) end end)
			odp.spawn(co):join() co() print("ok")`, "ok\n"},
		{"run in a task", `odp.spawn(function() odp.after(0, odp.stop) print(odp.run()) end):join()`, "stopped\n"},
		{"deferred", `odp.defer(function() print("first given") end) odp.defer(function() odp.sleep(0.001) print("last given") end) print("end")`,
			"end\nlast given\nfirst given\n"},
		{"deferred while deferring", `odp.defer(function() print(1) odp.defer(function() print(2) end) end)`, "1\n2\n"},
	})
}

func TestTaskFailures(t *testing.T) {
	tests := []struct{ name, code, want, reported string }{
		{"nothing joins", "odp.spawn(error, 'x', 0) odp.sleep(0.001) print('on')", "a task started at test.lua:1 failed", "odp: task started at test.lua:1: x\n"},
		{"joined later", "local t = odp.spawn(error, 'x', 0) odp.sleep(0.001) pcall(t.join, t)", "", "odp: task started at test.lua:1: x\n"},
		{"joins itself", "local t t = odp.spawn(function() t:join() end) t:join()", "test.lua:1: Task:join: a task cannot wait for itself", ""},
		{"cancels itself", "local t t = odp.spawn(function() t:cancel() end) t:join()", "test.lua:1: Task:cancel: a task cannot cancel itself; return from its function", ""},
		{"not a function", "odp.spawn(1)", "test.lua:1: bad argument #1 (fn) to odp.spawn: function expected, got number 1", ""},
		{"deferred after an error", "odp.defer(function() print('deferred') end) error('x', 0)", "x", ""},
		{"deferred fails", "odp.defer(function() print('on') end)\nodp.defer(odp.spawn) odp.defer(function() print('still') end)", "a function deferred at test.lua:2 failed",
			"odp: function deferred at test.lua:2: bad argument #1 (fn) to odp.spawn: function expected, got nil\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rt := newTestRuntime(t)
			got := ""
			if err := rt.RunString(context.Background(), "test.lua", tt.code, nil); err != nil {
				got = err.Error()
			}
			if got != tt.want {
				t.Errorf("ended with %q, want %q", got, tt.want)
			}
			if rt.err.String() != tt.reported {
				t.Errorf("reported %q, want %q", rt.err, tt.reported)
			}
		})
	}
}

// TestAbortWithTasks checks that a script which is told to stop does so wherever
// it and its tasks are, and that what it deferred is called.
func TestAbortWithTasks(t *testing.T) {
	tests := []struct{ name, code string }{
		{"main program loops", `odp.spawn(odp.sleep, 30) odp.sleep(0) print("go") while true do end`},
		{"main program loops in pcall", `print("go") while true do pcall(function() while true do end end) end`},
		{"task loops", `odp.spawn(function() print("go") while true do end end) odp.sleep(30)`},
		{"task loops in a coroutine of another", `
			local co = coroutine.wrap(function() coroutine.yield() print("go") while true do end end)
			odp.spawn(co):join() odp.spawn(co) odp.sleep(30)`},
		{"all wait", `odp.spawn(odp.sleep, 30) odp.after(0, function() print("go") odp.sleep(30) end) odp.sleep(30)`},
		{"task refuses to end", `odp.spawn(function() while true do pcall(odp.sleep, 30) end end) odp.after(0.001, function() print("go") end) odp.sleep(30)`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out := &syncBuffer{}
			rt := New(Config{Stdout: out})
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			go func() {
				for out.String() != "go\n" && ctx.Err() == nil {
					time.Sleep(time.Millisecond)
				}
				rt.Signal(os.Interrupt)
			}()
			err := rt.RunString(ctx, "test.lua", `odp.defer(function() odp.sleep(0) print("deferred") end) `+tt.code, nil)
			rt.Close()
			var sig *SignalError
			if !errors.As(err, &sig) {
				t.Errorf("ended with %v", err)
			}
			if got := out.String(); got != "go\ndeferred\n" {
				t.Errorf("printed %q", got)
			}
		})
	}
}

// TestConsoleTasks checks that Ctrl-C at a line leaves the tasks of earlier lines
// alone, and that what lines deferred is called when the console is left.
func TestConsoleTasks(t *testing.T) {
	rt := newTestRuntime(t)
	eval := func(ctx context.Context, line string) error {
		_, err := rt.Eval(ctx, line)
		return err
	}
	if err := eval(context.Background(), `odp.defer(function() print("deferred") end) beats = 0
		beat = odp.spawn(function() while true do odp.sleep(0.001) beats = beats + 1 end end)`); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if err := eval(ctx, "while true do odp.sleep(0.001) end"); err == nil {
		t.Fatal("the line was not stopped")
	}
	if err := eval(context.Background(), `local before = beats assert(odp.wait(function() return beats > before end)) assert(not beat.done)`); err != nil {
		t.Error(err)
	}
	if err := rt.Close(); err != nil {
		t.Error(err)
	}
	if got := rt.out.String(); !strings.HasSuffix(got, "deferred\n") {
		t.Errorf("printed %q", got)
	}
}
