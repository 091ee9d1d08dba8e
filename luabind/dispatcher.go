package luabind

import (
	"errors"
	"fmt"
	"slices"

	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

// dispatcher is what the handlers of one datapath in one Lua state share: the
// batch of what they ask for, and what they know of the datapath. Only the owner
// of that state uses it.
type dispatcher struct {
	rt      *Runtime
	d       *odp.Datapath
	changes func() uint64 // grows when a vport comes, changes or goes; nil if that is not known

	text     *odp.TextOptions
	datapath *lua.LUserData
	vports   map[odp.PortNo]lua.LValue // as of seen; nil for a port that is gone
	seen     uint64

	batch    batch
	packet   odp.Packet // the one that is being added to the batch, which copies it
	requests []request
	spare    []request // the memory of the last requests
	send     func()    // flush
}

// batch is an [odp.Batch], but for benchmarks without a kernel.
type batch interface {
	PutFlow(*odp.Datapath, *odp.Flow, odp.PutMode)
	Execute(*odp.Datapath, *odp.Packet)
	Send() []error
}

// request tells whom to blame when a request of the batch fails.
type request struct {
	hand *handle
	at   position
	put  bool // a flow put in create mode, which may lose a race
}

func newDispatcher(rt *Runtime, d *odp.Datapath, changes func() uint64) *dispatcher {
	o := &dispatcher{
		rt: rt, d: d, changes: changes,
		text: textOptions(d), datapath: rt.newDatapath(d), batch: d.Conn().NewBatch(),
	}
	o.send = o.flush
	return o
}

// vport is the object of a port, nil if it is gone.
func (o *dispatcher) vport(n odp.PortNo) (lua.LValue, error) {
	if o.changes == nil {
		o.vports = nil
	} else if now := o.changes(); now != o.seen || o.vports == nil {
		o.vports, o.seen = map[odp.PortNo]lua.LValue{}, now
	}
	if v, ok := o.vports[n]; ok {
		return v, nil
	}
	var object lua.LValue = lua.LNil
	v, err := o.d.VportByNumber(n)
	switch {
	case err == nil:
		object = o.rt.newVport(v)
	case !errors.Is(err, odp.ErrNotExist):
		return lua.LNil, err
	}
	if o.vports != nil {
		o.vports[n] = object
	}
	return object, nil
}

func (o *dispatcher) put(h *handle, at position, f *odp.Flow, mode odp.PutMode) {
	o.batch.PutFlow(o.d, f, mode)
	o.added(request{h, at, mode == odp.PutCreate})
}

func (o *dispatcher) execute(h *handle, at position, u *odp.Upcall, a odp.Actions) {
	o.packet = *u.Packet(a)
	o.batch.Execute(o.d, &o.packet)
	o.packet = odp.Packet{}
	o.added(request{h, at, false})
}

func (o *dispatcher) added(q request) {
	if len(o.requests) == 0 {
		o.rt.unsent = append(o.rt.unsent, o)
		if o.rt.draining == nil {
			o.rt.loop.post(o.send)
		}
	}
	o.requests = append(o.requests, q)
}

// flush sends the batch, in the order in which things were asked for. What the
// kernel refuses is a failure of the handler that asked for it.
func (o *dispatcher) flush() {
	if len(o.requests) == 0 {
		return
	}
	o.rt.unsent = slices.DeleteFunc(o.rt.unsent, func(other *dispatcher) bool { return other == o })
	requests := o.requests
	o.requests, o.spare = o.spare[:0], nil
	for i, err := range o.batch.Send() {
		if err == nil {
			continue
		}
		q := requests[i]
		if q.put && errors.Is(err, odp.ErrExist) {
			q.hand.raced.Add(1) // another packet was first; its flow does the same
			continue
		}
		q.hand.refused.Add(1)
		e := newErrorValue(err)
		e.line = q.at.String()
		q.hand.handler.fail(&ScriptError{Message: e.String(), Err: err})
	}
	clear(requests)
	o.spare = requests[:0]
}

// flushReceivers sends what handlers have asked for so far, and lets others go
// on with the packets. It is called before a script waits.
func (rt *Runtime) flushReceivers() {
	if h := rt.draining; h != nil {
		rt.draining = nil
		if h.ready() {
			h.in.again()
		}
	}
	for len(rt.unsent) > 0 {
		rt.unsent[0].flush()
	}
}

// position is a place in a script. It is text only when that is asked for, as it
// is noted for each thing that a handler asks for.
type position struct {
	source string
	line   int // 0: source has the line
}

func (p position) String() string {
	if p.line == 0 {
		return p.source
	}
	return fmt.Sprintf("%s:%d", p.source, p.line)
}

// position is where the script called the function.
func (c call) position() position {
	if dbg, ok := c.L.GetStack(1); ok {
		if _, err := c.L.GetInfo("Sl", dbg, lua.LNil); err == nil && dbg.CurrentLine > 0 {
			return position{dbg.Source, dbg.CurrentLine}
		}
	}
	return position{source: c.rt.scriptLine(c.L)}
}
