package odp

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// String returns the match as the arguments that "ovs-dpctl flush-conntrack"
// takes, which [ParseConntrackMatch] reads; "" for all connections.
func (m ConntrackMatch) String() string { return string(m.AppendText(nil)) }

// AppendText appends what String returns.
func (m *ConntrackMatch) AppendText(dst []byte) []byte {
	start := len(dst)
	word := func() {
		if len(dst) > start {
			dst = append(dst, ' ')
		}
	}
	if m.HasZone {
		dst = appendCount(dst, "zone=", uint64(m.Zone))
	}
	if m.MarkMask != 0 {
		word()
		dst = appendHexLong(append(dst, "mark="...), uint64(m.Mark))
		if m.MarkMask != 1<<32-1 {
			dst = appendHexLong(append(dst, '/'), uint64(m.MarkMask))
		}
	}
	if m.LabelsMask != [16]byte{} {
		word()
		dst = appendUint128(append(dst, "labels="...), labelNumber(m.Labels))
		if !allBytes(m.LabelsMask[:], 0xff) {
			dst = appendUint128(append(dst, '/'), labelNumber(m.LabelsMask))
		}
	}
	if !m.Orig.isZero() || m.Proto != 0 {
		word()
		dst = m.Orig.appendText(dst, m.Proto)
	}
	if !m.Reply.isZero() {
		word()
		if m.Orig.isZero() && m.Proto == 0 {
			dst = append(dst, "'' "...) // the first tuple is the original one
		}
		dst = m.Reply.appendText(dst, 0)
	}
	return dst
}

// appendText writes a tuple. The protocol, which both tuples share, stands in
// the first.
func (t *ConntrackTupleMatch) appendText(dst []byte, proto uint8) []byte {
	start := len(dst)
	field := func(name string) {
		if len(dst) > start {
			dst = append(dst, ',')
		}
		dst = append(dst, name...)
		dst = append(dst, '=')
	}
	number := func(name string, v uint64) {
		field(name)
		dst = strconv.AppendUint(dst, v, 10)
	}
	for _, a := range []struct {
		addr netip.Addr
		end  string
	}{{t.Src, "src"}, {t.Dst, "dst"}} {
		if a.addr.IsValid() {
			name := "ct_ipv6_"
			if a.addr.Is4() {
				name = "ct_nw_"
			}
			field(name + a.end)
			dst = appendAddr(dst, a.addr)
		}
	}
	if proto != 0 {
		number("ct_nw_proto", uint64(proto))
	}
	if t.SrcPort != 0 {
		number("ct_tp_src", uint64(t.SrcPort))
	}
	if t.DstPort != 0 {
		number("ct_tp_dst", uint64(t.DstPort))
	}
	if t.HasICMPID {
		number("icmp_id", uint64(t.ICMPID))
	}
	if t.HasICMPType {
		number("icmp_type", uint64(t.ICMPType))
	}
	if t.HasICMPCode {
		number("icmp_code", uint64(t.ICMPCode))
	}
	return dst
}

// ParseConntrackMatch reads the arguments of "ovs-dpctl flush-conntrack" after
// the datapath: zone=N, mark=N[/MASK], labels=N[/MASK], then a tuple for the
// original direction and one for the reply, such as
//
//	zone=5 ct_nw_src=10.0.0.1,ct_nw_proto=6,ct_tp_dst=80
//
// A tuple may stand in quotes, and is then possibly empty, so that the next one
// is that of the reply. The error is an [ErrSyntax].
//
// Two things are more exact than in Open vSwitch: an address of zeros is that
// address and not any, and an ICMP id, type or code that is not given is any and
// not 0. Protocols may also be given by name.
func ParseConntrackMatch(text string) (ConntrackMatch, error) {
	p := ctParser{text: text}
	if err := p.match(); err != nil {
		return ConntrackMatch{}, err
	}
	return p.m, nil
}

// ctParser reads the text of a match.
type ctParser struct {
	text   string
	pos    int
	m      ConntrackMatch
	tuples int
}

func (p *ctParser) fail(at int, format string, args ...any) error {
	return &SyntaxError{Text: p.text, Offset: at, Expected: fmt.Sprintf(format, args...)}
}

func isBlank(c byte) bool { return strings.IndexByte(" \t\r\n", c) >= 0 }

