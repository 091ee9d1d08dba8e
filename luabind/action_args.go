package luabind

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

// actionArgs converts the payload of an action to what its constructor takes, so
// that odp[a.name](a.args) is the action again: a value, a table, a list of actions,
// or nil for an action without any. Of one without a row it is the bytes.
func (rt *Runtime) actionArgs(row *odp.Row, payload []byte) lua.LValue {
	switch {
	case row == nil:
		return lua.LString(payload)
	case row.Layout == odp.LayoutFlag:
		return lua.LNil
	}
	switch row.Layout {
	case odp.LayoutSet, odp.LayoutSetMasked:
		return rt.setArgs(row.Layout == odp.LayoutSetMasked, payload)
	case odp.LayoutKey:
		for _, key := range odp.Attrs(payload).All() {
			return rt.keyArgs(part{row: row.KeyRow(), val: key})
		}
	}
	return rt.rowArgs(row, payload)
}

// rowArgs converts a row of an action.
func (rt *Runtime) rowArgs(row *odp.Row, payload []byte) lua.LValue {
	switch row.Layout {
	case odp.LayoutFlag:
		return lua.LTrue
	case odp.LayoutActions:
		return rt.newActions(odp.Actions(slices.Clone(payload)))
	case odp.LayoutBytes, odp.LayoutCookie:
		return lua.LString(payload)
	case odp.LayoutStruct:
		f := row.Field("")
		switch {
		case f == nil:
			return rt.structArgs(part{row: row, val: payload})
		case f.Kind == odp.KindPercent:
			v, _ := f.Value(payload)
			return lua.LNumber(float64(v.Uint()) / (1<<32 - 1))
		}
		return rt.fieldValue(part{row: row, val: payload}, f)
	case odp.LayoutNested:
		return rt.nestedArgs(row, payload)
	}
	return lua.LString(row.AppendPayload(nil, payload, nil, nil))
}

// structArgs converts the fields of a struct, but for those that are implied.
func (rt *Runtime) structArgs(p part) *lua.LTable {
	t := rt.L.NewTable()
	for i := range p.row.Fields {
		f := &p.row.Fields[i]
		if v, ok := f.Value(p.val); ok && f.Implied != nil && v.Uint() == *f.Implied {
			continue
		}
		if v := rt.fieldValue(p, f); v != lua.LNil {
			t.RawSetString(f.Name, v)
		}
	}
	return t
}

func (rt *Runtime) nestedArgs(row *odp.Row, payload []byte) lua.LValue {
	if slices.ContainsFunc(row.Rows, func(kid odp.Row) bool { return kid.Value }) {
		return rt.wordArgs(string(row.AppendPayload(nil, payload, nil, nil)))
	}
	t := rt.L.NewTable()
	for i := range row.Rows {
		kid := &row.Rows[i]
		v, ok := odp.Attrs(payload).Find(kid.ID)
		if !ok || kid.Layout == odp.LayoutPad {
			continue
		}
		if f := kid.Field(""); f != nil && f.Implied != nil {
			if v, ok := f.Value(v); ok && v.Uint() == *f.Implied {
				continue
			}
		}
		t.RawSetString(luaName(kid), rt.rowArgs(kid, v))
	}
	return t
}

// wordArgs converts text such as src=10.0.0.1,random, or true for none.
func (rt *Runtime) wordArgs(text string) lua.LValue {
	if text == "" {
		return lua.LTrue
	}
	t := rt.L.NewTable()
	for word := range strings.SplitSeq(text, ",") {
		name, value, found := strings.Cut(word, "=")
		if found {
			t.RawSetString(name, lua.LString(value))
		} else {
			t.RawSetString(name, lua.LTrue)
		}
	}
	return t
}

// setArgs converts the key of a set action, of a masked one the parts that it sets.
func (rt *Runtime) setArgs(masked bool, payload []byte) lua.LValue {
	t := rt.L.NewTable()
	for id, key := range odp.Attrs(payload).All() {
		p := part{row: odp.KeyByID(id), val: key, masked: masked}
		if masked {
			p.val, p.mask = splitSet(p.row, key)
		}
		t.RawSetString(p.row.Name, rt.keyArgs(p))
	}
	return t
}

