package command

import (
	"slices"
	"strings"
	"testing"
)

// TestFlagsBehind puts flags of a group behind the verb that follows them.
func TestFlagsBehind(t *testing.T) {
	tests := []struct{ line, want string }{
		{"dpctl show -s", "dpctl show -s"},
		{"dpctl -s show dp0", "dpctl show -s dp0"},
		{"dpctl -s -m show dp0 --names", "dpctl show -s -m dp0 --names"},
		{"--json -n ns dpctl -mt 5 show", "--json -n ns dpctl show -mt 5"},
		{"dpctl --timeout 5 -n ns show", "dpctl show --timeout 5 -n ns"},
		{"dpctl --timeout=5 show", "dpctl show --timeout=5"},
		{"dpctl -s", "dpctl -s"},
		{"dpctl -t", "dpctl -t"},
		{"dpctl -- show", "dpctl -- show"},
		{"flow -x list", "flow -x list"}, // a group without flags
		{"nosuch -s show", "nosuch -s show"},
		{"", ""},
	}
	tr := testTree(t, "")
	for _, tt := range tests {
		if got := tr.flagsBehind(strings.Fields(tt.line)); !slices.Equal(got, strings.Fields(tt.want)) {
			t.Errorf("%s: got %q, want %s", tt.line, got, tt.want)
		}
	}
}
