package odp

import "github.com/go-odp/odp/odp/internal/ovsh"

// vlanTCI are the parts of an 802.1Q tag, shared by the vlan key and the
// push_vlan action. cfi is the bit that the kernel keeps set on a real tag.
func vlanTCI(off int) []Field {
	return []Field{
		{Name: "vid", Off: off, Width: 2, Bits: 12, Kind: KindDec, MaskStyle: MaskHexLong, Doc: "VLAN id"},
		{Name: "pcp", Off: off, Width: 2, Shift: 13, Bits: 3, Kind: KindDec, MaskStyle: MaskHexLong, Doc: "priority code point"},
		{Name: "cfi", Off: off, Width: 2, Shift: 12, Bits: 1, Kind: KindDec, Implied: implied(1),
			Doc: "tag present: 1 on any real tag"},
	}
}

// etherFields are the addresses of struct ovs_key_ethernet.
var etherFields = []Field{
	{Name: "src", Off: 0, Width: 6, Kind: KindMAC, Doc: "source address"},
	{Name: "dst", Off: 6, Width: 6, Kind: KindMAC, Doc: "destination address"},
}

// l2Keys are the keys of the link layer. The kernel writes the outermost
// Ethernet type and VLAN first and the rest of a tagged packet inside encap.
var l2Keys = []Row{
	{
		ID: ovsh.KeyAttrEthernet, Name: "eth", Size: 12, Fields: etherFields,
		Example: "eth(src=02:00:00:00:00:01,dst=01:00:00:00:00:00/01:00:00:00:00:00)",
		Doc:     "Ethernet addresses. Without this key a flow matches packets that have no Ethernet header.",
	},
	{
		ID: ovsh.KeyAttrEthertype, Name: "eth_type", Size: 2,
		Example: "eth_type(0x0800)",
		Doc: "Ethernet type; of the tag on a tagged packet, whose own type is in encap. " +
			"0 is a frame that has a length in its place. It is matched whole or not at all.",
		Fields: []Field{{Kind: KindHexPad, Width: 2, Whole: 0xffff, MatchMin: 0x600}}, ZeroAbsent: true,
	},
	{
		ID: ovsh.KeyAttrVLAN, Name: "vlan", Size: 2, Fields: vlanTCI(0),
		Example: "vlan(vid=5,pcp=0)",
		Doc:     "802.1Q or 802.1ad tag. Without this key a flow matches untagged packets.",
		When:    []Condition{{"eth_type", 0x8100}, {"eth_type", 0x88a8}},
	},
	{
		ID: ovsh.KeyAttrEncap, Name: "encap", Layout: LayoutKeys,
		Example: "encap(eth_type(0x0800),ipv4(proto=6))",
		Doc:     "Keys of the packet inside the VLAN tag.",
		When:    []Condition{{"eth_type", 0x8100}, {"eth_type", 0x88a8}},
	},
}
