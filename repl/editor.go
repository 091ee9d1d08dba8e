package repl

import (
	"errors"
	"io"
	"os"
	"os/signal"
	"slices"
	"sync/atomic"
	"syscall"

	"github.com/chzyer/readline"
)

// editor reads lines from a terminal with readline.
//
// Readline's input goroutine changes its state without locks that others could
// take, so whatever has to happen while a line is edited (printing above it, a
// new width) is done on that goroutine. It is reached through the keyboard: a
// wakeByte in the input makes it call filter, which does the work and goes on
// to the next key. Between two lines that goroutine waits, and the goroutine
// that called readLine may touch readline's state.
type editor struct {
	console *Console
	interp  Interp
	rl      *readline.Instance
	keys    *keys
	screen  screen
	drawing *drawing
	queued  chan struct{} // output was queued; for a completion that waits
	resize  chan os.Signal
	stop    chan struct{}

	chunk    string       // lines before the edited one
	pasted   string       // to be inserted at the cursor
	length   atomic.Int64 // runes in the edited line
	width    int          // that readline was told
	setWidth func()       // makes readline ask for the width
	restore  func() error // ends raw mode; nil when it is not on
}

func newEditor(c *Console, interp Interp) (*editor, error) {
	e := &editor{
		console: c,
		interp:  interp,
		keys: &keys{control: c.control, source: newSource(c.cfg.Stdin), tooLong: func() {
			c.warn("only the first %d bytes of what was pasted are taken; .load runs a file", maxPaste)
		}},
		screen: screen{c.out, c.cfg.Stdout},
		queued: make(chan struct{}, 1),
		resize: make(chan os.Signal, 1),
		stop:   make(chan struct{}),
	}
	e.drawing = &drawing{screen: e.screen, prompt: c.cfg.Prompt, width: func() int { return e.width }}
	e.width = e.askWidth()
	rl, err := readline.NewEx(&readline.Config{
		Prompt:                 c.cfg.Prompt,
		Stdin:                  e.keys,
		Stdout:                 e.drawing,
		Stderr:                 e.drawing,
		Painter:                e.drawing,
		EOFPrompt:              "\n", // nothing but a line break
		HistoryLimit:           c.cfg.HistoryLimit + 2,
		DisableAutoSaveHistory: true,
		AutoComplete:           e,
		Listener:               e,
		FuncFilterInputRune:    e.filter,
		FuncIsTerminal:         func() bool { return true },
		FuncGetWidth:           func() int { return e.width },
		FuncOnWidthChanged:     func(f func()) { e.setWidth = f },
		FuncMakeRaw:            e.makeRaw,
		FuncExitRaw:            e.exitRaw,
	})
	if err != nil {
		return nil, err
	}
	e.rl = rl
	c.out.onQueue(func() { ask(e.queued) })
	signal.Notify(e.resize, syscall.SIGWINCH)
	go e.watchSize()
	return e, nil
}

func (e *editor) readLine(prompt, chunk string) (string, error) {
	e.chunk = chunk
	e.drawing.prompt = prompt
	e.rl.SetPrompt(prompt)
	e.offerHistory()
	e.updateWidth()
	e.console.out.beginEditing(e.console.cfg.Stdout)
	_, _ = io.WriteString(e.screen, bracketPastes)
	line, err := e.rl.Readline()
	_, _ = io.WriteString(e.screen, leavePastes)
	e.console.out.endEditing()
	switch {
	case errors.Is(err, readline.ErrInterrupt):
		return "", errInterrupted
	case errors.Is(err, io.EOF) && e.failure() != nil:
		return "", e.failure()
	}
	return fromEdit.Replace(line), err
}

// What a terminal that knows pastes is told, so that it marks where one begins and
// ends.
const (
	bracketPastes = "\x1b[?2004h"
	leavePastes   = "\x1b[?2004l"
)

func (e *editor) record(chunk string) { e.console.history.addChunk(chunk) }

// failure returns why input ended when it did not just end. A terminal that
// hangs up (EIO) is an end like any other.
func (e *editor) failure() error {
	err := e.keys.err
	if errors.Is(err, io.EOF) || errors.Is(err, syscall.EIO) {
		return nil
	}
	return err
}

// close ends readline's goroutines. At least one line has been read.
func (e *editor) close() {
	signal.Stop(e.resize)
	close(e.stop)
	e.console.control.close()
	// The instance's Close would leave its input goroutine behind, waiting
	// for somebody to take the end of input.
	_ = e.rl.Terminal.Close()
}

