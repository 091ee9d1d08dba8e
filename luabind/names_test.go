package luabind

import (
	"testing"

	"github.com/go-odp/odp/odp"
)

func TestNames(t *testing.T) {
	testExprs(t, [][2]string{
		{`odp.names("keys")[1].name ~= nil, #odp.names("fields") > 60, #odp.names("actions") > 20, #odp.names("options") > 100`, "true true true true"},
		{`#odp.names("features") > 10, #odp.names("vport_types") > 3, #odp.names("vport_options") >= 2, #odp.names("datapath_features") > 2`, "true true true true"},
		{`odp.near_names("outptu", {"input", "output"})`, `{"output"}`},
		{`#odp.near_names("x", {})`, "0"},
	})
	testRefusals(t, [][2]string{
		{`odp.names("key")`, `keys, fields, actions, options, features, datapath_features, vport_types, vport_options expected, got "key"`},
		{`odp.near_names("x", {1})`, "names as text expected, got number 1 at place 1"},
	})
}

// TestFieldPaths checks that every path is one that get knows.
func TestFieldPaths(t *testing.T) {
	rt := newTestRuntime(t)
	rt.run(t, `local m = odp.match{in_port = 1}
		for _, f in ipairs(odp.names "fields") do m:get(f.name) end`)
	for _, n := range fieldPaths() {
		if n.doc == "" && n.name != "" && odp.KeyByName(n.name) != nil {
			t.Errorf("%s has no documentation", n.name)
		}
	}
}

func TestTextFunctions(t *testing.T) {
	testExprs(t, [][2]string{
		{`odp.parse_flow("in_port(1),eth(),ipv4(dst=10.0.0.0/8), packets:3, bytes:4, used:1.2s, actions:push_vlan(vid=5,pcp=0),2")`,
			"in_port(1),eth(),eth_type(0x0800),ipv4(dst=10.0.0.0/255.0.0.0) push_vlan(vid=5,pcp=0),2"},
		{`select(3, odp.parse_flow("ufid:00000000-0000-0000-0000-000000000007, eth(), packets:0, bytes:0, used:never, actions:drop"))`,
			`"00000000-0000-0000-0000-000000000007"`},
		{`odp.join_options{"--in-port=1", "--actions=set(ipv4(ttl=3)),2"}`, `"--in-port=1 --actions=\"set(ipv4(ttl=3)),2\""`},
		{`odp.match{in_port = 1}:text(), odp.match{in_port = 1}:text{verbose = true}`,
			`"in_port(1),eth()" "in_port(1),eth(src=00:00:00:00:00:00/00:00:00:00:00:00,dst=00:00:00:00:00:00/00:00:00:00:00:00)"`},
		{`odp.actions{1, 2}:text(), odp.key{in_port = 1}:text()`, `"1,2" "in_port(1)"`},
	})
	testRefusals(t, [][2]string{
		{`odp.parse_flow("in_prt(1)")`, "in_port"},
		{`odp.parse_flow("eth()", 5)`, "bad argument #2 (dp) to odp.parse_flow: datapath expected, got number 5"},
		{`odp.match("eth()", "dp0")`, "bad argument #2 (dp) to odp.match: datapath expected"},
		{`odp.actions{1}:text{dp = 5}`, "field 'dp': datapath expected, got number 5"},
		{`odp.join_options("x")`, "table expected"},
	})
}
