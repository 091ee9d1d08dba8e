package luabind

import (
	"strings"

	lua "github.com/yuin/gopher-lua"
)

const classNull = "json.Null"

// jsonState is what module json keeps for a Lua state.
type jsonState struct {
	null          *lua.LUserData
	array, object *lua.LTable // the metatables of tables marked as such
}

// openJSON makes the marks of arrays and objects, before modules are opened.
func (rt *Runtime) openJSON() {
	mark := func(name string) *lua.LTable {
		mt := rt.L.NewTable()
		mt.RawSetString("__metatable", lua.LString(name))
		return mt
	}
	rt.json = jsonState{rt.object(classNull, jsonNull{}), mark("json.array"), mark("json.object")}
}

// markArray makes t an array to module json, also while it is empty.
func (rt *Runtime) markArray(t *lua.LTable) { t.Metatable = rt.json.array }

func (rt *Runtime) isArray(t *lua.LTable) bool { return t.Metatable == rt.json.array }

func nullClass() *Class {
	return &Class{
		Name: classNull, AsText: true,
		Doc: "The class of json.null, which stands for JSON's null in tables: nil would leave the field or element out.",
		Ops: map[string]func(c call) int{"__tostring": func(c call) int { return c.pushString("null") }},
	}
}

// jsonModule is module json.
func jsonModule() *Module {
	options := Param{Name: "options", Type: "json.DecodeOptions", Optional: true}
	encode := []Param{
		{Name: "value", Type: "any"},
		{Name: "options", Type: "json.EncodeOptions", Optional: true},
	}
	text := []Param{{Name: "text", Type: "string"}}
	return &Module{
		Name: "json",
		Doc: "JSON (RFC 8259). Objects of this program are written by their fields, as odp.fields gives them: a match by the fields that it " +
			"matches, a flow by match, actions and counters. Numbers of odp.u64 and odp.u128 are written, and read, with all their digits; other " +
			"values, actions and what has no fields as text; bytes of packets in hexadecimal. json(value) is short for json.encode(value): as a line of " +
			"the console it prints the text as it is.",
		Call: &Func{Name: "encode", Params: encode, Returns: text, Go: encodeJSON},
		Values: []ModuleValue{{
			Param: Param{Name: "null", Type: classNull, Doc: "stands for null, in what is written and what was read"},
			Make:  func(rt *Runtime) lua.LValue { return rt.json.null },
		}},
		Funcs: []*Func{
			{
				Name: "encode",
				Doc: "A value as JSON. Names of objects come in the order of the alphabet. A table with the indexes 1 to n and no others is an array, " +
					"one with text (or values such as odp.mac) as indexes an object; an empty one is an object, unless json.array or json.decode made it. " +
					"Other tables, tables within themselves, functions, and numbers that JSON does not have raise an error that says where they are.",
				Params:  encode,
				Returns: text,
				Example: "for f in dp:flows() do print(json.encode(f)) end\nprint(json.encode({ name = \"dp0\", ports = json.array{} }, { indent = 2 }))",
				Go:      encodeJSON,
			},
			{
				Name: "decode",
				Doc: "The value of a JSON text. Integers that a Lua number does not hold exactly are odp.u64 or odp.u128; null is json.null. " +
					"Mistakes raise an error with line and column, and so do names that an object has twice and integers that cannot be kept exactly.",
				Params:  []Param{{Name: "text", Type: "string"}, options},
				Returns: []Param{{Name: "value", Type: "any"}},
				Example: "local t = json.decode('{\"id\": 18446744073709551615}')\nprint(t.id:hex())",
				Go: func(c call) int {
					d := jsonDecoder{rt: c.rt, text: c.string(1), dropNull: c.fields(2, "json.DecodeOptions").bool("drop_null")}
					v, err := d.decode()
					if bad, ok := err.(*jsonError); ok {
						line, column := bad.place(d.text)
						c.bad(1, "line %d, column %d: %v", line, column, bad)
					}
					return c.push(v)
				},
			},
			{
				Name: "lines",
				Doc: "The values of a text with one in each line (JSON Lines), for a for loop, each with the number of its line. Empty lines are passed over. " +
					"A mistake raises an error with line and column.",
				Params: []Param{
					{Name: "source", Type: "string|(fun(): string?)|{ lines: function }", Doc: "the text, a function that returns line after line, such as io.lines(\"file\"), or a file"},
					options,
				},
				Returns: []Param{{Name: "next", Type: "fun(): any, integer"}},
				Example: "for event, line in json.lines(io.lines(\"events.jsonl\")) do\n  print(line, event.kind)\nend",
				Go:      jsonLines,
			},
			{
				Name:    "array",
				Doc:     "Marks a table as an array, so that it is one also when it is empty.",
				Params:  []Param{{Name: "t", Type: "table", Doc: "a new one if not given", Optional: true}},
				Returns: []Param{{Name: "t", Type: "table"}},
				Example: "local ports = json.array{}\nfor _, p in ipairs(dp:vports()) do ports[#ports + 1] = p.name end",
				Go:      func(c call) int { return markTable(c, c.rt.json.array) },
			},
			{
				Name:    "object",
				Doc:     "Marks a table as an object, so that its indexes may be numbers, which are written as text.",
				Params:  []Param{{Name: "t", Type: "table", Doc: "a new one if not given", Optional: true}},
				Returns: []Param{{Name: "t", Type: "table"}},
				Example: "print(json.encode(json.object{ [1] = \"p1\", [5] = \"p5\" }))",
				Go:      func(c call) int { return markTable(c, c.rt.json.object) },
			},
		},
	}
}

