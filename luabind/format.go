package luabind

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	lua "github.com/yuin/gopher-lua"
)

// formatOptions say how values are written out for people.
type formatOptions struct {
	depth int // tables within tables shown
	items int // entries of one table shown
	width int // columns beyond which a table takes several lines; 0 never
	// inspect writes objects by their fields, tables by their entries whatever
	// their metatable says, and numbers with all their digits. It reads
	// properties, so it is for where these may raise.
	inspect bool
	// screen writes for a terminal: with colours if it has them, long strings cut,
	// and measured by the columns that text takes there.
	screen bool
	painter
}

// consoleFormat is how results are shown at the console.
var consoleFormat = formatOptions{depth: 4, items: 64}

// format shows a value at the console: strings quoted, tables written out,
// objects by their __tostring.
func (rt *Runtime) format(v lua.LValue) string { return rt.formatWith(rt.L, v, consoleFormat) }

func (rt *Runtime) formatWith(L *lua.LState, v lua.LValue, o formatOptions) string {
	f := &formatter{rt: rt, L: L, formatOptions: o, within: map[*lua.LTable]string{}}
	return f.value(v, 0, "", 0)
}

// formatTable writes out a table, whatever its metatable says about its text.
func (rt *Runtime) formatTable(t *lua.LTable) string {
	f := &formatter{rt: rt, L: rt.L, formatOptions: consoleFormat, within: map[*lua.LTable]string{}}
	return f.table("", t, 0, "", 0)
}

// formatter writes one value.
type formatter struct {
	rt *Runtime
	L  *lua.LState
	formatOptions
	within map[*lua.LTable]string // the tables around what is being written, and the paths to them
}

// value writes v, which is found at path and begins at a column.
func (f *formatter) value(v lua.LValue, depth int, path string, column int) string {
	switch v := v.(type) {
	case lua.LString:
		if f.screen {
			return f.cutString(string(v), maxNestedText, quoteLua)
		}
		return quoteLua(string(v))
	case lua.LNumber:
		if f.inspect {
			return luaNumber(v)
		}
	case *lua.LTable:
		if name := f.rt.moduleOf(v); f.screen && name != "" {
			return "<module " + name + ">"
		}
		if f.inspect || f.rt.L.GetMetaField(v, "__tostring") == lua.LNil {
			return f.table("", v, depth, path, column)
		}
	case *lua.LUserData:
		if f.inspect {
			return f.object(v, depth, path, column)
		}
	}
	if f.screen {
		return f.paintValue(f.rt, v, printable(f.rt.text(v)))
	}
	return f.rt.text(v)
}

// measure is how many columns a text takes.
func (f *formatter) measure(text string) int {
	if f.screen {
		return cells(text)
	}
	return len(text)
}

// object writes an object by its fields, and a value as what makes it.
func (f *formatter) object(ud *lua.LUserData, depth int, path string, column int) string {
	if sv := valueIn(ud); sv != nil {
		return "odp." + f.rt.reg.value(sv.class()).name + "(" + quoteLua(sv.String()) + ")"
	}
	name := f.rt.typeName(ud)
	switch v := f.rt.plain(f.L, ud, true).(type) {
	case *lua.LTable:
		return f.table(name, v, depth, path, column+len(name))
	case lua.LString:
		if string(v) == name {
			return "<" + name + ">"
		}
		return "<" + name + " " + string(v) + ">"
	default:
		return f.rt.text(v)
	}
}

// entry is one line of a table.
type entry struct {
	key   string // with " = "; empty for an element of an array
	value lua.LValue
	path  string
}

func (f *formatter) table(name string, t *lua.LTable, depth int, path string, column int) string {
	if above, ok := f.within[t]; ok {
		if above == "" {
			above = "the top"
		}
		return "<cycle to " + above + ">"
	}
	if depth == f.depth {
		if k, _ := t.Next(lua.LNil); k == lua.LNil {
			return name + "{}"
		}
		return name + "{...}"
	}
	f.within[t] = path
	defer delete(f.within, t)

	entries := f.entries(t, path)
	more := ""
	if len(entries) > f.items {
		more = f.paint(paintAside, fmt.Sprintf("... %d more", len(entries)-f.items))
		entries = entries[:f.items]
	}
	write := func(column int, separator string) string {
		parts := make([]string, len(entries), len(entries)+1)
		for i, e := range entries {
			parts[i] = f.key(e.key) + f.value(e.value, depth+1, e.path, column+f.measure(e.key))
		}
		if more != "" {
			parts = append(parts, more)
		}
		return strings.Join(parts, separator)
	}
	line := name + "{" + write(math.MinInt/2, ", ") + "}"
	if f.width == 0 || column+f.measure(line) <= f.width || len(entries) == 0 {
		return line
	}
	if f.screen && allShort(entries) {
		return name + "{" + f.filled(entries, more, column+cells(name)+1) + "}"
	}
	indent := strings.Repeat("  ", depth+1)
	return name + "{\n" + indent + write(len(indent), ",\n"+indent) + "\n" + indent[2:] + "}"
}

