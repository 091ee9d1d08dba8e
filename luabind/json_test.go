package luabind

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

func TestJSONEncode(t *testing.T) {
	tests := []struct{ name, args, want string }{
		{"null", `nil`, "null"},
		{"booleans", `{true, false}`, "[true,false]"},
		{"numbers", `{0, -1, 0.1, 1e300, 2^53 - 1, 1e-9, 1795574352.5}`, "[0,-1,0.1,1e+300,9007199254740991,1e-09,1795574352.5]"},
		{"string", `"a\"\\/\n\t\r\0é<&>"`, `"a\"\\/\n\t\u000d\u0000é<&>"`},
		{"sorted", `{b = 1, a = {d = 1, c = 2}, ["x y"] = 3}`, `{"a":{"c":2,"d":1},"b":1,"x y":3}`},
		{"order", `{b = 1, a = 2, c = {b = 3, a = 4}}, {order = {"c", "b"}}`, `{"c":{"b":3,"a":4},"b":1,"a":2}`},
		{"empty", `{{}, json.array{}, json.object{}, json.array()}`, "[{},[],{},[]]"},
		{"array", `json.array{1, {2}}`, "[1,[2]]"},
		{"object of numbers", `json.object{[1] = "a", [5] = "b", x = "c"}`, `{"1":"a","5":"b","x":"c"}`},
		{"null in tables", `{json.null, a = nil}`, "[null]"},
		{"indent", `{a = {1, {}}, b = {}}, {indent = 2}`, "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": {}\n}"},
		{"indent of tabs", `{1}, {indent = "\t"}`, "[\n\t1\n]"},
		{"hex", `{"\255\0", "text"}, {binary = "hex"}`, `["ff00","text"]`},
		{"base64", `{"\255\0"}, {binary = "base64"}`, `["/wA="]`},
		{"same table twice", `(function() local t = {1} return {t, t} end)()`, "[[1],[1]]"},
		{"large integers", `{odp.u64("18446744073709551615"), odp.u128("340282366920938463463374607431768211455"), odp.u64(1)}`,
			"[18446744073709551615,340282366920938463463374607431768211455,1]"},
		{"values", `{odp.mac("02:00:00:00:00:01"), odp.ip("10.0.0.1"), odp.prefix("10.0.0.0/8")}`, `["02:00:00:00:00:01","10.0.0.1","10.0.0.0/8"]`},
		{"values as names", `{[odp.mac("02:00:00:00:00:01")] = 1}`, `{"02:00:00:00:00:01":1}`},
		{"match", `odp.match("in_port(1),eth(),eth_type(0x0800),ipv4(dst=10.0.0.0/8)")`,
			`{"eth":{},"eth_type":2048,"in_port":1,"ipv4":{"dst":"10.0.0.0/255.0.0.0"}}`},
		{"key", `odp.key("tunnel(tun_id=0xffffffffffffffff,src=1.1.1.1,dst=2.2.2.2,ttl=64,geneve({class=1,type=2,len=4,0xff000000})),in_port(1)")`, ""},
		{"actions", `{odp.actions("1,2"), odp.actions("drop")}`, `["1,2","drop"]`},
		{"error", `(function() local e = select(2, pcall(odp.u64, -1)) return {op = odp.fields(e).op} end)()`, `{"op":"argument"}`},
		{"dissected", `packet.dissect(packet.build{ eth = { src = "02:00:00:00:00:01", dst = "02:00:00:00:00:02" }, payload = "hello" }).eth.src`, `"02:00:00:00:00:01"`},
		{"timer", `(function() local t = odp.after(5, print) t:cancel() return odp.fields(t) end)()`, `{"active":false}`},
	}
	rt := newTestRuntime(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before := len(rt.out.String())
			rt.run(t, "io = nil print(json.encode("+tt.args+"))")
			got := strings.TrimSuffix(rt.out.String()[before:], "\n")
			if tt.want != "" && got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if !json.Valid([]byte(got)) {
				t.Errorf("no JSON: %s", got)
			}
		})
	}
}

