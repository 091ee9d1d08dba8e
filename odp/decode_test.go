package odp

import (
	"encoding/binary"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/go-odp/odp/odp/internal/fakedp"
	"github.com/go-odp/odp/odp/internal/ovsh"
)

func TestDecodeDatapath(t *testing.T) {
	t.Parallel()
	stats := fakedp.Uint64s(ovsh.DatapathAttrStats, 1, 2, 3, 4)
	for _, tt := range []struct {
		name  string
		attrs []byte
		want  DatapathInfo
		err   string
	}{
		{"all", fakedp.Join(nameDP0, stats,
			fakedp.Uint64s(ovsh.DatapathAttrMegaflowStats, 5, 6, 7, 0),
			fakedp.Uint32(ovsh.DatapathAttrUserFeatures, 8),
			fakedp.Uint32(ovsh.DatapathAttrMasksCacheSize, 256),
			fakedp.Uint64s(ovsh.DatapathAttrPerCPUPIDs, 9)),
			DatapathInfo{Name: "dp0", Index: 5, Features: FeaturePerCPU, MasksCacheSize: 256, PerCPUPIDs: []uint32{9, 0},
				Stats: DatapathStats{Hit: 1, Missed: 2, Lost: 3, Flows: 4, MaskHit: 5, Masks: 6, CacheHit: 7}}, ""},
		{"longer structures and unknown attributes", fakedp.Join(nameDP0,
			fakedp.Uint64s(ovsh.DatapathAttrStats, 1, 2, 3, 4, 99), fakedp.Uint32(200, 1)),
			DatapathInfo{Name: "dp0", Index: 5, Stats: DatapathStats{Hit: 1, Missed: 2, Lost: 3, Flows: 4}}, ""},
		{"no name", stats, DatapathInfo{}, "datapath without a name"},
		{"short statistics", fakedp.Join(nameDP0, fakedp.Uint64s(ovsh.DatapathAttrStats, 1, 2, 3)), DatapathInfo{}, "datapath statistics: 24 bytes, want at least 32"},
		{"odd port ids", fakedp.Join(nameDP0, fakedp.Attr(ovsh.DatapathAttrPerCPUPIDs, make([]byte, 6))), DatapathInfo{}, "per-CPU port ids: 6 bytes, want at least 8"},
		{"truncated", append(append([]byte{}, nameDP0...), 8, 0, 1), DatapathInfo{}, "attribute at byte 8: bad length"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := decodeDatapath(reply{index: 5, attrs: tt.attrs})
			checkErr(t, err, tt.err)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func checkErr(t *testing.T, err error, want string) {
	t.Helper()
	if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
		t.Errorf("got error %v, want %q", err, want)
	}
}

func TestDecodeVport(t *testing.T) {
	t.Parallel()
	d := &Datapath{name: "dp0", index: 5}
	v, err := decodeVport(d, reply{attrs: fakedp.Join(
		fakedp.Uint32(ovsh.VportAttrPortNo, 0),
		fakedp.Uint32(ovsh.VportAttrType, ovsh.VportTypeVXLAN),
		fakedp.Attr(ovsh.VportAttrName, []byte("vx\x00")),
		fakedp.Attr(ovsh.VportAttrUpcallPID, fakedp.Join(fakedp.Uint32(0, 7)[4:], fakedp.Uint32(0, 8)[4:])),
		fakedp.Uint64s(ovsh.VportAttrStats, 1, 2, 3, 4, 5, 6, 7, 8),
		fakedp.Uint32(ovsh.VportAttrIfIndex, 12),
		fakedp.Attr(ovsh.VportAttrUpcallStats, fakedp.Join(
			fakedp.Uint64s(ovsh.VportUpcallAttrSuccess, 9), fakedp.Uint64s(ovsh.VportUpcallAttrFail, 10))),
		fakedp.Attr(ovsh.VportAttrOptions, fakedp.Join(
			fakedp.Attr(ovsh.TunnelAttrDstPort, fakedp.Uint32(0, 4789)[4:6]),
			fakedp.Attr(ovsh.TunnelAttrExtension, fakedp.Attr(ovsh.VXLANExtGBP, nil)))),
	)})
	if err != nil {
		t.Fatal(err)
	}
	want := &Vport{d: d, name: "vx", typ: VportVXLAN, ifindex: 12, pids: []uint32{7, 8},
		options: VportOptions{DstPort: 4789, GBP: true},
		stats: VportStats{RxPackets: 1, TxPackets: 2, RxBytes: 3, TxBytes: 4, RxErrors: 5, TxErrors: 6, RxDropped: 7, TxDropped: 8,
			HasUpcalls: true, Upcalls: 9, LostUpcalls: 10}}
	if diff := cmp.Diff(want, v, cmp.AllowUnexported(Vport{}, Datapath{})); diff != "" {
		t.Error(diff)
	}
	for name, tt := range map[string]struct {
		attrs []byte
		err   string
	}{
		"no number":        {fakedp.Attr(ovsh.VportAttrName, []byte("a\x00")), "vport without a name or number"},
		"short statistics": {fakedp.Join(vportEth0, fakedp.Uint64s(ovsh.VportAttrStats, 1, 2)), "vport statistics: 16 bytes, want at least 24"},
		"short number":     {fakedp.Attr(ovsh.VportAttrPortNo, []byte{1}), "port number: 1 bytes, want at least 4"},
		"bad options":      {fakedp.Join(vportEth0, fakedp.Attr(ovsh.VportAttrOptions, []byte{9, 0, 1, 0})), "vport options: netlink attribute at byte 0"},
	} {
		v, err := decodeVport(d, reply{attrs: tt.attrs})
		if v != nil {
			t.Errorf("%s: value beside the error", name)
		}
		checkErr(t, err, tt.err)
	}
}

func TestDecodeFlow(t *testing.T) {
	t.Parallel()
	msg := fakedp.Join(
		fakedp.Attr(ovsh.FlowAttrKey, keyInPort),
		fakedp.Attr(ovsh.FlowAttrMask, keyInPort),
		fakedp.Attr(ovsh.FlowAttrActions, outputTo2),
		fakedp.Uint64s(ovsh.FlowAttrStats, 5, 6),
		fakedp.Attr(ovsh.FlowAttrTCPFlags, []byte{0x12}),
		fakedp.Uint64s(ovsh.FlowAttrUsed, 1000),
		fakedp.Attr(ovsh.FlowAttrUFID, []byte("0123456789abcdef")))
	want := Flow{Match: Match{Key: keyInPort, Mask: keyInPort}, Actions: outputTo2,
		UFID: UFID([]byte("0123456789abcdef")), HasUFID: true, TCPFlags: 0x12,
		Stats: FlowStats{Packets: 5, Bytes: 6, Used: true, UsedMs: 1000}}
	var f Flow
	if err := f.decode(reply{attrs: msg}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, f); diff != "" {
		t.Error(diff)
	}
	kept := f.Clone()
	clear(msg)
	if diff := cmp.Diff(&want, kept); diff != "" {
		t.Errorf("the clone shares memory:\n%s", diff)
	}
	// What a flow without them has must not be left over from the one before.
	if err := f.decode(reply{attrs: fakedp.Attr(ovsh.FlowAttrKey, keyInPort)}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Flow{Match: Match{Key: keyInPort}, Omitted: FlowMask | FlowActions}, f); diff != "" {
		t.Error(diff)
	}
	for name, tt := range map[string]struct {
		attrs []byte
		err   string
	}{
		"no key":           {fakedp.Attr(ovsh.FlowAttrActions, nil), "flow without a key or identifier"},
		"short statistics": {fakedp.Uint64s(ovsh.FlowAttrStats, 5), "flow statistics: 8 bytes, want at least 16"},
		"short ufid":       {fakedp.Uint64s(ovsh.FlowAttrUFID, 5), "ufid: 8 bytes, want at least 16"},
		"truncated":        {fakedp.Attr(ovsh.FlowAttrKey, keyInPort)[:9], "attribute at byte 0: bad length"},
	} {
		err := f.decode(reply{attrs: tt.attrs})
		if err == nil {
			t.Errorf("%s: no error", name)
		}
		checkErr(t, err, tt.err)
	}
}

func TestIdle(t *testing.T) {
	t.Parallel()
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		t.Fatal(err)
	}
	s := FlowStats{Used: true, UsedMs: uint64(now.Nano()/1e6) - min(5000, uint64(now.Nano()/1e6))}
	if s.Idle() < min(5*time.Second, time.Duration(now.Nano())) {
		t.Errorf("idle %v", s.Idle())
	}
	if s := (FlowStats{Used: true, UsedMs: 1 << 60}); s.Idle() < 0 {
		t.Errorf("idle %v for a time to come", s.Idle())
	}
}

func TestDecodeUpcall(t *testing.T) {
	t.Parallel()
	msg := fakedp.Join(
		fakedp.Attr(ovsh.PacketAttrKey, keyInPort),
		fakedp.Attr(ovsh.PacketAttrUserdata, []byte{1, 2, 3}),
		fakedp.Attr(ovsh.PacketAttrEgressTunKey, keyInPort),
		fakedp.Attr(ovsh.PacketAttrActions, outputTo2),
		fakedp.Attr(ovsh.PacketAttrMRU, []byte{1, 0}),
		fakedp.Uint32(ovsh.PacketAttrLen, 1500),
		fakedp.Uint64s(ovsh.PacketAttrHash, 77),
		fakedp.Attr(ovsh.PacketAttrPacket, aPacket)[:4+len(aPacket)]) // without padding, as with FeatureUnaligned
	var u Upcall
	if err := u.decode(reply{cmd: ovsh.PacketCmdAction, attrs: msg}); err != nil {
		t.Fatal(err)
	}
	want := Upcall{Kind: UpcallAction, Key: keyInPort, Data: aPacket, Len: 1500, Userdata: []byte{1, 2, 3},
		Actions: outputTo2, EgressTunnel: keyInPort, Hash: 77, HasHash: true, MRU: 1}
	if diff := cmp.Diff(want, u); diff != "" {
		t.Error(diff)
	}
	if p, ok := u.InPort(); !ok || p != 3 {
		t.Errorf("in port %v %v", p, ok)
	}
	kept := u.Clone()
	clear(msg)
	if diff := cmp.Diff(&want, kept); diff != "" {
		t.Errorf("the clone shares memory:\n%s", diff)
	}
	if err := u.decode(reply{cmd: ovsh.PacketCmdMiss, attrs: fakedp.Join(
		fakedp.Attr(ovsh.PacketAttrKey, nil), fakedp.Attr(ovsh.PacketAttrPacket, aPacket))}); err != nil {
		t.Fatal(err)
	}
	if u.Kind != UpcallMiss || u.Len != uint32(len(aPacket)) || u.Userdata != nil || u.HasHash {
		t.Errorf("got %+v", u)
	}
	if _, ok := u.InPort(); ok {
		t.Error("in port of a key without one")
	}
	if err := u.decode(reply{attrs: fakedp.Attr(ovsh.PacketAttrKey, nil)}); !errors.Is(err, errNoPacket) {
		t.Errorf("got %v", err)
	}
}

func TestCPUListLen(t *testing.T) {
	t.Parallel()
	for list, want := range map[string]int{"0\n": 1, "0-3\n": 4, "0-1,4-7\n": 8, "0,2\n": 3} {
		if n, err := cpuListLen(list); n != want || err != nil {
			t.Errorf("%q: %d, %v", list, n, err)
		}
	}
	for _, list := range []string{"", "x", "0-", "0-99999999999"} {
		if n, err := cpuListLen(list); err == nil {
			t.Errorf("%q: %d and no error", list, n)
		}
	}
}

func TestUFIDText(t *testing.T) {
	t.Parallel()
	const text = "00010203-0405-0607-0809-0a0b0c0d0e0f"
	u, err := ParseUFID(text)
	if err != nil || u.String() != text || binary.NativeEndian.Uint32(u[12:]) != 0x0c0d0e0f {
		t.Errorf("got %v, %v", u, err)
	}
	for _, bad := range []string{"", text[1:], text + "0", strings.Replace(text, "-", "0", 1), strings.Replace(text, "f", "g", 1)} {
		if u, err := ParseUFID(bad); err == nil || u != (UFID{}) {
			t.Errorf("%q: %v, %v", bad, u, err)
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for _, typ := range VportTypes() {
		if got, err := ParseVportType(typ.String()); got != typ || err != nil {
			t.Errorf("%v: %v, %v", typ, got, err)
		}
	}
	if _, err := ParseVportType("bridge"); err == nil || !strings.Contains(err.Error(), "one of [netdev internal gre vxlan geneve] expected") {
		t.Errorf("got %v", err)
	}
	if got := (FeatureUnaligned | FeaturePerCPU | 1<<9).String(); got != "unaligned,dispatch_upcall_per_cpu,0x200" {
		t.Errorf("features %q", got)
	}
}

func TestVportOptionRows(t *testing.T) {
	t.Parallel()
	var o VportOptions
	for name, value := range map[string]string{"dst_port": "4790", "gbp": "true"} {
		for _, row := range VportOptionRows() {
			if row.Name != name {
				continue
			}
			if row.Text(o) != "" {
				t.Errorf("%s: unset is %q", name, row.Text(o))
			}
			if err := row.Set(&o, value); err != nil || row.Text(o) != value {
				t.Errorf("%s: %q, %v", name, row.Text(o), err)
			}
			if err := row.Set(&o, "nonsense"); err == nil {
				t.Errorf("%s: nonsense was taken", name)
			}
			if row.Doc == "" || len(row.Types) == 0 {
				t.Errorf("%s: row is not complete", name)
			}
		}
	}
	if o != (VportOptions{DstPort: 4790, GBP: true}) {
		t.Errorf("got %+v", o)
	}
}

// TestDecodeAllocations checks that listing flows and receiving upcalls makes no
// garbage: both decode into a value that is used again.
func TestDecodeAllocations(t *testing.T) {
	flow := fakedp.Reply(idFlow, 0, 1, ovsh.FlowCmdNew, fakeIndex, fakedp.Attr(ovsh.FlowAttrKey, keyInPort),
		fakedp.Attr(ovsh.FlowAttrActions, outputTo2), fakedp.Uint64s(ovsh.FlowAttrStats, 5, 6), fakedp.Uint64s(ovsh.FlowAttrUsed, 7))
	upcall := upcallMessage(fakedp.Attr(ovsh.PacketAttrKey, keyInPort), fakedp.Attr(ovsh.PacketAttrPacket, aPacket))
	var f Flow
	var u Upcall
	for name, decode := range map[string]func() error{
		"flow":   func() error { return decodeWith(flow, f.decode) },
		"upcall": func() error { return decodeWith(upcall, u.decode) },
	} {
		var err error
		n := testing.AllocsPerRun(100, func() { err = errors.Join(err, decode()) })
		if n != 0 || err != nil {
			t.Errorf("%s: %v allocations, error %v", name, n, err)
		}
	}
}

func decodeWith(datagram []byte, decode func(reply) error) error {
	m, _, _, err := cutMessage(datagram)
	if err != nil {
		return err
	}
	r, err := m.reply()
	if err != nil {
		return err
	}
	return decode(r)
}
