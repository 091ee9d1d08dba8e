package odp

import (
	"fmt"
	"strings"
)

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
	// NoEthernet makes a match for packets without an Ethernet header, of any type
	// if eth_type is not set. Without it the match is for Ethernet packets, whether
	// or not eth is set.
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
		if in, f := n.row.FlatField(path); in != nil {
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
	list := cloneNodes(b.nodes)
	if b.NoEthernet && findNode(list, typeRow) == nil {
		list = append(list, newNode(typeRow))
	}
	if !b.NoEthernet && !hasEth(list) {
		list = append(list, newNode(ethRow))
	}
	list, err := resolve(list)
	if err != nil {
		return Match{}, err
	}
	if b.NoEthernet && findNode(list, ethRow) != nil {
		return Match{}, &PathError{Path: "eth", Problem: "the match is to be for packets without an Ethernet header, and says something of those with one"}
	}
	m, err := matchOf(list)
	if err != nil {
		return Match{}, err
	}
	return m.Complete()
}
