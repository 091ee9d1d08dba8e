package luabind

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

const classIP = "odp.IP"

// ipValue is the value of a userdata of class odp.IP: an address without a zone.
type ipValue struct{ netip.Addr }

func (ipValue) class() string { return classIP }

func (ip ipValue) number() u128 { return u128FromBytes(ip.AsSlice()) }

// ipFromNumber returns the address of a version that has the number.
func ipFromNumber(n u128, width int) ipValue {
	b := n.bytes()
	if width == 32 {
		return ipValue{netip.AddrFrom4([4]byte(b[12:]))}
	}
	return ipValue{netip.AddrFrom16(b)}
}

// parseIP reads the text of an address.
func parseIP(s string) (ipValue, error) {
	a, err := netip.ParseAddr(s)
	switch {
	case err != nil:
		return ipValue{}, reason(err)
	case a.Zone() != "":
		return ipValue{}, errors.New("an address without a zone")
	}
	return ipValue{a}, nil
}

// reason is what an error of net/netip says after the function and text, which
// our own messages have.
func reason(err error) error {
	text := err.Error()
	if i := strings.LastIndex(text, "): "); i >= 0 {
		text = text[i+3:]
	}
	return errors.New(text)
}

func ipOf(from any) (scriptValue, error) {
	switch v := from.(type) {
	case ipValue:
		return v, nil
	case prefixValue:
		return ipValue{v.Addr()}, nil
	case string:
		ip, err := parseIP(v)
		return ip, err
	case u64:
		if v >= 1<<32 {
			return nil, errors.New("a number below 2^32 is of IPv4; make one of IPv6 from a U128")
		}
		return ipFromNumber(u128{0, uint64(v)}, 32), nil
	case u128:
		return ipFromNumber(v, 128), nil
	case []byte:
		if a, ok := netip.AddrFromSlice(v); ok {
			return ipValue{a}, nil
		}
		return nil, errors.New("an address has 4 or 16 bytes")
	}
	return nil, errForm
}

func ipCompute(op string, a, b any) (any, error) {
	width := 128
	for _, side := range []any{a, b} {
		if ip, ok := side.(ipValue); ok {
			width = ip.BitLen()
		}
	}
	at := func(v any) (u128, bool) {
		ip, ok := v.(ipValue)
		if !ok {
			return u128{}, false
		}
		return ip.number(), true
	}
	if x, ok := a.(ipValue); ok {
		if y, ok := b.(ipValue); ok && op == "-" && x.BitLen() != y.BitLen() {
			return nil, fmt.Errorf("%s and %s are of different versions", x, y)
		}
	}
	return addressArith(op, a, b, width, at, func(n u128) scriptValue { return ipFromNumber(n, width) })
}

func (ip ipValue) version() int {
	if ip.Is4() {
		return 4
	}
	return 6
}

