package odp

import "strings"

// A pathVisitor does something to what a path names among the keys of a match.
type pathVisitor struct {
	// absent gives the node of what the match does not have, nil for an error.
	absent func(*Row) *node
	enter  func(*node)         // each node on the way, may be nil
	whole  func(*node)         // the node that the path ends at
	field  func(*node, *Field) // or the field of one
}

// visit follows path, which is what is left of whole.
func (v *pathVisitor) visit(list []*node, whole, path string) error {
	name, rest, _ := strings.Cut(path, ".")
	row := KeyByName(name)
	if row == nil {
		return &PathError{whole, "there is no key " + name, near(name, keyNames())}
	}
	n := findNode(list, row)
	if n == nil {
		n = v.absent(row)
	}
	if n == nil {
		return &PathError{whole, "the packet has no key " + name, ""}
	}
	return v.visitIn(n, whole, rest)
}

func (v *pathVisitor) visitIn(n *node, whole, path string) error {
	if v.enter != nil {
		v.enter(n)
	}
	name, rest, _ := strings.Cut(path, ".")
	switch {
	case path == "":
		v.whole(n)
	case n.row.Layout == LayoutKeys:
		return v.visit(n.kids, whole, path)
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
			kid = v.absent(r)
		}
		if kid == nil {
			return &PathError{whole, "the packet has no " + name, ""}
		}
		return v.visitIn(kid, whole, rest)
	default:
		f := n.row.Field(path)
		if f == nil {
			return n.noMember(whole, path)
		}
		v.field(n, f)
	}
	return nil
}
