package luabind

import (
	lua "github.com/yuin/gopher-lua"
)

// record makes a plain table of the named shape: pairs and printing work as on
// any table, but reading a name that the shape does not have raises. It joins
// with text by .. as the objects of classes do.
func (rt *Runtime) record(shapeName string, values map[string]lua.LValue) *lua.LTable {
	shape := rt.reg.shape(shapeName)
	t := rt.L.CreateTable(0, len(values))
	for _, p := range shape.Fields {
		if v, ok := values[p.Name]; ok && v != nil {
			t.RawSetString(p.Name, v)
		}
	}
	t.Metatable = rt.shapeMetatable(shape)
	return t
}

// shapeMetatable returns the metatable of the records of a shape.
func (rt *Runtime) shapeMetatable(shape *Shape) *lua.LTable {
	if shape.metatable == nil {
		shape.metatable = rt.recordMetatable(shape)
	}
	return shape.metatable
}

func (rt *Runtime) recordMetatable(shape *Shape) *lua.LTable {
	var names []string
	known := map[string]bool{}
	for _, p := range shape.Fields {
		names = append(names, p.Name)
		known[p.Name] = true
	}
	index := &Func{Name: "__index", owner: shape.Name, Go: func(c call) int {
		name := lua.LVAsString(c.L.Get(2))
		if !known[name] {
			c.raiseArgument("%s has no field '%s'%s", shape.Name, name, didYouMean(name, names))
		}
		return c.push(lua.LNil) // a field that has no value here
	}}
	text := &Func{Name: "__tostring", owner: shape.Name, Go: func(c call) int {
		t, ok := c.L.Get(1).(*lua.LTable)
		switch {
		case !ok:
			return c.pushString("")
		case shape.text != nil:
			return c.pushString(shape.text(c, t))
		}
		return c.pushString(rt.formatTable(t))
	}}
	mt := rt.L.NewTable()
	mt.RawSetString("__tostring", rt.L.NewFunction(rt.protect(text)))
	join := &Func{Name: "__concat", owner: shape.Name, Go: concat}
	mt.RawSetString("__concat", rt.L.NewFunction(rt.protect(join)))
	mt.RawSetString("__index", rt.L.NewFunction(rt.protect(index)))
	mt.RawSetString("__metatable", lua.LString(shape.Name))
	return mt
}
