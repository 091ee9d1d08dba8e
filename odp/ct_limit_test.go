package odp

import (
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/mdlayher/netlink"

	"github.com/go-odp/odp/odp/internal/fakedp"
	"github.com/go-odp/odp/odp/internal/ovsh"
)

// zoneLimits encodes limits as the kernel does.
func zoneLimits(limits ...CTLimit) []byte {
	var p []byte
	for _, l := range limits {
		for _, v := range []uint32{uint32(l.Zone), l.Limit, l.Count} {
			p = binary.NativeEndian.AppendUint32(p, v)
		}
	}
	return p
}

func TestCTLimitRequests(t *testing.T) {
	t.Parallel()
	kernel := []CTLimit{{Zone: DefaultCTZone, Limit: 50}, {Zone: 65535, Limit: 1, Count: 3}}
	const nested = 0x8000
	request := func(limits ...CTLimit) []byte {
		return fakedp.Attr(ovsh.CTLimitAttrZoneLimit|nested, zoneLimits(limits...))
	}
	for _, tt := range []struct {
		name string
		do   func(*Conn) ([]CTLimit, error)
		cmd  uint8
		want []byte
		got  []CTLimit
	}{
		{
			"set", func(c *Conn) ([]CTLimit, error) {
				return nil, c.SetCTLimits(CTLimit{Zone: DefaultCTZone, Limit: 9, Count: 8}, CTLimit{Zone: 5})
			},
			ovsh.CTLimitCmdSet, request(CTLimit{Zone: -1, Limit: 9}, CTLimit{Zone: 5}), nil,
		},
		{
			"delete", func(c *Conn) ([]CTLimit, error) { return nil, c.DeleteCTLimits(DefaultCTZone, 0, 7) },
			ovsh.CTLimitCmdDel, request(CTLimit{Zone: -1}, CTLimit{}, CTLimit{Zone: 7}), nil,
		},
		{
			"all", func(c *Conn) ([]CTLimit, error) { return c.CTLimits() },
			ovsh.CTLimitCmdGet, []byte{}, kernel,
		},
		{
			"some", func(c *Conn) ([]CTLimit, error) { return c.CTLimits(DefaultCTZone, 65535) },
			ovsh.CTLimitCmdGet, request(CTLimit{Zone: -1}, CTLimit{Zone: 65535}), kernel,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, c := newFakeWithExtras(t)
			var answer []byte
			if tt.got != nil {
				answer = fakedp.Attr(ovsh.CTLimitAttrZoneLimit, zoneLimits(tt.got...))
			}
			f.setAnswer(replyThenAck(idCTLimit, tt.cmd, answer))
			got, err := tt.do(c)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.got, got); diff != "" {
				t.Error(diff)
			}
			want := []seen{{Family: idCTLimit, Flags: ackFlags, Cmd: tt.cmd, Version: 1, Attrs: tt.want}}
			if diff := cmp.Diff(want, f.requests()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestManyCTLimits checks that more zones than one answer holds are asked for in
// turn, that all come back, and that none make no request.
func TestManyCTLimits(t *testing.T) {
	t.Parallel()
	f, c := newFakeWithExtras(t)
	f.setAnswer(func(m netlink.Message, s seen) [][]byte { // each zone has its number as its limit
		p, _ := Attrs(s.Attrs).Find(ovsh.CTLimitAttrZoneLimit)
		p = slices.Clone(p)
		for i := 0; i < len(p); i += ctLimitLen {
			copy(p[i+4:], p[i:i+4])
		}
		return replyThenAck(idCTLimit, s.Cmd, fakedp.Attr(ovsh.CTLimitAttrZoneLimit, p))(m, s)
	})
	var zones []int
	var want []CTLimit
	for i := range 2*ctLimitsPerRequest + 1 {
		zones = append(zones, i)
		want = append(want, CTLimit{Zone: i, Limit: uint32(i)})
	}
	got, err := c.CTLimits(zones...)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	if n := len(f.requests()); n != 3 {
		t.Errorf("%d requests, want 3", n)
	}
	f.setAnswer(nil)
	if err := errors.Join(c.SetCTLimits(), c.DeleteCTLimits()); err != nil || len(f.requests()) != 0 {
		t.Errorf("nothing to do: %v, requests %v", err, f.requests())
	}
}

func TestCTLimitErrors(t *testing.T) {
	t.Parallel()
	get := func(c *Conn) error { _, err := c.CTLimits(); return err }
	reply := func(p []byte) answerFunc {
		return replyThenAck(idCTLimit, ovsh.CTLimitCmdGet, fakedp.Attr(ovsh.CTLimitAttrZoneLimit, p))
	}
	for _, tt := range []struct {
		name   string
		do     func(*Conn) error
		answer answerFunc
		is     error
		text   string
		sent   int
	}{
		{"zone too high", func(c *Conn) error { return c.SetCTLimits(CTLimit{Zone: 1}, CTLimit{Zone: 65536}) }, nil, nil,
			"ct limit set: zone: 65536 is out of range, 0 to 65535 expected, or -1 for the default", 0},
		{"zone too low", func(c *Conn) error { return c.DeleteCTLimits(-2) }, nil, nil, "ct limit delete: zone: -2 is out of range", 0},
		{"get of no zone", func(c *Conn) error { _, err := c.CTLimits(70000); return err }, nil, nil, "ct limit get: zone: 70000", 0},
		{"privilege", func(c *Conn) error { return c.SetCTLimits(CTLimit{Zone: 1}) }, refuse(syscall.EPERM, "", 0), ErrPermission,
			"ct limit set of zone 1: needs CAP_NET_ADMIN", 1},
		{"default", func(c *Conn) error { return c.DeleteCTLimits(-1) }, refuse(syscall.EPERM, "", 0), ErrPermission,
			"ct limit delete of the default zone: needs CAP_NET_ADMIN", 1},
		{"too many", get, refuse(syscall.EMSGSIZE, "", 0), nil, "ask for zones by number: EMSGSIZE", 1},
		{"truncated", get, reply(make([]byte, 16)), nil, "ct limit message: zone limit: 4 bytes, want at least 12", 1},
		{"zone of the kernel", get, reply(zoneLimits(CTLimit{Zone: 1 << 16})), nil, "ct limit message: zone out of range", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, c := newFakeWithExtras(t)
			f.setAnswer(tt.answer)
			err := tt.do(c)
			if err == nil || !strings.Contains(err.Error(), tt.text) {
				t.Errorf("got %v, want it to contain %q", err, tt.text)
			}
			if tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("%v is not %v", err, tt.is)
			}
			if n := len(f.requests()); n != tt.sent {
				t.Errorf("%d requests, want %d", n, tt.sent)
			}
		})
	}

	_, c := newFake(t)
	err := c.SetCTLimits(CTLimit{Zone: 3})
	if !errors.Is(err, ErrNotSupported) || !strings.Contains(err.Error(), "ct limit set of zone 3: needs ") ||
		!strings.Contains(err.Error(), "this kernel has no generic netlink family ovs_ct_limit") {
		t.Errorf("without the family: %v", err)
	}
}

// FuzzCTLimitMessage checks that whatever comes is a list of limits that encodes
// to the same again, or an error.
func FuzzCTLimitMessage(f *testing.F) {
	f.Add(fakedp.Attr(ovsh.CTLimitAttrZoneLimit, zoneLimits(CTLimit{Zone: -1, Limit: 5}, CTLimit{Zone: 65535, Limit: 1, Count: 2})))
	f.Add(fakedp.Attr(ovsh.CTLimitAttrZoneLimit, zoneLimits(CTLimit{Zone: 1 << 16})))
	f.Add(fakedp.Attr(ovsh.CTLimitAttrZoneLimit, make([]byte, 13)))
	f.Fuzz(func(t *testing.T, b []byte) {
		limits, err := decodeCTLimits(reply{attrs: b})
		if err != nil {
			if limits != nil {
				t.Fatalf("limits %v and error %v", limits, err)
			}
			return
		}
		var again []byte
		for _, l := range limits {
			again = append(again, fakedp.Attr(ovsh.CTLimitAttrZoneLimit, zoneLimits(l))...)
		}
		second, err := decodeCTLimits(reply{attrs: again})
		if diff := cmp.Diff(limits, second); err != nil || diff != "" {
			t.Fatalf("encoded again: %v\n%s", err, diff)
		}
	})
}
