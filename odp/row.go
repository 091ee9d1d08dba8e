package odp

import (
	"encoding/binary"
	"iter"
	"slices"
)

// Layout says what the payload of an attribute is made of.
type Layout uint8

// The layouts of attributes.
const (
	LayoutStruct    Layout = iota // Size bytes, described by Fields
	LayoutFlag                    // no payload: the attribute is there or not
	LayoutNested                  // attributes, described by Rows
	LayoutFlagSet                 // no attribute itself: the flag attributes beside it, named in Names
	LayoutKeys                    // OVS_KEY_ATTR_* attributes
	LayoutActions                 // OVS_ACTION_ATTR_* attributes
	LayoutSet                     // one OVS_KEY_ATTR_* attribute: the new value
	LayoutSetMasked               // one OVS_KEY_ATTR_* attribute: the new value, then its mask
	LayoutBytes                   // any number of bytes
	LayoutPad                     // the kernel's filler before a 64-bit value: says nothing
	LayoutArray                   // any number of structs of Size bytes, described by Fields
	LayoutOptions                 // any number of options: a header of Size bytes, described by Fields, and data
	LayoutMasked                  // a struct of Size bytes, then a mask of as many
	LayoutString                  // text that ends in a zero byte
	LayoutAddress                 // an IPv4 or IPv6 address
	LayoutKey                     // one OVS_KEY_ATTR_* attribute, KeyID, whose text is this one's
	LayoutCookie                  // bytes, or a struct that begins with the ID of one of Rows
)

// Row describes one netlink attribute of a key or of an action: the only
// place where its number, name, layout, text and meaning are written down.
// The codec, the text forms, Lua access, completion and the reference all read
// rows. A row is never changed.
type Row struct {
	ID   uint16 // OVS_KEY_ATTR_*, OVS_ACTION_ATTR_*, or of a nested space
	Name string // as in OVS text
	Doc  string
	// Example is OVS text that has a key or action, as this package prints it.
	Example string
	Layout  Layout
	Size    int          // bytes of a struct; of bytes or a string the most, 0 for any number
	Fields  []Field      // parts of a struct
	Rows    []Row        // attributes inside a LayoutNested, in the order of the text
	Names   []NamedValue // attributes of a LayoutFlagSet; noAttr for one implied by others
	KeyID   uint16       // the key of a LayoutKey

	// When tells on which packets the kernel has this key: one of these
	// fields holds this value. Empty: on all packets.
	When []Condition
	// Paren writes a nested single value as name(value), not name=value.
	Paren bool
	// Bare writes the value alone, without the name.
	Bare bool
	// Flat writes the fields of the structs inside a LayoutNested as if they
	// were its own.
	Flat bool
	// Value is set on a flag that a value may follow: src=10.0.0.1.
	Value bool
	// Assigned writes bytes as name=0x..., not name(...).
	Assigned bool
	// EmptyBare writes the name alone where there is nothing in the
	// parentheses.
	EmptyBare bool
	// EmptyParen writes a flag as name().
	EmptyParen bool
	// Wrapped writes the value of the first field around that of the second:
	// l4(7).
	Wrapped bool
	// Raw is set where OVS prints the attribute as its number and bytes.
	Raw bool
	// NestedFlag is set where the kernel refuses the attribute without
	// NLA_F_NESTED, which it does not have in a listing.
	NestedFlag bool
	// Required is set where the kernel takes no LayoutNested without this row.
	Required bool
	// Spare is set on a key that When makes possible but that the kernel does
	// not demand then.
	Spare bool
	// Unless tells on which packets, of those of When, the kernel takes no match
	// on this key: one of these fields holds this value.
	Unless []Condition
	// Innermost is set on a key whose conditions are about what is inside of all
	// tags, though it stands outside of them.
	Innermost bool
	// Presence is set where a mask without bits matches as well: that packets
	// have the attribute.
	Presence bool
	// Exclusive is set on nested attributes of which the kernel takes only one
	// at a time.
	Exclusive bool
	// ActionOnly is set on nested attributes that the kernel knows in actions,
	// and takes or heeds in no match.
	ActionOnly bool
	// Limit is how much the kernel takes: elements of a LayoutArray, bytes of
	// LayoutOptions.
	Limit int
	// Closed is set on a struct whose fields are all that packets have in it only
	// where one of them has this value.
	Closed *FieldCondition
	// condition, where set, is the value of a field beside this row in a flat
	// one that it demands.
	condition *FieldCondition
	// Preset are the values of fields that the text of an action leaves out.
	Preset []FieldCondition
	// ZeroAbsent is set where the kernel has no key attribute for the value 0,
	// but has its mask.
	ZeroAbsent bool
	// bits reads and writes the bits of a LayoutFlagSet, in the order of its
	// names, as a field of one byte.
	bits *Field
	// text, where set, writes and reads what no layout can say.
	text *textHooks
	// finish, where set, fills in a struct that was read from text.
	finish func(val []byte)
}

