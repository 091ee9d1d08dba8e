// Command kernel runs a command on a kernel of its own, for tests by hand and by
// machine:
//
//	go run ./tests/kernel -k 6.12 -work DIR -- COMMAND [ARG...]
//
// Output and exit status are the command's. A sandbox that fails, and a kernel
// that reports a fault in its log, give status 125; the time limit gives 124.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/go-odp/odp/odp/sandbox"
)

const (
	statusTimeLimit = 124
	statusFailed    = 125
	statusUsage     = 2
)

func main() {
	sandbox.Hook()
	os.Exit(run())
}

func run() int {
	flags := flag.NewFlagSet("kernel", flag.ContinueOnError)
	flags.Usage = func() {
		fmt.Fprintln(flags.Output(), "usage: kernel [FLAG...] [--] COMMAND [ARG...]\n       kernel -list\n       kernel -prepare [KERNEL...]\nflags:")
		flags.PrintDefaults()
	}
	kernel := flags.String("k", "", "name of the kernel, as -list shows it (default "+sandbox.Default()+")")
	work := flags.String("work", "", "the one folder of the host that the command can write to; it is in $ODP_WORK too")
	timeout := flags.Duration("timeout", 0, "end the guest after this time, boot included; 0 for no limit")
	memory := flags.Int("mem", 0, "memory of the guest in MiB (default 512)")
	stdin := flags.Bool("stdin", false, "pass standard input on even if it is no terminal")
	logPath := flags.String("log", "", "write the guest's kernel log to this file")
	verbose := flags.Bool("v", false, "print the time from start to first command")
	list := flags.Bool("list", false, "list the kernels")
	prepare := flags.Bool("prepare", false, "only download or install the named kernels, or all that can be")
	if err := flags.Parse(os.Args[1:]); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return statusUsage
	}
	switch {
	case *list:
		for _, k := range sandbox.Kernels() {
			fmt.Printf("%-6s %s\n", k.Name, k.Doc)
		}
		return 0
	case *prepare:
		return prepareAll(flags.Args())
	case flags.NArg() == 0:
		flags.Usage()
		return statusUsage
	}

	cfg := &sandbox.Config{
		Kernel: *kernel, Command: flags.Args(), Work: *work, Memory: *memory, Timeout: *timeout,
		Stdin: os.Stdin, PassStdin: *stdin, Stdout: os.Stdout, Stderr: os.Stderr, Note: note,
	}
	if *logPath != "" {
		f, err := os.Create(*logPath)
		if err != nil {
			return fail(err)
		}
		defer f.Close()
		cfg.KernelLog = f
	}
	if *verbose {
		cfg.Booted = func(d time.Duration) { note("booted in " + d.Round(time.Millisecond).String()) }
	}
	status, err := sandbox.Run(context.Background(), cfg)
	switch {
	case err == nil:
		return status
	case errors.Is(err, sandbox.ErrTimeLimit):
		fail(err)
		return statusTimeLimit
	}
	return fail(err)
}

// prepareAll installs what the named kernels need; without names, all but the
// running one, which cannot be installed.
func prepareAll(names []string) int {
	if len(names) == 0 {
		for _, k := range sandbox.Kernels() {
			if k.Name != "host" {
				names = append(names, k.Name)
			}
		}
	}
	for _, name := range names {
		if err := sandbox.Prepare(name, note); err != nil {
			return fail(err)
		}
	}
	return 0
}

func note(text string) { fmt.Fprintln(os.Stderr, "sandbox: "+text) }

func fail(err error) int {
	fmt.Fprintln(os.Stderr, "kernel: "+err.Error())
	return statusFailed
}
