package odp

import (
	"errors"
	"testing"

	"github.com/go-odp/odp/odp/internal/fakedp"
	"github.com/go-odp/odp/odp/internal/ovsh"
)

// TestVportHandle uses a handle of a vport whose number belongs to another one.
func TestVportHandle(t *testing.T) {
	for _, tt := range []struct {
		name string
		do   func(*Vport) error
		want string
	}{
		{"delete", (*Vport).Delete, "vport delete eth0 on dp0: no such vport: ENODEV (no such device)"},
		{"stats", func(v *Vport) error { _, err := v.Stats(); return err }, "vport get eth0 on dp0: no such vport: ENODEV (no such device)"},
		{"set", func(v *Vport) error { return v.SetUpcallPIDs([]uint32{1}) }, "vport set eth0 on dp0: no such vport: ENODEV (no such device)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f, c := newFake(t)
			f.setAnswer(replyThenAck(idVport, ovsh.VportCmdNew, vportEth0, fakedp.Uint32(ovsh.VportAttrIfIndex, 8)))
			v := &Vport{d: fakeDatapath(c), name: "eth0", number: 3, ifindex: 7}
			err := tt.do(v)
			if err == nil || err.Error() != tt.want || !errors.Is(err, ErrNotExist) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
			for _, s := range f.requests() {
				if s.Cmd != ovsh.VportCmdGet {
					t.Errorf("request %+v reached the other vport", s)
				}
			}
			v.ifindex = 8
			if err := tt.do(v); err != nil {
				t.Errorf("for a port that is there: %v", err)
			}
		})
	}
}
