package screen

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

const (
	// escapeDelay is how long the rest of a sequence may take. ESC alone is a key.
	escapeDelay = 50 // milliseconds
	// maxKeys is how many keys may wait. What is typed beyond is lost.
	maxKeys = 1024
)

// ErrGone is about a terminal that has been closed on its other side.
var ErrGone = errors.New("the terminal is gone")

// A Screen is a terminal that is drawn on. Ctrl-C and Ctrl-\ stay signals, and
// Ctrl-Z or SIGTSTP stop the process, with the terminal as it was meanwhile. Its methods may
// be called from any goroutine.
type Screen struct {
	in, out  *os.File
	colors   bool
	wake     func() // called when there are keys
	before   unix.Termios
	quit     [2]int // a pipe that ends the reading
	signals  chan os.Signal
	over     chan struct{}
	finished sync.WaitGroup
	suspend  byte      // the key that stops the process, Ctrl-Z; 0 for none
	catches  bool      // SIGTSTP
	uncaught sigaction // what that did before

	mu     sync.Mutex
	drawn  *cells // what is drawn, and not yet shown
	shown  *cells // nil after the terminal was cleared
	keys   []string
	err    error // why no more keys come
	away   bool  // the terminal is not ours, as the process stops
	closed bool
}

// Open takes a terminal. wake is called from other goroutines when there are keys.
func Open(in, out *os.File, colors bool, wake func()) (*Screen, error) {
	switch name := os.Getenv("TERM"); {
	case !term.IsTerminal(int(in.Fd())):
		return nil, errors.New("standard input is no terminal")
	case !term.IsTerminal(int(out.Fd())):
		return nil, errors.New("standard output is no terminal")
	case name == "" || name == "dumb":
		return nil, fmt.Errorf("a terminal of type %q (variable TERM) shows only lines", name)
	}
	before, err := unix.IoctlGetTermios(int(in.Fd()), unix.TCGETS)
	if err != nil {
		return nil, fmt.Errorf("cannot read the terminal's settings: %w", err)
	}
	s := &Screen{
		in: in, out: out, colors: colors, wake: wake, before: *before,
		signals: make(chan os.Signal, 4), over: make(chan struct{}),
	}
	width, height := s.size()
	s.drawn = newCells(width, height)
	if err := unix.Pipe2(s.quit[:], unix.O_CLOEXEC); err != nil {
		return nil, err
	}
	s.catchStop()
	signal.Notify(s.signals, syscall.SIGWINCH, syscall.SIGCONT)
	if err := s.take(); err != nil {
		signal.Stop(s.signals)
		s.uncatchStop()
		_, _ = unix.Close(s.quit[0]), unix.Close(s.quit[1])
		return nil, err
	}
	s.finished.Add(2)
	go s.read()
	go s.handleSignals()
	return s, nil
}

// size is that of the terminal; 80x24 of one that does not say.
func (s *Screen) size() (width, height int) {
	width, height, err := term.GetSize(int(s.out.Fd()))
	if err != nil || width <= 0 || height <= 0 {
		return 80, 24
	}
	return width, height
}

// take sets the terminal up. Nothing is shown then.
func (s *Screen) take() error {
	raw := s.before
	raw.Iflag &^= unix.ICRNL | unix.INLCR | unix.IGNCR | unix.IXON | unix.ISTRIP
	raw.Lflag &^= unix.ICANON | unix.ECHO | unix.ECHONL | unix.IEXTEN
	raw.Lflag |= unix.ISIG
	raw.Cc[unix.VMIN], raw.Cc[unix.VTIME] = 1, 0
	raw.Cc[unix.VSUSP] = 0 // see decode
	if err := s.set(&raw); err != nil {
		return fmt.Errorf("cannot set the terminal up: %w", err)
	}
	s.shown, s.away = nil, false
	_, err := s.out.WriteString(enter)
	return err
}

// give leaves the terminal as it was.
func (s *Screen) give() {
	_, _ = s.out.WriteString(leave) // a terminal that is gone needs nothing
	_ = s.set(&s.before)
}

func (s *Screen) set(t *unix.Termios) error {
	for {
		err := unix.IoctlSetTermios(int(s.in.Fd()), unix.TCSETSW, t)
		if err != unix.EINTR {
			return err
		}
	}
}

