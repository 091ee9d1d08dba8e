package odp

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// maxTextDepth bounds the nesting that the parser follows. The kernel refuses
// lists that are nested much less deep.
const maxTextDepth = 32

// parser reads OVS text. It collects nodes, which the codec turns into
// attributes.
type parser struct {
	text  string
	pos   int
	depth int
	o     *TextOptions
	ufid  *UFID // read before the keys, if it was there
	line  bool  // the text is of a whole flow: counters follow the keys
}

// node is one attribute as read from text, not yet encoded.
type node struct {
	row       *Row
	id        uint16 // of a raw attribute, where row is nil
	val, mask []byte // payload and mask; bits of a LayoutFlagSet
	kids      []*node
	wanted    bool // packets match that have this key, whatever is in it
}

func (p *parser) fail(expected string) error {
	return &SyntaxError{Text: p.text, Offset: p.pos, Expected: expected}
}

func (p *parser) failName(at int, expected, name string, names []string) error {
	p.pos = at
	return &SyntaxError{Text: p.text, Offset: at, Expected: expected, Hint: near(name, names)}
}

func (p *parser) done() bool { return p.pos >= len(p.text) }

func (p *parser) peek() byte {
	if p.done() {
		return 0
	}
	return p.text[p.pos]
}

func (p *parser) accept(lit string) bool {
	if strings.HasPrefix(p.text[p.pos:], lit) {
		p.pos += len(lit)
		return true
	}
	return false
}

func (p *parser) expect(lit string) error {
	if !p.accept(lit) {
		return p.fail(strconv.Quote(lit))
	}
	return nil
}

// separators skips what may stand between the items of a list.
func (p *parser) separators() {
	for !p.done() && strings.IndexByte(", \t\r\n", p.text[p.pos]) >= 0 {
		p.pos++
	}
}

func (p *parser) blanks() {
	for !p.done() && strings.IndexByte(" \t\r\n", p.text[p.pos]) >= 0 {
		p.pos++
	}
}

// while takes the bytes up to the first that is not accepted.
func (p *parser) while(ok func(byte) bool) string {
	start := p.pos
	for !p.done() && ok(p.text[p.pos]) {
		p.pos++
	}
	return p.text[start:p.pos]
}

