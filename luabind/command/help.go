package command

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/go-odp/odp/luabind"
)

// helpWidth is how wide lines of help are.
const helpWidth = 100

// printHelp prints the help of everything, of a verb, or an entry of the reference.
// A verb comes first, by its full name; what neither is may be a verb's name cut short.
func (p *Program) printHelp(args []string) int {
	source := false
	args = slices.DeleteFunc(slices.Clone(args), func(a string) bool {
		source = source || a == "--source"
		return a == "--source"
	})
	word := ""
	if len(args) > 0 {
		word = args[0]
	}
	t, err := p.newTree(word)
	if err != nil {
		return p.report(err)
	}
	c, rest, err := t.root.Find(args)
	isVerb := len(args) > 0 && err == nil && c != t.root && len(rest) == 0
	switch {
	case source && !isVerb:
		return usageError("help --source needs a VERB, whose script it prints")
	case source:
		return t.printSource(c)
	case len(args) == 0:
		return p.print(t.help(t.root))
	case isVerb && t.hasExactly(word):
		return p.print(t.help(c))
	}
	name := strings.Join(args, " ")
	if name == "topics" {
		name = ""
	}
	text, err := luabind.Help(p.Modules, name)
	if err != nil && isVerb {
		text, err = t.help(c), nil
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "odp: %v\n", err)
		return StatusFailed
	}
	return p.print(text)
}

func (t *tree) printSource(c *cobra.Command) int {
	v := t.of[c]
	if v == nil {
		return usageError("odp %s is no script: it is a part of the program", c.Name())
	}
	code, err := v.code()
	if err != nil {
		return t.p.report(err)
	}
	return t.p.print(code)
}

