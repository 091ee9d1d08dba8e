// Package repl is the interactive console: it reads lines, hands complete
// chunks to an interpreter and prints what comes back.
//
// It knows nothing of datapaths and little of Lua: the interpreter is an
// interface, so the console can be tested with a fake one. Line editing is
// done by chzyer/readline, whose types do not leave this package. Readline is
// not safe against output written while a line is edited, so everything that
// touches it runs on its own input goroutine; see editor.go for how.
package repl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"sync"
)

// ErrIncomplete is matched (errors.Is) by the error that Interp.Eval returns
// when src is a correct beginning and more lines are needed.
var ErrIncomplete = errors.New("incomplete input")

// Interp is what the console needs from an interpreter.
type Interp interface {
	// Eval runs src, one or more whole lines, and returns its results ready
	// to print, one string each. It stops soon after ctx is done. An error
	// leaves the interpreter usable; one that matches ErrIncomplete asks for
	// more input, and nothing has been run then.
	Eval(ctx context.Context, src string) ([]string, error)

	// Complete returns the texts that could replace src[start:pos], where pos
	// is a byte offset. It is called while the console waits for input, so
	// never during Eval, but on another goroutine than Eval.
	Complete(src string, pos int) (start int, candidates []string)
}

// Config says what a console is connected to. The zero value is a console on
// the process's standard streams without history.
type Config struct {
	Stdin  io.Reader // nil means os.Stdin; never closed
	Stdout io.Writer // nil means os.Stdout
	Stderr io.Writer // nil means os.Stderr; gets errors and warnings

	Prompt         string // empty means "odp> "
	ContinuePrompt string // for the later lines of a chunk; empty means "...> "
	Banner         string // printed first when a person is at the other end

	// HistoryFile keeps lines across sessions, readable by its owner only.
	// Empty means that history lasts for the session. Lines that begin with
	// a space are not recorded.
	HistoryFile  string
	HistoryLimit int // entries kept; 0 means 1000

	// Term is the terminal's type as in $TERM; empty means the environment's.
	// "dumb", or none at all, gives lines without editing.
	Term string

	// Terminal controls the terminal behind Stdin and Stdout. Nil means: look
	// whether they are one. When they are not, lines are read without prompts.
	Terminal Terminal

	// PromptFunc, if not nil, gives the prompt in place of Prompt. It is called
	// before each chunk.
	PromptFunc func() string

	// Start, if not nil, is run before the first prompt, and can be stopped as a
	// chunk can. Its error is shown.
	Start func(c Context) error

	// Commands are lines of their own that begin with a dot and a name, besides
	// those that each console has; .help lists them.
	Commands []Command

	// Help is text, in whole lines, that .help shows behind the commands and keys.
	Help string

	// Interrupts delivers interrupts that come as signals: from outside, and
	// from the keyboard while a chunk runs. Nil means the process's SIGINT.
	Interrupts <-chan os.Signal
}

// Console is one console. Its writers may be used by any goroutine at any
// time; Run may be called once.
type Console struct {
	cfg     Config
	out     *output
	stdout  *stream
	stderr  *stream
	history *history
	control *control
	prompt  string // of the next chunk
	last    string // the last chunk that was run, for .edit

	mu      sync.Mutex
	cancel  context.CancelFunc // stops the running chunk; nil at the prompt
	stopped bool               // the running chunk was asked to stop
}

// lineReader reads one line at a time from a person or a pipe. Its errors are
// errInterrupted, io.EOF at the end of input, and failures to read.
type lineReader interface {
	// readLine shows prompt and returns a line without its end. The text of
	// the chunk so far is given for completion.
	readLine(prompt, chunk string) (string, error)
	// record keeps a chunk that was run, to be recalled later.
	record(chunk string)
	close()
}

// errInterrupted says that the line was given up with Ctrl-C.
var errInterrupted = errors.New("interrupted")

