package odp

import "testing"

// These identifiers must never change: scripts may have written them down.
func TestMatchUFID(t *testing.T) {
	tests := []struct{ text, ufid string }{
		{"eth()", "4603e52c-7d86-a184-ee37-84bcdb665bd0"},
		{"in_port(1),eth()", "eb195bd0-1276-03d9-b133-3c79257c161a"},
		{"recirc_id(0),in_port(1),eth(dst=02:00:00:00:00:00/ff:00:00:00:00:00),eth_type(0x0800),ipv4(dst=10.0.0.0/8,proto=6),tcp(dst=80)", "ecde8acc-94be-1db8-48f5-d19b8f1f4f4a"},
		{"eth(),vlan(vid=5),encap(ipv6(label=0x12345,src=fe80::/10))", "289ff2bf-22f3-84ab-211d-723b08e9a8ec"},
		{"eth(),tunnel(tun_id=7,flags(+df-csum),vxlan(gbp(id=5)))", "3697a83f-347b-d012-ff73-cb04496ed8e8"},
		{"eth(),ct_state(+trk-new),ct_mark(0x1/0xff),ct_label(0x5/0xff),key60(01 02/ff 00)", "6299890b-ebb2-c811-3b71-2ad7b7964d5b"},
	}
	for _, tt := range tests {
		if got := mustMatch(t, tt.text).UFID().String(); got != tt.ufid {
			t.Errorf("%s: got %s, want %s", tt.text, got, tt.ufid)
		}
	}
}

func TestMatchHash(t *testing.T) {
	a := mustMatch(t, "in_port(1),eth(),eth_type(0x0800),ipv4(dst=10.1.2.3/8)")
	for text, want := range map[string]bool{
		"ipv4(dst=10.0.0.0/255.0.0.0),eth(),in_port(1)":            true,
		"ipv4(dst=10.0.0.0/255.0.0.0),eth(),in_port(1/0xffff)":     true,
		"ipv4(dst=10.0.0.0/255.0.0.0),eth(),in_port(1/0xff)":       false,
		"ipv4(dst=10.0.0.0/255.0.0.0),in_port(1)":                  false,
		"ipv4(dst=10.0.0.0/255.0.0.0),in_port(1),eth(),tunnel()":   false,
		"ipv4(dst=10.0.0.0/255.0.0.0),in_port(1),eth(),udp(src=0)": false,
	} {
		b := mustMatch(t, text)
		if (a.Hash() == b.Hash()) != want || (a.UFID() == b.UFID()) != want || a.Equal(b) != want {
			t.Errorf("%s and %s: equal %v, hashes %x and %x", a, b, a.Equal(b), a.Hash(), b.Hash())
		}
	}
}

// A match of exactly a packet's key is the one that its text says.
func TestMatchEqualExact(t *testing.T) {
	for _, text := range []string{
		"in_port(1),eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),eth_type(0x86dd),ipv6(src=fe80::1,dst=fe80::2,label=0x5,proto=6,tclass=0,hlimit=64,frag=no),tcp(src=1,dst=2),tcp_flags(syn)",
		"eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),eth_type(0x0806),arp(sip=10.0.0.1,tip=10.0.0.2,op=1,sha=02:00:00:00:00:01,tha=00:00:00:00:00:00)",
	} {
		m := mustMatch(t, text)
		exact := Match{Key: m.Key}
		if !exact.Equal(m) || exact.UFID() != m.UFID() || !exact.Covers(m) || !m.Covers(exact) {
			t.Errorf("%s: equal %v, identifiers %s and %s", text, exact.Equal(m), exact.UFID(), m.UFID())
		}
	}
}
