package odp

import (
	"encoding/hex"
	"fmt"
)

// UFID is the unique flow identifier that a flow may be installed with, chosen
// by whoever installs it (OVS_FLOW_ATTR_UFID).
type UFID [16]byte

// String returns the identifier in groups of 8-4-4-4-12 hexadecimal digits.
func (u UFID) String() string { return string(u.AppendText(nil)) }

// AppendText appends what String returns.
func (u UFID) AppendText(dst []byte) []byte {
	for i, part := range [][]byte{u[0:4], u[4:6], u[6:8], u[8:10], u[10:16]} {
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
	return u, nil
}
