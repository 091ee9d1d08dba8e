---@meta
-- Module packet, for editors. Generated from the program by go generate ./luabind: do not edit.

--- An Ethernet header.
---@class packet.eth
---@field src? string source address
---@field dst? string destination address
---@field type? integer EtherType; that of what follows, or 0x88b5 before mere bytes

--- A VLAN tag.
---@class packet.vlan
---@field vid? integer VLAN number
---@field pcp? integer priority
---@field dei? boolean the drop eligible bit; a flow key's cfi is not this but says that there is a tag
---@field tpid? integer EtherType that announces the tag; 0x8100 if not given
---@field type? integer EtherType of what follows

--- An entry of the MPLS label stack.
---@class packet.mpls
---@field label? integer label
---@field tc? integer traffic class
---@field bos? integer 1 at the bottom of the stack
---@field ttl? integer time to live; 64 if not given

--- A network service header. What it carries is the inner frame.
---@class packet.nsh
---@field version? integer version; 0 if not given
---@field flags? integer the O and U bits
---@field ttl? integer time to live; 63 if not given
---@field mdtype? integer type of the metadata; 1 if not given
---@field np? integer next protocol: 1 IPv4, 2 IPv6, 3 Ethernet, 4 NSH, 5 MPLS
---@field spi? integer service path
---@field si? integer service index; 255 if not given
---@field c1? integer context, of metadata type 1
---@field c2? integer context, of metadata type 1
---@field c3? integer context, of metadata type 1
---@field c4? integer context, of metadata type 1
---@field metadata? string metadata of a type other than 1
---@field len? integer length of the header in units of 4 bytes

--- ARP for Ethernet and IPv4.
---@class packet.arp
---@field op? integer 1 request (if not given), 2 reply
---@field sip? string sender's IPv4 address
---@field tip? string target's IPv4 address
---@field sha? string sender's hardware address
---@field tha? string target's hardware address

--- An IPv4 header.
---@class packet.ipv4
---@field src? string source address
---@field dst? string destination address
---@field proto? integer protocol; that of what follows, or 253 before mere bytes
---@field tos? integer type of service: DSCP and ECN
---@field ttl? integer time to live; 64 if not given
---@field id? integer identification, common to the fragments of a packet
---@field df? boolean don't fragment
---@field mf? boolean more fragments follow
---@field rf? boolean the reserved flag bit
---@field offset? integer place of the fragment in the packet, in units of 8 bytes
---@field options? string options
---@field ihl? integer length of the header in units of 4 bytes
---@field len? integer length of header and content in bytes
---@field csum? integer checksum of the header
---@field csum_ok? boolean read only: whether csum is right, or absent; nil if the frame is cut or a fragment and so nobody can tell

--- An IPv6 header.
---@class packet.ipv6
---@field src? string source address
---@field dst? string destination address
---@field label? integer flow label
---@field proto? integer next header; that of what follows, or 253 before mere bytes
---@field tclass? integer traffic class: DSCP and ECN
---@field hlimit? integer hop limit; 64 if not given
---@field len? integer length of the content in bytes

--- An IPv6 extension header.
---@class packet.ipv6_ext
---@field type? integer its protocol number: 0 hop-by-hop options, 43 routing, 44 fragment, 51 authentication, 60 destination options (if not given)
---@field data? string what follows its first two bytes; padding if not given
---@field proto? integer next header
---@field len? integer its length byte

--- A TCP header.
---@class packet.tcp
---@field src? integer source port
---@field dst? integer destination port
---@field flags? string|integer as in the tcp_flags key: "syn|ack", or a number
---@field seq? integer sequence number
---@field ack? integer acknowledged sequence number
---@field window? integer window; 65535 if not given
---@field urgent? integer urgent pointer
---@field options? string options
---@field offset? integer length of the header in units of 4 bytes
---@field csum? integer checksum
---@field csum_ok? boolean read only: whether csum is right, or absent; nil if the frame is cut or a fragment and so nobody can tell

