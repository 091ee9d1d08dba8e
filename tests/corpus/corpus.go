// Package corpus makes flows from the table of keys and actions, to compare
// what odp and ovs-dpctl make of them. Each key, field, mask shape and action is
// in many of them. The same seed gives the same flows.
package corpus

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/go-odp/odp/odp"
)

// Flow is one flow as OVS text.
type Flow struct {
	Match   string
	Actions string
	// Needs are the features without which a kernel refuses the flow, by the
	// names of odp.features().
	Needs []string
}

// generator makes flows. Its choices depend on the seed alone.
type generator struct {
	rnd   *rand.Rand
	needs map[string]bool
}

// Generate returns n flows. All are valid, and no two match the same packets:
// the recirculation id tells them apart.
func Generate(seed uint64, n int) []Flow {
	g := &generator{rnd: rand.New(rand.NewPCG(seed, 0))}
	list := make([]Flow, 0, n)
	targets := targets()
	for i := 0; len(list) < n; i++ {
		g.needs = map[string]bool{}
		t := targets[i%len(targets)]
		p := g.packet(t)
		match := g.match(p, t, len(list)+1)
		f := Flow{Match: match, Actions: g.actions(p, t)}
		for name := range g.needs {
			f.Needs = append(f.Needs, name)
		}
		slices.Sort(f.Needs)
		list = append(list, f)
	}
	return list
}

// target is what a flow is made for: a field of a key in one shape, or an
// action.
type target struct {
	key    *odp.Row
	field  string // of the key or of a nested row: "tunnel.tos"
	shape  shape
	action *odp.Row
	set    *odp.Row // the key that the action sets
	form   int      // counts the flows for one action
}

// actionForms is how many flows there are for each action in a round.
const actionForms = 6

// targets lists everything that the corpus must have, from the table.
func targets() []target {
	var list []target
	for _, row := range odp.KeyRows() {
		if userspaceOnly[row.Name] || row.Name == "recirc_id" {
			continue
		}
		for _, path := range fieldPaths(row, row.Name) {
			for s := range shapes {
				list = append(list, target{key: row, field: path, shape: s})
			}
		}
	}
	for _, row := range odp.ActionRows() {
		switch row.Layout {
		case odp.LayoutSet, odp.LayoutSetMasked:
			for _, name := range settable {
				for form := range 3 {
					list = append(list, target{action: row, set: odp.KeyByName(name), form: form})
				}
			}
		default:
			for form := range actionForms {
				list = append(list, target{action: row, form: form})
			}
		}
	}
	return list
}

// userspaceOnly are the keys that no kernel takes.
var userspaceOnly = map[string]bool{"packet_type": true, "nd_ext": true}

// settable are the keys that the kernel's set action takes.
var settable = []string{"skb_priority", "skb_mark", "eth", "tunnel", "ipv4", "ipv6", "tcp", "udp", "sctp", "mpls"}

// fieldPaths are the fields of a row, also of the rows inside it.
func fieldPaths(row *odp.Row, path string) []string {
	var list []string
	switch row.Layout {
	case odp.LayoutKeys, odp.LayoutFlagSet, odp.LayoutFlag, odp.LayoutOptions, odp.LayoutBytes:
		return []string{path}
	case odp.LayoutPad:
		return nil
	case odp.LayoutNested:
		for i := range row.Rows {
			kid := &row.Rows[i]
			if row.Flat {
				list = append(list, fieldPaths(kid, path)...)
			} else {
				list = append(list, fieldPaths(kid, path+"."+kid.Name)...)
			}
		}
		return list
	}
	for i := range row.Fields {
		if name := row.Fields[i].Name; name != "" {
			list = append(list, path+"."+name)
		} else {
			list = append(list, path)
		}
	}
	return list
}

// packet is the kind of packet that a flow is for.
type packet struct {
	ethernet bool
	tags     int    // VLAN tags
	l3       string // ipv4, ipv6, arp, mpls, nsh or empty for another type
	ethType  uint64
	l4       string // tcp, udp, sctp, icmp, icmpv6 or empty
	nd       bool
	tunnel   bool
}

var ethTypes = map[string][]uint64{
	"ipv4": {0x0800}, "ipv6": {0x86dd}, "arp": {0x0806, 0x8035}, "mpls": {0x8847, 0x8848}, "nsh": {0x894f},
	"": {0x88cc, 0x9000},
}

var protocols = map[string]uint64{"tcp": 6, "udp": 17, "sctp": 132, "icmp": 1, "icmpv6": 58}

