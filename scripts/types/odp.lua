---@meta
-- Module odp, for editors. Generated from the program by go generate ./luabind: do not edit.

--- What stands for a match: Open vSwitch text, a table of fields, a match, or what has one.
---@alias odp.MatchLike string|odp.MatchTable|odp.Match|odp.Key|odp.Flow

--- What stands for actions: Open vSwitch text ("drop" for none), a port, a meter, a list of actions, or an array of those.
---@alias odp.ActionsLike string|integer|odp.Vport|odp.Meter|odp.Actions|(string|integer|odp.Vport|odp.Meter|odp.Actions)[]

--- Open vSwitch text that begins with a match.
---@alias odp.MatchText string

--- The name of a datapath.
---@alias odp.DatapathName string

--- The name of a port of a datapath.
---@alias odp.VportName string

--- The name of something that not every kernel has, as odp.features lists it.
---@alias odp.FeatureName string

--- The name of a signal, with or without SIG: HUP, USR1, WINCH.
---@alias odp.SignalName string

--- The path of a file.
---@alias odp.FileName string

--- What require finds a module by.
---@alias odp.ModuleName string

--- group based policy
---@class odp.key.tunnel.vxlan.gbp : odp.KeyFields
---@field id? integer policy id
---@field flags? integer policy flags

--- VXLAN extensions
---@class odp.key.tunnel.vxlan : odp.KeyFields
---@field gbp? odp.key.tunnel.vxlan.gbp group based policy

--- Geneve options, in the order of the header; their length is always matched
---@class odp.key.tunnel.geneve : odp.KeyFields
---@field class? integer option class
---@field type? integer option type, with the critical bit
---@field len? integer bytes of data, a multiple of 4
---@field data? string bytes of the option, or a hex number with a mask as text: "0x1/0xff"

--- ERSPAN header
---@class odp.key.tunnel.erspan : odp.KeyFields
---@field ver? integer version: 1 (type II) or 2 (type III)
---@field idx? integer index, 20 bits
---@field dir? integer direction: 0 ingress, 1 egress
---@field hwid? integer hardware id, 4 bits

--- Outer header of a tunnelled packet. Whether it is of IPv4 or of IPv6 is always matched.
---@class odp.key.tunnel : odp.KeyFields
---@field tun_id? odp.U64 tunnel id: VNI of VXLAN and Geneve, key of GRE; 64 bits
---@field src? string outer IPv4 source address
---@field dst? string outer IPv4 destination address
---@field ipv6_src? string outer IPv6 source address
---@field ipv6_dst? string outer IPv6 destination address
---@field tos? integer outer DSCP and ECN
---@field ttl? integer outer time to live, in hops
---@field tp_src? integer outer UDP source port
---@field tp_dst? integer outer UDP destination port
---@field vxlan? odp.key.tunnel.vxlan VXLAN extensions
---@field geneve? odp.key.tunnel.geneve Geneve options, in the order of the header; their length is always matched
---@field erspan? odp.key.tunnel.erspan ERSPAN header
---@field ipv4_info_bridge? boolean the packet comes from a bridge's tunnel metadata; printed as its number, as Open vSwitch does
---@field pad? odp.KeyFields filler
---@field flags? string outer header flags: df, csum, oam, and key where there is a tunnel id

--- group based policy
---@class odp.keytable.tunnel.vxlan.gbp
---@field id? integer|odp.U64|string policy id
---@field flags? integer|odp.U64|string policy flags

--- VXLAN extensions
---@class odp.keytable.tunnel.vxlan
---@field gbp? odp.keytable.tunnel.vxlan.gbp|string group based policy

--- Geneve options, in the order of the header; their length is always matched
---@class odp.keytable.tunnel.geneve
---@field class? integer|odp.U64|string option class
---@field type? integer|odp.U64|string option type, with the critical bit
---@field len? integer|odp.U64|string bytes of data, a multiple of 4
---@field data? string bytes of the option, or a hex number with a mask as text: "0x1/0xff"

--- ERSPAN header
---@class odp.keytable.tunnel.erspan
---@field ver? integer|odp.U64|string version: 1 (type II) or 2 (type III)
---@field idx? integer|odp.U64|string index, 20 bits
---@field dir? integer|odp.U64|string direction: 0 ingress, 1 egress
---@field hwid? integer|odp.U64|string hardware id, 4 bits

--- Outer header of a tunnelled packet. Whether it is of IPv4 or of IPv6 is always matched.
---@class odp.keytable.tunnel
---@field tun_id? integer|odp.U64|string tunnel id: VNI of VXLAN and Geneve, key of GRE; 64 bits
---@field src? string|odp.IP|odp.Prefix outer IPv4 source address
---@field dst? string|odp.IP|odp.Prefix outer IPv4 destination address
---@field ipv6_src? string|odp.IP|odp.Prefix outer IPv6 source address
---@field ipv6_dst? string|odp.IP|odp.Prefix outer IPv6 destination address
---@field tos? integer|odp.U64|string outer DSCP and ECN
---@field ttl? integer|odp.U64|string outer time to live, in hops
---@field tp_src? integer|odp.U64|string outer UDP source port
---@field tp_dst? integer|odp.U64|string outer UDP destination port
---@field vxlan? odp.keytable.tunnel.vxlan|string VXLAN extensions
---@field geneve? odp.keytable.tunnel.geneve|odp.keytable.tunnel.geneve[]|string Geneve options, in the order of the header; their length is always matched
---@field erspan? odp.keytable.tunnel.erspan|string ERSPAN header
---@field ipv4_info_bridge? boolean the packet comes from a bridge's tunnel metadata; printed as its number, as Open vSwitch does
---@field pad? string filler
---@field flags? string outer header flags: df, csum, oam, and key where there is a tunnel id

--- Kind of the packet's first header. Known to Open vSwitch's own datapath only: the kernel refuses it, and tells packets without an Ethernet header by the absence of eth.
---@class odp.key.packet_type : odp.KeyFields
---@field ns? integer name space of the type: 0 Ethernet, 1 Ethernet types
---@field id? integer type in that name space

--- Kind of the packet's first header. Known to Open vSwitch's own datapath only: the kernel refuses it, and tells packets without an Ethernet header by the absence of eth.
---@class odp.keytable.packet_type
---@field ns? integer|odp.U64|string name space of the type: 0 Ethernet, 1 Ethernet types
---@field id? integer|odp.U64|string type in that name space

--- IPv4 addresses and ports of the connection's first packet.
---@class odp.key.ct_tuple4 : odp.KeyFields
---@field src? string source address
---@field dst? string destination address
---@field proto? integer IP protocol number
---@field tp_src? integer source port
---@field tp_dst? integer destination port

--- IPv4 addresses and ports of the connection's first packet.
---@class odp.keytable.ct_tuple4
---@field src? string|odp.IP|odp.Prefix source address
---@field dst? string|odp.IP|odp.Prefix destination address
---@field proto? integer|odp.U64|string IP protocol number
---@field tp_src? integer|odp.U64|string source port
---@field tp_dst? integer|odp.U64|string destination port

--- IPv6 addresses and ports of the connection's first packet. The kernel keeps the keys of neighbour discovery in the same place.
---@class odp.key.ct_tuple6 : odp.KeyFields
---@field src? string source address
---@field dst? string destination address
---@field proto? integer IP protocol number
---@field tp_src? integer source port
---@field tp_dst? integer destination port

--- IPv6 addresses and ports of the connection's first packet. The kernel keeps the keys of neighbour discovery in the same place.
---@class odp.keytable.ct_tuple6
---@field src? string|odp.IP|odp.Prefix source address
---@field dst? string|odp.IP|odp.Prefix destination address
---@field proto? integer|odp.U64|string IP protocol number
---@field tp_src? integer|odp.U64|string source port
---@field tp_dst? integer|odp.U64|string destination port

--- Ethernet addresses. Without this key a flow matches packets that have no Ethernet header.
---@class odp.key.eth : odp.KeyFields
---@field src? string source address
---@field dst? string destination address

--- Ethernet addresses. Without this key a flow matches packets that have no Ethernet header.
---@class odp.keytable.eth
---@field src? string|odp.MAC source address
---@field dst? string|odp.MAC destination address

--- 802.1Q or 802.1ad tag. Without this key a flow matches untagged packets.
---@class odp.key.vlan : odp.KeyFields
---@field vid? integer VLAN id
---@field pcp? integer priority code point
---@field cfi? integer tag present: 1 on any real tag

--- 802.1Q or 802.1ad tag. Without this key a flow matches untagged packets.
---@class odp.keytable.vlan
---@field vid? integer|odp.U64|string VLAN id
---@field pcp? integer|odp.U64|string priority code point
---@field cfi? integer|odp.U64|string tag present: 1 on any real tag

--- IPv4 header.
---@class odp.key.ipv4 : odp.KeyFields
---@field src? string source address
---@field dst? string destination address
---@field proto? integer IP protocol number
---@field tos? integer DSCP and ECN, the whole byte
---@field ttl? integer time to live, in hops
---@field frag? string fragment: no, first or later

--- IPv4 header.
---@class odp.keytable.ipv4
---@field src? string|odp.IP|odp.Prefix source address
---@field dst? string|odp.IP|odp.Prefix destination address
---@field proto? integer|odp.U64|string IP protocol number
---@field tos? integer|odp.U64|string DSCP and ECN, the whole byte
---@field ttl? integer|odp.U64|string time to live, in hops
---@field frag? string fragment: no, first or later

--- IPv6 header.
---@class odp.key.ipv6 : odp.KeyFields
---@field src? string source address
---@field dst? string destination address
---@field label? integer flow label, 20 bits
---@field proto? integer protocol of the payload, after extension headers
---@field tclass? integer traffic class
---@field hlimit? integer hop limit
---@field frag? string fragment: no, first or later

--- IPv6 header.
---@class odp.keytable.ipv6
---@field src? string|odp.IP|odp.Prefix source address
---@field dst? string|odp.IP|odp.Prefix destination address
---@field label? integer|odp.U64|string flow label, 20 bits
---@field proto? integer|odp.U64|string protocol of the payload, after extension headers
---@field tclass? integer|odp.U64|string traffic class
---@field hlimit? integer|odp.U64|string hop limit
---@field frag? string fragment: no, first or later

--- ARP or RARP packet.
---@class odp.key.arp : odp.KeyFields
---@field sip? string sender protocol address
---@field tip? string target protocol address
---@field op? integer operation: 1 request, 2 reply; of its 16 bits the kernel matches 8
---@field sha? string sender hardware address
---@field tha? string target hardware address

--- ARP or RARP packet.
---@class odp.keytable.arp
---@field sip? string|odp.IP|odp.Prefix sender protocol address
---@field tip? string|odp.IP|odp.Prefix target protocol address
---@field op? integer|odp.U64|string operation: 1 request, 2 reply; of its 16 bits the kernel matches 8
---@field sha? string|odp.MAC sender hardware address
---@field tha? string|odp.MAC target hardware address

--- MPLS label stack, outermost entry first; the kernel matches up to three.
---@class odp.key.mpls : odp.KeyFields
---@field label? integer label, 20 bits
---@field tc? integer traffic class
---@field ttl? integer time to live, in hops
---@field bos? integer 1 at the bottom of the stack

--- MPLS label stack, outermost entry first; the kernel matches up to three.
---@class odp.keytable.mpls
---@field label? integer|odp.U64|string label, 20 bits
---@field tc? integer|odp.U64|string traffic class
---@field ttl? integer|odp.U64|string time to live, in hops
---@field bos? integer|odp.U64|string 1 at the bottom of the stack

--- Network service header.
---@class odp.key.nsh : odp.KeyFields
---@field flags? integer flag bits
---@field ttl? integer time to live, in service functions
---@field mdtype? integer type of the metadata: 1 for c1 to c4, 2 for md2
---@field np? integer next protocol: 1 IPv4, 2 IPv6, 3 Ethernet
---@field spi? integer service path identifier, 24 bits
---@field si? integer service index
---@field c1? integer first word of the metadata
---@field c2? integer second word of the metadata
---@field c3? integer third word of the metadata
---@field c4? integer fourth word of the metadata
---@field md2? odp.KeyFields metadata of any size, a multiple of 4 bytes, for push_nsh only

--- Network service header.
---@class odp.keytable.nsh
---@field flags? integer|odp.U64|string flag bits
---@field ttl? integer|odp.U64|string time to live, in service functions
---@field mdtype? integer|odp.U64|string type of the metadata: 1 for c1 to c4, 2 for md2
---@field np? integer|odp.U64|string next protocol: 1 IPv4, 2 IPv6, 3 Ethernet
---@field spi? integer|odp.U64|string service path identifier, 24 bits
---@field si? integer|odp.U64|string service index
---@field c1? integer|odp.U64|string first word of the metadata
---@field c2? integer|odp.U64|string second word of the metadata
---@field c3? integer|odp.U64|string third word of the metadata
---@field c4? integer|odp.U64|string fourth word of the metadata
---@field md2? string metadata of any size, a multiple of 4 bytes, for push_nsh only

--- TCP ports.
---@class odp.key.tcp : odp.KeyFields
---@field src? integer source port
---@field dst? integer destination port

--- TCP ports.
---@class odp.keytable.tcp
---@field src? integer|odp.U64|string source port
---@field dst? integer|odp.U64|string destination port

--- UDP ports.
---@class odp.key.udp : odp.KeyFields
---@field src? integer source port
---@field dst? integer destination port

--- UDP ports.
---@class odp.keytable.udp
---@field src? integer|odp.U64|string source port
---@field dst? integer|odp.U64|string destination port

--- SCTP ports.
---@class odp.key.sctp : odp.KeyFields
---@field src? integer source port
---@field dst? integer destination port

--- SCTP ports.
---@class odp.keytable.sctp
---@field src? integer|odp.U64|string source port
---@field dst? integer|odp.U64|string destination port

--- ICMP type and code.
---@class odp.key.icmp : odp.KeyFields
---@field type? integer message type
---@field code? integer message code

--- ICMP type and code.
---@class odp.keytable.icmp
---@field type? integer|odp.U64|string message type
---@field code? integer|odp.U64|string message code

--- ICMPv6 type and code.
---@class odp.key.icmpv6 : odp.KeyFields
---@field type? integer message type
---@field code? integer message code

--- ICMPv6 type and code.
---@class odp.keytable.icmpv6
---@field type? integer|odp.U64|string message type
---@field code? integer|odp.U64|string message code

--- IPv6 neighbour discovery.
---@class odp.key.nd : odp.KeyFields
---@field target? string target address
---@field sll? string source link-layer address option
---@field tll? string target link-layer address option

--- IPv6 neighbour discovery.
---@class odp.keytable.nd
---@field target? string|odp.IP|odp.Prefix target address
---@field sll? string|odp.MAC source link-layer address option
---@field tll? string|odp.MAC target link-layer address option

--- Extensions of neighbour discovery. Known to Open vSwitch's own datapath only: the kernel refuses it.
---@class odp.key.nd_ext : odp.KeyFields
---@field nd_reserved? integer reserved field of the message
---@field nd_options_type? integer type of the first option

--- Extensions of neighbour discovery. Known to Open vSwitch's own datapath only: the kernel refuses it.
---@class odp.keytable.nd_ext
---@field nd_reserved? integer|odp.U64|string reserved field of the message
---@field nd_options_type? integer|odp.U64|string type of the first option

--- A match or key as a table: keys by name, each a value or a table of its fields.
---@class odp.MatchTable
---@field recirc_id? integer|odp.U64|string Recirculation id given by the recirc action; 0 for a packet from a vport. A match without it takes packets of every look-up, those that come back from recirc as well.
---@field dp_hash? integer|odp.U64|string Flow hash computed by the hash action.
---@field skb_priority? integer|odp.U64|string Queueing priority of the packet (skb->priority).
---@field tunnel? odp.keytable.tunnel|string Outer header of a tunnelled packet. Whether it is of IPv4 or of IPv6 is always matched.
---@field in_port? integer|odp.Vport|string Number of the vport on which the packet came in. It is matched whole or not at all.
---@field skb_mark? integer|odp.U64|string Mark of the packet (skb->mark), shared with netfilter and routing.
---@field packet_type? odp.keytable.packet_type|string Kind of the packet's first header. Known to Open vSwitch's own datapath only: the kernel refuses it, and tells packets without an Ethernet header by the absence of eth.
---@field ct_state? string Connection tracking state, set by the ct action. (Linux 4.3 with CONFIG_NF_CONNTRACK)
---@field ct_zone? integer|odp.U64|string Connection tracking zone. (Linux 4.3 with CONFIG_NF_CONNTRACK_ZONES)
---@field ct_mark? integer|odp.U64|string Mark of the connection. (Linux 4.3 with CONFIG_NF_CONNTRACK_MARK)
---@field ct_label? integer|odp.U64|odp.U128|string Label of the connection, 128 bits. (Linux 4.3 with CONFIG_NF_CONNTRACK_LABELS)
---@field ct_tuple4? odp.keytable.ct_tuple4|string IPv4 addresses and ports of the connection's first packet. (Linux 4.11 with CONFIG_NF_CONNTRACK)
---@field ct_tuple6? odp.keytable.ct_tuple6|string IPv6 addresses and ports of the connection's first packet. The kernel keeps the keys of neighbour discovery in the same place. (Linux 4.11 with CONFIG_NF_CONNTRACK)
---@field eth? odp.keytable.eth|string Ethernet addresses. Without this key a flow matches packets that have no Ethernet header.
---@field eth_type? integer|odp.U64|string Ethernet type; of the tag on a tagged packet, whose own type is in encap. 0 is a frame that has a length in its place. It is matched whole or not at all.
---@field vlan? odp.keytable.vlan|string 802.1Q or 802.1ad tag. Without this key a flow matches untagged packets.
---@field encap? odp.MatchTable|string Keys of the packet inside the VLAN tag.
---@field ipv4? odp.keytable.ipv4|string IPv4 header.
---@field ipv6? odp.keytable.ipv6|string IPv6 header.
---@field ipv6_exthdrs? string IPv6 extension headers that the packet has, as bits. Printed as key32 with its bytes, as Open vSwitch does. (Linux 5.18)
---@field arp? odp.keytable.arp|string ARP or RARP packet.
---@field mpls? odp.keytable.mpls|odp.keytable.mpls[]|string MPLS label stack, outermost entry first; the kernel matches up to three.
---@field nsh? odp.keytable.nsh|string Network service header. (Linux 4.15)
---@field tcp? odp.keytable.tcp|string TCP ports.
---@field tcp_flags? string TCP flags, 12 bits.
---@field udp? odp.keytable.udp|string UDP ports.
---@field sctp? odp.keytable.sctp|string SCTP ports.
---@field icmp? odp.keytable.icmp|string ICMP type and code.
---@field icmpv6? odp.keytable.icmpv6|string ICMPv6 type and code.
---@field nd? odp.keytable.nd|string IPv6 neighbour discovery.
---@field nd_ext? odp.keytable.nd_ext|string Extensions of neighbour discovery. Known to Open vSwitch's own datapath only: the kernel refuses it.

