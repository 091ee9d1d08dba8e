package sandbox

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// streams are the command's stdin, stdout and stderr, seen from init.
type streams struct {
	tty      bool
	master   int    // our side of the command's terminal, or -1
	child    [3]int // the command's sides
	ours     [3]int // our sides of pipes, or -1
	stop     *stopPipe
	childSet map[int]bool // descriptors to close once the command has them
}

// openStreams makes a terminal and pipes as the job says.
func openStreams(j *job) (*streams, error) {
	stop, err := newStopPipe()
	if err != nil {
		return nil, err
	}
	st := &streams{master: -1, ours: [3]int{-1, -1, -1}, stop: stop, childSet: map[int]bool{}}
	slave := -1
	if j.TTY[0] || j.TTY[1] || j.TTY[2] {
		st.tty = true
		if st.master, slave, err = openPTY(); err != nil {
			return nil, fmt.Errorf("terminal: %w", err)
		}
		st.resize(j.Rows, j.Cols)
	}
	for i := range st.child {
		switch {
		case j.TTY[i]:
			st.child[i] = slave
		case i == 0 && !j.Stdin:
			if st.child[i], err = unix.Open("/dev/null", unix.O_RDONLY|unix.O_CLOEXEC, 0); err != nil {
				return nil, fmt.Errorf("/dev/null: %w", err)
			}
		default:
			var p [2]int
			if err := unix.Pipe2(p[:], unix.O_CLOEXEC); err != nil {
				return nil, fmt.Errorf("pipe: %w", err)
			}
			if i == 0 {
				st.child[i], st.ours[i] = p[0], p[1]
			} else {
				st.child[i], st.ours[i] = p[1], p[0]
			}
		}
		st.childSet[st.child[i]] = true
	}
	return st, nil
}

func openPTY() (master, slave int, err error) {
	master, err = unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, -1, fmt.Errorf("/dev/ptmx: %w", err)
	}
	if err = unix.IoctlSetPointerInt(master, unix.TIOCSPTLCK, 0); err != nil {
		return -1, -1, fmt.Errorf("unlock: %w", err)
	}
	n, err := unix.IoctlGetInt(master, unix.TIOCGPTN)
	if err != nil {
		return -1, -1, fmt.Errorf("number: %w", err)
	}
	path := "/dev/pts/" + strconv.Itoa(n)
	slave, err = unix.Open(path, unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, -1, fmt.Errorf("%s: %w", path, err)
	}
	return master, slave, nil
}

// newline ends a message to the user: a raw terminal needs both characters.
func (st *streams) newline() string {
	if st.tty {
		return "\r\n"
	}
	return "\n"
}

func (st *streams) resize(rows, cols uint16) {
	if st.master >= 0 {
		unix.IoctlSetWinsize(st.master, unix.TIOCSWINSZ, &unix.Winsize{Row: rows, Col: cols})
	}
}

// start runs the command in a session of its own, with the terminal as its
// controlling one.
func (st *streams) start(path string, j *job) (pid int, err error) {
	attr := &syscall.ProcAttr{
		Env:   j.Env,
		Files: []uintptr{uintptr(st.child[0]), uintptr(st.child[1]), uintptr(st.child[2])},
		Sys:   &syscall.SysProcAttr{Setsid: true},
	}
	if st.tty {
		attr.Sys.Setctty = true
		for i := range j.TTY {
			if j.TTY[i] {
				attr.Sys.Ctty = i
				break
			}
		}
	}
	pid, err = syscall.ForkExec(path, j.Command, attr)
	for fd := range st.childSet {
		unix.Close(fd)
	}
	return pid, err
}

// pumpOutput sends the command's output until st.stop and the end of what is
// there then. The channel has one result for each of its capacity.
func (st *streams) pumpOutput(out *frameWriter) <-chan error {
	type source struct {
		fd   int
		kind byte
	}
	var from []source
	if st.master >= 0 {
		from = append(from, source{st.master, frameStdout})
	}
	if st.ours[1] >= 0 {
		from = append(from, source{st.ours[1], frameStdout})
	}
	if st.ours[2] >= 0 {
		from = append(from, source{st.ours[2], frameStderr})
	}
	done := make(chan error, len(from))
	for _, s := range from {
		go func() {
			done <- pump(s.fd, st.stop.r, true, func(p []byte) error { return out.write(s.kind, p) })
		}()
	}
	return done
}

// serve handles what the launcher sends while the command runs.
func (st *streams) serve(control io.Reader, out *frameWriter, pid int) {
	input := make(chan []byte, inputWindow) // never full: the launcher keeps to its window
	go st.feed(input, out)
	var buf []byte
	for {
		kind, body, err := readFrame(control, &buf)
		if err != nil {
			return
		}
		switch kind {
		case frameStdin:
			input <- append([]byte(nil), body...)
		case frameEOF:
			close(input)
		case frameResize:
			if len(body) == 4 {
				st.resize(binary.BigEndian.Uint16(body), binary.BigEndian.Uint16(body[2:]))
			}
		case frameSignal:
			if n, err := frameUint32(kind, body); err == nil {
				unix.Kill(-pid, unix.Signal(n))
			}
		}
	}
}

// feed writes input to the command and reports how much was taken.
func (st *streams) feed(input <-chan []byte, out *frameWriter) {
	fd := st.ours[0]
	if fd < 0 {
		fd = st.master
	}
	if fd < 0 {
		return
	}
	f := os.NewFile(uintptr(fd), "stdin")
	for p := range input {
		// A command that no longer reads loses its input, as in any pipe.
		f.Write(p)
		out.writeUint32(frameTaken, uint32(len(p)))
	}
	if fd == st.ours[0] {
		f.Close()
	} else {
		f.Write([]byte{4}) // Ctrl-D is how a terminal says end of file
	}
}
