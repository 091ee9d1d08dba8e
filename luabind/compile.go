package luabind

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"
	"github.com/yuin/gopher-lua/parse"
)

// load compiles code for the script or module that messages call name. A first
// line that starts with # is for the shell. The error is a [*ScriptError].
func (rt *Runtime) load(name, code string) (*lua.LFunction, error) {
	if strings.HasPrefix(code, "#") {
		code = "--" + code
	}
	fn, err := rt.compile(name, code)
	if err != nil {
		return nil, rt.scriptError(err)
	}
	return fn, nil
}

// compile is load without the conveniences; its error is that of the parser.
// All Lua code goes through it.
func (rt *Runtime) compile(name, code string) (*lua.LFunction, error) {
	if proto := rt.precompiled(name, code); proto != nil {
		return rt.L.NewFunctionFromProto(proto), nil
	}
	chunk, err := parse.Parse(strings.NewReader(code), name)
	if err != nil {
		return nil, err
	}
	return rt.compileChunk(name, chunk)
}

// compileChunk compiles a syntax tree, which it changes.
func (rt *Runtime) compileChunk(name string, chunk []ast.Stmt) (*lua.LFunction, error) {
	repair(reflect.ValueOf(&chunk).Elem())
	proto, err := lua.Compile(chunk, name)
	var refused *lua.CompileError
	if errors.As(err, &refused) {
		return nil, &ScriptError{Message: fmt.Sprintf("%s:%d: %s", name, refused.Line, refused.Message), Err: err}
	}
	if err != nil {
		return nil, err
	}
	return rt.L.NewFunctionFromProto(proto), nil
}

// syntaxMessage puts a parser's complaint into the form of other errors.
func syntaxMessage(err *parse.Error) string {
	what := strings.TrimSpace(err.Message)
	if err.Pos.Line == parse.EOF {
		return fmt.Sprintf("%s: %s at the end of the script", err.Pos.Source, what)
	}
	return fmt.Sprintf("%s:%d: %s near '%s'", err.Pos.Source, err.Pos.Line, what, err.Token)
}

// repair works around three mistakes of the interpreter's compiler.
//
// Its shortcut for jumps to jumps takes the target of one that it has already
// shortened for a label. It is met where a loop jumps back to a body that begins
// with a jump, as in `for k in pairs(t) do break end`, which then runs whatever
// other code. Such bodies get a statement that does nothing in front.
//
// And it assigns to several variables one after the other, so that `a, b = b, a`
// gives both the value of b. See [assignTogether]. For the third see [evaluatedBefore].
func repair(v reflect.Value) {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if v.IsNil() {
			return
		}
		switch loop := v.Interface().(type) {
		case *ast.GenericForStmt:
			loop.Stmts = padded(loop.Stmts)
		case *ast.WhileStmt:
			loop.Stmts = padded(loop.Stmts)
		case *ast.RepeatStmt:
			loop.Stmts = padded(loop.Stmts)
		}
		repair(v.Elem())
	case reflect.Slice:
		for i := range v.Len() {
			if stmt, ok := v.Index(i).Interface().(*ast.AssignStmt); ok && len(stmt.Lhs) > 1 {
				v.Index(i).Set(reflect.ValueOf(assignTogether(stmt)))
			}
			if loop, ok := v.Index(i).Interface().(*ast.GenericForStmt); ok {
				v.Index(i).Set(reflect.ValueOf(evaluatedBefore(loop)))
			}
			repair(v.Index(i))
		}
	case reflect.Struct:
		for _, i := range partsOf(v.Type()) {
			repair(v.Field(i))
		}
	}
}

// nodeParts has what partsOf has found, by type.
var nodeParts sync.Map

// partsOf returns which fields of a struct may hold nodes of a syntax tree.
func partsOf(t reflect.Type) []int {
	if parts, ok := nodeParts.Load(t); ok {
		return parts.([]int)
	}
	parts := []int{}
	for i := range t.NumField() {
		f := t.Field(i)
		switch f.Type.Kind() {
		case reflect.Interface, reflect.Pointer, reflect.Slice, reflect.Struct:
			if f.IsExported() && f.Type != reflect.TypeFor[[]string]() {
				parts = append(parts, i)
			}
		}
	}
	nodeParts.Store(t, parts)
	return parts
}