func TestJSONEncodeErrors(t *testing.T) {
	rt := newTestRuntime(t)
	for args, want := range map[string]string{
		`{a = {1, {["b c"] = 0/0}}}`:      `.a[2]["b c"]: JSON has no number for nan`,
		`{-1/0}`:                          `[1]: JSON has no number for -inf`,
		`print`:                           "a function cannot be written as JSON",
		`{x = coroutine.create(print)}`:   ".x: a thread cannot be written as JSON",
		`{x = "\255"}`:                    ".x: the string is not UTF-8, as text in JSON is; the option binary = \"hex\" or \"base64\" writes its bytes",
		`{["\255"] = 1}`:                  `["\255"]: the string is not UTF-8`,
		`{1, 2, a = 3}`:                   "the table has both elements and other indexes; json.object makes it an object all the same",
		`{t = {[3] = 1}}`:                 ".t: the table has index 3 without 1, so it is no array; json.object makes it an object all the same",
		`{[true] = 1}`:                    "boolean cannot be the name of an object's member",
		`{[0.5] = 1}`:                     "the table has index 0.5 without 1",
		`json.array{1, nil, 3}`:           "an array has index 3 without 2",
		`json.array{a = 1}`:               `an array has index string "a" without 1`,
		`json.object{[1] = 1, ["1"] = 2}`: `two indexes of the table have the text "1"`,
		`(function() local t = {a = {}} t.a.t = t return t end)()`:                ".a.t: the table is within itself",
		`(function() local t = {} for i = 1, 2000 do t = {t} end return t end)()`: "tables nest deeper than 1000",
		`{}, {indent = 17}`:                "bad argument #2 (options) to json.encode: field 'indent': whole number from 0 to 16 expected, got number 17",
		`{}, {indent = "x"}`:               "field 'indent': text of spaces and tabs expected",
		`{}, {binary = "x"}`:               "field 'binary': error, hex, base64 expected",
		`{}, {order = {1}}`:                "field 'order': a name expected at index 1, got number 1",
		`{}, {sorted = true}`:              "unknown field 'sorted'",
		`json.array(odp.stats)`:            "module odp has no 'stats'",
		`json.array(setmetatable({}, {}))`: "a plain table expected, got one with a metatable",
	} {
		if _, err := rt.Eval(context.Background(), "json.encode("+args+")"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s:\ngot  %v\nwant %s", args, err, want)
		}
	}
}

func TestJSONDecode(t *testing.T) {
	tests := []struct{ text, want string }{
		{`null`, "null"},
		{` {"a": [1, 2.5, -3, 1e2], "b": {"c": "d\u00e9\n"}, "e": true} `, `{"a":[1,2.5,-3,100],"b":{"c":"dé\n"},"e":true}`},
		{`[]`, "[]"},
		{`[[], {}, {"a": []}, null]`, `[[],{},{"a":[]},null]`},
		{`{"a": null}`, `{"a":null}`},
		{`[9007199254740991, 9007199254740992, 18446744073709551615, 18446744073709551616, 340282366920938463463374607431768211455]`,
			"[9007199254740991,9007199254740992,18446744073709551615,18446744073709551616,340282366920938463463374607431768211455]"},
		{`"\ud83d\ude00\ufffd�"`, "\"\U0001F600\uFFFD\uFFFD\""},
		{`-9007199254740991`, "-9007199254740991"},
		{`[-0, 0.0]`, "[0,0]"},
		{`"\u0000"`, `"\u0000"`},
	}
	rt := newTestRuntime(t)
	for _, tt := range tests {
		rt.setGlobal(t, "text", tt.text)
		before := len(rt.out.String())
		rt.run(t, "print(json.encode(json.decode(text)))")
		if got := strings.TrimSuffix(rt.out.String()[before:], "\n"); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.text, got, tt.want)
		}
	}
	rt.run(t, `
		assert(json.decode('{"a":null}').a == json.null and tostring(json.null) == "null")
		assert(next(json.decode('{"a":null}', {drop_null = true})) == nil)
		assert(json.decode('[null]', {drop_null = true})[1] == json.null)
		assert(json.decode("9007199254740992") == odp.u64("9007199254740992"))
		assert(json.decode("9007199254740991") == 9007199254740991)
		local list = json.decode("[1]")
		table.remove(list)
		assert(json.encode(list) == "[]")
	`)
}

func (rt *testRuntime) setGlobal(t *testing.T, name, text string) {
	t.Helper()
	if err := rt.do(context.Background(), func() { rt.L.SetGlobal(name, lua.LString(text)) }); err != nil {
		t.Fatal(err)
	}
}

