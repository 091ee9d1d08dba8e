package odp

import "github.com/go-odp/odp/odp/internal/ovsh"

// ctStates are the bits of ct_state.
var ctStates = []NamedValue{
	{"new", ovsh.CSFNew}, {"est", ovsh.CSFEstablished}, {"rel", ovsh.CSFRelated},
	{"rpl", ovsh.CSFReplyDir}, {"inv", ovsh.CSFInvalid}, {"trk", ovsh.CSFTracked},
	{"snat", ovsh.CSFSrcNAT}, {"dnat", ovsh.CSFDstNAT},
}

// ctKeys are what the ct action found out about a packet's connection.
var ctKeys = []Row{
	{
		ID: ovsh.KeyAttrCTState, Name: "ct_state", Size: 4,
		Example: "ct_state(-new+est+trk)",
		Doc:     "Connection tracking state, set by the ct action.",
		Fields:  []Field{{Kind: KindFlags, Width: 4, Host: true, Names: ctStates, HexVerbose: true, Known: 0xff}},
	},
	{
		ID: ovsh.KeyAttrCTZone, Name: "ct_zone", Size: 2,
		Example: "ct_zone(0x5)",
		Doc:     "Connection tracking zone.",
		Fields:  []Field{{Kind: KindHex, Width: 2, Host: true}},
	},
	{
		ID: ovsh.KeyAttrCTMark, Name: "ct_mark", Size: 4,
		Example: "ct_mark(0x1/0xf)",
		Doc:     "Mark of the connection.",
		Fields:  []Field{{Kind: KindHex, Width: 4, Host: true}},
	},
	{
		ID: ovsh.KeyAttrCTLabels, Name: "ct_label", Size: 16,
		Example: "ct_label(0x1)",
		Doc:     "Label of the connection, 128 bits.",
		Fields:  []Field{{Kind: KindUint128, Width: 16, Host: true}},
	},
	{
		ID: ovsh.KeyAttrCTOrigTupleIPv4, Name: "ct_tuple4", Size: 16,
		Example: "ct_tuple4(src=10.0.0.1,dst=10.0.0.2,proto=6,tp_src=1024,tp_dst=80)",
		Doc:     "IPv4 addresses and ports of the connection's first packet.",
		When:    []Condition{{"eth_type", 0x0800}}, Spare: true, Innermost: true,
		Fields: []Field{
			{Name: "src", Off: 0, Width: 4, Kind: KindIPv4, Doc: "source address"},
			{Name: "dst", Off: 4, Width: 4, Kind: KindIPv4, Doc: "destination address"},
			{Name: "proto", Off: 12, Width: 1, Kind: KindDec, Doc: "IP protocol number"},
			{Name: "tp_src", Off: 8, Width: 2, Kind: KindDec, Doc: "source port"},
			{Name: "tp_dst", Off: 10, Width: 2, Kind: KindDec, Doc: "destination port"},
		},
	},
	{
		ID: ovsh.KeyAttrCTOrigTupleIPv6, Name: "ct_tuple6", Size: 40,
		Example: "ct_tuple6(src=fd00::1,dst=fd00::2,proto=6,src_port=1024,dst_port=80)",
		Doc: "IPv6 addresses and ports of the connection's first packet. The kernel keeps the keys of neighbour discovery in " +
			"the same place.",
		When: []Condition{{"eth_type", 0x86dd}}, Spare: true, Innermost: true,
		Unless: []Condition{{"icmpv6.type", 135}, {"icmpv6.type", 136}},
		Fields: []Field{
			{Name: "src", Off: 0, Width: 16, Kind: KindIPv6, Doc: "source address"},
			{Name: "dst", Off: 16, Width: 16, Kind: KindIPv6, Doc: "destination address"},
			{Name: "proto", Off: 36, Width: 1, Kind: KindDec, Doc: "IP protocol number"},
			{Name: "tp_src", Printed: "src_port", Off: 32, Width: 2, Kind: KindDec, Doc: "source port"},
			{Name: "tp_dst", Printed: "dst_port", Off: 34, Width: 2, Kind: KindDec, Doc: "destination port"},
		},
	},
}
