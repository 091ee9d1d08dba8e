package luabind

import (
	"errors"
	"fmt"

	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

const classVport = "odp.Vport"

func (rt *Runtime) newVport(v *odp.Vport) *lua.LUserData { return rt.object(classVport, v) }

func vportClass() *Class {
	class := &Class{
		Name:    classVport,
		Columns: []string{"number", "name", "type", "ifindex", "stats.rx_packets", "stats.rx_bytes", "stats.tx_packets", "stats.tx_bytes"},
		show:    showVport,
		Doc:     "A port of a datapath. It can stand wherever a port number is meant: in matches and as an action.",
		Props: []*Prop{
			{Name: "name", Type: "string", Doc: "the name of its network device", Get: func(c call) lua.LValue {
				return lua.LString(self[*odp.Vport](c).Name())
			}},
			{Name: "number", Type: "integer", Doc: "its number in the datapath", Get: func(c call) lua.LValue {
				return lua.LNumber(self[*odp.Vport](c).Number())
			}},
			{Name: "type", Type: vportTypeList(), Doc: "what kind of port it is", Get: func(c call) lua.LValue {
				return lua.LString(self[*odp.Vport](c).Type().String())
			}},
			{Name: "ifindex", Type: "integer?", Doc: "the interface index of its network device", Get: func(c call) lua.LValue {
				if i := self[*odp.Vport](c).IfIndex(); i != 0 {
					return lua.LNumber(i)
				}
				return lua.LNil
			}},
			{Name: "datapath", Type: classDatapath, Doc: "the datapath that it is a port of", Get: func(c call) lua.LValue {
				return c.rt.newDatapath(self[*odp.Vport](c).Datapath())
			}},
			{Name: "netnsid", Type: "integer?", Doc: "the number of the network namespace that its device was moved to, when the port was read; nil if that is the datapath's",
				Get: func(c call) lua.LValue {
					if id, ok := self[*odp.Vport](c).NetNSID(); ok {
						return lua.LNumber(id)
					}
					return lua.LNil
				}},
			{Name: "upcall_pids", Lazy: true, Type: "integer[]", Doc: "netlink port ids for its upcalls, read from the kernel now; the first alone unless the feature vport_pids is on; 0 is nobody",
				Get: func(c call) lua.LValue {
					now, err := self[*odp.Vport](c).Refresh()
					c.raise(err)
					return c.rt.pidTable(now.UpcallPIDs())
				}},
			{Name: "stats", Lazy: true, Type: "odp.VportStats", Doc: "its counters, read from the kernel now", Get: vportStats},
		},
		Methods: []*Func{{
			Name: "set",
			Doc: "Change the port. No kernel up to 7.2 changes the options of tunnels: those raise, with errno EOPNOTSUPP. While " +
				"the datapath has miss handlers that share packets out by port, those choose upcall_pids.",
			Params:  []Param{{Name: "changes", Type: "odp.VportChange"}},
			Returns: []Param{{Name: "vport", Type: classVport}},
			Example: "dp:vport(1):set{ upcall_pids = { 0 } }",
			Go:      setVport,
		}, {
			Name:    "delete",
			Doc:     "Take the port out of its datapath. Its network device goes with it, unless it is a netdev.",
			Example: "dp:vport(\"vxlan0\"):delete()",
			Go: func(c call) int {
				c.raise(self[*odp.Vport](c).Delete())
				return 0
			},
		}},
		Ops: map[string]func(c call) int{
			"__tostring": func(c call) int { return c.pushString(self[*odp.Vport](c).Name()) },
			"__concat":   concat,
			"__eq": func(c call) int {
				a, b := c.L.Get(1).(*lua.LUserData).Value.(*odp.Vport), c.L.Get(2).(*lua.LUserData).Value.(*odp.Vport)
				return c.push(lua.LBool(a == b ||
					a.Datapath().Index() == b.Datapath().Index() && a.Number() == b.Number() && a.Name() == b.Name()))
			},
		},
		OpDocs: []string{"concat(string): string"},
	}
	for _, option := range odp.VportOptionRows() {
		class.Props = append(class.Props, &Prop{Name: option.Name, Type: "integer|boolean|string|nil", Doc: option.Doc, Get: func(c call) lua.LValue {
			return optionValue(option.Text(self[*odp.Vport](c).Options()))
		}})
	}
	return class
}

// optionValue converts the text of a vport option.
func optionValue(text string) lua.LValue {
	switch text {
	case "":
		return lua.LNil
	case "true":
		return lua.LTrue
	case "false":
		return lua.LFalse
	}
	if v, ok := parseU64(text); ok && v < maxExact {
		return lua.LNumber(v)
	}
	return lua.LString(text)
}

func vportTypeList() string {
	list := ""
	for i, t := range odp.VportTypes() {
		if i > 0 {
			list += "|"
		}
		list += fmt.Sprintf("%q", t)
	}
	return list
}

func vportStats(c call) lua.LValue {
	s, err := self[*odp.Vport](c).Stats()
	c.raise(err)
	return c.rt.vportStats(s)
}

func (rt *Runtime) vportStats(s odp.VportStats) lua.LValue {
	values := map[string]lua.LValue{
		"rx_packets": rt.integer(s.RxPackets), "tx_packets": rt.integer(s.TxPackets),
		"rx_bytes": rt.integer(s.RxBytes), "tx_bytes": rt.integer(s.TxBytes),
		"rx_errors": rt.integer(s.RxErrors), "tx_errors": rt.integer(s.TxErrors),
		"rx_dropped": rt.integer(s.RxDropped), "tx_dropped": rt.integer(s.TxDropped),
	}
	if s.HasUpcalls {
		values["upcalls"], values["lost_upcalls"] = rt.integer(s.Upcalls), rt.integer(s.LostUpcalls)
	}
	return rt.record("odp.VportStats", values)
}

func vportShapes() []*Shape {
	spec := &Shape{Name: "odp.VportSpec", Doc: "What dp:add_vport takes.", Fields: []Param{
		{Name: "name", Type: "net.LinkName", Doc: "of its network device, 1 to 15 bytes: an existing one for a netdev, else one that the kernel makes"},
		{Name: "type", Type: vportTypeList(), Doc: "netdev if not given", Optional: true},
		{Name: "number", Type: "integer", Doc: "its number in the datapath; the lowest free one if not given", Optional: true},
		{Name: "upcall_pids", Type: "integer[]", Doc: "netlink port ids of the sockets among which its upcalls are shared out", Optional: true},
		{Name: "ifindex", Type: "integer", Doc: "interface index of the device of an internal port (Linux 6.1)", Optional: true},
	}}
	change := &Shape{Name: "odp.VportChange", Doc: "What vport:set takes. What is not given stays as it is.", Fields: []Param{
		{Name: "upcall_pids", Type: "integer[]", Doc: "netlink port ids of the sockets among which its upcalls are shared out; none: upcalls are lost", Optional: true},
	}}
	for _, option := range odp.VportOptionRows() {
		p := Param{Name: option.Name, Type: "integer|boolean|string", Doc: option.Doc, Optional: true}
		spec.Fields, change.Fields = append(spec.Fields, p), append(change.Fields, p)
	}
	counter := func(name, doc string) Param { return Param{Name: name, Type: "integer", Doc: doc} }
	return []*Shape{spec, change, {Name: "odp.VportStats", Doc: "What a vport has counted. Received is what came into the datapath.", Fields: []Param{
		counter("rx_packets", "packets received"), counter("tx_packets", "packets sent"),
		counter("rx_bytes", "bytes received"), counter("tx_bytes", "bytes sent"),
		counter("rx_errors", "packets received with errors"), counter("tx_errors", "packets that could not be sent"),
		counter("rx_dropped", "received packets that were dropped"), counter("tx_dropped", "packets dropped in sending"),
		{Name: "upcalls", Type: "integer", Doc: "packets sent to user space (Linux 6.2)", Optional: true},
		{Name: "lost_upcalls", Type: "integer", Doc: "packets for user space that were lost (Linux 6.2)", Optional: true},
	}}}
}

// vportMethods are the methods of a datapath about vports.
func vportMethods() []*Func {
	return []*Func{
		{
			Name:    "add_vport",
			Doc:     "Add a port: an existing network device by name, or what a table describes.",
			Params:  []Param{{Name: "spec", Type: "net.LinkName|odp.VportSpec"}},
			Returns: []Param{{Name: "vport", Type: classVport}},
			Example: "local p1 = dp:add_vport(\"eth1\")\nlocal vx = dp:add_vport{ name = \"vxlan0\", type = \"vxlan\", dst_port = 4789 }",
			Go:      addVport,
		},
		{
			Name:    "vport",
			Doc:     "The port of that name or number, or nil.",
			Params:  []Param{{Name: "id", Type: "odp.VportName|integer", Doc: "name or number"}},
			Returns: []Param{{Name: "vport", Type: classVport + "?"}},
			Example: "print(dp:vport(0).name)",
			Go: func(c call) int {
				d := self[*odp.Datapath](c)
				var v *odp.Vport
				var err error
				switch id := c.arg(1).(type) {
				case lua.LString:
					v, err = d.Vport(string(id))
				case lua.LNumber:
					v, err = d.VportByNumber(odp.PortNo(c.uint(1, odp.MaxPorts-1)))
				default:
					c.expected(1, "name or number of a port")
				}
				if !c.present(d, err) {
					return c.push(lua.LNil)
				}
				return c.push(c.rt.newVport(v))
			},
		},
		{
			Name:    "vports",
			Doc:     "All ports of the datapath, the local port among them.",
			Returns: []Param{{Name: "list", Type: classVport + "[]"}},
			Example: "for _, p in ipairs(dp:vports()) do print(p.number, p.name, p.type) end",
			Go: func(c call) int {
				list, err := self[*odp.Datapath](c).Vports()
				c.raise(err)
				t := c.L.NewTable()
				for _, v := range list {
					t.Append(c.rt.newVport(v))
				}
				return c.push(t)
			},
		},
	}
}

func addVport(c call) int {
	d := self[*odp.Datapath](c)
	var spec odp.VportSpec
	if name, ok := c.arg(1).(lua.LString); ok {
		spec.Name = string(name)
	} else {
		f := c.fieldsOf(1, c.table(1), "odp.VportSpec")
		spec.Name = f.string("name")
		if f.has("number") {
			spec.Number = odp.PortNo(f.uint("number", odp.MaxPorts-1, 0))
			if spec.Number == odp.LocalPort {
				f.bad("number", "0 is the local port, a number from 1 to %d expected", odp.MaxPorts-1)
			}
		}
		if f.has("type") {
			typ, err := odp.ParseVportType(f.string("type"))
			if err != nil {
				f.bad("type", "%v", err)
			}
			spec.Type = typ
		}
		f.vportOptions(max(spec.Type, odp.VportNetdev), &spec.Options)
		spec.UpcallPIDs = f.pids("upcall_pids")
		spec.IfIndex = int(f.uint("ifindex", maxIfIndex, 0))
	}
	if up := c.rt.upcallsOf(d); up != nil && !up.PerCPU() && spec.UpcallPIDs == nil {
		spec.UpcallPIDs = up.PIDs() // no packet is lost until the handlers learn of the port
	}
	v, err := d.CreateVport(spec)
	c.raise(err)
	return c.push(c.rt.newVport(v))
}

// vportOptions reads the options of a port of type t that are given, and tells
// whether any is.
func (f fields) vportOptions(t odp.VportType, o *odp.VportOptions) (given bool) {
	for _, option := range odp.VportOptionRows() {
		if !f.has(option.Name) {
			continue
		}
		given = true
		if !option.For(t) {
			f.bad(option.Name, "a port of type %s has no such option", t)
		}
		var text string
		switch v := f.get(option.Name).(type) {
		case lua.LString, lua.LNumber, lua.LBool:
			text = v.String()
		default:
			f.expected(option.Name, "number, boolean or string")
		}
		if err := option.Set(o, text); err != nil {
			f.bad(option.Name, "%v", errors.Unwrap(err)) // the name is told already
		}
	}
	return given
}

func setVport(c call) int {
	v := self[*odp.Vport](c)
	f := c.fieldsOf(1, c.table(1), "odp.VportChange")
	change := odp.VportChange{UpcallPIDs: f.pids("upcall_pids")}
	options := v.Options()
	if f.vportOptions(v.Type(), &options) {
		change.Options = &options
	}
	now, err := v.Set(change)
	c.raise(err)
	return c.push(c.rt.newVport(now))
}
