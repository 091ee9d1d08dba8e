package command

import (
	"flag"
	"os"
	"testing"

	"github.com/go-odp/odp/scripts"
)

var update = flag.Bool("update", false, "write the generated files")

const commandsDir = "../../scripts/commands"

// TestIndex compares the index with what the files of verbs declare.
func TestIndex(t *testing.T) {
	got, err := Index(os.DirFS(commandsDir), scripts.Modules())
	if err != nil {
		t.Fatal(err)
	}
	file := commandsDir + "/" + IndexFile
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != string(got) {
		t.Errorf("%s is out of date: run go generate ./luabind", file)
	}
}
