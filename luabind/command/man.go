package command

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
)

// writeMan writes a manual page for the program and for each verb.
func (p *Program) writeMan(args []string) int {
	if len(args) != 1 || strings.HasPrefix(args[0], "-") {
		return usageError("man takes the DIR that the pages are written to")
	}
	t, err := p.newTree("")
	if err != nil {
		return p.report(err)
	}
	if err := os.MkdirAll(args[0], 0o755); err != nil {
		return p.report(err)
	}
	write := func(c *cobra.Command, text string) error {
		name := strings.ReplaceAll(c.CommandPath(), " ", "-") + ".1"
		return os.WriteFile(filepath.Join(args[0], name), []byte(text), 0o644)
	}
	err = write(t.root, t.manOfAll())
	var all func(*cobra.Command)
	all = func(c *cobra.Command) {
		for _, sub := range c.Commands() {
			if t.of[sub] != nil && !sub.Hidden && err == nil {
				err = write(sub, t.manPage(sub))
				all(sub)
			}
		}
	}
	all(t.root)
	return p.report(err)
}

// roff escapes text for a manual page.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text)
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}

func manHead(b *strings.Builder, name, summary string) {
	fmt.Fprintf(b, ".TH \"%s\" 1 \"\" \"odp %s\" \"odp\"\n.SH NAME\n%s \\- %s\n", strings.ToUpper(roff(name)), roff(Version()), roff(name), roff(summary))
}

// manPage is the page of a verb.
func (t *tree) manPage(c *cobra.Command) string {
	v := t.of[c]
	var b strings.Builder
	manHead(&b, strings.ReplaceAll(c.CommandPath(), " ", "-"), strings.TrimSuffix(v.Summary, "."))
	b.WriteString(".SH SYNOPSIS\n")
	for _, u := range t.usages(c) {
		fmt.Fprintf(&b, ".B %s\n.br\n", roff(u))
	}
	if v.Details != "" {
		b.WriteString(".SH DESCRIPTION\n" + manText(v.Details))
	}
	t.helpParts(&b, c, func(title string, rows [][2]string) {
		fmt.Fprintf(&b, ".SH %s\n", strings.ToUpper(title))
		for _, r := range rows {
			if r[1] == "" {
				fmt.Fprintf(&b, ".nf\n%s\n.fi\n", roff(r[0]))
				continue
			}
			fmt.Fprintf(&b, ".TP\n.B %s\n%s\n", roff(strings.TrimSpace(r[0])), roff(r[1]))
		}
	})
	parent := c.Parent()
	fmt.Fprintf(&b, ".SH SEE ALSO\n.BR %s (1)\n", roff(strings.ReplaceAll(parent.CommandPath(), " ", "-")))
	return b.String()
}

// manText writes paragraphs, of which indented lines stay as they are.
func manText(text string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		if strings.HasPrefix(part, " ") {
			fmt.Fprintf(&b, ".PP\n.nf\n%s\n.fi\n", roff(part))
		} else {
			fmt.Fprintf(&b, ".PP\n%s\n", roff(part))
		}
	}
	return b.String()
}

// manOfAll is the page of the program.
func (t *tree) manOfAll() string {
	var b strings.Builder
	manHead(&b, "odp", "the Open vSwitch datapaths of the Linux kernel, and Lua for them")
	b.WriteString(".SH SYNOPSIS\n.B odp VERB\n.RI [ ARG ...]\n.br\n.B odp\n.IR SCRIPT \" [\" ARG ...]\n.SH VERBS\n")
	for _, r := range t.listOf(t.verbs) {
		fmt.Fprintf(&b, ".TP\n.BR odp\\-%s (1)\n%s\n", roff(r[0]), roff(r[1]))
	}
	b.WriteString(".SH SCRIPTS\n")
	for _, bi := range t.p.builtins() {
		fmt.Fprintf(&b, ".TP\n.B %s\n%s\n", roff(strings.TrimSpace("odp "+bi.usage)), roff(bi.doc))
	}
	return b.String()
}
