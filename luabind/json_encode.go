package luabind

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	lua "github.com/yuin/gopher-lua"
)

// maxJSONDepth is how deep tables nest in what is written.
const maxJSONDepth = 1000

// jsonNull is the value of json.null.
type jsonNull struct{}

// What becomes of strings that are not UTF-8, which JSON cannot hold.
const (
	binaryError = iota
	binaryHex
	binaryBase64
)

var binaryForms = []string{"error", "hex", "base64"}

// jsonEncoder writes one value as JSON.
type jsonEncoder struct {
	rt     *Runtime
	L      *lua.LState
	indent string
	binary int
	order  map[string]int // the place of names that come before the others

	out    []byte
	path   []string // to what is being written, for messages
	within map[*lua.LTable]bool
}

func (rt *Runtime) newJSONEncoder(L *lua.LState) *jsonEncoder {
	return &jsonEncoder{rt: rt, L: L, within: map[*lua.LTable]bool{}}
}

// encode returns v as JSON. The error begins with the path to what it is about.
func (e *jsonEncoder) encode(v lua.LValue) ([]byte, error) {
	if err := e.value(v); err != nil {
		if len(e.path) == 0 {
			return nil, err
		}
		return nil, fmt.Errorf("%s: %w", strings.Join(e.path, ""), err)
	}
	return e.out, nil
}

func (e *jsonEncoder) value(v lua.LValue) error {
	switch v := v.(type) {
	case *lua.LNilType:
		e.out = append(e.out, "null"...)
	case lua.LBool:
		e.out = append(e.out, v.String()...)
	case lua.LNumber:
		if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
			return fmt.Errorf("JSON has no number for %s", strings.ToLower(v.String()))
		}
		e.out = append(e.out, numberText(v)...)
	case lua.LString:
		return e.string(string(v))
	case *lua.LTable:
		return e.table(v)
	case *lua.LUserData:
		switch n := v.Value.(type) {
		case jsonNull:
			e.out = append(e.out, "null"...)
			return nil
		case u64, u128: // JSON's numbers have as many digits as one likes
			e.out = fmt.Append(e.out, n)
			return nil
		}
		return e.value(e.rt.plain(e.L, v, true))
	default:
		return fmt.Errorf("a %s cannot be written as JSON", v.Type())
	}
	return nil
}

func (e *jsonEncoder) string(s string) error {
	if !utf8.ValidString(s) {
		switch e.binary {
		case binaryHex:
			s = hex.EncodeToString([]byte(s))
		case binaryBase64:
			s = base64.StdEncoding.EncodeToString([]byte(s))
		default:
			return errors.New("the string is not UTF-8, as text in JSON is; the option binary = \"hex\" or \"base64\" writes its bytes")
		}
	}
	e.out = append(e.out, '"')
	for i := 0; i < len(s); i++ {
		switch ch := s[i]; {
		case ch == '"' || ch == '\\':
			e.out = append(e.out, '\\', ch)
		case ch == '\n':
			e.out = append(e.out, `\n`...)
		case ch == '\t':
			e.out = append(e.out, `\t`...)
		case ch < ' ' || ch == 0x7f:
			e.out = fmt.Appendf(e.out, `\u%04x`, ch)
		default:
			e.out = append(e.out, ch)
		}
	}
	e.out = append(e.out, '"')
	return nil
}

func (e *jsonEncoder) table(t *lua.LTable) error {
	switch {
	case e.within[t]:
		return errors.New("the table is within itself")
	case len(e.within) == maxJSONDepth:
		return fmt.Errorf("tables nest deeper than %d", maxJSONDepth)
	}
	e.within[t] = true
	defer delete(e.within, t)

	n, count := arrayLength(t), 0
	t.ForEach(func(_, v lua.LValue) { count++ })
	marked := e.rt.isArray(t)
	if n == count && (n > 0 || marked) && t.Metatable != e.rt.json.object {
		return e.array(t, n)
	}
	return e.object(t, marked, n)
}

