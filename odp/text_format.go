package odp

import (
	"net/netip"
	"strconv"

	"github.com/go-odp/odp/odp/internal/ovsh"
)

// TextOptions say how OVS text is written and read. A nil one is the default.
type TextOptions struct {
	// Verbose also writes what a mask wildcards, as ovs-dpctl -m does.
	Verbose bool
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
				m = make([]byte, len(val))
			}
			if row != nil && !rowIsList(row) && allBytes(m, 0) && !verbose {
				if row.ID != ovsh.KeyAttrEthernet {
					continue
				}
				// Where there is no Ethernet key the flow is for packets
				// without an Ethernet header: the key says something even
				// when it is wildcarded.
				dst = appendComma(dst, &first)
				dst = append(dst, "eth()"...)
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
	if row == nil || !row.validPayload(val) {
		return appendRaw(dst, "key", id, val, mask, masked)
	}
	dst = append(dst, row.Name...)
	dst = append(dst, '(')
	dst = appendPayload(dst, row, val, mask, masked, verbose, o)
	return append(dst, ')')
}

// appendRaw writes an attribute as its number and bytes.
func appendRaw(dst []byte, what string, id uint16, val, mask []byte, masked bool) []byte {
	dst = append(dst, what...)
	dst = strconv.AppendUint(dst, uint64(id), 10)
	if what == "action" && len(val) == 0 {
		return dst
	}
	dst = append(dst, '(')
	dst = appendSpacedHex(dst, val)
	if masked && !allBytes(mask, 0xff) {
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

// appendPayload writes what stands between the parentheses of a row.
func appendPayload(dst []byte, row *Row, val, mask []byte, masked, verbose bool, o *TextOptions) []byte {
	if row.text != nil {
		return row.text.format(dst, row, val, mask, o)
	}
	switch row.Layout {
	case LayoutStruct:
		if !masked {
			mask = nil
		}
		return appendFields(dst, row, val, mask, verbose, o)
	case LayoutNested:
		return appendNested(dst, row, val, mask, masked, verbose, o)
	case LayoutKeys:
		if zero, _ := zeroAbsent(val, mask, masked); len(val) == 0 && zero == nil {
			return dst
		}
		return appendKeys(dst, val, mask, masked, verbose, o)
	case LayoutActions:
		return appendActions(dst, val, o)
	case LayoutBytes:
		for _, x := range val {
			dst = append(dst, hexDigits[x>>4], hexDigits[x&15])
		}
		return dst
	case LayoutSet, LayoutSetMasked:
		return appendSet(dst, row.Layout == LayoutSetMasked, val, o)
	}
	return dst
}

// AppendPayload appends what stands between the parentheses of the row in OVS
// text. A nil mask is an exact one. Nil options are the default.
func (r *Row) AppendPayload(dst, val, mask []byte, o *TextOptions) []byte {
	if !r.validPayload(val) {
		return appendSpacedHex(dst, val)
	}
	return appendPayload(dst, r, val, mask, mask != nil, o != nil && o.Verbose, o)
}

// appendSet writes the key that a set action overwrites, and of a masked one
// only the fields that it touches.
func appendSet(dst []byte, masked bool, val []byte, o *TextOptions) []byte {
	id, payload, _, _ := Attrs(val).cut()
	row := KeyByID(id)
	if masked {
		n := len(payload) / 2
		return appendRow(dst, row, id, payload[:n], payload[n:], true, false, o)
	}
	return appendRow(dst, row, id, payload, nil, false, true, o)
}

func appendFields(dst []byte, row *Row, val, mask []byte, verbose bool, o *TextOptions) []byte {
	first := true
	for i := range row.Fields {
		f := &row.Fields[i]
		if f.Implied != nil {
			if f.load(val) == *f.Implied {
				continue
			}
		} else if (!verbose || f.Kind == KindEnum) && f.Name != "" && f.maskState(mask) == maskNone {
			continue
		}
		dst = appendComma(dst, &first)
		if f.Name != "" {
			dst = append(dst, f.Name...)
			dst = append(dst, '=')
		}
		fm := mask
		if f.Implied != nil {
			fm = nil
		}
		dst = appendValue(dst, f, val, fm, verbose, o)
	}
	return dst
}

// appendNested writes the attributes of a nested row in the order of its rows,
// then those that have no row.
func appendNested(dst []byte, row *Row, val, mask []byte, masked, verbose bool, o *TextOptions) []byte {
	first := true
	for i := range row.Rows {
		r := &row.Rows[i]
		if r.Layout == LayoutFlagSet {
			dst = appendFlagSet(dst, row, r, val, mask, masked, verbose, &first)
			continue
		}
		v, ok := Attrs(val).Find(r.ID)
		if !ok || r.Layout == LayoutPad {
			continue
		}
		m, ok := []byte(nil), true
		if masked {
			if m, ok = Attrs(mask).Find(r.ID); !rowIsList(r) && (!ok || len(m) != len(v)) {
				m = make([]byte, len(v))
			}
			if !verbose && !rowIsList(r) && allBytes(m, 0) && r.Layout != LayoutFlag {
				continue
			}
		}
		dst = appendComma(dst, &first)
		dst = appendMember(dst, r, v, m, masked, verbose, o)
	}
	for id, v := range Attrs(val).All() {
		if row.rowByID(id) != nil || row.hasFlag(id) {
			continue
		}
		m := []byte(nil)
		if masked {
			m, _ = Attrs(mask).Find(id)
		}
		dst = appendComma(dst, &first)
		dst = appendRaw(dst, "key", id, v, m, masked)
	}
	return dst
}

// appendMember writes one attribute inside a nested row: name=value, name alone
// for a flag, or name(...) where there is more inside.
func appendMember(dst []byte, r *Row, val, mask []byte, masked, verbose bool, o *TextOptions) []byte {
	switch {
	case !r.validPayload(val):
		return appendRaw(dst, "key", r.ID, val, mask, masked)
	case r.Layout == LayoutFlag:
		return append(dst, r.Name...)
	case r.single() != nil && !r.Paren:
		dst = append(dst, r.Name...)
		dst = append(dst, '=')
		return appendPayload(dst, r, val, mask, masked, verbose, o)
	}
	return appendRow(dst, r, r.ID, val, mask, masked, verbose, o)
}

// hasFlag tells whether a nested attribute is one of the row's flags.
func (r *Row) hasFlag(id uint16) bool {
	for i := range r.Rows {
		if r.Rows[i].Layout == LayoutFlagSet {
			for _, n := range r.Rows[i].Names {
				if n.Value == uint32(id) {
					return true
				}
			}
		}
	}
	return false
}

// flagBits reads the flags of a flag set as bits, in the order of its names.
// A name without an attribute is set where the parent's first row is.
func (r *Row) flagBits(parent *Row, list []byte) (set uint64) {
	for i, n := range r.Names {
		id := uint16(n.Value)
		if id == noAttr {
			id = parent.Rows[0].ID
		}
		if _, ok := Attrs(list).Find(id); ok {
			set |= 1 << i
		}
	}
	return set
}

// bitNames gives the bits of flagBits their names.
func (r *Row) bitNames() []NamedValue {
	names := make([]NamedValue, len(r.Names))
	for i, n := range r.Names {
		names[i] = NamedValue{n.Name, 1 << i}
	}
	return names
}

func appendFlagSet(dst []byte, parent, r *Row, val, mask []byte, masked, verbose bool, first *bool) []byte {
	set, full := r.flagBits(parent, val), uint64(1)<<len(r.Names)-1
	m := full
	if masked {
		// A mask on the flag without an attribute is the mask on the value
		// that implies it, which OVS takes as given.
		m = r.flagBits(parent, mask) | r.flagBits(parent, val)&(1<<(len(r.Names)-1))
		if m == 0 && !verbose {
			return dst
		}
	}
	dst = appendComma(dst, first)
	dst = append(dst, r.Name...)
	dst = append(dst, '(')
	dst = appendFlags(dst, r.bitNames(), set, m, full)
	return append(dst, ')')
}

// appendFlags writes named bits: joined by | under a full mask, else each
// masked bit with + or -.
func appendFlags(dst []byte, names []NamedValue, v, mask, full uint64) []byte {
	name := func(bit uint64) string {
		for _, n := range names {
			if uint64(n.Value) == bit {
				return n.Name
			}
		}
		return ""
	}
	named := uint64(0)
	for _, n := range names {
		named |= uint64(n.Value)
	}
	switch {
	case mask == full && v == 0:
		return append(dst, '0')
	case mask == full:
		first, bad := true, uint64(0)
		for rest := v; rest != 0; {
			bit := lowestBit(rest)
			rest &^= bit
			if n := name(bit); n != "" {
				if !first {
					dst = append(dst, '|')
				}
				dst, first = append(dst, n...), false
			} else {
				bad |= bit
			}
		}
		if bad != 0 {
			if !first {
				dst = append(dst, '|')
			}
			dst = appendHex(dst, bad)
		}
		return dst
	case mask == 0:
		return append(dst, "0/0"...)
	case mask&^named != 0: // bits without a name: the whole as numbers
		dst = appendHex(dst, v)
		dst = append(dst, '/')
		return appendHex(dst, mask)
	}
	for rest := mask; rest != 0; {
		bit := lowestBit(rest)
		rest &^= bit
		if v&bit != 0 {
			dst = append(dst, '+')
		} else {
			dst = append(dst, '-')
		}
		dst = append(dst, name(bit)...)
	}
	return dst
}

// appendHex writes v as C's %#x does: a zero has no 0x.
func appendHex(dst []byte, v uint64) []byte {
	if v == 0 {
		return append(dst, '0')
	}
	return appendHexLong(dst, v)
}

func appendHexLong(dst []byte, v uint64) []byte {
	return strconv.AppendUint(append(dst, "0x"...), v, 16)
}

func appendHexPad(dst []byte, v uint64, width int) []byte {
	dst = append(dst, "0x"...)
	for i := 2*width - 1; i >= 0; i-- {
		dst = append(dst, hexDigits[v>>(4*i)&15])
	}
	return dst
}

// appendValue writes one field's value, and its mask where that is partial.
// A nil mask is full.
func appendValue(dst []byte, f *Field, val, mask []byte, verbose bool, o *TextOptions) []byte {
	state := f.maskState(mask)
	switch f.Kind {
	case KindFlags:
		if !verbose || !f.HexVerbose {
			m := f.max()
			if mask != nil {
				m = f.load(mask)
			}
			return appendFlags(dst, f.Names, f.load(val), m, f.max())
		}
	case KindPort:
		v := f.load(val)
		if state == maskFull && o != nil && o.PortName != nil {
			if name := o.PortName(PortNo(v)); name != "" {
				return append(dst, name...)
			}
		}
	}
	dst = appendBare(dst, f, val, false)
	if state != maskFull {
		dst = append(dst, '/')
		dst = appendBare(dst, f, mask, true)
	}
	return dst
}

// appendBare writes one value, or one mask, of a field.
func appendBare(dst []byte, f *Field, b []byte, isMask bool) []byte {
	switch f.Kind {
	case KindIPv4:
		return netip.AddrFrom4([4]byte(f.bytes(b))).AppendTo(dst)
	case KindIPv6:
		return appendIPv6(dst, [16]byte(f.bytes(b)))
	case KindMAC:
		for i, x := range f.bytes(b) {
			if i > 0 {
				dst = append(dst, ':')
			}
			dst = append(dst, hexDigits[x>>4], hexDigits[x&15])
		}
		return dst
	case KindUint128:
		return appendUint128(dst, f.uint128(b))
	}
	v := f.load(b)
	switch {
	case isMask && f.MaskLong:
		return appendHexLong(dst, v)
	case f.Kind == KindHexPad:
		return appendHexPad(dst, v, f.Width)
	case isMask:
		return appendHex(dst, v)
	case f.Kind == KindEnum && f.nameOf(v) != "":
		return append(dst, f.nameOf(v)...)
	case f.Kind == KindHex || f.Kind == KindFlags:
		return appendHex(dst, v)
	case f.Kind == KindHexLong:
		return appendHexLong(dst, v)
	case f.Kind == KindPercent:
		dst = strconv.AppendFloat(dst, 100*float64(v)/float64(f.max()), 'f', 1, 64)
		return append(dst, '%')
	}
	return strconv.AppendUint(dst, v, 10)
}

// appendIPv6 writes an address as inet_ntop does, which is RFC 5952 but for
// the dotted tail of IPv4-compatible addresses.
func appendIPv6(dst []byte, a [16]byte) []byte {
	if allBytes(a[:12], 0) && (a[12] != 0 || a[13] != 0) {
		dst = append(dst, "::"...)
		return netip.AddrFrom4([4]byte(a[12:])).AppendTo(dst)
	}
	return netip.AddrFrom16(a).AppendTo(dst)
}

// uint128 reads a field of 16 bytes as a big-endian number.
func (f *Field) uint128(b []byte) (n [16]byte) {
	copy(n[:], f.bytes(b))
	if f.Host && hostIsLittle {
		for i, j := 0, 15; i < j; i, j = i+1, j-1 {
			n[i], n[j] = n[j], n[i]
		}
	}
	return n
}

func appendUint128(dst []byte, n [16]byte) []byte {
	dst = append(dst, "0x"...)
	i := 0
	for i < 15 && n[i] == 0 {
		i++
	}
	dst = strconv.AppendUint(dst, uint64(n[i]), 16)
	for _, x := range n[i+1:] {
		dst = append(dst, hexDigits[x>>4], hexDigits[x&15])
	}
	return dst
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
		default:
			dst = append(dst, row.Name...)
			dst = append(dst, '(')
			dst = appendPayload(dst, row, val, nil, false, true, o)
			dst = append(dst, ')')
		}
	}
	return dst
}
