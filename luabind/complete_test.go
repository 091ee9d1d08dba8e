package luabind

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// A completionCase is code with a | for the cursor, and what is offered there. Of
// some, "..." stands for any others.
type completionCase struct {
	src  string
	want []string
}

func checkCompletions(t *testing.T, rt *testRuntime, tests []completionCase) {
	t.Helper()
	for _, tt := range tests {
		pos := strings.LastIndexByte(tt.src, '|')
		src := tt.src[:pos] + tt.src[pos+1:]
		start, got := rt.Complete(src, pos)
		want := tt.want
		if n := len(want) - 1; n >= 0 && want[n] == "..." {
			want = want[:n]
			got = slices.DeleteFunc(got, func(name string) bool { return !slices.Contains(want, name) })
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s\ngot  %q\nwant %q", tt.src, got, tt.want)
		}
		for _, c := range got {
			if start > pos || !strings.HasPrefix(c, src[start:pos]) {
				t.Errorf("%s: %q does not begin with what is typed at %d", tt.src, c, start)
			}
		}
	}
}

const completionModule = `--- A module.
local M = {}

--- Something that it makes.
---@class lab.Thing
---@field size integer how large
local Thing = {}

--- Make it grow.
---@param how "slowly"|"fast"
function Thing:grow(how) end

--- A thing.
---@param kind "big"|"small"
---@return lab.Thing
function M.thing(kind) end

return M
`

func newCompletionRuntime(t *testing.T) *testRuntime {
	return newTestRuntime(t, func(cfg *Config) {
		cfg.Modules = fstest.MapFS{"lab.lua": {Data: []byte(completionModule)}}
	})
}

func TestComplete(t *testing.T) {
	rt := newCompletionRuntime(t)
	rt.run(t, `m = odp.match{ipv4 = {ttl = 64}, in_port = 1}
		nested = {inner = {alpha = 1, also = 2, beta = 3}, run = function() end}
		setmetatable(nested, {__index = function() error("called") end})
		Class = {}
		Class.__index = Class
		function Class:greet() end
		instance = setmetatable({name = "x"}, Class)
		list = {{first = 1}, {second = 2}}
		text = "x"
		shout = string.upper`)
	checkCompletions(t, rt, []completionCase{
		{"nes|", []string{"nested"}},
		{"x = nested.inn|", []string{"inner"}},
		{"nested.inner.al|", []string{"alpha", "also"}},
		{"nested.absent.x|", nil},
		{"nested:|", []string{"run"}},
		{`nested["|`, []string{"inner", "run"}},
		{`nested["inner"].b|`, []string{"beta"}},
		{"instance:|", []string{"greet"}},
		{"instance.n|", []string{"name"}},
		{"list[2].|", []string{"second"}},
		{"for _, x in ipairs(list) do x.|", []string{"first"}},
		{"text:up|", []string{"upper"}},
		{"(\"x\"):up|", []string{"upper"}},
		{"odp.create|", []string{"create_datapath"}},
		{"odp.create|_x", []string{"create_datapath"}},
		{"m:on|", []string{"only"}},
		{"m.ipv4.tt|", []string{"ttl"}},
		{"f(m.ipv4.|)", []string{"dst", "frag", "proto", "src", "tos", "ttl"}},
		{"f().x|", nil},
		{"whi|", []string{"while"}},
		{"12|", nil},
		{"x..nes|", []string{"nested"}},
		{"local nes|", nil},
		{"function nes|", nil},
		{"for nes|", nil},
		{"f(function(nes|", nil},
		{"x = function(a) nes|", []string{"nested"}},
		{".sa|", nil},

		{"-- odp.create|", nil},
		{"x = 1 --[[ odp.\ncreate|", nil},
		{"--[==[ x ]] ]==] odp.create|", []string{"create_datapath"}},
		{"-- it's\nodp.create|", []string{"create_datapath"}},
		{"x = \"a\\\"b\" odp.create|", []string{"create_datapath"}},
		{"x = [[\"]] odp.create|", []string{"create_datapath"}},
		{"x = 'open\nodp.create|", []string{"create_datapath"}},

		{"local abc, abd = 1\nab|", []string{"abc", "abd"}},
		{"do local abc = 1 end\nab|", nil},
		{"local function abc(abe, abf)\n ab|", []string{"abc", "abe", "abf"}},
		{"local function abc(abe, abf) end\n ab|", []string{"abc"}},
		{"for abc = 1, 2 do ab|", []string{"abc"}},
		{"for abc = 1, 2 do local abd if abc then else ab|", []string{"abc", "abd"}},
		{"function nested:f() se|", []string{"select", "self", "setfenv", "setmetatable"}},
	})
	for _, pos := range []int{-1, 0, 1000} {
		rt.Complete("odp.", pos)
	}
}

