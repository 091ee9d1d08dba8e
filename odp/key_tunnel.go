package odp

import "github.com/go-odp/odp/odp/internal/ovsh"

// tunnelFlags are the flags of a tunnel key. The kernel has no attribute for
// key: it is set where there is a tunnel id.
var tunnelFlags = []NamedValue{
	{"oam", ovsh.TunnelKeyAttrOAM},
	{"df", ovsh.TunnelKeyAttrDontFragment},
	{"csum", ovsh.TunnelKeyAttrCsum},
	{"key", noAttr},
}

// tunnelKeys describe the outer header of a packet: on a match the one it came
// in with, in set(tunnel(...)) the one that a tunnel vport will put on it.
var tunnelKeys = []Row{{
	ID: ovsh.KeyAttrTunnel, Name: "tunnel", Layout: LayoutNested, Presence: true,
	Example: "tunnel(tun_id=0x7,src=192.0.2.1,dst=192.0.2.2,ttl=64,flags(-df+csum+key))",
	Doc:     "Outer header of a tunnelled packet. Whether it is of IPv4 or of IPv6 is always matched.",
	Rows: []Row{
		{
			ID: ovsh.TunnelKeyAttrID, Name: "tun_id", Size: 8, Presence: true,
			Doc:    "tunnel id: VNI of VXLAN and Geneve, key of GRE; 64 bits",
			Fields: []Field{{Kind: KindHexLong, Width: 8}},
		},
		{
			ID: ovsh.TunnelKeyAttrIPv4Src, Name: "src", Size: 4,
			Doc:    "outer IPv4 source address",
			Fields: []Field{{Kind: KindIPv4, Width: 4}},
		},
		{
			ID: ovsh.TunnelKeyAttrIPv4Dst, Name: "dst", Size: 4,
			Doc:    "outer IPv4 destination address",
			Fields: []Field{{Kind: KindIPv4, Width: 4}},
		},
		{
			ID: ovsh.TunnelKeyAttrIPv6Src, Name: "ipv6_src", Size: 16,
			Doc:    "outer IPv6 source address",
			Fields: []Field{{Kind: KindIPv6, Width: 16}},
		},
		{
			ID: ovsh.TunnelKeyAttrIPv6Dst, Name: "ipv6_dst", Size: 16,
			Doc:    "outer IPv6 destination address",
			Fields: []Field{{Kind: KindIPv6, Width: 16}},
		},
		{
			ID: ovsh.TunnelKeyAttrTOS, Name: "tos", Size: 1,
			Doc:    "outer DSCP and ECN",
			Fields: []Field{{Kind: KindHex, Width: 1}},
		},
		{
			ID: ovsh.TunnelKeyAttrTTL, Name: "ttl", Size: 1,
			Doc:    "outer time to live, in hops",
			Fields: []Field{{Kind: KindDec, Width: 1}},
		},
		{
			ID: ovsh.TunnelKeyAttrTPSrc, Name: "tp_src", Size: 2,
			Doc:    "outer UDP source port",
			Fields: []Field{{Kind: KindDec, Width: 2}},
		},
		{
			ID: ovsh.TunnelKeyAttrTPDst, Name: "tp_dst", Size: 2,
			Doc:    "outer UDP destination port",
			Fields: []Field{{Kind: KindDec, Width: 2}},
		},
		{
			ID: ovsh.TunnelKeyAttrVXLANOpts, Name: "vxlan", Layout: LayoutNested, Presence: true, Exclusive: true,
			Doc: "VXLAN extensions",
			Rows: []Row{{
				ID: ovsh.VXLANExtGBP, Name: "gbp", Size: 4,
				Doc: "group based policy",
				Fields: []Field{
					{Name: "id", Width: 4, Bits: 16, Host: true, Kind: KindDec, Doc: "policy id"},
					{Name: "flags", Width: 4, Shift: 16, Bits: 8, Host: true, Kind: KindHex, Doc: "policy flags"},
				},
			}},
		},
		{
			ID: ovsh.TunnelKeyAttrGeneveOpts, Name: "geneve", Layout: LayoutOptions, Size: 4, Presence: true, Exclusive: true,
			Doc:   "Geneve options, in the order of the header; their length is always matched",
			Limit: 252,
			Fields: []Field{
				{Name: "class", Off: 0, Width: 2, Kind: KindHex, Doc: "option class"},
				{Name: "type", Off: 2, Width: 1, Kind: KindHex, Doc: "option type, with the critical bit"},
				{Name: "len", Off: 3, Width: 1, Bits: 5, Unit: 4, Kind: KindDec, Doc: "bytes of data, a multiple of 4"},
			},
		},
		{
			ID: ovsh.TunnelKeyAttrERSPANOpts, Name: "erspan", Size: 12, Presence: true, Exclusive: true, Closed: &FieldCondition{"ver", 1},
			Doc: "ERSPAN header",
			Fields: []Field{
				{Name: "ver", Off: 0, Width: 4, Bits: 8, Host: true, Kind: KindDec, Doc: "version: 1 (type II) or 2 (type III)"},
				{Name: "idx", Off: 4, Width: 4, Kind: KindHex, MaskAlways: true, Only: &FieldCondition{"ver", 1}, Doc: "index, 20 bits"},
				{Name: "dir", Off: 11, Width: 1, Shift: 3, Bits: 1, Kind: KindDec, MaskAlways: true, Only: &FieldCondition{"ver", 2},
					Doc: "direction: 0 ingress, 1 egress"},
				{Name: "hwid", Off: 11, Width: 1, Shift: 4, Bits: 4, Kind: KindHex, MaskAlways: true, Only: &FieldCondition{"ver", 2},
					Doc: "hardware id, 4 bits"},
			},
		},
		{
			ID: ovsh.TunnelKeyAttrIPv4InfoBridge, Name: "ipv4_info_bridge", Layout: LayoutFlag, Raw: true, ActionOnly: true,
			Doc: "the packet comes from a bridge's tunnel metadata; printed as its number, as Open vSwitch does",
		},
		{ID: ovsh.TunnelKeyAttrPad, Name: "pad", Layout: LayoutPad, Doc: "filler"},
		{
			ID: noAttr, Name: "flags", Layout: LayoutFlagSet, Names: tunnelFlags,
			Doc: "outer header flags: df, csum, oam, and key where there is a tunnel id",
		},
	},
}}
