package odp

import "github.com/go-odp/odp/odp/internal/ovsh"

// metaKeys are the keys of the datapath's own state.
var metaKeys = []Row{
	{
		ID: ovsh.KeyAttrRecircID, Name: "recirc_id", Size: 4,
		Example: "recirc_id(0x1)",
		Doc:     "Recirculation id given by the recirc action; 0 for a packet from a vport. A match without it takes packets of every look-up, those that come back from recirc as well.",
		Fields:  []Field{{Kind: KindHex, Width: 4, Host: true}},
	},
	{
		ID: ovsh.KeyAttrDPHash, Name: "dp_hash", Size: 4,
		Example: "dp_hash(0x3/0x7)",
		Doc:     "Flow hash computed by the hash action.",
		Fields:  []Field{{Kind: KindHex, Width: 4, Host: true}},
	},
	{
		ID: ovsh.KeyAttrPriority, Name: "skb_priority", Size: 4,
		Example: "skb_priority(0x7)",
		Doc:     "Queueing priority of the packet (skb->priority).",
		Fields:  []Field{{Kind: KindHex, Width: 4, Host: true}},
	},
}

// portKeys are the keys that say where a packet came from.
var portKeys = []Row{
	{
		ID: ovsh.KeyAttrInPort, Name: "in_port", Size: 4,
		Example: "in_port(1)",
		Doc:     "Number of the vport on which the packet came in. It is matched whole or not at all.",
		Fields:  []Field{{Kind: KindPort, Width: 4, Host: true, Whole: 0xffff, MatchMax: MaxPorts - 1}},
	},
	{
		ID: ovsh.KeyAttrSKBMark, Name: "skb_mark", Size: 4,
		Example: "skb_mark(0x1)",
		Doc:     "Mark of the packet (skb->mark), shared with netfilter and routing.",
		Fields:  []Field{{Kind: KindHex, Width: 4, Host: true}},
	},
	{
		ID: ovsh.KeyAttrPacketType, Name: "packet_type", Size: 4,
		Example: "packet_type(ns=0,id=0)",
		Doc: "Kind of the packet's first header. Known to Open vSwitch's own datapath only: the kernel refuses it, and tells " +
			"packets without an Ethernet header by the absence of eth.",
		Fields: []Field{
			{Name: "ns", Off: 0, Width: 2, Kind: KindDec, Doc: "name space of the type: 0 Ethernet, 1 Ethernet types"},
			{Name: "id", Off: 2, Width: 2, Kind: KindHex, Doc: "type in that name space"},
		},
	},
}
