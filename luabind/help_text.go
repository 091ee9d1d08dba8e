package luabind

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-odp/odp/odp"
)

// helpWidth is how wide a line of help is at most.
const helpWidth = 79

// helpWriter writes entries of the reference as text.
type helpWriter struct {
	b strings.Builder
	d *docs
}

// text is the entry of a topic. others have the same name.
func (d *docs) text(t *topic, others []*topic) string {
	w := &helpWriter{d: d}
	switch {
	case t.module != nil:
		w.module(t.module)
	case t.class != nil:
		w.class(t.class)
	case t.fn != nil:
		w.function(t)
	case t.shape == matchTable:
		w.title(t.name, "")
		w.prose(t.shape.Doc)
		w.names("Keys", keyNames())
	case t.shape != nil:
		w.title(t.name, "")
		w.prose(t.shape.Doc)
		w.params("", t.shape.Fields)
	case t.key != nil:
		w.title(t.name, "a key")
		w.prose(keyDoc(t.key))
		w.ovs(t.key.Example)
		w.members(rowMembers(t.key))
	case t.member != nil:
		w.title(t.name, memberValue(t.member))
		w.prose(t.member.doc)
		w.ovs(t.text)
	case t.feature != nil:
		w.title(t.name, "")
		w.prose(t.feature.Doc)
		w.feature(t.feature)
	case t.param != nil:
		w.title(t.name, t.param.optionalType())
		w.prose(t.param.Doc)
		w.shapes(t.param.Type)
	}
	if len(others) > 0 {
		names := make([]string, len(others))
		for i, o := range others {
			names[i] = o.name
		}
		w.names("See also", names)
	}
	return w.b.String()
}

// overview is the text of help about nothing in particular.
func (d *docs) overview() (string, error) {
	chapters, err := d.chapters()
	if err != nil {
		return "", err
	}
	w := &helpWriter{d: d}
	w.prose("help(x) tells about a function, an object, a module or a name: help(dp.add_vport), help \"ipv4.dst\", help \"odp.ct\". " +
		"odp.apropos(\"word\") finds what has a word in its name or description. In the console, dp.add_vport? and apropos word do the same.")
	for _, c := range chapters {
		w.line("\n%s", c.title)
		var names []string
		for _, t := range c.topics {
			names = append(names, t.name)
		}
		if name, ok := strings.CutPrefix(c.title, "Module "); ok {
			w.wrap(4, 4, firstSentence(d.find(name)[0].line))
			continue
		}
		if c.title == chapterKeys {
			names = keyNames()
		}
		w.wrap(4, 4, strings.Join(names, ", "))
	}
	return w.b.String(), nil
}

func (w *helpWriter) line(format string, args ...any) {
	fmt.Fprintf(&w.b, format, args...)
	w.b.WriteByte('\n')
}

// wrap writes text in lines of helpWidth. The first begins in the column first,
// where something may stand already, the others in the column rest.
func (w *helpWriter) wrap(first, rest int, text string) { w.wrapAt(" |", first, rest, text) }

// wrapAt is wrap with the bytes behind which a line may end.
func (w *helpWriter) wrapAt(ends string, first, rest int, text string) {
	column, begin := first, true
	w.b.WriteString(strings.Repeat(" ", max(0, first-w.column())))
	for _, word := range splitAfter(text, ends) {
		if !begin && column+len(strings.TrimRight(word, " ")) > helpWidth {
			w.trimBlanks()
			w.b.WriteString("\n" + strings.Repeat(" ", rest))
			column = rest
		}
		w.b.WriteString(word)
		column += len(word)
		begin = false
	}
	w.trimBlanks()
	w.b.WriteByte('\n')
}

// splitAfter splits text behind each of some bytes: behind blanks, and behind the
// | in types.
func splitAfter(text, ends string) (words []string) {
	begin := 0
	for i := range len(text) {
		if strings.IndexByte(ends, text[i]) >= 0 {
			words, begin = append(words, text[begin:i+1]), i+1
		}
	}
	return append(words, text[begin:])
}

// column is where the next byte will stand.
func (w *helpWriter) column() int {
	s := w.b.String()
	return len(s) - 1 - strings.LastIndexByte(s, '\n')
}

func (w *helpWriter) trimBlanks() {
	s := strings.TrimRight(w.b.String(), " ")
	w.b.Reset()
	w.b.WriteString(s)
}

func (w *helpWriter) title(name, what string) {
	if what != "" {
		name += ": " + what
	}
	w.wrap(0, 4, name)
}

// prose writes paragraphs.
func (w *helpWriter) prose(text string) {
	for paragraph := range strings.SplitSeq(text, "\n\n") {
		if paragraph != "" {
			w.wrap(2, 2, strings.ReplaceAll(paragraph, "`", ""))
		}
	}
}

// code writes an example.
func (w *helpWriter) code(text string) {
	if text == "" {
		return
	}
	w.line("")
	for line := range strings.SplitSeq(text, "\n") {
		w.line("%s", strings.TrimRight("    "+line, " "))
	}
}

// ovs writes OVS text, which may be broken between fields.
func (w *helpWriter) ovs(text string) {
	if text != "" {
		w.line("")
		w.wrapAt(",", 4, 6, text)
	}
}

