package luabind

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

func TestSafe(t *testing.T) {
	dir := t.TempDir()
	for name, code := range map[string]string{"beside.lua": "return 'beside'", "path/elsewhere.lua": "return 1"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(code), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct{ code, want string }{ // want is in the error; empty if there must be none
		{"print(require 'beside', require 'shipped', require('json').encode{1})", ""},
		{"require 'elsewhere'", "module 'elsewhere' not found"},
		{"package.path = '" + dir + "/path/?.lua' require 'elsewhere'", "by --safe: package.path was changed"},
		{"require('../x')", "not found"},
		{"os.execute('true')", "os.execute is refused by --safe: it reaches files or other programs"},
		{"os.remove('x')", "os.remove is refused by --safe"},
		{"os.rename('x', 'y')", "os.rename is refused"},
		{"os.tmpname()", "os.tmpname is refused"},
		{"io.open('/etc/passwd')", "io.open is refused"},
		{"io.popen('true')", "io.popen is refused"},
		{"for l in io.lines('/etc/passwd') do end", "io.lines is refused"},
		{"io.input('/etc/passwd')", "io.input is refused"},
		{"io.output('x')", "io.output is refused"},
		{"loadfile('x')", "test.lua:1: loadfile is refused by --safe"},
		{"dofile('x')", "dofile is refused"},
		{"net.exec('true')", "net.exec is refused"},
		{"net.run('true')", "net.run is refused"},
		{"net.spawn('true')", "net.spawn is refused"},
		{"odp.input('/etc/passwd')", "odp.input is refused"},
		{"pcap.open('x')", "pcap.open is refused"},
		{"pcap.create('x')", "pcap.create is refused"},
		{"log.output('/x/y')", "log.output is refused"},
		{"log.output('stdout') log.output() io.input() io.output() for l in io.lines() do end", ""},
		{"io.write('') assert(os.time() and os.getenv and os.date() and loadstring('return 1')() == 1)", ""},
		{"local ok, e = pcall(os.execute, 'true') assert(not ok and e.op == 'safe' and e.object == 'os.execute', e)", ""},
		{"os.exit(0)", "exit status 0"},
	}
	for _, tt := range tests {
		rt := newTestRuntime(t, func(c *Config) {
			c.Safe, c.Path = true, []string{filepath.Join(dir, "path")}
			c.Modules = fstest.MapFS{"shipped.lua": {Data: []byte("return 1")}}
		})
		err := rt.RunString(context.Background(), filepath.Join(dir, "test.lua"), tt.code, nil)
		if got := errorText(err); (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.code, got, tt.want)
		}
	}
}

// TestUnsafeRows has every function that runs a command or opens a file marked.
func TestUnsafeRows(t *testing.T) {
	want := map[string]bool{
		"net.exec": true, "net.run": true, "net.spawn": true, "net.Namespace.spawn": true, "odp.input": true, "net.Namespace.exec": true, "net.Namespace.run": true,
		"pcap.open": true, "pcap.create": true, "log.output": true, "odp.Datapath.write_flows": true,
	}
	r := buildRegistry("")
	check := func(f *Func) {
		name := f.owner + "." + f.Name
		if f.Unsafe != want[name] {
			t.Errorf("%s: unsafe is %v", name, f.Unsafe)
		}
		delete(want, name)
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
	for name := range want {
		t.Errorf("there is no %s", name)
	}
}
