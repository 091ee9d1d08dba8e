package tests

import (
	"bytes"
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// root is the top of the repository as seen from this package.
const root = ".."

// command runs a tool at the root and returns what it printed.
func command(t *testing.T, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = root
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out.Bytes())
	}
	return out.String()
}

func TestGofmt(t *testing.T) {
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		want, err := format.Source(src)
		if err != nil {
			return err
		}
		if !bytes.Equal(src, want) {
			t.Errorf("%s: not as gofmt has it", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestVet(t *testing.T) { command(t, "go", "vet", "./...") }

func TestStaticcheck(t *testing.T) { command(t, "go", "tool", "staticcheck", "./...") }

// TestImports keeps the rules of the house: which package may import what.
func TestImports(t *testing.T) {
	const module = "github.com/go-odp/odp"
	rules := []struct {
		what   string   // an import path or a prefix of it
		within []string // the packages below the module that may have it
	}{
		{"github.com/yuin/gopher-lua", []string{"/luabind"}},
		{"github.com/chzyer/readline", []string{"/repl"}},
		{"github.com/mdlayher/", []string{"/odp", "/odp/internal/fakedp"}},
		{"github.com/vishvananda/", []string{"/luabind", "/luabind/luatest"}},
		{"github.com/spf13/", []string{"/luabind/command"}},
		{module + "/luabind", []string{"", "/luabind/command", "/luabind/console", "/tests"}},
		{module + "/luabind/command", []string{"", "/luabind/console"}},
		{module + "/luabind/console", []string{""}},
		{module + "/luabind/luatest", []string{"", "/luabind/command", "/tests"}},
		{module + "/luabind/screen", []string{"/luabind"}},
		{module + "/repl", []string{"/luabind/console"}},
		{module + "/scripts", []string{"", "/luabind", "/luabind/command", "/tests"}},
		{module + "/odp/sandbox", []string{"", "/luabind/command", "/luabind/luatest", "/tests", "/tests/bench", "/tests/kernel"}},
		{module + "/odp", []string{"/luabind", "/luabind/command", "/luabind/luatest", "/tests", "/tests/bench", "/tests/corpus", "/odp/internal/fakedp"}},
	}
	list := command(t, "go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}} {{join .TestImports " "}}`, "./...")
	for line := range strings.Lines(list) {
		words := strings.Fields(line)
		pkg := strings.TrimPrefix(words[0], module)
		for _, imp := range words[1:] {
			for _, r := range rules {
				exact := r.what == imp || strings.HasPrefix(imp, r.what+"/") || strings.HasSuffix(r.what, "/") && strings.HasPrefix(imp, r.what)
				if r.what == module+"/odp" || r.what == module+"/luabind" {
					exact = imp == r.what
				}
				if exact && !slices.Contains(r.within, pkg) && imp != words[0] {
					t.Errorf("%s imports %s, which only %q may", words[0], imp, r.within)
				}
			}
		}
	}
}
