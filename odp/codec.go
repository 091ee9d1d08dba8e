package odp

import (
	"fmt"
	"slices"

	"github.com/go-odp/odp/odp/internal/ovsh"
)

// AppendAttr appends one attribute, with the padding that follows it. The
// payload may have up to 65531 bytes.
func AppendAttr(dst Attrs, id uint16, payload []byte) Attrs { return appendAttr(dst, id, payload) }

// setMaskedID is the action that a set with a mask becomes.
const setMaskedID = ovsh.ActionAttrSetMasked

// attr is the node's attribute number.
func (n *node) attr() uint16 {
	if n.row == nil {
		return n.id
	}
	return n.row.ID
}

// kid returns the node of a nested row, nil when there is none.
func (n *node) kid(r *Row) *node { return findNode(n.kids, r) }

func findNode(list []*node, r *Row) *node {
	for _, n := range list {
		if n.row == r {
			return n
		}
	}
	return nil
}

// isList tells whether the node's payload is made of its kids.
func (n *node) isList() bool { return rowIsList(n.row) }

// encodeKeys writes keys and their masks, each in the kernel's order, so that
// one match has one encoding.
func encodeKeys(list []*node) (key, mask Attrs, err error) {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b *node) int {
		return table.keys.position(a.attr()) - table.keys.position(b.attr())
	})
	room := 0
	for _, n := range list {
		room += attrHeaderLen + alignAttr(len(n.val))
	}
	key, mask = make(Attrs, 0, room), make(Attrs, 0, room)
	for _, n := range list {
		k, m := key, mask
		if k, m, err = n.encodeKey(key, mask); err != nil {
			return nil, nil, err
		}
		if n.row == nil || !n.row.ZeroAbsent || !allBytes(n.val, 0) { // else the mask alone says it
			key = k
		}
		// The kernel takes a mask of a list for a demand that the packet has
		// one, whatever is in it, and of encap where the tag is matched.
		if !n.isList() || n.matches() || n.row.ID == ovsh.KeyAttrEncap && tagMatched(list) {
			mask = m
		}
	}
	if len(key) == 0 {
		key = nil
	}
	if len(mask) == 0 {
		mask = nil
	}
	return key, mask, nil
}

// matches tells whether the node's mask covers anything, or its presence is
// matched.
func (n *node) matches() bool {
	switch {
	case n.wanted && n.row != nil && n.row.Presence:
		return true
	case n.isList():
		return slices.ContainsFunc(n.kids, (*node).matches)
	case n.row != nil && n.row.Layout == LayoutFlagSet:
		return len(n.row.appendFlagAttrs(nil, n.mask[0])) > 0
	}
	return !allBytes(n.mask, 0)
}

// exact tells whether every field is matched, or set, in full. The mask may still
// leave out bits that are of no field.
func (n *node) exact() bool {
	switch {
	case n.row == nil || n.row.Layout == LayoutOptions:
		return allBytes(n.mask, 0xff)
	case n.isList():
		return !slices.ContainsFunc(n.kids, func(kid *node) bool { return !kid.exact() })
	case !n.row.isStructs():
		return true
	}
	for at := 0; at < len(n.mask); at += n.row.Size {
		for i := range n.row.Fields {
			if n.row.Fields[i].maskState(n.mask[at:]) != maskFull {
				return false
			}
		}
	}
	return true
}

// partly tells whether there is a mask inside a list that is neither full nor
// empty.
func (n *node) partly() bool {
	switch {
	case n.isList():
		return slices.ContainsFunc(n.kids, (*node).partly)
	case n.row == nil:
		return !allBytes(n.mask, 0xff)
	case !n.row.isStructs():
		return false
	}
	at := 0
	for e := range n.row.elements(n.val) {
		mask := n.mask[at : at+len(e)]
		at += len(e)
		for i := range n.row.Fields {
			if n.row.Fields[i].maskState(mask) == maskPart {
				return true
			}
		}
		if data := mask[n.row.Size:]; !allBytes(data, 0) && !allBytes(data, 0xff) {
			return true
		}
	}
	return false
}

func tagMatched(list []*node) bool {
	vlan := findNode(list, KeyByID(ovsh.KeyAttrVLAN))
	return vlan != nil && vlan.matches()
}

