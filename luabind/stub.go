package luabind

import (
	"fmt"
	"strings"

	"github.com/go-odp/odp/odp"
)

//go:generate go test -run ^(TestAnnotations|TestReference|TestCompiled)$DOLLAR -update .
//go:generate go test ./command -run ^TestIndex$DOLLAR -update

// Annotations returns the LuaCATS files that tell editors about the Lua API, by
// file name: one for each module. They are made from its rows and those of
// package odp.
func Annotations() map[string]string {
	// The version is that of whoever runs the script, not of these files.
	r := buildRegistry("")
	files := map[string]string{}
	for _, m := range r.modules {
		w := &stubWriter{}
		w.line("---@meta")
		w.line("-- Module %s, for editors. Generated from the program by go generate ./luabind: do not edit.", m.Name)
		w.aliases(m.Name + ".")
		if m.Name == "odp" {
			w.rows()
		}
		prefix := m.Name + "."
		for _, s := range r.shapes {
			if strings.HasPrefix(s.Name, prefix) {
				w.classOf(s.Name, s.Parent, s.Doc, s.Fields)
				if s.text != nil {
					w.line("---@operator concat(string): string")
				}
			}
		}
		for _, c := range r.classes {
			if strings.HasPrefix(c.Name, prefix) {
				w.classRow(c)
			}
		}
		w.module(m)
		w.line("")
		w.line("return %s", m.Name)
		files[m.Name+".lua"] = w.b.String()
	}
	return files
}

type stubWriter struct{ b strings.Builder }

func (w *stubWriter) line(format string, args ...any) {
	if len(args) == 0 {
		w.b.WriteString(format)
	} else {
		fmt.Fprintf(&w.b, format, args...)
	}
	w.b.WriteByte('\n')
}

func (w *stubWriter) doc(text string) {
	if text != "" {
		w.line("--- %s", text)
	}
}

// aliases are names for the forms that functions take a match or actions in, and for
// texts that are the name of something.
var aliases = []Param{
	{Name: "odp.MatchLike", Type: "string|odp.MatchTable|odp.Match|odp.Key|odp.Flow",
		Doc: "What stands for a match: Open vSwitch text, a table of fields, a match, or what has one."},
	{Name: "odp.ActionsLike", Type: "string|integer|odp.Vport|odp.Meter|odp.Actions|(string|integer|odp.Vport|odp.Meter|odp.Actions)[]",
		Doc: "What stands for actions: Open vSwitch text (\"drop\" for none), a port, a meter, a list of actions, or an array of those."},
	{Name: "odp.MatchText", Type: "string", Doc: "Open vSwitch text that begins with a match."},
	{Name: "odp.DatapathName", Type: "string", Doc: "The name of a datapath."},
	{Name: "odp.VportName", Type: "string", Doc: "The name of a port of a datapath."},
	{Name: "odp.FeatureName", Type: "string", Doc: "The name of something that not every kernel has, as odp.features lists it."},
	{Name: "odp.SignalName", Type: "string", Doc: "The name of a signal, with or without SIG: HUP, USR1, WINCH."},
	{Name: "odp.FileName", Type: "string", Doc: "The path of a file."},
	{Name: "odp.ModuleName", Type: "string", Doc: "What require finds a module by."},
	{Name: "net.LinkName", Type: "string", Doc: "The name of a network device."},
	{Name: "net.NamespaceName", Type: "string", Doc: "The name of a network namespace, as `ip netns` has it."},
}

func (w *stubWriter) aliases(prefix string) {
	for _, a := range aliases {
		if !strings.HasPrefix(a.Name, prefix) {
			continue
		}
		w.line("")
		w.doc(a.Doc)
		w.line("---@alias %s %s", a.Name, a.Type)
	}
}

func (w *stubWriter) class(name, doc string, fields []Param) { w.classOf(name, "", doc, fields) }

func (w *stubWriter) classOf(name, parent, doc string, fields []Param) {
	w.line("")
	w.doc(doc)
	if parent != "" {
		name += " : " + parent
	}
	w.line("---@class %s", name)
	for _, f := range fields {
		w.field(f)
	}
}

