package luabind

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/go-odp/odp/scripts"
)

// withModules gives a runtime the modules that come with the program.
func withModules(c *Config) { c.Modules = scripts.Modules() }

func TestHelpNames(t *testing.T) {
	for _, tt := range []struct{ name, title, part string }{
		{"odp.create_datapath", "odp.create_datapath(spec): odp.Datapath", "    name               string: 1 to 15 bytes"},
		{"create_datapath", "odp.create_datapath(spec): odp.Datapath", `local dp = odp.create_datapath("dp0")`},
		{"dp:add_vport", "dp:add_vport(spec): odp.Vport", "odp.VportSpec"},
		{"odp.Datapath.add_vport", "dp:add_vport(spec): odp.Vport", ""},
		{"add_vport()", "dp:add_vport(spec): odp.Vport", ""},
		{"odp.Datapath", "odp.Datapath: a class", "From: odp.datapath, odp.datapaths, odp.create_datapath"},
		{"Datapath", "odp.Datapath: a class", ""},
		{"dp.stats", "odp.Datapath.stats: odp.DatapathStats", "packets that matched a flow"},
		{"odp.DatapathSpec", "odp.DatapathSpec", "masks_cache_size?"},
		{"odp.MatchLike", "odp.MatchLike: string|odp.MatchTable|odp.Match|odp.Key|odp.Flow", ""},
		{"odp.MatchTable", "odp.MatchTable", "Keys: recirc_id"},
		{"odp", "odp: a module", "Classes: "},
		{"ipv4", "ipv4: a key", "On packets of eth_type 0x0800."},
		{"ipv4.dst", "ipv4.dst: IPv4 address", "See also: packet.ipv4.dst"},
		{"tunnel.vxlan.gbp.id", "tunnel.vxlan.gbp.id: integer, 16 bits", "policy id"},
		{"ct", "odp.ct(fields?): odp.Actions", "nat.src"},
		{"ct(commit,zone=5)", "odp.ct(fields?): odp.Actions", "See also: feature ct"},
		{"ct.nat", "odp.ct.nat: table of fields, or true", "Linux 4.6 with CONFIG_NF_NAT"},
		{"odp.sleep", "odp.sleep(seconds)", "It waits: timers and handlers run until it returns."},
		{"set", "odp.set(fields): odp.Actions", "See also: odp.Datapath:set"},
		{"upcall_stats", "feature upcall_stats", "Linux 6.2"},
		{"test", "test: a module", "test(name, fn)"},
		{"test.eq", "test.eq(got, want, what?)", "t.eq("},
		{"test.Case", "test.Case", "It has what test has."},
		{"odp.Error", "odp.Error: a class", "errno"},
	} {
		text, err := Help(scripts.Modules(), tt.name)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		} else if title, _, _ := strings.Cut(text, "\n"); title != tt.title || !strings.Contains(text, tt.part) {
			t.Errorf("%s: want the title %q and %q, got\n%s", tt.name, tt.title, tt.part, text)
		}
	}
	for name, want := range map[string]string{
		"ipv5":        `nothing is called "ipv5"; did you mean ipv4, ipv6?`,
		"dp:add_port": `nothing is called "dp:add_port"; did you mean dp:add_vport?`,
		"zzzzzzzzzz":  `nothing is called "zzzzzzzzzz"`,
	} {
		if _, err := Help(nil, name); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", name, err, want)
		}
	}
}

