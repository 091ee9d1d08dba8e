package luabind

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

// writeModules makes a folder of Lua files.
func writeModules(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, code := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(code), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// newRequireRuntime has modules in every place where require looks. script is
// the folder of the script, path that of ODP_PATH.
func newRequireRuntime(t *testing.T) (rt *testRuntime, script, path string) {
	script = writeModules(t, map[string]string{
		"own.lua":      "return 'own'",
		"both.lua":     "return 'script'",
		"shipped2.lua": "return 'script'",
		"json.lua":     "return 'a script that is called json'",
		"deep/mod.lua": "return 'deep.mod'",
		"pkg/init.lua": "return 'pkg ' .. require 'pkg.part'",
		"pkg/part.lua": "return 'and part'",
		"plain":        "no folder",
		"args.lua":     "return table.concat({...}, ' in ')",
		"nothing.lua":  "count = (count or 0) + 1",
		"cycle_a.lua":  "return {b = require 'cycle_b'}",
		"cycle_b.lua":  "return {a = require 'cycle_a'}",
		"selfish.lua":  "return require 'selfish'",
		"syntax.lua":   "local x = 1\nlocal y = = 2\n",
		"raises.lua":   "local function f()\n  error('broken')\nend\nf()\n",
		"object.lua":   "\nodp.u64(-1)",
		"unready.lua":  "if not ready then error('not ready', 0) end return 'ready'",
		"shebang.lua":  "#!/usr/bin/env odp\nreturn 'shebang'",
	})
	path = writeModules(t, map[string]string{
		"both.lua":     "return 'path'",
		"onpath.lua":   "return 'path'",
		"shipped2.lua": "return 'path'",
		"shipped3.lua": "return 'path'",
	})
	rt = newTestRuntime(t, func(c *Config) {
		c.Path = []string{path}
		c.Modules = fstest.MapFS{
			"shipped.lua":   {Data: []byte("return 'shipped'")},
			"shipped2.lua":  {Data: []byte("return 'shipped'")},
			"shipped3.lua":  {Data: []byte("return 'shipped'")},
			"a/b/init.lua":  {Data: []byte("return 'a.b'")},
			"a/b/c.lua":     {Data: []byte("return 'a.b.c'")},
			"bad_inner.lua": {Data: []byte("\n\nerror('inside')")},
		}
	})
	return rt, script, path
}

func TestRequire(t *testing.T) {
	rt, script, _ := newRequireRuntime(t)
	tests := []struct{ name, code, want string }{
		{"beside the script", "print(require 'own')", "own\n"},
		{"path", "print(require 'onpath')", "path\n"},
		{"script before path", "print(require 'both')", "script\n"},
		{"script before shipped", "print(require 'shipped2')", "script\n"},
		{"path before shipped", "print(require 'shipped3')", "path\n"},
		{"shipped", "print(require 'shipped', require 'a.b', require 'a.b.c')", "shipped\ta.b\ta.b.c\n"},
		{"dotted", "print(require 'deep.mod')", "deep.mod\n"},
		{"init", "print(require 'pkg')", "pkg and part\n"},
		{"written in Go", "print(require 'odp' == odp, require 'net' == net)", "true\ttrue\n"},
		// Scripts are named after what they are about, and other scripts lie beside.
		{"written in Go before the script's", "print(type(require 'packet'))", "table\n"},
		{"name and file", "print((require 'args'))", "args in " + script + "/args.lua\n"},
		{"once", "print(require 'nothing', require 'nothing', count)", "true\ttrue\t1\n"},
		{"shebang", "print(require 'shebang')", "shebang\n"},
		{"again after an error", "print(pcall(require, 'unready')) ready = true print(require 'unready')", "false\tnot ready\nready\n"},
		{"preload", "package.preload.mine = function(name) return name .. '!' end print(require 'mine')", "mine!\n"},
		{"own path", "package.path = '" + script + "/deep/?.lua' print(require 'mod') print(pcall(require, 'absent2'))",
			"deep.mod\nfalse\ts.lua:1: module 'absent2' not found:\n\tno field package.preload['absent2']\n\tno file '" +
				script + "/deep/absent2.lua'\n\tno module 'absent2' comes with the program\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before := len(rt.out.String())
			if err := rt.RunString(context.Background(), filepath.Join(script, "s.lua"), tt.code, nil); err != nil {
				t.Fatal(err)
			}
			got := strings.ReplaceAll(rt.out.String()[before:], script+"/s.lua", "s.lua")
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestRequireErrors(t *testing.T) {
	rt, script, path := newRequireRuntime(t)
	tests := []struct{ name, code, message, traceback string }{
		{"absent", "\nrequire 'absent'",
			"s.lua:2: module 'absent' not found:\n\tno field package.preload['absent']\n\tno file 'DIR/absent.lua'\n\tno file 'DIR/absent/init.lua'\n" +
				"\tno file 'PATH/absent.lua'\n\tno file 'PATH/absent/init.lua'\n\tno module 'absent' comes with the program", "s.lua:2: in main chunk"},
		{"near name", "require 'shiped'", "s.lua:1: module 'shiped' not found; did you mean shipped?", ""},
		{"below a file", "require 'plain.part'", "s.lua:1: module 'plain.part' not found", ""},
		{"syntax", "require 'syntax'", "DIR/syntax.lua:2: syntax error near '='", "s.lua:1: in main chunk"},
		{"raised", "require 'raises'", "DIR/raises.lua:2: broken",
			"DIR/raises.lua:2: in function f\nDIR/raises.lua:4: in main chunk\ns.lua:1: in main chunk"},
		{"raised object", "require 'object'", "DIR/object.lua:2: bad argument #1 (value) to odp.u64", "DIR/object.lua:2: in main chunk\ns.lua:1: in main chunk"},
		{"in a shipped one", "require 'bad_inner'", "bad_inner.lua:3: inside", "bad_inner.lua:3: in main chunk\ns.lua:1: in main chunk"},
		{"circle", "require 'cycle_a'", "DIR/cycle_b.lua:1: module 'cycle_a' requires itself: cycle_a -> cycle_b -> cycle_a", ""},
		{"circle of one", "require 'selfish'", "DIR/selfish.lua:1: module 'selfish' requires itself: selfish -> selfish", ""},
		{"circle again", "pcall(require, 'cycle_a') require 'cycle_a'", "DIR/cycle_b.lua:1: module 'cycle_a' requires itself: cycle_a -> cycle_b -> cycle_a", ""},
		{"no path", "package.path = nil require 'own'", "s.lua:1: package.path is no string", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got *ScriptError
			err := rt.RunString(context.Background(), filepath.Join(script, "s.lua"), tt.code, nil)
			if !errors.As(err, &got) {
				t.Fatalf("got %v", err)
			}
			short := strings.NewReplacer(script+"/s.lua", "s.lua", script, "DIR", path, "PATH")
			if message := short.Replace(got.Message); !strings.HasPrefix(message, tt.message) {
				t.Errorf("got  %s\nwant %s", message, tt.message)
			}
			if trace := short.Replace(got.Traceback); tt.traceback != "" && trace != tt.traceback {
				t.Errorf("traceback %q, want %q", trace, tt.traceback)
			}
		})
	}
}

// TestRequireAtConsole checks that lines find modules without a script.
func TestRequireAtConsole(t *testing.T) {
	rt, _, _ := newRequireRuntime(t)
	for line, want := range map[string]string{
		"require 'onpath'": `"path"`, "require 'shipped'": `"shipped"`, "require 'odp' == odp": "true",
	} {
		if got, err := rt.Eval(context.Background(), line); err != nil || len(got) != 1 || got[0] != want {
			t.Errorf("%s: %q, %v", line, got, err)
		}
	}
}
