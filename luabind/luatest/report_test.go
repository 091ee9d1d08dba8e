package luatest

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the reports in testdata")

// results are one of each kind.
var results = []*Result{
	{File: "tests/plain_test.lua", Status: Passed, Seconds: 0.25, Output: "it says\n",
		Cases: []Case{{Name: "plain_test.lua", Status: Passed, Seconds: 0.25}}},
	{File: "tests/mixed_test.lua", Kernel: "6.12", Status: Failed, Seconds: 1.5,
		Output: "<&> \x1b[1mbold\x00 \xff ]]>\nsecond line\n",
		Cases: []Case{
			{Name: "adds a flow", Status: Passed, Seconds: 0.5},
			{Name: "deletes # \\ it", Status: Failed, Seconds: 0.75, Line: "tests/mixed_test.lua:12",
				Message: "tests/mixed_test.lua:12: got \"a\", want \"b\"\n  > t.eq(x, \"b\")",
				Trace:   "tests/mixed_test.lua:12: in function check\ntests/mixed_test.lua:20: in function defined at line 18"},
			{Name: "counts", Status: Skipped, Message: "no # counters"},
			{Name: "mixed_test.lua", Status: Failed, Message: "left behind: datapath dp0"},
		}},
	{File: "tests/hang_test.lua", Status: Failed, Seconds: 120, Output: " begins with a space",
		Cases: []Case{{Name: "hang_test.lua", Status: Failed, Message: "not done after 2m0s, killed", Seconds: 120}}},
	{File: "tests/skip_test.lua", Kernel: "6.1", Status: Skipped,
		Cases: []Case{{Name: "skip_test.lua", Status: Skipped, Message: "the kernel lacks drop"}}},
	{File: "tests/smp_test.lua", Kernel: "6.1", Status: NotRun, Reason: "it is for smp", Cases: []Case{}},
}

// render writes the results in a format.
func render(t *testing.T, format string, verbose bool) string {
	t.Helper()
	var b bytes.Buffer
	rep := newReporter(format, &b, &options{verbose: verbose})
	rep.plan(len(results))
	sum := &Summary{Seconds: 122.25, Seed: 7}
	for _, r := range results {
		rep.start(&Start{File: r.File, Kernel: r.Kernel})
		sum.add(r)
		rep.result(r)
	}
	rep.summary(sum)
	return b.String()
}

// TestReports compares with the files in testdata, which -update writes.
func TestReports(t *testing.T) {
	for _, tt := range []struct {
		format, file string
		verbose      bool
	}{{formatHuman, "human.txt", false}, {formatHuman, "verbose.txt", true}, {formatTAP, "report.tap", false},
		{formatJUnit, "report.xml", false}, {formatJSON, "report.jsonl", false}} {
		got := render(t, tt.format, tt.verbose)
		file := filepath.Join("testdata", tt.file)
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.file, diff)
		}
	}
}

// TestJUnitCounts reads the XML back and compares what it says of itself with what
// is in it.
func TestJUnitCounts(t *testing.T) {
	text := render(t, formatJUnit, false)
	var doc junitSuites
	if err := xml.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if len(doc.Suites) != len(results) {
		t.Errorf("%d suites of %d files", len(doc.Suites), len(results))
	}
	type counts struct{ tests, failures, skipped int }
	all := counts{}
	for _, s := range doc.Suites {
		n := counts{}
		for _, c := range s.Cases {
			n.tests++
			if c.Failure != nil {
				n.failures++
			}
			if c.Skipped != nil {
				n.skipped++
			}
		}
		if said := (counts{s.Tests, s.Failures, s.Skipped}); said != n {
			t.Errorf("%s says %+v, has %+v", s.Name, said, n)
		}
		all.tests, all.failures, all.skipped = all.tests+n.tests, all.failures+n.failures, all.skipped+n.skipped
	}
	if said := (counts{doc.Tests, doc.Failures, doc.Skipped}); said != all || all != (counts{8, 3, 3}) {
		t.Errorf("the whole says %+v, has %+v", said, all)
	}
	if got := doc.Suites[1].Output; got != "<&> \\x1b[1mbold\\x00 \\xff ]]>\nsecond line\n" {
		t.Errorf("output %q", got)
	}
}