// TestCompleteResults completes what calls give, which the rows tell.
func TestCompleteResults(t *testing.T) {
	rt := newCompletionRuntime(t)
	rt.run(t, "lab = require 'lab' m = odp.match'eth()'")
	checkCompletions(t, rt, []completionCase{
		{`odp.datapath("x"):add_v|`, []string{"add_vport"}},
		{`odp.datapath("x"):add_vport("y").numb|`, []string{"number"}},
		{`odp.datapath("x"):flows()():for|`, nil},
		{`odp.datapath("x"):flows()().act|`, []string{"actions"}},
		{`assert(odp.datapath("x")):add_v|`, []string{"add_vport"}},
		{`(odp.datapath "x"):add_v|`, []string{"add_vport"}},
		{"local dp = odp.datapath('x')\ndp:add_v|", []string{"add_vport"}},
		{"dp = odp.datapath('x')\ndp:add_v|", []string{"add_vport"}},
		{"local dp = odp.datapath('x')\nif dp:add_v|", []string{"add_vport"}},
		{"local dp = odp.datapath('x')\nif not dp then return elseif dp:add_v|", []string{"add_vport"}},
		{"local dp = odp.datapath('x')\nwhile dp:add_v|", []string{"add_vport"}},
		{"local dp = odp.datapath('x')\nrepeat x = 1 until dp:add_v|", []string{"add_vport"}},
		{"local dp = odp.datapath('x')\nf{1, {a = dp:add_v|", []string{"add_vport"}},
		{"local dp = odp.datapath('x')\nx[dp:add_v|", []string{"add_vport"}},
		{"local dp = odp.datapath('x');\n(dp:add_v|", []string{"add_vport"}},
		{"local dp = odp.datapath('x')\nfor f in dp:flows() do print(f.act|", []string{"actions"}},
		{"local dp = odp.datapath('x')\nfor _, p in ipairs(dp:vports()) do\n if p.name == '' then p.numb|", []string{"number"}},
		{"local dp = odp.datapath('x')\nodp.spawn(function() dp:add_v|", []string{"add_vport"}},
		{"local dp = odp.datapath('x')\ndp:on_miss(function(pkt) pkt.ke|", []string{"key"}},
		{"function f(dp, x) dp:add_v|", []string{"add_vport"}}, // as examples call a datapath
		{"function f(dp, x) x:add_v|", nil},
		{"do local dp = odp.datapath('x') end\ndp:add_v|", nil},
		{"local x = = 1\nodp.datapath('x'):add_v|", []string{"add_vport"}},
		{"f(1, {\nlocal y = 1\nodp.datapath('x'):add_v|", []string{"add_vport"}},
		{"local m = 1 x = = 2\nm:on|", nil},
		{"x = 1 x = = 2\nm:on|", []string{"only"}},

		{"lab.|", []string{"thing"}},
		{"lab.thing('big').si|", []string{"size"}},
		{"lab.thing('big'):|", []string{"grow"}},
		{"lab.thing(|", []string{`"big"`, `"small"`}},
		{"lab.thing('s|", []string{"small"}},
		{"lab.thing('big'):grow \"|", []string{"fast", "slowly"}},
		{"local l = require 'lab'\nl.thing('|", []string{"big", "small"}},
		{"---@param how 'x'\nlocal function f(how) end f(|", []string{"f", "..."}},
	})
}