--- A UDP header.
---@class packet.udp
---@field src? integer source port
---@field dst? integer destination port; that of the tunnel header which follows
---@field len? integer length of header and content in bytes
---@field csum? integer checksum; 0 means none
---@field csum_ok? boolean read only: whether csum is right, or absent; nil if the frame is cut or a fragment and so nobody can tell

--- An SCTP header. Its chunks are the payload.
---@class packet.sctp
---@field src? integer source port
---@field dst? integer destination port
---@field vtag? integer verification tag
---@field csum? integer checksum (CRC-32C)
---@field csum_ok? boolean read only: whether csum is right, or absent; nil if the frame is cut or a fragment and so nobody can tell

--- An ICMP header.
---@class packet.icmp
---@field type? integer type: 8 echo request, 0 echo reply
---@field code? integer code
---@field id? integer identifier of an echo
---@field seq? integer sequence number of an echo
---@field csum? integer checksum
---@field csum_ok? boolean read only: whether csum is right, or absent; nil if the frame is cut or a fragment and so nobody can tell

--- An ICMPv6 header of 4 bytes.
---@class packet.icmpv6
---@field type? integer type: 128 echo request, 129 echo reply; 135 before nd
---@field code? integer code
---@field csum? integer checksum
---@field csum_ok? boolean read only: whether csum is right, or absent; nil if the frame is cut or a fragment and so nobody can tell

--- A GRE header. What it carries is the inner frame.
---@class packet.gre
---@field proto? integer EtherType of what it carries
---@field key? integer key, if it has one
---@field seq? integer sequence number, if it has one
---@field has_csum? boolean whether it has a checksum
---@field csum? integer checksum, if it has one
---@field csum_ok? boolean read only: whether csum is right, or absent; nil if the frame is cut or a fragment and so nobody can tell

--- Neighbour discovery: what follows the ICMPv6 header of types 135 and 136.
---@class packet.nd
---@field target? string the address asked for
---@field sll? string source link-layer address option
---@field tll? string target link-layer address option
---@field reserved? integer the 32 bits before the target: flags of an advertisement

--- A VXLAN header. What it carries is the inner frame.
---@class packet.vxlan
---@field vni? integer network identifier
---@field valid? boolean the flag that says that there is a vni; true if not given
---@field gbp? integer group policy, if it has one
---@field gbp_applied? boolean the policy has been applied: 0x08 of a key's gbp flags
---@field gbp_dont_learn? boolean not to be learned from: 0x40 of a key's gbp flags

--- A Geneve header. What it carries is the inner frame.
---@class packet.geneve
---@field vni? integer network identifier
---@field type? integer EtherType of what it carries; 0x6558 before mere bytes
---@field oam? boolean a control packet
---@field critical? boolean it has options that must be understood
---@field options? packet.GeneveOption[] options

--- An ERSPAN header of version 1 or 2, in GRE. The frame that it mirrors is the inner frame.
---@class packet.erspan
---@field ver? integer 1 (if not given) or 2
---@field session? integer session
---@field vlan? integer VLAN of the mirrored frame
---@field cos? integer its priority
---@field encap? integer how its tag was carried
---@field truncated? boolean the mirrored frame was cut
---@field idx? integer index, of version 1
---@field dir? integer direction, of version 2
---@field hwid? integer hardware, of version 2
---@field sgt? integer security group, of version 2
---@field timestamp? integer time, of version 2
---@field rest? integer other bits of the last two bytes, of version 2

