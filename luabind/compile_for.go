package luabind

import (
	"slices"

	"github.com/yuin/gopher-lua/ast"
)

// evaluatedBefore works around a third mistake of the interpreter's compiler. It has
// the registers of a loop over an iterator set aside before it compiles what makes the
// iterator, and then loses count of those where a call's value, or that of "...", is
// part of something else: in `for k, v in f().a.b() do`, "a" is read of a text, and
// `for x in (f() .. s):gmatch(p) do` crashes. Such a loop becomes
//
//	do
//	  local generator, state, control = f().a.b()
//	  for k, v in generator, state, control do
//
// where nothing is set aside yet. Loops over plain calls stay as they are.
func evaluatedBefore(loop *ast.GenericForStmt) ast.Stmt {
	if !slices.ContainsFunc(loop.Exprs, usesCall) {
		return loop
	}
	at := func(n ast.PositionHolder) {
		n.SetLine(loop.Line())
		n.SetLastLine(loop.Line())
	}
	values := &ast.LocalAssignStmt{Names: []string{"(generator)", "(state)", "(control)"}, Exprs: loop.Exprs}
	at(values)
	inner := *loop
	inner.Exprs = nil
	for _, name := range values.Names {
		ident := &ast.IdentExpr{Value: name}
		at(ident)
		inner.Exprs = append(inner.Exprs, ident)
	}
	block := &ast.DoBlockStmt{Stmts: []ast.Stmt{values, &inner}}
	block.SetLine(loop.Line())
	block.SetLastLine(loop.LastLine())
	return block
}

// usesCall tells whether an expression is, but for one call that it may be itself, more
// than names, fields of names and constants.
func usesCall(e ast.Expr) bool {
	call, ok := e.(*ast.FuncCallExpr)
	if !ok {
		return !isSimple(e)
	}
	return !isSimple(call.Func) || !isSimple(call.Receiver) || slices.ContainsFunc(call.Args, func(e ast.Expr) bool { return !isSimple(e) })
}

func isSimple(e ast.Expr) bool {
	switch x := e.(type) {
	case nil, *ast.IdentExpr, *ast.StringExpr, *ast.NumberExpr, *ast.NilExpr, *ast.TrueExpr, *ast.FalseExpr:
		return true
	case *ast.AttrGetExpr:
		return isSimple(x.Object) && isSimple(x.Key)
	}
	return false
}
