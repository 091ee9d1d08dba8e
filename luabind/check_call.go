package luabind

import (
	"fmt"
	"strings"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"
)

// checkCall reports what is wrong with a call of a function that is known.
func (s *script) checkCall(call *ast.FuncCallExpr) {
	if s.builtin(call) == "require" {
		s.checkRequire(call)
		return
	}
	if !s.checkCallee(call) {
		return
	}
	t := s.callee(call).withoutNil()
	name := "the function"
	if t.kind == rowFuncType {
		name = rowTitle(t.row)
		s.checkCount(call, t.row)
		if s.checkPure(call, t.row) {
			return
		}
	}
	params, args := s.parameters(call)
	for i, arg := range args {
		if p := paramAt(params, i); p != nil {
			title := fmt.Sprintf("argument #%d (%s) of %s", i+1, p.Name, name)
			s.checkValue(arg, s.c.api.read(p.optionalType()), title)
		}
	}
}

// rowTitle names a function as messages do.
func rowTitle(f *Func) string { return call{row: f}.title() }

// checkCallee reports a method that what it is called on does not have, and what
// is no function. It reports whether the call may go through.
func (s *script) checkCallee(call *ast.FuncCallExpr) bool {
	on, name, line := call.Receiver, call.Method, call.Line()
	if on == nil {
		e, ok := call.Func.(*ast.AttrGetExpr)
		if !ok {
			return true
		}
		key, ok := e.Key.(*ast.StringExpr)
		if !ok {
			return true
		}
		on, name, line = e.Object, key.Value, e.Key.Line()
	}
	t := s.typeOf(on)
	found, missing := s.member(t, name)
	switch {
	case missing && call.Receiver == nil && raisesOnMissing(t):
		return false // checkMember says so
	case missing:
		word := ""
		if call.Receiver != nil && s.class(t.withoutNil()) != nil {
			word = "method "
		}
		if t.kind == literalType || t == typeString {
			t = typeString
		}
		s.report(codeField, line, name, "%s has no %s'%s'%s", s.describeTable(t, on), word, name, didYouMean(name, s.memberNames(t)))
		return false
	case isPlain(found):
		s.report(codeField, line, name, "'%s' of %s is a %s, which cannot be called", name, describeType(t.withoutNil()), plainName(found))
		return false
	}
	return true
}

// describeTable names a value in a message; a table of the script by its variable.
func (s *script) describeTable(t *luaType, e ast.Expr) string {
	if id, ok := e.(*ast.IdentExpr); ok && t.withoutNil().kind == fieldsType {
		return "table " + id.Value
	}
	if t.kind == libraryType {
		return "library " + t.name
	}
	return describeType(t)
}

// isPlain reports whether values of a type can certainly not be called.
func isPlain(t *luaType) bool {
	for _, p := range t.withoutNil().alternatives() {
		switch {
		case p == typeString, p == typeNumber, p == typeBoolean, p.kind == literalType:
		default:
			return false
		}
	}
	return true
}

func plainName(t *luaType) string {
	switch p := t.withoutNil().alternatives()[0]; {
	case p == typeNumber, p == typeBoolean:
		return p.name
	case p.name == "true", p.name == "false":
		return "boolean"
	}
	return "string"
}

// checkCount reports arguments that are missing or too many, and a method called
// with a dot or a function called with a colon.
func (s *script) checkCount(call *ast.FuncCallExpr, row *Func) {
	title := rowTitle(row)
	line, word := call.Line(), call.Method
	if e, ok := call.Func.(*ast.AttrGetExpr); ok {
		if key, ok := e.Key.(*ast.StringExpr); ok {
			line, word = key.Line(), key.Value
		}
	}
	args := call.Args
	switch {
	case call.Receiver != nil && !row.method:
		s.report(codeTooMany, line, word, "%s is called with a dot, not with a colon", title)
		return
	case call.Receiver == nil && row.method:
		if len(args) == 0 || isLiteral(args[0]) {
			s.report(codeTooFew, line, word, "%s is called with a colon, not with a dot", title)
			return
		}
		if !manyValued(args[0]) {
			args = args[1:]
		}
	}
	n := len(row.Params)
	variadic := n > 0 && row.Params[n-1].Name == "..."
	more := len(args) > 0 && manyValued(args[len(args)-1])
	if given := len(args); n > 0 && !variadic && given > n && !(more && given == n+1) {
		s.report(codeTooMany, line, word, "%s takes %d %s, got %d", title, n, plural(n, "argument"), given)
	}
	if more {
		return
	}
	for i := len(args); i < n; i++ {
		if p := row.Params[i]; p.Name != "..." && !p.Optional && !s.c.api.resolve(s.c.api.read(p.Type)).mayBeNil() {
			s.report(codeTooFew, line, word, "%s needs argument #%d (%s)", title, i+1, p.Name)
			return
		}
	}
}

