package luabind

import (
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	lua "github.com/yuin/gopher-lua"
)

const classProcess = "net.Process"

// process is the value of a userdata of class net.Process: a command that runs
// beside the script.
type process struct {
	rt             *Runtime
	cmd            *exec.Cmd
	name           string
	stdin          io.WriteCloser // nil if all of it was given
	stdout, stderr *input         // stderr is nil if it goes elsewhere

	done    chan struct{} // closed when it has ended
	ended   bool          // and the owner of the Lua state knows
	patient bool          // whoever else holds its pipes may still write
	told    bool          // what it wrote has been handled, and then its end
	onExit  []*handler
	forget  func()
}

// lastLines is how long what a command wrote may take to come after its end, where
// its pipes stay open because a child has them as well.
const lastLines = 200 * time.Millisecond

// spawnFunc is the row of spawn, beside that of exec.
func spawnFunc(of func(c call) *namespace, call1 string) *Func {
	return &Func{
		Name:   "spawn",
		Unsafe: true,
		Doc: "Start a command that runs beside the script, and talk to it. What it writes and nobody reads makes it wait, beyond 1 MiB. " +
			"When the script ends it is killed, and so are its children, also where it has ended before them. A command that cannot be started raises. A table as the last argument holds options.",
		Params: []Param{
			{Name: "command", Type: "string"},
			{Name: "...", Type: "string|number|net.SpawnOptions", Doc: "its arguments, then perhaps options"},
		},
		Returns: []Param{{Name: "process", Type: classProcess}},
		Example: "local p = " + call1 + "spawn(\"ip\", \"monitor\", \"link\")\np.stdout:on_line(print)\nodp.sleep(5)\np:kill()",
		Go: func(c call) int {
			argv, opts := c.command("net.SpawnOptions")
			return c.push(c.rt.object(classProcess, startProcess(c, of(c), argv, opts)))
		},
	}
}

var stderrTargets = []string{"pipe", "stdout", "inherit", "null"}

func startProcess(c call, ns *namespace, argv []string, opts fields) *process {
	ns.fd(c) // raises if it has been deleted
	rt := c.rt
	cmd := newCommand(argv, opts)
	p := &process{rt: rt, cmd: cmd, name: strings.Join(argv, " "), done: make(chan struct{})}
	target := stderrTargets[opts.option("stderr", stderrTargets, 0)]

	// The pipes are our own, since those of the package are closed when the command
	// ends, with what is still in them.
	var theirs, ours []io.Closer
	failed := func(err error) {
		for _, f := range append(theirs, ours...) {
			f.Close()
		}
		c.raise(err)
	}
	pipe := func() (r, w *os.File) {
		r, w, err := os.Pipe()
		if err != nil {
			failed(&opError{"exec", argv[0], startCause(err)})
		}
		return r, w
	}
	var err *os.File
	out, w := pipe()
	cmd.Stdout = w
	theirs, ours = append(theirs, w), append(ours, out)
	switch target {
	case "pipe":
		r, w := pipe()
		err, cmd.Stderr = r, w
		theirs, ours = append(theirs, w), append(ours, r)
	case "stdout":
		cmd.Stderr = cmd.Stdout
	case "inherit":
		cmd.Stderr = os.Stderr
	}
	if opts.has("stdin") {
		cmd.Stdin = strings.NewReader(opts.string("stdin"))
	} else {
		r, w := pipe()
		cmd.Stdin, p.stdin = r, w
		theirs, ours = append(theirs, r), append(ours, w)
	}
	if err := startCommand(cmd, ns); err != nil {
		failed(err)
	}
	for _, f := range theirs {
		f.Close()
	}
	p.stdout = rt.newInput("standard output of "+argv[0], out)
	p.stdout.drained = p.tell
	if err != nil {
		p.stderr = rt.newInput("standard error of "+argv[0], err)
		p.stderr.drained = p.tell
	}
	rt.loop.sources++
	p.forget = rt.callbacks.addFor(p, p.end)
	go func() {
		cmd.Wait() // its state says how it ended
		close(p.done)
		rt.loop.post(p.exited)
	}()
	return p
}

// exited is called by the loop when the command has ended.
func (p *process) exited() {
	if p.ended {
		return
	}
	p.ended, p.patient = true, true
	if p.stdin != nil {
		p.stdin.Close()
	}
	if !groupAlive(p.cmd) {
		p.forget()
	}
	p.tell()
	if !p.told {
		p.rt.loop.startQuietTimer(lastLines, func() {
			p.patient = false
			p.tell()
		})
	}
}

// handled reports whether the handlers of its lines have had all that it wrote.
func (p *process) handled() bool {
	return p.stdout.handled(p.patient) && p.stderr.handled(p.patient)
}

// tell calls the handlers of its end, after those of its last lines.
func (p *process) tell() {
	if !p.ended || p.told || !p.handled() {
		return
	}
	p.told = true
	p.rt.loop.sources--
	for _, h := range p.onExit {
		h.call(lua.LNumber(exitStatus(p.cmd.ProcessState)))
	}
	p.rt.loop.nudge() // for those who wait
}

// end kills the command, and children that it has left.
func (p *process) end() {
	p.onExit = nil
	signalGroup(p.cmd, syscall.SIGKILL)
	if !p.ended {
		<-p.done
		p.exited()
	}
	if !p.told {
		p.told = true
		p.rt.loop.sources--
	}
}

