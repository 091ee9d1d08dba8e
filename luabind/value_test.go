package luabind

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"
)

func TestU64(t *testing.T) {
	tests := []struct{ expr, want string }{
		{`odp.u64("0xffffffffffffffff")`, "18446744073709551615"},
		{`odp.u64("18446744073709551615"):hex()`, `"0xffffffffffffffff"`},
		{`odp.u64(2^53 - 1)`, "9007199254740991"},
		{`odp.u64(5) + 3`, "8"},
		{`3 + odp.u64(5)`, "8"},
		{`odp.u64("0x20000000000001") * 2`, "18014398509481986"},
		{`odp.u64("18446744073709551615") - odp.u64("18446744073709551614")`, "1"},
		{`odp.u64("18446744073709551615") / 10`, "1844674407370955161"},
		{`odp.u64("18446744073709551615") % 10`, "5"},
		{`odp.u64(5) == odp.u64("5")`, "true"},
		{`odp.u64(5) == 5`, "false"}, // Lua does not ask
		{`odp.u64(5) < odp.u64(6), odp.u64(6) <= odp.u64(6), odp.u64(5) > odp.u64(6)`, "true false false"},
		{`"id=" .. odp.u64(5) .. "." .. 1`, `"id=5.1"`},
		{`odp.u64(5):tonumber() == 5`, "true"},
		{`odp.u64(odp.u64(7))`, "7"},
		{`tostring(odp.u64(7))`, `"7"`},
	}
	rt := newTestRuntime(t)
	for _, tt := range tests {
		got, err := rt.Eval(context.Background(), tt.expr)
		if err != nil {
			t.Errorf("%s: %v", tt.expr, err)
			continue
		}
		want := []string{tt.want}
		if tt.want == "true false false" {
			want = []string{"true", "true", "false"}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s = %q, want %q", tt.expr, got, want)
		}
	}
}

func TestU64Refuses(t *testing.T) {
	tests := []struct{ expr, want string }{
		{`odp.u64(2^53)`, "bad argument #1 (value) to odp.u64: an unsigned 64-bit integer (a whole number below 2^53, decimal or 0x text, its bytes, or another value) expected, got number 9007199254740992"},
		{`odp.u64(1.5)`, "bad argument #1 (value) to odp.u64: an unsigned 64-bit integer (a whole number below 2^53, decimal or 0x text, its bytes, or another value) expected, got number 1.5"},
		{`odp.u64("18446744073709551616")`, `bad argument #1 (value) to odp.u64: an unsigned 64-bit integer expected, got string "18446744073709551616": it has 65 bits`},
		{`odp.u64("18446744073709551615") + 1`, "18446744073709551615 + 1 is not an unsigned 64-bit integer"},
		{`odp.u64(1) - 2`, "1 - 2 is not an unsigned 64-bit integer"},
		{`odp.u64("0xffffffffffffffff") * 2`, "18446744073709551615 * 2 is not an unsigned 64-bit integer"},
		{`odp.u64(1) / 0`, "1 / 0 is not an unsigned 64-bit integer"},
		{`odp.u64(1) + 0.5`, "cannot compute odp.U64 1 + number 0.5: + - * / % and ^ take whole numbers from 0 to 2^53-1, U64 and U128"},
		{`odp.u64("0x20000000000000"):tonumber()`, "9007199254740992 is 2^53 or more and would lose digits as a number"},
		{`odp.u64(1).hx`, "odp.U64 has no field or method 'hx'; did you mean hex?"},
	}
	rt := newTestRuntime(t)
	for _, tt := range tests {
		_, err := rt.Eval(context.Background(), tt.expr)
		if err == nil || messageOf(err) != "console:1: "+tt.want {
			t.Errorf("%s:\ngot  %v\nwant console:1: %s", tt.expr, err, tt.want)
		}
	}
}

func TestEval(t *testing.T) {
	tests := []struct {
		src  string
		want []string
	}{
		{"1 + 1", []string{"2"}},
		{"= 1 + 1", []string{"2"}},
		{"x = 5", nil},
		{"x, 'a', nil", []string{"5", `"a"`, "nil"}},
		{"local y = 1 return y, y", []string{"1", "1"}},
		{"for i = 1, 2 do\nend", nil},
		{"", nil},
		{"-- only a comment", nil},
		{`{1, 2, a = {b = "c\n"}, ["d e"] = true}`, []string{`{1, 2, ["d e"] = true, a = {b = "c\n"}}`}},
		{"setmetatable({}, {__tostring = function() return 'me' end})", []string{"me"}},
		{"(function() local t = {} t.t = t return t end)()", []string{"{t = <cycle to the top>}"}},
		{"odp.u64(1), odp.after(0, print)", []string{"1", "timer (in 0s)"}},
	}
	rt := newTestRuntime(t)
	for _, tt := range tests {
		got, err := rt.Eval(context.Background(), tt.src)
		if err != nil {
			t.Errorf("%q: %v", tt.src, err)
		} else if !slices.Equal(got, tt.want) {
			t.Errorf("%q = %q, want %q", tt.src, got, tt.want)
		}
	}
}

func TestEvalErrors(t *testing.T) {
	rt := newTestRuntime(t)
	for _, src := range []string{"if x then", "f(", "x = {", "function f()", "x = 1 +", "for i = 1, 2 do", "x = [[a", "return {", "{1,"} {
		if _, err := rt.Eval(context.Background(), src); !errors.Is(err, ErrIncomplete) {
			t.Errorf("%q: %v, want ErrIncomplete", src, err)
		}
	}
	for src, want := range map[string]string{
		"x = = 1":    "console:1: syntax error near '='",
		"error('x')": "console:1: x",
		"end":        "console:1: syntax error near 'end'",
	} {
		if _, err := rt.Eval(context.Background(), src); err == nil || messageOf(err) != want {
			t.Errorf("%q: %v, want %s", src, err, want)
		}
	}
}

// messageOf is what went wrong in a console line, without the place.
func messageOf(err error) string {
	var e *LineError
	if errors.As(err, &e) {
		return e.Err.Error()
	}
	return err.Error()
}

func TestEvalInterrupted(t *testing.T) {
	rt := newTestRuntime(t)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() {
		_, err := rt.Eval(ctx, "print('ready') while true do end")
		done <- err
	}()
	for rt.out.String() == "" {
		time.Sleep(time.Millisecond)
	}
	cancel()
	if err := <-done; !errors.Is(err, ErrInterrupted) {
		t.Errorf("got %v", err)
	}
	if got, err := rt.Eval(context.Background(), "1"); err != nil || !slices.Equal(got, []string{"1"}) {
		t.Errorf("next line: %q, %v", got, err)
	}
}
