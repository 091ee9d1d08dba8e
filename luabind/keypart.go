package luabind

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

const classPart = "odp.KeyFields"

// part is the value of a userdata of class odp.KeyFields: one key of a match or
// packet that has fields or nested keys, such as m.ipv4. It shares the memory
// of what it is part of.
type part struct {
	row       *odp.Row
	val, mask []byte
	masked    bool // it is of a match: a field without mask is not matched
	element   bool // it is one of a list: m.mpls[1]
}

// keyMember reads a name of a match or packet key. ok tells whether it is the
// name of a key, or a path such as "ipv4.dst".
func (rt *Runtime) keyMember(m odp.Match, name string) (v lua.LValue, ok bool) {
	return rt.attrMember(m.Key, m.Mask, len(m.Mask) > 0, name)
}

func (rt *Runtime) attrMember(key, mask odp.Attrs, masked bool, name string) (lua.LValue, bool) {
	if first, rest, dotted := strings.Cut(name, "."); dotted {
		v, ok := rt.attrMember(key, mask, masked, first)
		if !ok || v == lua.LNil {
			return v, ok
		}
		ud, ok := v.(*lua.LUserData)
		if !ok {
			return nil, false
		}
		p, ok := ud.Value.(part)
		if !ok {
			return nil, false
		}
		return rt.partMember(p, rest)
	}
	row := odp.KeyByName(name)
	if row == nil {
		return nil, false
	}
	return rt.rowValue(row, key, mask, masked), true
}

// rowValue reads the attribute of a row from a list: a plain value if it is
// one, else a part; nil if it is absent.
func (rt *Runtime) rowValue(row *odp.Row, key, mask odp.Attrs, masked bool) lua.LValue {
	val, ok := key.Find(row.ID)
	if !ok {
		return lua.LNil
	}
	p := part{row: row, val: val, masked: masked}
	if masked {
		m, ok := mask.Find(row.ID)
		if !ok {
			return lua.LNil
		}
		p.mask = m
	}
	if f := row.Field(""); f != nil {
		return rt.fieldValue(p, f)
	}
	if row.Layout == odp.LayoutFlag {
		return lua.LTrue
	}
	return rt.object(classPart, p)
}

// partMember reads a field or nested key of a part.
func (rt *Runtime) partMember(p part, name string) (v lua.LValue, ok bool) {
	if p.row.Layout == odp.LayoutKeys {
		return rt.attrMember(p.val, p.mask, p.masked, name)
	}
	if p.row.Layout == odp.LayoutArray || p.row.Layout == odp.LayoutOptions {
		if i, err := strconv.Atoi(name); err == nil {
			return rt.element(p, i), true
		}
		if name == "data" && p.row.Layout == odp.LayoutOptions {
			return p.data(), true
		}
	}
	if f := p.row.Field(name); f != nil {
		return rt.fieldValue(p, f), true
	}
	first, rest, dotted := strings.Cut(name, ".")
	kid := p.row.Row(first)
	if in, f := p.row.FlatField(name); in != nil {
		kid, rest, dotted = in, f.Name, true
	}
	if kid == nil {
		return nil, false
	}
	if kid.Layout == odp.LayoutFlagSet {
		return rt.flagSet(p, kid), true
	}
	v = rt.rowValue(kid, p.val, p.mask, p.masked)
	ud, isPart := v.(*lua.LUserData)
	if !dotted || !isPart {
		return v, !dotted || v == lua.LNil
	}
	sub, isPart := ud.Value.(part)
	if !isPart {
		return nil, false
	}
	return rt.partMember(sub, rest)
}

// element returns one struct of an array or option of a list, counted from 1.
func (rt *Runtime) element(p part, i int) lua.LValue {
	list, _ := p.row.Elements(p.val)
	if i < 1 || i > len(list) {
		return lua.LNil
	}
	at := 0
	for _, e := range list[:i-1] {
		at += len(e)
	}
	out := part{row: p.row, val: list[i-1], masked: p.masked, element: true}
	if p.masked && len(p.mask) == len(p.val) {
		out.mask = p.mask[at : at+len(out.val)]
	}
	return rt.object(classPart, out)
}

// data is what follows the header of an option: bytes, or text as a hex number
// where it is matched in part.
func (p part) data() lua.LValue {
	if len(p.val) < p.row.Size {
		return lua.LNil
	}
	list, _ := p.row.Elements(p.val)
	val := list[0][p.row.Size:]
	if !p.masked {
		return lua.LString(val)
	}
	mask := p.mask[p.row.Size:len(list[0])]
	switch {
	case bytes.Count(mask, []byte{0}) == len(mask) && len(mask) > 0:
		return lua.LNil
	case bytes.Count(mask, []byte{0xff}) == len(mask):
		return lua.LString(val)
	}
	return lua.LString(fmt.Sprintf("0x%x/0x%x", val, mask))
}

