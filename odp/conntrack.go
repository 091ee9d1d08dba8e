package odp

import (
	"fmt"
	"net/netip"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// ConntrackEntry is a connection as the kernel's connection tracker knows it:
// what the ct action of a datapath commits, and every other tracked connection
// of the network namespace.
//
// It owns its memory, so that a copy of it can be kept.
type ConntrackEntry struct {
	// Orig are the addresses of the connection's first packet, Reply those of a
	// packet that answers it, which differ from Orig reversed where addresses
	// are translated.
	Orig, Reply ConntrackTuple
	// Parent is Orig of the connection that announced this one, such as the
	// control connection of a transfer by FTP. It is not valid if there is none.
	Parent ConntrackTuple

	Zone   uint16
	ID     uint32 // tells two connections with the same addresses apart
	Status ConntrackStatus
	// Timeout is the time until the kernel forgets the connection, in seconds.
	// Events of its end do not have it.
	Timeout uint32
	Mark    uint32
	// Labels are 128 bits in the order of the kernel's ct_label.
	Labels [16]byte
	Helper string // "" for none

	// The counters are zero unless the sysctl net.netfilter.nf_conntrack_acct was
	// on when the connection began.
	OrigCounters, ReplyCounters ConntrackCounters
	// Start and Stop are zero unless the sysctl nf_conntrack_timestamp is on.
	// Only events of a connection's end have Stop.
	Start, Stop time.Time

	// Info tells which of TCP and SCTP is set.
	Info ConntrackInfo
	TCP  ConntrackTCP
	SCTP ConntrackSCTP

	Use             uint32 // the kernel's references to the entry
	SecurityContext string // "" for none
}

// ConntrackTuple is what identifies the packets of one direction.
type ConntrackTuple struct {
	Src, Dst netip.Addr
	Proto    uint8 // IP protocol number

	// SrcPort and DstPort are those of TCP, UDP and SCTP, and the keys of GRE.
	SrcPort, DstPort uint16
	// ICMPID, ICMPType and ICMPCode are for ICMP and ICMPv6.
	ICMPID             uint16
	ICMPType, ICMPCode uint8

	// Zone is that of the direction if it has one of its own (HasZone), which
	// the ct action never makes.
	Zone    uint16
	HasZone bool
}

// IsValid reports whether the tuple is set.
func (t ConntrackTuple) IsValid() bool { return t.Src.IsValid() && t.Dst.IsValid() }

// IsICMP reports whether the tuple has an ICMP id, type and code in place of
// ports.
func (t ConntrackTuple) IsICMP() bool { return isICMP(t.Proto) }

// isICMP reports whether packets of the protocol have an id, type and code in
// place of ports.
func isICMP(proto uint8) bool { return proto == unix.IPPROTO_ICMP || proto == unix.IPPROTO_ICMPV6 }

// ConntrackCounters are what one direction of a connection has carried.
type ConntrackCounters struct {
	Packets uint64
	Bytes   uint64
}

// ConntrackInfo says what more is known of a connection.
type ConntrackInfo uint8

// The kinds of further information.
const (
	ConntrackInfoNone ConntrackInfo = iota
	ConntrackInfoTCP
	ConntrackInfoSCTP
)

// ConntrackTCP is the state of a TCP connection.
type ConntrackTCP struct {
	State ConntrackTCPState
	// The window scales and flags are those of the sender of each direction.
	WindowScaleOrig, WindowScaleReply uint8
	FlagsOrig, FlagsReply             ConntrackTCPFlags
}

// ConntrackSCTP is the state of an SCTP association.
type ConntrackSCTP struct {
	State ConntrackSCTPState
	// The verification tags that packets of each direction have.
	VtagOrig, VtagReply uint32
}

// conntrackProtos are the protocols that the text of a connection names. The
// others stand as numbers.
var conntrackProtos = []NamedValue{
	{"icmp", unix.IPPROTO_ICMP}, {"icmpv6", unix.IPPROTO_ICMPV6}, {"tcp", unix.IPPROTO_TCP}, {"udp", unix.IPPROTO_UDP},
	{"sctp", unix.IPPROTO_SCTP}, {"udplite", unix.IPPROTO_UDPLITE}, {"dccp", unix.IPPROTO_DCCP}, {"igmp", unix.IPPROTO_IGMP},
}

// ConntrackProtoName returns the name that the text of a connection has for an
// IP protocol: "tcp", or its number as text.
func ConntrackProtoName(proto uint8) string {
	for _, n := range conntrackProtos {
		if n.Value == uint32(proto) {
			return n.Name
		}
	}
	return strconv.Itoa(int(proto))
}

// ConntrackStatus are the kernel's bits about a connection (IPS_*).
type ConntrackStatus uint32

// The bits of a status.
const (
	ConntrackExpected     ConntrackStatus = 1 << iota // another connection announced it
	ConntrackSeenReply                                // packets have come in both directions
	ConntrackAssured                                  // not dropped early when the table is full
	ConntrackConfirmed                                // in the table
	ConntrackSrcNAT                                   // its source is translated
	ConntrackDstNAT                                   // its destination is translated
	ConntrackSeqAdjust                                // its TCP sequence numbers are adjusted
	ConntrackSrcNATDone                               // the source translation is decided
	ConntrackDstNATDone                               // the destination translation is decided
	ConntrackDying                                    // being removed
	ConntrackFixedTimeout                             // packets do not refresh the timeout
	ConntrackTemplate                                 // a pattern for connections, none itself
	ConntrackUntracked                                // given up for another of the same addresses
	ConntrackHelper                                   // its helper was chosen by a rule
	ConntrackOffload                                  // in a flow table
	ConntrackHWOffload                                // in the flow table of a device
)

// conntrackStatusNames are the bits that Open vSwitch knows, from the lowest on.
var conntrackStatusNames = []string{
	"EXPECTED", "SEEN_REPLY", "ASSURED", "CONFIRMED", "SRC_NAT", "DST_NAT", "SEQ_ADJUST", "SRC_NAT_DONE",
	"DST_NAT_DONE", "DYING", "FIXED_TIMEOUT", "TEMPLATE", "UNTRACKED",
}

// String lists the bits as Open vSwitch does, joined by "|". It knows those up to
// UNTRACKED and passes over the others.
func (s ConntrackStatus) String() string {
	return string(appendBitNames(nil, uint64(s), conntrackStatusNames))
}

// ConntrackTCPFlags are the kernel's bits about one side of a TCP connection
// (IP_CT_TCP_FLAG_*).
type ConntrackTCPFlags uint8

var conntrackTCPFlagNames = []string{
	"WINDOW_SCALE", "SACK_PERM", "CLOSE_INIT", "BE_LIBERAL", "DATA_UNACKNOWLEDGED", "MAXACK_SET",
}

// String lists the bits as Open vSwitch does, joined by "|". It knows those up to
// MAXACK_SET and passes over the others.
func (f ConntrackTCPFlags) String() string {
	return string(appendBitNames(nil, uint64(f), conntrackTCPFlagNames))
}

// appendBitNames writes the names of the bits that are set and have one, or "0".
func appendBitNames(dst []byte, v uint64, names []string) []byte {
	start := len(dst)
	for i, name := range names {
		if v&(1<<i) == 0 {
			continue
		}
		if len(dst) > start {
			dst = append(dst, '|')
		}
		dst = append(dst, name...)
	}
	if len(dst) == start {
		dst = append(dst, '0')
	}
	return dst
}

// ConntrackTCPState is a state of a TCP connection, numbered as Open vSwitch
// does, from which the kernel's names differ.
type ConntrackTCPState uint8

// The states of a TCP connection.
const (
	ConntrackTCPClosed ConntrackTCPState = iota
	ConntrackTCPListen
	ConntrackTCPSynSent
	ConntrackTCPSynRecv
	ConntrackTCPEstablished
	ConntrackTCPCloseWait
	ConntrackTCPFinWait1
	ConntrackTCPClosing // the kernel's CLOSE: reset
	ConntrackTCPLastAck
	ConntrackTCPFinWait2
	ConntrackTCPTimeWait
	numConntrackTCPStates
)

var conntrackTCPStateNames = [numConntrackTCPStates]string{
	"CLOSED", "LISTEN", "SYN_SENT", "SYN_RECV", "ESTABLISHED", "CLOSE_WAIT", "FIN_WAIT_1", "CLOSING", "LAST_ACK",
	"FIN_WAIT_2", "TIME_WAIT",
}

// String returns the name of the state, such as SYN_SENT.
func (s ConntrackTCPState) String() string {
	if int(s) < len(conntrackTCPStateNames) {
		return conntrackTCPStateNames[s]
	}
	return fmt.Sprintf("[%d]", uint8(s))
}

// coalesce returns the state that stands for s where user space and the kernel
// see a connection differently, as listings and counts show it.
func (s ConntrackTCPState) coalesce() ConntrackTCPState {
	switch s {
	case ConntrackTCPFinWait2:
		return ConntrackTCPTimeWait
	case ConntrackTCPSynRecv:
		return ConntrackTCPEstablished
	}
	return s
}

// ConntrackSCTPState is a state of an SCTP association, numbered as Open vSwitch
// does.
type ConntrackSCTPState uint8

// The states of an SCTP association.
const (
	ConntrackSCTPClosed ConntrackSCTPState = iota
	ConntrackSCTPCookieWait
	ConntrackSCTPCookieEchoed
	ConntrackSCTPEstablished
	ConntrackSCTPShutdownSent
	ConntrackSCTPShutdownRecd
	ConntrackSCTPShutdownAckSent
	ConntrackSCTPHeartbeatSent
	ConntrackSCTPHeartbeatAcked
	numConntrackSCTPStates
)

var conntrackSCTPStateNames = [numConntrackSCTPStates]string{
	"CLOSED", "COOKIE_WAIT", "COOKIE_ECHOED", "ESTABLISHED", "SHUTDOWN_SENT", "SHUTDOWN_RECD", "SHUTDOWN_ACK_SENT",
	"HEARTBEAT_SENT", "HEARTBEAT_ACKED",
}

// String returns the name of the state, such as COOKIE_WAIT.
func (s ConntrackSCTPState) String() string {
	if int(s) < len(conntrackSCTPStateNames) {
		return conntrackSCTPStateNames[s]
	}
	return fmt.Sprintf("[%d]", uint8(s))
}
