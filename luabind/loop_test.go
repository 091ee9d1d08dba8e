package luabind

import (
	"errors"
	"strings"
	"testing"
)

func TestRunReasons(t *testing.T) {
	checkPrints(t, []printCase{
		{"idle at once", "print(odp.run())", "idle\n"},
		{"idle after a timer", "odp.after(0.001, function() print('x') end) print(odp.run())", "x\nidle\n"},
		{"stopped", "odp.every(0.001, odp.stop) print(odp.run())", "stopped\n"},
		{"stopped with a value", "odp.after(0, function() odp.stop{ n = 7 } end) print((select(2, odp.run())).n)", "7\n"},
		{"stopped by a timer", "odp.after(0, odp.stop) print(odp.run())", "stopped\n"},
		{"stopped with detail", "odp.after(0, function() odp.stop('why') end) print(odp.run())", "stopped\twhy\n"},
		{"timeout", "odp.after(100, print) print(odp.run(0.001))", "timeout\n"},
		{"twice", "odp.after(0, odp.stop) odp.run() odp.after(0, odp.stop) print(odp.run())", "stopped\n"},
		{"cancelled", "local t = odp.after(5, print) print(t.active) t:cancel() t:cancel() print(t.active, odp.run())", "true\nfalse\tidle\n"},
		{"every, cancelled from inside", `local n = 0
			odp.every(0.001, function(t) n = n + 1 if n == 3 then t:cancel() end end)
			print(odp.run(), n)`, "idle\t3\n"},
		{"order", `for i = 3, 1, -1 do odp.after(i / 1000, function() print(i) end) end odp.run()`, "1\n2\n3\n"},
		{"wait", "local x odp.after(0.001, function() x = 7 end) print(odp.wait(function() return x end, 10))", "7\n"},
		{"wait in vain", "print(odp.wait(function() end, 0.001))", "false\n"},
		{"sleep runs timers", "odp.after(0.001, function() print('timer') end) odp.sleep(0.03) print('awake')", "timer\nawake\n"},
		{"in a coroutine", `coroutine.wrap(function()
			odp.after(0, function() odp.stop() end) print(odp.run()) end)()`, "stopped\n"},
		{"coroutine goes on after run", `local co = coroutine.wrap(function()
			odp.after(0, function() coroutine.wrap(function() coroutine.yield() end)() odp.stop() end)
			odp.run() coroutine.yield(1) return 2 end)
			print(co(), co())`, "1\t2\n"},
		{"timer is not reentered", `local depth, most = 0, 0
			odp.every(0.001, function()
				depth = depth + 1 most = math.max(most, depth)
				odp.sleep(0.005)
				depth = depth - 1
			end)
			odp.wait(function() return most > 0 end) odp.run(0.03) print(most)`, "1\n"},
		{"wait and a coroutine", `print(pcall(coroutine.wrap(function() odp.wait(function() coroutine.yield(1) end) end)))`,
			"false\ttest.lua:1: can not yield from outside of a coroutine\n"},
	})
}

func TestLoopMisuse(t *testing.T) {
	tests := []struct{ code, want string }{
		{"odp.stop()", "odp.stop: odp.run is not running"},
		{"odp.after()", "bad argument #1 (seconds) to odp.after: number of seconds expected, got nil"},
		{"odp.after(-1, print)", "bad argument #1 (seconds) to odp.after: number of seconds from 0 to 1e9 expected, got number -1"},
		{"odp.after(0/0, print)", "bad argument #1 (seconds) to odp.after: number of seconds from 0 to 1e9 expected, got number NaN"},
		{"odp.after(1, 2)", "bad argument #2 (fn) to odp.after: function expected, got number 2"},
		{"odp.every(0, print)", "bad argument #1 (seconds) to odp.every: 0.001 seconds or more expected, got number 0"},
		{"local t = odp.after(1, print) t.cancel()", "cancel must be called on an odp.Timer with a colon: timer:cancel(...); got nil"},
		{"odp.wait(function() error('inside') end)", "inside"},
	}
	for _, tt := range tests {
		rt := newTestRuntime(t)
		if err := rt.fails(t, tt.code); err.Error() != "test.lua:1: "+tt.want {
			t.Errorf("%s:\ngot  %s\nwant test.lua:1: %s", tt.code, err, tt.want)
		}
	}
}

func TestNestedRunIsRefused(t *testing.T) {
	rt := newTestRuntime(t)
	rt.run(t, "odp.after(0, function() odp.run() end) odp.run()")
	if !strings.Contains(rt.err.String(), "test.lua:1: odp.run: already running") {
		t.Errorf("reported %q", rt.err)
	}
}

func TestFailingHandler(t *testing.T) {
	rt := newTestRuntime(t, func(c *Config) { c.MaxFailures = 5 })
	err := rt.fails(t, `
local n = 0
odp.every(0.001, function()
  n = n + 1
  if n ~= 3 then error("turn " .. n) end
end)
print(odp.run(), n)`)
	var script *ScriptError
	if !errors.As(err, &script) || !strings.Contains(err.Error(), "timer set at test.lua:3") {
		t.Errorf("got %v", err)
	}
	if got, want := rt.out.String(), "idle\t8\n"; got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
	want := "odp: timer set at test.lua:3: test.lua:5: turn 1\nstack traceback:\n\ttest.lua:5: in function defined at line 3\n" +
		"odp: timer set at test.lua:3 stopped: it failed 5 times in a row, the last time with: test.lua:5: turn 8\n"
	if rt.err.String() != want {
		t.Errorf("reported:\n%s\nwant:\n%s", rt.err, want)
	}
}
