package luabind

import (
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// raiseUnsafe refuses a function that reaches files or other programs.
func (c call) raiseUnsafe() {
	name := strings.TrimPrefix(c.title(), "_G.")
	text := name + " is refused by --safe: it reaches files or other programs"
	c.raiseValue(&errorValue{op: opSafe, object: name, message: text, text: text})
}

// safety says in documentation what Config.Safe does to an unsafe function.
func (f *Func) safety() string {
	if f.SafeWith != nil {
		return "Refused by odp --safe where it opens a file."
	}
	return "Refused by odp --safe."
}

// opSafe is the op of errors about what Config.Safe refuses.
const opSafe = "safe"

// refused reports whether the call is one that Config.Safe is against.
func (c call) refused() bool {
	return c.row.Unsafe && (c.row.SafeWith == nil || !c.row.SafeWith(c.arg(1)))
}

// absent is for functions that are safe without an argument.
func absent(arg lua.LValue) bool { return arg == lua.LNil }

// oneOf is for functions that are safe with one of these texts as the first
// argument, or without any.
func oneOf(texts ...string) func(lua.LValue) bool {
	return func(arg lua.LValue) bool {
		text, ok := arg.(lua.LString)
		return arg == lua.LNil || ok && slices.Contains(texts, string(text))
	}
}

// libraryFuncs are the functions of Lua's own libraries that reach files or other
// programs. Their owner is the library, "_G" for none. Of their parameters those are
// here that can be completed.
func libraryFuncs() []*Func {
	file := []Param{{Name: "filename", Type: "odp.FileName"}}
	return []*Func{
		{owner: "os", Name: "execute", Unsafe: true},
		{owner: "os", Name: "remove", Params: file, Unsafe: true},
		{owner: "os", Name: "rename", Params: file, Unsafe: true},
		{owner: "os", Name: "tmpname", Unsafe: true},
		{owner: "os", Name: "setenv", Unsafe: true},
		{owner: "io", Name: "open", Params: []Param{file[0], {Name: "mode", Type: `"r"|"w"|"a"|"r+"|"w+"|"a+"`}}, Unsafe: true},
		{owner: "io", Name: "popen", Unsafe: true},
		{owner: "io", Name: "tmpfile", Unsafe: true},
		{owner: "io", Name: "lines", Params: file, Unsafe: true, SafeWith: absent}, // of standard input
		{owner: "io", Name: "input", Params: file, Unsafe: true, SafeWith: absent},
		{owner: "io", Name: "output", Params: file, Unsafe: true, SafeWith: absent},
		{owner: "package", Name: "loadlib", Params: file, Unsafe: true},
		{owner: "_G", Name: "loadfile", Params: file, Unsafe: true},
		{owner: "_G", Name: "dofile", Params: file, Unsafe: true},
	}
}

// guardLibrary has what is unsafe in Lua's own libraries refuse its calls.
func (rt *Runtime) guardLibrary() {
	if !rt.cfg.Safe {
		return
	}
	for _, row := range libraryFuncs() {
		table := rt.L.GetGlobal(row.owner).(*lua.LTable)
		own := table.RawGetString(row.Name)
		row.Go = func(c call) int {
			n := c.count()
			c.L.Push(own) // not as a Go function, since it may have values of its own
			for i := 1; i <= n; i++ {
				c.L.Push(c.arg(i))
			}
			c.L.Call(n, lua.MultRet)
			return c.L.GetTop() - n
		}
		table.RawSetString(row.Name, rt.L.NewFunction(rt.protect(row)))
	}
}

// modulePath is where require looks for files: package.path, which with
// Config.Safe no script may have changed.
func (rt *Runtime) modulePath(L *lua.LState) string {
	patterns, ok := L.GetField(L.GetGlobal("package"), "path").(lua.LString)
	if !ok {
		rt.raiseText(L, "package.path is no string")
	}
	if rt.cfg.Safe && string(patterns) != rt.safePath {
		rt.raiseText(L, "require finds modules beside the script and in the program only, by --safe: package.path was changed")
	}
	return string(patterns)
}
