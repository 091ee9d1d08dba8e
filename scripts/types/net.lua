---@meta
-- Module net, for editors. Generated from the program by go generate ./luabind: do not edit.

--- The name of a network device.
---@alias net.LinkName string

--- The name of a network namespace, as `ip netns` has it.
---@alias net.NamespaceName string

--- Options of net.namespace.
---@class net.NamespaceOptions
---@field keep? boolean leave it, with its name, when the script ends; ns:delete() ends it

--- Where net.open_namespace finds a namespace: one of these.
---@class net.NamespaceSource
---@field pid? integer number of a process that is in it
---@field path? odp.FileName of a file such as /proc/1/ns/net

--- Options of exec and run.
---@class net.ExecOptions
---@field timeout? number seconds after which the command is killed and an error raised
---@field stdin? string its standard input; empty if not given
---@field dir? odp.FileName the folder that it runs in; the program's if not given
---@field env? table<string, string> variables of its environment, beside and in place of the program's

--- Options of spawn.
---@class net.SpawnOptions
---@field stdin? string all of its standard input; if not given, that is what process:write writes
---@field stderr? "pipe"|"stdout"|"inherit"|"null" where its standard error goes: to process.stderr (if not given), to where standard output goes, to that of the program, or nowhere
---@field dir? odp.FileName the folder that it runs in; the program's if not given
---@field env? table<string, string> variables of its environment, beside and in place of the program's

--- How a command ended.
---@class net.ExecResult
---@field status integer exit status, or 128 and the signal's number
---@field stdout string what it wrote to standard output
---@field stderr string what it wrote to standard error

--- Options of link:capture.
---@class net.CaptureOptions
---@field direction? "in"|"out"|"both" frames that the device receives (if not given), sends, or both
---@field match? odp.MatchLike only frames that it takes, by what packet.key reads of them: there is no in_port, and eth() need not be written
---@field snap? integer how many bytes of each to keep; all if not given
---@field queue? integer how many frames may wait for the script, 1024 if not given; more are dropped and counted

--- Options of link:on_frame.
---@class net.FrameOptions
---@field direction? "in"|"out"|"both" frames that the device receives (if not given), sends, or both
---@field match? odp.MatchLike only frames that it takes, by what packet.key reads of them: there is no in_port, and eth() need not be written
---@field snap? integer how many bytes of each to keep; all if not given
---@field queue? integer events that may wait for the script, 8192 if not given; more are dropped and counted
---@field max_failures? integer failures in a row after which the handler is stopped, 100 if not given
---@field lost? fun(stats: odp.SubscriptionStats, new: integer) called when events were lost, after those before them: list anew what they keep up to date. new is how many are known to be missing since it was last called, an overrun counted as one; if not given, the first loss is reported

--- What is known about a captured frame beside its bytes.
---@class net.FrameInfo
---@field direction "in"|"out" whether the device received or sent it
---@field csum_partial boolean its transport checksum has not been computed, as a virtual device needs none
---@field size integer its length, also where only the first bytes are kept
---@field time? number when the kernel got it, in seconds since 1970

--- What a capture has counted.
---@class net.CaptureStats
---@field captured integer frames, dropped ones included
---@field dropped integer frames dropped as the queue was full, or that were too large
---@field kernel_dropped integer frames that the kernel dropped as this program did not keep up
---@field queued integer frames that wait for the script

--- What net.veth takes.
---@class net.VethSpec
---@field a string name of the first device
---@field b string name of the second device
---@field ns? net.Namespace where the first is; the current namespace if not given, or that of the method's object
---@field peer_ns? net.Namespace where the second is; beside the first if not given
---@field mtu? integer of both
---@field offloads? table<string, boolean>|false of both: what it leaves to hardware: by the kernel's names or tx_checksum, rx_checksum, tso, gso, gro, tx_vlan, rx_vlan; false turns all off
---@field up? boolean whether to set both up; true if not given

--- What net.bridge takes.
---@class net.BridgeSpec
---@field name string its name: 1 to 15 bytes
---@field ns? net.Namespace where it is; the current namespace if not given, or that of the method's object
---@field mtu? integer the largest packet without Ethernet header, in bytes
---@field mac? string|odp.MAC its Ethernet address; a random one if not given
---@field txqueuelen? integer how many packets may wait to be sent
---@field master? net.Link|net.LinkName the bridge, bond or vrf to make it a port of
---@field offloads? table<string, boolean>|false what it leaves to hardware: by the kernel's names or tx_checksum, rx_checksum, tso, gso, gro, tx_vlan, rx_vlan; false turns all off
---@field up? boolean whether to set it up; true if not given
---@field vlan_filtering? boolean keep VLANs apart
---@field vlan_default_pvid? integer the VLAN of untagged frames of new ports; 1 if not given
---@field mcast_snooping? boolean send multicast only where it was asked for
---@field ageing_time? integer hundredths of a second that an address is remembered; 30000 if not given
---@field group_fwd_mask? integer link-local groups that are forwarded all the same: bit N for 01:80:c2:00:00:0N

--- What net.dummy takes.
---@class net.DummySpec
---@field name string its name: 1 to 15 bytes
---@field ns? net.Namespace where it is; the current namespace if not given, or that of the method's object
---@field mtu? integer the largest packet without Ethernet header, in bytes
---@field mac? string|odp.MAC its Ethernet address; a random one if not given
---@field txqueuelen? integer how many packets may wait to be sent
---@field master? net.Link|net.LinkName the bridge, bond or vrf to make it a port of
---@field offloads? table<string, boolean>|false what it leaves to hardware: by the kernel's names or tx_checksum, rx_checksum, tso, gso, gro, tx_vlan, rx_vlan; false turns all off
---@field up? boolean whether to set it up; true if not given

--- What net.ifb takes.
---@class net.IfbSpec
---@field name string its name: 1 to 15 bytes
---@field ns? net.Namespace where it is; the current namespace if not given, or that of the method's object
---@field mtu? integer the largest packet without Ethernet header, in bytes
---@field mac? string|odp.MAC its Ethernet address; a random one if not given
---@field txqueuelen? integer how many packets may wait to be sent
---@field master? net.Link|net.LinkName the bridge, bond or vrf to make it a port of
---@field offloads? table<string, boolean>|false what it leaves to hardware: by the kernel's names or tx_checksum, rx_checksum, tso, gso, gro, tx_vlan, rx_vlan; false turns all off
---@field up? boolean whether to set it up; true if not given

--- What net.vlan takes.
---@class net.VlanSpec
---@field name string its name: 1 to 15 bytes
---@field ns? net.Namespace where it is; the current namespace if not given, or that of the method's object
---@field mtu? integer the largest packet without Ethernet header, in bytes
---@field mac? string|odp.MAC its Ethernet address; a random one if not given
---@field txqueuelen? integer how many packets may wait to be sent
---@field master? net.Link|net.LinkName the bridge, bond or vrf to make it a port of
---@field offloads? table<string, boolean>|false what it leaves to hardware: by the kernel's names or tx_checksum, rx_checksum, tso, gso, gro, tx_vlan, rx_vlan; false turns all off
---@field up? boolean whether to set it up; true if not given
---@field link net.Link|net.LinkName the device that it is on
---@field id integer the VLAN's number
---@field protocol? "802.1q"|"802.1ad" the type of its tags; 802.1q if not given
---@field reorder_hdr? boolean take the tag out of frames that come in
---@field loose_binding? boolean be up while the device below is down

--- What net.macvlan takes.
---@class net.MacvlanSpec
---@field name string its name: 1 to 15 bytes
---@field ns? net.Namespace where it is; the current namespace if not given, or that of the method's object
---@field mtu? integer the largest packet without Ethernet header, in bytes
---@field mac? string|odp.MAC its Ethernet address; a random one if not given
---@field txqueuelen? integer how many packets may wait to be sent
---@field master? net.Link|net.LinkName the bridge, bond or vrf to make it a port of
---@field offloads? table<string, boolean>|false what it leaves to hardware: by the kernel's names or tx_checksum, rx_checksum, tso, gso, gro, tx_vlan, rx_vlan; false turns all off
---@field up? boolean whether to set it up; true if not given
---@field link net.Link|net.LinkName the device that it is on
---@field mode? "private"|"vepa"|"bridge"|"passthru"|"source" what those on the same device reach of each other; bridge if not given

