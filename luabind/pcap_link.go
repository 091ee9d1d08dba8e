package luabind

import (
	"github.com/gopacket/gopacket/layers"
	lua "github.com/yuin/gopher-lua"
)

// linkTypes are the link types that have a name here; others are their numbers.
var linkTypes = []struct {
	name string
	link layers.LinkType
}{
	{"null", layers.LinkTypeNull}, {"ethernet", layers.LinkTypeEthernet}, {"raw", layers.LinkTypeRaw},
	{"ieee802_11", layers.LinkTypeIEEE802_11}, {"linux_sll", layers.LinkTypeLinuxSLL}, {"linux_sll2", layers.LinkTypeLinuxSLL2},
	{"ipv4", layers.LinkTypeIPv4}, {"ipv6", layers.LinkTypeIPv6},
}

const linkTypeType = `"ethernet"|"raw"|"null"|"ieee802_11"|"linux_sll"|"linux_sll2"|"ipv4"|"ipv6"|integer`

func linkTypeValue(link layers.LinkType) lua.LValue {
	for _, l := range linkTypes {
		if l.link == link {
			return lua.LString(l.name)
		}
	}
	return lua.LNumber(link)
}

// linkType reads a field that is a link type.
func (f fields) linkType(name string, absent layers.LinkType) layers.LinkType {
	if !f.has(name) {
		return absent
	}
	var names []string
	for _, l := range linkTypes {
		if f.get(name) == lua.LString(l.name) {
			return l.link
		}
		names = append(names, l.name)
	}
	if s, ok := f.get(name).(lua.LString); ok {
		f.bad(name, "unknown link type '%s'%s", string(s), didYouMean(string(s), names))
	}
	return layers.LinkType(f.uint(name, 1<<16-1, 0))
}
