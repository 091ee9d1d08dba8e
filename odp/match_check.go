package odp

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-odp/odp/odp/internal/ovsh"
)

// checkPlaces finds keys that stand where the kernel takes none, or twice, and
// attributes that are shorter than what they are. A longer one may be of a newer
// kernel, but not where it tells what other keys there are.
func checkPlaces(list []*node, depth int) error {
	for i, n := range list {
		row := KeyByID(n.attr())
		twice := slices.ContainsFunc(list[:i], func(o *node) bool { return o.attr() == n.attr() })
		problem := ""
		switch {
		case twice:
			problem = "the key stands there twice"
		case n.row == nil && row != nil && row.Layout == LayoutStruct && (len(n.val) < row.Size || row == ethRow || row == typeRow || row == vlanRow):
			problem = fmt.Sprintf("%d bytes expected, there are %d", row.Size, len(n.val))
		case n.row == nil && row != nil && row.Layout != LayoutStruct && !row.validPayload(n.val):
			problem = "its bytes are not the attributes or parts that it is made of"
		case depth > 0 && row != nil && (n.matches() || n.wanted || row == ethRow) && table.keys.position(row.ID) < table.keys.position(ovsh.KeyAttrEthertype):
			problem = "the key is of the whole packet and stands outside of encap"
		}
		if problem != "" {
			name := fmt.Sprintf("key%d", n.attr())
			if row != nil {
				name = row.Name
			}
			return &PathError{Path: name, Problem: problem}
		}
		if n.isList() && row.Flat {
			for _, kid := range n.kids {
				if r := row.rowByID(kid.id); kid.row == nil && r != nil && r.Layout == LayoutStruct {
					return &PathError{Path: row.Name + "." + r.Name, Problem: fmt.Sprintf("%d bytes expected, there are %d", r.Size, len(kid.val))}
				}
			}
		}
		if n.row == encapRow {
			if err := checkPlaces(n.kids, depth+1); err != nil {
				return inside(err)
			}
		}
	}
	return nil
}

// checkBits finds bits that are matched and set, and that are of no field, though
// in the same integer with one, or that the kernel does not know. No packet has
// them. Of an outer header's options not all has fields.
func checkBits(list []*node) error {
	for _, n := range list {
		if n.row == tunnelRow {
			continue
		}
		if err := checkBits(n.kids); err != nil {
			if e, ok := err.(*PathError); ok && n.row != nil {
				return &PathError{n.row.Name + "." + e.Path, e.Problem, e.Hint}
			}
			return err
		}
		if n.row == nil || !n.row.isStructs() {
			continue
		}
		at := 0
		for e := range n.row.elements(n.val) {
			mask := n.mask[at : at+len(e)]
			at += len(e)
			var room [2][maxStruct]byte
			fields, words := room[0][:n.row.Size], room[1][:n.row.Size]
			for i := range n.row.Fields {
				n.row.Fields[i].setFullMask(fields)
				fill(n.row.Fields[i].bytes(words), 0xff)
			}
			for i := range fields {
				if e[i]&mask[i]&words[i]&^fields[i] != 0 {
					return &PathError{Path: n.row.Name, Problem: "bits are matched that no packet has"}
				}
			}
		}
	}
	return nil
}

// maxStruct is the size of the largest struct, which the test of the table
// checks.
const maxStruct = 64

// check finds what the kernel would refuse of a match that is filled in, or take
// for another.
func check(list []*node) error {
	for _, n := range list {
		if n.row != nil && n.row.Innermost && n.matches() {
			if err := n.checkUnless(*innermost(&list)); err != nil {
				return err
			}
		}
	}
	return checkKeys(list)
}

func checkKeys(list []*node) error {
	for _, n := range list {
		if n.row == nil {
			continue
		}
		if !n.row.Innermost && n.matches() {
			if err := n.checkUnless(list); err != nil {
				return err
			}
		}
		var err error
		switch {
		case n.row == encapRow:
			err = inside(checkKeys(n.kids))
		case n.isList():
			err = n.checkNested(n.row.Name)
		default:
			err = n.checkValues(n.row.Name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// checkUnless finds a match on a key that the packets in question do not have.
func (n *node) checkUnless(list []*node) error {
	for _, c := range n.row.Unless {
		if anyHolds(list, []Condition{c}) {
			return &PathError{Path: n.row.Name, Problem: "the kernel takes no match on this key with " + conditions([]Condition{c}, "")}
		}
	}
	return nil
}

// checkNested checks the attributes inside a key.
func (n *node) checkNested(path string) error {
	if n.row == tunnelRow {
		if err := n.checkTunnel(); err != nil {
			return err
		}
	}
	var other *node
	for _, kid := range n.kids {
		if kid.row == nil {
			continue
		}
		here := path + "." + kid.row.Name
		if n.row.Flat && kid.row.Layout == LayoutStruct {
			here = path
		}
		var err error
		switch {
		case kid.row.ActionOnly:
			err = &PathError{Path: here, Problem: "no match can have this, only an action"}
		case kid.row.Exclusive && other != nil && !other.absent && !kid.absent:
			err = &PathError{Path: here, Problem: "a packet that has " + other.row.Name + " does not have this"}
		case kid.isList():
			err = kid.checkNested(here)
		case kid.row.condition != nil && !n.holds(kid.row.condition):
			c := kid.row.condition
			err = &PathError{Path: here + "." + kid.row.Fields[0].Name, Problem: fmt.Sprintf("only packets with %s=%d have this, and the match says otherwise", c.Field, c.Value)}
		default:
			err = kid.checkValues(here)
		}
		if err != nil {
			return err
		}
		if kid.row.Exclusive && !kid.absent {
			other = kid
		}
	}
	return nil
}

// checkValues checks the fields of a struct, or of each of several.
func (n *node) checkValues(path string) error {
	if !n.row.isStructs() {
		return nil
	}
	switch {
	case n.row.Layout == LayoutArray && len(n.val) > n.row.Limit*n.row.Size:
		elements, _ := n.row.Elements(n.val)
		return &PathError{Path: path, Problem: fmt.Sprintf("the kernel matches at most %d, there are %d", n.row.Limit, len(elements))}
	case n.row.Layout == LayoutOptions && len(n.val) > n.row.Limit:
		return &PathError{Path: path, Problem: fmt.Sprintf("the kernel matches at most %d bytes, there are %d", n.row.Limit, len(n.val))}
	}
	for e := range n.row.elements(n.val) {
		for i := range n.row.Fields {
			f := &n.row.Fields[i]
			if f.Whole != 0 && f.maskState(n.mask) == maskPart {
				return &PathError{Path: path, Problem: "the kernel matches all of its bits or none, whatever the mask"}
			}
			if f.MatchMax == 0 && f.MatchMin == 0 {
				continue
			}
			v := f.load(e)
			if f.MatchMax != 0 && v > f.MatchMax || v < f.MatchMin && !(n.row.ZeroAbsent && v == 0) {
				return &PathError{Path: strings.TrimSuffix(path+"."+f.Name, "."), Problem: f.takes(v)}
			}
		}
	}
	return nil
}

// takes says which values of a field the kernel takes in a match.
func (f *Field) takes(v uint64) string {
	if f.MatchMax != 0 {
		return fmt.Sprintf("the kernel takes %d to %d in a match, not %d", f.MatchMin, f.MatchMax, v)
	}
	return fmt.Sprintf("the kernel takes %#x or more in a match, not %#x", f.MatchMin, v)
}
