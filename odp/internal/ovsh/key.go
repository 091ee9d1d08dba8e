package ovsh

// enum ovs_key_attr
const (
	KeyAttrUnspec          = 0
	KeyAttrEncap           = 1
	KeyAttrPriority        = 2
	KeyAttrInPort          = 3
	KeyAttrEthernet        = 4
	KeyAttrVLAN            = 5
	KeyAttrEthertype       = 6
	KeyAttrIPv4            = 7
	KeyAttrIPv6            = 8
	KeyAttrTCP             = 9
	KeyAttrUDP             = 10
	KeyAttrICMP            = 11
	KeyAttrICMPv6          = 12
	KeyAttrARP             = 13
	KeyAttrND              = 14
	KeyAttrSKBMark         = 15
	KeyAttrTunnel          = 16
	KeyAttrSCTP            = 17
	KeyAttrTCPFlags        = 18
	KeyAttrDPHash          = 19
	KeyAttrRecircID        = 20
	KeyAttrMPLS            = 21
	KeyAttrCTState         = 22
	KeyAttrCTZone          = 23
	KeyAttrCTMark          = 24
	KeyAttrCTLabels        = 25
	KeyAttrCTOrigTupleIPv4 = 26
	KeyAttrCTOrigTupleIPv6 = 27
	KeyAttrNSH             = 28
	KeyAttrPacketType      = 29
	KeyAttrNDExtensions    = 30
	KeyAttrTunnelInfo      = 31
	KeyAttrIPv6ExtHdrs     = 32
)

// enum ovs_tunnel_key_attr
const (
	TunnelKeyAttrID             = 0
	TunnelKeyAttrIPv4Src        = 1
	TunnelKeyAttrIPv4Dst        = 2
	TunnelKeyAttrTOS            = 3
	TunnelKeyAttrTTL            = 4
	TunnelKeyAttrDontFragment   = 5
	TunnelKeyAttrCsum           = 6
	TunnelKeyAttrOAM            = 7
	TunnelKeyAttrGeneveOpts     = 8
	TunnelKeyAttrTPSrc          = 9
	TunnelKeyAttrTPDst          = 10
	TunnelKeyAttrVXLANOpts      = 11
	TunnelKeyAttrIPv6Src        = 12
	TunnelKeyAttrIPv6Dst        = 13
	TunnelKeyAttrPad            = 14
	TunnelKeyAttrERSPANOpts     = 15
	TunnelKeyAttrIPv4InfoBridge = 16
)

// enum ovs_frag_type
const (
	FragTypeNone  = 0
	FragTypeFirst = 1
	FragTypeLater = 2
)

// enum ovs_nsh_key_attr
const (
	NSHKeyAttrUnspec = 0
	NSHKeyAttrBase   = 1
	NSHKeyAttrMD1    = 2
	NSHKeyAttrMD2    = 3
)