// splitSet takes the value of a masked set and its mask apart, which follow one
// another, in each attribute of a key that is made of such.
func splitSet(row *odp.Row, key []byte) (val, mask []byte) {
	if row.Layout != odp.LayoutNested {
		return key[:len(key)/2], key[len(key)/2:]
	}
	for id, v := range odp.Attrs(key).All() {
		val = odp.AppendAttr(val, id, v[:len(v)/2])
		mask = odp.AppendAttr(mask, id, v[len(v)/2:])
	}
	return val, mask
}

// keyArgs converts a key as a table of its fields, as odp.set takes it.
func (rt *Runtime) keyArgs(p part) lua.LValue {
	if f := p.row.Field(""); f != nil {
		return rt.fieldValue(p, f)
	}
	switch p.row.Layout {
	case odp.LayoutStruct:
		return rt.structArgs(p)
	case odp.LayoutNested:
		w := fieldWalk{rt: rt, masked: p.masked}
		w.part("", p, rt.object(classPart, p))
		t := rt.L.NewTable()
		for _, f := range w.found {
			setPath(t, f.path, f.value)
		}
		return t
	}
	return lua.LString(p.inner())
}

// setPath sets a value in a table, and in the tables in it.
func setPath(t *lua.LTable, path string, v lua.LValue) {
	first, rest, dotted := strings.Cut(path, ".")
	if !dotted {
		if ud, ok := v.(*lua.LUserData); ok {
			if p, ok := ud.Value.(part); ok {
				v = lua.LString(p.inner()) // a list of options
			}
		}
		t.RawSetString(first, v)
		return
	}
	sub, ok := t.RawGetString(first).(*lua.LTable)
	if !ok {
		sub = &lua.LTable{}
		t.RawSetString(first, sub)
	}
	setPath(sub, rest, v)
}

// actionName is the name of the constructor of an action, or of its number.
func actionName(id uint16, row *odp.Row) string {
	if row == nil {
		return fmt.Sprintf("action%d", id)
	}
	return row.Name
}

// actionProps are the properties of a list of one action.
func actionProps() []*Prop {
	one := func(c call) odp.Actions {
		a := self[actionsValue](c).a
		if n := len(a.Split()); n != 1 {
			c.raiseArgument("a list of %d actions has neither name nor args; those of a[1] are of the first", n)
		}
		return a
	}
	return []*Prop{
		{
			Name: "name", Type: "string", Doc: "of a list of one action, its name: that of its function in module odp, but \"action99\" of one not known",
			Get: func(c call) lua.LValue {
				id, row, _, _ := one(c).Row()
				return lua.LString(actionName(id, row))
			},
		},
		{
			Name: "args", Type: "any", Doc: "of a list of one action, what that function takes to make it: odp[a.name](a.args) == a. A value, a table, " +
				"a list of actions, or nil; the bytes of one not known",
			Get: func(c call) lua.LValue {
				_, row, payload, _ := one(c).Row()
				return c.rt.actionArgs(row, payload)
			},
		},
	}
}

// actionListFuncs are the methods of a list of actions.
func actionListFuncs() []*Func {
	return []*Func{
		{
			Name:    "each",
			Doc:     "The actions one by one for a for loop, with their names and what their functions take. See name and args.",
			Returns: []Param{{Name: "next", Type: "fun(): string?, any, odp.Actions?"}},
			Example: "for name, args, action in flow.actions:each() do\n  if name == \"ct\" then print(args.zone, action) end\nend",
			Go: func(c call) int {
				rest := self[actionsValue](c).a.Split()
				return c.push(c.iterator(func(c call) int {
					if len(rest) == 0 {
						return c.push(lua.LNil)
					}
					a := rest[0]
					rest = rest[1:]
					id, row, payload, _ := a.Row()
					c.L.Push(lua.LString(actionName(id, row)))
					c.L.Push(c.rt.actionArgs(row, payload))
					c.L.Push(c.rt.newActions(a))
					return 3
				}))
			},
		},
		textFunc("actions", "print(flow.actions:text{ dp = dp })", func(c call, o *odp.TextOptions) []byte { return self[actionsValue](c).a.AppendText(nil, o) }),
	}
}

// actionAt reads a[i].
func actionAt(c call, name string) (lua.LValue, bool) {
	i, err := strconv.Atoi(name)
	if err != nil {
		return nil, false
	}
	list := self[actionsValue](c).a.Split()
	if i < 1 || i > len(list) {
		return lua.LNil, true
	}
	return c.rt.newActions(list[i-1]), true
}
