package odp

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mdlayher/genetlink"
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"github.com/go-odp/odp/odp/internal/fakedp"
	"github.com/go-odp/odp/odp/internal/ovsh"
)

const (
	idPsample                          = 0x31
	groupPsampleConfig, groupPsamplePk = 21, 22
)

// newPsampleFake returns a fake kernel that has the family psample.
func newPsampleFake(t *testing.T) (*fake, *Conn) {
	f, c := newFake(t)
	f.Families[familyPsample.String()] = genetlink.Family{ID: idPsample, Name: familyPsample.String(), Version: 1,
		Groups: []genetlink.MulticastGroup{{ID: groupPsampleConfig, Name: psampleGroupConfig}, {ID: groupPsamplePk, Name: psampleGroupPackets}}}
	return f, c
}

func psampleMsg(cmd uint8, flags netlink.HeaderFlags, seq uint32, attrs ...[]byte) []byte {
	return fakedp.Message(idPsample, flags, seq, append([]byte{cmd, 1, 0, 0}, fakedp.Join(attrs...)...))
}

func sampleMsg(group, seq uint32) []byte {
	return psampleMsg(ovsh.PsampleCmdSample, 0, 0, fakedp.Uint32(ovsh.PsampleAttrSampleGroup, group), fakedp.Uint32(ovsh.PsampleAttrGroupSeq, seq))
}

