package odp

import (
	"slices"
	"strings"

	"github.com/go-odp/odp/odp/internal/ovsh"
)

// Complete fills in what the kernel demands of a match but a person leaves out,
// so that the kernel takes the match and takes it for what it says:
//
//   - the fields that a key depends on, such as eth_type for ipv4, matched
//     exactly. Of several types of one kind it is the usual one: arp is not RARP;
//   - the keys that a packet with those values has, such as tcp_flags for TCP,
//     not matched;
//   - that packets have an Ethernet header, if there is neither eth nor eth_type, or
//     where only such packets can be meant;
//   - of a tag its type, and that it is there: of a match with vlan or encap the
//     kernel cannot leave these open. Where nothing tells the type it is 0x8100;
//   - what it wants of an outer header that is matched: an address, of IPv4 if
//     nothing tells, and a time to live.
//
// Bits that the mask leaves out become zero, or what the kernel wants there, so
// that a flow is found by any text that means the same, also the one of a
// listing. Neither the packets that were meant change nor a field that is matched.
//
// What no completion can mend, as a match that contradicts itself or one that the
// kernel would take for another, is a [PathError] that says why. Left to the
// kernel are only keys that it may or may not know.
func (m Match) Complete() (Match, error) {
	list, err := complete(m.nodes())
	if err != nil {
		return Match{}, err
	}
	return matchOf(list)
}

// complete completes the keys of a packet. It changes the nodes.
func complete(list []*node) ([]*node, error) {
	if err := checkBits(list); err != nil {
		return nil, err
	}
	trimKeys(list)
	list, err := resolve(list)
	if err != nil {
		return nil, err
	}
	list = fillIn(list, 0)
	return list, check(list)
}

// resolve adds the fields that matched and wanted keys depend on.
func resolve(list []*node) ([]*node, error) {
	if err := checkPlaces(list, 0); err != nil {
		return nil, err
	}
	list, err := resolveTags(list, 0)
	if err != nil {
		return nil, err
	}
	if list, err = resolveKeys(list); err != nil {
		return nil, err
	}
	on := findNode(list, typeRow)
	if !hasEth(list) && (on == nil || on.matches() && typeRow.single().load(on.val) == 0 || findNode(list, vlanRow) != nil) {
		list = append(list, newNode(ethRow))
	}
	return list, nil
}

// hasEth tells whether packets have an Ethernet header.
func hasEth(list []*node) bool { return findNode(list, ethRow) != nil }

// maxTags is how many tags the kernel takes off a packet.
const maxTags = 2

var (
	ethRow   = KeyByID(ovsh.KeyAttrEthernet)
	typeRow  = KeyByID(ovsh.KeyAttrEthertype)
	vlanRow  = KeyByID(ovsh.KeyAttrVLAN)
	encapRow = KeyByID(ovsh.KeyAttrEncap)
	cfiField = vlanRow.Field("cfi")
)

// isTag tells whether a row is of a tag or of what is inside.
func isTag(row *Row) bool { return row == vlanRow || row == encapRow }

// resolveTags makes each tag one that the kernel takes: its type and the bit that
// says that it is there are matched, with what is inside in encap.
func resolveTags(list []*node, depth int) ([]*node, error) {
	vlan, encap := findNode(list, vlanRow), findNode(list, encapRow)
	on := findNode(list, typeRow)
	typed := on != nil && on.exact() && anyHolds(list, vlanRow.When)
	switch {
	case vlan == nil && encap == nil && (!typed || depth == maxTags):
		return list, nil
	case depth == maxTags:
		return nil, &PathError{Path: "vlan", Problem: "the kernel looks into two tags, and no deeper"}
	}
	if vlan != nil && isCut(vlan) {
		return nil, &PathError{Path: "vlan", Problem: "cfi=0 is of a frame that ends within its tag, on which the kernel takes no match; " +
			"without eth_type, vlan and encap it is one of the untagged frames"}
	}
	if vlan == nil {
		vlan = newNode(vlanRow)
		list = append(list, vlan)
	}
	cfiField.store(vlan.val, 1)
	cfiField.setFullMask(vlan.mask)
	list, err := needAlways(list, vlan)
	if err != nil {
		return nil, err
	}
	if encap == nil {
		encap = newNode(encapRow)
		list = append(list, encap)
	}
	encap.kids, err = resolveTags(encap.kids, depth+1)
	return list, inside(err)
}

// isCut tells whether a tag is what the kernel tells of where a frame ends within
// its tag.
func isCut(vlan *node) bool {
	return cfiField.maskState(vlan.mask) == maskFull && cfiField.load(vlan.val) == 0
}

// withoutCutTags drops the tags within which a frame ends from its key: to flows it
// is a frame without the tag, of some type that is the tag's.
func withoutCutTags(list []*node) []*node {
	vlan := findNode(list, vlanRow)
	if n := findNode(list, encapRow); n != nil {
		n.kids = withoutCutTags(n.kids)
	}
	if vlan == nil || !isCut(vlan) {
		return list
	}
	if on := findNode(list, typeRow); on != nil {
		typeRow.single().store(on.val, vlanRow.When[0].Value)
	}
	return slices.DeleteFunc(list, func(n *node) bool { return isTag(n.row) })
}

// inside adds to an error about keys that these are inside a tag.
func inside(err error) error {
	if e, ok := err.(*PathError); ok {
		return &PathError{"encap." + e.Path, e.Problem, e.Hint}
	}
	return err
}

