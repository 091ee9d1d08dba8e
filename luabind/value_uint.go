package luabind

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

const (
	classU64  = "odp.U64"
	classU128 = "odp.U128"
)

// u64 is the value of a userdata of class odp.U64.
type u64 uint64

func (u u64) String() string { return strconv.FormatUint(uint64(u), 10) }

func (u64) class() string  { return classU64 }
func (u128) class() string { return classU128 }

func (rt *Runtime) newU64(v uint64) *lua.LUserData { return rt.newValue(u64(v)) }

// uintOf converts an operand that is a number of at most 128 bits.
func uintOf(v any) (n u128, ok bool) {
	switch v := v.(type) {
	case u64:
		return u128{0, uint64(v)}, true
	case u128:
		return v, true
	case int64:
		return u128{0, uint64(v)}, v >= 0
	}
	return u128{}, false
}

// parseUint reads decimal or 0x text.
func parseUint(s string) (n u128, ok bool) {
	s = strings.TrimSpace(s)
	base := 10
	if rest, ok := strings.CutPrefix(strings.ToLower(s), "0x"); ok {
		s, base = rest, 16
	}
	if s == "" || len(s) > 64 || strings.ContainsAny(s, "+-_") { // which the parser of big numbers takes
		return u128{}, false
	}
	v, ok := new(big.Int).SetString(s, base)
	if !ok {
		return u128{}, false
	}
	return u128FromBig(v)
}

// parseU64 is parseUint of 64 bits.
func parseU64(s string) (uint64, bool) {
	n, ok := parseUint(s)
	return n.lo, ok && n.hi == 0
}

// fieldNumber converts text, a number, bytes or a value to a number of at most
// so many bits.
func fieldNumber(from any, width int) (u128, error) {
	n, ok := uintOf(from)
	switch v := from.(type) {
	case string:
		n, ok = parseUint(v)
	case []byte:
		if len(v) != width/8 {
			return u128{}, fmt.Errorf("it has %d bytes", width/8)
		}
		n, ok = u128FromBytes(v), true
	case macValue:
		n, ok = v.number(), true
	case ipValue:
		n, ok = v.number(), true
	case ufidValue:
		n, ok = v.number(), true
	}
	switch {
	case !ok:
		return u128{}, errForm
	case n.len() > width:
		return u128{}, fmt.Errorf("it has %d bits", n.len())
	}
	return n, nil
}

func u64Row() *valueRow {
	row := uintRow(64, "u64", classU64, func(n u128) scriptValue { return u64(n.lo) })
	row.doc = "An unsigned 64-bit integer that never rounds. " + row.doc
	row.example = "local id = odp.u64(\"0xffffffffffffffff\")\nprint(id - 1, id:band(0xff), id:hex())"
	row.from += "|odp.MAC"
	return row
}

func u128Row() *valueRow {
	row := uintRow(128, "u128", classU128, func(n u128) scriptValue { return n })
	row.doc = "An unsigned 128-bit integer that never rounds, such as connection tracking labels. " + row.doc
	row.example = "local label = odp.u128(1):lshift(100)\ndp:put_flow{ match = { ct_label = label }, actions = 2 }"
	row.from += "|odp.MAC|odp.IP|odp.UFID"
	return row
}

// uintRow is what the rows of unsigned integers share. of makes a value of a
// number that fits.
func uintRow(width int, name, class string, of func(u128) scriptValue) *valueRow {
	what := fmt.Sprintf("an unsigned %d-bit integer", width)
	row := &valueRow{
		class: class, name: name, what: what,
		doc: "Arithmetic with numbers gives one of its kind, a U128 if a side is one, and raises when the result does not " +
			"fit or a number is not whole; / is the whole part of the quotient. Equal values are the same key of a table. " +
			"Lua compares values of different types as unequal without asking, and refuses < between them, so convert " +
			"first: x == odp." + name + "(5).",
		forms:      "a whole number below 2^53, decimal or 0x text, its bytes, or another value",
		from:       "integer|string|odp.U64|odp.U128|odp.Bytes",
		arithmetic: "+ - * / % and ^ take whole numbers from 0 to 2^53-1, U64 and U128",
		opDocs: []string{
			"add(integer|" + class + "): " + class, "sub(integer|" + class + "): " + class,
			"mul(integer|" + class + "): " + class, "div(integer|" + class + "): " + class,
			"mod(integer|" + class + "): " + class, "pow(integer|" + class + "): " + class,
		},
		of: func(from any) (scriptValue, error) {
			n, err := fieldNumber(from, width)
			if err != nil {
				return nil, err
			}
			return of(n), nil
		},
		compare: func(a, b scriptValue) int {
			x, _ := uintOf(a)
			y, _ := uintOf(b)
			return x.cmp(y)
		},
		compute: func(op string, a, b any) (any, error) {
			x, ok := uintOf(a)
			y, both := uintOf(b)
			if !ok || !both || width == 64 && (isU128(a) || isU128(b)) {
				return nil, errOperation
			}
			n, ok := arith(op, x, y)
			if !ok || n.len() > width {
				return nil, fmt.Errorf("%s %s %s is not %s", x, op, y, what)
			}
			return of(n), nil
		},
	}
	row.methods = append(uintMethods(row, width), bitMethods(row, width)...)
	return row
}