// Condition is a field and the value that makes a key present.
type Condition struct {
	Path  string // "eth_type", "ipv4.proto"
	Value uint64
}

// textHooks write and read the inside of a row's parentheses, and tell which
// payloads they can write.
type textHooks struct {
	format func(dst []byte, val []byte) []byte
	parse  func(p *parser, n *node) error
	valid  func(val []byte) bool
}

// noAttr stands for the number of a row or name that has no attribute.
const noAttr = 0xffff

// KeyRows returns the rows of all keys, in the order in which the kernel dumps
// them, which is also the order in which this package writes them.
func KeyRows() []*Row { return slices.Clone(table.keys.rows) }

// ActionRows returns the rows of all actions, by attribute number.
func ActionRows() []*Row { return slices.Clone(table.actions.rows) }

// KeyByName returns the row of a key, nil for an unknown name.
func KeyByName(name string) *Row { return table.keys.byName[name] }

// KeyByID returns the row of an OVS_KEY_ATTR_* number, nil for an unknown one.
func KeyByID(id uint16) *Row { return table.keys.get(id) }

// ActionByName returns the row of an action, nil for an unknown name.
func ActionByName(name string) *Row { return table.actions.byName[name] }

// ActionByID returns the row of an OVS_ACTION_ATTR_* number, nil for an
// unknown one.
func ActionByID(id uint16) *Row { return table.actions.get(id) }

// Field returns the field of that name, nil if there is none.
func (r *Row) Field(name string) *Field {
	for i := range r.Fields {
		if r.Fields[i].Name == name {
			return &r.Fields[i]
		}
	}
	return nil
}

// Row returns the nested row of that name, nil if there is none.
func (r *Row) Row(name string) *Row {
	for i := range r.Rows {
		if r.Rows[i].Name == name && r.Rows[i].Layout != LayoutPad {
			return &r.Rows[i]
		}
	}
	return nil
}

// rowByID returns the nested row with that attribute number.
func (r *Row) rowByID(id uint16) *Row {
	for i := range r.Rows {
		if r.Rows[i].ID == id && r.Rows[i].Layout != LayoutFlagSet {
			return &r.Rows[i]
		}
	}
	return nil
}

// position is the place of a nested row among the others, that of none after them.
func (r *Row) position(kid *Row) int {
	for i := range r.Rows {
		if &r.Rows[i] == kid {
			return i
		}
	}
	return len(r.Rows)
}

// single returns the only field of a row that is one value.
func (r *Row) single() *Field {
	if (r.Layout == LayoutStruct || r.Layout == LayoutMasked) && len(r.Fields) == 1 && r.Fields[0].Name == "" {
		return &r.Fields[0]
	}
	return nil
}

// FlatField finds the field of a struct inside a flat row, and the struct's row;
// nil where there is none.
func (r *Row) FlatField(name string) (*Row, *Field) {
	if r.Flat {
		for i := range r.Rows {
			if f := r.Rows[i].Field(name); f != nil && name != "" {
				return &r.Rows[i], f
			}
		}
	}
	return nil, nil
}

