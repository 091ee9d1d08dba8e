package odp

import (
	"slices"
	"testing"
)

func TestNearNames(t *testing.T) {
	known := []string{"create_datapath", "datapath", "datapaths", "output", "push_vlan", "pop_vlan", "in_port", "eth", "src"}
	tests := []struct {
		name string
		want []string
	}{
		{"datapth", []string{"datapath"}},
		{"outptu", []string{"output"}},
		{"vlan", []string{"pop_vlan", "push_vlan"}},
		{"inport", []string{"in_port"}},
		{"sr", []string{"src"}},
		{"zzzzz", []string{}},
		{"", []string{}},
	}
	for _, tt := range tests {
		if got := NearNames(tt.name, known); !slices.Equal(got, tt.want) {
			t.Errorf("%q: %q, want %q", tt.name, got, tt.want)
		}
	}
}