--- A frame: its headers by name, then an inner frame or a payload.
---@class packet.Frame
---@field eth? packet.eth An Ethernet header.
---@field vlan? packet.vlan[]|packet.vlan A VLAN tag.
---@field mpls? packet.mpls[]|packet.mpls An entry of the MPLS label stack.
---@field nsh? packet.nsh A network service header. What it carries is the inner frame.
---@field arp? packet.arp ARP for Ethernet and IPv4.
---@field ipv4? packet.ipv4 An IPv4 header.
---@field ipv6? packet.ipv6 An IPv6 header.
---@field ipv6_ext? packet.ipv6_ext[]|packet.ipv6_ext An IPv6 extension header.
---@field tcp? packet.tcp A TCP header.
---@field udp? packet.udp A UDP header.
---@field sctp? packet.sctp An SCTP header. Its chunks are the payload.
---@field icmp? packet.icmp An ICMP header.
---@field icmpv6? packet.icmpv6 An ICMPv6 header of 4 bytes.
---@field gre? packet.gre A GRE header. What it carries is the inner frame.
---@field nd? packet.nd Neighbour discovery: what follows the ICMPv6 header of types 135 and 136.
---@field vxlan? packet.vxlan A VXLAN header. What it carries is the inner frame.
---@field geneve? packet.geneve A Geneve header. What it carries is the inner frame.
---@field erspan? packet.erspan An ERSPAN header of version 1 or 2, in GRE. The frame that it mirrors is the inner frame.
---@field inner? packet.Frame the frame that a tunnel header carries, in place of a payload
---@field payload? string the bytes behind the last header
---@field trailer? string bytes behind the length that the IP header gives
---@field problem? string read only: why the payload was not taken apart
---@operator concat(string): string

--- An option of a Geneve header.
---@class packet.GeneveOption
---@field class integer 16 bits: who defines the type
---@field type integer 8 bits
---@field data? string a multiple of 4 bytes, up to 124

--- Options of packet.dissect and packet.edit.
---@class packet.DissectOptions
---@field first? string the first header: "ipv4" for a packet without an Ethernet header
---@field udp? table<integer, string> headers behind other UDP ports than the usual: {[4790] = "vxlan"}

--- Frames as bytes: made from tables, taken apart, changed and printed.
---@class module.packet
packet = {}

--- The bytes of a frame. Lengths, checksums and the numbers of what follows are computed where the spec does not give them; a value that is given is kept even if it is wrong. Without eth, it begins with its first header.
---
--- ```lua
--- local frame = packet.build{
---   eth = { src = "02:00:00:00:00:01", dst = "02:00:00:00:00:02" },
---   vlan = { vid = 5 },
---   ipv4 = { src = "10.0.0.1", dst = "10.0.0.2" },
---   tcp = { src = 1000, dst = 80, flags = "syn" },
---   payload = "data",
--- }
--- ```
---@param spec packet.Frame its headers by name, in any order, and what they carry
---@return string bytes
function packet.build(spec) end

--- Take a frame apart. The result has every field, so that packet.build makes the same bytes of it; to have one computed anew, set it to nil. vlan, mpls and ipv6_ext are always lists. Bytes that are no known header are the payload, and problem says why if they should have been one. As text it is a line.
---
--- ```lua
--- local f = packet.dissect(pkt.data)
--- print(f)
--- if f.ipv4 and f.ipv4.csum_ok then print(f.ipv4.ttl) end
--- ```
---@param bytes string
---@param opts? packet.DissectOptions
---@return packet.Frame frame
function packet.dissect(bytes, opts) end

--- A frame with some fields changed. Lengths and checksums that were right are right again; wrong ones stay as they were. A header that is not there is an error.
---
--- ```lua
--- local answer = packet.edit(frame, { ipv4 = { ttl = 63 } })
--- ```
---@param bytes string
---@param changes packet.Frame the fields to change; of a list, by position
---@param opts? packet.DissectOptions
---@return string bytes
function packet.edit(bytes, changes, opts) end

--- What a datapath reads of a frame: the fields that a flow can match, for match:matches. What it knows besides, such as in_port, is not in it.
---
--- ```lua
--- local arp = odp.match{ eth_type = 0x0806 }
--- if arp:matches(packet.key(frame)) then print("ARP") end
--- ```
---@param bytes string a frame that begins with its Ethernet header
---@return odp.Key key
function packet.key(bytes) end

return packet
