package luabind

import (
	"errors"
	"fmt"

	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

const classDatapath = "odp.Datapath"

func (rt *Runtime) newDatapath(d *odp.Datapath) *lua.LUserData { return rt.object(classDatapath, d) }

// connect returns the connection to the kernel for a network namespace, nil for
// the current one. It is opened when first needed.
func (c call) connect(ns *namespace) *odp.Conn {
	if ns == nil {
		ns = c.rt.currentNamespace()
	}
	ns.fd(c) // raises if it has been deleted
	conn, err := c.rt.dial(ns)
	c.raise(err)
	return conn
}

func (rt *Runtime) dial(ns *namespace) (*odp.Conn, error) {
	if conn := rt.conns[ns]; conn != nil {
		return conn, nil
	}
	cfg := &odp.Config{}
	if !ns.home {
		cfg.NetNS = int(ns.file)
	}
	conn, err := odp.Dial(cfg)
	switch {
	case err != nil && !ns.home:
		return nil, fmt.Errorf("%s: %w", ns, err)
	case err != nil:
		return nil, err
	}
	rt.conns[ns] = conn
	rt.closers.add(func() { conn.Close() }) // idempotent
	return conn, nil
}

// connLike returns the connection of this Lua state to the network namespace that
// a connection of another one is in.
func (rt *Runtime) connLike(other *odp.Conn) (*odp.Conn, error) {
	for _, conn := range rt.conns {
		if conn == other {
			return conn, nil
		}
	}
	if ns := rt.likeConns[other]; ns != nil && !ns.deleted {
		return rt.dial(ns)
	}
	ns := rt.home()
	file, err := other.NetNS()
	switch {
	case err != nil:
		return nil, err
	case file != nil:
		defer file.Close()
		if ns, err = rt.openNamespaceFile(&namespace{keep: true}, fmt.Sprintf("/proc/self/fd/%d", file.Fd())); err != nil {
			return nil, &opError{"namespace open", "", err}
		}
	}
	rt.likeConns[other] = ns
	return rt.dial(ns)
}

// datapathFuncs are the functions of module odp about datapaths.
func datapathFuncs() []*Func {
	netns := Param{Name: "ns", Type: classNamespace, Doc: "the namespace to look in; the current one if not given", Optional: true}
	return []*Func{
		{
			Name:    "datapath",
			Doc:     "The datapath of that name, or nil. It is also found by the interface index of its local port.",
			Params:  []Param{{Name: "name", Type: "odp.DatapathName|integer", Doc: "its name, or the interface index of its local port"}, netns},
			Returns: []Param{{Name: "dp", Type: classDatapath + "?"}},
			Example: "local dp = assert(odp.datapath(\"ovs-system\"), \"no such datapath\")",
			Go: func(c call) int {
				conn := c.connect(c.optNamespace(2))
				find := func() (*odp.Datapath, error) { return conn.Datapath(c.string(1)) }
				if _, isNumber := c.arg(1).(lua.LNumber); isNumber {
					find = func() (*odp.Datapath, error) { return conn.DatapathByIndex(int(c.uint(1, maxIfIndex))) }
				}
				d, err := find()
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
		spec.MasksCacheSize = f.masksCacheSize()
		if f.has("features") {
			spec.Features = f.features("features", func() odp.Features { return 0 })
		}
		spec.PerCPUPIDs = f.pids("per_cpu_pids")
		spec.UpcallPID = uint32(f.uint("upcall_pid", maxUint32, 0))
		spec.Index = int(f.uint("index", maxIfIndex, 0))
		if f.has("netns") {
			ns = c.namespaceOf(1, f.get("netns"))
		}
	}
	conn := c.connect(ns)
	d, err := conn.CreateDatapath(spec)
	c.raise(err)
	return c.push(c.rt.newDatapath(d))
}

const (
	maxUint32  = 1<<32 - 1
	maxIfIndex = 1<<31 - 1
)

func (f fields) masksCacheSize() *uint32 {
	if !f.has("masks_cache_size") {
		return nil
	}
	size := uint32(f.uint("masks_cache_size", 1<<31, 0))
	return &size
}

// pids reads an array of netlink port ids, nil if it is not given.
func (f fields) pids(name string) []uint32 {
	if !f.has(name) {
		return nil
	}
	list, ok := f.get(name).(*lua.LTable)
	if !ok {
		f.expected(name, "array of netlink port ids")
	}
	pids := make([]uint32, 0, list.Len())
	for i := 1; i <= list.Len(); i++ {
		v, want := wholeNumber(list.RawGetInt(i), maxUint32)
		if want != "" {
			f.bad(name, "%s expected at index %d, got %s", want, i, f.c.rt.describe(list.RawGetInt(i)))
		}
		pids = append(pids, uint32(v))
	}
	return pids
}

// features reads user features: a text of all that are to be on, or a table that
// turns some on or off and leaves the others as now says they are.
func (f fields) features(name string, now func() odp.Features) odp.Features {
	switch v := f.get(name).(type) {
	case lua.LString:
		features, err := odp.ParseFeatures(string(v))
		if err != nil {
			f.bad(name, "%v", err)
		}
		return features
	case *lua.LTable:
		features := now()
		v.ForEach(func(k, on lua.LValue) {
			bit, err := odp.ParseFeatures(lua.LVAsString(k))
			if _, text := k.(lua.LString); !text || err != nil || bit == 0 {
				f.bad(name, "a table of features and booleans expected, with some of %v; got the index %s", odp.UserFeatures(), f.c.rt.describe(k))
			}
			switch on {
			case lua.LTrue:
				features |= bit
			case lua.LFalse:
				features &^= bit
			default:
				f.bad(name, "%s: boolean expected, got %s", k, f.c.rt.describe(on))
			}
		})
		return features
	}
	f.expected(name, "string or table")
	return 0
}

func setDatapath(c call) int {
	d := self[*odp.Datapath](c)
	f := c.fieldsOf(1, c.table(1), "odp.DatapathChange")
	change := odp.DatapathChange{MasksCacheSize: f.masksCacheSize(), PerCPUPIDs: f.pids("per_cpu_pids")}
	if f.has("features") {
		features := f.features("features", func() odp.Features {
			now, err := d.Features()
			c.raise(err)
			return now
		})
		change.Features = &features
	}
	_, err := d.Set(change)
	c.raise(err)
	return c.push(c.L.Get(1))
}

// info reads the datapath for a property.
func (c call) info() odp.DatapathInfo {
	info, err := self[*odp.Datapath](c).Info()
	c.raise(err)
	return info
}

// pidTable makes an array of port ids.
func (rt *Runtime) pidTable(pids []uint32) *lua.LTable {
	t := rt.L.CreateTable(len(pids), 0)
	for _, pid := range pids {
		t.Append(lua.LNumber(pid))
	}
	return t
}

const featuresType = "string|table<string, boolean>"

func datapathShapes() []*Shape {
	pids := Param{Name: "per_cpu_pids", Type: "integer[]", Optional: true,
		Doc: "netlink port ids of the sockets for upcalls of CPU 0, 1, ..., while dispatch_upcall_per_cpu is on"}
	cache := Param{Name: "masks_cache_size", Type: "integer", Doc: "0 or a power of two", Optional: true}
	return []*Shape{
		{Name: "odp.DatapathSpec", Doc: "What odp.create_datapath takes.", Fields: []Param{
			{Name: "name", Type: "string", Doc: "1 to 15 bytes"},
			{Name: "masks_cache_size", Type: "integer", Doc: "0 or a power of two; the kernel's default if not given", Optional: true},
			{Name: "features", Type: featuresType, Doc: "user features that are to be on, as dp.features shows them", Optional: true},
			pids,
			{Name: "upcall_pid", Type: "integer", Doc: "netlink port id of the socket for upcalls of the local port", Optional: true},
			{Name: "index", Type: "integer", Doc: "interface index of the local port (Linux 6.1)", Optional: true},
			{Name: "netns", Type: classNamespace, Doc: "the namespace to create it in", Optional: true},
		}},
		{Name: "odp.DatapathChange", Doc: "What dp:set takes. What is not given stays as it is.", Fields: []Param{
			{Name: "features", Type: featuresType, Optional: true,
				Doc: "all user features that are to be on, as dp.features shows them, or a table of those to turn on (true) and off (false)"},
			cache, pids,
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
		Var:     "dp",
		Name:    classDatapath,
		Columns: []string{"name", "index", "stats.flows", "stats.hit", "stats.missed", "stats.lost", "stats.masks"},
		show:    showDatapath,
		Doc:     "A datapath in the kernel. Once it is deleted, everything but its name and index raises.",
		Props: []*Prop{
			{Name: "name", Type: "string", Doc: "its name, which its local port has too", Get: func(c call) lua.LValue {
				return lua.LString(self[*odp.Datapath](c).Name())
			}},
			{Name: "index", Type: "integer", Doc: "the interface index of its local port", Get: func(c call) lua.LValue {
				return lua.LNumber(self[*odp.Datapath](c).Index())
			}},
			{Name: "features", Lazy: true, Type: "string", Doc: "the features that are on, separated by commas", Get: func(c call) lua.LValue {
				f, err := self[*odp.Datapath](c).Features()
				c.raise(err)
				return lua.LString(f.String())
			}},
			{Name: "masks_cache_size", Lazy: true, Type: "integer", Doc: "entries of the cache of masks for each CPU", Get: func(c call) lua.LValue {
				return lua.LNumber(c.info().MasksCacheSize)
			}},
			{Name: "per_cpu_pids", Lazy: true, Type: "integer[]", Get: func(c call) lua.LValue { return c.rt.pidTable(c.info().PerCPUPIDs) },
				Doc: "netlink port ids for the upcalls of CPU 0, 1, ...; empty while dispatch_upcall_per_cpu is off"},
			{Name: "stats", Lazy: true, Type: "odp.DatapathStats", Doc: "its counters, read from the kernel now", Get: func(c call) lua.LValue {
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
			Doc:     "Delete the datapath with all its vports and flows. Its handlers end.",
			Example: "dp:delete()",
			Go: func(c call) int {
				d := self[*odp.Datapath](c)
				c.rt.stopReceiver(d)
				c.raise(d.Delete())
				return 0
			},
		}, {
			Name: "set",
			Doc: "Change the datapath. While it has miss handlers, those choose dispatch_upcall_per_cpu and its port ids and set " +
				"them again.",
			Params:  []Param{{Name: "changes", Type: "odp.DatapathChange"}},
			Returns: []Param{{Name: "dp", Type: classDatapath}},
			Example: "dp:set{ masks_cache_size = 1024, features = { tc_recirc_sharing = true } }",
			Go:      setDatapath,
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
	class.Methods = append(class.Methods, eventMethods()...)
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
