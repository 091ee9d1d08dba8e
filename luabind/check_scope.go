package luabind

import "github.com/yuin/gopher-lua/ast"

// scopes tells which variable each name in a script means.
type scopes struct {
	variables map[*ast.IdentExpr]*variable // locals; a global has none
	globals   map[string]*global
	returns   map[*ast.FunctionExpr][]*ast.ReturnStmt // nil is the script itself
	loops     map[*variable]loopSource
	names     []string        // of all locals
	fields    map[string]bool // names of fields that something is given, of whatever table

	stack    []map[string]*variable // innermost last
	function *ast.FunctionExpr      // that is being looked at
}

// A variable is a local of a script.
type variable struct {
	name    string
	line    int
	sources []given // what it is ever given
	reads   int
	varies  bool // it is given what is not known

	param    *ast.FunctionExpr // whose parameter it is
	position int               // among the parameters

	// Of one that holds a table: what is assigned to its fields, and whether the
	// table is used in other ways than by constant names.
	fields  map[string][]given
	escapes bool
}

// A given is one of the results of an expression.
type given struct {
	expr   ast.Expr
	result int
}

// loopSource is what a loop variable gets its values from.
type loopSource struct {
	exprs    []ast.Expr
	position int // among the loop's variables
}

// A global is a name that is no local's.
type global struct {
	reads    []*ast.IdentExpr
	assigned bool
	sources  []given // what it is assigned in the script
	tested   bool    // the script asks whether it is there
}

// resolve finds out what every name means, and where variables get their values.
func (s *script) resolve() {
	s.scope = scopes{
		variables: map[*ast.IdentExpr]*variable{}, globals: map[string]*global{},
		returns: map[*ast.FunctionExpr][]*ast.ReturnStmt{}, loops: map[*variable]loopSource{}, fields: map[string]bool{},
	}
	s.scope.block(s.chunk)
}

func (r *scopes) global(name string) *global {
	g := r.globals[name]
	if g == nil {
		g = &global{}
		r.globals[name] = g
	}
	return g
}

func (r *scopes) declare(name string, line int) *variable {
	v := &variable{name: name, line: line, fields: map[string][]given{}}
	r.stack[len(r.stack)-1][name] = v
	r.names = append(r.names, name)
	return v
}

func (r *scopes) find(name string) *variable {
	for i := len(r.stack) - 1; i >= 0; i-- {
		if v := r.stack[i][name]; v != nil {
			return v
		}
	}
	return nil
}

func (r *scopes) open()  { r.stack = append(r.stack, map[string]*variable{}) }
func (r *scopes) close() { r.stack = r.stack[:len(r.stack)-1] }

func (r *scopes) block(stmts []ast.Stmt) {
	r.open()
	r.stmts(stmts)
	r.close()
}

func (r *scopes) stmts(stmts []ast.Stmt) {
	for _, stmt := range stmts {
		r.stmt(stmt)
	}
}

