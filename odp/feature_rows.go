package odp

import (
	"encoding/binary"

	"github.com/go-odp/odp/odp/internal/ovsh"
)

// makeFeatureRows returns the table of features. A row's uses refer to actions and keys by attribute
// number; the table of those is in the files of rows. Versions are those of the
// kernel's history, not of when a distribution took the feature over.
//
// What Linux 4.4 had, the oldest kernel with connection tracking that is still
// found, is not listed unless a build may leave it out.
func makeFeatureRows() []Feature {
	return []Feature{
		// Actions.
		{
			Name: "trunc", Since: "4.8", Doc: "cutting packets short",
			probe: probeActions(keyTCP4, u32s(ovsh.ActionAttrTrunc, 100)),
			uses:  []use{inAction(ovsh.ActionAttrTrunc)},
		},
		{
			Name: "push_eth", Since: "4.10", Doc: "push_eth and pop_eth, and packets without an Ethernet header",
			probe: probeActions(keyTCP4, nest(ovsh.ActionAttrPopEth)),
			uses:  []use{inAction(ovsh.ActionAttrPushEth), inAction(ovsh.ActionAttrPopEth)},
		},
		{
			Name: "nsh", Since: "4.15", Doc: "network service headers: push_nsh, pop_nsh and the key nsh",
			probe: probeKey(keyEth, etherType(0x894f), keyNSH),
			uses:  []use{inAction(ovsh.ActionAttrPushNSH), inAction(ovsh.ActionAttrPopNSH), inKey(ovsh.KeyAttrNSH)},
		},
		{
			Name: "set_nsh", Doc: "setting fields of a network service header: kernels before 6.18 have it in name only",
			probe: probeNone,
			uses:  []use{inAction(ovsh.ActionAttrSet, ovsh.KeyAttrNSH), inAction(ovsh.ActionAttrSetMasked, ovsh.KeyAttrNSH)},
		},
		{
			Name: "meter", Since: "4.15", Doc: "meters: the family ovs_meter and the action meter",
			probe: probeFamily(ovsh.MeterFamily),
			uses:  []use{inAction(ovsh.ActionAttrMeter)},
		},
		{
			Name: "clone", Since: "4.19", Doc: "the action clone",
			probe: probeActions(keyTCP4, nest(ovsh.ActionAttrClone)),
			uses:  []use{inAction(ovsh.ActionAttrClone)},
		},
		{
			Name: "check_pkt_len", Since: "5.2", Doc: "actions by the length of the packet",
			probe: probeActions(keyTCP4, nest(ovsh.ActionAttrCheckPktLen,
				u16(ovsh.CheckPktLenAttrPktLen, 100),
				nest(ovsh.CheckPktLenAttrActionsIfGreater), nest(ovsh.CheckPktLenAttrActionsIfLessEqual))),
			uses: []use{inAction(ovsh.ActionAttrCheckPktLen)},
		},
		{
			Name: "add_mpls", Since: "5.6", Doc: "MPLS labels before or after the Ethernet header",
			probe: probeActions(keyTCP4, attr(ovsh.ActionAttrAddMPLS, 0, 0, 0x11, 0x40, 0x88, 0x47, 0, 0)),
			uses:  []use{inAction(ovsh.ActionAttrAddMPLS)},
		},
		{
			Name: "dec_ttl", Since: "5.7", Doc: "counting down the time to live",
			probe: probeActions(keyTCP4, nest(ovsh.ActionAttrDecTTL, nest(ovsh.DecTTLAttrAction))),
			uses:  []use{inAction(ovsh.ActionAttrDecTTL)},
		},
		{
			Name: "hash_sym_l4", Since: "6.5", Doc: "the symmetric hash sym_l4",
			probe: probeActions(keyTCP4, u32s(ovsh.ActionAttrHash, ovsh.HashAlgSymL4, 0)),
			uses:  []use{inAction(ovsh.ActionAttrHash).having(hostUint32(ovsh.HashAlgSymL4))},
		},
		{
			Name: "drop", Since: "6.6", Doc: "explicit drop, with a reason that tracing shows",
			probe: probeActions(keyTCP4, u32s(ovsh.ActionAttrDrop, 0)),
			uses:  []use{inAction(ovsh.ActionAttrDrop)},
		},
		{
			Name: "psample", Since: "6.11", Config: "CONFIG_PSAMPLE", Doc: "sampling to a psample group",
			probe: probeActions(keyTCP4, nest(ovsh.ActionAttrPsample, u32s(ovsh.ActionPsampleAttrGroup, 1))),
			uses:  []use{inAction(ovsh.ActionAttrPsample)},
		},

		// Connection tracking, which a build may lack or have in part.
		{
			Name: "ct", Since: "4.3", Config: "CONFIG_NF_CONNTRACK", Doc: "connection tracking: the action ct and the key ct_state",
			probe: probeActions(keyTCP4, nest(ovsh.ActionAttrCT)),
			uses:  []use{inAction(ovsh.ActionAttrCT), inKey(ovsh.KeyAttrCTState)},
		},
		{
			Name: "ct_zone", Since: "4.3", Config: "CONFIG_NF_CONNTRACK_ZONES", Doc: "zones of connection tracking",
			probe: probeActions(keyTCP4, nest(ovsh.ActionAttrCT, u16(ovsh.CTAttrZone, 1))),
			uses:  []use{inAction(ovsh.ActionAttrCT, ovsh.CTAttrZone), inKey(ovsh.KeyAttrCTZone)},
		},
		{
			Name: "ct_mark", Since: "4.3", Config: "CONFIG_NF_CONNTRACK_MARK", Doc: "marks of tracked connections",
			probe: probeActions(keyTCP4, nest(ovsh.ActionAttrCT, flag(ovsh.CTAttrCommit), u32s(ovsh.CTAttrMark, 1, 0xffffffff))),
			uses:  []use{inAction(ovsh.ActionAttrCT, ovsh.CTAttrMark), inKey(ovsh.KeyAttrCTMark)},
		},
		{
			Name: "ct_label", Since: "4.3", Config: "CONFIG_NF_CONNTRACK_LABELS", Doc: "labels of tracked connections",
			probe: probeKey(keyTCP4, zeros(ovsh.KeyAttrCTLabels, ovsh.CTLabelsLen)),
			uses:  []use{inAction(ovsh.ActionAttrCT, ovsh.CTAttrLabels), inKey(ovsh.KeyAttrCTLabels)},
		},
		{
			Name: "ct_nat", Since: "4.6", Config: "CONFIG_NF_NAT", Doc: "address translation by connection tracking",
			probe: probeActions(keyTCP4, nest(ovsh.ActionAttrCT, flag(ovsh.CTAttrCommit), nest(ovsh.CTAttrNAT, flag(ovsh.NATAttrSrc)))),
			uses:  []use{inAction(ovsh.ActionAttrCT, ovsh.CTAttrNAT)},
		},
		{
			Name: "ct_force_commit", Since: "4.11", Config: "CONFIG_NF_CONNTRACK", Doc: "commit of a connection in the direction of the packet",
			probe: probeActions(keyTCP4, nest(ovsh.ActionAttrCT, flag(ovsh.CTAttrForceCommit))),
			uses:  []use{inAction(ovsh.ActionAttrCT, ovsh.CTAttrForceCommit)},
		},
		{
			Name: "ct_tuple", Since: "4.11", Config: "CONFIG_NF_CONNTRACK", Doc: "the keys ct_tuple4 and ct_tuple6",
			probe: probeKey(keyTCP4, zeros(ovsh.KeyAttrCTOrigTupleIPv4, 16)),
			uses:  []use{inKey(ovsh.KeyAttrCTOrigTupleIPv4), inKey(ovsh.KeyAttrCTOrigTupleIPv6)},
		},
		{
			Name: "ct_eventmask", Since: "4.12", Config: "CONFIG_NF_CONNTRACK", Doc: "a choice of events of tracked connections",
			probe: probeActions(keyTCP4, nest(ovsh.ActionAttrCT, flag(ovsh.CTAttrCommit), u32s(ovsh.CTAttrEventMask, 1))),
			uses:  []use{inAction(ovsh.ActionAttrCT, ovsh.CTAttrEventMask)},
		},
		{
			Name: "ct_clear", Since: "4.15", Doc: "the action ct_clear",
			probe: probeActions(keyTCP4, flag(ovsh.ActionAttrCTClear)),
			uses:  []use{inAction(ovsh.ActionAttrCTClear)},
		},
		{
			// An empty name is that of no policy, which the kernel does not look up.
			Name: "ct_timeout", Since: "5.2", Config: "CONFIG_NF_CONNTRACK_TIMEOUT", Doc: "timeout policies of tracked connections",
			probe: probeActions(keyTCP4, nest(ovsh.ActionAttrCT, flag(ovsh.CTAttrCommit), attr(ovsh.CTAttrTimeout, 0))),
			uses:  []use{inAction(ovsh.ActionAttrCT, ovsh.CTAttrTimeout)},
		},
		{
			Name: "ct_limit", Since: "4.18", Config: "CONFIG_NETFILTER_CONNCOUNT", Doc: "limits of connections by zone: the family ovs_ct_limit",
			probe: probeFamily(ovsh.CTLimitFamily),
		},

		// Keys.
		{
			Name: "qinq", Since: "4.9", Doc: "two VLAN tags",
			probe: probeKey(keyEth, etherType(0x88a8), be16(ovsh.KeyAttrVLAN, 0x1001), nest(ovsh.KeyAttrEncap,
				etherType(0x8100), be16(ovsh.KeyAttrVLAN, 0x1002), nest(ovsh.KeyAttrEncap, keyIPv4Rest))),
			uses: []use{inKey(ovsh.KeyAttrEncap, ovsh.KeyAttrEncap)},
		},
		{
			Name: "erspan", Since: "4.16", Doc: "ERSPAN headers of GRE tunnels",
			probe: probeKey(keyTunnel(attr(ovsh.TunnelKeyAttrERSPANOpts, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)), keyTCP4),
			uses:  []use{inKey(ovsh.KeyAttrTunnel, ovsh.TunnelKeyAttrERSPANOpts)},
		},
		{
			Name: "ipv4_info_bridge", Since: "5.1", Doc: "tunnels between whose ends the device's own table chooses",
			probe: probeKey(nest(ovsh.KeyAttrTunnel, zeros(ovsh.TunnelKeyAttrID, 8), flag(ovsh.TunnelKeyAttrIPv4InfoBridge)), keyTCP4),
			uses:  []use{inKey(ovsh.KeyAttrTunnel, ovsh.TunnelKeyAttrIPv4InfoBridge)},
		},
		{
			Name: "mpls_stack", Since: "5.5", Doc: "matches on more than one MPLS label",
			probe: probeKey(keyEth, etherType(0x8847), attr(ovsh.KeyAttrMPLS, 0, 0, 0x10, 0x40, 0, 0, 0x11, 0x40)),
			uses:  []use{inKey(ovsh.KeyAttrMPLS).having(longerThan(4))},
		},
		{
			Name: "ipv6_exthdrs", Since: "5.18", Doc: "matches on the extension headers of IPv6",
			probe: probeKey(keyEth, etherType(0x86dd), zeros(ovsh.KeyAttrIPv6, 40), u16(ovsh.KeyAttrIPv6ExtHdrs, 0)),
			uses:  []use{inKey(ovsh.KeyAttrIPv6ExtHdrs)},
		},
		{
			Name: "nd_extensions", Doc: "the key nd_ext, options of neighbour discovery",
			probe: probeNone,
			uses:  []use{inKey(ovsh.KeyAttrNDExtensions)},
		},
		{
			Name: "packet_type", Doc: "the key packet_type",
			probe: probeNone,
			uses:  []use{inKey(ovsh.KeyAttrPacketType)},
		},

		// Types of vports, which are modules of their own.
		{
			Name: "gre", Since: "3.11", Config: "CONFIG_OPENVSWITCH_GRE", Doc: "vports of type gre",
			probe: probeVport(VportGRE),
		},
		{
			Name: "vxlan", Since: "3.12", Config: "CONFIG_OPENVSWITCH_VXLAN", Doc: "vports of type vxlan",
			probe: probeVport(VportVXLAN),
		},
		{
			Name: "geneve", Since: "3.18", Config: "CONFIG_OPENVSWITCH_GENEVE", Doc: "vports of type geneve",
			probe: probeVport(VportGeneve),
		},

		// Attributes of datapaths, vports, flows and packets.
		{
			Name: "ufid", Since: "4.0", Doc: "unique identifiers of flows and terse listings",
			probe: probeAttr(ovsh.FlowFamily, ovsh.FlowAttrUFIDFlags),
		},
		{
			Name: "tc_recirc_sharing", Since: "5.5", Config: "CONFIG_NET_TC_SKB_EXT", Doc: "sharing of recirculation ids with traffic control",
			probe: probeUserFeature(FeatureRecircSharing),
			uses:  []use{{user: FeatureRecircSharing}},
		},
		{
			Name: "masks_cache", Since: "5.9", Doc: "the masks cache's size and hits",
			probe: probeAttr(ovsh.DatapathFamily, ovsh.DatapathAttrMasksCacheSize),
		},
		{
			Name: "dispatch_upcall_per_cpu", Since: "5.15", Doc: "upcalls to a socket for each CPU",
			probe: probeAttr(ovsh.DatapathFamily, ovsh.DatapathAttrPerCPUPIDs),
			uses:  []use{{user: FeaturePerCPU}},
		},
		{
			Name: "ifindex", Since: "6.1", Doc: "a choice of the ifindex of new datapaths and internal vports",
			probe: probeAttr(ovsh.DatapathFamily, ovsh.DatapathAttrIfIndex),
		},
		{
			Name: "upcall_stats", Since: "6.2", Doc: "counters of upcalls by vport",
			probe: probeAttr(ovsh.VportFamily, ovsh.VportAttrUpcallStats),
		},
		{
			Name: "packet_upcall_pid", Since: "6.17", Doc: "a choice of the socket for upcalls of executed packets",
			probe: probeAttr(ovsh.PacketFamily, ovsh.PacketAttrUpcallPID),
		},
	}
}

