// Package console is the console of Lua: it fits the runtime of package luabind to
// the console of package repl, with a history, a script to begin with, and commands.
package console

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/go-odp/odp/luabind"
	"github.com/go-odp/odp/luabind/command"
	"github.com/go-odp/odp/repl"
)

// Run runs a console with a runtime of the configuration, to which it adds where the
// runtime writes. It begins with the user's init.lua and then script with its args,
// if that is not empty. It returns when the user leaves.
func Run(cfg luabind.Config, script string, args []string) error {
	if script != "" {
		if _, err := os.Stat(script); err != nil {
			return fmt.Errorf("cannot read the script: %w", err)
		}
	}
	c := &console{}
	line, err := repl.New(repl.Config{
		Banner: "odp " + cfg.Version + ": Lua with the modules odp, net, packet, pcap, json and log.\n" +
			"Tab completes, help explains, .help lists keys and commands, Ctrl-D ends.",
		HistoryFile: xdgFile("XDG_STATE_HOME", ".local/state", "history"),
		PromptFunc:  c.prompt,
		Commands:    c.commands(),
		Help:        lineHelp,
		Start: func(ctx repl.Context) error {
			err := c.load(ctx, xdgFile("XDG_CONFIG_HOME", ".config", "init.lua"), nil)
			if errors.Is(err, fs.ErrNotExist) {
				err = nil
			}
			if script != "" {
				err = errors.Join(err, c.load(ctx, script, args))
			}
			return err
		},
	})
	if err != nil {
		return err
	}
	cfg.Console = true
	cfg.Color = command.Colors(os.Stdout)
	cfg.Size = func() (columns, rows int) { return command.TerminalSize(os.Stdout) }
	cfg.Stdout, cfg.Stderr = line.Writer(), line.ErrorWriter()
	c.rt = luabind.New(cfg)
	ctx, end := context.WithCancelCause(context.Background())
	defer end(nil)
	c.end = end
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGHUP)
	go func() { end(&luabind.SignalError{Signal: <-signals}) }()

	err = line.Run(ctx, c)
	if closeErr := c.rt.Close(); err == nil {
		err = closeErr
	}
	return err
}

// lineHelp says what is different from a script.
const lineHelp = `  x                print a value; then it is _, and _1, _2 and so on for good
  local x = 1      x lasts for the session; in a block, it ends with that
  dp.put_flow?     what the reference says about it, as help dp.put_flow does
  apropos TEXT     what the reference has about TEXT
  json(x)          text for programs; inspect(x) shows all, as Lua
`

// console is the interpreter of a console.
type console struct {
	rt  *luabind.Runtime
	end context.CancelCauseFunc // ends the console
}

// Eval implements repl.Interp.
func (c *console) Eval(ctx context.Context, src string) ([]string, error) {
	results, err := c.rt.Eval(ctx, src)
	if errors.Is(err, luabind.ErrIncomplete) {
		return nil, repl.ErrIncomplete
	}
	return results, c.failure(err)
}

// Complete implements repl.Interp.
func (c *console) Complete(src string, pos int) (int, []string) { return c.rt.Complete(src, pos) }

// load runs a script in the session.
func (c *console) load(ctx context.Context, path string, args []string) error {
	if path == "" {
		return nil
	}
	return c.failure(c.rt.EvalFile(ctx, path, args))
}

// failure is an error as it is shown; one that ends the console is none.
func (c *console) failure(err error) error {
	var exit *luabind.ExitError
	if errors.As(err, &exit) {
		c.end(err)
		return nil
	}
	var place *luabind.LineError
	var script *luabind.ScriptError
	if !errors.As(err, &place) && errors.As(err, &script) && strings.Contains(script.Traceback, "\n") {
		return errors.New(script.Detail())
	}
	return err
}

// prompt says where lines run, if that is not where the console began.
func (c *console) prompt() string {
	if c.rt != nil {
		if name := c.rt.SessionNamespace(); name != "" {
			return "odp:" + name + "> "
		}
	}
	return "odp> "
}

// xdgFile is a file of odp's in a folder of the user's: that which a variable names,
// or one below the home. It is empty if there is no home.
func xdgFile(variable, below, name string) string {
	dir := os.Getenv(variable)
	if dir == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		dir = filepath.Join(home, below)
	}
	return filepath.Join(dir, "odp", name)
}