func (r *scopes) stmt(stmt ast.Stmt) {
	switch stmt := stmt.(type) {
	case *ast.LocalAssignStmt:
		// A local function's name is known in it; that of other values is not.
		fn, isFunc := firstFunction(stmt)
		if isFunc && fn.Line() == stmt.Line() && len(stmt.Names) == 1 {
			r.declare(stmt.Names[0], stmt.Line()).sources = []given{{fn, 0}}
			r.expr(fn)
			return
		}
		r.exprs(stmt.Exprs)
		for i, name := range stmt.Names {
			r.declare(name, stmt.Line()).gets(stmt.Exprs, i)
		}
	case *ast.AssignStmt:
		r.exprs(stmt.Rhs)
		for i, target := range stmt.Lhs {
			r.assign(target, stmt.Rhs, i)
		}
	case *ast.FuncDefStmt:
		if stmt.Name.Func != nil {
			r.assign(stmt.Name.Func, []ast.Expr{stmt.Func}, 0)
			r.expr(stmt.Func)
			return
		}
		if id, ok := stmt.Name.Receiver.(*ast.IdentExpr); ok {
			r.member(id, stmt.Name.Method, []ast.Expr{stmt.Func}, 0)
		}
		r.expr(stmt.Name.Receiver) // in the method it has another name, self
		r.functionBody(stmt.Func, true)
	case *ast.FuncCallStmt:
		r.expr(stmt.Expr)
	case *ast.DoBlockStmt:
		r.block(stmt.Stmts)
	case *ast.WhileStmt:
		r.condition(stmt.Condition)
		r.block(stmt.Stmts)
	case *ast.RepeatStmt:
		r.open() // the condition sees the body's locals
		r.stmts(stmt.Stmts)
		r.condition(stmt.Condition)
		r.close()
	case *ast.IfStmt:
		r.condition(stmt.Condition)
		r.block(stmt.Then)
		r.block(stmt.Else)
	case *ast.NumberForStmt:
		r.exprs([]ast.Expr{stmt.Init, stmt.Limit})
		if stmt.Step != nil {
			r.expr(stmt.Step)
		}
		r.open()
		r.declare(stmt.Name, stmt.Line()).sources = []given{{stmt.Init, 0}}
		r.stmts(stmt.Stmts)
		r.close()
	case *ast.GenericForStmt:
		r.exprs(stmt.Exprs)
		r.open()
		for i, name := range stmt.Names {
			r.loops[r.declare(name, stmt.Line())] = loopSource{stmt.Exprs, i}
		}
		r.stmts(stmt.Stmts)
		r.close()
	case *ast.ReturnStmt:
		r.returns[r.function] = append(r.returns[r.function], stmt)
		for _, e := range stmt.Exprs {
			if id, ok := e.(*ast.IdentExpr); ok && r.function == nil {
				r.read(id) // it goes to who requires the module, which is no other use
				continue
			}
			r.expr(e)
		}
	}
}

func firstFunction(stmt *ast.LocalAssignStmt) (*ast.FunctionExpr, bool) {
	if len(stmt.Exprs) == 0 {
		return nil, false
	}
	fn, ok := stmt.Exprs[0].(*ast.FunctionExpr)
	return fn, ok
}

// gets notes that a variable is given the i-th value of a list of expressions.
func (v *variable) gets(exprs []ast.Expr, i int) {
	if src, ok := givenOf(exprs, i); ok {
		v.sources = append(v.sources, src)
	}
}

// sourceOf tells where the i-th value of a list of expressions comes from. There
// may be none, which is nil.
func givenOf(exprs []ast.Expr, i int) (given, bool) {
	switch last := len(exprs) - 1; {
	case i <= last:
		return given{exprs[i], 0}, true
	case last >= 0 && manyValued(exprs[last]):
		return given{exprs[last], i - last}, true
	}
	return given{}, false
}

// manyValued reports whether an expression may have other than one value.
func manyValued(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.FuncCallExpr:
		return !e.AdjustRet
	case *ast.Comma3Expr:
		return !e.AdjustRet
	}
	return false
}

func (r *scopes) assign(target ast.Expr, values []ast.Expr, i int) {
	switch target := target.(type) {
	case *ast.IdentExpr:
		v := r.find(target.Value)
		if v == nil {
			g := r.global(target.Value)
			g.assigned = true
			if src, ok := givenOf(values, i); ok {
				g.sources = append(g.sources, src)
			}
			return
		}
		r.variables[target] = v
		v.gets(values, i)
	case *ast.AttrGetExpr:
		key, constant := target.Key.(*ast.StringExpr)
		if constant {
			r.fields[key.Value] = true
		}
		id, named := target.Object.(*ast.IdentExpr)
		if constant && named {
			r.member(id, key.Value, values, i)
			return
		}
		r.expr(target)
	}
}

