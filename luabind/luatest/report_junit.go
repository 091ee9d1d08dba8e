package luatest

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// junitReport writes the XML of JUnit, as build servers read it: a suite for each
// file and kernel. It writes when all is over.
type junitReport struct {
	w      io.Writer
	suites []junitSuite
}

type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Skipped  int          `xml:"skipped,attr"`
	Time     string       `xml:"time,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name       string           `xml:"name,attr"`
	Tests      int              `xml:"tests,attr"`
	Failures   int              `xml:"failures,attr"`
	Errors     int              `xml:"errors,attr"`
	Skipped    int              `xml:"skipped,attr"`
	Time       string           `xml:"time,attr"`
	File       string           `xml:"file,attr"`
	Properties *junitProperties `xml:"properties"`
	Cases      []junitCase      `xml:"testcase"`
	Output     string           `xml:"system-out,omitempty"`
}

type junitProperties struct {
	List []junitProperty `xml:"property"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	Time    string        `xml:"time,attr"`
	Failure *junitFailure `xml:"failure"`
	Skipped *junitSkipped `xml:"skipped"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

type junitSkipped struct {
	Message string `xml:"message,attr"`
}

func (j *junitReport) plan(int)     {}
func (j *junitReport) start(*Start) {}

func (j *junitReport) result(r *Result) {
	name := title(r.File, r.Kernel)
	s := junitSuite{Name: printable(name), File: printable(r.File), Time: junitTime(r.Seconds), Output: printable(r.Output)}
	if r.Kernel != "" {
		s.Properties = &junitProperties{[]junitProperty{{"kernel", r.Kernel}}}
	}
	cases := r.Cases
	if r.Status == NotRun {
		cases = []Case{{Name: name, Status: Skipped, Message: "not run: " + r.Reason}}
	}
	class := strings.ReplaceAll(strings.TrimSuffix(r.File, ".lua"), "/", ".")
	if r.Kernel != "" {
		class = strings.ReplaceAll(r.Kernel, ".", "_") + "." + class
	}
	for i := range cases {
		c := &cases[i]
		out := junitCase{Name: printable(c.Name), Class: printable(class), Time: junitTime(c.Seconds)}
		switch c.Status {
		case Failed:
			first, _, _ := strings.Cut(c.Message, "\n")
			out.Failure = &junitFailure{Message: printable(first), Type: "failure", Text: printable(c.detail())}
			s.Failures++
		case Skipped:
			out.Skipped = &junitSkipped{printable(c.Message)}
			s.Skipped++
		}
		s.Tests++
		s.Cases = append(s.Cases, out)
	}
	j.suites = append(j.suites, s)
}

func (j *junitReport) summary(sum *Summary) {
	all := junitSuites{Name: "odp test", Time: junitTime(sum.Seconds), Suites: j.suites}
	for _, s := range j.suites {
		all.Tests += s.Tests
		all.Failures += s.Failures
		all.Skipped += s.Skipped
	}
	text, err := xml.MarshalIndent(all, "", "  ")
	if err != nil {
		panic(err) // these types can be written
	}
	fmt.Fprintf(j.w, "%s%s\n", xml.Header, text)
}

func junitTime(seconds float64) string { return fmt.Sprintf("%.3f", seconds) }
