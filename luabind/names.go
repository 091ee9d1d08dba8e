package luabind

import (
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

// named is something that has a name in text, as odp.names tells of it.
type named struct{ name, doc string }

// nameKinds are the tables of names of package odp, by what odp.names calls them.
var nameKinds = []struct {
	kind, doc string
	list      func() []named
}{
	{"keys", "keys of matches and packets: ipv4", func() []named { return rowNames(odp.KeyRows()) }},
	{"fields", "paths of their fields: ipv4.ttl", fieldPaths},
	{"actions", "actions, each of which has a function in module odp", func() []named { return rowNames(odp.ActionRows()) }},
	{"options", "options that odp.from_options reads: --ipv4-ttl", func() (list []named) {
		for _, o := range odp.FlowOptions() {
			list = append(list, named{o.Name, o.Doc})
		}
		return list
	}},
	{"features", "what not every kernel has: see odp.features", func() (list []named) {
		for _, f := range odp.FeatureRows() {
			list = append(list, named{f.Name, f.Doc})
		}
		return list
	}},
	{"datapath_features", "features of a datapath that user space turns on", func() (list []named) {
		for _, f := range odp.UserFeatures() {
			list = append(list, named{f.String(), ""})
		}
		return list
	}},
	{"vport_types", "types of vports", func() (list []named) {
		for _, t := range odp.VportTypes() {
			list = append(list, named{t.String(), ""})
		}
		return list
	}},
	{"vport_options", "options of vports", func() (list []named) {
		for _, o := range odp.VportOptionRows() {
			list = append(list, named{o.Name, o.Doc})
		}
		return list
	}},
}

func rowNames(rows []*odp.Row) (list []named) {
	for i, row := range rows {
		if row.Name != "" && (i == 0 || rows[i-1].Name != row.Name) { // set has two
			list = append(list, named{row.Name, row.Doc})
		}
	}
	return list
}

// fieldPaths lists what match.get takes, but for what is inside tags.
func fieldPaths() (list []named) {
	for _, row := range odp.KeyRows() {
		list = appendPaths(list, row.Name, row)
	}
	return list
}

func appendPaths(list []named, path string, row *odp.Row) []named {
	if row.Field("") != nil || row.Layout == odp.LayoutFlag || row.Layout == odp.LayoutFlagSet {
		return append(list, named{path, row.Doc})
	}
	for i := range row.Fields {
		list = append(list, named{path + "." + row.Fields[i].Name, row.Fields[i].Doc})
	}
	for i := range row.Rows {
		kid := &row.Rows[i]
		switch {
		case kid.Layout == odp.LayoutPad:
		case row.Flat && kid.Layout == odp.LayoutStruct:
			list = appendPaths(list, path, kid)
		default:
			list = appendPaths(list, path+"."+kid.Name, kid)
		}
	}
	return list
}

// nameFuncs are the functions of module odp about names.
func nameFuncs() []*Func {
	kinds, docs := make([]string, len(nameKinds)), make([]string, len(nameKinds))
	for i, k := range nameKinds {
		kinds[i], docs[i] = `"`+k.kind+`"`, k.kind+" ("+k.doc+")"
	}
	return []*Func{
		{
			Name:    "names",
			Doc:     "The names that this program knows of a kind: " + strings.Join(docs, ", ") + ".",
			Params:  []Param{{Name: "kind", Type: strings.Join(kinds, "|")}},
			Returns: []Param{{Name: "names", Type: "odp.Name[]"}},
			Example: "for _, f in ipairs(odp.names \"fields\") do print(f.name, f.doc) end",
			Go: func(c call) int {
				i := slices.Index(kinds, `"`+c.string(1)+`"`)
				if i < 0 {
					c.bad(1, "%s expected, got %q", strings.ReplaceAll(strings.Join(kinds, ", "), `"`, ""), c.string(1))
				}
				t := c.L.NewTable()
				for _, n := range nameKinds[i].list() {
					t.Append(c.rt.record("odp.Name", map[string]lua.LValue{"name": lua.LString(n.name), "doc": lua.LString(n.doc)}))
				}
				return c.push(t)
			},
		},
		{
			Name: "near_names",
			Doc:  "Which of the names that there are somebody may have meant, the nearest first, for messages about a name that there is not.",
			Params: []Param{
				{Name: "name", Type: "string", Doc: "what was written"},
				{Name: "known", Type: "string[]", Doc: "the names that there are"},
			},
			Returns: []Param{{Name: "near", Type: "string[]"}},
			Example: "print(odp.near_names(\"outptu\", { \"input\", \"output\" })[1])  -- output",
			Go: func(c call) int {
				t := c.L.NewTable()
				for _, name := range odp.NearNames(c.string(1), c.stringList(2, "names")) {
					t.Append(lua.LString(name))
				}
				return c.push(t)
			},
		},
	}
}

// stringList returns argument n, an array of texts of some kind.
func (c call) stringList(n int, what string) []string {
	t := c.table(n)
	list := make([]string, t.Len())
	for i := range list {
		s, ok := t.RawGetInt(i + 1).(lua.LString)
		if !ok {
			c.bad(n, "%s as text expected, got %s at place %d", what, c.rt.describe(t.RawGetInt(i+1)), i+1)
		}
		list[i] = string(s)
	}
	return list
}

func nameShapes() []*Shape {
	return []*Shape{{Name: "odp.Name", Doc: "A name in Open vSwitch text.", Fields: []Param{
		{Name: "name", Type: "string", Doc: "as it stands in text"},
		{Name: "doc", Type: "string", Doc: "what it is; empty if the name says all"},
	}}}
}
