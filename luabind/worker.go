package luabind

import (
	"context"
	"errors"
	"fmt"
	"time"

	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

// workerGrace is how long a worker that is to end may finish what it is at.
const workerGrace = time.Second

// worker is one Lua state with an event loop of its own that handles packets for
// a crew. After it is set up, its owner is the only one to use it, but for the
// inbox and counters of its handle.
type worker struct {
	crew *crew
	id   int // from 1 on
	rt   *Runtime
	d    *odp.Datapath // by a connection of its own
	h    *handle       // nil until it is set up
	// failed is why what it had spawned or deferred failed, known when it has ended.
	failed error
}

func newWorker(cr *crew, id int) *worker {
	cfg := cr.rt.cfg
	cfg.Tests = nil // which is of the script's own goroutine
	w := &worker{crew: cr, id: id, rt: New(cfg)}
	w.rt.work = w
	return w
}

// setUp runs the worker's code.
func (w *worker) setUp(job *workerJob) error {
	var result error
	err := w.rt.do(context.Background(), func() { result = w.run(job) })
	if err != nil {
		return err
	}
	return result
}

// run is setUp on the owner's goroutine.
func (w *worker) run(job *workerJob) error {
	rt := w.rt
	rt.setScript(job.script, nil)
	ns, err := job.namespaceIn(rt)
	if err != nil {
		return err
	}
	defer rt.enterNamespace(ns)()
	conn, err := rt.connLike(job.d.Conn())
	if err != nil {
		return err
	}
	w.d = job.d.Via(conn)
	args, err := rt.unseal(job.args)
	if err != nil {
		return err
	}
	self := rt.record("odp.Worker", map[string]lua.LValue{
		"id": lua.LNumber(w.id), "count": lua.LNumber(len(w.crew.workers)), "datapath": rt.newDatapath(w.d), "args": args,
	})
	code, err := job.code(rt)
	if err != nil {
		return err
	}
	results, err := rt.execute(context.Background(), code, self)
	if err != nil {
		return err
	}
	var fn *lua.LFunction
	if len(results) > 0 {
		fn, _ = results[0].(*lua.LFunction)
	}
	if fn == nil {
		got := "nothing"
		if len(results) > 0 {
			got = rt.describe(results[0])
		}
		return fmt.Errorf("%s must return the handler, a function; it returned %s", job.name, got)
	}
	w.handleBy(newDispatcher(rt, w.d, w.crew.changes), fn, job.kind, job.options)
	return nil
}

// handleBy has packets handled by fn.
func (w *worker) handleBy(out *dispatcher, fn *lua.LFunction, kind handleKind, o *handlerOptions) {
	h := newHandle(out, kind, fn, o.queue)
	o.applyTo(h)
	h.handler.name += fmt.Sprintf(" in worker %d", w.id)
	h.name = h.handler.name
	h.handler.stop = func() { // the others end with it: its packets would only be dropped
		h.pause()
		w.crew.rt.loop.post(func() {
			w.crew.rt.stuck = append(w.crew.rt.stuck, h.name)
			w.crew.giveUp(h.handler.limit)
		})
	}
	w.rt.loop.sources++
	w.h = h
}

// close ends the worker: what it is at, the packets that wait, and what its code
// has left running. What it has deferred is called.
func (w *worker) close() {
	ctx, cancel := context.WithTimeout(context.Background(), workerGrace)
	defer cancel()
	w.rt.ending.Store(true)
	w.rt.do(ctx, func() { // it cannot be closed yet
		if w.h != nil {
			w.h.end()
		}
		w.failed = errors.Join(w.rt.finish(), w.rt.taskFailure())
	})
	w.rt.Close()
}

// refuseInWorker refuses what only the script itself can do.
func (c call) refuseInWorker(instead string) {
	if c.rt.work != nil {
		c.raiseArgument("%s: not in a worker, %s", c.title(), instead)
	}
}
