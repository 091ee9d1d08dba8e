package odp

import (
	"os"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/mdlayher/genetlink"
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// socket is what this package needs from a generic netlink socket. Tests put a
// fake peer behind it. One goroutine may send while another receives.
type socket interface {
	// Send gives the kernel one or more whole netlink messages in one system
	// call. The kernel has handled them when it returns: their replies, other
	// than the later parts of a dump, are already queued.
	Send(msgs []byte) error
	// Recv reads one datagram into buf. With wait it blocks until there is one,
	// the read deadline passes ([os.ErrDeadlineExceeded]) or the socket is
	// closed ([ErrClosed]); without, an empty queue is EAGAIN.
	Recv(buf []byte, wait bool) (int, error)

	GetFamily(name string) (genetlink.Family, error)
	JoinGroup(id uint32) error
	SetOption(o netlink.ConnOption, enable bool) error
	SetReadBuffer(bytes int) error
	ReadBuffer() (int, error)
	WriteBuffer() (int, error)
	SetReadDeadline(t time.Time) error
	PID() uint32
	Close() error
}

// recvBufferLen is the size of a receive buffer: more than the largest message
// of the openvswitch families, a 64 KiB packet with its key and actions, and
// four times what the kernel puts into one datagram of a dump.
const recvBufferLen = 128 << 10

// netlinkSocket is a socket of the kernel. Opening, options, groups, deadlines
// and family lookup are mdlayher's. Sending and receiving go through the raw
// descriptor: its Receive peeks and then allocates for each datagram, which
// every upcall and every part of a dump would pay, and it takes an error
// message that the kernel capped for a malformed one.
type netlinkSocket struct {
	*netlink.Conn
	gen    *genetlink.Conn
	raw    syscall.RawConn
	rd, wr rawOp
	closed atomic.Bool
}

// rawOp is one read or write call. It stays in the socket so that the function
// handed to the raw connection is made once and not for every call.
type rawOp struct {
	call func(fd uintptr) bool
	buf  []byte
	n    int
	err  error
	wait bool
}

// dialNetlink opens a socket of generic netlink in the network namespace given
// as a descriptor, 0 for the calling thread's.
func dialNetlink(netns int) (socket, error) { return dialProtocol(genetlink.Protocol, netns) }

// dialNetfilter opens a socket of nfnetlink, which connection tracking is behind.
func dialNetfilter(netns int) (socket, error) { return dialProtocol(unix.NETLINK_NETFILTER, netns) }

func dialProtocol(protocol, netns int) (socket, error) {
	if netns != 0 {
		// Entering a namespace takes another thread, and a right that the caller may
		// lack. Neither is needed to stay where one is.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		if inNetNS(netns) {
			netns = 0
		}
	}
	conn, err := netlink.Dial(protocol, &netlink.Config{NetNS: netns})
	if err != nil {
		return nil, err
	}
	raw, err := conn.SyscallConn()
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	s := &netlinkSocket{Conn: conn, gen: genetlink.NewConn(conn), raw: raw}
	s.rd.call = func(fd uintptr) bool { return s.rd.try(fd, unix.Read) }
	s.wr.call = func(fd uintptr) bool { return s.wr.try(fd, unix.Write) }
	return s, nil
}

// try makes the system call and reports whether the operation is over. A
// netlink socket written to without an address sends to the kernel.
func (o *rawOp) try(fd uintptr, call func(int, []byte) (int, error)) bool {
	for {
		o.n, o.err = call(int(fd), o.buf)
		if o.err != unix.EINTR {
			break
		}
	}
	return o.err != unix.EAGAIN || !o.wait
}

func (s *netlinkSocket) Send(msgs []byte) error {
	s.wr.buf, s.wr.wait = msgs, true
	return s.finish(&s.wr, s.raw.Write(s.wr.call))
}

func (s *netlinkSocket) Recv(buf []byte, wait bool) (int, error) {
	s.rd.buf, s.rd.wait = buf, wait
	err := s.finish(&s.rd, s.raw.Read(s.rd.call))
	return s.rd.n, err
}

// finish lets go of the caller's memory and picks the operation's error. What
// the runtime says of a descriptor closed under a call has no exported name.
func (s *netlinkSocket) finish(o *rawOp, waitErr error) error {
	o.buf = nil
	switch {
	case waitErr == nil && o.err == nil:
		return nil
	case s.closed.Load():
		o.n = 0
		return ErrClosed
	case waitErr != nil:
		o.n = 0
		return waitErr
	}
	o.n = 0
	return o.err
}

func (s *netlinkSocket) GetFamily(name string) (genetlink.Family, error) {
	return s.gen.GetFamily(name)
}

// Close closes the socket and unblocks a waiting Recv.
func (s *netlinkSocket) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	return s.Conn.Close()
}

// inNetNS tells whether the calling thread is in the network namespace given as a
// descriptor.
func inNetNS(fd int) bool {
	var own, other unix.Stat_t
	return unix.Stat(threadNetNSPath, &own) == nil && unix.Fstat(fd, &other) == nil && own.Dev == other.Dev && own.Ino == other.Ino
}

const threadNetNSPath = "/proc/thread-self/ns/net"

// threadNetNS opens the network namespace of the calling thread. It returns nil
// on a kernel without namespaces.
func threadNetNS() (*os.File, error) {
	f, err := os.Open(threadNetNSPath)
	if os.IsNotExist(err) {
		return nil, nil
	}
	return f, err
}