// checkTAP reads a TAP stream by the rules of its version 14 and returns the test
// points of the outermost level.
func checkTAP(text string) (points []string, err error) {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if lines[0] != "TAP version 14" {
		return nil, fmt.Errorf("it begins with %q", lines[0])
	}
	point := regexp.MustCompile(`^(not )?ok (\d+) - (.*)$`)
	plan := regexp.MustCompile(`^1\.\.(\d+)$`)
	var level func(prefix string, at int) (points []string, next int, err error)
	level = func(prefix string, at int) ([]string, int, error) {
		var points []string
		planned := -1
		for at < len(lines) {
			line, ok := strings.CutPrefix(lines[at], prefix)
			if !ok {
				break
			}
			at++
			switch {
			case point.MatchString(line):
				m := point.FindStringSubmatch(line)
				if n, _ := strconv.Atoi(m[2]); n != len(points)+1 {
					return nil, 0, fmt.Errorf("line %d: number %d behind %d points", at, n, len(points))
				}
				points = append(points, line)
				if at < len(lines) && lines[at] == prefix+"  ---" { // a YAML block
					for at++; at < len(lines) && lines[at] != prefix+"  ..."; at++ {
						if !strings.HasPrefix(lines[at], prefix+"  ") {
							return nil, 0, fmt.Errorf("line %d: %q within a block", at+1, lines[at])
						}
					}
					at++
				}
			case plan.MatchString(line):
				planned, _ = strconv.Atoi(plan.FindStringSubmatch(line)[1])
			case strings.HasPrefix(line, "# Subtest: "):
				if _, at, err = level(prefix+"    ", at); err != nil {
					return nil, 0, err
				}
			default:
				return nil, 0, fmt.Errorf("line %d: %q", at, line)
			}
		}
		if planned != len(points) {
			return nil, 0, fmt.Errorf("%d points up to line %d, planned were %d", len(points), at, planned)
		}
		return points, at, nil
	}
	points, next, err := level("", 1)
	if err == nil && next != len(lines) {
		err = fmt.Errorf("line %d is indented too far: %q", next+1, lines[next])
	}
	return points, err
}

func TestTAP(t *testing.T) {
	points, err := checkTAP(render(t, formatTAP, false))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"ok 1 - tests/plain_test.lua",
		"not ok 2 - tests/mixed_test.lua [6.12]",
		"not ok 3 - tests/hang_test.lua",
		"ok 4 - tests/skip_test.lua [6.1] # SKIP the kernel lacks drop",
		"ok 5 - tests/smp_test.lua [6.1] # SKIP not run: it is for smp",
	}
	if diff := cmp.Diff(want, points); diff != "" {
		t.Errorf("points (-want +got):\n%s", diff)
	}
}

func TestJSONReadsBack(t *testing.T) {
	dec := json.NewDecoder(strings.NewReader(render(t, formatJSON, false)))
	var got []*Result
	var sum *Summary
	for {
		var e Event
		if err := dec.Decode(&e); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if e.Result != nil {
			got = append(got, e.Result)
		}
		sum = e.Summary
	}
	// JSON has no bytes that are no UTF-8; what is printed may.
	want := *results[1]
	want.Output = strings.ToValidUTF8(want.Output, "�")
	if diff := cmp.Diff([]*Result{results[0], &want, results[2], results[3], results[4]}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(&Summary{Files: Counts{1, 2, 1}, Cases: Counts{2, 3, 2}, NotRun: 1, Seconds: 122.25, Seed: 7}, sum); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
}
