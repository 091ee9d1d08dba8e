package odp

import (
	"net/netip"

	"golang.org/x/sys/unix"
)

// ConntrackMatch says which connections are meant, for listings, flushes and
// events. Its zero value means all.
type ConntrackMatch struct {
	Zone    uint16
	HasZone bool

	// Mark and Labels are compared in the bits that their masks have.
	Mark, MarkMask     uint32
	Labels, LabelsMask [16]byte // in the order of the kernel's ct_label

	Proto uint8 // IP protocol number, 0 for any
	// Orig and Reply are compared with the tuples of the same name.
	Orig, Reply ConntrackTupleMatch
}

// ConntrackTupleMatch says which tuples are meant. Its zero value means all.
type ConntrackTupleMatch struct {
	Src, Dst netip.Addr // one that is not valid is any

	SrcPort, DstPort uint16 // 0 is any

	// What ICMP has in place of ports, each compared if its Has field is set.
	ICMPID                              uint16
	ICMPType, ICMPCode                  uint8
	HasICMPID, HasICMPType, HasICMPCode bool
}

// isZero reports whether all tuples are meant.
func (t *ConntrackTupleMatch) isZero() bool { return *t == (ConntrackTupleMatch{}) }

func (t *ConntrackTupleMatch) hasICMP() bool { return t.HasICMPID || t.HasICMPType || t.HasICMPCode }

// isFull reports whether one tuple at most is meant.
func (t *ConntrackTupleMatch) isFull(proto uint8) bool {
	switch {
	case proto == 0 || !t.Src.IsValid() || !t.Dst.IsValid():
		return false
	case isICMP(proto):
		return t.HasICMPID && t.HasICMPType && t.HasICMPCode
	}
	return t.SrcPort != 0 && t.DstPort != 0
}

// tuple returns the tuple that a full match means.
func (t *ConntrackTupleMatch) tuple(proto uint8) ConntrackTuple {
	return ConntrackTuple{
		Src: t.Src, Dst: t.Dst, Proto: proto, SrcPort: t.SrcPort, DstPort: t.DstPort,
		ICMPID: t.ICMPID, ICMPType: t.ICMPType, ICMPCode: t.ICMPCode,
	}
}

func (t *ConntrackTupleMatch) matches(e *ConntrackTuple) bool {
	return (!t.Src.IsValid() || t.Src == e.Src) && (!t.Dst.IsValid() || t.Dst == e.Dst) &&
		(t.SrcPort == 0 || t.SrcPort == e.SrcPort) && (t.DstPort == 0 || t.DstPort == e.DstPort) &&
		(!t.HasICMPID || t.ICMPID == e.ICMPID) && (!t.HasICMPType || t.ICMPType == e.ICMPType) &&
		(!t.HasICMPCode || t.ICMPCode == e.ICMPCode)
}

// Matches reports whether e is one of the connections that are meant.
func (m *ConntrackMatch) Matches(e *ConntrackEntry) bool {
	if m.HasZone && m.Zone != e.Zone || m.Proto != 0 && m.Proto != e.Orig.Proto || (m.Mark^e.Mark)&m.MarkMask != 0 {
		return false
	}
	for i, mask := range m.LabelsMask {
		if (m.Labels[i]^e.Labels[i])&mask != 0 {
			return false
		}
	}
	return m.Orig.matches(&e.Orig) && m.Reply.matches(&e.Reply)
}

// isZero reports whether all connections are meant.
func (m *ConntrackMatch) isZero() bool {
	return !m.HasZone && m.onlyZone()
}

// onlyZone reports whether nothing but the zone tells which are meant.
func (m *ConntrackMatch) onlyZone() bool {
	return m.Proto == 0 && m.MarkMask == 0 && m.LabelsMask == [16]byte{} && m.Orig.isZero() && m.Reply.isZero()
}

// isOne reports whether one connection of a zone at most is meant.
func (m *ConntrackMatch) isOne() bool {
	return m.Orig.isFull(m.Proto) && m.Reply.isZero() && m.MarkMask == 0 && m.LabelsMask == [16]byte{}
}

// Match returns the match that means the connection alone.
func (e *ConntrackEntry) Match() ConntrackMatch {
	t := &e.Orig
	m := ConntrackMatch{Zone: e.Zone, HasZone: true, Proto: t.Proto}
	m.Orig = ConntrackTupleMatch{Src: t.Src, Dst: t.Dst, SrcPort: t.SrcPort, DstPort: t.DstPort}
	if isICMP(t.Proto) {
		m.Orig.ICMPID, m.Orig.ICMPType, m.Orig.ICMPCode = t.ICMPID, t.ICMPType, t.ICMPCode
		m.Orig.HasICMPID, m.Orig.HasICMPType, m.Orig.HasICMPCode = true, true, true
	}
	return m
}

// check refuses a match that no connection can have, which is a mistake of
// whoever made it.
func (m *ConntrackMatch) check(op string) error {
	family := ""
	for _, side := range []struct {
		name string
		t    *ConntrackTupleMatch
	}{{"orig", &m.Orig}, {"reply", &m.Reply}} {
		t := side.t
		for _, a := range []netip.Addr{t.Src, t.Dst} {
			if !a.IsValid() {
				continue
			}
			f := "IPv6"
			if a.Is4() {
				f = "IPv4"
			}
			if family != "" && f != family {
				return &ArgError{Op: op, Arg: side.name, Want: "address " + a.String() + " is " + f + ", others are " + family + ": one family expected"}
			}
			family = f
		}
		switch {
		case (t.SrcPort != 0 || t.DstPort != 0) && m.Proto == 0:
			return &ArgError{Op: op, Arg: side.name, Want: "port without a protocol"}
		case (t.SrcPort != 0 || t.DstPort != 0) && isICMP(m.Proto):
			return &ArgError{Op: op, Arg: side.name, Want: "port with protocol " + ConntrackProtoName(m.Proto) + ", which has ICMP id, type and code"}
		case t.hasICMP() && !isICMP(m.Proto):
			return &ArgError{Op: op, Arg: side.name, Want: "ICMP id, type or code without the protocol icmp or icmpv6"}
		}
	}
	switch {
	case m.Proto == unix.IPPROTO_ICMP && family == "IPv6":
		return &ArgError{Op: op, Arg: "proto", Want: "icmp with IPv6 addresses, icmpv6 expected"}
	case m.Proto == unix.IPPROTO_ICMPV6 && family == "IPv4":
		return &ArgError{Op: op, Arg: "proto", Want: "icmpv6 with IPv4 addresses, icmp expected"}
	}
	return nil
}
