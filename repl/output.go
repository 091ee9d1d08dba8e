package repl

import (
	"bytes"
	"io"
	"sync"
)

// Output that arrives while a line is edited waits in a queue until the input
// goroutine prints it above the line. Both limits are in bytes.
const (
	maxQueued = 64 << 10 // beyond this, writers wait
	maxTail   = 4 << 10  // an unfinished line longer than this is broken up
)

// output serialises everything that is written to the terminal: directly while
// no line is edited, through a queue while one is.
type output struct {
	mu      sync.Mutex
	room    *sync.Cond // signalled when the queue was emptied or editing ended
	editing bool
	atStart bool // the cursor is at the start of a line
	queue   []piece
	queued  int // bytes in queue
	streams []*stream
	notify  []func() // called with mu held: something was queued
}

// piece is queued text, whole lines as a rule, and where it goes.
type piece struct {
	to   *stream
	text []byte
}

// stream is one destination (standard output or error) of an output.
type stream struct {
	out  *output
	dst  io.Writer
	tail []byte // written while editing, line not yet finished
	err  error  // a failure to write queued text, for the next Write
}

func newOutput() *output {
	o := &output{atStart: true}
	o.room = sync.NewCond(&o.mu)
	return o
}

func (o *output) newStream(dst io.Writer) *stream {
	s := &stream{out: o, dst: dst}
	o.streams = append(o.streams, s)
	return s
}

// onQueue registers f to be called, with the output locked, when text is
// queued. It must not block and not write.
func (o *output) onQueue(f func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.notify = append(o.notify, f)
}

// Write prints p now, or queues it when a line is being edited. An error may
// be about text that an earlier Write had queued.
func (s *stream) Write(p []byte) (int, error) {
	o := s.out
	o.mu.Lock()
	defer o.mu.Unlock()
	for o.editing && o.queued >= maxQueued {
		o.room.Wait()
	}
	if err := s.err; err != nil {
		s.err = nil
		return 0, err
	}
	if !o.editing {
		return o.write(s.dst, p)
	}
	s.tail = append(s.tail, p...)
	whole := bytes.LastIndexByte(s.tail, '\n') + 1
	if whole == 0 && len(s.tail) > maxTail {
		s.tail = append(s.tail, '\n')
		whole = len(s.tail)
	}
	if whole > 0 {
		o.queue = append(o.queue, piece{s, bytes.Clone(s.tail[:whole])})
		o.queued += whole
		s.tail = append(s.tail[:0], s.tail[whole:]...)
		for _, f := range o.notify {
			f()
		}
	}
	return len(p), nil
}

// write prints p and remembers where it leaves the cursor. The lock is held.
func (o *output) write(dst io.Writer, p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	o.atStart = p[len(p)-1] == '\n'
	return dst.Write(p)
}

// beginEditing starts queueing. The line to be edited starts on a line of its
// own, because drawing the prompt erases whatever is left of it.
func (o *output) beginEditing(screen io.Writer) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.atStart {
		// A terminal that refuses this also refuses the prompt, and then
		// reading from it ends.
		_, _ = o.write(screen, []byte("\n"))
	}
	o.editing = true
}

// endEditing prints what is still queued, unfinished lines too, and lets
// writers print directly. The cursor is at the start of a line.
func (o *output) endEditing() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.editing = false
	o.atStart = true
	o.print(o.take())
	for _, s := range o.streams {
		o.print([]piece{{s, s.tail}})
		s.tail = nil
	}
}

// hasQueued reports whether there is something for drain to print.
func (o *output) hasQueued() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.queue) > 0
}

// drain prints what is queued. The caller has cleared the edited line away.
func (o *output) drain() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.print(o.take())
}

func (o *output) take() []piece {
	q := o.queue
	o.queue, o.queued = nil, 0
	o.room.Broadcast()
	return q
}

func (o *output) print(pieces []piece) {
	for _, p := range pieces {
		if _, err := o.write(p.to.dst, p.text); err != nil && p.to.err == nil {
			p.to.err = err
		}
	}
}

// screen is what the line editor draws on. It discards what is drawn when no
// line is edited: readline clears "its" line once more while it shuts down,
// when that line belongs to somebody else.
type screen struct {
	out *output
	dst io.Writer
}

func (s screen) Write(p []byte) (int, error) {
	s.out.mu.Lock()
	defer s.out.mu.Unlock()
	if !s.out.editing {
		return len(p), nil
	}
	return s.dst.Write(p)
}
