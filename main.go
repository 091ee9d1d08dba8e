// Command odp runs Lua scripts on the Open vSwitch datapaths of the Linux kernel,
// and is a console for them. `odp help` shows the commands.
package main

import (
	"context"
	"encoding/json"
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
	"github.com/go-odp/odp/odp/sandbox"
	"github.com/go-odp/odp/repl"
	"github.com/go-odp/odp/scripts"
)

const (
	statusFailed   = 1
	statusUsage    = 2
	statusInternal = 70 // a bug in this program, as in sysexits.h
)

// A verb is a first argument that is not the name of a script.
type verb struct {
	names []string
	usage string
	doc   string
	run   func(args []string) int
}

func verbs() []verb {
	return []verb{
		{nil, "SCRIPT [ARG...]", "Run a Lua script. In it, arg[0] is SCRIPT and arg[1] and on are the ARGs.", nil},
		{[]string{"-e"}, "-e CODE [ARG...]", "Run CODE.", runCode},
		{[]string{"-"}, "- [ARG...]", "Run the script on standard input, as odp alone does when that is no terminal.", runStdin},
		{nil, "", "Open the console.", nil},
		{nil, "[--timeout TIME] [--max-memory SIZE] [--safe] SCRIPT|-e CODE|-|example NAME [ARG...]",
			"Run a script with limits. After the TIME, such as 10 (seconds) or 5m, or when it uses more than the SIZE, such\n" +
				"as 64M, the script is stopped: an odp.run returns first, and there are two seconds to clean up. The exit status\n" +
				"is 124 for the TIME, 1 for the SIZE. With --safe it can reach neither files nor other programs, only datapaths\n" +
				"and the network.", nil},
		{[]string{"sandbox"}, "sandbox [--kernel K] [--work DIR] [ARG...]",
			"Run odp with the ARGs (a script, -e CODE, or nothing for the console) on a Linux kernel of\n" +
				"its own, booted as a process. It sees the files of this machine and can write only to\n" +
				"DIR. K is one of" + kernelList(), runSandbox},
		{[]string{"test"}, "test [OPTION...] [PATH...]",
			"Run the tests in PATH, the current folder if not given: files, or folders with files named\n" +
				"*_test.lua. Each runs in network namespaces of its own. OPTIONs:\n" + luatest.Usage,
			func(args []string) int { return luatest.Main(args, os.Stdout, os.Stderr) }},
		{[]string{"check"}, "check [--format text|json] SCRIPT...",
			"Look for mistakes in scripts, and in the modules beside them that they require, without running them: syntax,\n" +
				"undefined globals, names that modules, objects and tables of options do not have, missing arguments, Open vSwitch\n" +
				"text that cannot be read. SCRIPT may be - for standard input. Prints FILE:LINE:COLUMN: MESSAGE; the exit status\n" +
				"is 1 if there is any.", runCheck},
		{[]string{"types"}, "types [DIR]",
			"Write what editors need to know of the Lua API to the folder .odp/types of a project, whose folder is DIR, or the\n" +
				"current one, and .luarc.json, if it has none, by which lua-language-server finds them.", writeTypes},
		{[]string{"example"}, "example [--show] [NAME [ARG...]]",
			"Run an example script that comes with odp, or list them. --show prints the script, to begin one's own with.", runExample},
		{[]string{"version", "--version"}, "version", "Print the version.", printVersion},
		{[]string{"help", "--help", "-h"}, "help [NAME]",
			"Print this, or what the reference says about a function, class, module, key or action, such as\n" +
				"odp.match or ipv4.dst. NAME topics lists them.", printHelp},
	}
}

// underTest is nil unless odp test runs this process's script.
var underTest *luatest.Child

func main() {
	sandbox.Hook()
	luatest.Hook()
	var err error
	if underTest, err = luatest.Attach(); err != nil {
		os.Exit(report(err))
	}
	os.Exit(run(os.Args[1:]))
}

