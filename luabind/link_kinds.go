package luabind

import (
	"net"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// linkKind is a kind of network device that scripts can make: with the function
// of its name.
type linkKind struct {
	name    string // as the kernel calls it
	shape   string
	doc     string
	config  string // the option of the kernel's build that it needs
	example string
	options []linkOption
	make    func(a netlink.LinkAttrs) netlink.Link
	check   func(f fields) // what options need of each other
}

const (
	maxVNI  = 1<<24 - 1
	maxPort = 1<<16 - 1
	maxByte = 1<<8 - 1
)

// tunConfig is the option of the kernel's build for tun and tap.
const tunConfig = "TUN"

var (
	vlanProtocols = names{{unix.ETH_P_8021Q, "802.1q"}, {unix.ETH_P_8021AD, "802.1ad"}}
	macvlanModes  = names{{int(netlink.MACVLAN_MODE_PRIVATE), "private"}, {int(netlink.MACVLAN_MODE_VEPA), "vepa"},
		{int(netlink.MACVLAN_MODE_BRIDGE), "bridge"}, {int(netlink.MACVLAN_MODE_PASSTHRU), "passthru"}, {int(netlink.MACVLAN_MODE_SOURCE), "source"}}
	ipvlanModes = names{{int(netlink.IPVLAN_MODE_L2), "l2"}, {int(netlink.IPVLAN_MODE_L3), "l3"}, {int(netlink.IPVLAN_MODE_L3S), "l3s"}}
	ipvlanFlags = names{{int(netlink.IPVLAN_FLAG_BRIDGE), "bridge"}, {int(netlink.IPVLAN_FLAG_PRIVATE), "private"}, {int(netlink.IPVLAN_FLAG_VEPA), "vepa"}}
	bondModes   = names{{int(netlink.BOND_MODE_BALANCE_RR), "balance-rr"}, {int(netlink.BOND_MODE_ACTIVE_BACKUP), "active-backup"},
		{int(netlink.BOND_MODE_BALANCE_XOR), "balance-xor"}, {int(netlink.BOND_MODE_BROADCAST), "broadcast"}, {int(netlink.BOND_MODE_802_3AD), "802.3ad"},
		{int(netlink.BOND_MODE_BALANCE_TLB), "balance-tlb"}, {int(netlink.BOND_MODE_BALANCE_ALB), "balance-alb"}}
)

// linkKinds are the kinds that scripts can make, besides veth.
func linkKinds() []*linkKind {
	return linkKindsTable.get(func() []*linkKind {
		return []*linkKind{
			{
				name: "bridge", shape: "net.BridgeSpec", config: "BRIDGE",
				doc:     "A switch of the kernel's own. Devices become its ports with link:set{ master = bridge }.",
				example: "local br0 = net.bridge(\"br0\")\np1:set{ master = br0 }",
				make:    func(a netlink.LinkAttrs) netlink.Link { return &netlink.Bridge{LinkAttrs: a} },
				options: []linkOption{
					choiceOption("vlan_filtering", "keep VLANs apart", func(l *netlink.Bridge) **bool { return &l.VlanFiltering }),
					valueOption("vlan_default_pvid", "the VLAN of untagged frames of new ports; 1 if not given", 4094, func(l *netlink.Bridge) **uint16 { return &l.VlanDefaultPVID }),
					choiceOption("mcast_snooping", "send multicast only where it was asked for", func(l *netlink.Bridge) **bool { return &l.MulticastSnooping }),
					valueOption("ageing_time", "hundredths of a second that an address is remembered; 30000 if not given", maxUint32, func(l *netlink.Bridge) **uint32 { return &l.AgeingTime }),
					valueOption("group_fwd_mask", "link-local groups that are forwarded all the same: bit N for 01:80:c2:00:00:0N", maxPort, func(l *netlink.Bridge) **uint16 { return &l.GroupFwdMask }),
				},
			},
			{
				name: "dummy", shape: "net.DummySpec", config: "DUMMY",
				doc:     "A device that drops what it is to send.",
				example: "net.dummy(\"d0\"):addr(\"192.0.2.1/32\")",
				make:    func(a netlink.LinkAttrs) netlink.Link { return &netlink.Dummy{LinkAttrs: a} },
			},
			{
				name: "ifb", shape: "net.IfbSpec", config: "IFB",
				doc:     "A device to which packets are redirected that others receive, to queue them.",
				example: "net.ifb(\"ifb0\")",
				make:    func(a netlink.LinkAttrs) netlink.Link { return &netlink.Ifb{LinkAttrs: a} },
			},
			{
				name: "vlan", shape: "net.VlanSpec", config: "VLAN_8021Q",
				doc:     "A device for one VLAN of another device.",
				example: "net.vlan{ name = \"eth0.5\", link = \"eth0\", id = 5 }",
				make: func(a netlink.LinkAttrs) netlink.Link {
					return &netlink.Vlan{LinkAttrs: a, VlanProtocol: netlink.VLAN_PROTOCOL_8021Q}
				},
				options: []linkOption{
					lowerOption("the device that it is on"),
					numberOption("id", "the VLAN's number", 4094, func(l *netlink.Vlan) *int { return &l.VlanId }).required(),
					nameOption("protocol", "the type of its tags; 802.1q if not given", vlanProtocols, func(l *netlink.Vlan) *netlink.VlanProtocol { return &l.VlanProtocol }),
					choiceOption("reorder_hdr", "take the tag out of frames that come in", func(l *netlink.Vlan) **bool { return &l.ReorderHdr }),
					choiceOption("loose_binding", "be up while the device below is down", func(l *netlink.Vlan) **bool { return &l.LooseBinding }),
				},
			},
			{
				name: "macvlan", shape: "net.MacvlanSpec", config: "MACVLAN",
				doc:     "A device with an Ethernet address of its own on another device.",
				example: "net.macvlan{ name = \"m0\", link = \"eth0\", ns = ns }",
				make: func(a netlink.LinkAttrs) netlink.Link {
					return &netlink.Macvlan{LinkAttrs: a, Mode: netlink.MACVLAN_MODE_BRIDGE}
				},
				options: []linkOption{
					lowerOption("the device that it is on"),
					nameOption("mode", "what those on the same device reach of each other; bridge if not given", macvlanModes, func(l *netlink.Macvlan) *netlink.MacvlanMode { return &l.Mode }),
				},
			},
			{
				name: "ipvlan", shape: "net.IpvlanSpec", config: "IPVLAN",
				doc:     "A device with IP addresses of its own and the Ethernet address of the device that it is on.",
				example: "net.ipvlan{ name = \"i0\", link = \"eth0\", mode = \"l3\", ns = ns }",
				make: func(a netlink.LinkAttrs) netlink.Link {
					return &netlink.IPVlan{LinkAttrs: a, Mode: netlink.IPVLAN_MODE_L2}
				},
				options: []linkOption{
					lowerOption("the device that it is on"),
					nameOption("mode", "by what packets are told apart; l2 if not given", ipvlanModes, func(l *netlink.IPVlan) *netlink.IPVlanMode { return &l.Mode }),
					nameOption("flag", "what those on the same device reach of each other; bridge if not given", ipvlanFlags, func(l *netlink.IPVlan) *netlink.IPVlanFlag { return &l.Flag }),
				},
			},
			{
				name: "vxlan", shape: "net.VxlanSpec", config: "VXLAN",
				doc:     "An end of a VXLAN tunnel.",
				example: "net.vxlan{\n  name = \"vx0\", vni = 66, remote = \"192.0.2.1\", local_ip = \"192.0.2.2\",\n}",
				make: func(a netlink.LinkAttrs) netlink.Link {
					return &netlink.Vxlan{LinkAttrs: a, Learning: true, Port: 4789}
				},
				check: needIdentifier,
				options: []linkOption{
					numberOption("vni", "the network's number; needed unless external", maxVNI, func(l *netlink.Vxlan) *int { return &l.VxlanId }),
					ipOption("remote", "the other end, or a multicast group for all others", func(l *netlink.Vxlan) *net.IP { return &l.Group }),
					ipOption("local_ip", "the address to send from", func(l *netlink.Vxlan) *net.IP { return &l.SrcAddr }),
					outOption(func(l *netlink.Vxlan) *int { return &l.VtepDevIndex }),
					numberOption("port", "the UDP port; 4789 if not given", maxPort, func(l *netlink.Vxlan) *int { return &l.Port }),
					numberOption("ttl", "time to live of the outer header; 0, as if not given, for the kernel's choice", maxByte, func(l *netlink.Vxlan) *int { return &l.TTL }),
					numberOption("tos", "DSCP and ECN of the outer header; 1 for that of the inner one", maxByte, func(l *netlink.Vxlan) *int { return &l.TOS }),
					boolOption("learning", "learn the other ends from what comes in; true if not given", func(l *netlink.Vxlan) *bool { return &l.Learning }),
					boolOption("proxy", "answer ARP in place of other ends", func(l *netlink.Vxlan) *bool { return &l.Proxy }),
					boolOption("gbp", "carry a group policy", func(l *netlink.Vxlan) *bool { return &l.GBP }),
					boolOption("udp6_zero_csum_rx", "take packets over IPv6 without a UDP checksum", func(l *netlink.Vxlan) *bool { return &l.UDP6ZeroCSumRx }),
					boolOption("external", "take the number and the other end from each packet's metadata", func(l *netlink.Vxlan) *bool { return &l.FlowBased }),
				},
			},
			{
				name: "geneve", shape: "net.GeneveSpec", config: "GENEVE",
				doc:     "An end of a Geneve tunnel.",
				example: "net.geneve{ name = \"gnv0\", vni = 66, remote = \"192.0.2.1\" }",
				make:    func(a netlink.LinkAttrs) netlink.Link { return &netlink.Geneve{LinkAttrs: a, Dport: 6081} },
				check:   needIdentifier,
				options: []linkOption{
					numberOption("vni", "the network's number; needed unless external", maxVNI, func(l *netlink.Geneve) *uint32 { return &l.ID }),
					ipOption("remote", "the other end", func(l *netlink.Geneve) *net.IP { return &l.Remote }),
					numberOption("port", "the UDP port; 6081 if not given", maxPort, func(l *netlink.Geneve) *uint16 { return &l.Dport }),
					numberOption("ttl", "time to live of the outer header; 0, as if not given, for the kernel's choice", maxByte, func(l *netlink.Geneve) *uint8 { return &l.Ttl }),
					numberOption("tos", "DSCP and ECN of the outer header; 1 for that of the inner one", maxByte, func(l *netlink.Geneve) *uint8 { return &l.Tos }),
					boolOption("external", "take the number and the other end from each packet's metadata", func(l *netlink.Geneve) *bool { return &l.FlowBased }),
				},
			},
			{
				name: "gretap", shape: "net.GretapSpec", config: "NET_IPGRE",
				doc:     "An end of a tunnel of Ethernet frames in GRE over IPv4.",
				example: "net.gretap{\n  name = \"gre1\", local_ip = \"192.0.2.2\", remote = \"192.0.2.1\", key = 7,\n}",
				make: func(a netlink.LinkAttrs) netlink.Link {
					// The library calls it another kind without an address of IPv4.
					return &netlink.Gretap{LinkAttrs: a, PMtuDisc: 1, Local: net.IPv4zero}
				},
				options: []linkOption{
					ipOption("remote", "the other end", func(l *netlink.Gretap) *net.IP { return &l.Remote }),
					ipOption("local_ip", "the address to send from", func(l *netlink.Gretap) *net.IP { return &l.Local }),
					greKeyOption(),
					outOption(func(l *netlink.Gretap) *uint32 { return &l.Link }),
					numberOption("ttl", "time to live of the outer header; 0, as if not given, for that of the inner one", maxByte, func(l *netlink.Gretap) *uint8 { return &l.Ttl }),
					numberOption("tos", "DSCP and ECN of the outer header; 1 for that of the inner one", maxByte, func(l *netlink.Gretap) *uint8 { return &l.Tos }),
					boolOption("external", "take the key and the other end from each packet's metadata", func(l *netlink.Gretap) *bool { return &l.FlowBased }),
				},
			},
			{
				name: "vrf", shape: "net.VrfSpec", config: "NET_VRF",
				doc:     "A routing table of its own for the devices whose master it is.",
				example: "net.vrf{ name = \"red\", table = 10 }\np1:set{ master = \"red\" }",
				make:    func(a netlink.LinkAttrs) netlink.Link { return &netlink.Vrf{LinkAttrs: a} },
				options: []linkOption{
					numberOption("table", "the routing table's number", maxUint32, func(l *netlink.Vrf) *uint32 { return &l.Table }).required(),
				},
			},
			{
				name: "bond", shape: "net.BondSpec", config: "BONDING",
				doc:     "Several devices as one. They become its ports with link:set{ master = bond, up = true } while they are down.",
				example: "net.bond{ name = \"bond0\", mode = \"active-backup\", miimon = 100 }",
				make: func(a netlink.LinkAttrs) netlink.Link {
					l := netlink.NewLinkBond(a)
					l.Mode = netlink.BOND_MODE_BALANCE_RR
					return l
				},
				options: []linkOption{
					nameOption("mode", "how packets are shared out; balance-rr if not given", bondModes, func(l *netlink.Bond) *netlink.BondMode { return &l.Mode }),
					numberOption("miimon", "milliseconds between looks at the ports' carriers; 0 for never", 1<<31-1, func(l *netlink.Bond) *int { return &l.Miimon }),
				},
			},
			{
				name: "tap", shape: "net.TapSpec", config: tunConfig,
				doc:     "A device whose frames a program reads and writes through /dev/net/tun. It has a carrier while one does.",
				example: "net.tap{ name = \"tap0\", owner = 1000 }",
				make:    func(a netlink.LinkAttrs) netlink.Link { return newTuntap(a, netlink.TUNTAP_MODE_TAP) },
				options: tuntapOptions(),
			},
			{
				name: "tun", shape: "net.TunSpec", config: tunConfig,
				doc:     "A device whose IP packets a program reads and writes through /dev/net/tun. It has a carrier while one does.",
				example: "net.tun(\"tun0\")",
				make:    func(a netlink.LinkAttrs) netlink.Link { return newTuntap(a, netlink.TUNTAP_MODE_TUN) },
				options: tuntapOptions(),
			},
		}
	})
}

var linkKindsTable lazyRows[*linkKind]

func tuntapOptions() []linkOption {
	return []linkOption{
		numberOption("owner", "the user who may open it besides root; 0 for none", maxUint32, func(l *netlink.Tuntap) *uint32 { return &l.Owner }),
		numberOption("group", "the group whose members may open it", maxUint32, func(l *netlink.Tuntap) *uint32 { return &l.Group }),
	}
}

func newTuntap(a netlink.LinkAttrs, mode netlink.TuntapMode) netlink.Link {
	return &netlink.Tuntap{LinkAttrs: a, Mode: mode}
}

// needIdentifier checks the options of tunnels that have a number.
func needIdentifier(f fields) {
	if !f.has("vni") && !f.bool("external") {
		f.bad("vni", "whole number from 0 to %d expected, as it is not external", maxVNI)
	}
}

// greKeyOption is the key of both directions.
func greKeyOption() linkOption {
	o := numberOption("key", "the number that tells tunnels apart; none if not given", maxUint32, func(l *netlink.Gretap) *uint32 { return &l.IKey })
	set := o.set
	o.set = func(f fields, link netlink.Link, ns *namespace) {
		set(f, link, ns)
		gre := link.(*netlink.Gretap)
		gre.OKey = gre.IKey
	}
	return o
}

// linkKindOf finds the row of a device that is there, nil for one of another kind.
func linkKindOf(link netlink.Link) *linkKind {
	name := link.Type()
	if t, ok := link.(*netlink.Tuntap); ok {
		name = "tap"
		if t.Mode == netlink.TUNTAP_MODE_TUN {
			name = "tun"
		}
	}
	for _, kind := range linkKinds() {
		if kind.name == name {
			return kind
		}
	}
	return nil
}