// New returns a console that is ready for its writers to be used. Interpreters
// usually want to print through them, so they are made between New and Run.
func New(cfg Config) (*Console, error) {
	if cfg.HistoryLimit < 0 {
		return nil, fmt.Errorf("repl: HistoryLimit is %d, expected 0 or more", cfg.HistoryLimit)
	}
	if strings.ContainsAny(cfg.Prompt+cfg.ContinuePrompt, "\r\n") {
		return nil, errors.New("repl: a prompt has a line break, expected one line")
	}
	if cfg.Stdin == nil {
		cfg.Stdin = os.Stdin
	}
	if cfg.Stdout == nil {
		cfg.Stdout = os.Stdout
	}
	if cfg.Stderr == nil {
		cfg.Stderr = os.Stderr
	}
	if cfg.Prompt == "" {
		cfg.Prompt = "odp> "
	}
	if cfg.ContinuePrompt == "" {
		cfg.ContinuePrompt = "...> "
	}
	if cfg.HistoryLimit == 0 {
		cfg.HistoryLimit = 1000
	}
	if cfg.Term == "" {
		cfg.Term = os.Getenv("TERM")
	}
	if cfg.Terminal == nil {
		cfg.Terminal = findTerminal(cfg.Stdin, cfg.Stdout)
	}
	c := &Console{cfg: cfg, control: newControl(), out: newOutput(), prompt: cfg.Prompt}
	c.stdout = c.out.newStream(cfg.Stdout)
	c.stderr = c.out.newStream(cfg.Stderr)
	c.out.onQueue(c.control.wakeUp)
	c.history = &history{path: cfg.HistoryFile, limit: cfg.HistoryLimit, warn: c.warn}
	return c, nil
}

// Writer returns the console's standard output. What is written while a line
// is being typed appears above it, in whole lines: the part after the last
// line break is held until its line ends or the prompt is left. Writers on
// several goroutines never mix within one Write.
func (c *Console) Writer() io.Writer { return c.stdout }

// ErrorWriter is Writer for standard error.
func (c *Console) ErrorWriter() io.Writer { return c.stderr }

// Run reads and runs chunks until the input ends or Ctrl-D is pressed, which
// give nil, or until ctx is done, which gives its cause. The terminal is left
// as it was found. While Run runs, the console owns SIGINT unless
// Config.Interrupts is set; other signals should end ctx.
func (c *Console) Run(ctx context.Context, interp Interp) error {
	if interp == nil {
		return errors.New("repl: Run without an interpreter")
	}
	signals := c.cfg.Interrupts
	if signals == nil {
		ch := make(chan os.Signal, 1)
		signal.Notify(ch, os.Interrupt)
		defer signal.Stop(ch)
		signals = ch
	}
	done := make(chan struct{})
	var watcher sync.WaitGroup
	defer watcher.Wait()
	defer close(done)
	watcher.Go(func() { c.watch(ctx, signals, done) })

	if c.cfg.Terminal != nil && c.cfg.Banner != "" {
		fmt.Fprintln(c.stdout, strings.TrimRight(c.cfg.Banner, "\n"))
	}
	lines, err := c.newLineReader(interp)
	if err != nil {
		return err
	}
	defer lines.close()
	if c.cfg.Start != nil {
		err := c.interruptible(ctx, func(ctx context.Context) error { return c.cfg.Start(c.with(ctx, interp, lines)) })
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			c.printError(err)
		}
	}
	return c.loop(ctx, interp, lines)
}

func (c *Console) newLineReader(interp Interp) (lineReader, error) {
	if c.cfg.Terminal == nil || c.cfg.Term == "" || c.cfg.Term == "dumb" {
		return newPlain(c), nil
	}
	c.history.load()
	return newEditor(c, interp)
}