func run(args []string) int {
	args, err := limitFlags(args)
	if err != nil {
		return usageError("%v", err)
	}
	if len(args) == 0 {
		if term.IsTerminal(int(os.Stdin.Fd())) {
			return runConsole()
		}
		return runStdin(nil)
	}
	if v := verbNamed(args[0]); v != nil {
		if limited && !slices.Contains(scriptVerbs, args[0]) {
			return usageError("--timeout, --max-memory and --safe are for scripts, not for odp %s", args[0])
		}
		return v.run(args[1:])
	}
	if strings.HasPrefix(args[0], "-") {
		return usageError("unknown option %s", args[0])
	}
	return execute(func(ctx context.Context, rt *luabind.Runtime) error {
		return rt.RunFile(ctx, args[0], args[1:])
	})
}

// limits has what the flags before the script say, and limited whether there were any.
var (
	limits  luabind.Config
	limited bool
)

// scriptVerbs are the verbs that run a script, and may have limits.
var scriptVerbs = []string{"-e", "-", "example"}

// limitFlags takes the flags that limit a script off the front of args.
func limitFlags(args []string) (rest []string, err error) {
	const absent = "\x00" // no argument has it
	timeout, memory := absent, absent
	for rest = args; len(rest) > 0 && isLimitFlag(rest[0]); limited = true {
		if rest[0] == "--safe" {
			limits.Safe, rest = true, rest[1:]
		} else if rest, err = leadingFlags(rest, map[string]*string{"timeout": &timeout, "max-memory": &memory}); err != nil {
			return nil, err
		}
	}
	if timeout != absent {
		if limits.Timeout, err = luabind.ParseTimeout(timeout); err != nil {
			return nil, fmt.Errorf("--timeout: %w", err)
		}
	}
	if memory != absent {
		if limits.MaxMemory, err = luabind.ParseSize(memory); err != nil {
			return nil, fmt.Errorf("--max-memory: %w", err)
		}
	}
	return rest, nil
}

func isLimitFlag(arg string) bool {
	name, _, _ := strings.Cut(arg, "=")
	return arg == "--safe" || name == "--timeout" || name == "--max-memory"
}

// verbNamed returns nil for what is no verb, which then is a script.
func verbNamed(name string) *verb {
	for _, v := range verbs() {
		if slices.Contains(v.names, name) {
			return &v
		}
	}
	return nil
}

func usageError(format string, args ...any) int {
	fmt.Fprintf(os.Stderr, "odp: "+format+"\nodp help shows the commands.\n", args...)
	return statusUsage
}

func printHelp(args []string) int {
	if len(args) > 0 {
		return printEntry(strings.Join(args, " "))
	}
	fmt.Print("odp: Lua for the Open vSwitch datapaths of the Linux kernel\n\n")
	for _, v := range verbs() {
		fmt.Printf("  %s\n      %s\n", strings.TrimSpace("odp "+v.usage), strings.ReplaceAll(v.doc, "\n", "\n      "))
	}
	fmt.Print("\nModules are looked for beside the script, in the folders of $ODP_PATH (separated by colons), and\n" +
		"in the program. $ODP_LOG says what module log writes: debug, info, warn, error or off, and text or json, as in\n" +
		"ODP_LOG=debug,json. Exit status: 0, 1 when a script fails, 2 for wrong usage, or what the script gives to os.exit.\n")
	return 0
}

// printEntry prints an entry of the reference, or the list of its names.
func printEntry(name string) int {
	if name == "topics" {
		name = ""
	}
	text, err := luabind.Help(scripts.Modules(), name)
	if err != nil {
		fmt.Fprintf(os.Stderr, "odp: %v\n", err)
		return statusFailed
	}
	fmt.Print(text)
	return 0
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "devel"
}

func printVersion([]string) int {
	fmt.Println("odp", version())
	return 0
}

func runCode(args []string) int {
	if len(args) == 0 {
		return usageError("-e needs CODE")
	}
	return execute(func(ctx context.Context, rt *luabind.Runtime) error {
		return rt.RunString(ctx, "-e", args[0], args[1:])
	})
}

func runStdin(args []string) int {
	return execute(func(ctx context.Context, rt *luabind.Runtime) error {
		return rt.RunReader(ctx, "stdin", os.Stdin, args)
	})
}

