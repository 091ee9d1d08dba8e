package luabind

import (
	"fmt"
	"io/fs"
	"strings"
)

// luaModules reads the rows of the modules that are written in Lua out of their
// annotations: those in the top folder, as require finds them. What is below
// are their parts, which only they use.
func luaModules(modules fs.FS) (rows []*Module, classes []*Class, shapes []*Shape, err error) {
	if modules == nil {
		return nil, nil, nil, nil
	}
	files, err := fs.Glob(modules, "*.lua")
	if err != nil {
		return nil, nil, nil, err
	}
	more, err := fs.Glob(modules, "*/init.lua")
	if err != nil {
		return nil, nil, nil, err
	}
	for _, file := range append(files, more...) {
		src, err := fs.ReadFile(modules, file)
		if err != nil {
			return nil, nil, nil, err
		}
		name := strings.TrimSuffix(strings.TrimSuffix(file, ".lua"), "/init")
		r := &luaReader{module: &Module{Name: name}, classOf: map[string]*Class{}}
		if err := r.read(string(src)); err != nil {
			return nil, nil, nil, fmt.Errorf("%s: %w", file, err)
		}
		rows, classes, shapes = append(rows, r.module), append(classes, r.classes...), append(shapes, r.shapes...)
	}
	return rows, classes, shapes, nil
}

// luaReader reads the annotations of one module. A comment of lines that begin
// with --- belongs to the function or local that follows it. The module is the
// local that the file returns; another local with a class has methods; a class
// without any is the shape of a table.
type luaReader struct {
	module  *Module
	classes []*Class
	shapes  []*Shape

	header  []string // the comment that the file begins with
	block   []string // the annotations just read
	classOf map[string]*Class
	funcs   []luaFunc
	vars    []luaVar
}

type luaFunc struct {
	on  string // the local that it is a field of
	row *Func
}

type luaVar struct {
	name  string // "" for a class that stands alone
	block luaBlock
}

var (
	luaFunction = pattern(`^function (\w+)[.:](\w+)\(([^)]*)\)`)
	luaAssigned = pattern(`^(\w+)\.(\w+) = function\(([^)]*)\)`)
	luaLocal    = pattern(`^local (\w+) = `)
	luaReturn   = pattern(`^return (?:setmetatable\()?(\w+)`)
)

func (r *luaReader) read(src string) error {
	returned, top := "", true
	for line := range strings.SplitSeq(src, "\n") {
		if text, ok := strings.CutPrefix(line, "---"); ok {
			r.block = append(r.block, text)
			top = false
			continue
		}
		if text, ok := strings.CutPrefix(line, "--"); ok && top {
			r.header = append(r.header, text)
			continue
		}
		top = false
		if err := r.statement(line); err != nil {
			return err
		}
		if m := luaReturn().FindStringSubmatch(line); m != nil {
			returned = m[1]
		}
	}
	return r.finish(returned)
}

// statement takes the line after a block of annotations, or any other.
func (r *luaReader) statement(line string) error {
	b, err := parseBlock(r.block)
	if err != nil {
		return err
	}
	r.block = nil
	m := luaFunction().FindStringSubmatch(line)
	if m == nil {
		m = luaAssigned().FindStringSubmatch(line)
	}
	if m != nil {
		if !b.private && !strings.HasPrefix(m[2], "_") {
			r.funcs = append(r.funcs, luaFunc{m[1], b.function(m[2], m[3])})
		}
		return nil
	}
	if b.class == "" {
		return nil
	}
	name := ""
	if m := luaLocal().FindStringSubmatch(line); m != nil {
		name = m[1]
	}
	r.vars = append(r.vars, luaVar{name, b})
	return nil
}

func (r *luaReader) finish(returned string) error {
	doc := parseProse(r.header)
	r.module.Doc, r.module.Example = doc.text, doc.example
	for _, v := range r.vars {
		switch {
		case v.name == returned && v.name != "":
			if v.block.doc.text != "" {
				r.module.Doc, r.module.Example = v.block.doc.text, v.block.doc.example
			}
			for _, p := range v.block.fields {
				r.module.Values = append(r.module.Values, ModuleValue{Param: p})
			}
			if v.block.overload != "" {
				call, err := parseSignature(v.block.overload)
				if err != nil {
					return err
				}
				r.module.Call = call
			}
		case v.name != "":
			c := &Class{Name: v.block.class, Doc: v.block.doc.text}
			for _, p := range v.block.fields {
				c.Props = append(c.Props, &Prop{Name: p.Name, Type: p.optionalType(), Doc: p.Doc})
			}
			r.classes, r.classOf[v.name] = append(r.classes, c), c
		default:
			s := &Shape{Name: v.block.class, Doc: v.block.doc.text, Fields: v.block.fields}
			if v.block.parent != "" {
				s.Doc = strings.TrimSpace(s.Doc + " It has what " + strings.TrimPrefix(v.block.parent, "module.") + " has.")
			}
			r.shapes = append(r.shapes, s)
		}
	}
	for _, f := range r.funcs {
		if f.on == returned {
			r.module.Funcs = append(r.module.Funcs, f.row)
		} else if c := r.classOf[f.on]; c != nil {
			c.Methods = append(c.Methods, f.row)
		}
	}
	return nil
}

// luaBlock is one comment of annotations.
type luaBlock struct {
	doc             luaProse
	class, parent   string
	overload        string
	fields          []Param
	params, returns []Param
	waits, private  bool
}

type luaProse struct{ text, example string }

