package odp

import "testing"

func TestFilter(t *testing.T) {
	one := func(t FieldTest) []FieldTest { return []FieldTest{t} }
	number := func(path string, n uint64) []FieldTest { return one(FieldTest{Paths: []string{path}, Number: n}) }
	outer := func(path string, n, bits uint64) []FieldTest {
		return one(FieldTest{Paths: []string{path}, Number: n, Bits: bits, Outer: true})
	}
	octets := func(path string, b ...byte) []FieldTest { return one(FieldTest{Paths: []string{path}, Bytes: b}) }
	const (
		plain  = "in_port(1),eth(),eth_type(0x0800),ipv4(dst=10.0.0.0/255.0.0.0,proto=6,tos=0x4/0xfc),tcp(dst=80/0xfff0)"
		tagged = "in_port(1),eth(),eth_type(0x8100),vlan(vid=5,pcp=0/0x0),encap(eth_type(0x86dd),ipv6(hlimit=9))"
		marked = "recirc_id(0),ct_label(0x1/0x3),in_port(1),eth(src=02:00:00:00:00:01)"
	)
	for _, tt := range []struct {
		match string
		tests []FieldTest
		want  bool
	}{
		{plain, nil, true},
		{plain, outer("in_port", 1, 0), true},
		{plain, outer("in_port", 2, 0), false},
		{plain, outer("in_port", 1<<32+1, 0), false}, // too large
		{plain, number("ipv4.proto", 17), false},
		{plain, number("ipv4.ttl", 3), true}, // not matched
		{plain, number("udp.dst", 3), true},  // not there
		{plain, number("ipv4.tos", 7), true},
		{plain, number("ipv4.tos", 8), false},
		{plain, one(FieldTest{Paths: []string{"ipv4.tos"}, Number: 8, Bits: 3}), true},
		{plain, number("tcp.dst", 81), true},
		{plain, number("tcp.dst", 99), false},
		{plain, octets("ipv4.dst", 10, 1, 2, 3), true},
		{plain, octets("ipv4.dst", 11, 1, 2, 3), false},
		{plain, octets("ipv4.dst", 10, 1, 2), false},
		{plain, outer("vlan", 0, 0), true}, // no tag, as the Ethernet type tells
		{plain, outer("vlan", 0x1005, 0x1fff), false},
		{tagged, outer("vlan", 0x1005, 0x1fff), true},
		{tagged, outer("vlan", 0xf005, 0), true},
		{tagged, outer("vlan", 0x1006, 0x1fff), false},
		{tagged, number("eth_type", 0x86dd), true},
		{tagged, number("eth_type", 0x8100), false},
		{tagged, outer("eth_type", 0x8100, 0), true},
		{tagged, one(FieldTest{Paths: []string{"ipv4.ttl", "ipv6.hlimit"}, Number: 9}), true},
		{tagged, one(FieldTest{Paths: []string{"ipv4.ttl", "ipv6.hlimit"}, Number: 8}), false},
		{tagged, append(outer("in_port", 1, 0), number("eth_type", 0x0800)...), false},
		{marked, outer("vlan", 7, 0), true}, // nothing is known of what is inside
		{marked, octets("ct_label", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5), true},
		{marked, octets("ct_label", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6), false},
		{marked, octets("eth.src", 2, 0, 0, 0, 0, 1), true},
		{marked, octets("eth.src", 2, 0, 0, 0, 0, 3), false},
	} {
		m, err := ParseMatch(tt.match, nil)
		if err != nil {
			t.Fatal(err)
		}
		f, err := NewFilter(tt.tests)
		if err != nil {
			t.Fatal(err)
		}
		if got := f.Passes(m); got != tt.want {
			t.Errorf("%s with %+v: %v", tt.match, tt.tests, got)
		}
	}
	for _, path := range []string{"", "nothing", "ipv4", "ipv4.nothing", "tunnel", "tunnel.nothing", "encap.eth_type"} {
		if _, err := NewFilter(number(path, 1)); err == nil {
			t.Errorf("a field %q is known", path)
		}
	}
	for _, path := range []string{"tunnel.tun_id", "tunnel.vxlan.gbp.id", "ct_tuple4.src", "nsh.c1", "mpls.label", "tcp_flags"} {
		if _, err := NewFilter(number(path, 1)); err != nil {
			t.Error(err)
		}
	}
}