// packet chooses one that has the target's key, or that its action may handle.
func (g *generator) packet(t target) *packet {
	p := &packet{ethernet: g.rnd.IntN(12) > 0}
	name := ""
	switch {
	case t.key != nil:
		name = t.key.Name
	case t.set != nil:
		name = t.set.Name
	case t.action != nil:
		name = actionPacket[t.action.Name]
	}
	p.l3 = []string{"ipv4", "ipv6", "arp", "mpls", "nsh", ""}[g.rnd.IntN(6)]
	switch name {
	case "eth", "not mpls", "untagged":
		p.ethernet = true
	case "no eth":
		p.ethernet = false
	case "vlan", "encap":
		p.ethernet, p.tags = true, 1+g.rnd.IntN(2)
	case "ip":
		p.l3 = []string{"ipv4", "ipv6"}[g.rnd.IntN(2)]
	case "ipv4", "ct_tuple4":
		p.l3 = "ipv4"
	case "ipv6", "ipv6_exthdrs", "ct_tuple6":
		p.l3 = "ipv6"
	case "arp", "mpls", "nsh":
		p.l3 = name
	case "tcp", "tcp_flags":
		p.l3, p.l4 = []string{"ipv4", "ipv6"}[g.rnd.IntN(2)], "tcp"
	case "udp", "sctp":
		p.l3, p.l4 = []string{"ipv4", "ipv6"}[g.rnd.IntN(2)], name
	case "icmp":
		p.l3, p.l4 = "ipv4", name
	case "icmpv6", "nd":
		p.l3, p.l4 = "ipv6", "icmpv6"
		p.nd = name == "nd"
	}
	if name == "not mpls" {
		p.l3 = []string{"ipv4", "ipv6", "arp"}[g.rnd.IntN(3)]
	}
	p.tunnel = name == "tunnel" && t.key != nil || g.rnd.IntN(10) == 0
	if p.ethernet && p.tags == 0 && g.rnd.IntN(8) == 0 && mayHaveTag(name) {
		p.tags = 1
	}
	p.ethType = ethTypes[p.l3][g.rnd.IntN(len(ethTypes[p.l3]))]
	return p
}

// mayHaveTag tells whether a tag does not keep the kernel from an action.
func mayHaveTag(name string) bool {
	return !slices.Contains([]string{"ip", "not mpls", "mpls", "no eth", "untagged"}, name)
}

// match writes the keys of a packet: those that the target needs, the target's,
// and some others.
func (g *generator) match(p *packet, t target, id int) string {
	keys := []string{fmt.Sprintf("recirc_id(0x%x)", id)}
	meta := []string{"skb_priority", "dp_hash", "skb_mark", "ct_state", "ct_mark", "ct_label"}
	for _, name := range meta {
		if t.isKey(name) || g.rnd.IntN(10) == 0 {
			keys = append(keys, g.key(odp.KeyByName(name), t))
		}
	}
	if t.isKey("ct_zone") || g.rnd.IntN(50) == 0 {
		g.needs["ct_zone"] = true
		keys = append(keys, g.key(odp.KeyByName("ct_zone"), t))
	}
	if p.tunnel {
		keys = append(keys, g.tunnel(t, false))
	}
	if t.isKey("in_port") || g.rnd.IntN(2) == 0 {
		keys = append(keys, fmt.Sprintf("in_port(%d)", g.rnd.IntN(3)))
	}
	if p.ethernet {
		keys = append(keys, g.key(odp.KeyByName("eth"), t))
	}
	inner := g.network(p, t)
	for i := range p.tags {
		tpid := "0x8100"
		if i > 0 || g.rnd.IntN(4) == 0 {
			tpid = "0x88a8"
		}
		tag := g.key(odp.KeyByName("vlan"), t)
		inner = []string{"eth_type(" + tpid + ")", tag, "encap(" + strings.Join(inner, ",") + ")"}
	}
	keys = append(keys, inner...)
	sep := ","
	if g.rnd.IntN(20) == 0 {
		sep = ", "
	}
	return strings.Join(keys, sep)
}

func (t target) isKey(name string) bool { return t.key != nil && t.key.Name == name }

