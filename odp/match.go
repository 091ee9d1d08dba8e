package odp

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-odp/odp/odp/internal/ovsh"
)

// ErrSyntax is matched by every error about OVS text that cannot be read.
var ErrSyntax = errors.New("syntax error")

// PortNo is the number of a vport in its datapath; 0 is the datapath's own
// internal vport.
type PortNo uint32

// Match says which packets a flow takes: OVS_KEY_ATTR_* attributes, and the
// mask over them in the same nesting. A key without a mask attribute is not
// matched. An empty Mask matches the whole key exactly, as it does for the
// kernel; a packet's key has none.
type Match struct {
	Key, Mask Attrs
}

// ParseMatch reads OVS text such as in_port(1),eth(),eth_type(0x0800). A field
// that is left out is not matched, neither is a key. A UFID before the keys is
// passed over; [ParseFlow] reads it. Nothing is filled in; see [Match.Complete].
// An error is a [SyntaxError].
func ParseMatch(text string, o *TextOptions) (Match, error) {
	p := &parser{text: text, o: o}
	list, err := p.keys(false)
	if err != nil {
		return Match{}, err
	}
	return matchOf(list)
}

func matchOf(list []*node) (Match, error) {
	key, mask, err := encodeKeys(list)
	if len(key) > 0 && len(mask) == 0 {
		// An empty mask would be an exact match; one that covers nothing of
		// some key says that nothing is matched.
		mask = appendAttr(nil, ovsh.KeyAttrPriority, make([]byte, 4))
	}
	return Match{key, mask}, err
}

func (m Match) nodes() []*node { return decodeKeys(m.Key, m.Mask, len(m.Mask) > 0) }

// AppendText appends the match as OVS text. Nil options are the default.
func (m Match) AppendText(dst []byte, o *TextOptions) []byte {
	return appendKeys(dst, m.Key, m.Mask, len(m.Mask) > 0, o != nil && o.Verbose, o)
}

// String returns the match as OVS text.
func (m Match) String() string { return string(m.AppendText(nil, nil)) }

// Clone returns a copy in memory of its own.
func (m Match) Clone() Match { return Match{m.Key.Clone(), m.Mask.Clone()} }

// Equal tells whether two matches take the same packets, whatever the order of
// their attributes and the bits that their masks leave out.
func (m Match) Equal(o Match) bool {
	a, b := m.canonical(), o.canonical()
	return bytes.Equal(a.Key, b.Key) && bytes.Equal(a.Mask, b.Mask)
}

// canonical returns the match with its keys under their masks, and without the
// keys of which nothing is matched. The Ethernet key stays: its presence says
// that the packet has an Ethernet header.
func (m Match) canonical() Match {
	list := m.nodes()
	if full, err := m.Complete(); err == nil {
		list = full.nodes()
	}
	trimMasks(list)
	// Encoding what was decoded cannot make an attribute longer.
	c, _ := matchOf(canonicalNodes(list))
	return c
}

// ipv6Outer is the part of a tunnel key that says, also where it is not matched,
// that the outer header is of IPv6, which the kernel always matches.
var ipv6Outer = KeyByID(ovsh.KeyAttrTunnel).Row("ipv6_dst")

func canonicalNodes(list []*node) []*node {
	var out []*node
	for _, n := range list {
		if n.isList() {
			matched := n.matches()
			n.kids = canonicalNodes(n.kids)
			if len(n.kids) > 0 && (matched || n.row.Layout == LayoutKeys) {
				out = append(out, n)
			}
			continue
		}
		for i := range n.val {
			n.val[i] &= n.mask[i]
		}
		if n.matches() || len(n.val) == 0 || n.row == KeyByID(ovsh.KeyAttrEthernet) || n.row == ipv6Outer {
			out = append(out, n)
		}
	}
	return out
}

// Get reads a field by its path: "in_port", "ipv4.dst", "tunnel.tun_id",
// "encap.tcp.src"; of an MPLS label stack it is that of the outermost entry, and
// [Row.Elements] gives the others. It reports false when the match does not have the key, or
// there is no such field.
func (m Match) Get(path string) (Value, bool) { return getPath(m.Key, path) }

// GetMask is Get for the mask. A match without a mask has none to read.
func (m Match) GetMask(path string) (Value, bool) { return getPath(m.Mask, path) }

func getPath(list Attrs, path string) (Value, bool) {
	name, rest, _ := strings.Cut(path, ".")
	row := KeyByName(name)
	if row == nil {
		return Value{}, false
	}
	val, ok := list.Find(row.ID)
	if !ok || !row.validPayload(val) {
		return Value{}, false
	}
	return row.get(val, rest)
}

