package luabind

import (
	"fmt"
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

const (
	formatDepth = 4  // tables within tables shown
	formatItems = 64 // entries of one table shown
)

// format shows a value at the console: strings quoted, tables written out,
// objects by their __tostring.
func (rt *Runtime) format(v lua.LValue) string {
	var b strings.Builder
	rt.appendFormat(&b, v, 0, map[*lua.LTable]bool{})
	return b.String()
}

func (rt *Runtime) appendFormat(b *strings.Builder, v lua.LValue, depth int, seen map[*lua.LTable]bool) {
	switch v := v.(type) {
	case lua.LString:
		b.WriteString(quoteLua(string(v)))
	case *lua.LTable:
		if rt.L.GetMetaField(v, "__tostring") != lua.LNil {
			b.WriteString(rt.text(v))
			return
		}
		rt.formatTable(b, v, depth, seen)
	default:
		b.WriteString(rt.text(v))
	}
}

// text is tostring(v), which may run a script's __tostring. What that raises is
// shown in place of the value.
func (rt *Runtime) text(v lua.LValue) string {
	if rt.L.GetMetaField(v, "__tostring") == lua.LNil {
		if ud, ok := v.(*lua.LUserData); ok {
			return rt.typeName(ud)
		}
		return v.String()
	}
	results, err := rt.try(nil, rt.tostring, nil, v)
	if err != nil {
		return fmt.Sprintf("<%s: %v>", rt.typeName(v), rt.scriptError(err))
	}
	return results[0].String()
}

func (rt *Runtime) formatTable(b *strings.Builder, t *lua.LTable, depth int, seen map[*lua.LTable]bool) {
	if seen[t] || depth == formatDepth {
		b.WriteString("{...}")
		return
	}
	seen[t] = true
	defer delete(seen, t)
	b.WriteByte('{')
	written := 0
	next := func() bool {
		if written > 0 {
			b.WriteString(", ")
		}
		written++
		if written > formatItems {
			b.WriteString("...")
			return false
		}
		return true
	}
	n := t.Len()
	for i := 1; i <= n; i++ {
		if !next() {
			break
		}
		rt.appendFormat(b, t.RawGetInt(i), depth+1, seen)
	}
	type entry struct {
		key   string
		value lua.LValue
	}
	var entries []entry
	t.ForEach(func(k, v lua.LValue) {
		switch k := k.(type) {
		case lua.LNumber:
			if i := int(k); lua.LNumber(i) == k && i >= 1 && i <= n {
				return // shown above
			}
			entries = append(entries, entry{"[" + k.String() + "]", v})
		case lua.LString:
			if isIdentifier(string(k)) {
				entries = append(entries, entry{string(k), v})
			} else {
				entries = append(entries, entry{"[" + quoteLua(string(k)) + "]", v})
			}
		default:
			entries = append(entries, entry{"[" + rt.text(k) + "]", v})
		}
	})
	slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.key, b.key) })
	for _, e := range entries {
		if written > formatItems || !next() {
			break
		}
		b.WriteString(e.key + " = ")
		rt.appendFormat(b, e.value, depth+1, seen)
	}
	b.WriteByte('}')
}

// quoteLua writes s as a Lua string that reads back as the same bytes.
func quoteLua(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := 0; i < len(s); i++ {
		switch ch := s[i]; {
		case ch == '"' || ch == '\\':
			b.WriteByte('\\')
			b.WriteByte(ch)
		case ch == '\n':
			b.WriteString(`\n`)
		case ch == '\t':
			b.WriteString(`\t`)
		case ch < ' ' || ch == 0x7f:
			fmt.Fprintf(&b, `\%03d`, ch)
		default:
			b.WriteByte(ch)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func isIdentifier(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isNameByte(s[i]) || i == 0 && s[i] >= '0' && s[i] <= '9' {
			return false
		}
	}
	return s != "" && !slices.Contains(luaKeywords, s)
}

func isNameByte(ch byte) bool {
	return ch == '_' || ch >= 'a' && ch <= 'z' || ch >= 'A' && ch <= 'Z' || ch >= '0' && ch <= '9'
}

var luaKeywords = []string{
	"and", "break", "do", "else", "elseif", "end", "false", "for", "function", "if", "in",
	"local", "nil", "not", "or", "repeat", "return", "then", "true", "until", "while",
}
