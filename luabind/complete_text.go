package luabind

import (
	"slices"
	"strings"

	"github.com/go-odp/odp/odp"
)

// A textPart says what may stand in some parentheses of Open vSwitch text, or in all
// of it.
type textPart struct {
	kind  textKind
	row   *odp.Row   // of members
	field *odp.Field // of a value
	keys  bool       // it is in a match, where flags may have signs
	used  []string
}

type textKind int

const (
	textOpaque  textKind = iota
	textAny              // keys and actions
	textKeys             // a list of keys
	textActions          // a list of actions
	textMembers          // the parts of a row, by name
	textValue            // the value of a field
)

// partOf is what stands in the parentheses of a row.
func partOf(row *odp.Row, keys bool) *textPart {
	if f := row.Field(""); f != nil {
		return &textPart{kind: textValue, field: f, keys: keys}
	}
	switch row.Layout {
	case odp.LayoutKeys, odp.LayoutSet, odp.LayoutSetMasked:
		return &textPart{kind: textKeys, keys: row.Layout == odp.LayoutKeys}
	case odp.LayoutActions:
		return &textPart{kind: textActions}
	case odp.LayoutKey:
		return partOf(row.KeyRow(), keys)
	case odp.LayoutFlagSet:
		return &textPart{kind: textValue, field: &odp.Field{Kind: odp.KindFlags, Names: row.Names}, keys: keys}
	case odp.LayoutStruct, odp.LayoutMasked, odp.LayoutNested, odp.LayoutArray, odp.LayoutOptions:
		if row.Wrapped {
			return &textPart{kind: textValue, field: &row.Fields[0]}
		}
		return &textPart{kind: textMembers, row: row, keys: keys}
	}
	return &textPart{}
}

// in is what stands in the parentheses behind a name.
func (t *textPart) in(name string) *textPart {
	if t.kind == textKeys || t.kind == textAny {
		if row := odp.KeyByName(name); row != nil {
			return partOf(row, t.keys || t.kind == textAny)
		}
	}
	if t.kind == textActions || t.kind == textAny {
		if row := odp.ActionByName(name); row != nil {
			return partOf(row, false)
		}
	}
	if t.kind == textMembers {
		for _, kid := range writtenRows(t.row) {
			if kid.Name == name && kid.Layout != odp.LayoutCookie {
				return partOf(kid, t.keys)
			}
		}
	}
	return &textPart{}
}

// value is what stands behind a name and an equals sign.
func (t *textPart) value(name string) *textPart {
	if t.kind != textMembers {
		return &textPart{}
	}
	f := t.row.Field(name)
	if f == nil {
		_, f = t.row.FlatField(name)
	}
	if f != nil {
		return &textPart{kind: textValue, field: f, keys: t.keys}
	}
	return t.in(name)
}

// names lists what may come next, after word. ports says that names of ports may as
// well.
func (t *textPart) names(word string) (names []string, ports bool) {
	switch t.kind {
	case textAny, textActions:
		for _, row := range odp.ActionRows() {
			if !row.Bare {
				names = append(names, row.Name)
			}
		}
		if t.kind == textActions {
			return names, true
		}
		return append(names, keyNames()...), false
	case textKeys:
		return t.unused(keyNames()), false
	case textMembers:
		for i := range t.row.Fields {
			if f := &t.row.Fields[i]; f.Unnamed {
				for _, n := range f.Names {
					names = append(names, n.Name)
				}
			}
		}
		return t.unused(append(names, textMemberNames(t.row)...)), false
	case textValue:
		return t.valueNames(word)
	}
	return nil, false
}

func (t *textPart) unused(names []string) []string {
	return slices.DeleteFunc(names, func(name string) bool { return slices.Contains(t.used, name) })
}

// textMemberNames are the members of a row that text has by name. The address that
// follows a flag is made of the rows beside that.
func textMemberNames(row *odp.Row) (names []string) {
	valued := slices.ContainsFunc(row.Rows, func(kid odp.Row) bool { return kid.Layout == odp.LayoutFlag && kid.Value })
	if !valued {
		return row.Members()
	}
	for i := range row.Rows {
		if row.Rows[i].Layout == odp.LayoutFlag {
			names = append(names, row.Rows[i].Name)
		}
	}
	return names
}

func (t *textPart) valueNames(word string) (names []string, ports bool) {
	switch t.field.Kind {
	case odp.KindPort:
		return nil, true
	case odp.KindEnum:
		for _, n := range t.field.Names {
			names = append(names, n.Name)
		}
	case odp.KindFlags:
		last := strings.LastIndexAny(word, "+-|"+strings.Trim(string(t.field.Separator), "\x00")) + 1
		done := strings.FieldsFunc(word[:last], func(r rune) bool { return !isNameByte(byte(r)) && r != '[' && r != ']' })
		before := word[:last]
		if word == "" && t.keys {
			before = "+"
		}
		for _, n := range t.field.Names {
			if !slices.Contains(done, n.Name) {
				names = append(names, before+n.Name)
			}
		}
	}
	return names, false
}

