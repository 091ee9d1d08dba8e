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

const classStream = "odp.Stream"

// source is where a stream's events come from: a socket that the kernel sends
// them to.
type source interface {
	// next waits for an event, which is then the stream's.
	next(ctx context.Context) (any, error)
	stats() odp.ReceiveStats
	// lost is how many events are known to be missing; ok is false where the kernel
	// does not number them.
	lost() (n uint64, ok bool)
	Close() error
}

// stream takes the events of one source to a handler of the script. One
// goroutine receives them into a bounded queue, which the owner of the Lua state
// drains.
type stream struct {
	rt     *Runtime
	conn   *odp.Conn
	src    source
	args   func(event any) []lua.LValue // what the handler is called with
	cancel context.CancelFunc
	ended  chan struct{} // closed when the goroutine has returned
	forget func()

	queue     chan any
	scheduled atomic.Bool // a drain is posted
	dropped   atomic.Uint64

	// The rest belongs to the owner of the Lua state.
	handler  *handler
	onLost   *handler // nil if the script did not give one
	told     uint64   // losses that were told of
	draining bool
	handled  uint64
	closed   bool
}

// streamParams are the options that every kind of stream has.
func streamParams() []Param {
	return []Param{
		{Name: "queue", Type: "integer", Doc: "events that may wait for the script, 1024 if not given; more are dropped and counted", Optional: true},
		{Name: "max_failures", Type: "integer", Doc: "failures in a row after which the handler is stopped, 100 if not given", Optional: true},
		{Name: "lost", Type: "fun(stats: odp.StreamStats)", Optional: true,
			Doc: "called when events were lost, after those before them; if not given, the first loss is reported"},
		{Name: "buffer", Type: "integer", Doc: "bytes of the socket's receive buffer, 4 MiB if not given", Optional: true},
		{Name: "netns", Type: classNamespace, Doc: "the namespace to listen in; that of the program if not given", Optional: true},
	}
}

// streamConfig is what the options of a stream say.
type streamConfig struct {
	queue       int
	maxFailures int
	buffer      int // bytes, 0 for the usual
	lost        *lua.LFunction
	ns          *namespace
}

func (c call) streamOptions(f fields) streamConfig {
	o := streamConfig{
		queue:       int(f.uint("queue", 1<<20, defaultQueue)),
		maxFailures: int(f.uint("max_failures", 1<<31, uint64(c.rt.cfg.MaxFailures))),
		buffer:      int(f.uint("buffer", 1<<30, 0)),
	}
	if o.queue == 0 {
		f.bad("queue", "1 or more expected, got 0")
	}
	if f.has("netns") {
		o.ns = c.namespaceOf(f.n, f.get("netns"))
	}
	if f.has("lost") {
		fn, ok := f.get("lost").(*lua.LFunction)
		if !ok {
			f.expected("lost", "function")
		}
		o.lost = fn
	}
	return o
}

