package luabind

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/go-odp/odp/odp"
)

// withShipped gives a test the modules of scripts/modules.
func withShipped(c *Config) { c.Modules = os.DirFS("../scripts/modules") }

func TestInspect(t *testing.T) {
	tests := []struct{ name, expr, want string }{
		{"string", `"a\"b\\c\n\t\0é\255"`, `"a\"b\\c\n\t\000é\255"`},
		{"numbers", `{1, 0.1 + 0.2, -5, 1e300, 1/0, -1/0, 2^53}`, "{1, 0.30000000000000004, -5, 1e+300, 1/0, -1/0, 9007199254740992}"},
		{"nothing", `nil`, "nil"},
		{"keys", `{10, 20, [5] = 1, [-1] = 2, [0.5] = 3, b = 4, a = 5, ["a b"] = 6, ["end"] = 7, [true] = 8}`,
			`{10, 20, [-1] = 2, [0.5] = 3, [5] = 1, ["a b"] = 6, ["end"] = 7, a = 5, b = 4, [true] = 8}`},
		{"empty", `{{}, a = {}}`, "{{}, a = {}}"},
		{"depth", `{a = {b = {c = 1}, d = {}}}, {depth = 2}`, "{a = {b = {...}, d = {}}}"},
		{"items", `{1, 2, 3, 4, a = 5}, {items = 3}`, "{1, 2, 3, ... 2 more}"},
		{"cycle", `(function() local t = {} t.a = {x = {t}} t.a.again = t.a t["b c"] = t.a return t end)(), {width = 0}`,
			`{["b c"] = {again = <cycle to ["b c"]>, x = {<cycle to the top>}}, a = {again = <cycle to .a>, x = {<cycle to the top>}}}`},
		{"twice is no cycle", `(function() local t = {1} return {t, t} end)()`, "{{1}, {1}}"},
		{"function", `{f = function() end, p = print}`, "{f = <function test.lua:1>, p = <function>}"},
		{"own tostring", `setmetatable({1}, {__tostring = function() return "me" end})`, "{1}"},
		{"lines", `{name = "a", list = {1, 2, 3}, deep = {x = "1234567890", y = "1234567890"}}, {width = 30}`,
			"{\n  deep = {\n    x = \"1234567890\",\n    y = \"1234567890\"\n  },\n  list = {1, 2, 3},\n  name = \"a\"\n}"},
		{"one line", `{"123456789012345678901234567890"}, {width = 0}`, `{"123456789012345678901234567890"}`},
		{"values", `{odp.u64("18446744073709551615"), odp.mac("02:00:00:00:00:01")}`,
			`{odp.u64("18446744073709551615"), odp.mac("02:00:00:00:00:01")}`},
		{"match", `odp.match("in_port(1),eth_type(0x0800),ipv4(dst=10.0.0.0/255.0.0.0)")`, ""},
		{"key", `odp.key("in_port(1),eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02)").eth`,
			`odp.KeyFields{dst = "02:00:00:00:00:02", src = "02:00:00:00:00:01"}`},
		{"actions", `{odp.actions("1,2")}`, "{<odp.Actions 1,2>}"},
		{"error", `select(2, pcall(odp.u64, -1)).op`, `"argument"`},
	}
	rt := newTestRuntime(t, withShipped)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before := len(rt.out.String())
			rt.run(t, "print((require 'inspect')("+tt.expr+"))")
			got := strings.TrimSuffix(rt.out.String()[before:], "\n")
			if tt.want != "" && got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
			if tt.name == "match" && (!strings.HasPrefix(got, "odp.Match{") || !strings.Contains(got, `ipv4 = odp.KeyFields{dst = "10.0.0.0/255.0.0.0"}`) ||
				!strings.Contains(got, "in_port = 1")) {
				t.Errorf("got %s", got)
			}
		})
	}
}

// TestInspectReadsBack checks that plain tables come back from their text.
func TestInspectReadsBack(t *testing.T) {
	rt := newTestRuntime(t, withShipped)
	rt.run(t, `
		local inspect = require "inspect"
		local function same(a, b)
			if type(a) ~= "table" or type(b) ~= "table" then return a == b end
			for k, v in pairs(a) do if not same(v, b[k]) then return false end end
			for k in pairs(b) do if a[k] == nil then return false end end
			return true
		end
		local bytes = {}
		for i = 0, 255 do bytes[i + 1] = string.char(i) end
		for _, v in ipairs{
			{1, 2, {3, x = {}}}, {["a-b"] = 1, ["and"] = {true, false}}, {[3] = 1, [0.1] = 0.1 + 0.2, [-7] = 1/0},
			{table.concat(bytes), "é\195"}, odp.u64("0xffffffffffffffff"), {m = odp.mac("02:00:00:00:00:01"), p = odp.prefix("10.0.0.0/8")},
		} do
			for _, width in ipairs{0, 10} do
				local text = inspect(v, {width = width})
				assert(same(assert(loadstring("return " .. text))(), v), text)
			end
		end
		local a, b = inspect.print("x", {1})
		assert(a == "x" and b[1] == 1)
	`)
	if got := rt.out.String(); got != "\"x\"\t{1}\n" {
		t.Errorf("printed %q", got)
	}
}