func (p *ctParser) blanks() {
	for p.pos < len(p.text) && isBlank(p.text[p.pos]) {
		p.pos++
	}
}

// match reads the arguments.
func (p *ctParser) match() error {
	for p.blanks(); p.pos < len(p.text); p.blanks() {
		at := p.pos
		var err error
		switch rest := p.text[at:]; {
		case strings.HasPrefix(rest, "zone="):
			err = p.zone()
		case strings.HasPrefix(rest, "mark="):
			err = p.masked("mark", p.m.MarkMask != 0, 32, func(v, mask [16]byte) {
				p.m.Mark, p.m.MarkMask = low32(v), low32(mask)
			})
		case strings.HasPrefix(rest, "labels="):
			err = p.masked("labels", p.m.LabelsMask != [16]byte{}, 128, func(v, mask [16]byte) {
				p.m.Labels, p.m.LabelsMask = labelNumber(v), labelNumber(mask)
			})
		case p.tuples == 2:
			err = p.fail(at, "the end after two tuples")
		default:
			err = p.tuple()
		}
		if err != nil {
			return err
		}
	}
	if err := p.m.check("conntrack match"); err != nil {
		return p.fail(len(p.text), "a match that connections can have: %s", err.(*ArgError).Want)
	}
	return nil
}

func low32(n [16]byte) uint32 {
	return uint32(n[12])<<24 | uint32(n[13])<<16 | uint32(n[14])<<8 | uint32(n[15])
}

// word takes the bytes up to a blank or a byte of stop.
func (p *ctParser) word(stop string) (at int, s string) {
	at = p.pos
	for p.pos < len(p.text) && !isBlank(p.text[p.pos]) && strings.IndexByte(stop, p.text[p.pos]) < 0 {
		p.pos++
	}
	return at, p.text[at:p.pos]
}

func (p *ctParser) zone() error {
	if p.m.HasZone {
		return p.fail(p.pos, "zone once")
	}
	p.pos += len("zone=")
	at, s := p.word("")
	v, err := strconv.ParseUint(s, 0, 16)
	if err != nil {
		return p.fail(at, "a zone, 0 to 65535")
	}
	p.m.Zone, p.m.HasZone = uint16(v), true
	return nil
}

// masked reads NAME=VALUE or NAME=VALUE/MASK.
func (p *ctParser) masked(name string, again bool, bits int, set func(v, mask [16]byte)) error {
	if again {
		return p.fail(p.pos, "%s once", name)
	}
	p.pos += len(name) + 1
	v, err := p.wide(name, bits)
	if err != nil {
		return err
	}
	var mask [16]byte
	for i := 16 - bits/8; i < 16; i++ {
		mask[i] = 0xff
	}
	if p.pos < len(p.text) && p.text[p.pos] == '/' {
		p.pos++
		at := p.pos
		if mask, err = p.wide("mask of "+name, bits); err != nil {
			return err
		}
		if mask == [16]byte{} {
			return p.fail(at, "a mask other than 0")
		}
	}
	set(v, mask)
	return nil
}

// wide reads a number of up to 128 bits, big-endian.
func (p *ctParser) wide(what string, bits int) (n [16]byte, err error) {
	at, s := p.word("/")
	digits, base := s, 10
	if rest, ok := strings.CutPrefix(strings.ToLower(s), "0x"); ok {
		digits, base = rest, 16
	}
	if digits == "" {
		return n, p.fail(at, "a number for %s", what)
	}
	for i := range len(digits) {
		d, err := strconv.ParseUint(digits[i:i+1], base, 8)
		if err != nil {
			return n, p.fail(at, "a number for %s", what)
		}
		carry := int(d)
		for j := 15; j >= 0; j-- {
			carry += int(n[j]) * base
			n[j] = byte(carry)
			carry >>= 8
		}
		if carry != 0 || !allBytes(n[:16-bits/8], 0) {
			return n, p.fail(at, "a number of %d bits for %s", bits, what)
		}
	}
	return n, nil
}

func ctFieldNames() []string {
	return []string{
		"ct_nw_src", "ct_nw_dst", "ct_ipv6_src", "ct_ipv6_dst", "ct_nw_proto", "ct_tp_src", "ct_tp_dst",
		"icmp_id", "icmp_type", "icmp_code",
	}
}

