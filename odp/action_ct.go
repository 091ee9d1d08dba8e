package odp

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/go-odp/odp/odp/internal/ovsh"
)

// ctRows are the attributes of the ct action, in the order in which OVS prints
// them.
var ctRows = []Row{
	{ID: ovsh.CTAttrCommit, Name: "commit", Layout: LayoutFlag, Doc: "keep the connection beyond this packet"},
	{
		ID: ovsh.CTAttrForceCommit, Name: "force_commit", Layout: LayoutFlag,
		Doc: "as commit; a connection of the other direction is replaced",
	},
	{
		ID: ovsh.CTAttrZone, Name: "zone", Size: 2, Doc: "connection tracking zone, 0 if not given",
		Fields: []Field{{Kind: KindDec, Width: 2, Host: true, Implied: implied(0)}},
	},
	{
		ID: ovsh.CTAttrMark, Name: "mark", Layout: LayoutMasked, Size: 4, Doc: "bits of the mark to set, with commit",
		Fields: []Field{{Kind: KindHex, Width: 4, Host: true, MaskAlways: true}},
	},
	{
		ID: ovsh.CTAttrLabels, Name: "label", Layout: LayoutMasked, Size: 16, Doc: "bits of the label to set, with commit",
		Fields: []Field{{Kind: KindUint128, Width: 16, Host: true}},
	},
	{
		ID: ovsh.CTAttrHelper, Name: "helper", Layout: LayoutString, Size: 16,
		Doc: "protocol helper, such as ftp, for connections that are committed",
	},
	{
		ID: ovsh.CTAttrTimeout, Name: "timeout", Layout: LayoutString, Size: 32,
		Doc: "name of the timeout policy for connections that are committed",
	},
	{
		ID: ovsh.CTAttrEventMask, Name: "eventmask", Size: 4,
		Doc: "connection tracking events to report, as bits of enum ip_conntrack_events; " +
			"Open vSwitch neither reads nor prints it",
		Fields: []Field{{Kind: KindHex, Width: 4, Host: true}},
	},
	{
		ID: ovsh.CTAttrNAT, Name: "nat", Layout: LayoutNested, EmptyBare: true, Rows: natRows, text: &natText,
		Doc: "translate addresses: with src or dst as committed connections are to be, without as they were",
	},
}

// natRows are the attributes of nat. In text the range follows src or dst:
// nat(src=10.0.0.1-10.0.0.9:1024-2047,random).
var natRows = []Row{
	{ID: ovsh.NATAttrSrc, Name: "src", Layout: LayoutFlag, Value: true, Doc: "translate the source, to ADDRESS[-ADDRESS][:PORT[-PORT]] if given"},
	{ID: ovsh.NATAttrDst, Name: "dst", Layout: LayoutFlag, Value: true, Doc: "translate the destination, to ADDRESS[-ADDRESS][:PORT[-PORT]] if given"},
	{ID: ovsh.NATAttrIPMin, Name: "ip_min", Layout: LayoutAddress, Doc: "first address"},
	{ID: ovsh.NATAttrIPMax, Name: "ip_max", Layout: LayoutAddress, Doc: "last address"},
	{ID: ovsh.NATAttrProtoMin, Name: "proto_min", Size: 2, Fields: number(KindDec, 2), Doc: "first port"},
	{ID: ovsh.NATAttrProtoMax, Name: "proto_max", Size: 2, Fields: number(KindDec, 2), Doc: "last port"},
	{ID: ovsh.NATAttrPersistent, Name: "persistent", Layout: LayoutFlag, Doc: "keep the mapping over a restart"},
	{ID: ovsh.NATAttrProtoHash, Name: "hash", Layout: LayoutFlag, Doc: "choose the port by hash"},
	{ID: ovsh.NATAttrProtoRandom, Name: "random", Layout: LayoutFlag, Doc: "choose the port at random"},
}

var natText = textHooks{format: appendNAT, parse: (*parser).nat, valid: validNAT}

// nat is a nat attribute taken apart.
type nat struct {
	src, dst, persistent, hash, random bool

	ipMin, ipMax       netip.Addr
	protoMin, protoMax uint16 // 0 for none
}

