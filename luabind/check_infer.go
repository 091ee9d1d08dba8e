package luabind

import (
	"strings"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"
)

// typeKey is one result of an expression.
type typeKey struct {
	expr   ast.Expr
	result int
}

// tableFields is what is known of a table that a script makes.
type tableFields struct {
	fields map[string][]given
	script *script
	open   bool // it may have other fields
}

// typeOf infers the type of an expression's first value. What is not certain is
// any; a value that may also be nil counts as one that is not.
func (s *script) typeOf(e ast.Expr) *luaType { return s.result(e, 0) }

// result infers the type of one of an expression's values.
func (s *script) result(e ast.Expr, n int) *luaType {
	key := typeKey{e, n}
	if t := s.types[key]; t != nil {
		return t
	}
	s.types[key] = typeAny // for what depends on itself
	t := s.infer(e, n)
	s.types[key] = t
	return t
}

func (s *script) infer(e ast.Expr, n int) *luaType {
	if n > 0 {
		if call, ok := e.(*ast.FuncCallExpr); ok {
			return s.callResult(call, n)
		}
		return typeAny
	}
	switch e := e.(type) {
	case *ast.StringExpr:
		return &luaType{kind: literalType, name: "\"" + e.Value + "\""}
	case *ast.NumberExpr, *ast.UnaryLenOpExpr:
		return typeNumber
	case *ast.TrueExpr, *ast.FalseExpr, *ast.UnaryNotOpExpr, *ast.RelationalOpExpr:
		return typeBoolean
	case *ast.NilExpr:
		return typeNil
	case *ast.FunctionExpr:
		return &luaType{kind: closureType, closure: e, script: s}
	case *ast.TableExpr:
		return s.literalTable(e, nil)
	case *ast.IdentExpr:
		if v := s.scope.variables[e]; v != nil {
			return s.variableType(v)
		}
		return s.globalType(e.Value)
	case *ast.AttrGetExpr:
		return s.index(s.typeOf(e.Object), e.Key)
	case *ast.FuncCallExpr:
		return s.callResult(e, 0)
	case *ast.LogicalOpExpr:
		if e.Operator == "or" {
			return unionOf(s.typeOf(e.Lhs).withoutNil(), s.typeOf(e.Rhs))
		}
		return unionOf(typeNil, s.typeOf(e.Rhs))
	case *ast.StringConcatOpExpr:
		if s.isText(e.Lhs) && s.isText(e.Rhs) {
			return typeString
		}
	case *ast.ArithmeticOpExpr:
		if s.typeOf(e.Lhs) == typeNumber && s.typeOf(e.Rhs) == typeNumber {
			return typeNumber
		}
	}
	return typeAny
}

// isText reports whether concatenating the value with text gives text.
func (s *script) isText(e ast.Expr) bool {
	t := s.typeOf(e)
	return t == typeString || t == typeNumber || t.kind == literalType
}

// literalTable is the type of a table that is written out; v is the variable that
// has it, if one has.
func (s *script) literalTable(e *ast.TableExpr, v *variable) *luaType {
	// What else a table without a name gets is not known.
	table := &tableFields{fields: map[string][]given{}, script: s, open: v == nil}
	for _, f := range e.Fields {
		if key, ok := f.Key.(*ast.StringExpr); ok {
			table.fields[key.Value] = append(table.fields[key.Value], given{f.Value, 0})
		} else if f.Key != nil {
			table.open = true
		}
	}
	if v != nil {
		table.open = table.open || v.escapes
		for name, list := range v.fields {
			table.fields[name] = append(table.fields[name], list...)
		}
	}
	return &luaType{kind: fieldsType, table: table}
}

// variableType is the type of everything that a variable is given.
func (s *script) variableType(v *variable) *luaType {
	if t := s.annotatedVariable(v); t != nil {
		return t
	}
	if v.varies {
		return typeAny
	}
	if v.param != nil {
		t := s.paramType(v)
		for _, g := range v.sources { // it is assigned to
			t = unionOf(t, s.result(g.expr, g.result))
		}
		if t.kind == anyType && s.c.live {
			return s.namedAs(v.name)
		}
		return t
	}
	if loop, ok := s.scope.loops[v]; ok {
		if len(v.sources) > 0 {
			return typeAny
		}
		return s.loopType(loop)
	}
	if len(v.sources) == 0 {
		return typeAny
	}
	if table, ok := v.sources[0].expr.(*ast.TableExpr); ok && len(v.sources) == 1 {
		return s.literalTable(table, v)
	}
	parts := make([]*luaType, 0, len(v.sources))
	for _, g := range v.sources {
		parts = append(parts, s.result(g.expr, g.result))
	}
	return unionOf(parts...)
}