--- sFlow sample of a bridge
---@class odp.action.userspace.sFlow
---@field vid? integer|odp.U64|string VLAN id of the output
---@field pcp? integer|odp.U64|string VLAN priority of the output
---@field output? integer|odp.U64|string output as sFlow counts it

--- IPFIX sample of a flow
---@class odp.action.userspace.flow_sample
---@field probability? integer|odp.U64|string share of the packets, of 65535
---@field collector_set_id? integer|odp.U64|string IPFIX collector set
---@field obs_domain_id? integer|odp.U64|string IPFIX observation domain
---@field obs_point_id? integer|odp.U64|string IPFIX observation point
---@field output_port? integer|odp.Vport|string vport of the output
---@field direction? string whether the packet is sampled coming in or going out

--- IPFIX sample of a bridge
---@class odp.action.userspace.ipfix
---@field output_port? integer|odp.Vport|string vport of the output

--- packet for an OpenFlow controller
---@class odp.action.userspace.controller
---@field reason? integer|odp.U64|string OpenFlow reason
---@field dont_send? integer|odp.U64|string 1 not to send it
---@field continuation? integer|odp.U64|string 1 to send it as a continuation
---@field recirc_id? integer|odp.U64|string recirculation id
---@field rule_cookie? integer|odp.U64|string cookie of the OpenFlow rule
---@field controller_id? integer|odp.U64|string which controller
---@field max_len? integer|odp.U64|string bytes to send, at most

--- Send the packet to a netlink socket, as an action upcall.
---@class odp.action.userspace
---@field pid? integer|odp.U64|string netlink port id of the socket; unused where upcalls are dispatched per CPU
---@field userdata? string bytes handed back with the packet; those that ovs-vswitchd uses have names of their own
---@field sFlow? odp.action.userspace.sFlow|string sFlow sample of a bridge
---@field slow_path? string packet that ovs-vswitchd handles itself
---@field flow_sample? odp.action.userspace.flow_sample|string IPFIX sample of a flow
---@field ipfix? odp.action.userspace.ipfix|string IPFIX sample of a bridge
---@field controller? odp.action.userspace.controller|string packet for an OpenFlow controller
---@field actions? boolean send the action list along
---@field tunnel_out_port? integer|odp.Vport|string tunnel vport whose outer header is sent along

--- Put an outermost VLAN tag on the packet.
---@class odp.action.push_vlan
---@field tpid? integer|odp.U64|string Ethernet type of the tag: 0x8100 or 0x88a8
---@field vid? integer|odp.U64|string VLAN id
---@field pcp? integer|odp.U64|string priority code point
---@field cfi? integer|odp.U64|string tag present: 1 on any real tag

--- Run actions on a copy of some packets.
---@class odp.action.sample
---@field probability? number|string share of the packets, in percent as text (25%), from 0 to 1 as a number
---@field actions? odp.ActionsLike what to do with them

--- Compute the flow hash, which the key dp_hash then matches after recirc.
---@class odp.action.hash
---@field alg? string algorithm: l4 or, the same both ways, sym_l4
---@field basis? integer|odp.U64|string number mixed into the hash

--- Put a label stack entry in front of the network header.
---@class odp.action.push_mpls
---@field label? integer|odp.U64|string label, 20 bits
---@field tc? integer|odp.U64|string traffic class
---@field ttl? integer|odp.U64|string time to live, in hops
---@field bos? integer|odp.U64|string 1 at the bottom of the stack
---@field eth_type? integer|odp.U64|string Ethernet type: 0x8847 or 0x8848

--- Take the outermost label stack entry off.
---@class odp.action.pop_mpls
---@field eth_type? integer|odp.U64|string Ethernet type of what is below, 0x8847 or 0x8848 if that is another entry

--- translate addresses: with src or dst as committed connections are to be, without as they were
---@class odp.action.ct.nat
---@field src? boolean|string translate the source, to ADDRESS[-ADDRESS][:PORT[-PORT]] if given
---@field dst? boolean|string translate the destination, to ADDRESS[-ADDRESS][:PORT[-PORT]] if given
---@field ip_min? string first address
---@field ip_max? string last address
---@field proto_min? integer|odp.U64|string first port
---@field proto_max? integer|odp.U64|string last port
---@field persistent? boolean keep the mapping over a restart
---@field hash? boolean choose the port by hash
---@field random? boolean choose the port at random

--- Send the packet through connection tracking, which sets the ct_ keys for the look-up after recirc.
---@class odp.action.ct
---@field commit? boolean keep the connection beyond this packet
---@field force_commit? boolean as commit; a connection of the other direction is replaced
---@field zone? integer|odp.U64|string connection tracking zone, 0 if not given
---@field mark? integer|odp.U64|string bits of the mark to set, with commit
---@field label? integer|odp.U64|odp.U128|string bits of the label to set, with commit
---@field helper? string protocol helper, such as ftp, for connections that are committed
---@field timeout? string name of the timeout policy for connections that are committed
---@field eventmask? integer|odp.U64|string connection tracking events to report, as bits of enum ip_conntrack_events; Open vSwitch neither reads nor prints it
---@field nat? odp.action.ct.nat|string|boolean translate addresses: with src or dst as committed connections are to be, without as they were

--- Put an Ethernet header on a packet that has none.
---@class odp.action.push_eth
---@field src? string|odp.MAC source address
---@field dst? string|odp.MAC destination address

--- Network service header.
---@class odp.action.push_nsh
---@field flags? integer|odp.U64|string flag bits
---@field ttl? integer|odp.U64|string time to live, in service functions
---@field mdtype? integer|odp.U64|string type of the metadata: 1 for c1 to c4, 2 for md2
---@field np? integer|odp.U64|string next protocol: 1 IPv4, 2 IPv6, 3 Ethernet
---@field spi? integer|odp.U64|string service path identifier, 24 bits
---@field si? integer|odp.U64|string service index
---@field c1? integer|odp.U64|string first word of the metadata
---@field c2? integer|odp.U64|string second word of the metadata
---@field c3? integer|odp.U64|string third word of the metadata
---@field c4? integer|odp.U64|string fourth word of the metadata
---@field md2? string metadata of any size, a multiple of 4 bytes, for push_nsh only

--- Run one of two action lists, by the length of the packet.
---@class odp.action.check_pkt_len
---@field size? integer|odp.U64|string bytes, with the Ethernet header
---@field gt? odp.ActionsLike what to do with a packet longer than size
---@field le? odp.ActionsLike what to do with any other packet

--- Put a label stack entry on the packet, in front of its Ethernet header or after it.
---@class odp.action.add_mpls
---@field label? integer|odp.U64|string label, 20 bits
---@field tc? integer|odp.U64|string traffic class
---@field ttl? integer|odp.U64|string time to live, in hops
---@field bos? integer|odp.U64|string 1 at the bottom of the stack
---@field eth_type? integer|odp.U64|string Ethernet type: 0x8847 or 0x8848
---@field tun_flags? integer|odp.U64|string 1 puts it after the Ethernet header, 0 in front; Open vSwitch neither reads nor prints it

--- Decrement the time to live of IPv4 or the hop limit of IPv6.
---@class odp.action.dec_ttl
---@field le_1? odp.ActionsLike what to do instead with a packet whose time to live is 1 or less; a table may leave it out to drop it

--- Send a copy of the packet to the listeners of a sample group.
---@class odp.action.psample
---@field group? integer|odp.U64|string number of the sample group
---@field cookie? string up to 16 bytes sent along

--- How odp.format writes a value.
---@class odp.FormatOptions
---@field depth? integer how deep tables and objects in others are shown, 16 if not given; further in is {...}
---@field items? integer how many entries of one table are shown, 1000 if not given; the rest is counted
---@field width? integer columns that a table may take before it is written on several lines, 100 if not given; 0 for one line always

--- What odp.create_datapath takes.
---@class odp.DatapathSpec
---@field name string 1 to 15 bytes
---@field masks_cache_size? integer 0 or a power of two; the kernel's default if not given
---@field features? string|table<string, boolean> user features that are to be on, as dp.features shows them
---@field per_cpu_pids? integer[] netlink port ids of the sockets for upcalls of CPU 0, 1, ..., while dispatch_upcall_per_cpu is on
---@field upcall_pid? integer netlink port id of the socket for upcalls of the local port
---@field index? integer interface index of the local port (Linux 6.1)
---@field netns? net.Namespace the namespace to create it in

--- What dp:set takes. What is not given stays as it is.
---@class odp.DatapathChange
---@field features? string|table<string, boolean> all user features that are to be on, as dp.features shows them, or a table of those to turn on (true) and off (false)
---@field masks_cache_size? integer 0 or a power of two
---@field per_cpu_pids? integer[] netlink port ids of the sockets for upcalls of CPU 0, 1, ..., while dispatch_upcall_per_cpu is on

--- What a datapath has counted since it was created.
---@class odp.DatapathStats
---@field hit integer packets that matched a flow
---@field missed integer packets that matched none
---@field lost integer packets for user space that could not be delivered
---@field flows integer flows installed now
---@field mask_hit integer masks looked at for all packets together
---@field masks integer masks in use now
---@field cache_hit integer packets whose mask was in the masks cache

--- What dp:add_vport takes.
---@class odp.VportSpec
---@field name net.LinkName of its network device, 1 to 15 bytes: an existing one for a netdev, else one that the kernel makes
---@field type? "netdev"|"internal"|"gre"|"vxlan"|"geneve" netdev if not given
---@field number? integer its number in the datapath; the lowest free one if not given
---@field upcall_pids? integer[] netlink port ids of the sockets among which its upcalls are shared out
---@field ifindex? integer interface index of the device of an internal port (Linux 6.1)
---@field dst_port? integer|boolean|string UDP port that the tunnel receives on and sends to: 4789 for vxlan, 6081 for geneve unless given
---@field gbp? integer|boolean|string carry the group based policy extension in vxlan headers: true or false (default)

--- What vport:set takes. What is not given stays as it is.
---@class odp.VportChange
---@field upcall_pids? integer[] netlink port ids of the sockets among which its upcalls are shared out; none: upcalls are lost
---@field dst_port? integer|boolean|string UDP port that the tunnel receives on and sends to: 4789 for vxlan, 6081 for geneve unless given
---@field gbp? integer|boolean|string carry the group based policy extension in vxlan headers: true or false (default)

--- What a vport has counted. Received is what came into the datapath.
---@class odp.VportStats
---@field rx_packets integer packets received
---@field tx_packets integer packets sent
---@field rx_bytes integer bytes received
---@field tx_bytes integer bytes sent
---@field rx_errors integer packets received with errors
---@field tx_errors integer packets that could not be sent
---@field rx_dropped integer received packets that were dropped
---@field tx_dropped integer packets dropped in sending
---@field upcalls? integer packets sent to user space (Linux 6.2)
---@field lost_upcalls? integer packets for user space that were lost (Linux 6.2)

--- How a flow is written as options.
---@class odp.OptionOptions
---@field names? boolean with the names of ports in place of their numbers

--- How dp:put_flows puts flows.
---@class odp.PutOptions
---@field mode? "create"|"replace"|"modify" as for dp:put_flow
---@field literal? boolean lines are as ovs-dpctl add-flows takes them, a match and actions with a blank between, and matches as odp.literal_match has them

--- How dp:delete_flows finds flows.
---@class odp.DeleteOptions
---@field literal? boolean text is of matches as odp.literal_match has them

--- How a flow is written.
---@class odp.TextOptions
---@field verbose? boolean with its UFID and the fields that are not matched, as with -m
---@field names? boolean with the names of ports in place of their numbers
---@field ovs? boolean to the byte as ovs-dpctl prints it, which leaves out a comma behind eth() at the beginning

--- Which flows dp:write_flows writes, and how.
---@class odp.WriteFlowsOptions
---@field verbose? boolean with its UFID and the fields that are not matched, as with -m
---@field names? boolean with the names of ports in place of their numbers
---@field ovs? boolean to the byte as ovs-dpctl prints it, which leaves out a comma behind eth() at the beginning
---@field filter? odp.Filter those flows alone that pass it

--- What dp:put_flow takes.
---@class odp.FlowSpec
---@field match odp.MatchLike which packets it takes
---@field actions odp.ActionsLike what is done with them
---@field mode? "create"|"replace"|"modify" create (if not given) refuses a flow that is there, replace puts its actions in place of those there, modify refuses one that is not there
---@field ufid? string|odp.UFID a unique identifier to look it up by
---@field probe? boolean keep the kernel from logging why it refuses the flow

--- Options of dp:flows.
---@class odp.FlowListOptions
---@field terse? boolean leave out match and actions of flows with a unique identifier, for their counters alone
---@field omit? string leave out some of these: key,mask,actions
---@field filter? odp.Filter those flows alone that pass it

--- A flow by its unique identifier.
---@class odp.FlowID
---@field ufid string|odp.UFID as in flow.ufid

--- A value of a field, for odp.filter. The first path that a match has counts; the path vlan is the whole of a tag as a number, 0 where there is none.
---@class odp.FieldTest
---@field path string|string[] where the field is, such as "ipv4.ttl", or where it may be
---@field value integer|odp.U64|odp.U128|odp.IP|odp.MAC the packets' value
---@field bits? integer|odp.U64 those of a number that count; all if not given
---@field outer? boolean it is not behind VLAN tags, as in_port and eth.src; others are looked up behind them

--- What dp:execute takes.
---@class odp.ExecuteSpec
---@field data string the packet from its Ethernet header on
---@field actions odp.ActionsLike what is done with it
---@field key? string|odp.MatchTable|odp.Key what the data does not say: in_port, recirc_id, tunnel and such
---@field in_port? integer|odp.Vport short for key = { in_port = ... }
---@field probe? boolean keep the kernel from logging why it refuses the actions
---@field upcall_pid? integer netlink port id of the socket for upcalls of its userspace actions (Linux 6.17, ignored before)
---@field hash? integer|odp.U64 its hash, as pkt.hash has it
---@field mru? integer the largest fragment that it was put together from, as pkt.mru has it

--- Options of pkt:install.
---@class odp.InstallOptions
---@field mode? "create"|"replace"|"modify" as for dp:put_flow
---@field ufid? string|odp.UFID a unique identifier to look it up by
---@field execute? boolean send this packet through the same actions, after the flow is installed

--- What a handler has counted, all its workers together. What was received is handled, dropped or queued; what was handled is answered, discarded, unanswered, held, expired or running. Overruns, malformed, unhandled and kernel_lost are of all handlers of the datapath.
---@class odp.HandleStats
---@field received integer packets for the handler that came from the kernel
---@field queued integer packets that wait for it now
---@field dropped integer packets dropped as the queue was full, so the script does not keep up, or as the handler was stopped
---@field handled integer packets given to the handler
---@field running integer packets that it has not returned from yet, as it waits
---@field answered integer packets that it sent on
---@field discarded integer packets that it dropped: by pkt:drop, or by actions that are none
---@field unanswered integer packets that it returned from, or failed at, without an answer; they are lost
---@field held integer packets that are held now, by pkt:hold
---@field expired integer held packets that were dropped without an answer: too many were held, or the handler was stopped
---@field failures integer errors that it raised, and requests of it that were refused
---@field refused integer installs and executes that the kernel refused
---@field raced integer installs of flows that were there already, which is no error
---@field unhandled integer packets for which there is no handler
---@field overruns integer times that the kernel dropped packets as a receive buffer was full
---@field malformed integer messages of the kernel that were not understood
---@field kernel_lost integer packets that the kernel could not deliver while there was a handler

--- What the handler of one worker has counted, with the meaning that it has in odp.HandleStats.
---@class odp.WorkerStats
---@field received integer packets for the handler that came from the kernel
---@field queued integer packets that wait for it now
---@field dropped integer packets dropped as the queue was full, so the script does not keep up, or as the handler was stopped
---@field handled integer packets given to the handler
---@field running integer packets that it has not returned from yet, as it waits
---@field answered integer packets that it sent on
---@field discarded integer packets that it dropped: by pkt:drop, or by actions that are none
---@field unanswered integer packets that it returned from, or failed at, without an answer; they are lost
---@field held integer packets that are held now, by pkt:hold
---@field expired integer held packets that were dropped without an answer: too many were held, or the handler was stopped
---@field failures integer errors that it raised, and requests of it that were refused
---@field refused integer installs and executes that the kernel refused
---@field raced integer installs of flows that were there already, which is no error

