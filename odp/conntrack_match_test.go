package odp

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/go-odp/odp/odp/internal/ovsh"
)

// TestConntrackMatchText reads texts and writes them again.
func TestConntrackMatchText(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want string }{ // want is the same if empty
		{"", ""},
		{"  ", ""},
		{"zone=5", "zone=5"},
		{"zone=0", "zone=0"},
		{"mark=1", "mark=0x1"},
		{"mark=0x10/0xf0", "mark=0x10/0xf0"},
		{"mark=0/0xffffffff", "mark=0x0"},
		{"labels=0x123456789abcdef0fedcba9876543210", ""},
		{"labels=1/0x80000000000000000000000000000001", "labels=0x1/0x80000000000000000000000000000001"},
		{"labels=340282366920938463463374607431768211455", "labels=0xffffffffffffffffffffffffffffffff"},
		{"ct_nw_src=10.0.0.1,ct_nw_dst=10.0.0.2,ct_nw_proto=6,ct_tp_src=1,ct_tp_dst=2", ""},
		{"'ct_tp_dst=2, ct_nw_proto=17  ct_tp_src=0x1'", "ct_nw_proto=17,ct_tp_src=1,ct_tp_dst=2"},
		{"\"ct_ipv6_src=fd00::1,ct_nw_proto=58\"", "ct_ipv6_src=fd00::1,ct_nw_proto=58"},
		{"ct_nw_proto=1,icmp_id=7,icmp_type=8,icmp_code=0", ""},
		{"ct_nw_proto=icmp, icmp_type=8", "ct_nw_proto=1,icmp_type=8"},
		{"ct_nw_proto=132,", "ct_nw_proto=132"},
		{"'' ct_nw_src=10.0.0.1", ""},
		{"ct_nw_src=10.0.0.1 ct_nw_dst=10.0.0.2", ""},
		{"ct_nw_proto=6 ct_tp_src=1,ct_tp_dst=2", ""},
		{"'' 'ct_nw_proto=6,ct_tp_src=1'", "ct_nw_proto=6 ct_tp_src=1"},
		{"zone=1 mark=2 labels=3 ct_nw_src=1.2.3.4 ct_nw_dst=1.2.3.4", "zone=1 mark=0x2 labels=0x3 ct_nw_src=1.2.3.4 ct_nw_dst=1.2.3.4"},
		{"ct_ipv6_src=::1.2.3.4", ""},
		{"ct_nw_src=0.0.0.0", ""},
	}
	for _, tt := range tests {
		want := tt.want
		if want == "" {
			want = strings.TrimSpace(tt.text)
		}
		m, err := ParseConntrackMatch(tt.text)
		if err != nil {
			t.Errorf("%q: %v", tt.text, err)
			continue
		}
		if got := m.String(); got != want {
			t.Errorf("%q: %q, want %q", tt.text, got, want)
		}
		if again, err := ParseConntrackMatch(m.String()); err != nil || again != m {
			t.Errorf("%q: %q is read as %+v, %v", tt.text, m.String(), again, err)
		}
	}
}

func TestConntrackMatchErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text   string
		offset int
		want   string
		hint   string
	}{
		{"zone=65536", 5, "a zone, 0 to 65535", ""},
		{"zone=", 5, "a zone", ""},
		{"zone=1 zone=2", 7, "zone once", ""},
		{"mark=1/0", 7, "a mask other than 0", ""},
		{"mark=0x100000000", 5, "32 bits", ""},
		{"labels=0x1ffffffffffffffffffffffffffffffff", 7, "128 bits", ""},
		{"labels=12g", 7, "a number for labels", ""},
		{"ct_nw_src=fd00::1", 10, "an IPv4 address", ""},
		{"ct_ipv6_dst=1.2.3.4", 12, "an IPv6 address", ""},
		{"ct_nw_scr=1.2.3.4", 0, "a field of a tuple", "ct_nw_src"},
		{"zne=5", 0, "a field of a tuple", "zone"},
		{"ct_nw_src", 9, `"="`, ""},
		{"ct_nw_proto=tpc", 12, "an IP protocol", ""},
		{"ct_nw_proto=6,ct_tp_src=65536", 24, "a number from 0 to 65535", ""},
		{"ct_nw_proto=6,ct_nw_proto=7", 14, "each field once", ""},
		{"ct_nw_proto=6 ct_nw_proto=6", 14, "each field once", ""},
		{"'ct_nw_src=1.2.3.4", 18, "the closing '", ""},
		{"'' '' ''", 6, "the end after two tuples", ""},
		{"ct_tp_src=1", 11, "port without a protocol", ""},
		{"ct_nw_proto=6,icmp_type=1", 25, "without the protocol icmp", ""},
		{"ct_nw_proto=1,ct_tp_src=1", 25, "which has ICMP id", ""},
		{"ct_nw_src=1.2.3.4 ct_ipv6_src=::1", 33, "one family expected", ""},
		{"ct_ipv6_src=::1,ct_nw_proto=1", 29, "icmpv6 expected", ""},
	}
	for _, tt := range tests {
		m, err := ParseConntrackMatch(tt.text)
		var syntax *SyntaxError
		switch {
		case !errors.As(err, &syntax) || !errors.Is(err, ErrSyntax):
			t.Errorf("%q: %+v, %v", tt.text, m, err)
		case syntax.Offset != tt.offset || !strings.Contains(err.Error(), tt.want) || syntax.Hint != tt.hint || m != ConntrackMatch{}:
			t.Errorf("%q: offset %d, hint %q: %v", tt.text, syntax.Offset, syntax.Hint, err)
		}
	}
}