--- What net.ipvlan takes.
---@class net.IpvlanSpec
---@field name string its name: 1 to 15 bytes
---@field ns? net.Namespace where it is; the current namespace if not given, or that of the method's object
---@field mtu? integer the largest packet without Ethernet header, in bytes
---@field mac? string|odp.MAC its Ethernet address; a random one if not given
---@field txqueuelen? integer how many packets may wait to be sent
---@field master? net.Link|net.LinkName the bridge, bond or vrf to make it a port of
---@field offloads? table<string, boolean>|false what it leaves to hardware: by the kernel's names or tx_checksum, rx_checksum, tso, gso, gro, tx_vlan, rx_vlan; false turns all off
---@field up? boolean whether to set it up; true if not given
---@field link net.Link|net.LinkName the device that it is on
---@field mode? "l2"|"l3"|"l3s" by what packets are told apart; l2 if not given
---@field flag? "bridge"|"private"|"vepa" what those on the same device reach of each other; bridge if not given

--- What net.vxlan takes.
---@class net.VxlanSpec
---@field name string its name: 1 to 15 bytes
---@field ns? net.Namespace where it is; the current namespace if not given, or that of the method's object
---@field mtu? integer the largest packet without Ethernet header, in bytes
---@field mac? string|odp.MAC its Ethernet address; a random one if not given
---@field txqueuelen? integer how many packets may wait to be sent
---@field master? net.Link|net.LinkName the bridge, bond or vrf to make it a port of
---@field offloads? table<string, boolean>|false what it leaves to hardware: by the kernel's names or tx_checksum, rx_checksum, tso, gso, gro, tx_vlan, rx_vlan; false turns all off
---@field up? boolean whether to set it up; true if not given
---@field vni? integer the network's number; needed unless external
---@field remote? string|odp.IP the other end, or a multicast group for all others
---@field local_ip? string|odp.IP the address to send from
---@field link? net.Link|net.LinkName the device to send by
---@field port? integer the UDP port; 4789 if not given
---@field ttl? integer time to live of the outer header; 0, as if not given, for the kernel's choice
---@field tos? integer DSCP and ECN of the outer header; 1 for that of the inner one
---@field learning? boolean learn the other ends from what comes in; true if not given
---@field proxy? boolean answer ARP in place of other ends
---@field gbp? boolean carry a group policy
---@field udp6_zero_csum_rx? boolean take packets over IPv6 without a UDP checksum
---@field external? boolean take the number and the other end from each packet's metadata

--- What net.geneve takes.
---@class net.GeneveSpec
---@field name string its name: 1 to 15 bytes
---@field ns? net.Namespace where it is; the current namespace if not given, or that of the method's object
---@field mtu? integer the largest packet without Ethernet header, in bytes
---@field mac? string|odp.MAC its Ethernet address; a random one if not given
---@field txqueuelen? integer how many packets may wait to be sent
---@field master? net.Link|net.LinkName the bridge, bond or vrf to make it a port of
---@field offloads? table<string, boolean>|false what it leaves to hardware: by the kernel's names or tx_checksum, rx_checksum, tso, gso, gro, tx_vlan, rx_vlan; false turns all off
---@field up? boolean whether to set it up; true if not given
---@field vni? integer the network's number; needed unless external
---@field remote? string|odp.IP the other end
---@field port? integer the UDP port; 6081 if not given
---@field ttl? integer time to live of the outer header; 0, as if not given, for the kernel's choice
---@field tos? integer DSCP and ECN of the outer header; 1 for that of the inner one
---@field external? boolean take the number and the other end from each packet's metadata

--- What net.gretap takes.
---@class net.GretapSpec
---@field name string its name: 1 to 15 bytes
---@field ns? net.Namespace where it is; the current namespace if not given, or that of the method's object
---@field mtu? integer the largest packet without Ethernet header, in bytes
---@field mac? string|odp.MAC its Ethernet address; a random one if not given
---@field txqueuelen? integer how many packets may wait to be sent
---@field master? net.Link|net.LinkName the bridge, bond or vrf to make it a port of
---@field offloads? table<string, boolean>|false what it leaves to hardware: by the kernel's names or tx_checksum, rx_checksum, tso, gso, gro, tx_vlan, rx_vlan; false turns all off
---@field up? boolean whether to set it up; true if not given
---@field remote? string|odp.IP the other end
---@field local_ip? string|odp.IP the address to send from
---@field key? integer the number that tells tunnels apart; none if not given
---@field link? net.Link|net.LinkName the device to send by
---@field ttl? integer time to live of the outer header; 0, as if not given, for that of the inner one
---@field tos? integer DSCP and ECN of the outer header; 1 for that of the inner one
---@field external? boolean take the key and the other end from each packet's metadata

--- What net.vrf takes.
---@class net.VrfSpec
---@field name string its name: 1 to 15 bytes
---@field ns? net.Namespace where it is; the current namespace if not given, or that of the method's object
---@field mtu? integer the largest packet without Ethernet header, in bytes
---@field mac? string|odp.MAC its Ethernet address; a random one if not given
---@field txqueuelen? integer how many packets may wait to be sent
---@field master? net.Link|net.LinkName the bridge, bond or vrf to make it a port of
---@field offloads? table<string, boolean>|false what it leaves to hardware: by the kernel's names or tx_checksum, rx_checksum, tso, gso, gro, tx_vlan, rx_vlan; false turns all off
---@field up? boolean whether to set it up; true if not given
---@field table integer the routing table's number

--- What net.bond takes.
---@class net.BondSpec
---@field name string its name: 1 to 15 bytes
---@field ns? net.Namespace where it is; the current namespace if not given, or that of the method's object
---@field mtu? integer the largest packet without Ethernet header, in bytes
---@field mac? string|odp.MAC its Ethernet address; a random one if not given
---@field txqueuelen? integer how many packets may wait to be sent
---@field master? net.Link|net.LinkName the bridge, bond or vrf to make it a port of
---@field offloads? table<string, boolean>|false what it leaves to hardware: by the kernel's names or tx_checksum, rx_checksum, tso, gso, gro, tx_vlan, rx_vlan; false turns all off
---@field up? boolean whether to set it up; true if not given
---@field mode? "balance-rr"|"active-backup"|"balance-xor"|"broadcast"|"802.3ad"|"balance-tlb"|"balance-alb" how packets are shared out; balance-rr if not given
---@field miimon? integer milliseconds between looks at the ports' carriers; 0 for never

--- What net.tap takes.
---@class net.TapSpec
---@field name string its name: 1 to 15 bytes
---@field ns? net.Namespace where it is; the current namespace if not given, or that of the method's object
---@field mtu? integer the largest packet without Ethernet header, in bytes
---@field mac? string|odp.MAC its Ethernet address; a random one if not given
---@field txqueuelen? integer how many packets may wait to be sent
---@field master? net.Link|net.LinkName the bridge, bond or vrf to make it a port of
---@field offloads? table<string, boolean>|false what it leaves to hardware: by the kernel's names or tx_checksum, rx_checksum, tso, gso, gro, tx_vlan, rx_vlan; false turns all off
---@field up? boolean whether to set it up; true if not given
---@field owner? integer the user who may open it besides root; 0 for none
---@field group? integer the group whose members may open it

--- What net.tun takes.
---@class net.TunSpec
---@field name string its name: 1 to 15 bytes
---@field ns? net.Namespace where it is; the current namespace if not given, or that of the method's object
---@field mtu? integer the largest packet without Ethernet header, in bytes
---@field mac? string|odp.MAC its Ethernet address; a random one if not given
---@field txqueuelen? integer how many packets may wait to be sent
---@field master? net.Link|net.LinkName the bridge, bond or vrf to make it a port of
---@field offloads? table<string, boolean>|false what it leaves to hardware: by the kernel's names or tx_checksum, rx_checksum, tso, gso, gro, tx_vlan, rx_vlan; false turns all off
---@field up? boolean whether to set it up; true if not given
---@field owner? integer the user who may open it besides root; 0 for none
---@field group? integer the group whose members may open it

