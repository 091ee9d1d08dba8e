package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/term"

	"github.com/go-odp/odp/luabind"
	"github.com/go-odp/odp/luabind/luatest"
)

// Exit statuses of the program, where a script gives none.
const (
	StatusFailed   = 1
	StatusUsage    = 2
	StatusInternal = 70 // a bug in this program, as in sysexits.h
)

// Program is what the command line is of.
type Program struct {
	Commands fs.FS // the files of verbs, and IndexFile
	Modules  fs.FS // Lua modules that come with the program
	Compiled fs.FS // compiled forms of those two; see [luabind.Config]
	Examples fs.FS // example scripts, as examples/NAME.lua
	// Tests is nil unless odp test runs this process's script.
	Tests *luatest.Child
	// Console runs the console with a runtime of this configuration, to which it adds
	// where the runtime writes. It begins with the script, if that is not empty.
	Console func(cfg luabind.Config, script string, args []string) error

	limits  luabind.Config // what flags before a script say
	limited bool           // whether there are any
	verb    string         // the Lua verb that runs
	as      string         // the program that it is called as, if that is another one
	debug   bool           // with --debug
}

// Main runs a command line without the program's name, and returns the exit status.
func (p *Program) Main(args []string) int {
	defer profile()()
	args, err := p.limitFlags(args)
	if err != nil {
		return usageError("%v", err)
	}
	if len(args) == 0 {
		if term.IsTerminal(int(os.Stdin.Fd())) {
			return p.runConsole("", nil)
		}
		return p.runStdin(nil)
	}
	switch args[0] {
	case "-e":
		return p.runCode(args[1:])
	case "-i":
		if len(args) == 1 {
			return usageError("-i needs a SCRIPT")
		}
		return p.runConsole(args[1], args[2:])
	case "-":
		return p.runStdin(args[1:])
	case "--version":
		return p.printVersion(nil)
	}
	if isScript(args[0]) {
		return p.runFile(args)
	}
	return p.runTree(args)
}

// isScript reports whether a word looks like the name of a file. One that does not
// is run if it is the name of no verb.
func isScript(word string) bool {
	return !strings.HasPrefix(word, "-") && (strings.Contains(word, "/") || strings.HasSuffix(word, ".lua"))
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && !info.IsDir()
}

// print writes text to standard output, and returns the exit status.
func (p *Program) print(text string) int {
	_, err := os.Stdout.WriteString(text)
	return p.report(err)
}

func usageError(format string, args ...any) int {
	fmt.Fprintf(os.Stderr, "odp: "+format+"\nodp help shows the commands.\n", args...)
	return StatusUsage
}

// Version is that of the program.
func Version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "devel"
}

// signalGrace is how long a script that was told to stop may take. Longer takes
// one that waits in a system call, such as for its standard input.
const signalGrace = 2 * time.Second

// execute runs a script: the first SIGINT or SIGTERM ends its odp.run, the next
// one the script. SIGQUIT ends it and shows where it was.
func (p *Program) execute(script func(context.Context, *luabind.Runtime) error) int {
	rt := luabind.New(p.config(os.Stdout, os.Stderr))
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	go func() {
		for s := range signals {
			told := rt.Signal(s)
			stuck := func() bool { return !told || rt.Aborting() }
			if stuck() {
				time.AfterFunc(signalGrace, func() {
					if stuck() {
						rt.RestoreTerminal()
						os.Exit(p.report(&luabind.SignalError{Signal: s}))
					}
				})
			}
		}
	}()
	err := script(context.Background(), rt)
	// The reports of handlers and what Close undoes come before the verdict.
	if closeErr := rt.Close(); err == nil {
		err = closeErr
	}
	return p.report(err)
}

func (p *Program) config(stdout, stderr io.Writer) luabind.Config {
	cfg := luabind.Config{
		Stdout: stdout, Stderr: stderr, Version: Version(),
		Path: filepath.SplitList(os.Getenv("ODP_PATH")), Modules: p.Modules, Compiled: p.Compiled,
		Log:     os.Getenv("ODP_LOG"),
		Timeout: p.limits.Timeout, MaxMemory: p.limits.MaxMemory, Safe: p.limits.Safe,
		Stuck: func(err *luabind.LimitError) { os.Exit(p.report(err)) },
	}
	if p.Tests != nil {
		cfg.Tests = p.Tests
	}
	return cfg
}

// report prints why a script ended and returns the exit status for it. Of a verb
// only --debug shows where.
func (p *Program) report(err error) int {
	var exit *luabind.ExitError
	var sig *luabind.SignalError
	var limit *luabind.LimitError
	var internal *luabind.InternalError
	var script *luabind.ScriptError
	if err == nil {
		return 0
	}
	brief := p.verb != "" && !p.debug
	text, status := err.Error(), StatusFailed
	switch {
	case errors.As(err, &limit):
		status = limit.ExitCode()
	case errors.As(err, &exit):
		return exit.Code
	case errors.As(err, &sig):
		status = sig.ExitCode()
		if sig.Signal == syscall.SIGQUIT {
			text = sig.Detail()
		}
	case errors.As(err, &internal):
		status = StatusInternal
		if !brief {
			text += "\n" + internal.Stack
		}
	case errors.As(err, &script):
		if !brief {
			text = script.Detail()
		}
	}
	if !p.Tests.Ended(text) {
		fmt.Fprintf(os.Stderr, "%s: %s\n", p.name(), text)
	}
	return status
}

// limitFlags takes the flags that limit a script off the front of args.
func (p *Program) limitFlags(args []string) (rest []string, err error) {
	const absent = "\x00" // no argument has it
	timeout, memory := absent, absent
	for rest = args; len(rest) > 0 && isLimitFlag(rest[0]); p.limited = true {
		if rest[0] == "--safe" {
			p.limits.Safe, rest = true, rest[1:]
		} else if rest, err = leadingFlags(rest, map[string]*string{"timeout": &timeout, "max-memory": &memory}); err != nil {
			return nil, err
		}
	}
	if timeout != absent {
		if p.limits.Timeout, err = luabind.ParseTimeout(timeout); err != nil {
			return nil, fmt.Errorf("--timeout: %w", err)
		}
	}
	if memory != absent {
		if p.limits.MaxMemory, err = luabind.ParseSize(memory); err != nil {
			return nil, fmt.Errorf("--max-memory: %w", err)
		}
	}
	return rest, nil
}

func isLimitFlag(arg string) bool {
	name, _, _ := strings.Cut(arg, "=")
	return slices.Contains([]string{"--safe", "--timeout", "--max-memory"}, name) && (name != "--safe" || arg == name)
}

// leadingFlags takes --name VALUE and --name=VALUE off the front of args, as far
// as the names are known.
func leadingFlags(args []string, values map[string]*string) (rest []string, err error) {
	for len(args) > 0 && strings.HasPrefix(args[0], "--") {
		name, value, given := strings.Cut(args[0][2:], "=")
		dst, ok := values[name]
		if !ok {
			break
		}
		args = args[1:]
		if !given {
			if len(args) == 0 {
				return nil, fmt.Errorf("--%s needs a value", name)
			}
			value, args = args[0], args[1:]
		}
		*dst = value
	}
	return args, nil
}
