package luatest

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Exit statuses of [Main].
const (
	statusPassed      = 0
	statusFailed      = 1
	statusUsage       = 2 // wrong arguments, no tests, or no kernel to run them on
	statusInterrupted = 130
)

// Main runs the command with its arguments and returns its exit status: 0 if all
// tests have passed, 1 if not, 2 if the arguments are wrong or there was nothing
// to run, 130 after a signal.
func Main(args []string, stdout, stderr io.Writer) int {
	o, err := parseOptions(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(stdout, "odp test [OPTION...] [PATH...]\n"+Usage)
		return statusPassed
	}
	if err != nil {
		return refuse(stderr, err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	return run(ctx, o, newRunner(o), stdout, stderr)
}

func refuse(stderr io.Writer, err error) int {
	fmt.Fprintf(stderr, "odp: test: %v\n", err)
	return statusUsage
}

// A fileRunner runs single files on the running kernel.
type fileRunner interface {
	// ready returns an error if it cannot run any.
	ready() error
	// run runs one. It may be called for several at the same time.
	run(context.Context, File) *Result
}

// run finds the tests, has them run, and reports.
func run(ctx context.Context, o *options, r fileRunner, stdout, stderr io.Writer) int {
	files, err := Find(o.paths)
	if err != nil {
		return refuse(stderr, err)
	}
	if len(files) == 0 {
		return refuse(stderr, fmt.Errorf("no file named *%s in %s", Suffix, strings.Join(o.paths, ", ")))
	}
	files = slices.DeleteFunc(files, func(f File) bool { return !o.run.File(f) })
	if len(files) == 0 {
		return refuse(stderr, fmt.Errorf("no test file matches --run %s", o.runText))
	}
	if o.list {
		for _, f := range files {
			fmt.Fprintln(stdout, listLine(f))
		}
		return statusPassed
	}
	if o.shuffle.on {
		rng := rand.New(rand.NewPCG(o.shuffle.value, 0))
		rng.Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
	}
	if len(o.kernels) == 0 {
		if err := r.ready(); err != nil {
			return refuse(stderr, err)
		}
	}
	out, err := openReport(o, stdout)
	if err != nil {
		return refuse(stderr, err)
	}
	session := newSession(o, r, out, stderr)
	status := session.run(ctx, files)
	if err := out.close(); err != nil {
		fmt.Fprintf(stderr, "odp: test: cannot write the results: %v\n", err)
		return max(status, statusFailed)
	}
	return status
}

func listLine(f File) string {
	if len(f.Kernels) == 0 {
		return f.Path
	}
	return fmt.Sprintf("%s (kernels: %s)", f.Path, strings.Join(f.Kernels, ", "))
}

// A session is one run of the command.
type session struct {
	*options
	runner  fileRunner
	out     *report
	stderr  io.Writer
	summary Summary
	start   time.Time
}

func newSession(o *options, r fileRunner, out *report, stderr io.Writer) *session {
	return &session{options: o, runner: r, out: out, stderr: stderr, start: time.Now(), summary: Summary{Seed: o.shuffle.value}}
}

func (s *session) run(ctx context.Context, files []File) int {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	kernels := s.kernels
	if len(kernels) == 0 {
		kernels = []string{s.as}
	}
	s.out.plan(len(files) * len(kernels))
	for _, kernel := range kernels {
		mine := slices.Clone(files)
		if kernel != "" {
			mine = s.leaveOut(mine, func(f File) string { return otherKernels(f, kernel) }, kernel)
		} else {
			running := runningKernel()
			mine = s.leaveOut(mine, func(f File) string { return notForRunning(f, running) }, "")
		}
		if s.stopped(ctx) {
			s.leaveOut(mine, func(File) string { return s.whyStopped(ctx) }, kernel)
			continue
		}
		if len(s.kernels) > 0 {
			s.runOnKernel(ctx, kernel, mine)
		} else {
			s.runHere(ctx, mine)
		}
	}
	s.summary.Seconds = seconds(time.Since(s.start))
	s.summary.Interrupted = ctx.Err() != nil
	s.out.summary(&s.summary)
	switch {
	case s.summary.Interrupted:
		return statusInterrupted
	case s.summary.Files.Failed > 0:
		return statusFailed
	case s.summary.Files.total() == 0 && s.as == "":
		return refuse(s.stderr, errors.New("no test was run"))
	}
	return statusPassed
}

// stopped reports whether no more files are to be started.
func (s *session) stopped(ctx context.Context) bool { return s.whyStopped(ctx) != "" }

func (s *session) whyStopped(ctx context.Context) string {
	switch {
	case ctx.Err() != nil:
		return "interrupted"
	case s.failFast && s.summary.Files.Failed > 0:
		return "behind the first failure"
	}
	return ""
}

// leaveOut reports the files for which why has a reason as not run, and returns
// the others.
func (s *session) leaveOut(files []File, why func(File) string, kernel string) []File {
	return slices.DeleteFunc(files, func(f File) bool {
		reason := why(f)
		if reason == "" {
			return false
		}
		s.result(&Result{File: f.Path, Kernel: kernel, Status: NotRun, Reason: reason, Cases: []Case{}})
		return true
	})
}

func otherKernels(f File, kernel string) string {
	if f.For(kernel) {
		return ""
	}
	return "it is for " + strings.Join(f.Kernels, ", ")
}

// notForRunning is otherKernels for the kernel that runs now. A file is for it if
// it is for its version or for "host".
func notForRunning(f File, release string) string {
	if f.For("host") || slices.ContainsFunc(f.Kernels, func(k string) bool { return strings.HasPrefix(release, k+".") }) {
		return ""
	}
	return fmt.Sprintf("it is for %s, and this is Linux %s", strings.Join(f.Kernels, ", "), release)
}

func runningKernel() string {
	release, err := os.ReadFile("/proc/sys/kernel/osrelease")
	if err != nil {
		return "?"
	}
	return strings.TrimSpace(string(release))
}

// result takes down how a file has ended.
func (s *session) result(r *Result) {
	s.summary.add(r)
	s.out.result(r)
}