func plural(n int, word string) string {
	if n == 1 {
		return word
	}
	return word + "s"
}

// mayBeNil reports whether nothing at all is a value of the type.
func (t *luaType) mayBeNil() bool {
	for _, p := range t.alternatives() {
		if p.kind == anyType || p == typeNil {
			return true
		}
	}
	return false
}

func isLiteral(e ast.Expr) bool { return literalOf(e) != nil }

// literalOf is the type of what is written out, nil for any other expression.
func literalOf(e ast.Expr) *luaType {
	switch e := e.(type) {
	case *ast.StringExpr:
		return &luaType{kind: literalType, name: "\"" + e.Value + "\""}
	case *ast.NumberExpr:
		return typeNumber
	case *ast.TrueExpr:
		return &luaType{kind: literalType, name: "true"}
	case *ast.FalseExpr:
		return &luaType{kind: literalType, name: "false"}
	case *ast.TableExpr:
		return typeTable
	case *ast.FunctionExpr:
		return &luaType{kind: closureType, closure: e}
	}
	return nil
}

// checkValue reports a value that what takes it does not take. t is the type as it
// is annotated, before aliases are resolved.
func (s *script) checkValue(e ast.Expr, t *luaType, title string) {
	if s.checkConstant(e, t, title) {
		return
	}
	resolved := s.c.api.resolve(t)
	literal := literalOf(e)
	if literal != nil && !s.accepts(resolved, literal) {
		s.report(codeArgument, e.Line(), literalWord(e), "%s: %s expected, got %s", title, s.describeWanted(t, resolved), describeLiteral(e, literal))
		return
	}
	switch e := e.(type) {
	case *ast.TableExpr:
		s.checkTable(e, resolved, title)
	case *ast.FunctionExpr:
		if f := functionIn(resolved); f != nil && len(f.returns) > 0 {
			for _, ret := range s.scope.returns[e] {
				if len(ret.Exprs) > 0 {
					s.checkValue(ret.Exprs[0], f.returns[0], "what the function returns")
				}
			}
		}
	}
}

// literalWord is the token that a literal is found by.
func literalWord(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StringExpr:
		return e.Value
	case *ast.NumberExpr:
		return e.Value
	case *ast.TrueExpr:
		return "true"
	case *ast.FalseExpr:
		return "false"
	}
	return ""
}

func describeLiteral(e ast.Expr, t *luaType) string {
	switch e := e.(type) {
	case *ast.NumberExpr:
		return "number " + e.Value
	case *ast.StringExpr:
		return fmt.Sprintf("string %q", e.Value)
	}
	return describeType(t)
}

// describeWanted names the alternatives of a type, by an alias if it is one.
func (s *script) describeWanted(t, resolved *luaType) string {
	if resolved.kind != unionType {
		return describeType(t)
	}
	var names []string
	for _, p := range t.withoutNil().alternatives() {
		names = append(names, describeType(p))
	}
	return strings.Join(names, ", ")
}

// accepts reports whether a literal may be a value of a type.
func (s *script) accepts(t, literal *luaType) bool {
	for _, p := range t.alternatives() {
		switch {
		case p.kind == anyType:
			return true
		case literal == typeTable:
			if p == typeTable || p.kind == mapType || p.kind == arrayType || s.class(p) != nil && !s.class(p).object {
				return true
			}
		case literal.kind == closureType:
			if p.kind == funcType || p.kind == basicType && p.name == "function" {
				return true
			}
		case literal.name == "true" || literal.name == "false":
			if p == typeBoolean || p.kind == literalType && p.name == literal.name {
				return true
			}
		case literal.kind == literalType:
			if p == typeString || p.kind == literalType && p.name == literal.name {
				return true
			}
		case p == literal:
			return true
		}
	}
	return false
}

