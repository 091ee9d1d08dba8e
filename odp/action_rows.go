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
		Doc:    "Send the packet out of a vport.",
		Fields: number(KindPort, 4),
	},
	{
		ID: ovsh.ActionAttrUserspace, Name: "userspace", Layout: LayoutNested,
		Doc: "Send the packet to a netlink socket, as an action upcall.",
		Rows: []Row{
			{
				ID: ovsh.UserspaceAttrPID, Name: "pid", Size: 4,
				Doc:    "netlink port id of the socket; unused where upcalls are dispatched per CPU",
				Fields: number(KindDec, 4),
			},
			{
				ID: ovsh.UserspaceAttrUserdata, Name: "userdata", Layout: LayoutBytes,
				Doc: "bytes handed back with the packet",
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
		Doc: "Overwrite one key of the packet, or of its tunnel.",
	},
	{
		ID: ovsh.ActionAttrSetMasked, Name: "set", Layout: LayoutSetMasked,
		Doc: "Overwrite the masked bits of one key of the packet.",
	},
	{
		ID: ovsh.ActionAttrPushVLAN, Name: "push_vlan", Size: 4,
		Doc: "Put an outermost VLAN tag on the packet.",
		Fields: append([]Field{{Name: "tpid", Off: 0, Width: 2, Kind: KindHexPad, Implied: implied(0x8100),
			Doc: "Ethernet type of the tag: 0x8100 or 0x88a8"}}, vlanTCI(2)...),
	},
	{
		ID: ovsh.ActionAttrPopVLAN, Name: "pop_vlan", Layout: LayoutFlag,
		Doc: "Take the outermost VLAN tag off.",
	},
	{
		ID: ovsh.ActionAttrSample, Name: "sample", Layout: LayoutNested,
		Doc: "Run actions on a copy of some packets.",
		Rows: []Row{
			{
				ID: ovsh.SampleAttrProbability, Name: "sample", Size: 4,
				Doc:    "share of the packets, in percent",
				Fields: number(KindPercent, 4),
			},
			{
				ID: ovsh.SampleAttrActions, Name: "actions", Layout: LayoutActions,
				Doc: "what to do with them",
			},
		},
	},
	{
		ID: ovsh.ActionAttrRecirc, Name: "recirc", Size: 4,
		Doc:    "Look the packet up again with this recirculation id.",
		Fields: number(KindHex, 4),
	},
	{
		ID: ovsh.ActionAttrTrunc, Name: "trunc", Size: 4,
		Doc:    "Cut the packet at the next output or userspace action to this many bytes, 14 or more.",
		Fields: number(KindDec, 4),
	},
	{
		ID: ovsh.ActionAttrPushEth, Name: "push_eth", Size: 12, Fields: etherFields,
		Doc: "Put an Ethernet header on a packet that has none.",
	},
	{
		ID: ovsh.ActionAttrPopEth, Name: "pop_eth", Layout: LayoutFlag,
		Doc: "Take the Ethernet header off.",
	},
	{
		ID: ovsh.ActionAttrCTClear, Name: "ct_clear", Layout: LayoutFlag,
		Doc: "Forget what the ct action found out.",
	},
	{
		ID: ovsh.ActionAttrMeter, Name: "meter", Size: 4,
		Doc:    "Drop the packet if it exceeds the rate of a meter.",
		Fields: number(KindDec, 4),
	},
	{
		ID: ovsh.ActionAttrClone, Name: "clone", Layout: LayoutActions,
		Doc: "Run actions on a copy of the packet.",
	},
	{
		ID: ovsh.ActionAttrDrop, Name: "drop", Size: 4,
		Doc: "Drop the packet and count it under this reason (Linux 6.7). " +
			"The word drop alone is an empty action list, which drops without a reason.",
		Fields: number(KindDec, 4),
	},
}