func TestInspectErrors(t *testing.T) {
	rt := newTestRuntime(t)
	for expr, want := range map[string]string{
		`odp.format({}, {dept = 1})`:   "unknown field 'dept'; did you mean depth?",
		`odp.format({}, {depth = -1})`: "field 'depth': whole number from 0 to 2147483647 expected, got number -1",
		`odp.fields(1)`:                "bad argument #1 (object) to odp.fields: object expected, got number 1",
	} {
		if _, err := rt.Eval(context.Background(), expr); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", expr, err, want)
		}
	}
}

// matchTexts are matches of all kinds.
var matchTexts = []string{
	"in_port(1),eth(),eth_type(0x0800),ipv4(dst=10.0.0.0/255.0.0.0)",
	"in_port(1),eth(src=02:00:00:00:00:01/ff:ff:ff:00:00:00),eth_type(0x0806),arp(sip=10.0.0.1,op=1)",
	"recirc_id(5),in_port(2),eth(),eth_type(0x8100),vlan(vid=5,pcp=0),encap(eth_type(0x0800),ipv4(proto=6),tcp(dst=80/0xff00))",
	"in_port(1),eth(),eth_type(0x86dd),ipv6(dst=2001:db8::/ffff:ffff::,proto=58),icmpv6(type=135),nd(target=2001:db8::1)",
	"ct_state(+trk+est),ct_zone(5),ct_mark(0x1/0xff),ct_label(0x1234),in_port(1),eth(),eth_type(0x0800),ipv4(frag=no)",
	"tunnel(tun_id=0x123456789abcdef0,src=1.1.1.1,dst=2.2.2.2,ttl=64,geneve({class=0x102,type=0x80,len=4,0x12345678}{class=0x103,type=1,len=0}),flags(df|key)),in_port(1),eth(),eth_type(0x0800)",
	"tunnel(tun_id=5,src=1.1.1.1,dst=2.2.2.2,geneve({class=0x102,type=0x80,len=4,0x12345678/0xff00ff00}),flags(+key)),in_port(1),eth(),eth_type(0x0800)",
	"tunnel(tun_id=5,src=1.1.1.1,dst=2.2.2.2,vxlan(gbp(id=5,flags=0x8)),flags(-df)),in_port(1),eth(),eth_type(0x0800)",
	"in_port(1),eth(),eth_type(0x8847),mpls(label=100,tc=1,ttl=64,bos=0,label=200,tc=0,ttl=0,bos=1)",
	"in_port(1),eth(),eth_type(0x8847),mpls(label=100/0xff000,tc=1,ttl=64,bos=1)",
	"skb_mark(0x1),skb_priority(5),dp_hash(0x12),in_port(1),eth(),eth_type(0x0800),ipv4(proto=17),udp(src=1,dst=2)",
	"in_port(1),eth(),eth_type(0x0800),ipv4(proto=6),tcp_flags(+syn-ack)",
}

// TestFieldsOfMatchReadBack checks that the fields of a match make the same one.
func TestFieldsOfMatchReadBack(t *testing.T) {
	rt := newTestRuntime(t)
	for _, text := range matchTexts {
		if _, err := odp.ParseMatch(text, nil); err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		got, err := rt.Eval(context.Background(), `(function()
			local function plain(v)
				if type(v) == "userdata" and type(odp.fields(v)) == "table" then v = odp.fields(v) end
				if type(v) == "table" then for k, x in pairs(v) do v[k] = plain(x) end end
				return v
			end
			local m = odp.match("`+text+`")
			local again = odp.match(plain(m))
			return again == m or odp.format(plain(m)) .. tostring(again) .. tostring(m)
		end)()`)
		if err != nil || got[0] != "true" {
			t.Errorf("%s:\n%v %v", text, got, err)
		}
	}
}

// TestLazyProps checks that showing an object asks the kernel for nothing.
func TestLazyProps(t *testing.T) {
	for _, c := range buildRegistry("").classes {
		for _, p := range c.Props {
			if strings.Contains(p.Doc, "read from the kernel now") && !p.Lazy {
				t.Errorf("%s.%s is not Lazy", c.Name, p.Name)
			}
		}
	}
}
