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
