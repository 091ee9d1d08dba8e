package luabind

import (
	"context"
	"strings"
	"testing"

	"github.com/go-odp/odp/odp"
)

// testExprs evaluates expressions and compares their results as the console
// shows them, joined by blanks.
func testExprs(t *testing.T, tests [][2]string) {
	t.Helper()
	rt := newTestRuntime(t)
	for _, tt := range tests {
		got, err := rt.Eval(context.Background(), tt[0])
		if err != nil {
			t.Errorf("%s: %v", tt[0], err)
		} else if text := strings.Join(got, " "); text != tt[1] {
			t.Errorf("%s\ngot  %s\nwant %s", tt[0], text, tt[1])
		}
	}
}

// testRefusals evaluates expressions that must fail with messages that contain
// a text.
func testRefusals(t *testing.T, tests [][2]string) {
	t.Helper()
	rt := newTestRuntime(t)
	for _, tt := range tests {
		_, err := rt.Eval(context.Background(), tt[0])
		if err == nil {
			t.Errorf("%s: no error", tt[0])
		} else if !strings.HasPrefix(err.Error(), "console:1: ") || !strings.Contains(err.Error(), tt[1]) {
			t.Errorf("%s\ngot  %v\nwant %s", tt[0], err, tt[1])
		}
	}
}

func TestMatches(t *testing.T) {
	testExprs(t, [][2]string{
		{`odp.match("in_port(1),eth(),eth_type(0x0806)")`, "in_port(1),eth(),eth_type(0x0806)"},
		{`odp.match{in_port = 1, eth = {dst = "02:00:00:00:00:02"}}`, "in_port(1),eth(dst=02:00:00:00:00:02)"},
		{`odp.match{eth_type = 0x0800, ipv4 = {dst = "10.0.0.0/8"}}`, "eth(),eth_type(0x0800),ipv4(dst=10.0.0.0/255.0.0.0)"},
		{`odp.match{ipv4 = {ttl = 64}} == odp.match("eth(),eth_type(0x0800),ipv4(ttl=64)")`, "true"},
		{`odp.match{ipv4 = {ttl = 64}} == odp.match{ipv4 = {ttl = 63}}`, "false"},
		{`odp.match{["ipv4.ttl"] = 64} == odp.match{ipv4 = {ttl = 64}}`, "true"},
		{`odp.match(odp.match{in_port = 1})`, "in_port(1),eth()"},
		{`odp.match{in_port = 1}:with{ipv4 = {proto = 6}}`, "in_port(1),eth(),eth_type(0x0800),ipv4(proto=6)"},
		{`odp.match{in_port = 1, tcp = {dst = 80}, ipv4 = {proto = 6}}:only("in_port")`, "in_port(1),eth()"},
		{`"m: " .. odp.match{in_port = 1}`, `"m: in_port(1),eth()"`},
		{`odp.match{tunnel = {tun_id = odp.u64("0xffffffffffffffff")}}.tunnel.tun_id`, "18446744073709551615"},
		{`odp.match{tunnel = {tun_id = 5}}.tunnel.tun_id == odp.u64(5)`, "true"},
		{`odp.match{tunnel = {flags = "+df-csum"}}.tunnel.flags`, `"+df-csum"`},
	})
}

func TestMatchFields(t *testing.T) {
	const m = `odp.match("in_port(1),eth(src=02:00:00:00:00:01),eth_type(0x0800),ipv4(src=10.0.0.1,dst=10.0.0.0/8,proto=6,frag=no),tcp(dst=0x10/0xf0)")`
	testExprs(t, [][2]string{
		{m + ".in_port", "1"},
		{m + ".eth.src", `"02:00:00:00:00:01"`},
		{m + ".eth.dst", "nil"},
		{m + ".eth_type", "2048"},
		{m + ".ipv4.src", `"10.0.0.1"`},
		{m + ".ipv4.dst", `"10.0.0.0/255.0.0.0"`},
		{m + ".ipv4.frag", `"no"`},
		{m + `["ipv4.src"]`, `"10.0.0.1"`},
		{m + ".tcp.dst", `"16/0xf0"`},
		{m + ".udp", "nil"},
		{m + ".ipv4", "ipv4(src=10.0.0.1,dst=10.0.0.0/255.0.0.0,proto=6,frag=no)"},
		{`odp.match{ipv4 = ` + m + `.ipv4}.ipv4 == ` + m + ".ipv4", "true"},
	})
}

func TestKeys(t *testing.T) {
	const k = `odp.key("in_port(1),eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),eth_type(0x0800),ipv4(src=10.0.0.1,dst=10.0.0.2,proto=17,tos=0,ttl=64,frag=no),udp(src=53,dst=1024)")`
	testExprs(t, [][2]string{
		{k + ".udp.src, " + k + ".ipv4.dst, " + k + ".tcp", `53 "10.0.0.2" nil`},
		{k + `:only("in_port", "eth.src")`, "in_port(1),eth(src=02:00:00:00:00:01)"},
		{k + `:only("udp.dst")`, "eth(),eth_type(0x0800),ipv4(proto=17),udp(dst=1024)"},
		{k + ":exact() == odp.match(" + k + ")", "true"},
		{k + " == " + k, "true"},
		{`odp.key{in_port = 3, skb_mark = 5}`, "in_port(3),skb_mark(0x5)"},
	})
}

