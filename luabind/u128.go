package luabind

import (
	"encoding/binary"
	"math/big"
	"math/bits"
)

// u128 is an unsigned 128-bit integer, and the value of a userdata of class
// odp.U128.
type u128 struct{ hi, lo uint64 }

func (a u128) cmp(b u128) int {
	switch {
	case a == b:
		return 0
	case a.hi < b.hi, a.hi == b.hi && a.lo < b.lo:
		return -1
	}
	return 1
}

// len is how many bits it takes to write the number down.
func (a u128) len() int {
	if a.hi != 0 {
		return 64 + bits.Len64(a.hi)
	}
	return bits.Len64(a.lo)
}

func (a u128) add(b u128) (sum u128, ok bool) {
	lo, carry := bits.Add64(a.lo, b.lo, 0)
	hi, carry := bits.Add64(a.hi, b.hi, carry)
	return u128{hi, lo}, carry == 0
}

func (a u128) sub(b u128) (difference u128, ok bool) {
	lo, borrow := bits.Sub64(a.lo, b.lo, 0)
	hi, borrow := bits.Sub64(a.hi, b.hi, borrow)
	return u128{hi, lo}, borrow == 0
}

func (a u128) mul(b u128) (product u128, ok bool) {
	if a.hi != 0 && b.hi != 0 {
		return u128{}, false
	}
	hi, lo := bits.Mul64(a.lo, b.lo)
	over, cross := bits.Mul64(a.hi, b.lo)
	if over != 0 {
		return u128{}, false
	}
	over, other := bits.Mul64(a.lo, b.hi)
	cross, carry := bits.Add64(cross, other, 0) // one of them is 0
	hi, more := bits.Add64(hi, cross, 0)
	return u128{hi, lo}, over == 0 && carry == 0 && more == 0
}

// divide returns the quotient and the rest of a division by b, which is not 0.
func (a u128) divide(b u128) (quotient, rest u128) {
	if b.hi == 0 {
		hi, r := bits.Div64(0, a.hi, b.lo)
		lo, r := bits.Div64(r, a.lo, b.lo)
		return u128{hi, lo}, u128{0, r}
	}
	q, r := new(big.Int).QuoRem(a.big(), b.big(), new(big.Int))
	quotient, _ = u128FromBig(q)
	rest, _ = u128FromBig(r)
	return quotient, rest
}

// pow is a to the power of b.
func (a u128) pow(b u128) (power u128, ok bool) {
	power, ok = u128{0, 1}, true
	for i := b.len() - 1; i >= 0 && ok; i-- {
		if power, ok = power.mul(power); ok && !b.rshift(uint(i)).even() {
			power, ok = power.mul(a)
		}
	}
	return power, ok
}

func (a u128) even() bool { return a.lo&1 == 0 }

func (a u128) and(b u128) u128 { return u128{a.hi & b.hi, a.lo & b.lo} }
func (a u128) or(b u128) u128  { return u128{a.hi | b.hi, a.lo | b.lo} }
func (a u128) xor(b u128) u128 { return u128{a.hi ^ b.hi, a.lo ^ b.lo} }

// lshift and rshift drop the bits that are moved out. A shift by 64 or more of
// a uint64 is 0 in Go, so that no case needs its own formula.
func (a u128) lshift(n uint) u128 {
	return u128{a.hi<<n | a.lo>>(64-n) | a.lo<<(n-64), a.lo << n}
}

func (a u128) rshift(n uint) u128 {
	return u128{a.hi >> n, a.lo>>n | a.hi<<(64-n) | a.hi>>(n-64)}
}

// lowBits is the number whose n lowest bits are set.
func lowBits(n int) u128 {
	return u128{^uint64(0), ^uint64(0)}.rshift(uint(128 - n))
}

// bytes returns the number, the most significant byte first.
func (a u128) bytes() (b [16]byte) {
	binary.BigEndian.PutUint64(b[:8], a.hi)
	binary.BigEndian.PutUint64(b[8:], a.lo)
	return b
}

// u128FromBytes reads up to 16 bytes, the most significant one first.
func u128FromBytes(b []byte) u128 {
	var full [16]byte
	copy(full[16-len(b):], b)
	return u128{binary.BigEndian.Uint64(full[:8]), binary.BigEndian.Uint64(full[8:])}
}

func (a u128) big() *big.Int {
	b := a.bytes()
	return new(big.Int).SetBytes(b[:])
}

func u128FromBig(n *big.Int) (v u128, ok bool) {
	if n.Sign() < 0 || n.BitLen() > 128 {
		return u128{}, false
	}
	return u128FromBytes(n.Bytes()), true
}

func (a u128) String() string { return a.big().String() }
func (a u128) hex() string    { return "0x" + a.big().Text(16) }
