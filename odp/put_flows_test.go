package odp

import (
	"errors"
	"testing"
)

// TestPutFlows checks what becomes of each flow of a stream: those that cannot
// be read, those that are bad input, and those that come after a stop.
func TestPutFlows(t *testing.T) {
	bad := errors.New("not a flow")
	good := &Flow{Match: Match{Key: keyInPort}}
	empty := &Flow{}
	for _, tt := range []struct {
		name   string
		stopAt int
		want   []int // places that failed
	}{
		{"all", -1, []int{1, 3}},
		{"stop", 1, []int{1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, c := newFake(t)
			d := fakeDatapath(c)
			var failed []int
			put := d.PutFlows(func(yield func(*Flow, error) bool) {
				for i, f := range []*Flow{good, nil, good, empty, good} {
					var err error
					if i == 1 {
						err = bad
					}
					if !yield(f, err) {
						return
					}
				}
			}, PutReplace, func(n int, err error) bool {
				failed = append(failed, n)
				if n == 1 && !errors.Is(err, bad) {
					t.Errorf("place 1: %v", err)
				}
				return n != tt.stopAt
			})
			if len(failed) != len(tt.want) {
				t.Errorf("failed %v, want %v", failed, tt.want)
			}
			if want := map[bool]int{true: 1, false: 3}[tt.stopAt >= 0]; put != want {
				t.Errorf("put %d, want %d", put, want)
			}
		})
	}
}
