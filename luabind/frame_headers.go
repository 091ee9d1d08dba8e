package luabind

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// The headers that gopacket lacks, or that it does not give back bit for bit.

// vlanTag is a tag with the EtherType that announces it, which on the wire
// belongs to the header before it.
type vlanTag struct {
	layers.Dot1Q
	tpid uint16
}

// tcpHeader is a TCP header with all 12 flag bits.
type tcpHeader struct {
	layers.TCP
	reserved uint16 // the three bits beside the NS flag, in place
}

const tcpReserved = 0x0e00

func (t *tcpHeader) SerializeTo(b gopacket.SerializeBuffer, opts gopacket.SerializeOptions) error {
	if err := t.TCP.SerializeTo(b, opts); err != nil {
		return err
	}
	head := b.Bytes()
	binary.BigEndian.PutUint16(head[12:], binary.BigEndian.Uint16(head[12:])|t.reserved)
	if opts.ComputeChecksums {
		t.Checksum = gopacket.FoldChecksum(uint32(^t.Checksum) + uint32(t.reserved))
		binary.BigEndian.PutUint16(head[16:], t.Checksum)
	}
	return nil
}

func (t *tcpHeader) flags() *[9]*bool {
	return &[9]*bool{&t.FIN, &t.SYN, &t.RST, &t.PSH, &t.ACK, &t.URG, &t.ECE, &t.CWR, &t.NS}
}

// sctpHeader is an SCTP header whose checksum may be chosen.
type sctpHeader struct{ layers.SCTP }

func (s *sctpHeader) SerializeTo(b gopacket.SerializeBuffer, opts gopacket.SerializeOptions) error {
	if err := s.SCTP.SerializeTo(b, opts); err != nil {
		return err
	}
	sum := b.Bytes()[8:12]
	if opts.ComputeChecksums {
		s.Checksum = binary.BigEndian.Uint32(sum)
	} else {
		binary.BigEndian.PutUint32(sum, s.Checksum)
	}
	return nil
}

// header is the part that our own headers share.
type header struct{}

func (header) LayerType() gopacket.LayerType { return gopacket.LayerTypePayload }

var errShort = errors.New("the header is cut off")

// extension is one IPv6 extension header: hop-by-hop and destination options,
// routing, fragment and authentication.
type extension struct {
	header
	kind uint8 // its protocol number, which the header before it holds
	next uint8
	size uint8  // the length byte; reserved in a fragment header
	data []byte // what follows the first two bytes
}

const (
	extHopByHop       = 0
	extRouting        = 43
	extFragment       = 44
	extAuthentication = 51
	extDestination    = 60
)

// sizeByte is the length byte that belongs to the data.
func (e *extension) sizeByte() (uint8, error) {
	n := len(e.data) + 2
	switch {
	case e.kind == extFragment && n == 8:
		return 0, nil
	case e.kind == extAuthentication && n >= 8 && n%4 == 0 && n <= 4*257:
		return uint8(n/4 - 2), nil
	case e.kind != extFragment && e.kind != extAuthentication && n >= 8 && n%8 == 0 && n <= 8*256:
		return uint8(n/8 - 1), nil
	}
	return 0, fmt.Errorf("data of %d bytes do not fit an extension header of type %d: with 2 more bytes they must fill units of 8 "+
		"(4 for type %d; exactly 8 for type %d)", n-2, e.kind, extAuthentication, extFragment)
}

func (e *extension) SerializeTo(b gopacket.SerializeBuffer, opts gopacket.SerializeOptions) error {
	if opts.FixLengths {
		size, err := e.sizeByte()
		if err != nil {
			return err
		}
		e.size = size
	}
	out, err := b.PrependBytes(2 + len(e.data))
	if err != nil {
		return err
	}
	out[0], out[1] = e.next, e.size
	copy(out[2:], e.data)
	return nil
}

func (e *extension) decode(data []byte) (int, error) {
	if len(data) < 8 {
		return 0, errShort
	}
	n := (int(data[1]) + 1) * 8
	switch e.kind {
	case extFragment:
		n = 8
	case extAuthentication:
		n = (int(data[1]) + 2) * 4
	}
	if n > len(data) {
		return 0, errShort
	}
	e.next, e.size, e.data = data[0], data[1], data[2:n]
	return n, nil
}

// later reports whether what follows is not the beginning of a packet.
func (e *extension) later() bool {
	return e.kind == extFragment && len(e.data) >= 2 && binary.BigEndian.Uint16(e.data)&0xfff8 != 0
}

// neighbour is what follows the ICMPv6 header of a neighbour solicitation or
// advertisement.
type neighbour struct {
	header
	reserved       uint32
	target         []byte
	sll, tll       []byte
	hasSLL, hasTLL bool
}

// Options of neighbour discovery that carry a link-layer address.
const (
	ndSourceAddress = 1
	ndTargetAddress = 2
)

func (n *neighbour) SerializeTo(b gopacket.SerializeBuffer, _ gopacket.SerializeOptions) error {
	out := binary.BigEndian.AppendUint32(nil, n.reserved)
	out = append(out, n.target...)
	if n.hasSLL {
		out = append(append(out, ndSourceAddress, 1), n.sll...)
	}
	if n.hasTLL {
		out = append(append(out, ndTargetAddress, 1), n.tll...)
	}
	return prepend(b, out)
}

