// Command odp runs Lua scripts on the Open vSwitch datapaths of the Linux kernel,
// is a console for them, and has commands for what is done often, which are Lua
// scripts as well. `odp help` shows them.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/go-odp/odp/luabind"
	"github.com/go-odp/odp/luabind/command"
	"github.com/go-odp/odp/luabind/luatest"
	"github.com/go-odp/odp/odp/sandbox"
	"github.com/go-odp/odp/repl"
	"github.com/go-odp/odp/scripts"
)

func main() {
	sandbox.Hook()
	luatest.Hook()
	underTest, err := luatest.Attach()
	if err != nil {
		fmt.Fprintln(os.Stderr, "odp:", err)
		os.Exit(command.StatusFailed)
	}
	keepHeap()
	p := command.Program{
		Commands: scripts.Commands(), Modules: scripts.Modules(), Compiled: scripts.Compiled(), Examples: scripts.Examples,
		Tests: underTest, Console: runConsole,
	}
	run := p.Main
	if filepath.Base(os.Args[0]) == command.OVSDpctl {
		run = p.MainOVSDpctl
	}
	stop := profile()
	status := run(os.Args[1:])
	stop()
	os.Exit(status)
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

func runConsole(cfg luabind.Config) error {
	console, err := repl.New(repl.Config{
		Banner:      "odp " + cfg.Version + ": Lua with the modules odp, net, packet, pcap, json and log. Tab completes, help explains, Ctrl-D ends.",
		HistoryFile: historyFile(),
	})
	if err != nil {
		return err
	}
	cfg.Console = true
	cfg.Color = command.Colors(os.Stdout)
	cfg.Size = func() (columns, rows int) { return command.TerminalSize(os.Stdout) }
	cfg.Stdout, cfg.Stderr = console.Writer(), console.ErrorWriter()
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
	return err
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
