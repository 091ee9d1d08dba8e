package luabind

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/go-odp/odp/odp"
)

// receiver takes the packets of one datapath from the kernel to its handlers.
// The goroutines of its sockets put them into the handlers' inboxes.
type receiver struct {
	rt     *Runtime
	d      *odp.Datapath
	up     *odp.Upcalls
	out    *dispatcher
	cancel context.CancelFunc
	ended  chan struct{} // closed when the socket goroutines have returned
	forget func()
	poll   *timer

	sinks      [2]atomic.Pointer[taker] // by handleKind; the takers that get packets
	unhandled  atomic.Uint64
	kernelLost atomic.Uint64 // what the datapath's lost counter has counted since lostStart
	overruns   atomic.Uint64 // those of the sockets when that was last asked for

	// The rest belongs to the owner of the Lua state.
	takers    [2]taker // by handleKind
	closed    bool
	lostStart uint64 // the datapath's lost counter when this began
}

// receiverKey tells datapaths apart: their indexes are those of a namespace.
type receiverKey struct {
	conn  *odp.Conn
	index int
}

func keyOf(d *odp.Datapath) receiverKey { return receiverKey{d.Conn(), d.Index()} }

func (rt *Runtime) receiverOf(d *odp.Datapath) *receiver {
	return rt.receivers[keyOf(d)]
}

// upcallsOf returns what receives the packets of d, nil if nothing here does.
func (rt *Runtime) upcallsOf(d *odp.Datapath) *odp.Upcalls {
	if r := rt.receiverOf(d); r != nil {
		return r.up
	}
	if w := rt.work; w != nil && keyOf(w.d) == keyOf(d) {
		return w.crew.up.Load()
	}
	return nil
}

// startReceiver begins to receive the packets of d.
func (c call) startReceiver(d *odp.Datapath, config odp.UpcallConfig) *receiver {
	r := &receiver{rt: c.rt, d: d, ended: make(chan struct{})}
	if s, err := d.Stats(); err == nil {
		r.lostStart = s.Lost
	}
	up, err := d.Upcalls(config)
	c.raise(err)
	r.up = up
	r.out = newDispatcher(c.rt, d, up.VportChanges)
	ctx, cancel := context.WithCancel(context.Background())
	r.cancel = cancel
	r.forget = c.rt.closers.add(r.close)
	r.poll = c.rt.loop.startTimer(lossInterval, lossInterval, r.lookForLosses)
	c.rt.receivers[keyOf(r.d)] = r
	go func() {
		err := up.Run(ctx, r.receive)
		close(r.ended)
		if err != nil && ctx.Err() == nil {
			c.rt.loop.post(func() { r.failed(err) })
		}
	}()
	return r
}

// receive runs on the socket goroutines.
func (r *receiver) receive(u *odp.Upcall) {
	if t := r.sinks[kindOf(u)].Load(); t != nil {
		(*t).put(u)
		return
	}
	r.unhandled.Add(1)
}

// add has a taker get the packets of its kind.
func (r *receiver) add(t taker) {
	s := t.base()
	s.recv = r
	s.told = r.kernelLost.Load() + r.up.Stats().Malformed // which were before it
	r.takers[s.kind] = t
	r.rt.loop.sources++
	r.sinks[s.kind].Store(&t)
}

// remove ends a taker, and the receiver with the last.
func (r *receiver) remove(t taker) {
	kind := t.base().kind
	if r.takers[1-kind] == nil {
		r.close()
		return
	}
	r.sinks[kind].Store(nil)
	r.takers[kind] = nil
	t.end()
}

// failed ends the handlers when the datapath is gone or its sockets failed.
func (r *receiver) failed(err error) {
	if r.closed {
		return
	}
	for _, t := range r.takers {
		if t != nil {
			t.base().failed(err)
		}
	}
	r.close()
}

// close stops receiving and waits for the socket goroutines, which queue what has
// come by then. The datapath's dispatch is then as it was before.
func (r *receiver) close() {
	if r.closed {
		return
	}
	r.out.flush()
	r.closed = true
	delete(r.rt.receivers, keyOf(r.d))
	r.forget()
	r.poll.cancel()
	r.countLoss()
	lost := r.kernelLost.Load() // what comes while dispatch is given back is nobody's fault
	err := r.up.Release()
	r.countLoss()
	r.cancel()
	<-r.ended
	r.out.changes = nil
	if err = errors.Join(err, r.up.Close()); err != nil {
		fmt.Fprintf(r.rt.cfg.Stderr, "odp: %s: cannot restore the datapath's dispatch of packets: %v\n", r.d.Name(), err)
	}
	for _, t := range r.takers {
		if t == nil {
			continue
		}
		if t.base().onLost == nil { // the script is not called any more, but the user is told
			r.tellLoss(t, lost)
		}
		t.end()
	}
}

// stopReceiver ends the handlers of a datapath, if it has any.
func (rt *Runtime) stopReceiver(d *odp.Datapath) {
	if r := rt.receiverOf(d); r != nil {
		r.close()
	}
}
