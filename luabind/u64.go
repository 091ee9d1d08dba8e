package luabind

import (
	"math/bits"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// u64 is the value of a userdata of class odp.U64.
type u64 uint64

const classU64 = "odp.U64"

func (u u64) String() string { return strconv.FormatUint(uint64(u), 10) }

func (rt *Runtime) newU64(v uint64) *lua.LUserData { return rt.object(classU64, u64(v)) }

func u64Class() *Class {
	arith := func(op func(c call, a, b uint64) uint64) func(c call) int {
		return func(c call) int {
			a, b := c.operand(1), c.operand(2)
			return c.push(c.rt.newU64(op(c, a, b)))
		}
	}
	compare := func(op func(a, b uint64) bool) func(c call) int {
		return func(c call) int { return c.push(lua.LBool(op(c.operand(1), c.operand(2)))) }
	}
	return &Class{
		Name: classU64,
		Doc: "An unsigned 64-bit integer that never rounds. Arithmetic with numbers gives a U64 and raises when the " +
			"result does not fit or a number is not whole; / is the whole part of the quotient. Lua compares values of " +
			"different types as unequal without asking, and refuses < between them, so convert first: x == odp.u64(5).",
		Methods: []*Func{
			{
				Name:    "tonumber",
				Doc:     "The value as a Lua number. Raises when a number cannot hold it exactly (2^53 and more).",
				Returns: []Param{{Name: "value", Type: "integer"}},
				Example: "local n = odp.u64(\"42\"):tonumber()",
				Go: func(c call) int {
					u := self[u64](c)
					if u >= maxExact {
						c.raiseArgument("%s is 2^53 or more and would lose digits as a number", u)
					}
					return c.push(lua.LNumber(u))
				},
			},
			{
				Name:    "hex",
				Doc:     "The value in hexadecimal, with 0x.",
				Returns: []Param{{Name: "text", Type: "string"}},
				Example: "print(pkt.key.tunnel.tun_id:hex())",
				Go: func(c call) int {
					return c.pushString("0x" + strconv.FormatUint(uint64(self[u64](c)), 16))
				},
			},
		},
		Ops: map[string]func(c call) int{
			"__add": arith(func(c call, a, b uint64) uint64 {
				sum, carry := bits.Add64(a, b, 0)
				c.fits(carry == 0, a, "+", b)
				return sum
			}),
			"__sub": arith(func(c call, a, b uint64) uint64 {
				c.fits(a >= b, a, "-", b)
				return a - b
			}),
			"__mul": arith(func(c call, a, b uint64) uint64 {
				high, low := bits.Mul64(a, b)
				c.fits(high == 0, a, "*", b)
				return low
			}),
			"__div": arith(func(c call, a, b uint64) uint64 {
				c.fits(b != 0, a, "/", b)
				return a / b
			}),
			"__mod": arith(func(c call, a, b uint64) uint64 {
				c.fits(b != 0, a, "%", b)
				return a % b
			}),
			"__eq": compare(func(a, b uint64) bool { return a == b }),
			"__lt": compare(func(a, b uint64) bool { return a < b }),
			"__le": compare(func(a, b uint64) bool { return a <= b }),
			"__tostring": func(c call) int {
				return c.pushString(self[u64](c).String())
			},
			"__concat": func(c call) int {
				return c.pushString(c.text(c.L.Get(1)) + c.text(c.L.Get(2)))
			},
		},
		OpDocs: []string{
			"add(integer|odp.U64): odp.U64", "sub(integer|odp.U64): odp.U64", "mul(integer|odp.U64): odp.U64",
			"div(integer|odp.U64): odp.U64", "mod(integer|odp.U64): odp.U64", "concat(string|number|odp.U64): string",
		},
	}
}

// operand returns side 1 or 2 of a metamethod on U64, of which at least one is
// a U64.
func (c call) operand(n int) uint64 {
	v, want := wholeNumber(c.L.Get(n), 1<<64-1)
	if want != "" {
		c.raiseArgument("odp.U64 and %s cannot be combined: a U64 or a whole number from 0 to 2^53-1 expected",
			c.rt.describe(c.L.Get(n)))
	}
	return v
}

func (c call) fits(ok bool, a uint64, op string, b uint64) {
	if !ok {
		c.raiseArgument("%d %s %d is not an unsigned 64-bit integer", a, op, b)
	}
}

// text is what .. makes of one side.
func (c call) text(v lua.LValue) string {
	switch v := v.(type) {
	case lua.LString, lua.LNumber:
		return v.String()
	case *lua.LUserData:
		if s, ok := c.L.ToStringMeta(v).(lua.LString); ok {
			return string(s)
		}
	}
	c.raiseArgument("cannot join %s to a text with ..", c.rt.describe(v))
	return ""
}

// parseU64 reads decimal or 0x text.
func parseU64(s string) (uint64, bool) {
	s = strings.TrimSpace(s)
	base := 10
	if rest, ok := strings.CutPrefix(strings.ToLower(s), "0x"); ok {
		s, base = rest, 16
	}
	v, err := strconv.ParseUint(s, base, 64)
	return v, err == nil
}

func u64Func() *Func {
	return &Func{
		Name:    "u64",
		Doc:     "An unsigned 64-bit integer from a whole number or from decimal or 0x text.",
		Params:  []Param{{Name: "value", Type: "integer|string|odp.U64", Doc: "the value; text for 2^53 and more"}},
		Returns: []Param{{Name: "u64", Type: classU64}},
		Example: "local id = odp.u64(\"0xffffffffffffffff\")",
		Go: func(c call) int {
			if s, ok := c.arg(1).(lua.LString); ok {
				v, ok := parseU64(string(s))
				if !ok {
					c.bad(1, "decimal or 0x text of an unsigned 64-bit integer expected, got %q", string(s))
				}
				return c.push(c.rt.newU64(v))
			}
			return c.push(c.rt.newU64(c.uint(1, 1<<64-1)))
		},
	}
}