func (e *jsonEncoder) array(t *lua.LTable, n int) error {
	e.out = append(e.out, '[')
	for i := 1; i <= n; i++ {
		e.separate(i == 1)
		e.path = append(e.path, fmt.Sprintf("[%d]", i))
		if err := e.value(t.RawGetInt(i)); err != nil {
			return err
		}
		e.path = e.path[:len(e.path)-1]
	}
	e.end(n == 0, ']')
	return nil
}

type jsonMember struct {
	name  string
	value lua.LValue
}

func (e *jsonEncoder) object(t *lua.LTable, marked bool, n int) error {
	var members []jsonMember
	var failed error
	t.ForEach(func(k, v lua.LValue) {
		name, err := e.memberName(t, k, marked, n)
		if err != nil && failed == nil {
			failed = err
		}
		members = append(members, jsonMember{name, v})
	})
	if failed != nil {
		return failed
	}
	slices.SortFunc(members, func(a, b jsonMember) int {
		i, first := e.order[a.name]
		j, second := e.order[b.name]
		switch {
		case first && second:
			return i - j
		case first:
			return -1
		case second:
			return 1
		}
		return strings.Compare(a.name, b.name)
	})
	e.out = append(e.out, '{')
	for i, m := range members {
		if i > 0 && members[i-1].name == m.name {
			return fmt.Errorf("two indexes of the table have the text %q", m.name)
		}
		e.path = append(e.path, pathOf(m.name))
		e.separate(i == 0)
		if err := e.string(m.name); err != nil {
			return err
		}
		e.out = append(e.out, ':')
		if e.indent != "" {
			e.out = append(e.out, ' ')
		}
		if err := e.value(m.value); err != nil {
			return err
		}
		e.path = e.path[:len(e.path)-1]
	}
	e.end(len(members) == 0, '}')
	return nil
}

// memberName is the name of an index of a table that is no array, of which the
// indexes up to n are there without a gap.
func (e *jsonEncoder) memberName(t *lua.LTable, k lua.LValue, marked bool, n int) (string, error) {
	if marked {
		if i, ok := k.(lua.LNumber); ok && i >= 1 && i <= lua.LNumber(n) {
			return "", nil
		}
		return "", fmt.Errorf("an array has %s without %d", e.indexText(k), n+1)
	}
	switch k := k.(type) {
	case lua.LString:
		return string(k), nil
	case lua.LNumber:
		if t.Metatable == e.rt.json.object {
			return numberText(k), nil
		}
		if n > 0 {
			return "", errors.New("the table has both elements and other indexes; json.object makes it an object all the same")
		}
		return "", fmt.Errorf("the table has %s without 1, so it is no array; json.object makes it an object all the same", e.indexText(k))
	case *lua.LUserData:
		if sv := valueIn(k); sv != nil {
			return sv.String(), nil
		}
	}
	return "", fmt.Errorf("%s cannot be the name of an object's member", e.rt.describe(k))
}

func (e *jsonEncoder) indexText(k lua.LValue) string {
	if n, ok := k.(lua.LNumber); ok {
		return "index " + numberText(n)
	}
	return "index " + e.rt.describe(k)
}

// pathOf is how a message names a member.
func pathOf(name string) string {
	if isIdentifier(name) {
		return "." + name
	}
	return "[" + quoteLua(name) + "]"
}

// separate begins an element or member.
func (e *jsonEncoder) separate(first bool) {
	if !first {
		e.out = append(e.out, ',')
	}
	e.newLine(len(e.within))
}

// end ends an array or object.
func (e *jsonEncoder) end(empty bool, bracket byte) {
	if !empty {
		e.newLine(len(e.within) - 1)
	}
	e.out = append(e.out, bracket)
}

func (e *jsonEncoder) newLine(depth int) {
	if e.indent != "" {
		e.out = append(e.out, '\n')
		for range depth {
			e.out = append(e.out, e.indent...)
		}
	}
}
