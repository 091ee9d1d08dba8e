package command

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-odp/odp/luabind"
	"github.com/go-odp/odp/luabind/luatest"
	"github.com/go-odp/odp/odp/sandbox"
)

// A builtin is a verb about scripts, or a way to run one. It reads its arguments
// itself.
type builtin struct {
	names   []string // none for what is no verb
	usage   string
	doc     string
	run     func(args []string) int
	scripts bool // it runs a script, which limits can be for
}

func (p *Program) builtins() []*builtin {
	return []*builtin{
		{usage: "SCRIPT [ARG...]", doc: "Run a Lua script. In it, arg[0] is SCRIPT and arg[1] and on are the ARGs."},
		{usage: "-e CODE [ARG...]", doc: "Run CODE."},
		{usage: "- [ARG...]", doc: "Run the script on standard input, as odp alone does when that is no terminal."},
		{usage: "", doc: "Open the console, which begins with ~/.config/odp/init.lua if that is there."},
		{usage: "-i SCRIPT [ARG...]", doc: "Run a script, and open the console with what it has made."},
		{usage: "[--timeout TIME] [--max-memory SIZE] [--safe] SCRIPT|-e CODE|-|example NAME [ARG...]",
			doc: "Run a script with limits. After the TIME, such as 10 (seconds) or 5m, or when it uses more than the SIZE, such\n" +
				"as 64M, the script is stopped: an odp.run returns first, and there are two seconds to clean up. The exit status\n" +
				"is 124 for the TIME, 1 for the SIZE. With --safe it can reach neither files nor other programs, only datapaths\n" +
				"and the network."},
		{names: []string{"sandbox"}, usage: "sandbox [--kernel K] [--work DIR] [ARG...]",
			doc: "Run odp with the ARGs (a script, -e CODE, a verb, or nothing for the console) on a Linux kernel of\n" +
				"its own, booted as a process. It sees the files of this machine and can write only to\n" +
				"DIR. K is one of" + kernelList(), run: runSandbox},
		{names: []string{"test"}, usage: "test [OPTION...] [PATH...]",
			doc: "Run the tests in PATH, the current folder if not given: files, or folders with files named\n" +
				"*_test.lua. Each runs in network namespaces of its own. OPTIONs:\n" + luatest.Usage,
			run: func(args []string) int { return luatest.Main(args, os.Stdout, os.Stderr) }},
		{names: []string{"check"}, usage: "check [--format text|json] SCRIPT...",
			doc: "Look for mistakes in scripts, and in the modules beside them that they require, without running them: syntax,\n" +
				"undefined globals, names that modules, objects and tables of options do not have, missing arguments, Open vSwitch\n" +
				"text that cannot be read. SCRIPT may be - for standard input. Prints FILE:LINE:COLUMN: MESSAGE; the exit status\n" +
				"is 1 if there is any.", run: p.runCheck},
		{names: []string{"types"}, usage: "types [DIR]",
			doc: "Write what editors need to know of the Lua API to the folder .odp/types of a project, whose folder is DIR, or the\n" +
				"current one, and .luarc.json, if it has none, by which lua-language-server finds them.", run: p.writeTypes},
		{names: []string{"example"}, usage: "example [--show] [NAME [ARG...]]",
			doc: "Run an example script that comes with odp, or list them. --show prints the script, to begin one's own with.", run: p.runExample, scripts: true},
		{names: []string{"completion"}, usage: "completion bash|zsh|fish",
			doc: "Print what has a shell complete command lines of odp: `source <(odp completion bash)`.", run: p.printCompletion},
		{names: []string{"man"}, usage: "man DIR",
			doc: "Write a manual page for odp and for each verb to the folder DIR.", run: p.writeMan},
		{names: []string{"version", "--version"}, usage: "version", doc: "Print the version.", run: p.printVersion},
		{names: []string{"help"}, usage: "help [VERB...|NAME]",
			doc: "Print this, what a verb does, or what the reference says about a function, class, module, key or action, such\n" +
				"as odp.match or ipv4.dst. NAME topics lists them. --source VERB prints the script of a verb.", run: p.printHelp},
	}
}

func (p *Program) runFile(args []string) int {
	return p.execute(func(ctx context.Context, rt *luabind.Runtime) error {
		return rt.RunFile(ctx, args[0], args[1:])
	})
}

func (p *Program) runCode(args []string) int {
	if len(args) == 0 {
		return usageError("-e needs CODE")
	}
	return p.execute(func(ctx context.Context, rt *luabind.Runtime) error {
		return rt.RunString(ctx, "-e", args[0], args[1:])
	})
}

