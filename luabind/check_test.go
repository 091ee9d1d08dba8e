package luabind

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-odp/odp/scripts"
)

func findings(t *testing.T, code string) string {
	t.Helper()
	list, err := CheckCode(Config{Modules: scripts.Modules()}, "x", code)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, f := range list {
		lines = append(lines, strings.TrimPrefix(f.String(), "x:"))
	}
	return strings.Join(lines, "\n")
}

// dpCode is the beginning of scripts that are about a datapath.
const dpCode = "local odp, net = require 'odp', require 'net' local dp = odp.create_datapath 'x'\n"

func TestCheckFinds(t *testing.T) {
	tests := []struct{ name, code, want string }{
		{"syntax", "local x =\nreturn", "2:1: syntax error near 'return'"},
		{"syntax at the end", "if x then", " syntax error at the end of the script"},
		{"compiler", "break", "1: no loop to break"},

		{"global", "prnt(1)", "1:1: undefined global 'prnt'; did you mean print?"},
		{"global of another case", "local port = 1\nreturn Port + prot", "2:8: undefined global 'Port'; did you mean port?\n2:15: undefined global 'prot'; did you mean port?"},
		{"library", "print(string.fromat('x'))", "1:14: library string has no 'fromat'; did you mean format?"},
		{"method of a string", "local s = 'x' .. 1\ns:uper()", "2:3: string has no 'uper'; did you mean upper?"},
		{"function of the script's table", "local M = {}\nfunction M.go() end\nM.og()", "3:3: table M has no 'og'; did you mean go?"},
		{"module", "require 'pakcet'", "1:9: module 'pakcet' not found; did you mean packet?"},

		{"of a module", "local o = require 'odp'\no.creat_datapath('x')", "2:3: module odp has no 'creat_datapath'; did you mean create_datapath?"},
		{"of a required module", "require'odp'.foo()", "1:14: module odp has no 'foo'"},
		{"of a global module", "net.nasmespace()", "1:5: module net has no 'nasmespace'; did you mean namespace?"},
		{"of a module in Lua", "require('test').equ(1, 1)", "1:17: module test has no 'equ'; did you mean eq?"},
		{"method", dpCode + "dp:add_vprot('y')", "2:4: odp.Datapath has no method 'add_vprot'; did you mean add_vport?"},
		{"property", dpCode + "print(dp.nme)", "2:10: odp.Datapath has no field or method 'nme'; did you mean name?"},
		{"field of a record", dpCode + "print(dp.stats.hits)", "2:16: odp.DatapathStats has no field 'hits'; did you mean hit?"},
		{"field of a key", "print(odp.key('in_port(1)').ipv4.dts)", "1:34: odp.key.ipv4 has no field or method 'dts'; did you mean dst?"},
		{"through assert", "local v = assert(odp.datapath 'x'):vport(1)\nprint(v.numbr)", "2:9: odp.Vport has no field or method 'numbr'; did you mean number?"},
		{"through a function", dpCode + "local function port() return dp:vport(1) end\nport():delet()", "3:8: odp.Vport has no method 'delet'; did you mean delete?"},
		{"through or", dpCode + "local p = dp:vport(1) or dp:add_vport 'y'\nprint(p.nam)", "3:9: odp.Vport has no field or method 'nam'; did you mean name?"},
		{"either", dpCode + "local x = dp\nx = dp:vport(1)\nprint(x.nme)", "4:9: odp.Datapath or odp.Vport has no 'nme'; did you mean name?"},
		{"of a loop's object", dpCode + "for f in dp:flows() do print(f.packts) end", "2:32: odp.Flow has no field or method 'packts'; did you mean packets?"},
		{"of an array's element", dpCode + "for _, p in ipairs(dp:vports()) do print(p.nme) end", "2:44: odp.Vport has no field or method 'nme'; did you mean name?"},
		{"of an element", dpCode + "print(dp:vports()[1].nme)", "2:22: odp.Vport has no field or method 'nme'; did you mean name?"},
		{"of a handler's object", dpCode + "dp:on_miss(function(pkt) print(pkt.kye) end)", "2:36: odp.Packet has no field or method 'kye'; did you mean key?"},
		{"of a named handler's object", dpCode + "local function f(pkt) return pkt.in_prot end\ndp:on_miss(f)", "2:34: odp.Packet has no field or method 'in_prot'; did you mean in_port?"},
		{"of a handler in a table", dpCode + "dp:on_miss(function() end, {lost = function(stats) print(stats.dropd) end})",
			"2:64: odp.HandleStats has no field 'dropd'; did you mean dropped?"},
		{"annotated", "---@param p odp.Vport\nlocal function f(p) return p.nme end\nf()", "2:30: odp.Vport has no field or method 'nme'; did you mean name?"},
		{"annotated local", "---@type odp.Vport\nlocal p\nprint(p.nme)", "3:9: odp.Vport has no field or method 'nme'; did you mean name?"},
		{"assignment to an object", dpCode + "dp.name = 'y'", "2:4: odp.Datapath.name is read-only"},
		{"call of a property", dpCode + "print(dp.name())", "2:10: 'name' of odp.Datapath is a string, which cannot be called"},

		{"no argument", "odp.sleep()", "1:5: odp.sleep needs argument #1 (seconds)"},
		{"too many arguments", "odp.sleep(1, 2)", "1:5: odp.sleep takes 1 argument, got 2"},
		{"dot for colon", dpCode + "dp.vport(1)", "2:4: Datapath:vport is called with a colon, not with a dot"},
		{"colon for dot", "odp:sleep(1)", "1:5: odp.sleep is called with a dot, not with a colon"},
		{"type of an argument", "odp.after('1', {})", "1: argument #2 (fn) of odp.after: function expected, got table\n" +
			"1:11: argument #1 (seconds) of odp.after: number expected, got string \"1\""},
		{"one of a few words", dpCode + "dp:add_vport{ name = 'y', type = 'vxlna' }",
			"2:34: field 'type' of odp.VportSpec: \"netdev\", \"internal\", \"gre\", \"vxlan\", \"geneve\" expected, got string \"vxlna\""},
		{"key of a table", dpCode + "dp:add_vport{ nmae = 'y' }", "2:15: argument #1 (spec) of Datapath:add_vport: unknown field 'nmae'; did you mean name?"},
		{"key that is missing", dpCode + "dp:add_vport{ type = 'vxlan' }", "2: argument #1 (spec) of Datapath:add_vport: field 'name' of odp.VportSpec is missing"},
		{"key of a match with variables", dpCode + "odp.match{ in_port = dp:vport(1), eth_typ = 1 }", "2:35: argument #1 (match) of odp.match: unknown field 'eth_typ'; did you mean eth_type?"},

		{"match", "odp.match('in_port(1),ipv5()')", "1:23: argument #1 (match) of odp.match: expected the name of a key, found \"ipv5\" (did you mean \"ipv4\"?)"},
		{"match of a flow", dpCode + "dp:put_flow{ match = \"in_prot(1)\", actions = 'drop' }",
			"2:23: field 'match' of odp.FlowSpec: expected the name of a key, found \"in_prot\" (did you mean \"in_port\"?)"},
		{"match as a table", "odp.match{ in_port = 1, eth_typ = 2 }", "1: argument #1 (match) of odp.match: eth_typ: there is no key eth_typ (did you mean \"eth_type\"?)"},
		{"actions", dpCode + "dp:put_flow{ match = 'in_port(1)', actions = 'trunc(1)' }", "2:53: field 'actions' of odp.FlowSpec: expected a number from 14 to 4294967295, found \"1\""},
		{"actions of a handler", dpCode + "dp:on_miss(function(pkt) if pkt then return 'outptu(1)' end end)",
			"2:46: what the function returns: expected an action, found \"outptu\" (did you mean \"output\"?)"},
		{"action", "odp.ct{ comit = true }", "1: bad argument #1 (fields) to odp.ct: unknown field 'comit'; did you mean commit?"},
		{"value", "print(odp.ip '10.0.0.256')", "1:14: bad argument #1 (value) to odp.ip: an IP address expected, got string \"10.0.0.256\": IPv4 field has value >255"},
		{"over lines", dpCode + "dp:put_flow{\n  match = 'in_port(1)',\n  actions = 'x(',\n}\n  :delet()",
			"4:14: field 'actions' of odp.FlowSpec: expected an action, found \"x\"\n6:4: odp.Flow has no method 'delet'; did you mean delete?"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := findings(t, tt.code); got != tt.want {
				t.Errorf("found:\n%s\nwant:\n%s", got, tt.want)
			}
		})
	}
}

