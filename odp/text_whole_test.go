package odp

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// What text leaves out where kernels list it is written where it makes a difference.
func TestMatchTextIsWhole(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		// A key that tells what packets another is of.
		{"eth(),ipv6(src=fe80::/::),tcp(dst=80)", "eth(),ipv6(),tcp(dst=80)"},
		{"eth(),eth_type(0x0800),ipv4(src=10.0.0.1/0),tcp(dst=80)", "eth(),eth_type(0x0800),ipv4(),tcp(dst=80)"},
		{"eth(),ipv4(),ipv6(proto=6),tcp(dst=80)", "eth(),ipv6(proto=6),tcp(dst=80)"},
		{"eth(),eth_type(0x88a8/0),vlan(vid=5)", "eth(),eth_type(0x88a8/0x0000),vlan(vid=5)"},
		{"eth(),eth_type(0x8035/0),arp(op=3)", "eth(),eth_type(0x8035/0x0000),arp(op=3)"},
		{"eth(),encap(ipv6(),udp(dst=53))", "eth(),encap(ipv6(),udp(dst=53))"},
		{"icmpv6(type=136/0,code=0),nd(target=fe80::1)", "icmpv6(type=136/0,code=0),nd(target=fe80::1)"},
		// The same key where nothing rests on it.
		{"eth(),ipv6(src=fe80::/::),ct_mark(1)", "ct_mark(0x1),eth()"},
		{"eth(),eth_type(0x0800),ipv4(proto=6),ipv6(),tcp(dst=80)", "eth(),eth_type(0x0800),ipv4(proto=6),tcp(dst=80)"},
		{"eth(),eth_type(0x86dd),icmpv6(type=136/0,code=0)", "eth(),eth_type(0x86dd),icmpv6(code=0)"},
		// Bits without a name in an outer header: those of a packet, and reserved ones.
		{"tunnel(key15(02000000112233440000000f/ffffffffffffffffffffffff))", "tunnel(key15(02 00 00 00 11 22 33 44 00 00 00 0f))"},
		{"tunnel(key15(02000000000000000000000f/ffffffffffffffffffffffff))", "tunnel(key15(02 00 00 00 00 00 00 00 00 00 00 0f))"},
		{"tunnel(key15(020000000000000000000018/ffffffffffffffffffffffff))", "tunnel(erspan(ver=2,dir=1/0x1,hwid=0x1/0xf))"},
		{"tunnel(key15(030000000000000000000000/ffffffffffffffffffffffff))", "tunnel(key15(03 00 00 00 00 00 00 00 00 00 00 00))"},
		{"tunnel(key15(010000000000000700000000/ffffffffffffffffffffffff))", "tunnel(erspan(ver=1,idx=0x7/0xffffffff))"},
		{"tunnel(key8(00010200/ffffffff))", "tunnel(geneve({class=0x1,type=0x2,len=0}))"},
		{"tunnel(key8(00010280/ffffffff))", "tunnel(key8(00 01 02 80))"},
		{"tunnel(geneve({class=1,len=4/0,0x01020304/0}))", "tunnel(geneve({class=0x1,len=4/0}))"},
		// Whether packets have a tunnel id.
		{"tunnel(flags(+df-csum-oam-key))", "tunnel(flags(-oam+df-csum-key))"},
		{"tunnel(flags(df))", "tunnel(flags(-oam+df-csum))"},
		{"tunnel(tun_id=5,flags(df))", "tunnel(tun_id=0x5,flags(df|key))"},
	} {
		m := mustMatch(t, tt.in)
		if got := m.String(); got != tt.want {
			t.Errorf("%s\nprints as %s\nwant      %s", tt.in, got, tt.want)
		}
		checkMatchText(t, tt.in)
	}
}

// TestOddMatchText puts together parts of matches that no kernel sends: keys as
// bytes of any length and mask, of packets of several kinds, and of none.
func TestOddMatchText(t *testing.T) {
	g := oddText{rand.New(rand.NewPCG(15, 16))}
	compared := 0
	for range 5000 {
		s := g.keys(0)
		if m, err := ParseMatch(s, nil); err == nil {
			if _, err := m.Complete(); err == nil {
				compared++
			}
		}
		checkMatchText(t, s)
	}
	if compared < 2000 {
		t.Errorf("%d of 5000 texts are matches that can be completed: the generator is no good", compared)
	}
}

// oddText makes texts of matches.
type oddText struct{ rnd *rand.Rand }

// oneOf picks one of several.
func oneOf[T any](g oddText, list ...T) T { return list[g.rnd.IntN(len(list))] }

func (g oddText) keys(depth int) string {
	parts := make([]string, g.rnd.IntN(6))
	for i := range parts {
		parts[i] = g.key(depth)
	}
	return strings.Join(parts, ",")
}

