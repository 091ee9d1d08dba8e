package luabind

import (
	"fmt"
	"strings"

	"github.com/gopacket/gopacket/layers"

	"github.com/go-odp/odp/odp"
)

// frameKeyFunc is packet.key.
func frameKeyFunc() *Func {
	return &Func{
		Name: "key",
		Doc: "What a datapath reads of a frame: the fields that a flow can match, for match:matches. What it knows besides, such as in_port, is " +
			"not in it.",
		Params:  []Param{{Name: "bytes", Type: "string", Doc: "a frame that begins with its Ethernet header"}},
		Returns: []Param{{Name: "key", Type: classKey}},
		Example: "local arp = odp.match{ eth_type = 0x0806 }\nif arp:matches(packet.key(frame)) then print(\"ARP\") end",
		Go: func(c call) int {
			key, err := frameKey([]byte(c.string(1)))
			if err != nil {
				c.bad(1, "%v", err)
			}
			return c.push(c.rt.newKey(key))
		},
	}
}

// frameKey is the key of a frame with an Ethernet header.
func frameKey(data []byte) (odp.Attrs, error) {
	if len(data) < ethernetLength {
		return nil, fmt.Errorf("a frame of %d bytes or more expected, got %d", ethernetLength, len(data))
	}
	f := dissectFrame(data, frameLayerNamed("eth"), nil)
	m, err := odp.ParseMatch(keyText(f.headers), nil)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.text(), err) // it would be a fault of keyText
	}
	return m.Key, nil
}

// What the kernel's own reading of a frame stops at.
const (
	maxKeyTags   = 2
	maxKeyLabels = 3
	minEtherType = 0x600 // below, it is a length
)

// keyText is the key that the headers of a frame give, as Open vSwitch text.
func keyText(headers []*frameHeader) string {
	eth := headers[0]
	text := eth.keyPart("eth", "src", "dst")
	typ := uint16(eth.h.(*layers.Ethernet).EthernetType)
	ends := ""
	rest := headers[1:]
	for tags := 0; tags < maxKeyTags && len(rest) > 0 && rest[0].row.name == "vlan"; tags++ {
		text += fmt.Sprintf(",eth_type(%#x),%s,encap(", typ, rest[0].keyPart("vlan", "vid", "pcp"))
		typ = uint16(rest[0].h.(*vlanTag).Type)
		ends += ")"
		rest = rest[1:]
	}
	var parts []string
	if typ >= minEtherType {
		parts = append(parts, fmt.Sprintf("eth_type(%#x)", typ))
	}
	parts = append(parts, networkParts(rest)...)
	if strings.HasSuffix(text, "(") {
		return text + strings.Join(parts, ",") + ends
	}
	return strings.Join(append([]string{text}, parts...), ",")
}

// networkParts are the keys of the headers behind Ethernet and tags.
func networkParts(headers []*frameHeader) (parts []string) {
	if len(headers) == 0 {
		return nil
	}
	h := headers[0]
	switch h.row.name {
	case "mpls":
		var labels []string
		for _, entry := range headers {
			if entry.row == h.row && len(labels) < maxKeyLabels {
				labels = append(labels, entry.keyFields("label", "tc", "ttl", "bos"))
			}
		}
		return []string{"mpls(" + strings.Join(labels, ",") + ")"}
	case "arp":
		return []string{h.keyPart("arp", "sip", "tip", "op", "sha", "tha")}
	case "nsh":
		return []string{h.keyPart("nsh", "flags", "ttl", "mdtype", "np", "spi", "si", "c1", "c2", "c3", "c4")}
	case "ipv4":
		ip := h.h.(*layers.IPv4)
		frag := fragmentText(ip.FragOffset != 0, ip.Flags&layers.IPv4MoreFragments != 0)
		text := fmt.Sprintf("ipv4(%s,frag=%s)", h.keyFields("src", "dst", "proto", "tos", "ttl"), frag)
		return append([]string{text}, transportParts(headers[1:])...)
	case "ipv6":
		proto, frag, rest := h.h.(*layers.IPv6).NextHeader, fragmentText(false, false), headers[1:]
		for len(rest) > 0 && rest[0].row.name == "ipv6_ext" {
			e := rest[0].h.(*extension)
			if e.kind == extFragment {
				frag = fragmentText(e.later(), len(e.data) >= 2 && e.data[1]&1 != 0)
			}
			if proto, rest = layers.IPProtocol(e.next), rest[1:]; e.later() {
				proto = extFragment // the kernel reads no further
			}
		}
		text := fmt.Sprintf("ipv6(%s,proto=%d,frag=%s)", h.keyFields("src", "dst", "label", "tclass", "hlimit"), proto, frag)
		return append([]string{text}, transportParts(rest)...)
	}
	return nil
}

func fragmentText(later, more bool) string {
	switch {
	case later:
		return "later"
	case more:
		return "first"
	}
	return "no"
}

// transportParts are the keys of the headers behind IP.
func transportParts(headers []*frameHeader) []string {
	if len(headers) == 0 {
		return nil
	}
	h := headers[0]
	switch h.row.name {
	case "tcp":
		flags := h.row.field("flags")
		text := "0"
		if v := flags.get(h.h); v != uint64(0) {
			text = flags.text(v)
		}
		return []string{h.keyPart("tcp", "src", "dst"), "tcp_flags(" + text + ")"}
	case "udp", "sctp":
		return []string{h.keyPart(h.row.name, "src", "dst")}
	case "icmp":
		return []string{h.keyPart("icmp", "type", "code")}
	case "icmpv6":
		parts := []string{h.keyPart("icmpv6", "type", "code")}
		if len(headers) > 1 && headers[1].row.name == "nd" && h.row.field("code").get(h.h) == uint64(0) {
			parts = append(parts, headers[1].keyPart("nd", "target", "sll", "tll"))
		}
		return parts
	}
	return nil
}

// keyPart is a key made of fields of the header that have the same names.
func (h *frameHeader) keyPart(key string, names ...string) string {
	return key + "(" + h.keyFields(names...) + ")"
}

func (h *frameHeader) keyFields(names ...string) string {
	var list []string
	for _, name := range names {
		f := h.row.field(name)
		if v := f.get(h.h); v != nil {
			list = append(list, name+"="+f.text(v))
		}
	}
	return strings.Join(list, ",")
}
