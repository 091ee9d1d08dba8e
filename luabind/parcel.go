package luabind

import (
	"fmt"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

// A parcel is the copy of a Lua value that belongs to no Lua state, so that any
// number of them can make a value of it anew. It is immutable. Its types are
//
//	lua.LBool, lua.LNumber, lua.LString    as they are; nil for nil
//	[scriptValue]
//	*tableParcel, objectParcel, boundParcel, nullParcel
//	*channel, *sharedTable                 the thing itself
type parcel any

// tableParcel is a table by its pairs, in their order.
type tableParcel struct {
	array bool   // marked as an array for module json
	shape string // of a record, see [Runtime.record]
	pairs []pairParcel
	size  int // of the part that counts from 1
}

type pairParcel struct{ key, value parcel }

// objectParcel is an object that is the same in every state and never changes.
type objectParcel struct {
	class string
	value any
}

// boundParcel is an object that makes requests by the connection of its state.
type boundParcel struct {
	conn *odp.Conn
	make func(rt *Runtime, conn *odp.Conn) lua.LValue
}

// nullParcel is json.null.
type nullParcel struct{}

// sealer copies a value out of its Lua state.
type sealer struct {
	rt   *Runtime
	path []string                     // to the value that is looked at now
	seen map[*lua.LTable]*tableParcel // nil for those that the path leads through
}

// seal copies v. An error tells what in it cannot be copied, by the path from
// root.
func (rt *Runtime) seal(v lua.LValue, root string) (parcel, error) {
	s := sealer{rt: rt, path: []string{root}}
	return s.seal(v)
}

// sealed is seal for what was given as argument n, root in messages.
func (c call) sealed(n int, v lua.LValue, root string) parcel {
	p, err := c.rt.seal(v, root)
	if err != nil {
		c.bad(n, "%v", err)
	}
	return p
}

func (s *sealer) refuse(what string) error {
	return fmt.Errorf("%s is %s", strings.Join(s.path, ""), what)
}

func (s *sealer) seal(v lua.LValue) (parcel, error) {
	switch v := v.(type) {
	case *lua.LNilType:
		return nil, nil
	case lua.LBool, lua.LNumber, lua.LString:
		return v, nil
	case *lua.LTable:
		return s.table(v)
	case *lua.LFunction:
		return nil, s.refuse("a function, which belongs to one Lua state; only values are copied to another")
	case *lua.LState:
		return nil, s.refuse("a coroutine, which belongs to one Lua state")
	case *lua.LUserData:
		return s.object(v)
	}
	return nil, s.refuse("a " + s.rt.typeName(v) + ", which belongs to one Lua state")
}

func (s *sealer) object(ud *lua.LUserData) (parcel, error) {
	class := s.rt.typeName(ud)
	switch v := ud.Value.(type) {
	case scriptValue:
		return v, nil
	case *channel:
		return v, nil
	case *sharedTable:
		return v, nil
	case matchValue, keyValue, part, actionsValue, featureValue, *errorValue:
		return objectParcel{class, v}, nil
	case *odp.Datapath:
		return boundParcel{v.Conn(), func(rt *Runtime, conn *odp.Conn) lua.LValue { return rt.newDatapath(v.Via(conn)) }}, nil
	case *odp.Vport:
		return boundParcel{v.Datapath().Conn(), func(rt *Runtime, conn *odp.Conn) lua.LValue { return rt.newVport(v.Via(conn)) }}, nil
	case *flowValue:
		return boundParcel{v.d.Conn(), func(rt *Runtime, conn *odp.Conn) lua.LValue { return rt.newFlow(v.d.Via(conn), v.flow) }}, nil
	case *meterValue:
		return boundParcel{v.d.Conn(), func(rt *Runtime, conn *odp.Conn) lua.LValue { return rt.newMeter(v.d.Via(conn), v.id, v.spec) }}, nil
	case *packetValue:
		return nil, s.refuse("an odp.Packet, which the state that received it answers; its key and data can be copied")
	}
	if ud == s.rt.json.null {
		return nullParcel{}, nil
	}
	return nil, s.refuse(article(class) + " " + class + ", which belongs to one Lua state")
}

func article(word string) string {
	if strings.ContainsRune("aeiouAEIOU", rune(word[0])) {
		return "an"
	}
	return "a"
}

func (s *sealer) table(t *lua.LTable) (parcel, error) {
	if p, ok := s.seen[t]; ok {
		if p == nil {
			return nil, s.refuse("a table that contains itself")
		}
		return p, nil
	}
	p := &tableParcel{}
	if mt, ok := t.Metatable.(*lua.LTable); ok && !s.rt.isArray(t) {
		name, _ := mt.RawGetString("__metatable").(lua.LString)
		if shape := s.rt.reg.shape(string(name)); shape == nil || shape.metatable != mt {
			return nil, s.refuse("a table with a metatable, which belongs to one Lua state")
		}
		p.shape = string(name)
	}
	p.array = s.rt.isArray(t)
	if s.seen == nil {
		s.seen = map[*lua.LTable]*tableParcel{}
	}
	s.seen[t] = nil
	n := t.Len()
	for k, v := t.Next(lua.LNil); k != lua.LNil; k, v = t.Next(k) {
		s.path = append(s.path, memberPath(s.rt, k))
		key, err := s.key(k)
		if err != nil {
			return nil, err
		}
		value, err := s.seal(v)
		if err != nil {
			return nil, err
		}
		s.path = s.path[:len(s.path)-1]
		p.pairs = append(p.pairs, pairParcel{key, value})
	}
	p.size = min(n, len(p.pairs))
	s.seen[t] = p
	return p, nil
}

// key copies what is to be a key of a table. Other objects than values would be
// new ones in the copy, by which nobody could find anything.
func (s *sealer) key(k lua.LValue) (parcel, error) {
	switch k.(type) {
	case lua.LBool, lua.LNumber, lua.LString:
		return k, nil
	}
	if v := valueIn(k); v != nil {
		return v, nil
	}
	s.path = s.path[:len(s.path)-1]
	return nil, s.refuse("a table with " + article(s.rt.typeName(k)) + " " + s.rt.typeName(k) + " as a key; in a copy, keys are text, numbers, booleans and values such as odp.mac")
}

// memberPath is how a script writes the member k of a table.
func memberPath(rt *Runtime, k lua.LValue) string {
	if name, ok := k.(lua.LString); ok {
		if isName(string(name)) {
			return "." + string(name)
		}
		return fmt.Sprintf("[%q]", string(name))
	}
	if n, ok := k.(lua.LNumber); ok {
		return "[" + numberText(n) + "]"
	}
	return "[" + rt.format(k) + "]"
}

// isName tells whether text can follow a dot.
func isName(text string) bool {
	for i, r := range text {
		if r != '_' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return text != ""
}

// unseal makes a Lua value of a parcel. It fails where a datapath's connection was
// closed meanwhile. Only the owner of the Lua state calls it.
func (rt *Runtime) unseal(p parcel) (lua.LValue, error) {
	var u unsealer
	u.rt = rt
	return u.unseal(p)
}

// unsealed is unseal, but raises.
func (c call) unsealed(p parcel) lua.LValue {
	v, err := c.rt.unseal(p)
	c.raise(err)
	return v
}

type unsealer struct {
	rt   *Runtime
	made map[*tableParcel]*lua.LTable
}

func (u *unsealer) unseal(p parcel) (lua.LValue, error) {
	switch p := p.(type) {
	case nil:
		return lua.LNil, nil
	case *tableParcel:
		return u.table(p)
	case scriptValue:
		return u.rt.newValue(p), nil
	case objectParcel:
		return u.rt.object(p.class, p.value), nil
	case boundParcel:
		conn, err := u.rt.connLike(p.conn)
		if err != nil {
			return nil, err
		}
		return p.make(u.rt, conn), nil
	case nullParcel:
		return u.rt.json.null, nil
	case *channel:
		return u.rt.object(classChannel, p), nil
	case *sharedTable:
		return u.rt.object(classShared, p), nil
	case lua.LValue:
		return p, nil
	}
	panic(fmt.Sprintf("a parcel of type %T", p))
}

func (u *unsealer) table(p *tableParcel) (lua.LValue, error) {
	if t := u.made[p]; t != nil {
		return t, nil
	}
	t := u.rt.L.CreateTable(p.size, len(p.pairs)-p.size)
	if u.made == nil {
		u.made = map[*tableParcel]*lua.LTable{}
	}
	u.made[p] = t
	for _, pair := range p.pairs {
		k, err := u.unseal(pair.key)
		if err != nil {
			return nil, err
		}
		v, err := u.unseal(pair.value)
		if err != nil {
			return nil, err
		}
		t.RawSet(k, v)
	}
	if p.array {
		u.rt.markArray(t)
	}
	if p.shape != "" {
		t.Metatable = u.rt.shapeMetatable(u.rt.reg.shape(p.shape))
	}
	return t, nil
}
