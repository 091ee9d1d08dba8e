package luatest

import (
	"encoding/json"
	"fmt"
	"os"
)

// Environment of a script that is run as a test.
const (
	envResults = "ODP_TEST_RESULTS" // the file to which records go
	envCases   = "ODP_TEST_CASES"   // pattern of the names of the cases to run
	envBinary  = "ODP_BINARY"       // where the program is, for scripts that run it themselves
)

// A record is one thing that a process of a test tells the runner: a line of JSON
// in its private file.
type record struct {
	// Type is, from module test: "start" and "end" of a case, "unselected" for one
	// that was not asked for, "skip" of the whole script; from the script's
	// process: "script" when that has failed; from init: "exit", "timeout", "left"
	// and "trouble".
	Type    string  `json:"type"`
	Name    string  `json:"name,omitempty"`    // of the case
	Status  Status  `json:"status,omitempty"`  // of the case
	Message string  `json:"message,omitempty"` // of a failure or a skip
	Line    string  `json:"line,omitempty"`
	Trace   string  `json:"trace,omitempty"`
	Verdict string  `json:"verdict,omitempty"` // what the script will fail with because of its cases
	Seconds float64 `json:"seconds,omitempty"`
	Code    int     `json:"code,omitempty"` // exit status of the script
}

// A Child is the side of the script in a test. It is a luabind.TestRunner. A nil
// one is that of a script that is no test.
type Child struct {
	results *os.File
	cases   string
}

// Attach returns the child of this process if it is a test's script, else nil. It
// takes out of the environment what says so: other programs that the script runs
// are not tests.
func Attach() (*Child, error) {
	path := os.Getenv(envResults)
	if path == "" {
		return nil, nil
	}
	c := &Child{cases: os.Getenv(envCases)}
	for _, name := range []string{envResults, envCases} {
		if err := os.Unsetenv(name); err != nil {
			return nil, err
		}
	}
	var err error
	if c.results, err = openResults(path); err != nil {
		return nil, fmt.Errorf("cannot report to the test runner: %w", err)
	}
	return c, nil
}

func openResults(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
}

// Record passes on what module test has found.
func (c *Child) Record(line []byte) error {
	_, err := c.results.Write(append(line, '\n'))
	return err
}

// Selected reports whether the case is to be run.
func (c *Child) Selected(name string) bool { return wild(c.cases, name) }

// Ended tells the runner what the script has failed with. It reports whether it
// did; if not, that is to be printed.
func (c *Child) Ended(message string) bool {
	return c != nil && writeRecord(c.results, record{Type: "script", Message: message}) == nil
}

func writeRecord(f *os.File, r record) error {
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = f.Write(append(line, '\n'))
	return err
}