func runExample(args []string) int {
	if len(args) == 0 {
		files, err := fs.Glob(scripts.Examples, "examples/*.lua")
		if err != nil {
			return report(err)
		}
		for _, f := range files {
			src, err := fs.ReadFile(scripts.Examples, f)
			if err != nil {
				return report(err)
			}
			fmt.Printf("%-18s %s\n", strings.TrimSuffix(filepath.Base(f), ".lua"), title(string(src)))
		}
		return 0
	}
	show := args[0] == "--show"
	if show {
		args = args[1:]
		if len(args) != 1 {
			return usageError("example --show takes the name of an example; odp example lists them")
		}
	}
	file := "examples/" + args[0] + ".lua"
	src, err := fs.ReadFile(scripts.Examples, file)
	if err != nil {
		return usageError("there is no example %s; odp example lists them", args[0])
	}
	if show {
		fmt.Printf("%s", src)
		return 0
	}
	return execute(func(ctx context.Context, rt *luabind.Runtime) error {
		return rt.RunString(ctx, file, string(src), args[1:])
	})
}

// title returns what an example is, in some words: the beginning of the comment
// that it begins with, up to the first colon or full stop.
func title(src string) string {
	comment, ok := strings.CutPrefix(src, "-- ")
	end := strings.IndexAny(comment, ":.\n")
	if !ok || end < 0 {
		return ""
	}
	return comment[:end]
}

// writeTypes writes the annotations for editors.
func writeTypes(args []string) int {
	dir := "."
	switch {
	case len(args) > 1:
		return usageError("types takes one DIR")
	case len(args) == 1 && strings.HasPrefix(args[0], "-"):
		return usageError("types: unknown option %s", args[0])
	case len(args) == 1:
		dir = args[0]
	}
	notes, err := luabind.WriteAnnotations(dir, scripts.Modules())
	for _, note := range notes {
		fmt.Println(note)
	}
	return report(err)
}

// runCheck looks for mistakes in scripts.
func runCheck(args []string) int {
	format := "text"
	args, err := leadingFlags(args, map[string]*string{"format": &format})
	switch {
	case err != nil:
		return usageError("check: %v", err)
	case format != "text" && format != "json":
		return usageError("check: --format is text or json, not %q", format)
	case len(args) == 0:
		return usageError("check needs SCRIPTs")
	case strings.HasPrefix(args[0], "-") && args[0] != "-":
		return usageError("check: unknown option %s", args[0])
	}
	var findings []luabind.Finding
	if args[0] == "-" && len(args) == 1 {
		var code []byte
		if code, err = io.ReadAll(os.Stdin); err == nil {
			findings, err = luabind.CheckCode(config(os.Stdout, os.Stderr), "stdin", string(code))
		}
	} else {
		findings, err = luabind.Check(config(os.Stdout, os.Stderr), args)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "odp: %v\n", err)
		return statusUsage
	}
	for _, f := range findings {
		line := f.String()
		if format == "json" {
			text, err := json.Marshal(f)
			if err != nil {
				return report(err)
			}
			line = string(text)
		}
		fmt.Println(line)
	}
	if len(findings) > 0 {
		return statusFailed
	}
	return 0
}

// signalGrace is how long a script that was told to stop may take. Longer takes
// one that waits in a system call, such as for its standard input.
const signalGrace = 2 * time.Second

