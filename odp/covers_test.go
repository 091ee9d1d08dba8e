package odp

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func mustMatch(t *testing.T, text string) Match {
	t.Helper()
	m, err := ParseMatch(text, nil)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestMatchRelations(t *testing.T) {
	const ip = "in_port(1),eth(),eth_type(0x0800),ipv4(dst=10.0.0.0/8)"
	tests := []struct {
		name, a, b                string
		covers, covered, overlaps bool
	}{
		{"the same", ip, ip, true, true, true},
		{"written differently", ip, "ipv4(dst=10.9.9.9/8),in_port(1),eth(),skb_mark(5/0)", true, true, true},
		{"longer prefix", ip, "in_port(1),eth(),ipv4(dst=10.1.0.0/16)", true, false, true},
		{"other prefix", ip, "in_port(1),eth(),ipv4(dst=11.0.0.0/8)", false, false, false},
		{"more keys", ip, ip + ",skb_mark(1)", true, false, true},
		{"other keys", "eth(),in_port(1)", "eth(),skb_mark(1)", false, false, true},
		{"everything", "eth(),in_port(0/0)", ip, true, false, true},
		{"masks that cross", "eth(),skb_mark(1/3)", "eth(),skb_mark(6/6)", false, false, false},
		{"masks that can meet", "eth(),skb_mark(1/3)", "eth(),skb_mark(5/5)", false, false, true},
		{"what a key depends on", "eth(),eth_type(0x0800)", "eth(),ipv4(ttl=1)", true, false, true},
		{"other protocols", "eth(),ipv4(),tcp(dst=80)", "eth(),ipv4(),udp(dst=80)", false, false, false},
		{"the same of other protocols", "eth(),ipv4(ttl=1)", "eth(),ipv6(hlimit=1)", false, false, false},
		{"no Ethernet header", "in_port(1),eth_type(0x0800)", "in_port(1),eth(),eth_type(0x0800)", false, false, false},
		{"no tag", "eth(),in_port(1)", "eth(),in_port(1),vlan(vid=5)", false, false, false},
		{"tags", "eth(),vlan()", "eth(),vlan(vid=5),encap(ipv4(ttl=1))", true, false, true},
		{"types of tags", "eth(),eth_type(0x8100),vlan(vid=5)", "eth(),eth_type(0x88a8),vlan(vid=5)", false, false, false},
		{"inside a tag", "eth(),vlan(vid=5),encap(ipv4(ttl=1))", "eth(),vlan(vid=5),encap(ipv4(ttl=2))", false, false, false},
		{"two tags", "eth(),vlan(vid=5)", "eth(),vlan(vid=5),encap(vlan(vid=6))", false, false, false},
		{"no type", "eth(),eth_type(0/0xffff)", "eth(),eth_type(0x0800)", false, false, false},
		{"a tunnel", "eth(),in_port(1)", "eth(),in_port(1),tunnel(tun_id=5)", true, false, true},
		{"two tunnels", "eth(),tunnel(tun_id=5)", "eth(),tunnel(tun_id=6)", false, false, false},
		{"parts of a tunnel", "eth(),tunnel(tun_id=5)", "eth(),tunnel(ttl=6)", false, false, true},
		{"outer headers", "eth(),tunnel(ttl=6)", "eth(),tunnel(ttl=6,ipv6_src=fe80::1)", false, false, false},
		{"outer flags", "eth(),tunnel(flags(+df))", "eth(),tunnel(flags(+df-csum))", true, false, true},
		{"other outer flags", "eth(),tunnel(flags(+df))", "eth(),tunnel(flags(-df))", false, false, false},
		{"extensions", "eth(),tunnel(vxlan(gbp(id=5)))", "eth(),tunnel(tun_id=1,vxlan(gbp(id=5,flags=0x8)))", true, false, true},
		{"unknown attributes", "eth(),key44(01 02/ff 00)", "eth(),key44(01 03)", true, false, true},
		{"unknown attributes of other length", "eth(),key44(01 02)", "eth(),key44(01 02 03)", false, false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, b := mustMatch(t, tt.a), mustMatch(t, tt.b)
			if got := a.Covers(b); got != tt.covers {
				t.Errorf("%s covers %s: %v", a, b, got)
			}
			if got := b.Covers(a); got != tt.covered {
				t.Errorf("%s covers %s: %v", b, a, got)
			}
			if a.Overlaps(b) != tt.overlaps || b.Overlaps(a) != tt.overlaps {
				t.Errorf("%s overlaps %s: %v, and %v", a, b, a.Overlaps(b), b.Overlaps(a))
			}
			if got := a.Equal(b); got != (tt.covers && tt.covered) {
				t.Errorf("%s equals %s: %v", a, b, got)
			}
		})
	}
}