// watch turns signals into interrupts and the end of ctx into the end of input.
func (c *Console) watch(ctx context.Context, signals <-chan os.Signal, done <-chan struct{}) {
	end := ctx.Done()
	for {
		select {
		case <-done:
			return
		case <-end:
			c.control.close()
			end = nil
		case _, ok := <-signals:
			if !ok {
				signals = nil
				continue
			}
			c.interrupt()
		}
	}
}

// interrupt stops the running chunk, or gives up the line at the prompt.
func (c *Console) interrupt() {
	c.mu.Lock()
	cancel, again := c.cancel, c.stopped
	c.stopped = cancel != nil
	c.mu.Unlock()
	switch {
	case cancel == nil:
		c.control.interruptLine()
	case again:
		c.warn("still stopping; Ctrl-\\ ends the program at once")
	default:
		if c.cfg.Terminal != nil {
			// The terminal has shown "^C" and left the cursor behind it.
			_, _ = io.WriteString(c.stdout, "\n")
		}
		cancel()
	}
}

// loop gathers lines into chunks and runs them.
func (c *Console) loop(ctx context.Context, interp Interp, lines lineReader) error {
	var chunk string     // the lines of an incomplete chunk, each with its end
	var incomplete error // what the interpreter said about chunk
	for {
		if chunk == "" && c.cfg.PromptFunc != nil {
			c.prompt = c.cfg.PromptFunc()
		}
		prompt := c.prompt
		if chunk != "" {
			prompt = c.cfg.ContinuePrompt
		}
		line, err := lines.readLine(prompt, chunk)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.Is(err, errInterrupted):
			chunk = ""
			continue
		case errors.Is(err, io.EOF):
			if chunk != "" && c.cfg.Terminal == nil {
				c.printError(incomplete)
			}
			return nil
		case err != nil:
			return fmt.Errorf("repl: read a line: %w", err)
		}
		if chunk == "" && strings.TrimSpace(line) == "" {
			continue
		}
		chunk += line + "\n"
		cmd, args, isCommand := c.command(chunk)
		if isCommand {
			if !cmd.lines {
				lines.record(chunk) // before what the command records
			}
			err = c.interruptible(ctx, func(ctx context.Context) error { return cmd.Run(c.with(ctx, interp, lines), args) })
		} else {
			err = c.run(ctx, interp, chunk)
		}
		if errors.Is(err, ErrIncomplete) {
			incomplete = err
			continue
		}
		if !isCommand || cmd.lines {
			lines.record(chunk)
		}
		chunk = ""
		if err != nil {
			c.printError(err)
		}
	}
}

// run runs a chunk and prints its results.
func (c *Console) run(ctx context.Context, interp Interp, chunk string) error {
	results, err := c.eval(ctx, interp, strings.TrimSuffix(chunk, "\n"))
	if errors.Is(err, ErrIncomplete) {
		return err
	}
	c.last = chunk
	for _, r := range results {
		fmt.Fprintln(c.stdout, r)
	}
	return err
}

// eval runs src with a context that an interrupt ends.
func (c *Console) eval(ctx context.Context, interp Interp, src string) (results []string, err error) {
	err = c.interruptible(ctx, func(ctx context.Context) (err error) {
		results, err = interp.Eval(ctx, src)
		return err
	})
	return results, err
}

// interruptible calls fn with a context that an interrupt ends.
func (c *Console) interruptible(ctx context.Context, fn func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c.mu.Lock()
	outer := c.cancel
	c.cancel, c.stopped = cancel, false
	c.mu.Unlock()
	err := fn(ctx)
	c.mu.Lock()
	c.cancel = outer
	stopped := c.stopped
	c.mu.Unlock()
	if stopped && errors.Is(err, context.Canceled) {
		err = errInterrupted
	}
	return err
}

func (c *Console) printError(err error) { fmt.Fprintln(c.stderr, err) }

// warn tells the person at the console something that no chunk asked for.
func (c *Console) warn(format string, args ...any) {
	fmt.Fprintf(c.stderr, format+"\n", args...)
}