func TestConntrackMatches(t *testing.T) {
	t.Parallel()
	var e ConntrackEntry
	if err := e.decode(ctTCP(1000)); err != nil {
		t.Fatal(err)
	}
	e.Zone, e.Mark, e.Labels = 5, 0x12, [16]byte{0xff}
	for _, tt := range []struct {
		text string
		want bool
	}{
		{"", true},
		{"zone=5", true}, {"zone=0", false},
		{"mark=0x12", true}, {"mark=0x2/0xf", true}, {"mark=2", false},
		{"labels=0xff", hostIsLittle}, {"labels=0/0x0100", true}, {"labels=1", false},
		{"ct_nw_proto=6", true}, {"ct_nw_proto=17", false},
		{"ct_nw_src=10.0.0.1", true}, {"ct_nw_dst=10.0.0.1", false}, {"ct_ipv6_src=::1", false},
		{"ct_nw_proto=6,ct_tp_src=1000", true}, {"ct_nw_proto=6,ct_tp_dst=1000", false},
		{"'' ct_nw_src=10.0.0.2", true}, {"'' ct_nw_src=10.0.0.1", false},
		{"ct_nw_proto=6 ct_tp_dst=1000", true},
	} {
		m, err := ParseConntrackMatch(tt.text)
		if err != nil {
			t.Errorf("%q: %v", tt.text, err)
		} else if m.Matches(&e) != tt.want {
			t.Errorf("%q: %v", tt.text, !tt.want)
		}
	}

	m := e.Match()
	if want := "zone=5 ct_nw_src=10.0.0.1,ct_nw_dst=10.0.0.2,ct_nw_proto=6,ct_tp_src=1000,ct_tp_dst=80"; m.String() != want || !m.isOne() || !m.Matches(&e) {
		t.Errorf("its own: %q, one %v", m.String(), m.isOne())
	}
	e.Orig = ConntrackTuple{Src: mustAddr("fd00::1"), Dst: mustAddr("fd00::2"), Proto: unix.IPPROTO_ICMPV6, ICMPType: 128}
	m = e.Match()
	if want := "zone=5 ct_ipv6_src=fd00::1,ct_ipv6_dst=fd00::2,ct_nw_proto=58,icmp_id=0,icmp_type=128,icmp_code=0"; m.String() != want || !m.isOne() {
		t.Errorf("its own: %q, one %v", m.String(), m.isOne())
	}
}

// FuzzConntrackMatch checks that a text is refused with its place, or is read to
// what prints as a text that is read the same.
func FuzzConntrackMatch(f *testing.F) {
	f.Add("zone=5 mark=0x1/0x3 labels=0x1 ct_nw_src=10.0.0.1,ct_nw_proto=6,ct_tp_dst=80 'ct_nw_dst=1.2.3.4'")
	f.Add("'' \"ct_ipv6_src=fd00::1 ct_nw_proto=58,icmp_id=1\"")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := ParseConntrackMatch(text)
		if err != nil {
			var syntax *SyntaxError
			if m != (ConntrackMatch{}) || !errors.As(err, &syntax) || syntax.Offset < 0 || syntax.Offset > len(text) {
				t.Fatalf("%q: %+v, %v", text, m, err)
			}
			return
		}
		if again, err := ParseConntrackMatch(m.String()); err != nil || again != m {
			t.Fatalf("%q: printed as %q, read as %+v, %v", text, m.String(), again, err)
		}
	})
}

// FuzzConntrackEntry checks that what the kernel could send is refused, or prints
// and is found by its own match.
func FuzzConntrackEntry(f *testing.F) {
	f.Add(ctTCP(1000))
	f.Add(ctTuple(ovsh.CTATupleOrig, "fd00::1", "fd00::2", unix.IPPROTO_ICMPV6, 1, 2, 3))
	f.Fuzz(func(t *testing.T, b []byte) {
		var e ConntrackEntry
		if err := e.decode(b); err != nil {
			return
		}
		_ = e.AppendText(nil, ConntrackText{Verbose: true, Stats: true})
		m := e.Match()
		if !m.Matches(&e) {
			t.Fatalf("%v does not match itself", &e)
		}
		var ev ConntrackEvent
		if err := ev.decode(message{typ: unix.NFNL_SUBSYS_CTNETLINK << 8, data: append([]byte{0, 0, 0, 0}, b...)}); err != nil || ev.Entry != e {
			t.Fatalf("as an event: %v", err)
		}
		// What identifies it survives being sent back.
		if e.Orig.Src.Is4() != e.Orig.Dst.Is4() {
			return // nothing that the kernel tracks
		}
		var again ConntrackTuple
		var dec decoder
		a := Attrs(appendTuple(nil, 1, &e.Orig))
		_, p, _, _ := a.cut()
		again.decode(&dec, p)
		want := e.Orig
		if want.IsICMP() {
			want.SrcPort, want.DstPort = 0, 0
		} else {
			want.ICMPID, want.ICMPType, want.ICMPCode = 0, 0, 0
		}
		if dec.err != nil || again != want {
			t.Fatalf("tuple %+v sent as %+v: %v", want, again, dec.err)
		}
	})
}
