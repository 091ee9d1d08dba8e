package luabind

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	lua "github.com/yuin/gopher-lua"

	"github.com/go-odp/odp/odp"
)

// onTerminal gives a runtime a terminal of that size, for results.
func onTerminal(columns, rows int, color bool) func(*Config) {
	return func(c *Config) {
		c.Color, c.Size = color, func() (int, int) { return columns, rows }
		c.Modules = nil
	}
}

// painted marks colours as <31>...<>, for texts of tests.
func painted(text string) string {
	text = strings.ReplaceAll(text, "\x1b[0m", "<>")
	for i := range 40 {
		text = strings.ReplaceAll(text, fmt.Sprintf("\x1b[%dm", i), fmt.Sprintf("<%d>", i))
	}
	return text
}

// testFlow is a flow of a datapath without a kernel.
func testFlow(t *testing.T, i int) *odp.Flow {
	m, err := odp.ParseMatch(fmt.Sprintf("in_port(1),eth(dst=02:00:00:00:00:%02x),eth_type(0x0800),ipv4(dst=10.0.0.0/24,proto=6),tcp(dst=%d)", i, i), nil)
	if err != nil {
		t.Fatal(err)
	}
	a, err := odp.ParseActions("set(eth(dst=02:00:00:00:00:99)),2", nil)
	if err != nil {
		t.Fatal(err)
	}
	return &odp.Flow{Match: m, Actions: a, Stats: odp.FlowStats{Packets: uint64(i), Bytes: 98 * uint64(i)}}
}

// withObjects gives a runtime global variables with objects that are else the
// kernel's: a flow, a list of a hundred, one that fails, and a packet.
func withObjects(t *testing.T, rt *testRuntime) {
	d := new(odp.Datapath)
	key, err := odp.ParseMatch("recirc_id(0x5),in_port(3),skb_mark(0),eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),eth_type(0x0800)", nil)
	if err != nil {
		t.Fatal(err)
	}
	listed := func(n int, last error) iter.Seq2[*odp.Flow, error] {
		return func(yield func(*odp.Flow, error) bool) {
			for i := 1; i <= n; i++ {
				if !yield(testFlow(t, i%256), nil) {
					return
				}
			}
			if last != nil {
				yield(nil, last)
			}
		}
	}
	err = rt.do(context.Background(), func() {
		set := func(name string, v lua.LValue) { rt.L.G.Global.RawSetString(name, v) }
		wrap := func(f *odp.Flow) lua.LValue { return rt.newFlow(d, f) }
		set("flow", wrap(testFlow(t, 7)))
		set("flows", newListing(rt.Runtime, classFlows, "flows of dp0", listed(100, nil), wrap))
		set("none", newListing(rt.Runtime, classFlows, "flows of dp0", listed(0, nil), wrap))
		set("broken", newListing(rt.Runtime, classFlows, "flows of dp0", listed(1, errors.New("cut off")), wrap))
		frame, err := rt.try(nil, rt.L.G.Global.RawGetString("frame"), nil)
		if err != nil {
			t.Fatal(err)
		}
		data := []byte(frame[0].(lua.LString))
		set("pkt", rt.object(classPacket, &packetValue{
			up:   odp.Upcall{Kind: odp.UpcallMiss, Key: key.Key, Data: data, Len: uint32(len(data))},
			hand: &handle{out: &dispatcher{d: d}},
		}))
	})
	if err != nil {
		t.Fatal(err)
	}
}

const showPrelude = `
function frame()
  return packet.build{eth = {src = "02:00:00:00:00:01", dst = "02:00:00:00:00:02"}, vlan = {vid = 5, pcp = 3},
    ipv4 = {src = "10.0.0.1", dst = "10.0.0.2", ttl = 9}, udp = {src = 1000, dst = 53}, payload = ("0123456789"):rep(8)}
end
function rows(n) local t = {} for i = 1, n do t[i] = {port = i, name = "p" .. i, up = i % 2 == 0} end return t end
function numbers(n) local t = {} for i = 1, n do t[i] = i * 100 end return t end
`

// newShowRuntime is a runtime with a terminal and things to show.
func newShowRuntime(t *testing.T, change ...func(*Config)) *testRuntime {
	rt := newTestRuntime(t, change...)
	if _, err := rt.Eval(context.Background(), showPrelude); err != nil {
		t.Fatal(err)
	}
	withObjects(t, rt)
	return rt
}

