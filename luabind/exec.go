package luabind

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// execFunc returns the rows that run commands in a namespace: methods of one,
// or functions of module net. of says which namespace a call is about.
func execFunc(of func(c call) *namespace, who string) []*Func {
	call1 := who + ":"
	if who == "net" {
		call1 = who + "."
	}
	return []*Func{
		spawnFunc(of, call1),
		{
			Name:   "exec",
			Waits:  true,
			Unsafe: true,
			Doc: "Run a command and wait for it, while timers and miss handlers go on. A command that cannot be started raises; " +
				"one that fails does not. A table as the last argument holds options.",
			Params: []Param{
				{Name: "command", Type: "string"},
				{Name: "...", Type: "string|number|net.ExecOptions", Doc: "its arguments, then perhaps options"},
			},
			Returns: []Param{{Name: "result", Type: "net.ExecResult"}},
			Example: "local r = " + call1 + "exec(\"ping\", \"-c\", \"1\", \"10.0.0.2\")\nprint(r.status, r.stdout)",
			Go: func(c call) int {
				argv, opts := c.command("net.ExecOptions")
				r := runCommand(c, of(c), argv, opts)
				return c.push(c.rt.record("net.ExecResult", map[string]lua.LValue{
					"status": lua.LNumber(r.status), "stdout": lua.LString(r.stdout), "stderr": lua.LString(r.stderr),
				}))
			},
		},
		{
			Name:   "run",
			Waits:  true,
			Unsafe: true,
			Doc:    "Run a shell command and wait for it, while timers and miss handlers go on.",
			Params: []Param{
				{Name: "command", Type: "string", Doc: "for sh -c"},
				{Name: "opts", Type: "net.ExecOptions", Optional: true},
			},
			Returns: []Param{
				{Name: "ok", Type: "boolean", Doc: "whether its exit status was 0"},
				{Name: "output", Type: "string", Doc: "what it wrote to standard output and error"},
			},
			Example: "assert(" + call1 + "run(\"ping -c 1 -W 2 10.0.0.2\"))",
			Go: func(c call) int {
				r := runCommand(c, of(c), []string{"sh", "-c", c.string(1)}, c.fields(2, "net.ExecOptions"))
				c.L.Push(lua.LBool(r.status == 0))
				c.L.Push(lua.LString(r.stdout + r.stderr))
				return 2
			},
		},
	}
}

// command reads the arguments of a command line, with options of a shape at the
// end.
func (c call) command(shape string) (argv []string, opts fields) {
	argv = []string{c.string(1)}
	opts = c.fieldsOf(1, c.L.NewTable(), shape)
	for i := 2; i <= c.count(); i++ {
		switch v := c.arg(i).(type) {
		case lua.LString, lua.LNumber:
			argv = append(argv, v.String())
			continue
		case *lua.LTable:
			if i == c.count() {
				opts = c.fieldsOf(i, v, shape)
				continue
			}
		}
		c.expected(i, "string or number")
	}
	return argv, opts
}

// newCommand prepares a command in a process group of its own, so that it can be
// ended with its children.
func newCommand(argv []string, opts fields) *exec.Cmd {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = killGrace
	cmd.Dir = opts.optString("dir", "")
	if opts.has("env") {
		env, ok := opts.get("env").(*lua.LTable)
		if !ok {
			opts.expected("env", "table of texts by name")
		}
		cmd.Env = cmd.Environ()
		env.ForEach(func(name, value lua.LValue) {
			if _, ok := name.(lua.LString); !ok {
				opts.bad("env", "names expected, got %s", opts.c.rt.describe(name))
			}
			if kind := value.Type(); kind != lua.LTString && kind != lua.LTNumber {
				opts.bad("env", "%s: text expected, got %s", name, opts.c.rt.describe(value))
			}
			cmd.Env = append(cmd.Env, name.String()+"="+value.String())
		})
	}
	return cmd
}

// startCommand starts it in a namespace that has not been deleted.
func startCommand(cmd *exec.Cmd, ns *namespace) error {
	if err := ns.onThread(cmd.Start); err != nil {
		return &opError{"exec", cmd.Args[0], startCause(err)}
	}
	return nil
}

