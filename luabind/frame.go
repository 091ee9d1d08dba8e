package luabind

import (
	"fmt"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// Module packet: frames made from tables and taken apart into tables. The table
// of headers, frameLayers, says what there is; the headers themselves are those
// of gopacket.

// Names in a spec beside those of headers.
const (
	specPayload = "payload"
	specInner   = "inner"
	specTrailer = "trailer"
	specProblem = "problem"
)

func frameModule() *Module {
	spec := Param{Name: "spec", Type: "packet.Frame", Doc: "its headers by name, in any order, and what they carry"}
	return &Module{
		Name: "packet",
		Doc:  "Frames as bytes: made from tables, taken apart, changed and printed.",
		Funcs: []*Func{
			{
				Name: "build",
				Pure: true,
				Doc: "The bytes of a frame. Lengths, checksums and the numbers of what follows are computed where the spec does not " +
					"give them; a value that is given is kept even if it is wrong. Without eth, it begins with its first header.",
				Params:  []Param{spec},
				Returns: []Param{{Name: "bytes", Type: "string"}},
				Example: "local frame = packet.build{\n  eth = { src = \"02:00:00:00:00:01\", dst = \"02:00:00:00:00:02\" },\n" +
					"  vlan = { vid = 5 },\n  ipv4 = { src = \"10.0.0.1\", dst = \"10.0.0.2\" },\n  tcp = { src = 1000, dst = 80, flags = \"syn\" },\n  payload = \"data\",\n}",
				Go: func(c call) int {
					out, err := c.frameOf(c.table(1), "").build()
					if err != nil {
						c.bad(1, "%v", err)
					}
					return c.pushString(string(out))
				},
			},
			{
				Name: "dissect",
				Doc: "Take a frame apart. The result has every field, so that packet.build makes the same bytes of it; to have one " +
					"computed anew, set it to nil. vlan, mpls and ipv6_ext are always lists. Bytes that are no known header are " +
					"the payload, and problem says why if they should have been one. As text it is a line.",
				Params:  []Param{{Name: "bytes", Type: "string"}, {Name: "opts", Type: "packet.DissectOptions", Optional: true}},
				Returns: []Param{{Name: "frame", Type: "packet.Frame"}},
				Example: "local f = packet.dissect(pkt.data)\nprint(f)\nif f.ipv4 and f.ipv4.csum_ok then print(f.ipv4.ttl) end",
				Go: func(c call) int {
					return c.push(c.frameTable(c.dissectArgs(2)))
				},
			},
			{
				Name: "edit",
				Doc: "A frame with some fields changed. Lengths and checksums that were right are right again; wrong ones stay as " +
					"they were. A header that is not there is an error.",
				Params: []Param{
					{Name: "bytes", Type: "string"},
					{Name: "changes", Type: "packet.Frame", Doc: "the fields to change; of a list, by position"},
					{Name: "opts", Type: "packet.DissectOptions", Optional: true},
				},
				Returns: []Param{{Name: "bytes", Type: "string"}},
				Example: "local answer = packet.edit(frame, { ipv4 = { ttl = 63 } })",
				Go: func(c call) int {
					f := c.dissectArgs(3)
					c.editFrame(f, c.table(2), "")
					out, err := f.build()
					if err != nil {
						c.bad(2, "%v", err)
					}
					return c.pushString(string(out))
				},
			},
			frameKeyFunc(),
		},
	}
}

func frameShapes() []*Shape {
	shapes := []*Shape{}
	all := &Shape{Name: "packet.Frame", Doc: "A frame: its headers by name, then an inner frame or a payload.", text: frameText, show: showFrame}
	for _, row := range frameLayers() {
		s := &Shape{Name: "packet." + row.name, Doc: row.doc}
		for _, f := range row.fields {
			s.Fields = append(s.Fields, Param{Name: f.name, Type: f.luaType(), Doc: f.doc, Optional: true})
		}
		shapes = append(shapes, s)
		typ := s.Name
		if row.many {
			typ += "[]|" + typ
		}
		all.Fields = append(all.Fields, Param{Name: row.name, Type: typ, Doc: row.doc, Optional: true})
	}
	all.Fields = append(all.Fields,
		Param{Name: specInner, Type: "packet.Frame", Doc: "the frame that a tunnel header carries, in place of a payload", Optional: true},
		Param{Name: specPayload, Type: "string", Doc: "the bytes behind the last header", Optional: true},
		Param{Name: specTrailer, Type: "string", Doc: "bytes behind the length that the IP header gives", Optional: true},
		Param{Name: specProblem, Type: "string", Doc: "read only: why the payload was not taken apart", Optional: true},
	)
	return append(shapes, all,
		&Shape{Name: "packet.GeneveOption", Doc: "An option of a Geneve header.", Fields: geneveOptionFields()},
		&Shape{Name: "packet.DissectOptions", Doc: "Options of packet.dissect and packet.edit.", Fields: []Param{
			{Name: "first", Type: "string", Doc: "the first header: \"ipv4\" for a packet without an Ethernet header", Optional: true},
			{Name: "udp", Type: "table<integer, string>", Doc: "headers behind other UDP ports than the usual: {[4790] = \"vxlan\"}", Optional: true},
		}},
	)
}

// dissectArgs takes argument 1 apart, with the options in argument n.
func (c call) dissectArgs(n int) *frame {
	data := c.string(1)
	opts := c.fields(n, "packet.DissectOptions")
	first := c.frameRow(n, "field 'first': ", opts.optString("first", "eth"))
	if first.over != "" {
		opts.bad("first", "%s only comes after %s", first.name, first.over)
	}
	ports := map[uint16]*frameLayer{}
	if opts.has("udp") {
		t, ok := opts.get("udp").(*lua.LTable)
		if !ok {
			opts.expected("udp", "table of header names by port")
		}
		t.ForEach(func(k, v lua.LValue) {
			port, want := wholeNumber(k, 0xffff)
			if want != "" {
				opts.bad("udp", "port as index: %s expected, got %s", want, c.rt.describe(k))
			}
			ports[uint16(port)] = c.frameRow(n, "field 'udp': ", lua.LVAsString(v))
		})
	}
	return dissectFrame([]byte(data), first, ports)
}

func (c call) frameRow(n int, where, name string) *frameLayer {
	row := frameLayerNamed(name)
	if row == nil {
		c.bad(n, "%sunknown layer '%s'%s", where, name, didYouMean(name, frameLayerNames()))
	}
	return row
}

// frameOf reads a spec. where is the path to it, for messages.
func (c call) frameOf(t *lua.LTable, where string) *frame {
	f := &frame{}
	c.checkSpec(1, t, where)
	for _, row := range frameLayers() {
		v := t.RawGetString(row.name)
		if v == lua.LNil {
			continue
		}
		tables, path := c.headerTables(1, row, v, where)
		for i, one := range tables {
			h := &frameHeader{row: row, h: row.make()}
			c.setHeader(1, h, one, path(i))
			f.headers = append(f.headers, h)
		}
	}
	c.setContent(1, f, t, where)
	if inner := c.innerTable(1, t, where); inner != nil {
		f.inner = c.frameOf(inner, where+specInner+".")
	}
	return f
}

// checkSpec refuses names that a spec does not have.
func (c call) checkSpec(n int, t *lua.LTable, where string) {
	t.ForEach(func(k, _ lua.LValue) {
		name, ok := k.(lua.LString)
		if !ok {
			c.bad(n, "%sa table of layers by name expected, got one with the index %s", where, c.rt.describe(k))
		}
		known := append(frameLayerNames(), specPayload, specInner, specTrailer, specProblem)
		if row := frameLayerNamed(string(name)); row == nil {
			for _, other := range known[len(frameLayers()):] {
				if other == string(name) {
					return
				}
			}
			c.bad(n, "%sunknown layer '%s'%s", where, string(name), didYouMean(string(name), known))
		}
	})
}

// headerTables returns the tables of a header, several for those that are lists.
func (c call) headerTables(n int, row *frameLayer, v lua.LValue, where string) ([]*lua.LTable, func(i int) string) {
	t, ok := v.(*lua.LTable)
	if !ok {
		c.bad(n, "%s%s: table of fields expected, got %s", where, row.name, c.rt.describe(v))
	}
	if !row.many || t.Len() == 0 {
		return []*lua.LTable{t}, func(int) string { return where + row.name }
	}
	var list []*lua.LTable
	t.ForEach(func(k, v lua.LValue) {
		if _, ok := k.(lua.LNumber); !ok {
			c.bad(n, "%s%s: either fields or a list of tables of fields expected, got both", where, row.name)
		}
		one, ok := v.(*lua.LTable)
		if !ok {
			c.bad(n, "%s%s[%s]: table of fields expected, got %s", where, row.name, k.String(), c.rt.describe(v))
		}
		list = append(list, one)
	})
	if len(list) != t.Len() || len(list) > maxHeaders {
		c.bad(n, "%s%s: list of 1 to %d tables expected", where, row.name, maxHeaders)
	}
	return list, func(i int) string { return fmt.Sprintf("%s%s[%d]", where, row.name, i+1) }
}

// setHeader gives a header the fields of a table.
func (c call) setHeader(n int, h *frameHeader, t *lua.LTable, path string) {
	t.ForEach(func(k, _ lua.LValue) {
		name, ok := k.(lua.LString)
		if !ok || h.row.field(string(name)) == nil {
			name := lua.LVAsString(k)
			c.bad(n, "%s: unknown field '%s'%s", path, name, didYouMean(name, h.row.fieldNames()))
		}
	})
	for _, f := range h.row.fields { // in the table's order: a type comes before what depends on it
		v := t.RawGetString(f.name)
		if v == lua.LNil {
			continue
		}
		value, want := f.fromLua(v)
		if want != "" {
			c.bad(n, "%s.%s: %s expected, got %s", path, f.name, want, c.rt.describe(v))
		}
		h.set(f, value)
	}
}

// setContent sets what follows the headers.
func (c call) setContent(n int, f *frame, t *lua.LTable, where string) {
	text := func(name string) ([]byte, bool) {
		switch v := t.RawGetString(name).(type) {
		case lua.LString:
			return []byte(v), true
		case *lua.LNilType:
		default:
			c.bad(n, "%s%s: string of bytes expected, got %s", where, name, c.rt.describe(v))
		}
		return nil, false
	}
	if b, ok := text(specPayload); ok {
		f.payload, f.inner = b, nil
	}
	if b, ok := text(specTrailer); ok {
		f.trailer = b
	}
}

// innerTable returns the spec of the inner frame, or nil.
func (c call) innerTable(n int, t *lua.LTable, where string) *lua.LTable {
	v := t.RawGetString(specInner)
	if v == lua.LNil {
		return nil
	}
	inner, ok := v.(*lua.LTable)
	switch {
	case !ok:
		c.bad(n, "%s%s: table of a frame expected, got %s", where, specInner, c.rt.describe(v))
	case t.RawGetString(specPayload) != lua.LNil:
		c.bad(n, "%sa frame has either a payload or an inner frame, not both", where)
	case strings.Count(where, specInner) >= maxInner:
		c.bad(n, "%s%s: frames nest up to %d deep", where, specInner, maxInner)
	}
	return inner
}

// editFrame changes a frame that was taken apart.
func (c call) editFrame(f *frame, t *lua.LTable, where string) {
	c.checkSpec(2, t, where)
	for _, row := range frameLayers() {
		v := t.RawGetString(row.name)
		if v == lua.LNil {
			continue
		}
		var there []*frameHeader
		for _, h := range f.headers {
			if h.row == row {
				there = append(there, h)
			}
		}
		tables, path := c.headerTables(2, row, v, where)
		if len(tables) > len(there) {
			c.bad(2, "%s: the frame has no such header; it is %s", path(len(there)), f.text())
		}
		for i, one := range tables {
			c.setHeader(2, there[i], one, path(i))
		}
	}
	if inner := c.innerTable(2, t, where); inner != nil {
		if f.inner == nil {
			c.bad(2, "%s%s: the frame has no inner frame; it is %s", where, specInner, f.text())
		}
		c.editFrame(f.inner, inner, where+specInner+".")
	}
	c.setContent(2, f, t, where)
}

// frameTable makes the table of a frame that was taken apart.
func (c call) frameTable(f *frame) *lua.LTable {
	rt := c.rt
	values := map[string]lua.LValue{}
	for _, h := range f.headers {
		fields := map[string]lua.LValue{}
		for _, field := range h.row.fields {
			if v := field.get(h.h); v != nil {
				fields[field.name] = field.toLua(rt, v)
			}
			if field.role == roleVerdict && h.verdict != verdictNone {
				fields[field.name] = lua.LBool(h.verdict == verdictRight)
			}
		}
		record := rt.record("packet."+h.row.name, fields)
		if !h.row.many {
			values[h.row.name] = record
			continue
		}
		list, ok := values[h.row.name].(*lua.LTable)
		if !ok {
			list = rt.L.NewTable()
			list.Metatable = rt.frameListMetatable(h.row)
			values[h.row.name] = list
		}
		list.Append(record)
	}
	if f.inner != nil {
		values[specInner] = c.frameTable(f.inner)
	} else {
		values[specPayload] = lua.LString(f.payload)
	}
	if len(f.trailer) > 0 {
		values[specTrailer] = lua.LString(f.trailer)
	}
	if f.problem != "" {
		values[specProblem] = lua.LString(f.problem)
	}
	return rt.record("packet.Frame", values)
}

// frameText is the text of a table that dissect made, with what a script has
// changed in it since.
func frameText(c call, t *lua.LTable) string {
	f := c.frameOf(t, "")
	first := f.first()
	if first == nil {
		return f.text()
	}
	out, err := f.build()
	if err != nil {
		c.bad(1, "%v", err)
	}
	return dissectFrame(out, first.row, nil).text()
}

// frameListMetatable has a list of headers explain itself when it is taken for
// one header.
func (rt *Runtime) frameListMetatable(row *frameLayer) *lua.LTable {
	index := &Func{Name: "__index", owner: "packet." + row.name, Go: func(c call) int {
		if name, ok := c.L.Get(2).(lua.LString); ok {
			c.raiseArgument("%s is a list: write %s[1].%s", row.name, row.name, string(name))
		}
		return c.push(lua.LNil)
	}}
	mt := rt.L.NewTable()
	mt.RawSetString("__index", rt.L.NewFunction(rt.protect(index)))
	mt.RawSetString("__metatable", lua.LString("packet."+row.name))
	return mt
}