func isU128(v any) bool {
	_, ok := v.(u128)
	return ok
}

func arith(op string, a, b u128) (u128, bool) {
	switch op {
	case "+":
		return a.add(b)
	case "-":
		return a.sub(b)
	case "*":
		return a.mul(b)
	case "^":
		return a.pow(b)
	}
	if b == (u128{}) {
		return u128{}, false
	}
	quotient, rest := a.divide(b)
	if op == "%" {
		return rest, true
	}
	return quotient, true
}

func uintMethods(row *valueRow, width int) []*Func {
	return []*Func{
		{
			Name:    "tonumber",
			Doc:     "The value as a Lua number. Raises when a number cannot hold it exactly (2^53 and more).",
			Returns: []Param{{Name: "value", Type: "integer"}},
			Example: "local n = odp." + row.name + "(\"42\"):tonumber()",
			Go: func(c call) int {
				n, _ := uintOf(self[scriptValue](c))
				if n.hi != 0 || n.lo >= maxExact {
					c.raiseArgument("%s is 2^53 or more and would lose digits as a number", n)
				}
				return c.push(lua.LNumber(n.lo))
			},
		},
		{
			Name:    "hex",
			Doc:     "The value in hexadecimal, with 0x.",
			Returns: []Param{{Name: "text", Type: "string"}},
			Example: "print(pkt.key.tunnel.tun_id:hex())",
			Go: func(c call) int {
				n, _ := uintOf(self[scriptValue](c))
				return c.pushString(n.hex())
			},
		},
		{
			Name:    "bytes",
			Doc:     fmt.Sprintf("The %d bytes of the value, the most significant one first.", width/8),
			Returns: []Param{{Name: "bytes", Type: "string"}},
			Example: "local first = odp." + row.name + "(258):bytes():byte(1)",
			Go: func(c call) int {
				n, _ := uintOf(self[scriptValue](c))
				b := n.bytes()
				return c.pushString(string(b[16-width/8:]))
			},
		},
	}
}

// bitMethods are the operations on bits, which Lua has no signs for.
func bitMethods(row *valueRow, width int) []*Func {
	returns := []Param{{Name: "result", Type: row.class}}
	push := func(c call, n u128) int {
		v, _ := row.of(n.and(lowBits(width)))
		return c.push(c.rt.newValue(v))
	}
	both := func(name, doc, example string, op func(a, b u128) u128) *Func {
		return &Func{
			Name: name, Doc: doc, Returns: returns, Example: example,
			Params: []Param{{Name: "other", Type: row.from}},
			Go: func(c call) int {
				a, _ := uintOf(self[scriptValue](c))
				b, _ := uintOf(c.valueOf(1, row))
				return push(c, op(a, b))
			},
		}
	}
	shift := func(name, doc, example string, op func(a u128, n uint) u128) *Func {
		return &Func{
			Name: name, Doc: doc, Returns: returns, Example: example,
			Params: []Param{{Name: "bits", Type: "integer", Doc: fmt.Sprintf("how far, from 0 to %d", width)}},
			Go: func(c call) int {
				a, _ := uintOf(self[scriptValue](c))
				return push(c, op(a, uint(c.uint(1, uint64(width)))))
			},
		}
	}
	x := "odp." + row.name + "(12)"
	return []*Func{
		both("band", "The bits that are set in both.", x+":band(10)  -- 8", u128.and),
		both("bor", "The bits that are set in at least one.", x+":bor(10)  -- 14", u128.or),
		both("bxor", "The bits that are set in one of the two.", x+":bxor(10)  -- 6", u128.xor),
		{
			Name: "bnot", Doc: "The bits that are not set.", Returns: returns, Example: x + ":bnot():hex()",
			Go: func(c call) int {
				a, _ := uintOf(self[scriptValue](c))
				return push(c, a.xor(lowBits(width)))
			},
		},
		shift("lshift", "The bits moved up; those moved out are lost.", x+":lshift(4)  -- 192", u128.lshift),
		shift("rshift", "The bits moved down; those moved out are lost.", x+":rshift(2)  -- 3", u128.rshift),
		{
			Name: "bit", Doc: "Whether a bit is set.", Returns: []Param{{Name: "set", Type: "boolean"}},
			Params:  []Param{{Name: "n", Type: "integer", Doc: "which, from 0, the least significant one"}},
			Example: x + ":bit(3)  -- true",
			Go: func(c call) int {
				a, _ := uintOf(self[scriptValue](c))
				return c.push(lua.LBool(!a.rshift(uint(c.uint(1, uint64(width-1)))).even()))
			},
		},
	}
}
