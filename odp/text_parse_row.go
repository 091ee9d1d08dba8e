package odp

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// payload reads what stands between the parentheses of a row, or after its
// equals sign.
func (p *parser) payload(n *node) (err error) {
	row := n.row
	if row.text != nil {
		return row.text.parse(p, n)
	}
	switch row.Layout {
	case LayoutStruct, LayoutMasked:
		if row.Wrapped {
			return p.wrapped(n)
		}
		return p.fields(n)
	case LayoutArray:
		return p.array(n)
	case LayoutOptions:
		return p.options(n)
	case LayoutNested:
		return p.nested(n)
	case LayoutFlagSet:
		return p.flagSet(n)
	case LayoutKey:
		return p.presetKey(n)
	case LayoutKeys:
		n.kids, err = p.keys(true)
	case LayoutActions:
		n.kids, err = p.actions(true)
	case LayoutSet:
		return p.set(n)
	case LayoutBytes, LayoutCookie:
		n.val, err = p.byteString(row)
	case LayoutString:
		n.val, err = p.word(row)
	case LayoutAddress:
		n.val, err = p.anyAddress()
	}
	n.fillMask()
	return err
}

// fillMask gives bytes without a mask of their own a full one.
func (n *node) fillMask() {
	if n.mask == nil {
		n.mask = slices.Repeat([]byte{0xff}, len(n.val))
	}
}

// byteString reads bytes, as hex digits with or without 0x.
func (p *parser) byteString(row *Row) ([]byte, error) {
	at := p.pos
	if row.Assigned {
		p.accept("0x")
	}
	b, err := p.hexBytes()
	if err == nil && row.Size > 0 && len(b) > row.Size {
		p.pos = at
		err = p.fail(fmt.Sprintf("at most %d bytes", row.Size))
	}
	return b, err
}

// word reads a string, which the kernel keeps with a zero byte at its end.
func (p *parser) word(row *Row) ([]byte, error) {
	at := p.pos
	word := p.while(isStringByte)
	if word == "" || len(word) >= row.Size {
		p.pos = at
		return nil, p.fail(fmt.Sprintf("a name of 1 to %d bytes", row.Size-1))
	}
	return append([]byte(word), 0), nil
}

func (p *parser) anyAddress() ([]byte, error) {
	at := p.pos
	a, err := netip.ParseAddr(p.while(func(c byte) bool { return isHex(c) || c == '.' || c == ':' }))
	if err != nil {
		p.pos = at
		return nil, p.fail("an IP address")
	}
	return a.AsSlice(), nil
}

// wrapped reads the first field's value around that of the second.
func (p *parser) wrapped(n *node) error {
	if err := p.bare(&n.row.Fields[0], n.val, false); err != nil {
		return err
	}
	if err := p.expect("("); err != nil {
		return err
	}
	if err := p.bare(&n.row.Fields[1], n.val, false); err != nil {
		return err
	}
	return p.expect(")")
}

// presetKey reads the text of the key in a LayoutKey. What it leaves out has a
// preset value.
func (p *parser) presetKey(n *node) error {
	kid := newNode(n.row.KeyRow())
	at := p.pos
	if err := p.payload(kid); err != nil {
		return err
	}
	for _, preset := range n.row.Preset {
		r, f := kid.row.FlatField(preset.Field)
		if r == nil {
			continue
		}
		member := kid.kid(r)
		switch {
		case member != nil:
		case r.condition != nil && !kid.holds(r.condition):
			continue
		default:
			member = kid.ensure(r)
		}
		switch f.maskState(member.mask) {
		case maskNone:
			f.store(member.val, preset.Value)
			f.setFullMask(member.mask)
		case maskPart:
			p.pos = at
			return p.fail("no mask on " + f.Name + ", as the action sets the whole header")
		}
	}
	n.kids = []*node{kid}
	return nil
}

// flagSet reads flags. A flag that has no attribute is matched where it is named:
// OVS lists the others as if they were all.
func (p *parser) flagSet(n *node) error {
	at := p.pos
	if err := p.value(n.row.bits, n.val, n.mask); err != nil {
		return err
	}
	if !strings.ContainsAny(p.text[at:p.pos], "+-/") {
		n.mask[0] &= n.row.attrFlags() | n.val[0]
	}
	return nil
}

// fields reads the fields of a struct.
func (p *parser) fields(n *node) error {
	err := p.fieldList(n)
	if err == nil && n.row.finish != nil {
		n.row.finish(n.val)
	}
	return err
}

