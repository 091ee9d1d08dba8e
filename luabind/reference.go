package luabind

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/go-odp/odp/odp"
)

// Reference returns the reference of the Lua API as one Markdown page. It is
// made from the rows of the API, those of package odp, and the annotations of
// the modules written in Lua, which modules holds. It may be nil.
func Reference(modules fs.FS) (string, error) {
	d, err := newDocs(buildRegistry(""), modules)
	if err != nil {
		return "", err
	}
	chapters, err := d.chapters()
	if err != nil {
		return "", err
	}
	w := &pageWriter{d: d, shown: map[*topic]bool{}, same: map[string]*topic{}}
	w.line(pageIntro, strings.Join(w.waiting(), ", "))
	w.contents(chapters)
	for _, c := range chapters {
		w.chapter(c)
	}
	return w.b.String(), nil
}

const pageIntro = `<!-- Generated from the program by go generate ./luabind: do not edit. -->

# The Lua API of odp

This page is generated from the program, as are its ` + "`help`" + ` and the [annotations](types) for editors. In the console,
` + "`help(x)`" + ` shows the entry of a function, an object or a name; in a shell, ` + "`odp help NAME`" + ` does.

**Types.** ` + "`integer`" + ` is a whole number; those of 2^53 and more are an [odp.U64](#type.odp.U64). ` + "`T?`" + ` is a T or nil, ` + "`T[]`" + ` an
array, ` + "`A|B`" + ` either. A name with ` + "`?`" + ` may be left out. Strings hold any bytes.

**Errors.** A wrong argument and a refusal of the kernel raise an [odp.Error](#type.odp.Error), and nothing has been changed then, unless
the entry says otherwise. A look-up that may well find nothing returns nil.

**Waiting.** These functions, marked *waits* below, let timers, handlers and tasks run until they return: %s.
`

// pageWriter writes the page. Everything has one place in it.
type pageWriter struct {
	b     strings.Builder
	d     *docs
	shown map[*topic]bool
	same  map[string]*topic // functions shown, by what they say: others are only named
	owner *topic            // what is being written, which need not be linked
	// tables are the shapes shown.
	tables []*topic
}

func (w *pageWriter) line(format string, args ...any) {
	if len(args) == 0 {
		w.b.WriteString(format)
	} else {
		fmt.Fprintf(&w.b, format, args...)
	}
	w.b.WriteByte('\n')
}

func (w *pageWriter) paragraph(text string) {
	if text != "" {
		w.line("\n%s", text)
	}
}

func (w *pageWriter) contents(chapters []filledChapter) {
	w.line("## Contents\n")
	for _, c := range chapters {
		var names []string
		for _, t := range c.topics {
			if t.fn != nil && t.fn.action != nil {
				continue // as many as all others
			}
			text := link(t)
			if strings.HasPrefix(c.title, "Module ") {
				text = "[" + lastPart(t.name) + "](#" + t.anchor + ")"
			}
			names = append(names, text)
		}
		text := "- [" + c.title + "](#" + chapterAnchor(c.title) + ")"
		if len(names) > 0 {
			text += ": " + strings.Join(names, ", ")
		}
		w.line("%s", text)
	}
}

// waiting lists the functions that wait. Of a method that does what a function
// of the module does, that is enough.
func (w *pageWriter) waiting() (links []string) {
	seen := map[string]bool{}
	for _, t := range w.d.topics {
		if t.fn != nil && t.fn.Waits && !seen[sameFunc(t.fn)] {
			seen[sameFunc(t.fn)] = true
			name := t.name
			if t.fn.method {
				name = w.d.ownerOf(t).class.variable() + ":" + t.fn.Name
			}
			links = append(links, "["+name+"](#"+t.anchor+")")
		}
	}
	return links
}

func link(t *topic) string { return "[" + t.name + "](#" + t.anchor + ")" }

func anchor(name string) string { return `<a id="` + name + `"></a>` }

func (w *pageWriter) chapter(c filledChapter) {
	w.line("\n## %s", c.title)
	if name, ok := strings.CutPrefix(c.title, "Module "); ok {
		w.module(w.d.find(name)[0].module)
	} else if c.title == odpChapters[0].title {
		w.module(w.d.find("odp")[0].module)
	}
	w.paragraph(w.prose(c.intro))
	if c.title == chapterKeys {
		w.keys()
	}
	for _, t := range c.topics {
		w.topic(t)
	}
	if c.title == chapterFeatures {
		w.features()
	}
}

