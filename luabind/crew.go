package luabind

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

// crew is the workers of w handler. It belongs to the owner of the Lua state
// that made it, but for put and changes.
type crew struct {
	standing
	d       *odp.Datapath
	workers []*worker
	byPort  bool // packets are shared out by port, as there are fewer sockets than workers
	up      atomic.Pointer[odp.Upcalls]
}

// startCrew is dp:on_miss with workers.
func startCrew(c call, kind handleKind, d *odp.Datapath, f fields) int {
	n := f.workerCount("workers")
	o := f.handlerOptions()
	c.checkFree(1, d, kind, &o)
	job := f.workerJob(kind, d, &o)
	if o.upcalls.Sockets == 0 {
		o.upcalls.Sockets = min(n, runtime.NumCPU())
	}

	cr := &crew{d: d, standing: standing{rt: c.rt, kind: kind, name: kind.String() + " handler of " + d.Name()}}
	begun := false
	defer func() {
		if !begun {
			cr.shut()
		}
	}()
	for range n {
		cr.workers = append(cr.workers, newWorker(cr, len(cr.workers)+1))
	}
	c.setUp(cr, job)
	c.checkFree(1, d, kind, &o) // others went on meanwhile
	r := c.receiverFor(d, &o)
	cr.up.Store(r.up)
	cr.byPort = len(r.up.PIDs()) < n
	cr.setOnLost(o.lost, o.maxFailures, func() { cr.giveUp(o.maxFailures) })
	r.add(cr)
	begun = true
	return c.push(c.rt.object(classHandle, cr))
}

// setUp runs the workers' code and waits until each has a handler.
func (c call) setUp(cr *crew, job *workerJob) {
	defer job.close()
	rt, left := c.rt, len(cr.workers)
	var failed error
	for _, w := range cr.workers {
		go func() {
			err := w.setUp(job)
			rt.loop.post(func() {
				left--
				if err != nil && failed == nil {
					failed = &opError{job.kind.String() + " worker", fmt.Sprint(w.id), err}
				}
			})
		}()
	}
	c.pump(func() bool { return left == 0 || failed != nil }, time.Time{})
	c.raise(failed)
}

// changes grows when a vport of the datapath changes.
func (cr *crew) changes() uint64 {
	if up := cr.up.Load(); up != nil {
		return up.VportChanges()
	}
	return 0
}

func (cr *crew) base() *standing { return &cr.standing }

func (cr *crew) put(u *odp.Upcall) {
	n := u.Queue
	if cr.byPort {
		port, _ := u.InPort()
		n = int(port)
	}
	cr.workers[n%len(cr.workers)].h.put(u)
}

func (cr *crew) counts() counts {
	var n counts
	for _, w := range cr.workers {
		n.add(w.h.counts())
	}
	return n
}

func (cr *crew) dropped() (n uint64) {
	for _, w := range cr.workers {
		n += w.h.dropped()
	}
	return n
}

func (cr *crew) queueLimit() int64 { return cr.workers[0].h.queueLimit() }

func (cr *crew) pause() {
	cr.paused = true
	for _, w := range cr.workers {
		w.rt.loop.post(w.h.pause)
	}
}

func (cr *crew) resume() {
	cr.paused = false
	for _, w := range cr.workers {
		w.rt.loop.post(w.h.resume)
	}
}

// flowsPut may be called by any goroutine.
func (cr *crew) flowsPut() {
	for _, w := range cr.workers {
		w.h.flowsPut()
	}
}

func (cr *crew) end() {
	if cr.leave() {
		cr.shut()
	}
}

// giveUp stops the workers as one of them, or the lost function, keeps failing.
func (cr *crew) giveUp(limit int) {
	if !cr.stopped {
		cr.ended = cr.keptFailing(cr.d.Name(), limit)
		cr.recv.remove(cr)
	}
}

// shut ends the workers and waits until they have.
func (cr *crew) shut() {
	var wg sync.WaitGroup
	for _, w := range cr.workers {
		wg.Go(w.close)
	}
	wg.Wait()
	for _, w := range cr.workers {
		if w.failed != nil && cr.rt.workFailed == nil {
			cr.rt.workFailed = &ScriptError{Message: fmt.Sprintf("worker %d of the %s: %v", w.id, cr.name, w.failed), Err: w.failed}
		}
	}
}

// states is what handle.workers shows.
func (cr *crew) states() *lua.LTable {
	list := cr.rt.L.CreateTable(len(cr.workers), 0)
	for _, w := range cr.workers {
		list.Append(cr.rt.record("odp.WorkerState", map[string]lua.LValue{
			"id":    lua.LNumber(w.id),
			"stats": cr.rt.record("odp.WorkerStats", w.h.counts().values(cr.rt)),
		}))
	}
	return list
}
