package luabind

import (
	"errors"
	"fmt"
	"syscall"

	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

const classMeter = "odp.Meter"

// meterValue is the value of a userdata of class odp.Meter. The kernel does not
// tell what a meter was set to, so only a handle that set it knows the spec.
type meterValue struct {
	d    *odp.Datapath
	id   uint32
	spec *odp.MeterSpec
}

func (rt *Runtime) newMeter(d *odp.Datapath, id uint32, spec *odp.MeterSpec) *lua.LUserData {
	return rt.object(classMeter, &meterValue{d, id, spec})
}

func meterClass() *Class {
	return &Class{
		Name:    classMeter,
		Columns: []string{"id", "kbps", "bands", "stats.packets", "stats.bytes", "stats.idle"},
		Doc:     "A meter of a datapath. In a list of actions it stands for the action that sends packets through it: { meter, 2 }.",
		Props: []*Prop{
			{Name: "id", Type: "integer", Doc: "what the action meter names it by", Get: func(c call) lua.LValue {
				return lua.LNumber(self[*meterValue](c).id)
			}},
			{Name: "datapath", Type: classDatapath, Doc: "the datapath that it belongs to", Get: func(c call) lua.LValue {
				return c.rt.newDatapath(self[*meterValue](c).d)
			}},
			{Name: "kbps", Type: "boolean?", Doc: "whether its rates are kilobits per second, else they are packets per second. " +
				"Nil in a handle that dp:meter returned: the kernel does not tell", Get: func(c call) lua.LValue {
				if spec := self[*meterValue](c).spec; spec != nil {
					return lua.LBool(spec.KBPS)
				}
				return lua.LNil
			}},
			{Name: "bands", Type: "odp.MeterBand[]?", Doc: "its rates, as this handle set them. " +
				"Nil in a handle that dp:meter returned: the kernel does not tell", Get: func(c call) lua.LValue {
				spec := self[*meterValue](c).spec
				if spec == nil {
					return lua.LNil
				}
				t := c.L.NewTable()
				for _, b := range spec.Bands {
					t.Append(c.rt.record("odp.MeterBand", map[string]lua.LValue{
						"rate": lua.LNumber(b.Rate), "burst": lua.LNumber(b.Burst),
					}))
				}
				return t
			}},
			{Name: "stats", Lazy: true, Type: "odp.MeterStats", Doc: "its counters, read from the kernel now", Get: func(c call) lua.LValue {
				m := self[*meterValue](c)
				s, err := m.d.Meter(m.id)
				c.raise(err)
				return c.rt.meterStats(s)
			}},
		},
		Methods: []*Func{{
			Name:    "delete",
			Doc:     "Delete the meter. Flows that name it stay, and go on as if they did not.",
			Returns: []Param{{Name: "stats", Type: "odp.MeterStats", Doc: "its last counters"}},
			Example: "print(dp:meter(1):delete().packets)",
			Go: func(c call) int {
				m := self[*meterValue](c)
				s, err := m.d.DeleteMeter(m.id)
				c.raise(err)
				return c.push(c.rt.meterStats(s))
			},
		}},
		Ops: map[string]func(c call) int{
			"__tostring": func(c call) int { return c.pushString(fmt.Sprintf("meter(%d)", self[*meterValue](c).id)) },
			"__concat":   concat,
			"__eq": func(c call) int {
				a, b := c.L.Get(1).(*lua.LUserData).Value.(*meterValue), c.L.Get(2).(*lua.LUserData).Value.(*meterValue)
				return c.push(lua.LBool(a.id == b.id && a.d.Index() == b.d.Index() && a.d.Name() == b.d.Name()))
			},
		},
		OpDocs: []string{"concat(string): string"},
	}
}

func (rt *Runtime) meterStats(s odp.MeterStats) lua.LValue {
	bands := rt.L.NewTable()
	for _, b := range s.Bands {
		bands.Append(rt.record("odp.MeterCount", map[string]lua.LValue{
			"packets": rt.integer(b.Packets), "bytes": rt.integer(b.Bytes),
		}))
	}
	return rt.record("odp.MeterStats", map[string]lua.LValue{
		"packets": rt.integer(s.Packets), "bytes": rt.integer(s.Bytes),
		"idle": lua.LNumber(s.Idle().Seconds()), "bands": bands,
	})
}

func meterShapes() []*Shape {
	packets := Param{Name: "packets", Type: "integer", Doc: "packets"}
	bytes := Param{Name: "bytes", Type: "integer", Doc: "their bytes, from the Ethernet header on"}
	return []*Shape{
		{Name: "odp.MeterSpec", Doc: "What dp:add_meter and dp:set_meter take.", Fields: []Param{
			{Name: "id", Type: "integer", Doc: "what the action meter names it by; best given out from 0 on"},
			{Name: "kbps", Type: "boolean", Doc: "rates and bursts are kilobits (of 1000 bits); packets if not given", Optional: true},
			{Name: "bands", Type: "odp.MeterBand[]", Doc: "its rates; kernels take one band at most, a meter without any only counts", Optional: true},
			{Name: "start", Type: "odp.MeterCount|odp.MeterStats", Doc: "what its counters begin with, as the stats of the meter that it takes the place of", Optional: true},
			{Name: "clear", Type: "boolean", Doc: "its counters begin at zero, and are not returned when it is replaced", Optional: true},
		}},
		{Name: "odp.MeterBand", Doc: "A rate above which packets are dropped.", Fields: []Param{
			{Name: "rate", Type: "integer", Doc: "kilobits or packets per second, 1 or more"},
			{Name: "burst", Type: "integer", Doc: "kilobits or packets that may come at once after a pause; as many as rate if not given", Optional: true},
		}},
		{Name: "odp.MeterCount", Doc: "What a meter or a band of one has counted.", Fields: []Param{packets, bytes}},
		{Name: "odp.MeterStats", Doc: "What a meter has counted since it was last set.", Fields: []Param{
			packets, bytes,
			{Name: "idle", Type: "number", Doc: "seconds since the last packet, or else since it was set"},
			{Name: "bands", Type: "odp.MeterCount[]", Doc: "the packets that each band dropped"},
		}},
		{Name: "odp.MeterFeatures", Doc: "What meters a kernel has.", Fields: []Param{
			{Name: "max_meters", Type: "integer", Doc: "one more than a datapath can have, by the machine's memory"},
			{Name: "max_bands", Type: "integer", Doc: "bands in one meter"},
			{Name: "band_types", Type: "string[]", Doc: "what bands can do: drop"},
		}},
	}
}

// meterProps are the properties of a datapath about meters.
func meterProps() []*Prop {
	return []*Prop{{Name: "meter_features", Lazy: true, Type: "odp.MeterFeatures", Doc: "what meters its kernel has", Get: func(c call) lua.LValue {
		f, err := self[*odp.Datapath](c).MeterFeatures()
		c.raise(err)
		types := c.L.NewTable()
		for _, t := range f.BandTypes {
			types.Append(lua.LString(t.String()))
		}
		return c.rt.record("odp.MeterFeatures", map[string]lua.LValue{
			"max_meters": lua.LNumber(f.MaxMeters), "max_bands": lua.LNumber(f.MaxBands), "band_types": types,
		})
	}}}
}

// meterMethods are the methods of a datapath about meters.
func meterMethods() []*Func {
	spec := []Param{{Name: "spec", Type: "odp.MeterSpec"}}
	return []*Func{
		{
			Name: "add_meter",
			Doc: "Create a meter, which the action meter of flows sends packets through. Raises if there is one with that id, " +
				"by asking first: the kernel itself would replace it.",
			Params:  spec,
			Returns: []Param{{Name: "meter", Type: classMeter}},
			Example: "local slow = dp:add_meter{\n  id = 1, kbps = true, bands = { { rate = 1000 } },\n}\n" +
				"dp:put_flow{ match = { in_port = 1 }, actions = slow .. \",2\" }",
			Go: func(c call) int {
				d, spec := self[*odp.Datapath](c), c.meterSpec(1)
				switch _, err := d.Meter(spec.ID); {
				case err == nil:
					c.raise(&odp.OpError{
						Op: "meter add", Object: fmt.Sprint(spec.ID), Datapath: d.String(),
						Reason: "there is one, which dp:set_meter would replace", Err: syscall.EEXIST,
					})
				case !errors.Is(err, odp.ErrNotExist):
					c.raise(err)
				}
				_, err := d.SetMeter(spec) // which says so if it is the datapath that does not exist
				c.raise(err)
				return c.push(c.rt.newMeter(d, spec.ID, &spec))
			},
		},
		{
			Name:   "set_meter",
			Doc:    "Create a meter, or put a new one in the place of that with its id.",
			Params: spec,
			Returns: []Param{
				{Name: "meter", Type: classMeter},
				{Name: "before", Type: "odp.MeterStats?", Doc: "what the one that was there had counted"},
			},
			Example: "local meter, before = dp:set_meter{ id = 1, bands = { { rate = 100 } } }",
			Go: func(c call) int {
				d, spec := self[*odp.Datapath](c), c.meterSpec(1)
				before, err := d.SetMeter(spec)
				c.raise(err)
				c.push(c.rt.newMeter(d, spec.ID, &spec))
				if before == nil {
					return 1 + c.push(lua.LNil)
				}
				return 1 + c.push(c.rt.meterStats(*before))
			},
		},
		{
			Name:    "meter",
			Doc:     "The meter with that id, or nil. The kernel cannot list meters.",
			Params:  []Param{{Name: "id", Type: "integer", Doc: "its number, as in the action meter"}},
			Returns: []Param{{Name: "meter", Type: classMeter + "?"}},
			Example: "print(dp:meter(1).stats)",
			Go: func(c call) int {
				d, id := self[*odp.Datapath](c), uint32(c.uint(1, 1<<32-1))
				if _, err := d.Meter(id); !c.present(d, err) {
					return c.push(lua.LNil)
				}
				return c.push(c.rt.newMeter(d, id, nil))
			},
		},
	}
}

// meterSpec reads argument n. Bursts that are not given are filled in, so that
// the handle tells what the kernel was given.
func (c call) meterSpec(n int) odp.MeterSpec {
	f := c.fieldsOf(n, c.table(n), "odp.MeterSpec")
	spec := odp.MeterSpec{ID: uint32(f.needUint("id", 0, 1<<32-1)), KBPS: f.bool("kbps"), Clear: f.bool("clear")}
	if f.has("start") {
		t, ok := f.get("start").(*lua.LTable)
		if !ok {
			f.expected("start", "table of packets and bytes")
		}
		start := c.within(n, "field 'start'").fieldsOf(n, t, "odp.MeterStats")
		spec.Start = odp.MeterCount{Packets: start.uint("packets", 1<<64-1, 0), Bytes: start.uint("bytes", 1<<64-1, 0)}
	}
	if f.has("bands") {
		spec.Bands = c.meterBands(n, f)
	}
	return spec
}

// meterBands reads the field bands of argument n.
func (c call) meterBands(n int, f fields) []odp.MeterBand {
	list, ok := f.get("bands").(*lua.LTable)
	if !ok {
		f.expected("bands", "list of tables with rate and burst")
	}
	list.ForEach(func(k, v lua.LValue) {
		if i, ok := k.(lua.LNumber); !ok || i < 1 || int(i) > list.Len() {
			f.bad("bands", "list of tables with rate and burst expected, got a table with the index %s", c.rt.describe(k))
		}
	})
	var bands []odp.MeterBand
	for i := 1; i <= list.Len(); i++ {
		t, ok := list.RawGetInt(i).(*lua.LTable)
		if !ok {
			f.bad(fmt.Sprintf("bands[%d]", i), "table with rate and burst expected, got %s", c.rt.describe(list.RawGetInt(i)))
		}
		band := c.within(n, fmt.Sprintf("field 'bands[%d]'", i)).fieldsOf(n, t, "odp.MeterBand")
		b := odp.MeterBand{Rate: uint32(band.needUint("rate", 1, 1<<32-1))}
		b.Burst = b.Rate
		if band.has("burst") {
			b.Burst = uint32(band.needUint("burst", 1, 1<<32-1)) // 0 would let no packet through
		}
		bands = append(bands, b)
	}
	return bands
}

// needUint returns a field that must be there as a whole number.
func (f fields) needUint(name string, lowest, limit uint64) uint64 {
	v, want := wholeNumber(f.get(name), limit)
	if want != "" || v < lowest {
		f.expected(name, fmt.Sprintf("whole number from %d to %d", lowest, limit))
	}
	return v
}

// within returns a call whose messages about the fields of a table say that the
// table is a part of argument n.
func (c call) within(n int, part string) call {
	row := *c.row
	row.subject = fmt.Sprintf("bad argument #%d (%s) to %s: %s", n, c.row.Params[n-1].Name, c.title(), part)
	return call{c.L, c.rt, &row}
}
