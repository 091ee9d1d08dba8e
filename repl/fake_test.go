package repl

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"
)

// patience is how long a test waits for what must happen before it gives up.
const patience = 20 * time.Second

// fakeInterp understands a few words, enough to see what the console does.
type fakeInterp struct {
	out io.Writer
	mu  sync.Mutex
	ran []string // chunks that were run, incomplete ones excluded
}

func (f *fakeInterp) chunks() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.ran...)
}

func (f *fakeInterp) Eval(ctx context.Context, src string) ([]string, error) {
	words := strings.Fields(src)
	if words[0] == "begin" && words[len(words)-1] != "end" {
		return nil, fmt.Errorf("'end' expected: %w", ErrIncomplete)
	}
	f.mu.Lock()
	f.ran = append(f.ran, src)
	f.mu.Unlock()
	switch words[0] {
	case "fail":
		return nil, errors.New("it failed")
	case "none":
		return nil, nil
	case "partial":
		_, err := io.WriteString(f.out, "no line end")
		return nil, err
	case "block":
		if _, err := io.WriteString(f.out, "blocking\n"); err != nil {
			return nil, err
		}
		<-ctx.Done()
		return nil, fmt.Errorf("block: %w", ctx.Err())
	}
	return []string{"ran " + strings.ReplaceAll(src, "\n", "|")}, nil
}

func (f *fakeInterp) Complete(src string, pos int) (int, []string) {
	start := strings.LastIndexAny(src[:pos], " \n.(") + 1
	return start, []string{"datapath", "datapaths", "delete", "odp", "größe"}
}

// record keeps what is written to it and lets tests wait for a part of it.
type record struct {
	mu      sync.Mutex
	buf     bytes.Buffer
	seen    int // up to here waitFor has found things
	changed chan struct{}
	fail    error
}

func newRecord() *record { return &record{changed: make(chan struct{}, 1)} }

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fail != nil {
		return 0, r.fail
	}
	r.buf.Write(p)
	ask(r.changed)
	return len(p), nil
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.buf.String()
}

// waitFor waits until text appears after what was waited for before, and
// returns what came between.
func (r *record) waitFor(t *testing.T, text string) string {
	t.Helper()
	deadline := time.After(patience)
	for {
		r.mu.Lock()
		rest := r.buf.String()[r.seen:]
		i := strings.Index(rest, text)
		if i >= 0 {
			r.seen += i + len(text)
		}
		r.mu.Unlock()
		if i >= 0 {
			return rest[:i]
		}
		select {
		case <-r.changed:
		case <-deadline:
			t.Fatalf("no %q in the output after:\n%q", text, rest)
		}
	}
}

// fakeTerminal is a terminal of fixed width that counts changes to raw mode.
type fakeTerminal struct {
	mu         sync.Mutex
	width      int
	raw, calls int
}

func (f *fakeTerminal) MakeRaw() (func() error, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.raw++
	f.calls++
	return func() error {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.raw--
		return nil
	}, nil
}

func (f *fakeTerminal) Width() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.width
}