--- What link:set takes.
---@class net.LinkChange
---@field name? string a new name; the device must be down on kernels before 6.2
---@field mtu? integer the largest packet without Ethernet header, in bytes
---@field mac? string|odp.MAC its Ethernet address
---@field txqueuelen? integer how many packets may wait to be sent
---@field alias? string a text to remember it by
---@field promisc? boolean take frames to any address
---@field allmulticast? boolean take all multicast frames
---@field multicast? boolean send multicast
---@field arp? boolean answer to ARP and ask by it
---@field offloads? table<string, boolean>|false what it leaves to hardware: by the kernel's names or tx_checksum, rx_checksum, tso, gso, gro, tx_vlan, rx_vlan; false turns all off
---@field master? net.Link|net.LinkName|false the bridge, bond or vrf to make it a port of; false for none
---@field port? net.BridgePort how the bridge that it is a port of treats it
---@field up? boolean whether it is set up
---@field ns? net.Namespace the namespace to move it to; it is down there

--- What a bridge does with one of its ports.
---@class net.BridgePort
---@field learning? boolean learn addresses from what comes in
---@field flood? boolean send frames to unknown addresses out of it
---@field hairpin? boolean send frames back out of the port that they came in by
---@field isolated? boolean pass nothing between isolated ports
---@field guard? boolean take no spanning tree messages
---@field root_block? boolean never become the root port
---@field fast_leave? boolean end multicast at the first leave message
---@field proxy_arp? boolean answer ARP for hosts behind other ports
---@field neigh_suppress? boolean answer ARP and neighbour discovery in place of hosts behind it
---@field vlan_tunnel? boolean map VLANs to tunnel ids

--- What a network device has counted.
---@class net.LinkStats
---@field rx_packets integer packets received
---@field tx_packets integer packets sent
---@field rx_bytes integer bytes received
---@field tx_bytes integer bytes sent
---@field rx_errors integer bad packets received
---@field tx_errors integer packets that could not be sent
---@field rx_dropped integer packets received that nobody took or that there was no room for
---@field tx_dropped integer packets to be sent that there was no room for
---@field multicast integer multicast packets received
---@field rx_over_errors integer packets received that the device had no room for
---@field rx_frame_errors integer packets received that were not of whole bytes
---@field tx_aborted_errors integer packets that the device gave up sending
---@field tx_carrier_errors integer packets not sent for want of a carrier
---@field collisions integer collisions while sending

--- Options of link:addr.
---@class net.AddressOptions
---@field peer? string|odp.Prefix|odp.IP the address of the other end of a link with two ends, with prefix length
---@field broadcast? string|odp.IP the broadcast address; the last of the network if not given
---@field scope? "global"|"site"|"link"|"host"|"nowhere"|integer how far it is known; global if not given
---@field label? string a name for it, which begins with that of the device
---@field dad? boolean look for duplicates of an IPv6 address first, and use it seconds later
---@field noprefixroute? boolean add no route for its network
---@field valid_lifetime? integer seconds until it goes; nil for never
---@field preferred_lifetime? integer seconds until it is no longer chosen to send from; nil for never

--- An address of a network device.
---@class net.Address
---@field address string with prefix length: 10.0.0.1/24
---@field ip string without it
---@field dev string|integer the device's name, or its number if it is gone
---@field family "ipv4"|"ipv6" of the address
---@field scope "global"|"site"|"link"|"host"|"nowhere"|integer how far it is known
---@field flags string[] "permanent", "nodad", "tentative", ...
---@field peer? string the address of the other end, with prefix length
---@field broadcast? string the broadcast address of its network
---@field label? string the name that it was given
---@field valid_lifetime? integer seconds until it goes; nil for never
---@field preferred_lifetime? integer seconds until it is no longer chosen to send from; nil for never

--- A route. As text it is a line as `ip route` has it.
---@class net.Route
---@field dst string|odp.Prefix|odp.IP the destination: "default", a network such as 10.0.0.0/8 or an address
---@field via? string|odp.IP the next router's address
---@field dev? net.Link|net.LinkName the device that it goes out of
---@field src? string|odp.IP the address to send from
---@field metric? integer the lower, the better
---@field table? "main"|"local"|"default"|integer the routing table; main if not given
---@field type? "unicast"|"local"|"broadcast"|"anycast"|"multicast"|"blackhole"|"unreachable"|"prohibit"|"throw"|integer what becomes of packets; unicast if not given
---@field scope? "global"|"site"|"link"|"host"|"nowhere"|integer how far away it is; if not given, link without a router and global with one
---@field protocol? "kernel"|"boot"|"static"|"redirect"|"ra"|"dhcp"|"zebra"|"bird"|"bgp"|"ospf"|"isis"|"rip"|integer who made it; boot if not given
---@field mtu? integer the largest packet that goes that way, in bytes
---@field onlink? boolean the router is on the device even if no address says so
---@field hops? net.NextHop[] several ways, in place of via and dev
---@field family? "ipv4"|"ipv6" needed where nothing else says it
---@field replace? boolean for add_route: in place of one to the same destination
---@operator concat(string): string

--- A route as it is listed. It has what net.Route has; addresses and devices are text.
---@class net.ListedRoute : net.Route
---@field dst string the destination: "default", a network or an address
---@field via? string the next router's address
---@field dev? string the device that it goes out of
---@field src? string the address to send from

--- One of several ways of a route.
---@class net.NextHop
---@field via? string|odp.IP the next router's address
---@field dev? net.Link|net.LinkName the device that it goes out of
---@field weight? integer its share; 1 if not given

--- Which routes are listed.
---@class net.RouteFilter
---@field dev? net.Link|net.LinkName the device that it goes out of
---@field table? "all"|"main"|"local"|"default"|integer the routing table; main if not given
---@field dst? string|odp.Prefix|odp.IP exactly this destination
---@field family? "ipv4"|"ipv6" both if not given

--- What else is known of the packet that route_to looks up.
---@class net.RouteQuery
---@field src? string|odp.IP the address that it is from
---@field iif? net.Link|net.LinkName the device that it came in by
---@field oif? net.Link|net.LinkName the device that it is to go out of
---@field mark? integer its mark

--- The Ethernet address of an IP address.
---@class net.Neighbour
---@field ip string|odp.IP the address of the neighbour
---@field mac? string|odp.MAC nil while it is not known
---@field dev net.Link|net.LinkName the device
---@field state? "permanent"|"reachable"|"stale"|"noarp"|"delay"|"probe"|"failed"|"incomplete"|"none" how sure it is; permanent if not given
---@field family? "ipv4"|"ipv6" read only
---@field proxy? boolean answer in place of the one that has it
---@field router? boolean it is a router
---@field extern_learn? boolean read only: a control program learned it
---@field replace? boolean for what adds: in place of one that is there

--- Where frames to an Ethernet address go.
---@class net.FdbEntry
---@field mac string|odp.MAC the address that frames are sent to; zero is that of all others in a tunnel
---@field dev net.Link|net.LinkName the device
---@field ip? string|odp.IP the other end of a tunnel
---@field vlan? integer the VLAN that it is about
---@field vni? integer the network's number, where a tunnel has several
---@field state? "static"|"permanent"|"dynamic"|"stale" whether it ages; if not given, static in a bridge and permanent in a device of its own
---@field master? string|integer read only: the bridge that the entry is of; nil for one of the device's own
---@field replace? boolean for what adds: in place of one that is there
---@field append? boolean for add_fdb: beside others with that address

--- Which entries are listed.
---@class net.NeighbourFilter
---@field dev? net.Link|net.LinkName the device
---@field family? "ipv4"|"ipv6" both if not given

--- Which packets are looked up in which routing table.
---@class net.Rule
---@field from? string|odp.Prefix|odp.IP the network or address that they are from
---@field to? string|odp.Prefix|odp.IP the network or address that they go to
---@field iif? net.Link|string the device that they came in by; lo for the system's own
---@field oif? net.Link|string the device that they are to go out of
---@field mark? integer their mark
---@field mask? integer the bits of the mark that count; all if not given
---@field table? "main"|"local"|"default"|integer the routing table
---@field priority? integer the lower, the earlier; before all but the first if not given
---@field family? "ipv4"|"ipv6" ipv4 if nothing else says it

--- What link:qdisc takes: one of these, or both.
---@class net.QdiscSpec
---@field netem? net.Netem delay and lose packets (CONFIG_NET_SCH_NETEM)
---@field tbf? net.Tbf limit the rate (CONFIG_NET_SCH_TBF)

