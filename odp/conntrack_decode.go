package odp

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/go-odp/odp/odp/internal/ovsh"
)

// nfHeaderLen is the size of struct nfgenmsg, which stands before the attributes.
const nfHeaderLen = 4

var (
	errShortNF = errors.New("message shorter than its netfilter header")
	errNoTuple = errors.New("connection without its two tuples")
)

// nfAttrs returns the attributes of a message of nfnetlink.
func (m message) nfAttrs() (Attrs, error) {
	if len(m.data) < nfHeaderLen {
		return nil, errShortNF
	}
	return Attrs(m.data[nfHeaderLen:]), nil
}

// be16, be32 and be64 read a number in network byte order.
func (d *decoder) be16(what string, p []byte) uint16 {
	if !d.need(what, p, 2) {
		return 0
	}
	return binary.BigEndian.Uint16(p)
}

func (d *decoder) be32(what string, p []byte) uint32 {
	if !d.need(what, p, 4) {
		return 0
	}
	return binary.BigEndian.Uint32(p)
}

func (d *decoder) be64(what string, p []byte) uint64 {
	if !d.need(what, p, 8) {
		return 0
	}
	return binary.BigEndian.Uint64(p)
}

// decode reads the attributes of a connection into e, replacing what was there.
// Nothing of e shares the memory of a.
//
// It and what it calls walk the attributes themselves and not through a
// function, as a listing calls it for each connection.
func (e *ConntrackEntry) decode(a Attrs) error {
	*e = ConntrackEntry{}
	var dec decoder
	for rest := a; len(rest) > 0; {
		id, p, next, ok := rest.cut()
		if !ok {
			return fmt.Errorf("connection: attribute at byte %d: bad length", len(a)-len(rest))
		}
		rest = next
		e.attr(&dec, id, p)
	}
	switch {
	case dec.err != nil:
		return fmt.Errorf("connection: %w", dec.err)
	case !e.Orig.IsValid() || !e.Reply.IsValid():
		return errNoTuple
	}
	return nil
}

func (e *ConntrackEntry) attr(dec *decoder, id uint16, p []byte) {
	switch id {
	case ovsh.CTATupleOrig:
		e.Orig.decode(dec, p)
	case ovsh.CTATupleReply:
		e.Reply.decode(dec, p)
	case ovsh.CTATupleMaster:
		e.Parent.decode(dec, p)
	case ovsh.CTAZone:
		e.Zone = dec.be16("zone", p)
	case ovsh.CTAID:
		e.ID = dec.be32("id", p)
	case ovsh.CTAStatus:
		e.Status = ConntrackStatus(dec.be32("status", p))
	case ovsh.CTATimeout:
		e.Timeout = dec.be32("timeout", p)
	case ovsh.CTAMark:
		e.Mark = dec.be32("mark", p)
	case ovsh.CTALabels:
		copy(e.Labels[:], p) // as many as the kernel keeps
	case ovsh.CTACountersOrig:
		e.OrigCounters.decode(dec, p)
	case ovsh.CTACountersReply:
		e.ReplyCounters.decode(dec, p)
	case ovsh.CTATimestamp:
		e.timestamp(dec, p)
	case ovsh.CTAProtoinfo:
		e.protoinfo(dec, p)
	case ovsh.CTAHelp:
		e.Helper = named(dec, "helper", ovsh.CTAHelpName, p)
	case ovsh.CTASecctx:
		e.SecurityContext = named(dec, "security context", ovsh.CTASecctxName, p)
	case ovsh.CTAUse:
		e.Use = dec.be32("use count", p)
	}
}

// inner splits the first attribute off those of the nested attribute what. At
// the end, and after bytes that are no attribute, it returns nil for rest.
func inner(dec *decoder, what string, a Attrs) (id uint16, p []byte, rest Attrs) {
	if len(a) == 0 {
		return 0, nil, nil
	}
	id, p, rest, ok := a.cut()
	if !ok {
		if dec.err == nil {
			dec.err = fmt.Errorf("%s: attribute of bad length", what)
		}
		return 0, nil, nil
	}
	if rest == nil {
		rest = Attrs{}
	}
	return id, p, rest
}