// execute runs a script: the first SIGINT or SIGTERM ends its odp.run, the next
// one the script. SIGQUIT ends it and shows where it was.
func execute(script func(context.Context, *luabind.Runtime) error) int {
	rt := luabind.New(config(os.Stdout, os.Stderr))
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	go func() {
		for s := range signals {
			told := rt.Signal(s)
			stuck := func() bool { return !told || rt.Aborting() }
			if stuck() {
				time.AfterFunc(signalGrace, func() {
					if stuck() {
						os.Exit(report(&luabind.SignalError{Signal: s}))
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
	return report(err)
}

func config(stdout, stderr io.Writer) luabind.Config {
	cfg := luabind.Config{
		Stdout: stdout, Stderr: stderr, Version: version(),
		Path: filepath.SplitList(os.Getenv("ODP_PATH")), Modules: scripts.Modules(),
		Log:     os.Getenv("ODP_LOG"),
		Timeout: limits.Timeout, MaxMemory: limits.MaxMemory, Safe: limits.Safe,
		Stuck: func(err *luabind.LimitError) { os.Exit(report(err)) },
	}
	if underTest != nil {
		cfg.Tests = underTest
	}
	return cfg
}

// report prints why a script ended and returns the exit status for it.
func report(err error) int {
	var exit *luabind.ExitError
	var sig *luabind.SignalError
	var limit *luabind.LimitError
	var internal *luabind.InternalError
	var script *luabind.ScriptError
	if err == nil {
		return 0
	}
	text, status := err.Error(), statusFailed
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
		text, status = text+"\n"+internal.Stack, statusInternal
	case errors.As(err, &script):
		text = script.Detail()
	}
	if !underTest.Ended(text) {
		fmt.Fprintf(os.Stderr, "odp: %s\n", text)
	}
	return status
}

// runSandbox runs this program again, with the arguments after the flags, on a
// kernel of its own.
func runSandbox(args []string) int {
	var kernel, work string
	rest, err := leadingFlags(args, map[string]*string{"kernel": &kernel, "work": &work})
	if err != nil {
		return usageError("sandbox: %v", err)
	}
	if len(rest) > 0 && strings.HasPrefix(rest[0], "-") && verbNamed(rest[0]) == nil && !isLimitFlag(rest[0]) {
		return usageError("sandbox: unknown option %s", rest[0])
	}
	status, err := sandbox.Run(context.Background(), &sandbox.Config{
		Kernel: kernel, Work: work,
		// In the sandbox this is the same program, even where its file is hidden.
		Command: append([]string{"/proc/self/exe"}, rest...),
		Stdin:   os.Stdin, PassStdin: true, Stdout: os.Stdout, Stderr: os.Stderr,
		Note: func(s string) { fmt.Fprintln(os.Stderr, "odp:", s) },
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, "odp:", err)
		if status == 0 {
			status = statusFailed
		}
	}
	return status
}

// leadingFlags takes --name VALUE and --name=VALUE off the front of args, as far
// as the names are known: what follows is for the program in the sandbox.
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

// kernelList describes the kernels for the help.
func kernelList() string {
	text := ""
	for _, k := range sandbox.Kernels() {
		text += fmt.Sprintf("\n  %-5s %s", k.Name, k.Doc)
	}
	return text
}

// interp fits the runtime to the console.
type interp struct {
	rt  *luabind.Runtime
	end context.CancelCauseFunc // ends the console
}

func (i interp) Eval(ctx context.Context, src string) ([]string, error) {
	results, err := i.rt.Eval(ctx, src)
	if errors.Is(err, luabind.ErrIncomplete) {
		return nil, repl.ErrIncomplete
	}
	var exit *luabind.ExitError
	if errors.As(err, &exit) {
		i.end(err)
		return nil, nil
	}
	var script *luabind.ScriptError
	if errors.As(err, &script) && strings.Contains(script.Traceback, "\n") {
		return nil, errors.New(script.Detail())
	}
	return results, err
}

func (i interp) Complete(src string, pos int) (int, []string) { return i.rt.Complete(src, pos) }

func runConsole() int {
	if limits.Timeout > 0 || limits.MaxMemory > 0 {
		return usageError("--timeout and --max-memory need a script")
	}
	console, err := repl.New(repl.Config{
		Banner:      "odp " + version() + ": Lua with the modules odp, net, packet, pcap, json and log. Tab completes, help explains, Ctrl-D ends.",
		HistoryFile: historyFile(),
	})
	if err != nil {
		return report(err)
	}
	cfg := config(console.Writer(), console.ErrorWriter())
	cfg.Console = true
	rt := luabind.New(cfg)
	ctx, end := context.WithCancelCause(context.Background())
	defer end(nil)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGHUP)
	go func() { end(&luabind.SignalError{Signal: <-signals}) }()

	err = console.Run(ctx, interp{rt, end})
	if closeErr := rt.Close(); err == nil {
		err = closeErr
	}
	return report(err)
}

// historyFile is where the console keeps its lines; empty if there is no home.
func historyFile() string {
	dir := os.Getenv("XDG_STATE_HOME")
	if dir == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		dir = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(dir, "odp", "history")
}
