package luabind

import (
	"slices"

	"github.com/yuin/gopher-lua/ast"
)

// evaluatedBefore works around a third mistake of the interpreter's compiler. It has
// the registers of a loop over an iterator set aside before it compiles what makes the
// iterator, and then lets the names of fields overwrite the value that they are read
// from: in `for k, v in f().a.b() do`, "a" is read of a text. Such a loop becomes
//
//	do
//	  local generator, state, control = f().a.b()
//	  for k, v in generator, state, control do
//
// where nothing is set aside yet. Other loops stay as they are.
func evaluatedBefore(loop *ast.GenericForStmt) ast.Stmt {
	if !slices.ContainsFunc(loop.Exprs, readsFieldOfCall) {
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

// readsFieldOfCall tells whether there is, anywhere in what makes up an iterator, a
// field of what a call returns. In the arguments of a call it does no harm, but to
// tell those apart would be more to get wrong.
func readsFieldOfCall(e ast.Expr) bool {
	switch x := e.(type) {
	case *ast.AttrGetExpr:
		if _, ok := x.Object.(*ast.FuncCallExpr); ok {
			return true
		}
		return readsFieldOfCall(x.Object) || readsFieldOfCall(x.Key)
	case *ast.FuncCallExpr:
		return readsFieldOfCall(x.Func) || readsFieldOfCall(x.Receiver) || slices.ContainsFunc(x.Args, readsFieldOfCall)
	case *ast.LogicalOpExpr:
		return readsFieldOfCall(x.Lhs) || readsFieldOfCall(x.Rhs)
	}
	return false
}
