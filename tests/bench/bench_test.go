package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestMain(m *testing.M) {
	hook()
	os.Exit(m.Run())
}

// TestQuick runs every part with small counts. What takes how long is not looked at.
func TestQuick(t *testing.T) {
	out := filepath.Join(t.TempDir(), "results.md")
	r, err := measure(settings{Quick: true, Rounds: 1}, []string{"6.12"}, out, "")
	if err != nil {
		t.Fatal(err)
	}
	part := r.parts[0]
	rows := map[string]int{}
	for _, r := range part.Rows {
		rows[r.Part]++
		if r.Ours <= 0 || r.Peer != "" && r.Their <= 0 {
			t.Errorf("%s: %v against %v", r.Work, r.Ours, r.Their)
		}
	}
	want := map[string]int{
		"dump": 5, "memory": 3, "put": 4, "delete": 2, "start": 3, "iterate": 1,
		"miss": 8, "overload": 2, "workers": 3, "scale": 11, "binary": 1,
	}
	for _, p := range parts() {
		if rows[p.name] != want[p.name] {
			t.Errorf("%s: %d rows, want %d", p.name, rows[p.name], want[p.name])
		}
	}
	if o := part.Overload; o.Sent == 0 || o.Sent != o.Handled+o.Dropped+o.Lost || o.Dropped == 0 || o.Lost == 0 {
		t.Errorf("under overload: %+v: want some dropped and some lost, and all accounted for", o)
	}
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range part.Rows {
		if !strings.Contains(string(text), "| "+r.Work+" |") {
			t.Errorf("the table lacks %q", r.Work)
		}
	}
}

func TestRowMarkdown(t *testing.T) {
	for _, tt := range []struct {
		row  row
		want string // the cells from the ratio to theirs
	}{
		{row{Ours: 0.5, Their: 1, Unit: "s", Peer: "p", Limit: 0.7}, "| 0.50 | p | ≤ 0.7 | yes | 500 ms | 1.00 s |"},
		{row{Ours: 2e-5, Their: 1e-5, Unit: "s", Peer: "p", Limit: 1}, "| 2.00 | p | ≤ 1 | **no** | 20.0 µs | 10.0 µs |"},
		{row{Ours: 1234.5, Their: 1000, Unit: "per s", Peer: "p", Limit: 1.2, AtLeast: true}, "| 1.23 | p | ≥ 1.2 | yes | 1234 per s | 1000 per s |"},
		{row{Ours: 18, Unit: "MiB", OwnLimit: 25}, "|  |  | ≤ 25.0 MiB | yes | 18.0 MiB |  |"},
		{row{Ours: 3, Unit: "s"}, "|  |  |  |  | 3.00 s |  |"},
	} {
		text := markdownOf(tt.row)
		if !strings.Contains(text, tt.want) {
			t.Errorf("%+v: %q, which lacks %q", tt.row, text, tt.want)
		}
	}
}

func markdownOf(r row) string {
	rep := report{parts: []*results{{Rows: []row{r}}}}
	return string(rep.markdown())
}
