package odp

import (
	"slices"

	"github.com/go-odp/odp/odp/internal/ovsh"
)

// How matches relate to each other and to packets follows what the kernel does:
//   - a bit that a mask covers must be equal, any other may be anything;
//   - the presence of the Ethernet key and of a VLAN tag is always matched, on
//     each level of tags, as is whether an outer header that is matched is of
//     IPv4 or IPv6;
//   - an outer header, and in it an id or options, that the match has without
//     matching a bit of it, must be there;
//   - a key that a packet's key leaves out is zero, except that a packet without
//     a tunnel key has no outer header at all, and one without in_port came in on
//     no port.
//
// Matches are completed first, see [Match.Complete], so that it makes no
// difference whether somebody wrote down what a key depends on.

// Covers tells whether m takes every packet that o takes.
func (m Match) Covers(o Match) bool { return coversKeys(m.demands(), o.demands(), false) }

// Overlaps tells whether there can be a packet that both matches take: whether
// nothing that one demands contradicts the other.
func (m Match) Overlaps(o Match) bool { return overlapKeys(m.demands(), o.demands()) }

// Matches tells whether m takes a packet with that key, as one of an [Upcall]. A
// match that contradicts itself, which no kernel installs, takes what its bits
// say.
func (m Match) Matches(key Attrs) bool {
	packet := withoutCutTags(decodeKeys(key, nil, false))
	trimKeys(packet)
	return coversKeys(m.demands(), packet, true)
}

// trimKeys is trimMasks but for outer headers, whose options have more than the
// fields that text knows.
func trimKeys(list []*node) {
	trimMasks(slices.DeleteFunc(slices.Clone(list), func(n *node) bool { return n.row == tunnelRow }))
	if n := findNode(list, tunnelRow); n != nil {
		trimOuter(n.kids)
	}
}

// trimWhole makes the mask of a field that is matched whole empty or full, where its
// bits that say something are.
func (f *Field) trimWhole(mask []byte) {
	if f.Whole == 0 {
		return
	}
	switch f.load(mask) & f.Whole {
	case 0:
		f.store(mask, 0)
	case f.Whole:
		f.store(mask, f.max())
	}
}

// trimMasks takes the bits out of the masks of structs that are of no field, as
// an exact match has them.
func trimMasks(list []*node) {
	for _, n := range list {
		trimMasks(n.kids)
		if n.row == nil || !n.row.isStructs() {
			continue
		}
		mask := n.mask
		for e := range n.row.elements(n.val) {
			var room [maxStruct]byte
			fields := room[:n.row.Size]
			for i := range n.row.Fields {
				n.row.Fields[i].setFullMask(fields)
				n.row.Fields[i].trimWhole(mask)
			}
			for i := range fields {
				mask[i] &= fields[i]
			}
			mask = mask[len(e):]
		}
	}
}

// sameKind tells whether two lists of keys are of packets with the same headers
// as far as these are always matched.
func sameKind(a, b []*node) bool {
	for _, id := range []uint16{ovsh.KeyAttrEthernet, ovsh.KeyAttrVLAN} {
		row := KeyByID(id)
		if (findNode(a, row) == nil) != (findNode(b, row) == nil) {
			return false
		}
	}
	return true
}

// counterpart returns the node of the same attribute, the last one where an
// attribute is repeated.
func counterpart(list []*node, n *node) *node {
	for i := len(list) - 1; i >= 0; i-- {
		if o := list[i]; o.row == n.row && o.attr() == n.attr() {
			return o
		}
	}
	return nil
}

// coversKeys tells whether what a demands of keys is implied by b. If b is a
// packet's key, what it leaves out is zero, else it may be anything.
func coversKeys(a, b []*node, packet bool) bool {
	if !sameKind(a, b) {
		return false
	}
	for _, n := range a {
		if n.demanding() && counterpart(a, n) == n && !n.covers(counterpart(b, n), packet) {
			return false
		}
	}
	return true
}

// demanding tells whether the node is a demand on packets. What is inside a tag
// always is one, if only that there is no further tag, and so is an attribute
// without content. Of flags that are implied, which have no attribute, the mask
// alone says so.
func (n *node) demanding() bool {
	switch {
	case n.row != nil && n.row.Layout == LayoutFlagSet:
		return n.mask[0] != 0
	case n.row != nil && n.row.Layout == LayoutKeys:
		return true
	case !n.isList() && len(n.val) == 0:
		return true
	}
	return n.matches()
}

// covers tells whether o, which may be nil, meets what n demands.
func (n *node) covers(o *node, packet bool) bool {
	if n.wanted && n.row.Presence {
		there := o != nil && o.wanted && !o.absent
		if n.absent {
			return !there && (packet || o != nil && o.wanted)
		}
		if !there {
			return false
		}
	}
	switch {
	case n.isList() && n.row.Layout == LayoutKeys:
		var kids []*node
		if o != nil {
			kids = o.kids
		}
		return coversKeys(n.kids, kids, packet)
	case n.isList():
		if o == nil || !packet && !o.matches() || n.ipv6Outer() != o.ipv6Outer() {
			return false
		}
		for _, kid := range n.kids {
			if kid.demanding() && counterpart(n.kids, kid) == kid && !kid.covers(counterpart(o.kids, kid), packet) {
				return false
			}
		}
		return true
	case o == nil && packet && len(n.val) > 0 && n.row != KeyByID(ovsh.KeyAttrInPort):
		return bitsAgree(n.val, make([]byte, len(n.val)), n.mask)
	case o == nil || len(o.val) != len(n.val):
		return false
	}
	for i := range n.mask {
		if n.mask[i]&^o.mask[i] != 0 {
			return false
		}
	}
	return bitsAgree(n.val, o.val, n.mask)
}

// bitsAgree tells whether a and b, of the same length, are equal under the mask.
func bitsAgree(a, b, mask []byte) bool {
	for i := range mask {
		if (a[i]^b[i])&mask[i] != 0 {
			return false
		}
	}
	return true
}

// overlapKeys tells whether nothing that a demands contradicts b.
func overlapKeys(a, b []*node) bool {
	if !sameKind(a, b) {
		return false
	}
	for _, n := range a {
		o := counterpart(b, n)
		if o != nil && counterpart(a, n) == n && n.demanding() && o.demanding() && !n.overlaps(o) {
			return false
		}
	}
	return true
}

func (n *node) overlaps(o *node) bool {
	switch {
	case n.wanted && o.wanted && n.absent != o.absent:
		return false
	case n.isList() && n.row.Layout == LayoutKeys:
		return overlapKeys(n.kids, o.kids)
	case n.isList():
		if n.ipv6Outer() != o.ipv6Outer() || n.exclusive() != nil && o.exclusive() != nil && n.exclusive() != o.exclusive() {
			return false
		}
		for _, kid := range n.kids {
			other := counterpart(o.kids, kid)
			if other != nil && counterpart(n.kids, kid) == kid && kid.demanding() && other.demanding() && !kid.overlaps(other) {
				return false
			}
		}
		return true
	case len(n.val) != len(o.val):
		return false
	}
	return bitsAgree(n.val, o.val, bothMasks(n, o))
}

// exclusive is the row of the nested attribute that keeps out others, nil if there
// is none.
func (n *node) exclusive() *Row {
	for _, kid := range n.kids {
		if kid.row != nil && kid.row.Exclusive && !kid.absent {
			return kid.row
		}
	}
	return nil
}

// bothMasks are the bits that both nodes match.
func bothMasks(n, o *node) []byte {
	both := make([]byte, len(n.mask))
	for i := range both {
		both[i] = n.mask[i] & o.mask[i]
	}
	return both
}
