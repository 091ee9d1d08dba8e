package luabind

import (
	"github.com/vishvananda/netlink"
	lua "github.com/yuin/gopher-lua"
)

// linkChange is something of a device that link:set changes. read converts the
// field and returns the request.
type linkChange struct {
	Param
	read func(f fields, l *linkValue) func(link netlink.Link) error
}

// linkChanges are in the order in which they are made: some need the device to be
// down, and what is moved to another namespace is changed before.
func linkChanges() []linkChange {
	return linkChangesTable.get(func() []linkChange {
		return []linkChange{
			{Param{Name: "name", Type: "string", Doc: "a new name; the device must be down on kernels before 6.2"}, func(f fields, l *linkValue) func(netlink.Link) error {
				name := f.string("name")
				f.checkLinkName("name", name)
				return func(link netlink.Link) error { return netlink.LinkSetName(link, name) }
			}},
			{Param{Name: "mtu", Type: "integer", Doc: "the largest packet without Ethernet header, in bytes"}, func(f fields, _ *linkValue) func(netlink.Link) error {
				mtu := int(f.uint("mtu", maxMTU, 0))
				return func(link netlink.Link) error { return netlink.LinkSetMTU(link, mtu) }
			}},
			{Param{Name: "mac", Type: macType, Doc: "its Ethernet address"}, func(f fields, _ *linkValue) func(netlink.Link) error {
				mac := f.mac("mac")
				return func(link netlink.Link) error { return netlink.LinkSetHardwareAddr(link, mac) }
			}},
			{Param{Name: "txqueuelen", Type: "integer", Doc: "how many packets may wait to be sent"}, func(f fields, _ *linkValue) func(netlink.Link) error {
				n := int(f.uint("txqueuelen", 1<<31-1, 0))
				return func(link netlink.Link) error { return netlink.LinkSetTxQLen(link, n) }
			}},
			{Param{Name: "alias", Type: "string", Doc: "a text to remember it by"}, func(f fields, _ *linkValue) func(netlink.Link) error {
				alias := f.string("alias")
				return func(link netlink.Link) error { return netlink.LinkSetAlias(link, alias) }
			}},
			linkSwitch("promisc", "take frames to any address", netlink.SetPromiscOn, netlink.SetPromiscOff),
			linkSwitch("allmulticast", "take all multicast frames", netlink.LinkSetAllmulticastOn, netlink.LinkSetAllmulticastOff),
			linkSwitch("multicast", "send multicast", netlink.LinkSetMulticastOn, netlink.LinkSetMulticastOff),
			linkSwitch("arp", "answer to ARP and ask by it", netlink.LinkSetARPOn, netlink.LinkSetARPOff),
			{Param{Name: "offloads", Type: offloadsType, Doc: offloadsDoc}, func(f fields, _ *linkValue) func(netlink.Link) error {
				wanted := f.offloads("offloads")
				return func(link netlink.Link) error { return setOffloads(link.Attrs().Name, wanted) }
			}},
			{Param{Name: "master", Type: classLink + "|net.LinkName|false", Doc: "the bridge, bond or vrf to make it a port of; false for none"}, func(f fields, l *linkValue) func(netlink.Link) error {
				if f.get("master") == lua.LFalse {
					return netlink.LinkSetNoMaster
				}
				master := f.linkIn("master", l.ns).index(f.c)
				return func(link netlink.Link) error { return netlink.LinkSetMasterByIndex(link, master) }
			}},
			{Param{Name: "port", Type: "net.BridgePort", Doc: "how the bridge that it is a port of treats it"}, func(f fields, _ *linkValue) func(netlink.Link) error {
				t, ok := f.get("port").(*lua.LTable)
				if !ok {
					f.expected("port", "table")
				}
				port := f.c.fieldsOf(f.n, t, "net.BridgePort")
				var steps []func(link netlink.Link) error
				for _, p := range bridgePort {
					if port.has(p.name) {
						on := port.bool(p.name)
						steps = append(steps, func(link netlink.Link) error { return p.set(link, on) })
					}
				}
				return func(link netlink.Link) error {
					for _, step := range steps {
						if err := step(link); err != nil {
							return err
						}
					}
					return nil
				}
			}},
			linkSwitch("up", "whether it is set up", netlink.LinkSetUp, netlink.LinkSetDown),
			{Param{Name: "ns", Type: classNamespace, Doc: "the namespace to move it to; it is down there"}, func(f fields, l *linkValue) func(netlink.Link) error {
				fd := f.c.namespaceOf(f.n, f.get("ns")).fd(f.c)
				return func(link netlink.Link) error { return netlink.LinkSetNsFd(link, fd) }
			}},
		}
	})
}

