package luatest

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Usage describes the command's arguments, a line each.
const Usage = `--run PATTERN    only files, or cases, whose names match: FILE, FILE:CASE or :CASE, each any part
                 of the name, or with * and ?
--kernel K,...   boot each kernel (see sandbox) and run the tests in it
-j N             run N files at a time; the number of processors if not given
--timeout TIME   the longest that one file may take, such as 30s; 2m if not given
--format F       human, tap, junit or json
--output FILE    write that to FILE, and show the results as well
--list           list the files, and run nothing
--fail-fast      end at the first failure
--no-skip        a case that is skipped is a failure
--shuffle[=SEED] run the files in another order
-v               show every case, and what the tests print`

const defaultTimeout = 2 * time.Minute

// options are what the command was asked for.
type options struct {
	paths    []string
	run      Pattern
	runText  string
	kernels  []string
	jobs     int // 0 means the number of processors
	timeout  time.Duration
	format   string
	output   string
	list     bool
	failFast bool
	noSkip   bool
	shuffle  seed
	verbose  bool
	as       string // what the running kernel is called in results: set by a runner outside of it
}

// seed is the value of --shuffle.
type seed struct {
	on    bool
	value uint64
}

func (s *seed) String() string   { return "" }
func (s *seed) IsBoolFlag() bool { return true } // its value may be left out
func (s *seed) Set(text string) error {
	s.on = true
	if text == "true" {
		s.value = rand.Uint64N(1<<32-1) + 1
		return nil
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil || n == 0 {
		return errors.New("expected a number from 1 on")
	}
	s.value = n
	return nil
}

// formatOf are the formats by the ends of the names of files.
var formatOf = map[string]string{".xml": formatJUnit, ".tap": formatTAP, ".json": formatJSON, ".jsonl": formatJSON, ".txt": formatHuman}

// parseOptions reads the arguments. Options may stand before and after paths.
func parseOptions(args []string) (*options, error) {
	o := &options{}
	set := flag.NewFlagSet("test", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	var kernels string
	set.StringVar(&o.runText, "run", "", "")
	set.StringVar(&kernels, "kernel", "", "")
	set.DurationVar(&o.timeout, "timeout", defaultTimeout, "")
	set.StringVar(&o.format, "format", "", "")
	set.StringVar(&o.output, "output", "", "")
	set.BoolVar(&o.list, "list", false, "")
	set.BoolVar(&o.failFast, "fail-fast", false, "")
	set.BoolVar(&o.noSkip, "no-skip", false, "")
	set.Var(&o.shuffle, "shuffle", "")
	set.BoolVar(&o.verbose, "v", false, "")
	set.StringVar(&o.as, "as", "", "")
	set.Func("j", "", func(text string) (err error) {
		if o.jobs, err = strconv.Atoi(text); err != nil || o.jobs < 1 {
			return errors.New("expected a number from 1 on")
		}
		return nil
	})
	args = splitJobs(args)
	for len(args) > 0 {
		before := args
		if err := set.Parse(args); err != nil {
			return nil, err
		}
		args = set.Args()
		if taken := len(before) - len(args); taken > 0 && before[taken-1] == "--" {
			o.paths = append(o.paths, args...)
			break
		}
		if len(args) > 0 {
			o.paths = append(o.paths, args[0])
			args = args[1:]
		}
	}
	if len(o.paths) == 0 {
		o.paths = []string{"."}
	}
	o.run = ParsePattern(o.runText)
	if o.timeout <= 0 {
		return nil, fmt.Errorf("--timeout %v: expected a time such as 30s", o.timeout)
	}
	if kernels != "" {
		for name := range strings.SplitSeq(kernels, ",") {
			if err := checkKernel(name); err != nil {
				return nil, fmt.Errorf("--kernel: %w", err)
			}
			o.kernels = append(o.kernels, name)
		}
	}
	if o.format == "" {
		o.format = formatHuman
		if o.output != "" {
			if o.format = formatOf[filepath.Ext(o.output)]; o.format == "" {
				return nil, fmt.Errorf("--output %s: which --format is it to have?", o.output)
			}
		}
	}
	if newReporter(o.format, io.Discard, o) == nil {
		return nil, fmt.Errorf("--format %s: expected human, tap, junit or json", o.format)
	}
	return o, nil
}

// splitJobs makes "-j", "4" of "-j4", as make has it.
func splitJobs(args []string) []string {
	var out []string
	for i, arg := range args {
		if arg == "--" {
			return append(out, args[i:]...)
		}
		number, ok := strings.CutPrefix(arg, "-j")
		if _, err := strconv.Atoi(number); ok && err == nil {
			out = append(out, "-j", number)
		} else {
			out = append(out, arg)
		}
	}
	return out
}
