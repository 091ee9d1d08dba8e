package odp

// ParseKey reads the key of a packet from OVS text such as in_port(1),skb_mark(5).
// Nothing is filled in, and there are no masks. An error is a [SyntaxError], or a
// [PathError] where there is a mask.
func ParseKey(text string, o *TextOptions) (Attrs, error) {
	p := &parser{text: text, o: o}
	list, err := p.keys(false)
	if err != nil {
		return nil, err
	}
	return packetKey(list)
}

// Key returns what was set as a packet's key, which has no mask. Nothing is filled
// in. A value that was set under a mask is a [PathError].
func (b *MatchBuilder) Key() (Attrs, error) {
	if b.NoEthernet && hasEth(b.nodes) {
		return nil, &PathError{Path: "eth", Problem: "the packet is to have no Ethernet header, and something is said of it"}
	}
	return packetKey(b.nodes)
}

// FromKey starts from the keys of a packet.
func (b *MatchBuilder) FromKey(key Attrs) { b.nodes = decodeKeys(key, nil, false) }

func packetKey(list []*node) (Attrs, error) {
	for _, n := range list {
		if path := n.partlyPath(""); path != "" {
			return nil, &PathError{Path: path, Problem: "a value without a mask expected: it is of a packet, not of a match"}
		}
	}
	m, err := matchOf(list)
	return m.Key, err
}

// partlyPath is the path of the first value that is masked in part, "" if there is
// none. Flags with signs are no masks here: those that are not named are not set.
func (n *node) partlyPath(prefix string) string {
	if n.row == nil {
		return ""
	}
	path := prefix + n.row.Name
	if n.isList() {
		for _, kid := range n.kids {
			if p := kid.partlyPath(path + "."); p != "" {
				return p
			}
		}
		return ""
	}
	if !n.row.isStructs() || len(n.mask) < n.row.Size {
		return ""
	}
	for i := range n.row.Fields {
		f := &n.row.Fields[i]
		if f.Kind == KindFlags || f.maskState(n.mask) != maskPart {
			continue
		}
		if f.Name == "" {
			return path
		}
		return path + "." + f.Name
	}
	return ""
}