func TestCheckIsSilent(t *testing.T) {
	for _, code := range []string{
		"x = 1 print(x) function f() g() end function g() end f()",
		"local unpack = table.unpack or unpack print(unpack{})",
		"if jit then print(jit.version) end return type(bit) == 'table' and bit.band(1, 1)",
		"_G.later = 1 print(later)",
		"_G['la' .. 'ter'] = 1 print(later)",
		"setfenv(1, {}) print(what)",
		"pcall(function() odp.nosuch() nosuch() end)",
		"local function bad() return odp.nosuch end print(pcall(bad))",
		"require('test').raises(function() odp.sleep() end)",
		"---@diagnostic disable\nodp.nosuch()",
		"---@diagnostic disable-next-line: undefined-field\nodp.nosuch()",
		"odp.nosuch() ---@diagnostic disable-line",
		"---@diagnostic disable: undefined-field\nodp.nosuch()\n---@diagnostic enable: undefined-field\nodp.sleep(1)",
		"#!/usr/bin/env odp\nprint(arg[0])",
		"local ok, m = pcall(require, 'nosuch') return ok, m.x",
		"package.path = 'x/?.lua' require 'nosuch'",
		"local M = setmetatable({}, { __index = function() end }) M.anything()",
		"local M = {} for _, k in ipairs{'a'} do M[k] = print end M.a()",
		"local M = {} local N = M N.f = print M.f()",
		"local M = { x = 1 } function M:f() self.g = print return self.g() end M:f() M.g()",
		dpCode + "local v = dp:vport(1) if v then v = 'text' end print(v.anything)",
		dpCode + "local t = { dp = dp } t.dp = t print(t.dp.what)",
		dpCode + "local function f(pkt) return pkt.what end dp:on_miss(f) f({ what = 1 })",
		dpCode + "dp:vport(select(1, 2, 3)) odp.sleep(...) odp.sleep(dp:vport(1))",
		dpCode + "dp.vport(dp, 1) local f = dp.vport f(dp, 1)",
		dpCode + "dp:put_flow{ match = 'in_port(eth0)', actions = 'eth1,2' } dp:put_flow{ match = { in_port = 'eth0' }, actions = {} }",
		dpCode + "dp:put_flow{ match = dp.name .. '(', actions = dp.actions }" + " ---@diagnostic disable-line",
		dpCode + "local spec = { name = 'x' } spec.typo = 1 dp:add_vport(spec)",
		dpCode + "dp:add_vport{ name = 'x', [dp.name] = 1 }",
		dpCode + "odp.every(1, function() end) odp.after(0, odp.stop) odp.run(nil)",
		"print(('x'):rep(3):upper(), #arg, odp.version:sub(1, 2))",
		"local t = require 'test' t('case', function(t) t.eq(1, 1) t.cleanup(print) end)",
		"local M = { list = {} } M.list.add = print M.list.add() M.list[1] = 2",
		"local M = {} local function get() return M end get()[tostring(1)] = print M.x()",
		"local r = net.exec 'true' r.extra = 1 print(r.extra)",
		"local inspect = require 'inspect' print(inspect{})",
		"local a, b = 1 a = a.b.c b.d()",
		"for i = 1, 2 do local i = tostring(i) print(i:upper()) end",
		"goto done ::done::",
	} {
		if got := findings(t, code); got != "" {
			t.Errorf("%s\nfound: %s", code, got)
		}
	}
}