func jsonShapes() []*Shape {
	return []*Shape{
		{Name: "json.EncodeOptions", Doc: "How json.encode writes.", Fields: []Param{
			{Name: "indent", Type: "integer|string", Doc: "spaces for each level, 1 to 16, or a text of spaces and tabs; all in one line if not given", Optional: true},
			{Name: "order", Type: "string[]", Doc: "names that come first in every object, in this order", Optional: true},
			{Name: "binary", Type: `"error"|"hex"|"base64"`, Doc: "what becomes of strings that are not UTF-8: an error if not given", Optional: true},
		}},
		{Name: "json.DecodeOptions", Doc: "How json.decode reads.", Fields: []Param{
			{Name: "drop_null", Type: "boolean", Doc: "leave out members of objects that are null, so that they are nil; in arrays they stay json.null", Optional: true},
		}},
	}
}

func encodeJSON(c call) int {
	o := c.fields(2, "json.EncodeOptions")
	e := c.rt.newJSONEncoder(c.L)
	e.binary = o.option("binary", binaryForms, binaryError)
	switch v := o.get("indent").(type) {
	case *lua.LNilType:
	case lua.LNumber:
		n := o.uint("indent", 16, 0)
		if n == 0 {
			o.expected("indent", "whole number from 1 to 16")
		}
		e.indent = strings.Repeat(" ", int(n))
	case lua.LString:
		if v == "" || strings.Trim(string(v), " \t") != "" {
			o.expected("indent", "text of spaces and tabs")
		}
		e.indent = string(v)
	default:
		o.expected("indent", "whole number or text of spaces")
	}
	if o.has("order") {
		list, ok := o.get("order").(*lua.LTable)
		if !ok {
			o.expected("order", "array of names")
		}
		e.order = map[string]int{}
		for i := 1; i <= list.Len(); i++ {
			name, ok := list.RawGetInt(i).(lua.LString)
			if !ok {
				o.bad("order", "a name expected at index %d, got %s", i, c.rt.describe(list.RawGetInt(i)))
			}
			e.order[string(name)] = i
		}
	}
	text, err := e.encode(c.arg(1))
	if err != nil {
		c.bad(1, "%v", err)
	}
	return c.pushString(string(text))
}

// markTable sets the metatable of argument 1.
func markTable(c call, mark *lua.LTable) int {
	t := c.L.NewTable()
	if !c.isNil(1) {
		t = c.table(1)
	}
	if t.Metatable != lua.LNil && t.Metatable != c.rt.json.array && t.Metatable != c.rt.json.object {
		c.bad(1, "a plain table expected, got one with a metatable")
	}
	t.Metatable = mark
	return c.push(t)
}

// jsonLines makes the iterator of json.lines.
func jsonLines(c call) int {
	next := c.lineSource(1)
	drop := c.fields(2, "json.DecodeOptions").bool("drop_null")
	line := 0
	row := &Func{Name: "lines", owner: "json", Go: func(c call) int {
		for {
			text, ok := next(c)
			if !ok {
				return c.push(lua.LNil)
			}
			line++
			if strings.TrimSpace(text) == "" {
				continue
			}
			d := jsonDecoder{rt: c.rt, text: text, dropNull: drop}
			v, err := d.decode()
			if bad, ok := err.(*jsonError); ok {
				_, column := bad.place(text)
				c.raiseArgument("json.lines: line %d, column %d: %v", line, column, bad)
			}
			c.L.Push(v)
			c.L.Push(lua.LNumber(line))
			return 2
		}
	}}
	return c.push(c.L.NewFunction(c.rt.protect(row)))
}

// lineSource converts argument n to a function that returns line after line.
func (c call) lineSource(n int) func(c call) (line string, ok bool) {
	switch v := c.arg(n).(type) {
	case lua.LString:
		rest, more := string(v), true
		return func(call) (line string, ok bool) {
			ok = more && rest != ""
			line, rest, more = strings.Cut(rest, "\n")
			return line, ok
		}
	case *lua.LFunction:
		return func(c call) (string, bool) {
			c.L.Push(v)
			c.L.Call(0, 1)
			got := c.L.Get(-1)
			c.L.Pop(1)
			s, ok := got.(lua.LString)
			if !ok && got != lua.LNil {
				c.raiseArgument("json.lines: the function that returns lines returned %s", c.rt.describe(got))
			}
			return string(s), ok
		}
	case *lua.LUserData, *lua.LTable:
		lines, ok := c.L.GetField(v, "lines").(*lua.LFunction)
		if !ok {
			break
		}
		c.L.Push(lines)
		c.L.Push(v)
		c.L.Call(1, 1)
		fn, ok := c.L.Get(-1).(*lua.LFunction)
		c.L.Pop(1)
		if ok {
			return func(c call) (string, bool) {
				c.L.Push(fn)
				c.L.Push(v)
				c.L.Call(1, 1)
				s, ok := c.L.Get(-1).(lua.LString)
				c.L.Pop(1)
				return string(s), ok
			}
		}
	}
	c.bad(n, "text, a function that returns lines, or a file expected, got %s", c.rt.describe(c.arg(n)))
	return nil
}
