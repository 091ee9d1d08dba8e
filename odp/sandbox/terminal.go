package sandbox

import (
	"encoding/binary"
	"fmt"
	"os"
	"sync"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// terminal is the caller's terminal while the command runs on one of its own.
// All methods work on nil, which stands for a run without a terminal.
type terminal struct {
	fd     int
	mu     sync.Mutex
	old    *unix.Termios
	keeper *keeper
}

// openTerminal decides which of the command's streams are a terminal, and fills
// that and the size into the job. It returns nil if there is none.
func openTerminal(cfg *Config, j *job) *terminal {
	if cfg.Stdin == nil {
		return nil
	}
	if !term.IsTerminal(int(cfg.Stdin.Fd())) {
		j.Stdin = cfg.PassStdin
		return nil
	}
	t := &terminal{fd: int(cfg.Stdin.Fd())}
	j.Stdin = true
	j.TTY = [3]bool{true, isTerminal(cfg.Stdout), isTerminal(cfg.Stderr)}
	j.Rows, j.Cols = t.size()
	return t
}

func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

func (t *terminal) size() (rows, cols uint16) {
	w, h, err := term.GetSize(t.fd)
	if err != nil || w <= 0 || h <= 0 {
		return 24, 80
	}
	return uint16(h), uint16(w)
}

// raw passes every key on to the guest, whose own terminal gives them meaning.
func (t *terminal) raw() error {
	if t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	old, err := unix.IoctlGetTermios(t.fd, unix.TCGETS)
	if err != nil {
		return fmt.Errorf("terminal: %w", err)
	}
	if t.keeper, err = startKeeper(t.fd, old); err != nil {
		return fmt.Errorf("terminal: %w", err)
	}
	t.old = old
	if _, err := term.MakeRaw(t.fd); err != nil {
		return fmt.Errorf("terminal: %w", err)
	}
	return nil
}

// restore undoes raw; it may be called more than once.
func (t *terminal) restore() {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.old != nil {
		unix.IoctlSetTermios(t.fd, unix.TCSETS, t.old)
		t.old = nil
		t.keeper.dismiss()
	}
}

// sendSize tells the guest how large the terminal is now.
func (t *terminal) sendSize(out *frameWriter) {
	if t == nil {
		return
	}
	rows, cols := t.size()
	out.write(frameResize, binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, rows), cols))
}