func TestCompleteFields(t *testing.T) {
	rt := newCompletionRuntime(t)
	rt.run(t, "help = nil")
	spec := []string{"ifindex", "name", "number", "type", "..."}
	checkCompletions(t, rt, []completionCase{
		{`odp.datapath("x"):add_vport{|`, spec},
		{`odp.datapath("x"):add_vport({ |`, spec},
		{`odp.datapath("x"):add_vport{ name = "a", |`, []string{"ifindex", "number", "type", "..."}},
		{`odp.datapath("x"):add_vport{ name = "a"; na|`, nil},
		{`odp.datapath("x"):add_vport{ nam|`, []string{"name"}},
		{`odp.datapath("x"):add_vport{ name = "a", type = |`, []string{`"geneve"`, `"gre"`, `"internal"`, `"netdev"`, `"vxlan"`}},
		{`odp.datapath("x"):add_vport{ name = "a", type = "v|`, []string{"vxlan"}},
		{`odp.datapath("x"):add_vport{ name = "a", type = x and "v|`, []string{"vxlan"}},
		{`odp.datapath("x"):add_vport{ name = "a", ["type"] = "v|`, []string{"vxlan"}},
		{"odp.datapath('x'):add_vport{\n  name = 'a', -- type = {\n  type = 'v|", []string{"vxlan"}},
		{`if odp.datapath("x"):vport(1).type == "v|`, []string{"vxlan"}},
		{`odp.match{ipv|`, []string{"ipv4", "ipv6", "ipv6_exthdrs"}},
		{`odp.match{ipv4 = {|`, []string{"dst", "frag", "proto", "src", "tos", "ttl"}},
		{`odp.match{ipv4 = {dst = f(1, 2), tt|`, []string{"ttl"}},
		{`odp.match{ipv4 = {dst = f{1, 2}, frag = "la|`, []string{"later"}},
		{`odp.match{ipv4 = {ttl = 1}, tcp = {|`, []string{"dst", "src"}},
		{`odp.match{ct_state = "+trk-|`, []string{"+trk-dnat", "+trk-est", "+trk-inv", "+trk-new", "+trk-rel", "+trk-rpl", "+trk-snat"}},
		{`odp.match{ipv4 = "ttl=3,s|`, []string{"src"}},
		{`odp.match{tunnel = {geneve = {|`, []string{"class", "data", "len", "type"}},
		{`odp.ct{comm|`, []string{"commit"}},
		{`odp.ct{commit = |`, []string{"false", "true"}},
		{`odp.ct{nat = {|`, []string{"dst", "hash", "persistent", "random", "src", "..."}},
		{`odp.ct "comm|`, []string{"commit"}},
		{`odp.ct("commit,nat(s|`, []string{"src"}},
		{`odp.datapath("x"):put_flow{match = {in_port = 1, eth|`, []string{"eth", "eth_type"}},
		{`odp.datapath("x"):put_flow{match = {in_port = 1}, act|`, []string{"actions"}},
		{`odp.datapath("x"):put_flow{match = {in_port = 1}, actions = {1, odp.push_vlan{|`, []string{"pcp", "tpid", "vid", "..."}},
		{`f{|`, []string{"odp", "print", "..."}},
		{`f{a = |`, []string{"odp", "print", "..."}},
		{`local t = {na|`, nil},
	})
}

