package odp

import (
	"encoding/hex"
	"fmt"
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
	absent    bool // it stands for an attribute that packets do not have
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
	id, raw := rawID(name, "key")
	raw = raw && row == nil && p.peek() == '('
	switch {
	case row != nil:
		id = row.ID
	case !raw && p.line && p.peek() == ':':
		return nil, p.failName(at, "a key, or one of "+strings.Join(counterNames, ", "), name, counterNames)
	case !raw:
		return nil, p.failName(at, "the name of a key", name, keyNames())
	}
	for _, n := range before {
		if n.attr() == id {
			p.pos = at
			return nil, p.fail("each key once: " + name + " stands before")
		}
	}
	if raw {
		n, err := p.raw(id)
		if err == nil {
			err = p.know(at, n, KeyByID(id))
		}
		return n, err
	}
	n := newNode(row)
	return n, p.parens(n)
}

// newNode makes a node whose implied fields have their values and nothing else
// is matched.
// valueAndMask makes the two with one allocation.
func valueAndMask(size int) (val, mask []byte) {
	b := make([]byte, 2*size)
	return b[:size:size], b[size:]
}

func newNode(row *Row) *node {
	n := &node{row: row, wanted: row.Presence}
	switch row.Layout {
	case LayoutStruct:
		n.val, n.mask = valueAndMask(row.Size)
		for i := range row.Fields {
			if f := &row.Fields[i]; f.Implied != nil {
				f.store(n.val, *f.Implied)
				f.setFullMask(n.mask)
			}
		}
	case LayoutMasked:
		n.val, n.mask = valueAndMask(row.Size)
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

// know gives an attribute that was read as bytes its row, if that can read them.
func (p *parser) know(at int, n *node, row *Row) error {
	switch {
	case row == nil || !row.validPayload(n.val):
		return nil
	case !rowIsList(row):
		n.row, n.wanted = row, row.Presence
		return nil
	}
	exact := allBytes(n.mask, 0xff)
	if !exact && !sameAttrs(row, n.val, n.mask) {
		p.pos = at
		return p.fail("a mask of the same attributes as the bytes before it")
	}
	*n = *decodeKey(row, n.id, n.val, n.mask, !exact, true)
	return p.once(at, n.kids)
}

// sameAttrs tells whether two lists have the same attributes, in the same places.
func sameAttrs(row *Row, a, b Attrs) bool {
	for len(a) > 0 {
		id, val, rest, _ := a.cut()
		idB, valB, restB, ok := b.cut()
		if !ok || id != idB || len(val) != len(valB) {
			return false
		}
		kid := row.rowByID(id)
		if row.Layout == LayoutKeys {
			kid = KeyByID(id)
		}
		if rowIsList(kid) && kid.validPayload(val) && !sameAttrs(kid, val, valB) {
			return false
		}
		a, b = rest, restB
	}
	return true
}

// once refuses attributes that are twice in a list that was read as bytes.
func (p *parser) once(at int, list []*node) error {
	for i, n := range list {
		if slices.ContainsFunc(list[:i], func(o *node) bool { return o.attr() == n.attr() }) {
			p.pos = at
			return p.fail("bytes in which each attribute is once")
		}
		if err := p.once(at, n.kids); err != nil {
			return err
		}
	}
	return nil
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
