package ovsh

// Macros of the header: families, flags and sizes.
const (
	DatapathFamily                = "ovs_datapath"
	DatapathMCGroup               = "ovs_datapath"
	DatapathVersion               = 2
	DatapathVerFeatures           = 2
	DatapathFUnaligned            = 1 << 0
	DatapathFVportPIDs            = 1 << 1
	DatapathFTCRecircSharing      = 1 << 2
	DatapathFDispatchUpcallPerCPU = 1 << 3
	PacketFamily                  = "ovs_packet"
	PacketVersion                 = 0x1
	VportFamily                   = "ovs_vport"
	VportMCGroup                  = "ovs_vport"
	VportVersion                  = 0x1
	FlowFamily                    = "ovs_flow"
	FlowMCGroup                   = "ovs_flow"
	FlowVersion                   = 0x1
	CTLabelsLen32                 = 4
	CTLabelsLen                   = CTLabelsLen32 * 4
	CSFNew                        = 0x01
	CSFEstablished                = 0x02
	CSFRelated                    = 0x04
	CSFReplyDir                   = 0x08
	CSFInvalid                    = 0x10
	CSFTracked                    = 0x20
	CSFSrcNAT                     = 0x40
	CSFDstNAT                     = 0x80
	CSFNATMask                    = CSFSrcNAT | CSFDstNAT
	UFIDFOmitKey                  = 1 << 0
	UFIDFOmitMask                 = 1 << 1
	UFIDFOmitActions              = 1 << 2
	MPLSL3TunnelFlagMask          = 1 << 0
	PsampleCookieMaxSize          = 16
	MeterFamily                   = "ovs_meter"
	MeterMCGroup                  = "ovs_meter"
	MeterVersion                  = 0x1
	CTLimitFamily                 = "ovs_ct_limit"
	CTLimitMCGroup                = "ovs_ct_limit"
	CTLimitVersion                = 0x1
	ZoneLimitDefaultZone          = -1
)
