package luabind

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// maxExact is the first integer that a Lua number may not hold exactly.
const maxExact = 1 << 53

// call is one call from Lua into a row's Go function. Arguments are numbered
// from 1; for methods, number 1 is the first after the object itself.
type call struct {
	L   *lua.LState
	rt  *Runtime
	row *Func
}

func (c call) index(n int) int {
	if c.row.method {
		return n + 1
	}
	return n
}

// arg returns argument n, nil if it is absent.
func (c call) arg(n int) lua.LValue { return c.L.Get(c.index(n)) }

// count returns how many arguments were given.
func (c call) count() int {
	if c.row.method {
		return c.L.GetTop() - 1
	}
	return c.L.GetTop()
}

// push returns v from the row's function.
func (c call) push(v lua.LValue) int {
	c.L.Push(v)
	return 1
}

func (c call) pushString(s string) int { return c.push(lua.LString(s)) }

// self returns the object that a method or property was called on.
func self[T any](c call) T {
	ud, _ := c.L.Get(1).(*lua.LUserData)
	if ud != nil {
		if v, ok := ud.Value.(T); ok {
			return v
		}
	}
	short := c.row.owner[strings.LastIndexByte(c.row.owner, '.')+1:]
	c.raiseArgument("%s must be called on an %s with a colon: %s:%s(...); got %s",
		c.row.Name, c.row.owner, strings.ToLower(short), c.row.Name, c.rt.typeName(c.L.Get(1)))
	panic("unreachable")
}

// title names the function as messages do: odp.create_datapath, Datapath:vport.
func (c call) title() string {
	if c.row.method {
		return c.row.owner[strings.LastIndexByte(c.row.owner, '.')+1:] + ":" + c.row.Name
	}
	return c.row.owner + "." + c.row.Name
}

// bad raises an error about argument n. The rest completes the sentence
// "bad argument 'name' to function: ...".
func (c call) bad(n int, format string, args ...any) {
	c.raiseArgument("%s", c.badMessage(n, fmt.Sprintf(format, args...)))
}

// badMessage is the message of bad.
func (c call) badMessage(n int, problem string) string {
	if c.row.subject != "" {
		return c.row.subject + ": " + problem
	}
	name := fmt.Sprintf("#%d", n)
	if n >= 1 && n <= len(c.row.Params) {
		name = fmt.Sprintf("#%d (%s)", n, c.row.Params[n-1].Name)
	}
	return fmt.Sprintf("bad argument %s to %s: %s", name, c.title(), problem)
}

// expected raises an error about the type of argument n.
func (c call) expected(n int, what string) {
	c.bad(n, "%s expected, got %s", what, c.rt.describe(c.arg(n)))
}

func (c call) isNil(n int) bool { return c.arg(n) == lua.LNil }

func (c call) string(n int) string {
	s, ok := c.arg(n).(lua.LString)
	if !ok {
		c.expected(n, "string")
	}
	return string(s)
}

// option returns the place of argument n among names.
func (c call) option(n int, names []string) int {
	i := slices.Index(names, c.string(n))
	if i < 0 {
		c.bad(n, "%s expected, got %q", strings.Join(names, ", "), c.string(n))
	}
	return i
}

func (c call) table(n int) *lua.LTable {
	t, ok := c.arg(n).(*lua.LTable)
	if !ok {
		c.expected(n, "table")
	}
	return t
}

func (c call) function(n int) *lua.LFunction {
	f, ok := c.arg(n).(*lua.LFunction)
	if !ok {
		c.expected(n, "function")
	}
	return f
}

// uint returns argument n as a whole number in [0, limit].
func (c call) uint(n int, limit uint64) uint64 {
	v, err := wholeNumber(c.arg(n), limit)
	if err != "" {
		c.bad(n, "%s expected, got %s", err, c.rt.describe(c.arg(n)))
	}
	return v
}

// seconds returns argument n as a duration.
func (c call) seconds(n int) time.Duration {
	v, ok := c.arg(n).(lua.LNumber)
	if !ok {
		c.expected(n, "number of seconds")
	}
	d, ok := toDuration(v)
	if !ok {
		c.bad(n, "number of seconds from 0 to 1e9 expected, got %s", c.rt.describe(v))
	}
	return d
}

// deadline is when the seconds in argument n are over, zero if it is absent.
func (c call) deadline(n int) time.Time {
	if c.isNil(n) {
		return time.Time{}
	}
	return time.Now().Add(c.seconds(n))
}

func toDuration(v lua.LNumber) (time.Duration, bool) {
	if !(v >= 0 && v <= 1e9) { // also refuses NaN
		return 0, false
	}
	return time.Duration(float64(v) * float64(time.Second)), true
}

// wholeNumber converts a number, U64 or U128. A non-empty want says what would have
// been accepted.
func wholeNumber(v lua.LValue, limit uint64) (n uint64, want string) {
	switch v := v.(type) {
	case lua.LNumber:
		f := float64(v)
		if f >= 0 && f == math.Trunc(f) && f < maxExact && uint64(f) <= limit {
			return uint64(f), ""
		}
	case *lua.LUserData:
		if sv, ok := v.Value.(scriptValue); ok {
			if u, ok := uintOf(sv); ok && u.hi == 0 && u.lo <= limit {
				return u.lo, ""
			}
		}
	}
	return 0, fmt.Sprintf("whole number from 0 to %d", limit)
}

// integer returns v as Lua shows it: a number if that is exact.
func (rt *Runtime) integer(v uint64) lua.LValue {
	if v < maxExact {
		return lua.LNumber(v)
	}
	return rt.newU64(v)
}

// typeName names a value's type as a script's author knows it.
func (rt *Runtime) typeName(v lua.LValue) string {
	if ud, ok := v.(*lua.LUserData); ok {
		if mt, ok := ud.Metatable.(*lua.LTable); ok {
			if name, ok := mt.RawGetString("__metatable").(lua.LString); ok {
				return string(name)
			}
		}
	}
	return v.Type().String()
}

// describe names a value in a message: short values are shown.
func (rt *Runtime) describe(v lua.LValue) string {
	switch v := v.(type) {
	case lua.LNumber:
		return "number " + v.String()
	case lua.LString:
		if len(v) > 40 {
			return fmt.Sprintf("string %q...", string(v[:40]))
		}
		return fmt.Sprintf("string %q", string(v))
	case *lua.LUserData:
		if sv, ok := v.Value.(scriptValue); ok {
			return sv.class() + " " + sv.String()
		}
	}
	return rt.typeName(v)
}