func (w *pageWriter) module(m *Module) {
	w.paragraph(anchor(typeAnchor("module."+m.Name)) + w.prose(m.Doc))
	w.example(m.Example)
	if m.Call != nil {
		w.line("\n`%s` is the module called as a function.", signature(m.Name, m.Call))
		w.params(m.Call)
		w.shapes(w.d.find(m.Name)[0], funcTypes(m.Call)...)
	}
	var values []Param
	for _, v := range m.Values {
		values = append(values, Param{Name: m.Name + "." + v.Name, Type: v.Type, Doc: v.Doc})
	}
	w.table("value", values)
}

// topic writes an entry, and the tables that it is the first to mention.
func (w *pageWriter) topic(t *topic) {
	w.owner = t
	w.shown[t] = true
	switch {
	case t.fn != nil:
		w.function("###", t, t.name)
		w.shapes(t, funcTypes(t.fn)...)
	case t.class != nil:
		w.class(t)
	case t.param != nil: // an alias
		w.line("\n### %s%s", anchor(t.anchor), t.name)
		w.paragraph(w.prose(t.param.Doc) + " " + w.typ(t.param.Type))
	}
}

func funcTypes(f *Func) (types []string) {
	for _, p := range append(f.Params[:len(f.Params):len(f.Params)], f.Returns...) {
		types = append(types, p.Type)
	}
	return types
}

// function writes the entry of a function under the name that it is called by.
func (w *pageWriter) function(level string, t *topic, name string) {
	f := t.fn
	w.same[sameFunc(f)] = t
	w.line("\n%s %s%s%s", level, anchor(t.anchor), signature(name, f), w.results(f))
	doc := w.prose(f.Doc)
	if f.Waits {
		doc += " *Waits.*"
	}
	if f.Unsafe {
		doc += " *" + f.safety() + "*"
	}
	w.paragraph(doc)
	if f.action == nil {
		w.params(f)
	} else if f.action.Example != "" {
		w.paragraph("Text: `" + f.action.Example + "`")
	}
	w.example(f.Example)
	if f.action != nil {
		w.members(rowMembers(f.action))
	}
}

// sameFunc is the same for functions of which one entry is enough.
func sameFunc(f *Func) string {
	text := f.Name + f.Doc
	for _, p := range append(f.Params[:len(f.Params):len(f.Params)], f.Returns...) {
		text += p.Name + p.Doc
	}
	return text
}

func signature(name string, f *Func) string {
	params := make([]string, len(f.Params))
	for i, p := range f.Params {
		if params[i] = p.Name; p.Optional {
			params[i] += "?"
		}
	}
	return name + "(" + strings.Join(params, ", ") + ")"
}

func (w *pageWriter) params(f *Func) {
	if len(f.Params) > 0 || len(f.Returns) > 0 && w.results(f) == "" {
		w.line("")
	}
	for _, p := range f.Params {
		w.line("- `%s` %s%s", p.Name, w.typ(p.Type), w.after(p.Doc))
	}
	for _, p := range f.Returns {
		if w.results(f) == "" {
			w.line("- returns `%s` %s%s", p.Name, w.typ(p.optionalType()), w.after(p.Doc))
		}
	}
}

// results are the types that a function returns, where they say it all.
func (w *pageWriter) results(f *Func) string {
	var types []string
	for _, p := range f.Returns {
		if p.Doc != "" {
			return ""
		}
		types = append(types, w.typ(p.optionalType()))
	}
	if len(types) == 0 {
		return ""
	}
	return ": " + strings.Join(types, ", ")
}

func (w *pageWriter) after(doc string) string {
	if doc == "" {
		return ""
	}
	return ": " + w.prose(doc)
}

func (w *pageWriter) example(code string) {
	if code != "" {
		w.line("\n```lua\n%s\n```", code)
	}
}

