package corpus

import (
	"fmt"
	"strings"

	"github.com/go-odp/odp/odp"
)

// actionPacket names the kind of packet that the kernel allows an action on,
// where that is not any.
var actionPacket = map[string]string{
	"push_vlan": "eth", "pop_vlan": "vlan", "pop_eth": "untagged", "push_eth": "no eth",
	"push_mpls": "not mpls", "add_mpls": "not mpls", "pop_mpls": "mpls",
	"push_nsh": "not mpls", "pop_nsh": "nsh", "ct": "ip", "dec_ttl": "ip",
}

// actions writes the list of a flow: the target's action and an output or two.
func (g *generator) actions(p *packet, t target) string {
	var list []string
	if t.action == nil {
		if g.rnd.IntN(25) == 0 {
			return "drop"
		}
		return g.simple()
	}
	if g.rnd.IntN(3) == 0 {
		list = append(list, g.simple())
	}
	list = append(list, g.action(p, t))
	if t.action.Name != "drop" {
		list = append(list, g.simple())
	}
	text := strings.Join(list, ",")
	// Deeper: the same inside other lists.
	for range g.rnd.IntN(3) {
		if t.action.Name == "drop" || !nestable[t.action.Name] {
			break
		}
		switch g.rnd.IntN(3) {
		case 0:
			text = "clone(" + text + "),1"
		case 1:
			text = fmt.Sprintf("sample(sample=%s,actions(%s)),2", g.percent(), text)
		default:
			g.needs["check_pkt_len"] = true
			text = fmt.Sprintf("check_pkt_len(size=%d,gt(%s),le(drop))", g.rnd.IntN(1<<16), text)
		}
	}
	return text
}

// nestable are actions that leave the packet the kind that it was.
var nestable = map[string]bool{
	"output": true, "userspace": true, "set": true, "sample": true, "recirc": true, "hash": true, "trunc": true, "clone": true,
	"ct": true, "ct_clear": true, "check_pkt_len": true,
}

// simple is an action that any packet may have.
func (g *generator) simple() string {
	switch g.rnd.IntN(5) {
	case 0:
		return "1,2"
	case 1:
		return "0"
	}
	return fmt.Sprint(g.rnd.IntN(3))
}

func (g *generator) percent() string {
	return []string{"0.0%", "100.0%", "50.0%", "12.5%", "33.3%", "0.1%"}[g.rnd.IntN(6)]
}