func (w *helpWriter) function(t *topic) {
	f := t.fn
	name := t.name
	if f.method {
		name = w.d.ownerOf(t).class.variable() + ":" + f.Name
	}
	var types []string
	for _, p := range f.Returns {
		types = append(types, p.optionalType())
	}
	w.title(signature(name, f), strings.Join(types, ", "))
	w.prose(f.Doc)
	if f.Waits {
		w.prose("It waits: timers and handlers run until it returns.")
	}
	if f.Unsafe {
		w.prose(f.safety())
	}
	w.code(f.Example)
	if f.action != nil {
		w.ovs(f.action.Example)
		w.members(rowMembers(f.action))
		return
	}
	w.params("", f.Params)
	var results []Param
	for _, p := range f.Returns {
		if p.Doc != "" {
			results = append(results, p)
		}
	}
	w.params("returns", results)
	for _, p := range f.Params {
		w.shapes(p.Type)
	}
}

// shapes writes the tables that a type mentions.
func (w *helpWriter) shapes(typ string) {
	for _, name := range typeName().FindAllString(typ, -1) {
		if t := w.d.typeTopic(name); t != nil && t.shape != nil && t.shape != matchTable {
			w.params(t.name, t.shape.Fields)
		}
	}
}

// params writes a list of names with their types and meanings.
func (w *helpWriter) params(title string, list []Param) {
	rows := make([][2]string, len(list))
	for i, p := range list {
		if rows[i][0] = p.Name; p.Optional {
			rows[i][0] += "?"
		}
		if rows[i][1] = p.Type; p.Doc != "" {
			rows[i][1] += ": " + p.Doc
		}
	}
	w.rows(title, rows)
}

func (w *helpWriter) members(list []member) {
	rows := make([][2]string, len(list))
	for i, m := range list {
		rows[i] = [2]string{m.path, memberValue(&m) + ": " + m.doc}
	}
	w.rows("", rows)
}

func memberValue(m *member) string {
	if m.bits == 0 {
		return m.value
	}
	return fmt.Sprintf("%s, %d bits", m.value, m.bits)
}

// maxNameColumn is how wide the first column of a list is at most.
const maxNameColumn = 26

// rows writes two columns, of which the second is wrapped.
func (w *helpWriter) rows(title string, rows [][2]string) {
	if len(rows) == 0 {
		return
	}
	w.line("")
	if title != "" {
		w.line("  %s", title)
	}
	width := 0
	for _, r := range rows {
		width = min(max(width, len(r[0])), maxNameColumn)
	}
	column := 4 + width + 2
	for _, r := range rows {
		w.b.WriteString("    " + r[0])
		if len(r[0]) > width {
			w.b.WriteByte('\n')
		}
		w.wrap(column, column, strings.ReplaceAll(r[1], "`", ""))
	}
}

func (w *helpWriter) names(title string, names []string) {
	if len(names) > 0 {
		w.line("")
		w.wrap(2, 4, title+": "+strings.Join(names, ", "))
	}
}

func (w *helpWriter) class(c *Class) {
	w.title(c.Name, "a class")
	w.prose(c.Doc)
	rows := make([]Param, len(c.Props))
	for i, p := range c.Props {
		rows[i] = Param{Name: p.Name, Type: p.Type, Doc: p.Doc}
	}
	w.params("", rows)
	if c.DynamicNames != nil {
		w.names("Keys", keyNames())
	}
	methods := make([][2]string, len(c.Methods))
	for i, m := range c.Methods {
		methods[i] = [2]string{signature(c.variable()+":"+m.Name, m), firstSentence(m.Doc)}
	}
	w.rows("", methods)
	if ops := c.operators(); ops != "" {
		w.names("Operators", []string{strings.ReplaceAll(ops, "`", "")})
	}
	var makers []string
	for _, t := range w.d.topics {
		if t.fn == nil || t.fn.action != nil {
			continue
		}
		for _, p := range t.fn.Returns {
			if slices.Contains(typeName().FindAllString(p.Type, -1), c.Name) && t.fn.owner != c.Name {
				makers = append(makers, t.name)
				break
			}
		}
	}
	w.names("From", makers)
}

func (w *helpWriter) module(m *Module) {
	w.title(m.Name, "a module")
	w.prose(m.Doc)
	w.code(m.Example)
	var rows [][2]string
	if m.Call != nil {
		rows = append(rows, [2]string{signature(m.Name, m.Call), "The module called as a function."})
	}
	for _, v := range m.Values {
		rows = append(rows, [2]string{m.Name + "." + v.Name, v.Doc})
	}
	for _, f := range m.Funcs {
		rows = append(rows, [2]string{signature(m.Name+"."+f.Name, f), firstSentence(f.Doc)})
	}
	w.rows("", rows)
	var classes []string
	for _, c := range w.d.classes {
		if strings.HasPrefix(c.Name, m.Name+".") {
			classes = append(classes, c.Name)
		}
	}
	w.names("Classes", classes)
}

func (w *helpWriter) feature(f *odp.Feature) {
	rows := []Param{{Name: "since", Type: "no Linux kernel"}}
	if f.Since != "" {
		rows[0].Type = "Linux " + f.Since
	}
	if f.Config != "" {
		rows = append(rows, Param{Name: "build option", Type: f.Config})
	}
	w.params("", rows)
}

// firstSentence is the beginning of a text, for lists. A long one ends before
// what it lists.
func firstSentence(text string) string {
	text, _, _ = strings.Cut(text, "\n\n")
	if first, _, ok := strings.Cut(text, ". "); ok {
		text = first + "."
	}
	if first, _, ok := strings.Cut(text, ": "); ok && len(text) > helpWidth {
		text = first + "."
	}
	return text
}
