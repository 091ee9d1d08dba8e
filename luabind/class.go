package luabind

import (
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

// A Param is one named and typed value: a parameter, a result, a property or a
// field of an argument table. Type is a LuaCATS type expression.
type Param struct {
	Name     string
	Type     string
	Doc      string
	Optional bool
}

// optionalType is the type with ? where the value may be missing.
func (p Param) optionalType() string {
	if p.Optional && !strings.HasSuffix(p.Type, "?") {
		return p.Type + "?"
	}
	return p.Type
}

// A Func is the row of one function or method.
type Func struct {
	Name    string
	Doc     string
	Params  []Param
	Returns []Param
	Example string
	Go      func(c call) int
	// Waits is set where the function may wait while other callbacks run.
	Waits bool
	// Pure is set where the function only makes a value of its one argument, so that
	// Check may try it.
	Pure bool
	// Unsafe is set where the function reaches files or other programs, which
	// Config.Safe refuses, but not with a first argument that SafeWith finds safe.
	Unsafe   bool
	SafeWith func(arg lua.LValue) bool

	owner   string   // class or module, for messages
	action  *odp.Row // what it makes, of a function that makes one action
	method  bool
	subject string // what messages about an argument begin with, in place of its name
	value   *lua.LFunction
}

// A Prop is the row of one read-only property of a class.
type Prop struct {
	Name string
	Type string
	Doc  string
	Get  func(c call) lua.LValue
	// Lazy is set where reading asks the kernel or makes more than a value:
	// the property is left out where the object is written out, as by module
	// json, so that showing one is never slow and never fails.
	Lazy bool
	// Bytes is set on bytes, which are shown in hexadecimal.
	Bytes bool
}

// A Class is the row of one type of object.
type Class struct {
	Name string // as in annotations: odp.Datapath
	// Var is what examples and the reference call one, such as dp; if empty,
	// the last part of the name in lower case.
	Var     string
	Doc     string
	Methods []*Func
	Props   []*Prop
	// AsText is set where the text of an object says more than its properties:
	// it is written out as that.
	AsText bool
	// Columns are the properties that the console shows of one, and of many in a table,
	// Lazy ones too: short ones, and such as stats.hit of those that are tables.
	Columns []string
	// show is how the console shows one in place of that, showLine how it shows one of
	// many in place of its text.
	show     func(s *shower, ud *lua.LUserData) string
	showLine func(s *shower, ud *lua.LUserData) string
	// Ops are the metamethods besides __index; OpDocs are their annotations,
	// as they follow ---@operator.
	Ops    map[string]func(c call) int
	OpDocs []string
	// Shared are metamethods that other classes have as well. Lua compares two
	// objects only if theirs is the same function.
	Shared map[string]*Func
	// Dynamic looks up names that are not rows, such as flow keys.
	// DynamicNames lists them, for messages, annotations and completion.
	Dynamic      func(c call, name string) (value lua.LValue, ok bool)
	DynamicNames func() []Param
	// Element is the type of what an index in brackets gives, for annotations.
	Element string
	// Any is the type of what any other name gives, for annotations.
	Any string

	metatable *lua.LTable
	methods   map[string]*Func
	props     map[string]*Prop
}

// A Shape is the row of a table type that functions accept or return: which
// fields it may have.
type Shape struct {
	Name string
	// Parent is the shape whose fields it has as well, if not empty. Of those that
	// it names again, less is true than of its parent's.
	Parent string
	Doc    string
	Fields []Param

	metatable *lua.LTable                        // of those that are returned
	text      func(c call, t *lua.LTable) string // what tostring gives, in place of the table written out
	// show is how the console shows one, showLine how it shows one of many.
	show, showLine func(s *shower, t *lua.LTable) string
}

// A Module is the row of one module.
type Module struct {
	Name   string
	Doc    string
	Funcs  []*Func
	Values []ModuleValue

	Call *Func // what calling the module itself does, if anything

	Example string // of a module written in Lua, as its annotations have it

	table *lua.LTable // the module itself
}

// A ModuleValue is a constant of a module.
type ModuleValue struct {
	Param
	Value lua.LValue
	// Make makes the value of those that belong to one Lua state.
	Make func(rt *Runtime) lua.LValue
}

// registry holds the rows of the Lua API. It is built once per Runtime, because the
// rows become functions of that Runtime's Lua state.
type registry struct {
	classes []*Class // those made until now
	shapes  []*Shape // none until complete
	modules []*Module
	values  []*valueRow

	classByName map[string]*Class
	shapeByName map[string]*Shape
	shapesOf    map[string][]*Shape // by module, those made until now
}

func newRegistry(classes []*Class, shapes []*Shape, modules []*Module) *registry {
	r := &registry{shapes: shapes, modules: modules, classByName: map[string]*Class{}}
	for _, c := range classes {
		r.addClass(c)
	}
	for _, m := range modules {
		for _, f := range m.Funcs {
			f.owner = m.Name
		}
		if m.Call != nil {
			m.Call.owner = m.Name
		}
	}
	return r
}

func (r *registry) addClass(c *Class) {
	for _, m := range c.Methods {
		m.owner, m.method = c.Name, true
	}
	r.classes = append(r.classes, c)
	r.classByName[c.Name] = c
}

// class returns the class of that name, or nil.
func (r *registry) class(name string) *Class {
	if c := r.classByName[name]; c != nil {
		return c
	}
	for _, m := range classMakers() {
		if m.name == name {
			r.addClass(m.make())
			return r.classByName[name]
		}
	}
	if r.value(name) != nil { // they share functions
		for _, c := range valueClasses(r.values) {
			r.addClass(c)
		}
	}
	return r.classByName[name]
}

// value returns the row of values of a class, or nil.
func (r *registry) value(class string) *valueRow {
	for _, row := range r.values {
		if row.class == class {
			return row
		}
	}
	return nil
}

// shape returns the shape of that name, or nil.
func (r *registry) shape(name string) *Shape {
	for _, m := range shapeMakers() {
		if strings.HasPrefix(name, m.module+".") {
			r.fillShapes(m)
			break
		}
	}
	return r.shapeByName[name]
}

// complete makes what was not asked for until now.
func (r *registry) complete() {
	var all []*Class // in the same order at all times
	for _, row := range r.values {
		all = append(all, r.class(row.class))
	}
	for _, m := range classMakers() {
		all = append(all, r.class(m.name))
	}
	r.classes, r.shapes = all, nil
	for _, m := range shapeMakers() {
		r.fillShapes(m)
		r.shapes = append(r.shapes, r.shapesOf[m.module]...)
	}
}

func (r *registry) fillShapes(m shapeMaker) {
	if r.shapesOf[m.module] != nil {
		return
	}
	if r.shapeByName == nil {
		r.shapeByName, r.shapesOf = map[string]*Shape{}, map[string][]*Shape{}
	}
	r.shapesOf[m.module] = m.make()
	for _, s := range r.shapesOf[m.module] {
		r.shapeByName[s.Name] = s
	}
}

// memberNames lists what may follow a value of the class and a dot or colon.
func (c *Class) memberNames() []string {
	var names []string
	for _, p := range c.Props {
		names = append(names, p.Name)
	}
	for _, m := range c.Methods {
		names = append(names, m.Name)
	}
	if c.DynamicNames != nil {
		for _, p := range c.DynamicNames() {
			names = append(names, p.Name)
		}
	}
	return names
}

// class returns the class of that name with its metatable, which is made for its
// first object: most scripts have objects of few classes.
func (rt *Runtime) class(name string) *Class {
	c := rt.reg.class(name)
	if c.metatable == nil {
		rt.open(c)
	}
	return c
}

// open makes the metatable of a class, and its functions.
func (rt *Runtime) open(c *Class) {
	c.methods, c.props = make(map[string]*Func, len(c.Methods)), make(map[string]*Prop, len(c.Props))
	for _, m := range c.Methods {
		m.value = rt.L.NewFunction(rt.protect(m))
		c.methods[m.Name] = m
	}
	for _, p := range c.Props {
		c.props[p.Name] = p
	}
	mt := rt.L.CreateTable(0, 3+len(c.Ops)+len(c.Shared))
	mt.RawSetString("__index", rt.L.NewFunction(rt.protect(indexRow(c))))
	mt.RawSetString("__newindex", rt.L.NewFunction(rt.protect(newindexRow(c))))
	mt.RawSetString("__metatable", lua.LString(c.Name)) // closed to scripts
	for event, op := range c.Ops {
		row := &Func{Name: event, owner: c.Name, method: true, Go: op}
		mt.RawSetString(event, rt.L.NewFunction(rt.protect(row)))
	}
	for event, row := range c.Shared {
		if row.value == nil {
			row.value = rt.L.NewFunction(rt.protect(row))
		}
		mt.RawSetString(event, row.value)
	}
	c.metatable = mt
}

// object wraps v as a userdata of the named class.
func (rt *Runtime) object(class string, v any) *lua.LUserData {
	ud := new(lua.LUserData)
	rt.setObject(ud, class, v)
	return ud
}

// setObject makes ud what object returns, for one that is part of v.
func (rt *Runtime) setObject(ud *lua.LUserData, class string, v any) {
	*ud = lua.LUserData{Value: v, Env: rt.L.Env, Metatable: rt.class(class).metatable}
}

func indexRow(class *Class) *Func {
	return &Func{Name: "__index", owner: class.Name, method: true, Go: func(c call) int {
		name, ok := c.L.Get(2).(lua.LString)
		if ok {
			if m := class.methods[string(name)]; m != nil {
				c.L.Push(m.value)
				return 1
			}
			if p := class.props[string(name)]; p != nil {
				c.L.Push(p.Get(c))
				return 1
			}
			if class.Dynamic != nil {
				if v, ok := class.Dynamic(c, string(name)); ok {
					c.L.Push(v)
					return 1
				}
			}
		}
		key := lua.LVAsString(c.L.Get(2))
		if _, isNumber := c.L.Get(2).(lua.LNumber); isNumber && class.Dynamic != nil {
			if v, ok := class.Dynamic(c, key); ok { // an element, as in m.mpls[2]
				c.L.Push(v)
				return 1
			}
		}
		c.raiseArgument("%s has no field or method '%s'%s", class.Name, key, didYouMean(key, class.memberNames()))
		return 0
	}}
}

func newindexRow(class *Class) *Func {
	return &Func{Name: "__newindex", owner: class.Name, method: true, Go: func(c call) int {
		key := lua.LVAsString(c.L.Get(2))
		if slices.Contains(class.memberNames(), key) {
			c.raiseArgument("%s.%s is read-only", class.Name, key)
		}
		c.raiseArgument("%s has no field '%s' that can be set", class.Name, key)
		return 0
	}}
}

// openModule makes the table of a module. Reading a name that it does not have
// and adding one raise, so that a typing mistake is found where it is.
func (rt *Runtime) openModule(m *Module) *lua.LTable {
	table := rt.L.CreateTable(0, len(m.Funcs)+len(m.Values))
	names := make([]string, 0, len(m.Funcs)+len(m.Values))
	for _, f := range m.Funcs {
		f.value = rt.L.NewFunction(rt.protect(f))
		table.RawSetString(f.Name, f.value)
		names = append(names, f.Name)
	}
	for _, v := range m.Values {
		value := v.Value
		if v.Make != nil {
			value = v.Make(rt)
		}
		table.RawSetString(v.Name, value)
		names = append(names, v.Name)
	}
	index := &Func{Name: "__index", owner: m.Name, Go: func(c call) int {
		key := lua.LVAsString(c.L.Get(2))
		c.raiseArgument("module %s has no '%s'%s", m.Name, key, didYouMean(key, names))
		return 0
	}}
	newindex := &Func{Name: "__newindex", owner: m.Name, Go: func(c call) int {
		c.raiseArgument("module %s is read-only: cannot set '%s'", m.Name, lua.LVAsString(c.L.Get(2)))
		return 0
	}}
	mt := rt.L.CreateTable(0, 4)
	mt.RawSetString("__index", rt.L.NewFunction(rt.protect(index)))
	mt.RawSetString("__newindex", rt.L.NewFunction(rt.protect(newindex)))
	mt.RawSetString("__metatable", lua.LString(m.Name))
	if m.Call != nil {
		call := rt.protect(m.Call)
		mt.RawSetString("__call", rt.L.NewFunction(func(L *lua.LState) int {
			L.Remove(1) // the module itself
			return call(L)
		}))
	}
	table.Metatable = mt
	m.table = table
	return table
}
