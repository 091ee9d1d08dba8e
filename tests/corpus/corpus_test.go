package corpus

import (
	"strings"
	"testing"

	"github.com/go-odp/odp/odp"
)

// TestCorpus checks without a kernel that each flow reads and prints as itself,
// and that the corpus has everything that the table has.
func TestCorpus(t *testing.T) {
	flows := Generate(1, 3200)
	var all strings.Builder
	seen := map[string]bool{}
	for _, f := range flows {
		if seen[f.Match] {
			t.Errorf("twice: %s", f.Match)
		}
		seen[f.Match] = true
		m, err := odp.ParseMatch(f.Match, nil)
		if err == nil {
			m, err = m.Complete()
		}
		if err != nil {
			t.Errorf("%s: %v", f.Match, err)
			continue
		}
		for _, o := range []*odp.TextOptions{nil, {Verbose: true}} {
			text := string(m.AppendText(nil, o))
			if again, err := odp.ParseMatch(text, nil); err != nil || !again.Equal(m) {
				t.Errorf("%s\nprints as %s,\nreads as  %s, %v", f.Match, text, again, err)
			}
		}
		a, err := odp.ParseActions(f.Actions, nil)
		if err != nil {
			t.Errorf("%s: %v", f.Actions, err)
			continue
		}
		if again, err := odp.ParseActions(a.String(), nil); err != nil || again.String() != a.String() {
			t.Errorf("%s\nprints as %s,\nreads as  %s, %v", f.Actions, a, again, err)
		}
		all.WriteString(m.String() + "\n" + a.String() + "\n")
	}
	text := all.String()
	for _, row := range odp.KeyRows() {
		if !userspaceOnly[row.Name] && row.Name != "ipv6_exthdrs" && !strings.Contains(text, row.Name+"(") {
			t.Errorf("no flow matches %s", row.Name)
		}
	}
	for _, row := range odp.ActionRows() {
		if !row.Bare && !strings.Contains(text, row.Name) {
			t.Errorf("no flow has %s", row.Name)
		}
	}
}

func TestSeed(t *testing.T) {
	a, b, c := Generate(1, 50), Generate(1, 50), Generate(2, 50)
	same := 0
	for i := range a {
		if a[i].Match != b[i].Match || a[i].Actions != b[i].Actions {
			t.Fatalf("flow %d differs for one seed", i)
		}
		if a[i].Match == c[i].Match {
			same++
		}
	}
	if same == len(a) {
		t.Error("another seed makes the same flows")
	}
}