--- Options of dp:on_miss and dp:on_action.
---@class odp.HandlerOptions
---@field queue? integer packets that may wait for the script, or for each worker, 1024 if not given; more are dropped and counted
---@field max_failures? integer failures in a row after which the handler is stopped, 100 if not given
---@field per_vport? boolean share packets out by port, even if the kernel can do it by CPU
---@field sockets? integer sockets to share packets out among, by port; 1 or the number of workers if not given
---@field buffer? integer bytes of each socket's receive buffer, 4 MiB if not given
---@field hold? integer packets that may be held, 1024 if not given; beyond that the oldest are dropped and counted
---@field concurrent? integer calls of the handler that may be in progress as it waits, 256 if not given; meanwhile the next packets are handled. 1 keeps the order of packets
---@field lost? fun(stats: odp.HandleStats, new: integer) called when packets were lost since it was last called, new of them: dropped, not delivered by the kernel or malformed; if not given, the first loss is reported
---@field warn? boolean false: no message when many packets of one kind came and no flow was installed for them

--- What dp:on_miss and dp:on_action take to have packets handled by several Lua states at a time. Each socket belongs to one worker, so that its packets keep their order: those of a CPU or, with per_vport, of a flow. With more workers than sockets, packets are shared out by the port that they came in by.
---@class odp.WorkerOptions
---@field workers integer|true how many; true is one for each CPU
---@field script? odp.FileName the file of their code, beside the script or as the path says. It runs once in each worker, gets an odp.Worker as its ... and returns the handler
---@field func? fun(worker: odp.Worker): fun(pkt: odp.Packet): odp.ActionsLike|odp.Packet|boolean|nil in place of script, a function that runs once in each worker and returns the handler. Since it runs in another state, it may use no local variables from outside of it but those that hold modules, nor globals that the script has set
---@field args? any worker.args, copied for each: channels and shared tables, ports, settings
---@field queue? integer packets that may wait for the script, or for each worker, 1024 if not given; more are dropped and counted
---@field max_failures? integer failures in a row after which the handler is stopped, 100 if not given
---@field per_vport? boolean share packets out by port, even if the kernel can do it by CPU
---@field sockets? integer sockets to share packets out among, by port; 1 or the number of workers if not given
---@field buffer? integer bytes of each socket's receive buffer, 4 MiB if not given
---@field hold? integer packets that may be held, 1024 if not given; beyond that the oldest are dropped and counted
---@field concurrent? integer calls of the handler that may be in progress as it waits, 256 if not given; meanwhile the next packets are handled. 1 keeps the order of packets
---@field lost? fun(stats: odp.HandleStats, new: integer) called when packets were lost since it was last called, new of them: dropped, not delivered by the kernel or malformed; if not given, the first loss is reported
---@field warn? boolean false: no message when many packets of one kind came and no flow was installed for them

--- What a worker is given: the first argument of its code.
---@class odp.Worker
---@field id integer its number, from 1 to count
---@field count integer how many workers the handler has
---@field datapath odp.Datapath the datapath whose packets it handles
---@field args? any a copy of args of the options

--- A worker as handle.workers shows it.
---@class odp.WorkerState
---@field id integer its number
---@field stats odp.WorkerStats what its handler has counted

--- What dp:add_meter and dp:set_meter take.
---@class odp.MeterSpec
---@field id integer what the action meter names it by; best given out from 0 on
---@field kbps? boolean rates and bursts are kilobits (of 1000 bits); packets if not given
---@field bands? odp.MeterBand[] its rates; kernels take one band at most, a meter without any only counts
---@field start? odp.MeterCount|odp.MeterStats what its counters begin with, as the stats of the meter that it takes the place of
---@field clear? boolean its counters begin at zero, and are not returned when it is replaced

--- A rate above which packets are dropped.
---@class odp.MeterBand
---@field rate integer kilobits or packets per second, 1 or more
---@field burst? integer kilobits or packets that may come at once after a pause; as many as rate if not given

--- What a meter or a band of one has counted.
---@class odp.MeterCount
---@field packets integer packets
---@field bytes integer their bytes, from the Ethernet header on

--- What a meter has counted since it was last set.
---@class odp.MeterStats
---@field packets integer packets
---@field bytes integer their bytes, from the Ethernet header on
---@field idle number seconds since the last packet, or else since it was set
---@field bands odp.MeterCount[] the packets that each band dropped

--- What meters a kernel has.
---@class odp.MeterFeatures
---@field max_meters integer one more than a datapath can have, by the machine's memory
---@field max_bands integer bands in one meter
---@field band_types string[] what bands can do: drop

--- What odp.set_ct_limit takes.
---@class odp.CTLimitSpec
---@field zone? integer|"default" conntrack zone, 0 to 65535; if not given or "default", all zones without a limit of their own
---@field limit integer the number of connections; 0 for no limit
---@field netns? net.Namespace the namespace of the datapaths; the current one if not given

--- The limit of the connections of a conntrack zone.
---@class odp.CTLimit
---@field zone integer|"default" the zone, or "default" for all without a limit of their own
---@field limit integer the number of connections; 0 for no limit
---@field count? integer the connections now, of those committed while there was a limit; nil for the default

--- The addresses of one direction of a connection. Ports are nil for ICMP, the rest is for nothing else.
---@class odp.ConnectionTuple
---@field src? string source address
---@field dst? string destination address
---@field sport? integer source port
---@field dport? integer destination port
---@field id? integer id of ICMP
---@field type? integer type of ICMP
---@field code? integer code of ICMP

--- Options of connection:text.
---@class odp.ConnectionText
---@field verbose? boolean as with -m: ids, status, both sides of TCP, the parent
---@field stats? boolean as with -s: counters, times and timeout

--- Which connections are meant: those that are equal in every field given.
---@class odp.ConntrackMatch
---@field zone? integer its zone; that of connections without one is 0
---@field mark? integer|odp.U64|string a number, or "value/mask"
---@field labels? integer|odp.U64|odp.U128|string "0x1234", a number, or "value/mask"
---@field proto? string|integer "tcp", or a number
---@field orig? odp.ConnectionTuple addresses of the first packet
---@field reply? odp.ConnectionTuple addresses of a packet that answers

--- Options of odp.on_conntrack.
---@class odp.ConntrackOptions
---@field match? string|odp.ConntrackMatch of which connections; all if not given
---@field events? string which events, joined by |: "new|destroy"; all if not given
---@field queue? integer events that may wait for the script, 8192 if not given; more are dropped and counted
---@field max_failures? integer failures in a row after which the handler is stopped, 100 if not given
---@field lost? fun(stats: odp.SubscriptionStats, new: integer) called when events were lost, after those before them: list anew what they keep up to date. new is how many are known to be missing since it was last called, an overrun counted as one; if not given, the first loss is reported
---@field netns? net.Namespace the namespace to listen in, for the functions of module odp; the current one if not given
---@field buffer? integer bytes of the socket's receive buffer, 4 MiB if not given

--- The kernel's table of connections.
---@class odp.ConntrackTable
---@field entries integer connections in it, of all zones of the namespace
---@field max integer how many it may have, for all namespaces alike
---@field found integer look-ups that found a connection
---@field invalid integer packets that cannot be tracked
---@field insert_failed integer connections that could not be put into it
---@field drop integer packets dropped as their connection could not be put into it
---@field early_drop integer connections dropped to make room for new ones
---@field error integer packets of ICMP and the like with errors
---@field search_restart integer look-ups begun again as the table was resized
---@field clash_resolve integer insertions that met their own connection
---@field chain_too_long integer insertions refused as too many had the same hash

--- Options of odp.on_psample and odp.on_psample_group.
---@class odp.PsampleOptions
---@field group? integer the one group that is meant; all if not given
---@field queue? integer events that may wait for the script, 8192 if not given; more are dropped and counted
---@field max_failures? integer failures in a row after which the handler is stopped, 100 if not given
---@field lost? fun(stats: odp.SubscriptionStats, new: integer) called when events were lost, after those before them: list anew what they keep up to date. new is how many are known to be missing since it was last called, an overrun counted as one; if not given, the first loss is reported
---@field netns? net.Namespace the namespace to listen in, for the functions of module odp; the current one if not given
---@field buffer? integer bytes of the socket's receive buffer, 4 MiB if not given

--- A group of samples.
---@class odp.PsampleGroup
---@field number integer its number, as in the action psample
---@field sequence integer the number of its next sample
---@field users integer actions and filters that sample into it

--- Options of handlers of events.
---@class odp.SubscriptionOptions
---@field queue? integer events that may wait for the script, 8192 if not given; more are dropped and counted
---@field max_failures? integer failures in a row after which the handler is stopped, 100 if not given
---@field lost? fun(stats: odp.SubscriptionStats, new: integer) called when events were lost, after those before them: list anew what they keep up to date. new is how many are known to be missing since it was last called, an overrun counted as one; if not given, the first loss is reported
---@field netns? net.Namespace the namespace to listen in, for the functions of module odp; the current one if not given

--- What a handler of events has counted.
---@class odp.SubscriptionStats
---@field handled integer events given to the handler
---@field failures integer errors that it raised
---@field received integer messages received from the kernel, also those of events that were not asked for
---@field dropped integer events dropped as the queue was full: the script does not keep up
---@field queued integer events waiting now
---@field overruns integer times that the kernel dropped events as the receive buffer was full
---@field malformed integer messages of the kernel that were not understood
---@field lost? integer samples that are missing in the sequences of their groups; nil for other events

--- A value by its bytes, as a packet has them.
---@class odp.Bytes
---@field bytes string as many as the value has, the most significant one first

--- A name in Open vSwitch text.
---@class odp.Name
---@field name string as it stands in text
---@field doc string what it is; empty if the name says all

--- How a match or actions are written.
---@class odp.ValueText
---@field verbose? boolean with the fields that are not matched
---@field dp? odp.Datapath with the names of its ports in place of their numbers

--- Both ends of a TCP connection.
---@class odp.ConnectionTCP
---@field orig_flags string what the tracker knows, such as "WINDOW_SCALE|SACK_PERM", of whoever began it
---@field reply_flags string what the tracker knows, such as "WINDOW_SCALE|SACK_PERM", of the other end
---@field orig_wscale integer the window scale of whoever began it
---@field reply_wscale integer the window scale of the other end

--- Both ends of an SCTP association.
---@class odp.ConnectionSCTP
---@field orig_vtag integer the verification tag of whoever began it
---@field reply_vtag integer the verification tag of the other end

--- An unsigned 64-bit integer that never rounds. Arithmetic with numbers gives one of its kind, a U128 if a side is one, and raises when the result does not fit or a number is not whole; / is the whole part of the quotient. Equal values are the same key of a table. Lua compares values of different types as unequal without asking, and refuses < between them, so convert first: x == odp.u64(5).
---@class odp.U64
---@operator add(integer|odp.U64): odp.U64
---@operator sub(integer|odp.U64): odp.U64
---@operator mul(integer|odp.U64): odp.U64
---@operator div(integer|odp.U64): odp.U64
---@operator mod(integer|odp.U64): odp.U64
---@operator pow(integer|odp.U64): odp.U64
---@operator concat(string|number|odp.U64): string
local U64 = {}

--- The value as a Lua number. Raises when a number cannot hold it exactly (2^53 and more).
---
--- ```lua
--- local n = odp.u64("42"):tonumber()
--- ```
---@return integer value
function U64:tonumber() end

--- The value in hexadecimal, with 0x.
---
--- ```lua
--- print(pkt.key.tunnel.tun_id:hex())
--- ```
---@return string text
function U64:hex() end

--- The 8 bytes of the value, the most significant one first.
---
--- ```lua
--- local first = odp.u64(258):bytes():byte(1)
--- ```
---@return string bytes
function U64:bytes() end

--- The bits that are set in both.
---
--- ```lua
--- odp.u64(12):band(10)  -- 8
--- ```
---@param other integer|string|odp.U64|odp.U128|odp.Bytes
---@return odp.U64 result
function U64:band(other) end

--- The bits that are set in at least one.
---
--- ```lua
--- odp.u64(12):bor(10)  -- 14
--- ```
---@param other integer|string|odp.U64|odp.U128|odp.Bytes
---@return odp.U64 result
function U64:bor(other) end

--- The bits that are set in one of the two.
---
--- ```lua
--- odp.u64(12):bxor(10)  -- 6
--- ```
---@param other integer|string|odp.U64|odp.U128|odp.Bytes
---@return odp.U64 result
function U64:bxor(other) end

--- The bits that are not set.
---
--- ```lua
--- odp.u64(12):bnot():hex()
--- ```
---@return odp.U64 result
function U64:bnot() end

--- The bits moved up; those moved out are lost.
---
--- ```lua
--- odp.u64(12):lshift(4)  -- 192
--- ```
---@param bits integer how far, from 0 to 64
---@return odp.U64 result
function U64:lshift(bits) end

--- The bits moved down; those moved out are lost.
---
--- ```lua
--- odp.u64(12):rshift(2)  -- 3
--- ```
---@param bits integer how far, from 0 to 64
---@return odp.U64 result
function U64:rshift(bits) end

--- Whether a bit is set.
---
--- ```lua
--- odp.u64(12):bit(3)  -- true
--- ```
---@param n integer which, from 0, the least significant one
---@return boolean set
function U64:bit(n) end

--- An unsigned 128-bit integer that never rounds, such as connection tracking labels. Arithmetic with numbers gives one of its kind, a U128 if a side is one, and raises when the result does not fit or a number is not whole; / is the whole part of the quotient. Equal values are the same key of a table. Lua compares values of different types as unequal without asking, and refuses < between them, so convert first: x == odp.u128(5).
---@class odp.U128
---@operator add(integer|odp.U128): odp.U128
---@operator sub(integer|odp.U128): odp.U128
---@operator mul(integer|odp.U128): odp.U128
---@operator div(integer|odp.U128): odp.U128
---@operator mod(integer|odp.U128): odp.U128
---@operator pow(integer|odp.U128): odp.U128
---@operator concat(string|number|odp.U128): string
local U128 = {}

--- The value as a Lua number. Raises when a number cannot hold it exactly (2^53 and more).
---
--- ```lua
--- local n = odp.u128("42"):tonumber()
--- ```
---@return integer value
function U128:tonumber() end

--- The value in hexadecimal, with 0x.
---
--- ```lua
--- print(pkt.key.tunnel.tun_id:hex())
--- ```
---@return string text
function U128:hex() end

--- The 16 bytes of the value, the most significant one first.
---
--- ```lua
--- local first = odp.u128(258):bytes():byte(1)
--- ```
---@return string bytes
function U128:bytes() end

--- The bits that are set in both.
---
--- ```lua
--- odp.u128(12):band(10)  -- 8
--- ```
---@param other integer|string|odp.U64|odp.U128|odp.Bytes
---@return odp.U128 result
function U128:band(other) end

--- The bits that are set in at least one.
---
--- ```lua
--- odp.u128(12):bor(10)  -- 14
--- ```
---@param other integer|string|odp.U64|odp.U128|odp.Bytes
---@return odp.U128 result
function U128:bor(other) end

--- The bits that are set in one of the two.
---
--- ```lua
--- odp.u128(12):bxor(10)  -- 6
--- ```
---@param other integer|string|odp.U64|odp.U128|odp.Bytes
---@return odp.U128 result
function U128:bxor(other) end

--- The bits that are not set.
---
--- ```lua
--- odp.u128(12):bnot():hex()
--- ```
---@return odp.U128 result
function U128:bnot() end

--- The bits moved up; those moved out are lost.
---
--- ```lua
--- odp.u128(12):lshift(4)  -- 192
--- ```
---@param bits integer how far, from 0 to 128
---@return odp.U128 result
function U128:lshift(bits) end

--- The bits moved down; those moved out are lost.
---
--- ```lua
--- odp.u128(12):rshift(2)  -- 3
--- ```
---@param bits integer how far, from 0 to 128
---@return odp.U128 result
function U128:rshift(bits) end

--- Whether a bit is set.
---
--- ```lua
--- odp.u128(12):bit(3)  -- true
--- ```
---@param n integer which, from 0, the least significant one
---@return boolean set
function U128:bit(n) end

--- An Ethernet address to calculate with: mac + 1 is the next one, and mac - mac how far they are apart. Equal ones are the same key of a table, and < orders them. Fields of packets and matches are text, not of this class, so compare texts, or make one of each: odp.mac(pkt.key.eth.src) == mac. It is taken wherever its text is.
---@class odp.MAC
---@field number integer the address as a number
---@field bytes string its 6 bytes
---@field is_multicast boolean whether it is of a group, as the broadcast address is
---@field is_broadcast boolean whether it is ff:ff:ff:ff:ff:ff
---@field is_local boolean whether it was chosen locally, not by the maker of the device
---@operator add(integer|odp.U64): odp.MAC
---@operator sub(integer|odp.U64): odp.MAC
---@operator sub(odp.MAC): integer
---@operator concat(string|number|odp.MAC): string
local MAC = {}

--- The address with only the bits that a mask has.
---
--- ```lua
--- local maker = mac:masked("ff:ff:ff:00:00:00")
--- ```
---@param mask string|integer|odp.MAC|odp.U64|odp.Bytes as an address
---@return odp.MAC mac
function MAC:masked(mask) end

--- The IPv6 link-local address that a device with this address gives itself (EUI-64).
---
--- ```lua
--- print(odp.mac("02:00:00:00:00:01"):link_local())  -- fe80::ff:fe00:1
--- ```
---@return odp.IP ip
function MAC:link_local() end

