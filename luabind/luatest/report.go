package luatest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
)

// Formats of reports.
const (
	formatHuman = "human"
	formatTAP   = "tap"
	formatJUnit = "junit"
	formatJSON  = "json"
)

// A reporter writes results in one format. The first error of its writer is seen
// by whoever flushes that.
type reporter interface {
	plan(files int) // before all others
	start(*Start)
	result(*Result)
	summary(*Summary) // after all others
}

// newReporter returns nil for a format that there is not.
func newReporter(format string, w io.Writer, o *options) reporter {
	switch format {
	case formatHuman:
		return &humanReport{w: w, verbose: o.verbose}
	case formatTAP:
		return &tapReport{w: w}
	case formatJUnit:
		return &junitReport{w: w}
	case formatJSON:
		return &jsonReport{w: w}
	}
	return nil
}

// A report is where the results go: to standard output, and to a file if one was
// asked for.
type report struct {
	reporters []reporter
	writers   []*bufio.Writer
	file      *os.File
	err       error
}

func openReport(o *options, stdout io.Writer) (*report, error) {
	r := &report{}
	add := func(format string, w io.Writer) {
		buf := bufio.NewWriter(w)
		r.writers = append(r.writers, buf)
		r.reporters = append(r.reporters, newReporter(format, buf, o))
	}
	if o.output == "" {
		add(o.format, stdout)
		return r, nil
	}
	var err error
	if r.file, err = os.Create(o.output); err != nil {
		return nil, err
	}
	add(o.format, r.file)
	add(formatHuman, stdout)
	return r, nil
}

// each has every reporter write something, which is to be seen at once.
func (r *report) each(fn func(reporter)) {
	for i, rep := range r.reporters {
		fn(rep)
		if err := r.writers[i].Flush(); err != nil && r.err == nil {
			r.err = err
		}
	}
}

func (r *report) plan(files int)     { r.each(func(rep reporter) { rep.plan(files) }) }
func (r *report) start(s *Start)     { r.each(func(rep reporter) { rep.start(s) }) }
func (r *report) result(res *Result) { r.each(func(rep reporter) { rep.result(res) }) }
func (r *report) summary(s *Summary) { r.each(func(rep reporter) { rep.summary(s) }) }

// close returns the first error of all writing.
func (r *report) close() error {
	if r.file != nil {
		if err := r.file.Close(); err != nil && r.err == nil {
			r.err = err
		}
	}
	return r.err
}

// jsonReport writes an [Event] a line.
type jsonReport struct{ w io.Writer }

func (j *jsonReport) write(e Event) {
	enc := json.NewEncoder(j.w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(e) // the writer keeps its error
}

func (j *jsonReport) plan(int)           {}
func (j *jsonReport) start(s *Start)     { j.write(Event{Event: "start", Start: s}) }
func (j *jsonReport) result(r *Result)   { j.write(Event{Event: "result", Result: r}) }
func (j *jsonReport) summary(s *Summary) { j.write(Event{Event: "summary", Summary: s}) }

// title names a file of a result, with its kernel.
func title(file, kernel string) string {
	if kernel == "" {
		return file
	}
	return file + " [" + kernel + "]"
}

// indent puts a prefix before each line of a text.
func indent(text, prefix string) string {
	text = strings.TrimRight(text, "\n")
	return prefix + strings.ReplaceAll(text, "\n", "\n"+prefix)
}

// printable shows control characters other than tabs and the ends of lines, and
// what is no UTF-8, as \xNN.
func printable(text string) string {
	var b strings.Builder
	for i, r := range text {
		switch {
		case r == '�' && !strings.HasPrefix(text[i:], "�"):
			fmt.Fprintf(&b, `\x%02x`, text[i])
		case r < ' ' && r != '\n' && r != '\t' || r == 0x7f:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r == 0xfffe || r == 0xffff: // no characters, and not allowed in XML
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// detail is all that is known of a case that failed.
func (c *Case) detail() string {
	text := strings.TrimRight(c.Message, "\n")
	if c.Trace != "" {
		text += "\nstack traceback:\n" + indent(c.Trace, "\t")
	}
	return text
}