func TestMatchRefusals(t *testing.T) {
	testRefusals(t, [][2]string{
		{"odp.match()", "bad argument #1 (match) to odp.match: a match expected (text, table, odp.Match, odp.Key or odp.Flow), got nil"},
		{"odp.match(5)", "got number 5"},
		{`odp.match("ipv4(dts=10.0.0.1)")`, "dst"},
		{`odp.match{ipv5 = {}}`, "ipv4"},
		{`odp.match{ipv4 = {dts = 1}}`, "dst"},
		{`odp.match{ipv4 = {dst = "10.0.0"}}`, "ipv4.dst"},
		{`odp.match{ipv4 = {ttl = 256}}`, "ipv4.ttl"},
		{`odp.match{ipv4 = {ttl = 1.5}}`, "ipv4.ttl: whole number expected, got number 1.5"},
		{`odp.match{ipv4 = {ttl = -1}}`, "ipv4.ttl: whole number expected, got number -1"},
		{`odp.match{ipv4 = {ttl = print}}`, "ipv4.ttl: number, text or vport expected, got function"},
		{`odp.match{"in_port"}`, "the names of keys and fields expected in the table, got number 1"},
		{`odp.match{in_port = 1}.in_prt`, "odp.Match has no field or method 'in_prt'; did you mean in_port?"},
		{`odp.match{ipv4 = {ttl = 1}}.ipv4.tl`, "ipv4 has no field 'tl'; did you mean ttl?"},
		{`odp.match{in_port = 1}:only("eth.scr")`, "src"},
		{`odp.match{in_port = 1}.only("eth")`, "only must be called on an odp.Match with a colon"},
		{`odp.key(nil)`, "a packet's key expected"},
	})
}

func TestActions(t *testing.T) {
	testExprs(t, [][2]string{
		{`odp.output(3)`, "3"},
		{`odp.actions("1,2")`, "1,2"},
		{`odp.actions(2)`, "2"},
		{`odp.actions{1, "2,3", odp.output(4), {5, 6}}`, "1,2,3,4,5,6"},
		{`odp.actions{}, odp.actions("drop"), odp.actions{}.empty, odp.actions(1).empty`, "drop drop true false"},
		{`odp.push_vlan{vid = 5, pcp = 1}`, "push_vlan(vid=5,pcp=1)"},
		{`odp.push_vlan("vid=5,pcp=1") == odp.push_vlan{vid = 5, pcp = 1}`, "true"},
		{`odp.pop_vlan()`, "pop_vlan"},
		{`odp.recirc(1), odp.trunc(100)`, "recirc(0x1) trunc(100)"},
		{`odp.set{eth = {dst = "02:00:00:00:00:02"}}`, "set(eth(dst=02:00:00:00:00:02))"},
		{`odp.set("ipv4(ttl=63)")`, "set(ipv4(ttl=63))"},
		{`odp.set{ipv4 = {ttl = 63}, eth = {src = "02:00:00:00:00:01"}}`, "set(eth(src=02:00:00:00:00:01)),set(ipv4(ttl=63))"},
		{`odp.set{skb_mark = "0x10/0xf0"}`, "set(skb_mark(0x10/0xf0))"},
		{`odp.set{tunnel = {tun_id = odp.u64("0xffffffffffffffff"), src = "1.2.3.4", dst = "1.2.3.5", ttl = 64, flags = "df|key"}}`,
			"set(tunnel(tun_id=0xffffffffffffffff,src=1.2.3.4,dst=1.2.3.5,ttl=64,flags(df|key)))"},
		{`odp.sample{probability = 0.25, actions = {1, 2}}`, "sample(sample=25.0%,actions(1,2))"},
		{`odp.clone{1, odp.pop_vlan()}`, "clone(1,pop_vlan)"},
		{`odp.userspace{pid = 5, userdata = "a\0b"}`, "userspace(pid=5,userdata(610062))"},
		{`odp.output(1) .. odp.output(2), "a: " .. odp.output(1)`, `1,2 "a: 1"`},
		{`odp.output(1) == odp.actions("1"), odp.output(1) == odp.output(2)`, "true false"},
	})
}

func TestActionRefusals(t *testing.T) {
	testRefusals(t, [][2]string{
		{"odp.actions()", "actions expected"},
		{"odp.actions{true}", "actions expected"},
		{"odp.actions{1, nil, 3}", "an array of actions expected"},
		{"odp.actions{port = 1}", "an array of actions expected"},
		{"odp.actions(70000)", "a port number (whole number from 0 to 65534) expected"},
		{`odp.actions("outptu(1)")`, "output"},
		{"odp.output()", "output: number, text or vport expected, got nil"},
		{"odp.push_vlan{vd = 5}", "unknown field 'vd'; did you mean vid?"},
		{"odp.push_vlan{vid = 5000}", "odp.push_vlan: "},
		{"odp.sample{probability = 2, actions = 1}", "field 'probability': a number from 0 to 1 expected, got number 2"},
		{"odp.set{}", "at least one key to set expected"},
		{`odp.set{eth = {ds = "x"}}`, "did you mean dst?"},
		{"odp.userspace{pid = 1, actions = 1}", "field 'actions': true or false expected"},
		{"odp.outptu(1)", "module odp has no 'outptu'; did you mean output?"},
	})
}

// TestEveryActionHasAConstructor keeps new rows of package odp in mind.
func TestEveryActionHasAConstructor(t *testing.T) {
	names := map[string]bool{}
	for _, f := range actionFuncs() {
		names[f.Name] = true
	}
	for _, row := range odp.ActionRows() {
		if !names[row.Name] {
			t.Errorf("there is no odp.%s", row.Name)
		}
	}
	rt := newTestRuntime(t)
	rt.run(t, `handle = { pids = { 1 } } dp = { put_flow = function() end }`)
	for name, example := range actionExamples {
		if !names[name] {
			t.Errorf("there is no odp.%s, but an example", name)
		}
		rt.run(t, example)
	}
	for name := range names {
		if name != "actions" && actionExamples[name] == "" {
			t.Errorf("odp.%s has no example", name)
		}
	}
}
