package luabind

import (
	"fmt"
	"iter"

	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

const classFilter = "odp.Filter"

// filterFuncs make filters.
func filterFuncs() []*Func {
	return []*Func{{
		Name: "filter",
		Doc: "A filter of flows, which passes those that may take packets with all these values: what a match does not look at agrees " +
			"with any. It is read once, and looks at a flow in a fraction of the time that the same takes in Lua.",
		Params:  []Param{{Name: "tests", Type: "odp.FieldTest[]"}},
		Returns: []Param{{Name: "filter", Type: classFilter}},
		Example: "local web = odp.filter{\n  { path = \"eth_type\", value = 0x800 },\n  { path = \"ipv4.dst\", value = odp.ip(\"10.0.0.1\") },\n" +
			"  { path = { \"tcp.dst\", \"udp.dst\" }, value = 80 },\n}\n" +
			"for flow in dp:flows{ filter = web } do print(flow) end",
		Go: func(c call) int {
			var tests []odp.FieldTest
			list := c.table(1)
			for i := 1; i <= list.Len(); i++ {
				t, ok := list.RawGetInt(i).(*lua.LTable)
				if !ok {
					c.bad(1, "test %d: a table expected, got %s", i, c.rt.describe(list.RawGetInt(i)))
				}
				tests = append(tests, c.fieldTest(i, t))
			}
			f, err := odp.NewFilter(tests)
			if err != nil {
				c.bad(1, "%v", err)
			}
			return c.push(c.rt.object(classFilter, f))
		},
	}}
}

// fieldTest reads test i of the argument.
func (c call) fieldTest(i int, t *lua.LTable) odp.FieldTest {
	f := c.fieldsOf(1, t, "odp.FieldTest")
	where := func(name string) string { return fmt.Sprintf("test %d: field '%s': ", i, name) }
	test := odp.FieldTest{Outer: f.bool("outer")}
	switch path := f.get("path").(type) {
	case lua.LString:
		test.Paths = []string{string(path)}
	case *lua.LTable:
		for n := 1; n <= path.Len(); n++ {
			test.Paths = append(test.Paths, lua.LVAsString(path.RawGetInt(n)))
		}
	}
	if len(test.Paths) == 0 {
		c.bad(1, "%sthe path of a field expected, such as \"ipv4.dst\", or several, got %s", where("path"), c.rt.describe(f.get("path")))
	}
	var ok bool
	if test.Number, test.Bytes, ok = fieldTestValue(f.get("value")); !ok {
		c.bad(1, "%sa whole number, odp.U64, odp.U128, odp.IP or odp.MAC expected, got %s", where("value"), c.rt.describe(f.get("value")))
	}
	if f.has("bits") {
		if test.Bits, _, ok = fieldTestValue(f.get("bits")); !ok || test.Bits == 0 {
			c.bad(1, "%sa number above 0 expected, got %s", where("bits"), c.rt.describe(f.get("bits")))
		}
	}
	return test
}

// fieldTestValue is a value as [odp.FieldTest] has it. One of 128 bits is both.
func fieldTestValue(from lua.LValue) (number uint64, bytes []byte, ok bool) {
	switch v := valueIn(from).(type) {
	case ipValue:
		return 0, v.AsSlice(), true
	case macValue:
		return 0, v[:], true
	case u64:
		b := u128{0, uint64(v)}.bytes()
		return uint64(v), b[:], true
	case u128:
		b := v.bytes()
		return v.lo, b[:], true
	}
	n, want := wholeNumber(from, 1<<64-1)
	b := u128{0, n}.bytes()
	return n, b[:], want == ""
}

func filterClass() *Class {
	return &Class{
		Name: classFilter,
		Doc:  "A filter of flows, which odp.filter makes. dp:flows and dp:write_flows take it as well.",
		Methods: []*Func{{
			Name:    "passes",
			Doc:     "Whether a match may take packets with the values of the filter.",
			Params:  []Param{{Name: "match", Type: "odp.MatchLike"}},
			Returns: []Param{{Name: "passes", Type: "boolean"}},
			Example: "local arp = odp.filter{ { path = \"eth_type\", value = 0x806 } }\nprint(arp:passes(odp.match{ in_port = 1 }))  -- true",
			Go: func(c call) int {
				return c.push(lua.LBool(self[*odp.Filter](c).Passes(c.match(1, nil))))
			},
		}},
		Ops: map[string]func(c call) int{
			"__tostring": func(c call) int { return c.pushString("filter") },
		},
	}
}

func filterShapes() []*Shape {
	return []*Shape{{
		Name: "odp.FieldTest",
		Doc: "A value of a field, for odp.filter. The first path that a match has counts; the path vlan is the whole of a tag as a number, " +
			"0 where there is none.",
		Fields: []Param{
			{Name: "path", Type: "string|string[]", Doc: "where the field is, such as \"ipv4.ttl\", or where it may be"},
			{Name: "value", Type: "integer|odp.U64|odp.U128|odp.IP|odp.MAC", Doc: "the packets' value"},
			{Name: "bits", Type: "integer|odp.U64", Optional: true, Doc: "those of a number that count; all if not given"},
			{Name: "outer", Type: "boolean", Optional: true, Doc: "it is not behind VLAN tags, as in_port and eth.src; others are looked up behind them"},
		},
	}}
}

// filterField is the field filter of options.
func filterField() Param {
	return Param{Name: "filter", Type: classFilter, Optional: true, Doc: "those flows alone that pass it"}
}

// filter reads the field filter of options, nil for none.
func (f fields) filter() *odp.Filter {
	if !f.has("filter") {
		return nil
	}
	ud, _ := f.get("filter").(*lua.LUserData)
	if ud == nil {
		f.expected("filter", "odp.Filter")
	}
	filter, ok := ud.Value.(*odp.Filter)
	if !ok {
		f.expected("filter", "odp.Filter")
	}
	return filter
}

// passing leaves those flows out that do not pass a filter, which may be nil.
func passing(flows iter.Seq2[*odp.Flow, error], filter *odp.Filter) iter.Seq2[*odp.Flow, error] {
	if filter == nil {
		return flows
	}
	return func(yield func(*odp.Flow, error) bool) {
		for f, err := range flows {
			if err != nil || filter.Passes(f.Match) {
				if !yield(f, err) {
					return
				}
			}
		}
	}
}
