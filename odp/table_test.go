package odp

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/go-odp/odp/odp/internal/ovsh"
)

// walkRows calls fn for each row of the table, nested ones included.
func walkRows(fn func(path string, r *Row)) {
	var walk func(string, *Row)
	walk = func(path string, r *Row) {
		fn(path, r)
		for i := range r.Rows {
			walk(path+"."+r.Rows[i].Name, &r.Rows[i])
		}
	}
	for _, r := range KeyRows() {
		walk(r.Name, r)
	}
	for _, r := range ActionRows() {
		walk(r.Name, r)
	}
}

func TestTable(t *testing.T) {
	walkRows(func(path string, r *Row) {
		if r.Doc == "" {
			t.Errorf("%s: no doc", path)
		}
		if r.text != nil && (r.text.format == nil || r.text.parse == nil || r.text.valid == nil) {
			t.Errorf("%s: text hooks must come together", path)
		}
		for _, preset := range r.Preset {
			if _, f := r.KeyRow().FlatField(preset.Field); f == nil || preset.Value > f.max() {
				t.Errorf("%s: bad preset %v", path, preset)
			}
		}
		for _, c := range r.When {
			if row, f := conditionField(c); row == nil || f == nil || c.Value > f.max() {
				t.Errorf("%s: bad condition %v", path, c)
			}
		}
		if c := r.Closed; c != nil && (r.Field(c.Field) == nil || c.Value > r.Field(c.Field).max()) {
			t.Errorf("%s: bad condition", path)
		}
		if r.isStructs() && r.Size > maxStruct {
			t.Errorf("%s: larger than maxStruct", path)
		}
		for i := range r.Rows {
			if kid := &r.Rows[i]; kid.isStructs() && r.Layout == LayoutNested && kid.Size > maxNestedStruct {
				t.Errorf("%s: larger than maxNestedStruct", kid.Name)
			}
		}
		names := map[string]bool{}
		for _, n := range r.Members() {
			if names[n] {
				t.Errorf("%s: two members %s", path, n)
			}
			names[n] = true
		}
		if !r.isStructs() && r.Layout != LayoutMasked && r.Layout != LayoutString && r.Layout != LayoutBytes {
			if len(r.Fields) > 0 || r.Size != 0 {
				t.Errorf("%s: fields outside a struct", path)
			}
			return
		}
		used := make([]byte, r.Size)
		for i := range r.Fields {
			f := &r.Fields[i]
			if f.Name != "" && f.Doc == "" {
				t.Errorf("%s.%s: no doc", path, f.Name)
			}
			if f.Off < 0 || f.Width < 1 || f.Off+f.Width > r.Size {
				t.Fatalf("%s.%s: outside the %d bytes", path, f.Name, r.Size)
			}
			bits := make([]byte, r.Size)
			f.setFullMask(bits)
			for j := range bits {
				if used[j]&bits[j] != 0 {
					t.Errorf("%s.%s: overlaps another field", path, f.Name)
				}
				used[j] |= bits[j]
			}
			if c := f.Only; c != nil && (r.Field(c.Field) == nil || c.Value > r.Field(c.Field).max()) {
				t.Errorf("%s.%s: bad condition", path, f.Name)
			}
			for _, n := range f.Names {
				if uint64(n.Value) > f.max() {
					t.Errorf("%s.%s: %s does not fit", path, f.Name, n.Name)
				}
			}
		}
	})
	for _, x := range []rowIndex{table.keys, table.actions} {
		seen := map[uint16]string{}
		for _, r := range x.rows {
			if seen[r.ID] != "" {
				t.Errorf("%s and %s have one number", r.Name, seen[r.ID])
			}
			seen[r.ID] = r.Name
			if o := x.byName[r.Name]; o != r && o.Layout != LayoutSet {
				t.Errorf("two rows named %s", r.Name)
			}
		}
	}
}

