package luabind

import "testing"

// TestLoopBodiesThatBeginWithJumps checks what the interpreter's compiler gets
// wrong by itself.
func TestLoopBodiesThatBeginWithJumps(t *testing.T) {
	const three = "local function three() local n = 0 return function() n = n + 1 if n < 4 then return n end end end\n"
	tests := []struct{ name, code, want string }{
		{"for break", "for _ in pairs{1} do end for f in three() do break end print('end')", "end\n"},
		{"for for break", "for i = 1, 3 do for f in three() do break end end print('end')", "end\n"},
		{"for goto", "for f in three() do goto next ::next:: end print('end')", "end\n"},
		{"for if true", "local n = 0 for f in three() do if true then n = n + f end end print(n)", "6\n"},
		{"for do", "for f in three() do do break end end print('end')", "end\n"},
		{"for repeat", "local n = 0 for f in three() do repeat break until true n = n + 1 end print(n)", "3\n"},
		{"while while", "local n = 0 while true do while true do break end n = n + 1 if n == 3 then break end end print(n)", "3\n"},
		{"while in a function", "local function f() local n = 0 while true do while true do break end n = n + 1 if n == 3 then return n end end end print(f())", "3\n"},
		{"repeat repeat", "local n = 0 repeat repeat break until false n = n + 1 until n == 3 print(n)", "3\n"},
		{"in loadstring", "loadstring('for i = 1, 2 do for f in pairs{1} do break end end print(1)')()", "1\n"},
		{"line numbers", "for f in three() do\nbreak end\nprint(select(2, pcall(function()\nerror('x') end)))", "test.lua:5: x\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rt := newTestRuntime(t)
			if got := rt.run(t, three+tt.code); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestAssignTogether checks assignments to several targets, which the
// interpreter's compiler makes one after the other.
func TestAssignTogether(t *testing.T) {
	for code, want := range map[string]string{
		"local a, b = 1, 2 a, b = b, a print(a, b)":                                           "2\t1\n",
		"local c, d = 1, 2 c, d = d, c + 1 print(c, d)":                                       "2\t2\n",
		"a, b = 1, 2 a, b = b, a print(a, b)":                                                 "2\t1\n",
		"local i, t = 1, {} i, t[i] = i + 1, 20 print(i, t[1], t[2])":                         "2\t20\tnil\n",
		"local i, t = 1, {} t[i], i = 20, i + 1 print(i, t[1], t[2])":                         "2\t20\tnil\n",
		"local t = {1, 2} t[1], t[2] = t[2], t[1] print(t[1], t[2])":                          "2\t1\n",
		"local a, b, c = 1, 2, 3 a, b, c = (function() return c, a end)() print(a, b, c)":     "3\t1\tnil\n",
		"local a, b = 1, 2 a, b = b print(a, b)":                                              "2\tnil\n",
		"local a, b = 1, 2 a, b = b, a, print('x') print(a, b)":                               "x\n2\t1\n",
		"local a, b = 1, 2 local function f() a, b = b, a end f() f() f() print(a, b)":        "2\t1\n",
		"local a, b = 1, 2 for _ in pairs{1} do a, b = b, a end print(a, b)":                  "2\t1\n",
		"local a, b = 1, 2 while true do a, b = b, a break end print(a, b)":                   "2\t1\n",
		"local a, b = 1, 2\nprint(select(2, pcall(function()\na, b = b,\nnil + 1 end)))":      "test.lua:4: cannot perform add operation between nil and number\n",
		"local f = {} f.x, f.y = 1, 2 local a a, f.x, f.y = f.x, f.y, f.x print(a, f.x, f.y)": "1\t2\t1\n",
	} {
		rt := newTestRuntime(t)
		if got := rt.run(t, code); got != want {
			t.Errorf("%s: got %q, want %q", code, got, want)
		}
	}
}

func TestLoadFunctions(t *testing.T) {
	rt := newTestRuntime(t)
	got := rt.run(t, `
		print(loadstring("return 1")(), load("return 2")(), loadstring("x = = 1", "chunk"))
		local parts = {"return", " 3"}
		print(load(function() return table.remove(parts, 1) end)())
		print(loadfile("/absent"))
		print(pcall(dofile, "/absent"))
		print(loadstring("goto nowhere", "chunk"))
	`)
	want := "1\t2\tnil\tchunk:1: syntax error near '='\n3\n" +
		"nil\topen /absent: no such file or directory\nfalse\topen /absent: no such file or directory\n" +
		"nil\tchunk:2: no visible label 'nowhere' for <goto> at line 1\n"
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// TestLoopsOverWhatCallsReturn checks loops whose iterator is made by a field of what
// a call returns, of which the interpreter's compiler loses the value.
func TestLoopsOverWhatCallsReturn(t *testing.T) {
	const f = "local function f() return {a = {b = function() return pairs{7} end, c = {8, {b = function() return ipairs{9} end}}}} end\n"
	for code, want := range map[string]string{
		"for k, v in f().a.b() do print(k, v) end":                                                           "1\t7\n",
		"for k, v in f().a:b() do print(k, v) end":                                                           "1\t7\n",
		"for k, v in f().a['c'][2].b() do print(k, v) end":                                                   "1\t9\n",
		"for k in f().a.b() do for _, v in f().a.c[2]:b() do print(k, v) end end":                            "1\t9\n",
		"for _, v in pairs(f().a.c[2]) do print(type(v)) end":                                                "function\n",
		"for k in next, f().a do if k == 'b' then print(k) end end":                                          "b\n",
		"for _ in f().a.b() do break end print('end')":                                                       "end\n",
		"for _, v in f().a.b() do goto next print(v) ::next:: end print('end')":                              "end\n",
		"for k, v in (nil or f().a.b)() do print(k, v) end":                                                  "1\t7\n",
		"for x in (tostring(f) and tostring(12) .. ' 3'):gmatch('%d') do print(x) end":                       "1\n2\n3\n",
		"local function g(...) for x in (... .. ','):gmatch('([^,]*),') do print(x) end end g(1)":            "1\n",
		"local function g(a) for x in (',' .. a:lower() .. ','):gmatch('(%w*),') do print(x) end end g('A')": "\na\n",
		"local function g(...) for k, v in next, {...} do print(k, v) end end g(5)":                          "1\t5\n",
		"for _ in f().x.b() do end":                                                                          "",
	} {
		rt := newTestRuntime(t)
		if want != "" {
			if got := rt.run(t, f+code); got != want {
				t.Errorf("%s: got %q, want %q", code, got, want)
			}
			continue
		}
		err := rt.RunString(t.Context(), "test.lua", f+code, nil)
		if err == nil || err.Error() != "test.lua:2: attempt to index a non-table object(nil) with key 'b'" {
			t.Errorf("%s: %v", code, err)
		}
	}
}
