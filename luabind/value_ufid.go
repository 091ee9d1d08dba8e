package luabind

import (
	"encoding/hex"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

const classUFID = "odp.UFID"

// ufidValue is the value of a userdata of class odp.UFID.
type ufidValue struct{ odp.UFID }

func (ufidValue) class() string { return classUFID }

// number is that of the digits of the text.
func (u ufidValue) number() u128 {
	digits, _ := hex.DecodeString(strings.ReplaceAll(u.String(), "-", "")) // they are 32
	return u128FromBytes(digits)
}

func ufidFromNumber(n u128) ufidValue {
	b := n.bytes()
	digits := hex.EncodeToString(b[:])
	u, _ := odp.ParseUFID(strings.Join([]string{digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]}, "-"))
	return ufidValue{u}
}

// parseUFIDValue reads what String returns.
func parseUFIDValue(s string) (scriptValue, error) {
	u, err := odp.ParseUFID(s)
	if err != nil {
		return nil, errForm
	}
	return ufidValue{u}, nil
}

// ufid reads a flow identifier from a field.
func (f fields) ufid(name string) odp.UFID {
	id, err := odp.ParseUFID(f.text(name))
	if err != nil {
		f.bad(name, "%v", err)
	}
	return id
}

func ufidRow() *valueRow {
	return &valueRow{
		class: classUFID, name: "ufid", what: "a flow identifier",
		doc: "The unique identifier of a flow. Equal ones are the same key of a table, and < orders them by their text. The ufid of " +
			"flows and matches is text, not of this class. It is taken wherever its text is.",
		forms:      "text of 32 hex digits in groups of 8-4-4-4-12, the U128 of those digits, or its 16 bytes in memory",
		from:       "string|odp.UFID|odp.U128|odp.U64|odp.Bytes",
		example:    "local id = odp.ufid(odp.u128(7))\ndp:put_flow{ match = m, actions = 2, ufid = id }\nprint(dp:flow{ ufid = id })",
		arithmetic: "a flow identifier has no arithmetic; its number has: id.number + 1",
		of: func(from any) (scriptValue, error) {
			switch v := from.(type) {
			case ufidValue:
				return v, nil
			case string:
				return parseUFIDValue(v)
			case u64, u128:
				n, _ := uintOf(v)
				return ufidFromNumber(n), nil
			case []byte:
				if len(v) == len(odp.UFID{}) {
					return ufidValue{odp.UFID(v)}, nil
				}
			}
			return nil, errForm
		},
		compare: func(a, b scriptValue) int { return a.(ufidValue).number().cmp(b.(ufidValue).number()) },
		props: []*Prop{
			valueProp("number", classU128, "its digits as a number", func(c call, u ufidValue) lua.LValue { return c.rt.newValue(u.number()) }),
			valueProp("bytes", "string", "its 16 bytes in memory, as the kernel has them", func(_ call, u ufidValue) lua.LValue {
				return lua.LString(u.UFID[:])
			}),
		},
	}
}