func (p *Program) runStdin(args []string) int {
	return p.execute(func(ctx context.Context, rt *luabind.Runtime) error {
		return rt.RunReader(ctx, "stdin", os.Stdin, args)
	})
}

func (p *Program) runConsole(script string, args []string) int {
	if p.limits.Timeout > 0 || p.limits.MaxMemory > 0 {
		return usageError("--timeout and --max-memory need a script")
	}
	return p.report(p.Console(p.config(nil, nil), script, args))
}

func (p *Program) printVersion(args []string) int {
	if len(args) > 0 {
		return usageError("version takes no arguments, got %q", args[0])
	}
	return p.print("odp " + Version() + "\n")
}

func (p *Program) runExample(args []string) int {
	if len(args) == 0 {
		files, err := fs.Glob(p.Examples, "examples/*.lua")
		if err != nil {
			return p.report(err)
		}
		var list strings.Builder
		for _, f := range files {
			src, err := fs.ReadFile(p.Examples, f)
			if err != nil {
				return p.report(err)
			}
			fmt.Fprintf(&list, "%-18s %s\n", strings.TrimSuffix(filepath.Base(f), ".lua"), exampleTitle(string(src)))
		}
		return p.print(list.String())
	}
	show := args[0] == "--show"
	if show {
		args = args[1:]
		if len(args) != 1 {
			return usageError("example --show takes the name of an example; odp example lists them")
		}
	}
	file := "examples/" + args[0] + ".lua"
	src, err := fs.ReadFile(p.Examples, file)
	if err != nil {
		return usageError("there is no example %s; odp example lists them", args[0])
	}
	if show {
		return p.print(string(src))
	}
	return p.execute(func(ctx context.Context, rt *luabind.Runtime) error {
		return rt.RunString(ctx, file, string(src), args[1:])
	})
}

// exampleTitle returns what an example is, in some words: the beginning of the
// comment that it begins with, up to the first colon or full stop.
func exampleTitle(src string) string {
	comment, ok := strings.CutPrefix(src, "-- ")
	end := strings.IndexAny(comment, ":.\n")
	if !ok || end < 0 {
		return ""
	}
	return comment[:end]
}

// writeTypes writes the annotations for editors.
func (p *Program) writeTypes(args []string) int {
	dir := "."
	switch {
	case len(args) > 1:
		return usageError("types takes one DIR")
	case len(args) == 1 && strings.HasPrefix(args[0], "-"):
		return usageError("types: unknown option %s", args[0])
	case len(args) == 1:
		dir = args[0]
	}
	notes, err := luabind.WriteAnnotations(dir, p.Modules)
	if err != nil || len(notes) == 0 {
		return p.report(err)
	}
	return p.print(strings.Join(notes, "\n") + "\n")
}

// runCheck looks for mistakes in scripts.
func (p *Program) runCheck(args []string) int {
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
			findings, err = luabind.CheckCode(p.config(os.Stdout, os.Stderr), "stdin", string(code))
		}
	} else {
		findings, err = luabind.Check(p.config(os.Stdout, os.Stderr), args)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "odp: %v\n", err)
		return StatusUsage
	}
	var list strings.Builder
	for _, f := range findings {
		line := f.String()
		if format == "json" {
			text, err := json.Marshal(f)
			if err != nil {
				return p.report(err)
			}
			line = string(text)
		}
		list.WriteString(line + "\n")
	}
	if status := p.print(list.String()); status != 0 || len(findings) > 0 {
		return StatusFailed
	}
	return 0
}

// runSandbox runs this program again, with the arguments after the flags, on a
// kernel of its own.
func runSandbox(args []string) int {
	var kernel, work string
	rest, err := leadingFlags(args, map[string]*string{"kernel": &kernel, "work": &work})
	if err != nil {
		return usageError("sandbox: %v", err)
	}
	if len(rest) > 0 && strings.HasPrefix(rest[0], "-") && !startsCommandLine(rest[0]) {
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
			status = StatusFailed
		}
	}
	return status
}

// startsCommandLine reports whether a command line of odp can begin with this option.
func startsCommandLine(option string) bool {
	switch name, _, _ := strings.Cut(option, "="); name {
	case "-e", "-", "--version", "--help", "-h", "--json", "--no-color", "--debug", "-n", "--netns":
		return true
	}
	return isLimitFlag(option)
}

// kernelList describes the kernels for the help.
func kernelList() string {
	text := ""
	for _, k := range sandbox.Kernels() {
		text += fmt.Sprintf("\n  %-5s %s", k.Name, k.Doc)
	}
	return text
}
