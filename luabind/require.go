package luabind

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

// openRequire replaces require and its searchers: package.preload, where the
// modules written in Go are, package.path, and what comes with the program.
func (rt *Runtime) openRequire() {
	L := rt.L
	L.G.Global.RawSetString("require", L.NewFunction(rt.require))
	loaders := L.GetGlobal("package").(*lua.LTable).RawGetString("loaders").(*lua.LTable)
	loaders.RawSetInt(2, L.NewFunction(rt.searchPath))
	loaders.RawSetInt(3, L.NewFunction(rt.searchShipped))
	rt.setModulePath(".")
}

// setModulePath has require look in a folder, and then in those of the
// configuration.
func (rt *Runtime) setModulePath(folder string) {
	var patterns []string
	folders := []string{folder}
	if !rt.cfg.Safe {
		folders = append(folders, rt.cfg.Path...)
	}
	for _, f := range folders {
		if f == "" {
			f = "." // an empty part of a path list is the current folder
		}
		patterns = append(patterns, f+"/?.lua", f+"/?/init.lua")
	}
	pkg := rt.L.GetGlobal("package").(*lua.LTable)
	rt.safePath = strings.Join(patterns, ";")
	pkg.RawSetString("path", lua.LString(rt.safePath))
}

// require is Lua's require. The interpreter's own forgets neither a module that
// failed, so that it cannot be loaded again, nor says who requires whom in a
// circle.
func (rt *Runtime) require(L *lua.LState) int {
	name := L.CheckString(1)
	loaded := L.GetField(L.GetGlobal("package"), "loaded")
	if v := L.GetField(loaded, name); lua.LVAsBool(v) {
		L.Push(v)
		return 1
	}
	if i := slices.Index(rt.requiring, name); i >= 0 {
		rt.raiseText(L, fmt.Sprintf("module '%s' requires itself: %s", name, strings.Join(append(rt.requiring[i:], name), " -> ")))
	}
	load, file := rt.findModule(L, name)

	rt.requiring = append(rt.requiring, name)
	defer func() {
		if i := slices.Index(rt.requiring, name); i >= 0 {
			rt.requiring = slices.Delete(slices.Clone(rt.requiring), i, i+1)
		}
	}()
	L.Push(load)
	L.Push(lua.LString(name))
	L.Push(file)
	L.Call(2, 1)
	v := L.Get(-1)
	if v != lua.LNil {
		L.SetField(loaded, name, v)
	} else if v = L.GetField(loaded, name); v == lua.LNil {
		v = lua.LTrue // it has nothing to give, and need not run again
		L.SetField(loaded, name, v)
	}
	L.Push(v)
	return 1
}

// findModule asks the searchers in package.loaders for the function that makes
// the module, and what else the searcher tells: the file that it is in.
func (rt *Runtime) findModule(L *lua.LState, name string) (load, file lua.LValue) {
	loaders, ok := L.GetField(L.GetGlobal("package"), "loaders").(*lua.LTable)
	if !ok {
		rt.raiseText(L, "package.loaders is no table")
	}
	tried := ""
	for i := 1; i <= loaders.Len(); i++ {
		L.Push(loaders.RawGetInt(i))
		L.Push(lua.LString(name))
		L.Call(1, 2)
		found, more := L.Get(-2), L.Get(-1)
		L.Pop(2)
		if _, ok := found.(*lua.LFunction); ok {
			return found, more
		}
		if text, ok := found.(lua.LString); ok && text != "" {
			tried += "\n\t" + strings.TrimSpace(string(text))
		}
	}
	hint := ""
	if near := odp.NearNames(name, rt.moduleNames(L)); len(near) > 0 {
		hint = "; did you mean " + strings.Join(near, ", ") + "?"
	}
	rt.raiseText(L, fmt.Sprintf("module '%s' not found%s:%s", name, hint, tried))
	return nil, nil
}

// moduleNames lists the modules that are there without any file of the user's.
func (rt *Runtime) moduleNames(L *lua.LState) (names []string) {
	if preload, ok := L.GetField(L.GetGlobal("package"), "preload").(*lua.LTable); ok {
		preload.ForEach(func(k, _ lua.LValue) { names = append(names, lua.LVAsString(k)) })
	}
	if rt.cfg.Modules == nil {
		return names
	}
	// What cannot be read is found out by whoever requires it.
	_ = fs.WalkDir(rt.cfg.Modules, ".", func(file string, d fs.DirEntry, err error) error {
		if base, ok := strings.CutSuffix(file, ".lua"); ok && err == nil && !d.IsDir() {
			names = append(names, strings.ReplaceAll(strings.TrimSuffix(base, "/init"), "/", "."))
		}
		return nil
	})
	return names
}

// raiseText raises a text with the script's line in front, as error does.
func (rt *Runtime) raiseText(L *lua.LState, text string) {
	if line := rt.scriptLine(L); line != "" {
		text = line + ": " + text
	}
	L.Error(lua.LString(text), 0)
}

// searchPath looks for a module in the folders of package.path.
func (rt *Runtime) searchPath(L *lua.LState) int {
	name := strings.ReplaceAll(L.CheckString(1), ".", "/")
	patterns := rt.modulePath(L)
	var tried []string
	for pattern := range strings.SplitSeq(patterns, ";") {
		if pattern == "" {
			continue
		}
		file := strings.ReplaceAll(pattern, "?", name)
		code, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
			tried = append(tried, fmt.Sprintf("no file '%s'", file))
			continue
		}
		if err != nil {
			rt.raiseText(L, fmt.Sprintf("cannot read module '%s': %v", L.CheckString(1), err))
		}
		return rt.pushModule(L, filepath.Clean(file), string(code))
	}
	L.Push(lua.LString(strings.Join(tried, "\n\t")))
	return 1
}

// searchShipped looks for a module among those that come with the program.
func (rt *Runtime) searchShipped(L *lua.LState) int {
	name := L.CheckString(1)
	if rt.cfg.Modules != nil {
		base := strings.ReplaceAll(name, ".", "/")
		for _, file := range []string{base + ".lua", path.Join(base, "init.lua")} {
			if code, err := fs.ReadFile(rt.cfg.Modules, file); err == nil {
				return rt.pushModule(L, file, string(code))
			}
		}
	}
	L.Push(lua.LString(fmt.Sprintf("no module '%s' comes with the program", name)))
	return 1
}

// pushModule pushes a module's code as a function, and its file's name. An error
// in it is one of that file.
func (rt *Runtime) pushModule(L *lua.LState, file, code string) int {
	fn, err := rt.load(file, code)
	if err != nil {
		L.Error(lua.LString(err.Error()), 0)
	}
	L.Push(fn)
	L.Push(lua.LString(file))
	return 2
}

// moduleFunction is what [Runtime.RunModule] runs. The modules that its module requires
// when it is loaded come with the program as well.
func (rt *Runtime) moduleFunction(function, path string) lua.LGFunction {
	module, name, _ := strings.Cut(function, ":")
	return func(L *lua.LState) int {
		pkg := L.GetGlobal("package").(*lua.LTable)
		pkg.RawSetString("path", lua.LString(""))
		args := L.GetTop()
		L.Push(L.GetGlobal("require"))
		L.Push(lua.LString(module))
		L.Call(1, 1)
		pkg.RawSetString("path", lua.LString(path))
		L.Push(L.GetField(L.Get(-1), name))
		for i := range args {
			L.Push(L.Get(i + 1))
		}
		L.Call(args, 0)
		return 0
	}
}
