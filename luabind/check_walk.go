package luabind

import (
	"slices"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"

	"github.com/go-odp/odp/odp"
)

// expect finds out which functions of the script the API calls, and with what.
func (s *script) expect() {
	uses := map[*variable]map[*luaType]int{} // how often a function is given, by what takes it
	s.eachCall(func(call *ast.FuncCallExpr) {
		s.eachArgument(call, func(e ast.Expr, t *luaType) {
			s.expectIn(e, t, uses)
		})
	})
	// A function with a name counts if it is used for nothing else.
	for v, types := range uses {
		fn, ok := v.sources[0].expr.(*ast.FunctionExpr)
		for typ, n := range types {
			if ok && len(v.sources) == 1 && n == v.reads && s.expects[fn] == nil {
				s.expects[fn] = typ
			}
		}
	}
	// What was inferred before is not what it is now.
	clear(s.types)
}

func (s *script) expectIn(e ast.Expr, t *luaType, uses map[*variable]map[*luaType]int) {
	switch e := e.(type) {
	case *ast.FunctionExpr:
		if f := functionIn(t); f != nil {
			s.expects[e] = f
		}
	case *ast.IdentExpr:
		f, v := functionIn(t), s.scope.variables[e]
		if f == nil || v == nil || len(v.sources) == 0 {
			return
		}
		if uses[v] == nil {
			uses[v] = map[*luaType]int{}
		}
		uses[v][f]++
	case *ast.TableExpr:
		for _, f := range e.Fields {
			if key, ok := f.Key.(*ast.StringExpr); ok {
				if p, c := s.field(t, key.Value); c != nil {
					s.expectIn(f.Value, s.c.api.resolve(s.c.api.read(p.Type)), uses)
				}
			}
		}
	}
}

// functionIn returns the function that a type is or may be, nil if there is none
// or more than one.
func functionIn(t *luaType) (f *luaType) {
	for _, p := range t.alternatives() {
		if p.kind == funcType {
			if f != nil {
				return nil
			}
			f = p
		}
	}
	return f
}

// tableTypes lists the shapes that a table given for a type may have. all is false
// where it may also be another table.
func (s *script) tableTypes(t *luaType) (shapes []*apiClass, all bool) {
	all = true
	for _, p := range t.alternatives() {
		switch {
		case p.kind == anyType, p.kind == mapType, p.kind == arrayType, p == typeTable, p.kind == basicType && p.name == "userdata":
			all = false
		case s.class(p) != nil && !s.class(p).object:
			shapes = append(shapes, s.class(p))
			all = all && !s.class(p).open
		}
	}
	return shapes, all
}

// field returns the field that a table given for a type has under a name, and the
// shape that says so.
func (s *script) field(t *luaType, name string) (Param, *apiClass) {
	shapes, _ := s.tableTypes(t)
	for _, c := range shapes {
		if p, ok := c.fields[name]; ok {
			return p, c
		}
	}
	return Param{}, nil
}

// eachCall calls fn for each call in the script, outer ones first.
func (s *script) eachCall(fn func(*ast.FuncCallExpr)) {
	inspectTree(s.chunk, func(node any) bool {
		if call, ok := node.(*ast.FuncCallExpr); ok {
			fn(call)
		}
		return true
	}, nil)
}

// eachArgument calls fn for each argument of a call of which it is known what it
// may be.
func (s *script) eachArgument(call *ast.FuncCallExpr, fn func(e ast.Expr, t *luaType)) {
	params, args := s.parameters(call)
	for i, arg := range args {
		if p := paramAt(params, i); p != nil {
			fn(arg, s.c.api.resolve(s.c.api.read(p.optionalType())))
		}
	}
}

// paramAt is the parameter that takes an argument, nil for none.
func paramAt(params []Param, i int) *Param {
	n := len(params)
	switch {
	case i < n && params[i].Name != "...":
		return &params[i]
	case n > 0 && params[n-1].Name == "...":
		return &params[n-1]
	}
	return nil
}