func (r *Row) get(val []byte, path string) (Value, bool) {
	switch r.Layout {
	case LayoutKeys:
		return getPath(val, path)
	case LayoutStruct, LayoutArray:
		if f := r.Field(path); f != nil {
			return f.Value(val)
		}
	case LayoutNested:
		name, rest, _ := strings.Cut(path, ".")
		kid := r.Row(name)
		if in, f := r.flatField(path); in != nil {
			kid, rest = in, f.Name
		}
		if kid == nil {
			return Value{}, false
		}
		if kid.Layout == LayoutFlagSet {
			return kid.bits.Value([]byte{byte(kid.flagBits(r, val))})
		}
		v, ok := Attrs(val).Find(kid.ID)
		if !ok || !kid.validPayload(v) {
			return Value{}, false
		}
		return kid.get(v, rest)
	}
	return Value{}, false
}

// PathError is a field path that names nothing, or nothing that can be used.
type PathError struct {
	Path    string
	Problem string
	Hint    string // a name that was perhaps meant, or ""
}

func (e *PathError) Error() string {
	msg := fmt.Sprintf("%s: %s", e.Path, e.Problem)
	if e.Hint != "" {
		msg += fmt.Sprintf(" (did you mean %q?)", e.Hint)
	}
	return msg
}

// MatchBuilder makes a match field by field. The zero value is ready to use.
type MatchBuilder struct {
	// Options read port names.
	Options *TextOptions
	// NoEthernet makes a match for packets without an Ethernet header. Without
	// it the match is for Ethernet packets, whether or not eth is set.
	NoEthernet bool

	nodes []*node
}

// From starts from the keys and masks of m.
func (b *MatchBuilder) From(m Match) { b.nodes = m.nodes() }

// Set reads the field at path from its OVS text, value or value/mask; a whole
// key such as "eth" from what stands in its parentheses. That may be nothing:
// then packets match that have the key, whatever is in it. An error leaves the builder as it was, but for the key being there.
func (b *MatchBuilder) Set(path, text string) error {
	return setPath(&b.nodes, path, path, text, b.Options)
}

func setPath(list *[]*node, whole, path, text string, o *TextOptions) error {
	name, rest, _ := strings.Cut(path, ".")
	row := KeyByName(name)
	if row == nil {
		return &PathError{whole, "there is no key " + name, near(name, keyNames())}
	}
	n := findNode(*list, row)
	if n == nil {
		n = newNode(row)
		*list = append(*list, n)
	}
	return n.set(whole, rest, text, o)
}

func (n *node) set(whole, path, text string, o *TextOptions) error {
	p := &parser{text: text, o: o}
	var err error
	name, rest, _ := strings.Cut(path, ".")
	switch {
	case path == "" && text == "" && len(n.row.Members()) > 0:
		n.wanted = true
		n.hold()
	case path == "":
		err = p.payload(n)
	case n.row.Layout == LayoutKeys:
		return setPath(&n.kids, whole, path, text, o)
	case n.row.Layout == LayoutNested:
		r := n.row.Row(name)
		if in, f := n.row.flatField(path); in != nil {
			r, rest = in, f.Name
		}
		if r == nil {
			return n.noMember(whole, name)
		}
		return n.ensure(r).set(whole, rest, text, o)
	default:
		f := n.row.Field(path)
		if f == nil {
			return n.noMember(whole, path)
		}
		n.hold()
		err = p.value(f, n.val, n.mask)
	}
	if err == nil && !p.done() {
		err = p.fail("nothing more")
	}
	if err != nil {
		return fmt.Errorf("%s: %w", whole, err)
	}
	return nil
}

// hold makes room for one element of an array that has none.
func (n *node) hold() {
	if n.row.Layout == LayoutArray && len(n.val) == 0 {
		n.val, n.mask = make([]byte, n.row.Size), make([]byte, n.row.Size)
	}
}

func (n *node) noMember(whole, name string) error {
	members := n.row.Members()
	if len(members) == 0 {
		return &PathError{whole, n.row.Name + " is one value and has no fields", ""}
	}
	return &PathError{whole, fmt.Sprintf("%s has no field %s, only %s", n.row.Name, name, strings.Join(members, ", ")), near(name, members)}
}

// Match returns the match, completed as [Match.Complete] does.
func (b *MatchBuilder) Match() (Match, error) {
	list := slices.Clone(b.nodes)
	if eth := KeyByID(ovsh.KeyAttrEthernet); !b.NoEthernet && findNode(list, eth) == nil {
		list = append(list, newNode(eth))
	}
	list, err := needWanted(list)
	if err != nil {
		return Match{}, err
	}
	m, err := matchOf(list)
	if err != nil {
		return Match{}, err
	}
	return m.Complete()
}

// Key returns what was set as a packet's key, which has no mask. Nothing is
// filled in.
func (b *MatchBuilder) Key() (Attrs, error) {
	m, err := matchOf(b.nodes)
	return m.Key, err
}
