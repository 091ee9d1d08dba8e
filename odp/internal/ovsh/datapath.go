package ovsh

// enum ovs_datapath_cmd
const (
	DatapathCmdUnspec = 0
	DatapathCmdNew    = 1
	DatapathCmdDel    = 2
	DatapathCmdGet    = 3
	DatapathCmdSet    = 4
)

// enum ovs_datapath_attr
const (
	DatapathAttrUnspec         = 0
	DatapathAttrName           = 1
	DatapathAttrUpcallPID      = 2
	DatapathAttrStats          = 3
	DatapathAttrMegaflowStats  = 4
	DatapathAttrUserFeatures   = 5
	DatapathAttrPad            = 6
	DatapathAttrMasksCacheSize = 7
	DatapathAttrPerCPUPIDs     = 8
	DatapathAttrIfIndex        = 9
)

// enum ovs_packet_cmd
const (
	PacketCmdUnspec  = 0
	PacketCmdMiss    = 1
	PacketCmdAction  = 2
	PacketCmdExecute = 3
)

// enum ovs_packet_attr
const (
	PacketAttrUnspec       = 0
	PacketAttrPacket       = 1
	PacketAttrKey          = 2
	PacketAttrActions      = 3
	PacketAttrUserdata     = 4
	PacketAttrEgressTunKey = 5
	PacketAttrUnused1      = 6
	PacketAttrUnused2      = 7
	PacketAttrProbe        = 8
	PacketAttrMRU          = 9
	PacketAttrLen          = 10
	PacketAttrHash         = 11
	PacketAttrUpcallPID    = 12
)

// enum ovs_vport_cmd
const (
	VportCmdUnspec = 0
	VportCmdNew    = 1
	VportCmdDel    = 2
	VportCmdGet    = 3
	VportCmdSet    = 4
)

// enum ovs_vport_type
const (
	VportTypeUnspec   = 0
	VportTypeNetdev   = 1
	VportTypeInternal = 2
	VportTypeGRE      = 3
	VportTypeVXLAN    = 4
	VportTypeGeneve   = 5
)

// enum ovs_vport_attr
const (
	VportAttrUnspec      = 0
	VportAttrPortNo      = 1
	VportAttrType        = 2
	VportAttrName        = 3
	VportAttrOptions     = 4
	VportAttrUpcallPID   = 5
	VportAttrStats       = 6
	VportAttrPad         = 7
	VportAttrIfIndex     = 8
	VportAttrNetNSID     = 9
	VportAttrUpcallStats = 10
)

// enum ovs_vport_upcall_attr
const (
	VportUpcallAttrSuccess = 0
	VportUpcallAttrFail    = 1
)

// enum (vxlan) of VXLAN extensions, OVS_VXLAN_EXT_*
const (
	VXLANExtUnspec = 0
	VXLANExtGBP    = 1
)

// enum (tunnel) of vport options, OVS_TUNNEL_ATTR_*
const (
	TunnelAttrUnspec    = 0
	TunnelAttrDstPort   = 1
	TunnelAttrExtension = 2
)
