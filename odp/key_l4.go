package odp

import "github.com/go-odp/odp/odp/internal/ovsh"

// portFields are the ports of TCP, UDP and SCTP.
var portFields = []Field{
	{Name: "src", Off: 0, Width: 2, Kind: KindDec, Doc: "source port"},
	{Name: "dst", Off: 2, Width: 2, Kind: KindDec, Doc: "destination port"},
}

// icmpFields are the first two bytes of ICMP and ICMPv6.
var icmpFields = []Field{
	{Name: "type", Off: 0, Width: 1, Kind: KindDec, Doc: "message type"},
	{Name: "code", Off: 1, Width: 1, Kind: KindDec, Doc: "message code"},
}

var tcpFlags = []NamedValue{
	{"fin", 0x001}, {"syn", 0x002}, {"rst", 0x004}, {"psh", 0x008}, {"ack", 0x010}, {"urg", 0x020},
	{"ece", 0x040}, {"cwr", 0x080}, {"ns", 0x100}, {"[200]", 0x200}, {"[400]", 0x400}, {"[800]", 0x800},
}

// overIP is the condition that the IP protocol is proto.
func overIP(proto uint64) []Condition {
	return []Condition{{"ipv4.proto", proto}, {"ipv6.proto", proto}}
}

// laterFragments have no transport header, so the kernel takes no match on one.
var laterFragments = []Condition{{"ipv4.frag", ovsh.FragTypeLater}, {"ipv6.frag", ovsh.FragTypeLater}}

// l4Keys are the keys of the transport layer and of neighbour discovery.
var l4Keys = []Row{
	{
		ID: ovsh.KeyAttrTCP, Name: "tcp", Size: 4, Fields: portFields, When: overIP(6), Unless: laterFragments,
		Example: "tcp(src=1024/0xfc00,dst=80)",
		Doc:     "TCP ports.",
	},
	{
		ID: ovsh.KeyAttrTCPFlags, Name: "tcp_flags", Size: 2, When: overIP(6), Unless: laterFragments,
		Example: "tcp_flags(+syn-ack)",
		Doc:     "TCP flags, 12 bits.",
		Fields:  []Field{{Kind: KindFlags, Width: 2, Bits: 12, Names: tcpFlags}},
	},
	{
		ID: ovsh.KeyAttrUDP, Name: "udp", Size: 4, Fields: portFields, When: overIP(17), Unless: laterFragments,
		Example: "udp(src=1024,dst=53)",
		Doc:     "UDP ports.",
	},
	{
		ID: ovsh.KeyAttrSCTP, Name: "sctp", Size: 4, Fields: portFields, When: overIP(132), Unless: laterFragments,
		Example: "sctp(src=1024,dst=2905)",
		Doc:     "SCTP ports.",
	},
	{
		ID: ovsh.KeyAttrICMP, Name: "icmp", Size: 2, Fields: icmpFields,
		Example: "icmp(type=8,code=0)",
		Doc:     "ICMP type and code.",
		When:    []Condition{{"ipv4.proto", 1}}, Unless: laterFragments,
	},
	{
		ID: ovsh.KeyAttrICMPv6, Name: "icmpv6", Size: 2, Fields: icmpFields,
		Example: "icmpv6(type=128,code=0)",
		Doc:     "ICMPv6 type and code.",
		When:    []Condition{{"ipv6.proto", 58}}, Unless: laterFragments,
	},
	{
		ID: ovsh.KeyAttrND, Name: "nd", Size: 28,
		Example: "nd(target=fd00::1,sll=02:00:00:00:00:01)",
		Doc:     "IPv6 neighbour discovery.",
		When:    []Condition{{"icmpv6.type", 135}, {"icmpv6.type", 136}},
		Fields: []Field{
			{Name: "target", Off: 0, Width: 16, Kind: KindIPv6, Doc: "target address"},
			{Name: "sll", Off: 16, Width: 6, Kind: KindMAC, Doc: "source link-layer address option"},
			{Name: "tll", Off: 22, Width: 6, Kind: KindMAC, Doc: "target link-layer address option"},
		},
	},
	{
		ID: ovsh.KeyAttrNDExtensions, Name: "nd_ext", Size: 6, Spare: true,
		Example: "nd_ext(nd_reserved=0x0,nd_options_type=1)",
		Doc:     "Extensions of neighbour discovery. Known to Open vSwitch's own datapath only: the kernel refuses it.",
		When:    []Condition{{"icmpv6.type", 135}, {"icmpv6.type", 136}},
		Fields: []Field{
			{Name: "nd_reserved", Off: 0, Width: 4, Kind: KindHexLong, MaskStyle: MaskHexPad, Doc: "reserved field of the message"},
			{Name: "nd_options_type", Off: 4, Width: 1, Kind: KindDec, Doc: "type of the first option"},
		},
	},
}