// help is the help of a verb, or of everything.
func (t *tree) help(c *cobra.Command) string {
	v := t.of[c]
	switch {
	case c == t.root:
		return t.overview()
	case v == nil:
		return t.builtinHelp(c.Name())
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", v.Summary)
	if v.Problem != "" {
		fmt.Fprintf(&b, "It cannot be used: %s\n", v.Problem)
	}
	for _, u := range t.usages(c) {
		fmt.Fprintf(&b, "\n  %s", u)
	}
	b.WriteByte('\n')
	if len(v.Aliases) > 0 {
		fmt.Fprintf(&b, "  Also: %s\n", strings.Join(v.Aliases, ", "))
	}
	if v.Details != "" {
		fmt.Fprintf(&b, "\n%s\n", strings.TrimSpace(v.Details))
	}
	t.helpParts(&b, c, func(title string, rows [][2]string) {
		fmt.Fprintf(&b, "\n%s:\n", title)
		columns(&b, rows)
	})
	return b.String()
}

// helpParts gives what stands in the help of a verb under titles.
func (t *tree) helpParts(b *strings.Builder, c *cobra.Command, part func(title string, rows [][2]string)) {
	v := t.of[c]
	if v.Group {
		part("Verbs", t.listOf(v.Verbs))
	}
	var args [][2]string
	for _, a := range v.Args {
		if a.Doc != "" {
			args = append(args, [2]string{a.Name, a.Doc})
		}
	}
	if len(args) > 0 {
		part("Arguments", args)
	}
	if flags := flagRows(c, c.LocalNonPersistentFlags()); len(flags) > 0 {
		part("Flags", flags)
	}
	if v.Options != "" {
		part("Options of keys"+map[bool]string{true: " and actions"}[v.Options == "flow"], optionRows(v.Options))
	}
	if !v.Raw {
		help := [2]string{"-h, --help", "print this"}
		part("Flags of every verb", append([][2]string{help}, flagRows(c, t.root.PersistentFlags())...))
	}
	if len(v.Examples) > 0 {
		var rows [][2]string
		for _, e := range v.Examples {
			rows = append(rows, [2]string{e, ""})
		}
		part("Examples", rows)
	}
}

// optionRows says which options there are without the hundreds of them.
func optionRows(kind string) [][2]string {
	rows := [][2]string{
		{"--KEY-FIELD VALUE", "match a field of a key, by its path with dashes: --in-port, --eth-src, --ipv4-dst, --tunnel-id, ..."},
		{"--KEY-FIELD VALUE&MASK", "match those bits of it; addresses also as 10.0.0.0/8"},
		{"--no-eth", "match packets without an Ethernet header"},
	}
	if kind == "flow" {
		rows = append(rows, [][2]string{
			{"--set-KEY-FIELD VALUE", "set a field, in the order in which they are given: --set-tunnel-ipv4-dst, ..."},
			{"--output PORT,...", "then send the packet to these ports, by name or number"},
			{"--actions ACTIONS", "in place of both, all actions as Open vSwitch text"},
		}...)
	}
	return append(rows, [2]string{"", "A shell completes them; `odp help keys` lists keys."})
}

// usages are the ways to call a verb.
func (t *tree) usages(c *cobra.Command) []string {
	v := t.of[c]
	if v.Group {
		list := []string{c.CommandPath() + " VERB ..."}
		if v.Default != "" {
			list = append(list, fmt.Sprintf("%s (is %s %s)", c.CommandPath(), c.CommandPath(), v.Default))
		}
		return list
	}
	u := c.CommandPath()
	if v.Raw {
		return []string{u + " ..."}
	}
	flags := len(flagRows(c, c.LocalNonPersistentFlags())) > 0
	if v.Ahead && flags {
		u += " [FLAG...]"
	}
	for _, a := range v.Args {
		name := a.Name
		if a.Rest {
			name += "..."
		}
		if a.Optional {
			name = "[" + name + "]"
		}
		u += " " + name
	}
	if v.Options != "" {
		u += " [OPTION...]"
	}
	if !v.Ahead && flags {
		u += " [FLAG...]"
	}
	return []string{u}
}

// flagRows lists flags with what they do.
func flagRows(c *cobra.Command, set *pflag.FlagSet) (rows [][2]string) {
	set.VisitAll(func(f *pflag.Flag) {
		if _, isOption := f.Value.(*option); isOption || f.Hidden || f.Name == "help" { // which cobra adds when a verb runs
			return
		}
		name := "    --" + f.Name
		if f.Shorthand != "" {
			name = "-" + f.Shorthand + ", --" + f.Name
		}
		value, doc := pflag.UnquoteUsage(f)
		if own, ok := f.Value.(*flagValue); ok {
			value, doc = own.flag.value(), f.Usage
			if own.flag.Default != nil {
				doc += fmt.Sprintf(" (%v if not given)", own.flag.Default)
			}
		}
		switch {
		case value != "" && f.NoOptDefVal != "" && f.Value.Type() != "bool":
			name += "[=" + value + "]"
		case value != "":
			name += " " + value
		}
		rows = append(rows, [2]string{name, doc})
	})
	return rows
}

// listOf lists verbs with what they do.
func (t *tree) listOf(list []*Verb) (rows [][2]string) {
	for _, v := range list {
		switch {
		case v.Hidden:
		case v.Problem != "":
			rows = append(rows, [2]string{v.Name, "cannot be used: " + v.Problem})
		default:
			rows = append(rows, [2]string{v.Name, v.Summary})
		}
	}
	return rows
}

// overview is the help of everything.
func (t *tree) overview() string {
	var b strings.Builder
	b.WriteString("odp: the Open vSwitch datapaths of the Linux kernel, and Lua for them\n\n")
	columns(&b, t.listOf(t.verbs))
	b.WriteString("\nA name can be cut short while it is clear what is meant: odp fl l dp0. odp help VERB tells more.\n\nScripts:\n\n")
	for _, bi := range t.p.builtins() {
		fmt.Fprintf(&b, "  %s\n      %s\n", strings.TrimSpace("odp "+bi.usage), strings.ReplaceAll(bi.doc, "\n", "\n      "))
	}
	b.WriteString("\nModules are looked for beside the script, in the folders of $ODP_PATH (separated by colons), and\n" +
		"in the program. Verbs of your own are Lua files in ~/.config/odp/commands, or in the folder commands\n" +
		"of a folder of $ODP_PATH: see odp help command. $ODP_LOG says what module log writes: debug, info,\n" +
		"warn, error or off, and text or json, as in ODP_LOG=debug,json. Exit status: 0, 1 when a verb or a\n" +
		"script fails, 2 for wrong usage, or what a script gives to os.exit.\n")
	return b.String()
}

func (t *tree) builtinHelp(name string) string {
	for _, bi := range t.p.builtins() {
		if slices.Contains(bi.names, name) {
			return fmt.Sprintf("odp %s\n\n%s\n", bi.usage, bi.doc)
		}
	}
	return ""
}

// columns writes names and what they are beside each other.
func columns(b *strings.Builder, rows [][2]string) {
	const widest = 28
	width := 0
	for _, r := range rows {
		if r[1] != "" && len(r[0]) <= widest {
			width = max(width, len(r[0]))
		}
	}
	for _, r := range rows {
		lines := wrap(r[1], helpWidth-width-4)
		switch {
		case r[1] == "":
			fmt.Fprintf(b, "  %s\n", r[0])
			continue
		case len(r[0]) > width:
			fmt.Fprintf(b, "  %s\n", r[0])
		default:
			fmt.Fprintf(b, "  %-*s  %s\n", width, r[0], lines[0])
			lines = lines[1:]
		}
		for _, line := range lines {
			fmt.Fprintf(b, "  %-*s  %s\n", width, "", line)
		}
	}
}

// wrap breaks a text into lines.
func wrap(text string, width int) (lines []string) {
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}
