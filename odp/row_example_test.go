package odp

import (
	"strings"
	"testing"
)

// TestExamples checks that every key and action has an example that is read and
// printed as it stands.
func TestExamples(t *testing.T) {
	for _, row := range KeyRows() {
		m, err := ParseMatch(row.Example, nil)
		if err != nil {
			t.Errorf("%s: %v", row.Name, err)
		} else if got := m.String(); !strings.Contains(got, row.Example) || !strings.Contains(row.Example, row.Name+"(") && !row.Raw {
			t.Errorf("%s: %q is printed as %q", row.Name, row.Example, got)
		}
	}
	for _, row := range ActionRows() {
		if row.Name == "" {
			continue
		}
		a, err := ParseActions(row.Example, nil)
		if err != nil {
			t.Errorf("%s: %v", row.Name, err)
		} else if got := a.String(); got != row.Example || row.Example == "" {
			t.Errorf("%s: %q is printed as %q", row.Name, row.Example, got)
		}
	}
}

func TestFeatureOf(t *testing.T) {
	ct, nat := ActionByName("ct"), ActionByName("ct").Row("nat")
	for _, tt := range []struct {
		name string
		path []*Row
		want string
	}{
		{"action", []*Row{ActionByName("psample")}, "psample"},
		{"part of an action", []*Row{ct, nat}, "ct_nat"},
		{"part without one", []*Row{ct, ct.Row("commit")}, ""},
		{"key", []*Row{KeyByName("nsh")}, "nsh"},
		{"key of a set action only", []*Row{KeyByName("tcp")}, ""},
		{"a key by which a feature is told with certain contents", []*Row{KeyByName("mpls")}, ""},
		{"nothing", nil, ""},
	} {
		got := ""
		if f := FeatureOf(tt.path...); f != nil {
			got = f.Name
		}
		if got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}
