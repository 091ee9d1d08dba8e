package ovsh

// enum ovs_meter_cmd
const (
	MeterCmdUnspec   = 0
	MeterCmdFeatures = 1
	MeterCmdSet      = 2
	MeterCmdDel      = 3
	MeterCmdGet      = 4
)

// enum ovs_meter_attr
const (
	MeterAttrUnspec    = 0
	MeterAttrID        = 1
	MeterAttrKbps      = 2
	MeterAttrStats     = 3
	MeterAttrBands     = 4
	MeterAttrUsed      = 5
	MeterAttrClear     = 6
	MeterAttrMaxMeters = 7
	MeterAttrMaxBands  = 8
	MeterAttrPad       = 9
)

// enum ovs_band_attr
const (
	BandAttrUnspec = 0
	BandAttrType   = 1
	BandAttrRate   = 2
	BandAttrBurst  = 3
	BandAttrStats  = 4
)

// enum ovs_meter_band_type
const (
	MeterBandTypeUnspec = 0
	MeterBandTypeDrop   = 1
)

// enum ovs_ct_limit_cmd
const (
	CTLimitCmdUnspec = 0
	CTLimitCmdSet    = 1
	CTLimitCmdDel    = 2
	CTLimitCmdGet    = 3
)

// enum ovs_ct_limit_attr
const (
	CTLimitAttrUnspec    = 0
	CTLimitAttrZoneLimit = 1
)
