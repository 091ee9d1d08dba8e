package luabind

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-odp/odp/scripts"
)

func TestWriteAnnotations(t *testing.T) {
	dir := t.TempDir()
	write := func() string {
		t.Helper()
		notes, err := WriteAnnotations(dir, scripts.Modules())
		if err != nil {
			t.Fatal(err)
		}
		return strings.ReplaceAll(strings.Join(notes, "\n"), dir+"/", "")
	}
	notes := write()
	for _, want := range []string{"wrote .odp/types/odp.lua", "wrote .odp/types/test.lua", "wrote .odp/types/test/diff.lua", "wrote .luarc.json"} {
		if !strings.Contains(notes, want) {
			t.Errorf("notes lack %q:\n%s", want, notes)
		}
	}
	if notes := write(); notes != "" {
		t.Errorf("nothing has changed, but: %s", notes)
	}
	for name, text := range map[string]string{".odp/types/odp.lua": "of another version", ".luarc.json": "{}"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want := "replaced .odp/types/odp.lua, which was another\n" +
		"kept .luarc.json as it is: add \".odp/types\" to its workspace.library"
	if notes := write(); notes != want {
		t.Errorf("notes %q, want %q", notes, want)
	}
	if text, err := os.ReadFile(filepath.Join(dir, ".luarc.json")); err != nil || string(text) != "{}" {
		t.Errorf("the settings became %q, %v", text, err)
	}

	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := WriteAnnotations(file, nil); err == nil || !strings.Contains(err.Error(), "not a directory") {
		t.Errorf("into a file: %v", err)
	}
}
