package odp

import (
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/mdlayher/netlink"

	"github.com/go-odp/odp/odp/internal/fakedp"
	"github.com/go-odp/odp/odp/internal/ovsh"
)

// state is a datapath as the fake kernel has it.
type state struct {
	features uint32
	pids     []byte // per CPU
	vports   map[uint32][]byte
	tooOld   bool // has no dispatch by CPU
	gone     bool
}

// answer does what the kernel does with the requests that upcalls need.
func (st *state) answer(m netlink.Message, s seen) [][]byte {
	a := Attrs(s.Attrs)
	switch {
	case st.gone:
		return [][]byte{fakedp.Ack(m, syscall.ENODEV, "", 0)}
	case s.Family == idDatapath && s.Cmd == ovsh.DatapathCmdSet:
		p, _ := a.Find(ovsh.DatapathAttrUserFeatures)
		want := binary.NativeEndian.Uint32(p)
		if st.tooOld && want&ovsh.DatapathFDispatchUpcallPerCPU != 0 {
			return [][]byte{fakedp.Ack(m, syscall.EOPNOTSUPP, "", 0)}
		}
		st.features = want
		if pids, ok := a.Find(ovsh.DatapathAttrPerCPUPIDs); ok {
			st.pids = slices.Clone(pids)
		}
		fallthrough
	case s.Family == idDatapath:
		attrs := fakedp.Join(nameDP0, fakedp.Uint32(ovsh.DatapathAttrUserFeatures, st.features))
		if st.features&ovsh.DatapathFDispatchUpcallPerCPU != 0 && st.pids != nil {
			attrs = append(attrs, fakedp.Attr(ovsh.DatapathAttrPerCPUPIDs, st.pids)...)
		}
		return replyThenAck(idDatapath, ovsh.DatapathCmdNew, attrs)(m, s)
	case s.Cmd == ovsh.VportCmdSet:
		no, _ := a.Find(ovsh.VportAttrPortNo)
		pids, _ := a.Find(ovsh.VportAttrUpcallPID)
		st.vports[binary.NativeEndian.Uint32(no)] = slices.Clone(pids)
		return [][]byte{fakedp.Ack(m, 0, "", 0)}
	case s.Flags&netlink.Dump == netlink.Dump:
		var all [][]byte
		for no, pids := range st.vports {
			all = append(all, vportMessage(no, pids))
		}
		return dumpOf(idVport, ovsh.VportCmdNew, 0, all...)(m, s)
	}
	return [][]byte{fakedp.Ack(m, syscall.EINVAL, "", 0)}
}

func vportMessage(no uint32, pids []byte) []byte {
	return fakedp.Join(fakedp.Uint32(ovsh.VportAttrPortNo, no),
		fakedp.Uint32(ovsh.VportAttrType, ovsh.VportTypeNetdev),
		fakedp.Attr(ovsh.VportAttrName, []byte{'p', byte('0' + no), 0}),
		fakedp.Attr(ovsh.VportAttrUpcallPID, pids))
}

func pidBytes(pids ...uint32) []byte {
	var b []byte
	for _, p := range pids {
		b = binary.NativeEndian.AppendUint32(b, p)
	}
	return b
}

// newUpcallFake returns a fake kernel with a datapath of two vports.
func newUpcallFake(t *testing.T) (*fake, *state, *Datapath) {
	t.Helper()
	f, c := newFake(t)
	st := &state{vports: map[uint32][]byte{0: pidBytes(0), 1: pidBytes(55)}}
	f.setAnswer(st.answer)
	return f, st, fakeDatapath(c)
}

// locked reads the state between requests.
func (f *fake) locked(fn func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	fn()
}

// eventually waits for what another goroutine is about to do.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("%s did not come about", what)
		}
		time.Sleep(time.Millisecond)
	}
}

func upcallMessage(attrs ...[]byte) []byte {
	return fakedp.Reply(idPacket, 0, 0, ovsh.PacketCmdMiss, fakeIndex, attrs...)
}

