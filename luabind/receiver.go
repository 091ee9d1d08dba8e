package luabind

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

const (
	// defaultQueue is how many packets may wait for the script.
	defaultQueue = 1024
	// perWakeUp is how many packets the script handles before what it asked for
	// is sent to the kernel and the loop looks at other events.
	perWakeUp = 64
)

// receiver takes the packets of one datapath from the kernel to its handlers.
// Socket goroutines copy them into the bounded queue; the owner of the Lua state
// drains it, and sends what the handlers asked for as one batch.
type receiver struct {
	rt     *Runtime
	d      *odp.Datapath
	config odp.UpcallConfig
	up     *odp.Upcalls
	cancel context.CancelFunc
	ended  chan struct{} // closed when the socket goroutines have returned
	forget func()

	queue     chan *odp.Upcall
	scheduled atomic.Bool // a drain is posted
	dropped   atomic.Uint64

	// The rest belongs to the owner of the Lua state.
	handles   [2]*handle // by handleKind
	draining  bool
	batch     *odp.Batch
	requests  []request
	unhandled uint64
	warned    bool
	closed    bool
	lostStart uint64 // the datapath's lost counter when this began
}

// handleKind is the index of a handler in receiver.handles.
type handleKind int

const (
	onMiss handleKind = iota
	onAction
)

func (k handleKind) String() string { return [...]string{"on_miss", "on_action"}[k] }

// request tells whom to blame when a request of the batch fails.
type request struct {
	hand *handle
	line string
	put  bool // a flow put in create mode, which may lose a race
}

