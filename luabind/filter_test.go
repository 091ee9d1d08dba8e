package luabind

import (
	"strings"
	"testing"
)

func TestFilterArguments(t *testing.T) {
	rt := newTestRuntime(t)
	for code, want := range map[string]string{
		"odp.filter(1)":                                         "table expected",
		"odp.filter{ 1 }":                                       "test 1: a table expected, got number 1",
		"odp.filter{ { path = 'ipv4.src' } }":                   "test 1: field 'value': a whole number, odp.U64",
		"odp.filter{ { value = 1 } }":                           "test 1: field 'path': the path of a field expected",
		"odp.filter{ { path = {}, value = 1 } }":                "test 1: field 'path': the path of a field expected",
		"odp.filter{ { path = 'ipv5.src', value = 1 } }":        "ipv5",
		"odp.filter{ { path = 'in_port', value = -1 } }":        "field 'value': a whole number",
		"odp.filter{ { path = 'in_port', value = 1, bit=1 } }":  "unknown field 'bit'; did you mean bits?",
		"odp.filter{ { path = 'in_port', value = 1, bits=0 } }": "field 'bits': a number above 0",
		"odp.filter{}:passes(1)":                                "a match expected",
	} {
		if err := rt.fails(t, code); !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %s\nwant %s", code, err, want)
		}
	}
	got := rt.run(t, `
local f = odp.filter{ { path = "eth_type", value = 0x800 }, { path = "ipv4.dst", value = odp.ip "10.0.0.1" }, { path = "ct_label", value = odp.u128 "5" } }
print(f, f:passes "eth_type(0x0800),ipv4(dst=10.0.0.0/8)", f:passes "eth_type(0x0806)", f:passes { ct_label = "1/2" }, f:passes { ct_label = "1/1" })`)
	if got != "filter\ttrue\tfalse\ttrue\ttrue\n" {
		t.Error(got)
	}
}