--- What a network between would do to packets.
---@class net.Netem
---@field delay? number seconds that each packet waits
---@field jitter? number seconds by which that varies
---@field delay_correlation? number how much one delay is like the last, from 0 to 1
---@field loss? number the part of packets that is lost, from 0 to 1
---@field loss_correlation? number how much one loss depends on the last, from 0 to 1
---@field duplicate? number the part that comes twice, from 0 to 1
---@field corrupt? number the part that has a wrong bit, from 0 to 1
---@field reorder? number the part that is sent without delay, before others, from 0 to 1
---@field rate? integer bits per second
---@field limit? integer packets that may wait; 1000 if not given

--- A limit of the rate: a bucket of bytes that fills at it.
---@class net.Tbf
---@field rate integer bits per second
---@field burst integer bytes that may go at once: at least the largest packet
---@field latency? number seconds that a packet may wait; or give limit
---@field limit? integer bytes that may wait

--- A queueing discipline of a device.
---@class net.Qdisc
---@field kind string "netem", "tbf", "noqueue", "pfifo_fast", ...
---@field handle string the number that it goes by: 8001:
---@field parent string "root", or the handle of what it is below
---@field netem? net.Netem delay and lose packets (CONFIG_NET_SCH_NETEM)
---@field tbf? net.Tbf limit the rate (CONFIG_NET_SCH_TBF)
---@field packets? integer packets sent
---@field bytes? integer bytes sent
---@field dropped? integer packets dropped
---@field queued? integer packets that wait

--- Options of handlers of what happens in a namespace.
---@class net.SubscriptionOptions
---@field queue? integer events that may wait for the script, 8192 if not given; more are dropped and counted
---@field max_failures? integer failures in a row after which the handler is stopped, 100 if not given
---@field lost? fun(stats: odp.SubscriptionStats, new: integer) called when events were lost, after those before them: list anew what they keep up to date. new is how many are known to be missing since it was last called, an overrun counted as one; if not given, the first loss is reported
---@field netns? net.Namespace the namespace to listen in, for the functions of module odp; the current one if not given
---@field buffer? integer bytes of the socket's receive buffer, 4 MiB if not given

--- What on_link tells of.
---@class net.LinkEvent
---@field kind "new"|"set"|"delete" what happened; any change is set
---@field ns net.Namespace where it happened
---@field link net.Link as it is then, or was
---@field index integer the interface index
---@field state string at that moment, as link.state
---@field is_up boolean at that moment
---@field flags string[] at that moment, as link.flags
---@field mtu integer at that moment
---@field mac? string at that moment

--- What on_address tells of.
---@class net.AddressEvent
---@field kind "new"|"set"|"delete" what happened; changes are new as well
---@field ns net.Namespace where it happened
---@field address net.Address as it is then, or was

--- What on_route tells of.
---@class net.RouteEvent
---@field kind "new"|"set"|"delete" what happened; one that is made over another is set
---@field ns net.Namespace where it happened
---@field route net.ListedRoute as it is then, or was

--- What on_neighbour tells of.
---@class net.NeighbourEvent
---@field kind "new"|"set"|"delete" what happened; changes are new as well
---@field ns net.Namespace where it happened
---@field neighbour net.Neighbour as it is then, or was

--- What on_fdb tells of.
---@class net.FdbEvent
---@field kind "new"|"set"|"delete" what happened; one that is made over another is set
---@field ns net.Namespace where it happened
---@field entry net.FdbEntry as it is then, or was

--- A command that runs beside the script, started by net.spawn.
---@class net.Process
---@field pid integer its process id
---@field running boolean whether it has not ended
---@field status integer? its exit status, or 128 and the signal's number; nil while it runs
---@field stdout odp.Input what it writes to standard output
---@field stderr odp.Input? what it writes to standard error, unless that goes elsewhere
local Process = {}

--- Write to its standard input. Waits until it has been taken. Raises when the command does not read it any more.
---
--- ```lua
--- local p = net.spawn("bc")
--- p:write("2^100\n")
--- print(p.stdout:read())
--- ```
---@async
---@param text string
---@return net.Process process
function Process:write(text) end

--- End its standard input. Doing so again does nothing.
---
--- ```lua
--- process:close_stdin()
--- ```
---@return net.Process process
function Process:close_stdin() end

--- Wait until it ends, and on_line handlers have had what it wrote. What it writes meanwhile and nobody reads is kept, however much. A command that reads its standard input may wait for close_stdin.
---
--- ```lua
--- assert(process:wait(5) == 0)
--- ```
---@async
---@param seconds? number the longest time to wait; without end if not given
---@return integer? status exit status, or 128 and the signal's number; nil when the time was over
function Process:wait(seconds) end

--- Send a signal to it and its children. One that has ended gets none.
---
--- ```lua
--- process:kill("INT")
--- ```
---@param signal? odp.SignalName "TERM", if not given
---@return net.Process process
function Process:kill(signal) end

--- Call a function when it ends, or soon if it has.
---
--- ```lua
--- process:on_exit(function(status) print("ended with", status) end)
--- ```
---@param fn fun(status: integer)
---@return net.Process process
function Process:on_exit(fn) end

--- A network namespace. One that the script made ends with the script. There is one object for each, so that they compare with == and can be indexes of tables.
---@class net.Namespace
---@field name string? its name for `ip netns`, if it has one
---@field inode integer its number for the whole system, as `lsns` lists it
---@field id integer? the number by which the program's namespace knows it, as in vport.netnsid and `ip netns list-id`; nil if it has none yet
---@operator concat(string): string
local Namespace = {}

--- Call a function in the namespace: in it, functions of modules odp and net take this namespace where none is given, and so do the timers, handlers and tasks that it makes. Files are not of it: io.open("/proc/sys/net/...") is always about the program's namespace, ns:sysctl about this one.
---
--- ```lua
--- local dp = ns:with(function()
---   net.dummy("d0")
---   return odp.create_datapath("dp0")
--- end)
--- ```
---@param fn fun(...): ...
---@param ... any its arguments
---@return any ... what it returned
function Namespace:with(fn, ...) end

--- End the namespace: its name goes, whoever gave it, and what this script has in it. Devices in it are gone once nothing runs in it any more. Deleting again does nothing.
---
--- ```lua
--- local ns = net.namespace()
--- ns:run("ip address")
--- ns:delete()
--- ```
function Namespace:delete() end

--- Start a command that runs beside the script, and talk to it. What it writes and nobody reads makes it wait, beyond 1 MiB. When the script ends it is killed, and so are its children, also where it has ended before them. A command that cannot be started raises. A table as the last argument holds options.
---
--- Refused by odp --safe.
---
--- ```lua
--- local p = ns:spawn("ip", "monitor", "link")
--- p.stdout:on_line(print)
--- odp.sleep(5)
--- p:kill()
--- ```
---@param command string
---@param ... string|number|net.SpawnOptions its arguments, then perhaps options
---@return net.Process process
function Namespace:spawn(command, ...) end

--- Run a command and wait for it, while timers and miss handlers go on. A command that cannot be started raises; one that fails does not. A table as the last argument holds options.
---
--- Refused by odp --safe.
---
--- ```lua
--- local r = ns:exec("ping", "-c", "1", "10.0.0.2")
--- print(r.status, r.stdout)
--- ```
---@async
---@param command string
---@param ... string|number|net.ExecOptions its arguments, then perhaps options
---@return net.ExecResult result
function Namespace:exec(command, ...) end

--- Run a shell command and wait for it, while timers and miss handlers go on.
---
--- Refused by odp --safe.
---
--- ```lua
--- assert(ns:run("ping -c 1 -W 2 10.0.0.2"))
--- ```
---@async
---@param command string for sh -c
---@param opts? net.ExecOptions
---@return boolean ok whether its exit status was 0
---@return string output what it wrote to standard output and error
function Namespace:run(command, opts) end

--- The network device of that name or index, or nil.
---
--- ```lua
--- ns:link("eth0"):down()
--- ```
---@param name net.LinkName|integer its name, or its interface index
---@return net.Link? link
function Namespace:link(name) end

--- All network devices, by index.
---
--- ```lua
--- for _, link in ipairs(ns:links()) do
---   print(link.name, link.kind, link.state)
--- end
--- ```
---@return net.Link[] links
function Namespace:links() end

--- Give a network device an address, and set it up.
---
--- ```lua
--- ns:addr("eth0", "10.0.0.1/24")
--- ```
---@param link net.LinkName the device's name
---@param address string|odp.Prefix|odp.IP with prefix length: 10.0.0.1/24
---@param opts? net.AddressOptions
function Namespace:addr(link, address, opts) end

