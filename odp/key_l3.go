package odp

import "github.com/go-odp/odp/odp/internal/ovsh"

// fragTypes are the values of enum ovs_frag_type.
var fragTypes = []NamedValue{
	{"no", ovsh.FragTypeNone}, {"first", ovsh.FragTypeFirst}, {"later", ovsh.FragTypeLater},
}

// mplsLSE are the parts of an MPLS label stack entry.
func mplsLSE(off int) []Field {
	return []Field{
		{Name: "label", Off: off, Width: 4, Shift: 12, Bits: 20, Kind: KindDec, MaskStyle: MaskHexLong, Doc: "label, 20 bits"},
		{Name: "tc", Off: off, Width: 4, Shift: 9, Bits: 3, Kind: KindDec, MaskStyle: MaskHexPlain, Doc: "traffic class"},
		{Name: "ttl", Off: off, Width: 4, Bits: 8, Kind: KindDec, MaskStyle: MaskHexLong, Doc: "time to live, in hops"},
		{Name: "bos", Off: off, Width: 4, Shift: 8, Bits: 1, Kind: KindDec, MaskStyle: MaskHexPlain, Doc: "1 at the bottom of the stack"},
	}
}

// nshRows are the parts of a network service header (RFC 8300).
var nshRows = []Row{
	{
		ID: ovsh.NSHKeyAttrBase, Name: "base", Size: 8, Doc: "what every header has",
		Fields: []Field{
			{Name: "flags", Off: 0, Width: 1, Kind: KindDec, MaskStyle: MaskBothPad, Doc: "flag bits"},
			{Name: "ttl", Off: 1, Width: 1, Kind: KindDec, MaskStyle: MaskBothPad, Doc: "time to live, in service functions"},
			{Name: "mdtype", Off: 2, Width: 1, Kind: KindDec, MaskStyle: MaskBothPad, Doc: "type of the metadata: 1 for c1 to c4, 2 for md2"},
			{Name: "np", Off: 3, Width: 1, Kind: KindDec, MaskStyle: MaskBothPad,
				Doc: "next protocol: 1 IPv4, 2 IPv6, 3 Ethernet"},
			{Name: "spi", Off: 4, Width: 4, Shift: 8, Bits: 24, Kind: KindHexLong, MaskStyle: MaskHexPad, Doc: "service path identifier, 24 bits"},
			{Name: "si", Off: 7, Width: 1, Kind: KindDec, MaskStyle: MaskBothPad, Doc: "service index"},
		},
	},
	{
		ID: ovsh.NSHKeyAttrMD1, Name: "md1", Size: 16, Doc: "metadata of fixed size",
		condition: &FieldCondition{"mdtype", 1},
		Fields: []Field{
			{Name: "c1", Off: 0, Width: 4, Kind: KindHexLong, MaskStyle: MaskHexPad, Doc: "first word of the metadata"},
			{Name: "c2", Off: 4, Width: 4, Kind: KindHexLong, MaskStyle: MaskHexPad, Doc: "second word of the metadata"},
			{Name: "c3", Off: 8, Width: 4, Kind: KindHexLong, MaskStyle: MaskHexPad, Doc: "third word of the metadata"},
			{Name: "c4", Off: 12, Width: 4, Kind: KindHexLong, MaskStyle: MaskHexPad, Doc: "fourth word of the metadata"},
		},
	},
	{
		ID: ovsh.NSHKeyAttrMD2, Name: "md2", Layout: LayoutBytes, Assigned: true, ActionOnly: true,
		Doc: "metadata of any size, a multiple of 4 bytes, for push_nsh only",
	},
}

