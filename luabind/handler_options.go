package luabind

import (
	"runtime"

	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

// maxWorkers limits the workers of a handler, each of which is a Lua state.
const maxWorkers = 256

// handlerOptions are what a script may say of a handler of packets.
type handlerOptions struct {
	upcalls     odp.UpcallConfig
	receiving   bool // the script has said something of upcalls
	queue       int
	hold        int
	concurrent  int
	maxFailures int
	warn        bool
	lost        *lua.LFunction
}

// handlerParams are those options.
func handlerParams() []Param {
	return []Param{
		{Name: "queue", Type: "integer", Doc: "packets that may wait for the script, or for each worker, 1024 if not given; more are dropped and counted", Optional: true},
		{Name: "max_failures", Type: "integer", Doc: "failures in a row after which the handler is stopped, 100 if not given", Optional: true},
		{Name: "per_vport", Type: "boolean", Doc: "share packets out by port, even if the kernel can do it by CPU", Optional: true},
		{Name: "sockets", Type: "integer", Doc: "sockets to share packets out among, by port; 1 or the number of workers if not given", Optional: true},
		{Name: "buffer", Type: "integer", Doc: "bytes of each socket's receive buffer, 4 MiB if not given", Optional: true},
		{Name: "hold", Type: "integer", Doc: "packets that may be held, 1024 if not given; beyond that the oldest are dropped and counted", Optional: true},
		{Name: "concurrent", Type: "integer", Optional: true,
			Doc: "calls of the handler that may be in progress as it waits, 256 if not given; meanwhile the next packets are handled. 1 keeps the order of packets"},
		{Name: "lost", Type: "fun(stats: odp.HandleStats, new: integer)", Optional: true,
			Doc: "called when packets were lost since it was last called, new of them: dropped, not delivered by the kernel or malformed; if not given, the first loss is reported"},
		{Name: "warn", Type: "boolean", Optional: true,
			Doc: "false: no message when many packets of one kind came and no flow was installed for them"},
	}
}

func (f fields) handlerOptions() handlerOptions {
	positive := func(name string, limit, absent uint64) int {
		n := f.uint(name, limit, absent)
		if n == 0 {
			f.bad(name, "1 or more expected, got 0")
		}
		return int(n)
	}
	return handlerOptions{
		upcalls: odp.UpcallConfig{
			PerVport:   f.bool("per_vport"),
			Sockets:    int(f.uint("sockets", 1024, 0)),
			ReadBuffer: int(f.uint("buffer", 1<<30, 0)),
		},
		receiving:   f.has("per_vport") || f.has("sockets") || f.has("buffer"),
		queue:       positive("queue", 1<<20, defaultQueue),
		hold:        positive("hold", 1<<20, defaultHold),
		concurrent:  positive("concurrent", 1<<16, defaultConcurrent),
		maxFailures: int(f.uint("max_failures", 1<<31, uint64(f.c.rt.cfg.MaxFailures))),
		warn:        !f.has("warn") || f.bool("warn"),
		lost:        f.function("lost"),
	}
}

// workerCount is how many workers the field asks for.
func (f fields) workerCount(name string) int {
	if f.get(name) == lua.LTrue {
		return min(runtime.NumCPU(), maxWorkers)
	}
	n, want := wholeNumber(f.get(name), maxWorkers)
	if want != "" || n == 0 {
		f.expected(name, "a number of workers from 1 to 256, or true for one for each CPU,")
	}
	return int(n)
}

// applyTo gives a handle its options.
func (o *handlerOptions) applyTo(h *handle) {
	h.maxHeld, h.concurrent = o.hold, o.concurrent
	h.handler.limit = o.maxFailures
	if o.warn && h.kind == onMiss {
		h.missed = &missKinds{seen: map[missKind]int{}}
	}
}

// checkFree refuses a second handler of a kind. Argument n has the options.
func (c call) checkFree(n int, d *odp.Datapath, kind handleKind, o *handlerOptions) {
	r := c.rt.receiverOf(d)
	switch {
	case r == nil:
		if w := c.rt.work; w != nil && keyOf(w.d) == keyOf(d) {
			c.raiseArgument("%s: the packets of datapath %s come to this worker's handler: the function that it returns", c.title(), d.Name())
		}
	case r.takers[kind] != nil:
		c.raiseArgument("%s: datapath %s has such a handler; stop that first", c.title(), d.Name())
	case o.receiving:
		c.bad(n, "the other handler of datapath %s has set how packets are received; leave out per_vport, sockets and buffer", d.Name())
	}
}

// receiverFor returns the receiver of d, which is made if there is none.
func (c call) receiverFor(d *odp.Datapath, o *handlerOptions) *receiver {
	if r := c.rt.receiverOf(d); r != nil {
		return r
	}
	return c.startReceiver(d, o.upcalls)
}

// startHandle is dp:on_miss and dp:on_action.
func startHandle(c call, kind handleKind) int {
	d := self[*odp.Datapath](c)
	if t, ok := c.arg(1).(*lua.LTable); ok {
		if !c.isNil(2) {
			c.bad(2, "options of workers are all in the first table")
		}
		return startCrew(c, kind, d, c.fieldsOf(1, t, "odp.WorkerOptions"))
	}
	fn, ok := c.arg(1).(*lua.LFunction)
	if !ok {
		c.expected(1, "function, or table with workers,")
	}
	if t, ok := c.arg(2).(*lua.LTable); ok && t.RawGetString("workers") != lua.LNil {
		c.bad(2, "workers run code of their own: %s{ workers = ..., func = fn }, where fn runs once in each and returns its handler", c.title())
	}
	o := c.fields(2, "odp.HandlerOptions").handlerOptions()
	c.checkFree(2, d, kind, &o)
	r := c.receiverFor(d, &o)
	h := newHandle(r.out, kind, fn, o.queue)
	o.applyTo(h)
	h.setOnLost(o.lost, o.maxFailures, h.giveUp)
	r.add(h)
	return c.push(c.rt.object(classHandle, h))
}

func upcallShapes() []*Shape {
	return append(handleStatsShapes(),
		&Shape{Name: "odp.HandlerOptions", Doc: "Options of dp:on_miss and dp:on_action.", Fields: handlerParams()},
		&Shape{
			Name: "odp.WorkerOptions",
			Doc: "What dp:on_miss and dp:on_action take to have packets handled by several Lua states at a time. Each socket belongs to " +
				"one worker, so that its packets keep their order: those of a CPU or, with per_vport, of a flow. With more workers than " +
				"sockets, packets are shared out by the port that they came in by.",
			Fields: append([]Param{
				{Name: "workers", Type: "integer|true", Doc: "how many; true is one for each CPU"},
				{Name: "script", Type: "odp.FileName", Optional: true,
					Doc: "the file of their code, beside the script or as the path says. It runs once in each worker, gets an odp.Worker as its ... and returns the handler"},
				{Name: "func", Type: "fun(worker: odp.Worker): fun(pkt: odp.Packet): odp.ActionsLike|odp.Packet|boolean|nil", Optional: true,
					Doc: "in place of script, a function that runs once in each worker and returns the handler. Since it runs in another state, it may use no local variables from outside of it but those that hold modules, nor globals that the script has set"},
				{Name: "args", Type: "any", Optional: true, Doc: "worker.args, copied for each: channels and shared tables, ports, settings"},
			}, handlerParams()...),
		},
		&Shape{Name: "odp.Worker", Doc: "What a worker is given: the first argument of its code.", Fields: []Param{
			{Name: "id", Type: "integer", Doc: "its number, from 1 to count"},
			{Name: "count", Type: "integer", Doc: "how many workers the handler has"},
			{Name: "datapath", Type: classDatapath, Doc: "the datapath whose packets it handles"},
			{Name: "args", Type: "any", Doc: "a copy of args of the options", Optional: true},
		}},
		&Shape{Name: "odp.WorkerState", Doc: "A worker as handle.workers shows it.", Fields: []Param{
			{Name: "id", Type: "integer", Doc: "its number"},
			{Name: "stats", Type: "odp.WorkerStats", Doc: "what its handler has counted"},
		}},
	)
}
