package odp

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/mdlayher/genetlink"
	"golang.org/x/sys/unix"

	"github.com/go-odp/odp/odp/internal/ovsh"
)

// EventGroup is a set of kinds of objects whose changes the kernel announces.
type EventGroup uint8

// The groups of events. The kernel announces what a request changed while anyone
// listens, whether or not the request asks for an echo, and to the one who made
// it as well. It announces the vports whose devices went away too, but neither
// the vports and flows that go with their datapath nor flows that are flushed.
const (
	EventDatapaths EventGroup = 1 << iota
	EventVports
	EventFlows
)

// EventKind is what happened to an object.
type EventKind uint8

// The kinds of events.
const (
	EventNew EventKind = ovsh.DatapathCmdNew
	EventDel EventKind = ovsh.DatapathCmdDel
	EventSet EventKind = ovsh.DatapathCmdSet
)

// String returns new, delete or set.
func (k EventKind) String() string {
	switch k {
	case EventNew:
		return "new"
	case EventDel:
		return "delete"
	case EventSet:
		return "set"
	}
	return fmt.Sprintf("EventKind(%d)", uint8(k))
}

// Event is a change of a datapath, vport or flow. Its memory is its own.
type Event struct {
	// Kind is EventNew for a flow that was put in any mode but PutModify, even
	// if it replaced one, and EventSet for one that was modified or cleared.
	Kind EventKind
	// Datapath is the one changed, or the one of the vport or flow. It has no
	// name if it is gone and no earlier event told it.
	Datapath *Datapath

	// One of these is set: the object as it is now, or was.
	Info  *DatapathInfo
	Vport *Vport
	Flow  *Flow
}

// Events receives the kernel's announcements of changes in the network
// namespace of the connection. One goroutine at a time may receive.
type Events struct {
	c      *Conn
	d      *Datapath // the only one of interest; nil: all
	groups EventGroup
	sock   socket
	buf    []byte
	rest   []byte // messages of the last datagram that were not yet returned
	// names are those of datapaths by ifindex, which the events of vports and
	// flows do not tell.
	names map[int]string
}

// Subscribe starts to collect events of the given groups. They wait in the
// socket until they are received.
func (c *Conn) Subscribe(groups EventGroup) (*Events, error) {
	if groups == 0 || groups&^(EventDatapaths|EventVports|EventFlows) != 0 {
		return nil, &ArgError{Op: "subscribe", Arg: "groups", Want: fmt.Sprintf("0x%x, at least one of the groups expected", uint8(groups))}
	}
	sock, err := c.open(c.cfg.ReadBuffer)
	if err != nil {
		return nil, err
	}
	for _, g := range []struct {
		group EventGroup
		fam   *genetlink.Family
		name  string
	}{
		{EventDatapaths, &c.fam.datapath, ovsh.DatapathMCGroup},
		{EventVports, &c.fam.vport, ovsh.VportMCGroup},
		{EventFlows, &c.fam.flow, ovsh.FlowMCGroup},
	} {
		// Those of datapaths keep the names.
		if (groups|EventDatapaths)&g.group == 0 {
			continue
		}
		if err := joinGroup(sock, g.fam, g.name); err != nil {
			err = fmt.Errorf("subscribe to %s: %w", g.name, err)
			return nil, errors.Join(err, sock.Close())
		}
	}
	return &Events{c: c, groups: groups, sock: sock, buf: make([]byte, recvBufferLen), names: map[int]string{}}, nil
}

// Subscribe is [Conn.Subscribe] for the events of this datapath alone. The last
// one is its deletion, if EventDatapaths is among the groups.
func (d *Datapath) Subscribe(groups EventGroup) (*Events, error) {
	e, err := d.c.Subscribe(groups)
	if err != nil {
		return nil, err
	}
	e.d = d
	return e, nil
}

