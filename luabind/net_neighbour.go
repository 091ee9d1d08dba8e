package luabind

import (
	"github.com/vishvananda/netlink"
	lua "github.com/yuin/gopher-lua"
	"golang.org/x/sys/unix"
)

var (
	neighbourStates = names{{netlink.NUD_PERMANENT, "permanent"}, {netlink.NUD_REACHABLE, "reachable"}, {netlink.NUD_STALE, "stale"},
		{netlink.NUD_NOARP, "noarp"}, {netlink.NUD_DELAY, "delay"}, {netlink.NUD_PROBE, "probe"}, {netlink.NUD_FAILED, "failed"},
		{netlink.NUD_INCOMPLETE, "incomplete"}, {netlink.NUD_NONE, "none"}}
	fdbStates = names{{netlink.NUD_NOARP, "static"}, {netlink.NUD_PERMANENT, "permanent"}, {netlink.NUD_REACHABLE, "dynamic"},
		{netlink.NUD_STALE, "stale"}}
	neighbourFlags = names{{netlink.NTF_USE, "use"}, {netlink.NTF_SELF, "self"}, {netlink.NTF_MASTER, "master"}, {netlink.NTF_PROXY, "proxy"},
		{ntfExternLearned, "extern_learn"}, {netlink.NTF_ROUTER, "router"}}
)

// ntfExternLearned is NTF_EXT_LEARNED of linux/neighbour.h.
const ntfExternLearned = 0x10

// neighbourFuncs are the functions about neighbours and about what bridges and
// tunnels know of addresses: of module net, or methods of a namespace.
func neighbourFuncs(of func(c call) *namespace, who string) []*Func {
	entry := func(shape string) Param { return Param{Name: "entry", Type: shape, Doc: "one of the list, or a table"} }
	filter := Param{Name: "filter", Type: "net.NeighbourFilter", Doc: "which ones", Optional: true}
	do := func(op, shape string, read func(f fields, ns *namespace) *netlink.Neigh, request func(f fields) func(*netlink.Neigh) error) func(c call) int {
		return func(c call) int {
			ns := of(c)
			f := c.fieldsOf(1, c.table(1), shape)
			n := read(f, ns)
			object := ipText(n.IP)
			if shape == "net.FdbEntry" {
				object = n.HardwareAddr.String()
			}
			run := request(f)
			c.raise(wrapIn(ns, op, object, c.rtnl(ns, func() error { return run(n) })))
			return 0
		}
	}
	add := func(f fields) func(*netlink.Neigh) error {
		switch {
		case f.bool("replace"):
			return netlink.NeighSet
		case f.shape == "net.FdbEntry" && f.bool("append"):
			return netlink.NeighAppend
		}
		return netlink.NeighAdd
	}
	remove := func(fields) func(*netlink.Neigh) error { return netlink.NeighDel }
	return []*Func{
		{
			Name:    "neighbours",
			Doc:     "The Ethernet addresses that are known for IP addresses, by ARP, by neighbour discovery or as they were added.",
			Params:  []Param{filter},
			Returns: []Param{{Name: "neighbours", Type: "net.Neighbour[]"}},
			Example: "for _, n in ipairs(" + callOf(who) + "neighbours()) do\n  print(n.ip, n.mac, n.dev, n.state)\nend",
			Go:      func(c call) int { return listNeighbours(c, of(c), false) },
		},
		{
			Name:    "add_neighbour",
			Doc:     "Say which Ethernet address an IP address has. One that is there is an error, unless it is to be replaced.",
			Params:  []Param{entry("net.Neighbour")},
			Example: callOf(who) + "add_neighbour{\n  ip = \"10.0.0.2\", mac = \"02:00:00:00:00:02\", dev = \"eth0\",\n}",
			Go:      do("neighbour add", "net.Neighbour", fields.neighbour, add),
		},
		{
			Name:    "delete_neighbour",
			Doc:     "Forget the Ethernet address of an IP address.",
			Params:  []Param{entry("net.Neighbour")},
			Example: callOf(who) + "delete_neighbour{ ip = \"10.0.0.2\", dev = \"eth0\" }",
			Go:      do("neighbour delete", "net.Neighbour", fields.neighbour, remove),
		},
		{
			Name:    "fdb",
			Doc:     "Where bridges and tunnels send frames to Ethernet addresses.",
			Params:  []Param{filter},
			Returns: []Param{{Name: "entries", Type: "net.FdbEntry[]"}},
			Example: "for _, e in ipairs(" + callOf(who) + "fdb{ dev = \"vx0\" }) do print(e.mac, e.ip) end",
			Go:      func(c call) int { return listNeighbours(c, of(c), true) },
		},
		{
			Name: "add_fdb",
			Doc: "Say where frames to an Ethernet address go: out of a port of a bridge, or to the other end of a tunnel. Frames to all unknown " +
				"addresses go to all ends that 00:00:00:00:00:00 is appended with.",
			Params:  []Param{entry("net.FdbEntry")},
			Example: callOf(who) + "add_fdb{\n  mac = \"00:00:00:00:00:00\", dev = \"vx0\", ip = \"192.0.2.3\", append = true,\n}",
			Go:      do("fdb add", "net.FdbEntry", fields.fdbEntry, add),
		},
		{
			Name:    "delete_fdb",
			Doc:     "Forget where frames to an Ethernet address go.",
			Params:  []Param{entry("net.FdbEntry")},
			Example: callOf(who) + "delete_fdb{ mac = \"02:00:00:00:00:02\", dev = \"vx0\", ip = \"192.0.2.3\" }",
			Go:      do("fdb delete", "net.FdbEntry", fields.fdbEntry, remove),
		},
	}
}