// KeyRow returns the row of the key in a LayoutKey.
func (r *Row) KeyRow() *Row { return KeyByID(r.KeyID) }

// cookie returns the row that describes a LayoutCookie's bytes, nil for bytes
// of another kind.
func (r *Row) cookie(val []byte) *Row {
	if r.Layout != LayoutCookie || len(val) < 2 {
		return nil
	}
	for i := range r.Rows {
		if c := &r.Rows[i]; c.Size == len(val) && c.ID == binary.NativeEndian.Uint16(val) {
			return c
		}
	}
	return nil
}

// Members returns the names that may follow the row's name and a dot, in table
// order: its fields or its nested rows.
func (r *Row) Members() []string {
	if r.Layout == LayoutKey {
		return r.KeyRow().Members()
	}
	var names []string
	for i := range r.Fields {
		if r.Fields[i].Name != "" {
			names = append(names, r.Fields[i].Name)
		}
	}
	for i := range r.Rows {
		switch kid := &r.Rows[i]; {
		case kid.Layout == LayoutPad:
		case r.Flat && kid.Layout == LayoutStruct:
			names = append(names, kid.Members()...)
		case kid.Layout == LayoutCookie:
			names = append(append(names, kid.Name), kid.Members()...)
		default:
			names = append(names, kid.Name)
		}
	}
	return names
}

// isStructs tells whether the payload is made of structs with masks beside
// them, of one struct or of any number.
func (r *Row) isStructs() bool {
	return r.Layout == LayoutStruct || r.Layout == LayoutArray || r.Layout == LayoutOptions
}

// Elements splits the payload of a LayoutArray or LayoutOptions into its
// elements, each of which the row's fields describe. It reports false for bytes
// that do not come out even.
func (r *Row) Elements(val []byte) (list [][]byte, ok bool) {
	for len(val) > 0 {
		n := r.elementLen(val)
		if n == 0 {
			return list, false
		}
		list, val = append(list, val[:n:n]), val[n:]
	}
	return list, true
}

// elements yields what Elements returns, without making a list of it.
func (r *Row) elements(val []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for len(val) > 0 {
			n := r.elementLen(val)
			if n == 0 || !yield(val[:n:n]) {
				return
			}
			val = val[n:]
		}
	}
}

// elementLen is the length of the first element of val, 0 where there is none.
func (r *Row) elementLen(val []byte) int {
	n := r.Size
	if n > len(val) || n == 0 {
		return 0
	}
	if r.Layout == LayoutOptions {
		f := r.lengthField()
		if n += int(f.load(val) * f.Unit); n > len(val) {
			return 0
		}
	}
	return n
}

// lengthField is the field of an option that has the length of its data.
func (r *Row) lengthField() *Field { return &r.Fields[len(r.Fields)-1] }

// validPayload tells whether val can be read by the row's layout. Structs may
// not be shorter; a longer one, from a newer kernel, is kept as raw bytes.
func (r *Row) validPayload(val []byte) bool {
	switch r.Layout {
	case LayoutStruct:
		return len(val) == r.Size && (len(r.Fields) != 1 || r.Fields[0].Least == 0 || r.Fields[0].load(val) >= r.Fields[0].Least)
	case LayoutBytes:
		return r.Size == 0 || len(val) <= r.Size
	case LayoutMasked:
		return len(val) == 2*r.Size
	case LayoutArray, LayoutOptions:
		for rest := val; len(rest) > 0; {
			n := r.elementLen(rest)
			if n == 0 {
				return false
			}
			rest = rest[n:]
		}
		return len(val) > 0 || r.Layout == LayoutOptions
	case LayoutString:
		return len(val) > 1 && isTextWord(val[:len(val)-1]) && val[len(val)-1] == 0
	case LayoutAddress:
		return len(val) == 4 || len(val) == 16
	case LayoutFlag:
		return len(val) == 0
	case LayoutNested:
		return Attrs(val).Valid() == nil && (r.text == nil || r.text.valid(val)) && r.hasRequired(val)
	case LayoutKeys, LayoutActions:
		return Attrs(val).Valid() == nil
	case LayoutSet, LayoutSetMasked:
		return validSet(val, r.Layout == LayoutSetMasked)
	case LayoutKey:
		id, payload, rest, ok := Attrs(val).cut()
		return ok && len(rest) == 0 && id == r.KeyID && r.KeyRow().validPayload(payload)
	}
	return true
}