// assignTogether makes an assignment to several targets one of all the values to
// new variables, and then of those to the targets: first to fields of tables, as
// what finds these may be among the variables that are targets as well.
func assignTogether(stmt *ast.AssignStmt) ast.Stmt {
	at := func(s ast.Stmt) ast.Stmt {
		s.SetLine(stmt.Line())
		s.SetLastLine(stmt.LastLine())
		return s
	}
	ident := func(i int) *ast.IdentExpr {
		e := &ast.IdentExpr{Value: fmt.Sprintf("(value %d)", i+1)}
		e.SetLine(stmt.Line())
		e.SetLastLine(stmt.LastLine())
		return e
	}
	values := &ast.LocalAssignStmt{Exprs: stmt.Rhs}
	var fields, variables []ast.Stmt
	for i, target := range stmt.Lhs {
		values.Names = append(values.Names, ident(i).Value)
		one := at(&ast.AssignStmt{Lhs: []ast.Expr{target}, Rhs: []ast.Expr{ident(i)}})
		if _, ok := target.(*ast.IdentExpr); ok {
			variables = append(variables, one)
		} else {
			fields = append(fields, one)
		}
	}
	if len(variables) == 0 {
		return stmt // which the interpreter gets right
	}
	return at(&ast.DoBlockStmt{Stmts: slices.Concat([]ast.Stmt{at(values)}, fields, variables)})
}

func padded(body []ast.Stmt) []ast.Stmt {
	if len(body) == 0 || !mayBeginWithJump(body[0]) {
		return body
	}
	nothing := &ast.LocalAssignStmt{Names: []string{"(nothing)"}}
	nothing.SetLine(body[0].Line())
	nothing.SetLastLine(body[0].Line())
	return append([]ast.Stmt{nothing}, body...)
}

func mayBeginWithJump(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.AssignStmt, *ast.LocalAssignStmt, *ast.FuncCallStmt, *ast.FuncDefStmt, *ast.ReturnStmt,
		*ast.NumberForStmt, *ast.GenericForStmt:
		return false
	case *ast.IfStmt:
		return isConstant(s.Condition)
	}
	return true
}

// isConstant tells whether code for a condition may be a jump at once.
func isConstant(e ast.Expr) bool {
	switch e := e.(type) {
	case ast.ConstExpr:
		return true
	case *ast.UnaryNotOpExpr:
		return isConstant(e.Expr)
	case *ast.LogicalOpExpr:
		return isConstant(e.Lhs)
	}
	return false
}

// loadLibrary replaces the functions of Lua's library that compile.
func (rt *Runtime) loadLibrary() {
	L := rt.L
	result := func(L *lua.LState, name, code string) int {
		// What a chunk comes from is said in front of its name, and is no part of it.
		if name != "" && (name[0] == '@' || name[0] == '=') {
			name = name[1:]
		}
		fn, err := rt.load(name, code)
		if err != nil {
			L.Push(lua.LNil)
			L.Push(lua.LString(err.Error()))
			return 2
		}
		L.Push(fn)
		return 1
	}
	for name, fn := range map[string]lua.LGFunction{
		"loadstring": func(L *lua.LState) int {
			return result(L, L.OptString(2, "string"), L.CheckString(1))
		},
		"load": func(L *lua.LState) int {
			if code, ok := L.Get(1).(lua.LString); ok {
				return result(L, L.OptString(2, "string"), string(code))
			}
			read := L.CheckFunction(1)
			var code strings.Builder
			for {
				L.Push(read)
				L.Call(0, 1)
				piece := L.Get(-1)
				L.Pop(1)
				if piece == lua.LNil || piece == lua.LString("") {
					return result(L, L.OptString(2, "load"), code.String())
				}
				if _, ok := piece.(lua.LString); !ok {
					L.RaiseError("load: the reader must return strings")
				}
				code.WriteString(piece.String())
			}
		},
		"loadfile": func(L *lua.LState) int {
			name := L.CheckString(1)
			code, err := os.ReadFile(name)
			if err != nil {
				L.Push(lua.LNil)
				L.Push(lua.LString(err.Error()))
				return 2
			}
			return result(L, name, string(code))
		},
		"dofile": func(L *lua.LState) int {
			name := L.CheckString(1)
			code, err := os.ReadFile(name)
			if err != nil {
				L.RaiseError("%s", err.Error())
			}
			fn, err := rt.load(name, string(code))
			if err != nil {
				L.RaiseError("%s", err.Error())
			}
			top := L.GetTop()
			L.Push(fn)
			L.Call(0, lua.MultRet)
			return L.GetTop() - top
		},
	} {
		L.G.Global.RawSetString(name, L.NewFunction(fn))
	}
}