// parameters returns what a call's function takes, and the arguments for these:
// without the object of a method. Without parameters, nothing is known.
func (s *script) parameters(call *ast.FuncCallExpr) ([]Param, []ast.Expr) {
	t := s.callee(call).withoutNil()
	switch {
	case t.kind == rowFuncType && t.row.method == (call.Receiver != nil):
		return t.row.Params, call.Args
	case t.kind == rowFuncType && t.row.method && len(call.Args) > 0:
		return t.row.Params, call.Args[1:]
	case t.kind == moduleType && t.module.Call != nil && call.Receiver == nil:
		return t.module.Call.Params, call.Args
	}
	return nil, nil
}

// check looks at everything in the script and reports what is wrong.
func (s *script) check() {
	s.loads = s.changesGlobals()
	failing := s.failing()
	var reads []*ast.IdentExpr // of globals
	inspectTree(s.chunk, func(node any) bool {
		switch node := node.(type) {
		case *ast.FunctionExpr:
			if failing[node] {
				s.silent++
			}
		case *ast.IdentExpr:
			if s.silent == 0 && s.scope.variables[node] == nil {
				reads = append(reads, node)
			}
		case *ast.FuncCallExpr:
			s.checkCall(node)
		case *ast.AttrGetExpr:
			s.checkMember(node)
		case *ast.AssignStmt:
			for _, target := range node.Lhs {
				s.checkTarget(target)
			}
		}
		return true
	}, func(node any) {
		if fn, ok := node.(*ast.FunctionExpr); ok && failing[fn] {
			s.silent--
		}
	})
	s.checkGlobals(reads)
}

// failing finds the functions that are there to fail: those that pcall and the like
// are given.
func (s *script) failing() map[*ast.FunctionExpr]bool {
	found := map[*ast.FunctionExpr]bool{}
	s.eachCall(func(call *ast.FuncCallExpr) {
		if !s.mayFail(call) {
			return
		}
		for _, arg := range call.Args {
			if id, ok := arg.(*ast.IdentExpr); ok && s.scope.variables[id] != nil {
				for _, g := range s.scope.variables[id].sources {
					arg = g.expr
				}
			}
			if fn, ok := arg.(*ast.FunctionExpr); ok {
				found[fn] = true
			}
		}
	})
	return found
}

// mayFail reports whether a call is there to see another fail: of pcall, of xpcall,
// or of an assertion that something raises.
func (s *script) mayFail(call *ast.FuncCallExpr) bool {
	name := s.builtin(call)
	if e, ok := call.Func.(*ast.AttrGetExpr); ok {
		if key, ok := e.Key.(*ast.StringExpr); ok {
			name = key.Value
		}
	}
	return name == "pcall" || name == "xpcall" || name == "raises"
}

// checkMember reports a name that what it is read of does not have. A table of the
// script, or of Lua's library, gives nil then, which is no mistake by itself.
func (s *script) checkMember(e *ast.AttrGetExpr) {
	key, ok := e.Key.(*ast.StringExpr)
	if !ok {
		return
	}
	t := s.typeOf(e.Object)
	if _, missing := s.member(t, key.Value); missing && raisesOnMissing(t) {
		s.report(codeField, e.Key.Line(), key.Value, "%s has no %s'%s'%s", describeType(t), s.memberWord(t), key.Value,
			didYouMean(key.Value, s.memberNames(t)))
	}
}

// raisesOnMissing reports whether reading a name that a value lacks is an error.
func raisesOnMissing(t *luaType) bool {
	for _, p := range t.withoutNil().alternatives() {
		if p.kind != moduleType && p.kind != namedType {
			return false
		}
	}
	return true
}

// memberWord says what kind of name is missing.
func (s *script) memberWord(t *luaType) string {
	if t = t.withoutNil(); t.kind != namedType {
		return ""
	}
	if s.class(t).object {
		return "field or method "
	}
	return "field "
}

