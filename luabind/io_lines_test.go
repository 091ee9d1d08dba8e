package luabind

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lines")
	if err := os.WriteFile(path, []byte("one\n\n"+strings.Repeat("x", 10_000)+"\nlast"), 0o600); err != nil {
		t.Fatal(err)
	}
	code := func(format string) string { return fmt.Sprintf(format, path) }
	checkPrints(t, []printCase{
		{"of a path", code("for l in io.lines(%q) do print(#l) end"), "3\n0\n10000\n4\n"},
		{"of a file", code("local f = io.open(%q) f:read() for l in f:lines() do print(#l) end print(io.type(f))"), "0\n10000\n4\nfile\n"},
		{"called by itself", code("local n = io.lines(%q) print(n(), n('ignored'), #n(), n(), n())"), "one\t\t10000\tlast\tnil\n"},
		{"of the standard input", code("local was = io.input() io.input(%q) print(io.lines()()) for l in io.lines() do print(#l) end io.input(was)"), "one\n0\n10000\n4\n"},
		{"after the end", code("local n = io.lines(%q) for _ = 1, 5 do n() end print(pcall(n))"), "false\treading lines: the file is closed, since its last line has been read\n"},
		{"of no file", "print(pcall(io.lines, '/nowhere'))", "false\tio.lines: open /nowhere: no such file or directory\n"},
		{"of a folder", "print(pcall(function() for _ in io.lines('/') do end end))", "false\ttest.lua:1: reading lines: read /: is a directory\n"},
	})
}