func TestHelpOverview(t *testing.T) {
	text, err := Help(scripts.Modules(), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Datapaths\n    odp.create_datapath, ", "Keys\n    recirc_id, ", "Module net\n    Network namespaces", "Module inspect\n    The text of values"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// TestHelpOfEverything checks that each topic has an entry that fits a terminal,
// and that what it says it stands for is one of its names.
func TestHelpOfEverything(t *testing.T) {
	d, err := newDocs(buildRegistry(""), scripts.Modules())
	if err != nil {
		t.Fatal(err)
	}
	for _, topic := range d.topics {
		text := d.text(topic, nil)
		if strings.Count(text, "\n") < 2 {
			t.Errorf("%s has no text:\n%s", topic.name, text)
		}
		for line := range strings.Lines(text) {
			if len(strings.TrimSuffix(line, "\n")) > helpWidth {
				t.Errorf("%s: a line is wider than %d: %s", topic.name, helpWidth, line)
			}
			if strings.HasSuffix(line, " \n") {
				t.Errorf("%s: a line ends in a blank: %q", topic.name, line)
			}
		}
	}
}

func TestHelpOfValues(t *testing.T) {
	rt := newTestRuntime(t, withModules)
	rt.run(t, `inspect, test = require "inspect", require "test"`)
	for _, tt := range []struct{ value, title string }{
		{`odp`, "odp: a module"},
		{`inspect`, "inspect: a module"},
		{`odp.match`, "odp.match(match, dp?): odp.Match"},
		{`odp.match("in_port(1)").covers`, "m:covers(match): odp.MatchLike"},
		{`odp.match("in_port(1)")`, "odp.Match: a class"},
		{`odp.match("eth(),ipv4(ttl=64)").ipv4`, "ipv4: a key"},
		{`odp.ct{ zone = 5 }`, "odp.Actions: a class"},
		{`odp.u64(5)`, "odp.U64: a class"},
		{`packet.dissect(packet.build{ eth = {} })`, "packet.Frame"},
		{`inspect.text`, "inspect.text(value, options?)"},
		{`test.eq`, "test.eq(got, want, what?)"},
		{`select(2, pcall(odp.match, 1))`, "odp.Error: a class"},
	} {
		before := len(rt.out.String())
		rt.run(t, "odp.help("+tt.value+")")
		title, _, _ := strings.Cut(rt.out.String()[before:], "\n")
		name, _, _ := strings.Cut(tt.title, ": odp.MatchLike")
		if !strings.HasPrefix(title, name) {
			t.Errorf("%s: got the title %q, want %q", tt.value, title, name)
		}
	}
	for value, want := range map[string]string{
		`nil`:           `a value or a name in quotes, such as "ipv4.dst", expected, got nil`,
		`print`:         "print belongs to Lua itself",
		`string.format`: "string.format belongs to Lua itself",
		`string`:        "string belongs to Lua itself",
		`5`:             "nothing is known about number 5",
		`{}`:            "nothing is known about table",
		`"odp.mtach"`:   "did you mean odp.Match, odp.match?",
	} {
		if err := rt.fails(t, "odp.help("+value+")"); !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", value, err, want)
		}
	}
}

func TestHelpInTheConsole(t *testing.T) {
	rt := newTestRuntime(t, withModules)
	rt.run(t, "assert(help == nil, 'a script has help')")
	for _, tt := range []struct{ line, want string }{
		{"help", "help(x) tells about"},
		{"help()", "help(x) tells about"},
		{"  help ipv4.dst ", "ipv4.dst: IPv4 address"},
		{"help ct", "odp.ct(fields?)"},
		{"help 'ipv4'", "ipv4: a key"},
		{"help(odp.match)", "odp.match(match"},
		{"help odp.match", "odp.match(match"},
		{"value = odp.ip('10.0.0.1')", ""},
		{"help value", "odp.IP: a class"},
		{"help value:masked", "ip:masked("},
		{"help = 5", ""},
	} {
		before := len(rt.out.String())
		results, err := rt.Eval(context.Background(), tt.line)
		if got := rt.out.String()[before:]; err != nil || len(results) > 0 || !strings.HasPrefix(strings.TrimSpace(got), tt.want) {
			t.Errorf("%s: got %v, %v, want %q\n%s", tt.line, results, err, tt.want, got)
		}
	}
	if results, err := rt.Eval(context.Background(), "help"); err != nil || !slices.Equal(results, []string{"5"}) {
		t.Errorf("a script's own help is hidden: %v, %v", results, err)
	}
}

func TestHelpCompletion(t *testing.T) {
	rt := newTestRuntime(t)
	for _, tt := range []struct{ line, want string }{
		{`hel`, "help"},
		{`help("ipv4.ds`, "dst"},
		{`help "odp.create_d`, "create_datapath"},
		{`help ipv4.ds`, "dst"},
		{`help 'dp:add_v`, "add_vport"},
		{`help odp.create_d`, "create_datapath"},
		{`odp.help("ct_tuple`, "ct_tuple4"},
	} {
		_, got := rt.Complete(tt.line, len(tt.line))
		if !slices.Contains(got, tt.want) {
			t.Errorf("%s: %s is not among %v", tt.line, tt.want, got)
		}
		for i := range got {
			if i > 0 && got[i] == got[i-1] {
				t.Errorf("%s: %s is there twice", tt.line, got[i])
			}
		}
	}
}
