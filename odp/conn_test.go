package odp

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/mdlayher/netlink"

	"github.com/go-odp/odp/odp/internal/fakedp"
	"github.com/go-odp/odp/odp/internal/ovsh"
)

// TestDialWithoutModule checks that each missing family is named, with what to
// do, and that nothing stays open.
func TestDialWithoutModule(t *testing.T) {
	t.Parallel()
	for _, name := range []string{ovsh.DatapathFamily, ovsh.VportFamily, ovsh.FlowFamily, ovsh.PacketFamily} {
		f := &fake{}
		f.Peer = &fakedp.Peer{Families: fakeFamilies(), Handle: f.handle}
		delete(f.Families, name)
		c, err := Dial(&Config{dial: f.dial})
		if c != nil || !errors.Is(err, ErrNoModule) {
			t.Fatalf("%s: got %v, %v", name, c, err)
		}
		want := "(family " + name + "): run 'modprobe openvswitch', or use 'odp sandbox'"
		if !strings.Contains(err.Error(), want) {
			t.Errorf("got  %v\nwant %s", err, want)
		}
		for _, s := range f.Sockets() {
			if !s.Closed() {
				t.Errorf("%s: a socket was left open", name)
			}
		}
	}
}

func TestDialOptions(t *testing.T) {
	t.Parallel()
	f, _ := newFake(t)
	want := []netlink.ConnOption{netlink.ExtendedAcknowledge, netlink.CapAcknowledge}
	if got := f.Sockets()[0].Options(); !slices.Equal(got, want) {
		t.Errorf("options %v, want %v", got, want)
	}
}

