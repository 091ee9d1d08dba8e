package ovsh

// enum ovs_sample_attr
const (
	SampleAttrUnspec      = 0
	SampleAttrProbability = 1
	SampleAttrActions     = 2
)

// enum ovs_userspace_attr
const (
	UserspaceAttrUnspec        = 0
	UserspaceAttrPID           = 1
	UserspaceAttrUserdata      = 2
	UserspaceAttrEgressTunPort = 3
	UserspaceAttrActions       = 4
)

// enum ovs_hash_alg
const (
	HashAlgL4    = 0
	HashAlgSymL4 = 1
)

// enum ovs_ct_attr
const (
	CTAttrUnspec      = 0
	CTAttrCommit      = 1
	CTAttrZone        = 2
	CTAttrMark        = 3
	CTAttrLabels      = 4
	CTAttrHelper      = 5
	CTAttrNAT         = 6
	CTAttrForceCommit = 7
	CTAttrEventMask   = 8
	CTAttrTimeout     = 9
)

// enum ovs_nat_attr
const (
	NATAttrUnspec      = 0
	NATAttrSrc         = 1
	NATAttrDst         = 2
	NATAttrIPMin       = 3
	NATAttrIPMax       = 4
	NATAttrProtoMin    = 5
	NATAttrProtoMax    = 6
	NATAttrPersistent  = 7
	NATAttrProtoHash   = 8
	NATAttrProtoRandom = 9
)

// enum ovs_check_pkt_len_attr
const (
	CheckPktLenAttrUnspec             = 0
	CheckPktLenAttrPktLen             = 1
	CheckPktLenAttrActionsIfGreater   = 2
	CheckPktLenAttrActionsIfLessEqual = 3
)

// enum ovs_psample_attr
const (
	ActionPsampleAttrGroup  = 1
	ActionPsampleAttrCookie = 2
)

// enum ovs_action_attr
const (
	ActionAttrUnspec      = 0
	ActionAttrOutput      = 1
	ActionAttrUserspace   = 2
	ActionAttrSet         = 3
	ActionAttrPushVLAN    = 4
	ActionAttrPopVLAN     = 5
	ActionAttrSample      = 6
	ActionAttrRecirc      = 7
	ActionAttrHash        = 8
	ActionAttrPushMPLS    = 9
	ActionAttrPopMPLS     = 10
	ActionAttrSetMasked   = 11
	ActionAttrCT          = 12
	ActionAttrTrunc       = 13
	ActionAttrPushEth     = 14
	ActionAttrPopEth      = 15
	ActionAttrCTClear     = 16
	ActionAttrPushNSH     = 17
	ActionAttrPopNSH      = 18
	ActionAttrMeter       = 19
	ActionAttrClone       = 20
	ActionAttrCheckPktLen = 21
	ActionAttrAddMPLS     = 22
	ActionAttrDecTTL      = 23
	ActionAttrDrop        = 24
	ActionAttrPsample     = 25
)

// enum ovs_dec_ttl_attr
const (
	DecTTLAttrUnspec = 0
	DecTTLAttrAction = 1
)
