package luatest

import "time"

// A Status is how a case or a file has ended.
type Status string

// The statuses. A file has failed if any of its cases has, was skipped if all of
// them were, and has passed otherwise.
const (
	Passed  Status = "pass"
	Failed  Status = "fail"
	Skipped Status = "skip"
	// NotRun is that of a file that was not run, as it is for other kernels, has no
	// case that was asked for, or came behind the first failure under --fail-fast.
	NotRun Status = "not run"
)

// A Case is the result of one case.
type Case struct {
	Name    string  `json:"name"`
	Status  Status  `json:"status"`
	Message string  `json:"message,omitempty"` // what failed, or why it was skipped; may be several lines
	Line    string  `json:"line,omitempty"`    // where it failed, as file:line
	Trace   string  `json:"trace,omitempty"`   // the calls that led there, innermost first, one a line
	Seconds float64 `json:"seconds"`
}

// A Result is the result of one file on one kernel.
type Result struct {
	File   string `json:"file"`
	Kernel string `json:"kernel,omitempty"` // empty for the running one
	Status Status `json:"status"`
	Reason string `json:"reason,omitempty"` // why it was not run
	Cases  []Case `json:"cases"`
	// Output is what the script and its children printed on standard output and
	// standard error. Of very much, the middle is left out, and that is said there.
	Output  string  `json:"output,omitempty"`
	Seconds float64 `json:"seconds"`
}

// settle sets the status from those of the cases.
func (r *Result) settle(noSkip bool) {
	counts := map[Status]int{}
	for i := range r.Cases {
		c := &r.Cases[i]
		if c.Status == Skipped && noSkip {
			c.Status, c.Message = Failed, "skipped, in spite of --no-skip: "+c.Message
		}
		counts[c.Status]++
	}
	switch {
	case len(r.Cases) == 0:
		r.Status = NotRun
	case counts[Failed] > 0:
		r.Status = Failed
	case counts[Skipped] == len(r.Cases):
		r.Status = Skipped
	default:
		r.Status = Passed
	}
}

// Counts say how many have ended how.
type Counts struct {
	Passed  int `json:"passed"`
	Failed  int `json:"failed"`
	Skipped int `json:"skipped"`
}

func (c *Counts) add(s Status) {
	switch s {
	case Passed:
		c.Passed++
	case Failed:
		c.Failed++
	case Skipped:
		c.Skipped++
	}
}

func (c Counts) total() int { return c.Passed + c.Failed + c.Skipped }

// A Summary is about everything that was run. A file that is run on several
// kernels counts once for each.
type Summary struct {
	Files   Counts  `json:"files"`
	Cases   Counts  `json:"cases"`
	NotRun  int     `json:"not_run"` // files
	Seconds float64 `json:"seconds"`
	Seed    uint64  `json:"seed,omitempty"` // of --shuffle
	// Interrupted says that a signal ended the run.
	Interrupted bool `json:"interrupted,omitempty"`
}

func (s *Summary) add(r *Result) {
	if r.Status == NotRun {
		s.NotRun++
		return
	}
	s.Files.add(r.Status)
	for _, c := range r.Cases {
		s.Cases.add(c.Status)
	}
}

// An Event is a line of the format json. Its kind tells which of the fields is set.
type Event struct {
	Event   string   `json:"event"` // "start", "result" or "summary"
	Start   *Start   `json:"start,omitempty"`
	Result  *Result  `json:"result,omitempty"`
	Summary *Summary `json:"summary,omitempty"`
}

// A Start tells that a file begins to run.
type Start struct {
	File   string `json:"file"`
	Kernel string `json:"kernel,omitempty"`
}

func seconds(d time.Duration) float64 { return d.Round(time.Microsecond).Seconds() }
