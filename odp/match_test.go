package odp

import (
	"errors"
	"strings"
	"testing"
)

func TestMatchText(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"metadata", "recirc_id(0),in_port(1),eth(),eth_type(0x0800)", ""},
		{"ipv4", "in_port(2),eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),eth_type(0x0800),ipv4(src=10.0.0.0/255.0.0.0,proto=6,tos=0,ttl=64,frag=no)", ""},
		{"prefix length", "ipv4(dst=10.1.0.0/16)", "ipv4(dst=10.1.0.0/255.255.0.0)"},
		{"ipv6", "ipv6(src=2001:db8::1,dst=::/::,label=0x12345,proto=58,tclass=0,hlimit=255,frag=later)", "ipv6(src=2001:db8::1,label=0x12345,proto=58,tclass=0,hlimit=255,frag=later)"},
		{"ipv6 prefix length", "ipv6(dst=2001:db8::/32)", "ipv6(dst=2001:db8::/ffff:ffff::)"},
		{"ports", "tcp(src=80,dst=0/0xff00)", ""},
		{"arp", "eth_type(0x0806),arp(sip=10.0.0.1,tip=10.0.0.2,op=1/0xff,sha=02:00:00:00:00:01,tha=00:00:00:00:00:00)", ""},
		{"nd", "icmpv6(type=135,code=0),nd(target=fe80::1,sll=02:00:00:00:00:01)", ""},
		{"vlan", "eth_type(0x8100),vlan(vid=5,pcp=0),encap(eth_type(0x0800),ipv4(ttl=1))", ""},
		{"vlan without a tag", "vlan(vid=0,pcp=0,cfi=0)", ""},
		{"vlan mask", "vlan(vid=0/0x800,pcp=7)", ""},
		{"tunnel", "tunnel(tun_id=0x7b,src=10.0.0.1,dst=10.0.0.2,tos=0,ttl=64,tp_src=1,tp_dst=4789,flags(df|csum|key))", "tunnel(tun_id=0x7b,src=10.0.0.1,dst=10.0.0.2,tos=0,ttl=64,tp_src=1,tp_dst=4789,flags(df|csum|key))"},
		{"tunnel flags", "tunnel(tun_id=0x0,flags(-df+csum+key))", ""},
		{"tunnel over IPv6", "tunnel(ipv6_src=fe80::1,ipv6_dst=fe80::/ffc0::)", ""},
		{"group policy", "tunnel(vxlan(gbp(id=5,flags=0x1)))", ""},
		{"flags", "ct_state(+trk-new),tcp_flags(syn|ack)", "ct_state(-new+trk),tcp_flags(syn|ack)"},
		{"flags by number", "tcp_flags(0x2/0x12)", "tcp_flags(+syn-ack)"},
		{"label", "ct_label(0x1234567890abcdef1234567890abcdef/0xff)", "ct_label(0xef/0xff)"},
		{"unknown key", "in_port(1),key40(01 02 ff/ff ff 00)", ""},
		{"octal and blanks", "in_port(010), eth_type(2048)", "in_port(8),eth_type(0x0800)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := ParseMatch(tt.in, nil)
			if err != nil {
				t.Fatal(err)
			}
			want := tt.want
			if want == "" {
				want = tt.in
			}
			if got := m.canonicalText(); got != want && m.String() != want {
				t.Errorf("got  %s\nor   %s\nwant %s", m.String(), got, want)
			}
		})
	}
}

// canonicalText writes the match with its keys under their masks.
func (m Match) canonicalText() string {
	c, err := matchOf(canonicalNodes(m.nodes()))
	if err != nil {
		return err.Error()
	}
	return c.String()
}

