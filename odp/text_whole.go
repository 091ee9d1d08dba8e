package odp

import "slices"

// The text of ovs-dpctl leaves out what is not matched, and what has no name. Of
// flows from a kernel that makes no difference, but for what [Match.AppendText] says
// of ERSPAN. A match may also be made of bytes, or say of a key no more than that it
// is there; what follows finds where the text would be of other packets then.

// hint is a field that tells of which packets keys are that several kinds have.
// [Match.Complete] picks the kind by it even if it is not matched, and by its key
// being there.
type hint struct {
	field *Field
	rests []*Row
}

// hints are the hints by the keys that they are in.
var hints = func() map[*Row]*hint {
	by := make(map[*Row]*hint)
	for _, row := range table.keys.rows {
		if len(row.When) < 2 {
			continue
		}
		for _, c := range row.When {
			on, f := conditionField(c)
			if by[on] == nil {
				by[on] = &hint{field: f}
			}
			if !slices.Contains(by[on].rests, row) {
				by[on].rests = append(by[on].rests, row)
			}
		}
	}
	return by
}()

// hintIn returns the field of a row that is not matched, where a key is matched of
// which that field alone may tell what packets it is of; nil where there is none.
func hintIn(row *Row, key, mask Attrs) *Field {
	h := hints[row]
	if h == nil {
		return nil
	}
	if m, ok := mask.Find(row.ID); ok && len(m) == row.Size && h.field.maskState(m) != maskNone {
		return nil
	}
	for _, rests := range h.rests {
		if demanded(key, mask, rests) && !slices.ContainsFunc(rests.When, func(c Condition) bool { return settled(key, mask, c) }) {
			return h.field
		}
	}
	return nil
}

// demanded tells whether a key is matched. A tag is where it is there.
func demanded(key, mask Attrs, row *Row) bool {
	if _, ok := key.Find(row.ID); !ok {
		return false
	}
	m, _ := mask.Find(row.ID)
	return isTag(row) || !allBytes(m, 0)
}

// settled tells whether the keys match a value in full.
func settled(key, mask Attrs, c Condition) bool {
	row, f := conditionField(c)
	val, _ := key.Find(row.ID)
	m, _ := mask.Find(row.ID)
	return len(val) == row.Size && len(m) == row.Size && f.load(val) == c.Value && f.maskState(m) == maskFull
}

// says tells whether the text of an attribute inside a key has every bit that is
// matched. Bytes and words have no mask in text. A struct of which all is matched,
// and nothing set that has no name, is written with its names in any case: ovs-dpctl
// puts and prints it so.
func (r *Row) says(val, mask []byte) bool {
	switch {
	case r.Layout == LayoutNested || r.Layout == LayoutFlag:
		return true
	case !r.isStructs():
		return allBytes(mask, 0xff)
	}
	var buf [maxNestedStruct]byte
	for len(val) > 0 {
		named, kind := r.named(buf[:r.Size], val, mask)
		zeroes := kind == closedStruct || kind == openStruct && allBytes(mask[:r.Size], 0xff)
		for i, bits := range named {
			if unnamed := mask[i] &^ bits; unnamed != 0 && !(zeroes && unnamed&val[i] == 0) {
				return false
			}
		}
		n := r.elementLen(val)
		val, mask = val[n:], mask[n:]
	}
	return true
}

// maxNestedStruct is the size of the largest struct inside a key, which the test
// of the table checks.
const maxNestedStruct = 16

// structKind tells what a struct may have besides what text has names for.
type structKind uint8

const (
	closedStruct  structKind = iota // nothing that a packet sets that keeps to the protocol
	openStruct                      // something
	unknownStruct                   // nobody can tell: it is not matched what struct it is
)

// named collects the bits of a struct that text has a name for, in buf.
func (r *Row) named(buf, val, mask []byte) (bits []byte, kind structKind) {
	clear(buf)
	known := r.Closed == nil
	for i := range r.Fields {
		f := &r.Fields[i]
		if f.Only != nil {
			if !r.fixed(f.Only, val, mask) {
				continue
			}
			known = true
		}
		f.setFullMask(buf)
	}
	switch {
	case !known:
		return buf, unknownStruct
	case r.Closed == nil || r.fixed(r.Closed, val, mask):
		return buf, closedStruct
	}
	return buf, openStruct
}

// fixed tells whether a field of a struct is matched in full to have a value.
func (r *Row) fixed(c *FieldCondition, val, mask []byte) bool {
	f := r.Field(c.Field)
	return f.load(val) == c.Value && f.maskState(mask) == maskFull
}

// trimOuter takes the bits out of the masks of an outer header that no packet sets.
// The kernel keeps these headers as they came, so a bit that is set stays.
func trimOuter(kids []*node) {
	for _, n := range kids {
		trimOuter(n.kids)
		if n.row == nil || !n.row.isStructs() {
			continue
		}
		mask := n.mask
		for elements, _ := n.row.Elements(n.val); len(elements) > 0; elements = elements[1:] {
			var buf [maxNestedStruct]byte
			if named, kind := n.row.named(buf[:n.row.Size], elements[0], mask); kind == closedStruct {
				for i, bits := range named {
					mask[i] &= bits | elements[0][i]
				}
			}
			mask = mask[len(elements[0]):]
		}
	}
}
