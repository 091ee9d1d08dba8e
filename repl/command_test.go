package repl

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCommands(t *testing.T) {
	where := "home"
	s := start(t, "xterm", func(c *Config) {
		c.Help = "  what the program says\n"
		c.PromptFunc = func() string { return where + "> " }
		c.Commands = []Command{{
			Name: "go", Args: "PLACE", Doc: "Go there.",
			Run: func(c Context, args string) error {
				if args == "" {
					return errors.New(".go: a place expected")
				}
				where = args
				c.Print("gone\n")
				return nil
			},
			Complete: func(args string) []string { return []string{"harbour", "hill"} },
		}}
	})
	for _, step := range []struct{ keys, want string }{
		{"", "home> "},
		{".g\t\tar\t\r", "gone\n"},
		{"", "harbour> "},
		{".go\r", ".go: a place expected\n"},
		{".gone\r", ".gone is no command of the console; there are .edit, .go, .help, .time\n"},
		{".help\r", "  .go PLACE        Go there.\n"},
		{"", "  what the program says\n"},
		{".help me\r", ".help takes nothing behind it, got \"me\"\n"},
		{".time one\r", "ran one\n"},
		{"", "took "},
		{".time begin\r1\rend\r", "ran begin|1|end\n"},
		{".time fail\r", "it failed\n"},
		{"two\r", "ran two\n"},
	} {
		s.press(step.keys)
		if strings.HasPrefix(step.want, ".") || step.want == "it failed\n" {
			s.err.waitFor(t, step.want)
		} else {
			s.out.waitFor(t, step.want)
		}
	}
	s.press("\x04")
	if err := s.end(); err != nil {
		t.Fatal(err)
	}
}

func TestEdit(t *testing.T) {
	dir := t.TempDir()
	editor := filepath.Join(dir, "editor")
	if err := os.WriteFile(editor, []byte("#!/bin/sh\n[ \"$1\" = add ] || exit 3\nprintf ' three' >> \"$2\"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("VISUAL", editor+" add")
	s := start(t, "xterm", nil)
	s.press("one two\r")
	s.out.waitFor(t, "ran one two\n")
	s.press(".edit\r")
	s.out.waitFor(t, "ran one two| three\n")
	file := filepath.Join(dir, "begin.lua")
	if err := os.WriteFile(file, []byte("begin"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.press(".edit " + file + "\r")
	s.err.waitFor(t, "nothing was run, and .edit has it again")
	t.Setenv("VISUAL", editor)
	s.press(".edit\r")
	s.err.waitFor(t, "exit status 3; nothing was run")
	s.press("\x04")
	if err := s.end(); err != nil {
		t.Fatal(err)
	}
}
