// Package ovsh holds the names and numbers of the kernel's Open vSwitch
// interface, include/uapi/linux/openvswitch.h of Linux 7.2, and of the psample
// family that its psample action feeds.
//
// A Go name is the C name without OVS_, in camel case, with DP_ in front read
// as "Datapath": OVS_DP_CMD_NEW is [DatapathCmdNew], OVS_KEY_ATTR_IPV4 is
// [KeyAttrIPv4]. Two departures avoid collisions: the attributes of the psample
// action are ActionPsampleAttr*, those of the psample family PsampleAttr*.
// The constants are untyped, as an attribute number is compared with a uint16,
// a command with a uint8, and an enumeration with its own exported type.
//
// The structures of the header have no declaration here: their layouts stand
// where they are decoded.
package ovsh