--- An address of IPv4 or IPv6 to calculate with: ip + 1 is the next one, and ip - ip how far they are apart. Equal ones are the same key of a table, and < orders them, those of IPv4 first. Fields of packets and matches are text, not of this class, so compare texts, or make one of each: odp.ip(pkt.key.ipv4.src) == ip. It is taken wherever its text is.
---@class odp.IP
---@field version integer 4 or 6
---@field number integer|odp.U128 the address as a number, a U128 of IPv6
---@field bytes string its 4 or 16 bytes
---@field is_multicast boolean whether it is of a group
---@field is_broadcast boolean whether it is 255.255.255.255
---@field is_loopback boolean whether it is of the host itself: 127.0.0.0/8 or ::1
---@field is_link_local boolean whether it means something on one link only: 169.254.0.0/16 or fe80::/10
---@field is_private boolean whether it is for private networks: 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or fc00::/7
---@field is_unspecified boolean whether it is 0.0.0.0 or ::
---@operator add(integer|odp.U64|odp.U128): odp.IP
---@operator sub(integer|odp.U64|odp.U128): odp.IP
---@operator sub(odp.IP): integer|odp.U128
---@operator concat(string|number|odp.IP): string
local IP = {}

--- The address with its first bits only, or with the bits that a mask has.
---
--- ```lua
--- print(odp.ip("10.1.2.3"):masked(8))              -- 10.0.0.0
--- print(odp.ip("10.1.2.3"):masked("255.0.0.255"))  -- 10.0.0.3
--- ```
---@param mask integer|string|odp.IP how many bits, or the mask as an address of the same version
---@return odp.IP ip
function IP:masked(mask) end

--- Whether the address is one of a prefix. One of the other version is not.
---
--- ```lua
--- local ip = odp.ip(pkt.key.ipv4.src)
--- if ip:in_prefix("10.0.0.0/8") then pkt:forward(2) end
--- ```
---@param prefix string|odp.Prefix|odp.IP
---@return boolean inside
function IP:in_prefix(prefix) end

--- The prefix with this address and a length.
---
--- ```lua
--- ns:addr("eth0", odp.ip("10.0.0.1"):prefix(24))
--- ```
---@param len integer how many bits are those of the network
---@return odp.Prefix prefix
function IP:prefix(len) end

--- An address of IPv4 or IPv6 with the length of its prefix: a network, or the address of an interface in one. The bits after the prefix are kept, so 10.0.0.1/24 and 10.0.0.0/24 are not equal, though they have the same addresses; p.network has none of them. Equal ones are the same key of a table, and < orders them. It is taken wherever its text is: { ipv4 = { dst = odp.prefix("10.0.0.0/8") } }.
---@class odp.Prefix
---@field address odp.IP its address, with the bits after the prefix
---@field len integer its length in bits
---@field version integer 4 or 6
---@field first odp.IP its first address, that of the network
---@field last odp.IP its last address, of IPv4 that for broadcasts
---@field mask odp.IP its mask as an address
---@field size integer|odp.U128 how many addresses it has, a U128 from 2^53 on
---@field network odp.Prefix the prefix without bits after it
---@operator concat(string|number|odp.Prefix): string
local Prefix = {}

--- Whether every address of the other prefix, or the address, is one of this.
---
--- ```lua
--- print(odp.prefix("10.0.0.0/8"):contains("10.1.0.0/16"))  -- true
--- ```
---@param other string|odp.Prefix|odp.IP
---@return boolean contains
function Prefix:contains(other) end

--- Whether there is an address that is of both.
---
--- ```lua
--- print(odp.prefix("10.1.0.0/16"):overlaps("10.0.0.0/8"))  -- true
--- ```
---@param other string|odp.Prefix|odp.IP
---@return boolean overlaps
function Prefix:overlaps(other) end

--- The addresses that hosts may have, for a for loop: of IPv4 without the first, which is that of the network, and the last, for broadcasts; of IPv6 without the first, which is that of any router.
---
--- ```lua
--- for ip in odp.prefix("10.0.0.0/29"):hosts() do print(ip) end
--- ```
---@return fun(): odp.IP? hosts
function Prefix:hosts() end

--- One of its hosts: 1 is the first, -1 the last.
---
--- ```lua
--- local router = odp.prefix("10.0.0.0/24"):host(1)  -- 10.0.0.1
--- ```
---@param n integer|odp.U64|odp.U128
---@return odp.IP ip
function Prefix:host(n) end

--- The prefixes of a longer length that it is made of, for a for loop.
---
--- ```lua
--- for p in odp.prefix("10.0.0.0/22"):subnets(24) do print(p) end
--- ```
---@param len integer the prefix length of each
---@return fun(): odp.Prefix? subnets
function Prefix:subnets(len) end

--- The unique identifier of a flow. Equal ones are the same key of a table, and < orders them by their text. The ufid of flows and matches is text, not of this class. It is taken wherever its text is.
---@class odp.UFID
---@field number odp.U128 its digits as a number
---@field bytes string its 16 bytes in memory, as the kernel has them
---@operator concat(string|number|odp.UFID): string
local UFID = {}

--- A datapath in the kernel. Once it is deleted, everything but its name and index raises.
---@class odp.Datapath
---@field name string its name, which its local port has too
---@field index integer the interface index of its local port
---@field features string the features that are on, separated by commas
---@field masks_cache_size integer entries of the cache of masks for each CPU
---@field per_cpu_pids integer[] netlink port ids for the upcalls of CPU 0, 1, ...; empty while dispatch_upcall_per_cpu is off
---@field stats odp.DatapathStats its counters, read from the kernel now
---@field meter_features odp.MeterFeatures what meters its kernel has
---@operator concat(string): string
local Datapath = {}

--- Delete the datapath with all its vports and flows. Its handlers end.
---
--- ```lua
--- dp:delete()
--- ```
function Datapath:delete() end

--- Change the datapath. While it has miss handlers, those choose dispatch_upcall_per_cpu and its port ids and set them again.
---
--- ```lua
--- dp:set{ masks_cache_size = 1024, features = { tc_recirc_sharing = true } }
--- ```
---@param changes odp.DatapathChange
---@return odp.Datapath dp
function Datapath:set(changes) end

--- Add a port: an existing network device by name, or what a table describes.
---
--- ```lua
--- local p1 = dp:add_vport("eth1")
--- local vx = dp:add_vport{ name = "vxlan0", type = "vxlan", dst_port = 4789 }
--- ```
---@param spec net.LinkName|odp.VportSpec
---@return odp.Vport vport
function Datapath:add_vport(spec) end

--- The port of that name or number, or nil.
---
--- ```lua
--- print(dp:vport(0).name)
--- ```
---@param id odp.VportName|integer name or number
---@return odp.Vport? vport
function Datapath:vport(id) end

--- All ports of the datapath, the local port among them.
---
--- ```lua
--- for _, p in ipairs(dp:vports()) do print(p.number, p.name, p.type) end
--- ```
---@return odp.Vport[] list
function Datapath:vports() end

--- Install a flow. Values are as in Open vSwitch text: a number, an address as text, value/mask as text, a vport for a port number. What a key depends on (eth_type for ipv4, ipv4.proto for tcp) is filled in. In a table, eth = false is for packets without an Ethernet header.
---
--- ```lua
--- dp:put_flow{ match = { in_port = p1 }, actions = p2 }
--- dp:put_flow{
---   match = "in_port(1),eth(),eth_type(0x0806),arp()", actions = "2,3",
---   mode = "replace",
--- }
--- ```
---@param spec odp.FlowSpec
---@return odp.Flow flow
function Datapath:put_flow(spec) end

--- Install many flows, some hundred with each system call. A flow that is refused keeps none of the others from being put, and neither does a line that cannot be read; a table that is no flow raises. Lines are those of a listing: lines that dp:flows() printed can be put again.
---
--- ```lua
--- local lines = io.lines("flows.txt")
--- local put, errors = dp:put_flows(lines, { mode = "replace" })
--- for n, e in pairs(errors) do print(n, e) end
--- ```
---@param source (fun(): odp.FlowSpec|odp.Flow|string|nil)|(odp.FlowSpec|odp.Flow|string)[] a function that returns one flow with each call and nil at the end, or an array
---@param options? odp.PutOptions
---@return integer put how many were put
---@return table<integer, odp.Error> errors why the others were not, by their place in the source from 1
function Datapath:put_flows(source, options) end

--- Remove many flows, some hundred with each system call. One that is not there keeps none of the others from being removed, and neither does a text that cannot be read.
---
--- ```lua
--- local old = {}
--- for f in dp:flows() do
---   if f.idle and f.idle > 60 then old[#old + 1] = f end
--- end
--- print(dp:delete_flows(old) .. " deleted")
--- ```
---@param source (fun(): odp.MatchLike|odp.FlowID|nil)|(odp.MatchLike|odp.FlowID)[] a function that returns one with each call and nil at the end, or an array: flows, their matches or identifiers
---@param options? odp.DeleteOptions
---@return integer deleted how many were removed
---@return table<integer, odp.Error> errors why the others were not, by their place in the source from 1
function Datapath:delete_flows(source, options) end

--- The flow that was installed with that match, or nil.
---
--- ```lua
--- local f = dp:flow("in_port(1),eth(),eth_type(0x0806),arp()")
--- ```
---@param flow odp.MatchLike|odp.Flow|odp.FlowID the match that it was installed with, or the flow itself
---@return odp.Flow? flow
function Datapath:flow(flow) end

--- Remove a flow. One that is not there raises, with errno ENOENT.
---
--- ```lua
--- print(dp:delete_flow(m).packets)
--- ```
---@param flow odp.MatchLike|odp.Flow|odp.FlowID the match that it was installed with, or the flow itself
---@return odp.Flow flow with its last counters
function Datapath:delete_flow(flow) end

--- Set the counters of a flow to zero. One that is not there raises, with errno ENOENT.
---
--- ```lua
--- dp:clear_flow(flow)
--- assert(flow:refresh().packets == 0)
--- ```
---@param flow odp.MatchLike|odp.Flow|odp.FlowID the match that it was installed with, or the flow itself
function Datapath:clear_flow(flow) end

--- Remove every flow.
---
--- ```lua
--- dp:flush_flows()
--- assert(dp.stats.flows == 0)
--- ```
function Datapath:flush_flows() end

--- The flows of the datapath for a for loop, read while the loop runs, in no order. If the kernel says that its list changed meanwhile, the loop ends with an error.
---
--- ```lua
--- for f in dp:flows() do print(f.packets, f.match, f.actions) end
--- for f in dp:flows{ terse = true } do print(f.ufid, f.packets) end
--- ```
---@param opts? odp.FlowListOptions
---@return odp.Flows flows
function Datapath:flows(opts) end

--- Write the flows of the datapath to a file, as lines of ovs-dpctl dump-flows, which dp:put_flows(io.lines(path)) puts again. It takes a small part of the time that flow:text of each takes. If the kernel says that its list changed meanwhile, it raises.
---
--- Refused by odp --safe where it opens a file.
---
--- ```lua
--- print(dp:write_flows("flows.txt") .. " flows")
--- ```
---@param path odp.FileName the file, which is overwritten; "-" is standard output
---@param opts? odp.WriteFlowsOptions
---@return integer count how many flows there were
function Datapath:write_flows(path, opts) end

--- Send a packet through actions, as if a flow had matched it.
---
--- ```lua
--- dp:execute{ data = frame, in_port = 1, actions = "2" }
--- ```
---@param spec odp.ExecuteSpec
function Datapath:execute(spec) end

--- An empty batch: many requests in one go.
---
--- ```lua
--- local b = dp:batch()
--- for i = 1, 1000 do b:put_flow{ match = m[i], actions = 2 } end
--- assert(b:send() == 0)
--- ```
---@return odp.Batch batch
function Datapath:batch() end

--- Call a function for each packet that matches no flow. If it returns actions, the packet is sent through them; it may as well call pkt:execute, forward, drop, or hold to answer later. What is asked for while it runs is sent to the kernel together, in that order. An error in it is reported and counted, and the loop goes on. It is called while the script is in odp.run or another function that waits; workers go on whatever the script does.
---
--- ```lua
--- dp:on_miss(function(pkt)
---   pkt:install(pkt.key:only("in_port"), "2")
---   return "2"
--- end)
--- odp.run()
--- 
--- -- or, with a Lua state for each CPU:
--- local macs = odp.shared()
--- dp:on_miss{ workers = true, args = macs, func = function(worker)
---   local macs = worker.args
---   return function(pkt)
---     macs[pkt.key.eth.src] = pkt.in_port
---     return macs[pkt.key.eth.dst]
---   end
--- end }
--- ```
---@async
---@param fn odp.WorkerOptions|fun(pkt: odp.Packet): odp.ActionsLike|odp.Packet|boolean|nil or a table that has workers handle the packets, on several CPUs at a time
---@param opts? odp.HandlerOptions of a function; those of workers are in their table
---@return odp.Handle handle
function Datapath:on_miss(fn, opts) end

--- Call a function for each packet that a userspace action sends up. If it returns actions, the packet is sent through them; it may as well call pkt:execute, forward, drop, or hold to answer later. What is asked for while it runs is sent to the kernel together, in that order. An error in it is reported and counted, and the loop goes on. It is called while the script is in odp.run or another function that waits; workers go on whatever the script does.
---
--- ```lua
--- dp:on_action(function(pkt) print(pkt.userdata, pkt.key) end)
--- ```
---@async
---@param fn odp.WorkerOptions|fun(pkt: odp.Packet): odp.ActionsLike|odp.Packet|boolean|nil or a table that has workers handle the packets, on several CPUs at a time
---@param opts? odp.HandlerOptions of a function; those of workers are in their table
---@return odp.Handle handle
function Datapath:on_action(fn, opts) end

--- Call a function for each port of the datapath that is made, changed or deleted, until the datapath is deleted, with which its ports go without events. An error in it is reported and counted, and the loop goes on. It is called while the script is in odp.run or another function that waits, also for what this script changed itself.
---
--- ```lua
--- dp:on_vport(function(event)
---   print(event.kind, event.vport.number, event.vport.name)
--- end)
--- odp.run()
--- ```
---@param fn fun(event: odp.Event)
---@param opts? odp.SubscriptionOptions
---@return odp.Subscription subscription
function Datapath:on_vport(fn, opts) end

--- Call a function for each flow of the datapath that a request puts, changes, clears or deletes, until the datapath is deleted. The kernel does not announce that flows are flushed. An error in it is reported and counted, and the loop goes on. It is called while the script is in odp.run or another function that waits, also for what this script changed itself.
---
--- ```lua
--- dp:on_flow(function(event) print(event.kind, event.flow) end)
--- odp.run()
--- ```
---@param fn fun(event: odp.Event)
---@param opts? odp.SubscriptionOptions
---@return odp.Subscription subscription
function Datapath:on_flow(fn, opts) end

--- Create a meter, which the action meter of flows sends packets through. Raises if there is one with that id, by asking first: the kernel itself would replace it.
---
--- ```lua
--- local slow = dp:add_meter{
---   id = 1, kbps = true, bands = { { rate = 1000 } },
--- }
--- dp:put_flow{ match = { in_port = 1 }, actions = slow .. ",2" }
--- ```
---@param spec odp.MeterSpec
---@return odp.Meter meter
function Datapath:add_meter(spec) end

--- Create a meter, or put a new one in the place of that with its id.
---
--- ```lua
--- local meter, before = dp:set_meter{ id = 1, bands = { { rate = 100 } } }
--- ```
---@param spec odp.MeterSpec
---@return odp.Meter meter
---@return odp.MeterStats? before what the one that was there had counted
function Datapath:set_meter(spec) end

--- The meter with that id, or nil. The kernel cannot list meters.
---
--- ```lua
--- print(dp:meter(1).stats)
--- ```
---@param id integer its number, as in the action meter
---@return odp.Meter? meter
function Datapath:meter(id) end

--- A port of a datapath. It can stand wherever a port number is meant: in matches and as an action.
---@class odp.Vport
---@field name string the name of its network device
---@field number integer its number in the datapath
---@field type "netdev"|"internal"|"gre"|"vxlan"|"geneve" what kind of port it is
---@field ifindex integer? the interface index of its network device
---@field datapath odp.Datapath the datapath that it is a port of
---@field netnsid integer? the number of the network namespace that its device was moved to, when the port was read; nil if that is the datapath's
---@field upcall_pids integer[] netlink port ids for its upcalls, read from the kernel now; the first alone unless the feature vport_pids is on; 0 is nobody
---@field stats odp.VportStats its counters, read from the kernel now
---@field dst_port integer|boolean|string|nil UDP port that the tunnel receives on and sends to: 4789 for vxlan, 6081 for geneve unless given
---@field gbp integer|boolean|string|nil carry the group based policy extension in vxlan headers: true or false (default)
---@operator concat(string): string
local Vport = {}

--- Change the port. No kernel up to 7.2 changes the options of tunnels: those raise, with errno EOPNOTSUPP. While the datapath has miss handlers that share packets out by port, those choose upcall_pids.
---
--- ```lua
--- dp:vport(1):set{ upcall_pids = { 0 } }
--- ```
---@param changes odp.VportChange
---@return odp.Vport vport
function Vport:set(changes) end

--- Take the port out of its datapath. Its network device goes with it, unless it is a netdev.
---
--- ```lua
--- dp:vport("vxlan0"):delete()
--- ```
function Vport:delete() end

--- A flow as it was when it was read or put. Its counters stay as they are until flow:refresh().
---@class odp.Flow
---@field match odp.Match? which packets it takes; nil if a terse list left that out
---@field actions odp.Actions? what is done with them; nil if a terse list left that out
---@field packets integer packets matched since it was put or cleared
---@field bytes integer bytes matched, with the Ethernet header
---@field idle number? seconds since it last matched; nil if it never did
---@field tcp_flags integer the flags of all TCP packets matched, or-ed
---@field ufid string? its unique identifier, if it has one
---@operator concat(string): string
local Flow = {}

