package luabind

import (
	"runtime/debug"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// This file replaces the interpreter's protected calls. Its own PCall detaches
// the local variables of all calling functions from the closures that share
// them whenever an error is caught (gopher-lua issue 448), so that after
//
//	local n = 0
//	pcall(function() n = n + 1; error("x") end)
//
// later calls of that closure no longer change n. Here a protected call runs on a
// thread of its own, as coroutines do. An error ends that thread and nothing else.

// maxNested limits protected calls within protected calls, each of which takes
// part of the Go stack.
const maxNested = 200

// stackOverflow is what the interpreter panics with, in place of raising an
// error, when too many functions call each other.
const stackOverflow = "lua callstack overflow"

// failure is an error of a protected call: the value that was raised.
type failure struct {
	value     lua.LValue
	traceback string
	crash     *InternalError
	stop      error // why the fiber was told to end, if that is it
}

func (f *failure) Error() string { return f.value.String() }

// A protectedCall runs on a thread of its own, for the thread caller: nil if the
// event loop makes it.
type protectedCall struct{ thread, caller *lua.LState }

// A protectedThread is a thread for one protected call at a time, with what has to
// be known where an error is raised in it. It stays with the thread, so that a call
// that raises none allocates nothing but its results.
type protectedThread struct {
	*lua.LState
	rt      *Runtime
	caller  *lua.LState
	handler *lua.LFunction
	trace   string
	raise   func(*lua.LState) // raised
}

// takeThread returns a thread for a protected call of the running fiber.
func (rt *Runtime) takeThread(caller *lua.LState, handler *lua.LFunction) *protectedThread {
	var th *protectedThread
	if n := len(rt.threads); n > 0 {
		th, rt.threads = rt.threads[n-1], rt.threads[:n-1]
	} else {
		th = &protectedThread{rt: rt}
		th.LState, _ = rt.L.NewThread() // the main thread has no context to derive one from
		th.raise = th.raised
	}
	th.SetContext(rt.fiber.ctx)
	th.caller, th.handler, th.Panic = caller, handler, th.raise
	return th
}

// raised is called with an error where it is raised, on the thread or on one of a
// coroutine. It leaves the call by a panic.
func (th *protectedThread) raised(L *lua.LState) {
	value := L.Get(-1)
	th.rt.noteStop(L)
	if text, ok := value.(lua.LString); ok && threadPosition(L) == "" {
		// The interpreter puts a space after the position it did not find.
		value = lua.LString(strings.TrimPrefix(string(text), " "))
	}
	if th.caller == nil {
		th.trace = th.rt.traceback(L)
	}
	if th.handler != nil {
		th.Panic = func(L *lua.LState) { panic(&lua.ApiError{Type: lua.ApiErrorRun, Object: L.Get(-1)}) }
		L.Push(th.handler)
		L.Push(value)
		L.Call(1, 1)
		value = L.Get(-1)
	}
	panic(&lua.ApiError{Type: lua.ApiErrorRun, Object: value})
}

// callerOf returns the thread that waits for L: the one that made the protected
// call or that resumed the coroutine.
func (rt *Runtime) callerOf(L *lua.LState) *lua.LState {
	if caller, ok := rt.findCall(L); ok {
		return caller
	}
	return L.Parent
}

// findCall returns the caller of the protected call that L runs, if it does.
func (rt *Runtime) findCall(L *lua.LState) (caller *lua.LState, ok bool) {
	if rt.fiber == nil {
		return nil, false
	}
	calls := rt.fiber.calls
	for i := len(calls) - 1; i >= 0; i-- {
		if calls[i].thread == L {
			return calls[i].caller, true
		}
	}
	return nil, false
}

// try calls fn and returns its results, or the error it raised as a [*failure].
// caller is the thread that the call is made for, nil if the event loop makes
// it. handler, if not nil, is called with the error where it is raised, and its
// result takes the error's place.
func (rt *Runtime) try(caller *lua.LState, fn lua.LValue, handler *lua.LFunction, args ...lua.LValue) (results []lua.LValue, err error) {
	f := rt.fiber
	if f == nil {
		f = rt.startFiber()
		defer rt.endFiber(f)
	}
	if len(f.calls) >= maxNested {
		return nil, &failure{value: lua.LString("stack overflow: too many nested protected calls")}
	}
	th := rt.takeThread(caller, handler)
	previous := rt.L.G.CurrentThread
	rt.L.G.CurrentThread = th.LState
	f.calls = append(f.calls, protectedCall{th.LState, caller})
	defer func() {
		r := recover()
		rt.L.G.CurrentThread = previous
		f.calls = f.calls[:len(f.calls)-1]
		if r == nil {
			th.SetTop(0)
			th.caller, th.handler = nil, nil
			rt.threads = append(rt.threads, th)
			return
		}
		// The thread is left as it is: closures that outlive the error may still
		// refer to its variables.
		failed := rt.caught(r, caller, th.trace)
		failed.stop = rt.stopped(f)
		results, err = nil, failed
	}()

	th.Push(fn)
	for _, a := range args {
		th.Push(a)
	}
	th.Call(len(args), lua.MultRet)
	if n := th.GetTop(); n > 0 {
		results = make([]lua.LValue, n)
		for i := range results {
			results[i] = th.Get(i + 1)
		}
	}
	return results, nil
}

// caught makes an error of what a protected call was left by. A Go panic is
// passed on to the outermost call.
func (rt *Runtime) caught(r any, caller *lua.LState, trace string) *failure {
	api, ok := r.(*lua.ApiError)
	switch {
	case r == stackOverflow:
		return &failure{value: lua.LString("stack overflow"), traceback: trace}
	case !ok && rt.crash == nil:
		rt.crash = &InternalError{Value: r, Stack: string(debug.Stack()), Line: "the Lua interpreter"}
	}
	if rt.crash == nil {
		return &failure{value: api.Object, traceback: trace}
	}
	crash := rt.crash
	if caller == nil {
		rt.crash = nil
	}
	return &failure{value: lua.LString(crash.Error()), crash: crash}
}

// protect makes the Lua function of a row. A Go panic in it is recorded with
// its stack and passed on in a form that nothing written in Lua catches.
func (rt *Runtime) protect(row *Func) lua.LGFunction {
	return func(L *lua.LState) int {
		defer func() {
			r := recover()
			if r == nil {
				return
			}
			if _, ok := r.(*lua.ApiError); ok || r == stackOverflow {
				panic(r)
			}
			if rt.crash == nil {
				rt.crash = &InternalError{Value: r, Stack: string(debug.Stack()), Line: rt.scriptLine(L)}
			}
			panic(rt.crashPanic())
		}()
		c := call{L, rt, row}
		if rt.cfg.Safe && c.refused() {
			c.raiseUnsafe()
		}
		c.checkCount()
		return row.Go(c)
	}
}

// checkCount refuses arguments that a function would not look at, as what they
// ask for would not be done. A function that takes none may be a handler, which
// is called with some.
func (c call) checkCount() {
	if c.row == nil {
		return
	}
	n := len(c.row.Params)
	if n > 0 && c.row.Params[n-1].Name != "..." && c.count() > n {
		c.raiseArgument("%s takes %d arguments, got %d", c.title(), n, c.count())
	}
}

func (rt *Runtime) crashPanic() *lua.ApiError {
	return &lua.ApiError{Type: lua.ApiErrorPanic, Object: lua.LString(rt.crash.Error()), StackTrace: rt.crash.Stack}
}

// pcall is Lua's pcall.
func (rt *Runtime) pcall(L *lua.LState) int {
	fn := L.CheckAny(1)
	args := make([]lua.LValue, 0, 8)
	for i := 2; i <= L.GetTop(); i++ {
		args = append(args, L.Get(i))
	}
	return rt.pushTry(L, fn, nil, args...)
}

// invoke calls a Lua function for a row's Go function, and raises what it raises.
// It has a thread of its own, where coroutine.yield says that it cannot, as in a
// pcall: the interpreter would lose its way back to the Go function.
func (c call) invoke(fn lua.LValue, args ...lua.LValue) []lua.LValue {
	results, err := c.rt.try(c.L, fn, nil, args...)
	if c.rt.crash != nil {
		panic(c.rt.crashPanic())
	}
	if err != nil {
		c.L.Error(err.(*failure).value, 0)
	}
	return results
}

// raiseError is Lua's error. The interpreter's own takes level 2 for level 1, so
// that no function could blame its caller.
func raiseError(L *lua.LState) int {
	value, level := L.CheckAny(1), L.OptInt(2, 1)
	if text, ok := value.(lua.LString); ok && level > 0 {
		if dbg, ok := L.GetStack(level); ok {
			if pos := framePosition(L, dbg); pos != "" {
				value = lua.LString(pos + ": " + string(text))
			}
		}
	}
	L.Error(value, 0)
	return 0
}

// xpcall is Lua's xpcall. It also passes arguments on, as later versions of Lua do.
func (rt *Runtime) xpcall(L *lua.LState) int {
	fn, handler := L.CheckAny(1), L.CheckFunction(2)
	args := make([]lua.LValue, 0, 8)
	for i := 3; i <= L.GetTop(); i++ {
		args = append(args, L.Get(i))
	}
	return rt.pushTry(L, fn, handler, args...)
}

func (rt *Runtime) pushTry(L *lua.LState, fn lua.LValue, handler *lua.LFunction, args ...lua.LValue) int {
	results, err := rt.try(L, fn, handler, args...)
	if rt.crash != nil {
		panic(rt.crashPanic())
	}
	if err != nil {
		L.Push(lua.LFalse)
		L.Push(err.(*failure).value)
		return 2
	}
	L.Push(lua.LTrue)
	for _, v := range results {
		L.Push(v)
	}
	return 1 + len(results)
}

// passPanics wraps coroutine.resume so that a Go panic goes on upwards.
func (rt *Runtime) passPanics(fn lua.LValue) lua.LGFunction {
	inner := fn.(*lua.LFunction).GFunction
	return func(L *lua.LState) int {
		n := inner(L)
		if rt.crash != nil {
			panic(rt.crashPanic())
		}
		return n
	}
}

// coroutineRunning is coroutine.running: nil in the main program, on whatever
// thread of ours that runs.
func (rt *Runtime) coroutineRunning(L *lua.LState) int {
	for th := L; th != nil; {
		caller, ok := rt.findCall(th)
		if !ok {
			L.Push(th)
			return 1
		}
		th = caller
	}
	L.Push(lua.LNil)
	return 1
}
