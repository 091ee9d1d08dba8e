package ovsh

// The rest of this file is from another header: connection tracking over
// netlink, include/uapi/linux/netfilter/nfnetlink_conntrack.h. CTA_TUPLE_ORIG is
// CTATupleOrig, IPCTNL_MSG_CT_GET is CTMsgGet. All numbers in these attributes
// are in network byte order.

// enum cntl_msg_types
const (
	CTMsgNew         = 0
	CTMsgGet         = 1
	CTMsgDelete      = 2
	CTMsgGetStatsCPU = 4
	CTMsgGetStats    = 5
)

// enum ctattr_type
const (
	CTATupleOrig     = 1
	CTATupleReply    = 2
	CTAStatus        = 3
	CTAProtoinfo     = 4
	CTAHelp          = 5
	CTATimeout       = 7
	CTAMark          = 8
	CTACountersOrig  = 9
	CTACountersReply = 10
	CTAUse           = 11
	CTAID            = 12
	CTATupleMaster   = 14
	CTAZone          = 18
	CTASecctx        = 19
	CTATimestamp     = 20
	CTALabels        = 22
)

// enum ctattr_tuple
const (
	CTATupleIP    = 1
	CTATupleProto = 2
	CTATupleZone  = 3
)

// enum ctattr_ip
const (
	CTAIPV4Src = 1
	CTAIPV4Dst = 2
	CTAIPV6Src = 3
	CTAIPV6Dst = 4
)

// enum ctattr_l4proto
const (
	CTAProtoNum        = 1
	CTAProtoSrcPort    = 2
	CTAProtoDstPort    = 3
	CTAProtoICMPID     = 4
	CTAProtoICMPType   = 5
	CTAProtoICMPCode   = 6
	CTAProtoICMPv6ID   = 7
	CTAProtoICMPv6Type = 8
	CTAProtoICMPv6Code = 9
)

// enum ctattr_protoinfo
const (
	CTAProtoinfoTCP  = 1
	CTAProtoinfoSCTP = 3
)

// enum ctattr_protoinfo_tcp
const (
	CTAProtoinfoTCPState       = 1
	CTAProtoinfoTCPWscaleOrig  = 2
	CTAProtoinfoTCPWscaleReply = 3
	CTAProtoinfoTCPFlagsOrig   = 4
	CTAProtoinfoTCPFlagsReply  = 5
)

// enum ctattr_protoinfo_sctp
const (
	CTAProtoinfoSCTPState     = 1
	CTAProtoinfoSCTPVtagOrig  = 2
	CTAProtoinfoSCTPVtagReply = 3
)

// enum ctattr_counters
const (
	CTACountersPackets = 1
	CTACountersBytes   = 2
)

// enum ctattr_tstamp
const (
	CTATimestampStart = 1
	CTATimestampStop  = 2
)

// CTAHelpName is of enum ctattr_help, CTASecctxName of enum ctattr_secctx.
const (
	CTAHelpName   = 1
	CTASecctxName = 1
)

// enum ctattr_stats_cpu
const (
	CTAStatsFound         = 2
	CTAStatsInvalid       = 4
	CTAStatsInsert        = 8
	CTAStatsInsertFailed  = 9
	CTAStatsDrop          = 10
	CTAStatsEarlyDrop     = 11
	CTAStatsError         = 12
	CTAStatsSearchRestart = 13
	CTAStatsClashResolve  = 14
	CTAStatsChainTooLong  = 15
)

// enum ctattr_stats_global
const (
	CTAStatsGlobalEntries    = 1
	CTAStatsGlobalMaxEntries = 2
)

// enum tcp_conntrack
const (
	TCPConntrackNone        = 0
	TCPConntrackSynSent     = 1
	TCPConntrackSynRecv     = 2
	TCPConntrackEstablished = 3
	TCPConntrackFinWait     = 4
	TCPConntrackCloseWait   = 5
	TCPConntrackLastAck     = 6
	TCPConntrackTimeWait    = 7
	TCPConntrackClose       = 8
	TCPConntrackSynSent2    = 9
)

// enum sctp_conntrack
const (
	SCTPConntrackNone            = 0
	SCTPConntrackClosed          = 1
	SCTPConntrackCookieWait      = 2
	SCTPConntrackCookieEchoed    = 3
	SCTPConntrackEstablished     = 4
	SCTPConntrackShutdownSent    = 5
	SCTPConntrackShutdownRecd    = 6
	SCTPConntrackShutdownAckSent = 7
	SCTPConntrackHeartbeatSent   = 8
	SCTPConntrackHeartbeatAcked  = 9
)
