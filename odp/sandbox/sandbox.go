// Package sandbox boots a Linux kernel as an ordinary process and runs one
// command in it, as root, with the host's files read-only around it.
//
// Which kernels there are is the table in kernels.go. Programs that use this
// package must call [Hook] first thing in main, because the running program is
// also the helper on the host's side of the sandbox and the init process in it.
//
// How a run is built:
//
//	launcher  the calling program: terminal, signals, time limit, output
//	helper    the same program again, process 1 of fresh namespaces in which all
//	          of the host's files are read-only; it starts the kernel. The end of
//	          the launcher ends the helper, and that ends all within.
//	guest     the same program as init of the booted kernel; it mounts what a
//	          command needs, runs it and reports over one channel (frame.go)
//
// What the command sees: the host's files, read-only; /tmp, /var/tmp and the home
// folder with a layer over them that takes changes and is gone at the end; an
// empty /run; the work folder, which alone keeps what is written. It is root, has
// no network but what it makes, and openvswitch is loaded.
package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// Config says what to run and where. The zero value of each field but Command is usable.
type Config struct {
	Kernel  string   // name of a row of Kernels; empty means Default()
	Command []string // program, looked up in PATH inside the sandbox, and arguments
	Dir     string   // working directory; empty means the caller's
	// Env holds KEY=VALUE settings for the command, over those that pass through
	// by themselves: terminal, language and time zone settings, PATH, HOME, ODP_*.
	Env []string
	// Work is the one folder of the host that the command may write to, at its own
	// path. It must exist. The command finds it in ODP_WORK. Empty means none.
	Work   string
	Memory int // MiB for the kernel; 0 means 512. Not used by kernel "host".

	// Stdin is passed on when it is a terminal: the command then runs on a terminal
	// of its own with the same size. With PassStdin any other file is passed on too.
	// Otherwise the command reads nothing.
	Stdin     *os.File
	PassStdin bool
	// Stdout and Stderr get the command's output as it comes; nil means discard.
	// When Stdin is a terminal, those of them that are terminals are one with it.
	Stdout io.Writer
	Stderr io.Writer

	Timeout   time.Duration       // for everything after Prepare, boot included; 0 means none
	KernelLog io.Writer           // gets the kernel's console as it comes, or nil
	Note      func(string)        // gets a line about each slow preparation, such as an installation; or nil
	Booted    func(time.Duration) // called when the command starts, with the time since the kernel's start; or nil
}

const (
	defaultMemory = 512 // MiB
	// bootLimit ends a guest that does not come up; boots take about two seconds.
	bootLimit = 60 * time.Second
)

// ErrTimeLimit is in the error of a run that was ended by Config.Timeout.
var ErrTimeLimit = errors.New("time limit")

// Run boots the kernel, runs the command and returns its exit status (128 plus
// the signal number when a signal ended it). The error is nil when the sandbox
// worked, whatever the status; a fault in the kernel's log gives a *KernelError
// beside the status. Nothing started by Run is left running, nor any file.
//
// During the run, SIGINT, SIGTERM, SIGHUP and SIGQUIT to the caller go to the
// command; the second one ends the sandbox, as does the end of ctx.
func Run(ctx context.Context, cfg *Config) (status int, err error) {
	row, plan, job, err := prepareRun(cfg)
	if err != nil {
		return 0, err
	}
	s, err := startSession(cfg, row, plan, job)
	if err != nil {
		return 0, err
	}
	return s.run(ctx)
}

// prepareRun checks cfg and makes everything that a session needs.
func prepareRun(cfg *Config) (*Kernel, *plan, *job, error) {
	if len(cfg.Command) == 0 || cfg.Command[0] == "" {
		return nil, nil, nil, errors.New("sandbox: no command given")
	}
	name := cfg.Kernel
	if name == "" {
		name = Default()
	}
	row, err := kernelByName(name)
	if err != nil {
		return nil, nil, nil, err
	}
	if cfg.Memory < 0 || cfg.Memory > 0 && cfg.Memory < 64 {
		return nil, nil, nil, fmt.Errorf("sandbox: memory of %d MiB, expected at least 64", cfg.Memory)
	}
	memory := cfg.Memory
	if memory == 0 {
		memory = defaultMemory
	}
	dir := cfg.Dir
	if dir == "" {
		if dir, err = os.Getwd(); err != nil {
			return nil, nil, nil, fmt.Errorf("sandbox: %w", err)
		}
	}
	if dir, err = existingFolder("directory", dir); err != nil {
		return nil, nil, nil, err
	}
	work := cfg.Work
	if work != "" {
		if work, err = existingFolder("work folder", work); err != nil {
			return nil, nil, nil, err
		}
		if work == "/" {
			return nil, nil, nil, errors.New("sandbox: the work folder is /, expected a folder below it")
		}
	}

	p := newPreparer(row, cfg.Note)
	img, err := row.prepare(p)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("sandbox: kernel %s: %w", row.Name, err)
	}
	home := os.Getenv("HOME")
	if !filepath.IsAbs(home) || filepath.Clean(home) == "/" {
		home = ""
	}
	// A folder that the guest sees in two places must not be its work folder: newer
	// versions of hostfs take both for one, and write in either. But overlayfs in a
	// user namespace refuses a folder below which something is mounted.
	workAt := work
	if row.kind == kindHost {
		workAt = workPath
	}
	plan := &plan{Kernel: row.Name, Kind: row.kind, Image: *img, Work: work, WorkAt: workAt, Memory: memory, Program: guestProgram}
	job := &job{
		Kernel:  row.Name,
		Command: cfg.Command,
		Dir:     dir,
		Env:     guestEnv(os.Environ(), work, cfg.Env),
		Work:    work,
		WorkAt:  workAt,
		Home:    home,
		Modules: img.Modules,
		Boot:    row.kind != kindHost,
	}
	return row, plan, job, nil
}

// existingFolder returns the absolute path of a folder, free of symbolic links.
func existingFolder(what, path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err == nil {
		abs, err = filepath.EvalSymlinks(abs)
	}
	if err != nil {
		return "", fmt.Errorf("sandbox: %s: %w", what, err)
	}
	if info, err := os.Stat(abs); err != nil {
		return "", fmt.Errorf("sandbox: %s: %w", what, err)
	} else if !info.IsDir() {
		return "", fmt.Errorf("sandbox: %s %s: expected a folder", what, path)
	}
	return abs, nil
}