// parseProse splits a comment into its text, in paragraphs, and its code: what
// stands between fences, or is indented.
func parseProse(lines []string) (p luaProse) {
	var paragraphs, words, code []string
	fenced := false
	end := func() {
		if len(words) > 0 {
			paragraphs, words = append(paragraphs, strings.Join(words, " ")), nil
		}
	}
	for _, line := range lines {
		text := strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(text, "```"):
			fenced = !fenced
			end()
		case fenced:
			code = append(code, strings.TrimRight(strings.TrimPrefix(line, " "), " "))
		case strings.HasPrefix(line, "   "):
			end()
			code = append(code, strings.TrimRight(line[3:], " "))
		case text == "":
			end()
			if len(code) > 0 {
				code = append(code, "")
			}
		default:
			words = append(words, text)
		}
	}
	end()
	return luaProse{strings.Join(paragraphs, "\n\n"), strings.TrimSpace(strings.Join(code, "\n"))}
}

func parseBlock(lines []string) (b luaBlock, err error) {
	var prose []string
	for _, line := range lines {
		tag, rest, _ := strings.Cut(line, " ")
		rest = strings.TrimSpace(rest)
		switch tag {
		case "@class":
			b.class, b.parent, _ = strings.Cut(rest, ":")
			b.class, b.parent = strings.TrimSpace(b.class), strings.TrimSpace(b.parent)
		case "@overload":
			b.overload = rest
		case "@async":
			b.waits = true
		case "@private", "@package", "@protected":
			b.private = true
		case "@field", "@param":
			name, rest, _ := strings.Cut(rest, " ")
			typ, doc := cutType(rest)
			if typ == "" {
				return b, fmt.Errorf("%s %s lacks its type", tag, name)
			}
			p := Param{Name: strings.TrimSuffix(name, "?"), Type: typ, Doc: doc, Optional: strings.HasSuffix(name, "?")}
			if tag == "@field" {
				b.fields = append(b.fields, p)
			} else {
				b.params = append(b.params, p)
			}
		case "@return":
			typ, rest := cutType(rest)
			name, doc, _ := strings.Cut(rest, " ")
			if typ == "" {
				return b, fmt.Errorf("%s lacks its type", tag)
			}
			b.returns = append(b.returns, Param{Name: name, Type: typ, Doc: strings.TrimSpace(doc)})
		default:
			if !strings.HasPrefix(tag, "@") {
				prose = append(prose, line)
			}
		}
	}
	b.doc = parseProse(prose)
	return b, nil
}

// function makes the row of a function. Parameters without an annotation are
// shown as well.
func (b luaBlock) function(name, params string) *Func {
	f := &Func{Name: name, Doc: b.doc.text, Example: b.doc.example, Params: b.params, Returns: b.returns, Waits: b.waits}
	if len(f.Params) == 0 && strings.TrimSpace(params) != "" {
		for p := range strings.SplitSeq(params, ",") {
			f.Params = append(f.Params, Param{Name: strings.TrimSpace(p), Type: "any"})
		}
	}
	return f
}

// cutType takes a type off the front of a text. Blanks are part of it inside of
// brackets, around "|" and after ":".
func cutType(text string) (typ, rest string) {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch ch := text[i]; {
		case ch == '"':
			quoted = !quoted
		case quoted:
		case strings.IndexByte("([{<", ch) >= 0:
			depth++
		case strings.IndexByte(")]}>", ch) >= 0:
			depth--
		case ch == ' ' && depth == 0:
			before, after := strings.TrimRight(text[:i], " "), strings.TrimLeft(text[i:], " ")
			if strings.HasSuffix(before, "|") || strings.HasSuffix(before, ":") || strings.HasPrefix(after, "|") {
				continue
			}
			return before, strings.TrimSpace(strings.TrimPrefix(after, "#"))
		}
	}
	return text, ""
}

// parseSignature makes the row of a function without a name from its type:
// fun(name: string, n?: integer): boolean.
func parseSignature(typ string) (*Func, error) {
	inner, ok := strings.CutPrefix(typ, "fun(")
	end := -1
	for depth, i := 1, 0; ok && i < len(inner) && end < 0; i++ {
		switch inner[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				end = i
			}
		}
	}
	if end < 0 {
		return nil, fmt.Errorf("@overload %s is no function", typ)
	}
	f := &Func{}
	for _, part := range splitOutside(inner[:end], ',') {
		name, t, _ := strings.Cut(part, ":")
		name = strings.TrimSpace(name)
		f.Params = append(f.Params, Param{Name: strings.TrimSuffix(name, "?"), Type: strings.TrimSpace(t), Optional: strings.HasSuffix(name, "?")})
	}
	if result, ok := strings.CutPrefix(inner[end+1:], ":"); ok {
		f.Returns = []Param{{Type: strings.TrimSpace(result)}}
	}
	return f, nil
}

// splitOutside splits a text at a byte that stands outside of brackets.
func splitOutside(text string, sep byte) (parts []string) {
	depth, begin := 0, 0
	for i := 0; i < len(text); i++ {
		switch ch := text[i]; {
		case strings.IndexByte("([{<", ch) >= 0:
			depth++
		case strings.IndexByte(")]}>", ch) >= 0:
			depth--
		case ch == sep && depth == 0:
			parts, begin = append(parts, text[begin:i]), i+1
		}
	}
	if strings.TrimSpace(text[begin:]) != "" {
		parts = append(parts, text[begin:])
	}
	return parts
}
