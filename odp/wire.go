package odp

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"syscall"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

const (
	nlHeaderLen   = 16 // struct nlmsghdr
	genlHeaderLen = 4  // struct genlmsghdr
	ovsHeaderLen  = 4  // struct ovs_header
	headersLen    = nlHeaderLen + genlHeaderLen + ovsHeaderLen
)

var (
	errMessage     = errors.New("malformed netlink message")
	errShortHeader = errors.New("message shorter than its generic netlink and datapath headers")
)

// message is one netlink message of a datagram. Its data shares the receive
// buffer.
type message struct {
	typ   netlink.HeaderType
	flags netlink.HeaderFlags
	seq   uint32
	data  []byte
}

// cutMessage splits the first message off a datagram. ok is false at its end;
// err tells of bytes there that are no message.
func cutMessage(b []byte) (m message, rest []byte, ok bool, err error) {
	if len(b) == 0 {
		return m, nil, false, nil
	}
	if len(b) < nlHeaderLen {
		return m, nil, false, errMessage
	}
	n := binary.NativeEndian.Uint32(b)
	if n < nlHeaderLen || uint64(n) > uint64(len(b)) {
		return m, nil, false, errMessage
	}
	m = message{
		typ:   netlink.HeaderType(binary.NativeEndian.Uint16(b[4:])),
		flags: netlink.HeaderFlags(binary.NativeEndian.Uint16(b[6:])),
		seq:   binary.NativeEndian.Uint32(b[8:]),
		data:  b[nlHeaderLen:n:n],
	}
	return m, b[min(alignAttr(int(n)), len(b)):], true, nil
}

// reply is the content of a message of one of the datapath families. Its
// attributes share the receive buffer.
type reply struct {
	cmd   uint8
	index int // the datapath's ifindex
	attrs Attrs
}

// reply reads the generic netlink and datapath headers.
func (m message) reply() (reply, error) {
	if len(m.data) < genlHeaderLen+ovsHeaderLen {
		return reply{}, errShortHeader
	}
	r := reply{
		cmd:   m.data[0],
		index: int(int32(binary.NativeEndian.Uint32(m.data[genlHeaderLen:]))),
		attrs: Attrs(m.data[genlHeaderLen+ovsHeaderLen:]),
	}
	return r, nil
}

// verdict is what the kernel says of a request as a whole: the content of
// NLMSG_ERROR, which is also the acknowledgement, or of NLMSG_DONE.
type verdict struct {
	errno  syscall.Errno // 0: carried out
	extAck string
	offset int
}

// verdict reads the message, which is of type Error or Done.
func (m message) verdict() (verdict, error) {
	if m.typ == netlink.Done && len(m.data) == 0 {
		return verdict{}, nil
	}
	if len(m.data) < 4 {
		return verdict{}, errMessage
	}
	v := verdict{errno: syscall.Errno(-int32(binary.NativeEndian.Uint32(m.data)))}
	if m.flags&netlink.AcknowledgeTLVs == 0 {
		return v, nil
	}
	rest := m.data[4:]
	if m.typ == netlink.Error {
		// The header of the request stands before the attributes, with the
		// rest of the request after it unless that was left out.
		if len(rest) < nlHeaderLen {
			return v, nil
		}
		n := nlHeaderLen
		if m.flags&netlink.Capped == 0 {
			n = alignAttr(int(min(binary.NativeEndian.Uint32(rest), uint32(len(rest)))))
		}
		rest = rest[min(n, len(rest)):]
	}
	for id, p := range Attrs(rest).All() {
		switch id {
		case unix.NLMSGERR_ATTR_MSG:
			v.extAck = attrString(p)
		case unix.NLMSGERR_ATTR_OFFS:
			if len(p) >= 4 {
				v.offset = int(binary.NativeEndian.Uint32(p))
			}
		}
	}
	return v, nil
}

// decoder reads attribute payloads and remembers the first that was too short,
// so that a list of attributes is read as a flat list of lines. Longer payloads
// than expected are fine: the kernel's structures grow at their end.
type decoder struct{ err error }

// attrs calls fn for each attribute of a. Bytes that are no attribute, and the
// first short payload, end up in d.err.
func (d *decoder) attrs(a Attrs, fn func(id uint16, p []byte)) {
	rest := a
	for len(rest) > 0 && d.err == nil {
		id, p, next, ok := rest.cut()
		if !ok {
			d.err = fmt.Errorf("attribute at byte %d: bad length", len(a)-len(rest))
			return
		}
		fn(id, p)
		rest = next
	}
}

// need reports whether p has n bytes.
func (d *decoder) need(what string, p []byte, n int) bool {
	if len(p) >= n {
		return true
	}
	if d.err == nil {
		d.err = fmt.Errorf("%s: %d bytes, want at least %d", what, len(p), n)
	}
	return false
}

func (d *decoder) uint8(what string, p []byte) uint8 {
	if !d.need(what, p, 1) {
		return 0
	}
	return p[0]
}

func (d *decoder) uint16(what string, p []byte) uint16 {
	if !d.need(what, p, 2) {
		return 0
	}
	return binary.NativeEndian.Uint16(p)
}

func (d *decoder) uint32(what string, p []byte) uint32 {
	if !d.need(what, p, 4) {
		return 0
	}
	return binary.NativeEndian.Uint32(p)
}

func (d *decoder) uint64(what string, p []byte) uint64 {
	if !d.need(what, p, 8) {
		return 0
	}
	return binary.NativeEndian.Uint64(p)
}

// uint32s reads an array. It refuses a length that is no multiple of four.
func (d *decoder) uint32s(what string, p []byte) []uint32 {
	if len(p)%4 != 0 {
		d.need(what, p, len(p)/4*4+4)
		return nil
	}
	out := make([]uint32, 0, len(p)/4)
	for ; len(p) > 0; p = p[4:] {
		out = append(out, binary.NativeEndian.Uint32(p))
	}
	return out
}

// attrString reads a string payload, with or without its terminating zero.
func attrString(p []byte) string {
	if i := bytes.IndexByte(p, 0); i >= 0 {
		p = p[:i]
	}
	return string(p)
}