// read takes the attribute apart. It reports false for one that OVS text cannot
// say, which no kernel accepts.
func (n *nat) read(val []byte) bool {
	for id, v := range Attrs(val).All() {
		row := natRow(id)
		if row == nil || !row.fitsSimple(v) {
			return false
		}
		switch id {
		case ovsh.NATAttrSrc:
			n.src = true
		case ovsh.NATAttrDst:
			n.dst = true
		case ovsh.NATAttrIPMin:
			n.ipMin, _ = netip.AddrFromSlice(v)
		case ovsh.NATAttrIPMax:
			n.ipMax, _ = netip.AddrFromSlice(v)
		case ovsh.NATAttrProtoMin:
			n.protoMin = uint16(row.Fields[0].load(v))
		case ovsh.NATAttrProtoMax:
			n.protoMax = uint16(row.Fields[0].load(v))
		case ovsh.NATAttrPersistent:
			n.persistent = true
		case ovsh.NATAttrProtoHash:
			n.hash = true
		case ovsh.NATAttrProtoRandom:
			n.random = true
		}
	}
	return n.check() == nil
}

// fitsSimple is validPayload for the layouts of nat.
func (r *Row) fitsSimple(val []byte) bool {
	if r.Layout == LayoutAddress {
		return len(val) == 4 || len(val) == 16
	}
	return len(val) == r.Size
}

func natRow(id uint16) *Row {
	for i := range natRows {
		if natRows[i].ID == id {
			return &natRows[i]
		}
	}
	return nil
}

// check tells what is wrong with the combination.
func (n *nat) check() error {
	switch {
	case n.src && n.dst:
		return errors.New("src or dst, not both")
	case !n.src && !n.dst && (*n != nat{}):
		return errors.New("src or dst with these options")
	case n.hash && n.random:
		return errors.New("hash or random, not both")
	case n.protoMin != 0 && !n.ipMin.IsValid():
		return errors.New("an address before the ports")
	case n.ipMax.IsValid() && n.ipMax.BitLen() != n.ipMin.BitLen():
		return errors.New("two addresses of one family")
	case n.ipMax.IsValid() && n.ipMax.Less(n.ipMin):
		return fmt.Errorf("a last address of at least %s", n.ipMin)
	case n.protoMax != 0 && n.protoMax < n.protoMin:
		return fmt.Errorf("a last port of at least %d", max(n.protoMin, 1))
	}
	return nil
}

func validNAT(val []byte) bool { return new(nat).read(val) }

// appendNAT writes what stands in the parentheses of nat, nothing for the plain
// form.
func appendNAT(dst []byte, val []byte) []byte {
	var n nat
	if !n.read(val) || !n.src && !n.dst {
		return dst
	}
	if n.src {
		dst = append(dst, "src"...)
	} else {
		dst = append(dst, "dst"...)
	}
	if n.ipMin.IsValid() {
		dst = append(dst, '=')
		dst = n.appendAddr(dst, n.ipMin)
		if n.ipMax.IsValid() && n.ipMax != n.ipMin {
			dst = append(dst, '-')
			dst = n.appendAddr(dst, n.ipMax)
		}
		if n.protoMin != 0 {
			dst = fmt.Appendf(dst, ":%d", n.protoMin)
			if n.protoMax != 0 && n.protoMax != n.protoMin {
				dst = fmt.Appendf(dst, "-%d", n.protoMax)
			}
		}
	}
	for _, flag := range []struct {
		on   bool
		name string
	}{{n.persistent, ",persistent"}, {n.hash, ",hash"}, {n.random, ",random"}} {
		if flag.on {
			dst = append(dst, flag.name...)
		}
	}
	return dst
}

// appendAddr writes an address, one of IPv6 in brackets where ports follow.
func (n *nat) appendAddr(dst []byte, a netip.Addr) []byte {
	if a.Is4() {
		return a.AppendTo(dst)
	}
	if n.protoMin == 0 {
		return appendIPv6(dst, a.As16())
	}
	dst = append(dst, '[')
	dst = appendIPv6(dst, a.As16())
	return append(dst, ']')
}

