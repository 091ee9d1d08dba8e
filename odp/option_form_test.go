package odp

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// namedPorts knows the vports of the examples of go-odp.
var namedPorts = &TextOptions{
	PortByName: func(s string) (PortNo, bool) {
		i := slices.Index([]string{"dp", "ethx", "vx", "eth2"}, s)
		return PortNo(i), i >= 0
	},
	PortName: func(p PortNo) string {
		if names := []string{"dp", "ethx", "vx", "eth2"}; int(p) < len(names) {
			return names[p]
		}
		return ""
	},
}

// Command lines of go-odp's README, and each option of its tool, with what they
// mean. Where print is empty, the flow prints as the same line.
func TestFlowOptions(t *testing.T) {
	tests := []struct{ name, line, match, actions, print string }{
		{
			"the README's encapsulation",
			"--in-port=ethx --set-tunnel-ipv4-src=10.0.0.112 --set-tunnel-ipv4-dst=10.0.0.113 --set-tunnel-ttl=64 --output=vx",
			"in_port(1),eth()", "set(tunnel(src=10.0.0.112,dst=10.0.0.113,ttl=64,flags(0))),2", "",
		},
		{"nothing", "", "eth()", "drop", ""},
		{"in port", "--in-port=ethx", "in_port(1),eth()", "drop", ""},
		{"port by number", "--in-port=7 --output=0x8", "in_port(7),eth()", "8", "--in-port=7 --output=8"},
		{"outputs", "--output=vx,dp,5,vx", "eth()", "2,0,5,2", ""},
		{"outputs of two options", "--output=vx --output=dp", "eth()", "2,0", "--output=vx,dp"},
		{"addresses", "--eth-src=02:00:00:00:00:01 --eth-dst=02:00:00:00:00:02", "eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02)", "drop", ""},
		{"address mask", `--eth-src="02:00:00:00:00:00&ff:ff:00:00:00:00"`, "eth(src=02:00:00:00:00:00/ff:ff:00:00:00:00)", "drop", ""},
		{"mask after a slash", "--eth-dst=01:00:00:00:00:00/01:00:00:00:00:00", "eth(dst=01:00:00:00:00:00/01:00:00:00:00:00)", "drop",
			`--eth-dst="01:00:00:00:00:00&01:00:00:00:00:00"`},
		{"tunnel", "--tunnel-id=000000000000007b --tunnel-ipv4-src=10.0.0.1 --tunnel-ipv4-dst=10.0.0.2 --tunnel-tos=16 --tunnel-ttl=64 " +
			"--tunnel-tp-src=1 --tunnel-tp-dst=4789 --tunnel-df=true --tunnel-csum=false",
			"tunnel(tun_id=0x7b,src=10.0.0.1,dst=10.0.0.2,tos=0x10,ttl=64,tp_src=1,tp_dst=4789,flags(+df-csum+key)),eth()", "drop", ""},
		{"tunnel masks", `--tunnel-id=0x5/0xff --tunnel-ipv4-src=10.0.0.0/8 --tunnel-tos=0x10&0xfc`,
			"tunnel(tun_id=0x5/0xff,src=10.0.0.0/255.0.0.0,tos=0x10/0xfc,flags(+key)),eth()", "drop",
			`--tunnel-id="0000000000000005&00000000000000ff" --tunnel-ipv4-src="10.0.0.0&255.0.0.0" --tunnel-tos="16&252"`},
		{"by the names of the keys", "--tunnel-tun-id=7 --tunnel-dst=10.0.0.2", "tunnel(tun_id=0x7,dst=10.0.0.2,flags(+key)),eth()", "drop",
			"--tunnel-id=0000000000000007 --tunnel-ipv4-dst=10.0.0.2"},
		{"set tunnel", "--output=vx --set-tunnel-id=0000000000000007 --set-tunnel-ipv4-dst=10.0.0.2 --set-tunnel-tos=16 --set-tunnel-df=1 --set-tunnel-csum=F",
			"eth()", "set(tunnel(tun_id=0x7,dst=10.0.0.2,tos=0x10,ttl=0,flags(df|key))),2",
			"--set-tunnel-id=0000000000000007 --set-tunnel-ipv4-dst=10.0.0.2 --set-tunnel-tos=16 --set-tunnel-ttl=0 --set-tunnel-df=true --output=vx"},
		{"other ways to give a value", "-in-port ethx -output=vx", "in_port(1),eth()", "2", "--in-port=ethx --output=vx"},

		{"other keys", "--tcp-dst=80 --ipv4-dst=10.0.0.0/8", "eth(),eth_type(0x0800),ipv4(dst=10.0.0.0/255.0.0.0,proto=6),tcp(dst=80)", "drop",
			`--eth-type=0x0800 --ipv4-dst="10.0.0.0&255.0.0.0" --ipv4-proto=6 --tcp-dst=80`},
		{"flags", "--ct-state=+trk-new --skb-mark=0x1&0xff", "skb_mark(0x1/0xff),ct_state(-new+trk),eth()", "drop",
			`--skb-mark="0x1&0xff" --ct-state=-new+trk`},
		{"inside a tag", "--vlan-vid=5 --encap-udp-src=53 --encap-ipv6-src=fe80::/10",
			"eth(),eth_type(0x8100),vlan(vid=5),encap(eth_type(0x86dd),ipv6(src=fe80::/ffc0::,proto=17),udp(src=53))", "drop",
			`--eth-type=0x8100 --vlan-vid=5 --encap-eth-type=0x86dd --encap-ipv6-src="fe80::&ffc0::" --encap-ipv6-proto=17 --encap-udp-src=53`},
		{"no Ethernet", "--no-eth --eth-type=0x0800", "eth_type(0x0800)", "drop", ""},
		{"a whole key", "--ipv4=ttl=1,proto=6 --arp-op=1 --eth-type=0x0800", "", "", "error: arp: only packets with eth_type=0x0806"},
		{"a key that is there", "--ipv4=", "eth(),eth_type(0x0800)", "drop", "--eth-type=0x0800"},
		{"an unknown attribute", `--key44="01 02&ff 00"`, "eth(),key44(01 02/ff 00)", "drop", ""},

		{"set", "--set-eth-dst=02:00:00:00:00:02 --set-ipv4-ttl=63 --output=1", "eth()", "set(eth(dst=02:00:00:00:00:02)),set(ipv4(ttl=63)),1",
			"--set-eth-dst=02:00:00:00:00:02 --set-ipv4-ttl=63 --output=ethx"},
		{"set masked", "--set-skb-mark=1/0xff --set-eth-src=02:00:00:00:00:02 --set-eth-dst=02:00:00:00:00:01", "eth()",
			"set(skb_mark(0x1/0xff)),set(eth(src=02:00:00:00:00:02,dst=02:00:00:00:00:01))",
			`--set-skb-mark="0x1&0xff" --set-eth-src=02:00:00:00:00:02 --set-eth-dst=02:00:00:00:00:01`},
		{"actions as text", `--in-port=1 --actions="push_vlan(vid=5,pcp=0),ethx,set(ipv4(ttl=1)),2"`, "in_port(1),eth()",
			"push_vlan(vid=5,pcp=0),1,set(ipv4(ttl=1)),2", `--in-port=ethx --actions="push_vlan(vid=5,pcp=0),ethx,set(ipv4(ttl=1)),vx"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			args, err := SplitOptions(tt.line)
			if err != nil {
				t.Fatal(err)
			}
			m, a, err := ParseFlowOptions(args, namedPorts)
			if want, ok := strings.CutPrefix(tt.print, "error: "); ok {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Fatalf("got %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if m.String() != tt.match {
				t.Errorf("match\ngot  %s\nwant %s", m, tt.match)
			}
			if a.String() != tt.actions {
				t.Errorf("actions\ngot  %s\nwant %s", a, tt.actions)
			}
			out, err := AppendFlowOptions(nil, m, a, namedPorts)
			if err != nil {
				t.Fatal(err)
			}
			want := tt.print
			if want == "" {
				want = tt.line
			}
			if got := JoinOptions(out); got != want {
				t.Errorf("prints\ngot  %s\nwant %s", got, want)
			}
		})
	}
}

func TestFlowOptionErrors(t *testing.T) {
	tests := []struct{ name, line, want string }{
		{"unknown", "--ipv4-dts=1", `--ipv4-dts: there is no such option (did you mean "--ipv4-dst"?)`},
		{"unknown set", "--set-tunel-ttl=1", `--set-tunel-ttl: there is no such option (did you mean "--set-tunnel-ttl"?)`},
		{"unknown inside a tag", "--encap-foo=1", "--encap-foo: there is no such option"},
		{"no option", "ethx", `"ethx": an option such as --in-port=1 expected`},
		{"a dash", "-", `"-": an option such as --in-port=1 expected`},
		{"no value", "--in-port", "--in-port: a value expected after it"},
		{"unknown port", "--in-port=nope", "--in-port: column 1: expected a port number or the name of a port, found \"nope\""},
		{"unknown port of outputs", "--output=vx,nope", "--output: column 4: expected a port number or the name of a port"},
		{"no comma", "--output=1+2", "--output: column 2: expected \",\""},
		{"out of range", "--tunnel-ttl=300", "--tunnel-ttl: column 1: expected a number from 0 to 255, found \"300\""},
		{"bad mask", "--eth-src=02:00:00:00:00:01&ff", "--eth-src: column 19: expected an Ethernet address"},
		{"flag", "--tunnel-df=maybe", "--tunnel-df: true or false expected"},
		{"no-eth", "--no-eth=maybe", "--no-eth: true or false expected"},
		{"tunnel id", "--tunnel-id=10", `--tunnel-id: 16 hex digits or a number with 0x expected, found "10"`},
		{"twice", "--in-port=1 --in-port=2", "--in-port: given twice"},
		{"twice by two names", "--tunnel-src=1.2.3.4 --tunnel-ipv4-src=1.2.3.4", "--tunnel-ipv4-src: given twice"},
		{"whole and part", "--ipv4=ttl=1 --ipv4-ttl=2", "--ipv4-ttl: another option says a part of the same"},
		{"part and whole", "--tunnel-df=1 --tunnel-flags=+csum", "--tunnel-flags: another option says a part of the same"},
		{"mask of what is set whole", "--set-tunnel-ipv4-dst=10.0.0.0/8", "--set-tunnel...: tunnel is set as a whole: values without masks expected"},
		{"no destination", "--set-tunnel-ttl=3", "--set-...: the tunnel has no destination"},
		{"set what is in a tag", "--set-encap-ipv4-ttl=3", "--set-encap-ipv4-ttl: there is no such option"},
		{"actions and output", "--output=1 --actions=2", "--actions: --output stands before, and --actions says all actions"},
		{"actions and set", "--actions=2 --set-ipv4-ttl=2", "--set-ipv4-ttl: --actions stands before"},
		{"bad actions", "--actions=ouput(1)", "--actions: column 1: expected an action"},
		{"bytes", "--key44=1", "--key44: column 1: expected bytes as pairs of hex digits"},
		{"too many bytes", "--key44=01)(02", "--key44: bytes as pairs of hex digits expected"},
		{"more than a value", "--ipv4-ttl=3,tos=1", "--ipv4-ttl: column 2: expected nothing more"},
		{"contradiction", "--eth-type=0x0806 --ipv4-ttl=1", "ipv4: only packets with eth_type=0x0800"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, a, err := ParseFlowOptions(strings.Fields(tt.line), namedPorts)
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Fatalf("got %v, %v, %v", m, a, err)
			}
			if m.Key != nil || a != nil {
				t.Error("both a flow and an error")
			}
			var option *OptionError
			if tt.name != "contradiction" && (!errors.As(err, &option) || !errors.Is(err, ErrSyntax)) {
				t.Errorf("error of type %T", err)
			}
		})
	}
	m, _ := ParseMatch("eth(),eth_type(0x0806),ipv4(ttl=1)", nil)
	if out, err := AppendFlowOptions([]string{"before"}, m, nil, nil); err == nil || len(out) != 1 {
		t.Errorf("a contradiction prints as %q", out)
	}
}

// Names that would be read as a number, or as two ports, are not written.
func TestFlowOptionPortNames(t *testing.T) {
	for name, want := range map[string]string{"eth0": "eth0", "5": "3", "5g": "3", "a,b": "3", "a(": "3", "": "3", "ä": "ä"} {
		o := &TextOptions{PortName: func(PortNo) string { return name }}
		out, err := AppendFlowOptions(nil, mustMatch(t, "in_port(3),eth()"), Actions(outputTo2), o)
		want2 := want
		if want == "3" {
			want2 = "2"
		}
		if err != nil || !slices.Contains(out, "--in-port="+want) || !slices.Contains(out, "--output="+want2) {
			t.Errorf("%q: got %q, %v", name, out, err)
		}
	}
}

// TestFlowOptionsRoundTrip checks match -> options -> match for every key row,
// also inside a tag, and flows of several keys.
func TestFlowOptionsRoundTrip(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	check := func(t *testing.T, list []*node) {
		m, err := matchOf(list)
		if err != nil {
			t.Fatal(err)
		}
		if len(m.Mask) == 0 {
			return
		}
		args, err := AppendFlowOptions(nil, m, nil, nil)
		if err != nil {
			if _, bad := m.Complete(); bad == nil {
				t.Fatalf("%s: %v", m, err)
			}
			return
		}
		checkOptions(t, m, nil, args)
	}
	for _, r := range KeyRows() {
		t.Run(r.Name, func(t *testing.T) {
			for i := range 200 {
				eth := newNode(KeyByName("eth"))
				list := []*node{randomNode(rnd, r, i%3)}
				if r != eth.row && i%4 > 0 {
					list = append(list, eth)
				}
				check(t, list)
				if r.Layout != LayoutKeys {
					check(t, []*node{eth, {row: KeyByName("encap"), kids: []*node{randomNode(rnd, r, i%3)}}})
				}
			}
		})
	}
}

// checkOptions checks that options read as the flow that they were printed of,
// also after a shell has had them.
func checkOptions(t *testing.T, m Match, a Actions, args []string) {
	t.Helper()
	line := JoinOptions(args)
	split, err := SplitOptions(line)
	if err != nil || !slices.Equal(split, args) {
		t.Fatalf("%s: divides into %q, %v; want %q", line, split, err, args)
	}
	got, acts, err := ParseFlowOptions(args, nil)
	if err != nil {
		t.Fatalf("%s\nprints as %s: %v", m, line, err)
	}
	if !got.Equal(m) && !alikeInText(m.nodes()) {
		t.Fatalf("%s\nprints as %s,\nreads as  %s", m, line, got)
	}
	// What has no option of its own is as exact as OVS text is.
	if asText, err := ParseActions(a.String(), nil); err != nil || !acts.Equal(a) && !acts.Equal(asText) {
		t.Fatalf("%s\nprints as %s,\nreads as  %s", a, line, acts)
	}
	if !acts.Equal(a) {
		return
	}
	again, err := AppendFlowOptions(nil, got, acts, nil)
	// The flag key of a tunnel is printed where there is an id, also one that is
	// not matched, and cannot be read from a text without the id.
	if err != nil || !slices.Equal(again, args) && !strings.Contains(line, `tunnel="`) {
		t.Fatalf("%s\nprints again as %s, %v", line, JoinOptions(again), err)
	}
}

// TestActionOptionsRoundTrip does the same for every action row and every key
// that is set, alone and with outputs.
func TestActionOptionsRoundTrip(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 8))
	output := ActionByName("output")
	check := func(t *testing.T, list ...*node) {
		t.Helper()
		b, err := encodeActions(list)
		if err != nil {
			return // a tunnel without a destination
		}
		m, err := ParseMatch("in_port(1),eth()", nil)
		if err != nil {
			t.Fatal(err)
		}
		args, err := AppendFlowOptions(nil, m, Actions(b), nil)
		if err != nil {
			t.Fatal(err)
		}
		checkOptions(t, m, Actions(b), args)
	}
	for _, r := range ActionRows() {
		t.Run(r.Name, func(t *testing.T) {
			for range 50 {
				check(t, randomAction(rnd, r), randomAction(rnd, output))
				check(t, randomAction(rnd, output), randomAction(rnd, r))
			}
		})
	}
	for _, r := range KeyRows() {
		if r.Layout == LayoutKeys {
			continue
		}
		t.Run("set "+r.Name, func(t *testing.T) {
			for range 50 {
				set := &node{row: ActionByName("set"), kids: []*node{randomNode(rnd, r, 0)}}
				check(t, set, randomAction(rnd, output), randomAction(rnd, output))
			}
		})
	}
}