--- The flow as it is in the kernel now, or nil if it is gone.
---
--- ```lua
--- flow = flow:refresh()
--- print(flow.packets)
--- ```
---@return odp.Flow? flow
function Flow:refresh() end

--- The flow as a line of ovs-dpctl dump-flows. tostring(flow) is the line without options.
---
--- ```lua
--- for f in dp:flows() do print(f:text{ verbose = true, names = true }) end
--- ```
---@param options? odp.TextOptions
---@return string line
function Flow:text(options) end

--- The flow as command-line options, which odp.from_options reads.
---
--- ```lua
--- print(table.concat(flow:options(), " "))
--- ```
---@param options? odp.OptionOptions
---@return string[] options
function Flow:options(options) end

--- Remove the flow.
---
--- ```lua
--- for f in dp:flows() do
---   if f.idle and f.idle > 60 then f:delete() end
--- end
--- ```
---@return odp.Flow flow with its last counters
function Flow:delete() end

--- The flows of a datapath, one with each call.
---@class odp.Flows
---@overload fun(): odp.Flow?
local Flows = {}

--- End the list before its end. A for loop that runs to its end has done so.
---
--- ```lua
--- local flows = dp:flows()
--- local one = flows()
--- flows:close()
--- ```
function Flows:close() end

--- A filter of flows, which odp.filter makes. dp:flows and dp:write_flows take it as well.
---@class odp.Filter
local Filter = {}

--- Whether a match may take packets with the values of the filter.
---
--- ```lua
--- local arp = odp.filter{ { path = "eth_type", value = 0x806 } }
--- print(arp:passes(odp.match{ in_port = 1 }))  -- true
--- ```
---@param match odp.MatchLike
---@return boolean passes
function Filter:passes(match) end

--- Which packets a flow takes. Fields are read by name: m.ipv4.dst. One that is not matched is nil, one that is matched in part is text: "10.0.0.0/255.0.0.0". Matches compare with == by the packets they take.
---@class odp.Match
---@field ufid string an identifier for a flow with this match, made from which packets it takes: the same for equal matches, always and everywhere
---@field hash odp.U64 the first 64 bits of ufid as a number
---@field recirc_id integer? Recirculation id given by the recirc action; 0 for a packet from a vport. A match without it takes packets of every look-up, those that come back from recirc as well.
---@field dp_hash integer? Flow hash computed by the hash action.
---@field skb_priority integer? Queueing priority of the packet (skb->priority).
---@field tunnel odp.key.tunnel? Outer header of a tunnelled packet. Whether it is of IPv4 or of IPv6 is always matched.
---@field in_port integer? Number of the vport on which the packet came in. It is matched whole or not at all.
---@field skb_mark integer? Mark of the packet (skb->mark), shared with netfilter and routing.
---@field packet_type odp.key.packet_type? Kind of the packet's first header. Known to Open vSwitch's own datapath only: the kernel refuses it, and tells packets without an Ethernet header by the absence of eth.
---@field ct_state string? Connection tracking state, set by the ct action. (Linux 4.3 with CONFIG_NF_CONNTRACK)
---@field ct_zone integer? Connection tracking zone. (Linux 4.3 with CONFIG_NF_CONNTRACK_ZONES)
---@field ct_mark integer? Mark of the connection. (Linux 4.3 with CONFIG_NF_CONNTRACK_MARK)
---@field ct_label string? Label of the connection, 128 bits. (Linux 4.3 with CONFIG_NF_CONNTRACK_LABELS)
---@field ct_tuple4 odp.key.ct_tuple4? IPv4 addresses and ports of the connection's first packet. (Linux 4.11 with CONFIG_NF_CONNTRACK)
---@field ct_tuple6 odp.key.ct_tuple6? IPv6 addresses and ports of the connection's first packet. The kernel keeps the keys of neighbour discovery in the same place. (Linux 4.11 with CONFIG_NF_CONNTRACK)
---@field eth odp.key.eth? Ethernet addresses. Without this key a flow matches packets that have no Ethernet header.
---@field eth_type integer? Ethernet type; of the tag on a tagged packet, whose own type is in encap. 0 is a frame that has a length in its place. It is matched whole or not at all.
---@field vlan odp.key.vlan? 802.1Q or 802.1ad tag. Without this key a flow matches untagged packets.
---@field encap odp.Key? Keys of the packet inside the VLAN tag.
---@field ipv4 odp.key.ipv4? IPv4 header.
---@field ipv6 odp.key.ipv6? IPv6 header.
---@field ipv6_exthdrs string? IPv6 extension headers that the packet has, as bits. Printed as key32 with its bytes, as Open vSwitch does. (Linux 5.18)
---@field arp odp.key.arp? ARP or RARP packet.
---@field mpls odp.key.mpls? MPLS label stack, outermost entry first; the kernel matches up to three.
---@field nsh odp.key.nsh? Network service header. (Linux 4.15)
---@field tcp odp.key.tcp? TCP ports.
---@field tcp_flags string? TCP flags, 12 bits.
---@field udp odp.key.udp? UDP ports.
---@field sctp odp.key.sctp? SCTP ports.
---@field icmp odp.key.icmp? ICMP type and code.
---@field icmpv6 odp.key.icmpv6? ICMPv6 type and code.
---@field nd odp.key.nd? IPv6 neighbour discovery.
---@field nd_ext odp.key.nd_ext? Extensions of neighbour discovery. Known to Open vSwitch's own datapath only: the kernel refuses it.
---@operator concat(string): string
local Match = {}

--- Whether the match takes every packet that the other one takes.
---
--- ```lua
--- local m = odp.match{ ipv4 = { dst = "10.0.0.0/8" } }
--- print(m:covers{ ipv4 = { dst = "10.1.0.0/16" } })  -- true
--- ```
---@param match odp.MatchLike
---@return boolean covers
function Match:covers(match) end

--- Whether there can be a packet that both matches take. A flow whose match overlaps that of another may take its packets from it.
---
--- ```lua
--- for f in dp:flows() do if m:overlaps(f) then print(f.match) end end
--- ```
---@param match odp.MatchLike
---@return boolean overlaps
function Match:overlaps(match) end

--- Whether the match takes a packet with this key. What the key leaves out is zero, or not in the packet where a packet need not have it.
---
--- ```lua
--- if m:matches(pkt.key) then pkt:forward(2) end
--- ```
---@param key string|odp.MatchTable|odp.Key
---@return boolean matches
function Match:matches(key) end

--- A match that also matches other fields, or other values of the same fields.
---
--- ```lua
--- local m2 = m:with{ tcp = { dst = 443 } }
--- ```
---@param fields odp.MatchTable
---@return odp.Match match
function Match:with(fields) end

--- The match that takes packets equal in the named keys and fields, whatever the rest. What those depend on is matched too, and what the kernel never leaves open: whether there is an Ethernet header, how many tags of which types, and of an outer header that is named whether it is of IPv4 or IPv6.
---
--- ```lua
--- local m = pkt.key:only("in_port", "eth.src", "eth.dst")
--- ```
---@param ... string|false keys ("eth") and fields ("ipv4.dst"); false names nothing
---@return odp.Match match
function Match:only(...) end

--- The match that takes packets whatever they have in the named keys and fields, and for the rest what was there. What other keys depend on stays matched: ipv4.proto while there is udp. To name just that is an error that tells what has to go as well.
---
--- ```lua
--- pkt:install(pkt.key:wildcard("tcp.src", "tcp_flags", "ipv4.ttl"), actions)
--- ```
---@param ... string|false keys ("eth") and fields ("ipv4.dst"); false names nothing
---@return odp.Match match
function Match:wildcard(...) end

--- The Open vSwitch text of the match. tostring gives it without options.
---
--- ```lua
--- print(flow.match:text{ dp = dp, verbose = true })
--- ```
---@param options? odp.ValueText
---@return string text
function Match:text(options) end

--- The fields that are there, or matched, for a for loop: name and value, as they are read by name. Of a label stack or a list of options it is the whole.
---
--- ```lua
--- for name, value in pkt.key:fields() do
---   print(name, value)  -- in_port 1, eth.src 02:00:00:00:00:01, ...
--- end
--- ```
---@return fun(): string?, any next
function Match:fields() end

--- The value of a field and its mask: two values of a kind. Both are nil for one that is not there, or not matched; without a mask, and where it is full, there is no second.
---
--- ```lua
--- local m = odp.match{ ipv4 = { dst = "10.0.0.0/8" } }
--- local dst, mask = m:get("ipv4.dst")  -- 10.0.0.0  255.0.0.0
--- ```
---@param path string such as "tcp.dst"
---@return string|integer|odp.U64|nil value
---@return string|integer|odp.U64|nil mask
function Match:get(path) end

--- What one packet looks like. Fields are read by name: key.ipv4.dst. A key that the packet does not have is nil, so test key.ipv4 before key.ipv4.dst.
---@class odp.Key
---@field recirc_id integer? Recirculation id given by the recirc action; 0 for a packet from a vport. A match without it takes packets of every look-up, those that come back from recirc as well.
---@field dp_hash integer? Flow hash computed by the hash action.
---@field skb_priority integer? Queueing priority of the packet (skb->priority).
---@field tunnel odp.key.tunnel? Outer header of a tunnelled packet. Whether it is of IPv4 or of IPv6 is always matched.
---@field in_port integer? Number of the vport on which the packet came in. It is matched whole or not at all.
---@field skb_mark integer? Mark of the packet (skb->mark), shared with netfilter and routing.
---@field packet_type odp.key.packet_type? Kind of the packet's first header. Known to Open vSwitch's own datapath only: the kernel refuses it, and tells packets without an Ethernet header by the absence of eth.
---@field ct_state string? Connection tracking state, set by the ct action. (Linux 4.3 with CONFIG_NF_CONNTRACK)
---@field ct_zone integer? Connection tracking zone. (Linux 4.3 with CONFIG_NF_CONNTRACK_ZONES)
---@field ct_mark integer? Mark of the connection. (Linux 4.3 with CONFIG_NF_CONNTRACK_MARK)
---@field ct_label string? Label of the connection, 128 bits. (Linux 4.3 with CONFIG_NF_CONNTRACK_LABELS)
---@field ct_tuple4 odp.key.ct_tuple4? IPv4 addresses and ports of the connection's first packet. (Linux 4.11 with CONFIG_NF_CONNTRACK)
---@field ct_tuple6 odp.key.ct_tuple6? IPv6 addresses and ports of the connection's first packet. The kernel keeps the keys of neighbour discovery in the same place. (Linux 4.11 with CONFIG_NF_CONNTRACK)
---@field eth odp.key.eth? Ethernet addresses. Without this key a flow matches packets that have no Ethernet header.
---@field eth_type integer? Ethernet type; of the tag on a tagged packet, whose own type is in encap. 0 is a frame that has a length in its place. It is matched whole or not at all.
---@field vlan odp.key.vlan? 802.1Q or 802.1ad tag. Without this key a flow matches untagged packets.
---@field encap odp.Key? Keys of the packet inside the VLAN tag.
---@field ipv4 odp.key.ipv4? IPv4 header.
---@field ipv6 odp.key.ipv6? IPv6 header.
---@field ipv6_exthdrs string? IPv6 extension headers that the packet has, as bits. Printed as key32 with its bytes, as Open vSwitch does. (Linux 5.18)
---@field arp odp.key.arp? ARP or RARP packet.
---@field mpls odp.key.mpls? MPLS label stack, outermost entry first; the kernel matches up to three.
---@field nsh odp.key.nsh? Network service header. (Linux 4.15)
---@field tcp odp.key.tcp? TCP ports.
---@field tcp_flags string? TCP flags, 12 bits.
---@field udp odp.key.udp? UDP ports.
---@field sctp odp.key.sctp? SCTP ports.
---@field icmp odp.key.icmp? ICMP type and code.
---@field icmpv6 odp.key.icmpv6? ICMPv6 type and code.
---@field nd odp.key.nd? IPv6 neighbour discovery.
---@field nd_ext odp.key.nd_ext? Extensions of neighbour discovery. Known to Open vSwitch's own datapath only: the kernel refuses it.
---@operator concat(string): string
local Key = {}

--- The fields that are there, or matched, for a for loop: name and value, as they are read by name. Of a label stack or a list of options it is the whole.
---
--- ```lua
--- for name, value in pkt.key:fields() do
---   print(name, value)  -- in_port 1, eth.src 02:00:00:00:00:01, ...
--- end
--- ```
---@return fun(): string?, any next
function Key:fields() end

--- The value of a field and its mask: two values of a kind. Both are nil for one that is not there, or not matched; without a mask, and where it is full, there is no second.
---
--- ```lua
--- local m = odp.match{ ipv4 = { dst = "10.0.0.0/8" } }
--- local dst, mask = m:get("ipv4.dst")  -- 10.0.0.0  255.0.0.0
--- ```
---@param path string such as "tcp.dst"
---@return string|integer|odp.U64|nil value
---@return string|integer|odp.U64|nil mask
function Key:get(path) end

--- The Open vSwitch text of the key. tostring gives it without options.
---
--- ```lua
--- print(pkt.key:text{ dp = pkt.datapath })
--- ```
---@param options? odp.ValueText
---@return string text
function Key:text(options) end

--- A key with other values in some fields, or with further keys. Nothing is filled in, and there are no masks.
---
--- ```lua
--- local ip = pkt.key.ipv4
--- local back = pkt.key:with{ ipv4 = { src = ip.dst, dst = ip.src } }
--- ```
---@param fields odp.MatchTable
---@return odp.Key key
function Key:with(fields) end

--- The match that takes packets equal in the named keys and fields, whatever the rest. What those depend on is matched too, and what the kernel never leaves open: whether there is an Ethernet header, how many tags of which types, and of an outer header that is named whether it is of IPv4 or IPv6.
---
--- ```lua
--- local m = pkt.key:only("in_port", "eth.src", "eth.dst")
--- ```
---@param ... string|false keys ("eth") and fields ("ipv4.dst"); false names nothing
---@return odp.Match match
function Key:only(...) end

--- The match that takes packets whatever they have in the named keys and fields, and for the rest what was there. What other keys depend on stays matched: ipv4.proto while there is udp. To name just that is an error that tells what has to go as well.
---
--- ```lua
--- pkt:install(pkt.key:wildcard("tcp.src", "tcp_flags", "ipv4.ttl"), actions)
--- ```
---@param ... string|false keys ("eth") and fields ("ipv4.dst"); false names nothing
---@return odp.Match match
function Key:wildcard(...) end

--- The match that takes packets with exactly this key.
---
--- ```lua
--- pkt:install(pkt.key:exact(), "2")
--- ```
---@return odp.Match match
function Key:exact() end

--- One key of a match or a packet, such as m.ipv4, whose fields are read by name: m.ipv4.dst. Of a label stack or a list of options #m.mpls is the length and m.mpls[2] the second one; m.mpls.label is that of the first.
---@class odp.KeyFields
---@operator concat(string): string
local KeyFields = {}

--- The fields that are there, or matched, for a for loop: name and value.
---
--- ```lua
--- for name, value in pkt.key.ipv4:fields() do
---   print(name, value)  -- src 10.0.0.1, ...
--- end
--- ```
---@return fun(): string?, any next
function KeyFields:fields() end

--- A list of actions. Lists compare with ==, a .. b runs a and then b, #a is how many there are, and a[2] the second one, as a list of one.
---@class odp.Actions
---@field name string of a list of one action, its name: that of its function in module odp, but "action99" of one not known
---@field args any of a list of one action, what that function takes to make it: odp[a.name](a.args) == a. A value, a table, a list of actions, or nil; the bytes of one not known
---@field empty boolean whether the packet is dropped
---@field [integer] odp.Actions?
---@operator concat(odp.Actions): odp.Actions
local Actions = {}

--- The actions one by one for a for loop, with their names and what their functions take. See name and args.
---
--- ```lua
--- for name, args, action in flow.actions:each() do
---   if name == "ct" then print(args.zone, action) end
--- end
--- ```
---@return fun(): string?, any, odp.Actions? next
function Actions:each() end

--- The Open vSwitch text of the actions. tostring gives it without options.
---
--- ```lua
--- print(flow.actions:text{ dp = dp })
--- ```
---@param options? odp.ValueText
---@return string text
function Actions:text(options) end

--- A meter of a datapath. In a list of actions it stands for the action that sends packets through it: { meter, 2 }.
---@class odp.Meter
---@field id integer what the action meter names it by
---@field datapath odp.Datapath the datapath that it belongs to
---@field kbps boolean? whether its rates are kilobits per second, else they are packets per second. Nil in a handle that dp:meter returned: the kernel does not tell
---@field bands odp.MeterBand[]? its rates, as this handle set them. Nil in a handle that dp:meter returned: the kernel does not tell
---@field stats odp.MeterStats its counters, read from the kernel now
---@operator concat(string): string
local Meter = {}

--- Delete the meter. Flows that name it stay, and go on as if they did not.
---
--- ```lua
--- print(dp:meter(1):delete().packets)
--- ```
---@return odp.MeterStats stats its last counters
function Meter:delete() end