--- A setting of the kernel for the network namespace, or change one. Names are as sysctl has them; where a device's name has dots, write the others as slashes.
---
--- ```lua
--- ns:sysctl("net.ipv4.ip_forward", 1)
--- assert(ns:sysctl("net.ipv4.ip_forward") == 1)
--- ```
---@param name string such as net.ipv4.ip_forward or net/ipv4/conf/eth0.5/forwarding
---@param value? string|integer|boolean what to set it to; true is 1 and false 0
---@return string|integer value what it is then: a number if it is one
function Namespace:sysctl(name, value) end

--- A pair of network devices, each of which receives what the other sends. Both are set up.
---
--- ```lua
--- local p1, eth0 = ns:veth{ a = "p1", b = "eth0", peer_ns = ns }
--- ```
---@param spec net.VethSpec
---@return net.Link a
---@return net.Link b
function Namespace:veth(spec) end

--- A switch of the kernel's own. Devices become its ports with link:set{ master = bridge }. It is set up.
---
--- ```lua
--- local br0 = ns:bridge("br0")
--- p1:set{ master = br0 }
--- ```
---@param spec string|net.BridgeSpec the name, or a table
---@return net.Link link
function Namespace:bridge(spec) end

--- A device that drops what it is to send. It is set up.
---
--- ```lua
--- ns:dummy("d0"):addr("192.0.2.1/32")
--- ```
---@param spec string|net.DummySpec the name, or a table
---@return net.Link link
function Namespace:dummy(spec) end

--- A device to which packets are redirected that others receive, to queue them. It is set up.
---
--- ```lua
--- ns:ifb("ifb0")
--- ```
---@param spec string|net.IfbSpec the name, or a table
---@return net.Link link
function Namespace:ifb(spec) end

--- A device for one VLAN of another device. It is set up.
---
--- ```lua
--- ns:vlan{ name = "eth0.5", link = "eth0", id = 5 }
--- ```
---@param spec net.VlanSpec
---@return net.Link link
function Namespace:vlan(spec) end

--- A device with an Ethernet address of its own on another device. It is set up.
---
--- ```lua
--- ns:macvlan{ name = "m0", link = "eth0", ns = ns }
--- ```
---@param spec net.MacvlanSpec
---@return net.Link link
function Namespace:macvlan(spec) end

--- A device with IP addresses of its own and the Ethernet address of the device that it is on. It is set up.
---
--- ```lua
--- ns:ipvlan{ name = "i0", link = "eth0", mode = "l3", ns = ns }
--- ```
---@param spec net.IpvlanSpec
---@return net.Link link
function Namespace:ipvlan(spec) end

--- An end of a VXLAN tunnel. It is set up.
---
--- ```lua
--- ns:vxlan{
---   name = "vx0", vni = 66, remote = "192.0.2.1", local_ip = "192.0.2.2",
--- }
--- ```
---@param spec net.VxlanSpec
---@return net.Link link
function Namespace:vxlan(spec) end

--- An end of a Geneve tunnel. It is set up.
---
--- ```lua
--- ns:geneve{ name = "gnv0", vni = 66, remote = "192.0.2.1" }
--- ```
---@param spec net.GeneveSpec
---@return net.Link link
function Namespace:geneve(spec) end

--- An end of a tunnel of Ethernet frames in GRE over IPv4. It is set up.
---
--- ```lua
--- ns:gretap{
---   name = "gre1", local_ip = "192.0.2.2", remote = "192.0.2.1", key = 7,
--- }
--- ```
---@param spec string|net.GretapSpec the name, or a table
---@return net.Link link
function Namespace:gretap(spec) end

--- A routing table of its own for the devices whose master it is. It is set up.
---
--- ```lua
--- ns:vrf{ name = "red", table = 10 }
--- p1:set{ master = "red" }
--- ```
---@param spec net.VrfSpec
---@return net.Link link
function Namespace:vrf(spec) end

--- Several devices as one. They become its ports with link:set{ master = bond, up = true } while they are down. It is set up.
---
--- ```lua
--- ns:bond{ name = "bond0", mode = "active-backup", miimon = 100 }
--- ```
---@param spec string|net.BondSpec the name, or a table
---@return net.Link link
function Namespace:bond(spec) end

--- A device whose frames a program reads and writes through /dev/net/tun. It has a carrier while one does. It is set up.
---
--- ```lua
--- ns:tap{ name = "tap0", owner = 1000 }
--- ```
---@param spec string|net.TapSpec the name, or a table
---@return net.Link link
function Namespace:tap(spec) end

--- A device whose IP packets a program reads and writes through /dev/net/tun. It has a carrier while one does. It is set up.
---
--- ```lua
--- ns:tun("tun0")
--- ```
---@param spec string|net.TunSpec the name, or a table
---@return net.Link link
function Namespace:tun(spec) end

--- The routes of the main table, or of another one.
---
--- ```lua
--- for _, r in ipairs(ns:routes()) do print(r.dst, r.via, r.dev) end
--- ```
---@param filter? net.RouteFilter which ones
---@return net.ListedRoute[] routes
function Namespace:routes(filter) end

--- Add a route. One to the same destination with the same metric is an error, unless it is to be replaced.
---
--- ```lua
--- ns:add_route{ dst = "default", via = "10.0.0.1" }
--- ```
---@param route net.Route one of the list, or a table
function Namespace:add_route(route) end

--- Delete a route: the first one that has what the table says.
---
--- ```lua
--- for _, r in ipairs(ns:routes{ dev = "eth0" }) do ns:delete_route(r) end
--- ```
---@param route net.Route one of the list, or a table
function Namespace:delete_route(route) end

--- The route that a packet to an address takes, or nil if there is none. src is then the address that it would be sent from.
---
--- ```lua
--- local r = ns:route_to("10.0.0.1")
--- if r then print(r.dev, r.via, r.src) end
--- ```
---@param address string|odp.IP
---@param opts? net.RouteQuery
---@return net.ListedRoute? route
function Namespace:route_to(address, opts) end

--- The Ethernet addresses that are known for IP addresses, by ARP, by neighbour discovery or as they were added.
---
--- ```lua
--- for _, n in ipairs(ns:neighbours()) do
---   print(n.ip, n.mac, n.dev, n.state)
--- end
--- ```
---@param filter? net.NeighbourFilter which ones
---@return net.Neighbour[] neighbours
function Namespace:neighbours(filter) end

--- Say which Ethernet address an IP address has. One that is there is an error, unless it is to be replaced.
---
--- ```lua
--- ns:add_neighbour{
---   ip = "10.0.0.2", mac = "02:00:00:00:00:02", dev = "eth0",
--- }
--- ```
---@param entry net.Neighbour one of the list, or a table
function Namespace:add_neighbour(entry) end

--- Forget the Ethernet address of an IP address.
---
--- ```lua
--- ns:delete_neighbour{ ip = "10.0.0.2", dev = "eth0" }
--- ```
---@param entry net.Neighbour one of the list, or a table
function Namespace:delete_neighbour(entry) end

--- Where bridges and tunnels send frames to Ethernet addresses.
---
--- ```lua
--- for _, e in ipairs(ns:fdb{ dev = "vx0" }) do print(e.mac, e.ip) end
--- ```
---@param filter? net.NeighbourFilter which ones
---@return net.FdbEntry[] entries
function Namespace:fdb(filter) end

--- Say where frames to an Ethernet address go: out of a port of a bridge, or to the other end of a tunnel. Frames to all unknown addresses go to all ends that 00:00:00:00:00:00 is appended with.
---
--- ```lua
--- ns:add_fdb{
---   mac = "00:00:00:00:00:00", dev = "vx0", ip = "192.0.2.3", append = true,
--- }
--- ```
---@param entry net.FdbEntry one of the list, or a table
function Namespace:add_fdb(entry) end

--- Forget where frames to an Ethernet address go.
---
--- ```lua
--- ns:delete_fdb{ mac = "02:00:00:00:00:02", dev = "vx0", ip = "192.0.2.3" }
--- ```
---@param entry net.FdbEntry one of the list, or a table
function Namespace:delete_fdb(entry) end

--- The rules that say which routing table a packet is looked up in, first to last for each family.
---
--- ```lua
--- for _, r in ipairs(ns:rules()) do print(r.priority, r.from, r.table) end
--- ```
---@return net.Rule[] rules
function Namespace:rules() end