type showCase struct{ line, want string }

func checkShown(t *testing.T, rt *testRuntime, tests []showCase) {
	t.Helper()
	for _, tt := range tests {
		got, err := rt.Eval(context.Background(), tt.line)
		if text := painted(strings.Join(got, "\n")); err != nil || text != strings.TrimPrefix(tt.want, "\n") {
			t.Errorf("%s: %v\n%s\nwant\n%s", tt.line, err, text, strings.TrimPrefix(tt.want, "\n"))
		}
	}
}

func TestShow(t *testing.T) {
	rt := newShowRuntime(t, onTerminal(80, 24, false))
	checkShown(t, rt, []showCase{
		{`("x"):rep(2100)`, `"` + strings.Repeat("x", 2000) + `"... 100 more bytes of 2100`},
		{`("x"):rep(1999) .. "é"`, `"` + strings.Repeat("x", 1999) + `"... 2 more bytes of 2001`},
		{`1, nil, true, "a\nb\27"`, `
1
nil
true
"a\nb\027"`},
		{`{a = ("é"):rep(150)}`, `a = "éééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé"... 100 more bytes of 300`},
		{`{1, 2, {a = true}}`, "{1, 2, {a = true}}"},
		{`odp.match"in_port(1)", odp.actions"drop", odp.actions""`, `
in_port(1),eth()
drop
drop`},
		{`odp.ip"10.0.0.1", {odp.u64"18446744073709551615"}`, `
10.0.0.1
{18446744073709551615}`},
		{`odp, string.format`, `
module odp: help odp tells what it has
<function>`},
		{`flow`, `
flow of
  match     in_port(1),eth(dst=02:00:00:00:00:07),eth_type(0x0800),
            ipv4(dst=10.0.0.0/255.255.255.0,proto=6),tcp(dst=7)
  actions   set(eth(dst=02:00:00:00:00:99)),2
  stats     7 packets, 686 bytes, never used`},
		{`pkt`, `
miss from port 3 of , 126 bytes
  meta      recirc_id(0x5)
  eth       src=02:00:00:00:00:01 dst=02:00:00:00:00:02 type=0x8100
  vlan      vid=5 pcp=3 type=0x0800
  ipv4      src=10.0.0.1 dst=10.0.0.2 proto=17 ttl=9
  udp       src=1000 dst=53
  payload   80 bytes
            30 31 32 33 34 35 36 37 38 39 30 31 32 33 34 35  0123456789012345
            36 37 38 39 30 31 32 33 34 35 36 37 38 39 30 31  6789012345678901
            32 33 34 35 36 37 38 39 30 31 32 33 34 35 36 37  2345678901234567
            38 39 30 31 32 33 34 35 36 37 38 39 30 31 32 33  8901234567890123
            ... 16 more
  state     open`},
		{`packet.dissect(frame())`, `
frame, 126 bytes
  eth       src=02:00:00:00:00:01 dst=02:00:00:00:00:02 type=0x8100
  vlan      vid=5 pcp=3 type=0x0800
  ipv4      src=10.0.0.1 dst=10.0.0.2 proto=17 ttl=9
  udp       src=1000 dst=53
  payload   80 bytes
            30 31 32 33 34 35 36 37 38 39 30 31 32 33 34 35  0123456789012345
            36 37 38 39 30 31 32 33 34 35 36 37 38 39 30 31  6789012345678901
            32 33 34 35 36 37 38 39 30 31 32 33 34 35 36 37  2345678901234567
            38 39 30 31 32 33 34 35 36 37 38 39 30 31 32 33  8901234567890123
            ... 16 more`},
		{`none`, "no flows of dp0"},
		{`broken`, `
in_port(1),eth(dst=02:00:00:00:00:01),eth_type(0x0800),
    ipv4(dst=10.0.0.0/255.255.255.0,proto=6),tcp(dst=1), packets:1, bytes:98,
    used:never, actions:set(eth(dst=02:00:00:00:00:99)),2
flows of dp0: cut off`},
		{`flows()`, `
flow of
  match     in_port(1),eth(dst=02:00:00:00:00:01),eth_type(0x0800),
            ipv4(dst=10.0.0.0/255.255.255.0,proto=6),tcp(dst=1)
  actions   set(eth(dst=02:00:00:00:00:99)),2
  stats     1 packet, 98 bytes, never used`},
		{`{flow, flow}`, `
in_port(1),eth(dst=02:00:00:00:00:07),eth_type(0x0800),
    ipv4(dst=10.0.0.0/255.255.255.0,proto=6),tcp(dst=7), packets:7, bytes:686,
    used:never, actions:set(eth(dst=02:00:00:00:00:99)),2
in_port(1),eth(dst=02:00:00:00:00:07),eth_type(0x0800),
    ipv4(dst=10.0.0.0/255.255.255.0,proto=6),tcp(dst=7), packets:7, bytes:686,
    used:never, actions:set(eth(dst=02:00:00:00:00:99)),2`},
		{`rows(3)`, `
port  name  up
   1  p1    false
   2  p2    true
   3  p3    false`},
		{`{{a = 1, b = "größe"}, {a = 20, b = "世界"}, {a = 3, c = 1}, {a = 4, c = 5, b = "x\n"}}`, `
 a  b      c
 1  größe  -
20  世界   -
 3  -      1
 4  "x\n"  5`},
		{`"one\ntwo\n"`, `
[[
one
two
]]`},
		{`"one]]\ntwo\n"`, `"one]]\ntwo\n"`},
		{`("line of text\n"):rep(200)`, "[[\n" + strings.Repeat("line of text\n", 20) + "]]... 2340 more bytes of 2600"},
		{`{status = 0, stdout = "one\ntwo\n"}`, `
status = 0
stdout = [[
one
two
]]`},
		{`{status = 0, stdout = "one\ntwo\n", stderr = ("x"):rep(80)}`, `
status = 0
stderr = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
stdout = [[
one
two
]]`},
		{`{odp = odp, x = ("x"):rep(70)}`, `
odp = <module odp>
x   = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"`},
		{`(function() local t = {} for i = 1, 9 do t["k" .. i] = {{a = ("x"):rep(80), b = {{c = ("x"):rep(80)}}}} end return t end)()`, `
k1 = {{...}}
k2 = {{...}}
k3 = {{...}}
k4 = {{...}}
k5 = {{...}}
k6 = {{...}}
k7 = {{...}}
k8 = {{...}}
k9 = {{...}}`},
		{`{{a = {}}, {a = {}}}`, "{{a = {}}, {a = {}}}"},
		{`numbers(50)`, `
{100, 200, 300, 400, 500, 600, 700, 800, 900, 1000, 1100, 1200, 1300, 1400,
 1500, 1600, 1700, 1800, 1900, 2000, 2100, 2200, 2300, 2400, 2500, 2600, 2700,
 2800, 2900, 3000, 3100, 3200, 3300, 3400, 3500, 3600, 3700, 3800, 3900, 4000,
 4100, 4200, 4300, 4400, 4500, 4600, 4700, 4800, 4900, 5000}`},
		{`{name = "veth0", list = numbers(30), stats = {rx = 1, tx = 2}, description = ("long "):rep(9)}`, `
description = "long long long long long long long long long "
list        = {100, 200, 300, 400, 500, 600, 700, 800, 900, 1000, 1100, 1200,
               1300, 1400, 1500, 1600, 1700, 1800, 1900, 2000, ... 10 more}
name        = "veth0"
stats       = {rx = 1, tx = 2}`},
		{`{[1] = "a", [5] = "b", x = ("y"):rep(90)}`, `
"a"
[5] = "b"
x   = "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"`},
		{`pcall(odp.u64, -1)`, `
false
console:1: bad argument #1 (value) to odp.u64: an unsigned 64-bit integer (a whole number below 2^53, decimal or 0x text, its bytes, or another value) expected, got number -1`},
		{`setmetatable({}, {__tostring = function() error "oh" end})`, "<table: console:1: oh>"},
		{`setmetatable({}, {__tostring = function() return "\27[31mred" end})`, `\027[31mred`},
	})
}

