package luabind

import (
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

const (
	maxColumns = 12 // of a table of plain tables
	minColumn  = 17 // to which a wide column is cut, if need be
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
	if line := s.inlineTable(t); cells(line) <= s.width {
		return line
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
		return s.formatter(s.width).table("", t, 0, "", 0)
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

// rowsOf shows values that are alike as rows of a table, objects without columns
// as lines.
func (s *shower) rowsOf(list []lua.LValue, total int, counted bool) (string, bool) {
	class, columns := s.columnsOf(list)
	if class == nil && len(columns) == 0 {
		return "", false
	}
	if class != nil && len(class.Columns) == 0 {
		return s.lines(list, total, counted, func(v lua.LValue) string { return class.showLine(s, v.(*lua.LUserData)) }), true
	}
	g := &grid{s: s}
	for _, path := range columns {
		g.heads = append(g.heads, columnName(path))
	}
	for _, v := range list {
		read := s.reader(v)
		row := make([]lua.LValue, len(columns))
		for i, path := range columns {
			row[i], _ = read(path) // one that is gone has none
		}
		g.add(row)
	}
	text := g.text()
	if total > len(list) {
		text += "\n" + s.more(len(list), total, counted)
	}
	return text, true
}

// columnsOf finds what the elements of a list have in common: a class, or the
// columns that they have.
func (s *shower) columnsOf(list []lua.LValue) (*Class, []string) {
	if len(list) == 0 {
		return nil, nil
	}
	switch first := list[0].(type) {
	case *lua.LUserData:
		class := s.rt.reg.classByName[s.rt.typeName(first)]
		if class == nil || class.metatable != first.Metatable || len(class.Columns) == 0 && class.showLine == nil {
			return nil, nil
		}
		for _, v := range list {
			if ud, ok := v.(*lua.LUserData); !ok || ud.Metatable != first.Metatable {
				return nil, nil
			}
		}
		return class, class.Columns
	case *lua.LTable:
		shape := s.rt.shapeOf(first)
		for _, v := range list {
			t, ok := v.(*lua.LTable)
			if !ok || s.rt.shapeOf(t) != shape || shape == nil && t.Metatable != lua.LNil && t.Metatable != s.rt.json.object {
				return nil, nil
			}
		}
		if shape != nil {
			return nil, s.shapeColumns(shape, list)
		}
		return nil, plainColumns(list)
	}
	return nil, nil
}

// shapeColumns are the fields that any of some records has.
func (s *shower) shapeColumns(shape *Shape, list []lua.LValue) (columns []string) {
	if shape.show != nil || shape.text != nil {
		return nil
	}
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
	f := s.formatter(s.width)
	entries := f.entries(t, "")
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
	f.within[t] = ""
	lines := make([]string, 0, len(entries)+1)
	for _, e := range entries {
		key := ""
		if name, ok := strings.CutSuffix(e.key, " = "); ok {
			key = pad(s.paint(paintName, name), column, false) + " = "
		}
		lines = append(lines, key+f.value(e.value, 0, e.path, cells(key)))
	}
	if total > len(entries) {
		lines = append(lines, s.more(len(entries), total, true))
	}
	return strings.Join(lines, "\n")
}

// grid is a table with a head.
type grid struct {
	s     *shower
	heads []string
	rows  [][]lua.LValue
}

func (g *grid) add(row []lua.LValue) { g.rows = append(g.rows, row) }

const columnGap = 2

// text lays the columns out. Where they are too wide, the widest texts are cut,
// and then the last columns left out, which is said.
func (g *grid) text() string {
	widths := make([]int, len(g.heads))
	plain := make([][]string, len(g.rows))
	numbers := make([]bool, len(g.heads))
	bare := *g.s
	bare.painter = false
	for i := range g.heads {
		widths[i], numbers[i] = cells(g.heads[i]), true
	}
	for r, row := range g.rows {
		plain[r] = make([]string, len(row))
		for i, v := range row {
			plain[r][i] = bare.cell(v)
			widths[i] = max(widths[i], cells(plain[r][i]))
			numbers[i] = numbers[i] && (v.Type() == lua.LTNumber || v == lua.LNil)
		}
	}
	shown := fitColumns(widths, g.s.width)
	lines := make([]string, 0, len(g.rows)+2)
	lines = append(lines, g.line(widths[:shown], numbers, func(i int) string {
		return g.s.paint(paintTitle, cutTo(g.heads[i], widths[i]))
	}))
	for r, row := range g.rows {
		lines = append(lines, g.line(widths[:shown], numbers, func(i int) string {
			kind := g.s.rt.kindOf(row[i])
			if row[i] == lua.LNil {
				kind = paintAside
			}
			return g.s.paint(kind, cutTo(plain[r][i], widths[i]))
		}))
	}
	if shown < len(g.heads) {
		w := newWrapper(g.s.width, 0, 2)
		for _, word := range strings.SplitAfter("columns left out: "+strings.Join(g.heads[shown:], ", "), " ") {
			w.add(word, func(text string) string { return g.s.paint(paintAside, text) })
		}
		lines = append(lines, w.text())
	}
	return strings.Join(lines, "\n")
}

func (g *grid) line(widths []int, numbers []bool, cell func(i int) string) string {
	parts := make([]string, len(widths))
	for i, w := range widths {
		if parts[i] = cell(i); i < len(widths)-1 || numbers[i] {
			parts[i] = pad(parts[i], w, numbers[i])
		}
	}
	return strings.TrimRight(strings.Join(parts, strings.Repeat(" ", columnGap)), " ")
}

// fitColumns narrows columns to a width, and returns how many fit.
func fitColumns(widths []int, width int) int {
	total := func(n int) int {
		sum := columnGap * (n - 1)
		for _, w := range widths[:n] {
			sum += w
		}
		return sum
	}
	n := len(widths)
	for total(n) > width {
		widest := 0
		for i := range n {
			if widths[i] > widths[widest] {
				widest = i
			}
		}
		switch {
		case widths[widest] > minColumn:
			widths[widest]--
		case n > 1:
			n--
		default:
			return n
		}
	}
	return n
}
