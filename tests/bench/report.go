package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

// row is one comparison, or one figure of ours by itself.
type row struct {
	Part  string // of the benchmark that it is from
	Work  string
	Ours  float64
	Unit  string
	Runs  int
	Peer  string  // empty: compared with nothing
	Their float64 // in the same unit
	// Limit is the highest ratio of ours to theirs that is wanted, or with AtLeast
	// the lowest; 0 for none.
	Limit   float64
	AtLeast bool
	// OwnLimit is the highest figure of ours that is wanted, 0 for none.
	OwnLimit float64
	Note     string
}

func (r row) ratio() float64 {
	if r.Peer == "" || r.Their == 0 {
		return 0
	}
	return r.Ours / r.Their
}

// met reports whether the target is reached; ok is false if there is none.
func (r row) met() (met, ok bool) {
	switch {
	case r.OwnLimit > 0:
		return r.Ours <= r.OwnLimit, true
	case r.Limit > 0 && r.AtLeast:
		return r.ratio() >= r.Limit, true
	case r.Limit > 0:
		return r.ratio() <= r.Limit, true
	}
	return false, false
}

// results are what a guest hands to the host.
type results struct {
	Kernel string // as the kernel names itself
	Name   string // as the sandbox does
	CPUs   int
	Rows   []row
	// Overload is what became of the packets that were sent under overload.
	Overload struct{ Sent, Handled, Dropped, Lost int }
	Checks   []string // what was looked at to see that the work was done
	Failed   []string // what was not as it has to be
}

func readResults(path string) (*results, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the guest left no results: %w", err)
	}
	if err := os.Remove(path); err != nil {
		return nil, err
	}
	var r results
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, err
	}
	return &r, nil
}

func (r *results) write(path string) error {
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o644)
}

// check notes that something was as it has to be, or fails the run.
func (r *results) check(ok bool, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if ok {
		r.Checks = append(r.Checks, text)
	} else {
		r.Failed = append(r.Failed, text)
	}
}

func (r *results) err() error {
	if len(r.Failed) == 0 {
		return nil
	}
	return errors.New("not as it has to be: " + strings.Join(r.Failed, "; "))
}

// report is the whole of RESULTS.md.
type report struct {
	Commit, Machine string
	Quick           bool
	parts           []*results
}

func (r *report) markdown() []byte {
	var b bytes.Buffer
	b.WriteString("# Measurements\n\n")
	fmt.Fprintf(&b, "Written by `go run ./tests/bench` on %s", time.Now().UTC().Format("2006-01-02"))
	if r.Commit != "" {
		fmt.Fprintf(&b, ", of %s", r.Commit)
	}
	fmt.Fprintf(&b, ".\nMachine: %s.\n", r.Machine)
	if r.Quick {
		b.WriteString("\n**A quick run, with counts too small to say anything about speed.**\n")
	}
	b.WriteString(`
Ratios are ours divided by theirs. Both are medians of runs in turns, in one boot of the kernel that is named. Times are of whole
programs, with their start, unless it says otherwise. The bare loops are loops of this benchmark in Go without a library: they
receive a dump and decode nothing, or send messages made beforehand and read what the kernel says of them.
`)
	for _, part := range r.parts {
		fmt.Fprintf(&b, "\n## Linux %s (%s, %d CPU", part.Kernel, part.Name, part.CPUs)
		if part.CPUs != 1 {
			b.WriteString("s")
		}
		b.WriteString(")\n\n| work | ratio | against | wanted | met | ours | theirs | runs | |\n|---|---|---|---|---|---|---|---|---|\n")
		for _, row := range part.Rows {
			row.markdown(&b)
		}
		if len(part.Checks) > 0 {
			b.WriteString("\nLooked at in the same run:\n\n")
			for _, c := range part.Checks {
				fmt.Fprintf(&b, "- %s\n", c)
			}
		}
		for _, f := range part.Failed {
			fmt.Fprintf(&b, "- **not as it has to be**: %s\n", f)
		}
	}
	return b.Bytes()
}

func (r row) markdown(b *bytes.Buffer) {
	ratio, wanted, met, theirs := "", "", "", ""
	if r.Peer != "" {
		ratio, theirs = fmt.Sprintf("%.2f", r.ratio()), figure(r.Their, r.Unit)
	}
	switch {
	case r.OwnLimit > 0:
		wanted = "≤ " + figure(r.OwnLimit, r.Unit)
	case r.Limit > 0 && r.AtLeast:
		wanted = fmt.Sprintf("≥ %.4g", r.Limit)
	case r.Limit > 0:
		wanted = fmt.Sprintf("≤ %.4g", r.Limit)
	}
	if yes, ok := r.met(); ok && yes {
		met = "yes"
	} else if ok {
		met = "**no**"
	}
	runs := ""
	if r.Runs > 0 {
		runs = fmt.Sprint(r.Runs)
	}
	fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %s | %s | %s | %s |\n", r.Work, ratio, r.Peer, wanted, met, figure(r.Ours, r.Unit), theirs, runs, r.Note)
}

// figure writes a value with three digits or what is before the point.
func figure(v float64, unit string) string {
	if unit == "s" && v < 1 {
		v, unit = v*1e3, "ms"
	}
	if unit == "ms" && v < 1 {
		v, unit = v*1e3, "µs"
	}
	digits := 0
	for n := v; n < 100 && n > 0 && digits < 2; n *= 10 {
		digits++
	}
	return fmt.Sprintf("%.*f %s", digits, v, unit)
}

// machine says what the numbers were measured on.
func machine() string {
	name := "unknown processor"
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(text)) {
			if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
				name = strings.TrimSpace(value)
				break
			}
		}
	}
	release := ""
	if text, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		release, _, _ = strings.Cut(strings.TrimSpace(string(text)), "-")
	}
	load := ""
	if text, err := os.ReadFile("/proc/loadavg"); err == nil {
		if fields := strings.Fields(string(text)); len(fields) > 2 {
			load = ", with a load of " + fields[2] + " over the last 15 minutes, of which about 1 is the benchmark"
		}
	}
	return fmt.Sprintf("%s, %d CPUs, Linux %s%s; the kernels below run as programs on it, which makes system calls and process starts several times slower than on bare metal",
		name, runtime.NumCPU(), release, load)
}