// signalGroup sends a signal to a command and its children.
func signalGroup(cmd *exec.Cmd, s syscall.Signal) { syscall.Kill(-cmd.Process.Pid, s) }

// groupAlive reports whether children are left of a command that has ended.
func groupAlive(cmd *exec.Cmd) bool { return syscall.Kill(-cmd.Process.Pid, 0) == nil }

// exitStatus is that of a command that has ended, as a shell shows it.
func exitStatus(state *os.ProcessState) int {
	if s, ok := state.Sys().(syscall.WaitStatus); ok && s.Signaled() {
		return 128 + int(s.Signal())
	}
	return state.ExitCode()
}

type execResult struct {
	status         int
	stdout, stderr string
}

// killGrace is how long a command that was killed may take to go away.
const killGrace = 2 * time.Second

// runCommand runs argv in ns and pumps the loop until it has ended.
func runCommand(c call, ns *namespace, argv []string, opts fields) execResult {
	ns.fd(c) // raises if it has been deleted
	timeout := opts.seconds("timeout", 0)
	var stdout, stderr bytes.Buffer
	cmd := newCommand(argv, opts)
	cmd.Stdin = strings.NewReader(opts.optString("stdin", ""))
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := startCommand(cmd, ns); err != nil {
		c.raise(err)
	}

	rt := c.rt
	ended := make(chan error, 1)
	rt.loop.sources++
	go func() {
		ended <- cmd.Wait()
		rt.loop.nudge()
	}()
	var waitErr error
	finished := false
	defer func() {
		rt.loop.sources--
		if !finished { // the script is being aborted
			signalGroup(cmd, syscall.SIGKILL)
			<-ended
		}
	}()
	done := func() bool {
		if !finished {
			select {
			case waitErr = <-ended:
				finished = true
			default:
			}
		}
		return finished
	}
	var deadline time.Time
	if timeout > 0 {
		deadline = time.Now().Add(timeout)
	}
	if !c.pump(done, deadline) {
		c.raise(&opError{"exec", strings.Join(argv, " "), fmt.Errorf("not ended after %s, killed", timeout)})
	}
	r := execResult{exitStatus(cmd.ProcessState), stdout.String(), stderr.String()}
	var exit *exec.ExitError
	if waitErr != nil && !errors.As(waitErr, &exit) && !errors.Is(waitErr, exec.ErrWaitDelay) {
		c.raise(&opError{"exec", argv[0], waitErr})
	}
	return r
}

// startCause leaves out what the errors of os/exec say about the command, which
// ours says as well.
func startCause(err error) error {
	var lookup *exec.Error
	var path *fs.PathError
	switch {
	case errors.As(err, &lookup):
		return lookup.Err
	case errors.As(err, &path):
		return path.Err
	}
	return err
}

// execShapes are the shapes of what runs commands.
func execShapes() []*Shape {
	dir := Param{Name: "dir", Type: "odp.FileName", Doc: "the folder that it runs in; the program's if not given", Optional: true}
	env := Param{Name: "env", Type: "table<string, string>", Doc: "variables of its environment, beside and in place of the program's", Optional: true}
	return []*Shape{
		{Name: "net.ExecOptions", Doc: "Options of exec and run.", Fields: []Param{
			{Name: "timeout", Type: "number", Doc: "seconds after which the command is killed and an error raised", Optional: true},
			{Name: "stdin", Type: "string", Doc: "its standard input; empty if not given", Optional: true},
			dir, env,
		}},
		{Name: "net.SpawnOptions", Doc: "Options of spawn.", Fields: []Param{
			{Name: "stdin", Type: "string", Doc: "all of its standard input; if not given, that is what process:write writes", Optional: true},
			{Name: "stderr", Type: `"pipe"|"stdout"|"inherit"|"null"`, Doc: "where its standard error goes: to process.stderr (if not given), to where standard output goes, to that of the program, or nowhere", Optional: true},
			dir, env,
		}},
		{Name: "net.ExecResult", Doc: "How a command ended.", Fields: []Param{
			{Name: "status", Type: "integer", Doc: "exit status, or 128 and the signal's number"},
			{Name: "stdout", Type: "string", Doc: "what it wrote to standard output"},
			{Name: "stderr", Type: "string", Doc: "what it wrote to standard error"},
		}},
	}
}