func TestShowNarrow(t *testing.T) {
	rt := newShowRuntime(t, onTerminal(40, 12, false))
	checkShown(t, rt, []showCase{
		{`flows`, `
in_port(1),eth(dst=02:00:00:00:00:01),
    eth_type(0x0800),
    ipv4(dst=10.0.0.0/255.255.255.0,
    proto=6),tcp(dst=1), packets:1,
    bytes:98, used:never,
    actions:set(eth(dst=02:00:00:00:00:99)),
    2
... 99 more of 100`},
		{`rows(11)`, `
port  name  up
   1  p1    false
   2  p2    true
   3  p3    false
   4  p4    true
   5  p5    false
   6  p6    true
   7  p7    false
   8  p8    true
   9  p9    false
  10  p10   true
  11  p11   false`},
		{`rows(100)`, `
port  name  up
   1  p1    false
   2  p2    true
   3  p3    false
   4  p4    true
   5  p5    false
   6  p6    true
   7  p7    false
   8  p8    true
   9  p9    false
  10  p10   true
... 90 more of 100`},
		{`numbers(5000)`, `
{100, 200, 300, 400, 500, 600, 700, 800,
 900, 1000, 1100, 1200, 1300, 1400,
 1500, 1600, 1700, 1800, 1900, 2000,
 2100, 2200, 2300, 2400, 2500, 2600,
 2700, 2800, 2900, 3000, 3100, 3200,
 3300, 3400, 3500, 3600, 3700, 3800,
 3900, 4000, 4100, 4200, 4300, 4400,
 4500, 4600, 4700, 4800, 4900, 5000,
 5100, 5200, 5300, 5400, 5500, 5600,
 5700, 5800, 5900, 6000, 6100, 6200,
 6300, ... 4937 more of 5000}`},
		{`flow`, `
flow of
  match     in_port(1),
            eth(dst=02:00:00:00:00:07),
            eth_type(0x0800),
            ipv4(dst=10.0.0.0/255.255.255.0,
            proto=6),tcp(dst=7)
  actions   set(eth(dst=02:00:00:00:00:99)),
            2
  stats     7 packets, 686 bytes, never used`},
		{`pkt`, `
miss from port 3 of , 126 bytes
  meta      recirc_id(0x5)
  eth       src=02:00:00:00:00:01
            dst=02:00:00:00:00:02
            type=0x8100
  vlan      vid=5 pcp=3 type=0x0800
  ipv4      src=10.0.0.1 dst=10.0.0.2
            proto=17 ttl=9
  udp       src=1000 dst=53
  payload   80 bytes
            30 31 32 33  0123
            34 35 36 37  4567
            38 39 30 31  8901
            32 33 34 35  2345
            ... 64 more
  state     open`},
		{`{{name = ("n"):rep(30), address = ("a"):rep(30), third = 3}, {name = "m", address = "b", third = 1}}`, `
name             address           third
nnnnnnnnnnnn...  aaaaaaaaaaaaa...      3
m                b                     1`},
		{`{one = numbers(4), two = "two", three = {a = 1, b = 2, c = ("c"):rep(20)}}`, `
one   = {100, 200, 300, 400}
three = {
  a = 1,
  b = 2,
  c = "cccccccccccccccccccc"
}
two   = "two"`},
	})
}