// Every row has an option, no two have the same name, and no name hides one that
// begins with what has a meaning of its own.
func TestOptionNames(t *testing.T) {
	paths := map[string]string{}
	add := func(name, path string) {
		if before, ok := paths[name]; ok && before != path {
			t.Errorf("--%s is both %s and %s", name, before, path)
		}
		paths[name] = path
		if strings.HasPrefix(name, setPrefix) {
			t.Errorf("--%s looks like an option that sets", name)
		}
	}
	for _, o := range plainOptions {
		add(strings.TrimPrefix(o.Name, "--"), "")
	}
	for _, s := range seedOptions {
		add(s.name, s.path)
		if _, ok := optionTable()[optionName(s.path)]; !ok {
			t.Errorf("%s is no path", s.path)
		}
	}
	var walk func(path string, r *Row)
	walk = func(path string, r *Row) {
		add(optionName(path), path)
		for i := range r.Fields {
			if r.Fields[i].Name != "" {
				add(optionName(path+"."+r.Fields[i].Name), path+"."+r.Fields[i].Name)
			}
		}
		for i := range r.Rows {
			if kid := &r.Rows[i]; kid.Layout != LayoutPad {
				walk(path+"."+kid.Name, kid)
			}
			if r.Rows[i].Layout == LayoutFlagSet {
				for _, n := range r.Rows[i].Names {
					if n.Value != noAttr {
						add(optionName(path+"."+n.Name), path+"."+r.Rows[i].Name+"."+n.Name)
					}
				}
			}
		}
	}
	for _, r := range KeyRows() {
		walk(r.Name, r)
	}
	for name, path := range paths {
		if o, _, err := findOption(name); err != nil || o.where() != path {
			t.Errorf("--%s is %q, %v; want %s", name, o.where(), err, path)
		}
	}
	for _, o := range FlowOptions() {
		if o.Doc == "" {
			t.Errorf("%s has no doc", o.Name)
		}
		if _, _, err := findOption(strings.TrimPrefix(o.Name, "--")); err != nil {
			t.Error(err)
		}
	}
}

func TestSplitOptions(t *testing.T) {
	for line, want := range map[string][]string{
		"":                    nil,
		"  a\tb\n":            {"a", "b"},
		`--a="b c" 'd "e'`:    {"--a=b c", `d "e`},
		`a\ b "c\"d" '\e' ""`: {"a b", `c"d`, `\e`, ""},
	} {
		got, err := SplitOptions(line)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: got %q, %v", line, got, err)
		}
	}
	for _, line := range []string{`"a`, `'`, `a\`} {
		if got, err := SplitOptions(line); err == nil {
			t.Errorf("%q: got %q", line, got)
		}
	}
	args := []string{"--a=$HOME", "--b=", "", "a b=c", `--c=\"` + "`", "--d=(1),~*?[]{}|;<>!#", "x=y z"}
	if got, err := SplitOptions(JoinOptions(args)); err != nil || !slices.Equal(got, args) {
		t.Errorf("%s: got %q, %v", JoinOptions(args), got, err)
	}
}
