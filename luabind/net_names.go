package luabind

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"
	"golang.org/x/sys/unix"
)

// names are what the numbers of one kind are called, as `ip` calls them.
type names []constant

type constant struct {
	n    int
	text string
}

// text is what n is called: a number that has no name is written as one.
func (l names) text(n int) string {
	for _, e := range l {
		if e.n == n {
			return e.text
		}
	}
	return strconv.Itoa(n)
}

func (l names) list() []string {
	var list []string
	for _, e := range l {
		list = append(list, e.text)
	}
	return list
}

// typ is the type of such a name in annotations.
func (l names) typ() string { return `"` + strings.Join(l.list(), `"|"`) + `"` }

// flags are the names of the bits of n.
func (l names) flags(rt *Runtime, n int) *lua.LTable {
	t := rt.L.NewTable()
	for _, e := range l {
		if n&e.n != 0 {
			t.Append(lua.LString(e.text))
		}
	}
	return t
}

// named reads a field that is one of the names or, with a limit, a number.
func (f fields) named(name string, l names, limit uint64, absent int) int {
	if !f.has(name) {
		return absent
	}
	if s, ok := f.get(name).(lua.LString); ok {
		for _, e := range l {
			if e.text == string(s) {
				return e.n
			}
		}
		f.bad(name, "unknown name '%s'%s", string(s), didYouMean(string(s), l.list()))
	}
	if limit == 0 {
		f.expected(name, "one of the names "+strings.Join(l.list(), ", "))
	}
	return int(f.uint(name, limit, 0))
}

// value is how a number of that kind is shown: by its name, if it has one.
func (l names) value(n int) lua.LValue {
	if slices.ContainsFunc(l, func(e constant) bool { return e.n == n }) {
		return lua.LString(l.text(n))
	}
	return lua.LNumber(n)
}

// What addresses are written as.
const (
	ipType     = "string|" + classIP
	prefixType = "string|" + classPrefix
	macType    = "string|" + classMAC
	netType    = prefixType + "|" + classIP // a network, or one address
)

var (
	families    = names{{unix.AF_INET, "ipv4"}, {unix.AF_INET6, "ipv6"}}
	routeTables = names{{unix.RT_TABLE_MAIN, "main"}, {unix.RT_TABLE_LOCAL, "local"}, {unix.RT_TABLE_DEFAULT, "default"}}
	addrScopes  = names{{unix.RT_SCOPE_UNIVERSE, "global"}, {unix.RT_SCOPE_SITE, "site"}, {unix.RT_SCOPE_LINK, "link"},
		{unix.RT_SCOPE_HOST, "host"}, {unix.RT_SCOPE_NOWHERE, "nowhere"}}
)

// address reads a field with an IP address.
func (f fields) address(name string) net.IP {
	if !f.has(name) {
		return nil
	}
	ip, err := parseAddress(f.text(name))
	if err != nil {
		f.bad(name, "%v", err)
	}
	return ip
}

// parseAddress reads an IP address. One of IPv4 has 4 bytes.
func parseAddress(s string) (net.IP, error) {
	a, err := parseIP(s)
	if err != nil {
		return nil, fmt.Errorf("an IP address such as 10.0.0.1 or fd00::1 expected, got %q", s)
	}
	return a.AsSlice(), nil
}

// ipText is the text of an address, empty if there is none.
func ipText(ip net.IP) string {
	a, ok := netip.AddrFromSlice(ip)
	if !ok {
		return ""
	}
	return a.String()
}

// addressValue is an address as Lua shows it: nil if there is none.
func addressValue(ip net.IP) lua.LValue {
	if s := ipText(ip); s != "" {
		return lua.LString(s)
	}
	return lua.LNil
}

// ip reads argument n.
func (c call) ip(n int) net.IP {
	text, ok := valueText(c.arg(n))
	if !ok {
		c.expected(n, "IP address")
	}
	ip, err := parseAddress(text)
	if err != nil {
		c.bad(n, "%v", err)
	}
	return ip
}

// parseNetwork reads an address with prefix length. Without one, it is whole.
func parseNetwork(s string) (*net.IPNet, error) {
	text, length, sliced := strings.Cut(s, "/")
	ip, err := parseAddress(text)
	bits := 8 * len(ip)
	ones := bits
	if err == nil && sliced {
		ones, err = strconv.Atoi(length)
	}
	if err != nil || ones < 0 || ones > bits {
		return nil, fmt.Errorf("an address with prefix length such as 10.0.0.1/24 or fd00::1/64 expected, got %q", s)
	}
	return &net.IPNet{IP: ip, Mask: net.CIDRMask(ones, bits)}, nil
}

// prefixText is the text of an address with prefix length.
func prefixText(p *net.IPNet) string {
	ones, _ := p.Mask.Size()
	return ipText(p.IP) + "/" + strconv.Itoa(ones)
}

// mac reads a field with an Ethernet address.
func (f fields) mac(name string) net.HardwareAddr {
	if !f.has(name) {
		return nil
	}
	mac, ok := parseMAC(f.text(name))
	if !ok {
		f.expected(name, "Ethernet address such as 02:00:00:00:00:01")
	}
	return mac[:]
}

// hardwareValue is a hardware address as Lua shows it: nil if there is none.
func hardwareValue(mac net.HardwareAddr) lua.LValue {
	if len(mac) == 0 {
		return lua.LNil
	}
	return lua.LString(mac.String())
}
