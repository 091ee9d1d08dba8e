package luabind

import (
	"encoding/binary"
	"os"

	lua "github.com/yuin/gopher-lua"
	"golang.org/x/sys/unix"
)

// socketClosers holds the sockets that end with the namespace.
func (ns *namespace) socketClosers(rt *Runtime) *closerSet {
	if ns.home {
		return &rt.closers
	}
	return &ns.sockets
}

// packetSocket opens a raw packet socket in the link's namespace. It receives
// nothing until it is bound to a protocol.
func (l *linkValue) packetSocket() (fd int, err error) {
	err = l.ns.onThread(func() error {
		fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
		return err
	})
	return fd, os.NewSyscallError("socket", err)
}

// networkOrder is how the kernel takes an EtherType in a number of the host.
func networkOrder(n uint16) uint16 {
	return binary.NativeEndian.Uint16(binary.BigEndian.AppendUint16(nil, n))
}

// sender is a socket that sends frames out of a device.
type sender struct {
	fd     int
	index  int
	forget func()
}

// sendFrames is link:send.
func sendFrames(c call) int {
	l := self[*linkValue](c)
	var frames []string
	switch v := c.arg(1).(type) {
	case lua.LString:
		frames = append(frames, string(v))
	case *lua.LTable:
		for i := 1; i <= v.Len(); i++ {
			s, ok := v.RawGetInt(i).(lua.LString)
			if !ok {
				c.bad(1, "frame %d: string of bytes expected, got %s", i, c.rt.describe(v.RawGetInt(i)))
			}
			frames = append(frames, string(s))
		}
	default:
		c.expected(1, "string of bytes or list of them")
	}
	for i, frame := range frames {
		if len(frame) < ethernetLength {
			c.bad(1, "frame %d: %d bytes or more expected, got %d", i+1, ethernetLength, len(frame))
		}
	}
	if len(frames) == 0 {
		return c.push(c.L.Get(1))
	}
	s := l.sender(c)
	for _, frame := range frames {
		to := &unix.SockaddrLinklayer{Ifindex: s.index, Halen: 6}
		copy(to.Addr[:], frame[:6])
		c.raise(l.wrap("send", os.NewSyscallError("sendto", unix.Sendto(s.fd, []byte(frame), 0, to))))
	}
	return c.push(c.L.Get(1))
}

// sender returns the link's socket, opened when first needed.
func (l *linkValue) sender(c call) *sender {
	l.ns.fd(c) // raises if it has been deleted
	if l.out != nil {
		return l.out
	}
	index := l.get(c).Attrs().Index
	fd, err := l.packetSocket()
	c.raise(l.wrap("send", err))
	l.out = &sender{fd: fd, index: index}
	l.out.forget = l.ns.socketClosers(c.rt).add(l.closeSender)
	return l.out
}

func (l *linkValue) closeSender() {
	if l.out == nil {
		return
	}
	unix.Close(l.out.fd)
	l.out.forget()
	l.out = nil
}