func (t *ConntrackTuple) decode(dec *decoder, a Attrs) {
	*t = ConntrackTuple{}
	for id, p, rest := inner(dec, "tuple", a); rest != nil; id, p, rest = inner(dec, "tuple", rest) {
		switch id {
		case ovsh.CTATupleIP:
			t.addresses(dec, p)
		case ovsh.CTATupleProto:
			t.protocol(dec, p)
		case ovsh.CTATupleZone:
			t.Zone, t.HasZone = dec.be16("zone of a tuple", p), true
		}
	}
}

func (t *ConntrackTuple) addresses(dec *decoder, a Attrs) {
	const what = "addresses of a tuple"
	for id, p, rest := inner(dec, what, a); rest != nil; id, p, rest = inner(dec, what, rest) {
		switch id {
		case ovsh.CTAIPV4Src, ovsh.CTAIPV4Dst:
			if !dec.need("IPv4 address", p, 4) {
				return
			}
			addr := netip.AddrFrom4([4]byte(p[:4]))
			if id == ovsh.CTAIPV4Src {
				t.Src = addr
			} else {
				t.Dst = addr
			}
		case ovsh.CTAIPV6Src, ovsh.CTAIPV6Dst:
			if !dec.need("IPv6 address", p, 16) {
				return
			}
			addr := netip.AddrFrom16([16]byte(p[:16]))
			if id == ovsh.CTAIPV6Src {
				t.Src = addr
			} else {
				t.Dst = addr
			}
		}
	}
}

func (t *ConntrackTuple) protocol(dec *decoder, a Attrs) {
	const what = "protocol of a tuple"
	for id, p, rest := inner(dec, what, a); rest != nil; id, p, rest = inner(dec, what, rest) {
		switch id {
		case ovsh.CTAProtoNum:
			t.Proto = dec.uint8("protocol", p)
		case ovsh.CTAProtoSrcPort:
			t.SrcPort = dec.be16("source port", p)
		case ovsh.CTAProtoDstPort:
			t.DstPort = dec.be16("destination port", p)
		case ovsh.CTAProtoICMPID, ovsh.CTAProtoICMPv6ID:
			t.ICMPID = dec.be16("ICMP id", p)
		case ovsh.CTAProtoICMPType, ovsh.CTAProtoICMPv6Type:
			t.ICMPType = dec.uint8("ICMP type", p)
		case ovsh.CTAProtoICMPCode, ovsh.CTAProtoICMPv6Code:
			t.ICMPCode = dec.uint8("ICMP code", p)
		}
	}
}

func (c *ConntrackCounters) decode(dec *decoder, a Attrs) {
	for id, p, rest := inner(dec, "counters", a); rest != nil; id, p, rest = inner(dec, "counters", rest) {
		switch id {
		case ovsh.CTACountersPackets:
			c.Packets = dec.be64("packet counter", p)
		case ovsh.CTACountersBytes:
			c.Bytes = dec.be64("byte counter", p)
		}
	}
}

func (e *ConntrackEntry) timestamp(dec *decoder, a Attrs) {
	for id, p, rest := inner(dec, "timestamp", a); rest != nil; id, p, rest = inner(dec, "timestamp", rest) {
		switch id {
		case ovsh.CTATimestampStart:
			e.Start = nanoseconds(dec.be64("start time", p))
		case ovsh.CTATimestampStop:
			e.Stop = nanoseconds(dec.be64("stop time", p))
		}
	}
}

// nanoseconds converts a kernel time since 1970; 0 is no time.
func nanoseconds(ns uint64) time.Time {
	if ns == 0 {
		return time.Time{}
	}
	return time.Unix(int64(ns/1e9), int64(ns%1e9))
}

func (e *ConntrackEntry) protoinfo(dec *decoder, a Attrs) {
	for id, p, rest := inner(dec, "protocol state", a); rest != nil; id, p, rest = inner(dec, "protocol state", rest) {
		switch id {
		case ovsh.CTAProtoinfoTCP:
			e.Info = ConntrackInfoTCP
			e.TCP.decode(dec, p)
		case ovsh.CTAProtoinfoSCTP:
			e.Info = ConntrackInfoSCTP
			e.SCTP.decode(dec, p)
		}
	}
}