// fieldValue converts one field: numbers to numbers, addresses, names and flags
// to text, and what is matched in part to value/mask text.
func (rt *Runtime) fieldValue(p part, f *odp.Field) lua.LValue {
	v, ok := f.Value(p.val)
	if !ok {
		return lua.LNil
	}
	if !p.masked {
		return rt.plainValue(v)
	}
	mask, ok := f.Value(p.mask)
	if !ok {
		return lua.LNil
	}
	switch {
	case mask.IsZero():
		return lua.LNil
	case mask.IsFull() && f.Kind != odp.KindFlags:
		return rt.plainValue(v)
	}
	return lua.LString(v.Masked(mask))
}

func (rt *Runtime) plainValue(v odp.Value) lua.LValue {
	if !v.IsInt() {
		return lua.LString(v.String())
	}
	switch v.Field.Kind {
	case odp.KindEnum, odp.KindFlags, odp.KindPercent:
		return lua.LString(v.String())
	}
	if v.Field.Width == 8 {
		// Such a field is a U64 whatever its value, so that scripts are not
		// surprised when it grows.
		return rt.newU64(v.Uint())
	}
	return lua.LNumber(v.Uint() * max(1, v.Field.Unit)) // in the unit of the text
}

// flagSet reads the flags of a nested key that are attributes of their own.
func (rt *Runtime) flagSet(p part, kid *odp.Row) lua.LValue {
	m := odp.Match{Key: odp.AppendAttr(nil, p.row.ID, p.val)}
	path := p.row.Name + "." + kid.Name
	v, ok := m.Get(path)
	if !ok {
		return lua.LNil
	}
	if !p.masked {
		return lua.LString(v.String())
	}
	m.Mask = odp.AppendAttr(nil, p.row.ID, p.mask)
	mask, ok := m.GetMask(path)
	if !ok || mask.IsZero() {
		return lua.LNil
	}
	return lua.LString(v.Masked(mask))
}

// inner is the text between the parentheses of the key.
func (p part) inner() string { return string(p.row.AppendPayload(nil, p.val, p.mask, nil)) }

func partClass() *Class {
	return &Class{
		Var:  "fields",
		Name: classPart,
		Doc: "One key of a match or a packet, such as m.ipv4, whose fields are read by name: m.ipv4.dst. Of a label stack or a " +
			"list of options #m.mpls is the length and m.mpls[2] the second one; m.mpls.label is that of the first.",
		Methods: []*Func{partFieldsFunc()},
		Ops: map[string]func(c call) int{
			"__tostring": func(c call) int {
				p := self[part](c)
				return c.pushString(p.row.Name + "(" + p.inner() + ")")
			},
			"__concat": concat,
			"__len": func(c call) int {
				list, _ := self[part](c).row.Elements(self[part](c).val)
				return c.push(lua.LNumber(len(list)))
			},
			"__eq": func(c call) int {
				a, b := c.L.Get(1).(*lua.LUserData).Value.(part), c.L.Get(2).(*lua.LUserData).Value.(part)
				return c.push(lua.LBool(a.row == b.row && a.inner() == b.inner()))
			},
		},
		OpDocs: []string{"concat(string): string"},
		Dynamic: func(c call, name string) (lua.LValue, bool) {
			p := self[part](c)
			v, ok := c.rt.partMember(p, name)
			if !ok {
				names := p.row.Members()
				if p.row.Layout == odp.LayoutKeys {
					names = keyNames()
				}
				c.raiseArgument("%s has no field '%s'%s", p.row.Name, name, didYouMean(name, names))
			}
			return v, ok
		},
	}
}

func keyNames() []string {
	var names []string
	for _, row := range odp.KeyRows() {
		names = append(names, row.Name)
	}
	return names
}

// keyParams describes the keys as fields of a match or packet key.
func keyParams() []Param {
	var params []Param
	for _, row := range odp.KeyRows() {
		params = append(params, Param{Name: row.Name, Type: rowType(row) + "?", Doc: rowDoc(row)})
	}
	return params
}

// rowType is the annotation of what rowValue returns.
func rowType(row *odp.Row) string {
	if f := row.Field(""); f != nil {
		return fieldType(f)
	}
	switch row.Layout {
	case odp.LayoutFlag:
		return "boolean"
	case odp.LayoutFlagSet:
		return "string"
	case odp.LayoutKeys:
		return classKey
	case odp.LayoutStruct, odp.LayoutNested, odp.LayoutArray, odp.LayoutOptions:
		return "odp.key." + row.Name
	}
	return classPart
}

func fieldType(f *odp.Field) string {
	switch f.Kind {
	case odp.KindDec, odp.KindHex, odp.KindHexLong, odp.KindHexPad, odp.KindPort:
		if f.Width == 8 {
			return classU64
		}
		return "integer"
	}
	return "string"
}
