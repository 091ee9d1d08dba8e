package luabind

import (
	"fmt"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// fields reads a table argument of a known shape. Names that the shape does not
// have are refused when it is made.
type fields struct {
	c     call
	n     int
	t     *lua.LTable
	shape string
}

// fields returns argument n as a table of the named shape. An absent argument
// is an empty table.
func (c call) fields(n int, shapeName string) fields {
	if c.isNil(n) {
		return fields{c, n, c.L.NewTable(), shapeName}
	}
	return c.fieldsOf(n, c.table(n), shapeName)
}

func (c call) fieldsOf(n int, t *lua.LTable, shapeName string) fields {
	f := fields{c, n, t, shapeName}
	if first, _ := t.Next(lua.LNil); first == lua.LNil {
		return f
	}
	known := map[string]bool{}
	var names []string
	for _, p := range c.rt.reg.shape(shapeName).Fields {
		known[p.Name] = true
		names = append(names, p.Name)
	}
	t.ForEach(func(k, _ lua.LValue) {
		name, ok := k.(lua.LString)
		if !ok {
			c.bad(n, "a table of named fields expected, got one with the index %s", c.rt.describe(k))
		}
		if !known[string(name)] {
			c.bad(n, "unknown field '%s'%s", string(name), didYouMean(string(name), names))
		}
	})
	return f
}

func (f fields) get(name string) lua.LValue { return f.t.RawGetString(name) }

func (f fields) has(name string) bool { return f.get(name) != lua.LNil }

func (f fields) bad(name, format string, args ...any) {
	f.c.bad(f.n, "field '%s': %s", name, fmt.Sprintf(format, args...))
}

func (f fields) expected(name, what string) {
	f.bad(name, "%s expected, got %s", what, f.c.rt.describe(f.get(name)))
}

func (f fields) string(name string) string {
	s, ok := f.get(name).(lua.LString)
	if !ok {
		f.expected(name, "string")
	}
	return string(s)
}

// text is string, but also takes a value such as odp.ip("10.0.0.1").
func (f fields) text(name string) string {
	s, ok := valueText(f.get(name))
	if !ok {
		f.expected(name, "string")
	}
	return s
}

func (f fields) optString(name, absent string) string {
	if !f.has(name) {
		return absent
	}
	return f.string(name)
}

func (f fields) bool(name string) bool {
	if !f.has(name) {
		return false
	}
	b, ok := f.get(name).(lua.LBool)
	if !ok {
		f.expected(name, "boolean")
	}
	return bool(b)
}

func (f fields) uint(name string, limit, absent uint64) uint64 {
	if !f.has(name) {
		return absent
	}
	v, want := wholeNumber(f.get(name), limit)
	if want != "" {
		f.expected(name, want)
	}
	return v
}

func (f fields) seconds(name string, absent time.Duration) time.Duration {
	if !f.has(name) {
		return absent
	}
	v, ok := f.get(name).(lua.LNumber)
	if !ok {
		f.expected(name, "number of seconds")
	}
	d, ok := toDuration(v)
	if !ok {
		f.expected(name, "number of seconds from 0 to 1e9")
	}
	return d
}

// function returns nil if the field is not given.
func (f fields) function(name string) *lua.LFunction {
	if !f.has(name) {
		return nil
	}
	fn, ok := f.get(name).(*lua.LFunction)
	if !ok {
		f.expected(name, "function")
	}
	return fn
}

// option returns the index of the field's text in names, absent's if it is not
// given.
func (f fields) option(name string, names []string, absent int) int {
	if !f.has(name) {
		return absent
	}
	s := f.string(name)
	for i, n := range names {
		if n == s {
			return i
		}
	}
	f.bad(name, "%s expected, got %q", strings.Join(names, ", "), s)
	return 0
}
