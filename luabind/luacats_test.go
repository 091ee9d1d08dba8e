package luabind

import (
	"strings"
	"testing"
	"testing/fstest"
)

const annotatedModule = `-- Module lab: hosts to try things on.
--
--   local lab = require "lab"
--   lab.host "a"
local M = {}

---@class lab.Spec: lab.Base
---@field name string
---@field mtu? integer the largest packet

--- A host.
---@class lab.Host
---@field name string its name
local Host = {}

--- Runs a command.
---
--- It may take long.
---
--- ` + "```lua" + `
--- host:run("true")
---   -- indented
--- ` + "```" + `
---@async
---@param command string|fun(a: string, b: integer): boolean what to run
---@param ... string|"a b" more
---@return boolean ok whether it succeeded
---@return table<string, integer>? # counts
function Host:run(command, ...)
end

--- Not for others.
local function helper() end

---@private
function M.internal() end

function M._hidden() end

--- Makes a host.
---@param spec string | lab.Spec
M.host = function(spec)
end

--- Has parameters without annotations.
function M.plain(a, b) end

return setmetatable(M, {})
`

func TestAnnotatedModules(t *testing.T) {
	modules, classes, shapes, err := luaModules(fstest.MapFS{
		"lab.lua":      {Data: []byte(annotatedModule)},
		"lab/part.lua": {Data: []byte("---@class lab.Part\nlocal M = {}\nreturn M\n")},
		"own/init.lua": {Data: []byte("--- Own.\n---@class own\n---@overload fun(f: fun(a: integer, b: string), n?: integer): string\n---@field version string\nlocal own = {}\nreturn own\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	show := func(f *Func) {
		text := signature(f.Name, f)
		for _, p := range f.Params {
			text += " | " + p.Type + "; " + p.Doc
		}
		for _, p := range f.Returns {
			text += " | returns " + p.Name + " " + p.Type + "; " + p.Doc
		}
		if f.Waits {
			text += " | waits"
		}
		got = append(got, text)
	}
	for _, m := range modules {
		got = append(got, "module "+m.Name+": "+m.Doc)
		if m.Example != "" {
			got = append(got, m.Example)
		}
		if m.Call != nil {
			show(m.Call)
		}
		for _, v := range m.Values {
			got = append(got, "value "+v.Name+" "+v.Type)
		}
		for _, f := range m.Funcs {
			show(f)
		}
	}
	for _, c := range classes {
		got = append(got, "class "+c.Name+": "+c.Doc, c.Props[0].Name+" "+c.Props[0].Doc)
		for _, f := range c.Methods {
			got = append(got, f.Doc, f.Example)
			show(f)
		}
	}
	for _, s := range shapes {
		got = append(got, "shape "+s.Name+": "+s.Doc)
		for _, p := range s.Fields {
			got = append(got, p.Name+" "+p.optionalType()+"; "+p.Doc)
		}
	}
	want := strings.TrimSpace(`
module lab: Module lab: hosts to try things on.
local lab = require "lab"
lab.host "a"
host(spec) | string | lab.Spec; 
plain(a, b) | any;  | any; 
module own: Own.
(f, n?) | fun(a: integer, b: string);  | integer;  | returns  string; 
value version string
class lab.Host: A host.
name its name
Runs a command.

It may take long.
host:run("true")
  -- indented
run(command, ...) | string|fun(a: string, b: integer): boolean; what to run | string|"a b"; more | returns ok boolean; whether it succeeded | returns counts table<string, integer>?;  | waits
shape lab.Spec: It has what lab.Base has.
name string; 
mtu integer?; the largest packet`)
	if text := strings.Join(got, "\n"); text != want {
		t.Errorf("got:\n%s\nwant:\n%s", text, want)
	}
}

func TestBadAnnotations(t *testing.T) {
	for code, want := range map[string]string{
		"---@param x\nfunction M.f(x) end\nreturn M":            "bad.lua: @param x lacks its type",
		"---@return\nfunction M.f() end\nreturn M":              "bad.lua: @return lacks its type",
		"---@class bad\n---@overload x\nlocal M = {}\nreturn M": "bad.lua: @overload x is no function",
	} {
		_, err := Reference(fstest.MapFS{"bad.lua": {Data: []byte("\n" + code + "\n")}})
		if err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
