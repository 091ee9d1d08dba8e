package odp

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-odp/odp/odp/internal/ovsh"
)

// Complete fills in what the kernel demands of a match but a person leaves out:
// the fields that a key depends on, such as eth_type for ipv4, matched exactly,
// and the keys that a packet with those values has, such as tcp_flags for TCP,
// not matched. Bits that the mask leaves out become zero, so that a flow is found
// by any text that means the same, also the one of a listing. It changes neither
// which packets were meant nor a field that is matched.
//
// The kernel wants to know what packets are: a match with neither eth nor an
// Ethernet type is for those with an Ethernet header. It cannot leave open whether
// there is a tag, nor of which type: a match
// with vlan takes packets with one of its type, by default 0x8100. Neither can it
// leave open the IP version of an outer header: one that tells no address is taken
// for one of IPv4.
//
// A match that contradicts itself, or asks for what no kernel matches, is an
// error, which the kernel would only call an invalid argument.
func (m Match) Complete() (Match, error) {
	list, err := completeNodes(m.nodes(), false)
	if err != nil {
		return Match{}, err
	}
	return matchOf(list)
}

// completeNodes completes the keys of a packet, or those inside its tag.
func completeNodes(list []*node, inTag bool) ([]*node, error) {
	for _, n := range slices.Clone(list) {
		var err error
		if n.row == nil {
			continue
		}
		if n.row.Layout == LayoutKeys {
			if len(n.kids) == 0 {
				n.kids = expected(n.row).kids
			}
			if n.kids, err = completeNodes(n.kids, true); err != nil {
				return nil, err
			}
		}
		if n.row.ID == ovsh.KeyAttrVLAN {
			n.row.Field("cfi").setFullMask(n.mask)
		}
		if n.row.ID == ovsh.KeyAttrTunnel {
			n.completeTunnel()
		}
		n.needConditions()
		if err := n.check(); err != nil {
			return nil, err
		}
		if list, err = need(list, n); err != nil {
			return nil, err
		}
	}
	clearUnmasked(list)
	// Keys that are there because of a value may bring in further keys, which
	// come after them in the table.
	for _, row := range table.keys.rows {
		if len(row.When) > 0 && !row.Spare && findNode(list, row) == nil && anyHolds(list, row.When) {
			list = append(list, expected(row))
		}
	}
	if !inTag && !hasKind(list) {
		list = append(list, newNode(KeyByID(ovsh.KeyAttrEthernet)))
	}
	if err := checkTogether(list, inTag); err != nil {
		return nil, err
	}
	if n := findNode(list, KeyByID(ovsh.KeyAttrEthertype)); inTag && n != nil && !n.matches() {
		fill(n.val, 0xff) // see expected
	}
	return list, nil
}

// hasKind tells whether the keys say which packets they are of: those with an
// Ethernet header or, without it, those of an Ethernet type.
func hasKind(list []*node) bool {
	if findNode(list, KeyByID(ovsh.KeyAttrEthernet)) != nil {
		return true
	}
	typ := findNode(list, KeyByID(ovsh.KeyAttrEthertype))
	return typ != nil && typ.matches()
}

// clearUnmasked makes the bits zero that the masks leave out. Those of a tunnel
// stay, as the kernel wants an address there.
func clearUnmasked(list []*node) {
	for _, n := range list {
		if n.row != nil && n.row.Flat {
			clearUnmasked(n.kids)
		}
		if n.row == nil || n.isList() {
			continue
		}
		for i := range n.val {
			n.val[i] &= n.mask[i]
		}
	}
}

// expected makes the node of a key that a packet has but nobody matched. What
// is inside a tag may be anything, which the kernel wants said as an Ethernet
// type, of no protocol with keys of its own, that is not matched.
func expected(row *Row) *node {
	n := newNode(row)
	n.hold()
	if row.Flat {
		n.ensure(&row.Rows[0])
	}
	if row.Layout == LayoutKeys {
		kid := newNode(KeyByID(ovsh.KeyAttrEthertype))
		fill(kid.val, 0xff)
		n.kids = []*node{kid}
	}
	return n
}