func TestClose(t *testing.T) {
	t.Parallel()
	f, c := newFake(t)
	d := fakeDatapath(c)
	f.setAnswer(dumpOf(idVport, ovsh.VportCmdNew, 0, vportEth0))
	if _, err := d.Vports(); err != nil {
		t.Fatal(err)
	}
	b := c.NewBatch()
	b.PutFlow(d, aFlow(), PutCreate)
	for range 2 {
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range f.Sockets() {
		if !s.Closed() {
			t.Error("a socket was left open")
		}
	}
	_, dumpErr := d.Vports()
	_, subErr := c.Subscribe(EventVports)
	for name, err := range map[string]error{
		"request": d.Delete(), "dump": dumpErr, "batch": b.Send()[0], "subscribe": subErr,
	} {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// TestBatch checks that a batch is one send with one acknowledgement, that each
// request has its own result, and that the batch is empty then.
func TestBatch(t *testing.T) {
	t.Parallel()
	f, c := newFake(t)
	_, other := newFake(t)
	d := fakeDatapath(c)
	f.setAnswer(func(m netlink.Message, _ seen) [][]byte {
		switch {
		case len(f.seen) == 2:
			return [][]byte{fakedp.Ack(m, syscall.EEXIST, "", 0)}
		case m.Header.Flags&netlink.Acknowledge != 0:
			return [][]byte{fakedp.Ack(m, 0, "", 0)}
		}
		return nil
	})
	b := c.NewBatch()
	b.PutFlow(d, aFlow(), PutCreate)
	b.PutFlow(d, aFlow(), PutCreate)
	b.Execute(d, &Packet{}) // bad input
	b.DeleteFlow(d, aFlow().Match)
	b.Execute(fakeDatapath(other), &Packet{Data: aPacket})
	b.Execute(d, &Packet{Data: aPacket, Key: keyInPort})
	if b.Len() != 6 {
		t.Errorf("Len: %d", b.Len())
	}
	want := []string{
		"",
		"flow put on dp0: the flow is already there, or one that overlaps it: EEXIST",
		"packet execute: packet: 0 bytes long",
		"",
		"packet execute: datapath: dp0 belongs to another connection",
		"",
	}
	for i, err := range b.Send() {
		if (err == nil) != (want[i] == "") || err != nil && !strings.Contains(err.Error(), want[i]) {
			t.Errorf("request %d: got %v, want %q", i, err, want[i])
		}
	}
	if f.sends != 1 || b.Len() != 0 {
		t.Errorf("%d sends, %d requests left", f.sends, b.Len())
	}
	for i, s := range f.requests() {
		if want := i == 3; want != (s.Flags&netlink.Acknowledge != 0) {
			t.Errorf("request %d: flags %v, which ask for an acknowledgement: want %v", i, s.Flags, want)
		}
	}
	if errs := b.Send(); len(errs) != 0 {
		t.Errorf("empty batch: %v", errs)
	}
}

// TestBatchSplit checks that what does not fit into one send goes into several,
// each request once and in order.
func TestBatchSplit(t *testing.T) {
	t.Parallel()
	f, c := newFake(t)
	f.setAnswer(nil)
	d := fakeDatapath(c)
	b := c.NewBatch()
	const n = 5000
	for i := range n {
		b.DeleteFlow(d, Match{Key: fakedp.Uint32(ovsh.KeyAttrInPort, uint32(i))})
	}
	for i, err := range b.Send() {
		if err != nil {
			t.Fatalf("request %d: %v", i, err)
		}
	}
	if f.sends < 2 || len(f.seen) != n {
		t.Errorf("%d sends of %d requests", f.sends, len(f.seen))
	}
	for i, s := range f.seen {
		want := fakedp.Attr(ovsh.FlowAttrKey|0x8000, fakedp.Uint32(ovsh.KeyAttrInPort, uint32(i)))
		if !slices.Equal(s.Attrs, want) {
			t.Fatalf("request %d: % x", i, s.Attrs)
		}
	}
}

// TestBatchUnknown checks that a request is not taken for a success if the word of
// a refusal may have been lost.
func TestBatchUnknown(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		overrun bool
		acks    bool
		want    []string
	}{
		{"no acknowledgement", false, false, []string{"EEXIST", "no acknowledgement", "no acknowledgement"}},
		{"overrun", true, true, []string{"EEXIST", "no acknowledgement", ""}},
	} {
		f, c := newFake(t)
		f.setAnswer(func(m netlink.Message, _ seen) [][]byte {
			switch {
			case len(f.seen) == 1:
				return [][]byte{fakedp.Ack(m, syscall.EEXIST, "", 0)}
			case tt.acks && m.Header.Flags&netlink.Acknowledge != 0:
				return [][]byte{fakedp.Ack(m, 0, "", 0)}
			}
			return nil
		})
		if tt.overrun {
			f.Sockets()[0].PushError(syscall.ENOBUFS)
		}
		b := c.NewBatch()
		for range tt.want {
			b.PutFlow(fakeDatapath(c), aFlow(), PutCreate)
		}
		for i, err := range b.Send() {
			if (err == nil) != (tt.want[i] == "") || err != nil && !strings.Contains(err.Error(), tt.want[i]) {
				t.Errorf("%s: request %d: got %v, want %q", tt.name, i, err, tt.want[i])
			}
		}
	}
}

// TestOverrunOfAcks checks that a request whose answer did arrive succeeds
// although the socket ran over.
func TestOverrunOfAcks(t *testing.T) {
	t.Parallel()
	f, c := newFake(t)
	f.Sockets()[0].PushError(syscall.ENOBUFS)
	f.setAnswer(nil)
	if err := fakeDatapath(c).Delete(); err != nil {
		t.Error(err)
	}
}

func TestConcurrentRequests(t *testing.T) {
	t.Parallel()
	f, c := newFake(t)
	f.setAnswer(func(m netlink.Message, s seen) [][]byte {
		name := fakedp.Attr(ovsh.DatapathAttrName, fmt.Appendf(nil, "dp%d\x00", s.Index))
		return replyThenAck(idDatapath, 1, name)(m, s)
	})
	var wg sync.WaitGroup
	for i := 1; i <= 20; i++ {
		wg.Go(func() {
			d, err := c.DatapathByIndex(i)
			if err != nil || d.Name() != fmt.Sprintf("dp%d", i) {
				t.Errorf("%d: got %v, %v", i, d, err)
			}
		})
	}
	wg.Wait()
}

// TestDumps checks listings: several messages in a datagram, interruption, an
// early end, and that the socket is used again only after a whole one.
func TestDumps(t *testing.T) {
	t.Parallel()
	f, c := newFake(t)
	d := fakeDatapath(c)
	flow := func(port uint32) []byte {
		return fakedp.Join(fakedp.Attr(ovsh.FlowAttrKey, fakedp.Uint32(ovsh.KeyAttrInPort, port)), fakedp.Attr(ovsh.FlowAttrActions, nil))
	}
	ports := func() (got []uint32, err error) {
		for f, err := range d.Flows() {
			if err != nil {
				return got, err
			}
			p, _ := f.Match.Key.Find(ovsh.KeyAttrInPort)
			got = append(got, uint32(p[0]))
		}
		return got, nil
	}
	f.setAnswer(dumpOf(idFlow, ovsh.FlowCmdNew, 0, flow(1), flow(2), flow(3)))
	for range 3 {
		got, err := ports()
		if diff := cmp.Diff([]uint32{1, 2, 3}, got); diff != "" || err != nil {
			t.Errorf("%v\n%s", err, diff)
		}
	}
	if n := len(f.Sockets()); n != 2 {
		t.Errorf("%d sockets after three listings, want 2", n)
	}
	for range d.Flows() {
		break
	}
	if !f.Sockets()[1].Closed() {
		t.Error("the socket of an abandoned listing is still open")
	}
	f.setAnswer(dumpOf(idFlow, ovsh.FlowCmdNew, netlink.DumpInterrupted, flow(1), flow(2)))
	got, err := ports()
	if len(got) != 2 || !errors.Is(err, ErrDumpInterrupted) {
		t.Errorf("interrupted: %v, %v", got, err)
	}
	f.setAnswer(dumpOf(idVport, ovsh.VportCmdNew, netlink.DumpInterrupted, vportEth0))
	vports, err := d.Vports()
	if len(vports) != 1 || !errors.Is(err, ErrDumpInterrupted) {
		t.Errorf("interrupted: %v, %v", vports, err)
	}
	f.setAnswer(func(m netlink.Message, _ seen) [][]byte { return [][]byte{{1, 2, 3, 4, 5}} })
	if _, err := ports(); err == nil || !strings.Contains(err.Error(), "malformed netlink message") {
		t.Errorf("malformed: %v", err)
	}
	// A listing within a listing has a socket of its own.
	f.setAnswer(dumpOf(idFlow, ovsh.FlowCmdNew, 0, flow(1), flow(2)))
	n := 0
	for range d.Flows() {
		inner, err := ports()
		if err != nil {
			t.Error(err)
		}
		n += len(inner)
	}
	if n != 4 {
		t.Errorf("nested listings: %d", n)
	}
}