// handle is one miss or action handler.
type handle struct {
	recv    *receiver
	kind    handleKind
	handler *handler
	stopped bool
	handled uint64
	raced   uint64 // installs of flows that were there already
	refused uint64 // installs and executes that the kernel refused
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

// startReceiver begins to receive the packets of d.
func (c call) startReceiver(d *odp.Datapath, config odp.UpcallConfig, queue int) *receiver {
	r := &receiver{
		rt: c.rt, d: d, config: config,
		queue: make(chan *odp.Upcall, queue), ended: make(chan struct{}),
	}
	r.batch = d.Conn().NewBatch()
	if s, err := d.Stats(); err == nil {
		r.lostStart = s.Lost
	}
	up, err := d.Upcalls(config)
	c.raise(err)
	r.up = up
	ctx, cancel := context.WithCancel(context.Background())
	r.cancel = cancel
	r.forget = c.rt.closers.add(r.close)
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
	select {
	case r.queue <- u.Clone():
		r.schedule()
	default:
		// The script does not keep up. The newest packets are dropped, so that
		// those of one connection stay in order.
		if r.dropped.Add(1) == 1 {
			r.schedule()
		}
	}
}

func (r *receiver) schedule() {
	if r.scheduled.CompareAndSwap(false, true) {
		r.rt.loop.post(r.drain)
	}
}

// drain handles waiting packets. A handler that pumps the loop is not called
// again before it has returned.
func (r *receiver) drain() {
	r.scheduled.Store(false)
	if r.draining || r.closed {
		return
	}
	r.draining = true
	for n := 0; n < perWakeUp && !r.closed; n++ {
		select {
		case u := <-r.queue:
			r.dispatch(u)
			continue
		default:
		}
		break
	}
	r.flush()
	r.draining = false
	if !r.warned && r.dropped.Load() > 0 {
		r.warned = true
		fmt.Fprintf(r.rt.cfg.Stderr, "odp: %s: packets are dropped as the script does not keep up; see stats of the handler\n", r.d.Name())
	}
	if len(r.queue) > 0 {
		r.schedule()
	}
}

func (r *receiver) dispatch(u *odp.Upcall) {
	kind := onMiss
	if u.Kind == odp.UpcallAction {
		kind = onAction
	}
	h := r.handles[kind]
	if h == nil {
		r.unhandled++
		return
	}
	p := &packetValue{up: u, recv: r, hand: h}
	results, ok := h.handler.call(r.rt.object(classPacket, p))
	h.handled++
	if !ok || len(results) == 0 || results[0] == lua.LNil {
		return
	}
	// Actions that the handler returned are executed.
	row := &Func{Name: h.kind.String(), owner: "odp", subject: h.handler.position() + ": result of the " + h.kind.String() + " handler"}
	row.Go = func(c call) int {
		r.execute(c, h, u, c.actions(1, textOptions(r.d)))
		return 0
	}
	if _, err := r.rt.try(nil, r.rt.L.NewFunction(r.rt.protect(row)), nil, results[0]); err != nil {
		h.handler.fail(r.rt.scriptError(err))
	}
}

// put adds a flow to the batch of this wake-up. Outside of one, it is sent at
// once.
func (r *receiver) put(c call, h *handle, f *odp.Flow, mode odp.PutMode) {
	r.checkOpen(c)
	r.batch.PutFlow(r.d, f, mode)
	r.added(c, h, mode == odp.PutCreate)
}

func (r *receiver) execute(c call, h *handle, u *odp.Upcall, a odp.Actions) {
	r.checkOpen(c)
	if len(a) == 0 {
		return // dropped: nothing to ask the kernel for
	}
	r.batch.Execute(r.d, u.Packet(a))
	r.added(c, h, false)
}

func (r *receiver) checkOpen(c call) {
	if r.closed {
		c.raiseArgument("%s: the handlers of datapath %s have been stopped", c.title(), r.d.Name())
	}
}

func (r *receiver) added(c call, h *handle, put bool) {
	line := c.rt.scriptLine(c.L)
	if line == "" { // what the handler returned
		line = h.handler.position()
	}
	r.requests = append(r.requests, request{h, line, put})
	if !r.draining {
		r.flush()
	}
}

// flush sends the batch. What the kernel refuses is a failure of the handler
// that asked for it.
func (r *receiver) flush() {
	if len(r.requests) == 0 {
		return
	}
	requests := r.requests
	r.requests = nil
	for i, err := range r.batch.Send() {
		if err == nil {
			continue
		}
		q := requests[i]
		if q.put && errors.Is(err, odp.ErrExist) {
			q.hand.raced++ // another packet was first; its flow does the same
			continue
		}
		q.hand.refused++
		e := newErrorValue(err)
		e.line = q.line
		q.hand.handler.fail(&ScriptError{Message: e.String(), Err: err})
	}
}

// failed ends the handlers when the datapath is gone or its sockets failed.
func (r *receiver) failed(err error) {
	if r.closed {
		return
	}
	for _, h := range r.handles {
		if h != nil {
			fmt.Fprintf(r.rt.cfg.Stderr, "odp: %s ended: %v\n", h.handler.name, err)
		}
	}
	r.close()
}

// close stops receiving and waits for the socket goroutines. The datapath's
// dispatch is then as it was before.
func (r *receiver) close() {
	if r.closed {
		return
	}
	r.flush()
	r.closed = true
	for _, h := range r.handles {
		if h != nil && !h.stopped {
			h.stopped = true
			r.rt.loop.sources--
		}
	}
	delete(r.rt.receivers, keyOf(r.d))
	r.forget()
	r.cancel()
	if err := r.up.Close(); err != nil {
		fmt.Fprintf(r.rt.cfg.Stderr, "odp: %s: cannot restore the datapath's dispatch of packets: %v\n", r.d.Name(), err)
	}
	<-r.ended
}

// stop ends one handler, and the receiver with the last.
func (h *handle) stop() {
	if h.stopped {
		return
	}
	r := h.recv
	if r.handles[1-h.kind] == nil {
		r.close()
		return
	}
	h.stopped = true
	r.handles[h.kind] = nil
	r.rt.loop.sources--
}

// stopReceiver ends the handlers of a datapath, if it has any.
func (rt *Runtime) stopReceiver(d *odp.Datapath) {
	if r := rt.receiverOf(d); r != nil {
		r.close()
	}
}

// flushReceivers sends what handlers have asked for so far. It is called before
// a handler waits, so that its packets do not.
func (rt *Runtime) flushReceivers() {
	for _, r := range rt.receivers {
		r.flush()
	}
}
