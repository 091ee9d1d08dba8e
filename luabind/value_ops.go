package luabind

import (
	"errors"

	lua "github.com/yuin/gopher-lua"
)

// valueOps are the metamethods of all classes of values. They are the same
// functions for all, as Lua compares two userdata only if theirs are.
func valueOps() map[string]*Func {
	ops := map[string]*Func{
		"__tostring": {Go: func(c call) int { return c.pushString(self[scriptValue](c).String()) }},
		"__concat":   {Go: concat},
		"__lt":       {Go: func(c call) int { return c.push(lua.LBool(c.compare() < 0)) }},
		"__le":       {Go: func(c call) int { return c.push(lua.LBool(c.compare() <= 0)) }},
		"__len": {Go: func(c call) int {
			c.raiseArgument("%s has no length", c.rt.describe(c.L.Get(1)))
			return 0
		}},
		"__unm": {Go: func(c call) int {
			c.raiseArgument("%s has no negative", c.rt.describe(c.L.Get(1)))
			return 0
		}},
	}
	for event, op := range map[string]string{"__add": "+", "__sub": "-", "__mul": "*", "__div": "/", "__mod": "%", "__pow": "^"} {
		ops[event] = &Func{Go: func(c call) int { return c.push(c.compute(op)) }}
	}
	for event, f := range ops {
		f.Name, f.owner, f.method = event, "odp", true
	}
	return ops
}

// compare orders the sides of a comparison, both of which are values.
func (c call) compare() int {
	a, b := valueIn(c.L.Get(1)), valueIn(c.L.Get(2))
	if a.class() != b.class() {
		x, ok := uintOf(a)
		y, both := uintOf(b)
		if ok && both {
			return x.cmp(y)
		}
		c.raiseArgument("%s and %s cannot be compared", c.rt.describe(c.L.Get(1)), c.rt.describe(c.L.Get(2)))
	}
	return c.rt.reg.value(a.class()).compare(a, b)
}

// compute is a binary operation of which at least one side is a value.
func (c call) compute(op string) lua.LValue {
	a, b := operand(c.L.Get(1)), operand(c.L.Get(2))
	hint := ""
	for _, side := range []any{a, b} {
		v, ok := side.(scriptValue)
		if !ok {
			continue
		}
		row := c.rt.reg.value(v.class())
		if hint == "" {
			hint = row.arithmetic
		}
		if row.compute == nil || a == nil || b == nil {
			continue
		}
		result, err := row.compute(op, a, b)
		switch {
		case err == nil:
			return c.result(result)
		case !errors.Is(err, errOperation):
			c.raiseArgument("%v", err)
		}
	}
	c.raiseArgument("cannot compute %s %s %s: %s", c.rt.describe(c.L.Get(1)), op, c.rt.describe(c.L.Get(2)), hint)
	return nil
}

// operand converts one side of an operation: to a value, an int64, or nil for
// what no value can be combined with.
func operand(v lua.LValue) any {
	if n, ok := v.(lua.LNumber); ok {
		if f := float64(n); f == float64(int64(f)) && f > -maxExact && f < maxExact {
			return int64(f)
		}
		return nil
	}
	if sv := valueIn(v); sv != nil {
		return sv
	}
	return nil
}

func (c call) result(v any) lua.LValue {
	if n, ok := v.(int64); ok {
		return lua.LNumber(n)
	}
	return c.rt.newValue(v.(scriptValue))
}

// text is what .. makes of one side.
func (c call) text(v lua.LValue) string {
	switch v := v.(type) {
	case lua.LString, lua.LNumber:
		return v.String()
	case *lua.LUserData, *lua.LTable:
		if c.L.GetMetaField(v, "__tostring") == lua.LNil {
			break
		}
		if s, ok := c.L.ToStringMeta(v).(lua.LString); ok {
			return string(s)
		}
	}
	c.raiseArgument("cannot join %s to a text with ..", c.rt.describe(v))
	return ""
}
