package command

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/go-odp/odp/luabind"
	"github.com/go-odp/odp/scripts"
)

func testTree(t *testing.T, word string) *tree {
	t.Helper()
	p := &Program{Commands: scripts.Commands(), Modules: scripts.Modules(), Examples: scripts.Examples}
	tr, err := p.newTree(word)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// TestFind finds verbs by their names, aliases and names cut short.
func TestFind(t *testing.T) {
	tests := []struct{ line, want string }{
		{"datapath", "odp datapath"},
		{"datapath list", "odp datapath list"},
		{"dat lis", "odp datapath"}, // list or listen
		{"dat list", "odp datapath list"},
		{"dp a", "odp datapath add"},
		{"--json -n ns vp a vx", "odp vport add vxlan"},
		{"fl c", "odp flow clear"},
		{"nosuch", "odp"},
	}
	tr := testTree(t, "")
	for _, tt := range tests {
		c, _, err := tr.root.Find(strings.Fields(tt.line))
		got := ""
		if err == nil {
			got = c.CommandPath()
		}
		if got != tt.want {
			t.Errorf("%s: found %q, want %q", tt.line, got, tt.want)
		}
	}
}

// TestLongOptions puts two dashes before the options that a command has.
func TestLongOptions(t *testing.T) {
	tr := testTree(t, "")
	c, _, err := tr.root.Find([]string{"flow", "add"})
	if err != nil {
		t.Fatal(err)
	}
	tr.addOptions(c)
	got := longOptions(c, strings.Fields("flow add dp0 -in-port=1 -n ns -json --output 2 -nother -x -- -in-port"))
	want := strings.Fields("flow add dp0 --in-port=1 -n ns --json --output 2 -nother -x -- -in-port")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestWords turns arguments into values, or says which is wrong.
func TestWords(t *testing.T) {
	arg := func(name, kind string, optional, rest bool) Arg {
		return Arg{item: item{Name: name, Kind: kind}, Optional: optional, Rest: rest}
	}
	v := &Verb{declaration: declaration{Args: []Arg{arg("A", "", false, false), arg("N", "integer", true, false)}}}
	many := &Verb{declaration: declaration{Args: []Arg{arg("NS", "number", false, true)}}}
	choice := &Verb{declaration: declaration{Args: []Arg{{item: item{Name: "C", Values: []string{"on", "off"}}}}}}
	tests := []struct {
		verb *Verb
		line string
		want map[string]any
		err  string
	}{
		{v, "x", map[string]any{"A": "x"}, ""},
		{v, "x 0x10", map[string]any{"A": "x", "N": int64(16)}, ""},
		{v, "", nil, "A is missing"},
		{v, "x y", nil, `N: an integer expected, got "y"`},
		{v, "x 9007199254740993", nil, `N: an integer expected, got "9007199254740993"`},
		{v, "x 1 2", nil, `unexpected argument "2"`},
		{many, "1 2.5", map[string]any{"NS": []any{1.0, 2.5}}, ""},
		{many, "", nil, "NS is missing"},
		{many, "1 nan", nil, `NS: a number expected, got "nan"`},
		{many, "inf", nil, `NS: a number expected, got "inf"`},
		{choice, "on", map[string]any{"C": "on"}, ""},
		{choice, "of", nil, `C: one of on, off expected, got "of"`},
	}
	for _, tt := range tests {
		got, err := tt.verb.words(strings.Fields(tt.line))
		text := ""
		if err != nil {
			text = err.Error()
		}
		if text != tt.err {
			t.Errorf("%q: %q, want %q", tt.line, text, tt.err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%q: %s", tt.line, diff)
		}
	}
}

// TestUserVerbs adds verbs from the folders of the user, and replaces one.
func TestUserVerbs(t *testing.T) {
	dir, home := t.TempDir(), t.TempDir()
	write := func(file, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(dir, "commands/mine.lua"), "return { summary = 'Mine.', run = function() end }")
	write(filepath.Join(dir, "commands/datapath/extra.lua"), "return { summary = 'Extra.', run = function() end }")
	write(filepath.Join(dir, "commands/broken.lua"), "return { summary = 'Broken.', rnu = function() end }")
	write(filepath.Join(home, "odp/commands/mine.lua"), "return { summary = 'Not this.', run = function() end }")
	write(filepath.Join(home, "odp/commands/flow/list.lua"), "return { summary = 'My list.', run = function() end }")
	t.Setenv("ODP_PATH", dir)
	t.Setenv("XDG_CONFIG_HOME", home)

	tr := testTree(t, "")
	summaries := map[string]string{"mine": "Mine.", "datapath extra": "Extra.", "datapath list": "List the datapaths: their numbers and names.", "flow list": "My list."}
	for name, want := range summaries {
		c, _, err := tr.root.Find(strings.Fields(name))
		if err != nil || c.Short != want {
			t.Errorf("%s: %v, %q, want %q", name, err, c.Short, want)
		}
	}
	if broken := find(tr.verbs, "broken"); broken == nil || !strings.Contains(broken.Problem, "unknown field rnu; did you mean run") {
		t.Errorf("broken: %+v", broken)
	}
	if other := testTree(t, "data"); find(other.verbs, "mine") != nil {
		t.Error("a verb was read that the line cannot mean")
	}
}

// TestKinds compares the kinds here with those that module command knows.
func TestKinds(t *testing.T) {
	src, err := os.ReadFile("../../scripts/modules/command/declare.lua")
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(src), "M.kinds = {")
	list, _, _ = strings.Cut(list, "}")
	var theirs, ours []string
	for name := range strings.SplitSeq(list, ",") {
		if name = strings.Trim(strings.TrimSpace(name), `"`); name != "" {
			theirs = append(theirs, name)
		}
	}
	for _, k := range kinds {
		ours = append(ours, k.name)
	}
	slices.Sort(theirs)
	slices.Sort(ours)
	if diff := cmp.Diff(theirs, ours); diff != "" {
		t.Error(diff)
	}
}

// TestHelpOfAll prints the help and the manual page of each verb.
func TestHelpOfAll(t *testing.T) {
	tr := testTree(t, "")
	n := 0
	var all func(*cobra.Command)
	all = func(c *cobra.Command) {
		for _, sub := range c.Commands() {
			if v := tr.of[sub]; v != nil {
				n++
				if text := tr.help(sub); !strings.HasPrefix(text, v.Summary+"\n") || !strings.Contains(text, "\n  "+sub.CommandPath()) {
					t.Errorf("%s: its help is\n%s", sub.CommandPath(), text)
				}
				if page := tr.manPage(sub); !strings.HasPrefix(page, ".TH ") || !strings.Contains(page, ".SH SYNOPSIS\n") {
					t.Errorf("%s: its manual page is\n%s", sub.CommandPath(), page)
				}
			}
			all(sub)
		}
	}
	all(tr.root)
	if n < 15 {
		t.Errorf("%d verbs", n)
	}
}

// BenchmarkVerb is what a command line costs beside what its verb does.
func BenchmarkVerb(b *testing.B) {
	p := &Program{Commands: scripts.Commands(), Modules: scripts.Modules(), Examples: scripts.Examples}
	b.Run("tree", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := p.newTree("datapath"); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("call", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			rt := luabind.New(luabind.Config{Modules: scripts.Modules(), Compiled: scripts.Compiled()})
			err := drive(b.Context(), rt, "verb", "driver:run", "", "return { summary = 'X.', run = function() end }", "verb", `{"verb":"verb"}`)
			rt.Close()
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}
