package odp

// Only makes a match from a packet's key, or narrows another match: it matches
// the named keys and fields as they are, with what they depend on, and takes
// packets whatever the rest. A path is as for [Match.Get], or the name of a whole
// key.
//
// Some things the kernel never leaves open, so that they are matched as well: that
// there is an Ethernet header, or none; how many tags there are, up to two, and
// their types; and if anything of an outer header is named, whether that is of IPv4
// or IPv6. The match of a key from a packet takes that packet.
func (m Match) Only(paths ...string) (Match, error) {
	list := withoutCutTags(m.nodes())
	clearMasks(list)
	for _, path := range paths {
		if err := unmask.visit(list, path, path); err != nil {
			return Match{}, err
		}
	}
	list, err := complete(list)
	if err != nil {
		return Match{}, err
	}
	return matchOf(list)
}

func clearMasks(list []*node) {
	for _, n := range list {
		clear(n.mask)
		n.wanted = false
		clearMasks(n.kids)
	}
}

// unmask makes the fields and keys that paths name exact.
var unmask = pathVisitor{
	absent: func(*Row) *node { return nil },
	enter:  func(n *node) { n.wanted = n.row != nil && n.row.Presence },
	whole:  (*node).unmask,
	field:  func(n *node, f *Field) { f.setFullMask(n.mask) },
}

// unmask makes the whole of a node exact.
func (n *node) unmask() {
	n.wanted = n.row != nil && n.row.Presence
	switch {
	case n.isList():
		for _, k := range n.kids {
			k.unmask()
		}
	case n.row != nil && n.row.Layout == LayoutStruct:
		for i := range n.row.Fields {
			n.row.Fields[i].setFullMask(n.mask)
		}
	case n.row != nil && n.row.Layout == LayoutFlagSet:
		n.mask[0] = n.row.attrFlags()
	default:
		fill(n.mask, 0xff)
	}
}
