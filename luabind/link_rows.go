package luabind

import (
	"slices"

	"github.com/vishvananda/netlink"
	lua "github.com/yuin/gopher-lua"
	"golang.org/x/sys/unix"
)

var linkFlags = names{
	{unix.IFF_UP, "up"}, {unix.IFF_BROADCAST, "broadcast"}, {unix.IFF_LOOPBACK, "loopback"}, {unix.IFF_POINTOPOINT, "pointtopoint"},
	{unix.IFF_RUNNING, "running"}, {unix.IFF_NOARP, "noarp"}, {unix.IFF_PROMISC, "promisc"}, {unix.IFF_ALLMULTI, "allmulticast"},
	{unix.IFF_MASTER, "master"}, {unix.IFF_SLAVE, "slave"}, {unix.IFF_MULTICAST, "multicast"}, {unix.IFF_DYNAMIC, "dynamic"},
	{1 << 16, "lower_up"}, {1 << 17, "dormant"}, // IFF_LOWER_UP, IFF_DORMANT of linux/if.h
}

func linkClass() *Class {
	return &Class{
		Name:    classLink,
		Columns: []string{"name", "index", "kind", "state", "mac", "mtu", "master", "peer"},
		Doc: "A network device, by name. Everything else is read from the kernel when it is asked for. Devices that a script makes in the " +
			"program's namespace stay when it ends, as those that `ip` makes do; those in a namespace that it made end with that.",
		Props:   linkProps(),
		Methods: slices.Concat(linkMethods(), addressMethods(), qdiscMethods(), frameMethods()),
		Ops: map[string]func(c call) int{
			"__tostring": func(c call) int { return c.pushString(self[*linkValue](c).name) },
			"__concat":   concat,
			"__eq": func(c call) int {
				a, b := c.L.Get(1).(*lua.LUserData).Value.(*linkValue), c.L.Get(2).(*lua.LUserData).Value.(*linkValue)
				return c.push(lua.LBool(a.ns == b.ns && a.name == b.name))
			},
		},
		OpDocs: []string{"concat(string): string"},
	}
}

