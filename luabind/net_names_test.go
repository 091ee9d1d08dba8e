package luabind

import "testing"

func TestParseNetwork(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"10.0.0.1/24", "10.0.0.1/24"},
		{"10.0.0.1", "10.0.0.1/32"},
		{"fd00::1/64", "fd00::1/64"},
		{"fd00::1", "fd00::1/128"},
		{"0.0.0.0/0", "0.0.0.0/0"},
		{"10.0.0.1/33", ""},
		{"10.0.0.1/-1", ""},
		{"10.0.0.1/", ""},
		{"10.0.0.1/24/24", ""},
		{"10.0.0/24", ""},
		{"fe80::1%eth0/64", ""},
		{"", ""},
	} {
		p, err := parseNetwork(test.text)
		got := ""
		if err == nil {
			got = prefixText(p)
		}
		if got != test.want {
			t.Errorf("%q: got %q (%v), want %q", test.text, got, err, test.want)
		}
	}
}

func TestSysctlPath(t *testing.T) {
	for _, test := range []struct{ name, want string }{
		{"net.ipv4.ip_forward", "/proc/sys/net/ipv4/ip_forward"},
		{"net/ipv4/conf/eth0.5/forwarding", "/proc/sys/net/ipv4/conf/eth0.5/forwarding"},
		{"kernel.hostname", ""},
		{"net", ""},
		{"net/../kernel/hostname", ""},
		{"../../etc/passwd", ""},
		{"/net/ipv4", "/proc/sys/net/ipv4"},
		{"net.ipv4\x00", ""},
		{"", ""},
	} {
		if got := sysctlPath(test.name); got != test.want {
			t.Errorf("%q: got %q, want %q", test.name, got, test.want)
		}
	}
}

func TestOffloadChange(t *testing.T) {
	d := deviceOffloads{
		active:     map[string]bool{"rx-gro": true, "tx-checksum-ipv4": true, "fixed": true},
		changeable: map[string]bool{"rx-gro": true, "tx-checksum-ipv4": true, "tx-checksum-ipv6": true},
	}
	for _, test := range []struct {
		name   string
		wanted map[string]bool
		want   map[string]bool
		err    string
	}{
		{name: "all off", want: map[string]bool{"rx-gro": false, "tx-checksum-ipv4": false}},
		{name: "nothing", wanted: map[string]bool{}, want: map[string]bool{}},
		{name: "one", wanted: map[string]bool{"rx-gro": false}, want: map[string]bool{"rx-gro": false}},
		{name: "as it is", wanted: map[string]bool{"gro": true, "fixed": true}, want: map[string]bool{}},
		{name: "a group", wanted: map[string]bool{"tx_checksum": true}, want: map[string]bool{"tx-checksum-ipv6": true}},
		{name: "a group that it has nothing of, off", wanted: map[string]bool{"tso": false}, want: map[string]bool{}},
		{name: "a group that it has nothing of, on", wanted: map[string]bool{"tso": true}, err: "the device has no offload 'tso'"},
		{name: "one that stays", wanted: map[string]bool{"fixed": false}, err: "the device always has fixed"},
		{name: "unknown", wanted: map[string]bool{"rx-gr": false}, err: "the device has no offload 'rx-gr'; did you mean rx-gro?"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := d.change(test.wanted)
			if test.err != "" {
				if err == nil || err.Error() != test.err {
					t.Fatalf("got error %v, want %s", err, test.err)
				}
				return
			}
			if err != nil || len(got) != len(test.want) {
				t.Fatalf("got %v, %v; want %v", got, err, test.want)
			}
			for name, on := range test.want {
				if is, ok := got[name]; !ok || is != on {
					t.Errorf("got %v, want %v", got, test.want)
				}
			}
		})
	}
}

// TestLinkKinds checks the table of kinds.
func TestLinkKinds(t *testing.T) {
	seen := map[string]bool{}
	for _, kind := range linkKinds() {
		if seen[kind.name] || seen[kind.shape] || kind.doc == "" || kind.config == "" || kind.example == "" {
			t.Errorf("%s: a name twice, or something missing", kind.name)
		}
		seen[kind.name], seen[kind.shape] = true, true
		names := map[string]bool{}
		for _, p := range linkSpecParams() {
			names[p.Name] = true
		}
		for _, o := range kind.options {
			if names[o.Name] || o.Doc == "" || o.Type == "" || o.set == nil || o.get == nil {
				t.Errorf("%s.%s: a name twice, or something missing", kind.name, o.Name)
			}
			names[o.Name] = true
		}
	}
}
