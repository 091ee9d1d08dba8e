package luabind

import (
	"math"
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

const (
	maxColumns = 12 // of a table of plain tables
	maxCell    = 60 // columns of a nested value
)

// table is a table that is a result.
func (s *shower) table(t *lua.LTable) string {
	shape := s.rt.shapeOf(t)
	switch {
	case shape != nil && shape.show != nil:
		return shape.show(s, t)
	case shape == nil && s.rt.moduleOf(t) != "":
		name := s.rt.moduleOf(t)
		return s.paint(paintTitle, "module "+name) + s.paint(paintAside, ": help "+name+" tells what it has")
	case shape == nil && s.rt.L.GetMetaField(t, "__tostring") != lua.LNil, shape != nil && shape.text != nil:
		return s.inline(t)
	}
	if n := arrayLength(t); n > 0 && !hasOther(t, n) {
		return s.array(t, n)
	}
	if !hasLines(t) {
		if line := s.inlineTable(t); cells(line) <= s.width {
			return line
		}
	}
	return s.fields(t, shape)
}

// inlineTable is a table on one line, whatever its metatable says.
func (s *shower) inlineTable(t *lua.LTable) string { return s.formatter(0).table("", t, 0, "", 0) }

// shapeOf is the shape that a table is a record of, nil if it is none.
func (rt *Runtime) shapeOf(t *lua.LTable) *Shape {
	mt, ok := t.Metatable.(*lua.LTable)
	if !ok {
		return nil
	}
	name, _ := mt.RawGetString("__metatable").(lua.LString)
	if shape := rt.reg.shapeByName[string(name)]; shape != nil && shape.metatable == mt {
		return shape
	}
	return nil
}

// moduleOf is the name of the module of this program that a table is, "" of others.
func (rt *Runtime) moduleOf(t *lua.LTable) string {
	for _, m := range rt.reg.modules {
		if m.table == t {
			return m.Name
		}
	}
	if rt.loaded(inspectModule) == t {
		return inspectModule
	}
	return ""
}

// hasOther tells whether a table has other keys than 1 to n.
func hasOther(t *lua.LTable, n int) bool {
	count := 0
	for k, _ := t.Next(lua.LNil); k != lua.LNil && count <= n; k, _ = t.Next(k) {
		count++
	}
	return count > n
}

// hasLines tells whether a field of a table is several lines of text.
func hasLines(t *lua.LTable) (has bool) {
	t.ForEach(func(_, v lua.LValue) {
		text, ok := v.(lua.LString)
		has = has || ok && isLines(string(text))
	})
	return has
}

// array is a table of the elements 1 to n: a table with columns if they are alike.
func (s *shower) array(t *lua.LTable, n int) string {
	list := make([]lua.LValue, s.shownOf(n))
	for i := range list {
		list[i] = t.RawGetInt(i + 1)
	}
	if text, ok := s.rowsOf(list, n, true); ok {
		return text
	}
	if n <= maxInline {
		if line := s.inlineTable(t); cells(line) <= s.width {
			return line
		}
	}
	if slices.ContainsFunc(list, func(v lua.LValue) bool { return v.Type() == lua.LTTable }) {
		return s.fitting(func(depth int) string {
			f := s.formatter(s.width)
			f.depth = depth
			return f.table("", t, 0, "", 0)
		})
	}
	return s.filled(t, n)
}

// maxInline is how many elements a list on one line may have.
const maxInline = 200

// filled is a list of short values as lines that are filled with them.
func (s *shower) filled(t *lua.LTable, n int) string {
	w := newWrapper(s.width, 1, 1)
	shown := 0
	for i := 1; i <= n && w.lines < s.rows; i++ {
		text := s.inline(t.RawGetInt(i))
		if i < n {
			text += ", "
		}
		w.add(text, asItIs)
		shown = i
	}
	if shown < n {
		w.add(s.more(shown, n, true), asItIs)
	}
	return "{" + w.text() + "}"
}

func asItIs(text string) string { return text }

// list shows the first of a list of total values, one after the other where they
// have no columns.
func (s *shower) list(first []lua.LValue, total int, counted bool) string {
	if text, ok := s.rowsOf(first, total, counted); ok {
		return text
	}
	return s.lines(first, total, counted, s.inline)
}

// lines shows values one after the other, as many as there is room for.
func (s *shower) lines(first []lua.LValue, total int, counted bool, text func(lua.LValue) string) string {
	var lines []string
	shown, taken := 0, 0
	for _, v := range first {
		one := text(v)
		n := 1 + strings.Count(one, "\n")
		if shown > 0 && taken+n > s.rows+1 {
			break
		}
		lines, shown, taken = append(lines, one), shown+1, taken+n
	}
	if total > shown {
		lines = append(lines, s.more(shown, total, counted))
	}
	return strings.Join(lines, "\n")
}

// alike is how values that are alike are shown: as rows with columns, and where they
// have none or too wide ones, as lines.
type alike struct {
	columns []string
	line    func(v lua.LValue) string // nil if they are no lines
	objects bool
}

// rowsOf shows values that are alike.
func (s *shower) rowsOf(list []lua.LValue, total int, counted bool) (string, bool) {
	like := s.alike(list)
	if len(like.columns) > 0 {
		g := &grid{s: s}
		for _, path := range like.columns {
			g.heads = append(g.heads, columnName(path))
		}
		for _, v := range list {
			read := s.reader(v)
			row := make([]lua.LValue, len(like.columns))
			for i, path := range like.columns {
				row[i], _ = read(path) // one that is gone has none
				if like.objects {
					row[i] = rounded(row[i])
				}
			}
			g.add(row)
		}
		if text, whole := g.text(); whole || like.line == nil {
			if total > len(list) {
				text += "\n" + s.more(len(list), total, counted)
			}
			return text, true
		}
	}
	if like.line == nil {
		return "", false
	}
	return s.lines(list, total, counted, like.line), true
}

// rounded is a number such as seconds as people read it.
func rounded(v lua.LValue) lua.LValue {
	if n, ok := v.(lua.LNumber); ok && n != lua.LNumber(math.Trunc(float64(n))) {
		return lua.LNumber(math.Round(float64(n)*1000) / 1000)
	}
	return v
}

// alike finds what the elements of a list have in common: a class, a shape, or the
// names of their fields.
func (s *shower) alike(list []lua.LValue) (like alike) {
	if len(list) == 0 {
		return like
	}
	switch first := list[0].(type) {
	case *lua.LUserData:
		class := s.rt.reg.classByName[s.rt.typeName(first)]
		if class == nil || class.metatable != first.Metatable {
			return like
		}
		for _, v := range list {
			if ud, ok := v.(*lua.LUserData); !ok || ud.Metatable != first.Metatable {
				return like
			}
		}
		like.columns, like.objects = class.Columns, true
		if class.showLine != nil {
			like.line = func(v lua.LValue) string { return class.showLine(s, v.(*lua.LUserData)) }
		}
	case *lua.LTable:
		shape := s.rt.shapeOf(first)
		for _, v := range list {
			t, ok := v.(*lua.LTable)
			if !ok || s.rt.shapeOf(t) != shape || shape == nil && t.Metatable != lua.LNil && t.Metatable != s.rt.json.object {
				return like
			}
		}
		switch {
		case shape == nil:
			like.columns = plainColumns(list)
		case shape.showLine != nil:
			like.line = func(v lua.LValue) string { return shape.showLine(s, v.(*lua.LTable)) }
		case shape.text != nil:
			like.line = s.inline
		default:
			like.columns = shapeColumns(shape, list)
		}
	}
	return like
}

// shapeColumns are the fields that any of some records has.
func shapeColumns(shape *Shape, list []lua.LValue) (columns []string) {
	for _, f := range shape.Fields {
		if slices.ContainsFunc(list, func(v lua.LValue) bool { return v.(*lua.LTable).RawGetString(f.Name) != lua.LNil }) {
			columns = append(columns, f.Name)
		}
	}
	return columns
}

// plainColumns are the fields of two or more tables that are alike: they have much
// the same names and no tables in them.
func plainColumns(list []lua.LValue) (columns []string) {
	if len(list) < 2 {
		return nil
	}
	have := map[string]int{}
	for _, v := range list {
		t := v.(*lua.LTable)
		for k, field := t.Next(lua.LNil); k != lua.LNil; k, field = t.Next(k) {
			name, ok := k.(lua.LString)
			if !ok || !isIdentifier(string(name)) || field.Type() == lua.LTTable || field.Type() == lua.LTFunction {
				return nil
			}
			if have[string(name)]++; have[string(name)] == 1 {
				columns = append(columns, string(name)) // as they were written, first first
			}
		}
	}
	if len(columns) > maxColumns {
		return nil
	}
	for _, name := range columns {
		if have[name]*2 < len(list) {
			return nil
		}
	}
	return columns
}

// columnName is the head of the column of a property or a field of one.
func columnName(path string) string { return strings.TrimPrefix(path, "stats.") }

// cell is a value as it stands in a column: text without quotes.
func (s *shower) cell(v lua.LValue) string {
	switch v := v.(type) {
	case *lua.LNilType:
		return s.paint(paintAside, "-")
	case lua.LString:
		return s.paint(paintText, cutTo(oneLine(quoteless(string(v))), maxCell))
	case *lua.LTable:
		plain := *s
		plain.painter = false
		return cutTo(oneLine(plain.inlineTable(v)), maxCell)
	case *lua.LUserData:
		return s.paint(s.rt.kindOf(v), cutTo(oneLine(printable(s.rt.text(v))), maxCell))
	}
	return s.inline(v)
}

func quoteless(text string) string {
	quoted := quoteLua(text)
	if len(quoted) == len(text)+2 {
		return text
	}
	return quoted // with quotes where it is not as it is seen
}

func oneLine(text string) string { return strings.ReplaceAll(text, "\n", " ") }

// fields is a table by names that stand below each other.
func (s *shower) fields(t *lua.LTable, shape *Shape) string {
	entries := s.formatter(s.width).entries(t, "")
	if shape != nil { // in the order of the reference
		place := map[string]int{}
		for i, p := range shape.Fields {
			place[p.Name+" = "] = i
		}
		slices.SortStableFunc(entries, func(a, b entry) int { return place[a.key] - place[b.key] })
	}
	total := len(entries)
	entries = entries[:s.shownOf(total)]
	column := 0
	for _, e := range entries {
		if n := cells(e.key) - len(" = "); n <= maxCell/2 {
			column = max(column, n)
		}
	}
	return s.fitting(func(depth int) string {
		f := s.formatter(s.width)
		f.depth = depth
		f.within[t] = ""
		lines := make([]string, 0, len(entries)+1)
		for _, e := range entries {
			key := ""
			if name, ok := strings.CutSuffix(e.key, " = "); ok {
				key = pad(s.paint(paintName, name), column, false) + " = "
			}
			if text, ok := e.value.(lua.LString); ok && isLines(string(text)) {
				lines = append(lines, key+s.text(string(text)))
			} else {
				lines = append(lines, key+f.value(e.value, 0, e.path, cells(key)))
			}
		}
		if total > len(entries) {
			lines = append(lines, s.more(len(entries), total, true))
		}
		return strings.Join(lines, "\n")
	})
}

// fitting writes tables within tables as deep as there is room for: what is not
// shown is {...}.
func (s *shower) fitting(write func(depth int) string) string {
	depth := showDepth
	text := write(depth)
	for depth > 1 && strings.Count(text, "\n") > 2*s.rows {
		depth--
		text = write(depth)
	}
	return text
}
