package luabind

import lua "github.com/yuin/gopher-lua"

// buildRegistry lists every row of the Lua API.
func buildRegistry(rt *Runtime) *registry {
	version := rt.cfg.Version
	if version == "" {
		version = "devel"
	}
	module := &Module{
		Name: "odp",
		Doc:  "Open vSwitch kernel datapaths: datapaths, ports, flows, packets that missed, and the event loop.",
		Values: []ModuleValue{
			{Param{Name: "version", Type: "string", Doc: "the version of this program"}, lua.LString(version)},
		},
	}
	module.Funcs = append(module.Funcs, loopFuncs()...)
	module.Funcs = append(module.Funcs, u64Func())
	return newRegistry(
		[]*Class{errorClass(), u64Class(), timerClass()},
		[]*Shape{},
		[]*Module{module},
	)
}