func TestCompleteText(t *testing.T) {
	rt := newCompletionRuntime(t)
	signs := []string{"+dnat", "+est", "+inv", "+new", "+rel", "+rpl", "+snat", "+trk"}
	checkCompletions(t, rt, []completionCase{
		{`odp.match("ipv|`, []string{"ipv4", "ipv6", "ipv6_exthdrs"}},
		{`odp.match "ipv|`, []string{"ipv4", "ipv6", "ipv6_exthdrs"}},
		{`odp.match [[ipv|`, []string{"ipv4", "ipv6", "ipv6_exthdrs"}},
		{`odp.match [==[in_port(1),
			ipv|`, []string{"ipv4", "ipv6", "ipv6_exthdrs"}},
		{`odp.match("ipv4(),ipv|`, []string{"ipv6", "ipv6_exthdrs"}},
		{`odp.match("in_port(1)|`, nil},
		{`odp.match("in_port(1),ipv4(tt|`, []string{"ttl"}},
		{`odp.match("in_port(1), ipv4(ttl=1,t|`, []string{"tos"}},
		{`odp.match("in_port(" .. p.number .. "),ipv4(t|`, []string{"tos", "ttl"}},
		{`odp.match("ipv4(ttl=1),udp(s|`, []string{"src"}},
		{`odp.match("ipv4(ttl=|`, nil},
		{`odp.match("ipv4(frag=|`, []string{"first", "later", "no"}},
		{`odp.match("ipv4(frag=la|`, []string{"later"}},
		{`odp.match("ct_state(|`, signs},
		{`odp.match("ct_state(+e|`, []string{"+est"}},
		{`odp.match("ct_state(+trk-n|`, []string{"+trk-new"}},
		{`odp.match("tcp_flags(s|`, []string{"syn"}},
		{`odp.match("tcp_flags(+syn-a|`, []string{"+syn-ack"}},
		{`odp.match("tunnel(tun_id=1,src=1.2.3.4,d|`, []string{"dst"}},
		{`odp.match("tunnel(flags(df|c|`, []string{"df|csum"}},
		{`odp.match("tunnel(geneve(|`, nil},
		{`odp.match("tunnel(geneve({cl|`, []string{"class"}},
		{`odp.match("tunnel(geneve({class=1,type=2},{cl|`, []string{"class"}},
		{`odp.match("encap(ipv4(tt|`, []string{"ttl"}},
		{`odp.match('it\'s,ipv4(tt|`, []string{"ttl"}},
		{`odp.match("nothing(ipv|`, nil},
		{`odp.match("push_v|`, nil},
		{`odp.actions("set(arp(s|`, []string{"sha", "sip"}},
		{`odp.actions("push_vl|`, []string{"push_vlan"}},
		{`odp.actions({1, "push_vl|`, []string{"push_vlan"}},
		{`odp.actions("1,ct(commit,z|`, []string{"zone"}},
		{`odp.actions("1,ct(commit,nat(|`, []string{"dst", "hash", "persistent", "random", "src"}},
		{`odp.actions("1,clone(ct_cl|`, []string{"ct_clear"}},
		{`odp.actions("userspace(pid=1,us|`, []string{"userdata"}},
		{`odp.actions("userspace(pid=1,slow_path(|`, []string{"action", "cfm", "..."}},
		{`odp.actions("hash(|`, []string{"l4", "sym_l4"}},
		{`odp.actions("check_pkt_len(size=1,gt(push_v|`, []string{"push_vlan"}},
		{`odp.actions("set(tcp(|`, []string{"dst", "src"}},
		{`odp.datapath("x"):put_flow{match = "in_port(1),ipv4(tt|`, []string{"ttl"}},
		{`odp.datapath("x"):put_flow{match = {}, actions = "push_vl|`, []string{"push_vlan"}},
		{`odp.datapath("x"):put_flow{match = {}, actions = {"push_vl|`, []string{"push_vlan"}},
		{`odp.parse_flow("in_port(1),ipv4(), packets:0, actions:push_v|`, []string{"push_vlan"}},
		{`x = "in_port(1),ipv4(tt|`, []string{"ttl"}},
		{`x = "push_v|`, []string{"push_vlan"}},
		{`net.exec("push_v|`, nil},
	})
}

