package odp

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"
)

// UFID returns an identifier made from which packets the match takes: equal
// matches have the same, and others do not, as far as a good hash can tell. It
// may be given to a flow, see [Flow.UFID], and does not change from one version
// of this package, or from one machine, to another.
//
// It is the first 16 bytes of the SHA-256 of the text "odp match 1" and of the
// keys of the match in its canonical form, the one that [Match.Equal] compares:
// ordered by attribute number, for each the number, whether it is a value (0), a
// list (1), a flag (2), an attribute that packets do not have (3) or a value that
// they may lack where it is zero (4), and the length of what follows: the value and
// then the mask, the attributes in the list, a byte that is 1 for a flag that is
// set, or nothing.
// Numbers have two bytes, lengths four, both in network byte order, as are the
// integers in the values.
func (m Match) UFID() UFID {
	sum := m.digest()
	return UFID(sum[:len(UFID{})])
}

// Hash returns the first eight bytes of [Match.UFID] as a big-endian number.
func (m Match) Hash() uint64 {
	sum := m.digest()
	return binary.BigEndian.Uint64(sum[:])
}

func (m Match) digest() [sha256.Size]byte {
	return sha256.Sum256(appendPortable([]byte("odp match 1"), m.canonical()))
}

// What follows the number of an attribute in the hashed form.
const (
	portableValue = iota
	portableList
	portableFlag
	portableAbsent
	portableZero
)

// appendPortable appends attributes in a form that is the same on every machine.
func appendPortable(dst []byte, list []*node) []byte {
	type item struct {
		id   uint16
		kind byte
		data []byte
	}
	var items []item
	for _, n := range list {
		switch {
		case n.absent && n.wanted:
			items = append(items, item{n.attr(), portableAbsent, nil})
		case n.absent:
			items = append(items, item{n.attr(), portableZero, slices.Concat(n.networkOrder(n.val), n.networkOrder(n.mask))})
		case n.isList():
			items = append(items, item{n.attr(), portableList, appendPortable(nil, n.kids)})
		case n.row != nil && n.row.Layout == LayoutFlagSet:
			for i, name := range n.row.Names {
				if name.Value != noAttr && n.mask[0]&(1<<i) != 0 {
					items = append(items, item{uint16(name.Value), portableFlag, []byte{n.val[0] >> i & 1}})
				}
			}
		default:
			items = append(items, item{n.attr(), portableValue, slices.Concat(n.networkOrder(n.val), n.networkOrder(n.mask))})
		}
	}
	slices.SortStableFunc(items, func(a, b item) int { return cmp.Compare(a.id, b.id) })
	for _, it := range items {
		dst = binary.BigEndian.AppendUint16(dst, it.id)
		dst = append(dst, it.kind)
		dst = binary.BigEndian.AppendUint32(dst, uint32(len(it.data)))
		dst = append(dst, it.data...)
	}
	return dst
}

// networkOrder returns the node's value or mask with its integers in network byte
// order.
func (n *node) networkOrder(payload []byte) []byte {
	out := slices.Clone(payload)
	if n.row == nil || !n.row.isStructs() || !hostIsLittle {
		return out
	}
	rest := out
	for elements, _ := n.row.Elements(n.val); len(elements) > 0; elements = elements[1:] {
		var done []int // several fields may be parts of one integer
		for i := range n.row.Fields {
			if f := &n.row.Fields[i]; f.Host && !slices.Contains(done, f.Off) {
				slices.Reverse(f.bytes(rest))
				done = append(done, f.Off)
			}
		}
		rest = rest[len(elements[0]):]
	}
	return out
}