func TestUpcallsPerCPU(t *testing.T) {
	t.Parallel()
	f, st, d := newUpcallFake(t)
	st.features = ovsh.DatapathFVportPIDs
	u, err := d.Upcalls(UpcallConfig{})
	if err != nil {
		t.Fatal(err)
	}
	n, err := possibleCPUs()
	if err != nil {
		t.Fatal(err)
	}
	if !u.PerCPU() || len(u.PIDs()) != n || u.ReadBuffer() != 2*defaultUpcallBuffer {
		t.Errorf("per CPU %v, port ids %v of %d CPUs, buffer %d", u.PerCPU(), u.PIDs(), n, u.ReadBuffer())
	}
	f.locked(func() {
		if st.features != ovsh.DatapathFVportPIDs|ovsh.DatapathFDispatchUpcallPerCPU || !slices.Equal(st.pids, pidBytes(u.pids...)) {
			t.Errorf("features %#x, port ids % x", st.features, st.pids)
		}
	})
	for range 2 {
		if err := u.Close(); err != nil {
			t.Fatal(err)
		}
	}
	f.locked(func() {
		if st.features != ovsh.DatapathFVportPIDs || !slices.Equal(st.pids, pidBytes(0)) {
			t.Errorf("after Close: features %#x, port ids % x", st.features, st.pids)
		}
		if !slices.Equal(st.vports[1], pidBytes(55)) {
			t.Errorf("the vport's port ids were changed: % x", st.vports[1])
		}
	})
}

// TestUpcallsRestorePerCPU checks that another receiver's port ids are put back.
func TestUpcallsRestorePerCPU(t *testing.T) {
	t.Parallel()
	for _, perVport := range []bool{false, true} {
		f, st, d := newUpcallFake(t)
		st.features, st.pids = ovsh.DatapathFDispatchUpcallPerCPU, pidBytes(31, 32)
		u, err := d.Upcalls(UpcallConfig{PerVport: perVport})
		if err != nil {
			t.Fatal(err)
		}
		f.locked(func() {
			if on := st.features&ovsh.DatapathFDispatchUpcallPerCPU != 0; on == perVport {
				t.Errorf("per vport %v: features %#x", perVport, st.features)
			}
		})
		if err := u.Close(); err != nil {
			t.Fatal(err)
		}
		f.locked(func() {
			if st.features != ovsh.DatapathFDispatchUpcallPerCPU || !slices.Equal(st.pids, pidBytes(31, 32)) {
				t.Errorf("per vport %v: features %#x, port ids % x", perVport, st.features, st.pids)
			}
			if !slices.Equal(st.vports[1], pidBytes(55)) {
				t.Errorf("per vport %v: vport has port ids % x", perVport, st.vports[1])
			}
		})
	}
}

// TestUpcallsFallBack checks that a kernel without dispatch by CPU gets
// dispatch by vport.
func TestUpcallsFallBack(t *testing.T) {
	t.Parallel()
	f, st, d := newUpcallFake(t)
	st.tooOld = true
	u, err := d.Upcalls(UpcallConfig{Sockets: 2})
	if err != nil {
		t.Fatal(err)
	}
	if u.PerCPU() || len(u.PIDs()) != 2 {
		t.Errorf("per CPU %v, port ids %v", u.PerCPU(), u.PIDs())
	}
	f.locked(func() {
		for no, pids := range st.vports {
			if !slices.Equal(pids, pidBytes(u.pids...)) {
				t.Errorf("vport %d has % x", no, pids)
			}
		}
	})
	if err := u.Close(); err != nil {
		t.Error(err)
	}
}