// member notes an assignment to a field of a variable.
func (r *scopes) member(id *ast.IdentExpr, name string, values []ast.Expr, i int) {
	v := r.read(id)
	if v == nil {
		if id.Value == "_G" {
			r.global(name).assigned = true
		}
		return
	}
	if src, ok := givenOf(values, i); ok {
		v.fields[name] = append(v.fields[name], src)
	}
}

// read resolves a name that is read, in whatever way.
func (r *scopes) read(id *ast.IdentExpr) *variable {
	v := r.find(id.Value)
	if v == nil {
		g := r.global(id.Value)
		g.reads = append(g.reads, id)
		return nil
	}
	v.reads++
	r.variables[id] = v
	return v
}

func (r *scopes) exprs(list []ast.Expr) {
	for _, e := range list {
		r.expr(e)
	}
}

func (r *scopes) expr(e ast.Expr) {
	switch e := e.(type) {
	case *ast.IdentExpr:
		if v := r.read(e); v != nil {
			v.escapes = true
		}
	case *ast.AttrGetExpr:
		id, named := e.Object.(*ast.IdentExpr)
		if _, constant := e.Key.(*ast.StringExpr); constant && named {
			r.read(id)
			return
		}
		r.expr(e.Object)
		r.expr(e.Key)
	case *ast.TableExpr:
		for _, f := range e.Fields {
			if f.Key != nil {
				r.expr(f.Key)
			}
			r.expr(f.Value)
		}
	case *ast.FuncCallExpr:
		r.call(e)
	case *ast.LogicalOpExpr:
		r.condition(e.Lhs)
		r.condition(e.Rhs)
	case *ast.RelationalOpExpr:
		if isNil(e.Lhs) || isNil(e.Rhs) {
			r.tests(e.Lhs)
			r.tests(e.Rhs)
		}
		r.expr(e.Lhs)
		r.expr(e.Rhs)
	case *ast.StringConcatOpExpr:
		r.expr(e.Lhs)
		r.expr(e.Rhs)
	case *ast.ArithmeticOpExpr:
		r.expr(e.Lhs)
		r.expr(e.Rhs)
	case *ast.UnaryMinusOpExpr:
		r.expr(e.Expr)
	case *ast.UnaryNotOpExpr:
		r.condition(e.Expr)
	case *ast.UnaryLenOpExpr:
		r.expr(e.Expr)
	case *ast.FunctionExpr:
		r.functionBody(e, false)
	}
}

func isNil(e ast.Expr) bool {
	_, ok := e.(*ast.NilExpr)
	return ok
}

func (r *scopes) call(e *ast.FuncCallExpr) {
	if id, ok := e.Func.(*ast.IdentExpr); ok && id.Value == "type" && len(e.Args) == 1 {
		r.tests(e.Args[0])
	}
	if e.Receiver != nil {
		r.expr(e.Receiver)
	}
	if id, ok := e.Func.(*ast.IdentExpr); ok {
		r.read(id)
	} else if e.Func != nil {
		r.expr(e.Func)
	}
	r.exprs(e.Args)
}

// condition looks at an expression of which it matters whether it is nil.
func (r *scopes) condition(e ast.Expr) {
	r.tests(e)
	r.expr(e)
}

// tests notes that the script asks whether a global is there.
func (r *scopes) tests(e ast.Expr) {
	if id, ok := e.(*ast.IdentExpr); ok && r.find(id.Value) == nil {
		r.global(id.Value).tested = true
	}
}

func (r *scopes) functionBody(fn *ast.FunctionExpr, method bool) {
	outer := r.function
	r.function = fn
	r.open()
	if method {
		r.declare("self", fn.Line()).varies = true
	}
	for i, name := range fn.ParList.Names {
		v := r.declare(name, fn.Line())
		v.param, v.position = fn, i
	}
	r.stmts(fn.Stmts)
	r.close()
	r.function = outer
}