func TestMatchVerbose(t *testing.T) {
	m, err := ParseMatch("in_port(1),eth(),eth_type(0x0800),ipv4(dst=10.0.0.1)", nil)
	if err != nil {
		t.Fatal(err)
	}
	want := "in_port(p1),eth(src=00:00:00:00:00:00/00:00:00:00:00:00,dst=00:00:00:00:00:00/00:00:00:00:00:00),eth_type(0x0800)," +
		"ipv4(src=0.0.0.0/0.0.0.0,dst=10.0.0.1,proto=0/0,tos=0/0,ttl=0/0)"
	o := &TextOptions{Verbose: true, PortName: func(p PortNo) string { return "p1" }}
	if got := string(m.AppendText(nil, o)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestMatchSyntaxErrors(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"unknown key", "in_port(1),ipv5(src=1.2.3.4)", `column 12: expected the name of a key, found "ipv5" (did you mean "ipv4"?)`},
		{"unknown field", "ipv4(scr=1.2.3.4)", `column 6: expected a field of ipv4 (src, dst, proto, tos, ttl, frag), found "scr" (did you mean "src"?)`},
		{"bad address", "ipv4(src=1.2.3)", "column 10: expected an IPv4 address"},
		{"bad prefix", "ipv4(src=1.2.3.4/33)", "column 18: expected an IPv4 address or a prefix length from 0 to 32"},
		{"out of range", "ipv4(ttl=256)", "column 10: expected a number from 0 to 255"},
		{"negative", "in_port(-1)", "column 9: expected a number"},
		{"vlan id", "vlan(vid=4096)", "a number from 0 to 4095"},
		{"bad mac", "eth(src=02:00:00:00:00)", "an Ethernet address"},
		{"bad word", "ipv4(frag=nope)", "one of no, first, later"},
		{"bad flag", "tcp_flags(+synn)", `did you mean "syn"?`},
		{"no end", "ipv4(ttl=1", `column 11: expected ")", found the end`},
		{"no start", "ipv4", `expected "("`},
		{"twice", "eth(),eth()", "each key once"},
		{"field twice", "ipv4(ttl=1,ttl=2)", "each field once"},
		{"port name", "in_port(eth0)", "a number"},
		{"mask length", "key40(01/ff ff)", "a mask of 1 bytes"},
		{"too deep", strings.Repeat("encap(", 40), "at most 32 levels"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := ParseMatch(tt.in, nil)
			if err == nil {
				t.Fatalf("read as %v", m)
			}
			if !errors.Is(err, ErrSyntax) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}

func TestMatchComplete(t *testing.T) {
	tests := []struct{ name, in, want, err string }{
		{"needs the Ethernet type", "eth(),ipv4(dst=10.0.0.1)", "eth(),eth_type(0x0800),ipv4(dst=10.0.0.1)", ""},
		{"needs the protocol", "eth(),ipv4(dst=10.0.0.1),tcp(dst=80)", "eth(),eth_type(0x0800),ipv4(dst=10.0.0.1,proto=6),tcp(dst=80)", ""},
		{"neighbour discovery", "eth(),nd(target=fe80::1),icmpv6(type=136)", "eth(),eth_type(0x86dd),ipv6(proto=58),icmpv6(type=136),nd(target=fe80::1)", ""},
		{"tag", "eth(),vlan(vid=5)", "eth(),eth_type(0x8100),vlan(vid=5),encap()", ""},
		{"inside a tag", "eth(),eth_type(0x8100),vlan(vid=5),encap(tcp(dst=80),ipv4())", "eth(),eth_type(0x8100),vlan(vid=5),encap(eth_type(0x0800),ipv4(proto=6),tcp(dst=80))", ""},
		{"nothing to do", "in_port(1),eth()", "in_port(1),eth()", ""},
		{"Ethernet", "in_port(1)", "in_port(1),eth()", ""},
		{"a length in place of a type", "eth_type(0/0xffff)", "eth(),eth_type(0/0xffff)", ""},
		{"no Ethernet header", "ipv4(dst=10.0.0.1)", "eth_type(0x0800),ipv4(dst=10.0.0.1)", ""},
		{"a tag of a frame", "vlan(vid=5)", "eth(),eth_type(0x8100),vlan(vid=5),encap()", ""},
		{"type of a tag that is not matched", "eth(),eth_type(0x88a8/0),vlan()", "eth(),eth_type(0x88a8),vlan(),encap()", ""},
		{"two tags", "eth(),encap(encap(ipv4(ttl=1)))", "eth(),eth_type(0x8100),vlan(),encap(eth_type(0x8100),vlan(),encap(eth_type(0x0800),ipv4(ttl=1)))", ""},
		{"three tags", "eth(),encap(encap(vlan()))", "", "encap.encap.vlan: the kernel looks into two tags"},
		{"below two tags", "eth(),encap(encap(eth_type(0x8100)))", "eth(),eth_type(0x8100),vlan(),encap(eth_type(0x8100),vlan(),encap(eth_type(0x8100)))", ""},
		{"cut tag", "eth(),vlan(vid=0,pcp=0,cfi=0)", "", "vlan: cfi=0 is of a frame that ends within its tag"},
		{"whole packet", "eth(),encap(in_port(1))", "", "encap.in_port: the key is of the whole packet"},
		{"beside a tag", "eth(),vlan(vid=5),ipv4(ttl=1)", "", "what is inside a tag stands in encap"},
		{"inside of tags", "eth(),vlan(),ct_tuple4(proto=6)", "ct_tuple4(proto=6),eth(),eth_type(0x8100),vlan(),encap(eth_type(0x0800))", ""},
		{"connection and neighbour discovery", "eth(),icmpv6(type=135),ct_tuple6(proto=6)", "", "ct_tuple6: the kernel takes no match on this key with icmpv6.type=135"},
		{"later fragment", "eth(),ipv4(frag=later),udp(dst=1)", "", "udp: the kernel takes no match on this key with ipv4.frag=later"},
		{"proto in part", "eth(),ipv4(proto=4/4),tcp(dst=1)", "eth(),eth_type(0x0800),ipv4(proto=6),tcp(dst=1)", ""},
		{"proto in another part", "eth(),ipv4(proto=1/1),tcp(dst=1)", "", "tcp: only packets with"},
		{"listed port that is not matched", "in_port(0/0xffff0000),eth()", "eth()", ""},
		{"port in part", "in_port(1/0xff),eth()", "", "in_port: the kernel matches all of its bits or none"},
		{"type in part", "eth(),eth_type(0x0800/0xff00)", "", "eth_type: the kernel matches all of its bits or none"},
		{"type too small", "eth(),eth_type(0x05ff)", "", "eth_type: the kernel takes 0x600 or more in a match, not 0x5ff"},
		{"types of a tag in part", "eth(),eth_type(0x8000/0xf000),vlan()", "", "vlan: say which packets: with eth_type=0x8100 or with eth_type=0x88a8"},
		{"operation", "eth(),arp(op=256)", "", "arp.op: the kernel takes 0 to 255"},
		{"bits of no flag", "eth(),ct_state(0x100/0x100)", "", "ct_state: bits are matched that no packet has"},
		{"labels", "eth(),mpls(label=1,label=2,label=3,label=4)", "", "mpls: the kernel matches at most 3, there are 4"},
		{"metadata", "eth(),nsh(c1=5)", "eth(),eth_type(0x894f),nsh(mdtype=1,c1=0x5)", ""},
		{"metadata that is not there", "eth(),nsh(mdtype=2,c1=5)", "", "nsh.c1: only packets with mdtype=1 have this"},
		{"metadata of actions", "eth(),nsh(md2=01020304)", "", "nsh.md2: no match can have this"},
		{"outer headers", "eth(),tunnel(dst=1.2.3.4,ipv6_src=::1)", "", "tunnel: an outer header is of IPv4 or of IPv6"},
		{"outer destination", "eth(),tunnel(dst=0.0.0.0)", "", "tunnel.dst: the kernel takes no destination that is zero"},
		{"outer destination in part", "eth(),tunnel(dst=0.0.0.0/0.0.0.255)", "tunnel(dst=0.0.1.0/0.0.0.255),eth()", ""},
		{"options", "eth(),tunnel(vxlan(gbp(id=1)),geneve({class=1,type=2,len=0}))", "", "tunnel.geneve: a packet that has vxlan does not have this"},
		{"no id", "tunnel(flags(-key))", "tunnel(flags(-key)),eth()", ""},
		{"an id", "tunnel(flags(+key))", "tunnel(flags(+key)),eth()", ""},
		{"contradiction", "eth(),eth_type(0x0806),ipv4(ttl=1)", "", "ipv4: only packets with eth_type=0x0800 have this key"},
		{"ambiguous", "eth(),tcp(dst=80)", "", "tcp: say which packets: with ipv4.proto=6 or with ipv6.proto=6"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := ParseMatch(tt.in, nil)
			if err != nil {
				t.Fatal(err)
			}
			got, err := m.Complete()
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Fatalf("got %v, %v", got, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got.String() != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
	m, err := ParseMatch("eth(),eth_type(0x0800),ipv4(proto=6)", nil)
	if err != nil {
		t.Fatal(err)
	}
	m, err = m.Complete()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"tcp", "tcp_flags"} {
		if _, ok := m.Key.Find(KeyByName(name).ID); !ok {
			t.Errorf("no %s, which the kernel demands of TCP", name)
		}
	}
}

// What a completed match prints is put again as the same flow.
func TestMatchCompleteEmptyTag(t *testing.T) {
	for _, text := range []string{
		"eth(),eth_type(0x8100),vlan(vid=5),encap()",
		"eth(),eth_type(0x8100),vlan(),encap()",
	} {
		m, err := ParseMatch(text, nil)
		if err != nil {
			t.Fatal(err)
		}
		if m, err = m.Complete(); err != nil {
			t.Fatal(err)
		}
		inside, ok := m.Key.Find(KeyByName("encap").ID)
		if !ok || len(inside) == 0 {
			t.Errorf("%s: inside the tag is %x", text, inside)
		}
	}
}

func TestMatchBuilder(t *testing.T) {
	var b MatchBuilder
	for _, s := range [][2]string{
		{"in_port", "1"}, {"ipv4.dst", "10.0.0.0/8"}, {"tcp.dst", "80"}, {"tunnel.tun_id", "7"}, {"eth", "src=02:00:00:00:00:01"},
	} {
		if err := b.Set(s[0], s[1]); err != nil {
			t.Fatal(err)
		}
	}
	m, err := b.Match()
	if err != nil {
		t.Fatal(err)
	}
	want := "tunnel(tun_id=0x7,flags(+key)),in_port(1),eth(src=02:00:00:00:00:01),eth_type(0x0800),ipv4(dst=10.0.0.0/255.0.0.0,proto=6),tcp(dst=80)"
	if m.String() != want {
		t.Errorf("got  %s\nwant %s", m, want)
	}
	for path, want := range map[string]string{"ipv4.dst": "10.0.0.0", "tcp.dst": "80", "tunnel.tun_id": "0x7", "eth_type": "0x0800"} {
		v, ok := m.Get(path)
		if !ok || v.String() != want {
			t.Errorf("%s: got %v", path, v)
		}
	}
	for _, s := range [][3]string{
		{"ipv5.dst", "1", `ipv5.dst: there is no key ipv5 (did you mean "ipv4"?)`},
		{"ipv4.dts", "1", `ipv4.dts: ipv4 has no field dts, only src, dst, proto, tos, ttl, frag (did you mean "dst"?)`},
		{"ipv4.ttl", "300", "ipv4.ttl: column 1: expected a number from 0 to 255"},
		{"ipv4.ttl", "3x", "ipv4.ttl: column 1: expected a number"},
		{"ipv4.ttl", "3 4", "ipv4.ttl: column 2: expected nothing more"},
		{"in_port.x", "1", "in_port is one value and has no fields"},
	} {
		if err := b.Set(s[0], s[1]); err == nil || !strings.Contains(err.Error(), s[2]) {
			t.Errorf("%s=%s: got %v", s[0], s[1], err)
		}
	}
}

func TestMatchBuilderKeyAlone(t *testing.T) {
	for _, test := range []struct{ key, want string }{
		{"eth", "eth()"},
		{"ipv4", "eth(),eth_type(0x0800)"},
		{"arp", "eth(),eth_type(0x0806)"},
		{"tunnel", "tunnel(),eth()"},
	} {
		var b MatchBuilder
		if err := b.Set(test.key, ""); err != nil {
			t.Errorf("%s: %v", test.key, err)
			continue
		}
		if m, err := b.Match(); err != nil || m.String() != test.want {
			t.Errorf("%s: got %v, error %v, want %s", test.key, m, err, test.want)
		}
	}
	var b MatchBuilder
	if err := b.Set("eth_type", ""); err == nil {
		t.Error("eth_type: nothing was taken for a value")
	}
}

func TestMatchOnly(t *testing.T) {
	pkt, err := ParseMatch("recirc_id(0),skb_priority(0),in_port(1),eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),eth_type(0x0800),"+
		"ipv4(src=10.0.0.1,dst=10.0.0.2,proto=6,tos=0,ttl=64,frag=no),tcp(src=1000,dst=80),tcp_flags(syn)", nil)
	if err != nil {
		t.Fatal(err)
	}
	pkt.Mask = nil
	tests := []struct {
		paths []string
		want  string
	}{
		{[]string{"in_port", "eth.dst"}, "in_port(1),eth(dst=02:00:00:00:00:02)"},
		{[]string{"in_port", "eth"}, "in_port(1),eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02)"},
		{[]string{"tcp.dst"}, "eth(),eth_type(0x0800),ipv4(proto=6),tcp(dst=80)"},
	}
	for _, tt := range tests {
		m, err := pkt.Only(tt.paths...)
		if err != nil {
			t.Fatal(err)
		}
		if m.String() != tt.want {
			t.Errorf("%v: got %s\nwant %s", tt.paths, m, tt.want)
		}
	}
	for path, want := range map[string]string{"udp.src": "the packet has no key udp", "etx": `did you mean "eth"?`, "eth.foo": "eth has no field foo"} {
		if _, err := pkt.Only(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", path, err)
		}
	}
	tagged, err := ParseMatch("in_port(1),eth(src=02:00:00:00:00:01),eth_type(0x8100),vlan(vid=5,pcp=0),encap(eth_type(0x0806),arp(op=1))", nil)
	if err != nil {
		t.Fatal(err)
	}
	tagged.Mask = nil
	m, err := tagged.Only("in_port")
	if err != nil {
		t.Fatal(err)
	}
	if want := "in_port(1),eth(),eth_type(0x8100),vlan(),encap()"; m.String() != want {
		t.Errorf("tagged: got %s, want %s", m, want)
	}
}

func TestMatchEqual(t *testing.T) {
	parse := func(s string) Match {
		m, err := ParseMatch(s, nil)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	a := parse("in_port(1),eth(),eth_type(0x0800),ipv4(dst=10.1.2.3/255.0.0.0)")
	for s, want := range map[string]bool{
		"eth_type(0x0800),ipv4(dst=10.0.0.0/8),in_port(1),eth()":                      true,
		"in_port(1),eth(),eth_type(0x0800),ipv4(dst=10.0.0.0/8),skb_mark(5/0)":        true,
		"in_port(1),eth(),eth_type(0x0800),ipv4(dst=10.0.0.0/8,ttl=1)":                false,
		"in_port(1),eth_type(0x0800),ipv4(dst=10.0.0.0/8)":                            false,
		"in_port(1),eth(),eth_type(0x0800),ipv4(dst=10.0.0.0/255.255.0.0)":            false,
		"in_port(1),eth(),eth_type(0x0800),ipv4(dst=10.1.2.3/255.0.0.0),key40(01/00)": true,
	} {
		if got := a.Equal(parse(s)); got != want {
			t.Errorf("%s: equal is %v", s, got)
		}
	}
}

func TestActionsText(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"drop", "drop", ""},
		{"outputs", "1,2,0", ""},
		{"set", "set(eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02)),1", ""},
		{"set a part", "set(ipv4(ttl=63)),set(eth(dst=02:00:00:00:00:02)),1", ""},
		{"set a masked value", "set(skb_mark(0x1/0xff))", ""},
		{"set tunnel", "set(tunnel(tun_id=0x7b,dst=10.0.0.2,ttl=64,tp_dst=4789,flags(df|key))),3", ""},
		{"vlan", "push_vlan(vid=5,pcp=0),push_vlan(tpid=0x88a8,vid=6,pcp=7),pop_vlan,pop_vlan,1", ""},
		{"vlan without a tag", "push_vlan(vid=5,pcp=0,cfi=0)", ""},
		{"sample", "sample(sample=50.0%,actions(1,clone(2)))", ""},
		{"nested drop", "clone(drop),1", ""},
		{"userspace", "userspace(pid=123,userdata(0102ff),actions,tunnel_out_port=4)", ""},
		{"recirc", "recirc(0x1),recirc(0)", ""},
		{"trunc", "trunc(100),1", ""},
		{"reason", "drop(5)", ""},
		{"unknown", "action99(01 02),1,action98", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, err := ParseActions(tt.in, nil)
			if err != nil {
				t.Fatal(err)
			}
			want := tt.want
			if want == "" {
				want = tt.in
			}
			if a.String() != want {
				t.Errorf("got  %s\nwant %s", a, want)
			}
		})
	}
	for in, want := range map[string]string{
		"1,clon(2)":              `expected an action, found "clon" (did you mean "clone"?)`,
		"set(ipv4(ttl=1),2":      `expected ")"`,
		"sample(sample=101%)":    "a percentage from 0% to 100%",
		"1 2x":                   "expected",
		"push_vlan(vid=5000)":    "a number from 0 to 4095",
		"userspace(pidd=1)":      `did you mean "pid"?`,
		"userspace(userdata(1))": "pairs of hex digits",
		"eth0":                   "an action",
	} {
		if a, err := ParseActions(in, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, %v", in, a, err)
		}
	}
	o := &TextOptions{PortByName: func(s string) (PortNo, bool) { return 7, s == "eth0" }}
	a, err := ParseActions("eth0,set(ipv4(ttl=1)),eth0", o)
	if err != nil || a.String() != "7,set(ipv4(ttl=1)),7" {
		t.Errorf("got %v, %v", a, err)
	}
}

// TestMatchEqualOuter checks what of an outer header is matched without a value:
// its IP version, and whether there is a tunnel id.
func TestMatchEqualOuter(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"tunnel(ttl=64)", "tunnel(ttl=64,dst=1.2.3.4/0.0.0.0)", true},
		{"tunnel(ttl=64)", "tunnel(ttl=64,ipv6_dst=::1/::)", false},
		{"tunnel(ttl=64,ipv6_src=::2/::)", "tunnel(ttl=64,ipv6_dst=::1/::)", true},
		{"tunnel(ipv6_dst=::1/::)", "tunnel(dst=1.2.3.4/0.0.0.0)", false},
		{"tunnel()", "tunnel(dst=1.2.3.4/0.0.0.0)", true},
		{"tunnel()", "eth()", false},
		{"tunnel(ttl=64,flags(+key))", "tunnel(ttl=64)", false},
		{"tunnel(ttl=64,flags(+key))", "tunnel(ttl=64,tun_id=5/0)", true},
		{"tunnel(ttl=64,flags(-key))", "tunnel(ttl=64,flags(+key))", false},
		{"tunnel(ttl=64,tun_id=5,flags(+key))", "tunnel(ttl=64,tun_id=5)", true},
		{"tunnel(ttl=64,flags(csum))", "tunnel(ttl=64,flags(+csum-df-oam))", true},
		{"tunnel(tun_id=5/0,flags(+df))", "tunnel(flags(+df))", true},
		{"tunnel(tun_id=5/0,flags(+df+key))", "tunnel(flags(+df+key))", true},
	} {
		a, b := mustMatch(t, tt.a), mustMatch(t, tt.b)
		if a.Equal(b) != tt.want || (a.UFID() == b.UFID()) != tt.want {
			t.Errorf("%s and %s: equal %v, identifiers %s and %s", tt.a, tt.b, a.Equal(b), a.UFID(), b.UFID())
		}
		if tt.want && (!a.Covers(b) || !b.Covers(a)) {
			t.Errorf("%s and %s: covers %v and %v", tt.a, tt.b, a.Covers(b), b.Covers(a))
		}
	}
}