// hasRequired tells whether a list has the attributes without which its text does
// not read.
func (r *Row) hasRequired(list Attrs) bool {
	for i := range r.Rows {
		if kid := &r.Rows[i]; kid.Required {
			if val, ok := list.Find(kid.ID); !ok || !kid.validPayload(val) {
				return false
			}
		}
	}
	return true
}

// isTextWord tells whether a string can stand in OVS text.
func isTextWord(b []byte) bool {
	for _, c := range b {
		if !isStringByte(c) {
			return false
		}
	}
	return true
}

func isStringByte(c byte) bool { return c > ' ' && c < 0x7f && c != ',' && c != '(' && c != ')' }

// validSet tells whether val is exactly one key attribute that its row can read.
func validSet(val []byte, masked bool) bool {
	id, payload, rest, ok := Attrs(val).cut()
	if !ok || len(rest) != 0 {
		return false
	}
	row := KeyByID(id)
	switch {
	case row == nil:
		return false
	case !masked:
		return row.validPayload(payload)
	case row.Flat:
		if Attrs(payload).Valid() != nil {
			return false
		}
		for id, v := range Attrs(payload).All() {
			if kid := row.rowByID(id); kid == nil || kid.Layout != LayoutStruct || len(v) != 2*kid.Size {
				return false
			}
		}
		return true
	}
	n := len(payload) / 2
	return len(payload)%2 == 0 && row.isStructs() && row.validPayload(payload[:n])
}

// table has the look-ups over all rows. It is built once and only read.
var table = struct{ keys, actions rowIndex }{
	keys:    newRowIndex(metaKeys, tunnelKeys, portKeys, ctKeys, l2Keys, l3Keys, l4Keys),
	actions: newRowIndex(actionRows),
}

type rowIndex struct {
	rows   []*Row
	byName map[string]*Row
	byID   []*Row
	order  []int // by ID: position in rows
}

func newRowIndex(groups ...[]Row) rowIndex {
	x := rowIndex{byName: make(map[string]*Row)}
	for _, g := range groups {
		for i := range g {
			r := &g[i]
			for int(r.ID) >= len(x.byID) {
				x.byID, x.order = append(x.byID, nil), append(x.order, 0)
			}
			x.byID[r.ID], x.order[r.ID] = r, len(x.rows)
			if _, dup := x.byName[r.Name]; !dup {
				x.byName[r.Name] = r // set before its masked form
			}
			x.rows = append(x.rows, r)
			r.prepare()
		}
	}
	return x
}

// prepare makes what the rows of flag sets inside a row are read with.
func (r *Row) prepare() {
	for i := range r.Rows {
		kid := &r.Rows[i]
		kid.prepare()
		if kid.Layout != LayoutFlagSet {
			continue
		}
		names := make([]NamedValue, len(kid.Names))
		for i, n := range kid.Names {
			names[i] = NamedValue{n.Name, 1 << i}
		}
		kid.bits = &Field{Kind: KindFlags, Width: 1, Bits: uint8(len(names)), Names: names}
	}
}

// attrFlags are the bits of the flags that are attributes.
func (r *Row) attrFlags() (bits byte) {
	for i, name := range r.Names {
		if name.Value != noAttr {
			bits |= 1 << i
		}
	}
	return bits
}

func (x *rowIndex) get(id uint16) *Row {
	if int(id) < len(x.byID) {
		return x.byID[id]
	}
	return nil
}

// position sorts attributes as the kernel does; unknown ones come last.
func (x *rowIndex) position(id uint16) int {
	if x.get(id) == nil {
		return len(x.rows) + int(id)
	}
	return x.order[id]
}
