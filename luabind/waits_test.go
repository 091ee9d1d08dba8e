package luabind

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// waitsBy are the functions of this package in which a script waits.
var waitsBy = []string{"pump"}

// TestWaits checks that exactly those rows say that their functions wait which
// reach pump, as editors and the reference show it.
func TestWaits(t *testing.T) {
	fset := token.NewFileSet()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	// What other packages declare is not known, nor needed.
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}}
	conf := types.Config{Importer: noImports{}, Error: func(error) {}}
	conf.Check("luabind", fset, files, info)

	uses := map[types.Object][]types.Object{} // by function
	for _, f := range files {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil {
				uses[info.Defs[fn.Name]] = funcsIn(info, fn.Body)
			}
		}
	}
	waiting := map[types.Object]bool{}
	for fn := range uses {
		for _, name := range waitsBy {
			if fn != nil && fn.Name() == name {
				waiting[fn] = true
			}
		}
	}
	if len(waiting) != len(waitsBy) {
		t.Fatalf("of %v there are %d", waitsBy, len(waiting))
	}
	waits := func(list []types.Object) bool {
		for _, fn := range list {
			if waiting[fn] {
				return true
			}
		}
		return false
	}
	for more := true; more; {
		more = false
		for fn, list := range uses {
			if !waiting[fn] && waits(list) && !makesRows(fn) {
				waiting[fn], more = true, true
			}
		}
	}

	found := 0
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			lit, ok := n.(*ast.CompositeLit)
			if !ok {
				return true
			}
			name, says, code := rowIn(lit)
			if code == nil {
				return true
			}
			switch does := waits(funcsIn(info, code)); {
			case does && !says:
				t.Errorf("%s: %s waits: its row needs Waits: true", fset.Position(lit.Pos()), name)
			case says && !does:
				t.Errorf("%s: %s has Waits: true but never waits", fset.Position(lit.Pos()), name)
			case does:
				found++
			}
			return true
		})
	}
	if found == 0 {
		t.Error("no function was found to wait")
	}
}

type noImports struct{}

func (noImports) Import(string) (*types.Package, error) { return nil, errors.New("not needed") }

// funcsIn lists the functions of this package that code mentions.
func funcsIn(info *types.Info, code ast.Node) (list []types.Object) {
	ast.Inspect(code, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			if fn, ok := info.Uses[id].(*types.Func); ok {
				list = append(list, fn.Origin())
			}
		}
		return true
	})
	return list
}

// makesRows tells whether a function returns rows: what they do, it does not.
func makesRows(fn types.Object) bool {
	sig, ok := fn.Type().(*types.Signature)
	for i := 0; ok && i < sig.Results().Len(); i++ {
		typ := sig.Results().At(i).Type().String()
		for _, row := range []string{".Func", ".Class", ".Module", ".Prop", ".registry", ".valueRow"} {
			if strings.HasSuffix(typ, row) {
				return true
			}
		}
	}
	return false
}

// rowIn takes apart the literal of a Func; code is nil for others.
func rowIn(lit *ast.CompositeLit) (name string, says bool, code ast.Node) {
	for _, e := range lit.Elts {
		kv, ok := e.(*ast.KeyValueExpr)
		if !ok {
			return "", false, nil
		}
		key, _ := kv.Key.(*ast.Ident)
		if key == nil {
			return "", false, nil
		}
		switch key.Name {
		case "Name":
			if text, ok := kv.Value.(*ast.BasicLit); ok {
				name, _ = strconv.Unquote(text.Value)
			}
		case "Waits":
			says = true
		case "Go":
			code = kv.Value
		}
	}
	return name, says, code
}
