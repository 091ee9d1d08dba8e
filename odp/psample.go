package odp

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/mdlayher/netlink"

	"github.com/go-odp/odp/odp/internal/ovsh"
)

// The kernel's psample family hands out samples of packets: those of the psample
// action of a datapath (Linux 6.11), of the sample action of traffic control,
// and of network devices. Samples belong to numbered groups.

// The multicast groups of the family psample.
const (
	psampleGroupConfig  = "config"
	psampleGroupPackets = "packets"
)

// Sample is a sampled packet. Its memory is its own.
type Sample struct {
	Group uint32
	// Sequence counts the samples of the group from 0 on. The samples of a
	// datapath are not counted: the number of each is 0.
	Sequence uint32
	// Lost is how many samples of the group were missed before this one, as far as
	// the sequence tells.
	Lost uint32

	// Rate is one in how many packets is sampled. If IsProbability is set, as for
	// a datapath's samples, it is the probability of a sample instead, from 0 to
	// 2^32-1 for always.
	Rate          uint32
	IsProbability bool

	// InIfindex and OutIfindex are the interfaces that the packet came in by and
	// goes out of, as far as the sampler knows; 0 for none. The kernel keeps the
	// lower 16 bits of them.
	InIfindex, OutIfindex int

	Data         []byte // the packet, or the beginning of it
	OriginalSize uint32 // length of the whole packet
	// Protocol is the packet's EtherType (Linux 5.13), 0 if not told.
	Protocol uint16

	// Cookie is what the psample action says to send along, up to 16 bytes; nil
	// for none.
	Cookie []byte
	// Tunnel is the tunnel that the packet came by, as attributes
	// OVS_TUNNEL_KEY_ATTR_*, whose numbers are also psample's; nil for none.
	Tunnel Attrs

	// Timestamp is when the packet was sampled, by the real-time clock (Linux
	// 5.13); zero if not told.
	Timestamp time.Time
	// What devices tell of their queues: the traffic class that the packet goes
	// out by, how many bytes wait there, and how long the packet waited.
	OutTC          uint16
	OutTCOccupancy uint64
	Latency        time.Duration
	// HasOutTC and the like tell which of these the sampler gave.
	HasOutTC, HasOutTCOccupancy, HasLatency bool
}

// Probability returns how likely a packet is to be sampled, from 0 to 1.
func (s *Sample) Probability() float64 {
	switch {
	case s.IsProbability:
		return float64(s.Rate) / (1<<32 - 1)
	case s.Rate == 0:
		return 0
	}
	return 1 / float64(s.Rate)
}

// TunnelKey returns the tunnel as a flow key to read its fields from, empty if
// the packet came by none.
func (s *Sample) TunnelKey() Match { return tunnelKey(s.Tunnel) }

// String describes the sample in a line.
func (s *Sample) String() string {
	b := fmt.Appendf(nil, "group %d, sequence %d, ", s.Group, s.Sequence)
	if s.IsProbability {
		b = fmt.Appendf(b, "probability %.4g", s.Probability())
	} else {
		b = fmt.Appendf(b, "1 in %d", s.Rate)
	}
	b = fmt.Appendf(b, ", %d of %d bytes", len(s.Data), s.OriginalSize)
	if s.InIfindex != 0 {
		b = fmt.Appendf(b, ", in %d", s.InIfindex)
	}
	if s.OutIfindex != 0 {
		b = fmt.Appendf(b, ", out %d", s.OutIfindex)
	}
	if s.Cookie != nil {
		b = fmt.Appendf(b, ", cookie %x", s.Cookie)
	}
	if s.Tunnel != nil {
		b = append(append(b, ", "...), s.TunnelKey().String()...)
	}
	return string(b)
}

// PsampleGroup is a group of samples that something in the kernel uses.
type PsampleGroup struct {
	Number uint32
	// Sequence is the number of the next sample of the group.
	Sequence uint32
	Users    uint32 // flows and filters with actions that sample into it
}

var errNoSample = errors.New("sample without a group or sequence number")

// psampleMessage splits a message of the family psample.
func psampleMessage(m message) (cmd uint8, a Attrs, err error) {
	if len(m.data) < genlHeaderLen {
		return 0, nil, errShortHeader
	}
	return m.data[0], Attrs(m.data[genlHeaderLen:]), nil
}