// Close leaves the terminal as it was. Closing again does nothing.
func (s *Screen) Close() {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.closed = true
	s.give()
	s.mu.Unlock()
	signal.Stop(s.signals)
	s.uncatchStop()
	close(s.over)
	_ = unix.Close(s.quit[1]) // ends the reading
	s.finished.Wait()
	_ = unix.Close(s.quit[0])
}

// Restore leaves the terminal as it was where the program is about to exit.
func (s *Screen) Restore() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.closed = true
		s.give()
	}
}

func (s *Screen) handleSignals() {
	defer s.finished.Done()
	for {
		select {
		case <-s.over:
			return
		case got := <-s.signals:
			switch got {
			case syscall.SIGTSTP:
				s.stop()
			case syscall.SIGCONT:
				s.retake()
			}
			s.resize()
		}
	}
}

// retake takes the terminal after others may have had it.
func (s *Screen) retake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	err := s.take()
	if err == nil {
		err = s.show()
	}
	if err != nil {
		s.fail(err)
	}
}

// resize fits the screen to its terminal.
func (s *Screen) resize() {
	s.mu.Lock()
	defer s.mu.Unlock()
	width, height := s.size()
	if s.closed || s.away || width == s.drawn.width && height == s.drawn.height {
		return
	}
	s.drawn, s.shown = s.drawn.resized(width, height), nil
	_, _ = s.out.WriteString("\x1b[2J")
	s.show()
	s.add(KeyResize)
}

// add gives a key to the reader. mu is held.
func (s *Screen) add(key string) {
	if len(s.keys) < maxKeys {
		s.keys = append(s.keys, key)
	}
	s.wake()
}

func (s *Screen) fail(err error) {
	if s.err == nil {
		s.err = err
	}
	s.wake()
}

// read takes in what is typed until the screen is closed.
func (s *Screen) read() {
	defer s.finished.Done()
	var pending []byte
	chunk := make([]byte, 1024)
	for {
		timeout := -1
		if len(pending) > 0 {
			timeout = escapeDelay
		}
		fds := []unix.PollFd{{Fd: int32(s.in.Fd()), Events: unix.POLLIN}, {Fd: int32(s.quit[0]), Events: unix.POLLIN}}
		n, err := unix.Poll(fds, timeout)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			s.mu.Lock()
			s.fail(err)
			s.mu.Unlock()
			return
		case fds[1].Revents != 0:
			return
		case n > 0:
			got, err := unix.Read(int(s.in.Fd()), chunk)
			if err == unix.EINTR || err == unix.EAGAIN {
				continue
			}
			if err != nil || got == 0 {
				s.mu.Lock()
				s.fail(ErrGone)
				s.mu.Unlock()
				return
			}
			pending = append(pending, chunk[:got]...)
		}
		pending = s.decode(pending, n == 0)
	}
}

func (s *Screen) decode(b []byte, final bool) (rest []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		if len(b) > 0 && b[0] == s.suspend && s.suspend != 0 {
			b = b[1:]
			_ = syscall.Kill(0, syscall.SIGTSTP) // the whole job, and this program with it
			continue
		}
		key, n := decodeKey(b, final)
		if n == 0 {
			return b
		}
		if key != "" {
			s.add(key)
		}
		b = b[n:]
	}
}

// Key takes a key that was typed. ok is false if there is none; err then says why
// none will come, if that is so.
func (s *Screen) Key() (key string, ok bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.keys) == 0 {
		return "", false, s.err
	}
	key = s.keys[0]
	s.keys = s.keys[1:]
	return key, true, nil
}

// Size is how many columns and rows there are.
func (s *Screen) Size() (width, height int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.drawn.width, s.drawn.height
}

// Clear empties what is drawn.
func (s *Screen) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drawn.clear()
}

// Text draws text from a column and row on, which count from 0, and returns the
// column behind it. What is beyond the edges is left out.
func (s *Screen) Text(x, y int, text string, style Style) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.drawn.text(x, y, text, style)
}

// Show has the terminal show what is drawn.
func (s *Screen) Show() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.away {
		return nil
	}
	return s.show()
}

func (s *Screen) show() error {
	out := s.drawn.changes(s.shown, s.colors)
	s.shown = s.drawn.resized(s.drawn.width, s.drawn.height)
	if len(out) == 0 {
		return nil
	}
	if _, err := s.out.Write(out); err != nil {
		s.shown = nil
		return fmt.Errorf("cannot write to the terminal: %w", err)
	}
	return nil
}
