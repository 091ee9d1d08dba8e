package luatest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/go-odp/odp/odp/sandbox"
)

const (
	// kernelGrace is how much longer than one file a kernel may be silent before it
	// is taken to hang. It includes its boot.
	kernelGrace = 2 * time.Minute
	logLines    = 60 // lines of a kernel's log that are shown when it fails
)

// runOnKernel boots a kernel and has another runner in it run the files.
func (s *session) runOnKernel(ctx context.Context, kernel string, files []File) {
	if len(files) == 0 {
		return
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	silent := s.timeout + kernelGrace
	watchdog := time.AfterFunc(silent, func() {
		cancel(fmt.Errorf("the kernel did not report anything for %v", silent))
	})
	defer watchdog.Stop()

	r, w := io.Pipe()
	var other, log bytes.Buffer
	cfg := &sandbox.Config{
		Kernel:  kernel,
		Command: append([]string{"/proc/self/exe", "test"}, s.guestArgs(kernel, files)...),
		Stdout:  w, Stderr: &other, KernelLog: &log,
		Note: func(line string) {
			watchdog.Reset(silent) // an installation may take its time
			fmt.Fprintln(s.stderr, "odp:", line)
		},
	}
	var status int
	var runErr error
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		status, runErr = sandbox.Run(ctx, cfg)
		w.Close()
	}()

	missing := map[string]bool{}
	for _, f := range files {
		missing[f.Path] = true
	}
	in := bufio.NewReader(r)
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			break
		}
		watchdog.Reset(silent)
		var e Event
		if err := json.Unmarshal(line, &e); err != nil {
			other.Write(line)
			continue
		}
		switch {
		case e.Start != nil:
			s.out.start(e.Start)
		case e.Result != nil && missing[e.Result.File]:
			delete(missing, e.Result.File)
			s.result(e.Result)
		}
	}
	<-ended
	if s.stoppedByFailure() {
		clear(missing) // the runner there has reported them, or was ended
	}
	problem := kernelProblem(status, runErr, context.Cause(ctx))
	if problem == "" && len(missing) == 0 {
		return
	}
	if problem == "" {
		problem = "it has ended"
	}
	s.kernelFailed(kernel, problem, files, missing, other.String(), log.String())
}

func (s *session) stoppedByFailure() bool { return s.failFast && s.summary.Files.Failed > 0 }

// kernelProblem says what was wrong with a sandbox, empty if nothing.
func kernelProblem(status int, err, cause error) string {
	switch {
	case cause != nil && !errors.Is(cause, context.Canceled):
		return cause.Error()
	case err != nil:
		return err.Error()
	case status != statusPassed && status != statusFailed:
		return fmt.Sprintf("the runner in it ended with status %d", status)
	}
	return ""
}

// kernelFailed reports a kernel that had trouble: the files of which it has not
// reported anything have failed, and if there are none, the kernel itself.
func (s *session) kernelFailed(kernel, problem string, files []File, missing map[string]bool, other, log string) {
	message := fmt.Sprintf("kernel %s: %s", kernel, problem)
	if len(missing) > 0 {
		message = "no result of this file: " + message
	} else {
		files = []File{{Path: "kernel " + kernel}}
		missing = map[string]bool{files[0].Path: true}
	}
	output := strings.TrimSpace(other + "\nthe kernel's log:\n" + tail(log, logLines))
	for _, f := range files {
		if !missing[f.Path] {
			continue
		}
		res := &Result{File: f.Path, Kernel: kernel, Output: output,
			Cases: []Case{{Name: f.Path, Status: Failed, Message: message}}}
		res.settle(s.noSkip)
		s.result(res)
		output = "" // once is enough
	}
}

// guestArgs are the arguments of the runner in the kernel.
func (s *session) guestArgs(kernel string, files []File) []string {
	args := []string{"--format", formatJSON, "--as", kernel, "--timeout", s.timeout.String()}
	if s.jobs > 0 {
		args = append(args, "-j", strconv.Itoa(s.jobs))
	}
	if s.runText != "" {
		args = append(args, "--run", s.runText)
	}
	if s.failFast {
		args = append(args, "--fail-fast")
	}
	if s.noSkip {
		args = append(args, "--no-skip")
	}
	args = append(args, "--")
	for _, f := range files {
		args = append(args, f.Path)
	}
	return args
}

func tail(s string, lines int) string {
	all := strings.Split(strings.TrimRight(s, "\n"), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
