package odp

import (
	"errors"
	"strings"
	"testing"

	"github.com/mdlayher/genetlink"

	"github.com/go-odp/odp/odp/internal/ovsh"
)

// TestExtraFamilies checks that a connection works without them, that their
// absence is one clear error, and that they are found once they appear, and
// looked up no more.
func TestExtraFamilies(t *testing.T) {
	t.Parallel()
	f, c := newFake(t)
	for x := range numExtraFamilies {
		_, err := c.extra(x)
		if !errors.Is(err, ErrNotSupported) || !strings.Contains(err.Error(), x.String()) {
			t.Errorf("%v: %v", x, err)
		}
	}
	f.Families[ovsh.MeterFamily] = genetlink.Family{ID: 0x30, Name: ovsh.MeterFamily, Version: 9}
	for range 2 {
		fam, err := c.extra(familyMeter)
		if err != nil || fam.ID != 0x30 || fam.Version != ovsh.MeterVersion {
			t.Errorf("meter: %+v, %v", fam, err)
		}
	}
	sockets := f.Sockets()
	if want := 1 + int(numExtraFamilies) + 1; len(sockets) != want {
		t.Errorf("%d sockets, want %d", len(sockets), want)
	}
	for _, s := range sockets[1:] {
		if !s.Closed() {
			t.Error("the socket of a look-up is still open")
		}
		if len(s.Options()) != 0 {
			t.Errorf("a look-up with the options %v, whose answers genetlink cannot read", s.Options())
		}
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.extra(familyPsample); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}