// Receive waits for the next event. It returns ctx's error when ctx ends, and
// [ErrClosed] after Close. After [ErrOverrun], and after an error that says that
// a message was malformed, it can be called again; events were lost, so that
// what they are to keep up to date is best listed anew.
func (e *Events) Receive(ctx context.Context) (*Event, error) {
	defer interruptible(ctx, e.sock)()
	for {
		m, rest, ok, err := cutMessage(e.rest)
		e.rest = rest
		switch {
		case err != nil:
			return nil, fmt.Errorf("event: %w", err)
		case ok:
			ev, err := e.c.decodeEvent(m)
			if err != nil {
				return nil, fmt.Errorf("event: %w", err)
			}
			if ev == nil {
				continue
			}
			if e.d != nil && ev.Datapath.index != e.d.index {
				continue
			}
			e.name(ev)
			if ev.Info != nil && e.groups&EventDatapaths == 0 {
				continue
			}
			return ev, nil
		}
		// A deletion may be among what an overrun lost.
		if e.rest, err = receive(ctx, "event", e.sock, e.buf, func() { clear(e.names) }); err != nil {
			return nil, err
		}
	}
}

// receive waits for a datagram for a receiver of events. It calls overrun before
// it returns an [ErrOverrun].
func receive(ctx context.Context, what string, s socket, buf []byte, overrun func()) ([]byte, error) {
	n, err := s.Recv(buf, true)
	switch {
	case err == unix.ENOBUFS:
		overrun()
		return nil, fmt.Errorf("%s: %w", what, ErrOverrun)
	case errors.Is(err, os.ErrDeadlineExceeded) && ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return buf[:n], nil
}

// name gives the event's datapath its name, and remembers it.
func (e *Events) name(ev *Event) {
	d := ev.Datapath
	switch {
	case e.d != nil:
		d.name = e.d.name
	case ev.Info == nil:
		name, ok := e.names[d.index]
		if !ok {
			if known, err := e.c.DatapathByIndex(d.index); err == nil {
				name = known.name
				e.names[d.index] = name
			}
		}
		d.name = name
	case ev.Kind == EventDel:
		delete(e.names, d.index)
	default:
		e.names[d.index] = d.name
	}
}

// Close ends the subscription and unblocks Receive.
func (e *Events) Close() error { return e.sock.Close() }

// decodeEvent returns nil and no error for a message of another kind.
func (c *Conn) decodeEvent(m message) (*Event, error) {
	var decode func(*Event, reply) error
	switch uint16(m.typ) {
	case c.fam.datapath.ID:
		decode = (*Event).decodeDatapath
	case c.fam.vport.ID:
		decode = (*Event).decodeVport
	case c.fam.flow.ID:
		decode = (*Event).decodeFlow
	default:
		return nil, nil
	}
	r, err := m.reply()
	if err != nil {
		return nil, err
	}
	ev := &Event{Kind: EventKind(r.cmd), Datapath: &Datapath{c: c, index: r.index}}
	if err := decode(ev, r); err != nil {
		return nil, err
	}
	return ev, nil
}

func (ev *Event) decodeDatapath(r reply) error {
	info, err := decodeDatapath(r)
	ev.Info, ev.Datapath.name = &info, info.Name
	return err
}

func (ev *Event) decodeVport(r reply) (err error) {
	ev.Vport, err = decodeVport(ev.Datapath, r)
	return err
}

// decodeFlow also takes the announcement that all flows were flushed, which has
// neither key nor identifier: a flow without a key.
func (ev *Event) decodeFlow(r reply) error {
	var f Flow
	if err := f.decode(r); err != nil && !errors.Is(err, errNoKey) {
		return err
	}
	ev.Flow = f.Clone()
	return nil
}

// interruptible makes the end of ctx end a waiting Recv of the socket. The
// function that it returns must be called before the socket is used otherwise.
func interruptible(ctx context.Context, s socket) (done func()) {
	if ctx.Done() == nil {
		return func() {}
	}
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		// A failure means that the socket is closed, which ends Recv as well.
		_ = s.SetReadDeadline(time.Unix(1, 0))
		close(ended)
	})
	return func() {
		if stop() {
			return
		}
		<-ended
		_ = s.SetReadDeadline(time.Time{})
	}
}