func TestShowColors(t *testing.T) {
	rt := newShowRuntime(t, onTerminal(60, 12, true))
	checkShown(t, rt, []showCase{
		{`1, nil, true, "a"`, `
<33>1<>
<35>nil<>
<35>true<>
<32>"a"<>`},
		{`{a = 1, ["b c"] = {"x", false}, [3] = odp.ip"10.0.0.1"}`, `{<36>[3]<> = <33>10.0.0.1<>, <36>["b c"]<> = {<32>"x"<>, <35>false<>}, <36>a<> = <33>1<>}`},
		{`odp.match"in_port(1),eth(),eth_type(0x0800)"`, "<36>in_port<>(1),<36>eth<>(),<36>eth_type<>(0x0800)"},
		{`flow`, `
<1>flow of<>
  <36>match<>     <36>in_port<>(1),<36>eth<>(dst=02:00:00:00:00:07),
            <36>eth_type<>(0x0800),
            <36>ipv4<>(dst=10.0.0.0/255.255.255.0,proto=6),
            <36>tcp<>(dst=7)
  <36>actions<>   <36>set<>(<36>eth<>(dst=02:00:00:00:00:99)),2
  <36>stats<>     <33>7<> packets, <33>686<> bytes, never used`},
		{`flows()`, `
<1>flow of<>
  <36>match<>     <36>in_port<>(1),<36>eth<>(dst=02:00:00:00:00:01),
            <36>eth_type<>(0x0800),
            <36>ipv4<>(dst=10.0.0.0/255.255.255.0,proto=6),
            <36>tcp<>(dst=1)
  <36>actions<>   <36>set<>(<36>eth<>(dst=02:00:00:00:00:99)),2
  <36>stats<>     <33>1<> packet, <33>98<> bytes, never used`},
		{`rows(2)`, `
<1>port<>  <1>name<>  <1>up<>
   <33>1<>  <32>p1<>    <35>false<>
   <33>2<>  <32>p2<>    <35>true<>`},
		{`rows(50)`, `
<1>port<>  <1>name<>  <1>up<>
   <33>1<>  <32>p1<>    <35>false<>
   <33>2<>  <32>p2<>    <35>true<>
   <33>3<>  <32>p3<>    <35>false<>
   <33>4<>  <32>p4<>    <35>true<>
   <33>5<>  <32>p5<>    <35>false<>
   <33>6<>  <32>p6<>    <35>true<>
   <33>7<>  <32>p7<>    <35>false<>
   <33>8<>  <32>p8<>    <35>true<>
   <33>9<>  <32>p9<>    <35>false<>
  <33>10<>  <32>p10<>   <35>true<>
<2>... 40 more of 50<>`},
		{`flows`, `
<36>in_port<>(1),<36>eth<>(dst=02:00:00:00:00:01),<36>eth_type<>(0x0800),
    <36>ipv4<>(dst=10.0.0.0/255.255.255.0,proto=6),<36>tcp<>(dst=1),
    <36>packets<>:1, <36>bytes<>:98, <36>used<>:never,
    <36>actions<>:<36>set<>(<36>eth<>(dst=02:00:00:00:00:99)),2
<36>in_port<>(1),<36>eth<>(dst=02:00:00:00:00:02),<36>eth_type<>(0x0800),
    <36>ipv4<>(dst=10.0.0.0/255.255.255.0,proto=6),<36>tcp<>(dst=2),
    <36>packets<>:2, <36>bytes<>:196, <36>used<>:never,
    <36>actions<>:<36>set<>(<36>eth<>(dst=02:00:00:00:00:99)),2
<2>... 98 more of 100<>`},
		{`none`, "<2>no flows of dp0<>"},
		{`broken`, `
<36>in_port<>(1),<36>eth<>(dst=02:00:00:00:00:01),<36>eth_type<>(0x0800),
    <36>ipv4<>(dst=10.0.0.0/255.255.255.0,proto=6),<36>tcp<>(dst=1),
    <36>packets<>:1, <36>bytes<>:98, <36>used<>:never,
    <36>actions<>:<36>set<>(<36>eth<>(dst=02:00:00:00:00:99)),2
flows of dp0: <31>cut off<>`},
		{`select(2, pcall(odp.u64, -1))`, "<31>console:1: bad argument #1 (value) to odp.u64: an unsigned 64-bit integer (a whole number below 2^53, decimal or 0x text, its bytes, or another value) expected, got number -1<>"},
		{`json{a = 1}`, `{"a":1}`},
	})
}

