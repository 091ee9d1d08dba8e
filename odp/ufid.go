package odp

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
)

// UFID is the unique flow identifier that a flow may be installed with, chosen
// by whoever installs it (OVS_FLOW_ATTR_UFID).
type UFID [16]byte

// words returns the identifier with each of its four 32-bit words in big-endian
// order, or turns that back. Open vSwitch takes it for words in host byte order,
// and so writes their digits.
func (u UFID) words() UFID {
	var out UFID
	for i := 0; i < len(u); i += 4 {
		binary.BigEndian.PutUint32(out[i:], binary.NativeEndian.Uint32(u[i:]))
	}
	return out
}

// String returns the identifier in groups of 8-4-4-4-12 hexadecimal digits, as
// ovs-dpctl does: they are those of four 32-bit words in host byte order.
func (u UFID) String() string { return string(u.AppendText(nil)) }

// AppendText appends what String returns.
func (u UFID) AppendText(dst []byte) []byte {
	w := u.words()
	for i, part := range [][]byte{w[0:4], w[4:6], w[6:8], w[8:10], w[10:16]} {
		if i > 0 {
			dst = append(dst, '-')
		}
		dst = hex.AppendEncode(dst, part)
	}
	return dst
}

// ParseUFID reads what String returns.
func ParseUFID(text string) (UFID, error) {
	var u UFID
	bad := fmt.Errorf("ufid %q: 32 hexadecimal digits in groups of 8-4-4-4-12 expected", text)
	if len(text) != 36 {
		return UFID{}, bad
	}
	digits := make([]byte, 0, 32)
	for i := range len(text) {
		switch i {
		case 8, 13, 18, 23:
			if text[i] != '-' {
				return UFID{}, bad
			}
		default:
			digits = append(digits, text[i])
		}
	}
	if _, err := hex.Decode(u[:], digits); err != nil {
		return UFID{}, bad
	}
	return u.words(), nil
}
