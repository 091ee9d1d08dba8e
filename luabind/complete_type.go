package luabind

import (
	"strings"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"
	"github.com/yuin/gopher-lua/parse"
)

// A completer finds out what may stand at a place.
type completer struct {
	rt *Runtime
	p  *luaPlace
	c  *checker
	s  *script // without code, to ask about types

	types map[[2]int]*luaType // of expressions, as typeOf has inferred them
}

func (rt *Runtime) newCompleter(p *luaPlace) *completer {
	c := &checker{api: rt.knownAPI(), rt: rt, cfg: rt.cfg, scripts: map[string]*script{}, live: true}
	return &completer{rt: rt, p: p, c: c, s: newScript(c, "", ""), types: map[[2]int]*luaType{}}
}

// knownAPI is what is known of the Lua API, made when it is first asked for.
func (rt *Runtime) knownAPI() *api {
	if rt.api == nil {
		var err error
		if rt.api, err = newAPI(rt.reg, rt.cfg.Modules); err != nil {
			rt.api, _ = newAPI(rt.reg, nil) // help says what is wrong with a module
		}
	}
	return rt.api
}

// markerName is a function that is called with the expression whose type is asked
// for.
const markerName = "__complete"

// typeOf infers the type of an expression, given by its first word and the one behind
// its last, from the lines before it and what the console has.
func (c *completer) typeOf(from, to int) *luaType {
	if from >= to {
		return typeAny
	}
	t := c.types[[2]int{from, to}]
	if t == nil {
		t = c.inferWords(from, to)
		c.types[[2]int{from, to}] = t
	}
	return t
}

func (c *completer) inferWords(from, to int) *luaType {
	code := c.p.src[c.p.words[from].start:c.p.words[to-1].end]
	before, after := c.p.src[:c.p.words[from].start], c.closers(from)
	// A bracket may be part of a call or of an assignment.
	for _, end := range []string{"", "()", " = nil"} {
		if t := c.infer(before + markerName + "(" + code + ")" + after[0] + end + after[1]); t != nil {
			return t
		}
	}
	// The lines before are wrong. Without them the locals are not known.
	for _, name := range c.p.locals() {
		if name == c.p.word(from) {
			return typeAny
		}
	}
	if t := c.infer(markerName + "(" + code + ")"); t != nil {
		return t
	}
	return typeAny
}

// closers close what is open at a word: the brackets, and then the blocks around
// them with their brackets.
func (c *completer) closers(at int) (text [2]string) {
	n := 0
	for i := len(c.p.open) - 1; i > 0; i-- {
		b := &c.p.open[i]
		if b.at >= at {
			continue
		}
		if !b.isBracket() {
			n = 1
		}
		text[n] += map[string]string{
			"(": ")", "{": "}", "[": "]", "function": " end", "do": " end", "then": " end",
			"repeat": " until nil", "for": " do end", "while": " do end", "if": " then end",
		}[b.kind]
	}
	return text
}

// infer returns the type of what code gives the marker, nil if the code is wrong.
func (c *completer) infer(code string) (t *luaType) {
	chunk, err := parse.Parse(strings.NewReader(code), "")
	if err != nil {
		return nil
	}
	s := newScript(c.c, "", code)
	s.chunk = chunk
	s.resolve()
	s.expect()
	s.eachCall(func(call *ast.FuncCallExpr) {
		if id, ok := call.Func.(*ast.IdentExpr); ok && id.Value == markerName && len(call.Args) == 1 {
			t = s.typeOf(call.Args[0])
		}
	})
	return t
}

// params are the parameters of what a bracket calls, or a string behind word at:
// those that are given in it.
func (c *completer) params(from, at int) []Param {
	var t *luaType
	method := c.p.word(at-2) == ":"
	if method {
		t, _ = c.s.member(c.typeOf(from, at-2), c.p.word(at-1))
	} else {
		t = c.typeOf(from, at)
	}
	for _, t := range t.withoutNil().alternatives() {
		switch {
		case t.kind == rowFuncType && t.row.method && !method && len(t.row.Params) > 0:
			return append([]Param{{Name: "self", Type: "any"}}, t.row.Params...)
		case t.kind == rowFuncType:
			return t.row.Params
		case t.kind == funcType:
			return t.params
		case t.kind == moduleType && t.module.Call != nil:
			return t.module.Call.Params
		case t.kind == liveType && t.live == c.rt.L.GetGlobal("require"):
			return []Param{{Name: "modname", Type: "odp.ModuleName"}}
		case t.kind == closureType:
			return t.script.annotation(t.closure.Line()).params
		}
	}
	return nil
}

