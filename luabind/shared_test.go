package luabind

import (
	"context"
	"sync"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

func TestShared(t *testing.T) {
	with := func(code string) string {
		return `(function() local s = odp.shared{a = 1, list = {1, 2}} ` + code + ` end)()`
	}
	testExprs(t, [][2]string{
		{with(`return s, #s, s.a, s.list, s.b, s[true]`), "shared table (2) 2 1 {1, 2} nil nil"},
		{with(`s.a = nil s[1] = "x" s[odp.mac("02:00:00:00:00:01")] = {1} return #s, s.a, s[1], s[odp.mac("02:00:00:00:00:01")]`), `3 nil "x" {1}`},
		{with(`s.list[1] = 9 s.list.x = 1 return s.list`), "{1, 2}"},
		{with(`return s:add("a"), s:add("a", 2.5), s:add("new", -1), s.a`), "2 4.5 -1 4.5"},
		{with(`return s:swap("a", "x"), s:swap("b", 1), s.a, s.b, s:swap("a", nil), s.a`), `1 nil "x" 1 "x" nil`},
		{with(`return s:compare_and_set("a", 2, 3), s:compare_and_set("a", 1, 3), s.a, s:compare_and_set("b", nil, 1), s:compare_and_set("b", nil, 2), s.b`),
			"false true 3 true false 1"},
		{with(`s.m = odp.mac(1) return s:compare_and_set("m", odp.mac(1), nil), s.m`), "true nil"},
		{with(`s.m = odp.match{in_port = 1} return s:compare_and_set("m", 1, nil), s.m.in_port`), "false 1"},
		{with(`return s:update("list", function(l) table.insert(l, 3) return l end), s.list, s:update("n", function(v) assert(v == nil) end), s.n`),
			"{1, 2, 3} {1, 2, 3} nil nil"},
		{with(`local runs = 0 s:update("a", function(v) runs = runs + 1 if runs == 1 then s.a = 10 end return v + 1 end) return s.a, runs`), "11 2"},
		{with(`s:set("add", 5) return s:get("add"), s:get("none")`), "5 nil"},
		{with(`s:clear() return #s`), "0"},
		{with(`s.z, s.y, s.a = 1, 2, 3 local t = {} for k, v in s:pairs() do table.insert(t, tostring(k) .. "=" .. tostring(type(v))) s[k] = nil end return table.concat(t, " "), #s`),
			`"a=number list=table y=number z=number" 0`},
		{with(`s.self = s return s.self == s, s.self == odp.shared(), s.self.self.a`), "true false 1"},
	})
	testRefusals(t, [][2]string{
		{`odp.shared(1)`, "table expected"},
		{`odp.shared{f = print}`, "initial.f is a function"},
		{`odp.shared{[print] = 1}`, "bad argument #1 (initial) to odp.shared: a key that is text"},
		{with(`s.f = {print}`), "shared table: s.f[1] is a function"},
		{with(`s["x y"] = print`), `s["x y"] is a function`},
		{with(`s[{}] = 1`), "shared table: a key that is text, a number, a boolean or a value such as odp.mac expected, got table"},
		{with(`return s[nil]`), "got nil"},
		{with(`s[0/0] = 1`), "got number"},
		{with(`s.add = 1`), `s.add is a method of shared tables; to use it as a key, call s:set("add", value)`},
		{with(`s:add("list")`), "a key that has a number expected, got one that has table"},
		{with(`s:add("a", "x")`), "number expected"},
		{with(`s:update("a", 1)`), "function expected"},
		{with(`s:update("a", function() return print end)`), "its result is a function"},
		{with(`s:update("a", function() error("mine") end)`), "mine"},
		{with(`s:compare_and_set("a", {}, 1)`), "which s:update can look into"},
	})
}

// TestSharedBetweenStates changes one table from several Lua states at a time.
func TestSharedBetweenStates(t *testing.T) {
	s := newSharedTable()
	var wg sync.WaitGroup
	for i := range 4 {
		rt := newTestRuntime(t)
		rt.give(t, "s", s)
		rt.give(t, "id", lua.LNumber(i))
		wg.Go(func() {
			code := `
				local wins = 0
				for i = 1, 200 do
					s:add("n")
					s:update("list", function(l) l = l or {n = 0} l.n = l.n + 1 return l end)
					if s:compare_and_set(i, nil, id) then s:add("wins") end
					s["own" .. id] = {i}
					for _ in s:pairs() do end
				end`
			if err := rt.RunString(context.Background(), "test.lua", code, nil); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for key, want := range map[lua.LString]lua.LNumber{"n": 800, "wins": 200} {
		if got := s.get(key).valueOf(); got != want {
			t.Errorf("%s is %v, want %v", key, got, want)
		}
	}
	if got := s.get(lua.LString("list")).valueOf().(*tableParcel).pairs[0].value; got != lua.LNumber(800) {
		t.Errorf("updates add up to %v", got)
	}
}
