package odp

import (
	"bytes"
	"errors"
	"testing"

	"github.com/go-odp/odp/odp/internal/fakedp"
	"github.com/go-odp/odp/odp/internal/ovsh"
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

// TestDeleteFlows checks how flows of a stream are named to the kernel.
func TestDeleteFlows(t *testing.T) {
	f, c := newFake(t)
	d := fakeDatapath(c)
	flows := []*Flow{{Match: Match{Key: keyInPort}}, {UFID: UFID{1}, HasUFID: true, Match: Match{Key: keyInPort}}}
	f.setAnswer(nil)
	deleted := d.DeleteFlows(func(yield func(*Flow, error) bool) {
		for _, f := range flows {
			if !yield(f, nil) {
				return
			}
		}
	}, nil)
	want := [][]byte{
		fakedp.Attr(ovsh.FlowAttrKey|0x8000, keyInPort),
		fakedp.Attr(ovsh.FlowAttrUFID, append([]byte{1}, make([]byte, 15)...)),
	}
	seen := f.requests()
	if deleted != 2 || len(seen) != 2 {
		t.Fatalf("%d deleted with %d requests", deleted, len(seen))
	}
	for i, s := range seen {
		if s.Cmd != ovsh.FlowCmdDel || !bytes.Equal(s.Attrs, want[i]) {
			t.Errorf("request %d: command %d, % x, want % x", i, s.Cmd, s.Attrs, want[i])
		}
	}
}
