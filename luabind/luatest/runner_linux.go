package luatest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/go-odp/odp/odp"
)

// initGrace is how much longer than its script init may take before it is killed.
const initGrace = 15 * time.Second

// A runner runs single files on the running kernel, with this program.
type runner struct{ *options }

func newRunner(o *options) *runner { return &runner{o} }

func (r *runner) ready() error {
	const instead = "; --kernel K boots a kernel as a process and runs the tests there"
	if os.Geteuid() != 0 {
		return errors.New("tests get namespaces of their own, which takes root" + instead)
	}
	c, err := odp.Dial(nil)
	if err == nil {
		defer c.Close()
		_, err = c.Datapaths()
	}
	if err != nil {
		return fmt.Errorf("%w%s", err, instead)
	}
	return nil
}

// runHere runs files on the running kernel, several at a time.
func (s *session) runHere(ctx context.Context, files []File) {
	jobs := s.jobs
	if jobs == 0 {
		jobs = runtime.NumCPU()
	}
	todo := make(chan File)
	done := make(chan *Result)
	begun := make(chan File)
	var workers sync.WaitGroup
	for range min(jobs, len(files)) {
		workers.Go(func() {
			for f := range todo {
				begun <- f
				done <- s.runner.run(ctx, f)
			}
		})
	}
	running := 0
	next := todo
	for len(files) > 0 || running > 0 {
		var file File
		if len(files) == 0 {
			next = nil
		} else {
			file = files[0]
		}
		if s.stopped(ctx) {
			next = nil
			files = s.leaveOut(files, func(File) string { return s.whyStopped(ctx) }, s.as)
			if running == 0 {
				break
			}
		}
		select {
		case next <- file:
			files = files[1:]
			running++
		case f := <-begun:
			s.out.start(&Start{File: f.Path, Kernel: s.as})
		case r := <-done:
			running--
			r.Kernel = s.as
			s.result(r)
		}
	}
	close(todo)
	workers.Wait()
}

// run runs one file in fresh namespaces.
func (r *runner) run(ctx context.Context, f File) *Result {
	start := time.Now()
	b := resultBuilder{file: f}
	out := &cappedOutput{limit: outputLimit}
	if err := r.runInit(ctx, f, out, &b); err != nil {
		b.trouble(err.Error())
	}
	if ctx.Err() != nil {
		b.trouble("interrupted")
	}
	res := b.result(seconds(time.Since(start)))
	res.Output = out.String()
	res.settle(r.noSkip)
	return res
}

// runInit starts the process that runs the script, waits for it, and reads what
// it and the script recorded.
func (r *runner) runInit(ctx context.Context, f File, out io.Writer, b *resultBuilder) error {
	// The child is told when the thread ends that started it, so that must not end.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	dir, err := os.MkdirTemp("", "odp-test-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	j := job{
		Command: []string{"/proc/self/exe", f.Path},
		Results: filepath.Join(dir, "results"), Cases: r.options.run.name, Timeout: r.timeout,
	}
	if err := os.WriteFile(j.Results, nil, 0o600); err != nil {
		return err
	}
	arg, err := json.Marshal(j)
	if err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, r.timeout+initGrace)
	defer cancel()
	cmd := exec.CommandContext(limited, "/proc/self/exe")
	cmd.Args = []string{roleInit, string(arg)}
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: unix.CLONE_NEWNET | unix.CLONE_NEWNS | unix.CLONE_NEWPID,
		Setpgid:    true, // the terminal's Ctrl-C is the runner's to handle
		Pdeathsig:  syscall.SIGKILL,
	}
	cmd.WaitDelay = 5 * time.Second
	waitErr := cmd.Run()
	if err := readRecords(j.Results, b.add); err != nil {
		return err
	}
	if ctx.Err() == nil && limited.Err() != nil {
		return fmt.Errorf("not done after %v, and did not end when it was told to", r.timeout)
	}
	if ctx.Err() == nil && waitErr != nil {
		return fmt.Errorf("init of the test: %w", waitErr)
	}
	return nil
}

// readRecords calls add with each record of the file.
func readRecords(path string, add func(record)) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	in := bufio.NewReader(bytes.NewReader(text))
	for {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		var rec record
		if err := json.Unmarshal(line, &rec); err != nil {
			return fmt.Errorf("not a record of a test: %s", strings.TrimSpace(string(line)))
		}
		add(rec)
	}
}
