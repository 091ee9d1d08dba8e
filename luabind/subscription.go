package luabind

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"syscall"

	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

const (
	classSubscription = "odp.Subscription"

	// defaultEventQueue is how many events may wait for the script. It is more
	// than for packets, as a script that changes much before it looks at events is
	// nothing unusual.
	defaultEventQueue = 8192
)

// source is where a subscription's events come from: a socket that the kernel
// sends them to.
type source interface {
	// next waits for an event, which is then the caller's. An io.EOF says that none
	// will come any more.
	next(ctx context.Context) (any, error)
	stats() odp.ReceiveStats
	// lost is how many events are known to be missing; ok is false where the kernel
	// does not number them.
	lost() (n uint64, ok bool)
	Close() error
}

// subscription takes the events of one source to a handler of the script. One
// goroutine receives them into a bounded queue, which the owner of the Lua state
// drains.
type subscription struct {
	rt     *Runtime
	conn   *odp.Conn
	src    source
	args   func(event any) []lua.LValue // what the handler is called with
	cancel context.CancelFunc
	ended  chan struct{} // closed when the goroutine has returned
	forget func()

	queue     chan any
	scheduled atomic.Bool // a drain is posted
	finished  atomic.Bool // no more events will come; what is queued still counts
	dropped   atomic.Uint64

	// The rest belongs to the owner of the Lua state.
	handler  *handler
	onLost   *handler // nil if the script did not give one
	told     uint64   // losses that were told of
	draining bool
	handled  uint64
	closed   bool
}

// subscriptionParams are the options that every handler of events has.
func subscriptionParams() []Param {
	return []Param{
		{Name: "queue", Type: "integer", Doc: "events that may wait for the script, 8192 if not given; more are dropped and counted", Optional: true},
		{Name: "max_failures", Type: "integer", Doc: "failures in a row after which the handler is stopped, 100 if not given", Optional: true},
		{Name: "lost", Type: "fun(stats: odp.SubscriptionStats, new: integer)", Optional: true,
			Doc: "called when events were lost, after those before them: list anew what they keep up to date. new is how many are known to be missing since it was last called, an overrun counted as one; if not given, the first loss is reported"},
		{Name: "netns", Type: classNamespace, Doc: "the namespace to listen in, for the functions of module odp; the current one if not given", Optional: true},
	}
}

// bufferParam is the option of those whose socket's size can be set.
func bufferParam() Param {
	return Param{Name: "buffer", Type: "integer", Doc: "bytes of the socket's receive buffer, 4 MiB if not given", Optional: true}
}

// subscriptionConfig is what those options say.
type subscriptionConfig struct {
	queue       int
	maxFailures int
	buffer      int // bytes, 0 for the usual
	lost        *lua.LFunction
	ns          *namespace
}

func (c call) subscriptionOptions(f fields) subscriptionConfig {
	o := subscriptionConfig{
		queue:       int(f.uint("queue", 1<<20, defaultEventQueue)),
		maxFailures: int(f.uint("max_failures", 1<<31, uint64(c.rt.cfg.MaxFailures))),
		buffer:      int(f.uint("buffer", 1<<30, 0)),
	}
	if o.queue == 0 {
		f.bad("queue", "1 or more expected, got 0")
	}
	o.ns = f.optNamespace("netns")
	o.lost = f.function("lost")
	return o
}