// TestShowCaptured checks packets of capture files.
func TestShowCaptured(t *testing.T) {
	rt := newShowRuntime(t, onTerminal(80, 24, false))
	path := filepath.Join(t.TempDir(), "a.pcapng")
	if _, err := rt.Eval(context.Background(), fmt.Sprintf(`(function()
		local w = pcap.create(%q)
		w:write(frame(), {time = 1700000000.25, interface = "p1", comment = "in_port(1),eth()"})
		w:write(frame(), {time = 1700000001})
		w:close()
		packets = {}
		local file = pcap.open(%q)
		for p in file do packets[#packets + 1] = p end
	end)()`, path, path)); err != nil {
		t.Fatal(err)
	}
	clock := time.Unix(1700000000, 25e7)
	checkShown(t, rt, []showCase{
		{`packets[1]`, `
packet 1, 126 bytes
  time       ` + clock.Format("2006-01-02 15:04:05") + `.250000
  interface  p1
  comment    in_port(1),eth()
  eth        src=02:00:00:00:00:01 dst=02:00:00:00:00:02 type=0x8100
  vlan       vid=5 pcp=3 type=0x0800
  ipv4       src=10.0.0.1 dst=10.0.0.2 proto=17 ttl=9
  udp        src=1000 dst=53
  payload    80 bytes
             30 31 32 33 34 35 36 37 38 39 30 31 32 33 34 35  0123456789012345
             36 37 38 39 30 31 32 33 34 35 36 37 38 39 30 31  6789012345678901
             32 33 34 35 36 37 38 39 30 31 32 33 34 35 36 37  2345678901234567
             38 39 30 31 32 33 34 35 36 37 38 39 30 31 32 33  8901234567890123
             ... 16 more`},
		{`packets`, `
    1  ` + clock.Format("15:04:05") + `.250000  eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02,type=...
    2  ` + clock.Add(time.Second).Format("15:04:05") + `.000000  eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02,type=...`},
		{`(function() packets[1].data = "short" packets[1].time = "late" packets[1].number = nil return packets[1] end)()`, `
packet, 5 bytes of 126
  interface  p1
  comment    in_port(1),eth()
  payload    5 bytes
             73 68 6f 72 74                                   short
  problem    eth: the header is cut off`},
		{`{{data = 1}}, packet.dissect("")`, `
{{data = 1}}
frame, 0 bytes`},
	})
}