// randomPayload makes a payload and mask that text can carry: whatever the
// mask leaves out is zero, as the kernel's dumps have it.
func randomPayload(rnd *rand.Rand, r *Row, mode int) (val, mask []byte) {
	val, mask = make([]byte, r.Size), make([]byte, r.Size)
	for i := range r.Fields {
		f := &r.Fields[i]
		switch b := f.bytes(mask); {
		case f.Implied != nil || mode == 0 || rnd.IntN(3) == 0 || f.Kind == KindEnum:
			f.setFullMask(mask)
		case mode == 2 && f.isInt():
			f.store(mask, rnd.Uint64())
		case mode == 2:
			for i := range b {
				b[i] = byte(rnd.Uint32())
			}
		}
		switch {
		case f.isInt() && len(f.Names) > 0 && f.Kind == KindEnum:
			f.store(val, uint64(f.Names[rnd.IntN(len(f.Names))].Value))
		case f.isInt() && f.Kind == KindFlags:
			var all uint64
			for _, n := range f.Names {
				all |= uint64(n.Value)
			}
			f.store(val, rnd.Uint64()&all)
			f.store(mask, f.load(mask)&all)
			if mode == 0 {
				f.setFullMask(mask)
			}
		case f.isInt() && f.Kind == KindPercent:
			f.store(val, f.max())
		case f.isInt():
			f.store(val, rnd.Uint64())
		default:
			for i := range f.bytes(val) {
				f.bytes(val)[i] = byte(rnd.Uint32())
			}
		}
	}
	for i := range val {
		val[i] &= mask[i]
	}
	for i := range r.Fields {
		f := &r.Fields[i]
		if c := f.Only; c != nil {
			// The text has those fields only that the first one makes sense of.
			on := r.Field(c.Field)
			on.store(val, 1+uint64(i&1))
			on.setFullMask(mask)
			for j := range r.Fields {
				if o := &r.Fields[j]; o.Only != nil && o.Only.Value != on.load(val) {
					o.store(val, 0)
					o.store(mask, 0)
				}
			}
		}
	}
	return val, mask
}

func randomNode(rnd *rand.Rand, r *Row, mode int) *node {
	n := newNode(r)
	switch r.Layout {
	case LayoutStruct:
		n.val, n.mask = randomPayload(rnd, r, mode)
	case LayoutFlagSet:
		n.val[0] = byte(rnd.Uint32()) & (1<<(len(r.Names)-1) - 1)
		n.mask[0] = n.val[0]
	case LayoutArray:
		for range 1 + rnd.IntN(3) {
			val, mask := randomPayload(rnd, r, mode)
			n.val, n.mask = append(n.val, val...), append(n.mask, mask...)
		}
	case LayoutOptions:
		n.val, n.mask = []byte{}, []byte{}
		for range 1 + rnd.IntN(2) {
			val, mask := randomPayload(rnd, r, mode)
			data := []byte{0, byte(rnd.Uint32()), 3, 4, 5, 6, 7, 8}[:4*rnd.IntN(3)]
			r.lengthField().store(val, uint64(len(data)/4))
			r.lengthField().setFullMask(mask)
			n.val, n.mask = append(append(n.val, val...), data...), append(append(n.mask, mask...), bytes.Repeat([]byte{0xff}, len(data))...)
		}
	case LayoutMasked:
		n.val, n.mask = randomPayload(rnd, r, rnd.IntN(3))
	case LayoutString:
		n.val = append([]byte("abc-de_f.1")[:1+rnd.IntN(9)], 0)
	case LayoutAddress:
		n.val = make([]byte, 4)
	case LayoutCookie:
		n.val = []byte{1, 2, 3}
		if i := rnd.IntN(len(r.Rows) + 1); i < len(r.Rows) {
			n.val, _ = randomPayload(rnd, &r.Rows[i], 0)
			r.Rows[i].finish(n.val)
		}
	case LayoutKey:
		kid := newNode(r.KeyRow())
		for _, name := range []string{"base", "md1"} {
			part := newNode(kid.row.Row(name))
			part.val, part.mask = randomPayload(rnd, part.row, 0)
			kid.kids = append(kid.kids, part)
		}
		kid.kids[0].row.Field("mdtype").store(kid.kids[0].val, 1)
		n.kids = []*node{kid}
	case LayoutBytes:
		n.val = []byte{1, 2, 3}
		n.fillMask()
	case LayoutKeys:
		for _, k := range KeyRows() {
			if k.Layout == LayoutStruct && rnd.IntN(4) == 0 {
				n.kids = append(n.kids, randomNode(rnd, k, mode))
			}
		}
	case LayoutNested:
		for i := range r.Rows {
			if rnd.IntN(3) > 0 || len(r.When) == 0 && mode == 0 {
				n.kids = append(n.kids, randomNode(rnd, &r.Rows[i], mode))
			}
		}
		n.onePossible()
		n.needConditions()
		if r.ID == ovsh.KeyAttrTunnel {
			// Text says nothing of what is not matched, not even that it is of IPv6.
			n.kids = slices.DeleteFunc(n.kids, func(kid *node) bool { return kid.row.Layout == LayoutStruct && !kid.matches() })
		}
		if r.text != nil {
			all := []string{"", "src", "dst=10.0.0.1", "src=fe80::1-fe80::2,hash", "dst=[fe80::1]:80-90,persistent,random", "src=10.0.0.1-10.0.0.2:1"}
			p := &parser{text: all[rnd.IntN(len(all))]}
			if err := r.text.parse(p, n); err != nil {
				panic(err)
			}
		}
	}
	return n
}

