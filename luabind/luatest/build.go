package luatest

import (
	"path/filepath"
	"strings"
)

// A resultBuilder makes the result of a file from its records, in their order.
type resultBuilder struct {
	file    File
	cases   []Case
	open    string // the case that has begun and not ended
	named   bool   // the script has cases, be they selected or not
	skip    *record
	exit    *record
	timeout *record
	script  *record
	verdict string
	other   []string // troubles and what was left behind
}

func (b *resultBuilder) trouble(text string) { b.other = append(b.other, text) }

func (b *resultBuilder) add(r record) {
	switch r.Type {
	case "start":
		b.named, b.open = true, r.Name
	case "end":
		b.open = ""
		if r.Verdict != "" {
			b.verdict = r.Verdict
		}
		b.cases = append(b.cases, Case{Name: r.Name, Status: r.Status, Message: r.Message, Line: r.Line, Trace: r.Trace, Seconds: r.Seconds})
	case "unselected":
		b.named = true
	case "skip":
		b.skip = &r
	case "script":
		b.script = &r
	case "exit":
		b.exit = &r
	case "timeout":
		b.timeout = &r
	case "left":
		b.trouble("left behind: " + r.Message)
	case "trouble":
		b.trouble(r.Message)
	}
}

// result is that of everything added, for a script that took so many seconds. Its
// status and output are not set.
func (b *resultBuilder) result(seconds float64) *Result {
	problems := b.ending()
	cases := b.cases
	if b.open != "" {
		// Whatever ended the script did it in this case.
		if len(problems) == 0 {
			problems = []string{"the script ended within the case"}
		}
		cases = append(cases, Case{Name: b.open, Status: Failed, Message: strings.Join(problems, "\n")})
		problems = nil
	}
	problems = append(problems, b.other...)
	if b.exit == nil && b.timeout == nil && len(problems) == 0 && b.open == "" {
		problems = []string{"the test ended without a word of its script"}
	}
	whole := Case{Name: filepath.Base(b.file.Path), Status: Passed}
	switch {
	case len(problems) > 0:
		whole.Status, whole.Message = Failed, strings.Join(problems, "\n")
	case b.skip != nil:
		whole.Status, whole.Message = Skipped, b.skip.Message
	}
	if !b.named {
		whole.Seconds = seconds
	}
	if !b.named || whole.Status != Passed {
		cases = append(cases, whole)
	}
	res := &Result{File: b.file.Path, Cases: cases, Seconds: seconds}
	if len(cases) == 0 {
		res.Reason, res.Cases = "it has no case that --run selects", []Case{}
	}
	return res
}

// ending says what was wrong with the end of the script, other than that cases
// failed.
func (b *resultBuilder) ending() (problems []string) {
	if b.timeout != nil {
		problems = append(problems, b.timeout.Message)
	}
	byCases := b.script != nil && b.verdict != "" && b.script.Message == b.verdict
	if b.script != nil && !byCases {
		problems = append(problems, b.script.Message)
	} else if b.exit != nil && b.exit.Message != "" && !byCases {
		problems = append(problems, b.exit.Message)
	}
	return problems
}
