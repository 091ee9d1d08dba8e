package odp

import (
	"encoding/binary"
	"math/bits"
)

// Kind says how the bytes of a [Field] are read, and how they look in OVS text.
type Kind uint8

// The kinds of fields. Integers of every kind are read from text in decimal, in
// hex with 0x, or in octal with a leading 0, as ovs-dpctl reads them.
const (
	KindDec     Kind = iota // decimal, its mask in hex
	KindHex                 // hex, a zero printed as 0
	KindHexLong             // hex, a zero printed as 0x0
	KindHexPad              // hex, padded to the width
	KindPort                // datapath port number, or the port's name
	KindIPv4                // dotted quad
	KindIPv6                // IPv6 address
	KindMAC                 // six hex bytes with colons
	KindEnum                // one of the names in Names
	KindFlags               // bits named in Names: "+a-b" under a mask, "a|b" without
	KindUint128             // up to 128 bits in hex
	KindPercent             // a probability: 0 is 0%, the largest integer is 100%
)

// MaskStyle says how a partial mask on an integer looks in OVS text.
type MaskStyle uint8

// The styles of masks.
const (
	MaskHex      MaskStyle = iota // hex, a zero without 0x
	MaskHexLong                   // hex, a zero as 0x0
	MaskHexPad                    // hex, padded to the width
	MaskBothPad                   // hex, padded, and so is the value
	MaskHexPlain                  // hex without 0x
)

// FieldCondition is a value of another field of the same attribute.
type FieldCondition struct {
	Field string
	Value uint64
}

// NamedValue is one name of an enumeration or one flag of a set of flags.
type NamedValue struct {
	Name  string
	Value uint32
}

// Field is one named part of a fixed-size attribute. An attribute that is a
// single value has one field, without a name.
type Field struct {
	Name string
	Doc  string
	Kind Kind
	// Off and Width place the field's bytes in the payload.
	Off, Width int
	// Host is set where the kernel keeps the integer in host byte order; all
	// other integers are in network byte order.
	Host bool
	// Shift and Bits narrow an integer to some of its bits; Bits 0 is all.
	Shift, Bits uint8
	// Implied, where set, points at the value that the field has when the text
	// leaves it out, and then it is not printed.
	Implied *uint64
	// Names are the words for values of KindEnum and bits of KindFlags.
	Names []NamedValue
	// MaskStyle is how OVS prints a partial mask on an integer.
	MaskStyle MaskStyle
	// MaskAlways prints the mask also where it is full, unless there is none.
	MaskAlways bool
	// Known, where set, are the bits that the kernel takes in a mask: a value
	// without a mask in text matches those.
	Known uint64
	// Least is the smallest value that makes sense.
	Least uint64
	// MatchMin and MatchMax, where set, bound the values that the kernel takes in
	// a match; a value 0 of a ZeroAbsent row is taken as well.
	MatchMin, MatchMax uint64
	// Whole, where set, are the bits of which the kernel matches all or none,
	// whatever the mask. Others say nothing.
	Whole uint64
	// Unit is what one of the integer stands for, 0 for 1: the text has the
	// product. Masks are not multiplied.
	Unit uint64
	// Only, where set, is the field without which this one says nothing.
	Only *FieldCondition
	// Printed is the name that OVS prints, where it is not the one that it reads.
	Printed string
	// Unnamed writes the word of an enumeration without the field's name.
	Unnamed bool
	// Separator stands between the names of flags in place of |.
	Separator byte
	// HexVerbose prints flags as a number in verbose text, as OVS does for
	// ct_state.
	HexVerbose bool
}

// hostIsLittle tells the byte order of this machine.
var hostIsLittle = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// isInt tells whether the field fits a uint64 and is read by load.
func (f *Field) isInt() bool {
	switch f.Kind {
	case KindIPv6, KindMAC, KindUint128:
		return false
	}
	return true
}