func isWord(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func (p *parser) enter() error {
	if p.depth++; p.depth > maxTextDepth {
		return p.fail(fmt.Sprintf("at most %d levels of nesting", maxTextDepth))
	}
	return nil
}

// keys reads a list of keys up to the end of the text, or to the closing
// parenthesis of the list that it is in.
func (p *parser) keys(nested bool) ([]*node, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	var list []*node
	for {
		p.separators()
		if p.done() || nested && p.peek() == ')' || p.line && !nested && p.atCounters() {
			return list, nil
		}
		if !nested && p.accept("<empty>") {
			continue
		}
		if !nested && len(list) == 0 && p.ufid == nil && p.accept("ufid:") {
			if err := p.readUFID(); err != nil {
				return nil, err
			}
			continue
		}
		n, err := p.key(list)
		if err != nil {
			return nil, err
		}
		list = append(list, n)
	}
}

// key reads name(...), one key.
func (p *parser) key(before []*node) (*node, error) {
	at := p.pos
	name := p.while(isWord)
	row := KeyByName(name)
	if row == nil {
		if id, ok := rawID(name, "key"); ok && p.peek() == '(' {
			n, err := p.raw(id)
			if err == nil {
				n.know(KeyByID(id))
			}
			return n, err
		}
		if p.line && p.peek() == ':' {
			return nil, p.failName(at, "a key, or one of "+strings.Join(counterNames, ", "), name, counterNames)
		}
		return nil, p.failName(at, "the name of a key", name, keyNames())
	}
	for _, n := range before {
		if n.row == row {
			p.pos = at
			return nil, p.fail("each key once: " + name + " stands before")
		}
	}
	n := newNode(row)
	return n, p.parens(n)
}

// newNode makes a node whose implied fields have their values and nothing else
// is matched.
func newNode(row *Row) *node {
	n := &node{row: row}
	switch row.Layout {
	case LayoutStruct:
		n.val, n.mask = make([]byte, row.Size), make([]byte, row.Size)
		for i := range row.Fields {
			if f := &row.Fields[i]; f.Implied != nil {
				f.store(n.val, *f.Implied)
				f.setFullMask(n.mask)
			}
		}
	case LayoutMasked:
		n.val, n.mask = make([]byte, row.Size), make([]byte, row.Size)
	case LayoutFlagSet:
		n.val, n.mask = []byte{0}, []byte{0}
	}
	return n
}

// rawID reads the number of "key33" or "action99".
func rawID(name, prefix string) (uint16, bool) {
	digits, ok := strings.CutPrefix(name, prefix)
	if !ok || digits == "" {
		return 0, false
	}
	id, err := strconv.ParseUint(digits, 10, 14)
	return uint16(id), err == nil
}

// raw reads (00 11/ff ff), an attribute as bytes.
func (p *parser) raw(id uint16) (*node, error) {
	p.pos++
	n := &node{id: id}
	var err error
	if n.val, err = p.hexBytes(); err != nil {
		return nil, err
	}
	n.mask = slices.Repeat([]byte{0xff}, len(n.val))
	if p.accept("/") {
		at := p.pos
		if n.mask, err = p.hexBytes(); err != nil {
			return nil, err
		}
		if len(n.mask) != len(n.val) {
			p.pos = at
			return nil, p.fail(fmt.Sprintf("a mask of %d bytes", len(n.val)))
		}
	}
	return n, p.expect(")")
}

// know gives an attribute that was read as bytes its row, where that has just
// bytes as well.
func (n *node) know(row *Row) {
	if row != nil && !rowIsList(row) && row.validPayload(n.val) {
		n.row = row
	}
}

// hexBytes reads pairs of hex digits with or without blanks between them.
func (p *parser) hexBytes() ([]byte, error) {
	at := p.pos
	digits := p.while(func(c byte) bool { return isHex(c) || c == ' ' })
	b, err := hex.DecodeString(strings.ReplaceAll(digits, " ", ""))
	if err != nil {
		p.pos = at
		return nil, p.fail("bytes as pairs of hex digits")
	}
	return b, nil
}

// payload reads what stands between the parentheses of a row, or after its
// equals sign.
func (p *parser) payload(n *node) (err error) {
	row := n.row
	if row.text != nil {
		return row.text.parse(p, n)
	}
	switch row.Layout {
	case LayoutStruct, LayoutMasked:
		if row.Wrapped {
			return p.wrapped(n)
		}
		return p.fields(n)
	case LayoutArray:
		return p.array(n)
	case LayoutOptions:
		return p.options(n)
	case LayoutNested:
		return p.nested(n)
	case LayoutFlagSet:
		f := row.bits
		return p.value(f, n.val, n.mask)
	case LayoutKey:
		return p.presetKey(n)
	case LayoutKeys:
		n.kids, err = p.keys(true)
	case LayoutActions:
		n.kids, err = p.actions(true)
	case LayoutSet:
		return p.set(n)
	case LayoutBytes, LayoutCookie:
		n.val, err = p.byteString(row)
	case LayoutString:
		n.val, err = p.word(row)
	case LayoutAddress:
		n.val, err = p.anyAddress()
	}
	n.fillMask()
	return err
}

// fillMask gives bytes without a mask of their own a full one.
func (n *node) fillMask() {
	if n.mask == nil {
		n.mask = slices.Repeat([]byte{0xff}, len(n.val))
	}
}

// byteString reads bytes, as hex digits with or without 0x.
func (p *parser) byteString(row *Row) ([]byte, error) {
	at := p.pos
	if row.Assigned {
		p.accept("0x")
	}
	b, err := p.hexBytes()
	if err == nil && row.Size > 0 && len(b) > row.Size {
		p.pos = at
		err = p.fail(fmt.Sprintf("at most %d bytes", row.Size))
	}
	return b, err
}

// word reads a string, which the kernel keeps with a zero byte at its end.
func (p *parser) word(row *Row) ([]byte, error) {
	at := p.pos
	word := p.while(isStringByte)
	if word == "" || len(word) >= row.Size {
		p.pos = at
		return nil, p.fail(fmt.Sprintf("a name of 1 to %d bytes", row.Size-1))
	}
	return append([]byte(word), 0), nil
}

func (p *parser) anyAddress() ([]byte, error) {
	at := p.pos
	a, err := netip.ParseAddr(p.while(func(c byte) bool { return isHex(c) || c == '.' || c == ':' }))
	if err != nil {
		p.pos = at
		return nil, p.fail("an IP address")
	}
	return a.AsSlice(), nil
}

// wrapped reads the first field's value around that of the second.
func (p *parser) wrapped(n *node) error {
	if err := p.bare(&n.row.Fields[0], n.val, false); err != nil {
		return err
	}
	if err := p.expect("("); err != nil {
		return err
	}
	if err := p.bare(&n.row.Fields[1], n.val, false); err != nil {
		return err
	}
	return p.expect(")")
}

// presetKey reads the text of the key in a LayoutKey. What it leaves out has a
// preset value.
func (p *parser) presetKey(n *node) error {
	kid := newNode(n.row.keyRow())
	at := p.pos
	if err := p.payload(kid); err != nil {
		return err
	}
	for _, preset := range n.row.Preset {
		r, f := kid.row.flatField(preset.Field)
		if r == nil {
			continue
		}
		member := kid.kid(r)
		switch {
		case member != nil:
		case r.condition != nil && !kid.holds(r.condition):
			continue
		default:
			member = kid.ensure(r)
		}
		switch f.maskState(member.mask) {
		case maskNone:
			f.store(member.val, preset.Value)
			f.setFullMask(member.mask)
		case maskPart:
			p.pos = at
			return p.fail("no mask on " + f.Name + ", as the action sets the whole header")
		}
	}
	n.kids = []*node{kid}
	return nil
}

// fields reads the fields of a struct.
func (p *parser) fields(n *node) error {
	err := p.fieldList(n)
	if err == nil && n.row.finish != nil {
		n.row.finish(n.val)
	}
	return err
}

func (p *parser) fieldList(n *node) error {
	row := n.row
	if f := row.single(); f != nil {
		return p.value(f, n.val, n.mask)
	}
	seen := make([]bool, len(row.Fields))
	for p.blanks(); p.peek() != ')'; {
		at := p.pos
		i, err := p.fieldName(row, row.Fields)
		if err != nil {
			return err
		}
		if seen[i] {
			p.pos = at
			return p.fail("each field once: " + row.Fields[i].Name + " stands before")
		}
		seen[i] = true
		if err := p.value(&row.Fields[i], n.val, n.mask); err != nil {
			return err
		}
		if !p.accept(",") {
			break
		}
		p.blanks()
	}
	return nil
}

// fieldName reads the name of a field up to its value. The word of a field
// whose name is not written is left to be read as the value.
func (p *parser) fieldName(row *Row, fields []Field) (int, error) {
	at := p.pos
	name := p.while(isWord)
	for i := range fields {
		f := &fields[i]
		if f.Unnamed {
			if _, ok := f.valueOf(name); ok {
				p.pos = at
				return i, nil
			}
		}
		if f.Name == name || f.Printed == name && name != "" {
			return i, p.expect("=")
		}
	}
	return 0, p.failMember(at, row, name)
}

func (p *parser) failMember(at int, row *Row, name string) error {
	members := row.Members()
	return p.failName(at, "a field of "+row.Name+" ("+strings.Join(members, ", ")+")", name, members)
}

// array reads structs. A field that was read starts the next one; each may also
// stand in braces.
func (p *parser) array(n *node) error {
	row := n.row
	n.val, n.mask = nil, nil
	var seen uint64
	braces := false
	more := func() (val, mask []byte) {
		n.val = append(n.val, make([]byte, row.Size)...)
		n.mask = append(n.mask, make([]byte, row.Size)...)
		seen = 0
		return n.val[len(n.val)-row.Size:], n.mask[len(n.mask)-row.Size:]
	}
	var val, mask []byte
	for p.blanks(); p.peek() != ')' && !p.done(); {
		if !braces && p.accept("{") {
			braces = true
			val, mask = more()
		}
		i, err := p.fieldName(row, row.Fields)
		if err != nil {
			return err
		}
		if val == nil || seen&(1<<i) != 0 && !braces {
			val, mask = more()
		}
		seen |= 1 << i
		if err := p.value(&row.Fields[i], val, mask); err != nil {
			return err
		}
		if braces && p.accept("}") {
			braces, val = false, nil
		}
		if !p.accept(",") && (braces || p.peek() != '{') {
			break
		}
		p.blanks()
	}
	if braces {
		return p.fail(`"}"`)
	}
	if len(n.val) == 0 {
		more()
	}
	return nil
}

// options reads options in braces. The data stands alone as a hex number of the
// length that len says; without it len is as long as the digits are.
func (p *parser) options(n *node) error {
	n.val, n.mask = []byte{}, []byte{}
	for p.blanks(); p.accept("{"); p.blanks() {
		if err := p.option(n); err != nil {
			return err
		}
		if err := p.expect("}"); err != nil {
			return err
		}
		p.accept(",")
	}
	return nil
}

func (p *parser) option(n *node) error {
	row, length := n.row, n.row.lengthField()
	val, mask := make([]byte, row.Size), make([]byte, row.Size)
	var data, dataMask []byte
	given := false
	for p.blanks(); p.peek() != '}' && !p.done(); p.blanks() {
		at := p.pos
		if c := p.peek(); c >= '0' && c <= '9' {
			size := -1
			if given {
				size = int(length.load(val) * length.Unit)
			}
			var err error
			if data, err = p.longHex(size, int(length.max()*length.Unit)); err != nil {
				return err
			}
			for len(data)%int(length.Unit) != 0 {
				data = append([]byte{0}, data...)
			}
			dataMask = slices.Repeat([]byte{0xff}, len(data))
			if p.accept("/") {
				if dataMask, err = p.longHex(len(data), len(data)); err != nil {
					return err
				}
			}
		} else {
			i, err := p.fieldName(row, row.Fields)
			if err != nil {
				return err
			}
			f := &row.Fields[i]
			if f == length {
				if data != nil {
					p.pos = at
					return p.fail("len before the data")
				}
				given = true
			}
			if err := p.value(f, val, mask); err != nil {
				return err
			}
		}
		if !p.accept(",") {
			break
		}
	}
	if data == nil {
		data = make([]byte, length.load(val)*length.Unit)
		dataMask = make([]byte, len(data))
	}
	length.store(val, uint64(len(data))/length.Unit)
	if !given {
		length.setFullMask(mask)
	}
	n.val = append(append(n.val, val...), data...)
	n.mask = append(append(n.mask, mask...), dataMask...)
	return nil
}

// longHex reads a hex number into size bytes, or for size -1 into as many as
// its digits need.
func (p *parser) longHex(size, limit int) ([]byte, error) {
	at := p.pos
	p.accept("0x")
	digits := p.while(isHex)
	if size < 0 {
		size = (len(digits) + 1) / 2
	}
	if len(digits)%2 == 1 {
		digits = "0" + digits
	}
	b, err := hex.DecodeString(digits)
	for len(b) > size && b[0] == 0 {
		b = b[1:]
	}
	if err != nil || digits == "" || len(b) > size || size > limit {
		p.pos = at
		return nil, p.fail(fmt.Sprintf("a hex number of at most %d bytes", min(size, limit)))
	}
	return append(make([]byte, size-len(b)), b...), nil
}

// nested reads the attributes of a nested row.
func (p *parser) nested(n *node) error {
	if err := p.enter(); err != nil {
		return err
	}
	defer func() { p.depth-- }()
	row := n.row
	for p.blanks(); p.peek() != ')' && !p.done(); {
		if err := p.nestedMember(n); err != nil {
			return err
		}
		if !p.accept(",") {
			break
		}
		p.blanks()
	}
	for i := range row.Rows {
		if r := &row.Rows[i]; r.Required && n.kid(r) == nil {
			return p.fail(r.Name + ", which " + row.Name + " needs")
		}
	}
	n.needConditions()
	return nil
}

func (p *parser) nestedMember(n *node) error {
	row, at := n.row, p.pos
	name := p.while(isWord)
	if r, f := row.flatField(name); r != nil {
		kid := n.ensure(r)
		if f.maskState(kid.mask) != maskNone {
			p.pos = at
			return p.fail("each field once: " + name + " stands before")
		}
		if err := p.expect("="); err != nil {
			return err
		}
		return p.value(f, kid.val, kid.mask)
	}
	r, cookie := row.Row(name), (*Row)(nil)
	if r == nil {
		r, cookie = row.cookieRow(name)
	}
	if r == nil || row.Flat && r.Layout == LayoutStruct {
		if id, ok := rawID(name, "key"); ok && p.peek() == '(' {
			kid, err := p.raw(id)
			if err == nil {
				kid.know(row.rowByID(id))
				n.kids = append(n.kids, kid)
			}
			return err
		}
		return p.failMember(at, row, name)
	}
	if n.kid(r) != nil {
		p.pos = at
		return p.fail("each field once: " + r.Name + " stands before")
	}
	kid := newNode(r)
	n.kids = append(n.kids, kid)
	if cookie == nil {
		return p.member(kid)
	}
	inner := newNode(cookie)
	if err := p.member(inner); err != nil {
		return err
	}
	kid.val = inner.val
	return nil
}

// cookieRow finds the kind of a userdata by its name.
func (r *Row) cookieRow(name string) (row, kind *Row) {
	for i := range r.Rows {
		if row := &r.Rows[i]; row.Layout == LayoutCookie && row.Row(name) != nil {
			return row, row.Row(name)
		}
	}
	return nil, nil
}

// member reads what follows the name of a nested attribute.
func (p *parser) member(n *node) error {
	switch {
	case n.row.Layout == LayoutFlag:
		return nil
	case n.row.isAssigned():
		if err := p.expect("="); err != nil {
			return err
		}
		return p.payload(n)
	case n.row.EmptyBare && p.peek() != '(':
		return nil
	}
	return p.parens(n)
}

// parens reads a row's payload in parentheses.
func (p *parser) parens(n *node) error {
	if err := p.expect("("); err != nil {
		return err
	}
	if err := p.payload(n); err != nil {
		return err
	}
	return p.expect(")")
}

// set reads the key of a set action, and turns the action into a masked set
// where the text leaves out or masks a part of the key.
func (p *parser) set(n *node) error {
	p.blanks()
	at := p.pos
	kid, err := p.key(nil)
	if err != nil {
		return err
	}
	set, ok := setAction(kid)
	if !ok {
		p.pos = at
		return p.fail("no mask, as " + kid.row.Name + " is set as a whole")
	}
	n.row, n.kids = set.row, set.kids
	p.blanks()
	return nil
}

// actions reads an action list. The word drop alone is the empty list.
func (p *parser) actions(nested bool) ([]*node, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	p.separators()
	if at := p.pos; p.accept("drop") {
		p.blanks()
		if p.done() || nested && p.peek() == ')' {
			return nil, nil
		}
		p.pos = at
	}
	var list []*node
	for {
		p.separators()
		if p.done() || nested && p.peek() == ')' {
			return list, nil
		}
		n, err := p.action()
		if err != nil {
			return nil, err
		}
		list = append(list, n)
		if !p.done() && strings.IndexByte(", \t\r\n)", p.peek()) < 0 {
			return nil, p.fail(`","`)
		}
	}
}

func (p *parser) action() (*node, error) {
	at := p.pos
	output := ActionByName("output")
	if c := p.peek(); c >= '0' && c <= '9' || c == '-' {
		n := newNode(output)
		return n, p.value(output.single(), n.val, nil)
	}
	if p.o != nil && p.o.PortByName != nil {
		if no, ok := p.o.PortByName(p.while(isPortName)); ok {
			n := newNode(output)
			output.single().store(n.val, uint64(no))
			return n, nil
		}
		p.pos = at
	}
	name := p.while(isWord)
	row := ActionByName(name)
	if row == nil {
		if id, ok := rawID(name, "action"); ok {
			if p.peek() != '(' {
				return &node{id: id}, nil
			}
			return p.raw(id)
		}
		if slices.Contains(userspaceActions, name) {
			p.pos = at
			return nil, p.fail("an action of the kernel, and not of Open vSwitch's own datapath,")
		}
		return nil, p.failName(at, "an action", name, actionNames())
	}
	n := newNode(row)
	switch {
	case row.Layout == LayoutFlag:
		p.accept("()")
		return n, nil
	case row.EmptyBare && p.peek() != '(':
		return n, nil
	}
	return n, p.parens(n)
}

// userspaceActions are those that the kernel does not have.
var userspaceActions = []string{"lb_output", "tnl_push", "tnl_pop"}

func isPortName(c byte) bool { return strings.IndexByte(", \t\r\n()", c) < 0 }

func keyNames() []string    { return rowNames(table.keys.rows) }
func actionNames() []string { return rowNames(table.actions.rows) }

func rowNames(rows []*Row) []string {
	names := make([]string, len(rows))
	for i, r := range rows {
		names[i] = r.Name
	}
	return names
}