// action writes the target's action.
func (g *generator) action(p *packet, t target) string {
	row := t.action
	switch row.Name {
	case "output":
		return fmt.Sprint(g.rnd.IntN(3))
	case "userspace":
		return g.userspace(row, t.form)
	case "set":
		return g.set(p, t)
	case "push_vlan":
		form := []string{
			"push_vlan(vid=%d,pcp=%d)", "push_vlan(tpid=0x88a8,vid=%d,pcp=%d)", "push_vlan(tpid=0x8100,vid=%d,pcp=%d,cfi=1)",
		}[t.form%3]
		return fmt.Sprintf(form, g.rnd.IntN(4096), g.rnd.IntN(8))
	case "sample":
		return fmt.Sprintf("sample(sample=%s,actions(%s))", g.percent(), []string{"userspace(pid=7,actions)", "1", "set(skb_mark(0x1)),2", "recirc(0x1)"}[t.form%4])
	case "hash":
		if t.form%2 == 1 {
			g.needs["hash_sym_l4"] = true
		}
		return fmt.Sprintf("hash(%s(%d))", []string{"l4", "sym_l4"}[t.form%2], g.number(32))
	case "recirc":
		return fmt.Sprintf("recirc(%d)", 1+g.rnd.IntN(1<<16))
	case "trunc":
		return fmt.Sprintf("trunc(%d)", 14+g.rnd.IntN(2000))
	case "meter":
		return "meter(1)"
	case "clone":
		return "clone(" + []string{"1", "userspace(pid=1),2", "set(skb_priority(0x5)),clone(0)", "recirc(3)"}[t.form%4] + ")"
	case "check_pkt_len":
		g.needs["check_pkt_len"] = true
		return fmt.Sprintf("check_pkt_len(size=%d,gt(%s),le(%s))", g.rnd.IntN(1<<16), []string{"drop", "1", "trunc(20),2"}[t.form%3], []string{"2", "drop"}[t.form%2])
	case "dec_ttl":
		return "dec_ttl(le_1(" + []string{"drop", "userspace(pid=1)"}[t.form%2] + "))"
	case "drop":
		g.needs["drop"] = true
		return fmt.Sprintf("drop(%d)", g.number(16))
	case "psample":
		g.needs["psample"] = true
		return fmt.Sprintf("psample(group=%d", g.number(32)) + []string{")", ",cookie=0x0102)", ",cookie=0x000102030405060708090a0b0c0d0e0f)"}[t.form%3]
	case "push_mpls":
		return g.labelled("push_mpls", 0x8847+uint64(t.form%2))
	case "add_mpls":
		return g.labelled("add_mpls", 0x8847+uint64(t.form%2))
	case "pop_mpls":
		return fmt.Sprintf("pop_mpls(eth_type=0x%x)", []uint64{0x0800, 0x86dd, 0x8847}[t.form%3])
	case "push_eth":
		return "push_eth(src=" + g.mac(exact) + ",dst=" + g.mac(exact) + ")"
	case "push_nsh":
		if t.form%3 == 2 {
			return fmt.Sprintf("push_nsh(flags=0,ttl=%d,mdtype=2,np=%d,spi=0x%x,si=%d,md2=0x0001a01000010203)", g.rnd.IntN(64), 3, g.rnd.IntN(1<<24), g.rnd.IntN(256))
		}
		return fmt.Sprintf("push_nsh(flags=%d,ttl=%d,mdtype=1,np=3,spi=0x%x,si=%d,c1=0x%x,c2=0x%x,c3=0x0,c4=0x1)",
			0, g.rnd.IntN(64), g.rnd.IntN(1<<24), g.rnd.IntN(256), g.rnd.Uint32(), g.rnd.IntN(4))
	case "pop_nsh":
		return "pop_nsh()"
	case "ct":
		return g.ct(p, t.form)
	}
	return row.Name // a flag
}

func (g *generator) labelled(name string, ethType uint64) string {
	return fmt.Sprintf("%s(label=%d,tc=%d,ttl=%d,bos=%d,eth_type=0x%x)", name, g.rnd.IntN(1<<20), g.rnd.IntN(8), g.rnd.IntN(256), g.rnd.IntN(2), ethType)
}

// userspace writes the action with each of its arguments and kinds of userdata.
func (g *generator) userspace(row *odp.Row, form int) string {
	parts := []string{fmt.Sprintf("userspace(pid=%d", g.rnd.Uint32()>>1)}
	cookies := row.Row("userdata").Rows
	if form == 0 || g.rnd.IntN(4) == 0 {
		data := make([]byte, 1+g.rnd.IntN(20))
		for i := range data {
			data[i] = byte(g.rnd.Uint32())
		}
		parts = append(parts, fmt.Sprintf("userdata(%x)", data))
	} else {
		kind := &cookies[(form-1)%len(cookies)]
		parts = append(parts, kind.Name+"("+g.cookie(kind)+")")
	}
	if g.rnd.IntN(2) == 0 {
		parts = append(parts, "actions")
	}
	if g.rnd.IntN(2) == 0 {
		parts = append(parts, fmt.Sprintf("tunnel_out_port=%d", g.rnd.IntN(3)))
	}
	return strings.Join(parts, ",") + ")"
}