// max is the largest integer the field holds, which is also its full mask.
func (f *Field) max() uint64 {
	n := int(f.Bits)
	if n == 0 {
		n = 8 * f.Width
	}
	if n >= 64 {
		return ^uint64(0)
	}
	return 1<<n - 1
}

// fullMask is the mask on the whole of an integer.
func (f *Field) fullMask() uint64 {
	if f.Known != 0 {
		return f.Known
	}
	return f.max()
}

// bytes is the field's part of a payload whose length has been checked.
func (f *Field) bytes(payload []byte) []byte { return payload[f.Off : f.Off+f.Width] }

func (f *Field) word(payload []byte) uint64 {
	b := f.bytes(payload)
	switch {
	case len(b) == 1:
		return uint64(b[0])
	case len(b) == 2 && f.Host:
		return uint64(binary.NativeEndian.Uint16(b))
	case len(b) == 2:
		return uint64(binary.BigEndian.Uint16(b))
	case len(b) == 4 && f.Host:
		return uint64(binary.NativeEndian.Uint32(b))
	case len(b) == 4:
		return uint64(binary.BigEndian.Uint32(b))
	case f.Host:
		return binary.NativeEndian.Uint64(b)
	}
	return binary.BigEndian.Uint64(b)
}

// load reads an integer field.
func (f *Field) load(payload []byte) uint64 {
	return f.word(payload) >> f.Shift & f.max()
}

// store writes an integer field and leaves the other bits of its word alone.
func (f *Field) store(payload []byte, v uint64) {
	w := f.word(payload)&^(f.max()<<f.Shift) | (v&f.max())<<f.Shift
	b := f.bytes(payload)
	switch {
	case len(b) == 1:
		b[0] = byte(w)
	case len(b) == 2 && f.Host:
		binary.NativeEndian.PutUint16(b, uint16(w))
	case len(b) == 2:
		binary.BigEndian.PutUint16(b, uint16(w))
	case len(b) == 4 && f.Host:
		binary.NativeEndian.PutUint32(b, uint32(w))
	case len(b) == 4:
		binary.BigEndian.PutUint32(b, uint32(w))
	case f.Host:
		binary.NativeEndian.PutUint64(b, w)
	default:
		binary.BigEndian.PutUint64(b, w)
	}
}

// maskState tells how much of a field a mask covers. No mask at all is full.
type maskState uint8

const (
	maskNone maskState = iota
	maskPart
	maskFull
)

func (f *Field) maskState(mask []byte) maskState {
	if mask == nil {
		return maskFull
	}
	if f.isInt() {
		switch m := f.load(mask); m {
		case 0:
			return maskNone
		case f.max(), f.Known:
			return maskFull
		}
		return maskPart
	}
	switch b := f.bytes(mask); {
	case allBytes(b, 0):
		return maskNone
	case allBytes(b, 0xff):
		return maskFull
	}
	return maskPart
}

// setFullMask makes mask cover the whole field.
func (f *Field) setFullMask(mask []byte) {
	if f.isInt() {
		f.store(mask, f.fullMask())
		return
	}
	fill(f.bytes(mask), 0xff)
}

// name returns the word for one value or one flag bit, "" when it has none.
func (f *Field) nameOf(v uint64) string {
	for _, n := range f.Names {
		if uint64(n.Value) == v {
			return n.Name
		}
	}
	return ""
}

// valueOf is nameOf the other way round.
func (f *Field) valueOf(name string) (uint64, bool) {
	for _, n := range f.Names {
		if n.Name == name {
			return uint64(n.Value), true
		}
	}
	return 0, false
}

func allBytes(b []byte, v byte) bool {
	for _, x := range b {
		if x != v {
			return false
		}
	}
	return true
}

func fill(b []byte, v byte) {
	for i := range b {
		b[i] = v
	}
}

// lowestBit returns the lowest bit that is set in v, which is not zero.
func lowestBit(v uint64) uint64 { return 1 << bits.TrailingZeros64(v) }

func implied(v uint64) *uint64 { return &v }
