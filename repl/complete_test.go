package repl

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// answer is an Interp that completes with a fixed answer.
type answer struct {
	fakeInterp
	src        string // what Complete was asked
	pos        int
	start      int
	candidates []string
}

func (a *answer) Complete(src string, pos int) (int, []string) {
	a.src, a.pos = src, pos
	return a.start, a.candidates
}

func TestComplete(t *testing.T) {
	tests := []struct {
		name        string
		chunk, line string
		pos, start  int
		candidates  []string
		want        completion
	}{
		{"nothing", "", "x", 1, 0, nil, completion{}},
		{"one", "", "da", 2, 0, []string{"datapath"}, completion{insert: "tapath"}},
		{"one that is complete", "", "da", 2, 0, []string{"da"}, completion{}},
		{"in the middle", "", "dp:de(1)", 5, 3, []string{"delete"}, completion{insert: "lete"}},
		{"common part", "", "d", 1, 0, []string{"delay", "delete"}, completion{insert: "el"}},
		{"choice", "", "de", 2, 0, []string{"delete", "depth"}, completion{choice: []string{"delete", "depth"}}},
		{"duplicates", "", "de", 2, 0, []string{"depth", "depth"}, completion{insert: "pth"}},
		{"not a continuation", "", "de", 2, 0, []string{"Delete", "help"}, completion{}},
		{"not printable", "", "d", 1, 0, []string{"d\x1b[2J", "d\ne"}, completion{}},
		{"whole characters in common", "", "g", 1, 0, []string{"gö", "gõ"}, completion{choice: []string{"gö", "gõ"}}},
		{"start out of range", "", "de", 2, 3, []string{"delete"}, completion{}},
		{"negative start", "", "de", 2, -1, []string{"delete"}, completion{}},
		{"later line", "do\n", "de", 2, 3, []string{"delete"}, completion{insert: "lete"}},
		{"indent", "do\n", "  ", 2, 0, []string{"delete"}, completion{insert: "  "}},
		{"empty first line", "", "", 0, 0, []string{"a", "b"}, completion{choice: []string{"a", "b"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := &answer{start: tt.start, candidates: tt.candidates}
			got := complete(a, tt.chunk, tt.line, tt.pos)
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(completion{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if a.src != "" && (a.src != tt.chunk+tt.line || a.pos != len(tt.chunk)+tt.pos) {
				t.Errorf("asked for %q at %d", a.src, a.pos)
			}
		})
	}
}

func TestColumns(t *testing.T) {
	many := make([]string, maxChoice+7)
	for i := range many {
		many[i] = fmt.Sprint("n", i)
	}
	tests := []struct {
		name  string
		list  []string
		width int
		want  string
	}{
		{"one line", []string{"a", "bb", "c"}, 20, "a   bb  c\n"},
		{"downwards", []string{"a", "b", "c", "d", "e"}, 8, "a  c  e\nb  d\n"},
		{"exact width", []string{"aa", "bb"}, 6, "aa  bb\n"},
		{"narrow", []string{"aaaa", "bbbb"}, 3, "aaaa\nbbbb\n"},
		{"wide characters", []string{"世界", "x", "y"}, 12, "世界  y\nx\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, columns(tt.list, tt.width)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if got := columns(many, 80); !strings.HasSuffix(got, "\n... and 7 more\n") {
		t.Errorf("a long list ends with %q", got[len(got)-40:])
	}
}
