package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"
)

// rawSocket is a netlink socket without any library: the peers that show what the
// kernel itself takes are made of it.
type rawSocket struct {
	fd   int
	buf  []byte
	flow uint16 // the family of flows
}

const (
	headerLen = 16 + 4 + 4 // netlink, generic netlink, openvswitch

	flowCmdNew, flowCmdDel, flowCmdGet                     = 1, 2, 3
	flowAttrKey, flowAttrActions, flowAttrMask, attrNested = 1, 2, 7, 0x8000
)

func openRaw() (*rawSocket, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_GENERIC)
	if err != nil {
		return nil, fmt.Errorf("netlink socket: %w", err)
	}
	s := &rawSocket{fd: fd, buf: make([]byte, 256<<10)}
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, 8<<20); err != nil {
		return nil, err
	}
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUFFORCE, 2<<20); err != nil {
		return nil, err
	}
	s.flow, err = s.family("ovs_flow")
	return s, err
}

// family asks for the number of a family.
func (s *rawSocket) family(name string) (uint16, error) {
	const getFamily, attrID, attrName = 3, 1, 2
	msg := binary.NativeEndian.AppendUint32(nil, 0)
	msg = binary.NativeEndian.AppendUint16(msg, unix.GENL_ID_CTRL)
	msg = binary.NativeEndian.AppendUint16(msg, unix.NLM_F_REQUEST)
	msg = append(msg, make([]byte, 8)...)
	msg = append(msg, getFamily, 1, 0, 0)
	msg = appendAttr(msg, attrName, append([]byte(name), 0))
	binary.NativeEndian.PutUint32(msg, uint32(len(msg)))
	if _, err := unix.Write(s.fd, msg); err != nil {
		return 0, err
	}
	n, err := unix.Read(s.fd, s.buf)
	if err != nil {
		return 0, err
	}
	b := s.buf[:n]
	if typ := binary.NativeEndian.Uint16(b[4:]); typ == unix.NLMSG_ERROR {
		return 0, fmt.Errorf("family %s: %w", name, errnoOf(b))
	}
	for b = b[20:]; len(b) >= 4; {
		size, id := int(binary.NativeEndian.Uint16(b)), binary.NativeEndian.Uint16(b[2:])
		if id == attrID {
			return binary.NativeEndian.Uint16(b[4:]), nil
		}
		b = b[(size+3)&^3:]
	}
	return 0, fmt.Errorf("family %s: no number in the answer", name)
}

func errnoOf(msg []byte) syscall.Errno {
	return syscall.Errno(-int32(binary.NativeEndian.Uint32(msg[16:])))
}

func appendAttr(b []byte, id uint16, payload []byte) []byte {
	b = binary.NativeEndian.AppendUint16(b, uint16(4+len(payload)))
	b = binary.NativeEndian.AppendUint16(b, id)
	b = append(b, payload...)
	return append(b, make([]byte, -len(payload)&3)...)
}

// flowMessage makes a request about a flow of the datapath with that index.
func (s *rawSocket) flowMessage(cmd uint8, flags int, index int, attrs []byte) []byte {
	msg := binary.NativeEndian.AppendUint32(nil, uint32(headerLen+len(attrs)))
	msg = binary.NativeEndian.AppendUint16(msg, s.flow)
	msg = binary.NativeEndian.AppendUint16(msg, uint16(unix.NLM_F_REQUEST|flags))
	msg = append(msg, make([]byte, 8)...)
	msg = append(msg, cmd, 1, 0, 0)
	msg = binary.NativeEndian.AppendUint32(msg, uint32(index))
	return append(msg, attrs...)
}

// dump receives all flows and decodes nothing but the messages' lengths. It
// returns how many there are.
func (s *rawSocket) dump(index int) (flows int, err error) {
	if _, err := unix.Write(s.fd, s.flowMessage(flowCmdGet, unix.NLM_F_DUMP, index, nil)); err != nil {
		return 0, err
	}
	for {
		n, err := unix.Read(s.fd, s.buf)
		if err != nil {
			return flows, err
		}
		for b := s.buf[:n]; len(b) >= 16; {
			switch binary.NativeEndian.Uint16(b[4:]) {
			case unix.NLMSG_DONE:
				return flows, nil
			case unix.NLMSG_ERROR:
				return flows, errnoOf(b)
			}
			flows++
			b = b[(binary.NativeEndian.Uint32(b)+3)&^3:]
		}
	}
}

// batch sends requests that ask for acknowledgements, many in each call, and reads
// what the kernel says of each.
type batch struct {
	s        *rawSocket
	buf      []byte
	requests int
}

const batchBytes = 64 << 10

func (b *batch) add(msg []byte) error {
	b.buf = append(b.buf, msg...)
	b.requests++
	if len(b.buf) < batchBytes {
		return nil
	}
	return b.flush()
}

func (b *batch) flush() error {
	if b.requests == 0 {
		return nil
	}
	if _, err := unix.Write(b.s.fd, b.buf); err != nil {
		return err
	}
	for b.requests > 0 {
		n, err := unix.Read(b.s.fd, b.s.buf)
		if err != nil {
			return err
		}
		if n < 20 || binary.NativeEndian.Uint16(b.s.buf[4:]) != unix.NLMSG_ERROR {
			return errors.New("something else came in place of an acknowledgement")
		}
		if errno := errnoOf(b.s.buf); errno != 0 {
			return errno
		}
		b.requests--
	}
	b.buf = b.buf[:0]
	return nil
}