var linkChangesTable lazyRows[linkChange]

const maxMTU = 1<<31 - 1

// linkSwitch is something of a device that is on or off.
func linkSwitch(name, doc string, on, off func(netlink.Link) error) linkChange {
	return linkChange{Param{Name: name, Type: "boolean", Doc: doc}, func(f fields, _ *linkValue) func(netlink.Link) error {
		if f.bool(name) {
			return on
		}
		return off
	}}
}

// bridgePort is what a bridge knows about a port of it.
var bridgePort = []struct {
	name, doc string
	set       func(link netlink.Link, on bool) error
}{
	{"learning", "learn addresses from what comes in", netlink.LinkSetLearning},
	{"flood", "send frames to unknown addresses out of it", netlink.LinkSetFlood},
	{"hairpin", "send frames back out of the port that they came in by", netlink.LinkSetHairpin},
	{"isolated", "pass nothing between isolated ports", netlink.LinkSetIsolated},
	{"guard", "take no spanning tree messages", netlink.LinkSetGuard},
	{"root_block", "never become the root port", netlink.LinkSetRootBlock},
	{"fast_leave", "end multicast at the first leave message", netlink.LinkSetFastLeave},
	{"proxy_arp", "answer ARP for hosts behind other ports", netlink.LinkSetBrProxyArp},
	{"neigh_suppress", "answer ARP and neighbour discovery in place of hosts behind it", netlink.LinkSetBrNeighSuppress},
	{"vlan_tunnel", "map VLANs to tunnel ids", netlink.LinkSetVlanTunnel},
}

func linkChangeShapes() []*Shape {
	change := &Shape{Name: "net.LinkChange", Doc: "What link:set takes."}
	for _, p := range linkChanges() {
		p.Optional = true
		change.Fields = append(change.Fields, p.Param)
	}
	port := &Shape{Name: "net.BridgePort", Doc: "What a bridge does with one of its ports."}
	for _, p := range bridgePort {
		port.Fields = append(port.Fields, Param{Name: p.name, Type: "boolean", Doc: p.doc, Optional: true})
	}
	return []*Shape{change, port}
}

// setLink is link:set.
func setLink(c call) int {
	l := self[*linkValue](c)
	l.change(c, c.fieldsOf(1, c.table(1), "net.LinkChange"))
	return c.push(c.L.Get(1))
}

// change makes the changes that f has, once all are understood.
func (l *linkValue) change(c call, f fields) {
	var to *namespace
	if f.has("ns") {
		to = c.namespaceOf(f.n, f.get("ns"))
	}
	type step struct {
		name string
		do   func(link netlink.Link) error
	}
	var steps []step
	for _, p := range linkChanges() {
		if f.has(p.Name) {
			steps = append(steps, step{p.Name, p.read(f, l)})
		}
	}
	if len(steps) == 0 {
		return
	}
	// A renaming is made while it is down, if it is to be set down.
	if f.get("up") == lua.LFalse {
		steps = append([]step{{"up", netlink.LinkSetDown}}, steps...)
	}
	for _, s := range steps {
		l.do(c, "set "+s.name, s.do)
		switch s.name {
		case "name":
			l.name = f.string("name")
		case "ns":
			l.closeSender() // it is in the namespace where the device was
			l.ns = to
		}
	}
}
