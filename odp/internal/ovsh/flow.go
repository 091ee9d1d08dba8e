package ovsh

// enum ovs_flow_cmd
const (
	FlowCmdUnspec = 0
	FlowCmdNew    = 1
	FlowCmdDel    = 2
	FlowCmdGet    = 3
	FlowCmdSet    = 4
)

// enum ovs_flow_attr
const (
	FlowAttrUnspec    = 0
	FlowAttrKey       = 1
	FlowAttrActions   = 2
	FlowAttrStats     = 3
	FlowAttrTCPFlags  = 4
	FlowAttrUsed      = 5
	FlowAttrClear     = 6
	FlowAttrMask      = 7
	FlowAttrProbe     = 8
	FlowAttrUFID      = 9
	FlowAttrUFIDFlags = 10
	FlowAttrPad       = 11
)
