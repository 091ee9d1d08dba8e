package odp

import (
	"fmt"
	"math"
	"math/big"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// value reads one field's value[/mask] into val and mask. A nil mask is where
// no mask may stand.
func (p *parser) value(f *Field, val, mask []byte) error {
	switch f.Kind {
	case KindFlags:
		return p.flags(f, val, mask)
	case KindPort:
		if c := p.peek(); (c < '0' || c > '9') && p.o != nil && p.o.PortByName != nil {
			at := p.pos
			no, ok := p.o.PortByName(p.while(isPortName))
			if !ok {
				p.pos = at
				return p.fail("a port number or the name of a port")
			}
			f.store(val, uint64(no))
			if mask != nil {
				f.setFullMask(mask)
			}
			return nil
		}
	}
	if err := p.bare(f, val, false); err != nil {
		return err
	}
	if mask == nil {
		return nil
	}
	if !p.accept("/") {
		f.setFullMask(mask)
		return nil
	}
	return p.bare(f, mask, true)
}

// bare reads one value, or one mask, of a field.
func (p *parser) bare(f *Field, b []byte, isMask bool) error {
	at := p.pos
	switch f.Kind {
	case KindIPv4, KindIPv6:
		return p.address(f, b, isMask)
	case KindMAC:
		return p.mac(f.bytes(b))
	case KindUint128:
		return p.uint128(f, b)
	case KindPercent:
		return p.percent(f, b)
	case KindEnum:
		if c := p.peek(); !isMask && (c < '0' || c > '9') {
			word := p.while(isWord)
			v, ok := f.valueOf(word)
			if !ok {
				return p.failName(at, "one of "+strings.Join(f.words(), ", "), word, f.words())
			}
			f.store(b, v)
			return nil
		}
	}
	if f.Unit > 1 {
		return p.units(f, b, isMask)
	}
	v, err := p.number(f.max())
	if err != nil {
		return err
	}
	if v < f.Least && !isMask {
		p.pos = at
		return p.fail(fmt.Sprintf("a number from %d to %d", f.Least, f.max()))
	}
	f.store(b, v)
	return nil
}

// units reads a number of which the field has a fraction. A mask is not
// divided; that of OVS may be one of the whole byte.
func (p *parser) units(f *Field, b []byte, isMask bool) error {
	at := p.pos
	if isMask {
		v, err := p.number(0xff)
		f.store(b, min(v, f.max()))
		return err
	}
	v, err := p.number(f.max() * f.Unit)
	if err == nil && v%f.Unit != 0 {
		p.pos = at
		err = p.fail(fmt.Sprintf("a multiple of %d", f.Unit))
	}
	f.store(b, v/f.Unit)
	return err
}

func (f *Field) words() []string {
	words := make([]string, len(f.Names))
	for i, n := range f.Names {
		words[i] = n.Name
	}
	return words
}

// number reads an integer of at most limit: decimal, 0x hex or 0 octal.
func (p *parser) number(limit uint64) (uint64, error) {
	at := p.pos
	word := p.while(isWord)
	v, err := strconv.ParseUint(word, 0, 64)
	if err != nil || v > limit || strings.Contains(word, "_") {
		p.pos = at
		return 0, p.fail(fmt.Sprintf("a number from 0 to %d", limit))
	}
	return v, nil
}

// address reads an IP address; as a mask also a prefix length.
func (p *parser) address(f *Field, b []byte, isMask bool) error {
	at, size := p.pos, f.Width
	word := p.while(func(c byte) bool { return isHex(c) || c == '.' || c == ':' })
	if isMask {
		if n, err := strconv.Atoi(word); err == nil && n <= 8*size {
			for i := range size {
				f.bytes(b)[i] = byte(uint16(0xff00) >> max(0, min(8, n-8*i)))
			}
			return nil
		}
	}
	a, err := netip.ParseAddr(word)
	if err == nil && a.BitLen() == 8*size {
		whole := a.As16() // that of an IPv4 address ends with it
		copy(f.bytes(b), whole[16-size:])
		return nil
	}
	p.pos = at
	what := map[int]string{4: "an IPv4 address", 16: "an IPv6 address"}[size]
	if isMask {
		what += fmt.Sprintf(" or a prefix length from 0 to %d", 8*size)
	}
	return p.fail(what)
}

func (p *parser) mac(b []byte) error {
	at := p.pos
	word := p.while(func(c byte) bool { return isHex(c) || c == ':' })
	rest, more, ok := word, true, true
	for i := range b {
		var part string
		ok = ok && more
		part, rest, more = strings.Cut(rest, ":")
		v, err := strconv.ParseUint(part, 16, 8)
		ok = ok && err == nil && len(part) <= 2
		if !ok {
			break
		}
		b[i] = byte(v)
	}
	if ok && !more {
		return nil
	}
	p.pos = at
	return p.fail("an Ethernet address such as 02:00:00:00:00:01")
}

func (p *parser) uint128(f *Field, b []byte) error {
	at := p.pos
	n, ok := new(big.Int).SetString(p.while(isWord), 0)
	if !ok || n.Sign() < 0 || n.BitLen() > 8*f.Width {
		p.pos = at
		return p.fail(fmt.Sprintf("a number of at most %d bits", 8*f.Width))
	}
	out := n.FillBytes(make([]byte, f.Width))
	if f.Host && hostIsLittle {
		slices.Reverse(out)
	}
	copy(f.bytes(b), out)
	return nil
}

func (p *parser) percent(f *Field, b []byte) error {
	at := p.pos
	word := p.while(func(c byte) bool { return isHex(c) || c == '.' || c == '-' || c == '+' })
	v, err := strconv.ParseFloat(word, 64)
	if err != nil || !(v >= 0 && v <= 100) || !p.accept("%") {
		p.pos = at
		return p.fail("a percentage from 0% to 100%")
	}
	f.store(b, uint64(math.Floor(float64(f.max())*(v/100)+0.5)))
	return nil
}

// flags reads +a-b, a|b or number[/number].
func (p *parser) flags(f *Field, val, mask []byte) error {
	at := p.pos
	switch c := p.peek(); {
	case c >= '0' && c <= '9':
		v, err := p.number(f.max())
		if err != nil {
			return err
		}
		f.store(val, v)
		if mask == nil {
			return nil
		}
		f.setFullMask(mask)
		if p.accept("/") {
			m, err := p.number(f.max())
			if err != nil {
				return err
			}
			f.store(mask, m)
		}
		return nil
	case (c == '+' || c == '-') && mask != nil:
		var v, m uint64
		for p.peek() == '+' || p.peek() == '-' {
			sign := p.peek()
			p.pos++
			bit, err := p.flag(f)
			if err != nil {
				return err
			}
			if m&bit != 0 {
				p.pos = at
				return p.fail("each flag once")
			}
			m |= bit
			if sign == '+' {
				v |= bit
			}
		}
		f.store(val, v)
		f.store(mask, m)
		return nil
	}
	var v uint64
	for {
		bit, err := p.flag(f)
		if err != nil {
			return err
		}
		v |= bit
		if !p.accept("|") && !p.acceptNext(f.Separator) {
			break
		}
	}
	f.store(val, v)
	if mask != nil {
		f.setFullMask(mask)
	}
	return nil
}

// acceptNext takes a separator of flags.
func (p *parser) acceptNext(c byte) bool {
	if c != 0 && p.peek() == c {
		p.pos++
		return true
	}
	return false
}

func (p *parser) flag(f *Field) (uint64, error) {
	at := p.pos
	if c := p.peek(); c >= '0' && c <= '9' {
		return p.number(f.max())
	}
	word := p.while(func(c byte) bool { return isWord(c) || c == '[' || c == ']' })
	bit, ok := f.valueOf(word)
	if !ok {
		return 0, p.failName(at, "a flag ("+strings.Join(f.words(), ", ")+")", word, f.words())
	}
	return bit, nil
}
