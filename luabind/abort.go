package luabind

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"syscall"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// ExitError is what a script that called os.exit ends with.
type ExitError struct{ Code int }

func (e *ExitError) Error() string { return fmt.Sprintf("exit status %d", e.Code) }

// SignalError is what a script that a signal aborted ends with.
type SignalError struct {
	Signal    os.Signal
	Traceback string // the calls that the script was in, innermost first, one a line; empty if it was in none
}

func (e *SignalError) Error() string { return "stopped by " + signalName(e.Signal) }

// Detail is the message and where the script was.
func (e *SignalError) Detail() string { return detail(e.Error(), e.Traceback) }

// ExitCode is the status that a shell shows for the signal: 128 and its number.
func (e *SignalError) ExitCode() int {
	if s, ok := e.Signal.(syscall.Signal); ok {
		return 128 + int(s)
	}
	return 1
}

func signalName(s os.Signal) string {
	switch s {
	case os.Interrupt:
		return "SIGINT"
	case syscall.SIGTERM:
		return "SIGTERM"
	case syscall.SIGHUP:
		return "SIGHUP"
	case syscall.SIGQUIT:
		return "SIGQUIT"
	}
	return s.String()
}

// ErrInterrupted is what a console line ends with when its context is
// cancelled.
var ErrInterrupted = errors.New("interrupted")

const (
	// graceAfterRun is how long a console line may clean up after Ctrl-C made its
	// odp.run return.
	graceAfterRun = 5 * time.Second
	// graceAtEnd is how long the deferred functions of a script may take.
	graceAtEnd = 5 * time.Second
	// abortDelay is how long a callback or task that keeps others from their turn may
	// take to return or wait by itself.
	abortDelay = 100 * time.Millisecond
	// abortInterval is how often what runs is aborted when the runtime is closed.
	abortInterval = 10 * time.Millisecond
)

// runState is an odp.run in progress.
type runState struct {
	done   bool
	reason string
	detail lua.LValue // nil if there is none
}

func (r *runState) end(reason string, detail lua.LValue) {
	if !r.done {
		r.done, r.reason, r.detail = true, reason, detail
	}
}

// Signal tells the script about a signal of the process. The first one while
// the script is in odp.run makes that return; otherwise, and the second time,
// the script is aborted and its run returns a [*SignalError]. Signal reports
// whether there was a script to tell. A signal that the script handles goes to its
// handler, unless that is still busy with the last one. SIGQUIT, by which one asks where a script is
// that does not end, always aborts it.
func (rt *Runtime) Signal(s os.Signal) bool {
	why := &SignalError{Signal: s}
	if s == syscall.SIGQUIT {
		rt.abort(why)
		return rt.Aborting()
	}
	if rt.takeSignal(s) {
		return true
	}
	return rt.interruptRun("signal", signalName(s), why, rt.abort)
}

// noteStop keeps where a script is that is being aborted: L is about to raise.
func (rt *Runtime) noteStop(L *lua.LState) {
	var sig *SignalError
	if rt.stopTrace == "" && errors.As(rt.stopped(rt.fiber), &sig) {
		rt.stopTrace = rt.traceback(L)
	}
}

// stopReason is why a script was aborted, with where that was.
func (rt *Runtime) stopReason(why error) error {
	trace := rt.stopTrace
	rt.stopTrace = ""
	if s, ok := why.(*SignalError); ok {
		return &SignalError{s.Signal, trace}
	}
	return why
}

// interrupt is what a cancelled context does to the script that it belongs to.
func (rt *Runtime) interrupt(cause error) {
	if cause == nil || errors.Is(cause, context.Canceled) {
		cause = ErrInterrupted
	}
	rt.mu.Lock()
	inRun, serial := rt.run != nil, rt.serial
	rt.mu.Unlock()
	rt.interruptRun("signal", "SIGINT", cause, rt.abortMains)
	if inRun {
		time.AfterFunc(graceAfterRun, func() {
			rt.mu.Lock()
			same := serial == rt.serial
			rt.mu.Unlock()
			if same {
				rt.abortMains(cause)
			}
		})
	}
}

// interruptRun ends odp.run, or aborts what is not in it. It reports whether there
// was a script or a line to tell.
func (rt *Runtime) interruptRun(reason, detail string, why error, abort func(error)) bool {
	rt.mu.Lock()
	running, run := len(rt.mains) > 0, rt.run
	graceful := run != nil && !run.done
	if graceful {
		run.end(reason, lua.LString(detail))
	}
	rt.mu.Unlock()
	if !running {
		return false
	}
	if graceful {
		rt.loop.nudge()
	} else {
		abort(why)
	}
	return true
}

// abort stops the scripts and console lines being executed and whatever callback
// or task runs now, at the next instruction or where they wait. No pcall can
// catch it, since each further instruction fails as well.
func (rt *Runtime) abort(why error) {
	rt.mu.Lock()
	for _, f := range rt.mains {
		f.stopLocked(why)
	}
	if rt.fiber != nil {
		rt.fiber.stopLocked(why)
	}
	rt.mu.Unlock()
	rt.loop.nudge()
}

// abortMains stops the scripts and console lines being executed. A callback or task
// of others that happens to run now is only stopped if it keeps them from ending.
func (rt *Runtime) abortMains(why error) {
	rt.mu.Lock()
	for _, f := range rt.mains {
		f.stopLocked(why)
	}
	turn := rt.turn
	rt.mu.Unlock()
	rt.loop.nudge()
	time.AfterFunc(abortDelay, func() { rt.abortTurn(turn, why) })
}

// abortTurn stops what runs, if it is what ran in that turn.
func (rt *Runtime) abortTurn(turn uint64, why error) {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	if rt.turn == turn && rt.fiber != nil {
		rt.fiber.stopLocked(why)
	}
}

// abortUntil aborts what keeps others from their turn, again and again as one
// callback may follow another, until begun or the runtime is closed. Most callbacks
// are short: on a busy machine, they only had no turn yet.
func (rt *Runtime) abortUntil(begun <-chan struct{}, why error) {
	interval, abort := abortDelay, func(turn uint64) { rt.abortTurn(turn, ErrInterrupted) }
	if why == ErrClosed {
		interval, abort = abortInterval, func(uint64) { rt.abort(ErrClosed) }
	}
	again := time.NewTicker(interval)
	defer again.Stop()
	for {
		rt.mu.Lock()
		turn := rt.turn
		rt.mu.Unlock()
		select {
		case <-begun:
			return
		case <-rt.closed:
			return
		case <-again.C:
			abort(turn)
		}
	}
}

// Aborting reports whether a script was told to stop and has not ended yet. Any
// goroutine may call it.
func (rt *Runtime) Aborting() bool {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	return slices.ContainsFunc(rt.mains, func(f *fiber) bool { return f.stop != nil })
}

// exit is os.exit: it ends the script in order, so that Close still runs.
func (rt *Runtime) exit(L *lua.LState) int {
	code := 0
	switch v := L.Get(1).(type) {
	case lua.LNumber:
		code = int(v)
	case lua.LBool:
		if !v {
			code = 1
		}
	}
	if rt.work != nil {
		L.RaiseError("os.exit: not in a worker, which cannot end the program; send on a channel, for the script to do so")
	}
	if len(rt.mains) == 0 {
		L.RaiseError("os.exit: a callback between console lines cannot end the program")
	}
	rt.abort(&ExitError{code})
	L.RaiseError("exit")
	return 0
}