func TestMatchMatches(t *testing.T) {
	const meta = "recirc_id(0),skb_priority(0),in_port(1),skb_mark(0),"
	const tcp = meta + "eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),eth_type(0x0800)," +
		"ipv4(src=10.0.0.1,dst=10.0.0.2,proto=6,tos=0,ttl=64,frag=no),tcp(src=1000,dst=80),tcp_flags(syn)"
	const tagged = meta + "eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),eth_type(0x8100),vlan(vid=5,pcp=3),encap(eth_type(0x0806)," +
		"arp(sip=10.0.0.1,tip=10.0.0.2,op=1,sha=02:00:00:00:00:01,tha=00:00:00:00:00:00))"
	const tunnel = meta + "tunnel(tun_id=0x7,src=10.0.0.1,dst=10.0.0.2,ttl=64,flags(df)),eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),eth_type(0x88b5)"
	tests := []struct {
		name, key, match string
		want             bool
	}{
		{"everything", tcp, "eth(),in_port(0/0)", true},
		{"port", tcp, "in_port(1),eth()", true},
		{"other port", tcp, "in_port(2),eth()", false},
		{"transport", tcp, "eth(),ipv4(),tcp(dst=80/0xfff0)", true},
		{"flags", tcp, "eth(),ipv4(),tcp_flags(+syn-ack)", true},
		{"other flags", tcp, "eth(),ipv4(),tcp_flags(+syn+ack)", false},
		{"other protocol", tcp, "eth(),ipv4(),udp(dst=80)", false},
		{"connection state that a kernel without conntrack does not tell", tcp, "eth(),ct_state(-trk)", true},
		{"the same, set", tcp, "eth(),ct_state(+trk)", false},
		{"no Ethernet header", tcp, "in_port(1),eth_type(0x0800)", false},
		{"tag wanted", tcp, "eth(),vlan(vid=5)", false},
		{"tag", tagged, "eth(),vlan(vid=5)", true},
		{"any tag", tagged, "eth(),vlan()", true},
		{"no tag wanted", tagged, "eth(),in_port(1)", false},
		{"inside the tag", tagged, "eth(),vlan(pcp=3),encap(arp(op=1))", true},
		{"other inside the tag", tagged, "eth(),vlan(pcp=3),encap(arp(op=2))", false},
		{"tunnel", tunnel, "eth(),tunnel(tun_id=7,flags(+df-csum))", true},
		{"tunnel not matched", tunnel, "eth(),in_port(1)", true},
		{"other tunnel", tunnel, "eth(),tunnel(tun_id=8)", false},
		{"outer service left out as it is 0", tunnel, "eth(),tunnel(tos=0)", true},
		{"no tunnel", tcp, "eth(),tunnel(tos=0)", false},
		{"other outer header", tunnel, "eth(),tunnel(ttl=64,ipv6_src=::)", false},
		{"no port", "eth(),eth_type(0x0800)", "in_port(0),eth()", false},
		{"a later fragment has no ports", "in_port(1),eth(),eth_type(0x0800),ipv4(proto=6,frag=later)", "eth(),ipv4(),tcp(dst=0)", true},
		{"a frame without type", "in_port(1),eth()", "eth(),eth_type(0/0xffff)", true},
		{"unknown attribute", "in_port(1),eth(),key44(01 02)", "eth(),key44(01 ff/ff 00)", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := mustMatch(t, tt.match)
			if got := m.Matches(mustMatch(t, tt.key).Key); got != tt.want {
				t.Errorf("%s takes %s: %v", tt.match, tt.key, got)
			}
		})
	}
	// The match of exactly a packet's key takes that packet.
	for _, text := range []string{tcp, tagged, tunnel} {
		key := mustMatch(t, text).Key
		if m := (Match{Key: key}); !m.Matches(key) {
			t.Errorf("%s does not take itself", m)
		}
	}
}

// randomMatch makes a completed match of some of the rows.
func randomMatch(rnd *rand.Rand) Match {
	for {
		var list []*node
		if rnd.IntN(8) > 0 {
			list = append(list, newNode(KeyByName("eth")))
		}
		list = append(list, randomKeys(rnd, 1+rnd.IntN(3))...)
		if m, err := matchOf(list); err == nil && len(m.Mask) > 0 {
			if m, err = m.Complete(); err == nil {
				return m
			}
		}
	}
}

// randomKeys makes nodes of n different rows that are neither eth nor, but with
// its tag, encap.
func randomKeys(rnd *rand.Rand, n int) []*node {
	var list []*node
	for _, i := range rnd.Perm(len(table.keys.rows)) {
		r := table.keys.rows[i]
		if len(list) >= n || r.Name == "eth" {
			continue
		}
		kid := randomNode(rnd, r, rnd.IntN(3))
		if r.Layout == LayoutKeys {
			kid.kids = randomKeys(rnd, 1)
		}
		dropUnmatched(kid)
		list = append(list, kid)
	}
	return list
}

// dropUnmatched drops what a nested key has but does not match.
func dropUnmatched(n *node) {
	if n.row.Layout == LayoutNested {
		n.kids = slices.DeleteFunc(n.kids, func(k *node) bool { dropUnmatched(k); return !k.matches() })
	}
}

