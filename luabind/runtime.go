package luabind

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

// ErrClosed is returned by calls on a closed [Runtime].
var ErrClosed = errors.New("lua runtime is closed")

// Config says how a [Runtime] meets the world. The zero value works.
type Config struct {
	Stdout io.Writer // print; nil means os.Stdout
	Stderr io.Writer // failures of handlers; nil means os.Stderr

	// Modules are Lua modules that come with the program: require "a.b" reads
	// a/b.lua or a/b/init.lua. They are found after the script's own.
	Modules fs.FS
	// Compiled has compiled forms of Lua that comes with the program, as NAME.luac for
	// the chunk NAME.lua. Each is used for the text that it was made of, and no other.
	Compiled fs.FS
	// Path lists folders that require searches after the script's folder.
	Path []string

	// Version is what odp.version says.
	Version string

	// Tests is the program that runs the script as a test. Nil means that the
	// script is run by itself: then module test runs all cases and prints how they
	// end.
	Tests TestRunner

	// Log says which messages of module log are written and how, as the variable
	// ODP_LOG does: LEVEL, FORMAT or both with a comma. Empty means info,text.
	Log string

	// Timeout is how long a script may run, MaxMemory how many bytes the program
	// may use meanwhile, garbage left out; 0 is no limit. A script that goes beyond
	// ends with a [*LimitError]. Lines of a console have no such limits. Memory is
	// measured now and then, so that a moment's use may be larger, and it is that
	// of all runtimes of the program.
	Timeout   time.Duration
	MaxMemory int64
	// Stuck, if not nil, is called when a script that reached a limit could not be
	// aborted: it is in a call that does not return. The program may exit.
	Stuck func(*LimitError)
	grace time.Duration // for each step of its end; 0 means limitGrace
	// Safe refuses what reaches files or other programs: see [Func.Unsafe].
	// require then finds modules beside the script and those that come with the
	// program, and ignores Path. Datapaths and the network can still be changed.
	Safe bool

	// Console says that the signals INT, TERM and HUP are the program's own, and not
	// passed on by [Runtime.Signal].
	Console bool

	// Color has results of console lines coloured; Size tells the columns and rows of
	// the terminal that they are for, 0 if that is not known. Nil means 80 columns.
	Color bool
	Size  func() (columns, rows int)

	// MaxFailures is how many times in a row a handler may fail before it is
	// stopped. 0 means 100.
	MaxFailures int
}

// Runtime is a Lua state with its event loop. Its methods may be called from
// any goroutine; scripts run one at a time.
type Runtime struct {
	L   *lua.LState
	cfg Config
	reg *registry

	loop    loop
	closing chan struct{}
	closed  chan struct{}
	once    sync.Once
	ending  atomic.Bool // no more packets are handled

	// mu guards what tells which Lua code to stop. See abort.
	mu      sync.Mutex
	fiber   *fiber           // that runs now, nil for none
	turn    uint64           // counts how often that changed
	signals []*signalHandler // of the script
	mains   []*fiber         // of scripts and lines being executed
	serial  uint64           // of the last one started
	run     *runState        // the odp.run() in progress

	parked     []*fiber // those that wait, longest first
	idleFibers []*fiber // to be used again

	threads     []*protectedThread         // free ones for protected calls to run on
	crash       *InternalError             // a Go panic on its way to the top
	stuck       []string                   // handlers stopped because they kept failing
	tasks       map[*task]bool             // that have not ended
	failedTasks []*task                    // that nothing had joined
	deferred    []*handler                 // to be called at the end, last first
	closers     closerSet                  // what Close has to undo
	callbacks   closerSet                  // what the end of a script has to stop
	verdict     string                     // what the script fails with if by nothing else; see loadTestHost
	stopTrace   string                     // where the script was that is being aborted
	onFailure   *lua.LFunction             // of module test
	stdin       *input                     // if the script reads it
	screen      atomic.Pointer[openScreen] // the terminal, while the script has it
	requiring   []string                   // modules being loaded, the innermost last
	safePath    string                     // package.path, as it was set for the script

	conns     map[*namespace]*odp.Conn // opened when first needed
	likeConns map[*odp.Conn]*namespace // where the connections of other Lua states are
	net       netState                 // network namespaces
	receivers map[receiverKey]*receiver
	// unsent are those who have requests to send. While draining handles packets,
	// they are sent when it has; at other times whoever is the first to add one has
	// them sent when the loop is next run.
	unsent   []*dispatcher
	draining *handle
	ended    []*standing // of handles that ended by themselves
	work     *worker     // that this is the Lua state of, nil for none
	// workFailed is why something of a worker failed that nobody was told of.
	workFailed error
	script     string // the file that runs
	// subscriptions are those that run.
	subscriptions map[*subscription]bool
	listeners     map[*listener]bool // those that run
	openLists     int                // flow dumps in progress

	tostring *lua.LFunction
	session  *session // of console lines; nil before the first one
	docs     *docs    // for help, once it was asked for
	api      *api     // for completion and what is wrong with a line, once it was asked for
	json     jsonState
	log      *logger
	values   valuePool
}

