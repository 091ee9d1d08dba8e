package odp

import "github.com/go-odp/odp/odp/internal/ovsh"

// setAction makes the action that sets a key. Parts that the key leaves out or
// masks are not touched, which only a masked set can say; the kernel wants no bits
// outside of its mask. It reports false for a mask inside a key that the kernel
// sets only as a whole.
func setAction(kid *node) (n *node, ok bool) {
	n = &node{row: ActionByID(ovsh.ActionAttrSet), kids: []*node{kid}}
	switch {
	case kid.row != nil && kid.row.Flat, (kid.row == nil || kid.row.isStructs()) && !kid.exact():
		n.row = ActionByID(setMaskedID)
		kid.fillIn()
	case kid.isList() && kid.partly():
		return n, false
	}
	return n, true
}