// network writes the keys from the Ethernet type on.
func (g *generator) network(p *packet, t target) []string {
	keys := []string{fmt.Sprintf("eth_type(0x%04x)", p.ethType)}
	switch p.l3 {
	case "":
		return keys
	case "ipv4", "ipv6":
		keys = append(keys, g.ip(p, t))
	case "arp":
		return append(keys, "arp("+g.fields(odp.KeyByName("arp"), t, func(f *odp.Field, s shape) string {
			if f.Name == "op" && s == exact {
				return fmt.Sprint(g.rnd.IntN(256)) // the kernel takes no others
			} else if f.Name == "op" {
				return fmt.Sprintf("%d/0xff", g.rnd.IntN(256))
			}
			return g.field(f, s)
		})+")")
	default:
		return append(keys, g.key(odp.KeyByName(p.l3), t))
	}
	if tuple := map[string]string{"ipv4": "ct_tuple4", "ipv6": "ct_tuple6"}[p.l3]; t.isKey(tuple) && p.tags == 0 {
		keys = append(keys, g.key(odp.KeyByName(tuple), t))
	}
	if t.isKey("ipv6_exthdrs") {
		keys = append(keys, g.key(t.key, t))
	}
	if p.l4 == "" {
		return keys
	}
	switch {
	case p.nd:
		keys = append(keys, fmt.Sprintf("icmpv6(type=%d,code=0)", 135+g.rnd.IntN(2)), g.key(odp.KeyByName("nd"), t))
	case p.l4 == "icmpv6":
		keys = append(keys, fmt.Sprintf("icmpv6(%s)", g.fields(odp.KeyByName("icmpv6"), t, func(f *odp.Field, s shape) string {
			if f.Name == "type" {
				return "128" // one that has no keys of its own
			}
			return g.field(f, s)
		})))
	default:
		keys = append(keys, g.key(odp.KeyByName(p.l4), t))
	}
	if t.isKey("tcp_flags") || p.l4 == "tcp" && g.rnd.IntN(3) == 0 {
		keys = append(keys, g.key(odp.KeyByName("tcp_flags"), t))
	}
	return keys
}

// ip writes the header of IPv4 or IPv6, with a protocol that has the keys that
// follow.
func (g *generator) ip(p *packet, t target) string {
	row := odp.KeyByName(p.l3)
	return p.l3 + "(" + g.fields(row, t, func(f *odp.Field, s shape) string {
		switch {
		case f.Name == "proto" && p.l4 != "":
			return fmt.Sprint(protocols[p.l4])
		case f.Name == "proto":
			return "47"
		case f.Name == "frag" && p.l4 != "":
			return "no"
		}
		return g.field(f, s)
	}, needed(p)...) + ")"
}

func needed(p *packet) []string {
	if p.l4 != "" {
		return []string{"proto", "frag"}
	}
	return nil
}

// key writes a key with some of its fields, the target's among them.
func (g *generator) key(row *odp.Row, t target) string {
	switch row.Layout {
	case odp.LayoutArray:
		return row.Name + "(" + g.stack(row, t) + ")"
	case odp.LayoutNested:
		return row.Name + "(" + g.nsh(row, t) + ")"
	}
	if row.Field("") != nil {
		s := shape(g.rnd.IntN(int(part) + 1))
		if t.key == row {
			s = t.shape
		}
		if row.Field("").Kind == odp.KindFlags && s == full {
			s = part
		}
		return row.Name + "(" + g.field(row.Field(""), s) + ")"
	}
	return row.Name + "(" + g.fields(row, t, g.field) + ")"
}

// fields writes some of a row's fields.
func (g *generator) fields(row *odp.Row, t target, write func(*odp.Field, shape) string, always ...string) string {
	var parts []string
	for i := range row.Fields {
		f := &row.Fields[i]
		s := shape(g.rnd.IntN(int(prefix) + 1))
		switch {
		case t.key == row && strings.HasSuffix(t.field, "."+f.Name):
			s = t.shape
		case slices.Contains(always, f.Name):
			s = exact
		case f.Name == "cfi" || g.rnd.IntN(2) == 0:
			continue
		}
		if f.Name == "cfi" {
			continue // a frame that ends within its tag is not for the corpus
		}
		parts = append(parts, f.Name+"="+write(f, s))
	}
	return strings.Join(parts, ",")
}

// stack writes a label stack.
func (g *generator) stack(row *odp.Row, t target) string {
	var parts []string
	for range 1 + g.rnd.IntN(3) {
		for i := range row.Fields {
			f := &row.Fields[i]
			s := shape(g.rnd.IntN(int(part) + 1))
			if strings.HasSuffix(t.field, "."+f.Name) {
				s = t.shape
			}
			parts = append(parts, f.Name+"="+g.field(f, s))
		}
	}
	return strings.Join(parts, ",")
}

// nsh writes a network service header with fixed metadata.
func (g *generator) nsh(row *odp.Row, t target) string {
	parts := []string{"mdtype=1"}
	for i := range row.Rows {
		for j := range row.Rows[i].Fields {
			f := &row.Rows[i].Fields[j]
			s := shape(g.rnd.IntN(int(part) + 1))
			switch {
			case f.Name == "mdtype":
				continue
			case f.Name == "np" && t.action != nil:
				parts = append(parts, fmt.Sprintf("np=%d", 1+g.rnd.IntN(3))) // what pop_nsh finds below
				continue
			case strings.HasSuffix(t.field, "."+f.Name):
				s = t.shape
			case g.rnd.IntN(2) == 0:
				continue
			}
			parts = append(parts, f.Name+"="+g.field(f, s))
		}
	}
	return strings.Join(parts, ",")
}

