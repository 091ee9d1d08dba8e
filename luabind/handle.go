package luabind

import (
	"container/list"
	"sync/atomic"

	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

const (
	// defaultQueue is how many packets may wait for the script.
	defaultQueue = 1024
	// defaultHold is how many packets may be held.
	defaultHold = 1024
	// perWakeUp is how many packets the script handles before what it asked for
	// is sent to the kernel and the loop looks at other events.
	perWakeUp = 64
	// defaultConcurrent is how many calls of a handler may be in progress: all but
	// one of them wait.
	defaultConcurrent = 256
)

// handleKind is the index of a handler in receiver.handles.
type handleKind int

const (
	onMiss handleKind = iota
	onAction
)

func (k handleKind) String() string { return [...]string{"on_miss", "on_action"}[k] }

func kindOf(u *odp.Upcall) handleKind {
	if u.Kind == odp.UpcallAction {
		return onAction
	}
	return onMiss
}

// handle is one miss or action handler in one Lua state. It belongs to the owner
// of that, but for the inbox and the counters.
type handle struct {
	standing // of no use in a worker, where the crew has it
	out      *dispatcher
	in       *inbox
	handler  *handler
	where    position // of the handler's function
	result   *lua.LFunction

	concurrent int        // calls that may be in progress
	held       *list.List // of *packetValue, the longest held first
	maxHeld    int
	heldFull   bool       // that was reported
	missed     *missKinds // nil if nobody wants to know

	handled    atomic.Uint64
	running    atomic.Int64 // calls that are in progress
	answered   atomic.Uint64
	discarded  atomic.Uint64
	unanswered atomic.Uint64
	holding    atomic.Int64 // how many are held
	expired    atomic.Uint64
	raced      atomic.Uint64 // installs of flows that were there already
	refused    atomic.Uint64 // installs and executes that the kernel refused
}

// newHandle makes a handle that gets its packets from its inbox, which the
// caller has to fill.
func newHandle(out *dispatcher, kind handleKind, fn *lua.LFunction, queue int) *handle {
	rt := out.rt
	h := &handle{
		out: out, handler: rt.newHandler(kind.String()+" handler of "+out.d.Name(), fn),
		concurrent: defaultConcurrent, held: list.New(), maxHeld: defaultHold,
	}
	h.standing = standing{rt: rt, kind: kind, name: h.handler.name}
	h.handler.stop = h.giveUp
	h.where = position{source: h.handler.position()}
	drain := h.drain
	h.in = &inbox{limit: int64(queue), wake: func() { rt.loop.post(drain) }}
	row := &Func{Name: kind.String(), owner: "odp", subject: h.where.String() + ": result of the " + kind.String() + " handler"}
	row.Go = func(c call) int {
		p := c.L.Get(1).(*lua.LUserData).Value.(*packetValue)
		p.send(c, h.where, c.actions(2, out.text))
		return 0
	}
	h.result = rt.L.NewFunction(rt.protect(row))
	return h
}

// ready reports whether the handler may be called now.
func (h *handle) ready() bool {
	return !h.stopped && !h.paused && !h.rt.ending.Load() && h.running.Load() < int64(h.concurrent)
}

// drain handles waiting packets. While a call of the handler waits, the next
// packets are handled by another drain.
func (h *handle) drain() {
	h.in.begin()
	if !h.ready() {
		return
	}
	rt := h.out.rt
	rt.draining = h
	for n := 0; n < perWakeUp && h.ready(); n++ {
		p := h.in.take()
		if p == nil {
			break
		}
		h.dispatch(p)
		if rt.draining != h { // it waited, and others went on
			return
		}
	}
	rt.draining = nil
	h.out.flush()
	if h.stopped {
		return
	}
	if h.recv != nil && h.in.queued() == 0 {
		h.recv.lookForLoss(h)
	}
	if h.ready() {
		h.in.again()
	}
}

func (h *handle) dispatch(p *packetValue) {
	p.enter(h)
	h.handled.Add(1)
	h.running.Add(1)
	results, ok := h.handler.call(&p.object)
	h.returned(p, results, ok)
}

// returned is called when a call of the handler has ended. Actions that it
// returned are executed; a packet that it gave no answer to is held or lost.
func (h *handle) returned(p *packetValue, results []lua.LValue, ok bool) {
	if ok && len(results) > 0 && !p.isAnswer(results[0]) {
		if a, simple := simpleActions(results[0]); simple && p.fate != fateDropped {
			p.sendTo(h.where, a)
		} else if _, err := h.out.rt.try(nil, h.result, nil, &p.object, results[0]); err != nil {
			h.handler.fail(h.out.rt.scriptError(err))
		}
	}
	p.leave()
	if h.missed != nil {
		h.missed.note(h, p)
	}
	h.running.Add(-1)
	if h.out.rt.draining != h && h.ready() {
		h.in.again()
	}
}

// isAnswer reports whether a result of a handler says nothing beyond what it has
// called: nothing, or what pkt:drop, forward, execute and hold return, so that a
// handler may end with return pkt:drop().
func (p *packetValue) isAnswer(v lua.LValue) bool {
	switch v := v.(type) {
	case *lua.LNilType, lua.LBool:
		return true
	case *lua.LUserData:
		return v.Value == any(p)
	}
	return false
}

// simpleActions converts what needs no reading and cannot be wrong.
func simpleActions(v lua.LValue) (odp.Actions, bool) {
	switch v := v.(type) {
	case lua.LNumber:
		if port, want := wholeNumber(v, odp.MaxPorts-1); want == "" {
			return odp.Output(odp.PortNo(port)), true
		}
	case *lua.LUserData:
		switch v := v.Value.(type) {
		case actionsValue:
			return v.a, true
		case *odp.Vport:
			return odp.Output(v.Number()), true
		}
	}
	return nil, false
}

func (h *handle) pause() { h.paused = true }

func (h *handle) resume() {
	h.paused = false
	if !h.stopped {
		h.in.again()
	}
}

// end ends the handle: held packets and those that wait are dropped and counted.
func (h *handle) end() {
	if !h.leave() {
		return
	}
	for h.held.Len() > 0 {
		h.held.Front().Value.(*packetValue).expire()
	}
	h.in.close()
}

// giveUp stops a handle that keeps failing.
func (h *handle) giveUp() {
	if !h.stopped {
		h.ended = h.keptFailing(h.out.d.Name(), h.handler.limit)
		h.recv.remove(h)
	}
}

func (h *handle) base() *standing { return &h.standing }

func (h *handle) put(u *odp.Upcall) { h.in.put(u) }

func (h *handle) dropped() uint64 { return h.in.dropped.Load() }

func (h *handle) queueLimit() int64 { return h.in.limit }

func (h *handle) flowsPut() {
	if h.missed != nil {
		h.missed.cleared.Store(true)
	}
}
