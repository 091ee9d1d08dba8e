package sandbox

import (
	"encoding/binary"
	"fmt"
	"io"
	"sync"
)

// The launcher and the init process in the guest talk over one byte channel (a
// serial line, a virtio port or a socket) in frames: one byte of type, the
// length of the body as four bytes big-endian, the body.
const (
	// Guest to launcher.
	frameHello  = 'h' // the channel is open and clean; the launcher now sends the job
	frameReady  = 'r' // everything is set up, the command starts now
	frameStdout = 'o'
	frameStderr = 'e'
	frameRead   = 'c' // that many bytes were read from the channel (uint32); see channelWindow
	frameTaken  = 'a' // that many bytes of input were handed on to the command (uint32); see inputWindow
	frameExit   = 'x' // the command ended; body is its status (uint32), nothing follows
	frameError  = 'E' // the sandbox itself failed, in words; from the helper or the guest

	// Launcher to guest.
	frameJob    = 'j' // a job
	frameStdin  = 'i'
	frameEOF    = 'q' // end of input
	frameResize = 'w' // rows and columns of the terminal (uint16 each)
	frameSignal = 's' // signal number for the command's process group (uint32)
)

const (
	frameHeader = 5
	maxFrame    = 1 << 20
	// maxBody is how much data one frame of output or input carries at most.
	maxBody = 32 << 10
	// inputWindow is how many bytes of input may be under way. Without a limit a
	// command that does not read its input would block the frames behind it.
	inputWindow = 64 << 10
	// channelWindow is how many bytes the launcher sends before the guest says that
	// it has read them. The serial lines of User-Mode Linux stop for good when the
	// terminal layer's buffer of 4096 bytes has filled up once.
	channelWindow = 2 << 10
	// channelStep is how many bytes the guest reads before it says so.
	channelStep = 512
)

// windowWriter is the launcher's side of channelWindow. A blocked Write ends when
// the credit is closed.
type windowWriter struct {
	w      io.Writer
	credit *credit
}

func (w *windowWriter) Write(p []byte) (int, error) {
	done := 0
	for done < len(p) {
		n := w.credit.take(len(p) - done)
		if n == 0 {
			return done, io.ErrClosedPipe
		}
		n, err := w.w.Write(p[done : done+n])
		done += n
		if err != nil {
			return done, err
		}
	}
	return done, nil
}

// windowReader is the guest's side of channelWindow.
type windowReader struct {
	r    io.Reader
	out  *frameWriter
	read int // not yet reported
}

func (r *windowReader) Read(p []byte) (int, error) {
	n, err := r.r.Read(p[:min(len(p), channelStep)])
	r.read += n
	if r.read >= channelStep && err == nil {
		err = r.out.writeUint32(frameRead, uint32(r.read))
		r.read = 0
	}
	return n, err
}

// frameWriter writes whole frames; it may be used by several goroutines.
type frameWriter struct {
	mu  sync.Mutex
	w   io.Writer
	buf []byte
}

func (f *frameWriter) write(kind byte, body []byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.buf = append(f.buf[:0], kind)
	f.buf = binary.BigEndian.AppendUint32(f.buf, uint32(len(body)))
	f.buf = append(f.buf, body...)
	_, err := f.w.Write(f.buf)
	return err
}

func (f *frameWriter) writeUint32(kind byte, v uint32) error {
	return f.write(kind, binary.BigEndian.AppendUint32(nil, v))
}

// readFrame reads one frame. The body is valid until the next call with the same buf.
func readFrame(r io.Reader, buf *[]byte) (kind byte, body []byte, err error) {
	var head [frameHeader]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, err
	}
	n := binary.BigEndian.Uint32(head[1:])
	if n > maxFrame {
		return 0, nil, fmt.Errorf("frame %q of %d bytes, expected at most %d: the channel to the guest is damaged", head[0], n, maxFrame)
	}
	if cap(*buf) < int(n) {
		*buf = make([]byte, n)
	}
	body = (*buf)[:n]
	if _, err := io.ReadFull(r, body); err != nil {
		return 0, nil, err
	}
	return head[0], body, nil
}

// frameUint32 decodes the body of a frame that carries one number.
func frameUint32(kind byte, body []byte) (uint32, error) {
	if len(body) != 4 {
		return 0, fmt.Errorf("frame %q has %d bytes, expected 4", kind, len(body))
	}
	return binary.BigEndian.Uint32(body), nil
}

// job tells the guest what to run.
type job struct {
	Kernel  string   // row name, for the host name and messages
	Command []string // at least one
	Dir     string
	Env     []string
	Work    string // writable folder, or empty
	WorkAt  string // where the helper has mounted it
	Home    string // gets a throw-away layer over the host's files, or empty
	Modules string // folder of this kernel's modules as the guest sees it, or empty
	// Boot is false when the guest is only a set of namespaces on the running kernel.
	Boot bool
	// Which of stdin, stdout and stderr are the terminal; the others are pipes.
	TTY  [3]bool
	Rows uint16
	Cols uint16
	// Stdin says that input follows; otherwise the command reads /dev/null.
	Stdin bool
}

// credit counts how many bytes may still be sent.
type credit struct {
	mu     sync.Mutex
	more   sync.Cond
	n      int
	closed bool
}

func newCredit(n int) *credit {
	c := &credit{n: n}
	c.more.L = &c.mu
	return c
}

// take waits for credit and returns how much of want may be sent; 0 when closed.
func (c *credit) take(want int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.n == 0 && !c.closed {
		c.more.Wait()
	}
	if c.closed {
		return 0
	}
	n := min(want, c.n)
	c.n -= n
	return n
}

func (c *credit) add(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n += n
	c.more.Broadcast()
}

func (c *credit) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	c.more.Broadcast()
}