func linkProps() []*Prop {
	// attr is a property that a device of any kind has.
	attr := func(name, typ, doc string, get func(c call, a *netlink.LinkAttrs) lua.LValue) *Prop {
		return &Prop{Name: name, Lazy: true, Type: typ, Doc: doc, Get: func(c call) lua.LValue {
			return get(c, self[*linkValue](c).get(c).Attrs())
		}}
	}
	number := func(name, doc string, get func(a *netlink.LinkAttrs) int) *Prop {
		return attr(name, "integer", doc, func(_ call, a *netlink.LinkAttrs) lua.LValue { return lua.LNumber(get(a)) })
	}
	flag := func(name, doc string, bit int) *Prop {
		return attr(name, "boolean", doc, func(_ call, a *netlink.LinkAttrs) lua.LValue { return lua.LBool(int(a.RawFlags)&bit != 0) })
	}
	return []*Prop{
		{Name: "name", Type: "string", Doc: "its name", Get: func(c call) lua.LValue { return lua.LString(self[*linkValue](c).name) }},
		{Name: "ns", Type: classNamespace, Doc: "the namespace that it is in", Get: func(c call) lua.LValue {
			return c.rt.namespaceObject(self[*linkValue](c).ns)
		}},
		{Name: "exists", Lazy: true, Type: "boolean", Doc: "whether there is such a device now", Get: func(c call) lua.LValue {
			_, err := self[*linkValue](c).read(c)
			return lua.LBool(err == nil)
		}},
		number("index", "its interface index", func(a *netlink.LinkAttrs) int { return a.Index }),
		{Name: "kind", Lazy: true, Type: "string", Doc: "what it is: \"veth\", \"bridge\", ...; \"device\" for a physical one and lo", Get: func(c call) lua.LValue {
			link := self[*linkValue](c).get(c)
			if kind := linkKindOf(link); kind != nil {
				return lua.LString(kind.name)
			}
			return lua.LString(link.Type())
		}},
		{Name: "options", Lazy: true, Type: "table<string, any>", Get: linkOptions,
			Doc: "what is set of the options of its kind, by their names in net.vxlan and so on; empty for a kind that this module does not make"},
		attr("state", "string", "whether it works: \"up\", \"down\", \"lower-layer-down\", \"dormant\", \"testing\", \"not-present\" or \"unknown\", which also lo has",
			func(_ call, a *netlink.LinkAttrs) lua.LValue { return lua.LString(a.OperState.String()) }),
		attr("flags", "string[]", "its flags: \"up\", \"broadcast\", \"running\", \"promisc\", ...",
			func(c call, a *netlink.LinkAttrs) lua.LValue { return linkFlags.flags(c.rt, int(a.RawFlags)) }),
		flag("is_up", "whether it is set up", unix.IFF_UP),
		attr("is_running", "boolean", "whether it is up and has a carrier, so that it sends what it is given", func(_ call, a *netlink.LinkAttrs) lua.LValue {
			return lua.LBool(a.OperState == netlink.OperUp)
		}),
		attr("promisc", "boolean", "whether it takes frames to any address, for whatever reason", func(_ call, a *netlink.LinkAttrs) lua.LValue {
			return lua.LBool(a.Promisc > 0 || a.RawFlags&unix.IFF_PROMISC != 0)
		}),
		attr("mac", "string?", "its hardware address", func(_ call, a *netlink.LinkAttrs) lua.LValue { return hardwareValue(a.HardwareAddr) }),
		number("mtu", "the largest packet without Ethernet header, in bytes", func(a *netlink.LinkAttrs) int { return a.MTU }),
		number("txqueuelen", "how many packets may wait to be sent", func(a *netlink.LinkAttrs) int { return a.TxQLen }),
		attr("alias", "string?", "a text that someone gave it", func(_ call, a *netlink.LinkAttrs) lua.LValue {
			if a.Alias == "" {
				return lua.LNil
			}
			return lua.LString(a.Alias)
		}),
		{Name: "master", Lazy: true, Type: classLink + "?", Doc: "the bridge, bond or vrf that it is a port of", Get: func(c call) lua.LValue {
			l := self[*linkValue](c)
			return l.byIndex(c, l.ns, l.get(c).Attrs().MasterIndex)
		}},
		{Name: "peer", Lazy: true, Type: classLink + "?", Get: linkPeer,
			Doc: "the other end of a veth, or the device that a vlan, macvlan or ipvlan is on; nil if there is none, or if it is in a namespace that this script has not opened"},
		{Name: "stats", Lazy: true, Type: "net.LinkStats", Doc: "what it has counted", Get: linkStats},
		{Name: "addresses", Lazy: true, Type: "net.Address[]", Doc: "its IP addresses", Get: linkAddresses},
		{Name: "qdiscs", Lazy: true, Type: "net.Qdisc[]", Doc: "its queueing disciplines", Get: linkQdiscs},
		{Name: "offloads", Lazy: true, Type: "table<string, boolean>", Doc: "what it leaves to hardware, by the kernel's names, as `ethtool -k` lists it", Get: linkOffloads},
	}
}

// byIndex is the device of that number, nil if there is none.
func (l *linkValue) byIndex(c call, ns *namespace, index int) lua.LValue {
	if index == 0 {
		return lua.LNil
	}
	var link netlink.Link
	err := c.rtnl(ns, func() (err error) {
		link, err = netlink.LinkByIndex(index)
		return err
	})
	if err != nil {
		return lua.LNil // it has gone since
	}
	return c.rt.newLink(ns, link.Attrs().Name)
}

// linkPeer is the property peer.
func linkPeer(c call) lua.LValue {
	l := self[*linkValue](c)
	a := l.get(c).Attrs()
	if a.NetNsID < 0 {
		return l.byIndex(c, l.ns, a.ParentIndex)
	}
	for _, ns := range append(slices.Clone(c.rt.net.open), c.rt.home()) {
		fd, id := int(ns.file), -1
		err := c.rtnl(l.ns, func() (err error) {
			id, err = netlink.GetNetNsIdByFd(fd)
			return err
		})
		if err == nil && id == a.NetNsID {
			return l.byIndex(c, ns, a.ParentIndex)
		}
	}
	return lua.LNil
}

