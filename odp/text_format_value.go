package odp

import (
	"net/netip"
	"strconv"
)

// appendFlags writes named bits: joined by | under a full mask, else each
// masked bit with + or -.
func appendFlags(dst []byte, names []NamedValue, sep byte, v, mask, full uint64) []byte {
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
					dst = append(dst, sep)
				}
				dst, first = append(dst, n...), false
			} else {
				bad |= bit
			}
		}
		if bad != 0 {
			if !first {
				dst = append(dst, sep)
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
			return appendFlags(dst, f.Names, f.separator(), f.load(val), m, f.max())
		}
	case KindPort:
		v := f.load(val)
		if state == maskFull && o != nil && o.PortName != nil {
			if name := o.PortName(PortNo(v)); name != "" {
				return append(dst, name...)
			}
		}
	}
	if f.MaskStyle == MaskBothPad && state == maskPart {
		dst = appendHexPad(dst, f.load(val), f.Width)
	} else {
		dst = appendBare(dst, f, val, false)
	}
	if state != maskFull || mask != nil && (f.MaskAlways || f.Known != 0 && f.load(mask) != f.max()) {
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
	case isMask && f.MaskStyle == MaskHexLong:
		return appendHexLong(dst, v)
	case isMask && f.MaskStyle == MaskHexPlain:
		return strconv.AppendUint(dst, v, 16)
	case isMask && f.MaskStyle == MaskHexPad, isMask && f.MaskStyle == MaskBothPad:
		return appendHexPad(dst, v, f.Width)
	case isMask && f.Unit > 1 && v == f.max():
		return appendHex(dst, 0xff)
	case f.Unit > 1 && !isMask:
		return strconv.AppendUint(dst, v*f.Unit, 10)
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

func appendUint128(dst []byte, n [16]byte) []byte { return appendLongHex(dst, n[:]) }

// appendLongHex writes bytes as one number in hex, zero without 0x.
func appendLongHex(dst, n []byte) []byte {
	if allBytes(n, 0) {
		return append(dst, '0')
	}
	dst = append(dst, "0x"...)
	for len(n) > 1 && n[0] == 0 {
		n = n[1:]
	}
	dst = strconv.AppendUint(dst, uint64(n[0]), 16)
	for _, x := range n[1:] {
		dst = append(dst, hexDigits[x>>4], hexDigits[x&15])
	}
	return dst
}

// separator stands between the names of flags.
func (f *Field) separator() byte {
	if f.Separator != 0 {
		return f.Separator
	}
	return '|'
}
