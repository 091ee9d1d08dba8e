package ovsh

const (
	PsampleAttrIIfIndex          = 0
	PsampleAttrOIfIndex          = 1
	PsampleAttrOrigsize          = 2
	PsampleAttrSampleGroup       = 3
	PsampleAttrGroupSeq          = 4
	PsampleAttrSampleRate        = 5
	PsampleAttrData              = 6
	PsampleAttrGroupRefcount     = 7
	PsampleAttrTunnel            = 8
	PsampleAttrPad               = 9
	PsampleAttrOutTC             = 10
	PsampleAttrOutTCOcc          = 11
	PsampleAttrLatency           = 12
	PsampleAttrTimestamp         = 13
	PsampleAttrProto             = 14
	PsampleAttrUserCookie        = 15
	PsampleAttrSampleProbability = 16
)

// enum psample_command
const (
	PsampleCmdSample   = 0
	PsampleCmdGetGroup = 1
	PsampleCmdNewGroup = 2
	PsampleCmdDelGroup = 3
)

// enum psample_tunnel_key_attr
const (
	PsampleTunnelKeyAttrID             = 0
	PsampleTunnelKeyAttrIPv4Src        = 1
	PsampleTunnelKeyAttrIPv4Dst        = 2
	PsampleTunnelKeyAttrTOS            = 3
	PsampleTunnelKeyAttrTTL            = 4
	PsampleTunnelKeyAttrDontFragment   = 5
	PsampleTunnelKeyAttrCsum           = 6
	PsampleTunnelKeyAttrOAM            = 7
	PsampleTunnelKeyAttrGeneveOpts     = 8
	PsampleTunnelKeyAttrTPSrc          = 9
	PsampleTunnelKeyAttrTPDst          = 10
	PsampleTunnelKeyAttrVXLANOpts      = 11
	PsampleTunnelKeyAttrIPv6Src        = 12
	PsampleTunnelKeyAttrIPv6Dst        = 13
	PsampleTunnelKeyAttrPad            = 14
	PsampleTunnelKeyAttrERSPANOpts     = 15
	PsampleTunnelKeyAttrIPv4InfoBridge = 16
)