// decode reads a sample, whose bytes it copies.
func (s *Sample) decode(a Attrs) error {
	*s = Sample{}
	var dec decoder
	hasGroup, hasSequence := false, false
	dec.attrs(a, func(id uint16, p []byte) {
		switch id {
		case ovsh.PsampleAttrSampleGroup:
			s.Group, hasGroup = dec.uint32("group", p), true
		case ovsh.PsampleAttrGroupSeq:
			s.Sequence, hasSequence = dec.uint32("sequence number", p), true
		case ovsh.PsampleAttrSampleRate:
			s.Rate = dec.uint32("rate", p)
		case ovsh.PsampleAttrSampleProbability:
			s.IsProbability = true
		case ovsh.PsampleAttrIIfIndex:
			s.InIfindex = dec.ifindex("input interface", p)
		case ovsh.PsampleAttrOIfIndex:
			s.OutIfindex = dec.ifindex("output interface", p)
		case ovsh.PsampleAttrOrigsize:
			s.OriginalSize = dec.uint32("original size", p)
		case ovsh.PsampleAttrData:
			s.Data = slices.Clone(p)
		case ovsh.PsampleAttrProto:
			s.Protocol = dec.uint16("protocol", p)
		case ovsh.PsampleAttrUserCookie:
			s.Cookie = slices.Clone(p)
		case ovsh.PsampleAttrTunnel:
			s.Tunnel = Attrs(p).Clone()
		case ovsh.PsampleAttrTimestamp:
			s.Timestamp = nanoseconds(dec.uint64("timestamp", p))
		case ovsh.PsampleAttrOutTC:
			s.OutTC, s.HasOutTC = dec.uint16("traffic class", p), true
		case ovsh.PsampleAttrOutTCOcc:
			s.OutTCOccupancy, s.HasOutTCOccupancy = dec.uint64("occupancy", p), true
		case ovsh.PsampleAttrLatency:
			s.Latency, s.HasLatency = time.Duration(dec.uint64("latency", p)), true
		}
	})
	switch {
	case dec.err != nil:
		return fmt.Errorf("sample: %w", dec.err)
	case !hasGroup || !hasSequence:
		return errNoSample
	}
	return nil
}

// ifindex reads an interface index of 16 or 32 bits.
func (d *decoder) ifindex(what string, p []byte) int {
	if len(p) >= 4 {
		return int(binary.NativeEndian.Uint32(p))
	}
	return int(d.uint16(what, p))
}

func (g *PsampleGroup) decode(a Attrs) error {
	*g = PsampleGroup{}
	var dec decoder
	has := false
	dec.attrs(a, func(id uint16, p []byte) {
		switch id {
		case ovsh.PsampleAttrSampleGroup:
			g.Number, has = dec.uint32("group", p), true
		case ovsh.PsampleAttrGroupSeq:
			g.Sequence = dec.uint32("sequence number", p)
		case ovsh.PsampleAttrGroupRefcount:
			g.Users = dec.uint32("number of users", p)
		}
	})
	switch {
	case dec.err != nil:
		return fmt.Errorf("sample group: %w", dec.err)
	case !has:
		return errors.New("sample group without a number")
	}
	return nil
}

// PsampleGroups returns the groups of samples that are in use in the network
// namespace. A kernel without the family psample is an [ErrNotSupported].
func (c *Conn) PsampleGroups() ([]PsampleGroup, error) {
	const op = "psample groups"
	fam, err := c.extra(familyPsample)
	if err != nil {
		return nil, &OpError{Op: op, Err: err}
	}
	s, err := c.open(c.cfg.ReadBuffer)
	if err != nil {
		return nil, &OpError{Op: op, Err: err}
	}
	defer func() { _ = s.Close() }() // nothing was written that a failure could lose

	nl := nlSocket{sock: s, buf: make([]byte, recvBufferLen)}
	nl.begin(fam.ID, netlink.Dump)
	nl.req = append(nl.req, ovsh.PsampleCmdGetGroup, fam.Version, 0, 0)
	nl.end()
	var groups []PsampleGroup
	err = nl.dump(func(m message) error {
		_, a, err := psampleMessage(m)
		if err != nil {
			return err
		}
		var g PsampleGroup
		if err := g.decode(a); err != nil {
			return err
		}
		groups = append(groups, g)
		return nil
	})
	if err != nil {
		return groups, refusalError(op, "", err, reason)
	}
	return groups, nil
}
