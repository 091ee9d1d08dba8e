package odp

import (
	"strconv"

	"github.com/go-odp/odp/odp/internal/ovsh"
)

// TextOptions say how OVS text is written and read. A nil one is the default.
type TextOptions struct {
	// Verbose also writes what a mask wildcards, as ovs-dpctl -m does.
	Verbose bool
	// OVS writes what ovs-dpctl does to the byte, which leaves out the comma behind
	// eth() at the beginning of a flow, and reads it so as well.
	OVS bool
	// PortName gives the name to write for a port, "" for its number.
	PortName func(PortNo) string
	// PortByName reads a port name in the place of a number.
	PortByName func(string) (PortNo, bool)
}

const hexDigits = "0123456789abcdef"

// appendKeys writes a list of keys as OVS does. Without masked the keys are
// exact. Attributes are written in the order in which they come.
func appendKeys(dst []byte, key, mask Attrs, masked, verbose bool, o *TextOptions) []byte {
	zero, zeroMask := zeroAbsent(key, mask, masked)
	if len(key) == 0 && zero == nil {
		return append(dst, "<empty>"...)
	}
	first := true
	for id, val := range key.All() {
		row := KeyByID(id)
		if row != nil && !row.validPayload(val) {
			row = nil
		}
		var m []byte
		if masked {
			var ok bool
			m, ok = mask.Find(id)
			if !rowIsList(row) && (!ok || len(m) != len(val)) {
				m = emptyMask(len(val))
			}
			if row != nil && row.Presence && !ok {
				continue // its name alone would say that packets have it
			}
			if f := hintIn(row, key, mask); f != nil && !verbose {
				// Without it the key that rests on it would be of other packets, or
				// nobody could tell of which. Its name is enough if the field has no
				// value.
				dst = appendComma(dst, &first)
				dst = appendRow(dst, row, id, val, m, masked, f.load(val) != 0, o)
				continue
			}
			if row != nil && !row.Raw && !rowIsList(row) && allBytes(m, 0) && !verbose {
				if row.ID != ovsh.KeyAttrEthernet && row.ID != ovsh.KeyAttrVLAN {
					continue
				}
				// Where there is no Ethernet key the flow is for packets
				// without an Ethernet header: the key says something even
				// when it is wildcarded. So does a tag, of which the kernel
				// always matches that it is there.
				bare := first && o != nil && o.OVS
				dst = appendComma(dst, &first)
				dst = append(append(dst, row.Name...), "()"...)
				first = bare
				continue
			}
		}
		dst = appendComma(dst, &first)
		dst = appendRow(dst, row, id, val, m, masked, verbose, o)
	}
	if zero != nil {
		dst = appendComma(dst, &first)
		dst = append(dst, zero.Name...)
		dst = append(dst, "(0/"...)
		dst = appendBare(dst, zero.single(), zeroMask, true)
		dst = append(dst, ')')
	}
	return dst
}

// zeroAbsent finds the mask on a value 0 that has no key attribute. There is
// one row of this kind.
func zeroAbsent(key, mask Attrs, masked bool) (row *Row, m []byte) {
	row = KeyByID(ovsh.KeyAttrEthertype)
	if !masked {
		return nil, nil
	}
	if _, ok := key.Find(row.ID); ok {
		return nil, nil
	}
	m, ok := mask.Find(row.ID)
	if !ok || len(m) != row.Size {
		return nil, nil
	}
	return row, m
}

// noMask is a mask that covers nothing, to be read only.
var noMask [512]byte

func emptyMask(n int) []byte {
	if n <= len(noMask) {
		return noMask[:n:n]
	}
	return make([]byte, n)
}

// rowIsList tells whether the payload is itself a list, which is printed even
// when it matches nothing.
func rowIsList(row *Row) bool {
	return row != nil && (row.Layout == LayoutNested || row.Layout == LayoutKeys)
}

func appendComma(dst []byte, first *bool) []byte {
	if *first {
		*first = false
		return dst
	}
	return append(dst, ',')
}

// appendRow writes one key or nested attribute with its name. A nil row, and a
// payload that the row cannot read, are written as raw bytes.
func appendRow(dst []byte, row *Row, id uint16, val, mask []byte, masked, verbose bool, o *TextOptions) []byte {
	if row != nil && row.Raw {
		return appendRaw(dst, "key", id, val, mask, masked)
	}
	if row == nil || !row.validPayload(val) {
		return appendRaw(dst, "key", id, val, mask, masked && !allBytes(mask, 0xff))
	}
	dst = append(dst, row.Name...)
	dst = append(dst, '(')
	dst = appendPayload(dst, row, val, mask, masked, verbose, o)
	return append(dst, ')')
}

// appendRaw writes an attribute as its number and bytes, and its mask if it has
// one to be written.
func appendRaw(dst []byte, what string, id uint16, val, mask []byte, masked bool) []byte {
	dst = append(dst, what...)
	dst = strconv.AppendUint(dst, uint64(id), 10)
	if what == "action" && len(val) == 0 {
		return dst
	}
	dst = append(dst, '(')
	dst = appendSpacedHex(dst, val)
	if masked {
		dst = append(dst, '/')
		dst = appendSpacedHex(dst, mask)
	}
	return append(dst, ')')
}

func appendSpacedHex(dst, b []byte) []byte {
	for i, x := range b {
		if i > 0 {
			dst = append(dst, ' ')
		}
		dst = append(dst, hexDigits[x>>4], hexDigits[x&15])
	}
	return dst
}

// appendSet writes the key that a set action overwrites, and of a masked one
// only the fields that it touches.
func appendSet(dst []byte, masked bool, val []byte, o *TextOptions) []byte {
	id, payload, _, _ := Attrs(val).cut()
	row := KeyByID(id)
	switch {
	case !masked:
		return appendRow(dst, row, id, payload, nil, false, true, o)
	case row.Flat:
		key, mask := splitMasked(payload)
		return appendRow(dst, row, id, key, mask, true, false, o)
	}
	n := len(payload) / 2
	return appendRow(dst, row, id, payload[:n], payload[n:], true, false, o)
}

// splitMasked takes attributes apart of which each has its value and then its
// mask.
func splitMasked(list Attrs) (key, mask Attrs) {
	for id, v := range list.All() {
		n := len(v) / 2
		key, mask = appendAttr(key, id, v[:n]), appendAttr(mask, id, v[n:])
	}
	return key, mask
}

// appendActions writes an action list. An empty one drops the packet.
func appendActions(dst []byte, actions Attrs, o *TextOptions) []byte {
	if len(actions) == 0 {
		return append(dst, "drop"...)
	}
	first := true
	for id, val := range actions.All() {
		dst = appendComma(dst, &first)
		row := ActionByID(id)
		switch {
		case row == nil || !row.validPayload(val):
			dst = appendRaw(dst, "action", id, val, nil, false)
		case row.Bare:
			dst = appendPayload(dst, row, val, nil, false, true, o)
		case row.Layout == LayoutFlag:
			dst = append(dst, row.Name...)
			if row.EmptyParen {
				dst = append(dst, "()"...)
			}
		case row.EmptyBare:
			dst = append(dst, row.Name...)
			dst = appendParens(dst, row, val, nil, false, true, o)
		default:
			dst = append(dst, row.Name...)
			dst = append(dst, '(')
			dst = appendPayload(dst, row, val, nil, false, true, o)
			dst = append(dst, ')')
		}
	}
	return dst
}
