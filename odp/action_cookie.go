package odp

// cookieSize is the length of the userdata that ovs-vswitchd puts into its
// userspace actions (struct user_action_cookie).
const cookieSize = 48

// cookieRows are the kinds of that userdata. Its other parts, which are the
// OpenFlow port and the bridge that it came from, are not in the text, as they
// are not in that of OVS: the former is read as none, the latter as zero.
var cookieRows = []Row{
	cookieRow(1, "sFlow", "sFlow sample of a bridge", finishSFlow,
		Field{Name: "vid", Off: 24, Width: 2, Bits: 12, Kind: KindDec, Doc: "VLAN id of the output"},
		Field{Name: "pcp", Off: 24, Width: 2, Shift: 13, Bits: 3, Kind: KindDec, Doc: "VLAN priority of the output"},
		Field{Name: "output", Off: 28, Width: 4, Host: true, Kind: KindDec, Doc: "output as sFlow counts it"},
	),
	cookieRow(2, "slow_path", "packet that ovs-vswitchd handles itself", finishCookie,
		Field{Off: 28, Width: 4, Host: true, Kind: KindFlags, Separator: ',', Names: slowPathReasons},
	),
	cookieRow(3, "flow_sample", "IPFIX sample of a flow", finishCookie,
		Field{Name: "probability", Off: 24, Width: 2, Host: true, Kind: KindDec, Doc: "share of the packets, of 65535"},
		Field{Name: "collector_set_id", Off: 28, Width: 4, Host: true, Kind: KindDec, Doc: "IPFIX collector set"},
		Field{Name: "obs_domain_id", Off: 32, Width: 4, Host: true, Kind: KindDec, Doc: "IPFIX observation domain"},
		Field{Name: "obs_point_id", Off: 36, Width: 4, Host: true, Kind: KindDec, Doc: "IPFIX observation point"},
		Field{Name: "output_port", Off: 40, Width: 4, Host: true, Kind: KindPort, Doc: "vport of the output"},
		Field{Name: "direction", Off: 44, Width: 4, Host: true, Kind: KindEnum, Implied: implied(0), Unnamed: true,
			Names: []NamedValue{{"ingress", 1}, {"egress", 2}}, Doc: "whether the packet is sampled coming in or going out"},
	),
	cookieRow(4, "ipfix", "IPFIX sample of a bridge", finishCookie,
		Field{Name: "output_port", Off: 24, Width: 4, Host: true, Kind: KindPort, Doc: "vport of the output"},
	),
	cookieRow(5, "controller", "packet for an OpenFlow controller", finishCookie,
		Field{Name: "reason", Off: 26, Width: 2, Host: true, Kind: KindDec, Doc: "OpenFlow reason"},
		Field{Name: "dont_send", Off: 24, Width: 1, Kind: KindDec, Doc: "1 not to send it"},
		Field{Name: "continuation", Off: 25, Width: 1, Kind: KindDec, Doc: "1 to send it as a continuation"},
		Field{Name: "recirc_id", Off: 28, Width: 4, Host: true, Kind: KindDec, Doc: "recirculation id"},
		Field{Name: "rule_cookie", Off: 32, Width: 8, Kind: KindHex, Doc: "cookie of the OpenFlow rule"},
		Field{Name: "controller_id", Off: 40, Width: 2, Host: true, Kind: KindDec, Doc: "which controller"},
		Field{Name: "max_len", Off: 42, Width: 2, Host: true, Kind: KindDec, Doc: "bytes to send, at most"},
	),
}

// slowPathReasons are the bits of enum slow_path_reason of OVS.
var slowPathReasons = []NamedValue{
	{"cfm", 1 << 0}, {"bfd", 1 << 1}, {"lacp", 1 << 2}, {"stp", 1 << 3}, {"lldp", 1 << 4}, {"action", 1 << 5}, {"match", 1 << 6},
}

func cookieRow(kind uint16, name, doc string, finish func([]byte), fields ...Field) Row {
	return Row{ID: kind, Name: name, Size: cookieSize, Paren: true, Doc: doc, Fields: fields, finish: func(val []byte) {
		(&Field{Width: 2, Host: true}).store(val, uint64(kind))
		finish(val)
	}}
}

// finishCookie says that the packet is of no OpenFlow port.
func finishCookie(val []byte) {
	const portNone = 0xffff // OFPP_NONE
	(&Field{Off: 4, Width: 4, Host: true}).store(val, portNone)
}

// finishSFlow marks a tag that is not zero as one.
func finishSFlow(val []byte) {
	finishCookie(val)
	if tci := (&Field{Off: 24, Width: 2}); tci.load(val) != 0 {
		(&Field{Off: 24, Width: 2, Shift: 12, Bits: 1}).store(val, 1)
	}
}
