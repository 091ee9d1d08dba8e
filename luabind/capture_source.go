package luabind

import (
	"context"
	"encoding/binary"
	"errors"
	"os"
	"slices"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/go-odp/odp/odp"
)

// captureBuffer is what the kernel may hold for a capture, in bytes.
const captureBuffer = 8 << 20

// Which frames of a device are captured.
const (
	captureIn = iota
	captureOut
	captureBoth
)

var captureDirections = []string{"in", "out", "both"}

// capturedFrame is a frame as it was on the wire.
type capturedFrame struct {
	data     []byte // the first bytes, if only those are wanted
	size     int    // of all
	outgoing bool
	partial  bool // the checksum is left to a device that does not exist
	when     time.Time
}

// frameSource receives the frames of one device. One goroutine reads it.
type frameSource struct {
	file      *os.File
	raw       syscall.RawConn
	direction int
	match     *odp.Match // nil for all
	snap      int        // bytes that are kept, 0 for all
	data      []byte
	control   []byte
	watched   bool // the file is closed with the context of next

	captured  atomic.Uint64
	oversized atomic.Uint64 // larger than any frame that we can show

	// kernelDropped are those for which the kernel had no room. It forgets its
	// count each time it tells. Only the owner of the Lua state uses it.
	kernelDropped uint64
}

// openFrames begins to receive the frames of a device, as the options say.
func (l *linkValue) openFrames(c call, f fields) *frameSource {
	s := &frameSource{direction: f.option("direction", captureDirections, captureIn), snap: int(f.uint("snap", maxFrame, 0))}
	if f.has("match") {
		b := odp.MatchBuilder{} // which adds eth() where the text does not say it
		b.From(c.matchOf(f.n, "match", f.get("match"), nil))
		m, err := b.Match()
		c.checkText(f.n, err)
		s.match = &m
	}
	index := l.index(c)
	fd, err := l.packetSocket()
	c.raise(l.wrap("capture", err))
	if err := setUpCapture(fd, index); err != nil {
		unix.Close(fd)
		c.raise(l.wrap("capture", err))
	}
	s.file = os.NewFile(uintptr(fd), "capture of "+l.name)
	s.raw, err = s.file.SyscallConn()
	c.raise(l.wrap("capture", err))
	s.data, s.control = make([]byte, tagLength+maxFrame+ethernetLength), make([]byte, 256)
	return s
}

func setUpCapture(fd, index int) error {
	for _, option := range []struct{ level, name int }{{unix.SOL_PACKET, unix.PACKET_AUXDATA}, {unix.SOL_SOCKET, unix.SO_TIMESTAMPNS}} {
		if err := unix.SetsockoptInt(fd, option.level, option.name, 1); err != nil {
			return os.NewSyscallError("setsockopt", err)
		}
	}
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, captureBuffer); err != nil {
		// Not privileged to go beyond the system's limit: as much as it gives.
		if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, captureBuffer); err != nil {
			return os.NewSyscallError("setsockopt", err)
		}
	}
	// Frames to any address are wanted, not only to that of the device.
	mreq := &unix.PacketMreq{Ifindex: int32(index), Type: unix.PACKET_MR_PROMISC}
	if err := unix.SetsockoptPacketMreq(fd, unix.SOL_PACKET, unix.PACKET_ADD_MEMBERSHIP, mreq); err != nil {
		return os.NewSyscallError("setsockopt", err)
	}
	// Last, as frames are received from here on.
	return os.NewSyscallError("bind", unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: networkOrder(unix.ETH_P_ALL), Ifindex: index}))
}

// read waits for the next frame that is wanted.
func (s *frameSource) read() (capturedFrame, error) {
	for {
		n, controlLen, outgoing, err := s.receive()
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case errors.Is(err, unix.ENETDOWN), errors.Is(err, unix.ENETUNREACH):
			continue // it was set down, and may be set up again
		case err != nil:
			return capturedFrame{}, err
		case s.direction == captureIn && outgoing, s.direction == captureOut && !outgoing:
			continue
		case n > len(s.data)-tagLength:
			s.captured.Add(1)
			s.oversized.Add(1)
			continue
		}
		frame := restoreFrame(s.data[:tagLength+n], s.control[:controlLen])
		frame.outgoing = outgoing
		if s.match != nil {
			key, err := frameKey(frame.data)
			if err != nil || !s.match.Matches(key) {
				continue
			}
		}
		s.captured.Add(1)
		frame.size = len(frame.data)
		if s.snap != 0 && s.snap < frame.size {
			frame.data = frame.data[:s.snap]
		}
		frame.data = slices.Clone(frame.data)
		return frame, nil
	}
}

