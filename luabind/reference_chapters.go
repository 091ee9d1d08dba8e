package luabind

import (
	"fmt"
	"slices"
	"strings"
)

// A chapter of the reference page: what is listed, in this order.
type chapter struct {
	title, intro string
	names        []string // of functions, classes and aliases
}

const (
	chapterKeys     = "Keys"
	chapterActions  = "Actions"
	chapterFeatures = "Kernel features"
	chapterMore     = "More of odp"
)

// odpChapters put module odp in an order for somebody who reads from the top.
// What is not listed comes at the end.
var odpChapters = []chapter{
	{
		title: "Datapaths",
		intro: "A datapath is a switch in the kernel. Everything else belongs to one.",
		names: []string{"odp.create_datapath", "odp.datapath", "odp.datapaths", "odp.Datapath", "odp.DatapathName"},
	},
	{
		title: "Ports",
		intro: "Ports are added with dp:add_vport and found with dp:vport.",
		names: []string{"odp.Vport", "odp.VportName"},
	},
	{
		title: "Flows",
		intro: "A flow says what becomes of the packets that its match takes: dp:put_flow.",
		names: []string{"odp.Flow", "odp.Flows", "odp.filter", "odp.Filter", "odp.Batch", "odp.parse_flow", "odp.from_options", "odp.join_options"},
	},
	{
		title: "Matches",
		intro: "A match says which packets a flow takes, and a key what one packet looks like. Both are read by the names of the [keys](#keys).",
		names: []string{"odp.MatchLike", "odp.MatchText", "odp.match", "odp.literal_match", "odp.Match", "odp.key", "odp.Key", "odp.KeyFields"},
	},
	{
		title: chapterKeys,
		intro: "What flows match. In a table a key is a value, a table of its fields, or text as it stands in the parentheses: " +
			"`{ in_port = 1, ipv4 = { dst = \"10.0.0.0/8\", ttl = 64 } }`. A mask follows the value after a slash, in text: `\"0x1/0xf\"`. " +
			"Numbers are plain numbers, whatever their order of bytes in a packet. What the kernel demands beside a key, such as the " +
			"eth_type of ipv4, functions that take a match fill in.",
	},
	{
		title: chapterActions,
		intro: "What a flow does with its packets, in order. Each action has a function that makes it of a table; the text beside it means the same.",
		names: []string{"odp.ActionsLike", "odp.actions", "odp.Actions"},
	},
	{
		title: "Packets without a flow",
		intro: "What no flow matches, and what a userspace action sends, goes to the handlers of dp:on_miss and dp:on_action.",
		names: []string{"odp.Packet", "odp.Handle"},
	},
	{
		title: "Meters",
		intro: "Meters limit rates: dp:add_meter makes one, and the action meter sends packets through it.",
		names: []string{"odp.Meter"},
	},
	{
		title: "Connection tracking",
		intro: "The connections that the kernel knows of by the action ct, or as netfilter tracks them.",
		names: []string{
			"odp.conntrack", "odp.Connection", "odp.Connections", "odp.on_conntrack", "odp.flush_conntrack", "odp.conntrack_stats",
			"odp.ConntrackStats", "odp.conntrack_table", "odp.set_ct_limit", "odp.ct_limit", "odp.ct_limits", "odp.delete_ct_limit",
		},
	},
	{
		title: "Samples",
		intro: "Copies of packets that the action psample, traffic control or a device hands out.",
		names: []string{"odp.on_psample", "odp.Sample", "odp.on_psample_group", "odp.psample_groups"},
	},
	{
		title: "Events",
		intro: "What any program changes in the kernel. See also dp:on_vport and dp:on_flow.",
		names: []string{"odp.on_datapath", "odp.on_vport", "odp.Event", "odp.Subscription"},
	},
	{
		title: "The event loop and tasks",
		intro: "Handlers, timers and tasks run while the script is in a function that waits.",
		names: []string{"odp.run", "odp.stop", "odp.after", "odp.every", "odp.Timer", "odp.sleep", "odp.wait", "odp.time", "odp.spawn", "odp.Task", "odp.timeout", "odp.defer", "odp.jobs", "odp.Job",
			"odp.on_signal", "odp.SignalHandler", "odp.SignalName", "odp.input", "odp.Input"},
	},
	{
		title: "Between tasks and workers",
		intro: "The workers of dp:on_miss and dp:on_action are Lua states of their own, which share nothing but what is made for that.",
		names: []string{"odp.channel", "odp.Channel", "odp.Listener", "odp.shared", "odp.Shared"},
	},
	{
		title: "Values",
		intro: "Fields are numbers and text, such as \"10.0.0.1\", that compare with ==. To calculate with addresses and large numbers, make " +
			"values of them: they are accepted wherever their text is, and equal ones are the same object, so that they serve as keys of tables.",
		names: []string{
			"odp.u64", "odp.U64", "odp.u128", "odp.U128", "odp.mac", "odp.MAC", "odp.ip", "odp.IP", "odp.prefix", "odp.Prefix", "odp.ufid", "odp.UFID",
		},
	},
	{
		title: "Looking at values and names",
		intro: "For scripts that show what they have, and for tools that read names from people.",
		names: []string{"odp.help", "odp.apropos", "odp.format", "odp.text_width", "odp.fields", "odp.names", "odp.near_names", "odp.FileName", "odp.ModuleName"},
	},
	{
		title: chapterFeatures,
		intro: "A request that needs what the kernel lacks fails with an error that says so.",
		names: []string{"odp.features", "odp.feature", "odp.Feature", "odp.FeatureName"},
	},
	{
		title: "Errors",
		intro: "What is raised is an object. Read its errno rather than its text, which is for people.",
		names: []string{"odp.Error"},
	},
}