func (t *ConntrackTCP) decode(dec *decoder, a Attrs) {
	for id, p, rest := inner(dec, "TCP state", a); rest != nil; id, p, rest = inner(dec, "TCP state", rest) {
		switch id {
		case ovsh.CTAProtoinfoTCPState:
			t.State = tcpState(dec.uint8("TCP state", p))
		case ovsh.CTAProtoinfoTCPWscaleOrig:
			t.WindowScaleOrig = dec.uint8("window scale", p)
		case ovsh.CTAProtoinfoTCPWscaleReply:
			t.WindowScaleReply = dec.uint8("window scale", p)
		case ovsh.CTAProtoinfoTCPFlagsOrig: // struct nf_ct_tcp_flags: flags and mask
			t.FlagsOrig = ConntrackTCPFlags(dec.uint8("TCP flags", p))
		case ovsh.CTAProtoinfoTCPFlagsReply:
			t.FlagsReply = ConntrackTCPFlags(dec.uint8("TCP flags", p))
		}
	}
}

// tcpState returns the state that Open vSwitch gives a state of the kernel.
func tcpState(kernel uint8) ConntrackTCPState {
	switch kernel {
	case ovsh.TCPConntrackSynSent, ovsh.TCPConntrackSynSent2:
		return ConntrackTCPSynSent
	case ovsh.TCPConntrackSynRecv:
		return ConntrackTCPSynRecv
	case ovsh.TCPConntrackEstablished:
		return ConntrackTCPEstablished
	case ovsh.TCPConntrackFinWait:
		return ConntrackTCPFinWait1
	case ovsh.TCPConntrackCloseWait:
		return ConntrackTCPCloseWait
	case ovsh.TCPConntrackLastAck:
		return ConntrackTCPLastAck
	case ovsh.TCPConntrackTimeWait:
		return ConntrackTCPTimeWait
	case ovsh.TCPConntrackClose:
		return ConntrackTCPClosing
	}
	return ConntrackTCPClosed
}

func (s *ConntrackSCTP) decode(dec *decoder, a Attrs) {
	for id, p, rest := inner(dec, "SCTP state", a); rest != nil; id, p, rest = inner(dec, "SCTP state", rest) {
		switch id {
		case ovsh.CTAProtoinfoSCTPState:
			s.State = sctpState(dec.uint8("SCTP state", p))
		case ovsh.CTAProtoinfoSCTPVtagOrig:
			s.VtagOrig = dec.be32("verification tag", p)
		case ovsh.CTAProtoinfoSCTPVtagReply:
			s.VtagReply = dec.be32("verification tag", p)
		}
	}
}

// sctpState returns the state that Open vSwitch gives a state of the kernel.
func sctpState(kernel uint8) ConntrackSCTPState {
	switch kernel {
	case ovsh.SCTPConntrackCookieWait:
		return ConntrackSCTPCookieWait
	case ovsh.SCTPConntrackCookieEchoed:
		return ConntrackSCTPCookieEchoed
	case ovsh.SCTPConntrackEstablished:
		return ConntrackSCTPEstablished
	case ovsh.SCTPConntrackShutdownSent:
		return ConntrackSCTPShutdownSent
	case ovsh.SCTPConntrackShutdownRecd:
		return ConntrackSCTPShutdownRecd
	case ovsh.SCTPConntrackShutdownAckSent:
		return ConntrackSCTPShutdownAckSent
	case ovsh.SCTPConntrackHeartbeatSent:
		return ConntrackSCTPHeartbeatSent
	case ovsh.SCTPConntrackHeartbeatAcked:
		return ConntrackSCTPHeartbeatAcked
	}
	return ConntrackSCTPClosed
}

// named reads the name in a nested attribute. It copies it only when there is
// one.
func named(dec *decoder, what string, want uint16, a Attrs) (name string) {
	for id, p, rest := inner(dec, what, a); rest != nil; id, p, rest = inner(dec, what, rest) {
		if id == want {
			name = attrString(p)
		}
	}
	return name
}