func (s *frameSource) receive() (n, controlLen int, outgoing bool, err error) {
	var from unix.Sockaddr
	var failed error
	err = s.raw.Read(func(fd uintptr) bool {
		n, controlLen, _, from, failed = unix.Recvmsg(int(fd), s.data[tagLength:], s.control, unix.MSG_TRUNC)
		return !errors.Is(failed, unix.EAGAIN)
	})
	if err == nil {
		err = failed
	}
	if address, ok := from.(*unix.SockaddrLinklayer); ok {
		outgoing = address.Pkttype == unix.PACKET_OUTGOING
	}
	return n, controlLen, outgoing, err
}

// auxdataLength is the size of struct tpacket_auxdata, timespecLength that of
// struct timespec.
const (
	auxdataLength  = 20
	timespecLength = 16
)

// tagLength is the length of a VLAN tag, addressLength that of the two addresses
// before it.
const (
	tagLength     = 4
	addressLength = 12
)

// restoreFrame returns the frame as it was on the wire, in the memory of buffer,
// which has room for a tag before the frame. The kernel takes the outermost VLAN
// tag out of it and tells of it beside, in a control message.
func restoreFrame(buffer, control []byte) (frame capturedFrame) {
	frame.data = buffer[tagLength:]
	messages, err := unix.ParseSocketControlMessage(control)
	if err != nil {
		return frame
	}
	order := binary.NativeEndian
	for _, m := range messages {
		switch {
		case m.Header.Level == unix.SOL_SOCKET && m.Header.Type == unix.SO_TIMESTAMPNS && len(m.Data) >= timespecLength:
			frame.when = time.Unix(int64(order.Uint64(m.Data)), int64(order.Uint64(m.Data[8:])))
		case m.Header.Level == unix.SOL_PACKET && m.Header.Type == unix.PACKET_AUXDATA && len(m.Data) >= auxdataLength:
			// struct tpacket_auxdata: status, len, snaplen, mac, net, vlan_tci, vlan_tpid.
			status, tci, tpid := order.Uint32(m.Data), order.Uint16(m.Data[16:]), order.Uint16(m.Data[18:])
			frame.partial = status&unix.TP_STATUS_CSUMNOTREADY != 0
			if status&unix.TP_STATUS_VLAN_VALID == 0 || len(frame.data) < addressLength {
				continue
			}
			if status&unix.TP_STATUS_VLAN_TPID_VALID == 0 {
				tpid = unix.ETH_P_8021Q
			}
			copy(buffer, frame.data[:addressLength])
			binary.BigEndian.PutUint16(buffer[addressLength:], tpid)
			binary.BigEndian.PutUint16(buffer[addressLength+2:], tci)
			frame.data = buffer
		}
	}
	return frame
}

// readKernelDrops adds what the kernel has dropped since the last time.
func (s *frameSource) readKernelDrops() {
	_ = s.raw.Control(func(fd uintptr) { // of a closed file there is nothing new
		if stats, err := unix.GetsockoptTpacketStats(int(fd), unix.SOL_PACKET, unix.PACKET_STATISTICS); err == nil {
			s.kernelDropped += uint64(stats.Drops)
		}
	})
}

// The methods that make it the source of a subscription.

func (s *frameSource) next(ctx context.Context) (any, error) {
	if !s.watched {
		s.watched = true
		context.AfterFunc(ctx, func() { s.file.Close() }) // ends read
	}
	frame, err := s.read()
	if errors.Is(err, os.ErrClosed) {
		err = odp.ErrClosed
	}
	return frame, err
}

func (s *frameSource) stats() odp.ReceiveStats {
	s.readKernelDrops()
	return odp.ReceiveStats{Received: s.captured.Load(), Overruns: s.kernelDropped, Malformed: s.oversized.Load()}
}

func (s *frameSource) lost() (uint64, bool) { return 0, false }

func (s *frameSource) Close() error {
	if err := s.file.Close(); !errors.Is(err, os.ErrClosed) {
		return err
	}
	return nil
}
