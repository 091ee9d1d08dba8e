package odp

import (
	"errors"
	"fmt"
	"strings"

	"github.com/go-odp/odp/odp/internal/ovsh"
)

// check tells what of a key no kernel matches. A mask on a field that the kernel
// takes whole becomes a full or an empty one.
func (n *node) check() error {
	if n.isList() {
		return n.checkNested()
	}
	if n.row == nil || n.row.Layout != LayoutStruct {
		return nil
	}
	for i := range n.row.Fields {
		f := &n.row.Fields[i]
		name := n.row.Name
		if f.Name != "" {
			name += "." + f.Name
		}
		if f.Whole != 0 {
			switch m := f.load(n.mask); m & f.Whole {
			case 0:
				f.store(n.mask, 0)
			case f.Whole:
				f.store(n.mask, f.max())
			default:
				return fmt.Errorf("%s: the kernel matches the whole of it or nothing, not the bits of mask 0x%x", name, m)
			}
		}
		if !f.isInt() || f.maskState(n.mask) == maskNone {
			continue
		}
		switch v := f.load(n.val) & f.load(n.mask); {
		case f.MatchMost != 0 && v > f.MatchMost:
			return fmt.Errorf("%s: %d, the kernel matches numbers up to %d", name, v, f.MatchMost)
		case v != 0 && v < f.MatchLeast:
			return fmt.Errorf("%s: 0x%x, the kernel matches numbers from 0x%x, and 0 for none", name, v, f.MatchLeast)
		}
	}
	return nil
}

// checkNested is check for what is inside a nested key.
func (n *node) checkNested() error {
	if n.row.Layout != LayoutNested {
		return nil // completed, and checked, as keys
	}
	for i, kid := range n.kids {
		if kid.row == nil {
			continue
		}
		if err := kid.check(); err != nil {
			return fmt.Errorf("%s.%w", n.row.Name, err)
		}
		for _, other := range n.kids[:i] {
			if other.row != nil && kid.row.Either != "" && other.row.Either != "" && kid.row.Either != other.row.Either &&
				strings.SplitN(kid.row.Either, ".", 2)[0] == strings.SplitN(other.row.Either, ".", 2)[0] {
				return fmt.Errorf("%s: a packet has %s or %s, not both", n.row.Name, other.row.Name, kid.row.Name)
			}
		}
	}
	return nil
}

// checkTogether tells which keys no packet has together.
func checkTogether(list []*node, inTag bool) error {
	switch vlan := findNode(list, KeyByID(ovsh.KeyAttrVLAN)); {
	case vlan == nil:
	case !inTag && findNode(list, KeyByID(ovsh.KeyAttrEthernet)) == nil:
		return errors.New("vlan: only packets with an Ethernet header have a tag, and the match is for others: add eth()")
	case vlan.row.Field("cfi").load(vlan.val) == 0:
		// It takes the key, for a frame that ends within its tag, and then stumbles
		// over it (seen on 6.1, 6.12 and 7.2).
		return errors.New("vlan: cfi=0, no kernel takes a flow for frames without a whole tag")
	}
	return nil
}