func (n *node) encodeKey(key, mask []byte) (k, m []byte, err error) {
	if !n.isList() {
		return appendAttr(key, n.attr(), n.val), appendAttr(mask, n.attr(), n.mask), nil
	}
	var kv, mv Attrs
	if n.row.Layout == LayoutKeys {
		kv, mv, err = encodeKeys(n.kids)
	} else {
		kv, mv, err = n.encodeNested()
	}
	if err != nil {
		return nil, nil, err
	}
	if len(kv) > maxPayload || len(mv) > maxPayload {
		return nil, nil, fmt.Errorf("%s: more than %d bytes", n.row.Name, maxPayload)
	}
	return appendAttr(key, n.row.ID, kv), appendAttr(mask, n.row.ID, mv), nil
}

// maxPayload is the longest payload that the 16-bit length of an attribute
// allows.
const maxPayload = attrMaxLen - attrHeaderLen

// encodeNested writes the kids of a nested key in the order of the rows, then
// those without a row.
func (n *node) encodeNested() (key, mask Attrs, err error) {
	if err := n.impliedFlags(); err != nil {
		return nil, nil, err
	}
	for i := range n.row.Rows {
		r := &n.row.Rows[i]
		kid := n.kid(r)
		if kid == nil {
			continue
		}
		if r.Layout == LayoutFlagSet {
			key, mask = r.appendFlagAttrs(key, kid.val[0]), r.appendFlagAttrs(mask, kid.mask[0])
			continue
		}
		k, m, err := kid.encodeKey(key, mask)
		if err != nil {
			return nil, nil, err
		}
		if !kid.absent {
			key = k
		}
		if !r.Presence || kid.matches() {
			mask = m
		}
	}
	for _, kid := range n.kids {
		if kid.row == nil {
			key, mask = appendAttr(key, kid.id, kid.val), appendAttr(mask, kid.id, kid.mask)
		}
	}
	return key, mask, nil
}

// impliedFlags turns a match on a flag that has no attribute into one on the
// presence of the attribute that the flag stands for: the first of the rows.
func (n *node) impliedFlags() error {
	for _, kid := range n.kids {
		if kid.row == nil || kid.row.Layout != LayoutFlagSet {
			continue
		}
		flag := kid.mask[0] &^ kid.row.attrFlags()
		if flag == 0 {
			continue
		}
		there := kid.val[0]&flag != 0
		kid.mask[0] &^= flag
		on := n.kid(&n.row.Rows[0])
		if on == nil {
			// Bytes that are none of the row's are there all the same.
			if i := slices.IndexFunc(n.kids, func(k *node) bool { return k.row == nil && k.id == n.row.Rows[0].ID }); i >= 0 {
				on = n.kids[i]
			}
		}
		if on == nil {
			on = newNode(&n.row.Rows[0])
			on.absent = !there
			n.kids = append(n.kids, on)
		}
		if on.absent == there {
			return &PathError{Path: n.row.Name + "." + kid.row.Name, Problem: "the flag of " + n.row.Rows[0].Name + " contradicts it"}
		}
	}
	return nil
}

func (r *Row) appendFlagAttrs(dst []byte, set byte) []byte {
	for i, name := range r.Names {
		if set&(1<<i) != 0 && name.Value != noAttr {
			dst = appendAttr(dst, uint16(name.Value), nil)
		}
	}
	return dst
}

// encodeActions writes an action list in the order given.
func encodeActions(list []*node) (Attrs, error) {
	var dst []byte
	for _, n := range list {
		var err error
		if dst, err = n.encodeAction(dst); err != nil {
			return nil, err
		}
	}
	return dst, nil
}

func (n *node) encodeAction(dst []byte) ([]byte, error) {
	payload := n.val
	if n.row != nil {
		var err error
		if payload, err = n.actionPayload(); err != nil {
			return nil, err
		}
	}
	if len(payload) > maxPayload {
		return nil, fmt.Errorf("%s: more than %d bytes", n.row.Name, maxPayload)
	}
	id := n.attr()
	if n.row != nil && n.row.NestedFlag {
		id |= attrNested
	}
	return appendAttr(dst, id, payload), nil
}

