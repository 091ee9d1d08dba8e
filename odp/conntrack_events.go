package odp

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"github.com/go-odp/odp/odp/internal/ovsh"
)

// ConntrackEventKind is what happened to a connection, or a set of such kinds.
type ConntrackEventKind uint8

// The kinds of events of connections.
const (
	ConntrackNew       ConntrackEventKind = 1 << iota // it was put into the table
	ConntrackUpdate                                   // its state, mark, labels or the like changed
	ConntrackDestroy                                  // it ended
	ConntrackAllEvents = ConntrackNew | ConntrackUpdate | ConntrackDestroy
)

// String returns new, update or destroy; for a set, these joined by "|".
func (k ConntrackEventKind) String() string {
	var names []string
	for i, name := range []string{"new", "update", "destroy"} {
		if k&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	if len(names) == 0 || k&^ConntrackAllEvents != 0 {
		return fmt.Sprintf("ConntrackEventKind(%d)", uint8(k))
	}
	return strings.Join(names, "|")
}

// ConntrackEvent is a change of a connection. Its memory is its own.
type ConntrackEvent struct {
	Kind ConntrackEventKind
	// Entry is the connection as far as the kernel tells: the end of one tells of
	// no timeout and no mark, for example.
	Entry ConntrackEntry
}

// ConntrackEventConfig says which events are received.
type ConntrackEventConfig struct {
	Kinds ConntrackEventKind // 0 means all
	Match ConntrackMatch     // of which connections; the kernel sends those of all
	// ReadBuffer is the size in bytes of the kernel's receive buffer, 0 means
	// 4 MiB. What does not fit is lost.
	ReadBuffer int
}

// ConntrackEvents receives the kernel's announcements of connections that begin,
// change and end in the network namespace of the connection. One goroutine at a
// time may receive.
type ConntrackEvents struct {
	cfg  ConntrackEventConfig
	sock socket
	buf  []byte
	rest []byte // messages of the last datagram that were not yet returned

	received  atomic.Uint64
	overruns  atomic.Uint64
	malformed atomic.Uint64
}

// ReceiveStats counts what a receiver of events or samples has received.
type ReceiveStats struct {
	Received uint64 // messages received, also those that were not asked for
	// Overruns counts how often a full receive buffer made the kernel drop
	// messages: at least one each time.
	Overruns  uint64
	Malformed uint64 // messages that were not understood
}

// SubscribeConntrack starts to collect events of connections. They wait in the
// socket until they are received. Whether the kernel makes them is up to the
// sysctl net.netfilter.nf_conntrack_events; as it is by default, connections
// that began while nobody subscribed have none.
//
// It needs CAP_NET_ADMIN.
func (c *Conn) SubscribeConntrack(cfg ConntrackEventConfig) (*ConntrackEvents, error) {
	const op = "conntrack events"
	if cfg.Kinds == 0 {
		cfg.Kinds = ConntrackAllEvents
	}
	if cfg.ReadBuffer == 0 {
		cfg.ReadBuffer = defaultUpcallBuffer
	}
	switch {
	case cfg.Kinds&^ConntrackAllEvents != 0:
		return nil, &ArgError{Op: op, Arg: "kinds", Want: fmt.Sprintf("%v, a set of new, update and destroy expected", cfg.Kinds)}
	case cfg.ReadBuffer < 0:
		return nil, &ArgError{Op: op, Arg: "config", Want: "negative number of bytes"}
	}
	if err := cfg.Match.check(op); err != nil {
		return nil, err
	}
	s, err := c.openConntrack(cfg.ReadBuffer)
	if err != nil {
		return nil, conntrackError(op, "", err)
	}
	// A request loads the module that makes events and waits for it. Joining a
	// group does not wait, and the first connections would have none.
	s.begin(ovsh.CTMsgGetStats, netlink.Acknowledge, unix.AF_UNSPEC)
	s.end()
	if err := s.dump(func(message) error { return nil }); err != nil {
		return nil, errors.Join(conntrackError(op, "", err), s.sock.Close())
	}
	for _, g := range []struct {
		kind  ConntrackEventKind
		group uint32
	}{
		{ConntrackNew, unix.NFNLGRP_CONNTRACK_NEW},
		{ConntrackUpdate, unix.NFNLGRP_CONNTRACK_UPDATE},
		{ConntrackDestroy, unix.NFNLGRP_CONNTRACK_DESTROY},
	} {
		if cfg.Kinds&g.kind == 0 {
			continue
		}
		if err := s.sock.JoinGroup(g.group); err != nil {
			return nil, errors.Join(conntrackError(op, "", err), s.sock.Close())
		}
	}
	return &ConntrackEvents{cfg: cfg, sock: s.sock, buf: s.buf}, nil
}

// Receive waits for the next event that was asked for. It returns ctx's error
// when ctx ends, and [ErrClosed] after Close. After [ErrOverrun], and after an
// error that says that a message was malformed, it can be called again; events
// were lost.
func (e *ConntrackEvents) Receive(ctx context.Context) (*ConntrackEvent, error) {
	defer interruptible(ctx, e.sock)()
	ev := &ConntrackEvent{}
	for {
		m, rest, ok, err := cutMessage(e.rest)
		e.rest = rest
		switch {
		case err != nil:
			e.malformed.Add(1)
			return nil, fmt.Errorf("conntrack event: %w", err)
		case ok:
			e.received.Add(1)
			if err := ev.decode(m); err != nil {
				e.malformed.Add(1)
				return nil, fmt.Errorf("conntrack event: %w", err)
			}
			if e.cfg.Kinds&ev.Kind == 0 || !e.cfg.Match.Matches(&ev.Entry) {
				continue
			}
			return ev, nil
		}
		if e.rest, err = receive(ctx, "conntrack event", e.sock, e.buf, func() { e.overruns.Add(1) }); err != nil {
			return nil, err
		}
	}
}

func (ev *ConntrackEvent) decode(m message) error {
	cmd, a, err := conntrackMessage(m)
	if err != nil {
		return err
	}
	switch {
	case cmd == ovsh.CTMsgDelete:
		ev.Kind = ConntrackDestroy
	case cmd == ovsh.CTMsgNew && m.flags&netlink.Create != 0:
		ev.Kind = ConntrackNew
	case cmd == ovsh.CTMsgNew:
		ev.Kind = ConntrackUpdate
	default:
		return fmt.Errorf("%w (command %d)", errNotConntrack, cmd)
	}
	return ev.Entry.decode(a)
}

// Stats returns the counters. It may be called at any time.
func (e *ConntrackEvents) Stats() ReceiveStats {
	return ReceiveStats{Received: e.received.Load(), Overruns: e.overruns.Load(), Malformed: e.malformed.Load()}
}

// Close ends the subscription and unblocks Receive.
func (e *ConntrackEvents) Close() error { return e.sock.Close() }
