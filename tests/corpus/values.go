package corpus

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/go-odp/odp/odp"
)

// shape is how much of a field a text matches, and how it says so.
type shape int

const (
	exact  shape = iota // value alone
	full                // value/mask with every bit of the mask set
	part                // value/mask in the field's own notation
	prefix              // value/prefix length, of addresses
	none                // value/mask with no bit set
	shapes              // how many there are
)

// bits is the number of bits of an integer field.
func bits(f *odp.Field) int {
	if f.Bits > 0 {
		return int(f.Bits)
	}
	return 8 * f.Width
}

// number returns a random number of n bits. Small ones and the largest come
// more often than among all.
func (g *generator) number(n int) uint64 {
	limit := ^uint64(0) >> (64 - n)
	switch g.rnd.IntN(4) {
	case 0:
		return g.rnd.Uint64() & min(limit, 3)
	case 1:
		return limit
	}
	return g.rnd.Uint64() & limit
}

// mask is a number that is neither empty nor full, if there can be one.
func (g *generator) mask(n int) uint64 {
	limit := ^uint64(0) >> (64 - n)
	if m := g.number(n); m != 0 && m != limit {
		return m
	}
	return limit &^ 1
}

// base writes a number in one of the notations that OVS reads.
func (g *generator) base(v uint64) string {
	switch g.rnd.IntN(4) {
	case 0:
		return fmt.Sprintf("0x%x", v)
	case 1:
		return fmt.Sprintf("0X%X", v)
	case 2:
		return fmt.Sprintf("0%o", v)
	}
	return fmt.Sprint(v)
}

// field writes one field's value and mask.
func (g *generator) field(f *odp.Field, s shape) string {
	switch f.Kind {
	case odp.KindIPv4:
		return g.address(4, s)
	case odp.KindIPv6:
		return g.address(16, s)
	case odp.KindMAC:
		return g.mac(s)
	case odp.KindUint128:
		return g.long(s)
	case odp.KindEnum:
		return f.Names[g.rnd.IntN(len(f.Names))].Name
	case odp.KindFlags:
		return g.flags(f, s)
	case odp.KindPort:
		return fmt.Sprint(g.rnd.IntN(3))
	}
	n := bits(f)
	v, m := g.number(n), uint64(0)
	switch s {
	case part, prefix:
		m = g.mask(n)
		v &= m
	case full:
		m = ^uint64(0) >> (64 - n)
	case none:
		v = 0
	default:
		return g.base(v)
	}
	return g.base(v) + "/" + g.base(m)
}

func (g *generator) address(size int, s shape) string {
	a, m := make([]byte, size), make([]byte, size)
	for i := range a {
		a[i] = byte(g.rnd.Uint32())
		m[i] = byte(g.rnd.Uint32())
	}
	length := 1 + g.rnd.IntN(8*size-1)
	switch s {
	case exact:
		return ip(a)
	case full:
		for i := range m {
			m[i] = 0xff
		}
	case prefix:
		for i := range m {
			m[i] = ^byte(0xff >> max(0, min(8, length-8*i)))
		}
	case none:
		clear(m)
	}
	for i := range a {
		a[i] &= m[i]
	}
	if s == prefix && size == 4 { // ovs-dpctl reads no prefix length after IPv6 addresses in keys
		return fmt.Sprintf("%s/%d", ip(a), length)
	}
	return ip(a) + "/" + ip(m)
}

func ip(b []byte) string {
	a, _ := netip.AddrFromSlice(b)
	return a.String()
}

func (g *generator) mac(s shape) string {
	a, m := make([]byte, 6), make([]byte, 6)
	for i := range a {
		a[i], m[i] = byte(g.rnd.Uint32()), byte(g.rnd.Uint32())
		switch s {
		case full:
			m[i] = 0xff
		case prefix:
			m[i] = 0xff
			if i >= 3 {
				m[i] = 0
			}
		case none:
			m[i] = 0
		}
		if s != exact {
			a[i] &= m[i]
		}
	}
	if s == exact {
		return mac(a)
	}
	return mac(a) + "/" + mac(m)
}

func mac(b []byte) string {
	parts := make([]string, len(b))
	for i, x := range b {
		parts[i] = fmt.Sprintf("%02x", x)
	}
	return strings.Join(parts, ":")
}

// long writes 128 bits.
func (g *generator) long(s shape) string {
	hi, lo := g.rnd.Uint64(), g.rnd.Uint64()
	mhi, mlo := g.rnd.Uint64(), g.rnd.Uint64()
	switch s {
	case exact:
		return fmt.Sprintf("0x%x%016x", hi, lo)
	case full:
		mhi, mlo = ^uint64(0), ^uint64(0)
	case prefix:
		mhi, mlo = 0, 0xffff
	case none:
		mhi, mlo = 0, 0
	}
	return fmt.Sprintf("0x%x%016x/0x%x%016x", hi&mhi, lo&mlo, mhi, mlo)
}

// flags writes the names of bits: joined where all of them are matched, with a
// sign each where some are.
func (g *generator) flags(f *odp.Field, s shape) string {
	var names []string
	signed := ""
	for _, n := range f.Names {
		if g.rnd.IntN(3) == 0 {
			names = append(names, n.Name)
			signed += string("+-"[g.rnd.IntN(2)]) + n.Name
		}
	}
	switch {
	case s == none:
		return "0/0"
	case s != exact && signed != "":
		return signed
	case s == exact && len(names) > 0:
		return strings.Join(names, "|")
	}
	return "0"
}
