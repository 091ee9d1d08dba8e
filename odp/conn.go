package odp

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"github.com/go-odp/odp/odp/internal/ovsh"
)

// Config says how to connect. A nil Config means its zero value.
type Config struct {
	// NetNS is a file descriptor of the network namespace to work in, which may
	// be closed once Dial has returned. 0 is that of the calling thread.
	NetNS int
	// ReadBuffer is the size in bytes of the kernel's receive buffer for the
	// answers to requests and dumps. 0 means 1 MiB.
	ReadBuffer int

	// dial opens a socket in place of the kernel's, for tests.
	dial func(netns int) (socket, error)
	// dialNetfilter does so for a socket of nfnetlink.
	dialNetfilter func(netns int) (socket, error)
}

const defaultReadBuffer = 1 << 20

// ackSpace is the receive buffer space to reckon with for an acknowledgement:
// what the kernel charges for a small message, 768 bytes on 64-bit kernels, and
// room for the text of an extended one.
const ackSpace = 2048

// Conn is a connection to the openvswitch module of one network namespace. It
// is safe for concurrent use. Requests are made one at a time, on one socket;
// dumps, upcalls and events have sockets of their own.
type Conn struct {
	cfg Config
	ns  *os.File // namespace of every socket; nil where the kernel has none
	fam families

	features featureCache

	mu          sync.Mutex // guards what follows
	sock        socket
	buf         []byte // receive buffer
	single      requests
	seq         uint32 // of the first request of the last send
	lastChunk   uint32 // number of requests in it
	maxSend     int    // bytes in one send
	maxRequests int    // requests in one send
	spare       *dumper
	closed      bool
}

// Dial connects to the kernel and looks up the openvswitch families. It returns
// an error that is [ErrNoModule] if the kernel has none.
func Dial(cfg *Config) (*Conn, error) {
	c := &Conn{}
	if cfg != nil {
		c.cfg = *cfg
	}
	if c.cfg.ReadBuffer == 0 {
		c.cfg.ReadBuffer = defaultReadBuffer
	}
	if c.cfg.dial == nil {
		c.cfg.dial = dialNetlink
	}
	if c.cfg.dialNetfilter == nil {
		c.cfg.dialNetfilter = dialNetfilter
	}
	if err := c.connect(); err != nil {
		return nil, errors.Join(fmt.Errorf("connect to the kernel's datapath: %w", err), c.Close())
	}
	return c, nil
}

func (c *Conn) connect() error {
	if err := c.holdNetNS(); err != nil {
		return err
	}
	s, err := c.cfg.dial(c.netns())
	if c.cfg.NetNS == 0 && errors.Is(err, unix.EPERM) {
		// Entering even its own namespace needs CAP_SYS_ADMIN. A caller without
		// it has not changed namespaces, so any thread is in the right one.
		_ = c.ns.Close()
		c.ns = nil
		s, err = c.cfg.dial(0)
	}
	switch {
	case errors.Is(err, unix.EPERM):
		return fmt.Errorf("entering the network namespace needs CAP_SYS_ADMIN (run as root): %w", err)
	case err != nil:
		return err
	}
	c.sock = s
	// The look-up comes first as genetlink cannot read the errors that the
	// options of setUp ask for.
	if err := c.fam.resolve(s); err != nil {
		return err
	}
	if err := setUp(s, c.cfg.ReadBuffer); err != nil {
		return err
	}
	return c.setLimits()
}

// holdNetNS keeps the namespace open, as later sockets are opened by whatever
// thread a dump or receiver happens to run on.
func (c *Conn) holdNetNS() error {
	if c.cfg.NetNS == 0 {
		ns, err := threadNetNS()
		c.ns = ns
		return err
	}
	fd, err := unix.FcntlInt(uintptr(c.cfg.NetNS), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("network namespace descriptor %d: %w", c.cfg.NetNS, err)
	}
	c.ns = os.NewFile(uintptr(fd), "netns")
	return nil
}

func (c *Conn) netns() int {
	if c.ns == nil {
		return 0
	}
	return int(c.ns.Fd())
}

