package luabind

import (
	"encoding/binary"
	"errors"
	"os"
	"slices"
	"sync/atomic"
	"time"

	lua "github.com/yuin/gopher-lua"
	"golang.org/x/sys/unix"
)

const classCapture = "net.Capture"

const (
	defaultCaptureQueue = 1024
	// captureBuffer is what the kernel may hold for the capture, in bytes.
	captureBuffer = 8 << 20
	// defaultCaptureWait is how long capture:next waits if not told otherwise.
	defaultCaptureWait = 10 * time.Second
)

// capture receives the frames of one device. Its goroutine copies them into the
// bounded queue, the owner of the Lua state takes them out.
type capture struct {
	rt        *Runtime
	link      string // for messages
	file      *os.File
	direction int
	queue     chan capturedFrame
	ended     chan struct{} // closed when the goroutine has returned
	err       error         // why, then
	forget    func()
	closed    bool

	captured atomic.Uint64
	dropped  atomic.Uint64 // no room in the queue
	// kernelDropped are those for which the kernel had no room. It forgets its
	// count each time it tells.
	kernelDropped uint64
}

type capturedFrame struct {
	data     []byte
	outgoing bool
	partial  bool // the checksum is left to a device that does not exist
}

// Which frames of a device are captured.
const (
	captureIn = iota
	captureOut
	captureBoth
)

var captureDirections = []string{"in", "out", "both"}

func startCapture(c call) int {
	l := self[*linkValue](c)
	f := c.fields(1, "net.CaptureOptions")
	queue := f.uint("queue", 1<<20, defaultCaptureQueue)
	if queue == 0 {
		f.expected("queue", "whole number from 1 to 1048576")
	}
	direction := f.option("direction", captureDirections, captureIn)
	index := l.get(c).Attrs().Index
	fd, err := l.packetSocket()
	c.raise(l.wrap("capture", err))
	if err := setUpCapture(fd, index); err != nil {
		unix.Close(fd)
		c.raise(l.wrap("capture", err))
	}
	p := &capture{
		rt: c.rt, link: l.name, direction: direction, file: os.NewFile(uintptr(fd), "capture of "+l.name),
		queue: make(chan capturedFrame, queue), ended: make(chan struct{}),
	}
	p.forget = l.ns.socketClosers(c.rt).add(p.close)
	go p.receive()
	return c.push(c.rt.object(classCapture, p))
}

func setUpCapture(fd, index int) error {
	if err := unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_AUXDATA, 1); err != nil {
		return os.NewSyscallError("setsockopt", err)
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

// receive runs on the capture's goroutine.
func (p *capture) receive() {
	defer p.rt.loop.nudge()
	defer close(p.ended)
	raw, err := p.file.SyscallConn()
	if err != nil {
		p.err = err
		return
	}
	data, control := make([]byte, tagLength+maxFrame+ethernetLength), make([]byte, 256)
	for {
		var n, controlLen int
		var from unix.Sockaddr
		var failed error
		err := raw.Read(func(fd uintptr) bool {
			n, controlLen, _, from, failed = unix.Recvmsg(int(fd), data[tagLength:], control, unix.MSG_TRUNC)
			return !errors.Is(failed, unix.EAGAIN)
		})
		if err == nil {
			err = failed
		}
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case errors.Is(err, unix.ENETDOWN), errors.Is(err, unix.ENETUNREACH):
			continue // it was set down, and may be set up again
		case err != nil:
			p.err = err
			return
		}
		address, ok := from.(*unix.SockaddrLinklayer)
		if !ok {
			continue
		}
		outgoing := address.Pkttype == unix.PACKET_OUTGOING
		if p.direction == captureIn && outgoing || p.direction == captureOut && !outgoing {
			continue
		}
		p.captured.Add(1)
		if n > len(data)-tagLength { // larger than any frame that we can show
			p.dropped.Add(1)
			continue
		}
		frame := capturedFrame{outgoing: outgoing}
		frame.data, frame.partial = restoreFrame(data[:tagLength+n], control[:controlLen])
		select {
		case p.queue <- frame:
			p.rt.loop.nudge()
		default:
			p.dropped.Add(1) // the newest, so that what there is stays in order
		}
	}
}

// auxdataLength is the size of struct tpacket_auxdata.
const auxdataLength = 20

// tagLength is the length of a VLAN tag, addressLength that of the two addresses
// before it.
const (
	tagLength     = 4
	addressLength = 12
)

// restoreFrame returns the frame as it was on the wire. The kernel takes the
// outermost VLAN tag out of it and tells of it beside, in the control message.
// buffer has room for a tag before the frame.
func restoreFrame(buffer, control []byte) (frame []byte, partial bool) {
	frame = buffer[tagLength:]
	messages, err := unix.ParseSocketControlMessage(control)
	if err != nil {
		return slices.Clone(frame), false
	}
	for _, m := range messages {
		if m.Header.Level != unix.SOL_PACKET || m.Header.Type != unix.PACKET_AUXDATA || len(m.Data) < auxdataLength {
			continue
		}
		// struct tpacket_auxdata: status, len, snaplen, mac, net, vlan_tci, vlan_tpid.
		order := binary.NativeEndian
		status, tci, tpid := order.Uint32(m.Data), order.Uint16(m.Data[16:]), order.Uint16(m.Data[18:])
		partial = status&unix.TP_STATUS_CSUMNOTREADY != 0
		if status&unix.TP_STATUS_VLAN_VALID == 0 || len(frame) < addressLength {
			continue
		}
		if status&unix.TP_STATUS_VLAN_TPID_VALID == 0 {
			tpid = unix.ETH_P_8021Q
		}
		copy(buffer, frame[:addressLength])
		binary.BigEndian.PutUint16(buffer[addressLength:], tpid)
		binary.BigEndian.PutUint16(buffer[addressLength+2:], tci)
		frame = buffer
	}
	return slices.Clone(frame), partial
}

// close ends the capture. What is in the queue can still be read.
func (p *capture) close() {
	if p.closed {
		return
	}
	p.readKernelDrops()
	p.closed = true
	p.forget()
	p.file.Close()
	<-p.ended
}

func (p *capture) readKernelDrops() {
	if p.closed {
		return
	}
	raw, err := p.file.SyscallConn()
	if err != nil {
		return
	}
	raw.Control(func(fd uintptr) {
		if s, err := unix.GetsockoptTpacketStats(int(fd), unix.SOL_PACKET, unix.PACKET_STATISTICS); err == nil {
			p.kernelDropped += uint64(s.Drops)
		}
	})
}

// push pushes the next frame and what is known about it.
func (p *capture) push(c call, f capturedFrame) int {
	c.L.Push(lua.LString(f.data))
	c.L.Push(p.info(f))
	return 2
}

func (p *capture) info(f capturedFrame) lua.LValue {
	direction := captureIn
	if f.outgoing {
		direction = captureOut
	}
	return p.rt.record("net.FrameInfo", map[string]lua.LValue{
		"direction": lua.LString(captureDirections[direction]), "csum_partial": lua.LBool(f.partial),
	})
}
