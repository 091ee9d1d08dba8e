package luabind

import (
	"bytes"
	"encoding/binary"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// auxdata is the control message of a captured frame.
func auxdata(status uint32, tci, tpid uint16) []byte {
	order := binary.NativeEndian
	b := make([]byte, unix.CmsgSpace(auxdataLength))
	h := (*unix.Cmsghdr)(unsafe.Pointer(&b[0]))
	h.Level, h.Type = unix.SOL_PACKET, unix.PACKET_AUXDATA
	h.SetLen(unix.CmsgLen(auxdataLength))
	data := b[unix.CmsgLen(0):]
	order.PutUint32(data, status)
	order.PutUint16(data[16:], tci)
	order.PutUint16(data[18:], tpid)
	return b
}

func TestRestoreFrame(t *testing.T) {
	const addresses = "\x02\x00\x00\x00\x00\x02\x02\x00\x00\x00\x00\x01"
	plain := addresses + "\x08\x00data"
	for _, test := range []struct {
		name    string
		control []byte
		frame   string
		want    string
		partial bool
	}{
		{"no control message", nil, plain, plain, false},
		{"no tag", auxdata(unix.TP_STATUS_USER, 0, 0), plain, plain, false},
		{"a tag", auxdata(unix.TP_STATUS_VLAN_VALID|unix.TP_STATUS_VLAN_TPID_VALID, 0x6005, 0x88a8), plain,
			addresses + "\x88\xa8\x60\x05\x08\x00data", false},
		{"a tag of number 0", auxdata(unix.TP_STATUS_VLAN_VALID|unix.TP_STATUS_VLAN_TPID_VALID, 0, 0x8100), plain,
			addresses + "\x81\x00\x00\x00\x08\x00data", false},
		{"a tag without its type", auxdata(unix.TP_STATUS_VLAN_VALID, 5, 0), plain, addresses + "\x81\x00\x00\x05\x08\x00data", false},
		{"a partial checksum", auxdata(unix.TP_STATUS_CSUMNOTREADY, 0, 0), plain, plain, true},
		{"a frame that is too short for a tag", auxdata(unix.TP_STATUS_VLAN_VALID, 5, 0), "short", "short", false},
		{"a control message that is cut off", auxdata(unix.TP_STATUS_VLAN_VALID, 5, 0)[:20], plain, plain, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			buffer := append(make([]byte, tagLength), test.frame...)
			got := restoreFrame(buffer, test.control)
			if !bytes.Equal(got.data, []byte(test.want)) || got.partial != test.partial {
				t.Errorf("got %x, partial %v; want %x, %v", got.data, got.partial, test.want, test.partial)
			}
		})
	}
}