func (w *pageWriter) class(t *topic) {
	c := t.class
	w.line("\n### %s%s", anchor(t.anchor), t.name)
	w.paragraph(w.prose(c.Doc))
	var props []Param
	var types []string
	for _, p := range c.Props {
		props, types = append(props, Param{Name: p.Name, Type: p.Type, Doc: p.Doc}), append(types, p.Type)
	}
	w.table("property", props)
	if c.DynamicNames != nil {
		w.paragraph("Its other fields are the [keys](#" + chapterAnchor(chapterKeys) + "), each nil where it is not there.")
	}
	if c.Element != "" {
		w.paragraph("An index in brackets gives " + w.typ(c.Element) + ".")
	}
	if ops := c.operators(); ops != "" {
		w.paragraph("Operators: " + ops + ".")
	}
	w.shapes(t, types...)
	var as map[*topic][]string
	var order []*topic
	for _, m := range c.Methods {
		mt := w.d.ofFunc(m)
		w.shown[mt] = true
		if first := w.same[sameFunc(m)]; first != nil {
			if as == nil {
				as = map[*topic][]string{}
			}
			owner := w.d.ownerOf(first)
			if as[owner] == nil {
				order = append(order, owner)
			}
			as[owner] = append(as[owner], anchor(mt.anchor)+"["+c.variable()+":"+m.Name+"](#"+first.anchor+")")
			continue
		}
		w.owner = mt
		w.function("####", mt, c.variable()+":"+m.Name)
		w.shapes(mt, funcTypes(m)...)
	}
	for _, owner := range order {
		w.paragraph("As in " + link(owner) + ": " + strings.Join(as[owner], ", ") + ".")
	}
}

// ownerOf is the class of a method, or the module of a function.
func (d *docs) ownerOf(t *topic) *topic { return d.find(t.fn.owner)[0] }

// operators lists what the metamethods of a class are for.
func (c *Class) operators() string {
	var list []string
	for _, op := range []struct{ event, text string }{
		{"__eq", "`==`"}, {"__lt", "`<`"}, {"__le", "`<=`"}, {"__len", "`#`"}, {"__call", "`()`"}, {"__concat", "`..`"}, {"__tostring", "`tostring`"},
	} {
		if c.Ops[op.event] != nil || c.Shared[op.event] != nil {
			list = append(list, op.text)
		}
	}
	for _, doc := range c.OpDocs {
		if strings.HasPrefix(doc, "concat(odp.") || !strings.HasPrefix(doc, "concat(") && !strings.HasPrefix(doc, "call") { // said above
			list = append(list, "`"+operatorText(doc)+"`")
		}
	}
	return strings.Join(list, ", ")
}

// operatorText is "odp.IP - integer = odp.IP" for the annotation
// "sub(integer): odp.IP", without what stands on the left.
func operatorText(doc string) string {
	name, rest, _ := strings.Cut(doc, "(")
	signs := map[string]string{"add": "+", "sub": "-", "mul": "*", "div": "/", "mod": "%", "pow": "^", "concat": "..", "unm": "-"}
	operand, result, _ := strings.Cut(rest, "): ")
	return signs[name] + " " + operand + " = " + result
}

// pattern is a regular expression that is compiled when it is first used, as most
// scripts never need it.
func pattern(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}

// typeName finds names of types.
var typeName = pattern(`[a-z]\w*(?:\.\w+)+`)

// shapes writes the tables that types mention and that have not been shown, and
// those that they mention.
func (w *pageWriter) shapes(of *topic, types ...string) {
	for _, typ := range types {
		for _, name := range typeName().FindAllString(typ, -1) {
			t := w.d.typeTopic(name)
			if t == nil || t.shape == nil || t.shape == matchTable || w.shown[t] || w.d.moduleOf(t) != w.d.moduleOf(of) {
				continue
			}
			w.shown[t], w.owner = true, t
			w.line("\n%s**%s** %s", anchor(t.anchor), t.name, w.prose(t.shape.Doc))
			w.shape(t)
			var inner []string
			for _, f := range t.shape.Fields {
				inner = append(inner, f.Type)
			}
			w.shapes(of, inner...)
		}
	}
}

// manyFields is how many fields two shapes must share for one to be shown by
// its difference.
const manyFields = 3

// shape writes the fields of a shape. Those that it shares with one that was
// shown are only named.
func (w *pageWriter) shape(t *topic) {
	var like *topic
	var shared []string
	for _, other := range w.tables {
		var names []string
		for _, f := range t.shape.Fields {
			if slices.Contains(other.shape.Fields, f) {
				names = append(names, "`"+f.Name+"`")
			}
		}
		if len(names) >= manyFields && len(names) > len(shared) {
			like, shared = other, names
		}
	}
	w.tables = append(w.tables, t)
	var own []Param
	for _, f := range t.shape.Fields {
		if like == nil || !slices.Contains(like.shape.Fields, f) {
			own = append(own, f)
		}
	}
	w.table("field", own)
	if like != nil {
		w.paragraph("As in " + link(like) + ": " + strings.Join(shared, ", ") + ".")
	}
}

