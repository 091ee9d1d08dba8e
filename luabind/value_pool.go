package luabind

import (
	"weak"

	lua "github.com/yuin/gopher-lua"
)

// valuePool finds the userdata of a value as long as there is one, so that equal
// values are one object to Lua: == does not have to ask, and they are keys of
// tables. It does not keep them alive. Only the owner of the Lua state uses it.
//
// Entries of userdata that are gone are removed when the pool has grown to twice
// of what was in use, in place of one by one through runtime.AddCleanup: that
// would run on another goroutine, and costs more than all the rest.
type valuePool struct {
	objects map[scriptValue]weak.Pointer[lua.LUserData]
	sweepAt int
}

// minSweep keeps a small pool from being swept over and over.
const minSweep = 1024

// get returns the userdata of v, which is made if there is none.
func (p *valuePool) get(v scriptValue, make func() *lua.LUserData) *lua.LUserData {
	if ud := p.objects[v].Value(); ud != nil {
		return ud
	}
	if len(p.objects) >= p.sweepAt {
		p.sweep()
	}
	ud := make()
	p.objects[v] = weak.Make(ud)
	return ud
}

// sweep removes the entries of userdata that are gone.
func (p *valuePool) sweep() {
	if p.objects == nil {
		p.objects = map[scriptValue]weak.Pointer[lua.LUserData]{}
	}
	for v, object := range p.objects {
		if object.Value() == nil {
			delete(p.objects, v)
		}
	}
	p.sweepAt = max(minSweep, 2*len(p.objects))
}
