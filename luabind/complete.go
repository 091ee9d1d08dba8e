package luabind

import (
	"context"
	"slices"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// Complete returns candidates for the word that ends at byte pos of src, and
// where that word starts: names of what there is in Lua, of the fields of a table
// that a function takes, and in strings what is taken there, which may be a part of
// Open vSwitch text, the name of something that the kernel has, or one of a file.
func (rt *Runtime) Complete(src string, pos int) (start int, candidates []string) {
	before := src[:min(max(pos, 0), len(src))]
	p := placeIn(before)
	var found completion
	err := rt.do(context.Background(), func() {
		rt.openConsole()
		found = rt.newCompleter(p).complete()
	})
	if err != nil {
		return len(before), nil
	}
	// That takes time, in which handlers go on.
	word := before[found.start:]
	names := withPrefix(append(found.names, listAll(found.live, word)...), word)
	if len(names) == 0 {
		names = withPrefix(found.otherwise, word)
	}
	return found.start, names
}

// A completion is what may stand at a place.
type completion struct {
	start     int // where the word begins that is completed
	names     []string
	live      []lister // of what else may stand there
	otherwise []string // where there is none of those
}

func withPrefix(names []string, prefix string) []string {
	var out []string
	for _, n := range names {
		if strings.HasPrefix(n, prefix) {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (c *completer) complete() completion {
	switch p := c.p; {
	case askedTopic().MatchString(p.src):
		return c.asked()
	case p.mute:
		return completion{start: len(p.src)}
	case p.quote != "":
		return c.inString()
	}
	return c.atName()
}

// asked completes what help is asked about.
func (c *completer) asked() completion {
	start := len(c.p.src)
	for start > 0 && isNameByte(c.p.src[start-1]) {
		start--
	}
	found := completion{start: start}
	if c.p.quote == "" {
		found = c.atName()
	}
	found.names = append(found.names, c.rt.helpNames(c.p.src, c.p.src[start:])...)
	return found
}

// atName completes a name, or what may stand where nothing is typed yet.
func (c *completer) atName() completion {
	p, n := c.p, len(c.p.open)-1
	top, word := p.top(), p.src[p.start:]
	found := completion{start: p.start}
	switch before := p.word(p.behind - 1); before {
	case ".", ":":
		found.names = c.memberNames(c.typeOf(p.expression(p.behind-1), p.behind-1), before == ":")
		return found
	case "local", "function", "for":
		return found // a new name
	}
	if top.kind == "(" && p.open[n-1].kind == "function" {
		return found // so are parameters
	}
	if top.kind == "{" && !top.value && p.behind == top.slot {
		if t := c.tableAt(n); t != nil {
			found.names = withPrefix(c.fieldNames(t, top.given), word)
		}
		if len(found.names) > 0 {
			return found
		}
	}
	names := slices.Concat(luaKeywords, c.rt.consoleNames(), p.locals())
	if word == "" {
		found.names, found.live = c.values(c.wantedAt(n, p.behind))
	}
	if len(found.names) == 0 && len(found.live) == 0 {
		found.names = names
	}
	found.otherwise = names
	return found
}

// memberNames lists what may follow a value of a type and a dot or a colon.
func (c *completer) memberNames(t *luaType, method bool) (names []string) {
	for _, t := range t.withoutNil().alternatives() {
		class := c.s.class(t)
		switch {
		case t.kind == liveType:
			names = append(names, c.rt.liveNames(t.live, method)...)
		case t.kind == moduleType && !method:
			for _, f := range t.module.Funcs {
				names = append(names, f.Name)
			}
			for _, v := range t.module.Values {
				names = append(names, v.Name)
			}
			names = append(names, c.rt.liveNames(t.live, false)...) // there may be more in it
		case t.kind == fieldsType:
			for name := range t.table.fields {
				names = append(names, name)
			}
		case t == typeString || t.kind == literalType:
			names = append(names, c.rt.liveNames(c.rt.L.GetGlobal("string"), true)...)
		case class != nil:
			for _, name := range class.names {
				isMethod := class.methods[name] != nil
				// What a key has is more to the point than what all keys can do.
				if isMethod || !method {
					if method || !isMethod || !strings.HasPrefix(class.name, prefixKey) {
						names = append(names, name)
					}
				}
			}
		}
	}
	return names
}

// fieldNames lists the fields that a table of a type may still get.
func (c *completer) fieldNames(t *luaType, given []string) []string {
	shapes, _ := c.s.tableTypes(c.c.api.resolve(t))
	return slices.DeleteFunc(shapeNames(shapes), func(name string) bool {
		return !isIdentifier(name) || slices.Contains(given, name)
	})
}

// values lists values that are written out, of those that are wanted.
func (c *completer) values(w wanted) (names []string, live []lister) {
	if w.typ == nil {
		return nil, nil
	}
	texts, live := c.texts(w.typ)
	for _, text := range texts {
		names = append(names, strconv.Quote(text))
	}
	for i, names := range live {
		live[i] = func(string) (quoted []string) {
			for _, name := range names("") {
				quoted = append(quoted, strconv.Quote(name))
			}
			return quoted
		}
	}
	truth := func(t *luaType) bool { return t == typeBoolean || t.name == "true" || t.name == "false" }
	types := c.c.api.resolve(w.typ).withoutNil().alternatives()
	if !slices.ContainsFunc(types, func(t *luaType) bool { return !truth(t) && t.kind != literalType }) && slices.ContainsFunc(types, truth) {
		names = append(names, "true", "false")
	}
	return names, live
}

// texts lists the texts that a type names, and what else is known of the texts that
// it takes.
func (c *completer) texts(t *luaType) (names []string, live []lister) {
	for _, p := range c.c.api.resolve(t).alternatives() {
		if text, err := strconv.Unquote(p.name); err == nil && p.kind == literalType {
			names = append(names, text)
		}
	}
	for alias, lister := range liveAliases {
		if t.names(alias) {
			live = append(live, lister(c))
		}
	}
	return names, live
}

// inString completes what stands in a string.
func (c *completer) inString() completion {
	p, n := c.p, len(c.p.open)-1
	top := p.top()
	found := completion{start: p.text}
	var w wanted
	switch from := p.expression(p.behind); {
	case from < p.behind: // it is called with the string
		w = c.param(from, p.behind, 0)
	case top.kind == "[" && p.behind == top.slot && p.isValue(top.at-1):
		found.names = c.memberNames(c.typeOf(p.expression(top.at), top.at), false)
		return found
	default:
		w = c.wantedAt(n, p.behind)
	}
	if w.typ != nil {
		if found.names, found.live = c.texts(w.typ); len(found.names) > 0 || len(found.live) > 0 {
			found.names, found.live = c.quotable(found.names, found.live)
			return found
		}
	}
	part := textFor(w)
	if part == nil {
		return found
	}
	start, names, ports := part.complete(withoutEscapes(p.src[p.text:]))
	found.start, found.names = p.text+start, names
	if ports {
		found.live = []lister{c.ports()}
	}
	return found
}

// withoutEscapes puts blanks for the escapes in a string, as none of them is part of
// a name.
func withoutEscapes(text string) string {
	b := []byte(text)
	for i := 0; i+1 < len(b); i++ {
		if b[i] == '\\' {
			b[i], b[i+1] = ' ', ' '
		}
	}
	return string(b)
}

// quotable leaves out what cannot stand in the string as it is.
func (c *completer) quotable(names []string, live []lister) ([]string, []lister) {
	bad := func(name string) bool {
		return strings.Contains(name, c.p.quote) || len(c.p.quote) == 1 && strings.ContainsAny(name, "\\\n")
	}
	for i, names := range live {
		live[i] = func(word string) []string { return slices.DeleteFunc(names(word), bad) }
	}
	return slices.DeleteFunc(names, bad), live
}

// resolve reads a chain of names such as odp.u64 or pkt.key.eth at the end of
// code. It calls no functions of the script's.
func (rt *Runtime) resolve(code string) lua.LValue {
	begin := len(code)
	for begin > 0 && (isNameByte(code[begin-1]) || code[begin-1] == '.') {
		begin--
	}
	if begin > 0 && strings.IndexByte(")]\"'", code[begin-1]) >= 0 {
		return lua.LNil // what a call or an index gives is not known
	}
	first, rest, more := strings.Cut(code[begin:], ".")
	v := rt.consoleValue(first)
	for more {
		var name string
		name, rest, more = strings.Cut(rest, ".")
		switch from := v.(type) {
		case *lua.LTable:
			v = from.RawGetString(name)
		case *lua.LUserData:
			get := rt.L.NewFunction(func(L *lua.LState) int {
				L.Push(L.GetField(from, name))
				return 1
			})
			results, err := rt.try(nil, get, nil)
			if err != nil {
				return lua.LNil
			}
			v = results[0]
		default:
			return lua.LNil
		}
	}
	return v
}