// TestUpcallsRun checks what reaches the handler, what is counted, and that
// vports that come later get the port ids.
func TestUpcallsRun(t *testing.T) {
	t.Parallel()
	f, st, d := newUpcallFake(t)
	u, err := d.Upcalls(UpcallConfig{PerVport: true, Sockets: 2})
	if err != nil {
		t.Fatal(err)
	}
	events := f.Member(groupVport)
	var socks []*fakedp.Socket
	for _, s := range f.Sockets() {
		if slices.Contains(u.pids, s.PID()) {
			socks = append(socks, s)
		}
	}
	good := upcallMessage(fakedp.Attr(ovsh.PacketAttrKey, keyInPort), fakedp.Attr(ovsh.PacketAttrPacket, aPacket))
	socks[0].Push(fakedp.Join(good, good)) // two in a datagram
	socks[0].PushError(syscall.ENOBUFS)
	socks[0].Push([]byte{1, 2, 3})
	socks[0].Push(upcallMessage())
	socks[0].Push(fakedp.Message(netlink.Error, 0, 0, []byte{0, 0, 0, 0}))
	socks[1].Push(good)
	events.PushError(syscall.ENOBUFS)
	events.Push([]byte{1})
	events.Push(fakedp.Reply(idVport, 0, 0, ovsh.VportCmdNew, fakeIndex+1, vportMessage(4, pidBytes(0))))
	events.Push(fakedp.Reply(idVport, 0, 0, ovsh.VportCmdNew, fakeIndex, vportMessage(5, pidBytes(9))))
	events.Push(fakedp.Reply(idVport, 0, 0, ovsh.VportCmdNew, fakeIndex, vportMessage(6, pidBytes(0))))
	events.Push(fakedp.Reply(idVport, 0, 0, ovsh.VportCmdDel, fakeIndex, vportMessage(6, pidBytes(0))))

	ctx, cancel := context.WithCancel(t.Context())
	var mu sync.Mutex
	var queues []int
	done := make(chan error, 1)
	go func() {
		done <- u.Run(ctx, func(up *Upcall) {
			mu.Lock()
			defer mu.Unlock()
			if p, ok := up.InPort(); !ok || p != 3 || !slices.Equal(up.Data, aPacket) {
				t.Errorf("upcall %+v", up)
			}
			queues = append(queues, up.Queue)
		})
	}()
	want := UpcallStats{Received: 3, Overruns: 1, Malformed: 4}
	eventually(t, "every message counted", func() bool { return u.Stats() == want })
	eventually(t, "later vport set", func() bool {
		var pids []byte
		f.locked(func() { pids = st.vports[6] })
		return slices.Equal(pids, pidBytes(u.pids...))
	})
	if err := u.Run(ctx, nil); err == nil || !strings.Contains(err.Error(), "already running") {
		t.Errorf("second Run: %v", err)
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("Run: %v", err)
	}
	if slices.Sort(queues); !slices.Equal(queues, []int{0, 0, 1}) {
		t.Errorf("queues %v", queues)
	}
	f.locked(func() {
		if st.vports[4] != nil {
			t.Error("the vport of another datapath was changed")
		}
	})

	// It runs again, and ends with Close.
	go func() { done <- u.Run(context.Background(), func(*Upcall) {}) }()
	socks[1].Push(good)
	eventually(t, "one more upcall", func() bool { return u.Stats().Received == 4 })
	if err := u.Close(); err != nil {
		t.Error(err)
	}
	if err := <-done; err != nil {
		t.Errorf("Run after Close: %v", err)
	}
	f.locked(func() {
		if !slices.Equal(st.vports[1], pidBytes(55)) || !slices.Equal(st.vports[5], pidBytes(9)) {
			t.Errorf("vports after Close: %v", st.vports)
		}
	})
}