// nat reads what appendNAT writes into the node's payload.
func (p *parser) nat(nd *node) error {
	var n nat
	for p.separators(); !p.done() && p.peek() != ')'; p.separators() {
		at := p.pos
		var err error
		switch name := p.while(isWord); name {
		case "src":
			n.src = true
			err = p.natRange(&n)
		case "dst":
			n.dst = true
			err = p.natRange(&n)
		case "persistent":
			n.persistent = true
		case "hash":
			n.hash = true
		case "random":
			n.random = true
		default:
			return p.failName(at, "src, dst, persistent, hash or random", name, []string{"src", "dst", "persistent", "hash", "random"})
		}
		if err != nil {
			return err
		}
		if err := n.check(); err != nil && p.peek() != ',' {
			p.pos = at
			return p.fail(err.Error())
		}
	}
	if err := n.check(); err != nil {
		return p.fail(err.Error())
	}
	nd.val = n.encode()
	return nil
}

func (p *parser) natRange(n *nat) (err error) {
	if !p.accept("=") {
		return nil
	}
	if n.ipMin, err = p.natAddr(); err != nil {
		return err
	}
	if p.accept("-") {
		if n.ipMax, err = p.natAddr(); err != nil {
			return err
		}
	}
	if !p.accept(":") {
		return nil
	}
	if n.protoMin, err = p.natPort(); err == nil && p.accept("-") {
		n.protoMax, err = p.natPort()
	}
	return err
}

func (p *parser) natPort() (uint16, error) {
	at := p.pos
	v, err := p.number(0xffff)
	if err == nil && v == 0 {
		p.pos = at
		return 0, p.fail("a port number from 1 to 65535")
	}
	return uint16(v), err
}

// natAddr reads an address. One of IPv6 without brackets ends where it must:
// nothing but the brackets tells its last group from a port.
func (p *parser) natAddr() (netip.Addr, error) {
	at := p.pos
	bracket := p.accept("[")
	word := p.while(func(c byte) bool { return isHex(c) || c == '.' || c == ':' })
	if i := indexPort(word); !bracket && i >= 0 {
		p.pos -= len(word) - i
		word = word[:i]
	}
	a, err := netip.ParseAddr(word)
	if err == nil && bracket {
		if a.Is4() {
			err = errors.New("not IPv6")
		} else if err := p.expect("]"); err != nil {
			return a, err
		}
	}
	if err != nil {
		p.pos = at
		return a, p.fail("an IP address")
	}
	return a, nil
}

// indexPort finds the colon before the port of an IPv4 address.
func indexPort(word string) int {
	dots := 0
	for i := range len(word) {
		switch word[i] {
		case '.':
			dots++
		case ':':
			if dots == 3 {
				return i
			}
			return -1
		}
	}
	return -1
}

func (n *nat) encode() []byte {
	var dst []byte
	flag := func(on bool, id uint16) {
		if on {
			dst = appendAttr(dst, id, nil)
		}
	}
	port := func(v uint16, id uint16) {
		if v != 0 {
			b := make([]byte, 2)
			natRow(id).Fields[0].store(b, uint64(v))
			dst = appendAttr(dst, id, b)
		}
	}
	flag(n.src, ovsh.NATAttrSrc)
	flag(n.dst, ovsh.NATAttrDst)
	if n.ipMin.IsValid() {
		dst = appendAttr(dst, ovsh.NATAttrIPMin, n.ipMin.AsSlice())
	}
	if n.ipMax.IsValid() && n.ipMax != n.ipMin {
		dst = appendAttr(dst, ovsh.NATAttrIPMax, n.ipMax.AsSlice())
	}
	port(n.protoMin, ovsh.NATAttrProtoMin)
	if n.protoMax != n.protoMin {
		port(n.protoMax, ovsh.NATAttrProtoMax)
	}
	flag(n.persistent, ovsh.NATAttrPersistent)
	flag(n.hash, ovsh.NATAttrProtoHash)
	flag(n.random, ovsh.NATAttrProtoRandom)
	return dst
}
