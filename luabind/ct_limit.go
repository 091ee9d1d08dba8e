package luabind

import (
	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

// defaultZone stands for all zones that have no limit of their own.
const defaultZone = lua.LString("default")

// ctLimitFuncs are the functions of module odp about limits of connections,
// which belong to a network namespace and not to a datapath.
func ctLimitFuncs() []*Func {
	netns := Param{Name: "ns", Type: classNamespace, Doc: "the namespace to look in; the current one if not given", Optional: true}
	zone := Param{Name: "zone", Type: `integer|"default"`, Optional: true,
		Doc: "conntrack zone; if not given or \"default\", all zones without a limit of their own"}
	return []*Func{
		{
			Name: "set_ct_limit",
			Doc: "Limit the connections of a conntrack zone: a packet whose action ct would commit one more is dropped. " +
				"The limit is for all datapaths of the namespace together.",
			Params:  []Param{{Name: "spec", Type: "odp.CTLimitSpec"}},
			Example: "odp.set_ct_limit{ zone = 5, limit = 1000 }\nodp.set_ct_limit{ limit = 50 } -- for zones without one",
			Go: func(c call) int {
				f := c.fieldsOf(1, c.table(1), "odp.CTLimitSpec")
				l := odp.CTLimit{Zone: f.zone("zone"), Limit: uint32(f.needUint("limit", 0, 1<<32-1))}
				var ns *namespace
				if f.has("netns") {
					ns = c.namespaceOf(1, f.get("netns"))
				}
				c.raise(c.connect(ns).SetCTLimits(l))
				return 0
			},
		},
		{
			Name:    "ct_limit",
			Doc:     "The limit that applies to a conntrack zone, its own or the default.",
			Params:  []Param{zone, netns},
			Returns: []Param{{Name: "limit", Type: "odp.CTLimit"}},
			Example: "print(odp.ct_limit(5).count)",
			Go: func(c call) int {
				zone := c.zone(1)
				limits, err := c.connect(c.optNamespace(2)).CTLimits(zone)
				c.raise(err)
				return c.push(c.rt.ctLimit(limits[0]))
			},
		},
		{
			Name:    "ct_limits",
			Doc:     "The limits of the namespace: first the default, then those of the zones that have their own.",
			Params:  []Param{netns},
			Returns: []Param{{Name: "list", Type: "odp.CTLimit[]"}},
			Example: "for _, l in ipairs(odp.ct_limits()) do print(l.zone, l.limit, l.count) end",
			Go: func(c call) int {
				limits, err := c.connect(c.optNamespace(1)).CTLimits()
				c.raise(err)
				t := c.L.NewTable()
				for _, l := range limits {
					t.Append(c.rt.ctLimit(l))
				}
				return c.push(t)
			},
		},
		{
			Name:    "delete_ct_limit",
			Doc:     "Have the default apply to a zone again, or have no default limit. A zone without a limit of its own is left as it is.",
			Params:  []Param{zone, netns},
			Example: "odp.delete_ct_limit(5)",
			Go: func(c call) int {
				zone := c.zone(1)
				c.raise(c.connect(c.optNamespace(2)).DeleteCTLimits(zone))
				return 0
			},
		},
	}
}

func ctLimitShapes() []*Shape {
	return []*Shape{
		{Name: "odp.CTLimitSpec", Doc: "What odp.set_ct_limit takes.", Fields: []Param{
			{Name: "zone", Type: `integer|"default"`, Optional: true,
				Doc: "conntrack zone, 0 to 65535; if not given or \"default\", all zones without a limit of their own"},
			{Name: "limit", Type: "integer", Doc: "the number of connections; 0 for no limit"},
			{Name: "netns", Type: classNamespace, Doc: "the namespace of the datapaths; the current one if not given", Optional: true},
		}},
		{Name: "odp.CTLimit", Doc: "The limit of the connections of a conntrack zone.", Fields: []Param{
			{Name: "zone", Type: `integer|"default"`, Doc: "the zone, or \"default\" for all without a limit of their own"},
			{Name: "limit", Type: "integer", Doc: "the number of connections; 0 for no limit"},
			{Name: "count", Type: "integer", Doc: "the connections now, of those committed while there was a limit; nil for the default", Optional: true},
		}},
	}
}

func (rt *Runtime) ctLimit(l odp.CTLimit) lua.LValue {
	values := map[string]lua.LValue{"limit": lua.LNumber(l.Limit)}
	if l.Zone == odp.DefaultCTZone {
		values["zone"] = defaultZone
	} else {
		values["zone"], values["count"] = lua.LNumber(l.Zone), lua.LNumber(l.Count)
	}
	return rt.record("odp.CTLimit", values)
}

// zone returns argument n as a conntrack zone.
func (c call) zone(n int) int {
	zone, ok := zoneOf(c.arg(n))
	if !ok {
		c.expected(n, zoneForms)
	}
	return zone
}

// zone returns a field as a conntrack zone.
func (f fields) zone(name string) int {
	zone, ok := zoneOf(f.get(name))
	if !ok {
		f.expected(name, zoneForms)
	}
	return zone
}

const zoneForms = `zone from 0 to 65535 or "default"`

func zoneOf(v lua.LValue) (zone int, ok bool) {
	if v == lua.LNil || v == defaultZone {
		return odp.DefaultCTZone, true
	}
	n, want := wholeNumber(v, 1<<16-1)
	return int(n), want == ""
}
