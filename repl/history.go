package repl

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// history holds the entries that the arrow keys and Ctrl-R offer, oldest
// first, and appends new ones to a file that several consoles may share: one
// entry a line, written and shortened under a lock on the file. Line breaks within
// an entry are written as they are edited: see lineBreak.
type history struct {
	path    string // empty: none
	limit   int    // most entries kept, in memory and, roughly, in the file
	entries []string
	warn    func(format string, args ...any)
	failed  bool // a failure was reported; the file is left alone from then on
}

// load reads the file's entries and shortens the file when it has grown to
// twice the limit. The file is made when it does not exist, so that trouble
// shows at the start rather than at the first line.
func (h *history) load() {
	if h.path == "" {
		return
	}
	if err := h.tryLoad(); err != nil {
		h.fail(err)
	}
}

func (h *history) tryLoad() error {
	if err := os.MkdirAll(filepath.Dir(h.path), 0o700); err != nil {
		return err
	}
	f, err := openLocked(h.path)
	if err != nil {
		return err
	}
	defer f.Close()
	var entries []string
	r := bufio.NewReader(f)
	for {
		line, err := r.ReadString('\n')
		if line = strings.TrimRight(line, "\r\n"); line != "" && printable(toShow.Replace(line)) {
			entries = append(entries, fromEdit.Replace(line))
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
	}
	grown := len(entries) >= 2*h.limit
	h.entries = last(entries, h.limit)
	if grown {
		return h.rewrite()
	}
	return nil
}

// rewrite replaces the file by the entries in memory. The caller holds the
// lock on the old file; openLocked notices the replacement.
func (h *history) rewrite() error {
	tmp, err := os.CreateTemp(filepath.Dir(h.path), ".history-*") // mode 0600
	if err != nil {
		return err
	}
	for _, e := range h.entries {
		if err == nil {
			_, err = tmp.WriteString(toEdit.Replace(e) + "\n")
		}
	}
	err = errors.Join(err, tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), h.path)
	}
	if err != nil {
		_ = os.Remove(tmp.Name())
	}
	return err
}

// addChunk records a chunk that was run.
func (h *history) addChunk(chunk string) {
	if strings.HasPrefix(chunk, " ") {
		return // the habit of shells for lines with secrets
	}
	h.add(strings.TrimRight(chunk, "\n"))
}

func (h *history) add(entry string) {
	entry = strings.TrimRight(entry, " \t")
	if entry == "" || len(h.entries) > 0 && h.entries[len(h.entries)-1] == entry {
		return
	}
	h.entries = last(append(h.entries, entry), h.limit)
	if h.path == "" || h.failed {
		return
	}
	f, err := openLocked(h.path)
	if err != nil {
		h.fail(err)
		return
	}
	_, err = f.WriteString(toEdit.Replace(entry) + "\n")
	if err = errors.Join(err, f.Close()); err != nil {
		h.fail(err)
	}
}

// fail reports err, once in a session.
func (h *history) fail(err error) {
	if !h.failed {
		h.failed = true
		h.warn("history: %v; new lines are kept for this session only", err)
	}
}

// last returns the last n entries of list.
func last(list []string, n int) []string {
	return list[max(0, len(list)-n):]
}

// openLocked opens the file at path for reading and appending, makes it when
// it is missing, closes it to everybody but its owner and locks it against
// other consoles. Closing it unlocks it.
func openLocked(path string) (*os.File, error) {
	for {
		// O_NONBLOCK: a named pipe must not stop the console.
		f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE|syscall.O_NONBLOCK, 0o600)
		if err != nil {
			return nil, err
		}
		current, err := lockPrivate(f)
		if err == nil && current {
			return f, nil
		}
		f.Close()
		if err != nil {
			return nil, err
		}
	}
}

// lockPrivate makes f private and locks it. It reports false when another
// console replaced the file before the lock was ours.
func lockPrivate(f *os.File) (current bool, err error) {
	info, err := f.Stat()
	if err != nil {
		return false, err
	}
	if !info.Mode().IsRegular() {
		return false, fmt.Errorf("%s is not a regular file", f.Name())
	}
	if info.Mode().Perm()&0o077 != 0 {
		if err := f.Chmod(0o600); err != nil {
			return false, err
		}
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		return false, fmt.Errorf("lock %s: %w", f.Name(), err)
	}
	now, err := os.Stat(f.Name())
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	return err == nil && os.SameFile(info, now), err
}
