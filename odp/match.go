package odp

import (
	"bytes"
	"errors"
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

// AppendText appends the match as OVS text, as ovs-dpctl dump-flows prints it, so
// that [ParseMatch] reads an equal match. Where that of ovs-dpctl says less, as it
// may of a match that no kernel lists, there is more: a key that is not matched is
// written if it tells what [Match.Complete] makes of another, and as its number
// and bytes an attribute of which bits are matched that have no name. An ERSPAN
// header of version 2 alone is not read as it was if it is matched whole, though it
// has no bits set without a name: those are not matched then. Nil options are the
// default.
func (m Match) AppendText(dst []byte, o *TextOptions) []byte {
	verbose, start := o != nil && o.Verbose, len(dst)
	dst = appendKeys(dst, m.Key, m.Mask, len(m.Mask) > 0, verbose, o)
	if typ, open := m.openType(); open && !verbose {
		if len(dst) > start {
			dst = append(dst, ',')
		}
		dst = appendRow(dst, typeRow, typeRow.ID, typ, emptyMask(len(typ)), true, false, o)
	}
	return dst
}

// openType returns the Ethernet type of a match for packets of any type without
// an Ethernet header. It says so by being there, though it is not matched; OVS
// prints nothing of that. One that a key rests on is written among the keys.
func (m Match) openType() (typ []byte, open bool) {
	if len(m.Mask) == 0 {
		return nil, false
	}
	if _, ok := m.Key.Find(ethRow.ID); ok {
		return nil, false
	}
	typ, ok := m.Key.Find(typeRow.ID)
	mask, _ := m.Mask.Find(typeRow.ID)
	return typ, ok && len(typ) == typeRow.Size && allBytes(mask, 0) && hintIn(typeRow, m.Key, m.Mask) == nil
}

// String returns the match as OVS text.
func (m Match) String() string { return string(m.AppendText(nil, nil)) }

// Clone returns a copy in memory of its own.
func (m Match) Clone() Match { return Match{m.Key.Clone(), m.Mask.Clone()} }

// Equal tells whether two matches take the same packets, whatever the order of
// their attributes and the bits that their masks leave out.
func (m Match) Equal(o Match) bool {
	return bytes.Equal(appendPortable(nil, m.canonical()), appendPortable(nil, o.canonical()))
}

// nodes returns the keys with their masks, those that the kernel makes of a match
// without a mask included.
func (m Match) nodes() []*node {
	list := decodeKeys(m.Key, m.Mask, len(m.Mask) > 0)
	if len(m.Mask) == 0 {
		exactTunnel(list)
	}
	return list
}

// demands returns the keys of the completed match, or, where it contradicts
// itself, as they are, with masks of the bits that mean something.
func (m Match) demands() []*node {
	list, err := complete(m.nodes())
	if err != nil {
		list = m.nodes()
		trimKeys(list)
	}
	narrowMasks(list)
	return list
}

// narrowMasks takes the upper bits out of the masks of integers of which the kernel
// looks at the lower ones alone.
func narrowMasks(list []*node) {
	for _, n := range list {
		narrowMasks(n.kids)
		if n.row == nil || n.row.Layout != LayoutStruct {
			continue
		}
		for i := range n.row.Fields {
			if f := &n.row.Fields[i]; f.MatchMax != 0 && f.MatchMax&(f.MatchMax+1) == 0 {
				f.store(n.mask, f.load(n.mask)&f.MatchMax)
			}
		}
	}
}

// canonical returns the keys of the match under their masks, without those of
// which nothing is matched, so that equal matches have the same.
func (m Match) canonical() []*node { return canonicalNodes(m.demands()) }

// canonicalNodes keeps what says something though none of its bits is matched: that
// there is an Ethernet header, and that an outer header is of IPv6.
func canonicalNodes(list []*node) []*node {
	var out []*node
	for _, n := range list {
		if n.isList() {
			ipv6 := n.row == tunnelRow && n.ipv6Outer()
			n.kids = canonicalNodes(n.kids)
			if ipv6 && !n.ipv6Outer() {
				n.kids = append(n.kids, newNode(outerIPv6))
			}
			if len(n.kids) > 0 || n.matches() {
				out = append(out, n)
			}
			continue
		}
		for i := range n.val {
			n.val[i] &= n.mask[i]
		}
		if n.matches() || len(n.val) == 0 || n.row == ethRow {
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
		if in, f := r.FlatField(path); in != nil {
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
