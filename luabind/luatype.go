package luabind

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"
)

// typeKind says what a luaType is.
type typeKind int

const (
	anyType     typeKind = iota // or not known
	basicType                   // nil, boolean, number, string, table, function, userdata, thread
	literalType                 // "text", true or false
	namedType                   // a class, a shape or an alias
	arrayType                   // T[]
	mapType                     // table<K, V>, or a table written out
	funcType
	unionType

	// What only a script's values have, and no annotation:
	moduleType
	rowFuncType // a function or method of a row
	closureType // a function of a script
	fieldsType  // a table of a script
	libraryType // a library of Lua's own
	liveType    // a value of the console that no row tells about
)

// A luaType is a LuaCATS type expression, read. It is not changed once made.
type luaType struct {
	kind    typeKind
	name    string     // of basic and named types; a literal as it is written
	parts   []*luaType // of a union
	elem    *luaType   // of an array, and the values of a map
	params  []Param    // of a function
	returns []*luaType

	module  *Module
	row     *Func
	closure *ast.FunctionExpr
	table   *tableFields
	script  *script // that the closure is in
	live    lua.LValue
}

var (
	typeAny     = &luaType{kind: anyType}
	typeNil     = &luaType{kind: basicType, name: "nil"}
	typeBoolean = &luaType{kind: basicType, name: "boolean"}
	typeNumber  = &luaType{kind: basicType, name: "number"}
	typeString  = &luaType{kind: basicType, name: "string"}
	typeTable   = &luaType{kind: basicType, name: "table"}
)

var basicTypes = []string{"nil", "boolean", "number", "string", "table", "function", "userdata", "thread"}

// parseType reads a LuaCATS type expression.
func parseType(text string) (*luaType, error) {
	p := &typeParser{text: text}
	t := p.union()
	if p.blank(); p.pos < len(p.text) {
		p.fail("end of the type")
	}
	if p.err != nil {
		return nil, p.err
	}
	return t, nil
}

// typeParser is a recursive descent over a type expression. It stops at its
// first error, at which everything ends.
type typeParser struct {
	text string
	pos  int
	err  error
}

func (p *typeParser) fail(want string) {
	if p.err == nil {
		p.err = fmt.Errorf("type %q: %s expected at %q", p.text, want, p.text[p.pos:])
		p.pos = len(p.text)
	}
}

func (p *typeParser) blank() {
	for p.pos < len(p.text) && p.text[p.pos] == ' ' {
		p.pos++
	}
}

// take passes over a token, if that is next.
func (p *typeParser) take(token string) bool {
	p.blank()
	if !strings.HasPrefix(p.text[p.pos:], token) {
		return false
	}
	p.pos += len(token)
	return true
}

func (p *typeParser) need(token string) {
	if !p.take(token) {
		p.fail("\"" + token + "\"")
	}
}

func (p *typeParser) union() *luaType {
	parts := []*luaType{p.postfix()}
	for p.take("|") {
		parts = append(parts, p.postfix())
	}
	return unionOf(parts...)
}

// unionOf makes one type of several. What is any makes all of it any.
func unionOf(parts ...*luaType) *luaType {
	var flat []*luaType
	for _, t := range parts {
		switch t.kind {
		case anyType:
			return typeAny
		case unionType:
			flat = append(flat, t.parts...)
		default:
			if !slices.ContainsFunc(flat, func(o *luaType) bool { return o == t || o.kind == t.kind && o.name == t.name && t.name != "" }) {
				flat = append(flat, t)
			}
		}
	}
	switch len(flat) {
	case 0:
		return typeAny
	case 1:
		return flat[0]
	}
	return &luaType{kind: unionType, parts: flat}
}

// alternatives lists the parts of a type, which is one part if it is no union.
func (t *luaType) alternatives() []*luaType {
	if t.kind == unionType {
		return t.parts
	}
	return []*luaType{t}
}

// withoutNil is the type of a value that is there.
func (t *luaType) withoutNil() *luaType {
	if t.kind != unionType {
		return t
	}
	return unionOf(slices.DeleteFunc(slices.Clone(t.parts), func(p *luaType) bool { return p == typeNil })...)
}