// linkStats is the property stats.
func linkStats(c call) lua.LValue {
	s := self[*linkValue](c).get(c).Attrs().Statistics
	if s == nil {
		s = &netlink.LinkStatistics{}
	}
	values := map[string]lua.LValue{}
	for _, counter := range linkCounters {
		values[counter.name] = c.rt.integer(*counter.of(s))
	}
	return c.rt.record("net.LinkStats", values)
}

// linkCounters are the counters of a device.
var linkCounters = []struct {
	name, doc string
	of        func(s *netlink.LinkStatistics) *uint64
}{
	{"rx_packets", "packets received", func(s *netlink.LinkStatistics) *uint64 { return &s.RxPackets }},
	{"tx_packets", "packets sent", func(s *netlink.LinkStatistics) *uint64 { return &s.TxPackets }},
	{"rx_bytes", "bytes received", func(s *netlink.LinkStatistics) *uint64 { return &s.RxBytes }},
	{"tx_bytes", "bytes sent", func(s *netlink.LinkStatistics) *uint64 { return &s.TxBytes }},
	{"rx_errors", "bad packets received", func(s *netlink.LinkStatistics) *uint64 { return &s.RxErrors }},
	{"tx_errors", "packets that could not be sent", func(s *netlink.LinkStatistics) *uint64 { return &s.TxErrors }},
	{"rx_dropped", "packets received that nobody took or that there was no room for", func(s *netlink.LinkStatistics) *uint64 { return &s.RxDropped }},
	{"tx_dropped", "packets to be sent that there was no room for", func(s *netlink.LinkStatistics) *uint64 { return &s.TxDropped }},
	{"multicast", "multicast packets received", func(s *netlink.LinkStatistics) *uint64 { return &s.Multicast }},
	{"rx_over_errors", "packets received that the device had no room for", func(s *netlink.LinkStatistics) *uint64 { return &s.RxOverErrors }},
	{"rx_frame_errors", "packets received that were not of whole bytes", func(s *netlink.LinkStatistics) *uint64 { return &s.RxFrameErrors }},
	{"tx_aborted_errors", "packets that the device gave up sending", func(s *netlink.LinkStatistics) *uint64 { return &s.TxAbortedErrors }},
	{"tx_carrier_errors", "packets not sent for want of a carrier", func(s *netlink.LinkStatistics) *uint64 { return &s.TxCarrierErrors }},
	{"collisions", "collisions while sending", func(s *netlink.LinkStatistics) *uint64 { return &s.Collisions }},
}

func linkShapes() []*Shape {
	stats := &Shape{Name: "net.LinkStats", Doc: "What a network device has counted."}
	for _, counter := range linkCounters {
		stats.Fields = append(stats.Fields, Param{Name: counter.name, Type: "integer", Doc: counter.doc})
	}
	return append(append(linkSpecShapes(), linkChangeShapes()...), stats)
}

func linkMethods() []*Func {
	simple := func(op, doc string, do func(link netlink.Link) error) *Func {
		return &Func{
			Name: op, Doc: doc, Returns: []Param{{Name: "link", Type: classLink}},
			Example: "net.link(\"eth0\"):" + op + "()",
			Go: func(c call) int {
				self[*linkValue](c).do(c, op, do)
				return c.push(c.L.Get(1))
			},
		}
	}
	return []*Func{
		simple("up", "Set the device up.", netlink.LinkSetUp),
		simple("down", "Set the device down.", netlink.LinkSetDown),
		simple("delete", "Delete the device. The other end of a veth goes with it.", netlink.LinkDel),
		{
			Name: "set",
			Doc: "Change the device. What the table does not name stays as it is. If the kernel refuses one change, those before it, in the " +
				"order of the annotations, have been made.",
			Params:  []Param{{Name: "changes", Type: "net.LinkChange"}},
			Returns: []Param{{Name: "link", Type: classLink}},
			Example: "link:set{ mtu = 1400, mac = \"02:00:00:00:00:01\", master = \"br0\" }",
			Go:      setLink,
		},
	}
}