// allShort tells whether entries are the elements of an array and no tables.
func allShort(entries []entry) bool {
	return !slices.ContainsFunc(entries, func(e entry) bool { return e.key != "" || e.value.Type() == lua.LTTable })
}

// filled writes the elements of an array as lines that are filled with them, from a
// column on.
func (f *formatter) filled(entries []entry, more string, column int) string {
	w := newWrapper(f.width, column, column)
	for i, e := range entries {
		text := f.value(e.value, 0, "", 0)
		if i < len(entries)-1 || more != "" {
			text += ", "
		}
		w.add(text, asItIs)
	}
	if more != "" {
		w.add(more, asItIs)
	}
	return w.text()
}

// key writes the key of an entry.
func (f *formatter) key(key string) string {
	name, ok := strings.CutSuffix(key, " = ")
	if !ok {
		return key
	}
	return f.paint(paintName, name) + " = "
}

// entries lists a table in a fixed order: the elements of the array, then numbers,
// then names, then the rest by its text.
func (f *formatter) entries(t *lua.LTable, path string) []entry {
	n := arrayLength(t)
	list := make([]entry, 0, n)
	for i := 1; i <= n; i++ {
		list = append(list, entry{"", t.RawGetInt(i), fmt.Sprintf("%s[%d]", path, i)})
	}
	var numbers []lua.LNumber
	var names, others []entry
	t.ForEach(func(k, v lua.LValue) {
		switch k := k.(type) {
		case lua.LNumber:
			if i := int(k); lua.LNumber(i) != k || i < 1 || i > n {
				numbers = append(numbers, k)
			}
		case lua.LString:
			key := "[" + quoteLua(string(k)) + "]"
			at := path + key
			if isIdentifier(string(k)) {
				key, at = string(k), path+"."+string(k)
			}
			names = append(names, entry{key + " = ", v, at})
		default:
			plain := *f
			plain.painter = false
			key := "[" + plain.value(k, f.depth, "", 0) + "]"
			others = append(others, entry{key + " = ", v, path + key})
		}
	})
	slices.Sort(numbers)
	for _, k := range numbers {
		key := "[" + luaNumber(k) + "]"
		list = append(list, entry{key + " = ", t.RawGet(k), path + key})
	}
	byKey := func(a, b entry) int { return strings.Compare(a.key, b.key) }
	slices.SortFunc(names, byKey)
	slices.SortStableFunc(others, byKey)
	return slices.Concat(list, names, others)
}

// text is tostring(v), which may run a script's __tostring. What that raises is
// shown in place of the value.
func (rt *Runtime) text(v lua.LValue) string {
	if rt.L.GetMetaField(v, "__tostring") == lua.LNil {
		switch v := v.(type) {
		case *lua.LUserData:
			return rt.typeName(v)
		case *lua.LFunction:
			return functionText(v)
		case *lua.LState:
			return "<thread>"
		}
		return v.String()
	}
	results, err := rt.try(nil, rt.tostring, nil, v)
	if err != nil {
		return fmt.Sprintf("<%s: %v>", rt.typeName(v), rt.scriptError(err))
	}
	return results[0].String()
}

// functionText says where a function is written, which tells more than its
// address.
func functionText(fn *lua.LFunction) string {
	if fn.IsG {
		return "<function>"
	}
	return fmt.Sprintf("<function %s:%d>", fn.Proto.SourceName, fn.Proto.LineDefined)
}

// luaNumber writes a number as Lua reads it.
func luaNumber(n lua.LNumber) string {
	switch f := float64(n); {
	case math.IsNaN(f):
		return "0/0"
	case math.IsInf(f, 1):
		return "1/0" // this interpreter has no infinite math.huge
	case math.IsInf(f, -1):
		return "-1/0"
	}
	return numberText(n)
}

// quoteLua writes s as a Lua string that reads back as the same bytes. Text is
// left readable, in whatever script it is.
func quoteLua(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		default:
			writePrintable(&b, r, s[:size])
		}
		s = s[size:]
	}
	b.WriteByte('"')
	return b.String()
}

// writePrintable writes one character, which text is, or its bytes as Lua escapes
// them if it is none that can be shown.
func writePrintable(b *strings.Builder, r rune, text string) {
	if r == utf8.RuneError && len(text) == 1 || !unicode.IsPrint(r) {
		for _, ch := range []byte(text) {
			fmt.Fprintf(b, `\%03d`, ch)
		}
		return
	}
	b.WriteRune(r)
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
