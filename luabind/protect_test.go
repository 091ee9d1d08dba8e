package luabind

import "testing"

// TestProtectedCalls checks what the interpreter's own pcall gets wrong, and
// what replacing it could have broken.
func TestProtectedCalls(t *testing.T) {
	tests := []struct{ name, code, want string }{
		{"shared local after pcall", `local n = 0
			local function f() n = n + 1 error("x") end
			for i = 1, 3 do pcall(f) end print(n)`, "3\n"},
		{"shared local after xpcall", `local n = 0
			local function f() n = n + 1 error("x") end
			for i = 1, 3 do xpcall(f, tostring) end print(n)`, "3\n"},
		{"shared local after a failed handler", `local n = 0
			odp.every(0.001, function(t) n = n + 1 if n == 3 then t:cancel() end error("x") end)
			odp.run() print(n)`, "3\n"},
		{"closure of a failed call", `local h
			pcall(function() local x = 5 h = function() x = x + 1 return x end error("x") end)
			print(h(), h())`, "6\t7\n"},
		{"closure of an overflowed call", `local h
			pcall(function() local x = 5 h = function() x = x + 1 return x end
				local function f() return 1 + f() end f() end)
			print(h(), h())`, "6\t7\n"},
		{"results", `print(pcall(function(...) return select("#", ...), ... end, 1, nil))`, "true\t2\t1\tnil\n"},
		{"value", `local t = {} print(select(2, pcall(error, t)) == t, pcall(error), pcall(error, nil))`, "true\tfalse\tfalse\tnil\n"},
		{"levels", `local function f(level)
				error("x", level)
			end
			for level = 0, 2 do print(select(2, pcall(function()
				f(level) return 1
			end))) end`, "x\ntest.lua:2: x\ntest.lua:5: x\n"},
		{"not a function", `print(pcall(1)) print(pcall(nil))`,
			"false\tattempt to call a non-function object\nfalse\tattempt to call a non-function object\n"},
		{"callable table", `print(pcall(setmetatable({}, {__call = function(self, x) return x end}), 7))`, "true\t7\n"},
		{"handler sees the stack", `
			local function inner() error("x") end
			local _, trace = xpcall(function() inner() end, debug.traceback)
			print((trace:gsub("\n\t", " | ")))`,
			"test.lua:2: x\nstack traceback: | test.lua:2: in function inner | test.lua:3: in function defined at line 3 | test.lua:3: in main chunk\n"},
		{"handler's result", `print(xpcall(function() error("x", 0) end, function(e) return "<" .. e .. ">" end))`, "false\t<x>\n"},
		{"handler fails", `print(xpcall(function() error("x", 0) end, function(e) error("y", 0) end))`, "false\ty\n"},
		{"xpcall passes arguments", `print(xpcall(function(...) return ... end, print, 1, 2))`, "true\t1\t2\n"},
		{"nested", `print(pcall(pcall, pcall, error, "x"))`, "true\ttrue\tfalse\tx\n"},
		{"endless pcall", `local function f() return pcall(f) end
			local r = {f()} print(r[#r - 1], r[#r])`, "false\tstack overflow: too many nested protected calls\n"},
		{"endless recursion", `local function f() return 1 + f() end print(pcall(f))`, "false\tstack overflow\n"},
		{"yield across pcall", `local co = coroutine.create(function() return pcall(coroutine.yield, 1) end)
			print(coroutine.resume(co))`, "true\tfalse\tcan not yield from outside of a coroutine\n"},
		{"pcall in a coroutine", `local co = coroutine.wrap(function()
				print(pcall(error, "x")) coroutine.yield(1) print(pcall(error, "y")) return 2 end)
			print(co()) print(co())`, "false\tx\n1\nfalse\ty\n2\n"},
		{"coroutine in pcall", `print(pcall(function() return coroutine.wrap(function() error("x", 0) end)() end))`, "false\tx\n"},
		{"running", `print(coroutine.running(), pcall(coroutine.running))
			local co co = coroutine.create(function()
				return coroutine.running() == co, select(2, pcall(coroutine.running)) == co end)
			print(coroutine.resume(co))`, "nil\ttrue\tnil\ntrue\ttrue\ttrue\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rt := newTestRuntime(t)
			if got := rt.run(t, tt.code); got != tt.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, tt.want)
			}
		})
	}
}
