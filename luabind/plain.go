package luabind

import (
	"encoding/hex"
	"math"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

// This file is the one place that tells what an object is made of: module json,
// inspect and log write objects out by it, and odp.fields gives it to scripts.

// plain returns what an object is made of: a table of its fields, an array of
// its elements, or its text where it has neither. Fields may be objects in turn.
// Nothing asks the kernel for that: properties that do are left out (see
// [Prop.Lazy]). With hexBytes, bytes of packets are text in hexadecimal.
//
// It reads properties, which may raise, so it is called where that is allowed.
func (rt *Runtime) plain(L *lua.LState, ud *lua.LUserData, hexBytes bool) lua.LValue {
	class := rt.reg.class(rt.typeName(ud))
	if class == nil || class.AsText || valueIn(ud) != nil {
		return rt.objectText(L, ud)
	}
	t := L.NewTable()
	set := func(name string) lua.LValue {
		v := L.GetField(ud, name)
		t.RawSetString(name, v)
		return v
	}
	switch v := ud.Value.(type) {
	case part:
		if v.isList() {
			return rt.partElements(L, v)
		}
		for _, name := range v.memberNames() {
			value := set(name)
			if data, ok := value.(lua.LString); ok && hexBytes && name == "data" && data != "" && !strings.HasPrefix(string(data), "0x") {
				t.RawSetString(name, lua.LString("0x"+hex.EncodeToString([]byte(data))))
			}
		}
		return t
	case matchValue, keyValue:
		for _, name := range keyNames() {
			set(name)
		}
		return t
	}
	if len(class.Props) == 0 {
		return rt.objectText(L, ud)
	}
	for _, p := range class.Props {
		if p.Lazy {
			continue
		}
		switch v := set(p.Name).(type) {
		case lua.LString:
			if p.Bytes && hexBytes {
				t.RawSetString(p.Name, lua.LString(hex.EncodeToString([]byte(v))))
			}
		case *lua.LTable:
			if strings.HasSuffix(strings.TrimSuffix(p.Type, "?"), "[]") && v.Metatable == lua.LNil {
				rt.markArray(v) // also where it is empty
			}
		}
	}
	return t
}

// objectText is tostring of an object.
func (rt *Runtime) objectText(L *lua.LState, ud *lua.LUserData) lua.LValue {
	if L.GetMetaField(ud, "__tostring") == lua.LNil {
		return lua.LString(rt.typeName(ud))
	}
	return lua.LString(L.ToStringMeta(ud).String())
}

// isList tells whether the part is read by number as well: a label stack or
// options, however many there are. One element of it is none.
func (p part) isList() bool {
	return !p.element && (p.row.Layout == odp.LayoutArray || p.row.Layout == odp.LayoutOptions)
}

// memberNames lists the names that [Runtime.partMember] reads.
func (p part) memberNames() []string {
	switch p.row.Layout {
	case odp.LayoutKeys:
		return keyNames()
	case odp.LayoutOptions:
		return append(p.row.Members(), "data")
	}
	return p.row.Members()
}

func (rt *Runtime) partElements(L *lua.LState, p part) *lua.LTable {
	list, _ := p.row.Elements(p.val)
	t := L.CreateTable(len(list), 0)
	for i := range list {
		t.RawSetInt(i+1, rt.element(p, i+1))
	}
	rt.markArray(t)
	return t
}

// numberText writes a number so that it reads back as the same one. Infinity and
// what is no number are as Lua prints them.
func numberText(n lua.LNumber) string {
	if f := float64(n); f == float64(int64(f)) && f < maxExact && f > -maxExact {
		return strconv.FormatInt(int64(f), 10)
	}
	if f := math.Abs(float64(n)); f >= 1e-6 && f < 1e21 {
		return strconv.FormatFloat(float64(n), 'f', -1, 64) // as a time in seconds
	}
	return strconv.FormatFloat(float64(n), 'g', -1, 64)
}

// arrayLength is how many elements a table has from index 1 on without a gap. The
// interpreter's own length counts gaps as well.
func arrayLength(t *lua.LTable) int {
	n := t.Len()
	for i := 1; i <= n; i++ {
		if t.RawGetInt(i) == lua.LNil {
			return i - 1
		}
	}
	return n
}
