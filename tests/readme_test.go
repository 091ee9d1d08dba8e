package tests

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestMainJob runs the first command of the README as it stands there.
func TestMainJob(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^go run \. sandbox .*$`).FindString(string(readme))
	if line == "" {
		t.Fatal("the README has no line that begins with: go run . sandbox")
	}
	out := command(t, "sh", "-c", line)
	for _, want := range []string{
		"02:00:00:00:00:01 is behind port 1",
		"02:00:00:00:00:03 moved to port 4",
		", 0 came to the script",
		"all hosts reach each other again",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%s: its output lacks %q:\n%s", line, want, out)
		}
	}
}

// TestReadmeScript compiles the script of the README.
func TestReadmeScript(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(readme), "```lua\n")
	code, _, ok2 := strings.Cut(rest, "```")
	if !ok || !ok2 {
		t.Fatal("the README has no Lua script")
	}
	file := filepath.Join(t.TempDir(), "readme.lua")
	// Two devices, and an end after a moment, are all that it needs to run.
	setUp := `os.execute("ip link add eth1 type dummy; ip link add eth2 type dummy") odp.after(0.2, function() odp.stop() end) `
	if err := os.WriteFile(file, []byte(setUp+code), 0o644); err != nil {
		t.Fatal(err)
	}
	work := filepath.Dir(file)
	command(t, filepath.Join(workDir(t), "odp"), "sandbox", "--work", work, file)
}
