package odp

import "github.com/go-odp/odp/odp/internal/ovsh"

// fragTypes are the values of enum ovs_frag_type.
var fragTypes = []NamedValue{
	{"no", ovsh.FragTypeNone}, {"first", ovsh.FragTypeFirst}, {"later", ovsh.FragTypeLater},
}

// l3Keys are the keys of the network layer, ARP included.
var l3Keys = []Row{
	{
		ID: ovsh.KeyAttrIPv4, Name: "ipv4", Size: 12,
		Doc:  "IPv4 header.",
		When: []Condition{{"eth_type", 0x0800}},
		Fields: []Field{
			{Name: "src", Off: 0, Width: 4, Kind: KindIPv4, Doc: "source address"},
			{Name: "dst", Off: 4, Width: 4, Kind: KindIPv4, Doc: "destination address"},
			{Name: "proto", Off: 8, Width: 1, Kind: KindDec, Doc: "IP protocol number"},
			{Name: "tos", Off: 9, Width: 1, Kind: KindHex, Doc: "DSCP and ECN, the whole byte"},
			{Name: "ttl", Off: 10, Width: 1, Kind: KindDec, Doc: "time to live, in hops"},
			{Name: "frag", Off: 11, Width: 1, Kind: KindEnum, Names: fragTypes, Doc: "fragment: no, first or later"},
		},
	},
	{
		ID: ovsh.KeyAttrIPv6, Name: "ipv6", Size: 40,
		Doc:  "IPv6 header.",
		When: []Condition{{"eth_type", 0x86dd}},
		Fields: []Field{
			{Name: "src", Off: 0, Width: 16, Kind: KindIPv6, Doc: "source address"},
			{Name: "dst", Off: 16, Width: 16, Kind: KindIPv6, Doc: "destination address"},
			{Name: "label", Off: 32, Width: 4, Bits: 20, Kind: KindHex, Doc: "flow label, 20 bits"},
			{Name: "proto", Off: 36, Width: 1, Kind: KindDec, Doc: "protocol of the payload, after extension headers"},
			{Name: "tclass", Off: 37, Width: 1, Kind: KindHex, Doc: "traffic class"},
			{Name: "hlimit", Off: 38, Width: 1, Kind: KindDec, Doc: "hop limit"},
			{Name: "frag", Off: 39, Width: 1, Kind: KindEnum, Names: fragTypes, Doc: "fragment: no, first or later"},
		},
	},
	{
		ID: ovsh.KeyAttrARP, Name: "arp", Size: 24,
		Doc:  "ARP or RARP packet.",
		When: []Condition{{"eth_type", 0x0806}, {"eth_type", 0x8035}},
		Fields: []Field{
			{Name: "sip", Off: 0, Width: 4, Kind: KindIPv4, Doc: "sender protocol address"},
			{Name: "tip", Off: 4, Width: 4, Kind: KindIPv4, Doc: "target protocol address"},
			{Name: "op", Off: 8, Width: 2, Kind: KindDec, Doc: "operation: 1 request, 2 reply"},
			{Name: "sha", Off: 10, Width: 6, Kind: KindMAC, Doc: "sender hardware address"},
			{Name: "tha", Off: 16, Width: 6, Kind: KindMAC, Doc: "target hardware address"},
		},
	},
}