func (w *pageWriter) table(what string, rows []Param) {
	if len(rows) == 0 {
		return
	}
	w.line("\n| %s | type | |\n|---|---|---|", what)
	for _, p := range rows {
		name := p.Name
		if p.Optional {
			name += "?"
		}
		w.line("| `%s` | %s | %s |", name, cell(w.typ(p.Type)), cell(w.prose(p.Doc)))
	}
}

func (w *pageWriter) members(list []member) {
	if len(list) == 0 {
		return
	}
	w.line("\n| field | value | bits | |\n|---|---|---|---|")
	for _, m := range list {
		w.line("| `%s` | %s | %s | %s |", m.path, cell(w.typ(m.value)), bitsText(m.bits), cell(w.prose(m.doc)))
	}
}

func bitsText(bits int) string {
	if bits == 0 {
		return ""
	}
	return fmt.Sprint(bits)
}

// keys writes the keys: those that are one value in a table, then the others.
func (w *pageWriter) keys() {
	w.paragraph(anchor(typeAnchor(matchTable.Name)) + "**" + matchTable.Name + "** is such a table.")
	w.line("\n| key | value | bits | | text |\n|---|---|---|---|---|")
	for _, row := range odp.KeyRows() {
		if len(row.Members()) > 0 || row.Layout == odp.LayoutKeys {
			continue
		}
		value, bits := rowWords(row)
		w.line("| %s`%s` | %s | %s | %s | `%s` |", anchor("key."+row.Name), row.Name, cell(w.typ(value)), bitsText(bits),
			cell(w.prose(keyDoc(row))), row.Example)
	}
	for _, row := range odp.KeyRows() {
		if len(row.Members()) == 0 && row.Layout != odp.LayoutKeys {
			continue
		}
		w.line("\n### %s%s", anchor("key."+row.Name), row.Name)
		w.paragraph(w.prose(keyDoc(row)) + " Text: `" + row.Example + "`")
		w.members(rowMembers(row))
	}
}

// keyDoc is all that is to say about a key.
func keyDoc(row *odp.Row) string {
	doc := row.Doc
	if when := rowWhen(row); when != "" {
		doc += " On packets of " + when + "."
	}
	if n := needs(row); n != "" {
		doc += " Needs " + n + "."
	}
	return doc
}

func (w *pageWriter) features() {
	w.line("\n| feature | since Linux | build option | |\n|---|---|---|---|")
	for _, f := range odp.FeatureRows() {
		since := f.Since
		if since == "" {
			since = "none"
		}
		w.line("| `%s` | %s | %s | %s |", f.Name, since, f.Config, cell(w.prose(f.Doc)))
	}
}

// cell escapes what would end a table's cell.
func cell(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, "\n\n", "<br>"), "|", `\|`)
}

// typ writes a type with links to what it mentions.
func (w *pageWriter) typ(text string) string {
	text = escapeMarkdown(text)
	return typeName().ReplaceAllStringFunc(text, func(name string) string {
		if t := w.d.typeTopic(name); t != nil {
			return "[" + name + "](#" + t.anchor + ")"
		}
		return name
	})
}

// mention finds names of functions, methods and classes in prose.
var mention = pattern(`[A-Za-z]\w*[.:][A-Za-z]\w*`)

// prose writes text with links to what it mentions. What is in backquotes stays
// as it is.
func (w *pageWriter) prose(text string) string {
	parts := strings.Split(text, "`")
	for i := 0; i < len(parts); i += 2 {
		parts[i] = mention().ReplaceAllStringFunc(escapeMarkdown(parts[i]), func(name string) string {
			if t := w.d.mentioned(name); t != nil && t != w.owner {
				return "[" + name + "](#" + t.anchor + ")"
			}
			return name
		})
	}
	return strings.Join(parts, "`")
}

// mentioned returns the function, method or class of a name in prose.
func (d *docs) mentioned(name string) *topic {
	for _, t := range d.find(name) {
		if t.fn != nil || t.class != nil || t.shape != nil && t.name == name {
			return t
		}
	}
	return nil
}

// markdownEscapes are the characters of prose that Markdown would take for its
// own. Links are written by the introductions of chapters.
var markdownEscapes = strings.NewReplacer("<", "&lt;", "*", `\*`)

func escapeMarkdown(text string) string { return markdownEscapes.Replace(text) }

// topicNames lists everything that help tells about.
func (d *docs) topicNames() []string {
	names := make([]string, 0, len(d.byName))
	for name := range d.byName {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
