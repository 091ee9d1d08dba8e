package odp

import "github.com/go-odp/odp/odp/internal/ovsh"

// number is the only field of an action that takes one number.
func number(kind Kind, width int) []Field {
	return []Field{{Kind: kind, Width: width, Host: true}}
}

// actionRows describe the actions, by attribute number.
var actionRows = []Row{
	{
		ID: ovsh.ActionAttrOutput, Name: "output", Size: 4, Bare: true,
		Example: "2",
		Doc:     "Send the packet out of a vport.",
		Fields:  number(KindPort, 4),
	},
	{
		ID: ovsh.ActionAttrUserspace, Name: "userspace", Layout: LayoutNested,
		Example: "userspace(pid=7,userdata(01020304))",
		Doc:     "Send the packet to a netlink socket, as an action upcall.",
		Rows: []Row{
			{
				ID: ovsh.UserspaceAttrPID, Name: "pid", Size: 4, Required: true,
				Doc:    "netlink port id of the socket; unused where upcalls are dispatched per CPU",
				Fields: number(KindDec, 4),
			},
			{
				ID: ovsh.UserspaceAttrUserdata, Name: "userdata", Layout: LayoutCookie, Rows: cookieRows,
				Doc: "bytes handed back with the packet; those that ovs-vswitchd uses have names of their own",
			},
			{
				ID: ovsh.UserspaceAttrActions, Name: "actions", Layout: LayoutFlag,
				Doc: "send the action list along",
			},
			{
				ID: ovsh.UserspaceAttrEgressTunPort, Name: "tunnel_out_port", Size: 4,
				Doc:    "tunnel vport whose outer header is sent along",
				Fields: number(KindPort, 4),
			},
		},
	},
	{
		ID: ovsh.ActionAttrSet, Name: "set", Layout: LayoutSet,
		Example: "set(ipv4(ttl=63))",
		Doc:     "Overwrite one key of the packet, or of its tunnel.",
	},
	{
		ID: ovsh.ActionAttrSetMasked, Name: "set", Layout: LayoutSetMasked,
		Example: "set(eth(dst=02:00:00:00:00:00/ff:ff:ff:00:00:00))",
		Doc:     "Overwrite the masked bits of one key of the packet.",
	},
	{
		ID: ovsh.ActionAttrPushVLAN, Name: "push_vlan", Size: 4,
		Example: "push_vlan(vid=5,pcp=1)",
		Doc:     "Put an outermost VLAN tag on the packet.",
		Fields: append([]Field{{Name: "tpid", Off: 0, Width: 2, Kind: KindHexPad, Implied: implied(0x8100),
			Doc: "Ethernet type of the tag: 0x8100 or 0x88a8"}}, vlanTCI(2)...),
	},
	{
		ID: ovsh.ActionAttrPopVLAN, Name: "pop_vlan", Layout: LayoutFlag,
		Example: "pop_vlan",
		Doc:     "Take the outermost VLAN tag off.",
	},
	{
		ID: ovsh.ActionAttrSample, Name: "sample", Layout: LayoutNested,
		Example: "sample(sample=1.0%,actions(3))",
		Doc:     "Run actions on a copy of some packets.",
		Rows: []Row{
			{
				ID: ovsh.SampleAttrProbability, Name: "sample", Size: 4, Required: true,
				Doc:    "share of the packets, in percent as text (25%), from 0 to 1 as a number",
				Fields: number(KindPercent, 4),
			},
			{
				ID: ovsh.SampleAttrActions, Name: "actions", Layout: LayoutActions, Required: true,
				Doc: "what to do with them",
			},
		},
	},
	{
		ID: ovsh.ActionAttrRecirc, Name: "recirc", Size: 4,
		Example: "recirc(0x1)",
		Doc:     "Look the packet up again with this recirculation id.",
		Fields:  number(KindHex, 4),
	},
	{
		ID: ovsh.ActionAttrHash, Name: "hash", Size: 8, Wrapped: true,
		Example: "hash(sym_l4(0))",
		Doc:     "Compute the flow hash, which the key dp_hash then matches after recirc.",
		Fields: []Field{
			{Name: "alg", Off: 0, Width: 4, Host: true, Kind: KindEnum, Doc: "algorithm: l4 or, the same both ways, sym_l4",
				Names: []NamedValue{{"l4", ovsh.HashAlgL4}, {"sym_l4", ovsh.HashAlgSymL4}}},
			{Name: "basis", Off: 4, Width: 4, Host: true, Kind: KindDec, Doc: "number mixed into the hash"},
		},
	},
	{
		ID: ovsh.ActionAttrPushMPLS, Name: "push_mpls", Size: 8,
		Example: "push_mpls(label=5,tc=0,ttl=64,bos=1,eth_type=0x8847)",
		Doc:     "Put a label stack entry in front of the network header.",
		Fields: append(mplsLSE(0),
			Field{Name: "eth_type", Off: 4, Width: 2, Kind: KindHexLong, Doc: "Ethernet type: 0x8847 or 0x8848"}),
	},
	{
		ID: ovsh.ActionAttrPopMPLS, Name: "pop_mpls", Size: 2,
		Example: "pop_mpls(eth_type=0x800)",
		Doc:     "Take the outermost label stack entry off.",
		Fields: []Field{{Name: "eth_type", Off: 0, Width: 2, Kind: KindHexLong,
			Doc: "Ethernet type of what is below, 0x8847 or 0x8848 if that is another entry"}},
	},
	{
		ID: ovsh.ActionAttrCT, Name: "ct", Layout: LayoutNested, EmptyBare: true, Rows: ctRows,
		Example: "ct(commit,zone=5,nat(src=192.0.2.1))",
		Doc:     "Send the packet through connection tracking, which sets the ct_ keys for the look-up after recirc.",
	},
	{
		ID: ovsh.ActionAttrTrunc, Name: "trunc", Size: 4,
		Example: "trunc(64)",
		Doc:     "Cut the packet at the next output or userspace action to this many bytes, 14 or more.",
		Fields:  []Field{{Kind: KindDec, Width: 4, Host: true, Least: 14}},
	},
	{
		ID: ovsh.ActionAttrPushEth, Name: "push_eth", Size: 12, Fields: etherFields,
		Example: "push_eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02)",
		Doc:     "Put an Ethernet header on a packet that has none.",
	},
	{
		ID: ovsh.ActionAttrPopEth, Name: "pop_eth", Layout: LayoutFlag,
		Example: "pop_eth",
		Doc:     "Take the Ethernet header off.",
	},
	{
		ID: ovsh.ActionAttrCTClear, Name: "ct_clear", Layout: LayoutFlag,
		Example: "ct_clear",
		Doc:     "Forget what the ct action found out.",
	},
	{
		ID: ovsh.ActionAttrPushNSH, Name: "push_nsh", Layout: LayoutKey, KeyID: ovsh.KeyAttrNSH,
		Example: "push_nsh(flags=0,ttl=63,mdtype=1,np=3,spi=0x7,si=255,c1=0x0,c2=0x0,c3=0x0,c4=0x0)",
		Doc:     "Put a network service header in front of the packet.",
		Preset:  []FieldCondition{{"ttl", 63}, {"mdtype", 1}, {"np", 3}, {"si", 255}, {"c1", 0}},
	},
	{
		ID: ovsh.ActionAttrPopNSH, Name: "pop_nsh", Layout: LayoutFlag, EmptyParen: true,
		Example: "pop_nsh()",
		Doc:     "Take the network service header off.",
	},
	{
		ID: ovsh.ActionAttrMeter, Name: "meter", Size: 4,
		Example: "meter(1)",
		Doc:     "Drop the packet if it exceeds the rate of a meter.",
		Fields:  number(KindDec, 4),
	},
	{
		ID: ovsh.ActionAttrClone, Name: "clone", Layout: LayoutActions,
		Example: "clone(pop_vlan,3)",
		Doc:     "Run actions on a copy of the packet.",
	},
	{
		ID: ovsh.ActionAttrCheckPktLen, Name: "check_pkt_len", Layout: LayoutNested,
		Example: "check_pkt_len(size=1500,gt(drop),le(2))",
		Doc:     "Run one of two action lists, by the length of the packet.",
		Rows: []Row{
			{
				ID: ovsh.CheckPktLenAttrPktLen, Name: "size", Size: 2, Required: true,
				Doc:    "bytes, with the Ethernet header",
				Fields: number(KindDec, 2),
			},
			{
				ID: ovsh.CheckPktLenAttrActionsIfGreater, Name: "gt", Layout: LayoutActions, Required: true,
				Doc: "what to do with a packet longer than size",
			},
			{
				ID: ovsh.CheckPktLenAttrActionsIfLessEqual, Name: "le", Layout: LayoutActions, Required: true,
				Doc: "what to do with any other packet",
			},
		},
	},
	{
		ID: ovsh.ActionAttrAddMPLS, Name: "add_mpls", Size: 8,
		Example: "add_mpls(label=5,tc=0,ttl=64,bos=1,eth_type=0x8847)",
		Doc:     "Put a label stack entry on the packet, in front of its Ethernet header or after it.",
		Fields: append(mplsLSE(0),
			Field{Name: "eth_type", Off: 4, Width: 2, Kind: KindHexLong, Doc: "Ethernet type: 0x8847 or 0x8848"},
			Field{Name: "tun_flags", Off: 6, Width: 2, Host: true, Kind: KindHexLong, Implied: implied(0),
				Doc: "1 puts it after the Ethernet header, 0 in front; Open vSwitch neither reads nor prints it"}),
	},
	{
		ID: ovsh.ActionAttrDecTTL, Name: "dec_ttl", Layout: LayoutNested,
		Example: "dec_ttl(le_1(userspace(pid=7)))",
		Doc:     "Decrement the time to live of IPv4 or the hop limit of IPv6.",
		Rows: []Row{{
			ID: ovsh.DecTTLAttrAction, Name: "le_1", Layout: LayoutActions, Required: true,
			Doc: "what to do instead with a packet whose time to live is 1 or less; a table may leave it out to drop it",
		}},
	},
	{
		ID: ovsh.ActionAttrPsample, Name: "psample", Layout: LayoutNested, NestedFlag: true,
		Example: "psample(group=1,cookie=0x666c6f772037)",
		Doc:     "Send a copy of the packet to the listeners of a sample group.",
		Rows: []Row{
			{
				ID: ovsh.ActionPsampleAttrGroup, Name: "group", Size: 4, Required: true,
				Doc:    "number of the sample group",
				Fields: number(KindDec, 4),
			},
			{
				ID: ovsh.ActionPsampleAttrCookie, Name: "cookie", Layout: LayoutBytes, Assigned: true, Size: ovsh.PsampleCookieMaxSize,
				Doc: "up to 16 bytes sent along",
			},
		},
	},
	{
		ID: ovsh.ActionAttrDrop, Name: "drop", Size: 4,
		Example: "drop(7)",
		Doc: "Drop the packet and count it under this reason. " +
			"The word drop alone is an empty action list, which drops without a reason.",
		Fields: number(KindDec, 4),
	},
}
