package repl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// session is a console under test, driven through pipes.
type session struct {
	t        *testing.T
	console  *Console
	interp   *fakeInterp
	keyboard *io.PipeWriter
	out, err *record
	term     *fakeTerminal
	signals  chan os.Signal
	cancel   context.CancelCauseFunc
	result   chan error
}

// start runs a console on a fake terminal of the given type.
func start(t *testing.T, term string, change func(*Config)) *session {
	t.Helper()
	in, keyboard := io.Pipe()
	s := &session{
		t: t, keyboard: keyboard, out: newRecord(), err: newRecord(),
		term: &fakeTerminal{width: 80}, signals: make(chan os.Signal), result: make(chan error, 1),
	}
	cfg := Config{
		Stdin: in, Stdout: s.out, Stderr: s.err, Term: term,
		Terminal: s.term, Interrupts: s.signals,
	}
	if change != nil {
		change(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	s.console = c
	s.interp = &fakeInterp{out: c.Writer()}
	ctx, cancel := context.WithCancelCause(context.Background())
	s.cancel = cancel
	go func() { s.result <- c.Run(ctx, s.interp) }()
	t.Cleanup(func() { cancel(nil); keyboard.Close() })
	return s
}

func (s *session) press(keys string) {
	s.t.Helper()
	if _, err := io.WriteString(s.keyboard, keys); err != nil {
		s.t.Fatal(err)
	}
}

func (s *session) end() error {
	s.t.Helper()
	select {
	case err := <-s.result:
		return err
	case <-time.After(patience):
		s.t.Fatalf("the console did not end; output so far:\n%q", s.out.String())
		return nil
	}
}

func TestConsoleLines(t *testing.T) {
	tests := []struct {
		name, keys   string
		ran          []string
		out, err     string // must appear in the output
		plainDiffers bool   // needs line editing
	}{
		{name: "expression", keys: "one\r", ran: []string{"one"}, out: "ran one\n"},
		{name: "blank lines are not run", keys: "\r  \rone\r", ran: []string{"one"}},
		{name: "several lines", keys: "begin\r 1\r\rend\r", ran: []string{"begin\n 1\n\nend"},
			out: "ran begin| 1||end\n"},
		{name: "error keeps the state usable", keys: "fail\rtwo\r", ran: []string{"fail", "two"},
			out: "ran two\n", err: "it failed\n"},
		{name: "no results", keys: "none\r", ran: []string{"none"}},
		{name: "output without line end is not erased", keys: "partial\rtwo\r",
			ran: []string{"partial", "two"}, out: "no line end\n"},
		{name: "ctrl-c clears the line", keys: "wrong\x03two\r", ran: []string{"two"}, plainDiffers: true},
		{name: "ctrl-c leaves a chunk", keys: "begin\r\x03two\r", ran: []string{"two"}, plainDiffers: true},
		{name: "ctrl-z, ctrl-s, nul are ignored", keys: "a\x1ab\x13c\x00d\r", ran: []string{"abcd"},
			plainDiffers: true},
		{name: "delete key on an empty line stays", keys: "\x1b[3~two\r", ran: []string{"two"},
			plainDiffers: true},
		{name: "delete key deletes", keys: "xtwo\x01\x1b[3~\r", ran: []string{"two"}, plainDiffers: true},
		{name: "unknown keys add nothing", keys: "a\x1b[1;5Pb\x1b[<0;1;1Mc\x1bxd\x0fe\r",
			ran: []string{"abcde"}, plainDiffers: true},
		{name: "history", keys: "one\rtwo\r\x1b[A\x1b[A\r", ran: []string{"one", "two", "one"},
			plainDiffers: true},
		{name: "history of a chunk is one entry", keys: "begin\r  1\rend\r\x1b[A\r",
			ran: []string{"begin\n  1\nend", "begin\n  1\nend"}, plainDiffers: true},
		{name: "a paste is one chunk", keys: "a b\x02\x1b[200~1\r\n\t2\n\x1b[31m3\r\x1b[201~x\r",
			ran: []string{"a 1\n\t2\n[31m3xb"}, plainDiffers: true},
		{name: "a paste in a search", keys: "one\r\x12on\x1b[200~ two\x1b[201~\r", ran: []string{"one", " two"}, plainDiffers: true},
		{name: "a paste of an incomplete chunk", keys: "\x1b[200~begin\n1\n\x1b[201~\r\x1b[200~2\nend\x1b[201~\r",
			ran: []string{"begin\n1\n2\nend"}, plainDiffers: true},
		{name: "ctrl-c ends a paste that does not end", keys: "\x1b[200~lost\x03two\r", ran: []string{"two"}, plainDiffers: true},
		{name: "search", keys: "alpha\rbeta\r\x12alp\r", ran: []string{"alpha", "beta", "alpha"},
			plainDiffers: true},
		{name: "leaving a search in an empty history", keys: "\x12\x03one\r", ran: []string{"one"},
			plainDiffers: true},
		{name: "tab completes", keys: "od\t\r", ran: []string{"odp"}, plainDiffers: true},
		{name: "tab adds what is common", keys: "dat\t\r", ran: []string{"datapath"}, plainDiffers: true},
		{name: "tab shows a choice", keys: "d\tatapaths\r", ran: []string{"datapaths"},
			out: "datapath   datapaths  delete\n", plainDiffers: true},
		{name: "tab indents", keys: "begin\r\t1\rend\r", ran: []string{"begin\n  1\nend"},
			plainDiffers: true},
		{name: "characters of several bytes", keys: "grö\t\r", ran: []string{"größe"}, plainDiffers: true},
	}
	for _, tt := range tests {
		for _, term := range []string{"xterm", "dumb"} {
			if term == "dumb" && tt.plainDiffers {
				continue
			}
			t.Run(term+"/"+tt.name, func(t *testing.T) {
				s := start(t, term, nil)
				keys := tt.keys
				if term == "dumb" {
					keys = strings.ReplaceAll(keys, "\r", "\n")
				}
				go func() {
					_, _ = io.WriteString(s.keyboard, keys)
					s.keyboard.Close()
				}()
				if err := s.end(); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.ran, s.interp.chunks()); diff != "" {
					t.Errorf("chunks (-want +got):\n%s", diff)
				}
				if !strings.Contains(s.out.String(), tt.out) {
					t.Errorf("no %q in output %q", tt.out, s.out)
				}
				if got := s.err.String(); got != tt.err {
					t.Errorf("standard error is %q, want %q", got, tt.err)
				}
				if s.term.raw != 0 {
					t.Errorf("terminal left in raw mode")
				}
			})
		}
	}
}

// Keys that arrive byte by byte are the same keys.
func TestConsoleSlowTerminal(t *testing.T) {
	s := start(t, "xterm", func(c *Config) { c.Stdin = iotest.OneByteReader(c.Stdin) })
	s.press("größ\x1b[D\x1b[DX\r\x04")
	if err := s.end(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"grXöß"}, s.interp.chunks()); diff != "" {
		t.Errorf("chunks (-want +got):\n%s", diff)
	}
}