// globalType is the type of a global: of a module or of Lua's own library.
func (s *script) globalType(name string) *luaType {
	if s.c.live {
		return s.liveGlobal(name)
	}
	if s.loads || s.scope.global(name).assigned {
		return typeAny
	}
	if m := s.c.api.modules[name]; m != nil && s.c.global(name) != lua.LNil {
		return &luaType{kind: moduleType, module: m}
	}
	if _, ok := s.c.global(name).(*lua.LTable); ok && name != "_G" {
		return &luaType{kind: libraryType, name: name}
	}
	return typeAny
}

// index is the type of what a value has under a key.
func (s *script) index(t *luaType, key ast.Expr) *luaType {
	if name, ok := key.(*ast.StringExpr); ok {
		found, _ := s.member(t, name.Value)
		return found
	}
	var parts []*luaType
	for _, p := range t.withoutNil().alternatives() {
		if p.kind == liveType {
			parts = append(parts, s.c.rt.liveElement(s.c.api, p.live, key))
			continue
		}
		elem := p.elem
		if c := s.class(p); c != nil {
			elem = c.element
		}
		if elem == nil {
			return typeAny
		}
		parts = append(parts, s.c.api.resolve(elem))
	}
	return unionOf(parts...)
}

// class returns the class that a type is, nil if it is none.
func (s *script) class(t *luaType) *apiClass {
	if t.kind != namedType {
		return nil
	}
	return s.c.api.classes[t.name]
}

// member is the type of what a value has under a name. missing is set where it is
// certain that there is no such member.
func (s *script) member(t *luaType, name string) (found *luaType, missing bool) {
	var parts []*luaType
	lacking := 0
	all := t.withoutNil().alternatives()
	for _, p := range all {
		m, gone := s.memberOf(p, name)
		if gone {
			lacking++
			continue
		}
		parts = append(parts, m)
	}
	if lacking == len(all) {
		return typeAny, true
	}
	return unionOf(parts...), false
}

func (s *script) memberOf(t *luaType, name string) (found *luaType, missing bool) {
	read := func(p Param) *luaType { return s.c.api.resolve(s.c.api.read(p.optionalType())) }
	switch t.kind {
	case moduleType:
		for _, f := range t.module.Funcs {
			if f.Name == name {
				return &luaType{kind: rowFuncType, row: f}, false
			}
		}
		for _, v := range t.module.Values {
			if v.Name == name {
				return read(v.Param), false
			}
		}
		return nil, true
	case namedType:
		c := s.c.api.classes[t.name]
		if c == nil {
			return typeAny, false
		}
		if f := c.methods[name]; f != nil {
			return &luaType{kind: rowFuncType, row: f}, false
		}
		if p, ok := c.fields[name]; ok {
			return read(p), false
		}
		return typeAny, !c.open && (c.object || !s.c.assignsField(name))
	case fieldsType:
		list := t.table.fields[name]
		if len(list) == 0 {
			return typeAny, !t.table.open && !s.c.assignsField(name)
		}
		var parts []*luaType
		for _, g := range list {
			parts = append(parts, t.table.script.result(g.expr, g.result))
		}
		return unionOf(parts...), false
	case liveType:
		return s.c.rt.liveType(s.c.api, liveMember(t.live, name)), false
	case libraryType:
		if library, ok := s.c.global(t.name).(*lua.LTable); ok {
			return typeAny, library.RawGetString(name) == lua.LNil
		}
	case literalType, basicType:
		if t == typeString || strings.HasPrefix(t.name, "\"") {
			return s.memberOf(stringLibrary, name)
		}
	}
	return typeAny, false
}

// stringLibrary has the methods of strings.
var stringLibrary = &luaType{kind: libraryType, name: "string"}