func (w *stubWriter) field(f Param) {
	name := f.Name
	if f.Optional {
		name += "?"
	}
	w.line("%s", strings.TrimSpace("---@field "+name+" "+f.Type+" "+f.Doc))
}

// rows writes the classes of keys and actions.
func (w *stubWriter) rows() {
	for _, s := range rowShapes() {
		parent := ""
		if strings.HasPrefix(s.Name, prefixKey) {
			parent = classPart // has the methods of all of them
		}
		w.classOf(s.Name, parent, s.Doc, s.Fields)
	}
}

// The beginnings of the names of rows' classes: of keys as they are read, of keys
// and of actions as they are written in tables.
const (
	prefixKey      = "odp.key."
	prefixKeyTable = "odp.keytable."
	prefixAction   = "odp.action."
)

// rowShapes are the shapes of keys and actions: those of the rows that have
// members, each after those inside it, and the table of all keys.
func rowShapes() []*Shape {
	var list rowShapeList
	table := *matchTable
	for _, row := range odp.KeyRows() {
		list.add(prefixKey+row.Name, row, false)
		list.add(prefixKeyTable+row.Name, row, true)
		table.Fields = append(table.Fields, Param{Name: row.Name, Type: tableType(prefixKeyTable+row.Name, row), Doc: rowDoc(row), Optional: true})
	}
	list = append(list, &table)
	seen := map[string]bool{}
	for _, row := range odp.ActionRows() {
		if !seen[row.Name] {
			list.add(prefixAction+row.Name, row, true)
		}
		seen[row.Name] = true
	}
	return list
}

type rowShapeList []*Shape

// add appends the shape of a row that has members, as read or as written in a
// table.
func (l *rowShapeList) add(name string, row *odp.Row, written bool) {
	if len(row.Members()) == 0 {
		return
	}
	if row.Layout == odp.LayoutKey {
		row = row.KeyRow()
	}
	fields := l.fields(name, row, written)
	*l = append(*l, &Shape{Name: name, Doc: row.Doc, Fields: fields})
}

const optionDataDoc = "bytes of the option, or a hex number with a mask as text: \"0x1/0xff\""

// fields are the fields of a row's shape. It appends the shapes of rows inside it.
func (l *rowShapeList) fields(name string, row *odp.Row, written bool) (fields []Param) {
	for i := range row.Fields {
		f := &row.Fields[i]
		typ := fieldType(f)
		if written {
			typ = writtenType(f)
		}
		fields = append(fields, Param{Name: f.Name, Type: typ, Doc: f.Doc, Optional: true})
	}
	if row.Layout == odp.LayoutOptions {
		fields = append(fields, Param{Name: "data", Type: "string", Optional: true,
			Doc: optionDataDoc})
	}
	for _, kid := range writtenRows(row) {
		if row.Flat && kid.Layout == odp.LayoutStruct {
			fields = append(fields, l.fields(name, kid, written)...)
			continue
		}
		p := Param{Name: kid.Name, Type: rowType(kid), Doc: kid.Doc, Optional: true}
		if written {
			p.Name, p.Type = luaName(kid), tableType(name+"."+kid.Name, kid)
		}
		if len(kid.Members()) > 0 && kid.Layout != odp.LayoutCookie {
			l.add(name+"."+kid.Name, kid, written)
			if p.Type = name + "." + kid.Name; written {
				p.Type = tableType(p.Type, kid)
			}
		}
		fields = append(fields, p)
	}
	return fields
}

func writtenType(f *odp.Field) string {
	switch f.Kind {
	case odp.KindPort:
		return "integer|odp.Vport|string"
	case odp.KindPercent:
		return "number|string"
	}
	if typ := fieldType(f); typ != "string" {
		return "integer|odp.U64|string"
	}
	return valueType(f)
}

