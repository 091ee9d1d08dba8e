package odp

import (
	"bytes"
	"encoding/binary"
	"strings"

	"github.com/go-odp/odp/odp/internal/ovsh"
)

// A FieldTest asks of a match whether packets with a value in a field may be among
// those that it takes: whether the bits agree that it matches.
type FieldTest struct {
	// Paths are where the field may be, such as ipv4.ttl and ipv6.hlimit. The first one
	// that is matched counts; where none is, any value agrees. Path vlan is the whole of
	// the outermost tag, which is 0 in a match that knows the Ethernet type and no tag.
	Paths []string
	// Outer is set of keys of the packet as it is: others are those behind its tags.
	Outer bool
	// Number is the value of an integer, and Bits those of its bits that count; 0 means
	// all. Bytes is that of an address, or of 128 bits, in network byte order.
	Number, Bits uint64
	Bytes        []byte
}

// A Filter is a list of tests that a match has to pass all of.
type Filter struct{ tests []fieldTest }

type fieldTest struct {
	FieldTest
	at []fieldPlace
}

// fieldPlace is what a path leads to: a field of the attribute of a key or, where that
// has attributes in turn, a path in it. There is no row for the whole tag.
type fieldPlace struct {
	row   *Row
	field *Field
	rest  string
}

func (p *fieldPlace) get(list Attrs) (Value, bool) {
	payload, ok := list.Find(p.row.ID)
	switch {
	case !ok || !p.row.validPayload(payload):
		return Value{}, false
	case p.field != nil:
		return p.field.Value(payload)
	}
	return p.row.get(payload, p.rest)
}

const wholeTag = "vlan"

// NewFilter makes a filter of tests. An error is a [PathError].
func NewFilter(tests []FieldTest) (*Filter, error) {
	f := &Filter{}
	for _, t := range tests {
		test := fieldTest{FieldTest: t}
		for _, path := range t.Paths {
			var place fieldPlace
			if path != wholeTag {
				if err := checkFieldPath(path); err != nil {
					return nil, err
				}
				name, rest, _ := strings.Cut(path, ".")
				place = fieldPlace{row: KeyByName(name), rest: rest}
				if place.row.Layout == LayoutStruct {
					place.field = place.row.Field(rest)
				}
			}
			test.at = append(test.at, place)
		}
		f.tests = append(f.tests, test)
	}
	return f, nil
}

// checkFieldPath tells what is wrong with the path of a field.
func checkFieldPath(path string) error {
	name, rest, _ := strings.Cut(path, ".")
	row := KeyByName(name)
	if row == nil {
		return &PathError{path, "there is no key " + name, near(name, keyNames())}
	}
	for row != nil && row.Layout == LayoutNested {
		if in, _ := row.FlatField(rest); in != nil {
			return nil
		}
		name, rest, _ = strings.Cut(rest, ".")
		if row = row.Row(name); row != nil && row.Layout == LayoutFlagSet {
			return nil
		}
	}
	if row == nil || row.Field(rest) == nil {
		return &PathError{path, "there is no such field", ""}
	}
	return nil
}

// Passes tells whether packets with the values of the filter may be among those that
// the match takes.
func (f *Filter) Passes(m Match) bool {
	inner := m
	for {
		key, ok := inner.Key.Find(ovsh.KeyAttrEncap)
		mask, matched := inner.Mask.Find(ovsh.KeyAttrEncap)
		if !ok || !matched && len(m.Mask) > 0 {
			break
		}
		inner = Match{Attrs(key), Attrs(mask)}
	}
	for i := range f.tests {
		t := &f.tests[i]
		in := inner
		if t.Outer {
			in = m
		}
		if !t.agrees(in, len(m.Mask) > 0) {
			return false
		}
	}
	return true
}

func (t *fieldTest) agrees(m Match, masked bool) bool {
	for i := range t.at {
		place := &t.at[i]
		if place.row == nil {
			tci, mask, ok := m.tag(masked)
			if ok {
				return t.agreeing(tci, uint64(mask))
			}
			continue
		}
		v, ok := place.get(m.Key)
		if !ok {
			continue
		}
		var mask Value
		if masked {
			if mask, ok = place.get(m.Mask); !ok || mask.IsZero() {
				continue
			}
		}
		switch {
		case !v.IsInt():
			return t.bytesAgree(v, mask, masked)
		case !masked || mask.IsFull(): // of a value that is too large no bits are left out
			return t.agreeing(v.Uint(), 1<<64-1)
		}
		return t.agreeing(v.Uint(), mask.Uint())
	}
	return true
}

func (t *FieldTest) agreeing(v, mask uint64) bool {
	if t.Bits != 0 {
		mask &= t.Bits
	}
	return (v^t.Number)&mask == 0
}

func (t *FieldTest) bytesAgree(v, mask Value, masked bool) bool {
	value, bits := v.network(), []byte(nil)
	if len(value) != len(t.Bytes) {
		return false
	}
	if !masked || mask.IsFull() {
		return bytes.Equal(value, t.Bytes)
	}
	bits = mask.network()
	for i := range value {
		if (value[i]^t.Bytes[i])&bits[i] != 0 {
			return false
		}
	}
	return true
}

// network returns the value's bytes in network byte order.
func (v Value) network() []byte {
	if v.Field.Host && v.Field.Width == 16 {
		n := v.Field.uint128(v.payload)
		return n[:]
	}
	return v.Bytes()
}

// tag returns the tag control information that is matched. ok is false where nothing
// tells.
func (m Match) tag(masked bool) (tci, mask uint64, ok bool) {
	v, there := m.Key.Find(ovsh.KeyAttrVLAN)
	bits, matched := m.Mask.Find(ovsh.KeyAttrVLAN)
	switch {
	case there && len(v) == 2 && !masked:
		return uint64(binary.BigEndian.Uint16(v)), 1<<16 - 1, true
	case there && len(v) == 2 && matched && len(bits) == 2:
		return uint64(binary.BigEndian.Uint16(v)), uint64(binary.BigEndian.Uint16(bits)), true
	}
	if _, ok := m.Get("eth_type"); !ok {
		return 0, 0, false
	}
	if masked {
		if bits, ok := m.GetMask("eth_type"); !ok || bits.IsZero() {
			return 0, 0, false
		}
	}
	return 0, 1<<16 - 1, true
}
