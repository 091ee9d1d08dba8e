package luabind

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/go-odp/odp/odp"
)

// What a script learns of an error about text: err.column, err.hint, err.caret.
func TestTextErrorFields(t *testing.T) {
	what := func(code string) string {
		return `(function() local _, e = pcall(function() ` + code + ` end) return e.op, e.column, e.hint, e.caret, e.message end)()`
	}
	testExprs(t, [][2]string{
		{what(`odp.match("in_port(1),ipv5()")`), `"argument" 12 "ipv4" "in_port(1),ipv5()\n           ^" ` +
			`"bad argument #1 (match) to odp.match: column 12: expected the name of a key, found \"ipv5\" (did you mean \"ipv4\"?)"`},
		{what(`odp.match("in_port(1),\nipv4(ttl=300)")`), `"argument" 10 nil "ipv4(ttl=300)\n         ^" ` +
			`"bad argument #1 (match) to odp.match: line 2, column 10: expected a number from 0 to 255, found \"300\""`},
		{what(`odp.match{ipv4 = {ttl = "300"}}`), `"argument" 1 nil "300\n^" ` +
			`"bad argument #1 (match) to odp.match: ipv4.ttl: column 1: expected a number from 0 to 255, found \"300\""`},
		{what(`odp.match{ipv4 = {tttl = 3}}`), `"argument" nil "ttl" nil ` +
			`"bad argument #1 (match) to odp.match: ipv4.tttl: ipv4 has no field tttl, only src, dst, proto, tos, ttl, frag (did you mean \"ttl\"?)"`},
		{what(`odp.actions("1,clon(2)")`), `"argument" 3 "clone" "1,clon(2)\n  ^" ` +
			`"bad argument #1 (actions) to odp.actions: column 3: expected an action, found \"clon\" (did you mean \"clone\"?)"`},
		{what(`odp.key("in_port(x)")`), `"argument" 9 nil "in_port(x)\n        ^" ` +
			`"bad argument #1 (key) to odp.key: column 9: expected a number from 0 to 4294967295, found \"x\""`},
		{what(`odp.match(5)`), `"argument" nil nil nil "bad argument #1 (match) to odp.match: a match expected (text, table, odp.Match, odp.Key or odp.Flow), got number 5"`},
	})
}

// Nobody caught it: the text of the error has the place in it, and Go code still
// finds the cause.
func TestTextErrorUncaught(t *testing.T) {
	rt := newTestRuntime(t)
	for code, want := range map[string]string{
		`odp.match("in_port(1),ipv5()")`: "console:1: bad argument #1 (match) to odp.match: column 12: expected the name of a key, found \"ipv5\" (did you mean \"ipv4\"?)\n" +
			"in_port(1),ipv5()\n           ^",
		`odp.match{in_port = 1}:covers("ipv4(tl=1)")`: "console:1: bad argument #1 (match) to Match:covers: column 6: expected a field of ipv4 " +
			"(src, dst, proto, tos, ttl, frag), found \"tl\" (did you mean \"ttl\"?)\nipv4(tl=1)\n     ^",
		// One value needs no caret.
		`odp.match{ipv4 = {ttl = "300"}}`: "console:1: bad argument #1 (match) to odp.match: ipv4.ttl: column 1: expected a number from 0 to 255, found \"300\"",
	} {
		_, err := rt.Eval(context.Background(), code)
		var script *ScriptError
		var syntax *odp.SyntaxError
		if !errors.As(err, &script) || script.Message != want {
			t.Errorf("%s\ngot  %v\nwant %s", code, err, want)
		} else if !errors.As(err, &syntax) || !errors.Is(err, odp.ErrSyntax) || !strings.HasPrefix(script.Detail(), want+"\nstack traceback:") {
			t.Errorf("%s: cause %v, detail %s", code, script.Err, script.Detail())
		}
	}
}
