package luabind

import (
	"errors"
	"fmt"
	"math/bits"
	"net/netip"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

const (
	classPrefix = "odp.Prefix"
	prefixFrom  = "string|odp.Prefix|odp.IP"
)

// prefixValue is the value of a userdata of class odp.Prefix. Its address may have
// bits after the prefix, as that of an interface has.
type prefixValue struct{ netip.Prefix }

func (prefixValue) class() string { return classPrefix }

// first and last are its addresses, the network's own and broadcast included.
func (p prefixValue) first() ipValue { return ipValue{p.Masked().Addr()} }

func (p prefixValue) last() ipValue {
	host := lowBits(p.Addr().BitLen() - p.Bits())
	return ipFromNumber(p.first().number().or(host), p.Addr().BitLen())
}

// prefixMask is the mask of a prefix of length n, as an address of so many bits.
func prefixMask(n, width int) ipValue {
	return ipFromNumber(lowBits(width).xor(lowBits(width-n)), width)
}

// hosts are the first and last address that hosts may have: of IPv4 not the
// network's own and its broadcast address, of IPv6 not that of any router
// (RFC 4291, 2.6.1). A prefix of one or two addresses has nothing but hosts.
func (p prefixValue) hosts() (first, last ipValue) {
	first, last = p.first(), p.last()
	if p.Addr().BitLen()-p.Bits() > 1 {
		first = ipValue{first.Next()}
		if first.Is4() {
			last = ipValue{last.Prev()}
		}
	}
	return first, last
}

// parsePrefix reads ADDRESS, ADDRESS/LENGTH or ADDRESS/MASK, as OVS text has them.
func parsePrefix(s string) (scriptValue, error) {
	text, length, found := strings.Cut(s, "/")
	ip, err := parseIP(text)
	if err != nil {
		return nil, err
	}
	n := ip.BitLen()
	if found {
		if n, err = maskLength(ip, length); err != nil {
			return nil, err
		}
	}
	return prefixValue{netip.PrefixFrom(ip.Addr, n)}, nil
}

// maskLength reads what follows the slash.
func maskLength(ip ipValue, text string) (int, error) {
	if n, err := strconv.ParseUint(text, 10, 8); err == nil && !strings.HasPrefix(text, "0") || text == "0" {
		if int(n) > ip.BitLen() {
			return 0, fmt.Errorf("the length is more than %d", ip.BitLen())
		}
		return int(n), nil
	}
	mask, err := parseIP(text)
	switch {
	case err != nil:
		return 0, fmt.Errorf("a length from 0 to %d, or a mask, is to follow the slash", ip.BitLen())
	case mask.BitLen() != ip.BitLen():
		return 0, errors.New("address and mask are of different versions")
	}
	n := leadingOnes(mask.AsSlice())
	if mask != prefixMask(n, ip.BitLen()) {
		return 0, errors.New("the mask is not one of a prefix, with all its bits in front")
	}
	return n, nil
}

func leadingOnes(b []byte) (n int) {
	for _, x := range b {
		k := bits.LeadingZeros8(^x)
		if n += k; k < 8 {
			break
		}
	}
	return n
}

func prefixOf(from any) (scriptValue, error) {
	switch v := from.(type) {
	case prefixValue:
		return v, nil
	case ipValue:
		return prefixValue{netip.PrefixFrom(v.Addr, v.BitLen())}, nil
	case string:
		return parsePrefix(v)
	}
	return nil, errForm
}

func prefixRow() *valueRow {
	address := func(name, doc string, get func(p prefixValue) ipValue) *Prop {
		return valueProp(name, classIP, doc, func(c call, p prefixValue) lua.LValue { return c.rt.newValue(get(p)) })
	}
	row := &valueRow{
		class: classPrefix, name: "prefix", what: "an IP prefix",
		doc: "An address of IPv4 or IPv6 with the length of its prefix: a network, or the address of an interface in one. The bits " +
			"after the prefix are kept, so 10.0.0.1/24 and 10.0.0.0/24 are not equal, though they have the same addresses; " +
			"p.network has none of them. Equal ones are the same key of a table, and < orders them. It is taken wherever its " +
			"text is: { ipv4 = { dst = odp.prefix(\"10.0.0.0/8\") } }.",
		forms: "text such as 10.0.0.0/8, 10.0.0.0/255.0.0.0 or fd00::/64, or an address, with a length or alone",
		from:  prefixFrom,
		example: "local p = odp.prefix(\"10.0.0.0/30\")\nfor ip in p:hosts() do print(ip) end\n" +
			"print(p:contains(\"10.0.0.2\"), p.first, p.last, p.mask)\nprint(odp.prefix(\"10.0.0.1\", 24))",
		arithmetic: "a prefix has no arithmetic; its addresses have: p.first + 1",
		extra:      []Param{{Name: "len", Type: "integer", Doc: "length of the prefix, in place of the one in value", Optional: true}},
		second: func(c call, v scriptValue) scriptValue {
			p := v.(prefixValue)
			if c.isNil(2) {
				return p
			}
			return prefixValue{netip.PrefixFrom(p.Addr(), int(c.uint(2, uint64(p.Addr().BitLen()))))}
		},
		of:      prefixOf,
		compare: func(a, b scriptValue) int { return comparePrefixes(a.(prefixValue), b.(prefixValue)) },
		props: []*Prop{
			address("address", "its address, with the bits after the prefix", func(p prefixValue) ipValue { return ipValue{p.Addr()} }),
			valueProp("len", "integer", "its length in bits", func(_ call, p prefixValue) lua.LValue { return lua.LNumber(p.Bits()) }),
			valueProp("version", "integer", "4 or 6", func(_ call, p prefixValue) lua.LValue { return lua.LNumber(ipValue{p.Addr()}.version()) }),
			address("first", "its first address, that of the network", prefixValue.first),
			address("last", "its last address, of IPv4 that for broadcasts", prefixValue.last),
			address("mask", "its mask as an address", func(p prefixValue) ipValue {
				return prefixMask(p.Bits(), p.Addr().BitLen())
			}),
			valueProp("size", "integer|odp.U128", "how many addresses it has, a U128 from 2^53 on", func(c call, p prefixValue) lua.LValue {
				size, ok := lowBits(p.Addr().BitLen() - p.Bits()).add(u128{0, 1})
				switch {
				case !ok:
					c.raiseArgument("%s has 2^128 addresses, which no number here can hold", p)
				case size.hi == 0:
					return c.rt.integer(size.lo)
				}
				return c.rt.newValue(size)
			}),
			valueProp("network", classPrefix, "the prefix without bits after it", func(c call, p prefixValue) lua.LValue {
				return c.rt.newValue(prefixValue{p.Masked()})
			}),
		},
	}
	row.methods = prefixMethods(row)
	return row
}

// comparePrefixes orders by version, network and length.
func comparePrefixes(a, b prefixValue) int {
	if n := a.Masked().Compare(b.Masked()); n != 0 {
		return n
	}
	return a.Addr().Compare(b.Addr())
}

func prefixMethods(row *valueRow) []*Func {
	return []*Func{
		{
			Name:    "contains",
			Doc:     "Whether every address of the other prefix, or the address, is one of this.",
			Params:  []Param{{Name: "other", Type: prefixFrom}},
			Returns: []Param{{Name: "contains", Type: "boolean"}},
			Example: "print(odp.prefix(\"10.0.0.0/8\"):contains(\"10.1.0.0/16\"))  -- true",
			Go: func(c call) int {
				p, other := self[prefixValue](c), c.valueOf(1, row).(prefixValue)
				return c.push(lua.LBool(other.Bits() >= p.Bits() && p.Contains(other.Addr())))
			},
		},
		{
			Name:    "overlaps",
			Doc:     "Whether there is an address that is of both.",
			Params:  []Param{{Name: "other", Type: prefixFrom}},
			Returns: []Param{{Name: "overlaps", Type: "boolean"}},
			Example: "print(odp.prefix(\"10.1.0.0/16\"):overlaps(\"10.0.0.0/8\"))  -- true",
			Go: func(c call) int {
				p, other := self[prefixValue](c), c.valueOf(1, row).(prefixValue)
				return c.push(lua.LBool(p.Overlaps(other.Prefix)))
			},
		},
		{
			Name: "hosts",
			Doc: "The addresses that hosts may have, for a for loop: of IPv4 without the first, which is that of the network, and the " +
				"last, for broadcasts; of IPv6 without the first, which is that of any router.",
			Returns: []Param{{Name: "hosts", Type: "fun(): odp.IP?"}},
			Example: "for ip in odp.prefix(\"10.0.0.0/29\"):hosts() do print(ip) end",
			Go: func(c call) int {
				next, last := self[prefixValue](c).hosts()
				done := false
				return c.push(c.iterator(func(c call) int {
					if done {
						return c.push(lua.LNil)
					}
					ip := next
					done, next = ip == last, ipValue{ip.Next()}
					return c.push(c.rt.newValue(ip))
				}))
			},
		},
		{
			Name:    "host",
			Doc:     "One of its hosts: 1 is the first, -1 the last.",
			Params:  []Param{{Name: "n", Type: "integer|odp.U64|odp.U128"}},
			Returns: []Param{{Name: "ip", Type: classIP}},
			Example: "local router = odp.prefix(\"10.0.0.0/24\"):host(1)  -- 10.0.0.1",
			Go: func(c call) int {
				p := self[prefixValue](c)
				first, last := p.hosts()
				room, _ := last.number().sub(first.number()) // how far from the first the last one is
				n := operand(c.arg(1))
				from, back := first.number(), false
				if i, ok := n.(int64); ok && i < 0 {
					n, from, back = -i, last.number(), true
				}
				count, ok := uintOf(n)
				count, positive := count.sub(u128{0, 1})
				if !ok || !positive || count.cmp(room) > 0 {
					c.bad(1, "the number of one of the hosts of %s expected, got %s", p, c.rt.describe(c.arg(1)))
				}
				at, _ := from.add(count)
				if back {
					at, _ = from.sub(count)
				}
				return c.push(c.rt.newValue(ipFromNumber(at, p.Addr().BitLen())))
			},
		},
		{
			Name:    "subnets",
			Doc:     "The prefixes of a longer length that it is made of, for a for loop.",
			Params:  []Param{{Name: "len", Type: "integer", Doc: "the prefix length of each"}},
			Returns: []Param{{Name: "subnets", Type: "fun(): odp.Prefix?"}},
			Example: "for p in odp.prefix(\"10.0.0.0/22\"):subnets(24) do print(p) end",
			Go: func(c call) int {
				p := self[prefixValue](c)
				width := p.Addr().BitLen()
				n := int(c.uint(1, uint64(width)))
				if n < p.Bits() {
					c.bad(1, "a length from %d, that of %s, expected, got %d", p.Bits(), p, n)
				}
				step := u128{0, 1}.lshift(uint(width - n))
				next, last, done := p.first().number(), p.last().number(), false
				return c.push(c.iterator(func(c call) int {
					if done {
						return c.push(lua.LNil)
					}
					sub := prefixValue{netip.PrefixFrom(ipFromNumber(next, width).Addr, n)}
					done = n == 0 || sub.last().number() == last
					next, _ = next.add(step)
					return c.push(c.rt.newValue(sub))
				}))
			},
		},
	}
}

// iterator is the function that a for loop calls for its next values.
func (c call) iterator(next func(c call) int) lua.LValue {
	return c.L.NewFunction(c.rt.protect(&Func{Name: c.row.Name, owner: c.row.owner, Go: next}))
}