--- A connection of the kernel's connection tracker, as it was when it was read. tostring gives the text of `ovs-dpctl dump-conntrack`.
---@class odp.Connection
---@field tcp odp.ConnectionTCP? what is known of both ends of a TCP connection
---@field sctp odp.ConnectionSCTP? what is known of both ends of an SCTP association
---@field use integer how many references the kernel has to it
---@field security_context string? its security context, of SELinux for example
---@field proto string its protocol: "tcp", or the number as text
---@field orig odp.ConnectionTuple the addresses of its first packet
---@field reply odp.ConnectionTuple the addresses of a packet that answers
---@field parent odp.ConnectionTuple? the addresses of the connection that announced it
---@field zone integer its zone, 0 if it has none
---@field id integer tells two connections with the same addresses apart
---@field status string the kernel's bits about it, such as "SEEN_REPLY|ASSURED|CONFIRMED"
---@field state string? the state of a TCP or SCTP connection, such as "ESTABLISHED"
---@field timeout integer seconds until the kernel forgets it
---@field mark integer its mark
---@field labels string? its 128 bits of labels as text: "0x1234"; nil if none is set
---@field helper string? the name of its helper
---@field orig_packets integer packets in the direction of its first packet; 0 unless nf_conntrack_acct is on
---@field orig_bytes integer their bytes
---@field reply_packets integer packets in the other direction
---@field reply_bytes integer their bytes
---@field start number? when it began, in seconds since 1970; nil unless nf_conntrack_timestamp is on
---@field stop number? when it ended, in the event of that
---@operator concat(string): string
local Connection = {}

--- The text of `ovs-dpctl dump-conntrack` with its options.
---
--- ```lua
--- for c in odp.conntrack() do print(c:text{ stats = true }) end
--- ```
---@param opts? odp.ConnectionText
---@return string text
function Connection:text(opts) end

--- The text that names this connection alone, for odp.flush_conntrack and `ovs-dpctl flush-conntrack`.
---
--- ```lua
--- for c in odp.conntrack{ zone = 5 } do
---   odp.flush_conntrack(c:match())
--- end
--- ```
---@return string text
function Connection:match() end

--- Remove it. One that is no longer there raises, with errno ENOENT.
---
--- ```lua
--- for c in odp.conntrack{ zone = 5 } do
---   if c.timeout < 10 then c:delete() end
--- end
--- ```
function Connection:delete() end

--- The connections of a namespace, one with each call.
---@class odp.Connections
---@overload fun(): odp.Connection?
local Connections = {}

--- End the list before its end. A for loop that runs to its end has done so.
---
--- ```lua
--- local flows = dp:flows()
--- local one = flows()
--- flows:close()
--- ```
function Connections:close() end

--- How many connections there were. tostring gives the text of `ovs-dpctl ct-stats-show`.
---@class odp.ConntrackStats
---@field total integer all
---@field tcp integer of TCP
---@field udp integer of UDP
---@field udplite integer of UDP-Lite
---@field sctp integer of SCTP
---@field icmp integer of ICMP
---@field icmpv6 integer of ICMPv6, which the text has in the total only
---@field dccp integer of DCCP
---@field igmp integer of IGMP
---@field other integer of other protocols
---@field tcp_states table<string, integer> of TCP by state: { ESTABLISHED = 2 }, without those that no connection is in
local ConntrackStats = {}

--- The text of `ovs-dpctl ct-stats-show`, or with { verbose = true } of its option -m.
---
--- ```lua
--- print(odp.conntrack_stats():text{ verbose = true })
--- ```
---@param opts? odp.ConnectionText
---@return string text
function ConntrackStats:text(opts) end

--- A packet that the kernel sampled.
---@class odp.Sample
---@field group integer the group that it is sampled into
---@field sequence integer its number among the samples of the group, from 0 on
---@field lost integer how many samples of the group were missed before it
---@field rate integer one in how many packets is sampled; from a datapath, the probability times 2^32-1
---@field probability number how likely a packet is to be sampled, from 0 to 1
---@field data string the packet's bytes, or the first of them
---@field size integer the length of the whole packet
---@field cookie string? the bytes that the psample action sends along
---@field protocol integer? its EtherType
---@field in_ifindex integer? the interface that it came in by
---@field out_ifindex integer? the interface that it goes out of
---@field out_tc integer? the traffic class that it goes out by
---@field out_tc_occupancy integer? the bytes that wait in that class
---@field latency integer? nanoseconds that it waited
---@field time number? when it was sampled, in seconds since 1970
---@field tunnel odp.key.tunnel? the tunnel that it came by
local Sample = {}

--- A packet that the kernel sent up, with what it looks like. A handler answers it by install, execute, forward, drop or what it returns, or holds it to answer later. What handlers ask for is sent to the kernel together, when they have returned or wait.
---@class odp.Packet
---@field key odp.Key what it looks like: pkt.key.eth.src
---@field in_port integer? the number of the port that it came in by
---@field vport odp.Vport? that port; nil if it is gone. What is known of it is kept until a port of the datapath changes
---@field data string its bytes from the Ethernet header on
---@field layers packet.Frame its headers, as packet.dissect has them, taken apart when first asked for. If it is cut or broken, problem in it says so
---@field time number when it was received, in seconds since 1970; of packets that come close behind each other it may be the same
---@field state "open"|"held"|"sent"|"dropped"|"unanswered"|"expired" what has become of it: open and held ones can be answered
---@field len integer its whole length, which is more than #data if a trunc action cut it
---@field kind "miss"|"action" why the kernel sent it
---@field userdata string? the bytes that the userspace action sends along
---@field actions odp.Actions? those of its flow, if the userspace action asks for them
---@field egress_tunnel odp.key.tunnel? the tunnel that it would leave by, if the userspace action asks for it with tunnel_out_port
---@field hash odp.U64? the kernel's hash of it, if it has one
---@field mru integer? the largest fragment that it was put together from
---@field queue integer the socket that it came by: with per-CPU dispatch, the CPU
---@field datapath odp.Datapath the datapath that it is in
local Packet = {}

--- Install a flow, for packets like this one. A flow that is there already is no error: two packets may race. This packet is not sent on by it, unless execute is given; see pkt:execute.
---
--- ```lua
--- local m = pkt.key:only("in_port", "eth.src", "eth.dst")
--- pkt:install(m, port, { execute = true })
--- ```
---@param match odp.MatchLike
---@param actions odp.ActionsLike of the flow; "drop" or {} for one that drops
---@param opts? odp.InstallOptions
---@return odp.Flow flow not in the kernel until the handler has returned or waits
function Packet:install(match, actions, opts) end

--- Send this packet through actions. In the handler that may be done several times; a held packet is answered by it.
---
--- ```lua
--- pkt:execute("push_vlan(vid=5,pcp=0),2")
--- ```
---@param actions odp.ActionsLike
---@return boolean done false if it was held and has been given up: too many were held, or the handler was stopped
function Packet:execute(actions) end

--- Send this packet out of a port, or several.
---
--- ```lua
--- pkt:forward(2)
--- ```
---@param ... integer|odp.Vport the ports
---@return boolean done false if it was held and has been given up: too many were held, or the handler was stopped
function Packet:forward(...) end

--- End this packet: nothing is sent. A packet without any answer is lost as well, but counted as unanswered. pkt:install(match, "drop") drops those after it in the kernel.
---
--- ```lua
--- if not allowed[pkt.key.ipv4.src] then return pkt:drop() end
--- ```
---@return boolean done false if it was held and has been given up: too many were held, or the handler was stopped
function Packet:drop() end

--- Keep this packet, to be answered after the handler has returned: from a timer, another task or another handler, once, by execute, forward, drop or install with execute. How many may be held is an option of dp:on_miss; beyond that the one held for longest is dropped and counted as expired.
---
--- ```lua
--- local pkt = pkt:hold()
--- odp.after(0.1, function() pkt:forward(2) end)
--- ```
---@return odp.Packet pkt itself
function Packet:hold() end

--- A handler of a datapath's packets, made by dp:on_miss or dp:on_action.
---@class odp.Handle
---@field active boolean whether it still gets packets
---@field paused boolean whether its packets wait until handle:resume
---@field error odp.Error? why it ended, if it did by itself: its datapath was deleted, another program took its packets, or it kept failing. A script that has not looked at this or at active by its end fails then
---@field read_buffer integer bytes of the smallest receive buffer that the kernel granted, its overhead included
---@field stats odp.HandleStats what it has counted
---@field workers odp.WorkerState[]? its workers by their ids, and what each has counted; nil if it has none
---@field pids integer[] the netlink port ids of its sockets, for odp.userspace where packets are shared out by port
---@field per_cpu boolean whether each CPU has a socket of its own
local Handle = {}

--- End it. Packets that wait or are held are dropped and counted. With the last one of a datapath, its packets are lost in the kernel as before. Stopping again does nothing.
---
--- ```lua
--- local handle = dp:on_miss(function(pkt) return 2 end)
--- odp.run(60)
--- handle:stop()
--- ```
function Handle:stop() end

--- Let its packets wait, until handle:resume. More than its queue takes are dropped and counted.
---
--- ```lua
--- handle:pause()
--- dp:flush_flows()
--- handle:resume()
--- ```
function Handle:pause() end

--- Go on after handle:pause, with the packet that waits longest.
---
--- ```lua
--- handle:pause()
--- reload()
--- handle:resume()
--- ```
function Handle:resume() end

--- What the kernel announced: a datapath, port or flow that was made, changed or deleted.
---@class odp.Event
---@field kind "new"|"set"|"delete" what happened; a flow that was put over another is new, one that was modified or cleared is set
---@field datapath odp.Datapath the one that changed, or that the port or flow is in
---@field features string? the features of the datapath that changed, separated by commas
---@field vport odp.Vport? the port as it is, or was
---@field stats odp.VportStats? the counters of the port at that moment: its last ones if it was deleted
---@field flow odp.Flow? the flow as it is, or was
---@operator concat(string): string
local Event = {}

--- A handler of the kernel's events, made by odp.on_datapath, dp:on_flow, odp.on_conntrack, net.on_link, link:on_frame and their like.
---@class odp.Subscription
---@field active boolean whether it still gets events
---@field stats odp.SubscriptionStats what it has counted
local Subscription = {}

--- End it. Events that wait are not handled. Stopping again does nothing.
---
--- ```lua
--- local changes = dp:on_flow(function(event) print(event.flow) end)
--- odp.sleep(5)
--- changes:stop()
--- ```
function Subscription:stop() end

--- Something that not every kernel has, and whether this one does.
---@class odp.Feature
---@field present boolean? whether this kernel has it; nil if that could not be found out
---@field name string its name
---@field doc string what it is
---@field since string? the Linux version that brought it; nil if none did
---@field config string? the option of the kernel's build that it needs
---@field how string how it is looked for
---@field error string? why it could not be found out
---@operator concat(string): string
local Feature = {}

--- Requests that are made in their order and in one go. Each succeeds or fails by itself.
---@class odp.Batch
---@field count integer requests added since the last send
local Batch = {}

--- Add what dp:put_flow does.
---
--- ```lua
--- local b = dp:batch()
--- b:put_flow{ match = { in_port = 1 }, actions = 2 }
--- b:put_flow{ match = { in_port = 2 }, actions = 1 }
--- b:send()
--- ```
---@param spec odp.FlowSpec
---@return integer number the request's number in the batch
function Batch:put_flow(spec) end

--- Add what dp:delete_flow does.
---
--- ```lua
--- for f in dp:flows() do b:delete_flow(f) end
--- b:send()
--- ```
---@param flow odp.MatchLike|odp.Flow|odp.FlowID
---@return integer number the request's number in the batch
function Batch:delete_flow(flow) end

--- Add what dp:execute does.
---
--- ```lua
--- b:execute{ data = frame, actions = 2 }
--- b:send()
--- ```
---@param spec odp.ExecuteSpec
---@return integer number the request's number in the batch
function Batch:execute(spec) end

--- Make the requests and empty the batch.
---
--- ```lua
--- local failed, errors = b:send()
--- for i, e in pairs(errors) do print(i, e) end
--- ```
---@return integer failed how many were refused
---@return table<integer, odp.Error> errors why, by their numbers
function Batch:send() end

--- A timer made by odp.after or odp.every.
---@class odp.Timer
---@field active boolean whether it will call its function again
local Timer = {}

--- Stop the timer. Cancelling it again, or after it ended, does nothing.
---
--- ```lua
--- local tick = odp.every(1, function() print(dp.stats.missed) end)
--- odp.sleep(10)
--- tick:cancel()
--- ```
function Timer:cancel() end

--- A function that runs beside the rest of the script, started by odp.spawn.
---@class odp.Task
---@field done boolean whether it has returned, failed or been cancelled
local Task = {}

--- Wait until the task ends, and return what its function returned. What it raised is raised again, also when it was cancelled.
---
--- ```lua
--- local task = odp.spawn(function() odp.sleep(1) return "slept" end)
--- print(task:join())
--- ```
---@async
---@param seconds? number the longest time to wait, after which join raises; without end if not given
---@return any ...
function Task:join(seconds) end

--- End the task where it waits, or at its next instruction. Cancelling one that has ended does nothing.
---
--- ```lua
--- task:cancel()
--- ```
function Task:cancel() end

--- Something that goes on by itself, or waits for an event or for its time: what odp.jobs lists.
---@class odp.Job
---@field kind "miss"|"action"|"event"|"timer"|"task"|"input"|"channel"|"command"|"signal"|"defer" what it is
---@field name string what messages call it: as a rule, where in the script it was started
---@field failures integer? how often its function has failed
---@field due number? of a timer: in how many seconds its function is called
---@field interval number? of a timer of odp.every: how many seconds are between its calls
local Job = {}

--- End it: a handler is not called any more, a timer and a task are cancelled, a command is killed, a deferred function is forgotten. Once it has ended, that does nothing.
---
--- ```lua
--- for _, job in ipairs(odp.jobs()) do
---   if job.kind == "timer" then job:stop() end
--- end
--- ```
function Job:stop() end

--- Lines that come from a file, a pipe, a terminal or a command, made by odp.input or net.spawn. A line is given without its end, and may have up to 1 MiB.
---@class odp.Input
---@field name string what it reads from
local Input = {}

--- The next line. Waits for one.
---
--- ```lua
--- local line = input:read(5)
--- ```
---@async
---@param seconds? number the longest time to wait; without end if not given, 0 to take only one that is there
---@return string? line nil at the end, or when the time was over
---@return "timeout"? problem
function Input:read(seconds) end

--- The lines for a for loop, until the end. Each turn waits for one.
---
--- ```lua
--- for line in input:lines() do print(line) end
--- ```
---@async
---@return fun(): string? lines
function Input:lines() end

--- All that comes until the end, as it is. Raises when that takes too long.
---
--- ```lua
--- local text = input:read_all()
--- ```
---@async
---@param seconds? number the longest time to wait; without end if not given
---@return string text
function Input:read_all(seconds) end

--- Call a function for each line, one after the other, while the script waits or is in odp.run. Nothing else can read them then.
---
--- ```lua
--- odp.input("-"):on_line(function(line) print("got " .. line) end, odp.stop)
--- odp.run()
--- ```
---@param fn fun(line: string)
---@param at_end? fun() called after the last line
---@return odp.Input input this one
function Input:on_line(fn, at_end) end

--- Stop reading. What has come is gone. Closing again does nothing.
---
--- ```lua
--- input:close()
--- ```
function Input:close() end

--- A handler of a signal, made by odp.on_signal.
---@class odp.SignalHandler
---@field active boolean whether it still gets the signal
---@field signal string the signal's name, such as HUP
local SignalHandler = {}

--- End it. The signal then does what it did before. Stopping again does nothing.
---
--- ```lua
--- handler:stop()
--- ```
function SignalHandler:stop() end

--- A queue of values, made by odp.channel. Values are copied when they are sent: booleans, numbers, text, values such as odp.mac, tables of those, matches, keys, actions, flows, meters, errors, datapaths, vports, channels and shared tables. Functions, packets and other objects belong to one Lua state and are refused.
---@class odp.Channel
---@field capacity integer how many values may wait
---@field closed boolean whether it was closed; what waits can still be received
---@operator len: integer
local Channel = {}

--- Put a value at the end, and wait while the channel is full. Sending to a closed one raises.
---
--- ```lua
--- ch:send{ mac = pkt.key.eth.src, port = pkt.in_port }
--- ```
---@async
---@param value any anything but nil that can be copied
---@param seconds? number the longest time to wait; without end if not given
---@return boolean sent false if the time was over
function Channel:send(value, seconds) end

--- Put a value at the end if there is room, without waiting. Sending to a closed channel raises.
---
--- ```lua
--- if not ch:try_send(pkt.key) then dropped = dropped + 1 end
--- ```
---@param value any anything but nil that can be copied
---@return boolean sent false if the channel is full
function Channel:try_send(value) end

--- Take the value that has been there for longest, and wait while there is none.
---
--- ```lua
--- local v, why = ch:receive(1)
--- if v == nil then print(why) end
--- ```
---@async
---@param seconds? number the longest time to wait; without end if not given
---@return any value nil if there is none
---@return "closed"|"timeout"? reason why there is none
function Channel:receive(seconds) end

--- Take the value that has been there for longest, without waiting.
---
--- ```lua
--- local v = ch:try_receive()
--- ```
---@return any value nil if there is none
---@return "closed"|"empty"? reason why there is none
function Channel:try_receive() end

--- The values of the channel for a loop, which waits for each and ends when the channel is closed and empty.
---
--- ```lua
--- for v in ch:values() do print(v) end
--- ```
---@async
---@return fun(): any next
function Channel:values() end

--- Call a function for each value, one after the other, as other events come: while the script waits. It keeps odp.run going until the channel is closed and empty.
---
--- ```lua
--- ch:on_value(function(v) print(v) end)
--- odp.run()
--- ```
---@param fn fun(value: any)
---@return odp.Listener listener
function Channel:on_value(fn) end

--- End it: nothing more is sent. What waits can still be received. Closing again does nothing.
---
--- ```lua
--- ch:close()
--- ```
function Channel:close() end

--- A function that is called for the values of a channel, made by ch:on_value.
---@class odp.Listener
---@field active boolean whether it will be called again
local Listener = {}

--- Call it no more. Values that wait stay in the channel. Stopping again does nothing.
---
--- ```lua
--- listener:stop()
--- ```
function Listener:stop() end

