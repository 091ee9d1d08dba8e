package odp

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"github.com/go-odp/odp/odp/internal/fakedp"
	"github.com/go-odp/odp/odp/internal/ovsh"
)

func TestConntrackEvents(t *testing.T) {
	t.Parallel()
	f, c := newConntrackFake(t)
	e, err := c.SubscribeConntrack(ConntrackEventConfig{
		Kinds: ConntrackNew | ConntrackDestroy, Match: ConntrackMatch{Zone: 5, HasZone: true}, ReadBuffer: 1000,
	})
	if err != nil {
		t.Fatal(err)
	}
	// A request goes before the groups are joined: it loads the module.
	if reqs := f.requests(); len(reqs) != 1 || reqs[0].Cmd != ovsh.CTMsgGetStats {
		t.Errorf("requests %+v", reqs)
	}
	if f.Member(unix.NFNLGRP_CONNTRACK_UPDATE) != nil {
		t.Error("a group was joined that was not asked for")
	}
	sock := f.Member(unix.NFNLGRP_CONNTRACK_NEW)
	if sock == nil || sock != f.Member(unix.NFNLGRP_CONNTRACK_DESTROY) {
		t.Fatal("the groups are not joined by one socket")
	}
	if size, err := sock.ReadBuffer(); err != nil || size != 2000 {
		t.Errorf("receive buffer %d, %v", size, err)
	}

	zone5 := fakedp.Attr(ovsh.CTAZone, wireBE16(5))
	event := func(cmd uint8, flags netlink.HeaderFlags, attrs []byte) []byte {
		return ctMessage(cmd, flags, 0, attrs)
	}
	ctx, cancel := context.WithCancel(context.Background())
	receive := func(want string) {
		t.Helper()
		ev, err := e.Receive(ctx)
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			got = ev.Kind.String() + " " + ev.Entry.String()
		}
		if !strings.HasPrefix(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	sock.Push(fakedp.Join(
		event(ovsh.CTMsgNew, netlink.Create|netlink.Excl, ctTCP(1)), // of another zone
		event(ovsh.CTMsgNew, netlink.Create|netlink.Excl, ctTCP(2, zone5)),
		event(ovsh.CTMsgNew, 0, ctTCP(2, zone5)), // an update
		event(ovsh.CTMsgDelete, 0, ctTCP(2, zone5)),
	))
	receive("new tcp,orig=(src=10.0.0.1,dst=10.0.0.2,sport=2,")
	receive("destroy tcp,orig=(src=10.0.0.1,dst=10.0.0.2,sport=2,")
	sock.PushError(unix.ENOBUFS)
	receive("conntrack event: " + ErrOverrun.Error())
	sock.Push(event(ovsh.CTMsgNew, netlink.Create, nil))
	receive("conntrack event: connection without its two tuples")
	sock.Push(event(77, 0, ctTCP(1)))
	receive("conntrack event: message of another kind")
	sock.Push([]byte("short"))
	receive("conntrack event: malformed netlink message")
	sock.Push(event(ovsh.CTMsgDelete, 0, ctTCP(3, zone5)))
	receive("destroy tcp")
	if got, want := e.Stats(), (ReceiveStats{Received: 7, Overruns: 1, Malformed: 3}); got != want {
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

func TestConntrackEventKind(t *testing.T) {
	t.Parallel()
	for kind, want := range map[ConntrackEventKind]string{
		ConntrackNew: "new", ConntrackUpdate: "update", ConntrackDestroy: "destroy",
		ConntrackAllEvents: "new|update|destroy", 0: "ConntrackEventKind(0)", 9: "ConntrackEventKind(9)",
	} {
		if kind.String() != want {
			t.Errorf("%d: %v, want %s", uint8(kind), kind, want)
		}
	}
}