// The keys that probes begin with, in the order in which they are due.
var (
	keyEth = zeros(ovsh.KeyAttrEthernet, 12)
	// keyIPv4Rest is what follows the Ethernet header of a TCP packet over IPv4.
	keyIPv4Rest = join(etherType(0x0800), attr(ovsh.KeyAttrIPv4, 10, 0, 0, 1, 10, 0, 0, 2, 6, 0, 64, 0),
		be16(ovsh.KeyAttrTCP, 1, 2), be16(ovsh.KeyAttrTCPFlags, 0))
	keyTCP4 = join(keyEth, keyIPv4Rest)
	keyNSH  = nest(ovsh.KeyAttrNSH, attr(ovsh.NSHKeyAttrBase, 0, 63, 1, 3, 0, 0, 1, 255), zeros(ovsh.NSHKeyAttrMD1, 16))
)

// keyTunnel is a tunnel key with the given part.
func keyTunnel(part []byte) []byte {
	return nest(ovsh.KeyAttrTunnel, zeros(ovsh.TunnelKeyAttrID, 8), attr(ovsh.TunnelKeyAttrIPv4Dst, 10, 0, 0, 1),
		attr(ovsh.TunnelKeyAttrTTL, 64), part)
}

func etherType(v uint16) []byte { return be16(ovsh.KeyAttrEthertype, v) }

func attr(id uint16, payload ...byte) []byte { return appendAttr(nil, id, payload) }

func flag(id uint16) []byte { return attr(id) }

func zeros(id uint16, n int) []byte { return attr(id, make([]byte, n)...) }

func nest(id uint16, parts ...[]byte) []byte { return attr(id|attrNested, join(parts...)...) }

func u16(id, v uint16) []byte { return attr(id, binary.NativeEndian.AppendUint16(nil, v)...) }

func be16(id uint16, vs ...uint16) []byte {
	var p []byte
	for _, v := range vs {
		p = binary.BigEndian.AppendUint16(p, v)
	}
	return attr(id, p...)
}

func u32s(id uint16, vs ...uint32) []byte {
	var p []byte
	for _, v := range vs {
		p = binary.NativeEndian.AppendUint32(p, v)
	}
	return attr(id, p...)
}
