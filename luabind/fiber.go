package luabind

import (
	"context"
	"errors"
	"slices"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// errEnded ends what still waits when its script has ended.
var errEnded = errors.New("the script has ended")

// A fiber is one flow of control through Lua: a script or console line, a
// callback, or a task. One at a time runs. A fiber that waits is parked: its
// goroutine stands still with the Lua calls on its stack, and another goroutine
// takes over the event loop. So whatever waits keeps nothing else from going on,
// through pcall and callbacks of Go functions too, which the coroutines of the
// interpreter cannot be left from.
type fiber struct {
	ctx    context.Context // when it ends, so does Lua at its next instruction
	cancel context.CancelFunc
	// Guarded by Runtime.mu:
	stop  error  // why it is to end
	inner *fiber // that it has called and waits for; it ends with this one

	calls []protectedCall // in progress, outermost first

	// What a parked fiber waits for. done is called by whoever runs the loop.
	done     func() bool
	deadline time.Time
	resume   chan bool // what done said
}

// startFiber begins a fiber on the loop's goroutine. Most callbacks never wait,
// so fibers are used again.
func (rt *Runtime) startFiber() *fiber {
	var f *fiber
	if n := len(rt.idleFibers); n > 0 {
		f, rt.idleFibers = rt.idleFibers[n-1], rt.idleFibers[:n-1]
	} else {
		f = &fiber{resume: make(chan bool)}
		f.ctx, f.cancel = context.WithCancel(context.Background())
	}
	rt.setFiber(f)
	return f
}

// endFiber returns to the loop.
func (rt *Runtime) endFiber(f *fiber) {
	rt.setFiber(nil)
	if f.ctx.Err() == nil {
		rt.idleFibers = append(rt.idleFibers, f)
	}
}

// setFiber says which fiber runs now, nil for the loop itself.
func (rt *Runtime) setFiber(f *fiber) {
	rt.mu.Lock()
	rt.fiber = f
	rt.turn++
	rt.mu.Unlock()
}

// stopped returns why the fiber is to end, nil if it is not.
func (rt *Runtime) stopped(f *fiber) error {
	if f.ctx.Err() == nil {
		return nil
	}
	rt.mu.Lock()
	defer rt.mu.Unlock()
	return f.stop
}

// stopFiber tells a fiber to end, for the first reason given. rt.mu is held.
func (f *fiber) stopLocked(why error) {
	if f.stop == nil {
		f.stop = why
		f.cancel()
	}
	if f.inner != nil {
		f.inner.stopLocked(errCancelled)
	}
}

// park waits on the running fiber until done says so, the deadline passes (if
// not zero) or the fiber is to end. It reports what done said. done must not
// call Lua. What holds for the fiber alone, such as the current namespace, comes
// back with it.
func (rt *Runtime) park(done func() bool, deadline time.Time) bool {
	f, thread := rt.fiber, rt.L.G.CurrentThread
	f.done, f.deadline = done, deadline
	ns, requiring := rt.net.current, rt.requiring
	rt.net.current, rt.requiring = nil, nil
	rt.parked = append(rt.parked, f)
	rt.setFiber(nil)
	go rt.own()
	ok := <-f.resume
	rt.setFiber(f)
	rt.L.G.CurrentThread = thread
	rt.net.current, rt.requiring = ns, requiring
	f.done = nil
	return ok
}

// unpark makes the caller's goroutine hand the loop to that of a parked fiber
// which can go on, if there is one. Then the caller must return.
func (rt *Runtime) unpark() bool {
	if len(rt.parked) == 0 {
		return false
	}
	for i, f := range rt.parked {
		ok := f.done()
		if ok || f.ctx.Err() != nil || !f.deadline.IsZero() && time.Until(f.deadline) <= 0 {
			rt.parked = slices.Delete(rt.parked, i, i+1)
			f.resume <- ok
			return true
		}
	}
	return false
}

// unparkFirst is unpark for the fiber that has waited longest, which is to end.
func (rt *Runtime) unparkFirst(why error) bool {
	if len(rt.parked) == 0 {
		return false
	}
	f := rt.parked[0]
	rt.parked = slices.Delete(rt.parked, 0, 1)
	rt.mu.Lock()
	f.stopLocked(why)
	rt.mu.Unlock()
	f.resume <- false
	return true
}

// wake is when the first parked fiber's time is over, zero if never.
func (rt *Runtime) wake() time.Time {
	var first time.Time
	for _, f := range rt.parked {
		if !f.deadline.IsZero() && (first.IsZero() || f.deadline.Before(first)) {
			first = f.deadline
		}
	}
	return first
}

// endFibers ends every task and whatever waits, and returns when they have ended.
// Nothing may begin new ones meanwhile.
func (rt *Runtime) endFibers() {
	for t := range rt.tasks {
		t.cancel()
	}
	if len(rt.parked) == 0 {
		return
	}
	rt.mu.Lock()
	for _, f := range rt.parked {
		f.stopLocked(errEnded)
	}
	rt.mu.Unlock()
	f := rt.startFiber()
	rt.park(func() bool { return len(rt.parked) == 1 }, time.Time{}) // this one
	rt.endFiber(f)
}

// pump waits until done says so, the deadline passes (if not zero) or the fiber
// is to end, which raises. It reports whether done did. done must not call Lua.
func (c call) pump(done func() bool, deadline time.Time) bool {
	rt := c.rt
	c.checkStopped()
	rt.flushReceivers()
	if done() {
		return true
	}
	ok := rt.park(done, deadline)
	c.checkStopped()
	return ok
}

func (c call) checkStopped() {
	switch why := c.rt.stopped(c.rt.fiber); why {
	case nil:
	case errCancelled:
		c.L.RaiseError("the task was cancelled")
	default:
		c.L.RaiseError("interrupted")
	}
}

// inFiber fits a function that resumes coroutines to fibers: one that was made
// by another fiber is stopped with that which runs it.
func inFiber(resume lua.LGFunction, thread func(L *lua.LState) *lua.LState) lua.LGFunction {
	return func(L *lua.LState) int {
		if co := thread(L); co != nil && L.Context() != nil {
			co.SetContext(L.Context())
		}
		return resume(L)
	}
}

// wrapCoroutine is coroutine.wrap with [inFiber]. Its function has the thread as
// its only upvalue, and so has ours.
func wrapCoroutine(wrap lua.LValue) lua.LGFunction {
	inner := wrap.(*lua.LFunction).GFunction
	return func(L *lua.LState) int {
		inner(L)
		made := L.Get(-1).(*lua.LFunction)
		th, _ := made.Upvalues[0].Value().(*lua.LState)
		L.Push(L.NewClosure(inFiber(made.GFunction, func(*lua.LState) *lua.LState { return th }), th))
		return 1
	}
}