// tuple reads one tuple: fields separated by commas, in quotes also by blanks.
func (p *ctParser) tuple() error {
	t := &p.m.Orig
	if p.tuples == 1 {
		t = &p.m.Reply
	}
	p.tuples++
	stop := ","
	quote := p.text[p.pos]
	quoted := quote == '\'' || quote == '"'
	if quoted {
		stop += string(quote)
		p.pos++
	}
	seen := map[string]bool{}
	for p.pos < len(p.text) {
		if quoted {
			p.blanks()
			if p.pos < len(p.text) && p.text[p.pos] == quote {
				p.pos++
				return nil
			}
		}
		if err := p.field(t, seen, stop); err != nil {
			return err
		}
		comma := p.pos < len(p.text) && p.text[p.pos] == ','
		for p.pos < len(p.text) && p.text[p.pos] == ',' {
			p.pos++
		}
		if !quoted && !comma {
			return nil
		}
		if comma {
			p.blanks()
		}
	}
	if quoted {
		return p.fail(p.pos, "the closing %c", quote)
	}
	return nil
}

// field reads NAME=VALUE.
func (p *ctParser) field(t *ConntrackTupleMatch, seen map[string]bool, stop string) error {
	at, name := p.word(stop + "=")
	known := false
	for _, n := range ctFieldNames() {
		known = known || n == name
	}
	if !known {
		expected := "a field of a tuple (" + strings.Join(ctFieldNames(), ", ") + ")"
		if p.tuples == 1 {
			expected += ", zone, mark or labels"
		}
		hint := near(name, append(ctFieldNames(), "zone", "mark", "labels"))
		return &SyntaxError{Text: p.text, Offset: at, Expected: expected, Hint: hint}
	}
	if seen[name] || name == "ct_nw_proto" && p.m.Proto != 0 {
		return p.fail(at, "each field once: %s stands before", name)
	}
	seen[name] = true
	if p.pos >= len(p.text) || p.text[p.pos] != '=' {
		return p.fail(p.pos, `"="`)
	}
	p.pos++
	at, s := p.word(stop)
	switch name {
	case "ct_nw_src", "ct_nw_dst", "ct_ipv6_src", "ct_ipv6_dst":
		return p.addr(t, at, name, s)
	case "ct_nw_proto":
		return p.proto(at, s)
	}
	limit := 8
	if strings.HasPrefix(name, "ct_tp_") || name == "icmp_id" {
		limit = 16
	}
	v, err := strconv.ParseUint(s, 0, limit)
	if err != nil {
		return p.fail(at, "a number from 0 to %d", 1<<limit-1)
	}
	switch name {
	case "ct_tp_src":
		t.SrcPort = uint16(v)
	case "ct_tp_dst":
		t.DstPort = uint16(v)
	case "icmp_id":
		t.ICMPID, t.HasICMPID = uint16(v), true
	case "icmp_type":
		t.ICMPType, t.HasICMPType = uint8(v), true
	case "icmp_code":
		t.ICMPCode, t.HasICMPCode = uint8(v), true
	}
	return nil
}

func (p *ctParser) addr(t *ConntrackTupleMatch, at int, name, s string) error {
	a, err := netip.ParseAddr(s)
	v4 := strings.HasPrefix(name, "ct_nw_")
	switch {
	case v4 && (err != nil || !a.Is4()):
		return p.fail(at, "an IPv4 address")
	case !v4 && (err != nil || !a.Is6() || a.Zone() != ""):
		return p.fail(at, "an IPv6 address")
	}
	if strings.HasSuffix(name, "src") {
		t.Src = a
	} else {
		t.Dst = a
	}
	return nil
}

func (p *ctParser) proto(at int, s string) error {
	proto, ok := ConntrackProto(s)
	if !ok || proto == 0 {
		return p.fail(at, "an IP protocol, 1 to 255 or a name such as tcp")
	}
	p.m.Proto = proto
	return nil
}

// ConntrackProto returns the IP protocol of a name such as "tcp" or of a number
// as text.
func ConntrackProto(s string) (proto uint8, ok bool) {
	for _, n := range conntrackProtos {
		if n.Name == s {
			return uint8(n.Value), true
		}
	}
	v, err := strconv.ParseUint(s, 0, 8)
	return uint8(v), err == nil
}