// completeTunnel adds the fields without which the kernel takes no outer header,
// not matched: the time to live, and a destination that is not zero. It says
// whether the header is of IPv6; one of which nothing tells is of IPv4.
func (n *node) completeTunnel() {
	name := "dst"
	for _, kid := range n.kids {
		if kid.row != nil && strings.HasPrefix(kid.row.Name, "ipv6_") {
			name = "ipv6_dst"
		}
	}
	dst := n.ensure(n.row.Row(name))
	if allBytes(dst.val, 0) && allBytes(dst.mask, 0) {
		dst.val[len(dst.val)-1] = 1
	}
	n.ensure(n.row.Row("ttl"))
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

// completeOuter fills in the time to live of an outer header that is to be set,
// 0 for that of the route, as the kernel demands one. It demands a destination
// as well, of which there is no default.
func (n *node) completeOuter() error {
	for _, kid := range n.kids {
		if kid.row != nil && kid.row.Layout == LayoutFlagSet {
			kid.mask[0] &^= kid.row.impliedBit() // a tunnel id is set or not, whatever the flag
		}
	}
	for _, kid := range n.kids {
		if kid.row == nil || kid.row.Name == "dst" || kid.row.Name == "ipv6_dst" {
			n.ensure(n.row.Row("ttl"))
			return nil
		}
	}
	return errors.New("set: the tunnel has no destination: dst or ipv6_dst expected")
}

// needWanted adds what those keys depend on that are wanted without a field.
func needWanted(list []*node) ([]*node, error) {
	for _, n := range slices.Clone(list) {
		var err error
		if n.row != nil && n.row.Layout == LayoutKeys {
			if n.kids, err = needWanted(n.kids); err != nil {
				return nil, err
			}
		}
		if n.wanted && len(n.row.When) > 0 {
			if list, err = needAlways(list, n); err != nil {
				return nil, err
			}
		}
	}
	return list, nil
}

// need adds what n depends on, matched exactly.
func need(list []*node, n *node) ([]*node, error) {
	if len(n.row.When) == 0 || !n.matches() {
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
		on = newNode(row)
		list = append(list, on)
	}
	if f.maskState(on.mask) != maskFull {
		f.store(on.val, c.Value)
		f.setFullMask(on.mask)
	}
	return need(list, on)
}

// choose picks the condition that a key's presence rests on: the one that
// holds, else the only one that nothing contradicts.
func choose(list []*node, row *Row) (Condition, error) {
	var open []Condition
	for _, c := range row.When {
		r, f := conditionField(c)
		n := findNode(list, r)
		switch {
		case n != nil && f.load(n.val) == c.Value && f.maskState(n.mask) != maskNone:
			return c, nil
		case n != nil && f.maskState(n.mask) == maskNone,
			n == nil && (len(r.When) == 0 || anyPossible(list, r.When)):
			open = append(open, c)
		}
	}
	// A key that is present, though not matched, is the better guess.
	for _, c := range open {
		if r, _ := conditionField(c); len(open) > 1 && findNode(list, r) != nil {
			return c, nil
		}
	}
	switch len(open) {
	case 1:
		return open[0], nil
	case 0:
		return Condition{}, fmt.Errorf("%s: only packets with %s have this key, and the match says otherwise", row.Name, conditions(row.When, " or "))
	}
	if r, _ := conditionField(open[0]); r.Layout == LayoutStruct && sameField(open) {
		return open[0], nil
	}
	return Condition{}, fmt.Errorf("%s: say which packets: with %s", row.Name, conditions(open, " or with "))
}

func sameField(list []Condition) bool {
	for _, c := range list {
		if c.Path != list[0].Path {
			return false
		}
	}
	return true
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

// anyPossible tells whether one of the values could still be set.
func anyPossible(list []*node, when []Condition) bool {
	return slices.ContainsFunc(when, func(c Condition) bool {
		r, f := conditionField(c)
		n := findNode(list, r)
		if n == nil {
			return len(r.When) == 0 || anyPossible(list, r.When)
		}
		return f.load(n.val) == c.Value || f.maskState(n.mask) == maskNone
	})
}

// Only makes a match from a packet's key, or narrows another match: it matches
// the named keys and fields as they are, with what they depend on, and nothing
// else, but for whether the packet has a tag and of which type, which the kernel
// always matches. A path is as for [Match.Get], or the name of a whole key.
func (m Match) Only(paths ...string) (Match, error) {
	list := m.nodes()
	clearMasks(list)
	for _, path := range paths {
		if err := unmask(list, path, path); err != nil {
			return Match{}, err
		}
	}
	list, err := completeNodes(list, false)
	if err != nil {
		return Match{}, err
	}
	out, err := matchOf(pruned(list))
	if err != nil {
		return Match{}, err
	}
	return out.Complete()
}

// pruned returns the keys that are matched. The Ethernet key stays, as its
// presence says something by itself, and so does what says that an outer header
// is of IPv6.
func pruned(list []*node) []*node {
	for _, n := range list {
		if n.row != nil && n.row.Layout == LayoutKeys {
			n.kids = pruned(n.kids)
		}
		if n.row != nil && n.row.ID == ovsh.KeyAttrTunnel {
			n.kids = slices.DeleteFunc(n.kids, func(kid *node) bool { return !kid.matches() && kid.row != ipv6Outer })
		}
	}
	tagged := tagMatched(list)
	return slices.DeleteFunc(list, func(n *node) bool {
		stays := n.row != nil && (n.row.ID == ovsh.KeyAttrEthernet || tagged && n.row.ID == ovsh.KeyAttrEncap)
		return !n.matches() && !stays
	})
}

// clearMasks leaves nothing matched but that there is a tag, and its type.
func clearMasks(list []*node) {
	for _, n := range list {
		clear(n.mask)
		clearMasks(n.kids)
	}
	if vlan := findNode(list, KeyByID(ovsh.KeyAttrVLAN)); vlan != nil {
		vlan.row.Field("cfi").setFullMask(vlan.mask)
		if typ := findNode(list, KeyByID(ovsh.KeyAttrEthertype)); typ != nil {
			fill(typ.mask, 0xff)
		}
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
	case path == "":
		fill(n.mask, 0xff)
	case n.row.Layout == LayoutKeys:
		return unmask(n.kids, whole, path)
	case n.row.Layout == LayoutNested:
		r := n.row.Row(name)
		if in, f := n.row.flatField(path); in != nil {
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

// holds tells whether a field of a flat node has the value, or has none yet.
func (n *node) holds(c *FieldCondition) bool {
	r, f := n.row.flatField(c.Field)
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
		r, f := n.row.flatField(kid.row.condition.Field)
		on := n.ensure(r)
		if f.maskState(on.mask) == maskNone {
			f.store(on.val, kid.row.condition.Value)
			f.setFullMask(on.mask)
		}
	}
}