func TestCheckModulesBeside(t *testing.T) {
	dir := t.TempDir()
	for name, code := range map[string]string{
		"main.lua":         "local util, sub = require 'util', require 'lib.sub' sub.y = print sub.y()\nutil.go()\nutil.og()\nsub:x() sub.z()\nprint(shared, util.port().nme)",
		"util.lua":         "local M = {}\nshared = 1\nfunction M.go() return prnt end\nfunction M.port() return odp.datapath('x'):vport(1) end\nreturn M",
		"lib/sub/init.lua": "return { x = function() end }",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(code), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	list, err := Check(Config{}, []string{filepath.Join(dir, "main.lua")})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range list {
		got = append(got, strings.TrimPrefix(f.String(), dir+"/"))
	}
	want := "util.lua:3:24: undefined global 'prnt'; did you mean print?\n" +
		"main.lua:3:6: table util has no 'og'; did you mean go?\n" +
		"main.lua:4:13: table sub has no 'z'; known: x\n" +
		"main.lua:5:27: odp.Vport has no field or method 'nme'; did you mean name?"
	if strings.Join(got, "\n") != want {
		t.Errorf("found:\n%s\nwant:\n%s", strings.Join(got, "\n"), want)
	}
	if _, err := Check(Config{}, []string{filepath.Join(dir, "absent.lua")}); err == nil || !strings.Contains(err.Error(), "absent.lua") {
		t.Errorf("absent file: %v", err)
	}
}

// TestCheckProject has nothing found in the project's own scripts.
func TestCheckProject(t *testing.T) {
	for _, pattern := range []string{"../scripts/examples/*.lua", "../scripts/modules/*.lua", "../scripts/modules/*/*.lua", "../tests/*_test.lua", "../tests/bench/*.lua"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		list, err := Check(Config{Modules: scripts.Modules()}, files)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range list {
			t.Error(f)
		}
	}
}

// TestCheckExamples has nothing found in the examples of the rows.
func TestCheckExamples(t *testing.T) {
	r := buildRegistry("")
	before := "local dp, ns, pkt, link, ns2, flow, key, match, vport, ip, mac = ...\n---@diagnostic disable: undefined-global\n"
	check := func(f *Func) {
		if f.Example == "" {
			return
		}
		if got := findings(t, before+f.Example); got != "" {
			t.Errorf("example of %s:\n%s\nfound: %s", f.Name, f.Example, got)
		}
	}
	for _, m := range r.modules {
		for _, f := range m.Funcs {
			check(f)
		}
	}
	for _, c := range r.classes {
		for _, f := range c.Methods {
			check(f)
		}
	}
}

func TestTypesOfRowsCanBeRead(t *testing.T) {
	r := buildRegistry("")
	a, err := newAPI(r, scripts.Modules())
	if err != nil {
		t.Fatal(err)
	}
	var known func(t *luaType) string
	known = func(t *luaType) string {
		for _, p := range t.alternatives() {
			switch {
			case p.kind == namedType && len(p.name) == 1: // of ---@generic T
			case p.kind == namedType && a.aliases[p.name] == nil && a.classes[p.name] == nil:
				return p.name
			case p.elem != nil && known(p.elem) != "":
				return known(p.elem)
			}
		}
		for _, ret := range t.returns {
			if name := known(ret); name != "" {
				return name
			}
		}
		return ""
	}
	check := func(what, text string) {
		typ, err := parseType(text)
		if err != nil {
			t.Errorf("%s: %v", what, err)
		} else if name := known(typ); name != "" {
			t.Errorf("%s: type %s is not declared", what, name)
		}
	}
	funcs := func(list []*Func) {
		for _, f := range list {
			for _, p := range append(f.Params, f.Returns...) {
				check(f.owner+"."+f.Name+" "+p.Name, p.Type)
			}
		}
	}
	for _, m := range a.modules {
		funcs(m.Funcs)
		for _, v := range m.Values {
			check(m.Name+"."+v.Name, v.Type)
		}
	}
	for _, c := range a.classes {
		for _, p := range c.fields {
			check(c.name+"."+p.Name, p.Type)
		}
		for _, f := range c.methods {
			funcs([]*Func{f})
		}
	}
	for _, wrong := range []string{"", "string|", "fun(", "fun(a b)", "table<string>", "(string", "{ a }", "\"x", "string]", "a b"} {
		if _, err := parseType(wrong); err == nil {
			t.Errorf("type %q is read", wrong)
		}
	}
}

// FuzzCheck has no code make the checker fail.
func FuzzCheck(f *testing.F) {
	for _, code := range []string{
		"odp.datapath'x':on_miss(function(pkt) return pkt.key.eth.src end)", "local t = { [1] = function(...) return ... end } t[1](t.x.y:z())",
		"for a, b in pairs(odp) do a.b.c = b end", "goto x ::x:: repeat local y until y", "function a.b.c:d() return self:d() end",
	} {
		f.Add(code)
	}
	f.Fuzz(func(t *testing.T, code string) {
		if strings.Contains(code, "require") {
			return // it would read files
		}
		list, err := CheckCode(Config{}, "x", code)
		if err != nil {
			t.Fatal(err)
		}
		for _, finding := range list {
			if finding.Message == "" || finding.Line < 0 || finding.Column < 0 {
				t.Errorf("%+v", finding)
			}
		}
	})
}