// l3Keys are the keys of the network layer, ARP included.
var l3Keys = []Row{
	{
		ID: ovsh.KeyAttrIPv4, Name: "ipv4", Size: 12,
		Example: "ipv4(src=10.0.0.1,dst=192.0.2.0/255.255.255.0,proto=6,tos=0/0x3,ttl=64,frag=no)",
		Doc:     "IPv4 header.",
		When:    []Condition{{"eth_type", 0x0800}},
		Fields: []Field{
			{Name: "src", Off: 0, Width: 4, Kind: KindIPv4, Doc: "source address"},
			{Name: "dst", Off: 4, Width: 4, Kind: KindIPv4, Doc: "destination address"},
			{Name: "proto", Off: 8, Width: 1, Kind: KindDec, Doc: "IP protocol number"},
			{Name: "tos", Off: 9, Width: 1, Kind: KindHex, Doc: "DSCP and ECN, the whole byte"},
			{Name: "ttl", Off: 10, Width: 1, Kind: KindDec, Doc: "time to live, in hops"},
			{Name: "frag", Off: 11, Width: 1, Kind: KindEnum, Names: fragTypes, MatchMax: ovsh.FragTypeLater, Doc: "fragment: no, first or later"},
		},
	},
	{
		ID: ovsh.KeyAttrIPv6, Name: "ipv6", Size: 40,
		Example: "ipv6(src=fd00::1,dst=fd00::/ffff::,label=0,proto=6,tclass=0/0x3,hlimit=64,frag=no)",
		Doc:     "IPv6 header.",
		When:    []Condition{{"eth_type", 0x86dd}},
		Fields: []Field{
			{Name: "src", Off: 0, Width: 16, Kind: KindIPv6, Doc: "source address"},
			{Name: "dst", Off: 16, Width: 16, Kind: KindIPv6, Doc: "destination address"},
			{Name: "label", Off: 32, Width: 4, Bits: 20, Kind: KindHex, Doc: "flow label, 20 bits"},
			{Name: "proto", Off: 36, Width: 1, Kind: KindDec, Doc: "protocol of the payload, after extension headers"},
			{Name: "tclass", Off: 37, Width: 1, Kind: KindHex, Doc: "traffic class"},
			{Name: "hlimit", Off: 38, Width: 1, Kind: KindDec, Doc: "hop limit"},
			{Name: "frag", Off: 39, Width: 1, Kind: KindEnum, Names: fragTypes, MatchMax: ovsh.FragTypeLater, Doc: "fragment: no, first or later"},
		},
	},
	{
		ID: ovsh.KeyAttrIPv6ExtHdrs, Name: "ipv6_exthdrs", Size: 2, Raw: true, Spare: true,
		Example: "key32(00 01/ff ff)",
		Doc:     "IPv6 extension headers that the packet has, as bits. Printed as key32 with its bytes, as Open vSwitch does.",
		When:    []Condition{{"eth_type", 0x86dd}},
		Fields: []Field{{Kind: KindFlags, Width: 2, Host: true, Names: []NamedValue{
			{"none", 0x01}, {"esp", 0x02}, {"auth", 0x04}, {"dest", 0x08}, {"frag", 0x10}, {"router", 0x20}, {"hop", 0x40},
			{"unrep", 0x80}, {"unseq", 0x100},
		}}},
	},
	{
		ID: ovsh.KeyAttrARP, Name: "arp", Size: 24,
		Example: "arp(sip=10.0.0.1,tip=10.0.0.2,op=1,sha=02:00:00:00:00:01,tha=00:00:00:00:00:00)",
		Doc:     "ARP or RARP packet.",
		When:    []Condition{{"eth_type", 0x0806}, {"eth_type", 0x8035}},
		Fields: []Field{
			{Name: "sip", Off: 0, Width: 4, Kind: KindIPv4, Doc: "sender protocol address"},
			{Name: "tip", Off: 4, Width: 4, Kind: KindIPv4, Doc: "target protocol address"},
			{Name: "op", Off: 8, Width: 2, Kind: KindDec, MatchMax: 255, Doc: "operation: 1 request, 2 reply; of its 16 bits the kernel matches 8"},
			{Name: "sha", Off: 10, Width: 6, Kind: KindMAC, Doc: "sender hardware address"},
			{Name: "tha", Off: 16, Width: 6, Kind: KindMAC, Doc: "target hardware address"},
		},
	},
	{
		ID: ovsh.KeyAttrMPLS, Name: "mpls", Layout: LayoutArray, Size: 4, Limit: 3, Fields: mplsLSE(0),
		Example: "mpls(label=5,tc=0,ttl=64,bos=1)",
		Doc:     "MPLS label stack, outermost entry first; the kernel matches up to three.",
		When:    []Condition{{"eth_type", 0x8847}, {"eth_type", 0x8848}},
	},
	{
		ID: ovsh.KeyAttrNSH, Name: "nsh", Layout: LayoutNested, Flat: true, Rows: nshRows,
		Example: "nsh(flags=0,ttl=63,mdtype=1,np=3,spi=0x7,si=255)",
		Doc:     "Network service header.",
		When:    []Condition{{"eth_type", 0x894f}},
	},
}
