package luabind

import (
	"errors"

	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

const classDatapath = "odp.Datapath"

func (rt *Runtime) newDatapath(d *odp.Datapath) *lua.LUserData { return rt.object(classDatapath, d) }

// connect returns the connection to the kernel for a network namespace, nil for
// the one that the program runs in. It is opened when first needed.
func (c call) connect(ns *namespace) *odp.Conn {
	if conn := c.rt.conns[ns]; conn != nil {
		return conn
	}
	cfg := &odp.Config{}
	if ns != nil {
		cfg.NetNS = ns.fd(c)
	}
	conn, err := odp.Dial(cfg)
	c.raise(err)
	c.rt.conns[ns] = conn
	c.rt.closers.add(func() { conn.Close() }) // idempotent
	return conn
}

// datapathFuncs are the functions of module odp about datapaths.
func datapathFuncs() []*Func {
	netns := Param{Name: "ns", Type: classNamespace, Doc: "the namespace to look in; that of the program if not given", Optional: true}
	return []*Func{
		{
			Name:    "datapath",
			Doc:     "The datapath of that name, or nil.",
			Params:  []Param{{Name: "name", Type: "string"}, netns},
			Returns: []Param{{Name: "dp", Type: classDatapath + "?"}},
			Example: "local dp = assert(odp.datapath(\"ovs-system\"), \"no such datapath\")",
			Go: func(c call) int {
				conn := c.connect(c.optNamespace(2))
				d, err := conn.Datapath(c.string(1))
				if errors.Is(err, odp.ErrNotExist) {
					return c.push(lua.LNil)
				}
				c.raise(err)
				return c.push(c.rt.newDatapath(d))
			},
		},
		{
			Name:    "datapaths",
			Doc:     "All datapaths of the namespace.",
			Params:  []Param{netns},
			Returns: []Param{{Name: "list", Type: classDatapath + "[]"}},
			Example: "for _, dp in ipairs(odp.datapaths()) do print(dp.name) end",
			Go: func(c call) int {
				conn := c.connect(c.optNamespace(1))
				list, err := conn.Datapaths()
				c.raise(err)
				t := c.L.NewTable()
				for _, d := range list {
					t.Append(c.rt.newDatapath(d))
				}
				return c.push(t)
			},
		},
		{
			Name:    "create_datapath",
			Doc:     "Create a datapath, with its local port of the same name.",
			Params:  []Param{{Name: "spec", Type: "string|odp.DatapathSpec", Doc: "the name, or a table"}},
			Returns: []Param{{Name: "dp", Type: classDatapath}},
			Example: "local dp = odp.create_datapath(\"dp0\")",
			Go:      createDatapath,
		},
	}
}

func createDatapath(c call) int {
	var spec odp.DatapathSpec
	var ns *namespace
	if name, ok := c.arg(1).(lua.LString); ok {
		spec.Name = string(name)
	} else {
		f := c.fieldsOf(1, c.table(1), "odp.DatapathSpec")
		spec.Name = f.string("name")
		if f.has("masks_cache_size") {
			size := uint32(f.uint("masks_cache_size", 1<<31, 0))
			spec.MasksCacheSize = &size
		}
		if f.has("netns") {
			ns = c.namespaceOf(1, f.get("netns"))
		}
	}
	conn := c.connect(ns)
	d, err := conn.CreateDatapath(spec)
	c.raise(err)
	return c.push(c.rt.newDatapath(d))
}

func datapathShapes() []*Shape {
	return []*Shape{
		{Name: "odp.DatapathSpec", Doc: "What odp.create_datapath takes.", Fields: []Param{
			{Name: "name", Type: "string", Doc: "1 to 15 bytes"},
			{Name: "masks_cache_size", Type: "integer", Doc: "0 or a power of two; the kernel's default if not given", Optional: true},
			{Name: "netns", Type: classNamespace, Doc: "the namespace to create it in", Optional: true},
		}},
		{Name: "odp.DatapathStats", Doc: "What a datapath has counted since it was created.", Fields: []Param{
			{Name: "hit", Type: "integer", Doc: "packets that matched a flow"},
			{Name: "missed", Type: "integer", Doc: "packets that matched none"},
			{Name: "lost", Type: "integer", Doc: "packets for user space that could not be delivered"},
			{Name: "flows", Type: "integer", Doc: "flows installed now"},
			{Name: "mask_hit", Type: "integer", Doc: "masks looked at for all packets together"},
			{Name: "masks", Type: "integer", Doc: "masks in use now"},
			{Name: "cache_hit", Type: "integer", Doc: "packets whose mask was in the masks cache"},
		}},
	}
}

func datapathClass() *Class {
	class := &Class{
		Name: classDatapath,
		Doc:  "A datapath in the kernel. Once it is deleted, everything but its name and index raises.",
		Props: []*Prop{
			{Name: "name", Type: "string", Doc: "its name, which its local port has too", Get: func(c call) lua.LValue {
				return lua.LString(self[*odp.Datapath](c).Name())
			}},
			{Name: "index", Type: "integer", Doc: "the interface index of its local port", Get: func(c call) lua.LValue {
				return lua.LNumber(self[*odp.Datapath](c).Index())
			}},
			{Name: "features", Type: "string", Doc: "the features that are on, separated by commas", Get: func(c call) lua.LValue {
				f, err := self[*odp.Datapath](c).Features()
				c.raise(err)
				return lua.LString(f.String())
			}},
			{Name: "stats", Type: "odp.DatapathStats", Doc: "its counters, read from the kernel now", Get: func(c call) lua.LValue {
				s, err := self[*odp.Datapath](c).Stats()
				c.raise(err)
				return c.rt.record("odp.DatapathStats", map[string]lua.LValue{
					"hit": c.rt.integer(s.Hit), "missed": c.rt.integer(s.Missed), "lost": c.rt.integer(s.Lost),
					"flows": c.rt.integer(s.Flows), "mask_hit": c.rt.integer(s.MaskHit),
					"masks": lua.LNumber(s.Masks), "cache_hit": c.rt.integer(s.CacheHit),
				})
			}},
		},
		Methods: []*Func{{
			Name:    "delete",
			Doc:     "Delete the datapath with all its vports and flows. Its miss handlers end.",
			Example: "dp:delete()",
			Go: func(c call) int {
				d := self[*odp.Datapath](c)
				c.rt.stopReceiver(d)
				c.raise(d.Delete())
				return 0
			},
		}},
		Ops: map[string]func(c call) int{
			"__tostring": func(c call) int { return c.pushString(self[*odp.Datapath](c).Name()) },
			"__concat":   concat,
			"__eq": func(c call) int {
				a, b := c.L.Get(1).(*lua.LUserData).Value.(*odp.Datapath), c.L.Get(2).(*lua.LUserData).Value.(*odp.Datapath)
				return c.push(lua.LBool(a == b || a.Index() == b.Index() && a.Name() == b.Name()))
			},
		},
		OpDocs: []string{"concat(string): string"},
	}
	class.Methods = append(class.Methods, vportMethods()...)
	class.Methods = append(class.Methods, flowMethods()...)
	class.Methods = append(class.Methods, packetMethods()...)
	class.Methods = append(class.Methods, upcallMethods()...)
	class.Methods = append(class.Methods, meterMethods()...)
	class.Props = append(class.Props, meterProps()...)
	return class
}

// textOptions let port names stand for port numbers in matches and actions for
// a datapath.
func textOptions(d *odp.Datapath) *odp.TextOptions {
	return &odp.TextOptions{PortByName: func(name string) (odp.PortNo, bool) {
		v, err := d.Vport(name)
		if err != nil {
			return 0, false
		}
		return v.Number(), true
	}}
}

// present raises err unless it says that what was looked for on d does not
// exist. Then it returns false, but raises if it is d that is gone.
func (c call) present(d *odp.Datapath, err error) bool {
	if err == nil {
		return true
	}
	if !errors.Is(err, odp.ErrNotExist) {
		c.raise(err)
	}
	if _, gone := d.Info(); errors.Is(gone, odp.ErrNotExist) {
		c.raise(err) // which says so
	} else {
		c.raise(gone)
	}
	return false
}
