package odp

import "strings"

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
		if err := unmask(list, path, path); err != nil {
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

// unmask makes the field or key at path exact.
func unmask(list []*node, whole, path string) error {
	name, rest, _ := strings.Cut(path, ".")
	row := KeyByName(name)
	if row == nil {
		return &PathError{whole, "there is no key " + name, near(name, keyNames())}
	}
	n := findNode(list, row)
	if n == nil {
		return &PathError{whole, "the packet has no key " + name, ""}
	}
	return n.unmask(whole, rest)
}

func (n *node) unmask(whole, path string) error {
	name, rest, _ := strings.Cut(path, ".")
	n.wanted = n.row != nil && n.row.Presence
	switch {
	case path == "" && n.isList():
		for _, k := range n.kids {
			if err := k.unmask(whole, ""); err != nil {
				return err
			}
		}
	case path == "" && n.row != nil && n.row.Layout == LayoutStruct:
		for i := range n.row.Fields {
			n.row.Fields[i].setFullMask(n.mask)
		}
	case path == "" && n.row != nil && n.row.Layout == LayoutFlagSet:
		n.mask[0] = n.row.attrFlags()
	case path == "":
		fill(n.mask, 0xff)
	case n.row.Layout == LayoutKeys:
		return unmask(n.kids, whole, path)
	case n.row.Layout == LayoutNested:
		r := n.row.Row(name)
		if in, f := n.row.FlatField(path); in != nil {
			r, rest = in, f.Name
		}
		if r == nil {
			return n.noMember(whole, name)
		}
		kid := n.kid(r)
		if kid == nil {
			return &PathError{whole, "the packet has no " + name, ""}
		}
		return kid.unmask(whole, rest)
	default:
		f := n.row.Field(path)
		if f == nil {
			return n.noMember(whole, path)
		}
		f.setFullMask(n.mask)
	}
	return nil
}
