package luabind

import (
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"

	"github.com/go-odp/odp/odp"
)

// tableNames lists what of a table can be written behind a dot.
func tableNames(t *lua.LTable) (names []string) {
	t.ForEach(func(k, _ lua.LValue) {
		if name, ok := k.(lua.LString); ok && isIdentifier(string(name)) {
			names = append(names, string(name))
		}
	})
	return names
}

// liveType is the type of a value that the console has: that of its row, if there
// is one. It runs nothing of the script's and asks the kernel nothing.
func (rt *Runtime) liveType(a *api, v lua.LValue) *luaType {
	switch v := v.(type) {
	case lua.LBool:
		return typeBoolean
	case lua.LNumber:
		return typeNumber
	case lua.LString:
		return typeString
	case *lua.LUserData:
		name := rt.typeName(v)
		if p, ok := v.Value.(part); ok && odp.KeyByName(p.row.Name) == p.row {
			name = prefixKey + p.row.Name
		}
		if a.classes[name] != nil {
			return &luaType{kind: namedType, name: name}
		}
		return &luaType{kind: liveType, live: v}
	case *lua.LTable:
		if mt, ok := v.Metatable.(*lua.LTable); ok {
			if name, ok := mt.RawGetString("__metatable").(lua.LString); ok && a.classes[string(name)] != nil {
				return &luaType{kind: namedType, name: string(name)}
			}
		}
		if m := rt.moduleIn(a, v); m != nil {
			return &luaType{kind: moduleType, module: m, live: v}
		}
		return &luaType{kind: liveType, live: v}
	case *lua.LFunction:
		if row := rt.functionRow(a, v); row != nil {
			return &luaType{kind: rowFuncType, row: row}
		}
		return &luaType{kind: liveType, live: v}
	}
	return typeAny
}

// moduleIn is the module that a table is of, nil for none.
func (rt *Runtime) moduleIn(a *api, t *lua.LTable) *Module {
	for _, m := range a.modules {
		if rt.loaded(m.Name) == t {
			return m
		}
		// Those of the program are globals before they are required.
		if len(m.Funcs) > 0 && m.Funcs[0].value != nil && t.RawGetString(m.Funcs[0].Name) == m.Funcs[0].value {
			return m
		}
	}
	return nil
}

// functionRow is the row of a function, nil for one without.
func (rt *Runtime) functionRow(a *api, fn *lua.LFunction) *Func {
	for _, m := range a.modules {
		table, _ := rt.loaded(m.Name).(*lua.LTable)
		for _, f := range m.Funcs {
			if f.value == fn || f.value == nil && table != nil && table.RawGetString(f.Name) == fn {
				return f
			}
		}
	}
	if name := rt.luaName(fn); name != "" {
		for _, f := range libraryFuncs() {
			if strings.TrimPrefix(f.owner+"."+f.Name, "_G.") == name {
				return f
			}
		}
	}
	return nil
}

// maxClassDepth is how many classes written in Lua are followed upwards.
const maxClassDepth = 20

// liveTables are a table and those in which Lua looks for what it does not have, as
// far as these are tables.
func liveTables(v lua.LValue) (tables []*lua.LTable) {
	for len(tables) < maxClassDepth {
		t, ok := v.(*lua.LTable)
		if !ok {
			break
		}
		tables = append(tables, t)
		mt, ok := t.Metatable.(*lua.LTable)
		if !ok {
			break
		}
		v = mt.RawGetString("__index")
	}
	return tables
}

// liveMember is what a value has under a name, as far as that is there.
func liveMember(v lua.LValue, name string) lua.LValue {
	for _, t := range liveTables(v) {
		if found := t.RawGetString(name); found != lua.LNil {
			return found
		}
	}
	return lua.LNil
}

// liveElement is the type of what a table has under a key that is no name, or of the
// first thing in it for one that is not known.
func (rt *Runtime) liveElement(a *api, v lua.LValue, key ast.Expr) *luaType {
	t, ok := v.(*lua.LTable)
	if !ok {
		return typeAny
	}
	if n, ok := key.(*ast.NumberExpr); ok {
		if n, err := parseNumber(n.Value); err == nil {
			return rt.liveType(a, t.RawGet(n))
		}
	}
	_, first := t.Next(lua.LNil)
	return rt.liveType(a, first)
}

// liveNames lists what may follow a value and a dot or a colon.
func (rt *Runtime) liveNames(v lua.LValue, method bool) (names []string) {
	if ud, ok := v.(*lua.LUserData); ok {
		p, isPart := ud.Value.(part)
		if isPart && !method {
			return p.row.Members()
		}
		if class := rt.reg.class(rt.typeName(v)); class != nil {
			for _, m := range class.Methods {
				names = append(names, m.Name)
			}
		}
		return names
	}
	for _, t := range liveTables(v) {
		for _, name := range tableNames(t) {
			if !method || t.RawGetString(name).Type() == lua.LTFunction {
				names = append(names, name)
			}
		}
	}
	return names
}

// liveGlobal is the type of a name that is no local of the lines being typed.
func (s *script) liveGlobal(name string) *luaType {
	var parts []*luaType
	if g := s.scope.globals[name]; g != nil {
		for _, src := range g.sources {
			parts = append(parts, s.result(src.expr, src.result))
		}
	}
	parts = slices.DeleteFunc(parts, func(t *luaType) bool { return t.kind == anyType })
	if len(parts) == 0 {
		return s.c.rt.liveType(s.c.api, s.c.rt.consoleValue(name))
	}
	return unionOf(parts...)
}

// namedAs is the type that a parameter has by its name alone: that which examples call
// so. It is good enough to offer something.
func (s *script) namedAs(name string) *luaType {
	if class := s.c.api.variables[name]; class != "" {
		return &luaType{kind: namedType, name: class}
	}
	return typeAny
}

// liveModule is the type of a module that the lines being typed require.
func (s *script) liveModule(name string) *luaType {
	if m := s.c.api.modules[name]; m != nil {
		return &luaType{kind: moduleType, module: m, live: s.c.rt.loaded(name)}
	}
	return s.c.rt.liveType(s.c.api, s.c.rt.loaded(name))
}
