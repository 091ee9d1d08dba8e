package luabind

import (
	"slices"
	"time"

	"github.com/vishvananda/netlink"
	lua "github.com/yuin/gopher-lua"
	"golang.org/x/sys/unix"
)

var addressFlags = names{
	{unix.IFA_F_TEMPORARY, "temporary"}, {unix.IFA_F_NODAD, "nodad"}, {unix.IFA_F_OPTIMISTIC, "optimistic"}, {unix.IFA_F_DADFAILED, "dadfailed"},
	{unix.IFA_F_HOMEADDRESS, "home"}, {unix.IFA_F_DEPRECATED, "deprecated"}, {unix.IFA_F_TENTATIVE, "tentative"}, {unix.IFA_F_PERMANENT, "permanent"},
	{unix.IFA_F_MANAGETEMPADDR, "managetempaddr"}, {unix.IFA_F_NOPREFIXROUTE, "noprefixroute"}, {unix.IFA_F_MCAUTOJOIN, "autojoin"},
	{unix.IFA_F_STABLE_PRIVACY, "stable-privacy"},
}

// forever is how the kernel writes a lifetime without an end.
const forever = maxUint32

const addressForm = "with prefix length: 10.0.0.1/24"

// addressMethods are the methods of a link about its addresses.
func addressMethods() []*Func {
	address := Param{Name: "address", Type: netType, Doc: addressForm}
	return []*Func{
		{
			Name:    "addr",
			Doc:     "Give the device an address.",
			Params:  []Param{address, {Name: "opts", Type: "net.AddressOptions", Optional: true}},
			Returns: []Param{{Name: "link", Type: classLink}},
			Example: "link:addr(\"10.0.0.1/24\"):addr(\"fd00::1/64\")",
			Go: func(c call) int {
				self[*linkValue](c).addAddress(c, 1, c.fields(2, "net.AddressOptions"))
				return c.push(c.L.Get(1))
			},
		},
		{
			Name:    "delete_addr",
			Doc:     "Take an address from the device.",
			Params:  []Param{address},
			Returns: []Param{{Name: "link", Type: classLink}},
			Example: "link:delete_addr(\"10.0.0.1/24\")",
			Go: func(c call) int {
				addr := c.addressArg(1)
				self[*linkValue](c).do(c, "delete address "+prefixText(addr.IPNet)+" of", func(link netlink.Link) error { return netlink.AddrDel(link, addr) })
				return c.push(c.L.Get(1))
			},
		},
		{
			Name:    "flush_addrs",
			Doc:     "Take all addresses from the device, of IPv4, IPv6 or both.",
			Params:  []Param{{Name: "family", Type: families.typ(), Optional: true}},
			Returns: []Param{{Name: "link", Type: classLink}},
			Example: "link:flush_addrs(\"ipv6\")",
			Go: func(c call) int {
				l, family := self[*linkValue](c), c.family(1)
				for _, a := range l.listAddresses(c, family) {
					l.do(c, "delete address "+prefixText(a.IPNet)+" of", func(link netlink.Link) error {
						err := netlink.AddrDel(link, &a)
						if err == unix.EADDRNOTAVAIL {
							return nil // it went with the one that it was secondary to
						}
						return err
					})
				}
				return c.push(c.L.Get(1))
			},
		},
	}
}

// family returns the address family named in argument n, of both if there is none.
func (c call) family(n int) int {
	if c.isNil(n) {
		return netlink.FAMILY_ALL
	}
	name := c.string(n)
	for _, f := range families {
		if f.text == name {
			return f.n
		}
	}
	c.bad(n, "ipv4 or ipv6 expected, got %q", name)
	return 0
}

// addressArg reads argument n.
func (c call) addressArg(n int) *netlink.Addr {
	text, ok := valueText(c.arg(n))
	if !ok {
		c.expected(n, "address with prefix length")
	}
	p, err := parseNetwork(text)
	if err != nil {
		c.bad(n, "%v", err)
	}
	return &netlink.Addr{IPNet: p}
}