--- A table that several Lua states use at a time, made by odp.shared. s.key and s[key] read, s.key = value writes, #s counts the keys. Each of these, and each method, is done as a whole: no other comes in between. Keys are text, numbers, booleans and values such as odp.mac. What is written and read are copies: booleans, numbers, text, values such as odp.mac, tables of those, matches, keys, actions, flows, meters, errors, datapaths, vports, channels and shared tables. So s.list.x = 1 changes a copy that nobody has: read the table, change it and write it back, by s:update where others may do so as well. A key that is the name of a method is read by s:get.
---@class odp.Shared
---@field [any] any
---@operator len: integer
local Shared = {}

--- What s[key] is, for any key.
---
--- ```lua
--- print(s:get("add"))
--- ```
---@param key string|number|boolean|odp.MAC|odp.IP|odp.Prefix|odp.U64|odp.U128|odp.UFID
---@return any value nil if the key is not there
function Shared:get(key) end

--- What s[key] = value does, for any key.
---
--- ```lua
--- s:set("add", 1)
--- ```
---@param key string|number|boolean|odp.MAC|odp.IP|odp.Prefix|odp.U64|odp.U128|odp.UFID
---@param value any anything that can be copied; nil removes the key
function Shared:set(key, value) end

--- Add to a number, or to 0 if the key is not there. It raises if the key has something else.
---
--- ```lua
--- local n = s:add("packets")
--- ```
---@param key string|number|boolean|odp.MAC|odp.IP|odp.Prefix|odp.U64|odp.U128|odp.UFID
---@param n? number 1 if not given; less than 0 subtracts
---@return number sum what the key has now
function Shared:add(key, n) end

--- Change what a key has by a function of it. The function is called again if another state changed the key meanwhile, so it should do nothing else.
---
--- ```lua
--- s:update("ports", function(ports)
---   ports = ports or {}
---   ports[#ports + 1] = pkt.in_port
---   return ports
--- end)
--- ```
---@param key string|number|boolean|odp.MAC|odp.IP|odp.Prefix|odp.U64|odp.U128|odp.UFID
---@param fn fun(value: any): any gets what the key has, nil if nothing, and returns what it is to have, nil to remove it
---@return any value what the key has now
function Shared:update(key, fn) end

--- Give a key a value, and return what it had.
---
--- ```lua
--- if s:swap(mac, port) ~= port then moved(mac) end
--- ```
---@param key string|number|boolean|odp.MAC|odp.IP|odp.Prefix|odp.U64|odp.U128|odp.UFID
---@param value any anything that can be copied; nil removes the key
---@return any old what the key had; nil if it was not there
function Shared:swap(key, value) end

--- Give a key a value if it has another one, both compared as == does.
---
--- ```lua
--- if s:compare_and_set("leader", nil, worker.id) then lead() end
--- ```
---@param key string|number|boolean|odp.MAC|odp.IP|odp.Prefix|odp.U64|odp.U128|odp.UFID
---@param expected any nil if the key is not to be there; a number, text, boolean or value such as odp.mac
---@param value any anything that can be copied; nil removes the key
---@return boolean set false if the key has something else
function Shared:compare_and_set(key, expected, value) end

--- Remove all keys.
---
--- ```lua
--- s:clear()
--- ```
function Shared:clear() end

--- The keys and values at this moment for a loop, in the order in which the keys were added.
---
--- ```lua
--- for mac, port in s:pairs() do print(mac, port) end
--- ```
---@return fun(): any, any next
function Shared:pairs() end

--- What functions of this program raise. After `local ok, e = pcall(...)`, test e.errno instead of the text; on the plain strings that Lua itself raises, e.errno is nil.
---@class odp.Error
---@field op string the operation that failed, such as "vport create"; "argument" for a wrong argument
---@field object string? what it was done to
---@field errno string? the kernel's error by name, such as "EEXIST"
---@field code integer? the kernel's error number
---@field message string what went wrong, in words
---@field extack string? the kernel's own explanation, if it gave one
---@field missing string? the features that this kernel lacks and the request needs, separated by commas; see odp.features
---@field line string? the script's line that raised it, as file:line
---@field traceback string? the calls that led to line, one a line
---@field caret string? of a syntax error in Open vSwitch text: the text, and in the next line a caret below what is wrong
---@field column integer? of a syntax error: where in the text it is, counted from 1
---@field hint string? a name that was perhaps meant
---@operator concat(string): string
local Error = {}

--- Open vSwitch kernel datapaths: datapaths, ports, flows, packets that missed, and the event loop.
---@class module.odp
---@field version string the version of this program
odp = {}

--- What an object is made of, as a table: the properties of a flow, the keys of a match, the fields of a key. What would be asked of the kernel, such as counters, is left out; json and inspect write objects out by the same fields.
---
--- ```lua
--- for name, value in pairs(odp.fields(pkt.key.ipv4)) do
---   print(name, value)
--- end
--- ```
---@param object any an object of this program, or a table, which is given back
---@return any fields a table; the text of an object that has no fields
function odp.fields(object) end

--- How many columns of a terminal a text takes: two for each wide character, none for combining ones. Colours are counted as what they are written by.
---
--- ```lua
--- local name = "größe"
--- print(name .. (" "):rep(20 - odp.text_width(name)) .. "|")
--- ```
---@param text string
---@return integer columns
function odp.text_width(text) end

--- A value as text for people, in a fixed order: plain tables as Lua, objects by their fields, and what is further out on the way to it again as <cycle to PATH>. Module inspect is this function.
---
--- ```lua
--- print(odp.format({ port = 1, names = { "a", "b" } }))
--- ```
---@param value any
---@param options? odp.FormatOptions
---@return string text
function odp.format(value, options) end

--- Print what the reference says about a function, an object, a module, a table with fields of its own, or a name: that of any of those, of a key, a field, an action or a feature. Without a topic it lists what there is. The console knows it as help, and takes it without quotes and parentheses: help ipv4.dst.
---
--- ```lua
--- odp.help(odp.create_datapath)
--- odp.help "ipv4.dst"
--- ```
---@param topic? any a value, or a name as text
function odp.help(topic) end

--- Print everything in the reference that has a text in its name or its description, in capitals or not. Several words must all be there. The console knows it as apropos, and takes it without quotes: apropos recirculation.
---
--- ```lua
--- odp.apropos "netns"
--- odp.apropos "flow ufid"
--- ```
---@param text string
function odp.apropos(text) end

--- What goes on by itself or waits: handlers of packets and events, timers, tasks, inputs with a handler, listeners, commands that run, handlers of signals and deferred functions of this Lua state. It is how one finds again what was started at the console and not kept in a variable.
---
--- ```lua
--- for _, job in ipairs(odp.jobs()) do print(job) end
--- ```
---@return odp.Job[] jobs
function odp.jobs() end

--- The datapath of that name, or nil. It is also found by the interface index of its local port.
---
--- ```lua
--- local dp = assert(odp.datapath("ovs-system"), "no such datapath")
--- ```
---@param name odp.DatapathName|integer its name, or the interface index of its local port
---@param ns? net.Namespace the namespace to look in; the current one if not given
---@return odp.Datapath? dp
function odp.datapath(name, ns) end

--- All datapaths of the namespace.
---
--- ```lua
--- for _, dp in ipairs(odp.datapaths()) do print(dp.name) end
--- ```
---@param ns? net.Namespace the namespace to look in; the current one if not given
---@return odp.Datapath[] list
function odp.datapaths(ns) end

--- Create a datapath, with its local port of the same name.
---
--- ```lua
--- local dp = odp.create_datapath("dp0")
--- ```
---@param spec string|odp.DatapathSpec the name, or a table
---@return odp.Datapath dp
function odp.create_datapath(spec) end

--- A match from Open vSwitch text or a table. Values are as in Open vSwitch text: a number, an address as text, value/mask as text, a vport for a port number. What a key depends on (eth_type for ipv4, ipv4.proto for tcp) is filled in. In a table, eth = false is for packets without an Ethernet header.
---
--- ```lua
--- local m = odp.match{ in_port = 1, ipv4 = { dst = "10.0.0.0/8" } }
--- print(m)  -- in_port(1),eth(),eth_type(0x0800),ipv4(dst=10.0.0.0/255.0.0.0)
--- ```
---@param match odp.MatchLike
---@param dp? odp.Datapath to read names of its ports
---@return odp.Match match
function odp.match(match, dp) end

--- A match from Open vSwitch text as it stands, for dp:put_flow, dp:flow and dp:delete_flow: nothing is filled in or checked, and bits of values that are not matched are kept. So the kernel gets what ovs-dpctl sends of that text, and refuses what it refuses there. A flow that ovs-dpctl put is found by it whatever those bits are.
---
--- ```lua
--- local m = odp.literal_match("in_port(1),eth()")
--- local flow = dp:flow(m)
--- ```
---@param text odp.MatchText
---@param dp? odp.Datapath to read names of its ports
---@return odp.Match match
function odp.literal_match(text, dp) end

--- A packet's key from Open vSwitch text or a table, such as the metadata for dp:execute. Nothing is filled in and there are no masks.
---
--- ```lua
--- local k = odp.key{ in_port = 1 }
--- ```
---@param key string|odp.MatchTable|odp.Key
---@param dp? odp.Datapath to read names of its ports
---@return odp.Key key
function odp.key(key, dp) end

--- A filter of flows, which passes those that may take packets with all these values: what a match does not look at agrees with any. It is read once, and looks at a flow in a fraction of the time that the same takes in Lua.
---
--- ```lua
--- local web = odp.filter{
---   { path = "eth_type", value = 0x800 },
---   { path = "ipv4.dst", value = odp.ip("10.0.0.1") },
---   { path = { "tcp.dst", "udp.dst" }, value = 80 },
--- }
--- for flow in dp:flows{ filter = web } do print(flow) end
--- ```
---@param tests odp.FieldTest[]
---@return odp.Filter filter
function odp.filter(tests) end

--- A list of actions from Open vSwitch text, values, ports, or an array of those.
---
--- ```lua
--- local a = odp.actions{ odp.push_vlan{ vid = 5 }, 2, "pop_vlan,3" }
--- ```
---@param actions odp.ActionsLike
---@param dp? odp.Datapath to read names of its ports
---@return odp.Actions actions
function odp.actions(actions, dp) end

--- Send the packet out of a vport.
---
--- ```lua
--- -- The number and the vport alone do as well.
--- dp:put_flow{ match = { in_port = 1 }, actions = odp.output(2) }
--- ```
---@param value integer|odp.Vport
---@return odp.Actions action
function odp.output(value) end

--- Send the packet to a netlink socket, as an action upcall.
---
--- ```lua
--- local up = odp.userspace{ pid = handle.pids[1], userdata = "seen" }
--- ```
---@param fields odp.action.userspace|string
---@return odp.Actions action
function odp.userspace(fields) end

--- Overwrite one key of the packet, or of its tunnel.
---
--- ```lua
--- local a = odp.set{
---   eth = { dst = "02:00:00:00:00:02" }, ipv4 = { ttl = 63 },
--- }
--- ```
---@param fields string|odp.MatchTable the new values, as text or as a table
---@return odp.Actions action
function odp.set(fields) end

--- Put an outermost VLAN tag on the packet.
---
--- ```lua
--- local a = odp.push_vlan{ vid = 5, pcp = 1 } .. odp.output(2)
--- ```
---@param fields odp.action.push_vlan|string
---@return odp.Actions action
function odp.push_vlan(fields) end

--- Take the outermost VLAN tag off.
---
--- ```lua
--- local a = odp.pop_vlan() .. odp.output(2)
--- ```
---@return odp.Actions action
function odp.pop_vlan() end

--- Run actions on a copy of some packets.
---
--- ```lua
--- local up = odp.userspace{ pid = handle.pids[1] }
--- local a = odp.sample{ probability = 0.01, actions = up }
--- ```
---@param fields odp.action.sample|string
---@return odp.Actions action
function odp.sample(fields) end

--- Look the packet up again with this recirculation id.
---
--- ```lua
--- -- The packet is looked up again with recirc_id = 1.
--- local a = odp.ct{ zone = 5 } .. odp.recirc(1)
--- ```
---@param value integer
---@return odp.Actions action
function odp.recirc(value) end

--- Compute the flow hash, which the key dp_hash then matches after recirc.
---
--- ```lua
--- local a = odp.hash{ alg = "sym_l4", basis = 0 } .. odp.recirc(1)
--- ```
---@param fields odp.action.hash|string
---@return odp.Actions action
function odp.hash(fields) end

--- Put a label stack entry in front of the network header.
---
--- ```lua
--- local a = odp.push_mpls{ label = 5, ttl = 64, bos = 1, eth_type = 0x8847 }
--- ```
---@param fields odp.action.push_mpls|string
---@return odp.Actions action
function odp.push_mpls(fields) end

--- Take the outermost label stack entry off.
---
--- ```lua
--- local a = odp.pop_mpls{ eth_type = 0x0800 }
--- ```
---@param fields odp.action.pop_mpls|string
---@return odp.Actions action
function odp.pop_mpls(fields) end

--- Send the packet through connection tracking, which sets the ct_ keys for the look-up after recirc. (Linux 4.3 with CONFIG_NF_CONNTRACK)
---
--- ```lua
--- local nat = odp.ct{ commit = true, zone = 5, nat = { src = "192.0.2.1" } }
--- local a = nat .. odp.output(2)
--- ```
---@param fields? odp.action.ct|string
---@return odp.Actions action
function odp.ct(fields) end

--- Cut the packet at the next output or userspace action to this many bytes, 14 or more. (Linux 4.8)
---
--- ```lua
--- local a = odp.trunc(64) .. odp.output(2)  -- the first 64 bytes
--- ```
---@param value integer
---@return odp.Actions action
function odp.trunc(value) end

--- Put an Ethernet header on a packet that has none. (Linux 4.10)
---
--- ```lua
--- local a = odp.push_eth{
---   src = "02:00:00:00:00:01", dst = "02:00:00:00:00:02",
--- }
--- ```
---@param fields odp.action.push_eth|string
---@return odp.Actions action
function odp.push_eth(fields) end

--- Take the Ethernet header off. (Linux 4.10)
---
--- ```lua
--- local a = odp.pop_eth() .. odp.output(2)
--- ```
---@return odp.Actions action
function odp.pop_eth() end

--- Forget what the ct action found out. (Linux 4.15)
---
--- ```lua
--- local a = odp.ct_clear() .. odp.recirc(1)
--- ```
---@return odp.Actions action
function odp.ct_clear() end

--- Put a network service header in front of the packet. (Linux 4.15)
---
--- ```lua
--- local a = odp.push_nsh{ spi = 7, si = 255 }
--- ```
---@param fields odp.action.push_nsh|string
---@return odp.Actions action
function odp.push_nsh(fields) end

--- Take the network service header off. (Linux 4.15)
---
--- ```lua
--- local a = odp.pop_nsh() .. odp.output(2)
--- ```
---@return odp.Actions action
function odp.pop_nsh() end

--- Drop the packet if it exceeds the rate of a meter. (Linux 4.15)
---
--- ```lua
--- -- An object of a meter stands for the action: { meter, 2 }.
--- local a = odp.meter(1) .. odp.output(2)
--- ```
---@param value integer
---@return odp.Actions action
function odp.meter(value) end

--- Run actions on a copy of the packet. (Linux 4.19)
---
--- ```lua
--- -- What goes out of port 2 still has its tag.
--- local a = odp.clone{ odp.pop_vlan(), 3 } .. odp.output(2)
--- ```
---@param actions odp.ActionsLike
---@return odp.Actions action
function odp.clone(actions) end

--- Run one of two action lists, by the length of the packet. (Linux 5.2)
---
--- ```lua
--- local a = odp.check_pkt_len{ size = 1500, gt = odp.drop(), le = 2 }
--- ```
---@param fields odp.action.check_pkt_len|string
---@return odp.Actions action
function odp.check_pkt_len(fields) end

--- Put a label stack entry on the packet, in front of its Ethernet header or after it. (Linux 5.6)
---
--- ```lua
--- local a = odp.add_mpls{
---   label = 5, ttl = 64, bos = 1, eth_type = 0x8847, tun_flags = 1,
--- }
--- ```
---@param fields odp.action.add_mpls|string
---@return odp.Actions action
function odp.add_mpls(fields) end

--- Decrement the time to live of IPv4 or the hop limit of IPv6. (Linux 5.7)
---
--- ```lua
--- local a = odp.dec_ttl() .. odp.output(2)
--- local up = odp.userspace{ pid = handle.pids[1] }
--- local b = odp.dec_ttl{ le_1 = up } .. odp.output(2)
--- ```
---@param fields? odp.action.dec_ttl|string
---@return odp.Actions action
function odp.dec_ttl(fields) end

--- Send a copy of the packet to the listeners of a sample group. (Linux 6.11 with CONFIG_PSAMPLE)
---
--- ```lua
--- local a = odp.psample{ group = 1, cookie = "flow 7" } .. odp.output(2)
--- ```
---@param fields odp.action.psample|string
---@return odp.Actions action
function odp.psample(fields) end

--- Drop the packet and count it under this reason. The word drop alone is an empty action list, which drops without a reason. (Linux 6.6)
---
--- ```lua
--- dp:put_flow{ match = { in_port = 1 }, actions = odp.drop() }
--- local why = odp.drop(7)  -- counted under this reason
--- ```
---@param value? integer
---@return odp.Actions action
function odp.drop(value) end

--- The match and actions of a flow that is written as command-line options: --in-port=1 --eth-src=MAC&MASK --ipv4-dst=10.0.0.0/8 --set-tunnel-id=5 --output=2,3. Every field of every key has one, by its path with dashes; --actions takes Open vSwitch text. flow:options() writes them.
---
--- ```lua
--- local line = "--in-port=1 --ipv4-dst=10.0.0.0/8 --output=2"
--- local match, actions = odp.from_options(line)
--- ```
---@param options string[]|string one option each, or a line as a shell has it
---@param dp? odp.Datapath to read names of its ports
---@return odp.Match match
---@return odp.Actions actions
function odp.from_options(options, dp) end

