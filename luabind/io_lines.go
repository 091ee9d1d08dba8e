package luabind

import lua "github.com/yuin/gopher-lua"

// linesLibrary replaces the iterators over the lines of files. Those of the
// interpreter hand out a line of more than 4096 bytes in pieces, say nothing of a file
// that cannot be opened, and crash where the function for standard input is called
// outside of a loop.
func (rt *Runtime) linesLibrary() {
	L := rt.L
	io := L.GetGlobal("io").(*lua.LTable)
	methods := L.GetField(L.GetTypeMetatable("FILE*"), "__index").(*lua.LTable)
	open, input := io.RawGetString("open"), io.RawGetString("input")
	f := fileLines{read: goFunction(methods, "read"), close: goFunction(methods, "close")}

	methods.RawSetString("lines", L.NewFunction(func(L *lua.LState) int {
		L.Push(f.over(L, L.CheckUserData(1), false))
		return 1
	}))
	io.RawSetString("lines", L.NewFunction(func(L *lua.LState) int {
		if L.GetTop() == 0 {
			L.Push(input)
			L.Call(0, 1)
			L.Push(f.over(L, L.CheckUserData(-1), false))
			return 1
		}
		L.Push(open)
		L.Push(lua.LString(L.CheckString(1)))
		L.Call(1, 2)
		file, ok := L.Get(-2).(*lua.LUserData)
		if !ok {
			L.RaiseError("io.lines: %s", L.ToString(-1))
		}
		L.Push(f.over(L, file, true))
		return 1
	}))
}

func goFunction(t *lua.LTable, name string) lua.LGFunction {
	return t.RawGetString(name).(*lua.LFunction).GFunction
}

// fileLines makes iterators out of the methods of files.
type fileLines struct{ read, close lua.LGFunction }

// over returns an iterator over the lines that are left of a file, which it may have
// to close behind the last.
func (f fileLines) over(L *lua.LState, file *lua.LUserData, closes bool) *lua.LFunction {
	closed := false
	return L.NewFunction(func(L *lua.LState) int {
		if closed {
			L.RaiseError("reading lines: the file is closed, since its last line has been read")
		}
		L.SetTop(0) // a for loop passes its state and its last line
		L.Push(file)
		L.Push(lua.LString("*l"))
		if n := f.read(L); n > 1 {
			L.RaiseError("reading lines: %s", L.ToString(1-n))
		}
		if closes && L.Get(-1) == lua.LNil {
			closed = true
			L.SetTop(1)
			f.close(L)
			L.Push(lua.LNil)
		}
		return 1
	})
}