func (p *parser) fieldList(n *node) error {
	row := n.row
	if f := row.single(); f != nil {
		return p.value(f, n.val, n.mask)
	}
	seen := make([]bool, len(row.Fields))
	for p.blanks(); p.peek() != ')'; {
		at := p.pos
		i, err := p.fieldName(row, row.Fields)
		if err != nil {
			return err
		}
		if seen[i] {
			p.pos = at
			return p.fail("each field once: " + row.Fields[i].Name + " stands before")
		}
		seen[i] = true
		if err := p.value(&row.Fields[i], n.val, n.mask); err != nil {
			return err
		}
		if !p.accept(",") {
			break
		}
		p.blanks()
	}
	return nil
}

// fieldName reads the name of a field up to its value. The word of a field
// whose name is not written is left to be read as the value.
func (p *parser) fieldName(row *Row, fields []Field) (int, error) {
	at := p.pos
	name := p.while(isWord)
	for i := range fields {
		f := &fields[i]
		if f.Unnamed {
			if _, ok := f.valueOf(name); ok {
				p.pos = at
				return i, nil
			}
		}
		if f.Name == name || f.Printed == name && name != "" {
			return i, p.expect("=")
		}
	}
	return 0, p.failMember(at, row, name)
}

func (p *parser) failMember(at int, row *Row, name string) error {
	members := row.Members()
	return p.failName(at, "a field of "+row.Name+" ("+strings.Join(members, ", ")+")", name, members)
}

// nested reads the attributes of a nested row.
func (p *parser) nested(n *node) error {
	if err := p.enter(); err != nil {
		return err
	}
	defer func() { p.depth-- }()
	row := n.row
	for p.blanks(); p.peek() != ')' && !p.done(); {
		if err := p.nestedMember(n); err != nil {
			return err
		}
		if !p.accept(",") {
			break
		}
		p.blanks()
	}
	for i := range row.Rows {
		if r := &row.Rows[i]; r.Required && n.kid(r) == nil {
			return p.fail(r.Name + ", which " + row.Name + " needs")
		}
	}
	n.heedFlags()
	return nil
}

// heedFlags takes an attribute that is not matched for none that packets must have
// where the flags beside it are given without the one that stands for it: verbose
// text has the attribute as well as the flags.
func (n *node) heedFlags() {
	for _, flags := range n.kids {
		if flags.row == nil || flags.row.Layout != LayoutFlagSet || flags.mask[0]&^flags.row.attrFlags() != 0 {
			continue
		}
		if on := n.kid(&n.row.Rows[0]); on != nil && allBytes(on.mask, 0) {
			on.wanted = false
		}
	}
}

func (p *parser) nestedMember(n *node) error {
	row, at := n.row, p.pos
	name := p.while(isWord)
	if r, f := row.FlatField(name); r != nil {
		kid := n.ensure(r)
		if f.maskState(kid.mask) != maskNone {
			p.pos = at
			return p.fail("each field once: " + name + " stands before")
		}
		if err := p.expect("="); err != nil {
			return err
		}
		return p.value(f, kid.val, kid.mask)
	}
	r, cookie := row.Row(name), (*Row)(nil)
	if r == nil {
		r, cookie = row.cookieRow(name)
	}
	if r == nil || row.Flat && r.Layout == LayoutStruct {
		if id, ok := rawID(name, "key"); ok && p.peek() == '(' {
			if slices.ContainsFunc(n.kids, func(kid *node) bool { return kid.attr() == id }) {
				p.pos = at
				return p.fail("each field once: " + name + " stands before")
			}
			kid, err := p.raw(id)
			if err == nil {
				n.kids = append(n.kids, kid)
				err = p.know(at, kid, row.rowByID(id))
			}
			return err
		}
		return p.failMember(at, row, name)
	}
	if slices.ContainsFunc(n.kids, func(kid *node) bool { return kid.attr() == r.ID }) {
		p.pos = at
		return p.fail("each field once: " + r.Name + " stands before")
	}
	kid := newNode(r)
	n.kids = append(n.kids, kid)
	if cookie == nil {
		return p.member(kid)
	}
	inner := newNode(cookie)
	if err := p.member(inner); err != nil {
		return err
	}
	kid.val = inner.val
	return nil
}

// cookieRow finds the kind of a userdata by its name.
func (r *Row) cookieRow(name string) (row, kind *Row) {
	for i := range r.Rows {
		if row := &r.Rows[i]; row.Layout == LayoutCookie && row.Row(name) != nil {
			return row, row.Row(name)
		}
	}
	return nil, nil
}

// member reads what follows the name of a nested attribute.
func (p *parser) member(n *node) error {
	switch {
	case n.row.Layout == LayoutFlag:
		return nil
	case n.row.isAssigned():
		if err := p.expect("="); err != nil {
			return err
		}
		return p.payload(n)
	case n.row.EmptyBare && p.peek() != '(':
		return nil
	}
	return p.parens(n)
}

// parens reads a row's payload in parentheses.
func (p *parser) parens(n *node) error {
	if err := p.expect("("); err != nil {
		return err
	}
	if err := p.payload(n); err != nil {
		return err
	}
	return p.expect(")")
}
