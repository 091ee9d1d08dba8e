package luabind

import (
	"math"

	"github.com/mattn/go-runewidth"
	lua "github.com/yuin/gopher-lua"
)

const (
	inspectDepth = 16
	inspectItems = 1000
	inspectWidth = 100
)

// formatFuncs are the functions of module odp that show values.
func formatFuncs() []*Func {
	return []*Func{
		{
			Name: "fields",
			Doc: "What an object is made of, as a table: the properties of a flow, the keys of a match, the fields of a key. What would " +
				"be asked of the kernel, such as counters, is left out; json and inspect write objects out by the same fields.",
			Params:  []Param{{Name: "object", Type: "any", Doc: "an object of this program, or a table, which is given back"}},
			Returns: []Param{{Name: "fields", Type: "any", Doc: "a table; the text of an object that has no fields"}},
			Example: "for name, value in pairs(odp.fields(pkt.key.ipv4)) do\n  print(name, value)\nend",
			Go: func(c call) int {
				switch v := c.arg(1).(type) {
				case *lua.LUserData:
					return c.push(c.rt.plain(c.L, v, false))
				case *lua.LTable:
					return c.push(v)
				}
				c.expected(1, "object")
				return 0
			},
		},
		{
			Name:    "text_width",
			Doc:     "How many columns of a terminal a text takes: two for each wide character, none for combining ones. Colours are counted as what they are written by.",
			Params:  []Param{{Name: "text", Type: "string"}},
			Returns: []Param{{Name: "columns", Type: "integer"}},
			Example: "local name = \"größe\"\nprint(name .. (\" \"):rep(20 - odp.text_width(name)) .. \"|\")",
			Go:      func(c call) int { return c.push(lua.LNumber(runewidth.StringWidth(c.string(1)))) },
		},
		{
			Name: "format",
			Doc: "A value as text for people, in a fixed order: plain tables as Lua, objects by their fields, and what is further out on " +
				"the way to it again as <cycle to PATH>. Module inspect is this function.",
			Params: []Param{
				{Name: "value", Type: "any"},
				{Name: "options", Type: "odp.FormatOptions", Optional: true},
			},
			Returns: []Param{{Name: "text", Type: "string"}},
			Example: "print(odp.format({ port = 1, names = { \"a\", \"b\" } }))",
			Go: func(c call) int {
				o := c.fields(2, "odp.FormatOptions")
				return c.pushString(c.rt.formatWith(c.L, c.arg(1), formatOptions{
					depth:   int(o.uint("depth", math.MaxInt32, inspectDepth)),
					items:   int(o.uint("items", math.MaxInt32, inspectItems)),
					width:   int(o.uint("width", math.MaxInt32, inspectWidth)),
					inspect: true,
				}))
			},
		},
	}
}

func formatShapes() []*Shape {
	return []*Shape{{Name: "odp.FormatOptions", Doc: "How odp.format writes a value.", Fields: []Param{
		{Name: "depth", Type: "integer", Doc: "how deep tables and objects in others are shown, 16 if not given; further in is {...}", Optional: true},
		{Name: "items", Type: "integer", Doc: "how many entries of one table are shown, 1000 if not given; the rest is counted", Optional: true},
		{Name: "width", Type: "integer", Doc: "columns that a table may take before it is written on several lines, 100 if not given; 0 for one line always", Optional: true},
	}}}
}
