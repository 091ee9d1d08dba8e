package odp

import (
	"strings"
	"testing"
)

func TestSyntaxErrorCaret(t *testing.T) {
	long := "recirc_id(0),in_port(1),eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),eth_type(0x0800),ipv5(ttl=1),tcp(src=1000,dst=80),tcp_flags(syn)"
	tests := []struct {
		name, text string
		at         string // what stands at the error, "" for the end
		message    string // what it begins with
		caret      string
	}{
		{"one line", "in_port(1),ipv5()", "ipv5", "column 12: expected this, found \"ipv5\"", "in_port(1),ipv5()\n           ^"},
		{"the end", "ipv4(ttl=1", "", "column 11: expected this, found the end", "ipv4(ttl=1\n          ^"},
		{"the start", "x", "x", "column 1: ", "x\n^"},
		{"nothing", "", "", "column 1: ", "\n^"},
		{"several lines", "in_port(1),\r\n\tipv5(ttl=1),\r\n tcp()", "ipv5", "line 2, column 2: ", "\tipv5(ttl=1),\n\t^"},
		{"last line", "in_port(1)\nipv4(", "", "line 2, column 6: ", "ipv4(\n     ^"},
		{"end of a line", "in_port(\n1)", "\n", "line 1, column 9: ", "in_port(\n        ^"},
		{"characters of several bytes", "in_port(äöü),x", "x", "column 14: ", "in_port(äöü),x\n             ^"},
		{"what does not print", "in_port(\x1b[0m\xff),x", "x", "column 16: ", "in_port(?[0m\ufffd),x\n               ^"},
		{"long, at the start", long, "recirc_id", "column 1: ", long[:69] + "...\n^"},
		{"long, in the middle", long, "ipv5", "column 91: ",
			"..." + long[57:123] + "...\n" + strings.Repeat(" ", 36) + "^"},
		{"long, at the end", long, "", "column 138: ", "..." + long[68:] + "\n" + strings.Repeat(" ", 72) + "^"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			offset := len(tt.text)
			if tt.at != "" {
				offset = strings.LastIndex(tt.text, tt.at)
			}
			e := &SyntaxError{Text: tt.text, Offset: offset, Expected: "this"}
			if !strings.HasPrefix(e.Error(), tt.message) {
				t.Errorf("got %s, want %s", e, tt.message)
			}
			if e.Caret() != tt.caret {
				t.Errorf("got\n%s\nwant\n%s", e.Caret(), tt.caret)
			}
		})
	}
}
