package luabind

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	lua "github.com/yuin/gopher-lua"
)

// Results of console lines are shown for people: objects as blocks, lists of them
// as tables, long ones cut. Text for programs is made by module json and by
// inspect.

const (
	showDepth     = 4    // tables within tables
	maxShownText  = 2000 // bytes of a string
	maxNestedText = 200  // of one in a table
	maxRows       = 40   // rows or lines of a list, on high terminals too
	minRows       = 10   // on low ones too
	plainWidth    = 80   // columns of what is no terminal
)

// shower shows the results of one console line.
type shower struct {
	rt *Runtime
	L  *lua.LState
	painter
	width int // columns
	rows  int // rows or lines of a list
}

// showAll returns the text of each of a line's results. Showing may run a script's
// __tostring and ask the kernel, and is aborted as the line itself when ctx ends.
func (rt *Runtime) showAll(ctx context.Context, values []lua.LValue) ([]string, error) {
	if len(values) == 0 {
		return nil, nil
	}
	var texts []string
	_, err := rt.execute(ctx, rt.L.NewFunction(func(L *lua.LState) int {
		s := rt.newShower(L)
		for _, v := range values {
			texts = append(texts, s.show(v))
		}
		return 0
	}))
	if err != nil {
		return nil, err
	}
	return texts, nil
}

func (rt *Runtime) newShower(L *lua.LState) *shower {
	s := &shower{rt: rt, L: L, painter: painter(rt.cfg.Color), width: plainWidth, rows: maxRows}
	if rt.cfg.Size != nil {
		columns, rows := rt.cfg.Size()
		if columns > 0 {
			s.width = columns
		}
		if rows > 0 { // with room for the line, the head of a table and the next prompt
			s.rows = min(max(rows-4, minRows), maxRows)
		}
	}
	return s
}

// show is the text of a result.
func (s *shower) show(v lua.LValue) string {
	switch v := v.(type) {
	case lua.LString:
		return s.text(string(v))
	case *lua.LTable:
		return s.table(v)
	case *lua.LUserData:
		return s.object(v)
	}
	return s.inline(v)
}

// inline is a value as a part of a line.
func (s *shower) inline(v lua.LValue) string { return s.formatter(0).value(v, 0, "", 0) }

// formatter writes values with tables on several lines where they take more than
// so many columns, 0 never.
func (s *shower) formatter(width int) *formatter {
	return &formatter{
		rt: s.rt, L: s.L, within: map[*lua.LTable]string{},
		formatOptions: formatOptions{depth: showDepth, items: s.rows, width: width, screen: true, painter: s.painter},
	}
}

// object is an object by the row of its class, else its text.
func (s *shower) object(ud *lua.LUserData) string {
	class := s.rt.reg.classByName[s.rt.typeName(ud)]
	switch {
	case class == nil || class.metatable != ud.Metatable:
	case class.show != nil:
		return class.show(s, ud)
	case len(class.Columns) > 0:
		return s.properties(class, ud)
	}
	return strings.TrimRight(s.inline(ud), "\n")
}

// properties are an object with those of its properties that a table has.
func (s *shower) properties(class *Class, ud *lua.LUserData) string {
	text := printable(s.rt.text(ud))
	title := text
	if !strings.ContainsAny(text, " (") { // a name, which does not say of what
		title = strings.ToLower(class.Name[strings.LastIndexByte(class.Name, '.')+1:]) + " " + text
	}
	b := s.block(title)
	read := s.reader(ud)
	for _, path := range class.Columns {
		v, err := read(path)
		if err != nil {
			return s.failed(text, err)
		}
		if v != lua.LNil {
			b.add(columnName(path), s.cell(rounded(v)))
		}
	}
	return b.text()
}

// failed is a text with the error that kept the rest from being shown.
func (s *shower) failed(text string, err error) string {
	return text + ": " + s.paint(paintError, printable(err.Error()))
}

// get reads a property of an object, or a field of a table.
func (s *shower) get(v lua.LValue, name string) (lua.LValue, error) {
	if t, ok := v.(*lua.LTable); ok {
		return t.RawGetString(name), nil
	}
	results, err := s.rt.try(s.L, s.rt.L.NewFunction(func(L *lua.LState) int {
		L.Push(L.GetField(v, name))
		return 1
	}), nil)
	if err != nil {
		return lua.LNil, s.rt.scriptError(err)
	}
	return results[0], nil
}