func (g oddText) key(depth int) string {
	if g.rnd.IntN(20) == 0 {
		val, mask := g.payload(nil)
		return g.raw(40, val, mask)
	}
	row := oneOf(g, table.keys.rows...)
	switch {
	case row.Layout == LayoutKeys && g.rnd.IntN(5) > 0 && depth < 3:
		return row.Name + "(" + g.keys(depth+1) + ")"
	case row.Layout == LayoutKeys:
		m, _ := ParseMatch(g.keys(3), nil)
		return g.raw(row.ID, m.Key, g.bytes(len(m.Key)))
	case row.Layout == LayoutNested && g.rnd.IntN(8) > 0:
		parts := make([]string, g.rnd.IntN(5))
		for i := range parts {
			parts[i] = g.member(&row.Rows[g.rnd.IntN(len(row.Rows))])
		}
		return row.Name + "(" + strings.Join(parts, ",") + ")"
	case row.Layout == LayoutNested:
		var list Attrs
		for range g.rnd.IntN(4) {
			if kid := &row.Rows[g.rnd.IntN(len(row.Rows))]; kid.ID != noAttr {
				val, _ := g.payload(kid)
				list = appendAttr(list, kid.ID, val)
			}
		}
		return g.raw(row.ID, list, g.bytes(len(list)))
	}
	val, mask := g.payload(row)
	switch {
	case !row.validPayload(val) || g.rnd.IntN(3) == 0:
		return g.raw(row.ID, val, mask)
	case g.rnd.IntN(4) == 0:
		return row.Name + "()"
	}
	return string(appendRow(nil, row, row.ID, val, mask, true, g.rnd.IntN(2) == 0, nil))
}

// member makes a part of a nested key.
func (g oddText) member(row *Row) string {
	if row.Layout == LayoutFlagSet {
		return "flags(" + oneOf(g, "df", "+df", "-df", "+key", "-key", "key", "0", "0/0", "3/7", "15/15", "-df+csum+key", "-df+csum+oam-key", "df|oam|key") + ")"
	}
	val, mask := g.payload(row)
	if g.rnd.IntN(2) == 0 || !row.validPayload(val) {
		return g.raw(row.ID, val, mask)
	}
	return string(appendMember(nil, row, val, mask, true, g.rnd.IntN(2) == 0, nil))
}

// raw writes an attribute as bytes, with its mask or without.
func (g oddText) raw(id uint16, val, mask []byte) string {
	if g.rnd.IntN(3) == 0 {
		return fmt.Sprintf("key%d(%x)", id, val)
	}
	return fmt.Sprintf("key%d(%x/%x)", id, val, mask)
}

// payload makes bytes for a row and their mask, of which fields are matched in full,
// not at all or in any part.
func (g oddText) payload(row *Row) (val, mask []byte) {
	size := g.rnd.IntN(5)
	if row != nil && row.Size > 0 {
		size = row.Size
		if g.rnd.IntN(8) == 0 {
			size = max(0, size+g.rnd.IntN(9)-4)
		}
		if row.Layout == LayoutArray || row.Layout == LayoutOptions {
			size += 4 * g.rnd.IntN(3)
		}
	}
	val, mask = g.bytes(size), g.bytes(size)
	if row == nil || size < row.Size {
		return val, mask
	}
	for i := range row.Fields {
		f := &row.Fields[i]
		if v, ok := g.kind(row, f); ok && g.rnd.IntN(3) > 0 {
			f.store(val, v)
		}
		switch g.rnd.IntN(6) {
		case 0:
			f.setFullMask(mask)
		case 1:
			if f.isInt() {
				f.store(mask, 0)
			}
		}
	}
	if row.Layout == LayoutOptions && g.rnd.IntN(4) > 0 {
		val[3] = byte(size/4 - 1)
	}
	return val, mask
}

// kind makes a value of a field that tells what else there is.
func (g oddText) kind(row *Row, f *Field) (v uint64, ok bool) {
	switch {
	case row == typeRow:
		return oneOf[uint64](g, 0x0800, 0x86dd, 0x0806, 0x8035, 0x8100, 0x88a8, 0x8847, 0x8848, 0x894f, 0, 0xffff), true
	case f.Name == "proto":
		return oneOf[uint64](g, 0, 1, 6, 17, 58, 132, 7), true
	case f.Name == "type":
		return oneOf[uint64](g, 134, 135, 136), true
	case f.Name == "ver" || f.Name == "mdtype" || f.Name == "frag":
		return g.rnd.Uint64N(4), true
	}
	return 0, false
}

// bytes makes bytes that are all zero, all ones, any, or of one bit.
func (g oddText) bytes(n int) []byte {
	b := make([]byte, n)
	switch kind := g.rnd.IntN(4); {
	case kind == 1:
		fill(b, 0xff)
	case kind == 2:
		for i := range b {
			b[i] = byte(g.rnd.Uint32())
		}
	case kind == 3 && n > 0:
		b[g.rnd.IntN(n)] = 1 << g.rnd.IntN(8)
	}
	return b
}
