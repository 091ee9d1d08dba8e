package luabind

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	lua "github.com/yuin/gopher-lua"
)

// handler is a Lua function that the loop calls: a timer's or a miss handler.
// When it fails, that is reported once for each line of the script at which it
// does, and the loop goes on; when it fails too often in a row it is stopped.
type handler struct {
	rt    *Runtime
	name  string // in messages: "timer", "on_miss handler of dp0"
	fn    *lua.LFunction
	limit int        // failures in a row that stop it
	stop  func()     // how to stop it
	ns    *namespace // the current one where it was made, and in its calls

	failures atomic.Uint64 // all
	inARow   int
	reported map[string]bool
}

func (rt *Runtime) newHandler(name string, fn *lua.LFunction) *handler {
	return &handler{rt: rt, name: name, fn: fn, limit: rt.cfg.MaxFailures, ns: rt.net.current}
}

// position is where the handler's function begins in the script.
func (h *handler) position() string {
	if h.fn.IsG {
		return h.name
	}
	return fmt.Sprintf("%s:%d", h.fn.Proto.SourceName, h.fn.Proto.LineDefined)
}

// call runs the handler and returns its results. While a script is being
// aborted, nothing is called.
func (h *handler) call(args ...lua.LValue) (results []lua.LValue, ok bool) {
	rt := h.rt
	if rt.Aborting() {
		return nil, false
	}
	leave := rt.enterNamespace(h.ns)
	results, err := rt.try(nil, h.fn, nil, args...)
	leave()
	if err == nil {
		h.inARow = 0
		return results, true
	}
	var failed *failure
	if errors.As(err, &failed) && failed.stop != nil && (len(rt.mains) > 0 || failed.stop == errEnded || failed.stop == ErrClosed) {
		return nil, false // the script that was aborted reports it, or has ended
	}
	h.fail(rt.scriptError(err))
	return nil, false
}

// fail counts a failure of the handler, or of what it asked for.
func (h *handler) fail(err error) {
	h.failures.Add(1)
	h.inARow++
	h.report(err)
	h.rt.tellFailure(err)
	if h.inARow >= h.limit && h.stop != nil {
		h.rt.stuck = append(h.rt.stuck, h.name)
		fmt.Fprintf(h.rt.cfg.Stderr, "odp: %s stopped: it failed %d times in a row, the last time with: %v\n", h.name, h.inARow, err)
		h.stop()
		h.stop = nil
	}
}

// report prints err unless the same line of the script was reported before.
func (h *handler) report(err error) {
	text, key := err.Error(), err.Error()
	var script *ScriptError
	var internal *InternalError
	switch {
	case errors.As(err, &script):
		text = script.Detail()
		// The position ends before the first ": "; the rest may vary.
		key, _, _ = strings.Cut(script.Message, ": ")
	case errors.As(err, &internal):
		text, key = internal.Error()+"\n"+internal.Stack, internal.Line
	}
	if h.reported[key] {
		return
	}
	if h.reported == nil {
		h.reported = map[string]bool{}
	}
	h.reported[key] = true
	fmt.Fprintf(h.rt.cfg.Stderr, "odp: %s: %s\n", h.name, text)
}