// checkTable reports fields that a table does not have where it is given, and
// those that it lacks.
func (s *script) checkTable(e *ast.TableExpr, t *luaType, title string) {
	shapes, all := s.tableTypes(t)
	given := map[string]bool{}
	complete := true // all names are known, and none is wrong
	for _, f := range e.Fields {
		key, ok := f.Key.(*ast.StringExpr)
		if !ok {
			complete = complete && f.Key == nil
			if f.Key == nil {
				s.checkElement(f.Value, t, title)
			}
			continue
		}
		given[key.Value] = true
		p, shape := s.field(t, key.Value)
		switch {
		case shape != nil:
			s.checkValue(f.Value, s.c.api.read(p.optionalType()), fmt.Sprintf("field '%s' of %s", key.Value, shape.name))
		case all && len(shapes) > 0 && !strings.Contains(key.Value, "."):
			complete = false
			s.report(codeField, key.Line(), key.Value, "%s: unknown field '%s'%s", title, key.Value, didYouMean(key.Value, shapeNames(shapes)))
		}
	}
	if !complete || !all || len(shapes) != 1 {
		return
	}
	for _, name := range shapes[0].names {
		p := shapes[0].fields[name]
		if !given[name] && !p.Optional && !s.c.api.resolve(s.c.api.read(p.Type)).mayBeNil() {
			s.report(codeMissingField, e.Line(), "", "%s: field '%s' of %s is missing", title, name, shapes[0].name)
			return
		}
	}
}

// checkElement checks a value without a name in a table, where that is an array.
func (s *script) checkElement(e ast.Expr, t *luaType, title string) {
	var elem *luaType
	for _, p := range t.alternatives() {
		if p.kind == arrayType && elem == nil {
			elem = p.elem
		} else if p.kind == arrayType || p.kind == mapType || p.kind == anyType || p == typeTable {
			return
		}
	}
	if elem != nil {
		s.checkValue(e, elem, "an element of "+title)
	}
}

func shapeNames(shapes []*apiClass) (names []string) {
	for _, c := range shapes {
		names = append(names, c.names...)
	}
	return names
}

// checkRequire reports a module that is nowhere.
func (s *script) checkRequire(call *ast.FuncCallExpr) {
	if len(call.Args) == 0 {
		return
	}
	name, ok := call.Args[0].(*ast.StringExpr)
	if !ok || s.usesPackage() {
		return
	}
	if _, _, found := s.c.module(name.Value); !found {
		known := make([]string, 0, len(s.c.api.modules))
		for m := range s.c.api.modules {
			known = append(known, m)
		}
		s.report(codeModule, name.Line(), name.Value, "module '%s' not found%s", name.Value, nearest(name.Value, known))
	}
}

// usesPackage reports whether a script may change where require looks.
func (s *script) usesPackage() bool {
	g := s.scope.globals["package"]
	return s.loads || g != nil && (g.assigned || len(g.reads) > 0)
}

// constantOf is the value of an expression that has no names in it.
func constantOf(L *lua.LState, e ast.Expr) (v lua.LValue, ok bool) {
	switch e := e.(type) {
	case *ast.StringExpr:
		return lua.LString(e.Value), true
	case *ast.NumberExpr:
		n, err := parseNumber(e.Value)
		return n, err == nil
	case *ast.UnaryMinusOpExpr:
		v, ok := constantOf(L, e.Expr)
		n, isNumber := v.(lua.LNumber)
		return -n, ok && isNumber
	case *ast.TrueExpr:
		return lua.LTrue, true
	case *ast.FalseExpr:
		return lua.LFalse, true
	case *ast.TableExpr:
		t := L.NewTable()
		for _, f := range e.Fields {
			value, ok := constantOf(L, f.Value)
			if !ok {
				return nil, false
			}
			if f.Key == nil {
				t.Append(value)
				continue
			}
			key, ok := constantOf(L, f.Key)
			if !ok {
				return nil, false
			}
			t.RawSet(key, value)
		}
		return t, true
	}
	return nil, false
}