--- Limit the connections of a conntrack zone: a packet whose action ct would commit one more is dropped. The limit is for all datapaths of the namespace together.
---
--- ```lua
--- odp.set_ct_limit{ zone = 5, limit = 1000 }
--- odp.set_ct_limit{ limit = 50 } -- for zones without one
--- ```
---@param spec odp.CTLimitSpec
function odp.set_ct_limit(spec) end

--- The limit that applies to a conntrack zone, its own or the default.
---
--- ```lua
--- print(odp.ct_limit(5).count)
--- ```
---@param zone? integer|"default" conntrack zone; if not given or "default", all zones without a limit of their own
---@param ns? net.Namespace the namespace to look in; the current one if not given
---@return odp.CTLimit limit
function odp.ct_limit(zone, ns) end

--- The limits of the namespace: first the default, then those of the zones that have their own.
---
--- ```lua
--- for _, l in ipairs(odp.ct_limits()) do print(l.zone, l.limit, l.count) end
--- ```
---@param ns? net.Namespace the namespace to look in; the current one if not given
---@return odp.CTLimit[] list
function odp.ct_limits(ns) end

--- Have the default apply to a zone again, or have no default limit. A zone without a limit of its own is left as it is.
---
--- ```lua
--- odp.delete_ct_limit(5)
--- ```
---@param zone? integer|"default" conntrack zone; if not given or "default", all zones without a limit of their own
---@param ns? net.Namespace the namespace to look in; the current one if not given
function odp.delete_ct_limit(zone, ns) end

--- The connections of the kernel's connection tracker for a for loop, read while the loop runs, in no order. If the kernel says that its list changed meanwhile, the loop ends with an error.
---
--- ```lua
--- for c in odp.conntrack{ zone = 5, proto = "tcp" } do
---   print(c.orig.src, c.state, c)
--- end
--- ```
---@param match? string|odp.ConntrackMatch which; all if not given. As text, what `ovs-dpctl flush-conntrack` takes
---@param ns? net.Namespace the namespace to look in; the current one if not given
---@return odp.Connections connections
function odp.conntrack(match, ns) end

--- Remove connections: all, those of a zone, or those that a match means. A match with both addresses and both ports of the first packet means one connection, in zone 0 if it has no zone, and raises with errno ENOENT if that is not there.
---
--- ```lua
--- odp.flush_conntrack{ zone = 5 }
--- odp.flush_conntrack{
---   zone = 5, proto = "tcp", orig = { src = "10.0.0.1", dport = 80 },
--- }
--- odp.flush_conntrack("zone=5 ct_nw_src=10.0.0.1,ct_nw_proto=6,ct_tp_dst=80")
--- ```
---@param match? string|odp.ConntrackMatch which; all if not given. As text, what `ovs-dpctl flush-conntrack` takes
---@param ns? net.Namespace the namespace to look in; the current one if not given
function odp.flush_conntrack(match, ns) end

--- How many connections there are, by protocol and state. tostring gives the text of `ovs-dpctl ct-stats-show`.
---
--- ```lua
--- print(odp.conntrack_stats{ zone = 5 }.total)
--- ```
---@param match? string|odp.ConntrackMatch which; all if not given. As text, what `ovs-dpctl flush-conntrack` takes
---@param ns? net.Namespace the namespace to look in; the current one if not given
---@return odp.ConntrackStats stats
function odp.conntrack_stats(match, ns) end

--- How full the kernel's table of connections is, and what it has counted on all CPUs.
---
--- ```lua
--- local t = odp.conntrack_table()
--- print(t.entries, t.max, t.drop)
--- ```
---@param ns? net.Namespace the namespace to look in; the current one if not given
---@return odp.ConntrackTable table
function odp.conntrack_table(ns) end

--- Call a function for each connection that begins (kind "new"), changes ("update") or ends ("destroy"). By default the kernel announces nothing of connections that began while nobody listened. An error in the function is reported and counted, and the loop goes on.
---
--- ```lua
--- local function show(c, kind) print(kind, c) end
--- odp.on_conntrack(show, { match = { zone = 5 }, events = "new|destroy" })
--- odp.run()
--- ```
---@param fn fun(c: odp.Connection, kind: "new"|"update"|"destroy")
---@param opts? odp.ConntrackOptions
---@return odp.Subscription subscription
function odp.on_conntrack(fn, opts) end

--- Call a function for each packet that the kernel samples: by the psample action (Linux 6.11), by traffic control, or by a device. An error in the function is reported and counted, and the loop goes on.
---
--- ```lua
--- local function show(s) print(s.group, s.sequence, #s.data) end
--- odp.on_psample(show, { group = 10 })
--- odp.run()
--- ```
---@param fn fun(sample: odp.Sample)
---@param opts? odp.PsampleOptions
---@return odp.Subscription subscription
function odp.on_psample(fn, opts) end

--- Call a function for each group of samples that comes into use (kind "new") or is no longer in use ("delete").
---
--- ```lua
--- odp.on_psample_group(function(group, kind) print(kind, group.number) end)
--- odp.run()
--- ```
---@param fn fun(group: odp.PsampleGroup, kind: "new"|"delete")
---@param opts? odp.PsampleOptions
---@return odp.Subscription subscription
function odp.on_psample_group(fn, opts) end

--- The groups of samples that are in use.
---
--- ```lua
--- for _, g in ipairs(odp.psample_groups()) do
---   print(g.number, g.sequence, g.users)
--- end
--- ```
---@param ns? net.Namespace the namespace to look in; the current one if not given
---@return odp.PsampleGroup[] groups
function odp.psample_groups(ns) end

--- Run the event loop until odp.stop is called, SIGINT or SIGTERM comes, nothing is left that could happen (no timer, no handler), or the time is over. Code after it can clean up. A second signal aborts the script. Where odp --timeout ends it, the reason is "limit", and there are two seconds to clean up.
---
--- ```lua
--- odp.after(10, odp.stop)
--- odp.run()
--- dp:delete()
--- ```
---@async
---@param seconds? number the longest time to run
---@return "stopped"|"signal"|"idle"|"timeout"|"limit" reason
---@return any? detail what odp.stop was given, or the signal's name
function odp.run(seconds) end

--- Make odp.run return, once the running callback has. Without an odp.run it raises.
---
--- ```lua
--- odp.stop("enough")
--- ```
---@param detail? any becomes odp.run's second result; a timer does not, so that odp.after(10, odp.stop) is possible
function odp.stop(detail) end

--- The time now, in seconds since 1970, to about a microsecond. It jumps when the machine's clock is set.
---
--- ```lua
--- local began = odp.time()
--- odp.sleep(0.1)
--- print(odp.time() - began)
--- ```
---@return number seconds
function odp.time() end

--- Call a function once, later. It is called while the script is in odp.run, odp.wait or odp.sleep, or between console lines.
---
--- ```lua
--- odp.after(0.5, function() print("half a second later") end)
--- ```
---@param seconds number from now on
---@param fn fun(timer: odp.Timer)
---@return odp.Timer timer
function odp.after(seconds, fn) end

--- Call a function again and again. Turns missed while the script was busy are skipped.
---
--- ```lua
--- odp.every(1, function() print(dp.stats.hit) end)
--- ```
---@param seconds number from 0.001 up
---@param fn fun(timer: odp.Timer)
---@return odp.Timer timer
function odp.every(seconds, fn) end

--- Wait, while timers and handlers go on.
---
--- ```lua
--- odp.sleep(0.2)
--- ```
---@async
---@param seconds number
function odp.sleep(seconds) end

--- Wait until a function returns neither nil nor false, while timers and handlers go on. It is asked after each event and every few milliseconds.
---
--- ```lua
--- local function installed() return dp.stats.flows > 0 end
--- assert(odp.wait(installed, 2), "no flow was installed")
--- ```
---@async
---@param fn fun(): any
---@param seconds? number the longest time to wait; 10 if not given
---@return any result what fn returned, or false when the time was over
function odp.wait(fn, seconds) end

--- Run a function beside the rest of the script. It begins when what runs now waits or returns, and runs until it waits itself, in odp.sleep or any other function that waits; so nothing needs a lock. Tasks end with the script: join those whose end matters, or call odp.run. A task that fails is reported, and if nothing joins it, the script fails too.
---
--- ```lua
--- local pings = {}
--- for i, host in ipairs(hosts) do
---   pings[i] = odp.spawn(function()
---     return host:run("ping -c 3 10.0.0.1")
---   end)
--- end
--- for _, ping in ipairs(pings) do print(ping:join()) end
--- ```
---@param fn fun(...: any): any
---@param ... any passed to fn
---@return odp.Task task
function odp.spawn(fn, ...) end

--- Call a function, and raise when it has not returned in time: where it waits, or at its next instruction, it is ended. It runs as a task of its own; what it raises is raised again.
---
--- ```lua
--- local ok, e = pcall(odp.timeout, 5, function()
---   while dp.stats.flows == 0 do odp.sleep(0.1) end
--- end)
--- ```
---@async
---@param seconds number
---@param fn fun(...: any): any
---@param ... any passed to fn
---@return any ...
function odp.timeout(seconds, fn, ...) end

--- Call a function when the script ends: at its last line, by an error, by Ctrl-C, or by os.exit; in the console, when that is left. The last one given is called first. They have 5 seconds together.
---
--- ```lua
--- local dp = odp.create_datapath("dp0")
--- odp.defer(function() dp:delete() end)
--- ```
---@param fn fun()
function odp.defer(fn) end

--- Read a file, a named pipe or standard input by lines, while timers and handlers go on. io.lines and io.read keep all from going on until a line is there.
---
--- Refused by odp --safe where it opens a file.
---
--- ```lua
--- for line in odp.input("-"):lines() do print(line) end
--- ```
---@param path? odp.FileName "-", or nothing, is standard input
---@return odp.Input input
function odp.input(path) end

--- Call a function for each of a signal, while the script waits. It is called again for one that comes before it has returned. For INT (Ctrl-C), TERM and HUP this takes the place of ending odp.run; a second INT or TERM before the function has returned ends the script as ever. QUIT cannot be had: it ends the script and shows where it was. In the console, INT, TERM and HUP are the console's.
---
--- ```lua
--- odp.on_signal("HUP", function() rules = dofile("rules.lua") end)
--- ```
---@param signal odp.SignalName
---@param fn fun(signal: string)
---@return odp.SignalHandler handler
function odp.on_signal(signal, fn) end

--- A queue of values between tasks, and between the Lua states of workers. Those who receive share its values: each goes to one of them, in the order in which they were sent.
---
--- ```lua
--- local ch = odp.channel()
--- dp:on_miss{ workers = true, script = "worker.lua", args = { found = ch } }
--- for mac in ch:values() do print(mac) end
--- ```
---@param capacity? integer how many values may wait in it, 64 if not given
---@return odp.Channel ch
function odp.channel(capacity) end

--- A table that tasks and the Lua states of workers share.
---
--- ```lua
--- local macs = odp.shared()
--- dp:on_miss{ workers = true, script = "switch.lua", args = { macs = macs } }
--- ```
---@param initial? table what it has at first
---@return odp.Shared s
function odp.shared(initial) end

--- Call a function for each datapath of the namespace that is made, changed or deleted. An error in it is reported and counted, and the loop goes on. It is called while the script is in odp.run or another function that waits, also for what this script changed itself.
---
--- ```lua
--- odp.on_datapath(function(event) print(event.kind, event.datapath.name) end)
--- odp.run()
--- ```
---@param fn fun(event: odp.Event)
---@param opts? odp.SubscriptionOptions
---@return odp.Subscription subscription
function odp.on_datapath(fn, opts) end

--- Call a function for each port of any datapath of the namespace that is made, changed or deleted. The ports of a datapath that is deleted go with it, without events. An error in it is reported and counted, and the loop goes on. It is called while the script is in odp.run or another function that waits, also for what this script changed itself.
---
--- ```lua
--- odp.on_vport(function(event)
---   print(event.kind, event.datapath.name, event.vport.name)
--- end)
--- odp.run()
--- ```
---@param fn fun(event: odp.Event)
---@param opts? odp.SubscriptionOptions
---@return odp.Subscription subscription
function odp.on_vport(fn, opts) end

--- Everything that not every kernel has, and whether this one does. What is not known yet is looked for now, which makes a datapath for a moment; odp.feature does so only for one that needs it.
---
--- ```lua
--- for _, f in ipairs(odp.features()) do print(f) end
--- ```
---@param ns? net.Namespace the namespace to look in; the current one if not given
---@return odp.Feature[] list
function odp.features(ns) end

--- One of those by name.
---
--- ```lua
--- if odp.feature("psample").present then actions = "psample(group=1),2" end
--- ```
---@param name odp.FeatureName
---@param ns? net.Namespace the namespace to look in; the current one if not given
---@return odp.Feature feature
function odp.feature(name, ns) end

--- An unsigned 64-bit integer from a whole number below 2^53, decimal or 0x text, its bytes, or another value.
---
--- ```lua
--- local id = odp.u64("0xffffffffffffffff")
--- print(id - 1, id:band(0xff), id:hex())
--- ```
---@param value integer|string|odp.U64|odp.U128|odp.Bytes|odp.MAC
---@return odp.U64 u64
function odp.u64(value) end

--- An unsigned 128-bit integer from a whole number below 2^53, decimal or 0x text, its bytes, or another value.
---
--- ```lua
--- local label = odp.u128(1):lshift(100)
--- dp:put_flow{ match = { ct_label = label }, actions = 2 }
--- ```
---@param value integer|string|odp.U64|odp.U128|odp.Bytes|odp.MAC|odp.IP|odp.UFID
---@return odp.U128 u128
function odp.u128(value) end

--- A MAC address from text such as 02:00:00:00:00:01, a whole number, or 6 bytes.
---
--- ```lua
--- local mac = odp.mac("02:00:00:00:00:01")
--- for i = 0, 9 do print(mac + i) end
--- local src = odp.mac{ bytes = pkt.data:sub(7, 12) }
--- ```
---@param value string|integer|odp.MAC|odp.U64|odp.Bytes
---@return odp.MAC mac
function odp.mac(value) end

--- An IP address from text such as 10.0.0.1 or fd00::1, a number below 2^32 for IPv4, a U128 for IPv6, 4 or 16 bytes, or a prefix.
---
--- ```lua
--- local ip = odp.ip("10.0.0.1")
--- print(ip + 1, ip:masked(8), ip.version, ip:in_prefix("10.0.0.0/8"))
--- local src = odp.ip{ bytes = pkt.data:sub(27, 30) }
--- ```
---@param value string|integer|odp.IP|odp.U128|odp.Prefix|odp.Bytes
---@return odp.IP ip
function odp.ip(value) end

--- An IP prefix from text such as 10.0.0.0/8, 10.0.0.0/255.0.0.0 or fd00::/64, or an address, with a length or alone.
---
--- ```lua
--- local p = odp.prefix("10.0.0.0/30")
--- for ip in p:hosts() do print(ip) end
--- print(p:contains("10.0.0.2"), p.first, p.last, p.mask)
--- print(odp.prefix("10.0.0.1", 24))
--- ```
---@param value string|odp.Prefix|odp.IP
---@param len? integer length of the prefix, in place of the one in value
---@return odp.Prefix prefix
function odp.prefix(value, len) end

--- A flow identifier from text of 32 hex digits in groups of 8-4-4-4-12, the U128 of those digits, or its 16 bytes in memory.
---
--- ```lua
--- local id = odp.ufid(odp.u128(7))
--- dp:put_flow{ match = m, actions = 2, ufid = id }
--- print(dp:flow{ ufid = id })
--- ```
---@param value string|odp.UFID|odp.U128|odp.U64|odp.Bytes
---@return odp.UFID ufid
function odp.ufid(value) end

--- The names that this program knows of a kind: keys (keys of matches and packets: ipv4), fields (paths of their fields: ipv4.ttl), actions (actions, each of which has a function in module odp), options (options that odp.from_options reads: --ipv4-ttl), features (what not every kernel has: see odp.features), datapath_features (features of a datapath that user space turns on), vport_types (types of vports), vport_options (options of vports).
---
--- ```lua
--- for _, f in ipairs(odp.names "fields") do print(f.name, f.doc) end
--- ```
---@param kind "keys"|"fields"|"actions"|"options"|"features"|"datapath_features"|"vport_types"|"vport_options"
---@return odp.Name[] names
function odp.names(kind) end

--- Which of the names that there are somebody may have meant, the nearest first, for messages about a name that there is not.
---
--- ```lua
--- print(odp.near_names("outptu", { "input", "output" })[1])  -- output
--- ```
---@param name string what was written
---@param known string[] the names that there are
---@return string[] near
function odp.near_names(name, known) end

--- The match and actions of a line of ovs-dpctl dump-flows, and the unique identifier if it has one, without installing anything. What the match leaves out is filled in, as dp:put_flow does.
---
--- ```lua
--- for line in io.lines "flows.txt" do
---   local match, actions = odp.parse_flow(line)
---   print(match.in_port, actions)
--- end
--- ```
---@param line odp.MatchText
---@param dp? odp.Datapath to read names of its ports
---@return odp.Match match
---@return odp.Actions actions
---@return string? ufid
function odp.parse_flow(line, dp) end

--- The line that a shell, and odp.from_options, reads as these options, with quotes where they need them.
---
--- ```lua
--- print("odp flow add dp0 " .. odp.join_options(flow:options()))
--- ```
---@param options string[]
---@return string line
function odp.join_options(options) end

return odp