// complete reads text of a kind up to its end, and tells where the word begins that it
// ends with, and what that may become.
func (t *textPart) complete(text string) (start int, names []string, ports bool) {
	top := *t
	stack := []textPart{top}
	value := (*textPart)(nil) // that of a member, behind its equals sign
	done := false             // a comma has to come next
	next := func(i int) { start, value, done = i+1, nil, false }
	for i := range len(text) {
		top, word := &stack[len(stack)-1], text[start:i]
		switch ch := text[i]; {
		case ch == '(' && value == nil:
			top.used = append(top.used, word)
			stack = append(stack, *top.in(word))
			next(i)
		case ch == '(':
			stack = append(stack, textPart{})
			next(i)
		case ch == ')':
			if len(stack) > 1 {
				stack = stack[:len(stack)-1]
			}
			next(i)
			done = true
		case ch == '{':
			inner := *top
			inner.used = nil
			stack = append(stack, inner)
			next(i)
		case ch == '}':
			if len(stack) > 1 {
				stack = stack[:len(stack)-1]
			}
			next(i)
		case ch == ',' || ch == ' ' || ch == '\n' || ch == '\t':
			if word != "" && value == nil {
				top.used = append(top.used, word)
			}
			next(i)
		case ch == '=' && value == nil:
			top.used = append(top.used, word)
			at := top.value(word)
			next(i)
			value = at
		case ch == ':' && word == "actions" && top.kind != textActions:
			stack = []textPart{{kind: textActions}}
			next(i)
		}
	}
	switch {
	case done:
		return len(text), nil, false
	case value != nil:
		names, ports = value.names(text[start:])
	default:
		inner := &stack[len(stack)-1]
		if inner.kind == textMembers && inner.row.Layout == odp.LayoutOptions && !strings.HasSuffix(strings.TrimRight(text[:start], " "), "{") &&
			strings.LastIndexByte(text, '{') <= strings.LastIndexByte(text, '}') {
			return len(text), nil, false // each stands in braces
		}
		names, ports = inner.names(text[start:])
	}
	return start, names, ports
}

// textFor is what stands in text that is given where a type or a field is wanted, nil
// where that is no Open vSwitch text.
func textFor(w wanted) *textPart {
	if part := textOfField(w.shape, w.field); part != nil {
		return part
	}
	if w.typ == nil || w.typ.kind == anyType {
		return &textPart{kind: textAny}
	}
	for _, p := range w.typ.alternatives() {
		switch {
		case p.kind != namedType:
		case p.name == "odp.MatchLike" || p.name == matchTable.Name || p.name == "odp.MatchText":
			return &textPart{kind: textKeys, keys: true}
		case p.name == "odp.ActionsLike":
			return &textPart{kind: textActions}
		default:
			if row, keys := rowOfShape(p.name); row != nil {
				return partOf(row, keys)
			}
		}
	}
	return nil
}

// textOfField is what stands in the text of a field of a table of keys or of a row,
// nil for a field of another shape.
func textOfField(shape, field string) *textPart {
	if shape == matchTable.Name {
		if row := odp.KeyByName(field); row != nil {
			return partOf(row, true)
		}
	}
	row, keys := rowOfShape(shape)
	if row == nil {
		return nil
	}
	part := (&textPart{kind: textMembers, row: row, keys: keys}).value(field)
	if part.kind == textKeys {
		part.keys = true
	}
	return part
}

// rowOfShape is the row of a table's shape; see rowShapes. keys says that it is in a
// match.
func rowOfShape(shape string) (row *odp.Row, keys bool) {
	path, keys := strings.CutPrefix(shape, prefixKeyTable)
	if !keys {
		var ok bool
		if path, ok = strings.CutPrefix(shape, prefixAction); !ok {
			return nil, false
		}
	}
	for i, name := range strings.Split(path, ".") {
		switch {
		case i > 0:
			var found *odp.Row
			for _, kid := range writtenRows(row) {
				if kid.Name == name {
					found = kid
				}
			}
			row = found
		case keys:
			row = odp.KeyByName(name)
		default:
			row = odp.ActionByName(name)
		}
		if row == nil {
			return nil, false
		}
		if row.Layout == odp.LayoutKey {
			row = row.KeyRow()
		}
	}
	return row, keys
}
