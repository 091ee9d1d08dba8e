package odp

import (
	"strings"
	"testing"
)

func TestFlowText(t *testing.T) {
	for _, line := range []string{
		"in_port(1),eth(),eth_type(0x0800),ipv4(proto=6), packets:3, bytes:180, used:never, flags:SP., actions:2,3",
		"in_port(1),eth(), packets:0, bytes:0, used:never, actions:drop",
	} {
		f, err := ParseFlow(line, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := f.String(); got != line {
			t.Errorf("%s\nprints as %s", line, got)
		}
	}
	const verbose = "ufid:01020304-0506-0708-090a-0b0c0d0e0f10, in_port(1), packets:0, bytes:0, used:0.123s, dp:ovs, actions:2"
	f, err := ParseFlow(verbose, nil)
	if err != nil || !f.HasUFID || f.UFID[15] != 13 {
		t.Fatal(f, err)
	}
	if got := string(f.AppendText(nil, &TextOptions{Verbose: true})); got != strings.Replace(verbose, "0.123s", "never", 1) {
		t.Error(got)
	}
	if _, err := ParseMatch("ufid:01020304-0506-0708-090a-0b0c0d0e0f10 in_port(1)", nil); err != nil {
		t.Error(err)
	}
	if f, err := ParseFlow("in_port(1)", nil); err != nil || f.Actions != nil {
		t.Error(f, err)
	}
}

func TestFlowTextErrors(t *testing.T) {
	for in, want := range map[string]string{
		"in_port(1), packet:3":                      `did you mean "packets"?`,
		"in_port(1), packets:x":                     "column 21: expected a number",
		"in_port(1), packets:1, byte:2":             `did you mean "bytes"?`,
		"in_port(1), packets:1, flags:SX, actions:": "column 31: expected letters of TCP flags",
		"in_port(1), packets:1, actions:outpt(1)":   "column 32: expected an action",
		"ufid:0102, in_port(1)":                     "column 6: expected 32 hexadecimal digits",
	} {
		if f, err := ParseFlow(in, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, %v, want %s", in, f, err, want)
		}
	}
}
