package odp

import "slices"

// fillIn makes what the masks leave out what the kernel wants there, and adds the
// keys that packets with those values have.
func fillIn(list []*node, depth int) []*node {
	for _, n := range list {
		if n.row == encapRow {
			n.kids = fillIn(n.kids, depth+1)
		}
		n.fillIn()
	}
	list = fillInType(dropOpen(list), depth)
	// Keys that are there because of a value may bring in further keys, which
	// come after them in the table.
	for _, row := range table.keys.rows {
		if len(row.When) > 0 && !row.Spare && !isTag(row) && !hasAttr(list, row) && anyHolds(list, row.When) {
			n := newNode(row)
			n.hold()
			if row.Flat {
				n.ensure(&row.Rows[0])
			}
			list = append(list, n)
		}
	}
	return list
}

// hasAttr tells whether there is a key, or bytes that are none of its own.
func hasAttr(list []*node, row *Row) bool {
	return slices.ContainsFunc(list, func(n *node) bool { return n.attr() == row.ID })
}

// dropOpen drops the keys of which nothing is matched. An Ethernet header, what is
// inside of a tag and the Ethernet type of packets without an Ethernet header say
// something all the same.
func dropOpen(list []*node) []*node {
	noEth := !hasEth(list)
	return slices.DeleteFunc(list, func(n *node) bool {
		return !n.matches() && n.row != ethRow && n.row != encapRow && !(noEth && n.row == typeRow) && (n.row != nil || len(n.val) > 0)
	})
}

// anyType is an Ethernet type of no protocol that has keys of its own.
const anyType = 0xffff

// fillInType makes the Ethernet type one that the kernel takes where it is not
// matched: inside a tag it wants to see a mask on something, and of packets without
// an Ethernet header a type.
func fillInType(list []*node, depth int) []*node {
	on := findNode(list, typeRow)
	if on == nil && depth > 0 {
		on = newNode(typeRow)
		list = append(list, on)
	}
	if on != nil && !on.matches() && (depth > 0 || !hasEth(list)) {
		typeRow.single().store(on.val, anyType)
	}
	return list
}

// fillIn clears the bits of a node that its mask leaves out.
func (n *node) fillIn() {
	switch {
	case n.row == nil || n.row.Layout == LayoutKeys:
	case n.row == tunnelRow:
		n.fillInTunnel()
	case n.isList():
		n.fillInFlat()
		for _, kid := range n.kids {
			kid.fillIn()
		}
	default:
		n.clearUnmasked()
	}
}

// clearUnmasked clears the bits of a value that the mask leaves out, but for the
// lengths of options, which say what is where.
func (n *node) clearUnmasked() {
	elements, _ := [][]byte(nil), false
	if n.row != nil && n.row.Layout == LayoutOptions {
		elements, _ = n.row.Elements(n.val)
	}
	var lengths []uint64
	for _, e := range elements {
		lengths = append(lengths, n.row.lengthField().load(e))
	}
	for i := range n.val {
		n.val[i] &= n.mask[i]
	}
	for i, e := range elements {
		n.row.lengthField().store(e, lengths[i])
	}
}

// fillInFlat drops the parts of a flat node that are not matched and that packets
// have under a condition only, and matches what the others demand.
func (n *node) fillInFlat() {
	if !n.row.Flat {
		return
	}
	n.kids = slices.DeleteFunc(n.kids, func(kid *node) bool { return kid.row != nil && kid.row.condition != nil && !kid.matches() })
	n.needConditions()
}

// holds tells whether a field of a flat node has the value, or has none yet.
func (n *node) holds(c *FieldCondition) bool {
	r, f := n.row.FlatField(c.Field)
	kid := n.kid(r)
	return kid == nil || f.maskState(kid.mask) == maskNone || f.load(kid.val) == c.Value
}

// needConditions matches what the structs of a flat node that are matched
// demand of the others, where the match leaves that open.
func (n *node) needConditions() {
	if !n.row.Flat {
		return
	}
	for _, kid := range slices.Clone(n.kids) {
		if kid.row == nil || kid.row.condition == nil || !kid.matches() {
			continue
		}
		r, f := n.row.FlatField(kid.row.condition.Field)
		on := n.ensure(r)
		if (f.load(on.val)^kid.row.condition.Value)&f.load(on.mask) == 0 {
			f.store(on.val, kid.row.condition.Value)
			f.setFullMask(on.mask)
		}
	}
}

// ensure returns the node of a nested row, which it makes if there is none.
func (n *node) ensure(r *Row) *node {
	kid := n.kid(r)
	if kid == nil {
		kid = newNode(r)
		n.kids = append(n.kids, kid)
	}
	return kid
}