func TestJSONDecodeErrors(t *testing.T) {
	rt := newTestRuntime(t)
	for text, want := range map[string]string{
		"":                           "line 1, column 1: the text ends too early",
		"{\n  \"a\": 1,\n  \"é\": x": "line 3, column 8: invalid character 'x' looking for beginning of value",
		"[1,\n2":                     "line 2, column 2: the text ends too early",
		"[1,]":                       "line 1, column 4: invalid character ']'",
		"{\"a\":1,}":                 "line 1, column 8: invalid character '}'",
		"{\"a\":1} 5":                "line 1, column 9: invalid character '5' after top-level value",
		"{\"a\":1,\n \"a\":2}":       `line 2, column 2: the object has two members with the name "a"`,
		"'a'":                        "line 1, column 1: invalid character '\\''",
		"01":                         "line 1, column 2: invalid character '1'",
		"+1":                         "line 1, column 1: invalid character '+'",
		"NaN":                        "line 1, column 1: invalid character 'N'",
		"[1e999]":                    "line 1, column 2: the number 1e999 is too large",
		"[1, -9007199254740993]":     "line 1, column 5: the integer -9007199254740993 cannot be kept exactly",
		"340282366920938463463374607431768211456": "the integer 340282366920938463463374607431768211456 cannot be kept exactly",
		"\"a\xff\"":                "line 1, column 3: the text is not UTF-8",
		`{"a": "\ud800x"}`:         "line 1, column 7: the string has half of a surrogate pair",
		"\"a\nb\"":                 "line 1, column 3: invalid character '\\n' in string literal",
		strings.Repeat("[", 20000): "exceeded max depth",
	} {
		rt.setGlobal(t, "text", text)
		_, err := rt.Eval(context.Background(), "json.decode(text)")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q:\ngot  %v\nwant %s", text, err, want)
		}
	}
}

func TestJSONLines(t *testing.T) {
	dir := writeModules(t, map[string]string{"a.jsonl": "{\"a\":1}\n\n  \n[2]\r\nfalse\nnull\n3"})
	rt := newTestRuntime(t)
	rt.setGlobal(t, "file", dir+"/a.jsonl")
	got := rt.run(t, `
		local function show(source)
			for v, line in json.lines(source) do print(line, json.encode(v)) end
		end
		show("1\n\n[2]\n")
		show(io.lines(file))
		local f = io.open(file)
		show(f)
		f:close()
		local list = {"1", "2"}
		show(function() return table.remove(list, 1) end)
		print(pcall(show, "1\n{\"a\":}\n"))
		print(pcall(show, function() return 1 end))
		print(pcall(json.lines, 1))
	`)
	file := "1\t{\"a\":1}\n4\t[2]\n5\tfalse\n6\tnull\n7\t3\n"
	want := "1\t1\n3\t[2]\n" + file + file + "1\t1\n2\t2\n1\t1\n" +
		"false\ttest.lua:3: json.lines: line 2, column 6: invalid character '}' looking for beginning of value\n" +
		"false\ttest.lua:3: json.lines: the function that returns lines returned number 1\n" +
		"false\ttest.lua:14: bad argument #1 (source) to json.lines: text, a function that returns lines, or a file expected, got number 1\n"
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// TestJSONOfMatchReadsBack checks that a match comes back from its JSON.
func TestJSONOfMatchReadsBack(t *testing.T) {
	rt := newTestRuntime(t)
	for _, text := range matchTexts {
		rt.setGlobal(t, "text", text)
		got, err := rt.Eval(context.Background(), "odp.match(json.decode(json.encode(odp.match(text)))) == odp.match(text) or json.encode(odp.match(text))")
		if err != nil || got[0] != "true" {
			t.Errorf("%s:\n%v %v", text, got, err)
		}
	}
}

func FuzzJSONDecode(f *testing.F) {
	for _, seed := range []string{`{"a":[1,2.5,null,true,"x\u0041"],"b":{}}`, "[9007199254740993]", "\"\\ud800\"", "[1,]", "{\"a\":1,\"a\":2}"} {
		f.Add(seed)
	}
	rt := New(Config{})
	f.Cleanup(func() { rt.Close() })
	f.Fuzz(func(t *testing.T, text string) {
		if err := rt.do(context.Background(), func() {
			d := jsonDecoder{rt: rt, text: text}
			v, err := d.decode()
			if err != nil {
				if v != nil {
					t.Errorf("%q: both a value and %v", text, err)
				}
				return
			}
			if !json.Valid([]byte(text)) {
				t.Errorf("took %q, which is no JSON", text)
			}
			if !strings.Contains(text, "[[[[[") { // reading may nest deeper than writing
				out, err := rt.newJSONEncoder(rt.L).encode(v)
				if err != nil || !json.Valid(out) {
					t.Errorf("%q is written as %q, %v", text, out, err)
				}
			}
		}); err != nil {
			t.Fatal(err)
		}
	})
}