// resolveKeys adds what the keys other than tags depend on, of those inside tags
// as well.
func resolveKeys(list []*node) ([]*node, error) {
	var err error
	for _, n := range slices.Clone(list) {
		switch {
		case n.row == nil || n.row.Innermost:
		case n.row == encapRow:
			n.kids, err = resolveKeys(n.kids)
			err = inside(err)
		default:
			list, err = need(list, n)
		}
		if err != nil {
			return nil, err
		}
	}
	for _, n := range slices.Clone(list) {
		if n.row == nil || !n.row.Innermost {
			continue
		}
		in := innermost(&list)
		if *in, err = need(*in, n); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// innermost is the list of keys inside all tags.
func innermost(list *[]*node) *[]*node {
	for n := findNode(*list, encapRow); n != nil; n = findNode(*list, encapRow) {
		list = &n.kids
	}
	return list
}

// need adds what n depends on, matched exactly, if n is matched or wanted.
func need(list []*node, n *node) ([]*node, error) {
	if len(n.row.When) == 0 || isTag(n.row) || !n.matches() && !n.wanted {
		return list, nil
	}
	return needAlways(list, n)
}

// needAlways is need for a key that has conditions.
func needAlways(list []*node, n *node) ([]*node, error) {
	c, err := choose(list, n.row)
	if err != nil {
		return nil, err
	}
	row, f := conditionField(c)
	on := findNode(list, row)
	if on == nil {
		if hasAttr(list, row) {
			return nil, &PathError{Path: row.Name, Problem: "its bytes are not those of the key as it is known, and " + n.row.Name + " depends on it"}
		}
		on = newNode(row)
		list = append(list, on)
	}
	f.store(on.val, c.Value)
	f.setFullMask(on.mask)
	return need(list, on)
}

// choose picks the condition that a key's presence rests on: the one that is
// matched, else the one that the keys have without matching it, else the only one
// that nothing contradicts.
func choose(list []*node, row *Row) (Condition, error) {
	var open []Condition
	for _, c := range row.When {
		if !possible(list, c) {
			continue
		}
		r, f := conditionField(c)
		if n := findNode(list, r); n != nil && f.load(n.val) == c.Value && f.maskState(n.mask) == maskFull {
			return c, nil
		}
		open = append(open, c)
	}
	present := func(c Condition) *node { r, _ := conditionField(c); return findNode(list, r) }
	for _, c := range open {
		if _, f := conditionField(c); present(c) != nil && f.load(present(c).val) == c.Value {
			return c, nil
		}
	}
	// Of different keys the one that is present, though nothing is known of it, is
	// the better guess.
	for _, c := range open {
		several := slices.ContainsFunc(open, func(o Condition) bool { return o.Path != c.Path })
		if several && present(c) != nil {
			return c, nil
		}
	}
	switch {
	case len(open) == 0:
		problem := "only packets with " + conditions(row.When, " or ") + " have this key, and the match says otherwise"
		if findNode(list, vlanRow) != nil {
			problem += "; what is inside a tag stands in encap(...)"
		}
		return Condition{}, &PathError{Path: row.Name, Problem: problem}
	case len(open) == 1 || sameField(open) && (present(open[0]) == nil || !present(open[0]).matches()):
		return open[0], nil
	}
	return Condition{}, &PathError{Path: row.Name, Problem: "say which packets: with " + conditions(open, " or with ")}
}

// sameField tells whether conditions are about values of one key that is a single
// value: the first is the usual one then.
func sameField(list []Condition) bool {
	r, _ := conditionField(list[0])
	return r.single() != nil && !slices.ContainsFunc(list, func(c Condition) bool { return c.Path != list[0].Path })
}

func conditions(list []Condition, or string) string {
	words := make([]string, len(list))
	for i, c := range list {
		_, f := conditionField(c)
		b := make([]byte, f.Off+f.Width)
		f.store(b, c.Value)
		words[i] = c.Path + "=" + string(appendBare(nil, f, b, false))
	}
	return strings.Join(words, or)
}

// conditionField finds the row and field of a condition, which the table's own
// test has checked to be there.
func conditionField(c Condition) (*Row, *Field) {
	name, field, _ := strings.Cut(c.Path, ".")
	row := KeyByName(name)
	return row, row.Field(field)
}

// anyHolds tells whether the keys have one of the values, matched or not.
func anyHolds(list []*node, when []Condition) bool {
	return slices.ContainsFunc(when, func(c Condition) bool {
		r, f := conditionField(c)
		n := findNode(list, r)
		return n != nil && f.load(n.val) == c.Value
	})
}

// possible tells whether nothing that is matched contradicts the condition.
func possible(list []*node, c Condition) bool {
	r, f := conditionField(c)
	if n := findNode(list, r); n != nil && (f.load(n.val)^c.Value)&f.load(n.mask) != 0 {
		return false
	}
	return len(r.When) == 0 || slices.ContainsFunc(r.When, func(c Condition) bool { return possible(list, c) })
}

// cloneNodes copies nodes that are to be changed.
func cloneNodes(list []*node) []*node {
	out := make([]*node, len(list))
	for i, n := range list {
		c := *n
		c.val, c.mask, c.kids = slices.Clone(n.val), slices.Clone(n.mask), cloneNodes(n.kids)
		out[i] = &c
	}
	return out
}
