package luabind

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
)

const (
	// streamBuffer is how many bytes may wait for the script. More are left to the
	// writer, which then waits.
	streamBuffer = 1 << 20
	streamChunk  = 32 << 10
)

// errLongLine is about a line that does not fit into the buffer.
var errLongLine = fmt.Errorf("a line is longer than %d bytes", streamBuffer)

// stream reads from a file, pipe or terminal beside the event loop. A goroutine
// fills the buffer, the owner of the Lua state empties it.
type stream struct {
	r    io.ReadCloser
	wake func() // has the owner look

	mu     sync.Mutex
	space  sync.Cond // the buffer is not full, or closed
	buf    []byte
	keep   int   // how many want all of it kept, however much
	err    error // why nothing more will come, io.EOF at the end
	closed bool
}

func newStream(r io.ReadCloser, wake func()) *stream {
	s := &stream{r: r, wake: wake}
	s.space.L = &s.mu
	go s.fill()
	return s
}

func (s *stream) fill() {
	chunk := make([]byte, streamChunk)
	for {
		n, err := s.r.Read(chunk)
		s.mu.Lock()
		for len(s.buf)+n > streamBuffer && s.keep == 0 && !s.closed {
			s.space.Wait()
		}
		s.buf = append(s.buf, chunk[:n]...)
		if err != nil {
			s.err = err
		}
		closed := s.closed
		s.mu.Unlock()
		if err != nil {
			s.release()
		}
		s.wake()
		if err != nil || closed {
			return
		}
	}
}

// line takes the next line, without its end. ok is false if there is none yet, or
// no more: then err says why, io.EOF at the end.
func (s *stream) line() (line string, ok bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := bytes.IndexByte(s.buf, '\n')
	switch {
	case i >= 0:
		line = string(s.buf[:i])
		s.take(i + 1)
		return line, true, nil
	case s.err != nil && len(s.buf) > 0: // the last one has no end
		line = string(s.buf)
		s.take(len(s.buf))
		return line, true, nil
	case s.err != nil:
		return "", false, s.err
	case len(s.buf) > streamBuffer-streamChunk:
		return "", false, errLongLine
	}
	return "", false, nil
}

// all takes what is there. err is as for line.
func (s *stream) all() (text string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text = string(s.buf)
	s.take(len(s.buf))
	return text, s.err
}

// take removes n bytes. s.mu is held.
func (s *stream) take(n int) {
	s.buf = s.buf[n:]
	if len(s.buf) == 0 {
		s.buf = nil
	}
	s.space.Signal()
}

// keepAll has the buffer take whatever comes until the returned function is called,
// so that the writer never waits.
func (s *stream) keepAll() (end func()) {
	s.mu.Lock()
	s.keep++
	s.space.Signal()
	s.mu.Unlock()
	return func() {
		s.mu.Lock()
		s.keep--
		s.mu.Unlock()
	}
}

// state tells whether there is something for line to take, and whether nothing
// more will come.
func (s *stream) state() (ready, ended bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ended = s.err != nil
	return bytes.IndexByte(s.buf, '\n') >= 0 || ended && len(s.buf) > 0, ended
}

// release closes what is read from. Standard input is the program's.
func (s *stream) release() {
	if s.r != os.Stdin {
		s.r.Close()
	}
}

// close ends reading. What is in the buffer is gone. A goroutine that waits in the
// system call of what cannot be interrupted goes when that returns.
func (s *stream) close() {
	s.mu.Lock()
	closed := s.closed
	s.closed = true
	s.buf = nil
	if s.err == nil {
		s.err = io.EOF
	}
	s.space.Signal()
	s.mu.Unlock()
	if !closed {
		s.release()
	}
}

// streamEnd is the error that a script gets to see when nothing more comes, nil at
// a mere end.
func streamEnd(err error) error {
	switch {
	case errors.Is(err, io.EOF) || errors.Is(err, fs.ErrClosed):
		return nil
	case isTerminalGone(err):
		return nil
	}
	return err
}
