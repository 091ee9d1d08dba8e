package luabind

// actionExamples are the examples of the functions that make actions, by name.
var actionExamples = map[string]string{
	"output":        "dp:put_flow{ match = { in_port = 1 }, actions = odp.output(2) }  -- or 2, or a vport",
	"userspace":     "local up = odp.userspace{ pid = handle.pids[1], userdata = \"seen\" }",
	"set":           "local a = odp.set{ eth = { dst = \"02:00:00:00:00:02\" }, ipv4 = { ttl = 63 } }",
	"push_vlan":     "local a = odp.push_vlan{ vid = 5, pcp = 1 } .. odp.output(2)",
	"pop_vlan":      "local a = odp.pop_vlan() .. odp.output(2)",
	"sample":        "local a = odp.sample{ probability = 0.01, actions = odp.userspace{ pid = handle.pids[1] } }",
	"recirc":        "local a = odp.ct{ zone = 5 } .. odp.recirc(1)  -- looked up again with recirc_id = 1",
	"hash":          "local a = odp.hash{ alg = \"sym_l4\", basis = 0 } .. odp.recirc(1)",
	"push_mpls":     "local a = odp.push_mpls{ label = 5, ttl = 64, bos = 1, eth_type = 0x8847 }",
	"pop_mpls":      "local a = odp.pop_mpls{ eth_type = 0x0800 }",
	"ct":            "local a = odp.ct{ commit = true, zone = 5, nat = { src = \"192.0.2.1\" } } .. odp.output(2)",
	"trunc":         "local a = odp.trunc(64) .. odp.output(2)  -- the first 64 bytes",
	"push_eth":      "local a = odp.push_eth{ src = \"02:00:00:00:00:01\", dst = \"02:00:00:00:00:02\" }",
	"pop_eth":       "local a = odp.pop_eth() .. odp.output(2)",
	"ct_clear":      "local a = odp.ct_clear() .. odp.recirc(1)",
	"push_nsh":      "local a = odp.push_nsh{ spi = 7, si = 255 }",
	"pop_nsh":       "local a = odp.pop_nsh() .. odp.output(2)",
	"meter":         "local a = odp.meter(1) .. odp.output(2)  -- or the meter itself: { meter, 2 }",
	"clone":         "local a = odp.clone{ odp.pop_vlan(), 3 } .. odp.output(2)  -- 2 has its tag still",
	"check_pkt_len": "local a = odp.check_pkt_len{ size = 1500, gt = odp.drop(), le = 2 }",
	"add_mpls":      "local a = odp.add_mpls{ label = 5, ttl = 64, bos = 1, eth_type = 0x8847, tun_flags = 1 }",
	"dec_ttl":       "local a = odp.dec_ttl{ le_1 = odp.userspace{ pid = handle.pids[1] } } .. odp.output(2)",
	"psample":       "local a = odp.psample{ group = 1, cookie = \"flow 7\" } .. odp.output(2)",
	"drop":          "dp:put_flow{ match = { in_port = 1 }, actions = odp.drop() }\nlocal why = odp.drop(7)  -- counted under this reason",
}