func (s *script) memberNames(t *luaType) (names []string) {
	for _, p := range t.alternatives() {
		if p == typeString || p.kind == literalType {
			p = stringLibrary
		}
		switch p.kind {
		case moduleType:
			for _, f := range p.module.Funcs {
				names = append(names, f.Name)
			}
			for _, v := range p.module.Values {
				names = append(names, v.Name)
			}
		case namedType:
			names = append(names, s.c.api.classes[p.name].names...)
		case fieldsType:
			for name := range p.table.fields {
				names = append(names, name)
			}
		case libraryType:
			if library, ok := s.c.global(p.name).(*lua.LTable); ok {
				library.ForEach(func(k, _ lua.LValue) { names = append(names, lua.LVAsString(k)) })
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// checkTarget reports an assignment to a field of an object.
func (s *script) checkTarget(target ast.Expr) {
	e, ok := target.(*ast.AttrGetExpr)
	if !ok {
		return
	}
	key, ok := e.Key.(*ast.StringExpr)
	c := s.class(s.typeOf(e.Object).withoutNil())
	if !ok || c == nil || !c.object || c.open {
		return
	}
	if _, missing := s.member(s.typeOf(e.Object), key.Value); !missing {
		s.report(codeReadOnly, e.Key.Line(), key.Value, "%s.%s is read-only", c.name, key.Value)
	}
}

// globalsChangers are functions after whose use anything may be a global.
var globalsChangers = []string{"setfenv", "module", "load", "loadstring", "loadfile", "dofile", "rawset"}

// changesGlobals reports whether a script may make globals in ways that are not
// seen: by code that it makes, or as fields of _G with names that it makes.
func (s *script) changesGlobals() bool {
	for _, name := range globalsChangers {
		if g := s.scope.globals[name]; g != nil && len(g.reads) > 0 {
			return true
		}
	}
	changes := false
	inspectTree(s.chunk, func(node any) bool {
		if assign, ok := node.(*ast.AssignStmt); ok {
			for _, target := range assign.Lhs {
				e, ok := target.(*ast.AttrGetExpr)
				if !ok {
					continue
				}
				id, named := e.Object.(*ast.IdentExpr)
				_, constant := e.Key.(*ast.StringExpr)
				changes = changes || named && id.Value == "_G" && !constant
			}
		}
		if call, ok := node.(*ast.FuncCallExpr); ok && s.builtin(call) == "setmetatable" && len(call.Args) > 0 {
			id, named := call.Args[0].(*ast.IdentExpr)
			changes = changes || named && id.Value == "_G"
		}
		return true
	}, nil)
	return changes
}

// checkGlobals reports globals that are read but are nowhere given a value: neither
// in this script, nor in the modules that it requires or that require it.
func (s *script) checkGlobals(reads []*ast.IdentExpr) {
	if s.loads {
		return
	}
	for _, id := range reads {
		name := id.Value
		if g := s.scope.global(name); g.assigned || g.tested || s.c.global(name) != lua.LNil || s.c.assigns(name) {
			continue
		}
		s.report(codeGlobal, id.Line(), name, "undefined global '%s'%s", name, nearest(name, s.globalNames()))
	}
}

// assigns reports whether a script that was looked at may give a global a value.
func (c *checker) assigns(name string) bool {
	for _, s := range c.scripts {
		if g := s.scope.globals[name]; s.chunk == nil || s.loads || g != nil && g.assigned {
			return true
		}
	}
	return false
}

// assignsField reports whether a script that was looked at gives a field of that
// name a value, of whatever table.
func (c *checker) assignsField(name string) bool {
	for _, s := range c.scripts {
		if s.scope.fields[name] {
			return true
		}
	}
	return false
}

// nearest is didYouMean for where a list of all names would say little.
func nearest(name string, known []string) string {
	if near := odp.NearNames(name, known); len(near) > 0 {
		return didYouMean(name, near)
	}
	return ""
}

// globalNames lists what may have been meant by a global that is not there.
func (s *script) globalNames() (names []string) {
	s.c.rt.L.G.Global.ForEach(func(k, _ lua.LValue) { names = append(names, lua.LVAsString(k)) })
	for name, g := range s.scope.globals {
		if g.assigned {
			names = append(names, name)
		}
	}
	names = append(names, s.scope.names...)
	slices.Sort(names)
	return slices.Compact(names)
}
