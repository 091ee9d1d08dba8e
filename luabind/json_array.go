package luabind

import lua "github.com/yuin/gopher-lua"

// markArray makes t an array to module json, also while it is empty.
func (rt *Runtime) markArray(t *lua.LTable) {
	if rt.arrayMark == nil {
		rt.arrayMark = rt.L.NewTable()
		rt.arrayMark.RawSetString("__metatable", lua.LString("json.array"))
	}
	t.Metatable = rt.arrayMark
}
