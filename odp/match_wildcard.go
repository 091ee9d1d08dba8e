package odp

import (
	"fmt"
	"strings"
)

// Wildcard makes a match from a packet's key, or widens another match: of the named
// keys and fields nothing is matched, of the rest what was. A path is as for
// [Match.Only]. One that the match does not have is not matched as it is.
//
// What other keys depend on stays matched, as eth_type does while ipv4 is, and so
// does what the kernel never leaves open: see [Match.Only]. Where that is so of a
// field that is named itself, in place of the key that it is in, there is a
// [PathError] that tells which key needs it.
func (m Match) Wildcard(paths ...string) (Match, error) {
	list := withoutCutTags(m.nodes())
	for _, path := range paths {
		if err := wildcard.visit(list, path, path); err != nil {
			return Match{}, err
		}
	}
	list, err := complete(list)
	if err != nil {
		return Match{}, err
	}
	for _, path := range paths {
		if err := stillMatched(list, path); err != nil {
			return Match{}, err
		}
	}
	return matchOf(list)
}

// wildcard takes the fields and keys that paths name out of the masks. Of one that
// is not there, the path is still looked at.
var wildcard = pathVisitor{
	absent: newNode,
	whole:  func(n *node) { clearMasks([]*node{n}) },
	field: func(n *node, f *Field) {
		for mask := n.mask; len(mask) >= n.row.Size && n.row.Size > 0; mask = mask[n.row.Size:] {
			f.clearMask(mask)
			if n.row.Layout != LayoutArray {
				break
			}
		}
	},
}

// clearMask makes mask cover nothing of the field.
func (f *Field) clearMask(mask []byte) {
	if f.isInt() {
		f.store(mask, 0)
		return
	}
	clear(f.bytes(mask))
}

// stillMatched finds out whether completing has brought a field back that is a
// condition of another key.
func stillMatched(list []*node, whole string) error {
	path := whole
	for n := findNode(list, encapRow); n != nil && strings.HasPrefix(path, "encap."); n = findNode(list, encapRow) {
		path, list = strings.TrimPrefix(path, "encap."), n.kids
	}
	name, field, _ := strings.Cut(path, ".")
	on := findNode(list, KeyByName(name))
	switch {
	case on == nil:
		return nil
	case on.isList():
		return on.stillMatched(whole, field)
	}
	f := on.row.Field(field)
	if f == nil || f.maskState(on.mask) == maskNone {
		return nil
	}
	for _, n := range list {
		if n.row == nil || n == on || !n.matches() && !isTag(n.row) {
			continue
		}
		for _, c := range n.row.When {
			if c.Path == path && f.load(on.val) == c.Value {
				return &PathError{whole, fmt.Sprintf("what is matched of %s depends on it, so that it has to go as well", n.row.Name), ""}
			}
		}
	}
	return &PathError{whole, "something else that is matched depends on it", ""}
}

// stillMatched does that for a field of a flat node, on which other fields of the
// node may depend.
func (n *node) stillMatched(whole, field string) error {
	row, f := n.row.FlatField(field)
	kid := n.kid(row)
	if row == nil || kid == nil || f.maskState(kid.mask) == maskNone {
		return nil
	}
	for _, other := range n.kids {
		if other.row != nil && other.row.condition != nil && other.row.condition.Field == field && other.matches() {
			return &PathError{whole, fmt.Sprintf("what is matched of %s.%s depends on it, so that it has to go as well", n.row.Name, other.row.Fields[0].Name), ""}
		}
	}
	return &PathError{whole, "something else that is matched depends on it", ""}
}