--- Add a rule.
---
--- ```lua
--- ns:add_rule{ from = "10.0.0.0/8", table = 100 }
--- ```
---@param rule net.Rule one of the list, or a table
function Namespace:add_rule(rule) end

--- Delete a rule: the first one that has what the table says.
---
--- ```lua
--- ns:delete_rule{ from = "10.0.0.0/8", table = 100 }
--- ```
---@param rule net.Rule one of the list, or a table
function Namespace:delete_rule(rule) end

--- Call a function for each network device of the namespace that is made, changed or deleted. An error in it is reported and counted, and the loop goes on. It is called while the script is in odp.run or another function that waits, also for what this script changed itself.
---
--- ```lua
--- ns:on_link(function(event) print(event.kind, event.link, event.state) end)
--- odp.run()
--- ```
---@param fn fun(event: net.LinkEvent)
---@param opts? net.SubscriptionOptions
---@return odp.Subscription subscription
function Namespace:on_link(fn, opts) end

--- Call a function for each IP address of a device of the namespace that is made, changed or deleted. An error in it is reported and counted, and the loop goes on. It is called while the script is in odp.run or another function that waits, also for what this script changed itself.
---
--- ```lua
--- ns:on_address(function(event)
---   print(event.kind, event.address.dev, event.address.address)
--- end)
--- odp.run()
--- ```
---@param fn fun(event: net.AddressEvent)
---@param opts? net.SubscriptionOptions
---@return odp.Subscription subscription
function Namespace:on_address(fn, opts) end

--- Call a function for each route of any table of the namespace that is made, changed or deleted. An error in it is reported and counted, and the loop goes on. It is called while the script is in odp.run or another function that waits, also for what this script changed itself.
---
--- ```lua
--- ns:on_route(function(event) print(event.kind, event.route) end)
--- odp.run()
--- ```
---@param fn fun(event: net.RouteEvent)
---@param opts? net.SubscriptionOptions
---@return odp.Subscription subscription
function Namespace:on_route(fn, opts) end

--- Call a function for each neighbour of the namespace that is made, changed or deleted. An error in it is reported and counted, and the loop goes on. It is called while the script is in odp.run or another function that waits, also for what this script changed itself.
---
--- ```lua
--- ns:on_neighbour(function(event)
---   print(event.kind, event.neighbour.ip, event.neighbour.state)
--- end)
--- odp.run()
--- ```
---@param fn fun(event: net.NeighbourEvent)
---@param opts? net.SubscriptionOptions
---@return odp.Subscription subscription
function Namespace:on_neighbour(fn, opts) end

--- Call a function for each Ethernet address that a bridge or tunnel knows of the namespace that is made, changed or deleted. An error in it is reported and counted, and the loop goes on. It is called while the script is in odp.run or another function that waits, also for what this script changed itself.
---
--- ```lua
--- ns:on_fdb(function(event)
---   print(event.kind, event.entry.mac, event.entry.dev)
--- end)
--- odp.run()
--- ```
---@param fn fun(event: net.FdbEvent)
---@param opts? net.SubscriptionOptions
---@return odp.Subscription subscription
function Namespace:on_fdb(fn, opts) end

--- A network device, by name. Everything else is read from the kernel when it is asked for. Devices that a script makes in the program's namespace stay when it ends, as those that `ip` makes do; those in a namespace that it made end with that.
---@class net.Link
---@field name string its name
---@field ns net.Namespace the namespace that it is in
---@field exists boolean whether there is such a device now
---@field index integer its interface index
---@field kind string what it is: "veth", "bridge", ...; "device" for a physical one and lo
---@field options table<string, any> what is set of the options of its kind, by their names in net.vxlan and so on; empty for a kind that this module does not make
---@field state string whether it works: "up", "down", "lower-layer-down", "dormant", "testing", "not-present" or "unknown", which also lo has
---@field flags string[] its flags: "up", "broadcast", "running", "promisc", ...
---@field is_up boolean whether it is set up
---@field is_running boolean whether it is up and has a carrier, so that it sends what it is given
---@field promisc boolean whether it takes frames to any address, for whatever reason
---@field mac string? its hardware address
---@field mtu integer the largest packet without Ethernet header, in bytes
---@field txqueuelen integer how many packets may wait to be sent
---@field alias string? a text that someone gave it
---@field master net.Link? the bridge, bond or vrf that it is a port of
---@field peer net.Link? the other end of a veth, or the device that a vlan, macvlan or ipvlan is on; nil if there is none, or if it is in a namespace that this script has not opened
---@field stats net.LinkStats what it has counted
---@field addresses net.Address[] its IP addresses
---@field qdiscs net.Qdisc[] its queueing disciplines
---@field offloads table<string, boolean> what it leaves to hardware, by the kernel's names, as `ethtool -k` lists it
---@operator concat(string): string
local Link = {}

--- Set the device up.
---
--- ```lua
--- net.link("eth0"):up()
--- ```
---@return net.Link link
function Link:up() end

--- Set the device down.
---
--- ```lua
--- net.link("eth0"):down()
--- ```
---@return net.Link link
function Link:down() end

--- Delete the device. The other end of a veth goes with it.
---
--- ```lua
--- net.link("eth0"):delete()
--- ```
---@return net.Link link
function Link:delete() end

--- Change the device. What the table does not name stays as it is. If the kernel refuses one change, those before it, in the order of the annotations, have been made.
---
--- ```lua
--- link:set{ mtu = 1400, mac = "02:00:00:00:00:01", master = "br0" }
--- ```
---@param changes net.LinkChange
---@return net.Link link
function Link:set(changes) end

--- Give the device an address.
---
--- ```lua
--- link:addr("10.0.0.1/24"):addr("fd00::1/64")
--- ```
---@param address string|odp.Prefix|odp.IP with prefix length: 10.0.0.1/24
---@param opts? net.AddressOptions
---@return net.Link link
function Link:addr(address, opts) end

--- Take an address from the device.
---
--- ```lua
--- link:delete_addr("10.0.0.1/24")
--- ```
---@param address string|odp.Prefix|odp.IP with prefix length: 10.0.0.1/24
---@return net.Link link
function Link:delete_addr(address) end

--- Take all addresses from the device, of IPv4, IPv6 or both.
---
--- ```lua
--- link:flush_addrs("ipv6")
--- ```
---@param family? "ipv4"|"ipv6"
---@return net.Link link
function Link:flush_addrs(family) end

--- Have the device delay, lose or slow down what it sends, in place of what it did before. With both, what netem lets go is then sent at the rate of tbf.
---
--- ```lua
--- link:qdisc{ netem = { delay = 0.02, jitter = 0.005, loss = 0.01 } }
--- link:qdisc{ tbf = { rate = 10e6, burst = 10000, latency = 0.05 } }
--- ```
---@param spec net.QdiscSpec
---@return net.Link link
function Link:qdisc(spec) end

--- Have the device send as it does by default.
---
--- ```lua
--- link:qdisc{ netem = { delay = 0.1 } }
--- link:delete_qdisc()
--- ```
---@return net.Link link
function Link:delete_qdisc() end

--- Send frames out of the device, as they are. They begin with their Ethernet header.
---
--- ```lua
--- link:send(packet.build{
---   eth = {}, ipv4 = { src = "10.0.0.1", dst = "10.0.0.2" },
---   udp = { src = 1, dst = 2 },
--- })
--- ```
---@param frames string|string[] the bytes of one, or a list
---@return net.Link link
function Link:send(frames) end

--- Capture the frames of the device, from now on. The capture ends with the script, or with the device's namespace.
---
--- ```lua
--- local cap = link:capture{ direction = "both", match = "eth_type(0x0806)" }
--- ```
---@param opts? net.CaptureOptions
---@return net.Capture capture
function Link:capture(opts) end

--- Call a function for each frame of the device, from now on, until it is stopped or the device's namespace ends. An error in it is reported and counted, and the loop goes on. It is called while the script is in odp.run or another function that waits, also for what this script changed itself.
---
--- ```lua
--- local function show(frame) print(packet.dissect(frame)) end
--- link:on_frame(show, { match = "eth_type(0x0806)" })
--- odp.run()
--- ```
---@param fn fun(frame: string, info: net.FrameInfo)
---@param opts? net.FrameOptions
---@return odp.Subscription subscription
function Link:on_frame(fn, opts) end

--- Frames that a device receives or sends, made by link:capture. They are what was on the wire, VLAN tags included.
---@class net.Capture
---@field stats net.CaptureStats what it has counted
local Capture = {}

