package luatest

import (
	"fmt"
	"io"
	"strings"
)

// humanReport shows failures in full, and of the rest how many there were.
type humanReport struct {
	w       io.Writer
	verbose bool
}

func (h *humanReport) plan(int)     {}
func (h *humanReport) start(*Start) {}

func (h *humanReport) result(r *Result) {
	name := title(r.File, r.Kernel)
	switch {
	case r.Status == NotRun:
		fmt.Fprintf(h.w, "not run  %s: %s\n", name, r.Reason)
		return
	case r.Status == Failed:
		fmt.Fprintf(h.w, "FAILED   %s (%.2f s)\n", name, r.Seconds)
	case h.verbose:
		fmt.Fprintf(h.w, "%-8s %s (%.2f s)\n", map[Status]string{Passed: "passed", Skipped: "skipped"}[r.Status], name, r.Seconds)
	}
	for i := range r.Cases {
		c := &r.Cases[i]
		switch {
		case c.Status == Failed:
			fmt.Fprintf(h.w, "  FAILED   %s\n%s\n", c.Name, indent(printable(c.detail()), "    "))
		case c.Status == Skipped && (h.verbose || r.Status == Failed):
			fmt.Fprintf(h.w, "  skipped  %s: %s\n", c.Name, c.Message)
		case c.Status == Skipped:
			fmt.Fprintf(h.w, "skipped  %s: %s: %s\n", name, c.Name, c.Message)
		case h.verbose:
			fmt.Fprintf(h.w, "  passed   %s (%.2f s)\n", c.Name, c.Seconds)
		}
	}
	if r.Output != "" && (r.Status == Failed || h.verbose) {
		fmt.Fprintf(h.w, "  it printed:\n%s\n", indent(printable(r.Output), "  | "))
	}
}

func (h *humanReport) summary(s *Summary) {
	parts := []string{fmt.Sprintf("%d passed", s.Cases.Passed)}
	for _, p := range []struct {
		n    int
		what string
	}{{s.Cases.Failed, "failed"}, {s.Cases.Skipped, "skipped"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.what))
		}
	}
	line := fmt.Sprintf("%s in %s: %s", counted(s.Cases.total(), "case"), counted(s.Files.total(), "file"), strings.Join(parts, ", "))
	if s.NotRun > 0 {
		line += "; " + counted(s.NotRun, "file") + " not run"
	}
	line += fmt.Sprintf("; %.1f s", s.Seconds)
	if s.Seed != 0 {
		line += fmt.Sprintf("; --shuffle=%d", s.Seed)
	}
	if s.Interrupted {
		line += "; interrupted"
	}
	fmt.Fprintln(h.w, line)
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