// reader reads paths such as "stats.hit", the first part of each but once: it may
// ask the kernel.
func (s *shower) reader(v lua.LValue) func(path string) (lua.LValue, error) {
	read := map[string]lua.LValue{}
	return func(path string) (lua.LValue, error) {
		name, rest, nested := strings.Cut(path, ".")
		first, ok := read[name]
		if !ok {
			var err error
			if first, err = s.get(v, name); err != nil {
				return lua.LNil, err
			}
			read[name] = first
		}
		if !nested || first == lua.LNil {
			return first, nil
		}
		return s.get(first, rest)
	}
}

// kindOf is how a value is coloured.
func (rt *Runtime) kindOf(v lua.LValue) paintKind {
	switch v := v.(type) {
	case lua.LString:
		return paintText
	case lua.LNumber:
		return paintNumber
	case *lua.LNilType, lua.LBool:
		return paintConstant
	case *lua.LUserData:
		if _, ok := v.Value.(*errorValue); ok {
			return paintError
		}
		if valueIn(v) != nil {
			return paintNumber
		}
	}
	return paintPlain
}

// paintValue colours the text of a value that is no table.
func (p painter) paintValue(rt *Runtime, v lua.LValue, text string) string {
	if ud, ok := v.(*lua.LUserData); ok {
		switch ud.Value.(type) {
		case matchValue, keyValue, actionsValue, part, *flowValue:
			return p.ovs(text)
		}
	}
	return p.paint(rt.kindOf(v), text)
}

// text is a string that is a result or a field of one: as lines if it is some.
func (s *shower) text(text string) string {
	if !isLines(text) {
		return s.cutString(text, maxShownText, quoteLua)
	}
	limit, lines := 0, 0
	for limit < len(text) && lines < s.rows {
		if text[limit] == '\n' {
			lines++
		}
		limit++
	}
	return s.cutString(text, min(limit, maxShownText), func(text string) string { return "[[\n" + text + "]]" })
}

// cutString is a string as Lua reads it, its beginning if it is long.
func (p painter) cutString(s string, limit int, quote func(string) string) string {
	if len(s) <= limit {
		return p.paint(paintText, quote(s))
	}
	end := limit
	for end > limit-utf8.UTFMax && !utf8.RuneStart(s[end]) {
		end--
	}
	return p.paint(paintText, quote(s[:end])) + p.paint(paintAside, fmt.Sprintf("... %d more bytes of %d", len(s)-end, len(s)))
}

// isLines tells whether a string is several lines of text, which Lua reads as well
// within long brackets.
func isLines(s string) bool {
	return strings.Count(s, "\n") > 1 && !strings.Contains(s, "]]") && !strings.HasSuffix(s, "]") &&
		!strings.ContainsFunc(s, func(r rune) bool { return r != '\n' && r != '\t' && !unicode.IsPrint(r) || r == utf8.RuneError })
}

// more says what a list goes on with, of which shown have been shown. Of one that
// was not counted to its end, total is how many there are at least.
func (s *shower) more(shown, total int, counted bool) string {
	text := fmt.Sprintf("... %d more of %d", total-shown, total)
	if !counted {
		text = fmt.Sprintf("... more than %d more", total-shown)
	}
	return s.paint(paintAside, text)
}

// shownOf is how many of a list are shown. One is not left out alone: the line
// that says so would take its place.
func (s *shower) shownOf(n int) int {
	if n <= s.rows+1 {
		return n
	}
	return s.rows
}

// block is an object as a title and lines with names.
type block struct {
	s     *shower
	title string
	lines [][2]string
}

func (s *shower) block(title string) *block { return &block{s: s, title: title} }

func (b *block) add(name, text string) { b.lines = append(b.lines, [2]string{name, text}) }

// blockIndent leaves room for the names of lines that blocks mostly have.
const blockIndent = 2 + 9 + 1

func (b *block) text() string {
	var out strings.Builder
	out.WriteString(b.s.paint(paintTitle, strings.TrimRight(b.title, " ")))
	indent := blockIndent
	for _, l := range b.lines {
		indent = max(indent, 2+cells(l[0])+2)
	}
	for _, l := range b.lines {
		out.WriteString("\n" + strings.TrimRight("  "+pad(b.s.paint(paintName, l[0]), indent-2, false)+
			strings.ReplaceAll(l[1], "\n", "\n"+strings.Repeat(" ", indent)), " "))
	}
	return out.String()
}

// room is how wide the texts of a block may be, also where a name is one longer.
func (s *shower) room() int { return max(s.width-blockIndent-1, minWrap) }