// startStream begins to call fn for the events of src, which it then owns. args
// makes the arguments of a call.
func (c call) startStream(name string, fn *lua.LFunction, o streamConfig, conn *odp.Conn, src source, args func(any) []lua.LValue) int {
	s := &stream{
		rt: c.rt, conn: conn, src: src, args: args,
		queue: make(chan any, o.queue), ended: make(chan struct{}), handler: c.rt.newHandler(name+" handler", fn),
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
	c.rt.streams[s] = true
	c.rt.loop.sources++
	go s.receive(ctx)
	return c.push(c.rt.object(classStream, s))
}

// receive runs on the stream's goroutine.
func (s *stream) receive(ctx context.Context) {
	defer close(s.ended)
	for {
		event, err := s.src.next(ctx)
		switch {
		case ctx.Err() != nil || errors.Is(err, odp.ErrClosed):
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

func (s *stream) schedule() {
	if s.scheduled.CompareAndSwap(false, true) {
		s.rt.loop.post(s.drain)
	}
}

// drain handles waiting events. A handler that pumps the loop is not called
// again before it has returned.
func (s *stream) drain() {
	s.scheduled.Store(false)
	if s.draining || s.closed {
		return
	}
	s.draining = true
	for n := 0; n < perWakeUp && !s.closed && len(s.queue) > 0; n++ {
		event := <-s.queue
		s.handled++
		s.handler.call(s.args(event)...)
	}
	if len(s.queue) == 0 && !s.closed {
		s.tellLoss()
	}
	s.draining = false
	if len(s.queue) > 0 {
		s.schedule()
	}
}

// tellLoss tells the script of new losses, after all events before them.
func (s *stream) tellLoss() {
	got := s.src.stats()
	missing, _ := s.src.lost()
	lost := s.dropped.Load() + got.Overruns + got.Malformed + missing
	if lost <= s.told { // a late sample may make it less
		return
	}
	first := s.told == 0
	s.told = lost
	switch {
	case s.onLost != nil:
		s.onLost.call(s.stats())
	case first:
		fmt.Fprintf(s.rt.cfg.Stderr, "odp: %s: events were lost; see its stats\n", s.handler.name)
	}
}

func (s *stream) failed(err error) {
	if !s.closed {
		fmt.Fprintf(s.rt.cfg.Stderr, "odp: %s ended: %v\n", s.handler.name, err)
		s.close()
	}
}

// close stops receiving and waits for the goroutine. It is idempotent.
func (s *stream) close() {
	if s.closed {
		return
	}
	s.closed = true
	s.rt.loop.sources--
	delete(s.rt.streams, s)
	s.forget()
	s.cancel()
	<-s.ended
	if err := s.src.Close(); err != nil {
		fmt.Fprintf(s.rt.cfg.Stderr, "odp: %s: %v\n", s.handler.name, err)
	}
}

// closeStreams ends the streams of a connection, nil for all.
func (rt *Runtime) closeStreams(conn *odp.Conn) {
	for s := range rt.streams {
		if conn == nil || s.conn == conn {
			s.close()
		}
	}
}

func (s *stream) stats() lua.LValue {
	rt, got := s.rt, s.src.stats()
	values := map[string]lua.LValue{
		"handled": rt.integer(s.handled), "failures": rt.integer(s.handler.failures),
		"received": rt.integer(got.Received), "dropped": rt.integer(s.dropped.Load()),
		"queued": lua.LNumber(len(s.queue)), "overruns": rt.integer(got.Overruns),
		"malformed": rt.integer(got.Malformed),
	}
	if n, ok := s.src.lost(); ok {
		values["lost"] = rt.integer(n)
	}
	return rt.record("odp.StreamStats", values)
}

func streamClass() *Class {
	return &Class{
		Name: classStream,
		Doc:  "A handler of the kernel's events, such as odp.on_conntrack makes. It keeps odp.run going.",
		Props: []*Prop{
			{Name: "active", Type: "boolean", Doc: "whether it still gets events", Get: func(c call) lua.LValue {
				return lua.LBool(!self[*stream](c).closed)
			}},
			{Name: "stats", Type: "odp.StreamStats", Doc: "what it has counted", Get: func(c call) lua.LValue {
				return self[*stream](c).stats()
			}},
		},
		Methods: []*Func{{
			Name: "stop",
			Doc:  "End it. Stopping again does nothing.",
			Go: func(c call) int {
				self[*stream](c).close()
				return 0
			},
		}},
		Ops: map[string]func(c call) int{"__tostring": func(c call) int {
			s := self[*stream](c)
			if s.closed {
				return c.pushString(s.handler.name + " (ended)")
			}
			return c.pushString(s.handler.name)
		}},
	}
}

func streamShapes() []*Shape {
	counter := func(name, doc string) Param { return Param{Name: name, Type: "integer", Doc: doc} }
	return []*Shape{{Name: "odp.StreamStats", Doc: "What a handler of events has counted.", Fields: []Param{
		counter("handled", "events given to the handler"),
		counter("failures", "errors that it raised"),
		counter("received", "messages received from the kernel, also those of events that were not asked for"),
		counter("dropped", "events dropped as the queue was full: the script does not keep up"),
		counter("queued", "events waiting now"),
		counter("overruns", "times that the kernel dropped events as the receive buffer was full"),
		counter("malformed", "messages of the kernel that were not understood"),
		{Name: "lost", Type: "integer", Doc: "samples that are missing in the sequences of their groups; nil for other events", Optional: true},
	}}}
}
