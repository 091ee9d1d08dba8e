package luabind

import (
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"
	"github.com/yuin/gopher-lua/parse"
)

// machineModules are those of which a call alone on a console line prints its text
// as it is: it is for a program, or to be copied.
var machineModules = []string{"json", inspectModule}

const inspectModule = "inspect"

// machineText is the result of a line that is one call of a module that makes text
// for programs.
func (rt *Runtime) machineText(src string, results []lua.LValue) (string, bool) {
	if len(results) != 1 {
		return "", false
	}
	text, ok := results[0].(lua.LString)
	name := calledName(src)
	if !ok || !slices.Contains(machineModules, name) {
		return "", false
	}
	// A script may have something else of that name.
	module, ok := rt.consoleValue(name).(*lua.LTable)
	return string(text), ok && rt.moduleOf(module) == name
}

// calledName is the name of the global that a line calls and of which it returns
// what that returns, "" if that is not all it does.
func calledName(src string) string {
	chunk, err := parse.Parse(strings.NewReader("return "+lineExpression(src)), consoleChunk)
	if err != nil || len(chunk) != 1 {
		return ""
	}
	ret, ok := chunk[0].(*ast.ReturnStmt)
	if !ok || len(ret.Exprs) != 1 {
		return ""
	}
	call, ok := ret.Exprs[0].(*ast.FuncCallExpr)
	if !ok {
		return ""
	}
	if name, ok := call.Func.(*ast.IdentExpr); ok {
		return name.Value
	}
	return ""
}

// openInspect makes the module inspect a global of the console. Without the modules
// that come with the program there is none.
func (rt *Runtime) openInspect() {
	g := rt.L.G.Global
	if rt.cfg.Modules == nil || g.RawGetString(inspectModule) != lua.LNil {
		return
	}
	if results, err := rt.try(nil, g.RawGetString("require"), nil, lua.LString(inspectModule)); err == nil {
		g.RawSetString(inspectModule, results[0])
	}
}
