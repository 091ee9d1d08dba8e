package repl

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

func TestOutput(t *testing.T) {
	rec := newRecord()
	o := newOutput()
	a, b := o.newStream(rec), o.newStream(rec)
	queued := 0
	o.onQueue(func() { queued++ })
	expect := func(want string) {
		t.Helper()
		if got := rec.String(); got != want {
			t.Fatalf("output is %q, want %q", got, want)
		}
	}
	fmt.Fprint(a, "direct")
	expect("direct")
	o.beginEditing(rec)
	expect("direct\n") // the prompt gets a line of its own
	fmt.Fprint(a, "one\ntw")
	fmt.Fprint(b, "x\n")
	fmt.Fprint(a, "o\nthree")
	expect("direct\n")
	if queued != 3 {
		t.Errorf("%d notices, want 3", queued)
	}
	o.drain()
	expect("direct\none\nx\ntwo\n")
	fmt.Fprint(b, "late\n")
	o.endEditing()
	expect("direct\none\nx\ntwo\nlate\nthree")
	o.beginEditing(rec)
	expect("direct\none\nx\ntwo\nlate\nthree\n")
	o.endEditing()
	o.beginEditing(rec)
	expect("direct\none\nx\ntwo\nlate\nthree\n")
}

func TestOutputLongLine(t *testing.T) {
	rec := newRecord()
	o := newOutput()
	s := o.newStream(rec)
	o.beginEditing(rec)
	fmt.Fprint(s, strings.Repeat(".", maxTail+1))
	o.drain()
	if got := rec.String(); got != strings.Repeat(".", maxTail+1)+"\n" {
		t.Errorf("got %d bytes", len(got))
	}
}

func TestOutputWaitsForRoom(t *testing.T) {
	rec := newRecord()
	o := newOutput()
	s := o.newStream(rec)
	o.beginEditing(rec)
	done := make(chan struct{})
	full := make(chan struct{}, 1)
	o.onQueue(func() {
		if o.queued >= maxQueued {
			ask(full)
		}
	})
	const lines = 3000
	go func() {
		defer close(done)
		for i := range lines {
			fmt.Fprintf(s, "%080d\n", i)
		}
	}()
	<-full
	o.drain()
	<-full
	o.endEditing()
	<-done
	if got := strings.Count(rec.String(), "\n"); got != lines {
		t.Errorf("%d lines, want %d", got, lines)
	}
}

// A failure to print queued text reaches the next writer, once.
func TestOutputError(t *testing.T) {
	rec := newRecord()
	o := newOutput()
	s := o.newStream(rec)
	o.beginEditing(rec)
	fmt.Fprintln(s, "lost")
	broken := errors.New("broken")
	rec.fail = broken
	o.drain()
	rec.fail = nil
	if _, err := io.WriteString(s, "x\n"); !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
	if _, err := io.WriteString(s, "x\n"); err != nil {
		t.Errorf("second write: %v", err)
	}
}