func TestSampleDecode(t *testing.T) {
	t.Parallel()
	uint16Attr := func(id, v uint16) []byte { return fakedp.Attr(id, []byte{byte(v), byte(v >> 8)}) }
	if !hostIsLittle {
		uint16Attr = func(id, v uint16) []byte { return fakedp.Attr(id, []byte{byte(v >> 8), byte(v)}) }
	}
	tunnel := fakedp.Attr(ovsh.TunnelKeyAttrTTL, []byte{64})
	var s Sample
	err := s.decode(fakedp.Join(
		uint16Attr(ovsh.PsampleAttrIIfIndex, 3), fakedp.Uint32(ovsh.PsampleAttrOIfIndex, 70000),
		fakedp.Uint32(ovsh.PsampleAttrOrigsize, 1500), fakedp.Uint32(ovsh.PsampleAttrSampleGroup, 10),
		fakedp.Uint32(ovsh.PsampleAttrGroupSeq, 7), fakedp.Uint32(ovsh.PsampleAttrSampleRate, 1<<31),
		fakedp.Attr(ovsh.PsampleAttrSampleProbability, nil), fakedp.Attr(ovsh.PsampleAttrData, aPacket),
		uint16Attr(ovsh.PsampleAttrProto, 0x0800), fakedp.Attr(ovsh.PsampleAttrUserCookie, []byte("cookie")),
		fakedp.Attr(ovsh.PsampleAttrTunnel|0x8000, tunnel), fakedp.Uint64s(ovsh.PsampleAttrTimestamp, 5e9+1),
		uint16Attr(ovsh.PsampleAttrOutTC, 2), fakedp.Uint64s(ovsh.PsampleAttrOutTCOcc, 9000), fakedp.Uint64s(ovsh.PsampleAttrLatency, 1500),
		fakedp.Attr(99, []byte("later kernels")),
	))
	if err != nil {
		t.Fatal(err)
	}
	want := Sample{
		Group: 10, Sequence: 7, Rate: 1 << 31, IsProbability: true, InIfindex: 3, OutIfindex: 70000,
		Data: aPacket, OriginalSize: 1500, Protocol: 0x0800, Cookie: []byte("cookie"), Tunnel: tunnel,
		Timestamp: time.Unix(5, 1), OutTC: 2, OutTCOccupancy: 9000, Latency: 1500, HasOutTC: true, HasOutTCOccupancy: true, HasLatency: true,
	}
	if diff := cmp.Diff(want, s); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if got := s.String(); got != "group 10, sequence 7, probability 0.5, 18 of 1500 bytes, in 3, out 70000, cookie 636f6f6b6965, "+s.TunnelKey().String() ||
		!strings.Contains(got, "tunnel(ttl=64") {
		t.Error(got)
	}
	for rate, want := range map[uint32]float64{0: 0, 1: 1, 4: 0.25} {
		if got := (&Sample{Rate: rate}).Probability(); got != want {
			t.Errorf("rate %d: probability %v", rate, got)
		}
	}

	for name, attrs := range map[string][]byte{
		"nothing":     nil,
		"no sequence": fakedp.Uint32(ovsh.PsampleAttrSampleGroup, 1),
		"short group": fakedp.Attr(ovsh.PsampleAttrSampleGroup, []byte{1}),
		"bad length":  {3, 0, 0, 0},
	} {
		if err := new(Sample).decode(attrs); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestPsampleGroups(t *testing.T) {
	t.Parallel()
	_, without := newFake(t)
	if _, err := without.PsampleGroups(); !errors.Is(err, ErrNotSupported) || !strings.Contains(err.Error(), "psample groups: ") {
		t.Errorf("without the family: %v", err)
	}
	if _, err := without.SubscribePsample(nil); !errors.Is(err, ErrNotSupported) {
		t.Errorf("without the family: %v", err)
	}

	f, c := newPsampleFake(t)
	group := func(number, seq, users uint32) []byte {
		return fakedp.Join(fakedp.Uint32(ovsh.PsampleAttrSampleGroup, number), fakedp.Uint32(ovsh.PsampleAttrGroupSeq, seq),
			fakedp.Uint32(ovsh.PsampleAttrGroupRefcount, users))
	}
	var request netlink.Message
	f.Peer.Handle = func(msgs []netlink.Message) [][]byte {
		request = msgs[0]
		seq := request.Header.Sequence
		return [][]byte{
			psampleMsg(ovsh.PsampleCmdNewGroup, netlink.Multi, seq, group(1, 2, 3)),
			psampleMsg(ovsh.PsampleCmdNewGroup, netlink.Multi, seq, group(4, 5, 6)),
			fakedp.Done(seq, 0, 0),
		}
	}
	got, err := c.PsampleGroups()
	if diff := cmp.Diff([]PsampleGroup{{1, 2, 3}, {4, 5, 6}}, got); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	if request.Header.Type != idPsample || request.Header.Flags != netlink.Request|netlink.Dump || string(request.Data) != "\x01\x01\x00\x00" {
		t.Errorf("request %+v", request)
	}
	f.Peer.Handle = func(msgs []netlink.Message) [][]byte {
		return [][]byte{psampleMsg(ovsh.PsampleCmdNewGroup, netlink.Multi, msgs[0].Header.Sequence)}
	}
	if _, err := c.PsampleGroups(); err == nil || !strings.Contains(err.Error(), "without a number") {
		t.Errorf("malformed: %v", err)
	}
}

func TestPsampleEvents(t *testing.T) {
	t.Parallel()
	f, c := newPsampleFake(t)
	if _, err := c.SubscribePsample(&PsampleConfig{Kinds: 1 << 6}); !errors.As(err, new(*ArgError)) {
		t.Errorf("kinds: %v", err)
	}
	e, err := c.SubscribePsample(&PsampleConfig{Kinds: PsampleSample | PsampleGroupDel, Group: 10, HasGroup: true})
	if err != nil {
		t.Fatal(err)
	}
	sock := f.Member(groupPsamplePk)
	if sock == nil || sock != f.Member(groupPsampleConfig) {
		t.Fatal("the groups are not joined by one socket")
	}
	ctx, cancel := context.WithCancel(context.Background())
	receive := func(want string) {
		t.Helper()
		ev, err := e.Receive(ctx)
		got := ""
		switch {
		case err != nil:
			got = err.Error()
		case ev.Kind == PsampleSample:
			got = ev.Kind.String() + " " + ev.Sample.String()
		default:
			got = ev.Kind.String() + " group"
		}
		if !strings.HasPrefix(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	groupMsg := func(cmd uint8, number uint32) []byte {
		return psampleMsg(cmd, 0, 0, fakedp.Uint32(ovsh.PsampleAttrSampleGroup, number))
	}
	sock.Push(fakedp.Join(sampleMsg(11, 5), sampleMsg(10, 5), sampleMsg(10, 8)))
	receive("sample group 10, sequence 5,")
	receive("sample group 10, sequence 8,")
	sock.PushError(unix.ENOBUFS)
	receive("psample event: " + ErrOverrun.Error())
	sock.Push(groupMsg(ovsh.PsampleCmdNewGroup, 10)) // not asked for, but the sequence begins anew
	sock.Push(sampleMsg(10, 1))
	receive("sample group 10, sequence 1,")
	sock.Push(groupMsg(ovsh.PsampleCmdDelGroup, 11))
	sock.Push(groupMsg(ovsh.PsampleCmdDelGroup, 10))
	receive("delete group")
	sock.Push(psampleMsg(77, 0, 0))
	receive("psample event: unknown command 77")
	sock.Push([]byte{1})
	receive("psample event: malformed netlink message")
	want := PsampleStats{ReceiveStats: ReceiveStats{Received: 8, Overruns: 1, Malformed: 2}, Lost: 2 + 1}
	if got := e.Stats(); got != want {
		t.Errorf("stats %+v, want %+v", got, want)
	}
	cancel()
	if _, err := e.Receive(ctx); err != context.Canceled {
		t.Errorf("after the end of the context: %v", err)
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	if _, err := e.Receive(context.Background()); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

// TestSequence follows sequences with gaps, samples that overtake each other, and
// groups that begin anew.
func TestSequence(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		next uint32
		came []uint32
		lost int
	}{
		{"none", 5, []uint32{5, 6, 7}, 0},
		{"gap", 5, []uint32{5, 8, 9}, 2},
		{"first is due", 0, []uint32{3}, 3},
		{"overtaken", 5, []uint32{5, 7, 6, 8}, 0},
		{"two overtaken", 5, []uint32{7, 5, 6, 8}, 0},
		{"wrap", 1<<32 - 1, []uint32{1<<32 - 1, 0, 1}, 0},
		{"gap over the wrap", 1<<32 - 1, []uint32{1}, 2},
		{"anew", 500, []uint32{500, 0, 1, 2}, 0},
		{"a datapath's", 0, []uint32{0, 0, 0}, 0},
	}
	for _, tt := range tests {
		s := sequence{next: tt.next}
		total := 0
		for _, n := range tt.came {
			lost, late := s.step(n)
			total += int(lost)
			if late {
				total--
			}
		}
		if total != tt.lost {
			t.Errorf("%s: %d lost, want %d", tt.name, total, tt.lost)
		}
	}
}

// TestPsampleAction checks the flag without which the kernel refuses the action.
func TestPsampleAction(t *testing.T) {
	t.Parallel()
	a, err := ParseActions("psample(group=10)", nil)
	want := fakedp.Attr(ovsh.ActionAttrPsample|0x8000, fakedp.Uint32(ovsh.ActionPsampleAttrGroup, 10))
	if err != nil || string(a) != string(want) {
		t.Errorf("% x, %v, want % x", a, err, want)
	}
}

// FuzzPsampleMessage checks that a message is refused or prints, and that the
// walk of a subscription agrees with that of the decoder.
func FuzzPsampleMessage(f *testing.F) {
	f.Add(uint8(ovsh.PsampleCmdSample), []byte(sampleMsg(1, 2)[20:]))
	f.Add(uint8(ovsh.PsampleCmdNewGroup), fakedp.Uint32(ovsh.PsampleAttrSampleGroup, 1))
	f.Fuzz(func(t *testing.T, cmd uint8, b []byte) {
		e := PsampleEvents{cfg: PsampleConfig{Kinds: PsampleSample | PsampleGroupNew | PsampleGroupDel}, family: idPsample, groups: map[uint32]*sequence{}}
		ev, err := e.decode(message{typ: idPsample, data: append([]byte{cmd, 1, 0, 0}, b...)})
		if (ev == nil) == (err == nil) {
			t.Fatalf("%+v, %v", ev, err)
		}
		if err != nil {
			return
		}
		if (ev.Kind == PsampleSample) != (ev.Sample != nil) || (ev.Kind == PsampleSample) != (ev.Group == nil) {
			t.Fatalf("%+v", ev)
		}
		if ev.Sample != nil {
			_ = ev.Sample.String()
			_ = ev.Sample.Probability()
		}
	})
}