// decode takes the options that it knows; others stay in the payload.
func (n *neighbour) decode(data []byte) (int, error) {
	if len(data) < 20 {
		return 0, errShort
	}
	n.reserved, n.target = binary.BigEndian.Uint32(data), data[4:20]
	at := 20
	for len(data)-at >= 8 && data[at+1] == 1 {
		address := data[at+2 : at+8]
		switch {
		case data[at] == ndSourceAddress && !n.hasSLL && !n.hasTLL:
			n.sll, n.hasSLL = address, true
		case data[at] == ndTargetAddress && !n.hasTLL:
			n.tll, n.hasTLL = address, true
		default:
			return at, nil
		}
		at += 8
	}
	return at, nil
}

// nshHeader is a network service header (RFC 8300).
type nshHeader struct {
	header
	version, flags, ttl uint8
	length              uint8 // of the header, in units of 4 bytes
	mdtype, np          uint8
	spi                 uint32
	si                  uint8
	context             [4]uint32 // of metadata type 1
	metadata            []byte    // of any other type
}

func (h *nshHeader) SerializeTo(b gopacket.SerializeBuffer, opts gopacket.SerializeOptions) error {
	metadata := h.metadata
	if h.mdtype == 1 {
		metadata = nil
		for _, c := range h.context {
			metadata = binary.BigEndian.AppendUint32(metadata, c)
		}
	}
	if opts.FixLengths {
		h.length = uint8(2 + len(metadata)/4)
	}
	out := binary.BigEndian.AppendUint16(nil, uint16(h.version)<<14|uint16(h.flags)<<12|uint16(h.ttl)<<6|uint16(h.length))
	out = append(out, h.mdtype, h.np)
	out = binary.BigEndian.AppendUint32(out, h.spi<<8|uint32(h.si))
	return prepend(b, append(out, metadata...))
}

func (h *nshHeader) decode(data []byte) (int, error) {
	if len(data) < 8 {
		return 0, errShort
	}
	first := binary.BigEndian.Uint16(data)
	h.version, h.flags = uint8(first>>14), uint8(first>>12)&3
	h.ttl, h.length = uint8(first>>6)&63, uint8(first)&63
	h.mdtype, h.np = data[2]&15, data[3]
	path := binary.BigEndian.Uint32(data[4:])
	h.spi, h.si = path>>8, uint8(path)
	n := int(h.length) * 4
	if n < 8 || n > len(data) {
		return 0, errShort
	}
	if h.mdtype != 1 {
		h.metadata = data[8:n]
		return n, nil
	}
	if n != 24 {
		return 0, fmt.Errorf("metadata type 1 has 24 bytes, this has %d", n)
	}
	for i := range h.context {
		h.context[i] = binary.BigEndian.Uint32(data[8+4*i:])
	}
	return n, nil
}

// erspanHeader is an ERSPAN header of version 1 (type II) or 2 (type III).
type erspanHeader struct {
	header
	version, cos, encap uint8
	truncated           bool
	vlan, session       uint16
	index               uint32 // version 1: 20 bits
	timestamp           uint32 // version 2, this and the rest
	sgt                 uint16
	hwid, dir           uint8
	rest                uint16 // the last 16 bits without hwid and dir
}

func (h *erspanHeader) SerializeTo(b gopacket.SerializeBuffer, _ gopacket.SerializeOptions) error {
	out := binary.BigEndian.AppendUint16(nil, uint16(h.version)<<12|h.vlan)
	second := uint16(h.cos)<<13 | uint16(h.encap)<<11 | h.session
	if h.truncated {
		second |= 1 << 10
	}
	out = binary.BigEndian.AppendUint16(out, second)
	if h.version == 2 {
		out = binary.BigEndian.AppendUint32(out, h.timestamp)
		out = binary.BigEndian.AppendUint16(out, h.sgt)
		return prepend(b, binary.BigEndian.AppendUint16(out, h.rest|uint16(h.hwid)<<4|uint16(h.dir)<<3))
	}
	return prepend(b, binary.BigEndian.AppendUint32(out, h.index))
}

func (h *erspanHeader) decode(data []byte) (int, error) {
	if len(data) < 8 {
		return 0, errShort
	}
	first, second := binary.BigEndian.Uint16(data), binary.BigEndian.Uint16(data[2:])
	h.version, h.vlan = uint8(first>>12), first&0xfff
	h.cos, h.encap, h.truncated, h.session = uint8(second>>13), uint8(second>>11)&3, second&(1<<10) != 0, second&0x3ff
	switch {
	case h.version == 1:
		h.index = binary.BigEndian.Uint32(data[4:])
		return 8, nil
	case h.version == 2 && len(data) >= 12:
		h.timestamp, h.sgt = binary.BigEndian.Uint32(data[4:]), binary.BigEndian.Uint16(data[8:])
		last := binary.BigEndian.Uint16(data[10:])
		h.hwid, h.dir, h.rest = uint8(last>>4)&63, uint8(last>>3)&1, last&^uint16(0x3f8)
		return 12, nil
	case h.version == 2:
		return 0, errShort
	}
	return 0, fmt.Errorf("version %d is not known", h.version)
}

// prepend puts a header before what the buffer holds.
func prepend(b gopacket.SerializeBuffer, header []byte) error {
	out, err := b.PrependBytes(len(header))
	if err != nil {
		return err
	}
	copy(out, header)
	return nil
}
