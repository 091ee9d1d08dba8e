package luabind

import (
	"context"
	"slices"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"
)

// maxValues is how many of the values that console lines gave can be had again as
// _1 and so on. Older ones are let go.
const maxValues = 100

// A session is what console lines have in common that scripts do not see: locals,
// and the values that were printed.
type session struct {
	// env stands for the globals in console lines and the functions that they make.
	// It holds the locals; what it does not hold is asked for by get and given by set.
	env    *lua.LTable
	locals map[string]bool // names declared, those with nil as well

	ns *namespace // that lines run in, nil for that of the program

	values []lua.LValue // the last maxValues printed ones
	count  int          // printed so far
	lines  []savedLine
}

// localsName is what console lines call the table of the session's locals. No
// script can have a variable of that name.
const localsName = "(locals)"

func (rt *Runtime) openSession() {
	L := rt.L
	s := &session{env: L.NewTable(), locals: map[string]bool{}}
	locals := L.NewTable()
	meta := L.NewTable()
	meta.RawSetString("__newindex", L.NewFunction(func(L *lua.LState) int {
		name := L.CheckString(2)
		s.locals[name] = true
		s.env.RawSetString(name, L.Get(3))
		return 0
	}))
	L.SetMetatable(locals, meta)
	meta = L.NewTable()
	meta.RawSetString("__index", L.NewFunction(func(L *lua.LState) int {
		name := L.Get(2)
		if name == lua.LString(localsName) {
			L.Push(locals)
		} else {
			L.Push(rt.outside(lua.LVAsString(name)))
		}
		return 1
	}))
	meta.RawSetString("__newindex", L.NewFunction(func(L *lua.LState) int {
		if name := L.CheckString(2); s.locals[name] {
			s.env.RawSetString(name, L.Get(3))
		} else {
			L.SetGlobal(name, L.Get(3))
		}
		return 0
	}))
	L.SetMetatable(s.env, meta)
	rt.session = s
}

// outside is what a name means to console lines that is no local with a value.
func (rt *Runtime) outside(name string) lua.LValue {
	s := rt.session
	if s.locals[name] {
		return lua.LNil
	}
	if v := s.value(name); v != nil {
		return v
	}
	return rt.L.G.Global.RawGetString(name)
}

// consoleValue is what a name means to console lines.
func (rt *Runtime) consoleValue(name string) lua.LValue {
	if rt.session == nil {
		return rt.L.G.Global.RawGetString(name)
	}
	if v := rt.session.env.RawGetString(name); v != lua.LNil {
		return v
	}
	return rt.outside(name)
}

// consoleNames lists the names that mean something to console lines.
func (rt *Runtime) consoleNames() []string {
	var names []string
	add := func(k, _ lua.LValue) { names = append(names, lua.LVAsString(k)) }
	rt.L.G.Global.ForEach(add)
	if rt.session != nil {
		rt.session.env.ForEach(add)
	}
	return names
}

// value is the value that the names _ and _1 and so on stand for, nil for others.
func (s *session) value(name string) lua.LValue {
	digits, ok := strings.CutPrefix(name, "_")
	n := s.count
	if digits != "" {
		var err error
		if n, err = strconv.Atoi(digits); err != nil || digits[0] == '0' {
			return nil
		}
	}
	i := len(s.values) - (s.count - n) - 1
	if !ok || i < 0 || i >= len(s.values) {
		return nil
	}
	return s.values[i]
}

// keep gives the values that a line printed their numbers. Nil gets none.
func (s *session) keep(values []lua.LValue) (first, last int) {
	first = s.count + 1
	for _, v := range values {
		if v != lua.LNil {
			s.count++
			s.values = append(s.values, v)
		}
	}
	s.values = slices.Delete(s.values, 0, max(0, len(s.values)-maxValues))
	return first, s.count
}

// SessionNamespace is the name of the network namespace that console lines run in,
// empty for that of the program.
func (rt *Runtime) SessionNamespace() (name string) {
	_ = rt.do(context.Background(), func() { // a closed runtime has none
		if s := rt.session; s != nil && s.ns != nil && !s.ns.home {
			if name = s.ns.name; name == "" {
				name = strconv.FormatUint(s.ns.inode, 10)
			}
		}
	})
	return name
}

// NamespaceNames lists the network namespaces that have a name.
func (rt *Runtime) NamespaceNames() []string { return namespaceNames() }

// KeptValue is a value that a console line gave and that can be had again.
type KeptValue struct {
	Name string // _1 and so on
	Text string // on one line
}

// Values lists the values that console lines gave, oldest first.
func (rt *Runtime) Values() (list []KeptValue) {
	_ = rt.do(context.Background(), func() { // a closed runtime has none
		if s := rt.session; s != nil {
			for i, v := range s.values {
				text, _, _ := strings.Cut(rt.format(v), "\n")
				list = append(list, KeptValue{"_" + strconv.Itoa(s.count-len(s.values)+i+1), text})
			}
		}
	})
	return list
}

// persistent makes the locals of a console line, where they are not within a block,
// locals of the session: `local x = 1` becomes an assignment to a field of the table
// of them.
func persistent(chunk []ast.Stmt) {
	for i, stmt := range chunk {
		local, ok := stmt.(*ast.LocalAssignStmt)
		if !ok {
			continue
		}
		assign := &ast.AssignStmt{Rhs: local.Exprs}
		for _, name := range local.Names {
			table, key := &ast.IdentExpr{Value: localsName}, &ast.StringExpr{Value: name}
			target := &ast.AttrGetExpr{Object: table, Key: key}
			for _, e := range []ast.Expr{table, key, target} {
				e.SetLine(local.Line())
				e.SetLastLine(local.LastLine())
			}
			assign.Lhs = append(assign.Lhs, target)
		}
		if len(assign.Rhs) == 0 {
			none := &ast.NilExpr{}
			none.SetLine(local.Line())
			none.SetLastLine(local.LastLine())
			assign.Rhs = []ast.Expr{none}
		}
		assign.SetLine(local.Line())
		assign.SetLastLine(local.LastLine())
		chunk[i] = assign
	}
}
