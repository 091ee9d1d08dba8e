package odp

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"github.com/go-odp/odp/odp/internal/fakedp"
	"github.com/go-odp/odp/odp/internal/ovsh"
)

func mustAddr(s string) netip.Addr { return netip.MustParseAddr(s) }

// TestConntrackEntryText decodes what the kernel sends and compares with what
// Open vSwitch prints.
func TestConntrackEntryText(t *testing.T) {
	t.Parallel()
	const nested = 0x8000
	counters := func(id uint16, packets, bytes uint64) []byte {
		return fakedp.Attr(id|nested, fakedp.Join(
			fakedp.Attr(ovsh.CTACountersPackets, wireBE64(packets)), fakedp.Attr(ovsh.CTACountersBytes, wireBE64(bytes))))
	}
	tcp := fakedp.Attr(ovsh.CTAProtoinfo|nested, fakedp.Attr(ovsh.CTAProtoinfoTCP|nested, fakedp.Join(
		fakedp.Attr(ovsh.CTAProtoinfoTCPState, []byte{ovsh.TCPConntrackSynRecv}),
		fakedp.Attr(ovsh.CTAProtoinfoTCPWscaleOrig, []byte{7}),
		fakedp.Attr(ovsh.CTAProtoinfoTCPWscaleReply, []byte{8}),
		fakedp.Attr(ovsh.CTAProtoinfoTCPFlagsOrig, []byte{0x63, 0}),
		fakedp.Attr(ovsh.CTAProtoinfoTCPFlagsReply, []byte{0, 0}),
	)))
	sctp := fakedp.Attr(ovsh.CTAProtoinfo|nested, fakedp.Attr(ovsh.CTAProtoinfoSCTP|nested, fakedp.Join(
		fakedp.Attr(ovsh.CTAProtoinfoSCTPState, []byte{ovsh.SCTPConntrackCookieWait}),
		fakedp.Attr(ovsh.CTAProtoinfoSCTPVtagOrig, []byte{1, 0, 0, 0}),
		fakedp.Attr(ovsh.CTAProtoinfoSCTPVtagReply, []byte{0, 1, 0, 0}),
	)))
	labels := make([]byte, 16)
	labels[0], labels[15] = 0x34, 0x12
	tests := []struct {
		name  string
		attrs []byte
		o     ConntrackText
		want  string
	}{
		{"tcp", ctTCP(1000, tcp), ConntrackText{},
			"tcp,orig=(src=10.0.0.1,dst=10.0.0.2,sport=1000,dport=80),reply=(src=10.0.0.2,dst=10.0.0.1,sport=80,dport=1000),protoinfo=(state=ESTABLISHED)"},
		{"tcp -m", ctTCP(1000, tcp), ConntrackText{Verbose: true},
			"tcp,orig=(src=10.0.0.1,dst=10.0.0.2,sport=1000,dport=80),reply=(src=10.0.0.2,dst=10.0.0.1,sport=80,dport=1000),id=1000," +
				"status=SEEN_REPLY|CONFIRMED,protoinfo=(state_orig=SYN_RECV,state_reply=SYN_RECV,wscale_orig=7,wscale_reply=8," +
				"flags_orig=WINDOW_SCALE|SACK_PERM|MAXACK_SET,flags_reply=0)"},
		{"everything", ctTCP(1000,
			counters(ovsh.CTACountersOrig, 3, 1<<60), counters(ovsh.CTACountersReply, 0, 0),
			fakedp.Attr(ovsh.CTAZone, wireBE16(5)), fakedp.Attr(ovsh.CTATimeout, wireBE32(300)), fakedp.Attr(ovsh.CTAMark, wireBE32(1<<31)),
			fakedp.Attr(ovsh.CTALabels, labels),
			fakedp.Attr(ovsh.CTAHelp|nested, fakedp.Attr(ovsh.CTAHelpName, []byte("ftp\x00"))),
			ctTuple(ovsh.CTATupleMaster, "10.0.0.1", "10.0.0.2", unix.IPPROTO_TCP, 4000, 21),
			fakedp.Attr(99, []byte("later kernels")),
		), ConntrackText{Verbose: true, Stats: true},
			"tcp,orig=(src=10.0.0.1,dst=10.0.0.2,sport=1000,dport=80,packets=3,bytes=1152921504606846976)," +
				"reply=(src=10.0.0.2,dst=10.0.0.1,sport=80,dport=1000),id=1000,zone=5,status=SEEN_REPLY|CONFIRMED,timeout=300,mark=2147483648," +
				"labels=0x12000000000000000000000000000034,helper=ftp,parent=(src=10.0.0.1,dst=10.0.0.2,sport=4000,dport=21)"},
		{"icmp", fakedp.Join(
			ctTuple(ovsh.CTATupleOrig, "10.0.0.1", "10.0.0.2", unix.IPPROTO_ICMP, 7, 8, 0),
			ctTuple(ovsh.CTATupleReply, "10.0.0.2", "10.0.0.1", unix.IPPROTO_ICMP, 7, 0, 0)), ConntrackText{},
			"icmp,orig=(src=10.0.0.1,dst=10.0.0.2,id=7,type=8,code=0),reply=(src=10.0.0.2,dst=10.0.0.1,id=7,type=0,code=0)"},
		{"icmpv6 without status", fakedp.Join(
			ctTuple(ovsh.CTATupleOrig, "fd00::1", "::ffff:10.0.0.2", unix.IPPROTO_ICMPV6, 7, 128, 0),
			ctTuple(ovsh.CTATupleReply, "fd00::2", "fd00::1", unix.IPPROTO_ICMPV6, 7, 129, 0)), ConntrackText{Verbose: true},
			"icmpv6,orig=(src=fd00::1,dst=::ffff:10.0.0.2,id=7,type=128,code=0),reply=(src=fd00::2,dst=fd00::1,id=7,type=129,code=0),id=0,status=0"},
		{"sctp", fakedp.Join(
			ctTuple(ovsh.CTATupleOrig, "10.0.0.1", "10.0.0.2", unix.IPPROTO_SCTP, 1, 2),
			ctTuple(ovsh.CTATupleReply, "10.0.0.2", "10.0.0.1", unix.IPPROTO_SCTP, 2, 1), sctp), ConntrackText{},
			"sctp,orig=(src=10.0.0.1,dst=10.0.0.2,sport=1,dport=2),reply=(src=10.0.0.2,dst=10.0.0.1,sport=2,dport=1)," +
				"protoinfo=(state=COOKIE_WAIT,vtag_orig=1,vtag_reply=256)"},
		{"other protocol", fakedp.Join(
			ctTuple(ovsh.CTATupleOrig, "10.0.0.1", "10.0.0.2", 253),
			ctTuple(ovsh.CTATupleReply, "10.0.0.2", "10.0.0.1", 253)), ConntrackText{},
			"253,orig=(src=10.0.0.1,dst=10.0.0.2,sport=0,dport=0),reply=(src=10.0.0.2,dst=10.0.0.1,sport=0,dport=0)"},
	}
	for _, tt := range tests {
		var e ConntrackEntry
		if err := e.decode(tt.attrs); err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if got := string(e.AppendText(nil, tt.o)); got != tt.want {
			if !hostIsLittle && strings.Contains(tt.want, "vtag") {
				continue // the text shows the bytes of host order
			}
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

// TestConntrackTimes checks the times of -s, which are local.
func TestConntrackTimes(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 1, 2, 3, 4, 5, 678_999_999, time.Local)
	stamp := func(attrs ...[]byte) []byte { return fakedp.Attr(ovsh.CTATimestamp|0x8000, fakedp.Join(attrs...)) }
	var e ConntrackEntry
	if err := e.decode(ctTCP(1, stamp(fakedp.Attr(ovsh.CTATimestampStart, wireBE64(uint64(start.UnixNano())))))); err != nil {
		t.Fatal(err)
	}
	if got := string(e.AppendText(nil, ConntrackText{Stats: true})); !strings.Contains(got, ",start=2026-01-02T03:04:05.678,timeout=0") {
		t.Error(got)
	}
	stop := start.Add(time.Second)
	if err := e.decode(ctTCP(1, stamp(fakedp.Attr(ovsh.CTATimestampStop, wireBE64(uint64(stop.UnixNano())))))); err != nil {
		t.Fatal(err)
	}
	if got := string(e.AppendText(nil, ConntrackText{Stats: true})); !strings.Contains(got, ",start="+time.Unix(0, 0).Format("2006-01-02T15:04:05.000")+",stop=2026-01-02T03:04:06.678") {
		t.Error(got)
	}
}

func TestConntrackDecodeErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		attrs []byte
		want  string
	}{
		{"nothing", nil, "without its two tuples"},
		{"no reply", ctTuple(ovsh.CTATupleOrig, "10.0.0.1", "10.0.0.2", 6, 1, 2), "without its two tuples"},
		{"bad length", append(ctTCP(1), 3, 0, 9, 0), "bad length"},
		{"short zone", ctTCP(1, fakedp.Attr(ovsh.CTAZone, []byte{1})), "zone: 1 bytes, want at least 2"},
		{"short address", fakedp.Attr(ovsh.CTATupleOrig, fakedp.Attr(ovsh.CTATupleIP, fakedp.Attr(ovsh.CTAIPV4Src, []byte{1, 2}))), "IPv4 address: 2 bytes"},
		{"bad tuple", fakedp.Attr(ovsh.CTATupleOrig, []byte{1, 0, 0, 0}), "tuple: attribute of bad length"},
	}
	for _, tt := range tests {
		var e ConntrackEntry
		if err := e.decode(tt.attrs); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}

func TestConntrackEntries(t *testing.T) {
	t.Parallel()
	f, c := newConntrackFake(t)
	zone5 := fakedp.Attr(ovsh.CTAZone, wireBE16(5))
	f.answer = ctDump(0, ctTCP(1), ctTCP(2, zone5), ctTCP(3, zone5))

	list := func(m *ConntrackMatch) (ports []uint16, err error) {
		for e, err := range c.ConntrackEntries(m) {
			if err != nil {
				return ports, err
			}
			ports = append(ports, e.Orig.SrcPort)
		}
		return ports, nil
	}
	for _, tt := range []struct {
		m      *ConntrackMatch
		want   string
		filter bool
	}{
		{nil, "[1 2 3]", false},
		{&ConntrackMatch{}, "[1 2 3]", false},
		{&ConntrackMatch{Zone: 5, HasZone: true}, "[2 3]", true},
		{&ConntrackMatch{HasZone: true}, "[1]", false}, // some kernels take 0 for any
		{&ConntrackMatch{Proto: 17}, "[]", false},
		{&ConntrackMatch{Proto: 6, Orig: ConntrackTupleMatch{SrcPort: 3}}, "[3]", false},
	} {
		got, err := list(tt.m)
		if err != nil || fmt.Sprint(got) != tt.want {
			t.Errorf("%v: %v, %v, want %s", tt.m, got, err, tt.want)
		}
		reqs := f.requests()
		if len(reqs) != 1 || reqs[0].Cmd != ovsh.CTMsgGet || reqs[0].Flags != netlink.Request|netlink.Dump || reqs[0].Family != unix.AF_UNSPEC {
			t.Errorf("%v: requests %+v", tt.m, reqs)
		}
		if p, ok := reqs[0].Attrs.Find(ovsh.CTAZone); ok != tt.filter || ok && string(p) != "\x00\x05" {
			t.Errorf("%v: zone % x in the request", tt.m, p)
		}
	}

	// Left early, the socket is closed; the cleanup checks that.
	for range c.ConntrackEntries(nil) {
		break
	}

	f.answer = ctDump(netlink.DumpInterrupted, ctTCP(1))
	if got, err := list(nil); !errors.Is(err, ErrDumpInterrupted) || fmt.Sprint(got) != "[1]" {
		t.Errorf("interrupted: %v, %v", got, err)
	}
	f.answer = ctDump(0, []byte{1, 0, 0, 0})
	if _, err := list(nil); err == nil || !strings.Contains(err.Error(), "conntrack list: ") {
		t.Errorf("malformed: %v", err)
	}
	if _, err := list(&ConntrackMatch{Orig: ConntrackTupleMatch{SrcPort: 1}}); !errors.As(err, new(*ArgError)) {
		t.Errorf("port without protocol: %v", err)
	}

	// A kernel with filters but without zones: listed without the filter.
	f.answer = func(m netlink.Message, s ctSeen) [][]byte {
		if _, ok := s.Attrs.Find(ovsh.CTAZone); ok {
			return [][]byte{fakedp.Ack(m, unix.EOPNOTSUPP, "", 0)}
		}
		return ctDump(0, ctTCP(1))(m, s)
	}
	if got, err := list(&ConntrackMatch{Zone: 5, HasZone: true}); err != nil || len(got) != 0 {
		t.Errorf("no zones: %v, %v", got, err)
	}
}

func TestConntrackErrors(t *testing.T) {
	t.Parallel()
	f, c := newConntrackFake(t)
	tests := []struct {
		errno    syscall.Errno
		sentinel error
		want     string
	}{
		{unix.EPERM, ErrPermission, "needs CAP_NET_ADMIN"},
		{unix.EINVAL, ErrNotSupported, "modprobe nf_conntrack_netlink"},
		{unix.EOPNOTSUPP, ErrNotSupported, "CONFIG_NF_CONNTRACK_ZONES"},
	}
	for _, tt := range tests {
		f.answer = func(m netlink.Message, _ ctSeen) [][]byte { return [][]byte{fakedp.Ack(m, tt.errno, "", 0)} }
		for _, try := range []func() error{
			func() error { return c.FlushConntrack(nil) },
			func() error { _, err := c.ConntrackTable(); return err },
			func() error { _, err := c.ConntrackStats(nil); return err },
			func() error { _, err := c.SubscribeConntrack(ConntrackEventConfig{}); return err },
		} {
			if err := try(); !errors.Is(err, tt.sentinel) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v: %v", tt.errno, err)
			}
		}
	}
	_, err := c.SubscribeConntrack(ConntrackEventConfig{Kinds: 1 << 7})
	if !errors.As(err, new(*ArgError)) {
		t.Errorf("kinds: %v", err)
	}

	// The kernel has no nfnetlink at all.
	bare, err := Dial(&Config{dial: c.cfg.dial, dialNetfilter: func(int) (socket, error) { return nil, unix.EPROTONOSUPPORT }})
	if err != nil {
		t.Fatal(err)
	}
	if err := bare.FlushConntrack(nil); !errors.Is(err, ErrNotSupported) || !strings.Contains(err.Error(), "modprobe") {
		t.Errorf("no nfnetlink: %v", err)
	}
	if err := bare.Close(); err != nil {
		t.Fatal(err)
	}
	if err := bare.FlushConntrack(nil); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

func TestFlushConntrack(t *testing.T) {
	t.Parallel()
	f, c := newConntrackFake(t)

	// All: one request without anything in it.
	if err := c.FlushConntrack(nil); err != nil {
		t.Fatal(err)
	}
	reqs := f.requests()
	if len(reqs) != 1 || reqs[0].Cmd != ovsh.CTMsgDelete || reqs[0].Flags != netlink.Request|netlink.Acknowledge || len(reqs[0].Attrs) != 0 {
		t.Errorf("all: %+v", reqs)
	}

	// One: its tuple and zone.
	m, err := ParseConntrackMatch("zone=5 ct_nw_src=10.0.0.1,ct_nw_dst=10.0.0.2,ct_nw_proto=6,ct_tp_src=1,ct_tp_dst=80")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.FlushConntrack(&m); err != nil {
		t.Fatal(err)
	}
	want := fakedp.Join(fakedp.Attr(ovsh.CTAZone, wireBE16(5)), ctTuple(ovsh.CTATupleOrig, "10.0.0.1", "10.0.0.2", 6, 1, 80))
	if reqs = f.requests(); len(reqs) != 1 || reqs[0].Cmd != ovsh.CTMsgDelete || reqs[0].Family != unix.AF_INET || string(reqs[0].Attrs) != string(want) {
		t.Errorf("one: %+v", reqs)
	}
	f.answer = func(m netlink.Message, _ ctSeen) [][]byte { return [][]byte{fakedp.Ack(m, unix.ENOENT, "", 0)} }
	err = c.FlushConntrack(&m)
	if !errors.Is(err, ErrNotExist) || !strings.Contains(err.Error(), "conntrack flush zone=5 ct_nw_src=10.0.0.1") {
		t.Errorf("one that is not there: %v", err)
	}
	f.requests()

	// A zone: each connection of it, by its id, in few sends. What is gone already
	// is no error.
	const n = 3*flushBatch + 5
	var entries [][]byte
	for i := range n {
		zone := fakedp.Attr(ovsh.CTAZone, wireBE16(5))
		entries = append(entries, ctTCP(uint16(i+1), zone), ctTCP(uint16(i+1)))
	}
	f.sends = 0
	f.answer = func(m netlink.Message, s ctSeen) [][]byte {
		if s.Cmd == ovsh.CTMsgDelete && len(f.seen)%2 == 0 {
			return [][]byte{fakedp.Ack(m, unix.ENOENT, "", 0)}
		}
		return ctDump(0, entries...)(m, s)
	}
	if err := c.FlushConntrack(&ConntrackMatch{Zone: 5, HasZone: true}); err != nil {
		t.Fatal(err)
	}
	reqs = f.requests()
	if len(reqs) != 1+n || f.sends != 1+4 {
		t.Errorf("zone: %d requests in %d sends", len(reqs), f.sends)
	}
	for i, r := range reqs[1:] {
		want := fakedp.Join(fakedp.Attr(ovsh.CTAZone, wireBE16(5)),
			ctTuple(ovsh.CTATupleOrig, "10.0.0.1", "10.0.0.2", 6, uint16(i+1), 80), fakedp.Attr(ovsh.CTAID, wireBE32(uint32(i+1))))
		if r.Cmd != ovsh.CTMsgDelete || string(r.Attrs) != string(want) {
			t.Fatalf("removal %d: %+v", i, r)
		}
	}

	// A refusal ends it.
	f.answer = func(m netlink.Message, s ctSeen) [][]byte {
		if s.Cmd == ovsh.CTMsgDelete {
			return [][]byte{fakedp.Ack(m, unix.EPERM, "", 0)}
		}
		return ctDump(0, entries...)(m, s)
	}
	if err := c.FlushConntrack(&ConntrackMatch{Proto: 6}); !errors.Is(err, ErrPermission) {
		t.Errorf("refused: %v", err)
	}
}

func TestConntrackStats(t *testing.T) {
	t.Parallel()
	f, c := newConntrackFake(t)
	state := func(s uint8) []byte {
		return fakedp.Attr(ovsh.CTAProtoinfo, fakedp.Attr(ovsh.CTAProtoinfoTCP, fakedp.Attr(ovsh.CTAProtoinfoTCPState, []byte{s})))
	}
	other := func(proto uint8) []byte {
		ports := []uint16{1, 2, 3}
		return fakedp.Join(ctTuple(ovsh.CTATupleOrig, "10.0.0.1", "10.0.0.2", proto, ports...), ctTuple(ovsh.CTATupleReply, "10.0.0.2", "10.0.0.1", proto, ports...))
	}
	f.answer = ctDump(0,
		ctTCP(1, state(ovsh.TCPConntrackSynRecv)), ctTCP(2, state(ovsh.TCPConntrackEstablished)), ctTCP(3, state(ovsh.TCPConntrackSynSent)),
		other(17), other(136), other(132), other(1), other(58), other(33), other(2), other(47), other(253))
	s, err := c.ConntrackStats(nil)
	if err != nil {
		t.Fatal(err)
	}
	want := "Connections Stats:\n    Total: 12\n  TCP: 3\n    Conn per TCP states:\n\t  [SYN_SENT]=1\n\t  [ESTABLISHED]=2\n" +
		"  UDP: 1\n  UDPLITE: 1\n  SCTP: 1\n  ICMP: 1\n  DCCP: 1\n  IGMP: 1\n  Other: 2\n"
	if got := string(s.AppendText(nil, true)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if s.ICMPv6 != 1 || strings.Contains(s.String(), "states") {
		t.Errorf("ICMPv6 %d, %s", s.ICMPv6, s.String())
	}
}

func TestConntrackTable(t *testing.T) {
	t.Parallel()
	f, c := newConntrackFake(t)
	f.answer = func(m netlink.Message, s ctSeen) [][]byte {
		seq := m.Header.Sequence
		if s.Cmd == ovsh.CTMsgGetStats {
			return [][]byte{
				ctMessage(ovsh.CTMsgGetStats, 0, seq, fakedp.Join(
					fakedp.Attr(ovsh.CTAStatsGlobalEntries, wireBE32(7)), fakedp.Attr(ovsh.CTAStatsGlobalMaxEntries, wireBE32(4096)))),
				fakedp.Ack(m, 0, "", 0),
			}
		}
		cpu := func(found, drop uint32) []byte {
			return ctMessage(ovsh.CTMsgGetStatsCPU, netlink.Multi, seq, fakedp.Join(
				fakedp.Attr(ovsh.CTAStatsFound, wireBE32(found)), fakedp.Attr(ovsh.CTAStatsDrop, wireBE32(drop)), fakedp.Attr(77, wireBE32(1))))
		}
		return [][]byte{cpu(1<<32-1, 2), cpu(3, 4), fakedp.Done(seq, 0, 0)}
	}
	got, err := c.ConntrackTable()
	if want := (ConntrackTable{Entries: 7, Max: 4096, Found: 1<<32 + 2, Drop: 6}); err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
}

// BenchmarkConntrackEntry is one connection of a listing: decoded, and printed.
func BenchmarkConntrackEntry(b *testing.B) {
	attrs := ctTCP(1000, fakedp.Attr(ovsh.CTAZone, wireBE16(5)), fakedp.Attr(ovsh.CTAMark, wireBE32(1)),
		fakedp.Attr(ovsh.CTAProtoinfo, fakedp.Attr(ovsh.CTAProtoinfoTCP, fakedp.Attr(ovsh.CTAProtoinfoTCPState, []byte{3}))))
	b.Run("decode", func(b *testing.B) {
		b.ReportAllocs()
		var e ConntrackEntry
		for b.Loop() {
			if err := e.decode(attrs); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("text", func(b *testing.B) {
		b.ReportAllocs()
		var e ConntrackEntry
		if err := e.decode(attrs); err != nil {
			b.Fatal(err)
		}
		var buf []byte
		for b.Loop() {
			buf = e.AppendText(buf[:0], ConntrackText{Verbose: true, Stats: true})
		}
	})
}