func processClass() *Class {
	return &Class{
		Name: classProcess,
		Var:  "process",
		Doc:  "A command that runs beside the script, started by net.spawn.",
		Props: []*Prop{
			{Name: "pid", Type: "integer", Doc: "its process id", Get: func(c call) lua.LValue {
				return lua.LNumber(self[*process](c).cmd.Process.Pid)
			}},
			{Name: "running", Type: "boolean", Doc: "whether it has not ended", Get: func(c call) lua.LValue {
				return lua.LBool(!self[*process](c).ended)
			}},
			{Name: "status", Type: "integer?", Doc: "its exit status, or 128 and the signal's number; nil while it runs", Get: func(c call) lua.LValue {
				p := self[*process](c)
				if !p.ended {
					return lua.LNil
				}
				return lua.LNumber(exitStatus(p.cmd.ProcessState))
			}},
			{Name: "stdout", Type: classInput, Doc: "what it writes to standard output", Get: func(c call) lua.LValue {
				return self[*process](c).stdout.object
			}},
			{Name: "stderr", Type: classInput + "?", Doc: "what it writes to standard error, unless that goes elsewhere", Get: func(c call) lua.LValue {
				p := self[*process](c)
				if p.stderr == nil {
					return lua.LNil
				}
				return p.stderr.object
			}},
		},
		Methods: []*Func{
			{
				Name:    "write",
				Waits:   true,
				Doc:     "Write to its standard input. Waits until it has been taken. Raises when the command does not read it any more.",
				Params:  []Param{{Name: "text", Type: "string"}},
				Returns: []Param{{Name: "process", Type: classProcess}},
				Example: "local p = net.spawn(\"bc\")\np:write(\"2^100\\n\")\nprint(p.stdout:read())",
				Go:      writeProcess,
			},
			{
				Name:    "close_stdin",
				Doc:     "End its standard input. Doing so again does nothing.",
				Returns: []Param{{Name: "process", Type: classProcess}},
				Example: "process:close_stdin()",
				Go: func(c call) int {
					if p := self[*process](c); p.stdin != nil {
						p.stdin.Close()
					}
					return c.push(c.L.Get(1))
				},
			},
			{
				Name:  "wait",
				Waits: true,
				Doc: "Wait until it ends, and on_line handlers have had what it wrote. What it writes meanwhile and nobody reads is kept, " +
					"however much. A command that reads its standard input may wait for close_stdin.",
				Params:  []Param{{Name: "seconds", Type: "number", Doc: "the longest time to wait; without end if not given", Optional: true}},
				Returns: []Param{{Name: "status", Type: "integer?", Doc: "exit status, or 128 and the signal's number; nil when the time was over"}},
				Example: "assert(process:wait(5) == 0)",
				Go: func(c call) int {
					p := self[*process](c)
					deadline := c.deadline(1)
					for _, in := range []*input{p.stdout, p.stderr} {
						if in != nil {
							defer in.s.keepAll()()
						}
					}
					// A handler of its lines that waits for it cannot wait for itself.
					within := p.stdout.draining || p.stderr != nil && p.stderr.draining
					if !c.pump(func() bool { return p.told || p.ended && within }, deadline) {
						return c.push(lua.LNil)
					}
					return c.push(lua.LNumber(exitStatus(p.cmd.ProcessState)))
				},
			},
			{
				Name:    "kill",
				Doc:     "Send a signal to it and its children. One that has ended gets none.",
				Params:  []Param{{Name: "signal", Type: "odp.SignalName", Doc: "\"TERM\", if not given", Optional: true}},
				Returns: []Param{{Name: "process", Type: classProcess}},
				Example: "process:kill(\"INT\")",
				Go: func(c call) int {
					p := self[*process](c)
					s := syscall.SIGTERM
					if !c.isNil(1) {
						s = c.signal(1)
					}
					if !p.ended {
						signalGroup(p.cmd, s)
					}
					return c.push(c.L.Get(1))
				},
			},
			{
				Name:    "on_exit",
				Doc:     "Call a function when it ends, or soon if it has.",
				Params:  []Param{{Name: "fn", Type: "fun(status: integer)"}},
				Returns: []Param{{Name: "process", Type: classProcess}},
				Example: "process:on_exit(function(status) print(\"ended with\", status) end)",
				Go: func(c call) int {
					p := self[*process](c)
					h := c.rt.newHandler("on_exit handler of "+p.name, c.function(1))
					if p.told {
						c.rt.loop.post(func() { h.call(lua.LNumber(exitStatus(p.cmd.ProcessState))) })
					} else {
						p.onExit = append(p.onExit, h)
					}
					return c.push(c.L.Get(1))
				},
			},
		},
		Ops: map[string]func(c call) int{"__tostring": func(c call) int { return c.pushString(self[*process](c).name) }},
	}
}

func writeProcess(c call) int {
	p := self[*process](c)
	text := c.string(1)
	if p.stdin == nil {
		c.raiseArgument("Process:write: all of the standard input of %s was given to spawn", p.name)
	}
	var err error
	written := make(chan struct{})
	go func() {
		_, err = io.WriteString(p.stdin, text)
		close(written)
		p.rt.loop.nudge()
	}()
	c.pump(func() bool {
		select {
		case <-written:
			return true
		default:
			return false
		}
	}, time.Time{})
	if err != nil {
		c.raise(&opError{"write", p.name, startCause(err)})
	}
	return c.push(c.L.Get(1))
}