func (l *linkValue) addAddress(c call, n int, f fields) {
	addr := c.addressArg(n)
	if addr.IP.To4() == nil && !f.bool("dad") {
		// The address is to be usable at once, not seconds later.
		addr.Flags |= unix.IFA_F_NODAD
	}
	if f.has("noprefixroute") && f.bool("noprefixroute") {
		addr.Flags |= unix.IFA_F_NOPREFIXROUTE
	}
	if f.has("peer") {
		peer, err := parseNetwork(f.text("peer"))
		if err != nil {
			f.bad("peer", "%v", err)
		}
		if len(peer.IP) != len(addr.IP) {
			f.bad("peer", "an address of the same family as %s expected, got %s", ipText(addr.IP), ipText(peer.IP))
		}
		addr.Peer = peer
	}
	addr.Scope = f.named("scope", addrScopes, 255, unix.RT_SCOPE_UNIVERSE)
	addr.Label = f.optString("label", "")
	addr.Broadcast = f.address("broadcast")
	addr.ValidLft = f.lifetime("valid_lifetime")
	addr.PreferedLft = f.lifetime("preferred_lifetime")
	switch {
	case addr.ValidLft == 0 && addr.PreferedLft != 0:
		addr.ValidLft = forever
	case addr.ValidLft != 0 && addr.PreferedLft == 0:
		addr.PreferedLft = addr.ValidLft
	}
	l.do(c, "address "+prefixText(addr.IPNet)+" of", func(link netlink.Link) error { return netlink.AddrAdd(link, addr) })
}

// lifetime reads a field of whole seconds, 0 if it is not given.
func (f fields) lifetime(name string) int {
	d := f.seconds(name, 0)
	if d == 0 && f.has(name) || d%time.Second != 0 {
		f.expected(name, "whole number of seconds from 1 on")
	}
	return int(d / time.Second)
}

// listAddresses reads the device's addresses.
func (l *linkValue) listAddresses(c call, family int) []netlink.Addr {
	link := l.get(c)
	list, err := dump(c, l.ns, func() ([]netlink.Addr, error) { return netlink.AddrList(link, family) })
	c.raise(l.wrap("addresses", err))
	return slices.DeleteFunc(list, func(a netlink.Addr) bool { return a.IPNet == nil })
}

// linkAddresses is the property addresses.
func linkAddresses(c call) lua.LValue {
	l := self[*linkValue](c)
	t := c.L.NewTable()
	for _, a := range l.listAddresses(c, netlink.FAMILY_ALL) {
		t.Append(c.rt.addressRecord(&a, lua.LString(l.name)))
	}
	return t
}

// addressRecord is an address as Lua shows it.
func (rt *Runtime) addressRecord(a *netlink.Addr, dev lua.LValue) lua.LValue {
	lifetime := func(seconds int) lua.LValue {
		if seconds == 0 || uint32(seconds) == forever {
			return lua.LNil
		}
		return lua.LNumber(seconds)
	}
	family := unix.AF_INET6
	if a.IP.To4() != nil {
		family = unix.AF_INET
	}
	values := map[string]lua.LValue{
		"address": lua.LString(prefixText(a.IPNet)), "ip": addressValue(a.IP), "dev": dev, "family": families.value(family),
		"scope": addrScopes.value(a.Scope), "flags": addressFlags.flags(rt, a.Flags), "broadcast": addressValue(a.Broadcast),
		"valid_lifetime": lifetime(a.ValidLft), "preferred_lifetime": lifetime(a.PreferedLft),
	}
	if a.Peer != nil {
		values["peer"] = lua.LString(prefixText(a.Peer))
	}
	if a.Label != "" {
		values["label"] = lua.LString(a.Label)
	}
	return rt.record("net.Address", values)
}

func addressShapes() []*Shape {
	lifetimes := []Param{
		optParam("valid_lifetime", "integer", "seconds until it goes; nil for never"),
		optParam("preferred_lifetime", "integer", "seconds until it is no longer chosen to send from; nil for never"),
	}
	return []*Shape{
		{Name: "net.AddressOptions", Doc: "Options of link:addr.", Fields: append([]Param{
			optParam("peer", netType, "the address of the other end of a link with two ends, with prefix length"),
			optParam("broadcast", ipType, "the broadcast address; the last of the network if not given"),
			optParam("scope", addrScopes.typ()+"|integer", "how far it is known; global if not given"),
			optParam("label", "string", "a name for it, which begins with that of the device"),
			optParam("dad", "boolean", "look for duplicates of an IPv6 address first, and use it seconds later"),
			optParam("noprefixroute", "boolean", "add no route for its network"),
		}, lifetimes...)},
		{Name: "net.Address", Doc: "An address of a network device.", Fields: append([]Param{
			{Name: "address", Type: "string", Doc: addressForm},
			{Name: "ip", Type: "string", Doc: "without it"},
			{Name: "dev", Type: "string|integer", Doc: "the device's name, or its number if it is gone"},
			{Name: "family", Type: families.typ(), Doc: "of the address"},
			{Name: "scope", Type: addrScopes.typ() + "|integer", Doc: "how far it is known"},
			{Name: "flags", Type: "string[]", Doc: "\"permanent\", \"nodad\", \"tentative\", ..."},
			optParam("peer", "string", "the address of the other end, with prefix length"),
			optParam("broadcast", "string", "the broadcast address of its network"),
			optParam("label", "string", "the name that it was given"),
		}, lifetimes...)},
	}
}