// New starts a runtime. Close ends it.
func New(cfg Config) *Runtime {
	roomyStack()
	if cfg.Stdout == nil {
		cfg.Stdout = os.Stdout
	}
	if cfg.Stderr == nil {
		cfg.Stderr = os.Stderr
	}
	if cfg.MaxFailures == 0 {
		cfg.MaxFailures = 100
	}
	if cfg.Version == "" {
		cfg.Version = "devel"
	}
	cfg.lockWriters()
	rt := &Runtime{
		cfg: cfg, closing: make(chan struct{}), closed: make(chan struct{}),
		conns:     map[*namespace]*odp.Conn{},
		likeConns: map[*odp.Conn]*namespace{},
		receivers: map[receiverKey]*receiver{},
		tasks:     map[*task]bool{},

		subscriptions: map[*subscription]bool{},
		listeners:     map[*listener]bool{},
	}
	rt.loop.init()
	rt.L = lua.NewState(lua.Options{
		// The stacks start small, since every coroutine and pcall has its own.
		CallStackSize:       16384,
		MinimizeStackMemory: true,
		RegistrySize:        256,
		RegistryGrowStep:    8192,
		RegistryMaxSize:     1 << 22, // unpack and table.concat of large tables need it
	})
	rt.openLibraries()
	go rt.own()
	return rt
}

// own runs the event loop. The goroutine that does so owns the Lua state. It
// returns when it has handed the loop on to the goroutine of a fiber that goes on.
func (rt *Runtime) own() {
	roomyStack()
	for {
		select {
		case <-rt.closing:
			if rt.unparkFirst(ErrClosed) {
				return
			}
			rt.closers.closeAll()
			rt.L.Close()
			close(rt.closed)
			return
		default:
		}
		ran := rt.loop.step()
		if rt.unpark() {
			return
		}
		if !ran {
			rt.loop.wait(rt.closing, rt.wake())
		}
	}
}

// Close stops whatever runs, calls what console lines have deferred, removes what
// scripts left to the runtime to remove (namespaces, children, upcall receivers),
// and returns when the goroutines of the runtime have ended. It is idempotent.
func (rt *Runtime) Close() error {
	rt.once.Do(func() {
		rt.ending.Store(true)
		ctx, cancel := context.WithCancelCause(context.Background())
		cancel(ErrClosed)
		rt.do(ctx, func() { rt.finish() }) // it cannot be closed yet
		close(rt.closing)
		rt.abort(ErrClosed)
	})
	<-rt.closed
	return nil
}

// do runs fn on the goroutine that owns the Lua state and waits for it. If ctx
// ends before fn has begun, whatever callbacks keep it from that are stopped.
func (rt *Runtime) do(ctx context.Context, fn func()) error {
	begun, done := make(chan struct{}), make(chan struct{})
	rt.loop.post(func() {
		close(begun)
		fn()
		close(done)
	})
	select {
	case <-begun:
	case <-ctx.Done():
		rt.abortUntil(begun, context.Cause(ctx))
	case <-rt.closed:
		return ErrClosed
	}
	select {
	case <-done:
		return nil
	case <-rt.closed:
		return ErrClosed
	}
}

// RunFile runs the script at path. In it, arg[0] is path and arg[1] and on,
// like the chunk's "...", are args. The returned error is a [*ScriptError],
// [*ExitError], [*InternalError] or [*SignalError], or says why the file could
// not be read.
func (rt *Runtime) RunFile(ctx context.Context, path string, args []string) error {
	src, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("cannot read the script: %w", err)
	}
	return rt.RunString(ctx, path, string(src), args)
}

// RunReader runs the script that r holds, as [Runtime.RunFile] does.
func (rt *Runtime) RunReader(ctx context.Context, name string, r io.Reader, args []string) error {
	src, err := io.ReadAll(r)
	if err != nil {
		return fmt.Errorf("cannot read the script: %w", err)
	}
	return rt.RunString(ctx, name, string(src), args)
}

