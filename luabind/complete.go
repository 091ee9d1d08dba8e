package luabind

import (
	"context"
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

// Complete returns candidates for the word that ends at byte pos of src, and
// where that word starts. Inside a string they are names of keys, fields and
// actions.
func (rt *Runtime) Complete(src string, pos int) (start int, candidates []string) {
	pos = min(max(pos, 0), len(src))
	before := src[:pos]
	start = pos
	for start > 0 && isNameByte(before[start-1]) {
		start--
	}
	word := before[start:]
	text, inside := insideString(before[:start])
	asks := askedTopic().MatchString(before)
	if inside && !asks {
		return start, withPrefix(textNames(text), word)
	}
	// Objects are read on the way, so this belongs to the owner.
	err := rt.do(context.Background(), func() {
		rt.openConsole()
		var names []string
		if asks {
			names = rt.helpNames(before, word)
		}
		if !inside {
			names = append(names, rt.namesAfter(before[:start])...)
		}
		candidates = withPrefix(names, word)
	})
	if err != nil {
		return start, nil
	}
	return start, candidates
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

// insideString tells whether code ends within a quoted string, and what of it
// is there.
func insideString(code string) (text string, inside bool) {
	var quote byte
	begin := 0
	for i := 0; i < len(code); i++ {
		switch ch := code[i]; {
		case quote == 0 && (ch == '"' || ch == '\''):
			quote, begin = ch, i+1
		case quote == 0 && strings.HasPrefix(code[i:], "--"):
			return "", false // the rest of the line is a comment
		case quote != 0 && ch == '\\':
			i++
		case ch == quote || ch == '\n':
			quote = 0
		}
	}
	if quote == 0 {
		return "", false
	}
	return code[min(begin, len(code)):], true
}

// textNames lists what may stand next in OVS text: the members of the key or
// action whose parentheses are open, or all keys and actions.
func textNames(text string) []string {
	depth, open := 0, -1
	for i := len(text) - 1; i >= 0 && open < 0; i-- {
		switch text[i] {
		case ')':
			depth++
		case '(':
			if depth == 0 {
				open = i
			}
			depth--
		}
	}
	if open < 0 {
		names := keyNames()
		for _, row := range odp.ActionRows() {
			names = append(names, row.Name)
		}
		return names
	}
	begin := open
	for begin > 0 && isNameByte(text[begin-1]) {
		begin--
	}
	name := text[begin:open]
	if row := odp.KeyByName(name); row != nil {
		if row.Layout == odp.LayoutKeys {
			return keyNames()
		}
		return row.Members()
	}
	if row := odp.ActionByName(name); row != nil {
		switch row.Layout {
		case odp.LayoutSet, odp.LayoutSetMasked:
			return keyNames()
		case odp.LayoutActions:
			return textNames("")
		}
		return row.Members()
	}
	return nil
}

// namesAfter lists what may follow code: the members of the object before a
// dot or colon, else the globals and keywords.
func (rt *Runtime) namesAfter(code string) []string {
	if code == "" || code[len(code)-1] != '.' && code[len(code)-1] != ':' {
		names := slices.Clone(luaKeywords)
		rt.L.G.Global.ForEach(func(k, _ lua.LValue) { names = append(names, lua.LVAsString(k)) })
		return names
	}
	methods := code[len(code)-1] == ':'
	v := rt.resolve(code[:len(code)-1])
	switch v := v.(type) {
	case *lua.LTable:
		var names []string
		v.ForEach(func(k, value lua.LValue) {
			if s, ok := k.(lua.LString); ok && isIdentifier(string(s)) && (!methods || value.Type() == lua.LTFunction) {
				names = append(names, string(s))
			}
		})
		return names
	case lua.LString:
		return rt.namesAfter("string.")
	case *lua.LUserData:
		class := rt.reg.class(rt.typeName(v))
		if class == nil {
			return nil
		}
		if methods {
			var names []string
			for _, m := range class.Methods {
				names = append(names, m.Name)
			}
			return names
		}
		if p, ok := v.Value.(part); ok {
			if p.row.Layout == odp.LayoutKeys {
				return keyNames()
			}
			return p.row.Members()
		}
		return class.memberNames()
	}
	return nil
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
	var v lua.LValue = rt.L.G.Global
	for name := range strings.SplitSeq(code[begin:], ".") {
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