func (p *typeParser) postfix() *luaType {
	t := p.primary()
	for {
		switch {
		case p.take("[]"):
			t = &luaType{kind: arrayType, elem: t}
		case p.take("?"):
			t = unionOf(t, typeNil)
		default:
			return t
		}
	}
}

func (p *typeParser) primary() *luaType {
	switch {
	case p.take("("):
		t := p.union()
		p.need(")")
		return t
	case p.take("..."):
		return typeAny
	case p.take("{"):
		return p.fields()
	case p.take("\""):
		end := strings.IndexByte(p.text[p.pos:], '"')
		if end < 0 {
			p.fail("closing quote")
			return typeAny
		}
		t := &luaType{kind: literalType, name: p.text[p.pos-1 : p.pos+end+1]}
		p.pos += end + 1
		return t
	}
	name := p.name()
	if name == "fun" && p.take("(") {
		return p.function()
	}
	switch name {
	case "":
		p.fail("type")
		return typeAny
	case "any", "unknown", "self":
		return typeAny
	case "true", "false":
		return &luaType{kind: literalType, name: name}
	case "integer", "number":
		return typeNumber
	case "nil":
		return typeNil
	case "boolean":
		return typeBoolean
	case "string":
		return typeString
	case "table":
		if p.take("<") {
			p.union()
			p.need(",")
			elem := p.union()
			p.need(">")
			return &luaType{kind: mapType, elem: elem}
		}
		return typeTable
	}
	if slices.Contains(basicTypes, name) {
		return &luaType{kind: basicType, name: name}
	}
	return &luaType{kind: namedType, name: name}
}

// fields reads a table that is written out, { name: type, [type]: type }.
func (p *typeParser) fields() *luaType {
	for !p.take("}") {
		if p.take("[") {
			p.union()
			p.need("]")
		} else if p.name() == "" {
			p.fail("name of a field")
		} else {
			p.take("?")
		}
		p.need(":")
		p.union()
		if !p.take(",") && !p.take(";") {
			p.need("}")
			break
		}
	}
	return &luaType{kind: mapType, elem: typeAny}
}

// function reads what follows fun( .
func (p *typeParser) function() *luaType {
	t := &luaType{kind: funcType}
	for !p.take(")") && p.err == nil {
		param := Param{Type: "any"}
		if p.take("...") {
			param.Name = "..."
		} else if param.Name = p.name(); param.Name == "" {
			p.fail("name of a parameter")
		}
		param.Optional = p.take("?")
		if p.take(":") {
			p.blank()
			begin := p.pos
			p.union()
			param.Type = strings.TrimSpace(p.text[begin:p.pos])
		}
		t.params = append(t.params, param)
		if !p.take(",") {
			p.need(")")
			break
		}
	}
	if p.take(":") {
		t.returns = append(t.returns, p.union())
		for p.take(",") {
			t.returns = append(t.returns, p.union())
		}
	}
	return t
}

func (p *typeParser) name() string {
	p.blank()
	begin := p.pos
	for p.pos < len(p.text) && (isNameByte(p.text[p.pos]) || p.text[p.pos] == '.' && !strings.HasPrefix(p.text[p.pos:], "..")) {
		p.pos++
	}
	return p.text[begin:p.pos]
}

// describeType names a type in messages.
func describeType(t *luaType) string {
	switch t.kind {
	case moduleType:
		return "module " + t.module.Name
	case unionType:
		var names []string
		for _, p := range t.parts {
			if p != typeNil {
				names = append(names, describeType(p))
			}
		}
		return strings.Join(names, " or ")
	case arrayType:
		return describeType(t.elem) + "[]"
	case literalType:
		if text, err := strconv.Unquote(t.name); err == nil && len(text) > 30 {
			return "string"
		}
		return t.name
	case funcType, closureType, rowFuncType:
		return "function"
	case mapType, fieldsType:
		return "table"
	case liveType:
		return t.live.Type().String()
	}
	return t.name
}
