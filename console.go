package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/go-odp/odp/luabind"
	"github.com/go-odp/odp/repl"
)

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
	console, err := repl.New(repl.Config{
		Banner:      "odp " + version() + ": Lua with the modules odp and net. Tab completes, Ctrl-D ends.",
		HistoryFile: historyFile(),
	})
	if err != nil {
		return report(err)
	}
	rt := luabind.New(config(console.Writer(), console.ErrorWriter()))
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