func TestConsoleEnd(t *testing.T) {
	t.Run("ctrl-d", func(t *testing.T) {
		s := start(t, "xterm", nil)
		s.press("\x04")
		if err := s.end(); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("a half-typed line does not run at hang-up", func(t *testing.T) {
		for _, term := range []string{"xterm", "dumb"} {
			s := start(t, term, nil)
			s.press("dangerous")
			s.keyboard.Close()
			if err := s.end(); err != nil {
				t.Fatal(err)
			}
			if got := s.interp.chunks(); len(got) > 0 {
				t.Errorf("%s: ran %q", term, got)
			}
		}
	})
	t.Run("context", func(t *testing.T) {
		for _, term := range []string{"xterm", "dumb"} {
			s := start(t, term, nil)
			cause := errors.New("told to end")
			s.press("dangerous")
			s.cancel(cause)
			if err := s.end(); !errors.Is(err, cause) {
				t.Errorf("%s: got %v, want the cause", term, err)
			}
			if got := s.interp.chunks(); len(got) > 0 {
				t.Errorf("%s: ran %q", term, got)
			}
		}
	})
	t.Run("context before the first line", func(t *testing.T) {
		s := start(t, "xterm", nil)
		s.cancel(nil)
		if err := s.end(); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("read error", func(t *testing.T) {
		for _, term := range []string{"xterm", "dumb"} {
			broken := errors.New("broken keyboard")
			s := start(t, term, nil)
			s.keyboard.CloseWithError(broken)
			if err := s.end(); !errors.Is(err, broken) {
				t.Errorf("%s: got %v, want %v", term, err, broken)
			}
		}
	})
}

func TestConsoleInterrupt(t *testing.T) {
	for _, term := range []string{"xterm", "dumb"} {
		t.Run(term, func(t *testing.T) {
			s := start(t, term, nil)
			s.press("block\n")
			s.out.waitFor(t, "blocking\n")
			s.signals <- os.Interrupt
			s.err.waitFor(t, "interrupted\n")
			s.out.waitFor(t, "odp> ")
			s.press("begin\n")
			s.out.waitFor(t, "...> ")
			s.signals <- os.Interrupt // from outside, at the prompt
			s.out.waitFor(t, "odp> ")
			s.press("two\n")
			s.out.waitFor(t, "ran two\n")
			s.keyboard.Close()
			if err := s.end(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestConsolePrintsAboveLine(t *testing.T) {
	s := start(t, "xterm", nil)
	s.out.waitFor(t, "odp> ")
	s.press("half")
	s.out.waitFor(t, "half")
	fmt.Fprint(s.console.Writer(), "a miss\nunfinished")
	s.out.waitFor(t, "\x1b[2K\ra miss\n")
	s.out.waitFor(t, "odp> half")
	s.press("-typed\r")
	s.out.waitFor(t, "\n"+leavePastes+"unfinished")
	s.out.waitFor(t, "ran half-typed\n")

	// While searching, the search is shown again too.
	s.press("\x12half")
	s.out.waitFor(t, "i-search: half")
	fmt.Fprintln(s.console.ErrorWriter(), "an error")
	s.err.waitFor(t, "an error\n")
	s.out.waitFor(t, "i-search: half")
	s.press("\r\x04")
	if err := s.end(); err != nil {
		t.Fatal(err)
	}
	if got := s.interp.chunks(); len(got) != 2 || got[1] != "half-typed" {
		t.Errorf("ran %q", got)
	}
}

// Writers, completion, search and editing at the same time: for the race
// detector, and nothing may get lost.
func TestConsoleConcurrentWriters(t *testing.T) {
	const writers, lines = 4, 200
	s := start(t, "xterm", nil)
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range lines {
				fmt.Fprintf(s.console.Writer(), "<%d:%d>\n", w, i)
			}
		})
	}
	for range 20 {
		s.press("d\t\x12o\x03\x15od\tx\x1b[D\x7f\r\x1b[A\x03")
	}
	wg.Wait()
	s.press("\x04")
	if err := s.end(); err != nil {
		t.Fatal(err)
	}
	for w := range writers {
		rest := s.out.String()
		for i := range lines {
			line := fmt.Sprintf("<%d:%d>\n", w, i)
			at := strings.Index(rest, line)
			if at < 0 {
				t.Fatalf("%q is missing or out of order", line)
			}
			rest = rest[at+len(line):]
		}
	}
	if got := len(s.interp.chunks()); got != 20 {
		t.Errorf("%d chunks ran, want 20", got)
	}
}

// A completion may wait for a goroutine that itself waits to print.
func TestConsoleCompletionWaitsForWriter(t *testing.T) {
	in, keyboard := io.Pipe()
	out := newRecord()
	c, err := New(Config{Stdin: in, Stdout: out, Stderr: out, Term: "xterm",
		Terminal: &fakeTerminal{width: 80}, Interrupts: make(chan os.Signal)})
	if err != nil {
		t.Fatal(err)
	}
	held := &heldInterp{&fakeInterp{out: c.Writer()}}
	result := make(chan error, 1)
	go func() { result <- c.Run(context.Background(), held) }()
	_, _ = io.WriteString(keyboard, "od\t\r\x04")
	select {
	case err := <-result:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(patience):
		t.Fatal("deadlock")
	}
	if !strings.Contains(out.String(), "ran odp\n") {
		t.Errorf("the line was not completed: %q", out)
	}
}

// heldInterp prints more than the console queues before it completes.
type heldInterp struct {
	*fakeInterp
}

func (h *heldInterp) Complete(src string, pos int) (int, []string) {
	line := strings.Repeat("x", 1023) + "\n"
	for range 3 * maxQueued / len(line) {
		_, _ = io.WriteString(h.out, line)
	}
	return h.fakeInterp.Complete(src, pos)
}

func TestConsolePiped(t *testing.T) {
	tests := []struct {
		name, in, out, err string
	}{
		{"no prompts", "one\r\ntwo", "ran one\nran two\n", ""},
		{"unfinished chunk", "begin\n1\n", "", "'end' expected: incomplete input\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out, errs := newRecord(), newRecord()
			file := filepath.Join(t.TempDir(), "history")
			c, err := New(Config{HistoryFile: file,
				Stdin: strings.NewReader(tt.in), Stdout: out, Stderr: errs,
				Banner: "not shown", Interrupts: make(chan os.Signal)})
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Run(context.Background(), &fakeInterp{}); err != nil {
				t.Fatal(err)
			}
			if out.String() != tt.out || errs.String() != tt.err {
				t.Errorf("got %q and %q, want %q and %q", out, errs, tt.out, tt.err)
			}
			if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("a history file was made for input from a pipe: %v", err)
			}
		})
	}
}

func TestConsoleHistoryFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state", "history")
	withFile := func(c *Config) { c.HistoryFile = path }
	s := start(t, "xterm", withFile)
	s.press("one\r secret\rbegin\r1\rend\r\x04")
	if err := s.end(); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != "one\nbegin\ue00a1\ue00aend\n" {
		t.Errorf("history file has %q, %v", got, err)
	}
	s = start(t, "xterm", withFile)
	s.press("\x1b[A\x1b[A\r\x04")
	if err := s.end(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"one"}, s.interp.chunks()); diff != "" {
		t.Errorf("recalled (-want +got):\n%s", diff)
	}
}

func TestNewRejects(t *testing.T) {
	for _, cfg := range []Config{{HistoryLimit: -1}, {Prompt: "a\nb"}} {
		if c, err := New(cfg); err == nil || c != nil {
			t.Errorf("New(%+v) = %v, %v; want an error alone", cfg, c, err)
		}
	}
}