// valueType is the type of what a field that is text may be written as.
func valueType(f *odp.Field) string {
	switch f.Kind {
	case odp.KindIPv4, odp.KindIPv6:
		return "string|odp.IP|odp.Prefix"
	case odp.KindMAC:
		return "string|odp.MAC"
	case odp.KindUint128:
		return "integer|odp.U64|odp.U128|string"
	}
	return "string"
}

func tableType(class string, row *odp.Row) string {
	if f := row.Field(""); f != nil {
		return writtenType(f)
	}
	switch row.Layout {
	case odp.LayoutFlag:
		if row.Value {
			return "boolean|string"
		}
		return "boolean"
	case odp.LayoutActions:
		return "odp.ActionsLike"
	case odp.LayoutKeys:
		return "odp.MatchTable|string"
	case odp.LayoutBytes, odp.LayoutCookie, odp.LayoutFlagSet, odp.LayoutString:
		return "string"
	case odp.LayoutArray, odp.LayoutOptions:
		return class + "|" + class + "[]|string"
	}
	switch {
	case len(row.Members()) > 0 && row.EmptyBare:
		return class + "|string|boolean"
	case len(row.Members()) > 0:
		return class + "|string"
	}
	return "string"
}

func (w *stubWriter) classRow(c *Class) {
	fields := make([]Param, 0, len(c.Props))
	for _, p := range c.Props {
		fields = append(fields, Param{Name: p.Name, Type: p.Type, Doc: p.Doc})
	}
	if c.DynamicNames != nil {
		fields = append(fields, c.DynamicNames()...)
	}
	if c.Element != "" {
		fields = append(fields, Param{Name: "[integer]", Type: c.Element + "?"})
	}
	if c.Any != "" {
		fields = append(fields, Param{Name: "[any]", Type: c.Any})
	}
	w.class(c.Name, c.Doc, fields)
	for _, op := range c.OpDocs {
		if result, ok := strings.CutPrefix(op, "call: "); ok {
			w.line("---@overload fun(): %s", result) // for loops know what they get by that only
			continue
		}
		w.line("---@operator %s", op)
	}
	name := c.Name[strings.LastIndexByte(c.Name, '.')+1:]
	w.line("local %s = {}", name)
	for _, m := range c.Methods {
		w.function(name+":", m)
	}
}

func (w *stubWriter) module(m *Module) {
	fields := make([]Param, 0, len(m.Values))
	for _, v := range m.Values {
		fields = append(fields, v.Param)
	}
	w.class("module."+m.Name, m.Doc, fields)
	if m.Call != nil {
		w.line("---@overload %s", functionType(m.Call))
	}
	w.line("%s = {}", m.Name)
	for _, f := range m.Funcs {
		w.function(m.Name+".", f)
	}
}

// functionType is a function as a type.
func functionType(f *Func) string {
	var params, results []string
	for _, p := range f.Params {
		name := p.Name
		if p.Optional {
			name += "?"
		}
		params = append(params, name+": "+p.Type)
	}
	for _, p := range f.Returns {
		results = append(results, p.optionalType())
	}
	return "fun(" + strings.Join(params, ", ") + "): " + strings.Join(results, ", ")
}

func (w *stubWriter) function(prefix string, f *Func) {
	w.line("")
	w.doc(f.Doc)
	if f.Unsafe {
		w.line("---")
		w.doc(f.safety())
	}
	if f.Example != "" {
		w.line("---")
		w.line("--- ```lua")
		for line := range strings.SplitSeq(f.Example, "\n") {
			w.line("--- %s", line)
		}
		w.line("--- ```")
	}
	if f.Waits {
		w.line("---@async")
	}
	var names []string
	for _, p := range f.Params {
		name := p.Name
		names = append(names, name)
		if p.Optional {
			name += "?"
		}
		w.line("%s", strings.TrimSpace("---@param "+name+" "+p.Type+" "+p.Doc))
	}
	for _, p := range f.Returns {
		w.line("%s", strings.TrimSpace("---@return "+p.optionalType()+" "+p.Name+" "+p.Doc))
	}
	w.line("function %s%s(%s) end", prefix, f.Name, strings.Join(names, ", "))
}
