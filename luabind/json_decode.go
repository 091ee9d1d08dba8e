package luabind

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"

	lua "github.com/yuin/gopher-lua"
)

// jsonError is a mistake in a JSON text, at a byte.
type jsonError struct {
	offset int
	text   string
}

func (e *jsonError) Error() string { return e.text }

// place says in which line and column of text the mistake is, counted from 1.
func (e *jsonError) place(text string) (line, column int) {
	before := text[:min(max(e.offset, 0), len(text))]
	begin := strings.LastIndexByte(before, '\n') + 1
	return 1 + strings.Count(before, "\n"), 1 + utf8.RuneCountInString(before[begin:])
}

// jsonDecoder makes Lua values of a JSON text, which the standard library's
// scanner takes apart.
type jsonDecoder struct {
	rt       *Runtime
	text     string
	dropNull bool
	dec      *json.Decoder
}

// decode returns the value of the text, or a [*jsonError].
func (d *jsonDecoder) decode() (lua.LValue, error) {
	for i, r := range d.text {
		if r == utf8.RuneError && !strings.HasPrefix(d.text[i:], string(utf8.RuneError)) {
			return nil, &jsonError{i, "the text is not UTF-8"}
		}
	}
	// The whole text is checked first: what the decoder of tokens would take is
	// more than JSON, and of an error it would not tell the place.
	var whole json.RawMessage
	var syntax *json.SyntaxError
	switch err := json.Unmarshal([]byte(d.text), &whole); {
	case errors.As(err, &syntax) && strings.HasPrefix(syntax.Error(), "unexpected end"):
		return nil, &jsonError{len(d.text), "the text ends too early"}
	case errors.As(err, &syntax):
		return nil, &jsonError{int(syntax.Offset) - 1, syntax.Error()}
	case err != nil:
		return nil, &jsonError{0, err.Error()}
	}
	d.dec = json.NewDecoder(strings.NewReader(d.text))
	d.dec.UseNumber()
	return d.value()
}

// start is where the next token begins.
func (d *jsonDecoder) start() int {
	i := int(d.dec.InputOffset())
	for i < len(d.text) && strings.IndexByte(" \t\r\n,:", d.text[i]) >= 0 {
		i++
	}
	return i
}

func (d *jsonDecoder) value() (lua.LValue, error) {
	at := d.start()
	token, err := d.dec.Token()
	if err != nil {
		return nil, &jsonError{at, err.Error()}
	}
	switch v := token.(type) {
	case bool:
		return lua.LBool(v), nil
	case json.Number:
		n, err := d.number(v.String())
		if err != nil {
			return nil, &jsonError{at, err.Error()}
		}
		return n, nil
	case string:
		return d.string(v, at)
	case json.Delim:
		if v == '[' {
			return d.array()
		}
		return d.object()
	}
	return d.rt.json.null, nil
}

// string refuses half of a surrogate pair, in place of which the scanner gives
// another character.
func (d *jsonDecoder) string(s string, at int) (lua.LValue, error) {
	if strings.ContainsRune(s, utf8.RuneError) {
		source := strings.ToLower(d.text[at:d.dec.InputOffset()])
		if strings.Count(s, string(utf8.RuneError)) != strings.Count(source, string(utf8.RuneError))+strings.Count(source, `\ufffd`) {
			return nil, &jsonError{at, "the string has half of a surrogate pair, which is no character"}
		}
	}
	return lua.LString(s), nil
}

// number keeps integers exact. Lua's numbers hold those below 2^53.
func (d *jsonDecoder) number(s string) (lua.LValue, error) {
	if strings.ContainsAny(s, ".eE") || s == "-0" {
		f, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return nil, fmt.Errorf("the number %s is too large", s)
		}
		return lua.LNumber(f), nil
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && n < maxExact && n > -maxExact {
		return lua.LNumber(n), nil
	}
	if len(s) <= 40 {
		n, _ := new(big.Int).SetString(s, 10)
		if v, ok := u128FromBig(n); ok {
			if v.hi == 0 {
				return d.rt.newU64(v.lo), nil
			}
			return d.rt.newValue(v), nil
		}
	}
	if len(s) > 50 {
		s = s[:50] + "..."
	}
	return nil, fmt.Errorf("the integer %s cannot be kept exactly: it is beyond 128 bits, or less than -2^53", s)
}

func (d *jsonDecoder) array() (lua.LValue, error) {
	t := d.rt.L.NewTable()
	for d.dec.More() {
		v, err := d.value()
		if err != nil {
			return nil, err
		}
		t.Append(v)
	}
	d.dec.Token() // the bracket, which is there as the text was checked
	d.rt.markArray(t)
	return t, nil
}

func (d *jsonDecoder) object() (lua.LValue, error) {
	t := d.rt.L.NewTable()
	seen := map[string]bool{}
	for d.dec.More() {
		at := d.start()
		token, _ := d.dec.Token()
		name, ok := token.(string)
		if !ok || seen[name] {
			return nil, &jsonError{at, fmt.Sprintf("the object has two members with the name %q", name)}
		}
		seen[name] = true
		if _, err := d.string(name, at); err != nil {
			return nil, err
		}
		v, err := d.value()
		if err != nil {
			return nil, err
		}
		if v == d.rt.json.null && d.dropNull {
			continue
		}
		t.RawSetString(name, v)
	}
	d.dec.Token() // the brace
	return t, nil
}