// offerHistory gives readline the console's entries afresh. Its own record of
// what was entered replaces a line by what it last saw of an older entry.
func (e *editor) offerHistory() {
	e.rl.ResetHistory()
	entries := e.console.history.entries
	if len(entries) == 0 {
		// Leaving a search in an empty history crashes readline.
		entries = []string{""}
	}
	for _, entry := range entries {
		_ = e.rl.SaveHistory(toEdit.Replace(entry)) // fails for files only
	}
}

// filter sees each rune before readline acts on it, on the input goroutine.
// It always lets one pass: dropping it would let readline read on after the
// line has ended, while the chunk runs.
func (e *editor) filter(r rune) (rune, bool) {
	for {
		switch r {
		case wakeByte:
			e.redraw()
			r = e.rl.Terminal.ReadRune()
		case pasteByte:
			e.pasted += e.keys.takePaste()
			return readline.CharBell, true // which leaves a search, and nothing else
		case deleteByte:
			r = e.rl.Terminal.ReadRune()
			if r != readline.CharDelete {
				continue
			}
			if e.length.Load() > 0 {
				return r, true
			}
			// Readline can't tell this key from Ctrl-D. It would leave.
			e.rl.Terminal.KickRead()
			r = e.rl.Terminal.ReadRune()
		case 0:
			// The input has ended, and readline would now enter what was
			// typed. A line that was not finished must not run.
			if e.length.Load() > 0 {
				e.rl.Operation.SetBuffer("")
			}
			return r, true
		default:
			return r, true
		}
	}
}

// OnChange implements readline.Listener: it sees the line after each key.
func (e *editor) OnChange(line []rune, pos int, _ rune) ([]rune, int, bool) {
	if e.pasted == "" {
		e.length.Store(int64(len(line)))
		return nil, 0, false
	}
	text := []rune(toEdit.Replace(e.pasted))
	e.pasted = ""
	line = slices.Insert(line, pos, text...)
	e.length.Store(int64(len(line)))
	return line, pos + len(text), true
}

// redraw prints what is queued above the line and adapts to a new width.
func (e *editor) redraw() {
	if e.askWidth() != e.width {
		e.updateWidth()
		e.above(func() {})
	}
	if e.console.out.hasQueued() {
		e.above(e.console.out.drain)
	}
}

// above clears the edited line away, calls print, which leaves the cursor at
// the start of a line, and draws the edited line again. It is for the input
// goroutine.
func (e *editor) above(print func()) {
	op := e.rl.Operation
	op.Clean()
	print()
	op.Refresh()
	if op.IsSearchMode() {
		op.SearchRefresh(-1)
	}
}

// Do implements readline.AutoCompleter, on the input goroutine. It offers at
// most one continuation and shows a choice itself: readline's own list gets
// lost when something is printed, and crashes in narrow windows.
func (e *editor) Do(line []rune, pos int) ([][]rune, int) {
	found, chunk := make(chan completion, 1), e.chunk
	go func() {
		before := fromEdit.Replace(string(line[:pos]))
		whole := before + fromEdit.Replace(string(line[pos:]))
		if chunk == "" {
			if c, ok := e.console.completeCommand(whole, len(before)); ok {
				found <- c
				return
			}
		}
		found <- complete(e.interp, chunk, whole, len(before))
	}()
	for {
		select {
		case c := <-found:
			if len(c.choice) > 0 {
				e.above(func() { _, _ = io.WriteString(e.screen, columns(c.choice, e.width-1)) })
			}
			if c.insert == "" {
				return nil, 0
			}
			return [][]rune{[]rune(c.insert)}, 0
		case <-e.queued:
			// The interpreter may be held up in a handler that prints.
			e.redraw()
		case <-e.console.control.closed:
			return nil, 0
		}
	}
}

// askWidth returns the number of columns to draw in: the terminal's, but no
// fewer than readline can cope with, which is a little more than the prompt.
func (e *editor) askWidth() int {
	w := e.console.cfg.Terminal.Width()
	if w <= 0 {
		w = 80
	}
	return max(w, 20, cells(e.console.prompt)+2, cells(e.console.cfg.ContinuePrompt)+2)
}

func (e *editor) updateWidth() {
	e.width = e.askWidth()
	e.setWidth()
}

// watchSize has the line redrawn when the terminal's size changes.
func (e *editor) watchSize() {
	for {
		select {
		case <-e.resize:
			e.console.control.wakeUp()
		case <-e.stop:
			return
		}
	}
}

func (e *editor) makeRaw() (err error) {
	e.restore, err = e.console.cfg.Terminal.MakeRaw()
	return err
}

func (e *editor) exitRaw() error {
	if e.restore == nil {
		return nil
	}
	restore := e.restore
	e.restore = nil
	return restore()
}