// TestCompleteLive completes what there is outside of Lua.
func TestCompleteLive(t *testing.T) {
	folder := t.TempDir()
	t.Chdir(folder)
	for _, name := range []string{"first.lua", "data/second.lua", "data/deep/x", "local/init.lua", ".hidden", `quo"te.lua`, "own.lua"} {
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	rt := newCompletionRuntime(t)
	all := []string{"data/", "first.lua", "local/", "own.lua"}
	checkCompletions(t, rt, []completionCase{
		{`dofile "|`, all},
		{`loadfile('|`, []string{"data/", "first.lua", "local/", "own.lua", `quo"te.lua`}},
		{`dofile(|`, []string{`"data/"`, `"first.lua"`, `"local/"`, `"own.lua"`, `"quo\"te.lua"`}},
		{`io.open("fi|`, []string{"first.lua"}},
		{`io.open("first.lua", "r|`, []string{"r", "r+"}},
		{`io.open("first.lua", "r", "|`, nil},
		{`odp.feature("psam|`, []string{"psample"}},
		{`odp.on_signal("WI|`, []string{"WINCH"}},
		{`odp.on_signal("SIGWI|`, []string{"SIGWINCH"}},
		{`io.open("data/|`, []string{"data/deep/", "data/second.lua"}},
		{`io.open("./data/s|`, []string{"./data/second.lua"}},
		{fmt.Sprintf(`io.open("%s/fi|`, folder), []string{folder + "/first.lua"}},
		{`io.open("absent/|`, nil},
		{`io.open(".h|`, []string{".hidden"}},
		{`pcap.open "fi|`, []string{"first.lua"}},
		{`require "|`, []string{"first", "lab", "local", "net", "odp", "own", "..."}},
		{`require "la|`, []string{"lab"}},
		{`net.link("l|`, []string{"lo", "..."}},
		{`net.routes{ dev = "lo|`, []string{"lo", "..."}},
		{`odp.datapath("|`, nil},
		{`odp.datapath(prin|`, []string{"print"}},
	})
}

// TestCompleteAnywhere completes in the midst of scripts as they are.
func TestCompleteAnywhere(t *testing.T) {
	files, err := filepath.Glob("../scripts/examples/*.lua")
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no examples: %v", err)
	}
	rt := newTestRuntime(t, func(cfg *Config) { cfg.Modules = os.DirFS("../scripts/modules") })
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for pos := 0; pos <= len(src); pos += 43 {
			checkCompletion(t, rt, string(src[:pos]))
		}
	}
}

func checkCompletion(t *testing.T, rt *testRuntime, src string) {
	t.Helper()
	start, got := rt.Complete(src, len(src))
	if start < 0 || start > len(src) {
		t.Fatalf("%q: the word starts at %d of %d", src, start, len(src))
	}
	for _, c := range got {
		if !strings.HasPrefix(c, src[start:]) {
			t.Fatalf("%q: %q does not begin with %q", src, c, src[start:])
		}
	}
}

func FuzzComplete(f *testing.F) {
	for _, src := range []string{
		"x = {a = 1, ['b'] = [[c]]", "for a, b in f(function(x) return x end) do local c = a:b{c=", "dp:put_flow{match = \"ct_state(+trk-", "if a then elseif b",
		"odp.match'tunnel(geneve({class=1,type=2,len=4,0x1", "f'x'\"y\"[[z", "repeat until (", ")}]end", "function a.b:c(d, ", "odp.actions{'userspace(pid=1,slow_path(",
		"--[==[", "--[[]]", "a[b[c[", "local function f(a) f(", "...", "\"\\", "1..", "goto x",
	} {
		f.Add(src)
	}
	rt := &testRuntime{Runtime: New(Config{Log: "off"})}
	f.Cleanup(func() { rt.Close() })
	f.Fuzz(func(t *testing.T, src string) { checkCompletion(t, rt, src) })
}
