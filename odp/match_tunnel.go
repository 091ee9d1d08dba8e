package odp

import (
	"errors"
	"slices"
	"strings"

	"github.com/go-odp/odp/odp/internal/ovsh"
)

// What the kernel makes of an outer header is unlike other keys: of the zero bits
// of the header it has no attributes, it matches the presence of some attributes,
// and it never leaves open whether the header is of IPv4 or IPv6.

var tunnelRow = KeyByID(ovsh.KeyAttrTunnel)

// ipv6Outer tells whether a tunnel key is of an outer header of IPv6.
func (n *node) ipv6Outer() bool { return slices.ContainsFunc(n.kids, (*node).ipv6) }

// ipv6 tells whether a node is a part of an outer header of IPv6 alone.
func (n *node) ipv6() bool { return n.row != nil && strings.HasPrefix(n.row.Name, "ipv6_") }

// ipv4 is ipv6 for IPv4.
func (n *node) ipv4() bool { return n.row != nil && (n.row.Name == "src" || n.row.Name == "dst") }

// outerIPv6 is the row that tells an outer header of IPv6 where nothing else does.
var outerIPv6 = tunnelRow.Row("ipv6_dst")

// onlyIPv6 returns the row of an address that says that an outer header is of IPv6,
// where all that say so are not matched. OVS leaves those out of its text.
func onlyIPv6(val, mask Attrs) (row *Row) {
	for _, r := range []*Row{outerIPv6, tunnelRow.Row("ipv6_src")} {
		if v, ok := val.Find(r.ID); ok && len(v) == r.Size {
			if m, _ := mask.Find(r.ID); len(m) == len(v) && !allBytes(m, 0) {
				return nil
			}
			if row == nil {
				row = r
			}
		}
	}
	return row
}

// exactTunnel makes an outer header among keys without masks what the kernel
// matches then: also the zeroes that have no attribute, but only the flags that are
// set.
func exactTunnel(list []*node) {
	n := findNode(list, tunnelRow)
	if n == nil {
		return
	}
	ipv6 := n.ipv6Outer()
	for i := range tunnelRow.Rows {
		r := &tunnelRow.Rows[i]
		kid := n.kid(r)
		if kid != nil && r.Layout == LayoutFlagSet {
			kid.mask[0] &= kid.val[0]
		}
		if kid != nil || r.Layout != LayoutStruct || r.Exclusive {
			continue
		}
		kid = newNode(r)
		if kid.ipv6() && !ipv6 || kid.ipv4() && ipv6 {
			continue
		}
		kid.absent, kid.wanted = r.Presence, false
		kid.setFull()
		n.kids = append(n.kids, kid)
	}
}

// fillInTunnel leaves of an outer header what is matched, and adds what the kernel
// wants to see: a time to live, and a destination that is not zero.
func (n *node) fillInTunnel() {
	ttl, name := n.row.Row("ttl"), "dst"
	if n.ipv6Outer() {
		name = "ipv6_dst"
	}
	dst := n.ensure(n.row.Row(name))
	n.ensure(ttl)
	n.kids = slices.DeleteFunc(n.kids, func(kid *node) bool {
		return !kid.matches() && kid != dst && kid.row != ttl && (kid.row == nil || kid.row.Layout != LayoutFlag)
	})
	for _, kid := range n.kids {
		kid.fillIn()
	}
	if i := slices.IndexFunc(dst.mask, func(b byte) bool { return b != 0xff }); i >= 0 && allBytes(dst.val, 0) {
		for i = len(dst.mask) - 1; dst.mask[i] == 0xff; i-- {
		}
		dst.val[i] = byte(lowestBit(uint64(^dst.mask[i])))
	}
}

// completeOuter fills in the time to live of an outer header that is to be set,
// 0 for that of the route, as the kernel demands one. It demands a destination
// as well, of which there is no default.
func (n *node) completeOuter() error {
	for _, kid := range n.kids {
		if kid.row == nil || kid.row.Name == "dst" || kid.row.Name == "ipv6_dst" {
			n.ensure(n.row.Row("ttl"))
			return nil
		}
	}
	return errors.New("set: the tunnel has no destination: dst or ipv6_dst expected")
}

// checkTunnel finds what the kernel takes in no outer header.
func (n *node) checkTunnel() error {
	if n.ipv6Outer() && slices.ContainsFunc(n.kids, (*node).ipv4) {
		return &PathError{Path: n.row.Name, Problem: "an outer header is of IPv4 or of IPv6, and there are addresses of both"}
	}
	for _, kid := range n.kids {
		if kid.row != nil && (kid.row.Name == "dst" || kid.row.Name == "ipv6_dst") && allBytes(kid.val, 0) {
			return &PathError{Path: n.row.Name + "." + kid.row.Name, Problem: "the kernel takes no destination that is zero"}
		}
	}
	return nil
}
