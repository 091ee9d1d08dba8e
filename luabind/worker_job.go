package luabind

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	lua "github.com/yuin/gopher-lua"
	"golang.org/x/sys/unix"

	"github.com/go-odp/odp/odp"
)

// workerJob is what the workers of a handler are to do. The compiled code is
// shared: it never changes.
type workerJob struct {
	kind    handleKind
	d       *odp.Datapath
	options *handlerOptions
	proto   *lua.FunctionProto
	modules []string // those that the upvalues of the code hold
	name    string   // of the code, in messages
	script  string   // the file that it is in
	args    parcel

	nsName string
	ns     *os.File // the script's current namespace, nil for the program's
}

// workerJob reads what workers are to do.
func (f fields) workerJob(kind handleKind, d *odp.Datapath, o *handlerOptions) *workerJob {
	c := f.c
	if f.has("script") == f.has("func") {
		c.bad(f.n, "either script or func expected, which is what the workers run")
	}
	job := &workerJob{kind: kind, d: d, options: o, script: c.rt.script}
	if fn := f.function("func"); fn != nil {
		job.proto, job.modules = fn.Proto, f.modulesIn("func", fn)
		job.name = fmt.Sprintf("the function at %s:%d", fn.Proto.SourceName, fn.Proto.LineDefined)
	} else {
		code := f.script("script", &job.script)
		fn, err := c.rt.load(job.script, code)
		if err != nil {
			f.bad("script", "it does not compile: %v", err)
		}
		job.proto, job.name = fn.Proto, job.script
	}
	var err error
	if job.args, err = c.rt.seal(f.get("args"), "args"); err != nil {
		f.bad("args", "%v", err)
	}
	if ns := c.rt.currentNamespace(); !ns.home {
		fd, err := unix.FcntlInt(uintptr(ns.fd(c)), unix.F_DUPFD_CLOEXEC, 0)
		c.raise(err)
		job.ns, job.nsName = os.NewFile(uintptr(fd), "netns"), ns.name
	}
	return job
}

func (j *workerJob) close() {
	if j.ns != nil {
		j.ns.Close()
	}
}

// namespaceIn opens the current namespace of the script in a worker; nil is the
// program's.
func (j *workerJob) namespaceIn(rt *Runtime) (*namespace, error) {
	if j.ns == nil {
		return nil, nil
	}
	return rt.openNamespaceFile(&namespace{name: j.nsName, keep: true}, fmt.Sprintf("/proc/self/fd/%d", j.ns.Fd()))
}

// script reads the file that a field names: beside the script, or as the path
// says.
func (f fields) script(name string, found *string) string {
	given := f.string(name)
	tried := []string{given}
	if beside := filepath.Join(filepath.Dir(f.c.rt.script), given); !filepath.IsAbs(given) && beside != filepath.Clean(given) {
		tried = []string{beside, given}
	}
	if f.c.rt.cfg.Safe {
		if !filepath.IsLocal(given) {
			f.bad(name, "a file in the script's folder expected, as the program runs with --safe; got %q", given)
		}
		tried = tried[:1]
	}
	for _, file := range tried {
		code, err := os.ReadFile(file)
		switch {
		case err == nil:
			*found = file
			return string(code)
		case !errors.Is(err, fs.ErrNotExist):
			f.bad(name, "cannot read %s: %v", file, pathCause(err))
		}
	}
	f.bad(name, "there is no file %s", strings.Join(tried, ", nor "))
	return ""
}

// modulesIn returns the names of the modules that a function's upvalues hold. It
// refuses other local variables from outside of it, as another Lua state does not
// have them.
func (f fields) modulesIn(name string, fn *lua.LFunction) (modules []string) {
	if fn.IsG {
		f.bad(name, "a function written in Lua expected, got one of the program's own")
	}
	if fn.Env != f.c.L.G.Global {
		f.bad(name, "the function has an environment of its own, which belongs to this Lua state")
	}
	var captured []string
	for i := range int(fn.Proto.NumUpvalues) {
		if module := f.c.rt.moduleNamed(fn.Upvalues[i].Value()); module != "" {
			modules = append(modules, module)
			continue
		}
		line := firstUse(fn.Proto, i)
		if line == 0 {
			line = fn.Proto.LineDefined
		}
		captured = append(captured, fmt.Sprintf("'%s' at %s:%d", fn.Proto.DbgUpvalues[i], fn.Proto.SourceName, line))
	}
	if len(captured) > 0 {
		f.bad(name, "the function uses local variables from outside of it, which workers do not share: %s; pass values by args, and define what it calls inside of it",
			strings.Join(captured, ", "))
	}
	return modules
}

// moduleNamed is the name by which require gives v, empty if it is no module.
func (rt *Runtime) moduleNamed(v lua.LValue) (name string) {
	table, ok := v.(*lua.LTable)
	if !ok {
		return ""
	}
	for _, m := range rt.reg.modules {
		if rt.L.G.Global.RawGetString(m.Name) == v {
			return m.Name
		}
	}
	loaded, ok := rt.L.GetField(rt.L.GetGlobal("package"), "loaded").(*lua.LTable)
	if !ok {
		return ""
	}
	for k, v := loaded.Next(lua.LNil); k != lua.LNil; k, v = loaded.Next(k) {
		if v == table && k != lua.LString("_G") {
			return lua.LVAsString(k)
		}
	}
	return ""
}

// code returns the function that a worker is to run, with the modules that it uses
// loaded there.
func (j *workerJob) code(rt *Runtime) (*lua.LFunction, error) {
	fn := rt.L.NewFunctionFromProto(j.proto)
	for i, name := range j.modules {
		require, _ := rt.L.GetGlobal("require").(*lua.LFunction)
		results, err := rt.execute(context.Background(), require, lua.LString(name))
		if err != nil {
			return nil, err
		}
		fn.Upvalues[i] = new(lua.Upvalue)
		fn.Upvalues[i].SetValue(results[0])
	}
	return fn, nil
}

// firstUse returns the line where a function first uses an upvalue, itself or by a
// function in it; 0 if that is not known.
func firstUse(p *lua.FunctionProto, upvalue int) int {
	for pc := 0; pc < len(p.Code); pc++ {
		op, b, c := decodeInstruction(p.Code[pc])
		switch {
		case (op == lua.OP_GETUPVAL || op == lua.OP_SETUPVAL) && b == upvalue:
			return p.DbgSourcePositions[pc]
		case op == lua.OP_SETLIST && c == 0:
			pc++ // what follows is a number
		case op == lua.OP_CLOSURE:
			// An instruction for each of the function's upvalues follows.
			inner := p.FunctionPrototypes[p.Code[pc]&0x3ffff]
			for i := range int(inner.NumUpvalues) {
				pc++
				if op, b, _ := decodeInstruction(p.Code[pc]); op == lua.OP_GETUPVAL && b == upvalue {
					if line := firstUse(inner, i); line != 0 {
						return line
					}
				}
			}
		}
	}
	return 0
}

// decodeInstruction takes an instruction of the interpreter apart: 6 bits of
// operation, 8 of a, and 9 each of c and b.
func decodeInstruction(inst uint32) (op, b, c int) {
	return int(inst >> 26), int(inst & 0x1ff), int(inst >> 9 & 0x1ff)
}