func ipRow() *valueRow {
	flag := func(name, doc string, get func(a netip.Addr) bool) *Prop {
		return valueProp(name, "boolean", doc, func(_ call, ip ipValue) lua.LValue { return lua.LBool(get(ip.Addr)) })
	}
	row := &valueRow{
		class: classIP, name: "ip", what: "an IP address",
		doc: "An address of IPv4 or IPv6 to calculate with: ip + 1 is the next one, and ip - ip how far they are apart. Equal ones " +
			"are the same key of a table, and < orders them, those of IPv4 first. Fields of packets and matches are text, not of " +
			"this class, so compare texts, or make one of each: odp.ip(pkt.key.ipv4.src) == ip. It is taken wherever its text is.",
		forms: "text such as 10.0.0.1 or fd00::1, a number below 2^32 for IPv4, a U128 for IPv6, 4 or 16 bytes, or a prefix",
		from:  "string|integer|odp.IP|odp.U128|odp.Prefix|odp.Bytes",
		example: "local ip = odp.ip(\"10.0.0.1\")\nprint(ip + 1, ip:masked(8), ip.version, ip:in_prefix(\"10.0.0.0/8\"))\n" +
			"local src = odp.ip{ bytes = pkt.data:sub(27, 30) }",
		arithmetic: "ip + n and ip - n take whole numbers, and ip - ip is a number, or a U128 from 2^53 on",
		opDocs:     []string{"add(integer|odp.U64|odp.U128): odp.IP", "sub(integer|odp.U64|odp.U128): odp.IP", "sub(odp.IP): integer|odp.U128"},
		of:         ipOf,
		compare:    func(a, b scriptValue) int { return a.(ipValue).Compare(b.(ipValue).Addr) },
		compute:    ipCompute,
		props: []*Prop{
			valueProp("version", "integer", "4 or 6", func(_ call, ip ipValue) lua.LValue { return lua.LNumber(ip.version()) }),
			valueProp("number", "integer|odp.U128", "the address as a number, a U128 of IPv6", func(c call, ip ipValue) lua.LValue {
				if ip.Is4() {
					return lua.LNumber(ip.number().lo)
				}
				return c.rt.newValue(ip.number())
			}),
			valueProp("bytes", "string", "its 4 or 16 bytes", func(_ call, ip ipValue) lua.LValue { return lua.LString(ip.AsSlice()) }),
			flag("is_multicast", "whether it is of a group", netip.Addr.IsMulticast),
			flag("is_broadcast", "whether it is 255.255.255.255", func(a netip.Addr) bool { return a == netip.AddrFrom4([4]byte{255, 255, 255, 255}) }),
			flag("is_loopback", "whether it is of the host itself: 127.0.0.0/8 or ::1", netip.Addr.IsLoopback),
			flag("is_link_local", "whether it means something on one link only: 169.254.0.0/16 or fe80::/10", netip.Addr.IsLinkLocalUnicast),
			flag("is_private", "whether it is for private networks: 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or fc00::/7", netip.Addr.IsPrivate),
			flag("is_unspecified", "whether it is 0.0.0.0 or ::", netip.Addr.IsUnspecified),
		},
	}
	row.methods = []*Func{
		{
			Name: "masked",
			Doc:  "The address with its first bits only, or with the bits that a mask has.",
			Params: []Param{{Name: "mask", Type: "integer|string|odp.IP",
				Doc: "how many bits, or the mask as an address of the same version"}},
			Returns: []Param{{Name: "ip", Type: classIP}},
			Example: "print(odp.ip(\"10.1.2.3\"):masked(8))              -- 10.0.0.0\nprint(odp.ip(\"10.1.2.3\"):masked(\"255.0.0.255\"))  -- 10.0.0.3",
			Go: func(c call) int {
				ip := self[ipValue](c)
				if _, isNumber := c.arg(1).(lua.LNumber); isNumber {
					p, _ := ip.Prefix(int(c.uint(1, uint64(ip.BitLen())))) // the length fits
					return c.push(c.rt.newValue(ipValue{p.Addr()}))
				}
				mask := c.valueOf(1, row).(ipValue)
				if mask.BitLen() != ip.BitLen() {
					c.bad(1, "a mask of IPv%d expected, as %s is, got %s", ip.version(), ip, mask)
				}
				return c.push(c.rt.newValue(ipFromNumber(ip.number().and(mask.number()), ip.BitLen())))
			},
		},
		{
			Name:    "in_prefix",
			Doc:     "Whether the address is one of a prefix. One of the other version is not.",
			Params:  []Param{{Name: "prefix", Type: prefixFrom}},
			Returns: []Param{{Name: "inside", Type: "boolean"}},
			Example: "local ip = odp.ip(pkt.key.ipv4.src)\nif ip:in_prefix(\"10.0.0.0/8\") then pkt:forward(2) end",
			Go: func(c call) int {
				ip := self[ipValue](c)
				return c.push(lua.LBool(c.value(1, classPrefix).(prefixValue).Contains(ip.Addr)))
			},
		},
		{
			Name:    "prefix",
			Doc:     "The prefix with this address and a length.",
			Params:  []Param{{Name: "len", Type: "integer", Doc: "how many bits are those of the network"}},
			Returns: []Param{{Name: "prefix", Type: classPrefix}},
			Example: "ns:addr(\"eth0\", odp.ip(\"10.0.0.1\"):prefix(24))",
			Go: func(c call) int {
				ip := self[ipValue](c)
				n := int(c.uint(1, uint64(ip.BitLen())))
				return c.push(c.rt.newValue(prefixValue{netip.PrefixFrom(ip.Addr, n)}))
			},
		},
	}
	return row
}