// neighbour reads the fields of a neighbour.
func (f fields) neighbour(ns *namespace) *netlink.Neigh {
	n := &netlink.Neigh{LinkIndex: f.linkIn("dev", ns).index(f.c), State: f.named("state", neighbourStates, 0, netlink.NUD_PERMANENT)}
	if !f.has("ip") {
		f.expected("ip", "IP address")
	}
	n.IP, n.HardwareAddr = f.address("ip"), f.mac("mac")
	n.Family = familyOf(n.IP)
	for _, flag := range neighbourFlags {
		if (flag.n == netlink.NTF_PROXY || flag.n == netlink.NTF_ROUTER) && f.bool(flag.text) {
			n.Flags |= flag.n
		}
	}
	return n
}

// fdbEntry reads the fields of an entry.
func (f fields) fdbEntry(ns *namespace) *netlink.Neigh {
	l := f.linkIn("dev", ns)
	a := l.get(f.c).Attrs()
	n := &netlink.Neigh{
		Family: unix.AF_BRIDGE, LinkIndex: a.Index, IP: f.address("ip"), HardwareAddr: f.mac("mac"), Vlan: int(f.uint("vlan", 4094, 0)), VNI: int(f.uint("vni", maxVNI, 0)),
	}
	if n.HardwareAddr == nil {
		f.expected("mac", "Ethernet address")
	}
	// The table is that of the bridge, unless the device is a tunnel and the entry
	// says to which end.
	n.Flags, n.State = netlink.NTF_SELF, netlink.NUD_PERMANENT
	if n.IP == nil && a.MasterIndex != 0 {
		// A permanent one would be an address of the bridge's own.
		n.Flags, n.State = netlink.NTF_MASTER, netlink.NUD_NOARP
	}
	n.State = f.named("state", fdbStates, 0, n.State)
	return n
}

func listNeighbours(c call, ns *namespace, fdb bool) int {
	f := c.fields(1, "net.NeighbourFilter")
	family, index := f.family(), 0
	if fdb {
		family = unix.AF_BRIDGE
	}
	if f.has("dev") {
		index = f.linkIn("dev", ns).index(c)
	}
	list, err := dump(c, ns, func() ([]netlink.Neigh, error) { return netlink.NeighList(index, family) })
	c.raise(wrapIn(ns, "neighbour list", "", err))
	links := c.linkNames(ns)
	t := c.L.NewTable()
	for _, n := range list {
		if fdb {
			t.Append(c.rt.fdbRecord(&n, links))
		} else if n.Family == unix.AF_INET || n.Family == unix.AF_INET6 {
			t.Append(c.rt.neighbourRecord(&n, links))
		}
	}
	return c.push(t)
}

// neighbourRecord is a neighbour as Lua shows it.
func (rt *Runtime) neighbourRecord(n *netlink.Neigh, links linkNames) lua.LValue {
	values := map[string]lua.LValue{
		"ip": addressValue(n.IP), "mac": hardwareValue(n.HardwareAddr), "dev": links.value(n.LinkIndex), "family": families.value(n.Family),
		"state": neighbourStates.value(n.State),
	}
	for _, flag := range neighbourFlags {
		if n.Flags&flag.n != 0 {
			values[flag.text] = lua.LTrue
		}
	}
	return rt.record("net.Neighbour", values)
}

// fdbRecord is an entry as Lua shows it.
func (rt *Runtime) fdbRecord(n *netlink.Neigh, links linkNames) lua.LValue {
	values := map[string]lua.LValue{
		"mac": hardwareValue(n.HardwareAddr), "dev": links.value(n.LinkIndex), "ip": addressValue(n.IP), "master": links.value(n.MasterIndex),
		"state": fdbStates.value(n.State),
	}
	if n.Vlan != 0 {
		values["vlan"] = lua.LNumber(n.Vlan)
	}
	if n.VNI != 0 {
		values["vni"] = lua.LNumber(n.VNI)
	}
	return rt.record("net.FdbEntry", values)
}

func neighbourShapes() []*Shape {
	dev := Param{Name: "dev", Type: classLink + "|net.LinkName", Doc: "the device"}
	replace := optParam("replace", "boolean", "for what adds: in place of one that is there")
	filterDev := dev
	filterDev.Optional = true
	return []*Shape{
		{Name: "net.Neighbour", Doc: "The Ethernet address of an IP address.", Fields: []Param{
			{Name: "ip", Type: ipType, Doc: "the address of the neighbour"},
			optParam("mac", macType, "nil while it is not known"),
			dev,
			optParam("state", neighbourStates.typ(), "how sure it is; permanent if not given"),
			optParam("family", families.typ(), "read only"),
			optParam("proxy", "boolean", "answer in place of the one that has it"),
			optParam("router", "boolean", "it is a router"),
			optParam("extern_learn", "boolean", "read only: a control program learned it"),
			replace,
		}},
		{Name: "net.FdbEntry", Doc: "Where frames to an Ethernet address go.", Fields: []Param{
			{Name: "mac", Type: macType, Doc: "the address that frames are sent to; zero is that of all others in a tunnel"},
			dev,
			optParam("ip", ipType, "the other end of a tunnel"),
			optParam("vlan", "integer", "the VLAN that it is about"),
			optParam("vni", "integer", "the network's number, where a tunnel has several"),
			optParam("state", fdbStates.typ(), "whether it ages; if not given, static in a bridge and permanent in a device of its own"),
			optParam("master", "string|integer", "read only: the bridge that the entry is of; nil for one of the device's own"),
			replace,
			optParam("append", "boolean", "for add_fdb: beside others with that address"),
		}},
		{Name: "net.NeighbourFilter", Doc: "Which entries are listed.", Fields: []Param{
			filterDev, optParam("family", families.typ(), "both if not given"),
		}},
	}
}