--- The next frame. Waits for one, while timers and miss handlers go on.
---
--- ```lua
--- local cap = ns:link("eth0"):capture()
--- print(packet.dissect(assert(cap:next(2), "no frame")))
--- ```
---@async
---@param seconds? number the longest time to wait; 10 if not given, 0 to take only one that is there
---@return string? frame its bytes, or nil if none came in time or the capture was stopped
---@return net.FrameInfo? info
function Capture:next(seconds) end

--- The frames as they come, for a loop. It ends when the capture is stopped, or when none has come for the given time.
---
--- ```lua
--- for frame, info in cap:frames(2) do
---   print(info.time, packet.dissect(frame))
--- end
--- ```
---@async
---@param seconds? number the longest time to wait for each; for ever if not given
---@return fun(): string?, net.FrameInfo? next
function Capture:frames(seconds) end

--- The frames that have come so far, in their order. It does not wait.
---
--- ```lua
--- for _, frame in ipairs(cap:take()) do print(packet.dissect(frame)) end
--- ```
---@return string[] frames
function Capture:take() end

--- Stop capturing. Frames that have come can still be read. Stopping again does nothing.
---
--- ```lua
--- cap:stop()
--- print(cap.stats.captured, cap.stats.dropped)
--- ```
function Capture:stop() end

--- Network namespaces, devices, addresses, routes and commands: the surroundings of a datapath, as `ip`, `tc`, `bridge`, `ethtool` and `sysctl` show and change them. The functions are about the program's namespace, or that of ns:with; those of a namespace are its methods.
---@class module.net
net = {}

--- A new network namespace with its loopback device up. It ends with the script, with everything in it, unless it is to be kept. With a name, it is also one for `ip netns exec`.
---
--- ```lua
--- local ns = net.namespace()
--- net.veth{ a = "p1", b = "eth0", peer_ns = ns }
--- ns:addr("eth0", "10.0.0.1/24")
--- ```
---@param name? string the name for `ip netns`; it has none if not given
---@param opts? net.NamespaceOptions
---@return net.Namespace ns
function net.namespace(name, opts) end

--- A network namespace that is there: by its name for `ip netns`, of a process, or by the path of its file. nil if there is none.
---
--- ```lua
--- local blue = net.open_namespace("blue")
--- local container = net.open_namespace{ pid = 4711 }
--- ```
---@param source net.NamespaceName|net.NamespaceSource the name, or a table
---@return net.Namespace? ns
function net.open_namespace(source) end

--- The network namespaces that have a name, as `ip netns` lists them.
---
--- ```lua
--- for _, ns in ipairs(net.namespaces()) do
---   print(ns.name, ns.id, #ns:links())
--- end
--- ```
---@return net.Namespace[] list
function net.namespaces() end

--- Take a network namespace for all that follows in this script, callback, task or console session: what functions of modules odp and net take where none is given. ns:with does so for one function only.
---
--- ```lua
--- net.enter "blue"
--- local dp = odp.create_datapath("dp0") -- in blue
--- net.enter()
--- ```
---@param ns? net.Namespace|string or its name for `ip netns`; the program's own if not given
function net.enter(ns) end

--- The network namespace that functions of modules odp and net take where none is given: the program's own, except in what ns:with calls and behind net.enter.
---
--- ```lua
--- local own = net.current_namespace()
--- link:set{ ns = own }
--- ```
---@return net.Namespace ns
function net.current_namespace() end

--- Start a command that runs beside the script, and talk to it. What it writes and nobody reads makes it wait, beyond 1 MiB. When the script ends it is killed, and so are its children, also where it has ended before them. A command that cannot be started raises. A table as the last argument holds options.
---
--- Refused by odp --safe.
---
--- ```lua
--- local p = net.spawn("ip", "monitor", "link")
--- p.stdout:on_line(print)
--- odp.sleep(5)
--- p:kill()
--- ```
---@param command string
---@param ... string|number|net.SpawnOptions its arguments, then perhaps options
---@return net.Process process
function net.spawn(command, ...) end

--- Run a command and wait for it, while timers and miss handlers go on. A command that cannot be started raises; one that fails does not. A table as the last argument holds options.
---
--- Refused by odp --safe.
---
--- ```lua
--- local r = net.exec("ping", "-c", "1", "10.0.0.2")
--- print(r.status, r.stdout)
--- ```
---@async
---@param command string
---@param ... string|number|net.ExecOptions its arguments, then perhaps options
---@return net.ExecResult result
function net.exec(command, ...) end

--- Run a shell command and wait for it, while timers and miss handlers go on.
---
--- Refused by odp --safe.
---
--- ```lua
--- assert(net.run("ping -c 1 -W 2 10.0.0.2"))
--- ```
---@async
---@param command string for sh -c
---@param opts? net.ExecOptions
---@return boolean ok whether its exit status was 0
---@return string output what it wrote to standard output and error
function net.run(command, opts) end

--- The network device of that name or index, or nil.
---
--- ```lua
--- net.link("eth0"):down()
--- ```
---@param name net.LinkName|integer its name, or its interface index
---@return net.Link? link
function net.link(name) end

--- All network devices, by index.
---
--- ```lua
--- for _, link in ipairs(net.links()) do
---   print(link.name, link.kind, link.state)
--- end
--- ```
---@return net.Link[] links
function net.links() end

--- Give a network device an address, and set it up.
---
--- ```lua
--- net.addr("eth0", "10.0.0.1/24")
--- ```
---@param link net.LinkName the device's name
---@param address string|odp.Prefix|odp.IP with prefix length: 10.0.0.1/24
---@param opts? net.AddressOptions
function net.addr(link, address, opts) end

--- A setting of the kernel for the network namespace, or change one. Names are as sysctl has them; where a device's name has dots, write the others as slashes.
---
--- ```lua
--- net.sysctl("net.ipv4.ip_forward", 1)
--- assert(net.sysctl("net.ipv4.ip_forward") == 1)
--- ```
---@param name string such as net.ipv4.ip_forward or net/ipv4/conf/eth0.5/forwarding
---@param value? string|integer|boolean what to set it to; true is 1 and false 0
---@return string|integer value what it is then: a number if it is one
function net.sysctl(name, value) end

--- A pair of network devices, each of which receives what the other sends. Both are set up.
---
--- ```lua
--- local p1, eth0 = net.veth{ a = "p1", b = "eth0", peer_ns = ns }
--- ```
---@param spec net.VethSpec
---@return net.Link a
---@return net.Link b
function net.veth(spec) end

--- A switch of the kernel's own. Devices become its ports with link:set{ master = bridge }. It is set up.
---
--- ```lua
--- local br0 = net.bridge("br0")
--- p1:set{ master = br0 }
--- ```
---@param spec string|net.BridgeSpec the name, or a table
---@return net.Link link
function net.bridge(spec) end

--- A device that drops what it is to send. It is set up.
---
--- ```lua
--- net.dummy("d0"):addr("192.0.2.1/32")
--- ```
---@param spec string|net.DummySpec the name, or a table
---@return net.Link link
function net.dummy(spec) end

--- A device to which packets are redirected that others receive, to queue them. It is set up.
---
--- ```lua
--- net.ifb("ifb0")
--- ```
---@param spec string|net.IfbSpec the name, or a table
---@return net.Link link
function net.ifb(spec) end

--- A device for one VLAN of another device. It is set up.
---
--- ```lua
--- net.vlan{ name = "eth0.5", link = "eth0", id = 5 }
--- ```
---@param spec net.VlanSpec
---@return net.Link link
function net.vlan(spec) end

--- A device with an Ethernet address of its own on another device. It is set up.
---
--- ```lua
--- net.macvlan{ name = "m0", link = "eth0", ns = ns }
--- ```
---@param spec net.MacvlanSpec
---@return net.Link link
function net.macvlan(spec) end

--- A device with IP addresses of its own and the Ethernet address of the device that it is on. It is set up.
---
--- ```lua
--- net.ipvlan{ name = "i0", link = "eth0", mode = "l3", ns = ns }
--- ```
---@param spec net.IpvlanSpec
---@return net.Link link
function net.ipvlan(spec) end

--- An end of a VXLAN tunnel. It is set up.
---
--- ```lua
--- net.vxlan{
---   name = "vx0", vni = 66, remote = "192.0.2.1", local_ip = "192.0.2.2",
--- }
--- ```
---@param spec net.VxlanSpec
---@return net.Link link
function net.vxlan(spec) end

