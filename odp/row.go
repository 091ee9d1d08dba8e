package odp

import "slices"

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
)

// Row describes one netlink attribute of a key or of an action: the only
// place where its number, name, layout, text and meaning are written down.
// The codec, the text forms, Lua access, completion and the reference all read
// rows. A row is never changed.
type Row struct {
	ID     uint16 // OVS_KEY_ATTR_*, OVS_ACTION_ATTR_*, or of a nested space
	Name   string // as in OVS text
	Doc    string
	Layout Layout
	Size   int          // bytes of a LayoutStruct
	Fields []Field      // parts of a LayoutStruct
	Rows   []Row        // attributes inside a LayoutNested, in the kernel's order
	Names  []NamedValue // attributes of a LayoutFlagSet; noAttr for one implied by others

	// When tells on which packets the kernel has this key: one of these
	// fields holds this value. Empty: on all packets.
	When []Condition
	// Paren writes a nested single value as name(value), not name=value.
	Paren bool
	// Bare writes the value alone, without the name.
	Bare bool
	// ZeroAbsent is set where the kernel has no key attribute for the value 0,
	// but has its mask.
	ZeroAbsent bool
	// text, where set, writes and reads what no layout can say.
	text *textHooks
}

// Condition is a field and the value that makes a key present.
type Condition struct {
	Path  string // "eth_type", "ipv4.proto"
	Value uint64
}

// textHooks write and read the inside of a row's parentheses.
type textHooks struct {
	format func(dst []byte, row *Row, val, mask []byte, o *TextOptions) []byte
	parse  func(p *parser, row *Row, n *node) error
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

// single returns the only field of a row that is one value.
func (r *Row) single() *Field {
	if r.Layout == LayoutStruct && len(r.Fields) == 1 && r.Fields[0].Name == "" {
		return &r.Fields[0]
	}
	return nil
}

// Members returns the names that may follow the row's name and a dot, in table
// order: its fields or its nested rows.
func (r *Row) Members() []string {
	var names []string
	for i := range r.Fields {
		if r.Fields[i].Name != "" {
			names = append(names, r.Fields[i].Name)
		}
	}
	for i := range r.Rows {
		if r.Rows[i].Layout != LayoutPad {
			names = append(names, r.Rows[i].Name)
		}
	}
	return names
}

// validPayload tells whether val can be read by the row's layout. Structs may
// not be shorter; a longer one, from a newer kernel, is kept as raw bytes.
func (r *Row) validPayload(val []byte) bool {
	switch r.Layout {
	case LayoutStruct:
		return len(val) == r.Size
	case LayoutFlag:
		return len(val) == 0
	case LayoutNested, LayoutKeys, LayoutActions:
		return Attrs(val).Valid() == nil
	case LayoutSet, LayoutSetMasked:
		return validSet(val, r.Layout == LayoutSetMasked)
	}
	return true
}

// validSet tells whether val is exactly one key attribute that its row can read.
func validSet(val []byte, masked bool) bool {
	id, payload, rest, ok := Attrs(val).cut()
	if !ok || len(rest) != 0 {
		return false
	}
	row := KeyByID(id)
	if row == nil {
		return false
	}
	if masked {
		n := len(payload) / 2
		return len(payload)%2 == 0 && row.Layout != LayoutNested && row.validPayload(payload[:n])
	}
	return row.validPayload(payload)
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
		}
	}
	return x
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