// subscribe begins to call fn for the events of src, which it then owns. name is
// the handler's in messages, args makes the arguments of a call.
func (c call) subscribe(name string, fn *lua.LFunction, o subscriptionConfig, conn *odp.Conn, src source, args func(any) []lua.LValue) int {
	s := &subscription{
		rt: c.rt, conn: conn, src: src, args: args,
		queue: make(chan any, o.queue), ended: make(chan struct{}), handler: c.rt.newHandler(name, fn),
	}
	s.handler.limit = o.maxFailures
	s.handler.stop = s.close
	if o.lost != nil {
		s.onLost = c.rt.newHandler("lost function of the "+s.handler.name, o.lost)
		s.onLost.limit, s.onLost.stop = o.maxFailures, s.close
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	s.forget = c.rt.closers.add(s.close)
	c.rt.subscriptions[s] = true
	c.rt.loop.sources++
	go s.receive(ctx)
	return c.push(c.rt.object(classSubscription, s))
}

// receive runs on the subscription's goroutine.
func (s *subscription) receive(ctx context.Context) {
	defer close(s.ended)
	for {
		event, err := s.src.next(ctx)
		switch {
		case ctx.Err() != nil || errors.Is(err, odp.ErrClosed):
			return
		case err == io.EOF:
			s.finished.Store(true)
			s.schedule()
			return
		case errors.Is(err, odp.ErrOverrun): // counted by the source
		case err != nil && errors.As(err, new(syscall.Errno)):
			s.rt.loop.post(func() { s.failed(err) })
			return
		case err != nil: // not understood, and counted
		default:
			select {
			case s.queue <- event:
			default:
				// The script does not keep up. The newest are dropped, so that those
				// before are without a gap.
				s.dropped.Add(1)
			}
		}
		s.schedule()
	}
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
	if s.draining || s.closed {
		return
	}
	s.draining = true
	for n := 0; n < perWakeUp && !s.closed && len(s.queue) > 0; n++ {
		s.handler.call(s.args(<-s.queue)...)
		s.handled++
	}
	if len(s.queue) == 0 && !s.closed {
		s.tellLoss()
	}
	s.draining = false
	finished := s.finished.Load() // before the queue is looked at
	switch {
	case s.closed:
	case len(s.queue) > 0:
		s.schedule()
	case finished:
		s.close()
	}
}

// tellLoss tells the script of new losses, after all events before them.
func (s *subscription) tellLoss() {
	got := s.src.stats()
	missing, _ := s.src.lost()
	lost := s.dropped.Load() + got.Overruns + got.Malformed + missing
	if lost <= s.told { // a late sample may make it less
		return
	}
	first, since := s.told == 0, lost-s.told
	s.told = lost
	switch {
	case s.onLost != nil:
		s.onLost.call(s.stats(), s.rt.integer(since))
	case first:
		fmt.Fprintf(s.rt.cfg.Stderr, "odp: %s: events were lost, so that what it keeps may be out of date; see its stats\n", s.handler.name)
	}
}

func (s *subscription) failed(err error) {
	if !s.closed {
		fmt.Fprintf(s.rt.cfg.Stderr, "odp: %s ended: %v\n", s.handler.name, err)
		s.close()
	}
}

// close stops receiving and waits for the goroutine. It is idempotent.
func (s *subscription) close() {
	if s.closed {
		return
	}
	s.closed = true
	s.rt.loop.sources--
	delete(s.rt.subscriptions, s)
	s.forget()
	s.cancel()
	<-s.ended
	if err := s.src.Close(); err != nil {
		fmt.Fprintf(s.rt.cfg.Stderr, "odp: %s: %v\n", s.handler.name, err)
	}
}

// endSubscriptions ends the subscriptions of a connection, nil for all.
func (rt *Runtime) endSubscriptions(conn *odp.Conn) {
	for s := range rt.subscriptions {
		if conn == nil || s.conn == conn {
			s.close()
		}
	}
}

func (s *subscription) stats() lua.LValue {
	rt, got := s.rt, s.src.stats()
	values := map[string]lua.LValue{
		"handled": rt.integer(s.handled), "failures": rt.integer(s.handler.failures.Load()),
		"received": rt.integer(got.Received), "dropped": rt.integer(s.dropped.Load()),
		"queued": lua.LNumber(len(s.queue)), "overruns": rt.integer(got.Overruns),
		"malformed": rt.integer(got.Malformed),
	}
	if n, ok := s.src.lost(); ok {
		values["lost"] = rt.integer(n)
	}
	return rt.record("odp.SubscriptionStats", values)
}

func subscriptionClass() *Class {
	return &Class{
		Name: classSubscription,
		Doc:  "A handler of the kernel's events, made by odp.on_datapath, dp:on_flow, odp.on_conntrack, net.on_link, link:on_frame and their like.",
		Props: []*Prop{
			{Name: "active", Type: "boolean", Doc: "whether it still gets events", Get: func(c call) lua.LValue {
				return lua.LBool(!self[*subscription](c).closed)
			}},
			{Name: "stats", Type: "odp.SubscriptionStats", Doc: "what it has counted", Get: func(c call) lua.LValue {
				return self[*subscription](c).stats()
			}},
		},
		Methods: []*Func{{
			Name:    "stop",
			Doc:     "End it. Events that wait are not handled. Stopping again does nothing.",
			Example: "local changes = dp:on_flow(function(event) print(event.flow) end)\nodp.sleep(5)\nchanges:stop()",
			Go: func(c call) int {
				self[*subscription](c).close()
				return 0
			},
		}},
		Ops: map[string]func(c call) int{"__tostring": func(c call) int {
			return c.pushString(self[*subscription](c).handler.name)
		}},
	}
}

func subscriptionShapes() []*Shape {
	counter := func(name, doc string) Param { return Param{Name: name, Type: "integer", Doc: doc} }
	return []*Shape{
		{Name: "odp.SubscriptionOptions", Doc: "Options of handlers of events.", Fields: subscriptionParams()},
		{Name: "odp.SubscriptionStats", Doc: "What a handler of events has counted.", Fields: []Param{
			counter("handled", "events given to the handler"),
			counter("failures", "errors that it raised"),
			counter("received", "messages received from the kernel, also those of events that were not asked for"),
			counter("dropped", "events dropped as the queue was full: the script does not keep up"),
			counter("queued", "events waiting now"),
			counter("overruns", "times that the kernel dropped events as the receive buffer was full"),
			counter("malformed", "messages of the kernel that were not understood"),
			{Name: "lost", Type: "integer", Doc: "samples that are missing in the sequences of their groups; nil for other events", Optional: true},
		}},
	}
}