// NetNS returns the network namespace of the connection, in a file of the
// caller's own. It is nil where the connection was made without the right to
// enter namespaces, in that of the program.
func (c *Conn) NetNS() (*os.File, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, ErrClosed
	}
	if c.ns == nil {
		return nil, nil
	}
	fd, err := unix.FcntlInt(c.ns.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), "netns"), nil
}

// setUp turns on the kernel's explanations of errors, has it leave the request
// itself out of them, and sizes the receive buffer.
func setUp(s socket, readBuffer int) error {
	for _, o := range []netlink.ConnOption{netlink.ExtendedAcknowledge, netlink.CapAcknowledge} {
		if err := s.SetOption(o, true); err != nil {
			return err
		}
	}
	return s.SetReadBuffer(readBuffer)
}

// setLimits derives what one send may hold from the buffers that the kernel
// granted, which are fewer bytes than asked for without CAP_NET_ADMIN.
func (c *Conn) setLimits() error {
	send, err := c.sock.WriteBuffer()
	if err != nil {
		return err
	}
	recv, err := c.sock.ReadBuffer()
	if err != nil {
		return err
	}
	c.maxSend = send / 2
	c.maxRequests = max(1, recv/ackSpace)
	c.buf = make([]byte, recvBufferLen)
	c.single.fam = &c.fam
	return nil
}

// open returns a further socket in the connection's namespace.
func (c *Conn) open(readBuffer int) (socket, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, ErrClosed
	}
	s, err := c.cfg.dial(c.netns())
	if err != nil {
		return nil, err
	}
	if err := setUp(s, readBuffer); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Close ends the connection; a second call does nothing. It does not end dumps,
// upcalls and events in progress, which own their sockets. To leave a datapath
// as it was, close its [Upcalls] first.
func (c *Conn) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil
	}
	c.closed = true
	var errs []error
	if c.sock != nil {
		errs = append(errs, c.sock.Close())
	}
	if c.spare != nil {
		errs = append(errs, c.spare.sock.Close())
		c.spare = nil
	}
	if c.ns != nil {
		errs = append(errs, c.ns.Close())
	}
	return errors.Join(errs...)
}

// MaxPorts is the number of ports that a datapath can have. Port numbers are
// below it.
const MaxPorts = 65535

// LocalPort is the number of the port that is created with its datapath and has
// its name.
const LocalPort PortNo = 0

// maxNameLen is the longest name of a network device, and with it of datapaths
// and vports.
const maxNameLen = 15

// checkName refuses a name that no network device can have.
func (rs *requests) checkName(name string) {
	switch {
	case name == "":
		rs.refuse("name", "empty, 1 to %d bytes expected", maxNameLen)
	case len(name) > maxNameLen:
		rs.refuse("name", "%q is %d bytes long, 1 to %d expected", name, len(name), maxNameLen)
	case name == "." || name == "..":
		rs.refuse("name", "%q is not allowed for a network device", name)
	}
	for i := range len(name) {
		switch c := name[i]; {
		case c <= ' ', c == 0x7f, c == 0xa0, c == '/', c == ':', c == '%':
			// The kernel reads '%' as a pattern to number, and 0xa0 as a space.
			rs.refuse("name", "%q has the byte %q, which is not allowed in the name of a network device", name, name[i:i+1])
			return
		}
	}
}

// checkPort refuses a port number that no port can have.
func (rs *requests) checkPort(arg string, n PortNo) {
	if n >= MaxPorts {
		rs.refuse(arg, "%d is out of range, 0 to %d expected", n, MaxPorts-1)
	}
}

// checkPorts refuses a key and actions with a port number that no port can have,
// which the kernel would only call an invalid argument. Actions within actions
// are left to it.
func (rs *requests) checkPorts(key Attrs, actions Actions) {
	if p, ok := key.Find(ovsh.KeyAttrInPort); ok && len(p) == 4 {
		rs.checkPort("in_port", PortNo(binary.NativeEndian.Uint32(p)))
	}
	for id, p := range Attrs(actions).All() {
		if id == ovsh.ActionAttrOutput && len(p) == 4 {
			rs.checkPort("output", PortNo(binary.NativeEndian.Uint32(p)))
		}
	}
}

// gone explains ENODEV where it can only mean that the datapath is no more.
func gone(errno syscall.Errno) string {
	if errno == unix.ENODEV {
		return "datapath no longer exists"
	}
	return ""
}
