package odp

import (
	"encoding/binary"
	"fmt"
	"iter"
	"slices"
)

// Attrs is a sequence of netlink attributes in the kernel's own encoding: for
// each a 16-bit length and type in host byte order, the payload, and padding to
// four bytes. Flow keys, masks and action lists are kept in this form, so that
// decoding a message is slicing it, equality is comparing bytes, and an
// attribute that this package does not know survives a round trip.
//
// The walk is our own rather than mdlayher/netlink's AttributeDecoder because
// that one copies each payload, and this is the path of every flow of a dump.
type Attrs []byte

const (
	attrHeaderLen = 4
	// attrTypeMask takes NLA_F_NESTED and NLA_F_NET_BYTEORDER off a type.
	attrTypeMask = 0x3fff
	attrNested   = 0x8000
	attrMaxLen   = 0xffff
)

func alignAttr(n int) int { return (n + 3) &^ 3 }

// cut splits the first attribute off a. It reports ok=false at the end and at
// bytes that are no attribute.
func (a Attrs) cut() (id uint16, payload []byte, rest Attrs, ok bool) {
	if len(a) < attrHeaderLen {
		return 0, nil, nil, false
	}
	n := int(binary.NativeEndian.Uint16(a))
	if n < attrHeaderLen || n > len(a) {
		return 0, nil, nil, false
	}
	id = binary.NativeEndian.Uint16(a[2:]) & attrTypeMask
	return id, a[attrHeaderLen:n:n], a[min(alignAttr(n), len(a)):], true
}

// All yields each attribute's type, without its flag bits, and payload. It
// stops at the first bytes that are no attribute; [Attrs.Valid] tells whether
// there are any. Payloads share a's memory.
func (a Attrs) All() iter.Seq2[uint16, []byte] {
	return func(yield func(uint16, []byte) bool) {
		for rest := a; ; {
			id, payload, next, ok := rest.cut()
			if !ok || !yield(id, payload) {
				return
			}
			rest = next
		}
	}
}

// Find returns the payload of the last attribute of the given type, which is
// the one the kernel uses where a type occurs twice.
func (a Attrs) Find(id uint16) (payload []byte, ok bool) {
	for rest := a; ; {
		t, p, next, more := rest.cut()
		if !more {
			return payload, ok
		}
		if t == id {
			payload, ok = p, true
		}
		rest = next
	}
}

// Valid checks the lengths of the top level of a.
func (a Attrs) Valid() error {
	for rest := a; len(rest) > 0; {
		_, _, next, ok := rest.cut()
		if !ok {
			return fmt.Errorf("netlink attribute at byte %d: bad length", len(a)-len(rest))
		}
		rest = next
	}
	return nil
}

// Clone returns a copy of a in memory of its own.
func (a Attrs) Clone() Attrs { return slices.Clone(a) }

// appendAttr appends one attribute and its padding to dst.
func appendAttr(dst []byte, id uint16, payload []byte) []byte {
	dst = appendHeader(dst, id, attrHeaderLen+len(payload))
	dst = append(dst, payload...)
	return appendPadding(dst, len(payload))
}

// appendUint32 appends an attribute holding v in host byte order.
func appendUint32(dst []byte, id uint16, v uint32) []byte {
	dst = appendHeader(dst, id, attrHeaderLen+4)
	return binary.NativeEndian.AppendUint32(dst, v)
}

// beginNested opens a nested attribute. What is appended until endNested, which
// is given the mark, is its payload.
func beginNested(dst []byte, id uint16) (out []byte, mark int) {
	return appendHeader(dst, id|attrNested, 0), len(dst)
}

// endNested closes the nested attribute that beginNested opened at mark.
// A payload too long for its 16-bit length is left for [Attrs.Valid] and the
// size check of the request to refuse.
func endNested(dst []byte, mark int) []byte {
	n := len(dst) - mark
	binary.NativeEndian.PutUint16(dst[mark:], uint16(min(n, attrMaxLen)))
	return appendPadding(dst, n)
}

func appendHeader(dst []byte, id uint16, n int) []byte {
	dst = binary.NativeEndian.AppendUint16(dst, uint16(n))
	return binary.NativeEndian.AppendUint16(dst, id)
}

func appendPadding(dst []byte, n int) []byte {
	for ; n%4 != 0; n++ {
		dst = append(dst, 0)
	}
	return dst
}
