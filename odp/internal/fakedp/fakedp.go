// Package fakedp is a peer to test the netlink side of odp with, in place of
// the kernel and on any machine: a socket whose other end is a function.
//
// It speaks whole netlink messages, so that tests see each byte of a request
// and decide on each byte of an answer. Families are looked up through
// mdlayher's genltest, as odp looks them up through genetlink.
package fakedp

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/mdlayher/genetlink"
	"github.com/mdlayher/genetlink/genltest"
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// Handler answers the messages of one send. What it returns is queued, a
// datagram for each element.
type Handler func(requests []netlink.Message) [][]byte

// Peer is the kernel's side: it hands out sockets and holds what they share.
type Peer struct {
	// Families that exist, by name.
	Families map[string]genetlink.Family
	// Handle answers requests; it may be called by several goroutines.
	Handle Handler

	mu      sync.Mutex
	sockets []*Socket
}

// Socket is one socket of a Peer. Its methods are those that odp needs.
type Socket struct {
	peer *Peer
	pid  uint32

	mu       sync.Mutex
	queue    []item
	wake     chan struct{} // closed and replaced when something changes
	deadline time.Time
	closed   bool
	groups   []uint32
	options  []netlink.ConnOption
	rcvbuf   int
}

// item is a datagram, or the error that a receive fails with.
type item struct {
	data []byte
	err  error
}

// Open returns a new socket. Their port ids are 1001, 1002, ...
func (p *Peer) Open() *Socket {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := &Socket{peer: p, pid: uint32(1001 + len(p.sockets)), wake: make(chan struct{})}
	p.sockets = append(p.sockets, s)
	return s
}

// Sockets returns the sockets opened so far.
func (p *Peer) Sockets() []*Socket {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]*Socket(nil), p.sockets...)
}

// Member returns the first open socket that joined the multicast group.
func (p *Peer) Member(group uint32) *Socket {
	for _, s := range p.Sockets() {
		s.mu.Lock()
		for _, g := range s.groups {
			if g == group && !s.closed {
				s.mu.Unlock()
				return s
			}
		}
		s.mu.Unlock()
	}
	return nil
}

// Push queues a datagram as the kernel does unasked.
func (s *Socket) Push(datagram []byte) { s.push(item{data: datagram}) }

// PushError makes one receive fail.
func (s *Socket) PushError(err error) { s.push(item{err: err}) }

func (s *Socket) push(it item) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue = append(s.queue, it)
	s.changed()
}

func (s *Socket) changed() {
	close(s.wake)
	s.wake = make(chan struct{})
}

// Send hands the messages to the peer's handler and queues its answers.
func (s *Socket) Send(msgs []byte) error {
	var requests []netlink.Message
	for len(msgs) > 0 {
		n := 0
		if len(msgs) >= 16 {
			n = int(binary.NativeEndian.Uint32(msgs))
		}
		if n < 16 || n > len(msgs) || n%4 != 0 {
			return fmt.Errorf("fakedp: request of %d bytes in %d", n, len(msgs))
		}
		var m netlink.Message
		// The caller may reuse its memory.
		if err := m.UnmarshalBinary(append([]byte(nil), msgs[:n]...)); err != nil {
			return err
		}
		requests = append(requests, m)
		msgs = msgs[n:]
	}
	for _, d := range s.peer.Handle(requests) {
		s.Push(d)
	}
	return nil
}

// Recv reads the next datagram of the queue.
func (s *Socket) Recv(buf []byte, wait bool) (int, error) {
	for {
		s.mu.Lock()
		switch {
		case s.closed:
			s.mu.Unlock()
			return 0, os.ErrClosed
		case len(s.queue) > 0:
			it := s.queue[0]
			s.queue = s.queue[1:]
			s.mu.Unlock()
			return copy(buf, it.data), it.err
		case !wait:
			s.mu.Unlock()
			return 0, unix.EAGAIN
		case !s.deadline.IsZero() && !time.Now().Before(s.deadline):
			s.mu.Unlock()
			return 0, os.ErrDeadlineExceeded
		}
		wake := s.wake
		s.mu.Unlock()
		<-wake
	}
}

// GetFamily looks a family up by a request of the generic netlink controller.
func (s *Socket) GetFamily(name string) (genetlink.Family, error) {
	c := genltest.Dial(func(genetlink.Message, netlink.Message) ([]genetlink.Message, error) {
		f, ok := s.peer.Families[name]
		if !ok {
			return nil, genltest.Error(int(syscall.ENOENT))
		}
		return familyAnswer(f)
	})
	f, err := c.GetFamily(name)
	if cerr := c.Close(); err == nil && cerr != nil {
		err = cerr
	}
	return f, err
}

// familyAnswer is what the controller says of a family.
func familyAnswer(f genetlink.Family) ([]genetlink.Message, error) {
	ae := netlink.NewAttributeEncoder()
	ae.Uint16(unix.CTRL_ATTR_FAMILY_ID, f.ID)
	ae.String(unix.CTRL_ATTR_FAMILY_NAME, f.Name)
	ae.Uint32(unix.CTRL_ATTR_VERSION, uint32(f.Version))
	ae.Nested(unix.CTRL_ATTR_MCAST_GROUPS, func(groups *netlink.AttributeEncoder) error {
		for i, g := range f.Groups {
			groups.Nested(uint16(i+1), func(nae *netlink.AttributeEncoder) error {
				nae.String(unix.CTRL_ATTR_MCAST_GRP_NAME, g.Name)
				nae.Uint32(unix.CTRL_ATTR_MCAST_GRP_ID, g.ID)
				return nil
			})
		}
		return nil
	})
	b, err := ae.Encode()
	if err != nil {
		return nil, err
	}
	if len(b) == 0 {
		return nil, io.ErrUnexpectedEOF
	}
	return []genetlink.Message{{Data: b}}, nil
}

// JoinGroup makes the socket a member of a multicast group.
func (s *Socket) JoinGroup(id uint32) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.groups = append(s.groups, id)
	return nil
}

// SetOption remembers the option.
func (s *Socket) SetOption(o netlink.ConnOption, enable bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if enable {
		s.options = append(s.options, o)
	}
	return nil
}

// Options returns the options that were turned on.
func (s *Socket) Options() []netlink.ConnOption {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]netlink.ConnOption(nil), s.options...)
}

// SetReadBuffer remembers the size.
func (s *Socket) SetReadBuffer(bytes int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rcvbuf = 2 * bytes // as the kernel doubles it
	return nil
}

// ReadBuffer returns the size that the kernel would have granted.
func (s *Socket) ReadBuffer() (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rcvbuf, nil
}

// WriteBuffer returns a small size, so that batches are split in tests.
func (s *Socket) WriteBuffer() (int, error) { return 64 << 10, nil }

// SetReadDeadline wakes a waiting Recv to look at the new deadline.
func (s *Socket) SetReadDeadline(t time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deadline = t
	s.changed()
	return nil
}

// PID returns the port id.
func (s *Socket) PID() uint32 { return s.pid }

// Close wakes a waiting Recv.
func (s *Socket) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.closed = true
		s.changed()
	}
	return nil
}

// Closed reports whether the socket was closed.
func (s *Socket) Closed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}