// loopType is the type of a variable of a for loop over what expressions give.
func (s *script) loopType(loop loopSource) *luaType {
	if len(loop.exprs) == 0 {
		return typeAny
	}
	if call, ok := loop.exprs[0].(*ast.FuncCallExpr); ok && len(call.Args) == 1 {
		if name := s.builtin(call); name == "ipairs" || name == "pairs" {
			return s.elementType(s.typeOf(call.Args[0]), loop.position)
		}
	}
	t := s.typeOf(loop.exprs[0])
	if c := s.class(t); c != nil && c.call != nil && loop.position == 0 {
		return s.c.api.resolve(c.call).withoutNil()
	}
	if t.kind == funcType && loop.position < len(t.returns) {
		return s.c.api.resolve(t.returns[loop.position]).withoutNil()
	}
	return typeAny
}

// elementType is the type of the index (position 0) or value of what is in a table.
func (s *script) elementType(t *luaType, position int) *luaType {
	t = t.withoutNil()
	if position == 1 && t.kind == liveType {
		return s.c.rt.liveElement(s.c.api, t.live, nil)
	}
	if position == 1 && (t.kind == arrayType || t.kind == mapType) {
		return s.c.api.resolve(t.elem)
	}
	return typeAny
}

// builtin returns the name of the function of Lua's own that a call is of.
func (s *script) builtin(call *ast.FuncCallExpr) string {
	id, ok := call.Func.(*ast.IdentExpr)
	if !ok || s.scope.variables[id] != nil || s.scope.global(id.Value).assigned {
		return ""
	}
	return id.Value
}

// callee is the type of what a call calls.
func (s *script) callee(call *ast.FuncCallExpr) *luaType {
	if call.Receiver != nil {
		t, _ := s.member(s.typeOf(call.Receiver), call.Method)
		return t
	}
	return s.typeOf(call.Func)
}

// callResult is the type of one of a call's results.
func (s *script) callResult(call *ast.FuncCallExpr, n int) *luaType {
	switch s.builtin(call) {
	case "assert":
		if n < len(call.Args) {
			return s.typeOf(call.Args[n]).withoutNil()
		}
		if len(call.Args) == 1 {
			return s.result(call.Args[0], n)
		}
		return typeAny
	case "require":
		if len(call.Args) == 1 && n == 0 {
			return s.required(call.Args[0])
		}
		return typeAny
	case "tostring", "type":
		return typeString
	case "tonumber":
		return typeNumber
	}
	t := s.callee(call).withoutNil()
	switch {
	case t.kind == rowFuncType:
		if n >= len(t.row.Returns) {
			return typeAny
		}
		return s.c.api.resolve(s.c.api.read(t.row.Returns[n].optionalType()))
	case t.kind == funcType:
		if n >= len(t.returns) {
			return typeAny
		}
		return s.c.api.resolve(t.returns[n])
	case t.kind == closureType:
		return t.script.closureResult(t.closure, n)
	case n == 0 && s.class(t) != nil && s.class(t).call != nil:
		return s.c.api.resolve(s.class(t).call)
	}
	return typeAny
}

// closureResult is the type of a result of a script's function: as annotated, or
// what it returns.
func (s *script) closureResult(fn *ast.FunctionExpr, n int) *luaType {
	if b := s.annotation(fn.Line()); n < len(b.returns) {
		return s.c.api.resolve(s.c.api.read(b.returns[n].optionalType()))
	}
	var parts []*luaType
	for _, ret := range s.scope.returns[fn] {
		g, ok := givenOf(ret.Exprs, n)
		if !ok {
			continue // nil
		}
		parts = append(parts, s.result(g.expr, g.result))
	}
	return unionOf(parts...)
}

// required is the type of a module that a script requires.
func (s *script) required(name ast.Expr) *luaType {
	text, ok := name.(*ast.StringExpr)
	if !ok {
		return typeAny
	}
	if s.c.live {
		return s.liveModule(text.Value)
	}
	row, file, _ := s.c.module(text.Value)
	switch {
	case row != nil:
		return &luaType{kind: moduleType, module: row}
	case file != nil && len(file.scope.returns[nil]) == 1:
		return file.closureResultOfChunk()
	}
	return typeAny
}

// closureResultOfChunk is what the script itself returns.
func (s *script) closureResultOfChunk() *luaType {
	ret := s.scope.returns[nil][0]
	if len(ret.Exprs) == 0 {
		return typeAny
	}
	if table, ok := ret.Exprs[0].(*ast.TableExpr); ok {
		return s.literalTable(table, &variable{})
	}
	return s.result(ret.Exprs[0], 0)
}