--- An end of a Geneve tunnel. It is set up.
---
--- ```lua
--- net.geneve{ name = "gnv0", vni = 66, remote = "192.0.2.1" }
--- ```
---@param spec net.GeneveSpec
---@return net.Link link
function net.geneve(spec) end

--- An end of a tunnel of Ethernet frames in GRE over IPv4. It is set up.
---
--- ```lua
--- net.gretap{
---   name = "gre1", local_ip = "192.0.2.2", remote = "192.0.2.1", key = 7,
--- }
--- ```
---@param spec string|net.GretapSpec the name, or a table
---@return net.Link link
function net.gretap(spec) end

--- A routing table of its own for the devices whose master it is. It is set up.
---
--- ```lua
--- net.vrf{ name = "red", table = 10 }
--- p1:set{ master = "red" }
--- ```
---@param spec net.VrfSpec
---@return net.Link link
function net.vrf(spec) end

--- Several devices as one. They become its ports with link:set{ master = bond, up = true } while they are down. It is set up.
---
--- ```lua
--- net.bond{ name = "bond0", mode = "active-backup", miimon = 100 }
--- ```
---@param spec string|net.BondSpec the name, or a table
---@return net.Link link
function net.bond(spec) end

--- A device whose frames a program reads and writes through /dev/net/tun. It has a carrier while one does. It is set up.
---
--- ```lua
--- net.tap{ name = "tap0", owner = 1000 }
--- ```
---@param spec string|net.TapSpec the name, or a table
---@return net.Link link
function net.tap(spec) end

--- A device whose IP packets a program reads and writes through /dev/net/tun. It has a carrier while one does. It is set up.
---
--- ```lua
--- net.tun("tun0")
--- ```
---@param spec string|net.TunSpec the name, or a table
---@return net.Link link
function net.tun(spec) end

--- The routes of the main table, or of another one.
---
--- ```lua
--- for _, r in ipairs(net.routes()) do print(r.dst, r.via, r.dev) end
--- ```
---@param filter? net.RouteFilter which ones
---@return net.ListedRoute[] routes
function net.routes(filter) end

--- Add a route. One to the same destination with the same metric is an error, unless it is to be replaced.
---
--- ```lua
--- net.add_route{ dst = "default", via = "10.0.0.1" }
--- ```
---@param route net.Route one of the list, or a table
function net.add_route(route) end

--- Delete a route: the first one that has what the table says.
---
--- ```lua
--- for _, r in ipairs(net.routes{ dev = "eth0" }) do net.delete_route(r) end
--- ```
---@param route net.Route one of the list, or a table
function net.delete_route(route) end

--- The route that a packet to an address takes, or nil if there is none. src is then the address that it would be sent from.
---
--- ```lua
--- local r = net.route_to("10.0.0.1")
--- if r then print(r.dev, r.via, r.src) end
--- ```
---@param address string|odp.IP
---@param opts? net.RouteQuery
---@return net.ListedRoute? route
function net.route_to(address, opts) end

--- The Ethernet addresses that are known for IP addresses, by ARP, by neighbour discovery or as they were added.
---
--- ```lua
--- for _, n in ipairs(net.neighbours()) do
---   print(n.ip, n.mac, n.dev, n.state)
--- end
--- ```
---@param filter? net.NeighbourFilter which ones
---@return net.Neighbour[] neighbours
function net.neighbours(filter) end

--- Say which Ethernet address an IP address has. One that is there is an error, unless it is to be replaced.
---
--- ```lua
--- net.add_neighbour{
---   ip = "10.0.0.2", mac = "02:00:00:00:00:02", dev = "eth0",
--- }
--- ```
---@param entry net.Neighbour one of the list, or a table
function net.add_neighbour(entry) end

--- Forget the Ethernet address of an IP address.
---
--- ```lua
--- net.delete_neighbour{ ip = "10.0.0.2", dev = "eth0" }
--- ```
---@param entry net.Neighbour one of the list, or a table
function net.delete_neighbour(entry) end

--- Where bridges and tunnels send frames to Ethernet addresses.
---
--- ```lua
--- for _, e in ipairs(net.fdb{ dev = "vx0" }) do print(e.mac, e.ip) end
--- ```
---@param filter? net.NeighbourFilter which ones
---@return net.FdbEntry[] entries
function net.fdb(filter) end

--- Say where frames to an Ethernet address go: out of a port of a bridge, or to the other end of a tunnel. Frames to all unknown addresses go to all ends that 00:00:00:00:00:00 is appended with.
---
--- ```lua
--- net.add_fdb{
---   mac = "00:00:00:00:00:00", dev = "vx0", ip = "192.0.2.3", append = true,
--- }
--- ```
---@param entry net.FdbEntry one of the list, or a table
function net.add_fdb(entry) end

--- Forget where frames to an Ethernet address go.
---
--- ```lua
--- net.delete_fdb{ mac = "02:00:00:00:00:02", dev = "vx0", ip = "192.0.2.3" }
--- ```
---@param entry net.FdbEntry one of the list, or a table
function net.delete_fdb(entry) end

--- The rules that say which routing table a packet is looked up in, first to last for each family.
---
--- ```lua
--- for _, r in ipairs(net.rules()) do print(r.priority, r.from, r.table) end
--- ```
---@return net.Rule[] rules
function net.rules() end

--- Add a rule.
---
--- ```lua
--- net.add_rule{ from = "10.0.0.0/8", table = 100 }
--- ```
---@param rule net.Rule one of the list, or a table
function net.add_rule(rule) end

--- Delete a rule: the first one that has what the table says.
---
--- ```lua
--- net.delete_rule{ from = "10.0.0.0/8", table = 100 }
--- ```
---@param rule net.Rule one of the list, or a table
function net.delete_rule(rule) end

--- Call a function for each network device of the namespace that is made, changed or deleted. An error in it is reported and counted, and the loop goes on. It is called while the script is in odp.run or another function that waits, also for what this script changed itself.
---
--- ```lua
--- net.on_link(function(event) print(event.kind, event.link, event.state) end)
--- odp.run()
--- ```
---@param fn fun(event: net.LinkEvent)
---@param opts? net.SubscriptionOptions
---@return odp.Subscription subscription
function net.on_link(fn, opts) end

--- Call a function for each IP address of a device of the namespace that is made, changed or deleted. An error in it is reported and counted, and the loop goes on. It is called while the script is in odp.run or another function that waits, also for what this script changed itself.
---
--- ```lua
--- net.on_address(function(event)
---   print(event.kind, event.address.dev, event.address.address)
--- end)
--- odp.run()
--- ```
---@param fn fun(event: net.AddressEvent)
---@param opts? net.SubscriptionOptions
---@return odp.Subscription subscription
function net.on_address(fn, opts) end

--- Call a function for each route of any table of the namespace that is made, changed or deleted. An error in it is reported and counted, and the loop goes on. It is called while the script is in odp.run or another function that waits, also for what this script changed itself.
---
--- ```lua
--- net.on_route(function(event) print(event.kind, event.route) end)
--- odp.run()
--- ```
---@param fn fun(event: net.RouteEvent)
---@param opts? net.SubscriptionOptions
---@return odp.Subscription subscription
function net.on_route(fn, opts) end

--- Call a function for each neighbour of the namespace that is made, changed or deleted. An error in it is reported and counted, and the loop goes on. It is called while the script is in odp.run or another function that waits, also for what this script changed itself.
---
--- ```lua
--- net.on_neighbour(function(event)
---   print(event.kind, event.neighbour.ip, event.neighbour.state)
--- end)
--- odp.run()
--- ```
---@param fn fun(event: net.NeighbourEvent)
---@param opts? net.SubscriptionOptions
---@return odp.Subscription subscription
function net.on_neighbour(fn, opts) end

--- Call a function for each Ethernet address that a bridge or tunnel knows of the namespace that is made, changed or deleted. An error in it is reported and counted, and the loop goes on. It is called while the script is in odp.run or another function that waits, also for what this script changed itself.
---
--- ```lua
--- net.on_fdb(function(event)
---   print(event.kind, event.entry.mac, event.entry.dev)
--- end)
--- odp.run()
--- ```
---@param fn fun(event: net.FdbEvent)
---@param opts? net.SubscriptionOptions
---@return odp.Subscription subscription
function net.on_fdb(fn, opts) end

return net
