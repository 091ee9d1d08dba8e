package fakedp

import (
	"encoding/binary"
	"syscall"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// Attr encodes one attribute with its padding.
func Attr(id uint16, payload []byte) []byte {
	b := binary.NativeEndian.AppendUint16(nil, uint16(4+len(payload)))
	b = binary.NativeEndian.AppendUint16(b, id)
	b = append(b, payload...)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

// Uint32 encodes an attribute with a number in host byte order.
func Uint32(id uint16, v uint32) []byte {
	return Attr(id, binary.NativeEndian.AppendUint32(nil, v))
}

// Uint64s encodes an attribute with numbers in host byte order.
func Uint64s(id uint16, vs ...uint64) []byte {
	var p []byte
	for _, v := range vs {
		p = binary.NativeEndian.AppendUint64(p, v)
	}
	return Attr(id, p)
}

// Join puts attributes or messages one after the other.
func Join(parts ...[]byte) []byte {
	var out []byte
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

// Message encodes a netlink message.
func Message(typ netlink.HeaderType, flags netlink.HeaderFlags, seq uint32, data []byte) []byte {
	b := binary.NativeEndian.AppendUint32(nil, uint32(16+len(data)))
	b = binary.NativeEndian.AppendUint16(b, uint16(typ))
	b = binary.NativeEndian.AppendUint16(b, uint16(flags))
	b = binary.NativeEndian.AppendUint32(b, seq)
	b = binary.NativeEndian.AppendUint32(b, 0)
	b = append(b, data...)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

// Reply encodes a message of a datapath family.
func Reply(family uint16, flags netlink.HeaderFlags, seq uint32, cmd uint8, index int, attrs ...[]byte) []byte {
	data := binary.NativeEndian.AppendUint32([]byte{cmd, 1, 0, 0}, uint32(index))
	return Message(netlink.HeaderType(family), flags, seq, append(data, Join(attrs...)...))
}

// Ack encodes the acknowledgement of a request, which is its refusal if errno
// is not 0. extAck, if there is one, stands after the capped request.
func Ack(m netlink.Message, errno syscall.Errno, extAck string, offset uint32) []byte {
	data := binary.NativeEndian.AppendUint32(nil, uint32(-int32(errno)))
	data = binary.NativeEndian.AppendUint32(data, m.Header.Length)
	data = binary.NativeEndian.AppendUint16(data, uint16(m.Header.Type))
	data = binary.NativeEndian.AppendUint16(data, uint16(m.Header.Flags))
	data = binary.NativeEndian.AppendUint32(data, m.Header.Sequence)
	data = binary.NativeEndian.AppendUint32(data, 0)
	flags := netlink.Capped
	if extAck != "" {
		flags |= netlink.AcknowledgeTLVs
		data = append(data, Attr(unix.NLMSGERR_ATTR_MSG, append([]byte(extAck), 0))...)
		data = append(data, Uint32(unix.NLMSGERR_ATTR_OFFS, offset)...)
	}
	return Message(netlink.Error, flags, m.Header.Sequence, data)
}

// Done encodes the end of a dump.
func Done(seq uint32, flags netlink.HeaderFlags, errno syscall.Errno) []byte {
	data := binary.NativeEndian.AppendUint32(nil, uint32(-int32(errno)))
	return Message(netlink.Done, flags|netlink.Multi, seq, data)
}
