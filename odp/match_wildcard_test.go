package odp

import (
	"errors"
	"testing"
)

const keyText = "in_port(1),eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),eth_type(0x0800)," +
	"ipv4(src=10.0.0.1,dst=10.0.0.2,proto=6,tos=0,ttl=64,frag=no),tcp(src=1,dst=80),tcp_flags(syn)"

// TestWildcardIsWider wildcards each field of a match alone: what comes out takes all
// that was taken, and packets with another value in the field as well.
func TestWildcardIsWider(t *testing.T) {
	key, err := ParseKey(keyText, nil)
	if err != nil {
		t.Fatal(err)
	}
	exact := Match{Key: key}
	for _, path := range []string{"in_port", "eth", "eth.src", "ipv4.src", "ipv4.ttl", "ipv4.frag", "ipv4.tos", "tcp.src", "tcp", "tcp_flags"} {
		wide, err := exact.Wildcard(path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if !wide.Covers(exact) || exact.Covers(wide) || !wide.Matches(key) {
			t.Errorf("%s: %s is not wider than %s", path, wide, exact)
		}
		if mask, ok := wide.GetMask(path); ok && !mask.IsZero() {
			t.Errorf("%s is still matched: %s", path, wide)
		}
		again, err := wide.Wildcard(path)
		if err != nil || !again.Equal(wide) {
			t.Errorf("%s twice: %s, %v", path, again, err)
		}
	}
}

func TestWildcardRefuses(t *testing.T) {
	m := mustMatch(t, "eth(),eth_type(0x8100),vlan(vid=5),encap(eth_type(0x0800),ipv4(proto=17),udp(dst=53))")
	for path, want := range map[string]string{
		"eth_type":         "eth_type: what is matched of vlan depends on it, so that it has to go as well",
		"encap.ipv4.proto": "encap.ipv4.proto: what is matched of udp depends on it, so that it has to go as well",
		"encap.eth_type":   "encap.eth_type: what is matched of ipv4 depends on it, so that it has to go as well",
		"vlan.vi":          `vlan.vi: vlan has no field vi, only vid, pcp, cfi (did you mean "vid"?)`,
		"udpp":             `udpp: there is no key udpp (did you mean "udp"?)`,
		"eth_type.x":       "eth_type.x: eth_type is one value and has no fields",
	} {
		_, err := m.Wildcard(path)
		var wrong *PathError
		if !errors.As(err, &wrong) || err.Error() != want {
			t.Errorf("%s: got %v\nwant %s", path, err, want)
		}
	}
}

func TestParseKey(t *testing.T) {
	for text, want := range map[string]string{
		"in_port(1),ipv4(dst=10.0.0.0/8)":        "ipv4.dst: a value without a mask expected: it is of a packet, not of a match",
		"skb_mark(1/3)":                          "skb_mark: a value without a mask expected: it is of a packet, not of a match",
		"tunnel(src=10.0.0.0/8)":                 "tunnel.src: a value without a mask expected: it is of a packet, not of a match",
		"encap(eth_type(0x0800),ipv4(ttl=1/3))":  "encap.ipv4.ttl: a value without a mask expected: it is of a packet, not of a match",
		"in_port(1),eth(src=00:00:00:00:00:01/f": "", // a syntax error
		keyText:                                  "-",
	} {
		key, err := ParseKey(text, nil)
		switch {
		case want == "-" && (err != nil || Match{Key: key}.String() != keyText):
			t.Errorf("%s: %s, %v", text, Match{Key: key}, err)
		case want == "" && !errors.Is(err, ErrSyntax):
			t.Errorf("%s: %v", text, err)
		case want != "" && want != "-" && (err == nil || err.Error() != want || key != nil):
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestFromKey(t *testing.T) {
	for _, text := range []string{keyText, "tunnel(tun_id=0x5,src=192.0.2.1,dst=192.0.2.2,ttl=64,flags(df|key)),in_port(1)"} {
		key, err := ParseKey(text, nil)
		if err != nil {
			t.Fatal(err)
		}
		var b MatchBuilder
		b.FromKey(key)
		same, err := b.Key()
		if err != nil || string(same) != string(key) {
			t.Errorf("%s: %s, %v", text, Match{Key: same}, err)
		}
		if err := b.Set("in_port", "7"); err != nil {
			t.Fatal(err)
		}
		other, err := b.Key()
		if v, _ := (Match{Key: other}).Get("in_port"); err != nil || v.Uint() != 7 {
			t.Errorf("%s: %s, %v", text, Match{Key: other}, err)
		}
	}
}

func TestSplitActions(t *testing.T) {
	a, err := ParseActions("push_vlan(vid=5,pcp=0),sample(sample=50.0%,actions(1,2)),psample(group=1),3", nil)
	if err != nil {
		t.Fatal(err)
	}
	var joined Actions
	list := a.Split()
	for _, one := range list {
		joined = joined.Append(one)
		if len(one.Split()) != 1 {
			t.Errorf("%s is more than one", one)
		}
	}
	if len(list) != 4 || string(joined) != string(a) {
		t.Errorf("%d actions: %s", len(list), joined)
	}
	if _, row, _, ok := list[2].Row(); !ok || row.Name != "psample" {
		t.Errorf("third: %v", row)
	}
	if _, _, _, ok := (Actions{}).Row(); ok {
		t.Error("the empty list has an action")
	}
	if got := (Actions{1, 2, 3}).Split(); len(got) != 0 {
		t.Errorf("bytes that are no action: %v", got)
	}
}

// memberPaths lists the paths of the fields and keys inside a row.
func memberPaths(path string, row *Row) []string {
	paths := []string{path}
	for _, name := range row.Members() {
		if kid := row.Row(name); kid != nil {
			paths = append(paths, memberPaths(path+"."+name, kid)...)
		} else {
			paths = append(paths, path+"."+name)
		}
	}
	return paths
}

// TestWildcardEveryField wildcards every field and key there is of several matches.
// Either that is refused, as something depends on it, or what comes out takes all
// that was taken and does not match the field.
func TestWildcardEveryField(t *testing.T) {
	var matches []Match
	for _, text := range []string{
		"in_port(1),eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),eth_type(0x0800),ipv4(src=10.0.0.0/8,dst=10.0.0.2,proto=17,frag=no),udp(src=53,dst=1024/0xfff0)",
		"eth(),eth_type(0x86dd),ipv6(src=fd00::/16,label=5,proto=58),icmpv6(type=135,code=0),nd(target=fd00::1,sll=02:00:00:00:00:01)",
		"eth(),arp(sip=10.0.0.1,op=1),skb_mark(0x1/0x3),ct_state(+trk-new),ct_zone(0x5),ct_label(0x1/0xff)",
		"eth(),eth_type(0x8100),vlan(vid=5,pcp=1),encap(eth_type(0x0800),ipv4(ttl=3,proto=6),tcp(dst=80),tcp_flags(+syn))",
		"eth(),eth_type(0x88a8),vlan(vid=5),encap(eth_type(0x8100),vlan(vid=6),encap(ipv4(tos=4)))",
		"eth(),tunnel(tun_id=5,src=192.0.2.1,dst=192.0.2.0/24,ttl=64,flags(+df-csum)),recirc_id(1),dp_hash(0x5/0xf)",
		"eth(),tunnel(ipv6_dst=fd00::1,geneve({class=0x102,type=0x1,len=4,0x1020304/0xff}))",
		"eth(),mpls(label=5,tc=1,ttl=3,bos=0,label=6,tc=0,ttl=4,bos=1)", "eth(),nsh(spi=5,si=255,mdtype=1,c1=7)",
		"eth_type(0x0800),ipv4(proto=132),sctp(src=1)", "in_port(1),eth_type(0x0806)",
		"eth(),ct_state(+trk),ipv4(proto=17),ct_tuple4(src=10.0.0.1,proto=17,tp_dst=53)",
	} {
		matches = append(matches, mustMatch(t, text))
	}
	key, err := ParseKey(keyText, nil)
	if err != nil {
		t.Fatal(err)
	}
	matches = append(matches, Match{Key: key})
	for i, m := range matches {
		if i < len(matches)-1 {
			if m, err = m.Complete(); err != nil {
				t.Fatal(err)
			}
		}
		for _, row := range KeyRows() {
			paths := memberPaths(row.Name, row)
			if row == encapRow {
				paths = append(paths, memberPaths("encap.ipv4", KeyByName("ipv4"))...)
				paths = append(paths, "encap.eth_type", "encap.vlan.vid", "encap.encap.ipv4.tos")
			}
			for _, path := range paths {
				wide, err := m.Wildcard(path)
				var wrong *PathError
				if errors.As(err, &wrong) {
					if _, there := m.Get(path); !there {
						t.Errorf("%s: %v", path, err)
					}
					continue
				}
				if err != nil || !wide.Covers(m) {
					t.Errorf("%s of %s: %s, %v", path, m, wide, err)
				}
				if mask, ok := wide.GetMask(path); ok && !mask.IsZero() && mask.Field.Name != "cfi" && path != "tunnel.flags" {
					t.Errorf("%s is still matched: %s", path, wide)
				}
			}
		}
	}
}
