package luabind

import (
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	lua "github.com/yuin/gopher-lua"
	"golang.org/x/sys/unix"
)

const classSignal = "odp.SignalHandler"

// signalHandler is the value of a userdata of class odp.SignalHandler.
type signalHandler struct {
	rt      *Runtime
	signal  syscall.Signal
	handler *handler
	release func() // of the process's own delivery
	forget  func()

	// Guarded by Runtime.mu:
	active  bool
	queued  bool // a call of the handler is to come
	running bool // one is in progress
}

// passed are the signals that the program passes to Runtime.Signal.
var passed = []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP}

// take has the handler called, once for signals that come before it can be. It
// reports whether it took the signal: one by which a script is ended is not taken
// again before the handler has returned. Runtime.mu is held.
func (h *signalHandler) take(s os.Signal) bool {
	ends := s == syscall.SIGINT || s == syscall.SIGTERM
	switch {
	case !h.active || h.signal != s || ends && (h.queued || h.running):
		return false
	case h.queued:
		return true
	}
	h.queued = true
	if !h.running {
		h.rt.loop.post(h.run)
	}
	return true
}

// run calls the handler as long as signals come.
func (h *signalHandler) run() {
	for h.next() {
		h.handler.call(lua.LString(signalNameOf(h.signal)))
	}
}

func (h *signalHandler) next() bool {
	h.rt.mu.Lock()
	defer h.rt.mu.Unlock()
	h.running = h.active && h.queued
	h.queued = false
	return h.running
}

func signalNameOf(s syscall.Signal) string { return strings.TrimPrefix(unix.SignalName(s), "SIG") }

func (h *signalHandler) isActive() bool {
	h.rt.mu.Lock()
	defer h.rt.mu.Unlock()
	return h.active
}

func (h *signalHandler) stop() {
	h.rt.mu.Lock()
	was := h.active
	h.active = false
	h.rt.signals = slices.DeleteFunc(h.rt.signals, func(o *signalHandler) bool { return o == h })
	h.rt.mu.Unlock()
	if was {
		h.forget()
		h.release()
		h.rt.loop.sources--
	}
}

// takeSignal gives a signal to its handlers. It reports whether one took it.
func (rt *Runtime) takeSignal(s os.Signal) bool {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	taken := false
	for _, h := range rt.signals {
		taken = h.take(s) || taken
	}
	return taken
}

func signalClass() *Class {
	return &Class{
		Name: classSignal,
		Var:  "handler",
		Doc:  "A handler of a signal, made by odp.on_signal.",
		Props: []*Prop{
			{Name: "active", Type: "boolean", Doc: "whether it still gets the signal", Get: func(c call) lua.LValue {
				return lua.LBool(self[*signalHandler](c).isActive())
			}},
			{Name: "signal", Type: "string", Doc: "the signal's name, such as HUP", Get: func(c call) lua.LValue {
				return lua.LString(signalNameOf(self[*signalHandler](c).signal))
			}},
		},
		Methods: []*Func{{
			Name:    "stop",
			Doc:     "End it. The signal then does what it did before. Stopping again does nothing.",
			Example: "handler:stop()",
			Go: func(c call) int {
				self[*signalHandler](c).stop()
				return 0
			},
		}},
		Ops: map[string]func(c call) int{"__tostring": func(c call) int {
			return c.pushString(self[*signalHandler](c).handler.name)
		}},
	}
}

// signal returns argument n as a signal: "HUP", "SIGHUP".
func (c call) signal(n int) syscall.Signal {
	name := c.string(n)
	full := strings.ToUpper(name)
	if !strings.HasPrefix(full, "SIG") {
		full = "SIG" + full
	}
	s := unix.SignalNum(full)
	if s == 0 {
		c.bad(n, "name of a signal expected, got %q%s", name, didYouMean(full, signalNames()))
	}
	return s
}

func signalNames() []string {
	var names []string
	for s := syscall.Signal(1); s < 32; s++ {
		if name := unix.SignalName(s); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// signalFuncs are the functions of module odp about signals.
func signalFuncs() []*Func {
	return []*Func{{
		Name: "on_signal",
		Doc: "Call a function for each of a signal, while the script waits. It is called again for one that comes before it has returned. " +
			"For INT (Ctrl-C), TERM and HUP this takes the place of ending odp.run; a second INT or TERM before the function has returned " +
			"ends the script as ever. QUIT cannot be had: it " +
			"ends the script and shows where it was. In the console, INT, TERM and HUP are the console's.",
		Params: []Param{
			{Name: "signal", Type: "odp.SignalName"},
			{Name: "fn", Type: "fun(signal: string)"},
		},
		Returns: []Param{{Name: "handler", Type: classSignal}},
		Example: "odp.on_signal(\"HUP\", function() rules = dofile(\"rules.lua\") end)",
		Go: func(c call) int {
			s := c.signal(1)
			fn := c.function(2)
			name := signalNameOf(s)
			own := slices.Contains(passed, s)
			switch {
			case s == syscall.SIGKILL || s == syscall.SIGSTOP:
				c.bad(1, "%s cannot be handled by any program", name)
			case s == syscall.SIGQUIT:
				c.bad(1, "QUIT cannot be handled, so that one can always ask where a script is")
			case slices.Contains([]syscall.Signal{syscall.SIGSEGV, syscall.SIGBUS, syscall.SIGFPE, syscall.SIGILL, syscall.SIGURG, syscall.SIGPROF}, s):
				c.bad(1, "%s is for the program itself", name)
			case own && c.rt.cfg.Console:
				c.bad(1, "%s is handled by the console", name)
			}
			rt := c.rt
			h := &signalHandler{rt: rt, signal: s, active: true, release: func() {}}
			h.handler = rt.newHandler("on_signal handler of "+name, fn)
			h.handler.stop = h.stop
			if !own { // the program passes the others on
				came, over := make(chan os.Signal, 16), make(chan struct{})
				signal.Notify(came, s)
				go func() {
					for {
						select {
						case got := <-came:
							rt.mu.Lock()
							h.take(got)
							rt.mu.Unlock()
						case <-over:
							return
						}
					}
				}()
				h.release = func() { signal.Stop(came); close(over) }
			}
			rt.mu.Lock()
			rt.signals = append(rt.signals, h)
			rt.mu.Unlock()
			rt.loop.sources++
			h.forget = rt.callbacks.addFor(h, h.stop)
			return c.push(rt.object(classSignal, h))
		},
	}}
}
