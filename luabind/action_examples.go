package luabind

// actionExamples are the examples of the functions that make actions, by name.
var actionExamples = map[string]string{
	"output":        "-- The number and the vport alone do as well.\ndp:put_flow{ match = { in_port = 1 }, actions = odp.output(2) }",
	"userspace":     "local up = odp.userspace{ pid = handle.pids[1], userdata = \"seen\" }",
	"set":           "local a = odp.set{\n  eth = { dst = \"02:00:00:00:00:02\" }, ipv4 = { ttl = 63 },\n}",
	"push_vlan":     "local a = odp.push_vlan{ vid = 5, pcp = 1 } .. odp.output(2)",
	"pop_vlan":      "local a = odp.pop_vlan() .. odp.output(2)",
	"sample":        "local up = odp.userspace{ pid = handle.pids[1] }\nlocal a = odp.sample{ probability = 0.01, actions = up }",
	"recirc":        "-- The packet is looked up again with recirc_id = 1.\nlocal a = odp.ct{ zone = 5 } .. odp.recirc(1)",
	"hash":          "local a = odp.hash{ alg = \"sym_l4\", basis = 0 } .. odp.recirc(1)",
	"push_mpls":     "local a = odp.push_mpls{ label = 5, ttl = 64, bos = 1, eth_type = 0x8847 }",
	"pop_mpls":      "local a = odp.pop_mpls{ eth_type = 0x0800 }",
	"ct":            "local nat = odp.ct{ commit = true, zone = 5, nat = { src = \"192.0.2.1\" } }\nlocal a = nat .. odp.output(2)",
	"trunc":         "local a = odp.trunc(64) .. odp.output(2)  -- the first 64 bytes",
	"push_eth":      "local a = odp.push_eth{\n  src = \"02:00:00:00:00:01\", dst = \"02:00:00:00:00:02\",\n}",
	"pop_eth":       "local a = odp.pop_eth() .. odp.output(2)",
	"ct_clear":      "local a = odp.ct_clear() .. odp.recirc(1)",
	"push_nsh":      "local a = odp.push_nsh{ spi = 7, si = 255 }",
	"pop_nsh":       "local a = odp.pop_nsh() .. odp.output(2)",
	"meter":         "-- An object of a meter stands for the action: { meter, 2 }.\nlocal a = odp.meter(1) .. odp.output(2)",
	"clone":         "-- What goes out of port 2 still has its tag.\nlocal a = odp.clone{ odp.pop_vlan(), 3 } .. odp.output(2)",
	"check_pkt_len": "local a = odp.check_pkt_len{ size = 1500, gt = odp.drop(), le = 2 }",
	"add_mpls":      "local a = odp.add_mpls{\n  label = 5, ttl = 64, bos = 1, eth_type = 0x8847, tun_flags = 1,\n}",
	"dec_ttl":       "local a = odp.dec_ttl() .. odp.output(2)\nlocal up = odp.userspace{ pid = handle.pids[1] }\nlocal b = odp.dec_ttl{ le_1 = up } .. odp.output(2)",
	"psample":       "local a = odp.psample{ group = 1, cookie = \"flow 7\" } .. odp.output(2)",
	"drop":          "dp:put_flow{ match = { in_port = 1 }, actions = odp.drop() }\nlocal why = odp.drop(7)  -- counted under this reason",
}
