package luatest

import (
	"fmt"
	"io"
	"strings"
)

// tapReport writes version 14 of the Test Anything Protocol: a test point for
// each file, with a subtest of its cases.
type tapReport struct {
	w     io.Writer
	files int
}

func (t *tapReport) plan(files int) {
	fmt.Fprintf(t.w, "TAP version 14\n1..%d\n", files)
}

func (t *tapReport) start(*Start) {}

func (t *tapReport) result(r *Result) {
	t.files++
	name := title(r.File, r.Kernel)
	switch {
	case r.Status == NotRun:
		fmt.Fprintf(t.w, "ok %d - %s # SKIP not run: %s\n", t.files, tapText(name), tapText(r.Reason))
		return
	case len(r.Cases) == 1: // it stands for the file
		t.point("", t.files, name, &r.Cases[0], r.Output)
		return
	}
	fmt.Fprintf(t.w, "# Subtest: %s\n", tapText(name))
	for i := range r.Cases {
		t.point("    ", i+1, r.Cases[i].Name, &r.Cases[i], "")
	}
	fmt.Fprintf(t.w, "    1..%d\n", len(r.Cases))
	t.point("", t.files, name, &Case{Status: r.Status, Seconds: r.Seconds}, r.Output)
}

// point writes one test point, and of a failed one what is known about it.
func (t *tapReport) point(prefix string, number int, name string, c *Case, output string) {
	ok, directive := "ok", ""
	switch c.Status {
	case Failed:
		ok = "not ok"
	case Skipped:
		directive = " # SKIP " + tapText(c.Message)
	}
	fmt.Fprintf(t.w, "%s%s %d - %s%s\n", prefix, ok, number, tapText(name), directive)
	if c.Status != Failed {
		return
	}
	fmt.Fprintf(t.w, "%s  ---\n", prefix)
	for _, f := range []struct{ key, text string }{{"message", c.Message}, {"at", c.Line}, {"trace", c.Trace}, {"output", output}} {
		if f.text != "" {
			// The 2 says how deep the block is, whatever its first line begins with.
			fmt.Fprintf(t.w, "%s  %s: |2-\n%s\n", prefix, f.key, indent(printable(f.text), prefix+"    "))
		}
	}
	fmt.Fprintf(t.w, "%s  ...\n", prefix)
}

// tapText is text for a description or a reason: one line, in which # does not
// begin a directive.
func tapText(s string) string {
	s = strings.ReplaceAll(printable(s), "\n", " ")
	return strings.NewReplacer(`\`, `\\`, "#", `\#`).Replace(s)
}

func (t *tapReport) summary(s *Summary) {
	if s.Interrupted {
		fmt.Fprintln(t.w, "Bail out! interrupted")
	}
}