// narrower makes a match that takes some of the packets of m: bits that m leaves
// out are matched, with any value.
func narrower(rnd *rand.Rand, m Match) Match {
	list := m.nodes()
	narrow(rnd, list)
	out, err := matchOf(list)
	if err == nil {
		out, err = out.Complete()
	}
	if err != nil {
		return m
	}
	return out
}

func narrow(rnd *rand.Rand, list []*node) {
	for _, n := range list {
		if rnd.IntN(3) == 0 {
			continue
		}
		if n.isList() {
			if n.matches() { // else it would demand an outer header
				narrow(rnd, n.kids)
			}
			continue
		}
		if n.row == nil || n.row.Layout != LayoutStruct {
			continue
		}
		for i := range n.row.Fields {
			f := &n.row.Fields[i]
			if f.maskState(n.mask) != maskNone || f.Kind == KindEnum || rnd.IntN(2) == 0 {
				continue
			}
			val := slices.Clone(n.val)
			for j := range f.bytes(val) {
				f.bytes(val)[j] = byte(rnd.Uint32())
			}
			if f.isInt() {
				f.store(n.val, f.load(val))
			} else {
				copy(f.bytes(n.val), f.bytes(val))
			}
			f.setFullMask(n.mask)
		}
	}
}

// packetOf makes the key of a packet that m takes: what m leaves out has any
// value. Keys of other are there too, though not where m says that they are not.
func packetOf(rnd *rand.Rand, m, other Match) Attrs {
	list := m.demands()
	for _, n := range other.demands() {
		if counterpart(list, n) == nil && n.row != KeyByName("eth") && n.row != KeyByName("vlan") && n.row != KeyByName("encap") {
			clearMasks([]*node{n})
			list = append(list, n)
		}
	}
	randomize(rnd, list)
	p, err := matchOf(list)
	if err != nil {
		panic(err)
	}
	return p.Key
}

func randomize(rnd *rand.Rand, list []*node) {
	for _, n := range list {
		randomize(rnd, n.kids)
		for i := range n.val {
			n.val[i] = n.val[i]&n.mask[i] | byte(rnd.Uint32())&^n.mask[i]
		}
	}
}

// TestMatchRelationsHold checks what must be true of any matches, over matches
// that are related and ones that are not.
func TestMatchRelationsHold(t *testing.T) {
	rnd := rand.New(rand.NewPCG(9, 10))
	covering, overlapping := 0, 0
	for range 150 {
		a := randomMatch(rnd)
		b := narrower(rnd, a)
		c := narrower(rnd, b)
		d := randomMatch(rnd)
		if !a.Covers(a) || !a.Overlaps(a) || !a.Equal(a) {
			t.Fatalf("%s: not related to itself", a)
		}
		if !a.Covers(b) || !b.Covers(c) || !a.Covers(c) {
			t.Fatalf("%s\ncovers %s: %v,\nwhich covers %s: %v, %v", a, b, a.Covers(b), c, b.Covers(c), a.Covers(c))
		}
		for _, p := range [][2]Match{{a, b}, {b, a}, {a, c}, {c, a}, {a, d}, {d, a}, {b, d}} {
			x, y := p[0], p[1]
			both := x.Covers(y) && y.Covers(x)
			if both != x.Equal(y) {
				t.Fatalf("%s\nand %s: equal %v, cover each other %v", x, y, x.Equal(y), both)
			}
			if (x.UFID() == y.UFID()) != both || (x.Hash() == y.Hash()) != both {
				t.Fatalf("%s\nand %s: equal %v, identifiers %s and %s", x, y, both, x.UFID(), y.UFID())
			}
			if x.Overlaps(y) != y.Overlaps(x) || x.Covers(y) && !x.Overlaps(y) {
				t.Fatalf("%s\nand %s: overlap %v and %v", x, y, x.Overlaps(y), y.Overlaps(x))
			}
			witness := false
			for i := 0; i < 64 && (i < 4 || !witness && !x.Covers(y)); i++ {
				key := packetOf(rnd, y, x)
				in := x.Matches(key)
				if !y.Matches(key) || x.Covers(y) && !in || in && !x.Overlaps(y) {
					t.Fatalf("%s, a packet of %s:\ntaken by it %v, by %s %v, which covers it %v, overlaps %v", Match{Key: key}, y, y.Matches(key), x, in, x.Covers(y), x.Overlaps(y))
				}
				witness = witness || !in
			}
			if !x.Covers(y) && !witness {
				t.Fatalf("%s\ndoes not cover %s, but takes each of its packets", x, y)
			}
			if x.Covers(y) {
				covering++
			}
			if x.Overlaps(y) {
				overlapping++
			}
		}
	}
	if covering < 300 || overlapping < 600 || overlapping > 1000 {
		t.Errorf("%d of 1050 pairs cover, %d overlap: the generator is no good", covering, overlapping)
	}
}