// RunString runs code under the name that messages show, as [Runtime.RunFile]
// does.
func (rt *Runtime) RunString(ctx context.Context, name, code string, args []string) error {
	return rt.runMain(ctx, name, args, func() (*lua.LFunction, error) { return rt.load(name, code) })
}

// RunModule runs a function, MODULE:NAME, of a module that comes with the program as if
// it were a script of that name. Unlike a script's, its folder is no place to look for
// modules in: package.path is path.
func (rt *Runtime) RunModule(ctx context.Context, name, function, path string, args []string) error {
	return rt.runMain(ctx, name, args, func() (*lua.LFunction, error) {
		return rt.L.NewFunction(rt.moduleFunction(function, path)), nil
	})
}

// runMain runs what load returns.
func (rt *Runtime) runMain(ctx context.Context, name string, args []string, load func() (*lua.LFunction, error)) (failure error) {
	defer rt.watchLimits(&failure)()
	var result error
	err := rt.do(ctx, func() {
		rt.setScript(name, args)
		fn, err := load()
		if err != nil {
			result = err
			return
		}
		values := make([]lua.LValue, len(args))
		for i, a := range args {
			values[i] = lua.LString(a)
		}
		_, result = rt.execute(ctx, fn, values...)
		rt.net.current = nil
		deferred := rt.finish()
		switch {
		case result != nil:
		case deferred != nil:
			result = deferred
		case len(rt.stuck) > 0:
			result = &ScriptError{Message: "a handler kept failing and was stopped: " + rt.stuck[0]}
		default:
			result = rt.taskFailure()
		}
		if result == nil {
			result = rt.endedHandle()
		}
		if result == nil {
			result = rt.workFailed
		}
	})
	if err != nil {
		return err
	}
	if result == nil && rt.verdict != "" {
		result = &ScriptError{Message: rt.verdict}
	}
	return result
}

// endCallbacks stops the timers and handlers of a script that has ended: none
// is called after its last line.
func (rt *Runtime) endCallbacks() {
	for len(rt.loop.timers) > 0 {
		rt.loop.timers[0].cancel()
	}
	rt.flushReceivers()
	for _, r := range rt.receivers {
		r.close()
	}
	rt.endSubscriptions(nil)
	for l := range rt.listeners {
		l.stop()
	}
	rt.callbacks.closeAll()
}

// finish ends what a script has left running, and then calls what it has
// deferred. It reports each failure of that, and returns the first.
func (rt *Runtime) finish() error {
	rt.endCallbacks()
	rt.endFibers()
	if len(rt.deferred) == 0 {
		return nil // without a timer, which costs a program that ends at once a good part of its time
	}
	ctx, cancel := context.WithTimeout(context.Background(), graceAtEnd)
	defer cancel()
	var first error
	for len(rt.deferred) > 0 {
		last := len(rt.deferred) - 1
		h := rt.deferred[last]
		rt.deferred = rt.deferred[:last]
		leave := rt.enterNamespace(h.ns)
		_, err := rt.execute(ctx, h.fn)
		leave()
		if err != nil {
			h.report(err)
			if first == nil {
				first = &ScriptError{Message: "a " + h.name + " failed", Err: err}
			}
		}
	}
	rt.endCallbacks()
	rt.endFibers()
	return first
}

// execute calls fn as the main program of a script or a console line. Only the
// owner calls it, from the loop.
func (rt *Runtime) execute(ctx context.Context, fn *lua.LFunction, args ...lua.LValue) ([]lua.LValue, error) {
	f := rt.startFiber()
	rt.mu.Lock()
	rt.mains = append(rt.mains, f)
	rt.serial++
	rt.mu.Unlock()
	told := make(chan struct{})
	release := context.AfterFunc(ctx, func() {
		defer close(told)
		rt.interrupt(context.Cause(ctx))
	})
	results, err := rt.try(nil, fn, nil, args...)
	if !release() {
		<-told // else it could hit the next line
	}

	rt.mu.Lock()
	rt.mains = slices.DeleteFunc(rt.mains, func(m *fiber) bool { return m == f })
	stop := f.stop
	rt.mu.Unlock()
	rt.endFiber(f)
	if stop != nil {
		return nil, rt.stopReason(stop)
	}
	if err != nil {
		return nil, rt.scriptError(err)
	}
	return results, nil
}