// TestUpcallsRelease checks that dispatch is given back while what has come is
// still handled, also when the context has ended by then.
func TestUpcallsRelease(t *testing.T) {
	t.Parallel()
	f, st, d := newUpcallFake(t)
	u, err := d.Upcalls(UpcallConfig{PerVport: true, Sockets: 2})
	if err != nil {
		t.Fatal(err)
	}
	good := upcallMessage(fakedp.Attr(ovsh.PacketAttrKey, keyInPort), fakedp.Attr(ovsh.PacketAttrPacket, aPacket))
	for _, s := range f.Sockets() {
		if slices.Contains(u.pids, s.PID()) {
			s.Push(good)
			s.PushError(syscall.ENOBUFS)
			s.Push(fakedp.Join(good, good))
		}
	}
	for range 2 {
		if err := u.Release(); err != nil {
			t.Fatal(err)
		}
	}
	f.locked(func() {
		if !slices.Equal(st.vports[1], pidBytes(55)) {
			t.Errorf("the vport has port ids % x", st.vports[1])
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := u.Run(ctx, func(*Upcall) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("Run: %v", err)
	}
	if got, want := u.Stats(), (UpcallStats{Received: 6, Overruns: 2}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	f.locked(func() { st.vports[1] = pidBytes(77) })
	if err := u.Close(); err != nil {
		t.Error(err)
	}
	f.locked(func() {
		if !slices.Equal(st.vports[1], pidBytes(77)) {
			t.Errorf("Close set the port ids again: % x", st.vports[1])
		}
	})
}

// TestUpcallCopy checks that a copy shares no memory with what it is of, and
// that none of its parts grows into the next.
func TestUpcallCopy(t *testing.T) {
	t.Parallel()
	u := &Upcall{Key: slices.Clone(keyInPort), Data: slices.Clone(aPacket), Userdata: []byte{}, Actions: Output(3)}
	var c Upcall
	u.CopyTo(&c)
	u.Key[4], u.Data[0], u.Actions[4] = 9, 9, 9
	_, _, _ = append(c.Data, 1), append(c.Key, 1), append(c.Userdata, 1)
	if !slices.Equal(c.Key, keyInPort) || !slices.Equal(c.Data, aPacket) || !c.Actions.Equal(Output(3)) {
		t.Errorf("got %+v", c)
	}
	if c.Userdata == nil || c.EgressTunnel != nil {
		t.Errorf("userdata %v, tunnel %v: nil is another thing than nothing in it", c.Userdata, c.EgressTunnel)
	}
}

// TestUpcallsMeddler checks that dispatch is set again when another program
// changes it, and given up when it keeps doing so.
func TestUpcallsMeddler(t *testing.T) {
	t.Parallel()
	f, st, d := newUpcallFake(t)
	u, err := d.Upcalls(UpcallConfig{PerVport: true})
	if err != nil {
		t.Fatal(err)
	}
	f.locked(func() { st.features = ovsh.DatapathFDispatchUpcallPerCPU | ovsh.DatapathFUnaligned })
	events := f.Member(groupDatapath)
	change := fakedp.Reply(idDatapath, 0, 0, ovsh.DatapathCmdSet, fakeIndex, nameDP0,
		fakedp.Uint32(ovsh.DatapathAttrUserFeatures, ovsh.DatapathFDispatchUpcallPerCPU|ovsh.DatapathFUnaligned))
	done := make(chan error, 1)
	go func() { done <- u.Run(t.Context(), func(*Upcall) {}) }()
	events.Push(change)
	eventually(t, "dispatch set again", func() (ok bool) {
		f.locked(func() { ok = st.features == ovsh.DatapathFUnaligned })
		return ok
	})
	for range maxMeddlers {
		events.Push(change)
	}
	if err := <-done; !errors.Is(err, syscall.EBUSY) || !strings.Contains(err.Error(), "another program keeps changing") {
		t.Errorf("Run: %v", err)
	}
	if err := u.Close(); err != nil {
		t.Error(err)
	}
}

// TestUpcallsDatapathGone checks that a deleted datapath ends Run with an error
// and makes Close succeed.
func TestUpcallsDatapathGone(t *testing.T) {
	t.Parallel()
	f, st, d := newUpcallFake(t)
	u, err := d.Upcalls(UpcallConfig{})
	if err != nil {
		t.Fatal(err)
	}
	f.locked(func() { st.gone = true })
	f.Member(groupDatapath).Push(fakedp.Reply(idDatapath, 0, 0, ovsh.DatapathCmdDel, fakeIndex, nameDP0))
	err = u.Run(t.Context(), func(*Upcall) {})
	if !errors.Is(err, ErrNotExist) || !strings.Contains(err.Error(), "upcalls on dp0: datapath was deleted") {
		t.Errorf("Run: %v", err)
	}
	if err := u.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if _, err := d.Upcalls(UpcallConfig{}); !errors.Is(err, ErrNotExist) {
		t.Errorf("Upcalls: %v", err)
	}
	for i, s := range f.Sockets()[2:] {
		if !s.Closed() {
			t.Errorf("socket %d was left open", i+2)
		}
	}
}

func TestEvents(t *testing.T) {
	t.Parallel()
	f, c := newFake(t)
	ev, err := c.Subscribe(EventDatapaths | EventVports | EventFlows)
	if err != nil {
		t.Fatal(err)
	}
	s := f.Member(groupFlow)
	if s != f.Member(groupVport) || s != f.Member(groupDatapath) {
		t.Error("the groups have different sockets")
	}
	s.Push(fakedp.Join(
		fakedp.Reply(idDatapath, 0, 0, ovsh.DatapathCmdNew, fakeIndex, nameDP0),
		fakedp.Reply(idVport, 0, 0, ovsh.VportCmdDel, fakeIndex, vportEth0)))
	s.PushError(syscall.ENOBUFS)
	s.Push(fakedp.Reply(idVport, 0, 0, ovsh.VportCmdNew, fakeIndex))
	s.Push(fakedp.Message(netlink.Noop, 0, 0, nil))
	s.Push(fakedp.Reply(idFlow, 0, 0, ovsh.FlowCmdSet, fakeIndex, fakedp.Attr(ovsh.FlowAttrKey, keyInPort)))
	s.Push(fakedp.Reply(idFlow, 0, 0, ovsh.FlowCmdDel, fakeIndex))

	var got []string
	for range 6 {
		e, err := ev.Receive(t.Context())
		switch {
		case errors.Is(err, ErrOverrun):
			got = append(got, "overrun")
		case err != nil:
			got = append(got, err.Error())
		case e.Info != nil:
			got = append(got, e.Kind.String()+" datapath "+e.Datapath.Name())
		case e.Vport != nil:
			got = append(got, e.Kind.String()+" vport "+e.Vport.Name()+" of "+e.Vport.Datapath().String())
		case e.Flow != nil:
			got = append(got, e.Kind.String()+" flow "+string(rune('0'+len(e.Flow.Match.Key))))
		}
	}
	want := []string{"new datapath dp0", "delete vport eth0 of dp0", "overrun",
		"event: vport message: vport without a name or number", "set flow 8", "delete flow 0"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go cancel()
	if _, err := ev.Receive(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("after the context's end: %v", err)
	}
	go func() { _ = ev.Close() }()
	if _, err := ev.Receive(context.Background()); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

// TestDatapathEvents checks that a subscription of one datapath gets its events
// alone, by the name that its handle knows.
func TestDatapathEvents(t *testing.T) {
	t.Parallel()
	f, c := newFake(t)
	if _, err := c.Subscribe(0); err == nil {
		t.Error("no group was taken")
	}
	ev, err := fakeDatapath(c).Subscribe(EventVports)
	if err != nil {
		t.Fatal(err)
	}
	s := f.Member(groupVport)
	s.Push(fakedp.Join(
		fakedp.Reply(idVport, 0, 0, ovsh.VportCmdNew, fakeIndex+1, vportEth0),
		fakedp.Reply(idDatapath, 0, 0, ovsh.DatapathCmdSet, fakeIndex, nameDP0),
		fakedp.Reply(idVport, 0, 0, ovsh.VportCmdDel, fakeIndex, vportEth0)))
	e, err := ev.Receive(t.Context())
	if err != nil || e.Kind != EventDel || e.Vport == nil || e.Vport.Datapath().Name() != "dp0" {
		t.Errorf("got %+v, %v", e, err)
	}
	if len(f.requests()) != 0 {
		t.Error("a name that is known was asked for")
	}
	if err := ev.Close(); err != nil {
		t.Error(err)
	}
}
