package luabind

import (
	"errors"
	"net"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// space is a space of numbers by which a header says what follows it.
type space int

const (
	spaceNone      space = iota
	spaceEther           // EtherType
	spaceIP              // IP protocol number
	spaceUDP             // UDP destination port
	spaceICMPv6          // ICMPv6 type
	spaceNSH             // next protocol of NSH
	spaceLinkLayer       // always Ethernet
	spaceGuess           // nothing says it: the first byte is looked at
)

// number of a header in a space.
type frameID struct {
	space space
	n     uint16
}

// frameLayer is the row of one kind of header: how it is built, read, printed
// and annotated.
type frameLayer struct {
	name, doc string
	fields    []*frameField
	rank      int    // headers of one frame have rising ranks; one of no higher rank begins an inner frame
	many      bool   // there may be several in a row: a list in Lua
	stack     bool   // its next field only says whether it is the last of such a row
	needsIP   bool   // for its checksum
	over      string // the header that must be right before it
	ids       []frameID
	// ownID is the number of this very header where that varies.
	ownID func(h any) uint16
	// next says what follows: space and number.
	next func(h any) frameID
	make func() gopacket.SerializableLayer
	// decode reads the header at the start of data and returns what it carries.
	decode func(h any, data []byte) (payload []byte, err error)
}

func (l *frameLayer) field(name string) *frameField {
	for _, f := range l.fields {
		if f.name == name {
			return f
		}
	}
	return nil
}

func (l *frameLayer) fieldNames() []string {
	var names []string
	for _, f := range l.fields {
		names = append(names, f.name)
	}
	return names
}

// nextField is the field that holds the number of what follows.
func (l *frameLayer) nextField() *frameField {
	for _, f := range l.fields {
		if f.role == roleNext {
			return f
		}
	}
	return nil
}

// idIn returns the number of a header in a space.
func (l *frameLayer) idIn(s space, h any) (uint16, bool) {
	for _, id := range l.ids {
		if id.space == s {
			if l.ownID != nil {
				return l.ownID(h), true
			}
			return id.n, true
		}
	}
	return 0, false
}

const maxFrame = 1 << 16

// gopacketDecoder is what those headers of gopacket have that read themselves.
type gopacketDecoder interface {
	DecodeFromBytes(data []byte, df gopacket.DecodeFeedback) error
	LayerPayload() []byte
}

func decodeGopacket(h any, data []byte) ([]byte, error) {
	d := h.(gopacketDecoder)
	if err := d.DecodeFromBytes(data, gopacket.NilDecodeFeedback); err != nil {
		return nil, err
	}
	return d.LayerPayload(), nil
}

func decodeOwn(h any, data []byte) ([]byte, error) {
	n, err := h.(interface{ decode([]byte) (int, error) }).decode(data)
	if err != nil {
		return nil, err
	}
	return data[n:], nil
}

func follow(s space, n uint16) frameID { return frameID{s, n} }

func nothing(any) frameID { return frameID{} }

// frameLayers is the table of headers, in the order in which they stand in a
// frame.
func frameLayers() []*frameLayer {
	return frameLayersTable.get(func() []*frameLayer {
		return []*frameLayer{
			{
				name: "eth", doc: "An Ethernet header.", rank: 0,
				ids: []frameID{{spaceEther, uint16(layers.EthernetTypeTransparentEthernetBridging)}, {spaceNSH, 3}, {spaceLinkLayer, 0}},
				make: func() gopacket.SerializableLayer {
					return &layers.Ethernet{SrcMAC: make(net.HardwareAddr, 6), DstMAC: make(net.HardwareAddr, 6), EthernetType: localExperimental}
				},
				decode: func(h any, data []byte) ([]byte, error) {
					if len(data) < 14 {
						return nil, errShort
					}
					// Also where the type is a length: what follows is no header that we know.
					e := h.(*layers.Ethernet)
					e.DstMAC, e.SrcMAC, e.EthernetType = data[:6], data[6:12], layers.EthernetType(be16(data[12:]))
					return data[14:], nil
				},
				next: func(h any) frameID { return follow(spaceEther, uint16(h.(*layers.Ethernet).EthernetType)) },
				fields: []*frameField{
					octets("src", frameMAC, func(h *layers.Ethernet) *net.HardwareAddr { return &h.SrcMAC }, "source address"),
					octets("dst", frameMAC, func(h *layers.Ethernet) *net.HardwareAddr { return &h.DstMAC }, "destination address"),
					number("type", 16, func(h *layers.Ethernet) *layers.EthernetType { return &h.EthernetType },
						"EtherType; that of what follows, or 0x88b5 before mere bytes").inHex().as(roleNext),
				},
			},
			{
				name: "vlan", doc: "A VLAN tag.", rank: 1, many: true,
				ids:   []frameID{{spaceEther, uint16(layers.EthernetTypeDot1Q)}, {spaceEther, uint16(layers.EthernetTypeQinQ)}},
				ownID: func(h any) uint16 { return h.(*vlanTag).tpid },
				make: func() gopacket.SerializableLayer {
					return &vlanTag{Dot1Q: layers.Dot1Q{Type: localExperimental}, tpid: uint16(layers.EthernetTypeDot1Q)}
				},
				decode: func(h any, data []byte) ([]byte, error) {
					_, err := decodeGopacket(h, data)
					if err != nil {
						return nil, err
					}
					return data[4:], nil
				},
				next: func(h any) frameID { return follow(spaceEther, uint16(h.(*vlanTag).Type)) },
				fields: []*frameField{
					number("vid", 12, func(h *vlanTag) *uint16 { return &h.VLANIdentifier }, "VLAN number"),
					number("pcp", 3, func(h *vlanTag) *uint8 { return &h.Priority }, "priority"),
					boolean("dei", func(h *vlanTag) *bool { return &h.DropEligible },
						"the drop eligible bit; a flow key's cfi is not this but says that there is a tag"),
					number("tpid", 16, func(h *vlanTag) *uint16 { return &h.tpid }, "EtherType that announces the tag; 0x8100 if not given").inHex(),
					number("type", 16, func(h *vlanTag) *layers.EthernetType { return &h.Type }, "EtherType of what follows").inHex().as(roleNext),
				},
			},
			{
				name: "mpls", doc: "An entry of the MPLS label stack.", rank: 2, many: true, stack: true,
				ids: []frameID{{spaceEther, uint16(layers.EthernetTypeMPLSUnicast)}, {spaceEther, uint16(layers.EthernetTypeMPLSMulticast)},
					{spaceNSH, 5}, {spaceIP, 137}},
				make: func() gopacket.SerializableLayer { return &layers.MPLS{TTL: 64, StackBottom: true} },
				decode: func(h any, data []byte) ([]byte, error) {
					if len(data) < 4 {
						return nil, errShort
					}
					m := h.(*layers.MPLS)
					m.Label = be32(data) >> 12
					m.TrafficClass, m.StackBottom, m.TTL = data[2]>>1&7, data[2]&1 != 0, data[3]
					return data[4:], nil
				},
				next: func(h any) frameID {
					if !h.(*layers.MPLS).StackBottom {
						return follow(spaceEther, uint16(layers.EthernetTypeMPLSUnicast))
					}
					return follow(spaceGuess, 0)
				},
				fields: []*frameField{
					number("label", 20, func(h *layers.MPLS) *uint32 { return &h.Label }, "label"),
					number("tc", 3, func(h *layers.MPLS) *uint8 { return &h.TrafficClass }, "traffic class"),
					{
						name: "bos", kind: frameNumber, bits: 1, role: roleNext, doc: "1 at the bottom of the stack",
						get: func(h any) any {
							if h.(*layers.MPLS).StackBottom {
								return uint64(1)
							}
							return uint64(0)
						},
						set: func(h, v any) { h.(*layers.MPLS).StackBottom = v.(uint64) == 1 },
					},
					number("ttl", 8, func(h *layers.MPLS) *uint8 { return &h.TTL }, "time to live; 64 if not given"),
				},
			},
			{
				name: "nsh", doc: "A network service header. What it carries is the inner frame.", rank: 3,
				ids:    []frameID{{spaceEther, 0x894f}, {spaceNSH, 4}},
				make:   func() gopacket.SerializableLayer { return &nshHeader{ttl: 63, mdtype: 1, si: 255} },
				decode: decodeOwn,
				next:   func(h any) frameID { return follow(spaceNSH, uint16(h.(*nshHeader).np)) },
				fields: []*frameField{
					number("version", 2, func(h *nshHeader) *uint8 { return &h.version }, "version; 0 if not given"),
					number("flags", 2, func(h *nshHeader) *uint8 { return &h.flags }, "the O and U bits"),
					number("ttl", 6, func(h *nshHeader) *uint8 { return &h.ttl }, "time to live; 63 if not given"),
					number("mdtype", 4, func(h *nshHeader) *uint8 { return &h.mdtype }, "type of the metadata; 1 if not given"),
					number("np", 8, func(h *nshHeader) *uint8 { return &h.np }, "next protocol: 1 IPv4, 2 IPv6, 3 Ethernet, 4 NSH, 5 MPLS").as(roleNext),
					number("spi", 24, func(h *nshHeader) *uint32 { return &h.spi }, "service path").inHex(),
					number("si", 8, func(h *nshHeader) *uint8 { return &h.si }, "service index; 255 if not given"),
					nshContext(0, "c1"), nshContext(1, "c2"), nshContext(2, "c3"), nshContext(3, "c4"),
					onlyIf(octets("metadata", frameBytes, func(h *nshHeader) *[]byte { return &h.metadata },
						"metadata of a type other than 1").inUnits(4, 220), func(h *nshHeader) bool { return h.mdtype != 1 }),
					number("len", 6, func(h *nshHeader) *uint8 { return &h.length }, "length of the header in units of 4 bytes").as(roleLength),
				},
			},
			{
				name: "arp", doc: "ARP for Ethernet and IPv4.", rank: 3,
				ids: []frameID{{spaceEther, uint16(layers.EthernetTypeARP)}, {spaceEther, 0x8035}},
				make: func() gopacket.SerializableLayer {
					return &layers.ARP{
						AddrType: layers.LinkTypeEthernet, Protocol: layers.EthernetTypeIPv4, Operation: layers.ARPRequest,
						SourceHwAddress: make([]byte, 6), SourceProtAddress: make([]byte, 4), DstHwAddress: make([]byte, 6), DstProtAddress: make([]byte, 4),
					}
				},
				decode: func(h any, data []byte) ([]byte, error) {
					rest, err := decodeGopacket(h, data)
					if a := h.(*layers.ARP); err == nil && (a.AddrType != layers.LinkTypeEthernet || a.Protocol != layers.EthernetTypeIPv4 ||
						a.HwAddressSize != 6 || a.ProtAddressSize != 4) {
						return nil, errors.New("it is not for Ethernet and IPv4")
					}
					return rest, err
				},
				next: nothing,
				fields: []*frameField{
					number("op", 16, func(h *layers.ARP) *uint16 { return &h.Operation }, "1 request (if not given), 2 reply"),
					octets("sip", frameIPv4, func(h *layers.ARP) *[]byte { return &h.SourceProtAddress }, "sender's IPv4 address"),
					octets("tip", frameIPv4, func(h *layers.ARP) *[]byte { return &h.DstProtAddress }, "target's IPv4 address"),
					octets("sha", frameMAC, func(h *layers.ARP) *[]byte { return &h.SourceHwAddress }, "sender's hardware address"),
					octets("tha", frameMAC, func(h *layers.ARP) *[]byte { return &h.DstHwAddress }, "target's hardware address"),
				},
			},
			{
				name: "ipv4", doc: "An IPv4 header.", rank: 3,
				ids: []frameID{{spaceEther, uint16(layers.EthernetTypeIPv4)}, {spaceIP, uint16(layers.IPProtocolIPv4)}, {spaceNSH, 1}},
				make: func() gopacket.SerializableLayer {
					return &layers.IPv4{Version: 4, TTL: 64, Protocol: ipExperimental, SrcIP: make(net.IP, 4), DstIP: make(net.IP, 4)}
				},
				decode: func(h any, data []byte) ([]byte, error) {
					rest, err := decodeGopacket(h, data)
					if err != nil {
						return nil, err
					}
					ip := h.(*layers.IPv4)
					if ip.Version != 4 {
						return nil, errors.New("its version is not 4")
					}
					// As bytes, options come out as they were.
					ip.Options, ip.Padding, ip.Length = nil, data[20:4*int(ip.IHL)], be16(data[2:])
					return rest, nil
				},
				next: func(h any) frameID {
					if ip := h.(*layers.IPv4); ip.FragOffset == 0 {
						return follow(spaceIP, uint16(ip.Protocol))
					}
					return frameID{}
				},
				fields: []*frameField{
					octets("src", frameIPv4, func(h *layers.IPv4) *net.IP { return &h.SrcIP }, "source address"),
					octets("dst", frameIPv4, func(h *layers.IPv4) *net.IP { return &h.DstIP }, "destination address"),
					number("proto", 8, func(h *layers.IPv4) *layers.IPProtocol { return &h.Protocol },
						"protocol; that of what follows, or 253 before mere bytes").as(roleNext),
					number("tos", 8, func(h *layers.IPv4) *uint8 { return &h.TOS }, "type of service: DSCP and ECN").inHex(),
					number("ttl", 8, func(h *layers.IPv4) *uint8 { return &h.TTL }, "time to live; 64 if not given"),
					number("id", 16, func(h *layers.IPv4) *uint16 { return &h.Id }, "identification, common to the fragments of a packet"),
					ipv4Flag("df", layers.IPv4DontFragment, "don't fragment"),
					ipv4Flag("mf", layers.IPv4MoreFragments, "more fragments follow"),
					ipv4Flag("rf", layers.IPv4EvilBit, "the reserved flag bit"),
					number("offset", 13, func(h *layers.IPv4) *uint16 { return &h.FragOffset }, "place of the fragment in the packet, in units of 8 bytes"),
					octets("options", frameBytes, func(h *layers.IPv4) *[]byte { return &h.Padding }, "options").inUnits(4, 40),
					number("ihl", 4, func(h *layers.IPv4) *uint8 { return &h.IHL }, "length of the header in units of 4 bytes").as(roleLength),
					number("len", 16, func(h *layers.IPv4) *uint16 { return &h.Length }, "length of header and content in bytes").as(roleLength),
					number("csum", 16, func(h *layers.IPv4) *uint16 { return &h.Checksum }, "checksum of the header").inHex().as(roleChecksum),
					verdict(),
				},
			},
			{
				name: "ipv6", doc: "An IPv6 header.", rank: 3,
				ids: []frameID{{spaceEther, uint16(layers.EthernetTypeIPv6)}, {spaceIP, uint16(layers.IPProtocolIPv6)}, {spaceNSH, 2}},
				make: func() gopacket.SerializableLayer {
					return &layers.IPv6{Version: 6, HopLimit: 64, NextHeader: ipExperimental, SrcIP: make(net.IP, 16), DstIP: make(net.IP, 16)}
				},
				decode: func(h any, data []byte) ([]byte, error) {
					if len(data) < 40 {
						return nil, errShort
					}
					// gopacket would take a hop-by-hop header for a part of this one.
					clear := append([]byte(nil), data[:40]...)
					clear[6] = ipExperimental
					ip := h.(*layers.IPv6)
					if err := ip.DecodeFromBytes(clear, gopacket.NilDecodeFeedback); err != nil {
						return nil, err
					}
					if ip.Version != 6 {
						return nil, errors.New("its version is not 6")
					}
					ip.NextHeader = layers.IPProtocol(data[6])
					return data[40:min(len(data), 40+int(ip.Length))], nil
				},
				next: func(h any) frameID { return follow(spaceIP, uint16(h.(*layers.IPv6).NextHeader)) },
				fields: []*frameField{
					octets("src", frameIPv6, func(h *layers.IPv6) *net.IP { return &h.SrcIP }, "source address"),
					octets("dst", frameIPv6, func(h *layers.IPv6) *net.IP { return &h.DstIP }, "destination address"),
					number("label", 20, func(h *layers.IPv6) *uint32 { return &h.FlowLabel }, "flow label").inHex(),
					number("proto", 8, func(h *layers.IPv6) *layers.IPProtocol { return &h.NextHeader },
						"next header; that of what follows, or 253 before mere bytes").as(roleNext),
					number("tclass", 8, func(h *layers.IPv6) *uint8 { return &h.TrafficClass }, "traffic class: DSCP and ECN").inHex(),
					number("hlimit", 8, func(h *layers.IPv6) *uint8 { return &h.HopLimit }, "hop limit; 64 if not given"),
					number("len", 16, func(h *layers.IPv6) *uint16 { return &h.Length }, "length of the content in bytes").as(roleLength),
				},
			},
			{
				name: "ipv6_ext", doc: "An IPv6 extension header.", rank: 4, many: true, over: "ipv6",
				ids: []frameID{{spaceIP, extHopByHop}, {spaceIP, extRouting}, {spaceIP, extFragment}, {spaceIP, extAuthentication},
					{spaceIP, extDestination}},
				ownID: func(h any) uint16 { return uint16(h.(*extension).kind) },
				make: func() gopacket.SerializableLayer {
					return &extension{kind: extDestination, next: ipExperimental, data: []byte{1, 4, 0, 0, 0, 0}}
				},
				decode: decodeOwn,
				next: func(h any) frameID {
					if e := h.(*extension); !e.later() {
						return follow(spaceIP, uint16(e.next))
					}
					return frameID{}
				},
				fields: []*frameField{
					number("type", 8, func(h *extension) *uint8 { return &h.kind },
						"its protocol number: 0 hop-by-hop options, 43 routing, 44 fragment, 51 authentication, 60 destination options (if not given)"),
					octets("data", frameBytes, func(h *extension) *[]byte { return &h.data }, "what follows its first two bytes; padding if not given"),
					number("proto", 8, func(h *extension) *uint8 { return &h.next }, "next header").as(roleNext),
					number("len", 8, func(h *extension) *uint8 { return &h.size }, "its length byte").as(roleLength),
				},
			},
			{
				name: "tcp", doc: "A TCP header.", rank: 5, needsIP: true,
				ids:  []frameID{{spaceIP, uint16(layers.IPProtocolTCP)}},
				make: func() gopacket.SerializableLayer { return &tcpHeader{TCP: layers.TCP{Window: 65535}} },
				decode: func(h any, data []byte) ([]byte, error) {
					rest, err := decodeGopacket(h, data)
					if err != nil {
						return nil, err
					}
					t := h.(*tcpHeader)
					t.reserved = be16(data[12:]) & tcpReserved
					t.Options, t.Padding = nil, data[20:4*int(t.DataOffset)]
					return rest, nil
				},
				next: nothing,
				fields: []*frameField{
					number("src", 16, func(h *tcpHeader) *layers.TCPPort { return &h.SrcPort }, "source port"),
					number("dst", 16, func(h *tcpHeader) *layers.TCPPort { return &h.DstPort }, "destination port"),
					{
						name: "flags", kind: frameFlags, bits: 12, doc: "as in the tcp_flags key: \"syn|ack\", or a number",
						flags: []string{"fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr", "ns"},
						get: func(h any) any {
							t := h.(*tcpHeader)
							bits := uint64(t.reserved)
							for i, flag := range t.flags() {
								if *flag {
									bits |= 1 << i
								}
							}
							return bits
						},
						set: func(h, v any) {
							t := h.(*tcpHeader)
							t.reserved = uint16(v.(uint64)) & tcpReserved
							for i, flag := range t.flags() {
								*flag = v.(uint64)&(1<<i) != 0
							}
						},
					},
					number("seq", 32, func(h *tcpHeader) *uint32 { return &h.Seq }, "sequence number"),
					number("ack", 32, func(h *tcpHeader) *uint32 { return &h.Ack }, "acknowledged sequence number"),
					number("window", 16, func(h *tcpHeader) *uint16 { return &h.Window }, "window; 65535 if not given"),
					number("urgent", 16, func(h *tcpHeader) *uint16 { return &h.Urgent }, "urgent pointer"),
					octets("options", frameBytes, func(h *tcpHeader) *[]byte { return &h.Padding }, "options").inUnits(4, 40),
					number("offset", 4, func(h *tcpHeader) *uint8 { return &h.DataOffset }, "length of the header in units of 4 bytes").as(roleLength),
					number("csum", 16, func(h *tcpHeader) *uint16 { return &h.Checksum }, "checksum").inHex().as(roleChecksum),
					verdict(),
				},
			},
			{
				name: "udp", doc: "A UDP header.", rank: 5, needsIP: true,
				ids:  []frameID{{spaceIP, uint16(layers.IPProtocolUDP)}},
				make: func() gopacket.SerializableLayer { return &layers.UDP{} },
				decode: func(h any, data []byte) ([]byte, error) {
					if _, err := decodeGopacket(h, data); err != nil {
						return nil, err
					}
					return data[8:], nil
				},
				next: func(h any) frameID { return follow(spaceUDP, uint16(h.(*layers.UDP).DstPort)) },
				fields: []*frameField{
					number("src", 16, func(h *layers.UDP) *layers.UDPPort { return &h.SrcPort }, "source port"),
					number("dst", 16, func(h *layers.UDP) *layers.UDPPort { return &h.DstPort },
						"destination port; that of the tunnel header which follows").as(roleNext),
					number("len", 16, func(h *layers.UDP) *uint16 { return &h.Length }, "length of header and content in bytes").as(roleLength),
					number("csum", 16, func(h *layers.UDP) *uint16 { return &h.Checksum }, "checksum; 0 means none").inHex().as(roleChecksum),
					verdict(),
				},
			},
			{
				name: "sctp", doc: "An SCTP header. Its chunks are the payload.", rank: 5,
				ids:    []frameID{{spaceIP, uint16(layers.IPProtocolSCTP)}},
				make:   func() gopacket.SerializableLayer { return &sctpHeader{} },
				decode: decodeGopacket, next: nothing,
				fields: []*frameField{
					number("src", 16, func(h *sctpHeader) *layers.SCTPPort { return &h.SrcPort }, "source port"),
					number("dst", 16, func(h *sctpHeader) *layers.SCTPPort { return &h.DstPort }, "destination port"),
					number("vtag", 32, func(h *sctpHeader) *uint32 { return &h.VerificationTag }, "verification tag").inHex(),
					number("csum", 32, func(h *sctpHeader) *uint32 { return &h.Checksum }, "checksum (CRC-32C)").inHex().as(roleChecksum),
					verdict(),
				},
			},
			{
				name: "icmp", doc: "An ICMP header.", rank: 5,
				ids:    []frameID{{spaceIP, uint16(layers.IPProtocolICMPv4)}},
				make:   func() gopacket.SerializableLayer { return &layers.ICMPv4{} },
				decode: decodeGopacket, next: nothing,
				fields: []*frameField{
					typeCode("type", 8, func(h *layers.ICMPv4) *layers.ICMPv4TypeCode { return &h.TypeCode }, "type: 8 echo request, 0 echo reply"),
					typeCode("code", 0, func(h *layers.ICMPv4) *layers.ICMPv4TypeCode { return &h.TypeCode }, "code"),
					number("id", 16, func(h *layers.ICMPv4) *uint16 { return &h.Id }, "identifier of an echo"),
					number("seq", 16, func(h *layers.ICMPv4) *uint16 { return &h.Seq }, "sequence number of an echo"),
					number("csum", 16, func(h *layers.ICMPv4) *uint16 { return &h.Checksum }, "checksum").inHex().as(roleChecksum),
					verdict(),
				},
			},
			{
				name: "icmpv6", doc: "An ICMPv6 header of 4 bytes.", rank: 5, needsIP: true,
				ids:    []frameID{{spaceIP, uint16(layers.IPProtocolICMPv6)}},
				make:   func() gopacket.SerializableLayer { return &layers.ICMPv6{} },
				decode: decodeGopacket,
				next:   func(h any) frameID { return follow(spaceICMPv6, uint16(h.(*layers.ICMPv6).TypeCode.Type())) },
				fields: []*frameField{
					typeCode("type", 8, func(h *layers.ICMPv6) *layers.ICMPv6TypeCode { return &h.TypeCode },
						"type: 128 echo request, 129 echo reply; 135 before nd").as(roleNext),
					typeCode("code", 0, func(h *layers.ICMPv6) *layers.ICMPv6TypeCode { return &h.TypeCode }, "code"),
					number("csum", 16, func(h *layers.ICMPv6) *uint16 { return &h.Checksum }, "checksum").inHex().as(roleChecksum),
					verdict(),
				},
			},
			{
				name: "gre", doc: "A GRE header. What it carries is the inner frame.", rank: 5,
				ids:  []frameID{{spaceIP, uint16(layers.IPProtocolGRE)}},
				make: func() gopacket.SerializableLayer { return &layers.GRE{} },
				decode: func(h any, data []byte) ([]byte, error) {
					rest, err := decodeGopacket(h, data)
					if g := h.(*layers.GRE); err == nil && (g.Version != 0 || g.RoutingPresent) {
						return nil, errors.New("routing and versions other than 0 are not known")
					}
					return rest, err
				},
				next: func(h any) frameID { return follow(spaceEther, uint16(h.(*layers.GRE).Protocol)) },
				fields: []*frameField{
					number("proto", 16, func(h *layers.GRE) *layers.EthernetType { return &h.Protocol }, "EtherType of what it carries").inHex().as(roleNext),
					optional(number("key", 32, func(h *layers.GRE) *uint32 { return &h.Key }, "key, if it has one").inHex(),
						func(h *layers.GRE) *bool { return &h.KeyPresent }),
					optional(number("seq", 32, func(h *layers.GRE) *uint32 { return &h.Seq }, "sequence number, if it has one"),
						func(h *layers.GRE) *bool { return &h.SeqPresent }),
					boolean("has_csum", func(h *layers.GRE) *bool { return &h.ChecksumPresent }, "whether it has a checksum"),
					optional(number("csum", 16, func(h *layers.GRE) *uint16 { return &h.Checksum }, "checksum, if it has one").inHex().as(roleChecksum),
						func(h *layers.GRE) *bool { return &h.ChecksumPresent }),
					verdict(),
				},
			},
			{
				name: "nd", doc: "Neighbour discovery: what follows the ICMPv6 header of types 135 and 136.", rank: 6, over: "icmpv6",
				ids:    []frameID{{spaceICMPv6, layers.ICMPv6TypeNeighborSolicitation}, {spaceICMPv6, layers.ICMPv6TypeNeighborAdvertisement}},
				make:   func() gopacket.SerializableLayer { return &neighbour{target: make([]byte, 16)} },
				decode: decodeOwn, next: nothing,
				fields: []*frameField{
					octets("target", frameIPv6, func(h *neighbour) *[]byte { return &h.target }, "the address asked for"),
					optional(octets("sll", frameMAC, func(h *neighbour) *[]byte { return &h.sll }, "source link-layer address option"),
						func(h *neighbour) *bool { return &h.hasSLL }),
					optional(octets("tll", frameMAC, func(h *neighbour) *[]byte { return &h.tll }, "target link-layer address option"),
						func(h *neighbour) *bool { return &h.hasTLL }),
					number("reserved", 32, func(h *neighbour) *uint32 { return &h.reserved }, "the 32 bits before the target: flags of an advertisement").inHex(),
				},
			},
			{
				name: "vxlan", doc: "A VXLAN header. What it carries is the inner frame.", rank: 6, over: "udp",
				ids:    []frameID{{spaceUDP, 4789}},
				make:   func() gopacket.SerializableLayer { return &layers.VXLAN{ValidIDFlag: true} },
				decode: decodeGopacket,
				next:   func(any) frameID { return follow(spaceLinkLayer, 0) },
				fields: []*frameField{
					number("vni", 24, func(h *layers.VXLAN) *uint32 { return &h.VNI }, "network identifier").inHex(),
					boolean("valid", func(h *layers.VXLAN) *bool { return &h.ValidIDFlag }, "the flag that says that there is a vni; true if not given"),
					optional(number("gbp", 16, func(h *layers.VXLAN) *uint16 { return &h.GBPGroupPolicyID }, "group policy, if it has one").inHex(),
						func(h *layers.VXLAN) *bool { return &h.GBPExtension }),
					boolean("gbp_applied", func(h *layers.VXLAN) *bool { return &h.GBPApplied }, "the policy has been applied: 0x08 of a key's gbp flags"),
					boolean("gbp_dont_learn", func(h *layers.VXLAN) *bool { return &h.GBPDontLearn }, "not to be learned from: 0x40 of a key's gbp flags"),
				},
			},
			{
				name: "geneve", doc: "A Geneve header. What it carries is the inner frame.", rank: 6, over: "udp",
				ids: []frameID{{spaceUDP, 6081}},
				make: func() gopacket.SerializableLayer {
					return &layers.Geneve{Protocol: layers.EthernetTypeTransparentEthernetBridging}
				},
				decode: decodeGeneve,
				next:   func(h any) frameID { return follow(spaceEther, uint16(h.(*layers.Geneve).Protocol)) },
				fields: []*frameField{
					number("vni", 24, func(h *layers.Geneve) *uint32 { return &h.VNI }, "network identifier").inHex(),
					number("type", 16, func(h *layers.Geneve) *layers.EthernetType { return &h.Protocol },
						"EtherType of what it carries; 0x6558 before mere bytes").inHex().as(roleNext),
					boolean("oam", func(h *layers.Geneve) *bool { return &h.OAMPacket }, "a control packet"),
					boolean("critical", func(h *layers.Geneve) *bool { return &h.CriticalOption }, "it has options that must be understood"),
					geneveOptionsField(),
				},
			},
			{
				name: "erspan", doc: "An ERSPAN header of version 1 or 2, in GRE. The frame that it mirrors is the inner frame.", rank: 6, over: "gre",
				ids: []frameID{{spaceEther, 0x88be}, {spaceEther, 0x22eb}},
				ownID: func(h any) uint16 {
					if h.(*erspanHeader).version == 2 {
						return 0x22eb
					}
					return 0x88be
				},
				make:   func() gopacket.SerializableLayer { return &erspanHeader{version: 1} },
				decode: decodeOwn,
				next:   func(any) frameID { return follow(spaceLinkLayer, 0) },
				fields: []*frameField{
					number("ver", 4, func(h *erspanHeader) *uint8 { return &h.version }, "1 (if not given) or 2"),
					number("session", 10, func(h *erspanHeader) *uint16 { return &h.session }, "session"),
					number("vlan", 12, func(h *erspanHeader) *uint16 { return &h.vlan }, "VLAN of the mirrored frame"),
					number("cos", 3, func(h *erspanHeader) *uint8 { return &h.cos }, "its priority"),
					number("encap", 2, func(h *erspanHeader) *uint8 { return &h.encap }, "how its tag was carried"),
					boolean("truncated", func(h *erspanHeader) *bool { return &h.truncated }, "the mirrored frame was cut"),
					onlyIf(number("idx", 32, func(h *erspanHeader) *uint32 { return &h.index }, "index, of version 1").inHex(),
						func(h *erspanHeader) bool { return h.version != 2 }),
					erspan2(number("dir", 1, func(h *erspanHeader) *uint8 { return &h.dir }, "direction, of version 2")),
					erspan2(number("hwid", 6, func(h *erspanHeader) *uint8 { return &h.hwid }, "hardware, of version 2")),
					erspan2(number("sgt", 16, func(h *erspanHeader) *uint16 { return &h.sgt }, "security group, of version 2")),
					erspan2(number("timestamp", 32, func(h *erspanHeader) *uint32 { return &h.timestamp }, "time, of version 2")),
					erspan2(number("rest", 16, func(h *erspanHeader) *uint16 { return &h.rest }, "other bits of the last two bytes, of version 2").inHex()),
				},
			},
		}
	})
}

var frameLayersTable lazyRows[*frameLayer]

// localExperimental is the EtherType for local experiments, ipExperimental the
// IP protocol number: what mere bytes are announced as.
const (
	localExperimental = 0x88b5
	ipExperimental    = 253
)

func frameLayerNamed(name string) *frameLayer {
	for _, l := range frameLayers() {
		if l.name == name {
			return l
		}
	}
	return nil
}

func frameLayerNames() []string {
	var names []string
	for _, l := range frameLayers() {
		names = append(names, l.name)
	}
	return names
}

func frameLayerFor(id frameID, data []byte) *frameLayer {
	if id.space == spaceNone {
		return nil
	}
	if id.space == spaceGuess {
		if len(data) == 0 {
			return nil
		}
		switch data[0] >> 4 {
		case 4:
			return frameLayerNamed("ipv4")
		case 6:
			return frameLayerNamed("ipv6")
		}
		return nil
	}
	for _, l := range frameLayers() {
		for _, known := range l.ids {
			if known == id {
				return l
			}
		}
	}
	return nil
}

// verdict is the field that says whether a header's checksum is right. It has
// no place in a header: dissect knows it.
func verdict() *frameField {
	return &frameField{
		name: "csum_ok", kind: frameBool, role: roleVerdict,
		doc: "read only: whether csum is right, or absent; nil if the frame is cut or a fragment and so nobody can tell",
		get: func(any) any { return nil },
		set: func(any, any) {},
	}
}

func nshContext(i int, name string) *frameField {
	return onlyIf(number(name, 32, func(h *nshHeader) *uint32 { return &h.context[i] }, "context, of metadata type 1").inHex(),
		func(h *nshHeader) bool { return h.mdtype == 1 })
}

func erspan2(f *frameField) *frameField {
	return onlyIf(f, func(h *erspanHeader) bool { return h.version == 2 })
}

func ipv4Flag(name string, bit layers.IPv4Flag, doc string) *frameField {
	return &frameField{
		name: name, doc: doc, kind: frameBool,
		get: func(h any) any { return h.(*layers.IPv4).Flags&bit != 0 },
		set: func(h, v any) {
			ip := h.(*layers.IPv4)
			ip.Flags &^= bit
			if v.(bool) {
				ip.Flags |= bit
			}
		},
	}
}

// typeCode is the upper or lower byte of the number that gopacket keeps type
// and code of ICMP in.
func typeCode[H any, N ~uint16](name string, shift int, at func(*H) *N, doc string) *frameField {
	return &frameField{
		name: name, doc: doc, kind: frameNumber, bits: 8,
		get: func(h any) any { return uint64(*at(h.(*H))>>shift) & 0xff },
		set: func(h, v any) {
			n := at(h.(*H))
			*n = *n&^(0xff<<shift) | N(v.(uint64))<<shift
		},
	}
}
