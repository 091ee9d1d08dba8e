package luabind

import (
	"fmt"
	"net"
	"net/netip"

	lua "github.com/yuin/gopher-lua"
)

const classMAC = "odp.MAC"

// macValue is the value of a userdata of class odp.MAC.
type macValue [6]byte

func (m macValue) String() string { return net.HardwareAddr(m[:]).String() }
func (macValue) class() string    { return classMAC }
func (m macValue) number() u128   { return u128FromBytes(m[:]) }

func macFromNumber(n u128) scriptValue {
	b := n.bytes()
	return macValue(b[10:])
}

// parseMAC reads the text of an Ethernet address.
func parseMAC(s string) (macValue, bool) {
	b, err := net.ParseMAC(s)
	if err != nil || len(b) != 6 {
		return macValue{}, false
	}
	return macValue(b), true
}

// addressArith is arithmetic on addresses of so many bits: a number on, a number
// back, and how far one is from another. at tells which number an operand has as an
// address of the kind, of gives the address of a number.
func addressArith(op string, a, b any, width int, at func(any) (u128, bool), of func(u128) scriptValue) (any, error) {
	x, left := at(a)
	y, right := at(b)
	switch {
	case left && right && op == "-":
		return distance(a, b, x, y)
	case left && right, !left && !right, op != "+" && !(op == "-" && left):
		return nil, errOperation
	case right:
		x, b = y, a // number + address
	}
	back := op == "-"
	if n, ok := b.(int64); ok && n < 0 {
		b, back = -n, !back
	}
	by, ok := uintOf(b)
	if !ok {
		return nil, errOperation
	}
	var n u128
	if back {
		n, ok = x.sub(by)
	} else {
		n, ok = x.add(by)
	}
	if !ok || n.len() > width {
		return nil, fmt.Errorf("%v %s %v is beyond the last address", a, op, b)
	}
	return of(n), nil
}

// distance is x - y, a number where that is exact.
func distance(a, b any, x, y u128) (any, error) {
	n, positive := x.sub(y)
	if !positive {
		n, _ = y.sub(x)
	}
	switch {
	case n.hi == 0 && n.lo < maxExact && positive:
		return int64(n.lo), nil
	case n.hi == 0 && n.lo < maxExact:
		return -int64(n.lo), nil
	case positive:
		return n, nil
	}
	return nil, fmt.Errorf("%v - %v is less than -2^53; take the former from the latter", a, b)
}

func macRow() *valueRow {
	at := func(v any) (u128, bool) {
		m, ok := v.(macValue)
		return m.number(), ok
	}
	flag := func(name, doc string, get func(m macValue) bool) *Prop {
		return valueProp(name, "boolean", doc, func(_ call, m macValue) lua.LValue { return lua.LBool(get(m)) })
	}
	row := &valueRow{
		class: classMAC, name: "mac", what: "a MAC address",
		doc: "An Ethernet address to calculate with: mac + 1 is the next one, and mac - mac how far they are apart. Equal ones are " +
			"the same key of a table, and < orders them. Fields of packets and matches are text, not of this class, so compare " +
			"texts, or make one of each: odp.mac(pkt.key.eth.src) == mac. It is taken wherever its text is.",
		forms: "text such as 02:00:00:00:00:01, a whole number, or 6 bytes",
		from:  "string|integer|odp.MAC|odp.U64|odp.Bytes",
		example: "local mac = odp.mac(\"02:00:00:00:00:01\")\nfor i = 0, 9 do print(mac + i) end\n" +
			"local src = odp.mac{ bytes = pkt.data:sub(7, 12) }",
		arithmetic: "mac + n and mac - n take whole numbers, and mac - mac is a number",
		opDocs:     []string{"add(integer|odp.U64): odp.MAC", "sub(integer|odp.U64): odp.MAC", "sub(odp.MAC): integer"},
		of: func(from any) (scriptValue, error) {
			switch v := from.(type) {
			case macValue:
				return v, nil
			case string:
				if m, ok := parseMAC(v); ok {
					return m, nil
				}
				return nil, errForm
			case u64, u128, []byte:
				n, err := fieldNumber(v, 48)
				return macFromNumber(n), err
			}
			return nil, errForm
		},
		compare: func(a, b scriptValue) int { return a.(macValue).number().cmp(b.(macValue).number()) },
		compute: func(op string, a, b any) (any, error) { return addressArith(op, a, b, 48, at, macFromNumber) },
		props: []*Prop{
			valueProp("number", "integer", "the address as a number", func(_ call, m macValue) lua.LValue { return lua.LNumber(m.number().lo) }),
			valueProp("bytes", "string", "its 6 bytes", func(_ call, m macValue) lua.LValue { return lua.LString(m[:]) }),
			flag("is_multicast", "whether it is of a group, as the broadcast address is", func(m macValue) bool { return m[0]&1 != 0 }),
			flag("is_broadcast", "whether it is ff:ff:ff:ff:ff:ff", func(m macValue) bool { return m.number() == lowBits(48) }),
			flag("is_local", "whether it was chosen locally, not by the maker of the device", func(m macValue) bool { return m[0]&2 != 0 }),
		},
	}
	row.methods = []*Func{
		{
			Name:    "masked",
			Doc:     "The address with only the bits that a mask has.",
			Params:  []Param{{Name: "mask", Type: row.from, Doc: "as an address"}},
			Returns: []Param{{Name: "mac", Type: classMAC}},
			Example: "local maker = mac:masked(\"ff:ff:ff:00:00:00\")",
			Go: func(c call) int {
				m, mask := self[macValue](c), c.valueOf(1, row).(macValue)
				return c.push(c.rt.newValue(macFromNumber(m.number().and(mask.number()))))
			},
		},
		{
			Name:    "link_local",
			Doc:     "The IPv6 link-local address that a device with this address gives itself (EUI-64).",
			Returns: []Param{{Name: "ip", Type: classIP}},
			Example: "print(odp.mac(\"02:00:00:00:00:01\"):link_local())  -- fe80::ff:fe00:1",
			Go: func(c call) int {
				m := self[macValue](c)
				a := [16]byte{0: 0xfe, 1: 0x80, 8: m[0] ^ 2, 9: m[1], 10: m[2], 11: 0xff, 12: 0xfe, 13: m[3], 14: m[4], 15: m[5]}
				return c.push(c.rt.newValue(ipValue{netip.AddrFrom16(a)}))
			},
		},
	}
	return row
}
