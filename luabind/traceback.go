package luabind

import (
	"fmt"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// maxTraceback is how many calls a traceback shows.
const maxTraceback = 20

// scriptLine returns the innermost position that is in a script, as file:line.
func (rt *Runtime) scriptLine(L *lua.LState) string {
	for th := L; th != nil; th = rt.callerOf(th) {
		if pos := threadPosition(th); pos != "" {
			return pos
		}
	}
	return ""
}

// threadPosition returns the innermost script position of one thread.
func threadPosition(L *lua.LState) string {
	for i := 0; ; i++ {
		dbg, ok := L.GetStack(i)
		if !ok {
			return ""
		}
		if pos := framePosition(L, dbg); pos != "" {
			return pos
		}
	}
}

// framePosition returns the current position of a function written in Lua.
func framePosition(L *lua.LState, dbg *lua.Debug) string {
	if _, err := L.GetInfo("Sl", dbg, lua.LNil); err != nil || dbg.CurrentLine <= 0 {
		return ""
	}
	return fmt.Sprintf("%s:%d", dbg.Source, dbg.CurrentLine)
}

// traceback lists the calls that led to where L is, innermost first, one a
// line. Functions written in Go have no line and are left out.
func (rt *Runtime) traceback(L *lua.LState) string {
	var lines []string
	for th := L; th != nil; th = rt.callerOf(th) {
		for i := 0; ; i++ {
			dbg, ok := th.GetStack(i)
			if !ok {
				break
			}
			pos := framePosition(th, dbg)
			if pos == "" {
				continue
			}
			if len(lines) == maxTraceback {
				return strings.Join(append(lines, "..."), "\n")
			}
			lines = append(lines, pos+": in "+frameName(th, dbg))
		}
	}
	return strings.Join(lines, "\n")
}

func frameName(L *lua.LState, dbg *lua.Debug) string {
	if dbg.LineDefined == 0 {
		return "main chunk"
	}
	_, err := L.GetInfo("n", dbg, lua.LNil)
	if err != nil || dbg.Name == "" || strings.ContainsAny(dbg.Name, "?<( ") {
		return fmt.Sprintf("function defined at line %d", dbg.LineDefined)
	}
	return "function " + dbg.Name
}

// debugTraceback is debug.traceback in our form.
func (rt *Runtime) debugTraceback(L *lua.LState) int {
	th, arg := L, 1
	if other, ok := L.Get(1).(*lua.LState); ok {
		th, arg = other, 2
	}
	switch v := L.Get(arg).(type) {
	case lua.LString, lua.LNumber, *lua.LNilType:
		message := lua.LVAsString(v)
		if message != "" {
			message += "\n"
		}
		L.Push(lua.LString(message + "stack traceback:\n\t" + strings.ReplaceAll(rt.traceback(th), "\n", "\n\t")))
	default:
		L.Push(v) // an error object is handed on as it is
	}
	return 1
}
