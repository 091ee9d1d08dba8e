package luabind

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"syscall"

	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

const (
	classEvent        = "odp.Event"
	classSubscription = "odp.Subscription"

	// defaultEventQueue is how many events may wait for the script. It is more
	// than for packets, as a script that puts many flows before it looks at
	// events is nothing unusual.
	defaultEventQueue = 8192
)

// subscription takes the kernel's announcements to one Lua function. A goroutine
// copies them into the bounded queue; the owner of the Lua state drains it.
type subscription struct {
	rt     *Runtime
	d      *odp.Datapath // nil: all of the namespace
	events *odp.Events
	cancel context.CancelFunc
	ended  chan struct{} // closed when the goroutine has returned
	forget func()

	queue     chan *odp.Event
	scheduled atomic.Bool // a drain is posted
	gone      atomic.Bool // the datapath was deleted; what is queued still counts
	dropped   atomic.Uint64
	overruns  atomic.Uint64
	malformed atomic.Uint64

	// The rest belongs to the owner of the Lua state.
	handler  *handler
	lost     *handler // nil if the script did not give one
	told     uint64   // losses that were told of
	handled  uint64
	draining bool
	stopped  bool
}

// run receives until the subscription is stopped.
func (s *subscription) run(ctx context.Context) {
	defer close(s.ended)
	for {
		ev, err := s.events.Receive(ctx)
		switch {
		case err == nil:
			if s.take(ev) {
				continue
			}
			return
		case ctx.Err() != nil || errors.Is(err, odp.ErrClosed):
			return
		case errors.Is(err, odp.ErrOverrun):
			s.overruns.Add(1)
		case errors.As(err, new(syscall.Errno)):
			s.rt.loop.post(func() { s.failed(err) })
			return
		default:
			s.malformed.Add(1)
		}
		s.schedule()
	}
}

// take queues an event. It returns false for the last one.
func (s *subscription) take(ev *odp.Event) bool {
	if s.d != nil && ev.Info != nil {
		if ev.Kind != odp.EventDel {
			return true
		}
		s.gone.Store(true)
		s.schedule()
		return false
	}
	select {
	case s.queue <- ev:
	default:
		// The script does not keep up. The newest are dropped, so that those
		// before are without a gap.
		s.dropped.Add(1)
	}
	s.schedule()
	return true
}

func (s *subscription) schedule() {
	if s.scheduled.CompareAndSwap(false, true) {
		s.rt.loop.post(s.drain)
	}
}

// drain handles waiting events. A handler that pumps the loop is not called
// again before it has returned.
func (s *subscription) drain() {
	s.scheduled.Store(false)
	if s.draining || s.stopped {
		return
	}
	s.draining = true
	for n := 0; n < perWakeUp && !s.stopped && len(s.queue) > 0; n++ {
		s.handler.call(s.rt.object(classEvent, <-s.queue))
		s.handled++
	}
	if len(s.queue) == 0 && !s.stopped {
		s.tellLoss()
	}
	s.draining = false
	gone := s.gone.Load() // before the queue is looked at
	switch {
	case s.stopped:
	case len(s.queue) > 0:
		s.schedule()
	case gone:
		s.stop()
	}
}

// tellLoss tells the script of new losses, after all events before them.
func (s *subscription) tellLoss() {
	lost := s.dropped.Load() + s.overruns.Load() + s.malformed.Load()
	if lost == s.told {
		return
	}
	first := s.told == 0
	s.told = lost
	switch {
	case s.lost != nil:
		s.lost.call(s.stats())
	case first:
		fmt.Fprintf(s.rt.cfg.Stderr, "odp: %s: events were lost, so that what it keeps may be out of date; see its stats\n", s.handler.name)
	}
}

// failed ends the subscription when its socket failed.
func (s *subscription) failed(err error) {
	if !s.stopped {
		fmt.Fprintf(s.rt.cfg.Stderr, "odp: %s ended: %v\n", s.handler.name, err)
		s.stop()
	}
}

// stop ends the subscription and waits for its goroutine. It is idempotent.
func (s *subscription) stop() {
	if s.stopped {
		return
	}
	s.stopped = true
	s.rt.loop.sources--
	delete(s.rt.subscriptions, s)
	s.forget()
	s.cancel()
	if err := s.events.Close(); err != nil {
		fmt.Fprintf(s.rt.cfg.Stderr, "odp: %s: %v\n", s.handler.name, err)
	}
	<-s.ended
}

func (s *subscription) stats() lua.LValue {
	rt := s.rt
	return rt.record("odp.SubscriptionStats", map[string]lua.LValue{
		"handled": rt.integer(s.handled), "failures": rt.integer(s.handler.failures), "queued": lua.LNumber(len(s.queue)),
		"dropped": rt.integer(s.dropped.Load()), "overruns": rt.integer(s.overruns.Load()), "malformed": rt.integer(s.malformed.Load()),
	})
}

// subscribe starts a subscription for the function in argument 1 with the
// options in argument 2. d is nil for every datapath of the namespace.
func subscribe(c call, d *odp.Datapath, group odp.EventGroup) int {
	fn := c.function(1)
	f := c.fields(2, "odp.SubscriptionOptions")
	queue := int(f.uint("queue", 1<<20, defaultEventQueue))
	if queue == 0 {
		f.bad("queue", "1 or more expected, got 0")
	}
	s := &subscription{rt: c.rt, d: d, queue: make(chan *odp.Event, queue), ended: make(chan struct{})}
	name := c.row.Name + " handler"
	var source interface {
		Subscribe(odp.EventGroup) (*odp.Events, error)
	}
	if d != nil {
		if f.has("netns") {
			f.bad("netns", "the datapath is in its own; only odp.%s takes one", c.row.Name)
		}
		name += " of " + d.Name()
		source = d
		group |= odp.EventDatapaths // for its end
	} else {
		var ns *namespace
		if f.has("netns") {
			ns = c.namespaceOf(2, f.get("netns"))
		}
		source = c.connect(ns)
	}
	s.handler = c.rt.newHandler(name, fn)
	s.handler.limit = int(f.uint("max_failures", 1<<31, uint64(c.rt.cfg.MaxFailures)))
	s.handler.stop = s.stop
	if f.has("lost") {
		lost, ok := f.get("lost").(*lua.LFunction)
		if !ok {
			f.expected("lost", "function")
		}
		s.lost = c.rt.newHandler("lost function of the "+name, lost)
		s.lost.limit, s.lost.stop = s.handler.limit, s.stop
	}
	events, err := source.Subscribe(group)
	c.raise(err)
	s.events = events
	if d != nil {
		// A datapath that is gone has no event of it to come.
		if _, err := d.Info(); err != nil {
			_ = events.Close() // the error is the datapath's
			c.raise(err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	s.forget = c.rt.closers.add(s.stop)
	c.rt.subscriptions[s] = struct{}{}
	c.rt.loop.sources++
	go s.run(ctx)
	return c.push(c.rt.object(classSubscription, s))
}

// endSubscriptions stops those of a script that has ended.
func (rt *Runtime) endSubscriptions() {
	for s := range rt.subscriptions {
		s.stop()
	}
}