// chapterAnchor is the anchor that a heading has by itself.
func chapterAnchor(title string) string {
	return strings.ReplaceAll(strings.ToLower(title), " ", "-")
}

// A filledChapter is a chapter with what it lists.
type filledChapter struct {
	chapter
	topics []*topic
}

// chapters distributes everything of the modules: first odp, as odpChapters has
// it, then a chapter for each of the others.
func (d *docs) chapters() ([]filledChapter, error) {
	placed := map[*topic]bool{}
	var list []filledChapter
	for _, c := range odpChapters {
		f := filledChapter{chapter: c}
		for _, name := range c.names {
			found := d.find(name)
			if len(found) == 0 {
				return nil, fmt.Errorf("chapter %s of the reference lists %s, which is no longer there", c.title, name)
			}
			f.topics, placed[found[0]] = append(f.topics, found[0]), true
		}
		if c.title == chapterActions {
			for _, t := range d.topics {
				if t.fn != nil && t.fn.action != nil {
					f.topics, placed[t] = append(f.topics, t), true
				}
			}
		}
		list = append(list, f)
	}
	for _, m := range d.modules {
		f := filledChapter{chapter: chapter{title: "Module " + m.Name}}
		if m.Name == "odp" {
			f.title = chapterMore
		}
		for _, t := range d.topics {
			if d.moduleOf(t) == m && !placed[t] && (t.class != nil || t.fn != nil && !t.fn.method || d.isAlias(t)) {
				f.topics, placed[t] = append(f.topics, t), true
			}
		}
		if m.Name != "odp" || len(f.topics) > 0 {
			list = append(list, f)
		}
	}
	return list, nil
}

// isAlias reports whether a topic is one of the aliases.
func (d *docs) isAlias(t *topic) bool {
	return t.param != nil && slices.ContainsFunc(aliases, func(a Param) bool { return a.Name == t.name })
}

// moduleOf returns the module that a topic is of.
func (d *docs) moduleOf(t *topic) *Module {
	name, _, _ := strings.Cut(t.name, ".")
	for _, m := range d.modules {
		if m.Name == name {
			return m
		}
	}
	return nil
}