func (n *node) actionPayload() ([]byte, error) {
	if n.row.text != nil {
		return n.val, nil
	}
	switch n.row.Layout {
	case LayoutMasked:
		return slices.Concat(n.val, n.mask), nil
	case LayoutNested:
		var dst []byte
		for i := range n.row.Rows {
			kid := n.kid(&n.row.Rows[i])
			if kid == nil {
				continue
			}
			var err error
			if dst, err = kid.encodeAction(dst); err != nil {
				return nil, err
			}
		}
		for _, kid := range n.kids {
			if kid.row == nil {
				dst = appendAttr(dst, kid.id, kid.val)
			}
		}
		return dst, nil
	case LayoutActions:
		return encodeActions(n.kids)
	case LayoutKey:
		key, _, err := encodeKeys(n.kids)
		return key, err
	case LayoutSet:
		if kid := n.kids[0]; kid.row == KeyByID(ovsh.KeyAttrTunnel) {
			if err := kid.completeOuter(); err != nil {
				return nil, err
			}
		}
		key, _, err := encodeKeys(n.kids)
		return key, err
	case LayoutSetMasked:
		kid := n.kids[0]
		if !kid.isList() {
			return appendAttr(nil, kid.attr(), slices.Concat(kid.val, kid.mask)), nil
		}
		// In the order of the rows, however the text had them.
		sorted := slices.SortedStableFunc(slices.Values(kid.kids), func(a, b *node) int {
			return kid.row.position(a.row) - kid.row.position(b.row)
		})
		var parts Attrs
		for _, part := range sorted {
			parts = appendAttr(parts, part.attr(), slices.Concat(part.val, part.mask))
		}
		return appendAttr(nil, kid.attr(), parts), nil
	}
	return n.val, nil
}

// decodeKeys reads keys and masks into nodes, with copies of their bytes.
// Without masked every key is exact.
func decodeKeys(key, mask Attrs, masked bool) []*node {
	var list []*node
	for id, val := range key.All() {
		m, ok := []byte(nil), false
		if masked {
			m, ok = mask.Find(id)
		}
		list = append(list, decodeKey(KeyByID(id), id, val, m, masked, ok))
	}
	if row, m := zeroAbsent(key, mask, masked); row != nil {
		list = append(list, &node{row: row, val: make([]byte, row.Size), mask: slices.Clone(m)})
	}
	return list
}

func decodeKey(row *Row, id uint16, val, mask []byte, masked, found bool) *node {
	if row != nil && row.Layout == LayoutArray && len(val) == 0 {
		// Of an array that is not matched the kernel lists no elements.
		n := newNode(row)
		n.hold()
		return n
	}
	if row == nil || !row.validPayload(val) {
		row = nil
	}
	n := &node{row: row, id: id, wanted: row != nil && row.Presence && (!masked || found)}
	switch {
	case rowIsList(row) && row.Layout == LayoutKeys:
		n.kids = decodeKeys(val, mask, masked)
		return n
	case rowIsList(row):
		n.kids = decodeNested(row, val, mask, masked)
		return n
	}
	n.val, n.mask = valueAndMask(len(val))
	copy(n.val, val)
	switch {
	case !masked:
		fill(n.mask, 0xff)
	case found && len(mask) == len(val):
		copy(n.mask, mask)
	}
	return n
}

func decodeNested(row *Row, val, mask Attrs, masked bool) []*node {
	var list []*node
	for id, v := range val.All() {
		if r := row.rowByID(id); row.hasFlag(id) || r != nil && r.Layout == LayoutPad {
			continue
		}
		m, ok := []byte(nil), false
		if masked {
			m, ok = mask.Find(id)
		}
		list = append(list, decodeKey(row.rowByID(id), id, v, m, masked, ok))
	}
	for i := range row.Rows {
		r := &row.Rows[i]
		if r.Layout != LayoutFlagSet {
			continue
		}
		set, m := byte(r.flagBits(row, val)), byte(0xff)
		if masked {
			m = byte(r.flagBits(row, mask))
		}
		set, m = set&r.attrFlags(), m&r.attrFlags()
		if set|m != 0 {
			list = append(list, &node{row: r, val: []byte{set}, mask: []byte{m}})
		}
	}
	if masked && row.Presence {
		list = append(list, decodeAbsent(row, val, mask)...)
	}
	return list
}

// decodeAbsent reads what only the mask of a nested key has. The kernel leaves a
// value 0 out of the key, but for an attribute whose presence is matched: there
// packets match that do not have it.
func decodeAbsent(row *Row, val, mask Attrs) []*node {
	var list []*node
	for id, m := range mask.All() {
		r := row.rowByID(id)
		if _, ok := val.Find(id); ok || row.hasFlag(id) || r != nil && r.Layout == LayoutPad {
			continue
		}
		switch {
		case r != nil && r.Presence:
			n := newNode(r)
			n.absent = true
			n.setFull()
			list = append(list, n)
		case r == nil || rowIsList(r) || allBytes(m, 0) || !r.validPayload(m):
		default:
			list = append(list, &node{row: r, val: make([]byte, len(m)), mask: slices.Clone(m)})
		}
	}
	return list
}

// setFull makes the mask of a struct full.
func (n *node) setFull() {
	if n.row.Layout == LayoutStruct {
		for i := range n.row.Fields {
			n.row.Fields[i].setFullMask(n.mask)
		}
	}
}
