package luabind

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"syscall"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"

	"github.com/go-odp/odp/odp"
)

// netSource is the source of what the kernel announces about devices, addresses,
// routes or neighbours of a namespace.
type netSource struct {
	socket *nl.NetlinkSocket
	// decode makes events of a message: nil for one that is not asked for.
	decode  func(m *syscall.NetlinkMessage) (*netEvent, error)
	queue   []*netEvent
	watched bool // the socket is closed with the context

	received  atomic.Uint64
	overruns  atomic.Uint64
	malformed atomic.Uint64
}

// netBuffer is the usual size of the socket's receive buffer, in bytes.
const netBuffer = 4 << 20

// openNetSource joins groups of rtnetlink, in the thread's namespace.
func openNetSource(buffer int, decode func(*syscall.NetlinkMessage) (*netEvent, error), groups []uint) (*netSource, error) {
	socket, err := nl.Subscribe(unix.NETLINK_ROUTE, groups...)
	if err != nil {
		return nil, err
	}
	if buffer == 0 {
		buffer = netBuffer
	}
	if err := socket.SetReceiveBufferSize(buffer, true); err != nil {
		// Not privileged to go beyond the system's limit: as much as it gives.
		if err := socket.SetReceiveBufferSize(buffer, false); err != nil {
			socket.Close()
			return nil, err
		}
	}
	return &netSource{socket: socket, decode: decode}, nil
}

func (s *netSource) next(ctx context.Context) (any, error) {
	if !s.watched {
		s.watched = true
		context.AfterFunc(ctx, s.socket.Close) // ends Receive
	}
	for len(s.queue) == 0 {
		messages, from, err := s.socket.Receive()
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case errors.Is(err, unix.ENOBUFS):
			s.overruns.Add(1)
			return nil, odp.ErrOverrun
		case errors.As(err, new(syscall.Errno)):
			return nil, err
		case errors.Is(err, os.ErrClosed):
			return nil, odp.ErrClosed
		case err != nil:
			s.malformed.Add(1)
			continue
		case from.Pid != nl.PidKernel:
			continue
		}
		s.received.Add(uint64(len(messages)))
		for i := range messages {
			event, err := s.decodeOne(&messages[i])
			if err != nil {
				s.malformed.Add(1)
			} else if event != nil {
				s.queue = append(s.queue, event)
			}
		}
	}
	event := s.queue[0]
	s.queue = s.queue[1:]
	return event, nil
}

// decodeOne decodes a message. Package netlink takes the lengths of the kernel's
// attributes for granted.
func (s *netSource) decodeOne(m *syscall.NetlinkMessage) (event *netEvent, err error) {
	defer func() {
		if r := recover(); r != nil {
			event, err = nil, fmt.Errorf("message of type %d: %v", m.Header.Type, r)
		}
	}()
	return s.decode(m)
}

func (s *netSource) stats() odp.ReceiveStats {
	return odp.ReceiveStats{Received: s.received.Load(), Overruns: s.overruns.Load(), Malformed: s.malformed.Load()}
}

func (s *netSource) lost() (uint64, bool) { return 0, false }

func (s *netSource) Close() error {
	s.socket.Close()
	return nil
}
