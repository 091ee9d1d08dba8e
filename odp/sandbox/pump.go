package sandbox

import (
	"errors"
	"io"

	"golang.org/x/sys/unix"
)

// pump passes what it reads from fd to emit, until the end of the file (then it
// returns io.EOF), until an error, or until the descriptor stop becomes readable
// (then nil). With drain it then still passes what is already there. The bytes
// are valid only during the call of emit.
//
// It works on plain descriptors because a read from a terminal or a pipe that
// others keep open must be ended without closing it and without losing data.
func pump(fd, stop int, drain bool, emit func([]byte) error) error {
	buf := make([]byte, maxBody)
	stopping := false
	for {
		set := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}, {Fd: int32(stop), Events: unix.POLLIN}}
		timeout := -1
		if stopping {
			set, timeout = set[:1], 0
		}
		n, err := unix.Poll(set, timeout)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return err
		}
		if !stopping && set[1].Revents != 0 {
			if !drain {
				return nil
			}
			stopping = true
			continue
		}
		if stopping && n == 0 {
			return nil
		}
		if set[0].Revents == 0 {
			continue
		}
		n, err = unix.Read(fd, buf)
		switch {
		case errors.Is(err, unix.EINTR) || errors.Is(err, unix.EAGAIN):
			continue
		case n == 0 || errors.Is(err, unix.EIO): // EIO: a terminal whose other side has closed
			return io.EOF
		case err != nil:
			return err
		}
		if err := emit(buf[:n]); err != nil {
			return err
		}
	}
}

// stopPipe ends pumps: closing the write end makes the read end readable for all of them.
type stopPipe struct{ r, w int }

func newStopPipe() (*stopPipe, error) {
	var p [2]int
	if err := unix.Pipe2(p[:], unix.O_CLOEXEC); err != nil {
		return nil, err
	}
	return &stopPipe{p[0], p[1]}, nil
}

// stop may be called once; free after the last pump has returned.
func (s *stopPipe) stop() { unix.Close(s.w) }
func (s *stopPipe) free() { unix.Close(s.r) }
