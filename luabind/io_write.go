package luabind

import (
	"io"
	"os"

	lua "github.com/yuin/gopher-lua"
)

// writeLibrary has what is written to the standard streams by module io go where
// print and failures go, if that is elsewhere: the console prints above the line that
// is being typed. The files of the interpreter hold those of the process.
func (rt *Runtime) writeLibrary() {
	if rt.cfg.Stdout == io.Writer(os.Stdout) && rt.cfg.Stderr == io.Writer(os.Stderr) {
		return
	}
	L := rt.L
	lib := L.GetGlobal("io").(*lua.LTable)
	methods := L.GetField(L.GetTypeMetatable("FILE*"), "__index").(*lua.LTable)
	streams := map[lua.LValue]io.Writer{
		lib.RawGetString("stdout"): rt.cfg.Stdout,
		lib.RawGetString("stderr"): rt.cfg.Stderr,
	}
	output := lib.RawGetString("output")
	write := methods.RawGetString("write")

	methods.RawSetString("write", L.NewFunction(func(L *lua.LState) int {
		file := L.CheckUserData(1)
		if w := streams[file]; w != nil {
			return writeTo(L, w, 2)
		}
		return pass(L, write)
	}))
	for _, name := range []string{"flush", "setvbuf"} {
		own := methods.RawGetString(name)
		methods.RawSetString(name, L.NewFunction(func(L *lua.LState) int {
			if streams[L.Get(1)] != nil {
				L.Push(lua.LTrue) // nothing is held back
				return 1
			}
			return pass(L, own)
		}))
	}
	ownWrite := lib.RawGetString("write")
	lib.RawSetString("write", L.NewFunction(func(L *lua.LState) int {
		L.Push(output)
		L.Call(0, 1)
		file := L.Get(-1)
		L.Pop(1)
		if w := streams[file]; w != nil {
			return writeTo(L, w, 1)
		}
		return pass(L, ownWrite)
	}))
}

// pass calls fn with the arguments of the function that L runs.
func pass(L *lua.LState, fn lua.LValue) int {
	n := L.GetTop()
	L.Insert(fn, 1)
	L.Call(n, lua.MultRet)
	return L.GetTop()
}

// writeTo writes the arguments from n on, in one piece, so that those of others do
// not get in between.
func writeTo(L *lua.LState, w io.Writer, n int) int {
	text := ""
	for i := n; i <= L.GetTop(); i++ {
		L.CheckTypes(i, lua.LTNumber, lua.LTString)
		text += lua.LVAsString(L.Get(i))
	}
	if _, err := io.WriteString(w, text); err != nil {
		L.Push(lua.LNil)
		L.Push(lua.LString(err.Error()))
		L.Push(lua.LNumber(1))
		return 3
	}
	L.Push(lua.LTrue)
	return 1
}