// A wanted is what is taken at a place.
type wanted struct {
	typ   *luaType // as it is annotated, nil if that is not known
	shape string   // of the value of a field, the shape that has it
	field string
}

func (c *completer) param(from, at, n int) wanted {
	params := c.params(from, at)
	if p := paramAt(params, n); p != nil {
		return wanted{typ: c.c.api.read(p.Type)}
	}
	if len(params) > 0 {
		return wanted{typ: typeNil} // one too many
	}
	return wanted{}
}

// wantedIn is what is taken where the bracket open[n] stands open.
func (c *completer) wantedIn(n int) wanted {
	b := &c.p.open[n]
	switch {
	case b.kind == "(" && b.calls():
		return c.param(b.from, b.at, b.count)
	case b.kind == "(" && n > 0:
		return c.wantedAt(n-1, b.at)
	case b.kind == "{":
		t := c.tableAt(n)
		if t == nil {
			break
		}
		if !b.value {
			return wanted{typ: c.elementOf(t)}
		}
		if p, shape := c.s.field(c.c.api.resolve(t), b.key); shape != nil {
			return wanted{c.c.api.read(p.Type), shape.name, p.Name}
		}
	}
	return wanted{}
}

// wantedAt is what is taken at a word in open[n], where an expression begins or goes
// on.
func (c *completer) wantedAt(n, at int) wanted {
	b, before := &c.p.open[n], c.p.word(at-1)
	switch {
	case b.isBracket() && (at == b.slot || before == ".." || before == "or" || before == "and"):
		return c.wantedIn(n)
	case before == "==" || before == "~=":
		return wanted{typ: c.typeOf(c.p.expression(at-1), at-1)}
	}
	return wanted{}
}

// tableAt is the type of the table that open[n] begins, as it is annotated, nil if
// that is not known.
func (c *completer) tableAt(n int) *luaType {
	b := &c.p.open[n]
	if b.calls() {
		return c.param(b.from, b.at, 0).typ
	}
	return c.wantedAt(n-1, b.at).typ
}

// elementOf is the type of what a table has without a name, nil if that is not known.
func (c *completer) elementOf(t *luaType) *luaType {
	if t.names("odp.ActionsLike") {
		return t // each may be what all of them may be
	}
	for _, p := range c.c.api.resolve(t).alternatives() {
		if p.kind == arrayType {
			return p.elem
		}
	}
	return nil
}

// liveValue is the value of an expression that is a chain of names, nil for others.
func (c *completer) liveValue(from, to int) lua.LValue {
	for _, name := range c.p.locals() {
		if from < to && name == c.p.word(from) {
			return lua.LNil
		}
	}
	var v lua.LValue = lua.LNil
	for i := from; i < to; i += 2 {
		switch {
		case c.p.words[i].kind != nameWord:
			return lua.LNil
		case i == from:
			v = c.rt.consoleValue(c.p.word(i))
		case c.p.word(i-1) == ".":
			v = liveMember(v, c.p.word(i))
		default:
			return lua.LNil
		}
	}
	return v
}

// receiver is the object of the method that is called at the place, of the innermost
// call of which that is known.
func (c *completer) receiver(of func(lua.LValue) bool) lua.LValue {
	try := func(from, at int) lua.LValue {
		if from < at && c.p.word(at-2) == ":" {
			if v := c.liveValue(from, at-2); of(v) {
				return v
			}
		}
		return nil
	}
	if v := try(c.p.expression(c.p.behind), c.p.behind); v != nil {
		return v
	}
	for i := len(c.p.open) - 1; i > 0; i-- {
		if b := &c.p.open[i]; b.calls() {
			if v := try(b.from, b.at); v != nil {
				return v
			}
		}
	}
	return lua.LNil
}