// TestColumns checks that the columns of classes are properties of them.
func TestColumns(t *testing.T) {
	r := buildRegistry("")
	for _, c := range r.classes {
		for _, path := range c.Columns {
			name, field, nested := strings.Cut(path, ".")
			i := slices.IndexFunc(c.Props, func(p *Prop) bool { return p.Name == name })
			if i < 0 {
				t.Errorf("%s has no %s", c.Name, name)
				continue
			}
			shape := r.shapeByName[c.Props[i].Type]
			if nested && (shape == nil || !slices.ContainsFunc(shape.Fields, func(p Param) bool { return p.Name == field })) {
				t.Errorf("%s.%s has no %s", c.Name, name, field)
			}
		}
	}
}

// TestShowReadsNothing checks that a list is shown without what a loop over it gets.
func TestShowReadsNothing(t *testing.T) {
	rt := newShowRuntime(t)
	checkShown(t, rt, []showCase{
		{"(function() for f in flows do return f.packets end end)()", "1"},
	})
	if _, err := rt.Eval(context.Background(), "flows"); err != nil {
		t.Fatal(err)
	}
	checkShown(t, rt, []showCase{
		{"flows().packets", "2"},
		{"(function() local n = 0 for f in flows do n = n + 1 end return n end)()", "98"},
		{"flows", "flows of dp0 (read to the end)"},
	})
}

// TestShowInterrupted checks that what a script's __tostring does ends with the line.
func TestShowInterrupted(t *testing.T) {
	for _, line := range []string{"endless", "{endless}", "{{a = endless}, {a = 1}}", "{x = endless, y = ('y'):rep(100)}"} {
		rt := newTestRuntime(t)
		ctx, cancel := context.WithCancel(context.Background())
		if _, err := rt.Eval(ctx, "endless = setmetatable({}, {__tostring = function() while true do end end})"); err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(20*time.Millisecond, cancel)
		if got, err := rt.Eval(ctx, line); !errors.Is(err, ErrInterrupted) {
			t.Errorf("%s: %q, %v", line, got, err)
		}
		if got, err := rt.Eval(context.Background(), "1"); err != nil || got[0] != "1" {
			t.Errorf("after %s: %q, %v", line, got, err)
		}
	}
}

// TestMachineText checks which lines print text as it is.
func TestMachineText(t *testing.T) {
	rt := newShowRuntime(t, onTerminal(80, 24, true), withModules)
	checkShown(t, rt, []showCase{
		{`json{a = "x"}`, `{"a":"x"}`},
		{`=json({a = "x"})`, `{"a":"x"}`},
		{"json({1, 2}, {indent = 2})", "[\n  1,\n  2\n]"},
		{`inspect{a = {"x"}}`, `{a = {"x"}}`},
		{`json{a = 1} .. ""`, "<32>\"{\\\"a\\\":1}\"<>"},
		{`json.encode{1}`, `<32>"[1]"<>`},
		{`(json{1})`, `[1]`},
		{`json(("x"):rep(3000))`, `"` + strings.Repeat("x", 3000) + `"`},
	})
	for _, line := range []string{"json()", "json(print)"} {
		if got, err := rt.Eval(context.Background(), line); line == "json()" && (err != nil || got[0] != "null") ||
			line != "json()" && (err == nil || !strings.Contains(err.Error(), "bad argument #1 (value) to json.encode: a function")) {
			t.Errorf("%s: %q, %v", line, got, err)
		}
	}
	checkShown(t, rt, []showCase{{"(function() json = function() return 'mine' end end)()", ""}, {"json()", `<32>"mine"<>`}})
}