func (g *generator) cookie(kind *odp.Row) string {
	var parts []string
	for i := range kind.Fields {
		f := &kind.Fields[i]
		switch {
		case f.Name == "":
			parts = append(parts, strings.ReplaceAll(g.flags(f, exact), "|", ","))
		case f.Unnamed:
			if g.rnd.IntN(2) == 0 {
				parts = append(parts, f.Names[g.rnd.IntN(len(f.Names))].Name)
			}
		case f.Name == "rule_cookie":
			parts = append(parts, fmt.Sprintf("rule_cookie=0x%x", 1+g.rnd.Uint64()>>1))
		case f.Name == "dont_send" || f.Name == "continuation":
			parts = append(parts, fmt.Sprintf("%s=%d", f.Name, g.rnd.IntN(2)))
		default:
			parts = append(parts, fmt.Sprintf("%s=%d", f.Name, g.number(bits(f))))
		}
	}
	return strings.Join(parts, ",")
}

// set writes a set action of the target's key, whole or in part.
func (g *generator) set(p *packet, t target) string {
	row := t.set
	masked := t.action.Layout == odp.LayoutSetMasked
	if row.Name == "tunnel" {
		return "set(" + g.tunnel(t, true) + ")"
	}
	if f := row.Field(""); f != nil {
		s := exact
		if masked {
			s = part
		}
		return "set(" + row.Name + "(" + g.field(f, s) + "))"
	}
	var parts []string
	for i := range row.Fields {
		f := &row.Fields[i]
		switch {
		case f.Name == "proto" || f.Name == "frag": // the kernel keeps a packet its kind
			continue
		case row.Name == "mpls":
			parts = append(parts, f.Name+"="+g.field(f, exact))
		case len(parts) > 0 && g.rnd.IntN(2) == 0:
		case masked:
			parts = append(parts, f.Name+"="+g.field(f, part))
		default:
			parts = append(parts, f.Name+"="+g.field(f, exact))
		}
	}
	return "set(" + row.Name + "(" + strings.Join(parts, ",") + "))"
}

// ct writes the connection tracking action in its forms.
func (g *generator) ct(p *packet, form int) string {
	var parts []string
	add := func(text string) { parts = append(parts, text) }
	commit := form > 0
	switch {
	case form == 1:
		add("force_commit")
	case commit:
		add("commit")
	}
	if g.rnd.IntN(4) == 0 {
		g.needs["ct_zone"] = true
		add(fmt.Sprintf("zone=%d", 1+g.rnd.IntN(0xfffe)))
	}
	if commit && g.rnd.IntN(2) == 0 {
		add("mark=" + []string{"0x1", "0x10/0xf0", "0xffffffff/0xffffffff"}[g.rnd.IntN(3)])
	}
	if commit && g.rnd.IntN(2) == 0 {
		add("label=" + []string{"0x1", "0x1/0xff", "0x10000000000000002/0xf000000000000000f"}[g.rnd.IntN(3)])
	}
	if g.rnd.IntN(2) == 0 {
		g.needs["ct_nat"] = true
		add(g.nat(p, commit, form))
	}
	if len(parts) == 0 {
		return "ct"
	}
	return "ct(" + strings.Join(parts, ",") + ")"
}

func (g *generator) nat(p *packet, commit bool, form int) string {
	if !commit || form == 2 {
		return "nat"
	}
	text := "nat(" + []string{"src", "dst"}[g.rnd.IntN(2)]
	if form == 3 {
		return text + ")"
	}
	ports := []string{"", ":80", ":1024-2047"}[g.rnd.IntN(3)]
	switch {
	case p.l3 == "ipv4":
		text += "=" + []string{"10.0.0.1", "10.0.0.1-10.0.0.9"}[g.rnd.IntN(2)] + ports
	case ports == "":
		text += "=" + []string{"fd00::1", "fd00::1-fd00::9"}[g.rnd.IntN(2)]
	default:
		text += "=" + []string{"[fd00::1]", "[fd00::1]-[fd00::9]"}[g.rnd.IntN(2)] + ports
	}
	return text + []string{"", ",persistent", ",hash", ",random", ",persistent,random"}[g.rnd.IntN(5)] + ")"
}
