package luabind

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"

	"github.com/go-odp/odp/odp"
)

// parseNumber reads a number as the interpreter does.
func parseNumber(text string) (lua.LNumber, error) {
	if n, err := strconv.ParseUint(text, 0, 64); err == nil && strings.HasPrefix(strings.ToLower(text), "0x") {
		return lua.LNumber(n), nil
	}
	f, err := strconv.ParseFloat(text, 64)
	return lua.LNumber(f), err
}

// anyPort takes every name for one of a port, as it shows only when the script
// runs which there are.
var anyPort = &odp.TextOptions{PortByName: func(name string) (odp.PortNo, bool) { return 1, odp.ActionByName(name) == nil }}

// triedAliases are the types whose constant values are tried, by reading them as
// the functions that take them do.
var triedAliases = map[string]func(c call, o *odp.TextOptions){
	"odp.MatchLike":   func(c call, o *odp.TextOptions) { c.match(1, o) },
	"odp.ActionsLike": func(c call, o *odp.TextOptions) { c.actions(1, o) },
}

// checkConstant tries a constant that stands where a match or actions do. It
// reports whether there was one to try.
func (s *script) checkConstant(e ast.Expr, t *luaType, title string) bool {
	for alias, read := range triedAliases {
		if !t.names(alias) {
			continue
		}
		if _, isTable := e.(*ast.TableExpr); isTable && s.hasOtherTable(t, alias) {
			return false
		}
		v, ok := constantOf(s.c.rt.L, e)
		if !ok {
			return false
		}
		reading := func(o *odp.TextOptions) *errorValue {
			return s.try(&Func{Name: alias, subject: title, Go: func(c call) int { read(c, o); return 0 }}, v)
		}
		// Without names of ports, what is said of a wrong name is better.
		if wrong := reading(nil); wrong != nil && reading(anyPort) != nil {
			s.reportText(e, wrong)
		}
		return true
	}
	return false
}

// hasOtherTable reports whether a table may stand for another part of a type than
// for the alias.
func (s *script) hasOtherTable(t *luaType, alias string) bool {
	for _, p := range t.alternatives() {
		if p.kind != namedType || p.name != alias {
			if shapes, all := s.tableTypes(s.c.api.resolve(p)); !all || len(shapes) > 0 {
				return true
			}
		}
	}
	return false
}

// checkPure tries a call of a function that does nothing but make a value of its
// argument, where that is constant. It reports whether it did.
func (s *script) checkPure(call *ast.FuncCallExpr, row *Func) bool {
	if !row.Pure || len(call.Args) != 1 || s.c.api.read(row.Params[0].Type).tried() {
		return false
	}
	v, ok := constantOf(s.c.rt.L, call.Args[0])
	if !ok {
		return false
	}
	if wrong := s.try(row, v); wrong != nil {
		s.reportText(call.Args[0], wrong)
	}
	return true
}

// tried reports whether checkConstant tries values of the type.
func (t *luaType) tried() bool {
	for alias := range triedAliases {
		if t.names(alias) {
			return true
		}
	}
	return false
}

// try calls a row's function with a constant and returns the error that it raises
// about that, if any.
func (s *script) try(row *Func, v lua.LValue) *errorValue {
	rt := s.c.rt
	var failed error
	run := func() {
		f := rt.startFiber()
		_, failed = rt.try(nil, rt.L.NewFunction(rt.protect(row)), nil, v)
		rt.endFiber(f)
	}
	var err error
	if s.c.console {
		run()
	} else {
		err = rt.do(context.Background(), run)
	}
	var failure *failure
	if err != nil || !errors.As(failed, &failure) {
		return nil
	}
	if ud, ok := failure.value.(*lua.LUserData); ok {
		if e, ok := ud.Value.(*errorValue); ok && e.op == opArgument {
			return e
		}
	}
	return nil
}

// reportText reports what is wrong with a constant: in text that is written out, at
// the place.
func (s *script) reportText(at ast.Expr, e *errorValue) {
	line, column := s.find(at.Line(), literalWord(at))
	message := e.message
	if text, ok := at.(*ast.StringExpr); ok && e.column > 0 && s.written(line, column, text.Value) {
		column += e.column // past the quote
		message = strings.Replace(message, fmt.Sprintf("column %d: ", e.column), "", 1)
	}
	s.reportAt(codeArgument, line, column, "%s", message)
}

// written reports whether a string stands in the script as it is, after a quote at
// that place.
func (s *script) written(line, column int, text string) bool {
	if line < 1 || line > len(s.lines) || column < 1 || column > len(s.lines[line-1]) {
		return false
	}
	return !strings.Contains(text, "\n") && strings.HasPrefix(s.lines[line-1][column:], text)
}