// tunnel writes an outer header. That of a set action has no masks.
func (g *generator) tunnel(t target, set bool) string {
	row := odp.KeyByName("tunnel")
	v6 := g.rnd.IntN(3) == 0 || strings.Contains(t.field, "ipv6_")
	if strings.HasSuffix(t.field, "tunnel.src") || strings.HasSuffix(t.field, "tunnel.dst") {
		v6 = false
	}
	options := []string{"", "vxlan", "geneve", "erspan"}[g.rnd.IntN(4)]
	for _, name := range []string{"vxlan", "geneve", "erspan"} {
		if strings.Contains(t.field, name) {
			options = name
		}
	}
	var parts []string
	for i := range row.Rows {
		kid := &row.Rows[i]
		is6 := strings.HasPrefix(kid.Name, "ipv6_")
		s := shape(g.rnd.IntN(int(prefix) + 1))
		wanted := strings.HasPrefix(t.field, "tunnel."+kid.Name)
		if wanted {
			s = t.shape
		}
		if set {
			s = exact
		}
		dst := kid.Name == "dst" || kid.Name == "ipv6_dst"
		switch {
		case kid.Layout == odp.LayoutPad || kid.Name == "ipv4_info_bridge",
			is6 && !v6, v6 && (kid.Name == "src" || kid.Name == "dst"):
			continue
		case kid.Name == options:
			parts = append(parts, kid.Name+"("+g.tunnelOptions(kid, s, set)+")")
		case kid.Name == "vxlan" || kid.Name == "geneve" || kid.Name == "erspan":
			continue
		case !dst && kid.Name != "ttl" && !wanted && g.rnd.IntN(2) == 0:
			continue
		case kid.Layout == odp.LayoutFlagSet:
			names := []string{"df", "csum", "oam"}
			if s == exact || s == full {
				parts = append(parts, "flags("+strings.Join(names[:1+g.rnd.IntN(3)], "|")+")")
			} else {
				parts = append(parts, "flags(+"+names[g.rnd.IntN(2)]+"-oam)")
			}
		case dst && (s == none || set):
			// Not zero, as the kernel wants to see a destination.
			parts = append(parts, kid.Name+"="+map[bool]string{true: "2001:db8::1", false: "192.0.2.1"}[v6])
		case dst:
			parts = append(parts, kid.Name+"="+g.field(kid.Field(""), exact))
		default:
			parts = append(parts, kid.Name+"="+g.field(kid.Field(""), s))
		}
	}
	return "tunnel(" + strings.Join(parts, ",") + ")"
}

// tunnelOptions writes what stands in vxlan, geneve or erspan.
func (g *generator) tunnelOptions(row *odp.Row, s shape, set bool) string {
	switch row.Name {
	case "vxlan":
		gbp := row.Row("gbp")
		return fmt.Sprintf("gbp(id=%s,flags=%s)", g.nonzero(gbp.Field("id"), s), g.field(gbp.Field("flags"), s))
	case "erspan":
		g.needs["erspan"] = true
		if g.rnd.IntN(2) == 0 {
			return fmt.Sprintf("ver=1,idx=0x%x", g.rnd.IntN(1<<20))
		}
		return fmt.Sprintf("ver=2,dir=%d,hwid=0x%x", g.rnd.IntN(2), g.rnd.IntN(16))
	}
	text := ""
	for range 1 + g.rnd.IntN(2) {
		n := 4 * (1 + g.rnd.IntN(2))
		typ := g.rnd.IntN(0x80)
		data := fmt.Sprintf("0x%0*x", 2*n, g.rnd.Uint64()>>(64-8*n))
		if s == part || s == prefix {
			v, m := g.rnd.Uint64()>>(64-8*n), g.rnd.Uint64()>>(64-8*n)
			data = fmt.Sprintf("0x%0*x/0x%0*x", 2*n, v&m, 2*n, m)
		}
		text += fmt.Sprintf("{class=0x%x,type=0x%x,len=%d,%s}", g.rnd.IntN(1<<16), typ, n, data)
	}
	return text
}

// nonzero is a value that OVS does not take for an absent one.
func (g *generator) nonzero(f *odp.Field, s shape) string {
	if s == exact {
		return fmt.Sprint(1 + g.rnd.IntN(0xffff))
	}
	return g.field(f, s)
}
