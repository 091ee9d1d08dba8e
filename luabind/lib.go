package luabind

import (
	"path/filepath"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// openLibraries fits Lua's own libraries to the runtime and adds ours.
func (rt *Runtime) openLibraries() {
	L := rt.L
	g := L.G.Global
	rt.tostring = g.RawGetString("tostring").(*lua.LFunction)
	g.RawSetString("print", L.NewFunction(rt.print))
	L.GetGlobal("os").(*lua.LTable).RawSetString("exit", L.NewFunction(rt.exit))

	// A Go panic is a bug in this program: nothing written in Lua may catch it.
	g.RawSetString("pcall", L.NewFunction(rt.pcall))
	g.RawSetString("xpcall", L.NewFunction(rt.xpcall))
	g.RawSetString("error", L.NewFunction(raiseError))
	L.GetGlobal("string").(*lua.LTable).RawSetString("format", L.NewFunction(rt.stringFormat))
	co := L.GetGlobal("coroutine").(*lua.LTable)
	co.RawSetString("resume", L.NewFunction(inFiber(rt.passPanics(co.RawGetString("resume")), func(L *lua.LState) *lua.LState {
		th, _ := L.Get(1).(*lua.LState)
		return th
	})))
	co.RawSetString("wrap", L.NewFunction(wrapCoroutine(co.RawGetString("wrap"))))
	co.RawSetString("running", L.NewFunction(rt.coroutineRunning))
	L.GetGlobal("debug").(*lua.LTable).RawSetString("traceback", L.NewFunction(rt.debugTraceback))
	for _, name := range []string{"_printregs", "newproxy", "channel"} {
		g.RawSetString(name, lua.LNil) // internals of the interpreter, unsafe with our loop
	}

	rt.linesLibrary()
	rt.writeLibrary()
	rt.loadLibrary()
	rt.limitLibrary()
	rt.guardLibrary()
	rt.loadTestHost()
	rt.openRequire()
	rt.reg = startRegistry(rt.cfg.Version)
	rt.openJSON()
	rt.openLog()
	for _, m := range rt.reg.modules {
		table := rt.openModule(m)
		L.PreloadModule(m.Name, func(L *lua.LState) int {
			L.Push(table)
			return 1
		})
		// Modules are globals as well, so that a console line and a script of one
		// line need no require.
		g.RawSetString(m.Name, table)
	}
}

// setScript prepares the globals of a script: arg and the search path.
func (rt *Runtime) setScript(name string, args []string) {
	rt.script = name
	arg := rt.L.NewTable()
	arg.RawSetInt(0, lua.LString(name))
	for i, a := range args {
		arg.RawSetInt(i+1, lua.LString(a))
	}
	rt.L.G.Global.RawSetString("arg", arg)

	rt.setModulePath(filepath.Dir(name))
}

func (rt *Runtime) print(L *lua.LState) int {
	var b strings.Builder
	for i := 1; i <= L.GetTop(); i++ {
		if i > 1 {
			b.WriteByte('\t')
		}
		b.WriteString(L.ToStringMeta(L.Get(i)).String())
	}
	b.WriteByte('\n')
	if _, err := rt.cfg.Stdout.Write([]byte(b.String())); err != nil {
		L.RaiseError("print: %v", err)
	}
	return 0
}