// onePossible leaves of nested attributes some that one packet can have. Text tells
// an outer header of IPv6 only by addresses that are matched.
func (n *node) onePossible() {
	ipv6 := slices.ContainsFunc(n.kids, func(kid *node) bool { return kid.ipv6() && kid.matches() })
	exclusive := n.exclusive()
	n.kids = slices.DeleteFunc(n.kids, func(kid *node) bool {
		return kid.ipv6() && !ipv6 || kid.ipv4() && ipv6 || kid.row.Exclusive && kid.row != exclusive || kid.row.ActionOnly && n.row == tunnelRow
	})
}

// TestKeyRoundTrip checks bytes -> text -> bytes for every key row, also those
// not yet written when this test was.
func TestKeyRoundTrip(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for _, r := range KeyRows() {
		t.Run(r.Name, func(t *testing.T) {
			for i := range 300 {
				m, err := matchOf([]*node{randomNode(rnd, r, i%3)})
				if err != nil {
					t.Fatal(err)
				}
				if len(m.Mask) == 0 {
					continue
				}
				for _, o := range []*TextOptions{nil, {Verbose: true}} {
					text := string(m.AppendText(nil, o))
					got, err := ParseMatch(text, nil)
					if err != nil {
						t.Fatalf("%s: %v", text, err)
					}
					if !got.Equal(m) {
						t.Fatalf("%s:\nreads as %x/%x\n    not %x/%x", text, got.Key, got.Mask, m.Key, m.Mask)
					}
				}
			}
		})
	}
}

// TestActionRoundTrip does the same for every action row.
func TestActionRoundTrip(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for _, r := range ActionRows() {
		t.Run(r.Name, func(t *testing.T) {
			for range 100 {
				n := randomAction(rnd, r)
				a, err := encodeActions([]*node{n, randomAction(rnd, ActionByName("output"))})
				if err != nil {
					t.Fatal(err)
				}
				text := Actions(a).String()
				got, err := ParseActions(text, nil)
				if err != nil {
					t.Fatalf("%s: %v", text, err)
				}
				if !bytes.Equal(got, a) {
					t.Fatalf("%s:\nreads as %x\n    not %x", text, []byte(got), []byte(a))
				}
			}
		})
	}
}

func randomAction(rnd *rand.Rand, r *Row) *node {
	n := randomNode(rnd, r, 0)
	switch r.Layout {
	case LayoutNested:
		if r.text != nil {
			break
		}
		n.kids = nil
		for i := range r.Rows {
			n.kids = append(n.kids, randomAction(rnd, &r.Rows[i]))
		}
	case LayoutActions:
		n.kids = []*node{randomAction(rnd, ActionByName("output")), randomAction(rnd, ActionByName("pop_vlan"))}
	case LayoutSet:
		n.kids = []*node{randomNode(rnd, KeyByName("eth"), 0)}
	case LayoutSetMasked:
		kid := newNode(KeyByName("ipv4"))
		kid.val[0], kid.mask[0] = 10, 0xff
		n.kids = []*node{kid}
	}
	return n
}
